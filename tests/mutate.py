"""Would the tests notice? Change the arithmetic of the core, one spot at a time.

A mutant is a copy of the package in which one sign, index, axis, constant, comparison
or transpose is different. Its tests run until the first failure. A mutant that survives
is either the same function in other words, or a hole in the tests.

    python tests/mutate.py --seed 0 --count 200 [module ...]

It takes a few seconds a mutant and prints the survivors. It is not part of `make test`.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ON_TOP = {"__init__", "claims", "plots", "sphinxext"}
# A module whose tests stand in more than the file of its name.
MORE_TESTS = {"datasets": ["tests/test_data.py"]}
SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


def is_number(node):
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def changed(node):
    """The node with its arithmetic changed, or None if there is nothing to change."""
    node = copy.deepcopy(node)
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPS:
        node.op = SWAPS[type(node.op)]()
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        node.ops[0] = SWAPS[type(node.ops[0])]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    elif isinstance(node, ast.keyword) and node.arg == "axis" and is_number(node.value):
        node.value.value = 1 - node.value.value
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        node = node.value
    elif is_number(node):
        node.value += 1
    else:
        return None
    return node


def spots(tree):
    """Every node of a module whose arithmetic can be changed, texts of errors aside."""
    said = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise | ast.JoinedStr)
        for inner in ast.walk(node)
    }
    return [
        node
        for node in ast.walk(tree)
        if id(node) not in said and changed(node) is not None
    ]


class Replace(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


def survives(module, source, folder):
    """Whether the module's tests pass with this source in a copy of the package."""
    target = folder / "nnbook" / f"{module}.py"
    original = target.read_text()
    target.write_text(source)
    run = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    tests = [f"tests/test_{module}.py", *MORE_TESTS.get(module, [])]
    tests.append(f"nnbook/{module}.py")  # the examples of its docstrings
    environment = os.environ | {"PYTHONPATH": str(folder)}
    try:
        done = subprocess.run(
            [*run, *tests],
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=300,
        )
        return done.returncode == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        target.write_text(original)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("modules", nargs="*")
    options = parser.parse_args()
    core = {path.stem for path in (ROOT / "nnbook").glob("*.py")} - ON_TOP
    sources = {
        module: (ROOT / "nnbook" / f"{module}.py").read_text()
        for module in sorted(options.modules or core)
    }
    candidates = [
        (module, spot)
        for module, source in sources.items()
        for spot in range(len(spots(ast.parse(source))))
    ]
    chosen = random.Random(options.seed).sample(candidates, options.count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("nnbook", "tests"):
            shutil.copytree(ROOT / part, folder / part)
        shutil.copy(ROOT / "pyproject.toml", folder)
        survivors = 0
        for module, spot in chosen:
            tree = ast.parse(sources[module])
            node = spots(tree)[spot]
            before, new = ast.unparse(node), changed(node)
            source = ast.unparse(Replace(node, new).visit(tree))
            if survives(module, source, folder):
                survivors += 1
                where = f"{module}.py:{node.lineno}"
                print(f"{where}: {before}  ->  {ast.unparse(new)}", flush=True)
    print(f"{options.count} mutants of {len(candidates)}, {survivors} survived")


if __name__ == "__main__":
    main()
