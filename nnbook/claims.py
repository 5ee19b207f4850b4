"""Statements that could be false, run once as they are and once spoilt.

A sentence in a book costs nothing to get wrong. A claim is a sentence with a function
that would raise if the sentence were false, and with a falsifier: values that make it
false. `claim` runs the function, then runs it again with each spoilt value and insists
that it fails. A check that cannot fail proves nothing, so it is refused.

`show_source` prints the package's own code into a chapter, so that what a reader sees
is what runs. All chapters use both.
"""

import ast
import inspect
import textwrap


def claim(statement, *, fails_if):
    """Prove a statement when the function below is defined, and print the result.

    Parameters
    ----------
    statement : str
        One sentence that the function would refute if it were false.
    fails_if : dict
        Name of a parameter -> a value for it that makes the statement false. Each
        is tried alone.

    Returns
    -------
    callable
        A decorator. The function's parameters must all have defaults: the values that
        the statement is about.

    Raises
    ------
    AssertionError
        If the statement does not hold, or still holds with a spoilt value.
    TypeError
        If `fails_if` is empty or names something that is not a parameter.

    Examples
    --------
    >>> a, b = 3, 4
    >>> @claim("A sum does not depend on the order", fails_if={"total": 8})
    ... def _(total=7):
    ...     assert a + b == b + a == total
    ✓ A sum does not depend on the order   (fails if total is spoilt: yes)
    """

    def prove(function):
        parameters = inspect.signature(function).parameters
        if not fails_if:
            raise TypeError("fails_if must name at least one value that can be spoilt")
        for name in fails_if:
            if name not in parameters:
                raise TypeError(
                    f"fails_if spoils {name!r}, which is not a parameter of the claim "
                    f"(it has {', '.join(parameters) or 'none'})"
                )
        function()
        for name, spoilt in fails_if.items():
            try:
                function(**{name: spoilt})
            except AssertionError:
                continue
            raise AssertionError(
                f"This claim cannot fail: {statement!r} still holds when {name} is "
                f"spoilt"
            )
        names = ", ".join(fails_if)
        verb = "is" if len(fails_if) == 1 else "are"
        print(f"✓ {statement}   (fails if {names} {verb} spoilt: yes)")
        return function

    return prove


def show_source(thing):
    """Print the code of a function, method or class as it stands in the package.

    The docstring is left out: the chapter's text has just said the same at more length.

    Parameters
    ----------
    thing : function, method or class

    Examples
    --------
    >>> from nnbook.activations import relu
    >>> show_source(relu)  # doctest: +ELLIPSIS
    def relu(z):
    ...
    """
    source = textwrap.dedent(inspect.getsource(thing))
    lines = source.splitlines()
    first = ast.parse(source).body[0].body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        del lines[first.lineno - 1 : first.end_lineno]
    print("\n".join(lines))
