"""The tests must bite: a wrong digit, a moved curve, a false number make them fail."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from test_notebooks import numbers_to_prove, proven_numbers

pytestmark = pytest.mark.notebook

CHAPTERS = Path(__file__).parent.parent / "chapters"
CHAPTER = CHAPTERS / "01_neurons.ipynb"
FIGURE, NUMBER = "line-figure", "line-fit"


@pytest.fixture(scope="module")
def opening():
    """The first chapter up to its first figure: real, and run in seconds."""
    notebook = nbformat.read(CHAPTER, as_version=4)
    end = [cell.id for cell in notebook.cells].index(FIGURE)
    notebook.cells = notebook.cells[: end + 1]
    return notebook


def cell(notebook, id):
    return next(cell for cell in notebook.cells if cell.id == id)


def verdicts(notebook, folder):
    """Cell number -> whether nbval passes it, in a copy in `folder`."""
    nbformat.write(notebook, folder / "copy.ipynb")
    (folder / "conftest.py").write_text((CHAPTERS / "conftest.py").read_text())
    report = folder / "report.xml"
    run = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider"]
    run += ["-p", "no:randomly", f"--junit-xml={report}", "copy.ipynb"]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_an_untouched_copy_passes(opening, tmp_path):
    code, log = verdicts(opening, tmp_path)
    assert code == 0, log


def test_a_changed_digit_and_a_moved_curve_fail(opening, tmp_path):
    spoilt = nbformat.from_dict(json.loads(json.dumps(opening)))
    output = cell(spoilt, NUMBER).outputs[0]
    digit = next(c for c in reversed(output.text) if c.isdigit())
    other = str((int(digit) + 1) % 10)
    output.text = other.join(output.text.rsplit(digit, 1))
    figure = cell(spoilt, FIGURE)
    assert "b_line, color" in figure.source
    figure.source = figure.source.replace("b_line, color", "b_line + 0.4, color")

    code, log = verdicts(spoilt, tmp_path)

    assert code == 1
    assert "2 failed" in log
    assert "differs from the stored" in log
    assert f"Cell {code_number(spoilt, NUMBER)}" in log


def code_number(notebook, id):
    cells = [c.id for c in notebook.cells if c.cell_type == "code"]
    return cells.index(id)


def test_a_changed_number_in_prose_is_found():
    notebook = nbformat.read(CHAPTER, as_version=4)
    proven = proven_numbers(notebook)
    stated = {
        number: cell
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for number in numbers_to_prove(cell.source)
    }
    assert stated
    for number, cell in stated.items():
        false = number + number.from_float(0.001953125)
        spoilt = cell.source.replace(str(number), str(false))
        assert numbers_to_prove(spoilt) - proven or str(number) not in cell.source
