"""Every exercise of every chapter, walked as readers walk it.

The empty stub must be told what is missing, the chapter's solution must pass, and each
wrong answer listed here must be caught with a sentence of its own.
"""

import ast
import re
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


EXERCISES = [
    pytest.param(*found, id=f"{path.stem}-{found[0]}")
    for path in sorted(CHAPTERS.glob("*.ipynb"))
    for found in exercises_in(path)
]
CALLS = {case.values[0]: case.values[1::2] for case in EXERCISES}


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


# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_neuron_loop": [
        ("def neuron(x, w, b):\n    return sum(x * w)", "bias b is missing"),
        ("def neuron(x, w, b):\n    return sum(x * w + b)", "once per input"),
        ("def neuron(x, w, b):\n    return sum(x) * w[0] + b", "its own weight"),
        ("def neuron(x, w, b):\n    return x * w + b", "one number"),
        ("def neuron(x, w, b):\n    pass", "returns nothing"),
        ("def neuron(x, w, b):\n    return x[9]", "IndexError"),
    ],
    "check_bottom_row": [
        ("w = [0, 0, 1, 1]\nb = 0", "3] fires|fires and should not"),
        ("w = [0, 0, 1, 1]\nb = -3", "should fire and does not"),
        ("w = [1, 1, 1, 1]\nb = -3.5", "should fire and does not"),
        ("w = [0, 0, 1]\nb = -1", "four weights"),
    ],
    "check_perceptron_rule": [
        (
            "def learn(x, labels, epochs):\n    return np.array([2.0, 1.0]), -2.5",
            "not the ones the rule",
        ),
        (
            "def learn(x, labels, epochs):\n    return np.ones(2), 0.0",
            "bias is still 0",
        ),
        ("def learn(x, labels, epochs):\n    return np.ones(2), 1.0", "up or down"),
        ("def learn(x, labels, epochs):\n    return np.ones(2)", "two things"),
    ],
    "check_logit_step": [
        ("step = np.log(9)", "w3 = 12"),
        ("step = 0.4 / 12", "straight line"),
        ("step = 0.5", "divide by the weight"),
    ],
    "check_feature_cross": [
        ("def cross(x):\n    return x[:, 0] + x[:, 1]", "Multiply two pixels"),
        ("def cross(x):\n    return x[:, 0] ** 2", "Multiply two pixels"),
        ("def cross(x):\n    return x[:, 2] * x[:, 3]", "must not be dark together"),
        ("def cross(x):\n    return x[0] * x[1]", r"shape \(16,\)"),
    ],
}


@pytest.mark.parametrize(
    "name, answer, told",
    [
        pytest.param(name, *wrong, id=f"{name}-{i}")
        for name, answers in WRONG.items()
        for i, wrong in enumerate(answers)
    ],
)
def test_wrong_answers_are_caught_each_with_its_message(capsys, name, answer, told):
    imports, call, _ = CALLS[name]
    feedback = said(capsys, imports, answer, call)
    assert feedback.startswith("✗ Not yet. ")
    assert re.search(told, feedback)


def test_every_checker_is_used_and_has_wrong_answers():
    checkers = {name for name in vars(exercises) if name.startswith("check_")}
    assert checkers == set(CALLS) == set(WRONG)
