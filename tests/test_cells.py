"""Which statements a cell needs of the cells above, and what a run hands on."""

import ast
from pathlib import Path

import pytest
from support import code_cells

from nnbook import cells


def needed(*sources):
    """The statements before the last of some cells, as text."""
    return [ast.unparse(statement.node) for statement in cells.needed(sources)]


def run(*sources):
    """(went well, text, numbers of cells above)."""
    pieces, counts = [], []
    well = cells.run(sources, pieces.append, counts.append)
    return well, "".join(pieces), counts


# What is needed


@pytest.mark.parametrize(
    ("above", "cell", "wanted"),
    [
        # What gives a name its last value, and what that takes.
        (["a = 1", "b = 2"], "print(a)", ["a = 1"]),
        (["a = 1", "b = a", "c = b"], "c", ["a = 1", "b = a", "c = b"]),
        (["a = 1", "a = 2"], "a", ["a = 2"]),
        (["a = 1", "a = a + 1"], "a", ["a = 1", "a = a + 1"]),
        (["a = 1; b = 2"], "b", ["b = 2"]),
        (["a, b = 1, 2"], "b", ["a, b = (1, 2)"]),
        (["for i in range(3): a = i"], "a", ["for i in range(3):\n    a = i"]),
        (["import math", "import re"], "math.pi", ["import math"]),
        (["import os.path"], "os", ["import os.path"]),
        (["from math import pi as p"], "p", ["from math import pi as p"]),
        (["(b := 3)"], "b", ["(b := 3)"]),
        (["with open('f') as f: pass"], "f", ["with open('f') as f:\n    pass"]),
        # What may or may not give a value does not replace the one before.
        (["a = 1", "if b: a = 2"], "a", ["a = 1", "if b:\n    a = 2"]),
        # What changes a value.
        (["a = []", "a.append(1)"], "a", ["a = []", "a.append(1)"]),
        (["a = []", "b = []", "b.append(a)"], "a", ["a = []", "b = []", "b.append(a)"]),
        (["a = [0]", "a[0] = 1"], "a", ["a = [0]", "a[0] = 1"]),
        (["a = 1", "a += 1"], "a", ["a = 1", "a += 1"]),
        (["a = x()", "a.b.c = 1"], "a", ["a = x()", "a.b.c = 1"]),
        (["m = Model()", "h = m.fit()"], "m", ["m = Model()", "h = m.fit()"]),
        (
            ["r = default_rng(0)", "x = r.normal()", "y = r.normal()"],
            "y",
            ["r = default_rng(0)", "x = r.normal()", "y = r.normal()"],
        ),
        # What learns from an array changes itself.
        (["m = M()", "a = [1]", "m.fit(a)"], "a", ["a = [1]"]),
        (["m = M()", "a = [1]", "m.fit(a)"], "m", ["m = M()", "a = [1]", "m.fit(a)"]),
        # What only looks at it changes nothing.
        (["a = []", "print(a)"], "a", ["a = []"]),
        (["a = []", "b = sum(a)"], "a", ["a = []"]),
        (["import re", "re.purge()"], "re", ["import re"]),
        (["def f(): pass", "f()"], "f", ["def f():\n    pass"]),
        # What functions read is read when they are called.
        (["def f(): return a", "a = 1"], "f()", ["def f():\n    return a", "a = 1"]),
        (
            ["a = 1", "def f(b=a): return b"],
            "f()",
            ["a = 1", "def f(b=a):\n    return b"],
        ),
        (["a = 1", "f = lambda a: a"], "f", ["f = lambda a: a"]),
        (["a = 1", "def f():\n    a = 2\n    return a"], "f()", None),
        # What functions change, and the functions that call them.
        (
            ["t = []", "def f(): t.append(1)", "def g(): f()", "x = g()"],
            "t",
            ["t = []", "def f():\n    t.append(1)", "def g():\n    f()", "x = g()"],
        ),
        # Called with a function or a module, they change neither; a part may be set.
        (
            ["def h(): pass", "def f(m): m.fit(loss=h)", "x = f([])"],
            "h()",
            ["def h():\n    pass"],
        ),
        (
            ["def h(): pass", "def f(): h.n = 1", "x = f()"],
            "h.n",
            ["def h():\n    pass", "def f():\n    h.n = 1", "x = f()"],
        ),
        # A comprehension and a class keep their names to themselves.
        (["i = 1"], "[i for i in range(3)]", []),
        (["i = 1"], "[i for _ in range(3)]", ["i = 1"]),
        (["a = 1"], "class C:\n    a = 2\n    b = a", []),
        # The cell's own names.
        (["a = 1"], "a = 2\nprint(a)", []),
        (["a = 1"], "print(a)\na = 2", ["a = 1"]),
        # What cannot run in a page is left out.
        (["import keras", "a = [1]", "keras.fit(a)"], "a", ["a = [1]"]),
        (["import keras", "a = [1]", "for i in a: keras.f(a)"], "a", ["a = [1]"]),
    ],
)
def test_needed_is_what_gives_or_changes_a_name(above, cell, wanted):
    wanted = [ast.unparse(ast.parse(above[-1]))] if wanted is None else wanted
    assert needed(*above, cell) == wanted


@pytest.mark.parametrize(
    ("above", "cell", "can"),
    [
        ([], "import numpy.linalg, math", True),
        ([], "from nnbook.layers import Dense", True),
        ([], "from nnbook import plots", True),
        ([], "from nnbook.widgets.descent import Descent", False),
        ([], "from nnbook import widgets", False),
        ([], "import matplotlib.pyplot as plt", False),
        ([], "def f():\n    import tensorflow", False),
        (["import keras"], "keras.Model()", False),
        (["import keras"], "def f(): return keras", False),
        (["import keras", "m = keras.Model()", "a = m(1)"], "print(a)", False),
        (["import keras", "keras = 1"], "keras", True),
        (["import keras", "d = {}", "d['k'] = keras.f()"], "d", False),
        (["import keras", "[keras for keras in 'ab']"], "1", True),
        (["import keras"], "[keras for keras in 'ab']", True),
    ],
)
def test_what_can_run_in_a_page(above, cell, can):
    assert cells.can_run([*above, cell])[-1] == can


def test_a_cell_that_is_no_python_is_refused():
    with pytest.raises(SyntaxError):
        cells.can_run(["a = 1", "a ="])


# A run


def test_only_the_last_cell_is_heard_and_its_value_shown():
    above = ["import math", "a = 2\nprint('above')", "b = 3"]
    assert run(*above, "print(a)\na * 2") == (True, "2\n4\n", [1])
    assert run(*above, "a + b") == (True, "5\n", [2])
    assert run(*above, "None") == (True, "", [0])
    assert run("a = 1", "b = a") == (True, "", [1])


def test_every_run_is_a_fresh_one():
    above = ["a = [0]"]
    assert run(*above, "a.append(1)\na") == run(*above, "a.append(1)\na")
    assert run(*above, "b")[0] is False


def test_what_is_printed_is_handed_on_piece_by_piece():
    pieces = []
    cells.run(["print('a')\nprint('b')\n1 / 0"], pieces.append)
    assert "".join(pieces[:4]) == "a\nb\n"


def test_there_is_an_end_to_what_a_cell_may_print():
    well, text, _ = run("for _ in range(20_000): print('0123456789')")
    assert well
    assert text.endswith("\n(The rest is not shown.)\n")
    assert len(text) < 110_000


def test_a_traceback_starts_in_the_cell():
    well, text, _ = run("def f(x):\n    return 1 / x", "print('before')\nf(0)")
    assert not well
    lines = [line for line in text.splitlines() if set(line) - set(" ~^")]
    assert lines == [
        "before",
        "Traceback (most recent call last):",
        '  File "<this cell>", line 2, in <module>',
        "    f(0)",
        '  File "<cell 1 of the page>", line 2, in f',
        "    return 1 / x",
        "ZeroDivisionError: division by zero",
    ]


@pytest.mark.parametrize(
    ("sources", "lines"),
    [
        (["a = (", "a"], ['  File "<cell 1 of the page>", line 1', "SyntaxError"]),
        (["a = 1", "a ="], ['  File "<this cell>", line 1', "SyntaxError"]),
        (["a = 1 / 0", "a"], ['  File "<cell 1 of the page>", line 1', "ZeroDivision"]),
        (["import nosuchmodule"], ["ModuleNotFoundError: No module named 'nosuch"]),
        (["raise SystemExit(2)"], ["SystemExit: 2"]),
        (
            ["try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError from e"],
            ["ZeroDivisionError", "direct cause of", "ValueError"],
        ),
    ],
)
def test_errors_are_shown_as_python_shows_them(sources, lines):
    well, text, counts = run(*sources)
    assert not well
    assert "cells.py" not in text and "ast.py" not in text
    places = [text.index(line) for line in lines]
    assert places == sorted(places)


def test_an_error_in_the_package_shows_the_way_into_it():
    cell = "from nnbook.layers import Dense\nimport numpy as np\nDense(0, 1, rng=1)"
    _, text, _ = run(cell)
    assert text.startswith('Traceback (most recent call last):\n  File "<this cell>"')
    assert "layers.py" in text


def test_what_goes_to_stderr_is_shown():
    cell = "import sys\nprint('mind', file=sys.stderr)\n7"
    assert run(cell) == (True, "mind\n7\n", [0])


# The book

CHAPTERS = sorted(Path(__file__).parent.parent.glob("chapters/*.ipynb"))


def stored(cell):
    """The text that a cell has printed, or None if it has other outputs, or none."""
    texts = []
    for output in cell["outputs"]:
        data = output.get("data", {"text/plain": output.get("text", "")})
        if set(data) != {"text/plain"}:
            return None
        texts.append("".join(data["text/plain"]).rstrip("\n"))
    return "\n".join(texts) or None


@pytest.mark.notebook
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_cell_run_afresh_prints_what_is_stored(path):
    code, slow = code_cells(path)
    sources = ["".join(cell["source"]) for cell in code]
    can = cells.can_run(sources, slow)
    wrong, tried = [], 0
    for place, cell in enumerate(code):
        if can[place] and stored(cell):
            tried += 1
            _, text, _ = run(*sources[: place + 1])
            if text.rstrip("\n") != stored(cell):
                wrong.append(f"{cell['id']} printed {text!r}, not {stored(cell)!r}")
    assert not wrong, "\n".join(wrong)
    assert tried > 20


@pytest.mark.notebook
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_exercise_can_be_done_in_the_page(path):
    code, slow = code_cells(path)
    can = cells.can_run(["".join(cell["source"]) for cell in code], slow)
    without = [
        cell["id"]
        for place, cell in enumerate(code)
        if "exercise" in cell["metadata"].get("tags", []) and not can[place]
    ]
    assert not without
