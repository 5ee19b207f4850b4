"""Every exercise of every chapter, walked as readers walk it.

The empty stub must be told what is missing, the chapter's solution must pass, and each
answer in the chapter's file of wrong_answers/ must be caught with its own sentence.
"""

import ast
import importlib
import pkgutil
import re
import runpy
from pathlib import Path

import nbformat
import pytest

from nnbook import exercises

pytestmark = pytest.mark.notebook

CHAPTERS = Path(__file__).parent.parent / "chapters"
FENCE = re.compile(r"<summary>Solution</summary>.*?```python\n(.*?)```", re.DOTALL)


def imports_of(notebook):
    """The chapter's import statements that its exercises may use, TensorFlow aside."""
    source = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    lines = [
        ast.unparse(node)
        for node in ast.parse(source).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return "\n".join(line for line in lines if not re.search("keras|tensorflow", line))


def exercises_in(path):
    """(checker's name, imports, stub, call of the checker, stored output, solution)."""
    notebook = nbformat.read(path, as_version=4)
    for cell, following in zip(notebook.cells, notebook.cells[1:], strict=False):
        if "exercise" in cell.metadata.get("tags", []):
            stub, call = cell.source.rstrip().rsplit("\n", 1)
            name = re.fullmatch(r"exercises\.(check_\w+)\(.*\)", call).group(1)
            stored = "".join(output.get("text", "") for output in cell.outputs)
            solution = FENCE.search(following.source)
            assert solution, f"the cell after {cell.id} holds no solution"
            yield name, imports_of(notebook), stub, call, stored, solution.group(1)


CHECKERS = [
    name
    for module in pkgutil.iter_modules(exercises.__path__, "nnbook.exercises.")
    for name, thing in vars(importlib.import_module(module.name)).items()
    if name.startswith("check_") and thing.__module__ == module.name
]
WRONG_ANSWERS = [
    pytest.param(path.stem, name, *wrong, id=f"{path.stem}-{name}-{i}")
    for path in sorted(Path(__file__).parent.glob("wrong_answers/*.py"))
    for name, answers in runpy.run_path(str(path))["WRONG"].items()
    for i, wrong in enumerate(answers)
]
EXERCISES = [
    pytest.param(*found, id=f"{path.stem}-{found[0]}")
    for path in sorted(CHAPTERS.glob("*.ipynb"))
    for found in exercises_in(path)
]
CALLS = {case.id: (case.values[1], case.values[3]) for case in EXERCISES}


def said(capsys, imports, answer, call):
    """What the checker prints when the answer's code stands in the cell."""
    capsys.readouterr()
    exec("\n".join([imports, answer, call]), {"__name__": "__main__"})
    return capsys.readouterr().out


@pytest.mark.parametrize("name, imports, stub, call, stored, solution", EXERCISES)
def test_stub_is_told_what_to_do_and_solution_passes(
    capsys, name, imports, stub, call, stored, solution
):
    told = said(capsys, imports, stub, call)
    assert told.startswith("✗ Not yet. ")
    assert len(told) > 40
    assert told == stored
    assert said(capsys, imports, solution, call).startswith("✓ ")


@pytest.mark.parametrize("chapter, name, answer, told", WRONG_ANSWERS)
def test_wrong_answers_are_caught_each_with_its_message(
    capsys, chapter, name, answer, told
):
    imports, call = CALLS[f"{chapter}-{name}"]
    feedback = said(capsys, imports, answer, call)
    assert feedback.startswith("✗ Not yet. ")
    assert re.search(told, feedback)


def test_every_checker_is_used_once_and_has_wrong_answers():
    used = [case.values[0] for case in EXERCISES]
    assert sorted(CHECKERS) == sorted(used)
    assert set(CHECKERS) == {case.values[1] for case in WRONG_ANSWERS}
