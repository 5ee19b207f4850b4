"""The first weights: their spread, their limits, and the fans these come from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOT_A_GENERATOR

from nnbook.initializers import (
    fans,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    orthogonal,
    zeros,
)

# Name of the initializer -> the variance that it promises.
VARIANCE = {
    glorot_uniform: lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    glorot_normal: lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    he_uniform: lambda fan_in, fan_out: 2 / fan_in,
    he_normal: lambda fan_in, fan_out: 2 / fan_in,
}
RANDOM = list(VARIANCE)
UNIFORM = [glorot_uniform, he_uniform]
NORMAL = [glorot_normal, he_normal]
# Both have 120,000 entries, enough to tell a variance from one that is 3 % off.
SHAPES = [(300, 400), (5, 5, 60, 80)]


@pytest.mark.parametrize(
    "shape, by_hand",
    [
        ((3, 5), (3, 5)),
        ([3, 5], (3, 5)),
        ((1, 1), (1, 1)),
        ((3, 3, 16, 32), (144, 288)),  # 9 * 16 and 9 * 32
        ((5, 4, 2, 1), (40, 20)),
        ((7, 2, 3), (14, 21)),  # a kernel along one axis
    ],
)
def test_fans_by_hand(shape, by_hand):
    assert fans(shape) == by_hand


@pytest.mark.parametrize("initializer", RANDOM)
@pytest.mark.parametrize("shape", SHAPES)
def test_mean_and_variance(initializer, shape):
    W = initializer(shape, rng=np.random.default_rng(0), dtype=np.float64)
    variance = VARIANCE[initializer](*fans(shape))
    # The variance of n normal numbers is off by sqrt(2 / n) = 0.4 %; five times that.
    assert W.var() == pytest.approx(variance, rel=0.02)
    assert abs(W.mean()) < 5 * np.sqrt(variance / W.size)


@pytest.mark.parametrize("initializer", UNIFORM)
@pytest.mark.parametrize("shape", SHAPES)
def test_uniform_fills_its_range_evenly(initializer, shape):
    W = initializer(shape, rng=np.random.default_rng(0), dtype=np.float64)
    limit = np.sqrt(3 * VARIANCE[initializer](*fans(shape)))
    assert 0.999 * limit < abs(W).max() <= limit
    counts, _ = np.histogram(W, bins=10, range=(-limit, limit))
    np.testing.assert_allclose(counts / W.size, 0.1, atol=0.005)


@pytest.mark.parametrize("initializer", NORMAL)
def test_normal_has_the_tails_of_a_normal_distribution(initializer):
    W = initializer((300, 400), rng=np.random.default_rng(0), dtype=np.float64)
    z = abs(W) / np.sqrt(VARIANCE[initializer](300, 400))
    # 31.7 % lie beyond one standard deviation, 4.55 % beyond two, 0.27 % beyond three.
    for beyond, share in ((1, 0.3173), (2, 0.0455), (3, 0.0027)):
        assert (z > beyond).mean() == pytest.approx(share, abs=0.005)
        assert (z > beyond).any()


@pytest.mark.parametrize("initializer", NORMAL)
def test_a_signal_keeps_its_size_through_many_layers(initializer):
    rng = np.random.default_rng(0)
    x = start = rng.normal(size=(500, 100))
    for _ in range(20):
        x = x @ initializer((100, 100), rng=rng, dtype=np.float64)
        x = np.maximum(x, 0) if initializer is he_normal else x
    # What he keeps through a relu is the mean square; twenty random layers multiply
    # their chance deviations.
    assert 1 / 3 < (x**2).mean() / (start**2).mean() < 3


def test_zeros():
    np.testing.assert_array_equal(zeros((2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(zeros((3,), rng=np.random.default_rng(0)), [0, 0, 0])


@pytest.mark.parametrize("initializer", [zeros, *RANDOM])
@given(shape=st.tuples(*[st.integers(1, 6)] * 2) | st.tuples(*[st.integers(1, 3)] * 4))
def test_shape_and_type(initializer, shape):
    for dtype in (np.float16, np.float32, np.float64):
        W = initializer(shape, rng=np.random.default_rng(0), dtype=dtype)
        assert (W.shape, W.dtype) == (shape, dtype)
        assert np.isfinite(W).all()
    assert initializer(shape, rng=np.random.default_rng(0)).dtype == np.float32


@pytest.mark.parametrize("initializer", RANDOM)
def test_the_generator_decides_and_moves_on(initializer):
    first, second = (initializer((3, 4), rng=np.random.default_rng(7)) for _ in "ab")
    np.testing.assert_array_equal(first, second)
    rng = np.random.default_rng(7)
    first, second = (initializer((3, 4), rng=rng) for _ in "ab")
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("initializer", RANDOM)
@pytest.mark.parametrize("rng", NOT_A_GENERATOR, ids=str)
def test_refuses_what_is_no_generator(initializer, rng):
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        initializer((3, 4), rng=rng)


@pytest.mark.parametrize("initializer", [zeros, *RANDOM])
@pytest.mark.parametrize(
    "shape, exception, message",
    [
        ((3, 0), ValueError, "axis of shape must be at least 1, got 0"),
        ((3, -1), ValueError, "axis of shape must be at least 1, got -1"),
        ((3, 2.5), ValueError, "axis of shape must be a whole number, got 2.5"),
        ((3, "4"), TypeError, "axis of shape must be a whole number, got '4'"),
        (3, TypeError, "shape must be a tuple of whole numbers, got 3"),
        ("34", TypeError, "shape must be a tuple of whole numbers, got '34'"),
        (None, TypeError, "shape must be a tuple of whole numbers, got None"),
    ],
)
def test_refuses_a_shape(initializer, shape, exception, message):
    with pytest.raises(exception, match=message):
        initializer(shape, rng=np.random.default_rng(0))


@pytest.mark.parametrize("initializer", RANDOM)
@pytest.mark.parametrize("shape", [(3,), ()])
def test_refuses_a_shape_without_fans(initializer, shape):
    with pytest.raises(ValueError, match=r"shape must be \(inputs, outputs\) or"):
        initializer(shape, rng=np.random.default_rng(0))


@pytest.mark.parametrize("initializer", [zeros, *RANDOM])
@pytest.mark.parametrize("dtype", [np.int64, bool, complex, "U3", object])
def test_refuses_what_is_no_float_type(initializer, dtype):
    with pytest.raises(TypeError, match="dtype must be a float type like np.float32"):
        initializer((3, 4), rng=np.random.default_rng(0), dtype=dtype)


# orthogonal


@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 9))
def test_the_shorter_of_rows_and_columns_are_orthonormal(n_in, n_out, seed):
    W = orthogonal((n_in, n_out), rng=np.random.default_rng(seed), dtype=np.float64)
    assert W.shape == (n_in, n_out)
    products = W @ W.T if n_in <= n_out else W.T @ W
    np.testing.assert_allclose(products, np.eye(min(n_in, n_out)), atol=1e-12)


def test_a_turn_keeps_lengths_for_ever():
    U = orthogonal((30, 30), rng=np.random.default_rng(0), dtype=np.float64)
    x = start = np.random.default_rng(1).normal(size=30)
    for _ in range(100):
        x = x @ U
    assert np.linalg.norm(x) == pytest.approx(np.linalg.norm(start), rel=1e-10)


def test_every_turn_is_equally_likely():
    # For a turn of the plane drawn evenly, each entry is the cosine of an even angle:
    # mean 0, mean square 1/2, half of the determinants 1 and half -1.
    rng = np.random.default_rng(0)
    turns = np.array([orthogonal((2, 2), rng=rng) for _ in range(4000)])
    np.testing.assert_allclose(turns.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose((turns**2).mean(axis=0), 0.5, atol=0.03)
    assert np.linalg.det(turns).mean() == pytest.approx(0, abs=0.06)


def test_orthogonal_takes_its_type_and_its_generator():
    W = orthogonal((2, 3), rng=np.random.default_rng(0), dtype=np.float16)
    assert W.dtype == np.float16
    assert orthogonal((2, 3), rng=np.random.default_rng(0)).dtype == np.float32
    first, second = (orthogonal((4, 4), rng=np.random.default_rng(7)) for _ in "ab")
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    "shape, options, exception, message",
    [
        ((3,), {}, ValueError, r"shape must be \(inputs, outputs\), got \(3,\)"),
        ((2, 2, 3), {}, ValueError, r"shape must be \(inputs, outputs\), got"),
        ((0, 3), {}, ValueError, "axis of shape must be at least 1, got 0"),
        (3, {}, TypeError, "shape must be a tuple of whole numbers, got 3"),
        ((2, 2), {"rng": 0}, TypeError, "rng must be a numpy Generator"),
        ((2, 2), {"dtype": int}, TypeError, "dtype must be a float type"),
    ],
)
def test_what_orthogonal_refuses(shape, options, exception, message):
    with pytest.raises(exception, match=message):
        orthogonal(shape, **{"rng": np.random.default_rng(0)} | options)
