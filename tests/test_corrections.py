"""The page of corrections: every entry leads to a place that refutes it.

That the links resolve is seen by the build of the site, too. Here each entry must have
one, and what it says in numbers must stand in the chapter to which it leads.
"""

import re

import nbformat
import pytest
from myst_parser.mdit_to_docutils.base import default_slugify
from test_notebooks import CHAPTERS, numbers_to_prove, proven_numbers

from nnbook.sphinxext import claims_in

PAGE = (CHAPTERS / "corrections.md").read_text()
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
PLACEHOLDER = re.compile(r"<!-- link: (\w+)")
ENTRY = re.compile(r"^(.+)\n: (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\((\w+\.ipynb)#([\w-]+)\)")
CLAIM = re.compile(r"\{claim\}`([^`]+)`")
ENTRIES = [
    pytest.param(*entry, id=default_slugify(entry[0])[:40])
    for entry in ENTRY.findall(COMMENT.sub("", PAGE))
]
BOOKS = {
    path.name: nbformat.read(path, as_version=4) for path in CHAPTERS.glob("*.ipynb")
}


def sections_of(notebook):
    """The addresses of its sections."""
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    text = re.sub(r"```.*?```", "", "\n".join(prose), flags=re.DOTALL)
    return {default_slugify(title) for title in re.findall(r"^#+ (.+)$", text, re.M)}


def claims_of(notebook):
    """The titles of its claims."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return {claim.title for source in sources for claim in claims_in(source)}


SECTIONS = {name: sections_of(book) for name, book in BOOKS.items()}
PROVED_IN = {title: name for name, book in BOOKS.items() for title in claims_of(book)}


def chapters_linked(text):
    """The notebooks to which an entry leads."""
    names = [name for name, _ in LINK.findall(text)]
    return names + [PROVED_IN[title] for title in CLAIM.findall(text)]


@pytest.mark.parametrize("said, true", ENTRIES)
def test_every_entry_leads_to_a_claim_or_a_section(said, true):
    assert LINK.search(true) or CLAIM.search(true)
    for name, section in LINK.findall(true):
        assert section in SECTIONS[name]
    for title in CLAIM.findall(true):
        assert title in PROVED_IN


@pytest.mark.parametrize("said, true", ENTRIES)
def test_the_numbers_of_an_entry_stand_in_the_chapter_it_leads_to(said, true):
    proven = set()
    for name in chapters_linked(true):
        proven |= proven_numbers(BOOKS[name])
    assert not numbers_to_prove(CLAIM.sub("", true)) - proven


def test_no_entry_waits_for_a_chapter_that_is_there():
    waiting = PLACEHOLDER.findall(PAGE)
    assert not [name for name in waiting if f"{name}.ipynb" in BOOKS]


def test_every_line_of_the_page_is_part_of_an_entry():
    _, _, entries = COMMENT.sub("", PAGE).partition("\n## ")
    lines = [line for line in entries.splitlines()[1:] if line and line[0] != "#"]
    assert len(lines) == 2 * len(ENTRIES) > 120


def test_entries_stand_under_the_title_of_their_chapter():
    titles = {book.cells[0].source.splitlines()[0][2:] for book in BOOKS.values()}
    assert set(re.findall(r"^## (.+)$", PAGE, re.MULTILINE)) <= titles
