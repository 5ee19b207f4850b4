"""Running one cell of a notebook afresh, with what it needs of the cells above it.

A page that runs Python in the browser has no kernel that has seen all cells in order.
Its reader presses a button anywhere, and what is run should print what the book prints.
So each run starts from nothing, and the statements above that the cell depends on are
run first: those that give a value to a name the cell reads, or may change that value,
and what these depend on in turn. Which ones they are is read from the code. The site
asks the same functions, while it is built, which cells can be run in a page at all.

Reading code cannot see everything: a list that is changed under another name is missed.
Therefore the tests run each cell of the book in this way, and it must print what is
stored. No chapter teaches this file.
"""

import ast
import contextlib
import functools
import io
import linecache
import sys
import traceback
from dataclasses import dataclass

# What can be imported in a page besides Python's own modules, and what of it cannot.
PACKAGES = {"numpy", "nnbook"}
NOT_HERE = {"nnbook.widgets", "nnbook.sphinxext"}

# What is called for its effect on the page and changes nothing that it is given.
HARMLESS = {"print", "show_source"}
# What changes the object it is called on, and not the data that it is given.
LEARNS = {"fit"}

Import = ast.Import | ast.ImportFrom
Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Statement:
    """A statement of a notebook and what it does with the notebook's names.

    Attributes
    ----------
    node : ast.stmt
    cell : int
        The place of its cell in the notebook.
    reads, gives : frozenset of str
        Names that it reads before it gives them a value, and those it gives one.
    sets, touches : frozenset of str
        Names whose value it changes in part (`x[0] = 1`), and those whose value it may
        change because it calls something for its effect (`model.fit(x)`).
    late : frozenset of str
        Names that its functions read when they are called.
    effects : frozenset of (str, bool)
        Names that its functions change when they are called, and whether they set a
        part of them; else they only call something that may change them.
    stateful : frozenset of str
        The names that it gives to what changes whenever it is used: a generator of
        random numbers, a model, an optimiser.
    """

    node: ast.stmt
    cell: int
    reads: frozenset
    gives: frozenset
    sets: frozenset
    touches: frozenset
    late: frozenset
    effects: frozenset
    stateful: frozenset

    @property
    def is_sure(self):
        """Whether the names it gives have a new value afterwards, whatever happens."""
        return not isinstance(self.node, ast.If | ast.While | ast.Try)


class Reader(ast.NodeVisitor):
    """Collects what a statement does with names, in the order of evaluation.

    Names of functions and comprehensions are their own affair: `scopes` holds the local
    names of each one around. `depth` counts the functions, whose bodies run later.
    """

    def __init__(self):
        self.reads, self.gives, self.late = set(), set(), set()
        self.sets, self.touches, self.effects = set(), set(), set()
        self.scopes, self.depth = [], 0

    def is_local(self, name):
        """Whether a name belongs to a function around."""
        return any(name in scope for scope in self.scopes)

    def change(self, node, kind):
        """Note that whatever an expression starts from is changed, or may be."""
        while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        if isinstance(node, ast.Name) and not self.is_local(node.id):
            if self.depth:
                self.effects.add((node.id, kind is self.sets))
            else:
                kind.add(node.id)

    def visit_Name(self, node):
        """A name, read or given a value."""
        name = node.id
        if self.is_local(name):
            return
        if not isinstance(node.ctx, ast.Load):
            self.gives.add(name)
        elif self.depth:
            self.late.add(name)
            self.reads.add(name)
        elif name not in self.gives:
            self.reads.add(name)

    def visit_alias(self, node):
        """What an import gives."""
        if not self.scopes:
            self.gives.add(node.asname or node.name.partition(".")[0])

    def visit_in_order(self, *parts):
        """Visit parts of a node in the order in which Python evaluates them."""
        for part in filter(None, parts):
            self.visit(part)

    def visit_Assign(self, node):
        """The value comes first."""
        self.visit_in_order(node.value, *node.targets)

    def visit_NamedExpr(self, node):
        """The value comes first."""
        self.visit_in_order(node.value, node.target)

    def visit_AugAssign(self, node):
        """`x += 1` reads x and changes what it stands for."""
        self.visit(node.value)
        self.change(node.target, self.sets)
        if isinstance(node.target, ast.Name):
            self.visit(ast.Name(node.target.id, ast.Load()))
        self.visit(node.target)

    def visit_Attribute(self, node):
        """`x.a = 1` and `x[0] = 1` change x."""
        if not isinstance(node.ctx, ast.Load):
            self.change(node, self.sets)
        self.generic_visit(node)

    visit_Subscript = visit_Attribute

    def visit_Expr(self, node):
        """What is called for its effect may change what it is called on or with."""
        call = node.value
        if isinstance(call, ast.Call) and name_of(call.func) not in HARMLESS:
            changed = [call.func]
            if name_of(call.func) not in LEARNS:
                changed += [*call.args, *(keyword.value for keyword in call.keywords)]
            for part in changed:
                self.change(part, self.touches)
        self.generic_visit(node)

    def visit_For(self, node):
        """The loop's variable has its value from the loop."""
        self.visit_in_order(node.iter, node.target, *node.body, *node.orelse)

    def visit_comprehension(self, node):
        """One `for` of a comprehension."""
        self.visit_in_order(node.iter, node.target, *node.ifs)

    def visit_ListComp(self, node):
        """A comprehension's variables are its own."""
        self.enter(stored(node.generators), ast.iter_child_nodes(node))

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_ClassDef(self, node):
        """The body of a class runs at once."""
        self.visit_in_order(*node.decorator_list, *node.bases, *node.keywords)
        if not self.is_local(node.name):
            self.gives.add(node.name)
        self.enter(stored(node.body), node.body)

    def visit_FunctionDef(self, node):
        """Decorators and defaults are read at once, the body when it is called."""
        self.visit_in_order(*node.decorator_list)
        if not self.is_local(node.name):
            self.gives.add(node.name)
        self.visit_function(node.args, node.body)

    def visit_Lambda(self, node):
        """A function without a name."""
        self.visit_function(node.args, [node.body])

    def visit_function(self, arguments, body):
        """Defaults, then the body with its parameters."""
        self.visit_in_order(*arguments.defaults, *arguments.kw_defaults)
        names = {part.arg for part in ast.walk(arguments) if isinstance(part, ast.arg)}
        self.depth += 1
        self.enter(names | stored(body), body)
        self.depth -= 1

    def enter(self, names, body):
        """Visit a body with names of its own."""
        self.scopes.append(names)
        for node in body:
            self.visit(node)
        self.scopes.pop()


def name_of(function):
    """The last part of what is called: `fit` of `model.fit`."""
    return getattr(function, "attr", getattr(function, "id", ""))


def stored(body):
    """The names that get a value in a body."""
    names = set()
    for node in (part for top in body for part in ast.walk(top)):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, Definition):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name.partition(".")[0])
    return names


def makes_state(value):
    """Whether an expression makes something that changes whenever it is used.

    Examples
    --------
    >>> lines = ["default_rng(0)", "Dense(1, 2), 3", "[SGD(r) for r in a]", "f(SGD)"]
    >>> [makes_state(ast.parse(line, mode="eval").body) for line in lines]
    [True, True, True, False]
    """
    if isinstance(value, ast.Call):
        name = name_of(value.func)
        return name == "default_rng" or name[:1].isupper()
    if isinstance(value, ast.Tuple | ast.List):
        return any(map(makes_state, value.elts))
    if isinstance(value, ast.Dict):
        return any(map(makes_state, value.values))
    return isinstance(value, ast.ListComp) and makes_state(value.elt)


def read(node, cell):
    """A statement with what it does with names."""
    reader = Reader()
    reader.visit(node)
    found = [reader.reads, reader.gives, reader.sets, reader.touches]
    stateful = isinstance(node, ast.Assign) and makes_state(node.value)
    found += [reader.late, reader.effects, reader.gives if stateful else ()]
    return Statement(node, cell, *map(frozenset, found))


@functools.cache
def statements(source, cell):
    """The statements of one cell."""
    return tuple(read(node, cell) for node in ast.parse(source).body)


def imported(node):
    """The dotted names of the modules that a statement imports, wherever in it."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            yield from (alias.name for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            yield from (f"{part.module}.{alias.name}" for alias in part.names)


def is_here(module):
    """Whether a module can be imported in a page.

    Examples
    --------
    >>> [is_here(m) for m in ("numpy.linalg", "math", "keras", "nnbook.widgets.base")]
    [True, True, False, False]
    """
    if any(f"{module}.".startswith(f"{name}.") for name in NOT_HERE):
        return False
    package = module.partition(".")[0]
    return package in PACKAGES or package in sys.stdlib_module_names


def resolved(sources, left_out=frozenset()):
    """Each statement of some cells, whether it can run in a page, and what it changes.

    A statement cannot run if its cell is left out, if it imports what is not there, or
    if it reads a name that only such statements have given a value.
    """
    absent, stateful, fixed, effects, found = set(), set(), set(), {}, []
    for cell, source in enumerate(sources):
        for statement in statements(source, cell):
            reads, gives = statement.reads, statement.gives
            runs = cell not in left_out and not reads & absent
            runs = runs and all(map(is_here, imported(statement.node)))
            absent = absent - gives if runs else absent | gives | statement.sets
            indirect = set().union(*(effects.get(name, ()) for name in reads))
            may_change = statement.touches | {name for name, sets in indirect}
            changes = statement.sets | {name for name, sets in indirect if sets}
            changes |= (may_change - fixed) | (reads & stateful)
            found.append((statement, runs, changes))
            stateful = (stateful - gives) | statement.stateful
            lasting = isinstance(statement.node, Import | Definition)
            fixed = fixed | gives if lasting else fixed - gives
            effects |= dict.fromkeys(gives, statement.effects | indirect)
    return found


def can_run(sources, left_out=frozenset()):
    """Which of the cells of a notebook can run in a page, with what they need.

    Parameters
    ----------
    sources : sequence of str
        The code cells from the first to the last.
    left_out : set of int
        Cells that are not to be run, by their place.

    Returns
    -------
    list of bool

    Raises
    ------
    SyntaxError
        If one of the cells is no Python.

    Examples
    --------
    >>> can_run(["import keras, math", "import math", "keras.Model()", "math.pi"])
    [False, True, False, True]
    >>> can_run(["a = 1", "b = a", "c = 2"], left_out={0})
    [False, False, True]
    """
    table = resolved(sources, left_out)
    stopped = left_out | {statement.cell for statement, runs, _ in table if not runs}
    return [cell not in stopped for cell in range(len(sources))]


def needed(sources):
    """The statements to run before the last of some cells.

    Parameters
    ----------
    sources : sequence of str
        The code cells of a notebook from its beginning.

    Returns
    -------
    list of Statement

    Raises
    ------
    SyntaxError
        If one of the cells is no Python.

    Examples
    --------
    >>> cells = ["import math", "a = [1]", "b = 2", "a.append(3)", "print(a, math.pi)"]
    >>> [ast.unparse(s.node) for s in needed(cells)]
    ['import math', 'a = [1]', 'a.append(3)']
    """
    last = len(sources) - 1
    table = resolved(sources)
    wanted, given = set(), set()
    for statement in (s for s, _, _ in table if s.cell == last):
        wanted |= statement.reads - given
        given |= statement.gives
    above = [(s, changes) for s, runs, changes in table if runs and s.cell < last]
    late = set()
    while True:
        chosen = before(above, wanted | late)
        more = set().union(late, *(statement.late for statement in chosen))
        if more == late:
            return chosen
        late = more  # what functions read is what it is when they are called


def before(above, wanted):
    """The statements among those above that give or change a wanted name, in order."""
    chosen = []
    for statement, changes in reversed(above):
        if wanted & (statement.gives | changes):
            chosen.append(statement)
            if statement.is_sure:
                wanted = wanted - statement.gives
            wanted = wanted | statement.reads
    return chosen[::-1]


class Printed(io.TextIOBase):
    """A place to print to that hands on each piece, up to a limit."""

    def __init__(self, hand_on, limit=100_000):
        self.hand_on, self.left = hand_on, limit

    def write(self, text):
        """Hand the text on."""
        if self.left > 0:
            self.left -= len(text)
            note = "\n(The rest is not shown.)\n" if self.left <= 0 else ""
            self.hand_on(text + note)
        return len(text)


def run(sources, hand_on, tell=lambda cells: None):
    """Run the last of some cells, afresh, after what it needs of the others.

    What it prints, the value of its last line and a traceback are handed on as they
    come; what the cells above print is not.

    Parameters
    ----------
    sources : sequence of str
        The code cells of a notebook from its beginning.
    hand_on : callable
        Gets each piece of text.
    tell : callable
        Gets the number of cells above of which something is run first.

    Returns
    -------
    bool
        Whether it ran without an error.

    Examples
    --------
    >>> pieces, counts = [], []
    >>> run(["a = 6", "print('not shown')", "a * 7"], pieces.append, counts.append)
    True
    >>> counts, "".join(pieces)
    ([1], '42\\n')
    """
    last = len(sources) - 1
    names = {"__name__": "__main__"}
    out = Printed(hand_on)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            trees = [parse(source, cell, last) for cell, source in enumerate(sources)]
            above = needed(sources)
            tell(len({s.cell for s in above if not isinstance(s.node, Import)}))
            with contextlib.redirect_stdout(io.StringIO()):
                for statement in above:
                    execute([statement.node], title(statement.cell, last), names)
            execute_and_show(trees[last].body, title(last, last), names)
        except BaseException as error:  # SystemExit ends the cell, too
            print("".join(traceback_of(error)), end="")
            return False
    return True


def parse(source, cell, last):
    """The syntax tree of a cell, whose lines a traceback will find."""
    name = title(cell, last)
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    return ast.parse(source, name)


def title(cell, last):
    """What a traceback calls a cell: a place without a file."""
    return "<this cell>" if cell == last else f"<cell {cell + 1} of the page>"


def execute(body, name, names):
    """Run statements."""
    exec(compile(ast.Module(body, []), name, "exec"), names)


def execute_and_show(body, name, names):
    """Run statements, and print the value of a last expression as a kernel does."""
    shown = body.pop().value if body and isinstance(body[-1], ast.Expr) else None
    execute(body, name, names)
    if shown is not None:
        value = eval(compile(ast.Expression(shown), name, "eval"), names)
        if value is not None:
            print(repr(value))


def traceback_of(error):
    """The lines of a traceback, from the cell on: not how the page got there."""
    report = traceback.TracebackException.from_exception(error)
    cause = report
    while cause:
        in_cells = [n for n, f in enumerate(cause.stack) if f.filename.startswith("<")]
        del cause.stack[: min(in_cells, default=len(cause.stack))]
        cause = cause.__cause__ or cause.__context__
    return report.format()
