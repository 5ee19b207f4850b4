"""What a function says when its input makes no sense.

Every public function of the core checks its arguments once, at its edge, with one of
these helpers, and then computes without looking back. A message names the argument,
what was expected, what came and, where there is one, the cure.
"""

import math
import numbers
import os

import numpy as np


def plain_array(name, value):
    """`value` as an ndarray, unless NumPy would have to guess what it means."""
    if isinstance(value, np.matrix):
        raise TypeError(
            f"{name} is a numpy.matrix, whose * is a matrix product; "
            f"use np.asarray({name})"
        )
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ValueError(
            f"{name} has masked entries, which would silently count; "
            f"fill or drop them first"
        )
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be a rectangular array, but its rows differ in length"
        ) from None


def real_array(name, value, *, dtype=None, finite=True):
    """`value` as an array of real numbers, or an error that says why not.

    Lists, tuples, integers and booleans are welcome; they become floats. An array
    that already has the right dtype is returned as it is, never copied or written to.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
        Anything NumPy can read as real numbers.
    dtype : numpy dtype, optional
        The float type to cast to. Without it, float16, float32 and float64 are kept
        and everything else becomes float64.
    finite : bool
        Refuse NaN and infinity.

    Returns
    -------
    ndarray, same shape as `value`

    Raises
    ------
    TypeError
        If `value` is None, complex, text, dates, objects, a matrix or sparse.
    ValueError
        If rows differ in length, entries are masked, or (with `finite`) an entry is
        NaN or infinite.

    Examples
    --------
    >>> real_array("x", [1, 2])
    array([1., 2.])
    """
    given = plain_array(name, value)
    if given.dtype.kind not in "fiub":
        kind = type(value).__name__ if given.ndim == 0 else f"dtype {given.dtype}"
        raise TypeError(f"{name} must hold real numbers, got {kind}")
    if dtype is None:
        dtype = given.dtype if given.dtype.kind == "f" else np.float64
    dtype = np.dtype(dtype).newbyteorder("=")
    array = given
    if given.dtype != dtype:
        # What is too large for a smaller type becomes infinite, and is reported below.
        with np.errstate(over="ignore"):
            array = given.astype(dtype)
    if finite and not all_finite(array):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        too_large = f", too large for {dtype}" if np.isfinite(given[where]) else ""
        raise ValueError(
            f"{name} must be finite, but {name}{list(where) or ''} is "
            f"{given[where]}{too_large}"
        )
    return array


def all_finite(array):
    """Whether no entry is NaN or infinite."""
    # On the small batches of a training loop, to count takes half the time of `all`.
    return np.count_nonzero(np.isfinite(array)) == array.size


def batch(name, value, n_features=None, *, expects="the layer", dtype=None):
    """`value` as a batch of rows, shape (samples, features)."""
    array = real_array(name, value, dtype=dtype)
    batch_shape(name, array.shape, n_features, expects=expects)
    return array


def batch_shape(name, shape, n_features=None, *, expects="the layer"):
    """Refuse a shape that is not (samples, features), with the cure."""
    if len(shape) == 0:
        raise TypeError(f"{name} must have shape (samples, features), got one number")
    if len(shape) == 1:
        raise ValueError(
            f"{name} must have shape (samples, features), got {shape}. "
            f"One sample? Use {name}[None, :]. One feature? Use {name}[:, None]."
        )
    if len(shape) > 2:
        raise ValueError(
            f"{name} must have shape (samples, features), got {shape}. "
            f"Flatten it first: {name}.reshape(len({name}), -1)."
        )
    if shape[1] == 0:
        raise ValueError(f"{name} has 0 features (shape {shape})")
    if None not in (n_features, shape[1]) and shape[1] != n_features:
        raise ValueError(
            f"{name} has {shape[1]} features, {expects} expects {n_features} "
            f"({name} has shape {shape})"
        )


def not_empty(name, array):
    """Refuse an array without samples, whose mean would be NaN."""
    if len(array) == 0:
        raise ValueError(f"{name} has 0 samples (shape {array.shape})")


def same_length(name, array, other_name, other):
    """Refuse two arrays that do not hold the same number of samples."""
    if len(array) != len(other):
        raise ValueError(
            f"{name} and {other_name} must have the same number of samples, "
            f"got {len(array)} and {len(other)}"
        )


def same_shape(name, array, other_name, other):
    """Refuse two arrays that would only agree by broadcasting."""
    if array.shape != other.shape:
        raise ValueError(
            f"{name} must have the shape of {other_name}, {other.shape}, "
            f"got {array.shape}"
        )


def class_labels(name, value, n_classes):
    """`value` as integer class labels 0 .. n_classes - 1, shape (samples,)."""
    array = plain_array(name, value)
    if array.ndim != 1:
        cure = ""
        if array.ndim == 2 and array.shape[1] == n_classes:
            cure = f". One-hot rows? Use {name}.argmax(axis=1)."
        elif array.ndim == 2 and array.shape[1] == 1:
            cure = f". Use {name}[:, 0]."
        raise ValueError(f"{name} must have shape (samples,), got {array.shape}{cure}")
    if array.dtype.kind not in "iub" and array.size:
        kind = ValueError if array.dtype.kind == "f" else TypeError
        raise kind(
            f"{name} must be integers 0..{n_classes - 1}, got dtype {array.dtype}"
        )
    labels = array.astype(np.int64, copy=False)
    # Seen as unsigned a negative label is a huge one, so the largest tells it all.
    if labels.size and labels.view(np.uint64).max() >= n_classes:
        first = int(np.flatnonzero((labels < 0) | (labels >= n_classes))[0])
        raise ValueError(
            f"{name}: label {array[first]} at index {first} outside 0..{n_classes - 1}"
        )
    return labels


def number(name, value, *, above=None, at_least=None, below=None, at_most=None):
    """`value` as a float within the range, which the message spells out."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    limits = [
        (above, "above", lambda limit: value > limit),
        (at_least, "at least", lambda limit: value >= limit),
        (below, "below", lambda limit: value < limit),
        (at_most, "at most", lambda limit: value <= limit),
    ]
    limits = [
        (limit, words, holds) for limit, words, holds in limits if limit is not None
    ]
    if not math.isfinite(value) or not all(holds(limit) for limit, _, holds in limits):
        wanted = " and ".join(f"{words} {limit}" for limit, words, _ in limits)
        raise ValueError(f"{name} must be {wanted or 'finite'}, got {value}")
    return float(value)


def whole_number(name, value, *, at_least=1):
    """`value` as an int of at least `at_least`."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral):
        if isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_):
            raise ValueError(f"{name} must be a whole number, got {value}")
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value}")
    return int(value)


def float_type(name, value):
    """`value` as a numpy float dtype."""
    dtype = np.dtype(value)
    if dtype.kind != "f":
        raise TypeError(f"{name} must be a float type like np.float32, got {dtype}")
    return dtype


def function(name, value):
    """`value` if it can be called."""
    if not callable(value):
        raise TypeError(
            f"{name} must be a function, not its name or its result, got {value!r}"
        )
    return value


def generator(name, value):
    """`value` if it is a numpy random Generator."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(
            f"{name} must be a numpy Generator, got {value!r}. "
            f"Use np.random.default_rng(0)."
        )
    return value


def arrays_in(path):
    """The arrays in an npz file, {name: array}, or an error that says what is wrong.

    Nothing in the file is ever run, as the Python objects that NumPy calls pickles
    would be: such a file is refused like a damaged one.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be the name of a file, got {path!r}")
    with open(path, "rb") as file:
        # What NumPy raises depends on where the damage is, down to bare Exceptions.
        try:
            arrays = dict(np.load(file, allow_pickle=False))
        except Exception as error:
            raise ValueError(
                f"{path} is damaged, or no npz file of plain arrays ({error})"
            ) from None
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise ValueError(f"{path} holds {name}, which is no array")
    return arrays
