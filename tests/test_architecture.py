"""The shape of the package: who imports whom, and what no module of the core does.

Read top to bottom, `IMPORTS` is the order in which to read the package. Each module may
import what stands beside it and nothing else of nnbook; `checks` is for all. So nobody
who opens one file has to open more than the few files named here.
"""

import ast
import sys
from pathlib import Path

import pytest

import nnbook

PACKAGE = Path(nnbook.__file__).parent

# Module -> what it imports from nnbook. Modules that are not written yet are welcome.
IMPORTS = {
    "__init__": set(),
    "checks": set(),
    "activations": set(),
    "neuron": {"activations"},
    "losses": set(),
    "softmax": set(),
    "initializers": set(),
    "layers": {"activations", "initializers"},
    "autodiff": set(),
    "gradcheck": set(),
    "optimizers": set(),
    "normalization": {"layers"},
    "model": {"layers"},
    "convolution": {"layers", "initializers"},
    "embedding": {"activations", "layers"},
    "sequences": {"layers", "softmax", "initializers"},
    "metrics": set(),
    "model_selection": set(),
    "regularization": set(),
    "datasets": set(),
}
CORE = set(IMPORTS)
# These stand on top: they may import all of the core, and the core none of them.
ON_TOP = {"plots", "claims", "exercises", "cells", "sphinxext", "widgets"}
# These run wherever NumPy does, in a browser too.
NUMPY_ONLY = CORE | {"claims", "exercises", "cells"}
# Printing is what claims and exercises are for; a model has a progress line.
MAY = {"model": {"sys.stdout"}}
# An import inside a function: module -> (the function, what it imports).
LATE_IMPORTS = {"datasets": {("_download_mnist", "keras")}}

# Public functions and classes without an example, and why.
BASE = "a base class; its heirs have examples"
NO_EXAMPLE = {
    "convolution.Pooling2D": BASE,
    "convolution.WindowLayer": BASE,
    "layers.Activation": BASE,
    "layers.Stack": BASE,
    "normalization.Normalization": BASE,
    "optimizers.Optimizer": BASE,
}
# The same for whole modules.
NO_EXAMPLES = {"checks": "a line each; what they refuse and say is in test_checks"}


# What belongs to the whole program and not to one module of it.
GLOBAL_STATE = {
    "np.seterr",
    "np.set_printoptions",
    "os.environ",
    "sys.stderr",
    "sys.stdout",
    "random.seed",
    "warnings.filterwarnings",
    "warnings.simplefilter",
}


def module_name(path):
    """`layers` for nnbook/layers.py, `widgets` for all of nnbook/widgets/."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted([*PACKAGE.glob("*.py"), *PACKAGE.glob("widgets/*.py")])
every_file = pytest.mark.parametrize(
    "path", FILES, ids=[str(path.relative_to(PACKAGE)) for path in FILES]
)


def files_of(names):
    paths = [path for path in FILES if module_name(path) in names]
    return pytest.mark.parametrize("path", paths, ids=[path.stem for path in paths])


def imports(tree):
    """The dotted names of all modules that a syntax tree imports, wherever."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            source = "nnbook." * bool(node.level) + (node.module or "")
            if source in ("nnbook", "nnbook."):
                names |= {f"nnbook.{alias.name}" for alias in node.names}
            else:
                names.add(source)
    return names


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def inner_edges(tree):
    """The modules of nnbook that a syntax tree imports."""
    return {name.split(".")[1] for name in imports(tree) if name.startswith("nnbook.")}


def outer_edges(tree):
    """The packages other than nnbook and Python's own that a syntax tree imports."""
    packages = {name.split(".")[0] for name in imports(tree)}
    return packages - sys.stdlib_module_names - {"nnbook"}


def late_imports(tree):
    """(function, package) for each import that runs only when a function does."""
    found = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    packages = {name.split(".")[0] for name in imports(node)}
                    found |= {(function.name, package) for package in packages}
    return found


def misdeeds(tree):
    """What a module of the core must not do: print, assert, or touch global state."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            found.add("assert")
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "input"):
            found.add(ast.unparse(node.func))
        if isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            if name.startswith(("np.random.", "numpy.random.")):
                if name.split(".")[2] != "Generator":
                    found.add(name)
            if name in GLOBAL_STATE:
                found.add(name)
        if isinstance(node, ast.Global):
            found.add("global " + ", ".join(node.names))
    return found


# The table itself


def test_the_table_points_down_only():
    above = set()
    order = [name for name in IMPORTS if name not in ("__init__", "checks")]
    for name in order:
        assert IMPORTS[name] <= above, f"{name} imports what comes after it"
        above.add(name)


def test_every_file_stands_in_the_table():
    assert {module_name(path) for path in FILES} <= CORE | ON_TOP


# The files


@every_file
def test_imports_from_nnbook_are_those_of_the_table(path):
    name = module_name(path)
    allowed = {"checks"} | (CORE if name in ON_TOP else IMPORTS[name])
    if name in ("widgets", "sphinxext"):
        allowed = allowed | {"widgets", "cells"}
    if name in ("checks", "__init__"):
        allowed = set()
    assert inner_edges(parse(path)) <= allowed


@files_of(NUMPY_ONLY)
def test_the_core_needs_numpy_and_nothing_else(path):
    late = {package for _, package in late_imports(parse(path))}
    assert outer_edges(parse(path)) - late <= {"numpy"}


@every_file
def test_anywidget_stays_in_the_widgets(path):
    if module_name(path) != "widgets":
        assert not outer_edges(parse(path)) & {"anywidget", "ipywidgets", "traitlets"}


@every_file
def test_imports_stand_at_the_top(path):
    name = module_name(path)
    if name != "widgets":
        assert late_imports(parse(path)) <= LATE_IMPORTS.get(name, set())


@files_of(CORE)
def test_the_core_is_silent_and_leaves_global_state_alone(path):
    assert misdeeds(parse(path)) <= MAY.get(module_name(path), set())
    # The generators without an owner, by another door.
    assert not imports(parse(path)) & {"random", "numpy.random"}


def public(path):
    """The syntax trees of a file's public classes and functions."""
    kinds = ast.ClassDef | ast.FunctionDef
    nodes = [node for node in parse(path).body if isinstance(node, kinds)]
    return [node for node in nodes if not node.name.startswith("_")]


@every_file
def test_modules_classes_and_functions_have_a_docstring(path):
    assert ast.get_docstring(parse(path)), "the file does not say what its idea is"
    silent = [node.name for node in public(path) if not ast.get_docstring(node)]
    assert silent == []


@files_of(CORE - set(NO_EXAMPLES))
def test_public_functions_and_classes_have_an_example_or_a_reason(path):
    name = module_name(path)
    without = {
        f"{name}.{node.name}"
        for node in public(path)
        if ">>> " not in (ast.get_docstring(node) or "")
    }
    assert without == {known for known in NO_EXAMPLE if known.startswith(f"{name}.")}


# The readers above, on files that break each rule


def test_inner_edges_sees_every_form_of_import():
    source = """
import nnbook.layers
import nnbook.softmax as s, numpy
from nnbook import checks, model as m
from nnbook.metrics import accuracy
from . import plots
from .claims import claim
def f():
    from nnbook.embedding import Embedding
"""
    assert inner_edges(ast.parse(source)) == {
        "layers",
        "softmax",
        "checks",
        "model",
        "metrics",
        "plots",
        "claims",
        "embedding",
    }


def test_outer_edges_sees_what_is_not_pythons_own():
    source = """
import math, os.path, numpy as np
import scipy.special
from sklearn import datasets
from nnbook import checks
"""
    assert outer_edges(ast.parse(source)) == {"numpy", "scipy", "sklearn"}


def test_late_imports_sees_methods_and_nested_functions():
    source = """
import numpy
class A:
    def method(self):
        import scipy.special
def f():
    def g():
        from keras import ops
"""
    found = late_imports(ast.parse(source))
    assert found == {("method", "scipy"), ("f", "keras"), ("g", "keras")}


@pytest.mark.parametrize(
    "source, misdeed",
    [
        ("print(1)", "print"),
        ("assert x", "assert"),
        ("np.random.seed(0)", "np.random.seed"),
        ("x = np.random.normal()", "np.random.normal"),
        ("rng = np.random.default_rng()", "np.random.default_rng"),
        ("np.seterr(all='ignore')", "np.seterr"),
        ("sys.stdout.write('a')", "sys.stdout"),
        ("os.environ['A'] = '1'", "os.environ"),
        ("warnings.simplefilter('ignore')", "warnings.simplefilter"),
        ("def f():\n    global x", "global x"),
    ],
)
def test_misdeeds_are_seen(source, misdeed):
    assert misdeeds(ast.parse(source)) == {misdeed}


def test_a_generator_may_be_named():
    assert misdeeds(ast.parse("isinstance(rng, np.random.Generator)")) == set()
