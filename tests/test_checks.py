"""The checks themselves: what they let through, and what they say about the rest."""

import re
from fractions import Fraction

import numpy as np
import pytest
from support import NOT_A_GENERATOR, NOT_FINITE, NOT_REAL, layouts

from nnbook import checks


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_real_array_gives_back_the_very_array(dtype):
    x = np.ones((2, 3), dtype)
    assert checks.real_array("x", x) is x
    assert checks.real_array("x", x, dtype=dtype) is x


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int8, np.int64])
def test_real_array_makes_floats_of_integers_and_booleans(dtype):
    x = checks.real_array("x", np.array([0, 1, 200 % 128], dtype))
    assert x.dtype == np.float64
    assert checks.real_array("x", x, dtype=np.float32).dtype == np.float32


def test_real_array_does_not_wrap_around():
    # In uint8, 200 * 2 is 144 and 0 - 1 is 255.
    x = checks.real_array("x", np.array([200, 0], np.uint8))
    np.testing.assert_array_equal(2 * x - 1, [399.0, -1.0])


@pytest.mark.parametrize("name", layouts(np.ones((2, 2))))
def test_real_array_reads_every_layout(name):
    x = np.arange(6.0).reshape(2, 3)
    array = checks.real_array("x", layouts(x)[name])
    assert type(array) is np.ndarray
    assert array.dtype.isnative
    np.testing.assert_array_equal(array, x)


@pytest.mark.parametrize("value, exception, message", NOT_REAL + NOT_FINITE)
def test_real_array_refuses(value, exception, message):
    with pytest.raises(exception, match=message) as error:
        checks.real_array("picture", value)
    assert str(error.value).startswith("picture ")


def test_real_array_without_finite_lets_infinity_and_nan_through():
    values = np.array([np.inf, -np.inf, np.nan])
    assert checks.real_array("x", values, finite=False) is values


def test_real_array_says_what_is_too_large_for_a_smaller_type():
    with pytest.raises(ValueError, match=r"x\[1\] is 1e\+300, too large for float32"):
        checks.real_array("x", [1.0, 1e300], dtype=np.float32)


def test_batch_lets_a_batch_through_empty_ones_too():
    x = np.ones((2, 3))
    assert checks.batch("x", x) is x
    assert checks.batch("x", x, 3) is x
    assert checks.batch("x", np.ones((0, 3)), 3).shape == (0, 3)
    assert checks.batch("x", [[1, 0]], dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize(
    "value, exception, message",
    [
        (2.0, TypeError, "shape (samples, features), got one number"),
        (
            [1, 2],
            ValueError,
            "got (2,). One sample? Use x[None, :]. One feature? Use x",
        ),
        (np.ones((2, 3, 4)), ValueError, "(2, 3, 4). Flatten it first: x.reshape("),
        (np.ones((2, 0)), ValueError, "x has 0 features (shape (2, 0))"),
        (np.ones((5, 7)), ValueError, "x has 7 features, Dense expects 4 (x has shape"),
    ],
)
def test_batch_refuses(value, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        checks.batch("x", value, 4, expects="Dense")


def test_not_empty():
    checks.not_empty("x", np.ones((1, 4)))
    with pytest.raises(ValueError, match=r"x has 0 samples \(shape \(0, 4\)\)"):
        checks.not_empty("x", np.ones((0, 4)))


def test_same_length():
    checks.same_length("x", np.ones((3, 2)), "y", np.ones(3))
    with pytest.raises(ValueError, match="x and y must have the same .* got 3 and 2"):
        checks.same_length("x", np.ones((3, 2)), "y", np.ones(2))


def test_same_shape_never_broadcasts():
    checks.same_shape("y", np.ones((3, 1)), "x", np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"y must have the shape of x, \(3, 1\), got"):
        checks.same_shape("y", np.ones(3), "x", np.ones((3, 1)))


@pytest.mark.parametrize(
    "labels",
    [[0, 2, 1], (0, 2, 1), np.array([0, 2, 1], np.uint8), np.array([0, 2, 1], ">i4")],
    ids=["list", "tuple", "uint8", "big-endian"],
)
def test_class_labels_become_int64(labels):
    array = checks.class_labels("labels", labels, 3)
    assert array.dtype == np.int64
    assert array.tolist() == [0, 2, 1]


def test_class_labels_may_be_booleans_or_absent():
    assert checks.class_labels("labels", [True, False], 2).tolist() == [1, 0]
    assert checks.class_labels("labels", [], 2).tolist() == []


@pytest.mark.parametrize(
    "value, exception, message",
    [
        ([0, 1, 2, 0, 3], ValueError, "label 3 at index 4 outside 0..2"),
        ([0, -1], ValueError, "label -1 at index 1 outside 0..2"),
        ([2**63], ValueError, f"label {2**63} at index 0 outside 0..2"),
        ([0.7, 1.0], ValueError, "must be integers 0..2, got dtype float64"),
        ([1.0, 2.0], ValueError, "must be integers 0..2, got dtype float64"),
        ([np.nan], ValueError, "must be integers 0..2, got dtype float64"),
        (["cat"], TypeError, "must be integers 0..2, got dtype <U3"),
        ([None], TypeError, "must be integers 0..2, got dtype object"),
        (1, ValueError, "must have shape (samples,), got ()"),
        ([[1], [0]], ValueError, "got (2, 1). Use labels[:, 0]."),
        (np.eye(3), ValueError, "got (3, 3). One-hot rows? Use labels.argmax(axis=1)."),
        ([[1], [0, 1]], ValueError, "labels must be a rectangular array"),
        (np.ma.array([0, 1], mask=[0, 1]), ValueError, "labels has masked entries"),
        (np.eye(2).view(np.matrix), TypeError, "labels is a numpy.matrix"),
    ],
)
def test_class_labels_refuses(value, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        checks.class_labels("labels", value, 3)


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), np.int8(1), Fraction(1, 2)])
def test_number_becomes_a_python_float(value):
    result = checks.number("rate", value, above=0, at_most=1)
    assert type(result) is float
    assert result == value


@pytest.mark.parametrize(
    "value, limits, exception, message",
    [
        (0, {"above": 0}, ValueError, "rate must be above 0, got 0"),
        (-0.1, {"at_least": 0}, ValueError, "rate must be at least 0, got -0.1"),
        (1, {"at_least": 0, "below": 1}, ValueError, "at least 0 and below 1, got 1"),
        (1.5, {"above": 0, "at_most": 1}, ValueError, "above 0 and at most 1, got 1.5"),
        (np.nan, {"above": 0}, ValueError, "rate must be above 0, got nan"),
        (np.inf, {"above": 0}, ValueError, "rate must be above 0, got inf"),
        (np.inf, {}, ValueError, "rate must be finite, got inf"),
        ("0.1", {}, TypeError, "rate must be a number, got '0.1'"),
        (None, {}, TypeError, "rate must be a number, got None"),
        (True, {}, TypeError, "rate must be a number, got True"),
        (np.True_, {}, TypeError, "rate must be a number, got"),
        (1j, {}, TypeError, "rate must be a number, got 1j"),
        ([1.0], {}, TypeError, "rate must be a number, got [1.0]"),
    ],
)
def test_number_refuses(value, limits, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        checks.number("rate", value, **limits)


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_whole_number_becomes_a_python_int(value):
    assert type(checks.whole_number("n", value)) is int


@pytest.mark.parametrize(
    "value, exception, message",
    [
        (0, ValueError, "n must be at least 1, got 0"),
        (-1, ValueError, "n must be at least 1, got -1"),
        (2.5, ValueError, "n must be a whole number, got 2.5"),
        (3.0, ValueError, "n must be a whole number, got 3.0"),
        (np.nan, ValueError, "n must be a whole number, got nan"),
        ("3", TypeError, "n must be a whole number, got '3'"),
        (None, TypeError, "n must be a whole number, got None"),
        (True, TypeError, "n must be a whole number, got True"),
    ],
)
def test_whole_number_refuses(value, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        checks.whole_number("n", value)


def test_whole_number_may_start_at_zero():
    assert checks.whole_number("epochs", 0, at_least=0) == 0
    with pytest.raises(ValueError, match="epochs must be at least 0, got -3"):
        checks.whole_number("epochs", -3, at_least=0)


def test_generator_is_given_back():
    rng = np.random.default_rng(0)
    assert checks.generator("rng", rng) is rng


@pytest.mark.parametrize("value", NOT_A_GENERATOR, ids=str)
def test_generator_refuses(value):
    with pytest.raises(
        TypeError, match=r"rng must be a numpy Generator, got .*default"
    ):
        checks.generator("rng", value)


def test_real_array_refuses_a_sparse_matrix():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match="x must hold real numbers, got csr_array"):
        checks.real_array("x", sparse.csr_array([[1.0, 0.0]]))


def test_real_array_reads_a_table():
    class Table:  # what a pandas DataFrame is to NumPy
        def __array__(self, dtype=None, copy=None):
            return np.array([[1, 2]], dtype)

    np.testing.assert_array_equal(checks.real_array("x", Table()), [[1.0, 2.0]])
