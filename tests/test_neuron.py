"""One neuron, against numbers worked out by hand and against slow loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOT_FINITE, NOT_REAL

from nnbook.neuron import (
    fit_logistic,
    logistic_gradient,
    logistic_neuron,
    perceptron,
    perceptron_rule,
    threshold,
    weighted_sum,
)

AND = ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])
XOR = ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])


def test_weighted_sum_by_hand():
    # 0.5 * 2 + 1 * (-3) + 4 = 2 and 1 * 2 + 2 * (-3) + 4 = 0
    z = weighted_sum([[0.5, 1.0], [1.0, 2.0]], [2.0, -3.0], 4.0)
    np.testing.assert_array_equal(z, [2.0, 0.0])


def test_one_sample_is_its_row_of_a_batch():
    x = np.random.default_rng(0).normal(size=(5, 3))
    w, b = [0.3, -0.2, 0.7], 0.1
    for function in (weighted_sum, perceptron, logistic_neuron):
        rows = [function(sample, w, b) for sample in x]
        np.testing.assert_allclose(rows, function(x, w, b), rtol=1e-12)
        assert np.ndim(function(x[0], w, b)) == 0


def test_an_empty_batch_has_no_answers():
    assert perceptron(np.ones((0, 2)), [1, 1], 0).shape == (0,)


def test_threshold_says_no_at_zero_itself():
    z = threshold([[-1.0, -0.0], [0.0, 1e-300]])
    np.testing.assert_array_equal(z, [[0, 0], [0, 1]])
    assert z.dtype == np.int64


def test_perceptron_rule_by_hand():
    # From w = 0, b = 0. Sample (1, 1), label 0: 0 is not above 0, right.
    # Sample (1, 0), label 1: answer 0, a missed 1: w = (1, 0), b = 1.
    # Second epoch. (1, 1), label 0: 2 > 0, a false 1: w = (0, -1), b = 0.
    # (1, 0), label 1: 0, a missed 1: w = (1, -1), b = 1.
    # Third epoch. (1, 1): 1 > 0, false: w = (0, -2), b = 0. (1, 0): 0, missed:
    # w = (1, -2), b = 1. Fourth: (1, 1): 0, right. (1, 0): 2, right.
    w, b, mistakes = perceptron_rule([[1, 1], [1, 0]], [0, 1], epochs=4)
    assert (w.tolist(), b, mistakes) == ([1.0, -2.0], 1.0, [1, 2, 2, 0])


def test_perceptron_rule_learns_and():
    w, b, mistakes = perceptron_rule(*AND, epochs=20)
    np.testing.assert_array_equal(perceptron(AND[0], w, b), AND[1])
    assert mistakes[-1] == 0


def test_perceptron_rule_never_rests_on_xor():
    _, _, mistakes = perceptron_rule(*XOR, epochs=200)
    assert min(mistakes) >= 1


def test_perceptron_rule_stays_within_novikoffs_bound():
    # With the bias as a weight of a constant 1: (w, b) = (1, 1, -1.5) / sqrt(4.25)
    # separates AND with a margin of 0.5 / sqrt(4.25); the longest sample is sqrt(3).
    # Novikoff: at most 3 / (0.25 / 4.25) = 51 mistakes, ever.
    _, _, mistakes = perceptron_rule(*AND, epochs=100)
    assert sum(mistakes) <= 51


@given(st.floats(1e-3, 1e3))
def test_the_learning_rate_of_the_perceptron_only_scales(learning_rate):
    # Powers of two, so that scaling is exact and no sum is rounded another way.
    learning_rate = 2.0 ** round(math.log2(learning_rate))
    w, b, mistakes = perceptron_rule(*XOR, epochs=5)
    scaled = perceptron_rule(*XOR, epochs=5, learning_rate=learning_rate)
    np.testing.assert_array_equal(scaled[0], learning_rate * w)
    assert scaled[1:] == (learning_rate * b, mistakes)


def test_no_epochs_and_no_steps_leave_the_zeros_alone():
    w, b, history = perceptron_rule(*AND, epochs=0)
    assert (w.tolist(), b, history) == ([0.0, 0.0], 0.0, [])
    w, b, history = fit_logistic(*AND, learning_rate=1.0, steps=0)
    assert (w.tolist(), b, history) == ([0.0, 0.0], 0.0, [])


def test_logistic_neuron_by_hand():
    # z = log 3, and sigmoid(log 3) = 1 / (1 + 1/3) = 3/4
    p = logistic_neuron([[1.0]], [math.log(3)], 0.0)
    np.testing.assert_allclose(p, [0.75], rtol=1e-15)


def test_logistic_gradient_by_hand():
    # z = (log 3, -log 3), p = (3/4, 1/4); both labels are 1.
    # loss = (-log 3/4 - log 1/4) / 2 = log(16/3) / 2
    # d_w = ((3/4 - 1) * 1 + (1/4 - 1) * (-1)) / 2 = 1/4; d_b = (-1/4 - 3/4) / 2 = -1/2
    loss, d_w, d_b = logistic_gradient([[1.0], [-1.0]], [1, 1], [math.log(3)], 0.0)
    assert loss == pytest.approx(math.log(16 / 3) / 2, rel=1e-14)
    np.testing.assert_allclose(d_w, [0.25], rtol=1e-14)
    assert d_b == pytest.approx(-0.5, rel=1e-14)
    assert type(loss) is type(d_b) is float


def test_logistic_gradient_against_a_loop():
    rng = np.random.default_rng(1)
    x, w, b = rng.normal(size=(6, 3)), rng.normal(size=3), 0.4
    labels = np.array([0, 1, 1, 0, 1, 0])
    loss, d_w, d_b = 0.0, np.zeros(3), 0.0
    for i in range(6):
        z = sum(x[i, j] * w[j] for j in range(3)) + b
        p = 1 / (1 + math.exp(-z))
        loss -= math.log(p if labels[i] == 1 else 1 - p) / 6
        for j in range(3):
            d_w[j] += (p - labels[i]) * x[i, j] / 6
        d_b += (p - labels[i]) / 6
    result = logistic_gradient(x, labels, w, b)
    for ours, slow in zip(result, (loss, d_w, d_b), strict=True):
        np.testing.assert_allclose(ours, slow, rtol=1e-12)


def test_logistic_gradient_against_differences():
    rng = np.random.default_rng(2)
    x, labels = rng.normal(size=(6, 3)), rng.integers(2, size=6)
    w, b, step = rng.normal(size=3), 0.4, 1e-5
    _, d_w, d_b = logistic_gradient(x, labels, w, b)
    for j, bump in enumerate(step * np.eye(3)):
        higher, *_ = logistic_gradient(x, labels, w + bump, b)
        lower, *_ = logistic_gradient(x, labels, w - bump, b)
        assert d_w[j] == pytest.approx((higher - lower) / (2 * step), abs=1e-9)
    higher, *_ = logistic_gradient(x, labels, w, b + step)
    lower, *_ = logistic_gradient(x, labels, w, b - step)
    assert d_b == pytest.approx((higher - lower) / (2 * step), abs=1e-9)


def test_a_neuron_that_is_sure_and_wrong_has_a_finite_loss():
    # -log(sigmoid(-1e4)) is 1e4, where -log(p) would be infinite.
    loss, d_w, d_b = logistic_gradient([[1e4]], [0], [1.0], 0.0)
    assert (loss, d_w.tolist(), d_b) == (1e4, [1e4], 1.0)
    # And a loss of exp(-50) is not rounded to 0: -log(1 - exp(-50)) would be.
    loss, _, _ = logistic_gradient([[50.0]], [1], [1.0], 0.0)
    assert loss == pytest.approx(math.exp(-50), rel=1e-12)


def test_fit_logistic_first_step_by_hand():
    # From zeros every p is 1/2 and the loss log 2.
    # d_w = ((1/2 - 0) * 2 + (1/2 - 1) * 6) / 2 = -1; d_b = 0. One step of 0.5: w = 0.5.
    w, b, losses = fit_logistic([[2.0], [6.0]], [0, 1], learning_rate=0.5, steps=1)
    assert (w.tolist(), b) == ([0.5], 0.0)
    assert losses == [pytest.approx(math.log(2), rel=1e-15)]


def test_fit_logistic_goes_downhill_to_where_the_gradient_is_zero():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(40, 2))
    labels = (x[:, 0] + rng.normal(size=40) > 0).astype(int)  # cannot be separated
    w, b, losses = fit_logistic(x, labels, learning_rate=1.0, steps=500)
    assert len(losses) == 500
    # At the bottom the last digit of the loss is all that moves.
    assert np.diff(losses).max() < 1e-15
    _, d_w, d_b = logistic_gradient(x, labels, w, b)
    np.testing.assert_allclose([*d_w, d_b], 0, atol=1e-8)


def test_what_is_given_is_never_written_to():
    x, labels = np.array(AND[0], float), np.array(AND[1])
    w = np.zeros(2)
    for array in (x, labels, w):
        array.flags.writeable = False
    perceptron_rule(x, labels, epochs=3)
    fit_logistic(x, labels, learning_rate=0.1, steps=3)
    logistic_gradient(x, labels, w, 0.0)


@pytest.mark.parametrize("function", [weighted_sum, perceptron, logistic_neuron])
@pytest.mark.parametrize("value, exception, message", NOT_REAL + NOT_FINITE)
def test_functions_refuse_inputs_that_are_not_numbers(
    function, value, exception, message
):
    with pytest.raises(exception, match=message):
        function(value, [1.0, 1.0], 0.0)


@pytest.mark.parametrize("value, exception, message", NOT_REAL + NOT_FINITE)
def test_threshold_refuses_what_is_not_a_number(value, exception, message):
    with pytest.raises(exception, match=message):
        threshold(value)


X = np.ones((3, 2))


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: weighted_sum(X, [1, 1, 1], 0), ValueError, "x has 2 .* w expects 3"),
        (lambda: weighted_sum([1, 2], [1], 0), ValueError, "x has 2 .* w expects 1 .x"),
        (lambda: weighted_sum(X, [[1, 1]], 0), ValueError, r"w must .* got \(1, 2\)"),
        (lambda: weighted_sum(X, 1.0, 0), ValueError, r"w must have shape .* got \(\)"),
        (lambda: weighted_sum(X, [1, np.nan], 0), ValueError, r"but w\[1\] is nan"),
        (
            lambda: weighted_sum(X, [1, 1], np.nan),
            ValueError,
            "b must be finite, got n",
        ),
        (lambda: weighted_sum(X, [1, 1], [0.0]), TypeError, "b must be a number, got"),
        (
            lambda: weighted_sum(X, [1, 1], None),
            TypeError,
            "b must be a number, got No",
        ),
        (lambda: weighted_sum(3.0, [1], 0), TypeError, "got one number"),
        (lambda: weighted_sum(X[None], [1, 1], 0), ValueError, "Flatten it first"),
    ],
)
def test_weighted_sum_refuses(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


def rule(x, labels, **change):
    return perceptron_rule(x, labels, **{"epochs": 1} | change)


def fit(x, labels, **change):
    return fit_logistic(x, labels, **{"learning_rate": 1.0, "steps": 1} | change)


def gradient(x, labels):
    return logistic_gradient(x, labels, [0.0, 0.0], 0.0)


@pytest.mark.parametrize("learn", [rule, fit, gradient])
@pytest.mark.parametrize(
    "x, labels, exception, message",
    [
        ([1.0, 2.0], [0, 1], ValueError, r"x must .* One sample\? Use x\[None, :\]"),
        (np.ones((0, 2)), [], ValueError, r"x has 0 samples \(shape \(0, 2\)\)"),
        (np.ones((3, 0)), [0, 1, 0], ValueError, "x has 0 features"),
        (X, [0, 1], ValueError, "x and labels must have the same .* got 3 and 2"),
        (X, [0, 1, 2], ValueError, "labels: label 2 at index 2 outside 0..1"),
        (X, [0, 1, -1], ValueError, "labels: label -1 at index 2 outside 0..1"),
        (X, [0.0, 1.0, 1.0], ValueError, "labels must be integers 0..1, got dtype fl"),
        (X, [[0], [1], [1]], ValueError, r"got \(3, 1\). Use labels\[:, 0\]"),
        (X * np.nan, [0, 1, 1], ValueError, r"x must be finite, but x\[0, 0\] is nan"),
    ],
)
def test_learning_refuses_samples(learn, x, labels, exception, message):
    with pytest.raises(exception, match=message):
        learn(x, labels)


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
def test_learning_refuses_a_rate(value):
    for learn in (rule, fit):
        with pytest.raises(ValueError, match="learning_rate must be above 0, got"):
            learn(X, [0, 1, 1], learning_rate=value)


@pytest.mark.parametrize("value", ["0.1", None, True])
def test_learning_refuses_what_is_no_rate(value):
    for learn in (rule, fit):
        with pytest.raises(TypeError, match="learning_rate must be a number, got"):
            learn(X, [0, 1, 1], learning_rate=value)


@pytest.mark.parametrize("learn, name", [(rule, "epochs"), (fit, "steps")])
@pytest.mark.parametrize(
    "value, exception", [(-1, ValueError), (2.5, ValueError), ("3", TypeError)]
)
def test_learning_refuses_a_count(learn, name, value, exception):
    with pytest.raises(exception, match=f"{name} must be"):
        learn(X, [0, 1, 1], **{name: value})


def test_a_misspelt_keyword_is_refused():
    with pytest.raises(TypeError, match="learing_rate"):
        rule(X, [0, 1, 1], learing_rate=0.1)
