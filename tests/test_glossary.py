"""The glossary holds the terms of the chapters: each of them, and nothing else.

A chapter introduces a term once, in bold. The glossary gives it a Chinese counterpart,
a sentence, and a link to the very section where it is introduced.
"""

import re
from pathlib import Path

import nbformat
import pytest
from myst_parser.mdit_to_docutils.base import default_slugify

CHAPTERS = Path(__file__).parent.parent / "chapters"
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
BOLD = re.compile(r"\*\*([^*\n]+?)\*\*")
ENTRY = re.compile(r"^(\S.*)\n  \[([^\]]+)\]\{\.language-zh\}\. (.+)$", re.MULTILINE)
LINK = re.compile(r" \[[^\]]+\]\(([^)]+)\)$")


def introduced():
    """Every (term, where) that a chapter sets in bold; where is notebook#section."""
    for path in sorted(CHAPTERS.glob("*.ipynb")):
        section = ""
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "markdown":
                continue
            for line in CODE.sub("", cell.source).splitlines():
                if line.startswith("#"):
                    section = default_slugify(line.lstrip("# "))
                # Bold that ends a sentence or a heading is emphasis, not a term.
                for phrase in BOLD.findall(line):
                    if phrase[-1] not in '.:?!"':
                        yield phrase, f"{path.name}#{section}"


def entries():
    """Term -> (its Chinese counterpart, its sentence with the link)."""
    block = (CHAPTERS / "glossary.md").read_text().split("```{glossary}")[1]
    return {term: (chinese, text) for term, chinese, text in ENTRY.findall(block)}


TERMS, ENTRIES = list(introduced()), entries()


def entry_of(phrase):
    """The entry for a phrase, which may be a plural or start a sentence."""
    forms = {phrase, phrase.lower(), phrase.removesuffix("s"), phrase.lower()[:-1]}
    return next((term for term in ENTRIES if term in forms), None)


def test_every_term_of_the_chapters_has_an_entry():
    assert TERMS
    assert not [term for term, _ in TERMS if entry_of(term) is None]


def test_every_entry_is_a_term_of_the_chapters():
    used = {entry_of(term) for term, _ in TERMS}
    assert not ENTRIES.keys() - used


def test_every_term_is_introduced_once():
    found = [entry_of(term) for term, _ in TERMS]
    assert not {term for term in found if found.count(term) > 1}


@pytest.mark.parametrize("term", ENTRIES)
def test_an_entry_is_a_chinese_term_a_sentence_and_a_link_to_its_place(term):
    chinese, text = ENTRIES[term]
    assert re.search(r"[\u4e00-\u9fff]", chinese) or chinese == term
    link = LINK.search(text)
    assert link, "the entry ends in a link"
    assert text[: link.start()].endswith(".")
    places = [place for phrase, place in TERMS if entry_of(phrase) == term]
    assert link.group(1) in places


def test_entries_stand_in_alphabetical_order():
    assert list(ENTRIES) == sorted(ENTRIES, key=str.lower)
