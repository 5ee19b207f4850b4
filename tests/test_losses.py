"""The losses: numbers by hand, loops, gradients, Keras, and what they refuse."""

import math
import re

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support import NOT_FINITE, NOT_REAL, layouts

from nnbook.gradcheck import check_loss
from nnbook.losses import (
    CLIP,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    mean_absolute_error,
    mean_squared_error,
)

LOSSES = [
    mean_squared_error,
    mean_absolute_error,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
]
SHAPES = [(1,), (5,), (1, 1), (4, 1), (3, 2), (2, 3, 4)]


def draw(loss, shape, rng):
    """A prediction and a target that suit the loss, away from corners and clips."""
    target = rng.integers(0, 2, shape).astype(float)
    if loss is binary_cross_entropy:
        return rng.uniform(0.01, 0.99, shape), target
    return rng.normal(size=shape), target + 0.25 * (loss not in LOSSES[2:])


# By hand


def test_mean_squared_error_by_hand():
    # Errors 1, -3, 0, 2: squares 1, 9, 0, 4, mean 14 / 4.
    loss, d = mean_squared_error([[3.0, 5.0], [1.0, 0.0]], [[2.0, 8.0], [1.0, -2.0]])
    assert loss == 3.5
    np.testing.assert_array_equal(d, [[0.5, -1.5], [0.0, 1.0]])  # 2 error / 4


def test_mean_absolute_error_by_hand():
    # The same errors: (1 + 3 + 0 + 2) / 4.
    loss, d = mean_absolute_error([[3.0, 5.0], [1.0, 0.0]], [[2.0, 8.0], [1.0, -2.0]])
    assert loss == 1.5
    np.testing.assert_array_equal(d, [[0.25, -0.25], [0.0, 0.25]])  # corner: 0


def test_binary_cross_entropy_by_hand():
    # -log 0.25 for a yes, -log 0.5 for a no; slopes -1 / 0.25 and 1 / 0.5, halved.
    loss, d = binary_cross_entropy([0.25, 0.5], [1.0, 0.0])
    assert loss == pytest.approx((math.log(4) + math.log(2)) / 2, rel=1e-15)
    np.testing.assert_allclose(d, [-2.0, 1.0], rtol=1e-15)


def test_binary_cross_entropy_with_logits_by_hand():
    # log 3 is the logit of 0.75: -log 0.75 for a yes, -log 0.25 for a no.
    z = [math.log(3)] * 2
    loss, d = binary_cross_entropy_with_logits(z, [1.0, 0.0])
    assert loss == pytest.approx((math.log(4 / 3) + math.log(4)) / 2, rel=1e-15)
    np.testing.assert_allclose(d, [-0.125, 0.375], rtol=1e-15)


def test_a_soft_target_costs_its_own_entropy_at_best():
    # With a share of yes of 0.25, p = 0.25 is the minimum, and it is not 0.
    entropy = -0.25 * math.log(0.25) - 0.75 * math.log(0.75)
    loss, d = binary_cross_entropy([0.25], [0.25])
    assert loss == pytest.approx(entropy, rel=1e-15)
    assert d == [0.0]


# The clip, and the logits that need none


@pytest.mark.parametrize("p, target", [(0.0, 1.0), (1.0, 0.0)])
def test_a_certain_and_wrong_probability_costs_the_clip(p, target):
    loss, d = binary_cross_entropy([p], [target])
    assert loss == pytest.approx(-math.log(1e-7), rel=1e-9)
    assert d == [0.0]  # flat beyond the clip, as in Keras


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_certain_and_right_probability_costs_the_clip(p):
    assert binary_cross_entropy([p], [p])[0] == pytest.approx(1e-7, rel=1e-6)


@pytest.mark.parametrize("p", [CLIP, 1 - CLIP])
def test_at_the_clip_itself_the_gradient_is_there(p):
    assert binary_cross_entropy([p], [0.5])[1] != 0


def test_logits_keep_their_gradient_where_probabilities_lose_it():
    # Certain of no, and it was yes: the probability form is flat, the logit form not.
    assert binary_cross_entropy([0.0], [1.0])[1] == [0.0]
    assert binary_cross_entropy_with_logits([-1000.0], [1.0])[1] == [-1.0]


@pytest.mark.parametrize("z", [0.0, 40.0, 1000.0, 1e4, 1e308])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
def test_logits_are_right_to_12_digits(z, sign, target):
    z = sign * z
    loss, d = binary_cross_entropy_with_logits([z], [target])
    with mpmath.workprec(2300):
        p = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        q = 1 / (1 + mpmath.exp(mpmath.mpf(z)))
        exact = -target * mpmath.log(p) - (1 - target) * mpmath.log(q)
        slope = (1 - target) * p - target * q
    np.testing.assert_allclose(loss, float(exact), rtol=1e-12)
    np.testing.assert_allclose(d, [float(slope)], rtol=1e-12)


def test_a_mean_is_finite_where_the_sum_is_not():
    loss, _ = binary_cross_entropy_with_logits([1e308, 1e308, -1e308], [0, 0, 1])
    assert loss == pytest.approx(1e308, rel=1e-12)


# Against loops, differences and Keras


def naive(loss, prediction, target):
    terms = {
        mean_squared_error: lambda p, t: (p - t) ** 2,
        mean_absolute_error: lambda p, t: abs(p - t),
        binary_cross_entropy: lambda p, t: -t * math.log(p) - (1 - t) * math.log(1 - p),
        binary_cross_entropy_with_logits: lambda z, t: (
            t * math.log(1 + math.exp(-z)) + (1 - t) * math.log(1 + math.exp(z))
        ),
    }
    total = 0.0
    for p, t in zip(prediction.ravel().tolist(), target.ravel().tolist(), strict=True):
        total += terms[loss](p, t)
    return total / prediction.size


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("loss", LOSSES)
def test_loss_equals_a_loop(loss, shape):
    prediction, target = draw(loss, shape, np.random.default_rng(1))
    value, d = loss(prediction, target)
    assert type(value) is float
    assert d.shape == shape
    assert value == pytest.approx(naive(loss, prediction, target), rel=1e-12)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_equals_central_differences(loss, shape):
    prediction, target = draw(loss, shape, np.random.default_rng(2))
    assert check_loss(loss, prediction, target) < 1e-6


KERAS = {
    mean_squared_error: ("MeanSquaredError", {}),
    mean_absolute_error: ("MeanAbsoluteError", {}),
    binary_cross_entropy: ("BinaryCrossentropy", {}),
    binary_cross_entropy_with_logits: ("BinaryCrossentropy", {"from_logits": True}),
}


@pytest.mark.keras
@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("loss", LOSSES)
def test_loss_and_gradient_equal_keras(loss, dtype, tolerance):
    import keras
    import tensorflow as tf

    prediction, target = draw(loss, (6, 3), np.random.default_rng(3))
    target[0, 0] = 0.25  # a soft one too
    prediction[1, 1] = target[1, 1] = 1.0  # where MAE has its corner and BCE its clip
    name, options = KERAS[loss]
    keras_loss = getattr(keras.losses, name)(dtype=dtype, **options)
    variable = tf.Variable(prediction, dtype=dtype)
    with tf.GradientTape() as tape:
        expected = keras_loss(target.astype(dtype), variable)
    value, d = loss(prediction.astype(dtype), target)
    assert d.dtype == dtype
    np.testing.assert_allclose(value, float(expected), rtol=tolerance)
    np.testing.assert_allclose(
        d, tape.gradient(expected, variable), rtol=tolerance, atol=tolerance * 1e-2
    )


# Properties


@given(
    st.data(),
    hnp.array_shapes(min_dims=1, max_dims=3, max_side=5),
    st.sampled_from(LOSSES),
)
def test_properties_of_every_loss(data, shape, loss):
    logits = st.floats(-1e4, 1e4)
    unit = st.floats(0, 1)
    low = loss in (binary_cross_entropy, binary_cross_entropy_with_logits)
    prediction = data.draw(
        hnp.arrays(float, shape, elements=unit if loss is LOSSES[2] else logits)
    )
    target = data.draw(hnp.arrays(float, shape, elements=unit if low else logits))
    before = prediction.copy(), target.copy()
    value, d = loss(prediction, target)
    assert value >= 0
    assert np.isfinite(value)
    assert np.isfinite(d).all()
    np.testing.assert_array_equal((prediction, target), before)
    # Each sample counts alike: the mean of the parts is the whole.
    parts = [loss(prediction[[i]], target[[i]]) for i in range(len(prediction))]
    np.testing.assert_allclose(value, np.mean([v for v, _ in parts]), rtol=1e-9)
    np.testing.assert_allclose(
        d, np.concatenate([g for _, g in parts]) / len(prediction), rtol=1e-12
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_keeps_the_dtype_and_the_loss_its_digits(loss, dtype):
    prediction, target = draw(loss, (7, 2), np.random.default_rng(4))
    value, d = loss(prediction.astype(dtype), target)
    assert d.dtype == dtype
    tolerance = {np.float16: 1e-2, np.float32: 1e-5, np.float64: 0}[dtype]
    assert value == pytest.approx(loss(prediction, target)[0], rel=tolerance)


def test_a_float16_error_of_300_does_not_overflow():
    assert mean_squared_error(np.float16([300.0]), [0.0])[0] == 90000.0


@pytest.mark.parametrize("name", layouts(np.ones((2, 2))))
@pytest.mark.parametrize("loss", LOSSES)
def test_every_layout_of_the_same_numbers_gives_the_same(loss, name):
    prediction, target = draw(loss, (5, 40), np.random.default_rng(5))
    value, d = loss(layouts(prediction)[name], layouts(target)[name])
    expected, d_expected = loss(prediction, target)
    assert value == expected
    np.testing.assert_array_equal(d, d_expected)


def test_integers_and_booleans_become_floats_before_they_wrap_around():
    # In uint8, 0 - 1 is 255.
    prediction, target = np.array([0, 200], np.uint8), np.array([1, 0], np.uint8)
    assert mean_squared_error(prediction, target)[0] == (1 + 200**2) / 2
    assert binary_cross_entropy([True, False], [1, 0])[0] < 1e-6


# What they refuse


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("value, exception, message", NOT_REAL + NOT_FINITE)
def test_refuses_what_is_no_finite_number(loss, value, exception, message):
    with pytest.raises(exception, match=f"prediction .*{message}"):
        loss(value, [[0.0, 1.0]])
    with pytest.raises(exception, match=f"target .*{message}"):
        loss([[0.0, 1.0]], value)


BAD = [
    # Broadcast, (3, 1) against (3,) would be nine errors instead of three.
    (np.ones((3, 1)), np.ones(3), ValueError, "target must have the shape of prediction"
     ", (3, 1), got (3,)"),
    (np.ones(3), np.ones((3, 1)), ValueError, "(3,), got (3, 1)"),
    (np.ones((3, 2)), np.ones((3, 1)), ValueError, "(3, 2), got (3, 1)"),
    (np.ones(3), np.ones(4), ValueError, "(3,), got (4,)"),
    (np.ones(3), 1.0, ValueError, "(3,), got ()"),
    (1.0, 1.0, TypeError, "one entry a sample, got the number 1.0. One sample? Use [1"),
    ([], [], ValueError, "prediction has 0 samples (shape (0,))"),
    (np.ones((0, 3)), np.ones((0, 3)), ValueError, "0 samples (shape (0, 3))"),
    (np.ones((3, 0)), np.ones((3, 0)), ValueError, "0 outputs (shape (3, 0))"),
]  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("prediction, target, exception, message", BAD)
def test_refuses_shapes(loss, prediction, target, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        loss(prediction, target)


@pytest.mark.parametrize("outside", [-0.1, 1.1, 2, -1e-300])
def test_refuses_what_is_no_probability(outside):
    message = re.escape(f"must lie in 0..1, but prediction[1] is {float(outside)}")
    with pytest.raises(ValueError, match=message + ".*with_logits"):
        binary_cross_entropy([0.5, outside], [0.0, 1.0])
    for loss in (binary_cross_entropy, binary_cross_entropy_with_logits):
        message = re.escape(f"target must lie in 0..1, but target[0] is {outside}")
        with pytest.raises(ValueError, match=message):
            loss([0.5, 0.5], [outside, 1.0])
