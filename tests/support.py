"""What several test files need: bad inputs, odd layouts, the cells of a notebook."""

import json

import numpy as np
from hypothesis import settings

# The machines that run the tests are slow and shared: no test is failed for its time,
# and the examples are the same in every run.
settings.register_profile("book", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("book")

# What no argument that holds real numbers may accept: (value, exception, message).
NOT_REAL = [
    (None, TypeError, "must hold real numbers, got NoneType"),
    ("three", TypeError, "must hold real numbers, got str"),
    (1 + 2j, TypeError, "must hold real numbers, got complex"),
    ([[1 + 2j]], TypeError, "must hold real numbers, got dtype complex128"),
    ([["1"]], TypeError, "must hold real numbers, got dtype <U1"),
    (np.array([[None]]), TypeError, "must hold real numbers, got dtype object"),
    (np.array([["2026-01-01"]], "M8[D]"), TypeError, "got dtype datetime64"),
    (object(), TypeError, "must hold real numbers, got object"),
    ([[1.0, 2.0], [3.0]], ValueError, "rectangular array, but its rows differ"),
    (np.ma.array([[1.0, 2.0]], mask=[[0, 1]]), ValueError, "masked entries"),
    # numpy.matrix warns of its own retirement when it is made, not when it is used.
    (np.eye(2).view(np.matrix), TypeError, "numpy.matrix, whose . is a matrix product"),
]
NOT_FINITE = [
    ([[1.0, np.nan]], ValueError, r"must be finite, but \w+\[0, 1\] is nan"),
    ([[np.inf, 1.0]], ValueError, r"must be finite, but \w+\[0, 0\] is inf"),
    ([[1.0, 2.0], [-np.inf, np.nan]], ValueError, r"but \w+\[1, 0\] is -inf"),
]
NOT_A_GENERATOR = [None, 0, -1, 1.5, "0", np.random.RandomState(0), np.random]


def code_cells(path):
    """The code cells of a notebook, and those that are too slow for a page."""
    notebook = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in notebook if cell["cell_type"] == "code"]
    tags = [cell["metadata"].get("tags", []) for cell in code]
    return code, {place for place, names in enumerate(tags) if "kernel" in names}


def layouts(x):
    """`x` (2-D) as arrays that hold the same numbers in other ways: {name: array}."""
    read_only = x.copy()
    read_only.flags.writeable = False
    wide = np.repeat(x, 2, axis=1)
    return {
        "fortran": np.asfortranarray(x),
        "reversed": x[::-1].copy()[::-1],
        "every second": wide[:, ::2],
        "read-only": read_only,
        "big-endian": x.astype(x.dtype.newbyteorder(">")),
        "list": x.tolist(),
        "tuple": tuple(map(tuple, x.tolist())),
        "unmasked": np.ma.array(x),
    }
