"""What a notebook must be before any kernel runs it: tidy, complete and truthful.

nbval runs the cells and compares their outputs (`pytest --nbval chapters`). This file
reads the stored notebooks only: their form, and the numbers in their prose.
"""

import ast
import base64
import re
from decimal import Decimal
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.notebook

CHAPTERS = Path(__file__).parent.parent / "chapters"
NOTEBOOKS = sorted(CHAPTERS.glob("*.ipynb"))

# Numbers that a chapter's prose may state without printing or computing them.
PROSE_EXCEPTIONS = {}


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    book = nbformat.read(request.param, as_version=4)
    book.stem = request.param.stem
    return book


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def text_of(output):
    """All that an output shows as text."""
    data = output.get("data", {})
    return (
        output.get("text", "") + data.get("text/plain", "") + data.get("text/html", "")
    )


# Numbers in prose

LEFT_OUT = re.compile(
    r"""```.*?```           # fenced code: it is code
      | <[^>]*>             # HTML tags and their attributes
      | \{[\w:]+\}`[^`]*`   # roles: citations, references
      | \]\([^)]*\)         # targets of links and images
      | https?://\S+
    """,
    re.DOTALL | re.VERBOSE,
)
NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.])\d+(?:\.\d+)?")


def numbers(text):
    """The numbers in a text, as exact decimals; 1,000 is 1000 and 0.50 is 0.5."""
    return {Decimal(match.replace(",", "")) for match in NUMBER.findall(text)}


def numbers_to_prove(prose):
    """Those with a decimal point or more than two digits."""
    found = numbers(LEFT_OUT.sub(" ", prose))
    return {n for n in found if n != n.to_integral_value() or n >= 100}


def proven_numbers(notebook):
    """Those that stand in the source or the output of a code cell."""
    texts = [cell.source for cell in code_cells(notebook)]
    texts += [text_of(out) for cell in code_cells(notebook) for out in cell.outputs]
    return set().union(*map(numbers, texts))


def test_every_number_in_prose_stands_in_the_code_or_its_output(notebook):
    proven = proven_numbers(notebook) | PROSE_EXCEPTIONS.get(notebook.stem, set())
    missing = {
        f"{number} in cell {cell.id}"
        for cell in prose_cells(notebook)
        for number in numbers_to_prove(cell.source) - proven
    }
    assert not missing


@pytest.mark.parametrize(
    "prose, wanted",
    [
        ("it is 0.982 and 1,234.5 of 17", {Decimal("0.982"), Decimal("1234.5")}),
        ("$x = -0.25$, over 400 images", {Decimal("0.25"), Decimal(400)}),
        ("{cite:p}`rosenblatt1958`, [a](b-1.5.html), `z = 2.75`", {Decimal("2.75")}),
        ("<details id='0.5'>12 of 16</details> x1 and 3d2.5", set()),
    ],
)
def test_numbers_are_found_in_prose(prose, wanted):
    assert numbers_to_prove(prose) == wanted


# Form


def test_the_title_comes_first_and_only_once(notebook):
    titles = [
        (cell.id, line)
        for cell in prose_cells(notebook)
        for line in re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL).splitlines()
        if line.startswith("# ")
    ]
    assert notebook.cells[0].source.startswith("# ")
    assert len(titles) == 1, titles


def test_cells_are_short_and_run_in_order(notebook):
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    long = [cell.id for cell in cells if len(cell.source.splitlines()) > 15]
    assert not long
    assert not [cell.id for cell in notebook.cells if not cell.source.strip()]


def test_cell_ids_are_names_used_once(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert not [id for id in ids if not re.fullmatch(r"[a-z0-9-]{3,}", id)]


def test_nothing_is_hidden_from_the_comparison(notebook):
    for cell in code_cells(notebook):
        assert "NBVAL" not in cell.source.upper(), cell.id
        tags = cell.metadata.get("tags", [])
        assert not [tag for tag in tags if "nbval" in tag or "raises" in tag], cell.id


def test_outputs_are_the_same_on_any_machine(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            text = text_of(output)
            assert output.output_type != "error", cell.id
            assert output.get("name") != "stderr", cell.id
            assert not re.search(r"0x[0-9a-f]{6,}", text), cell.id
            assert not re.match(r"np\.\w+\(", text), f"{cell.id} ends in a bare scalar"
            kinds = set(output.get("data", {}))
            assert kinds <= {"text/plain", "text/html", "image/png"}, (cell.id, kinds)


def test_sources_end_without_semicolon_and_use_local_seeds(notebook):
    for cell in code_cells(notebook):
        assert not cell.source.rstrip().endswith(";"), cell.id
        assert "np.random.seed" not in cell.source, cell.id


def test_metadata_holds_nothing_that_changes_from_run_to_run(notebook):
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}
    for cell in code_cells(notebook):
        assert set(cell.metadata) <= {"jupyter", "mystnb", "tags"}, cell.id


def test_what_the_page_hides_is_hidden_in_jupyterlab_too(notebook):
    for cell in code_cells(notebook):
        hidden = cell.metadata.get("jupyter", {})
        tags = cell.metadata.get("tags", [])
        assert hidden.get("source_hidden", False) == ("hide-input" in tags), cell.id
        assert hidden.get("outputs_hidden", False) == ("hide-output" in tags), cell.id


def test_every_figure_has_alt_text_and_is_light(notebook):
    for cell in code_cells(notebook):
        pictures = [
            o.data["image/png"]
            for o in cell.outputs
            if "image/png" in o.get("data", {})
        ]
        if not pictures:
            continue
        assert len(pictures) == 1, f"{cell.id} draws {len(pictures)} figures"
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        assert len(alt) > 30, f"{cell.id} needs metadata.mystnb.image.alt"
        assert len(base64.b64decode(pictures[0])) < 100_000, cell.id


def test_prose_stands_before_code_and_a_sentence_after_each_figure(notebook):
    assert notebook.cells[1].cell_type in {"code", "markdown"}
    for cell, following in zip(notebook.cells, notebook.cells[1:], strict=False):
        draws = any("image/png" in o.get("data", {}) for o in cell.get("outputs", []))
        if draws:
            assert following.cell_type == "markdown", f"say what {cell.id} shows"


def test_a_widget_stands_alone_in_its_cell(notebook):
    for cell in code_cells(notebook):
        if any("nn-widget" in text_of(output) for output in cell.outputs):
            statements = [
                node
                for node in ast.parse(cell.source).body
                if not isinstance(node, ast.Import | ast.ImportFrom)
            ]
            assert len(statements) == 1, cell.id


def test_every_claim_printed_that_it_can_fail(notebook):
    for cell in code_cells(notebook):
        claims = cell.source.count("@claim(")
        proved = sum(text_of(out).count("(fails if ") for out in cell.outputs)
        assert proved == claims, cell.id
