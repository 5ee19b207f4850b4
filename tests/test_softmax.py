"""The softmax family against arithmetic of 690 digits, SciPy, Keras, and bad inputs."""

import math
import re

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support import NOT_REAL, layouts

from nnbook.gradcheck import check_loss, numerical_gradient
from nnbook.softmax import (
    log_softmax,
    logsumexp,
    logsumexp_in_blocks,
    softmax,
    softmax_cross_entropy,
)

TINY = 5e-324  # the smallest float above 0: below it no digits can be right
LARGEST = np.finfo(float).max
FUNCTIONS = [softmax, log_softmax, logsumexp]

# By hand


def test_softmax_by_hand():
    # exp: 1, 2, 5; sum 8.
    z = np.log([1.0, 2.0, 5.0])
    np.testing.assert_allclose(softmax(z), [0.125, 0.25, 0.625], rtol=1e-15)
    np.testing.assert_allclose(log_softmax(z), np.log([0.125, 0.25, 0.625]), rtol=1e-14)
    assert logsumexp(z) == pytest.approx(math.log(8), rel=1e-15)


def test_printed_values_of_the_classic_example():
    p = [f"{value:.4f}" for value in softmax([-3.0, -1.0, 0.0, 3.0, 5.0])]
    assert p == ["0.0003", "0.0022", "0.0059", "0.1182", "0.8734"]
    log_p = log_softmax([-3.0, -1.0, 0.0, 3.0, 1000.0])
    np.testing.assert_array_equal(log_p, [-1003.0, -1001.0, -1000.0, -997.0, 0.0])


def test_cross_entropy_by_hand():
    # Row 1: p = (0.25, 0.75), true class 0; row 2: p = (0.5, 0.5), true class 1.
    z = [[0.0, math.log(3)], [7.0, 7.0]]
    loss, d = softmax_cross_entropy(z, [0, 1])
    assert loss == pytest.approx((math.log(4) + math.log(2)) / 2, rel=1e-15)
    np.testing.assert_allclose(d, [[-0.375, 0.375], [0.25, -0.25]], rtol=1e-15)


def test_soft_cross_entropy_by_hand():
    # p = (0.25, 0.75), shares (0.5, 0.5): (log 4 + log 4 - log 3) / 2.
    loss, d = softmax_cross_entropy([[0.0, math.log(3)]], [[0.5, 0.5]])
    assert loss == pytest.approx(math.log(4) - math.log(3) / 2, rel=1e-15)
    np.testing.assert_allclose(d, [[-0.25, 0.25]], rtol=1e-15)


def test_loss_of_probabilities_60_20_20():
    loss, _ = softmax_cross_entropy([np.log([0.6, 0.2, 0.2])], [0])
    assert loss == pytest.approx(0.5108256237659907, rel=1e-14)


def test_only_differences_count():
    np.testing.assert_allclose(softmax([500.0, 500.1]), softmax([0.0, 0.1]), rtol=1e-12)


def test_subtracting_the_minimum_would_not_do():
    # exp(2000) overflows, so the shift must be the maximum.
    np.testing.assert_array_equal(softmax([-1000.0, 1000.0]), [0.0, 1.0])


def test_a_dominated_class_keeps_its_digits():
    # log p of the winner is -log(1 + e^-40), about -e^-40; 1 - p would give 0.
    assert log_softmax([0.0, -40.0])[0] == pytest.approx(-math.exp(-40), rel=1e-15)
    loss, d = softmax_cross_entropy([[0.0, -40.0]], [0])
    assert loss == pytest.approx(math.exp(-40), rel=1e-15)
    np.testing.assert_allclose(d, [[-math.exp(-40), math.exp(-40)]], rtol=1e-14)


def test_a_loss_too_large_for_a_float_is_infinite_without_a_warning():
    z = [[1e308, -1e308]]
    np.testing.assert_array_equal(log_softmax(z), [[0.0, -np.inf]])
    assert softmax_cross_entropy(z, [1])[0] == np.inf
    assert softmax_cross_entropy(z, [0])[0] == 0.0
    # Half of it is not too large, nor is its mean with a loss of 0.
    assert softmax_cross_entropy(z, [[0.5, 0.5]])[0] == pytest.approx(1e308)
    assert softmax_cross_entropy(z * 2, [0, 1])[0] == pytest.approx(1e308)
    # And a mean may be finite where the sum is not.
    wrong = [[0.0, -1.7e308]] * 3
    assert softmax_cross_entropy(wrong, [1, 1, 1])[0] == pytest.approx(1.7e308)


def test_a_class_may_be_ruled_out():
    z = [[0.0, -np.inf, 0.0]]
    np.testing.assert_array_equal(softmax(z), [[0.5, 0.0, 0.5]])
    np.testing.assert_array_equal(log_softmax(z)[0, 1], -np.inf)
    assert logsumexp(z) == math.log(2)
    assert softmax_cross_entropy(z, [1])[0] == np.inf
    loss, d = softmax_cross_entropy(z, [[0.5, 0.0, 0.5]])
    assert loss == math.log(2)
    np.testing.assert_array_equal(d, [[0.0, 0.0, 0.0]])


# Against exact arithmetic

logit = st.one_of(
    st.floats(-50, 50),
    st.floats(-1e4, 1e4),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1e4, -1e4, 1e308, -1e308, LARGEST, -LARGEST, TINY]),
)
rows = hnp.arrays(float, hnp.array_shapes(min_dims=2, max_dims=2), elements=logit)


def exact_log_softmax(z):
    """log p of each entry of one row, straight from the definition."""
    z = [mpmath.mpf(float(value)) for value in z]
    total = mpmath.fsum(mpmath.exp(value) for value in z)
    return [value - mpmath.log(total) for value in z]


def assert_right(got, exact, rel=1e-12, abs=2 * TINY):
    """12 digits where a finite float is nearest, otherwise the infinity of its sign."""
    if mpmath.fabs(exact) >= LARGEST * (1 + mpmath.mpf(2) ** -54):  # rounds to inf
        assert got == math.copysign(math.inf, exact)
    else:
        assert mpmath.fabs(mpmath.mpf(float(got)) - exact) <= (
            rel * mpmath.fabs(exact) + mpmath.mpf(abs)
        )


@given(rows)
@example(np.array([[0.0, -40.0], [-700.0, 30.0]]))
@example(np.array([[0.0, 1e-17, -1e-300], [1e308, -1e308, 1e308]]))
@example(np.array([[-math.log(2), -math.log(2)], [-745.0, 0.0]]))
def test_every_value_is_right_to_12_digits(z):
    p, log_p, total = softmax(z), log_softmax(z), logsumexp(z)
    with mpmath.workprec(2300):
        for i, row in enumerate(z):
            exact = exact_log_softmax(row)
            for j, value in enumerate(exact):
                assert_right(log_p[i, j], value)
                assert_right(p[i, j], mpmath.exp(value))
            # Where the maximum and the logarithm of the sum cancel, 15 decimals.
            assert_right(total[i], row[0] - exact[0], abs=2e-15)


@given(st.data(), rows)
@example(None, np.array([[0.0, -40.0], [0.0, -800.0]]))
@example(None, np.array([[1e308, -1e308], [0.0, 0.0], [1e308, 0.0]]))
def test_cross_entropy_is_right_to_12_digits(data, z):
    n, k = z.shape
    class_number = st.integers(0, k - 1)
    labels = data.draw(hnp.arrays(int, n, elements=class_number)) if data else [0] * n
    labels = np.asarray(labels)
    loss, d = softmax_cross_entropy(z, labels)
    with mpmath.workprec(2300):
        exact = [exact_log_softmax(row) for row in z]
        assert_right(
            loss, -mpmath.fsum(exact[i][labels[i]] for i in range(n)) / n, rel=1e-12
        )
        for i in range(n):
            for j in range(k):
                slope = (mpmath.exp(exact[i][j]) - (j == labels[i])) / n
                assert_right(d[i, j], slope)
    # One-hot labels say the same, to the last bit.
    hot_loss, hot_d = softmax_cross_entropy(z, np.eye(k)[labels])
    assert hot_loss == loss
    np.testing.assert_array_equal(hot_d, d)


@given(st.data(), rows)
def test_soft_cross_entropy_is_right_to_12_digits(data, z):
    n, k = z.shape
    weights = data.draw(hnp.arrays(float, (n, k), elements=st.floats(0, 1)))
    weights[:, 0] += 0.1
    shares = weights / weights.sum(axis=1, keepdims=True)
    shares[shares < 1e-200] = 0
    loss, d = softmax_cross_entropy(z, shares)
    with mpmath.workprec(2300):
        total = mpmath.mpf(0)
        for i in range(n):
            for j, value in enumerate(exact_log_softmax(z[i])):
                total -= mpmath.mpf(float(shares[i, j])) * value
                # Near p = t the digits of p - t cancel, so 15 decimals.
                assert_right(d[i, j], (mpmath.exp(value) - shares[i, j]) / n, abs=1e-15)
        assert_right(loss, total / n)


# Against loops, differences, SciPy and Keras


def naive_softmax(row):
    total = 0.0
    for z in row:
        total += math.exp(z)
    return [math.exp(z) / total for z in row]


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (6, 3)], ids=str)
def test_everything_equals_a_loop(shape):
    rng = np.random.default_rng(0)
    z, labels = rng.normal(size=shape), rng.integers(0, shape[1], shape[0])
    p = np.array([naive_softmax(row) for row in z.tolist()])
    np.testing.assert_allclose(softmax(z), p, rtol=1e-14)
    np.testing.assert_allclose(log_softmax(z), np.log(p), rtol=1e-13, atol=1e-15)
    loss, d = softmax_cross_entropy(z, labels)
    total = 0.0
    for i, label in enumerate(labels):
        total -= math.log(p[i, label])
        p[i, label] -= 1
    np.testing.assert_allclose(loss, total / shape[0], rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(d, p / shape[0], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("soft", [False, True])
def test_gradient_equals_central_differences(soft):
    rng = np.random.default_rng(1)
    z = 3 * rng.normal(size=(4, 5))
    labels = rng.dirichlet(np.ones(5), size=4) if soft else rng.integers(0, 5, 4)
    assert check_loss(softmax_cross_entropy, z, labels) < 1e-6


def test_the_gradient_of_logsumexp_is_the_softmax():
    z = [0.3, -1.2, 2.0]
    np.testing.assert_allclose(numerical_gradient(logsumexp, z), softmax(z), rtol=1e-8)


@given(
    st.data(),
    hnp.arrays(
        st.sampled_from([np.float32, np.float64]),
        hnp.array_shapes(min_dims=1, max_dims=4, max_side=4),
        # Differences within float32, beyond which SciPy warns.
        elements=st.one_of(
            st.floats(-30, 30, width=32),
            st.floats(-(2.0**120), 2.0**120, width=32),
        ),
    ),
)
def test_equal_to_scipy_along_any_axis(data, z):
    axis = data.draw(st.integers(-z.ndim, z.ndim - 1))
    tolerance = 1e-12 if z.dtype == np.float64 else 1e-5
    for function in FUNCTIONS:
        result = function(z, axis=axis)
        expected = getattr(scipy.special, function.__name__)(z, axis=axis)
        assert result.dtype == z.dtype
        assert result.shape == expected.shape
        # Near 0, SciPy's logarithms are right to the last digit of 1 rather than their
        # own: log p of [12, 0, 0] in float32 is -1.2288e-5, and SciPy says -1.2398e-5.
        slack = 0 if function is softmax else 4 * np.finfo(z.dtype).eps
        np.testing.assert_allclose(result, expected, rtol=tolerance, atol=slack)


@pytest.mark.keras
@pytest.mark.parametrize("labels", ["integers", "one-hot", "soft"])
@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-12), ("float32", 1e-5)])
def test_loss_and_gradient_equal_keras(labels, dtype, tolerance):
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(2)
    z = (3 * rng.normal(size=(6, 4))).astype(dtype)
    target = {
        "integers": rng.integers(0, 4, 6),
        "one-hot": np.eye(4)[rng.integers(0, 4, 6)].astype(dtype),
        "soft": rng.dirichlet(np.ones(4), size=6).astype(dtype),
    }[labels]
    name = "CategoricalCrossentropy"
    if labels == "integers":
        name = "SparseCategoricalCrossentropy"
    keras_loss = getattr(keras.losses, name)(from_logits=True, dtype=dtype)
    variable = tf.Variable(z)
    with tf.GradientTape() as tape:
        expected = keras_loss(target, variable)
    loss, d = softmax_cross_entropy(z, target)
    assert d.dtype == dtype
    np.testing.assert_allclose(loss, float(expected), rtol=tolerance)
    np.testing.assert_allclose(
        d, tape.gradient(expected, variable), rtol=tolerance, atol=tolerance * 1e-2
    )


# Properties


@given(rows, st.floats(-100, 100))
def test_properties(z, shift):
    p = softmax(z)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    assert (p >= 0).all()
    assert (log_softmax(z) <= 0).all()
    assert (logsumexp(z) >= z.max(axis=1)).all()
    # One sample alone gives what it gives in a batch.
    for i, row in enumerate(z):
        np.testing.assert_allclose(softmax(row), p[i], rtol=1e-12)
    # Adding a number to every logit changes nothing but the rounding of the sum.
    small = np.clip(z, -100, 100)
    np.testing.assert_allclose(
        softmax(small + shift), softmax(small), rtol=1e-10, atol=TINY
    )


@given(rows)
def test_the_gradient_of_a_row_sums_to_zero(z):
    labels = np.zeros(len(z), int)
    _, d = softmax_cross_entropy(z, labels)
    np.testing.assert_allclose(d.sum(axis=1), 0, atol=1e-15)


def test_float32_is_within_a_few_last_digits_of_float64():
    rng = np.random.default_rng(3)
    z, labels = 10 * rng.normal(size=(64, 10)), rng.integers(0, 10, 64)
    z32 = z.astype(np.float32)
    z = z32.astype(float)
    for function in FUNCTIONS:
        np.testing.assert_allclose(function(z32), function(z), rtol=1e-4)
    loss, d = softmax_cross_entropy(z32, labels)
    assert d.dtype == np.float32
    assert type(loss) is float
    assert loss == pytest.approx(softmax_cross_entropy(z, labels)[0], rel=1e-5)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_is_kept_and_extremes_give_no_warning(dtype):
    top = np.finfo(dtype).max
    z = np.array([[top, -top], [top, top], [0, -1000]], dtype)
    for function in FUNCTIONS:
        assert function(z).dtype == dtype
    assert softmax_cross_entropy(z, [0, 0, 0])[1].dtype == dtype
    soft = np.full((3, 2), 0.5)
    assert np.isfinite(softmax_cross_entropy(z, soft)[0])


def test_integers_become_floats():
    z = np.array([[200, 0]], np.uint8)
    np.testing.assert_allclose(log_softmax(z), [[0, -200]], atol=1e-80)
    assert softmax([[True, False]]).dtype == np.float64


def test_an_empty_batch_gives_an_empty_batch():
    assert softmax(np.ones((0, 3))).shape == (0, 3)
    assert log_softmax(np.ones((0, 3))).shape == (0, 3)
    assert logsumexp(np.ones((0, 3))).shape == (0,)


@pytest.mark.parametrize("name", layouts(np.ones((2, 2))))
def test_every_layout_of_the_same_numbers_gives_the_same(name):
    # Wide enough for sums to depend on the order of adding.
    rng = np.random.default_rng(4)
    z, shares = rng.normal(size=(5, 40)), rng.dirichlet(np.ones(40), size=5)
    for function in FUNCTIONS:
        np.testing.assert_array_equal(function(layouts(z)[name]), function(z))
    loss, d = softmax_cross_entropy(layouts(z)[name], layouts(shares)[name])
    expected, d_expected = softmax_cross_entropy(z, shares)
    assert loss == expected
    np.testing.assert_array_equal(d, d_expected)


@pytest.mark.parametrize("labels", [np.array([2, 0]), np.eye(3)[[2, 0]]])
def test_arguments_are_not_written_to(labels):
    z = np.array([[1.0, 2.0, 3.0], [0.0, -np.inf, 0.0]])
    before = z.copy(), labels.copy()
    softmax_cross_entropy(z, labels)
    for function in FUNCTIONS:
        function(z)
    np.testing.assert_array_equal(z, before[0])
    np.testing.assert_array_equal(labels, before[1])


# In blocks


def cut(z, places):
    """The classes of `z` in blocks, cut before the columns `places`."""
    return np.split(z, sorted(set(places)), axis=-1)


def test_blocks_by_hand():
    # 1 + 2 come first; then 5, larger, and the old sum counts 3/5 of it; 8 in all.
    blocks = [np.log([[1.0, 2.0]]), np.log([[5.0]])]
    np.testing.assert_allclose(logsumexp_in_blocks(blocks), [math.log(8)], rtol=1e-15)


@given(
    hnp.arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 8)), elements=logit),
    st.sets(st.integers(1, 7)),
)
def test_blocks_are_right_however_they_are_cut(z, places):
    places = [place for place in places if place < z.shape[1]]
    total = logsumexp_in_blocks(cut(z, places))
    assert total.shape == z.shape[:1]
    with mpmath.workprec(2300):
        for i, row in enumerate(z):
            assert_right(total[i], row[0] - exact_log_softmax(row)[0], abs=2e-15)


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_blocks_come_one_at_a_time_and_in_any_order(size):
    rng = np.random.default_rng(5)
    z = 300 * rng.normal(size=(2, 3, 7))
    expected = logsumexp(z)

    def blocks(order):
        buffer = np.empty_like(z)  # one for all: a block is gone when the next comes
        for start in order:
            block = buffer[..., : len(z[0, 0, start : start + size])]
            block[...] = z[..., start : start + size]
            yield block

    starts = range(0, 7, size)
    for order in (starts, reversed(starts)):
        np.testing.assert_allclose(
            logsumexp_in_blocks(blocks(order)), expected, rtol=1e-14
        )


def test_a_block_may_rule_out_all_its_classes():
    nothing = np.full((1, 2), -np.inf)
    for blocks in ([nothing, [[3.0]]], [[[3.0]], nothing], [nothing, nothing, [[3.0]]]):
        np.testing.assert_array_equal(logsumexp_in_blocks(blocks), [3.0])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_blocks_keep_the_dtype_and_give_no_warning(dtype):
    top = np.finfo(dtype).max
    total = logsumexp_in_blocks([np.array([[-top]], dtype), np.array([[top]], dtype)])
    assert total.dtype == dtype
    np.testing.assert_array_equal(total, [top])


def test_one_row_alone_and_lists_will_do():
    assert logsumexp_in_blocks([[0.0, 0.0], [0.0]]) == pytest.approx(math.log(3))
    assert logsumexp_in_blocks([[0, 0]]).dtype == np.float64


def test_the_blocks_are_not_written_to():
    blocks = [np.array([[1.0, -np.inf]]), np.array([[2.0, 3.0]])]
    before = [block.copy() for block in blocks]
    logsumexp_in_blocks(blocks)
    np.testing.assert_array_equal(blocks, before)


BAD_BLOCKS = [
    ([], ValueError, "blocks must hold at least one block of logits, got none"),
    (
        [[[1.0]], [[1.0], [2.0]]],
        ValueError,
        "blocks[1] must have the rows of the first",
    ),
    ([[[1.0]], [1.0]], ValueError, "shape (1,) without the classes, got ()"),
    ([np.ones((2, 0))], ValueError, "blocks[0] must have shape (..., classes), at lea"),
    ([2.0], ValueError, "blocks[0] must have shape (..., classes), at least 1, got ()"),
    ([[1.0], [np.nan]], ValueError, "finite or -inf, but blocks[1][0] is nan"),
    ([[[0.0, np.inf]]], ValueError, "finite or -inf, but blocks[0][0, 1] is inf"),
    ([[-np.inf], [-np.inf]], ValueError, "leave every row a class"),
    ([[[0.0], [-np.inf]], [[0.0], [-np.inf]]], ValueError, "leave every row a class"),
    (None, TypeError, "not iterable"),
]


@pytest.mark.parametrize("blocks, exception, message", BAD_BLOCKS)
def test_refuses_blocks(blocks, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        logsumexp_in_blocks(blocks)


@pytest.mark.parametrize("value, exception, message", NOT_REAL)
def test_refuses_blocks_that_hold_no_numbers(value, exception, message):
    with pytest.raises(exception, match=rf"blocks\[0\] .*{message}"):
        logsumexp_in_blocks([value])


# What they refuse

Z = np.zeros((5, 3))
BAD_LOGITS = [
    (2.0, {}, TypeError, "logits must be an array, got the number 2.0"),
    ([], {}, ValueError, "logits has 0 classes (shape (0,), axis -1)"),
    (np.ones((2, 0)), {}, ValueError, "logits has 0 classes (shape (2, 0), axis -1)"),
    (
        Z,
        {"axis": 2},
        ValueError,
        "axis must be below 2, got 2 (logits has shape",
    ),
    (Z, {"axis": -3}, ValueError, "axis must be at least -2, got -3"),
    (Z, {"axis": None}, TypeError, "axis must be a whole number, got None"),
    (Z, {"axis": 0.5}, ValueError, "axis must be a whole number, got 0.5"),
    ([1.0, np.nan], {}, ValueError, "finite or -inf, but logits[1] is nan"),
    ([[1.0, 2.0], [np.inf, 2.0]], {}, ValueError, "logits[1, 0] is inf"),
    ([-np.inf, -np.inf], {}, ValueError, "leave every row a class, but one is -inf"),
    ([[0.0], [-np.inf]], {}, ValueError, "leave every row a class"),
]


@pytest.mark.parametrize("logits, options, exception, message", BAD_LOGITS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_refuses_logits(function, logits, options, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        function(logits, **options)


@pytest.mark.parametrize("value, exception, message", NOT_REAL)
def test_refuses_what_is_no_number(value, exception, message):
    for function in FUNCTIONS:
        with pytest.raises(exception, match=f"logits .*{message}"):
            function(value)
    with pytest.raises(exception, match=f"logits .*{message}"):
        softmax_cross_entropy(value, [0])


BAD_CALLS = [
    (np.zeros(3), [0], "logits must have shape (samples, classes), got (3,). One samp"),
    (np.zeros((2, 3, 4)), [0, 0], "logits must have shape (samples, classes), got"),
    (np.zeros((0, 3)), [], "logits has 0 samples (shape (0, 3))"),
    (np.zeros((3, 0)), [0, 0, 0], "logits has 0 classes (shape (3, 0)"),
    ([[0.0, np.nan]], [0], "finite or -inf, but logits[0, 1] is nan"),
    ([[0.0, 1.0], [-np.inf, -np.inf]], [0, 0], "leave every row a class"),
    (Z, [0, 1, 2, 0], "labels and logits must have the same number of samples, got 4"),
    (Z, [0, 1, 2, 0, 3], "label 3 at index 4 outside 0..2"),
    (Z, [0, -1, 2, 0, 2], "label -1 at index 1 outside 0..2"),
    (Z, [0.0, 1.0, 2.0, 0.0, 1.0], "labels must be integers 0..2, got dtype float64"),
    (Z, [0.7, 1, 2, 0, 1], "labels must be integers 0..2, got dtype float64"),
    (Z, np.zeros((5, 1), int), "got (5, 1). Class numbers? Use labels[:, 0]."),
    (
        Z,
        np.eye(4)[[0, 1, 2, 0, 1]],
        "(samples,) or the shape of logits, (5, 3), got (5",
    ),
    (Z, np.eye(3), "the shape of logits, (5, 3), got (3, 3)."),
    (Z, 0, "labels must have shape (samples,), got ()"),
    (Z, np.zeros((5, 3)), "labels[0] is [0. 0. 0.], which sums to 0.0"),
    (Z, np.eye(3)[[0, 1, 2, 0, 1]] * 2, "which sums to 2.0"),
    (Z, [[1, 0, 0]] * 4 + [[1.5, -0.5, 0]], "labels[4] is [ 1.5 -0.5  0. ]"),
    (Z, [[0.33, 0.33, 0.33]] * 5, "at least 0 and sum to 1, but labels[0]"),
    (Z, [[np.nan, 1, 0]] * 5, "labels must be finite, but labels[0, 0] is nan"),
    (Z, [[0], [0, 1], [2], [0], [1]], "labels must be a rectangular array"),
]


@pytest.mark.parametrize("logits, labels, message", BAD_CALLS)
def test_cross_entropy_refuses(logits, labels, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        softmax_cross_entropy(logits, labels)


@pytest.mark.parametrize("labels", [None, ["a"] * 5, [1j] * 5, [["a"] * 3] * 5])
def test_cross_entropy_refuses_labels_of_another_kind(labels):
    with pytest.raises((TypeError, ValueError), match="labels "):
        softmax_cross_entropy(Z, labels)
