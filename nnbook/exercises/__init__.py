"""Checkers that look at your answer and say what is wrong with it and what to try.

Each chapter ends in exercises, and has a module here. You write a few lines, the
checker runs them on inputs of its own and prints one sentence. The book's tests run
every checker on the empty stub, on the solution and on the wrong answers that readers
give most.
"""

import functools


class NotYet(Exception):
    """What is still wrong with an answer, in a sentence for the reader."""


def exercise(check):
    """Make a checker of a function that raises `NotYet` or returns its praise."""

    @functools.wraps(check)
    def checker(*answer):
        try:
            print("✓ " + check(*answer))
        except NotYet as problem:
            print(f"✗ Not yet. {problem}")
        except (TypeError, ValueError) as error:
            print(
                f"✗ Not yet. That is not the kind of answer that was asked for: {error}"
            )

    return checker


def call(function, *arguments):
    """The answer's own result, or `NotYet` if it crashes or returns nothing."""
    try:
        result = function(*arguments)
    except Exception as error:
        raise NotYet(
            f"{function.__name__} stopped with {type(error).__name__}: {error}"
        ) from error
    if result is None or result is ...:
        raise NotYet(
            f"{function.__name__} returns nothing: fill it in and end with `return`."
        )
    return result
