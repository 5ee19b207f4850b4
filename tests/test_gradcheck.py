"""The judge of all gradients, judged itself: right ones pass, wrong ones do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from support import NOT_A_GENERATOR, NOT_FINITE, NOT_REAL

from nnbook.gradcheck import (
    check_layer,
    check_loss,
    numerical_gradient,
    relative_error,
)
from nnbook.layers import Dense, Dropout, Flatten, Layer, ReLU, Residual, Tanh

shapes = st_np.array_shapes(min_dims=0, max_dims=3, max_side=3)
# Hundredths, so that no product with a unit falls below what a float64 can hold.
moderate = st.integers(-1000, 1000).map(lambda hundredths: hundredths / 100)


def test_numerical_gradient_by_hand():
    # f = x0^2 x1: df/dx0 = 2 x0 x1 = 12, df/dx1 = x0^2 = 4, at (2, 3).
    gradient = numerical_gradient(lambda x: x[0] ** 2 * x[1], [2, 3])
    np.testing.assert_allclose(gradient, [12, 4], rtol=1e-9)


def test_central_differences_are_exact_for_squares():
    # ((x + h)^2 - (x - h)^2) / 2h = 2x for every h; here without any rounding.
    gradient = numerical_gradient(lambda x: (x**2).sum(), [1.0, -3.0], step=0.5)
    np.testing.assert_array_equal(gradient, [2.0, -6.0])


def test_the_error_of_a_cube_is_the_square_of_the_step():
    # ((x + h)^3 - (x - h)^3) / 2h = 3x^2 + h^2
    gradient = numerical_gradient(lambda x: x**3, 2.0, step=0.25)
    assert gradient == 12 + 0.25**2


def test_at_a_corner_the_slope_is_a_mixture_of_both():
    assert numerical_gradient(abs, 0.0) == 0.0
    assert numerical_gradient(lambda x: np.maximum(x, 0), 0.0) == pytest.approx(0.5)


def test_the_default_step_is_near_the_best_one():
    def error(step):
        return abs(numerical_gradient(np.exp, 1.0, step=step) - np.e)

    assert error(1e-5) < 1e-9
    assert error(1e-1) > 1e-3
    assert error(1e-13) > 1e-5


@given(st_np.arrays(np.float64, shapes, elements=moderate), st.integers(0, 99))
def test_numerical_gradient_of_a_weighted_sum_is_the_weights(x, seed):
    weights = np.random.default_rng(seed).normal(size=x.shape)
    before = x.copy()
    gradient = numerical_gradient(lambda x: (weights * x).sum(), x)
    np.testing.assert_allclose(gradient, weights, atol=1e-8)
    np.testing.assert_array_equal(x, before)


def test_each_entry_is_moved_alone_and_put_back():
    seen = []
    numerical_gradient(lambda x: seen.append(x.copy()) or x.sum(), [1.0, 2.0], step=0.5)
    np.testing.assert_array_equal(seen, [[1.5, 2], [0.5, 2], [1, 2.5], [1, 1.5]])


def test_x_is_never_written_to_not_even_when_the_function_fails():
    x = np.array([1.0, 2.0])

    def fails(moved):
        assert moved is not x
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        numerical_gradient(fails, x)
    np.testing.assert_array_equal(x, [1.0, 2.0])
    x.flags.writeable = False
    np.testing.assert_allclose(numerical_gradient(np.sum, x), [1, 1], rtol=1e-9)


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: numerical_gradient(None, [1.0]), TypeError, "f must be a function"),
        (
            lambda: numerical_gradient(np.exp, [1, 2]),
            ValueError,
            r"one .* got .*\(2,\)",
        ),
        (
            lambda: numerical_gradient(np.sum, [1], step=0),
            ValueError,
            "step must be ab",
        ),
        (
            lambda: numerical_gradient(np.sum, [1], step="a"),
            TypeError,
            "step must be a",
        ),
    ],
)
def test_numerical_gradient_refuses(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


@pytest.mark.parametrize("value, exception, message", NOT_REAL + NOT_FINITE)
def test_refuses_what_is_not_a_number(value, exception, message):
    for call in (
        lambda: numerical_gradient(np.sum, value),
        lambda: relative_error(value, value),
        lambda: check_loss(half_square, value, value),
    ):
        with pytest.raises(exception, match=message):
            call()


def test_relative_error_by_hand():
    # The largest difference is 3, the largest entry 6.
    assert relative_error([1.0, 6.0], [4.0, 5.0]) == 0.5
    assert relative_error([1.0, -2.0], [-1.0, 2.0]) == 2.0
    assert relative_error([0.0, 0.0], [0.0, 0.0]) == 0.0
    assert relative_error([], []) == 0.0
    assert relative_error([1e-9], [0.0]) == 1.0
    assert relative_error([1e-9], [0.0], smallest_scale=1e-3) == pytest.approx(1e-6)
    assert type(relative_error([1.0], [1.0])) is float


@given(st_np.arrays(np.float64, shapes, elements=moderate), st.floats(0.1, 1e6))
def test_relative_error_ignores_order_and_units(a, unit):
    b = a[::-1] if a.ndim else a + 1
    error = relative_error(a, b)
    assert 0 <= error <= 2
    assert error == relative_error(b, a)
    assert error == pytest.approx(relative_error(unit * a, unit * b), rel=1e-12)


def test_relative_error_never_broadcasts():
    with pytest.raises(ValueError, match=r"b must have the shape of a, \(2, 1\), got"):
        relative_error([[1.0], [1.0]], [1.0, 1.0])


def half_square(prediction, target):
    return ((prediction - target) ** 2).sum() / 2, prediction - target


def test_check_loss_passes_a_right_gradient_and_not_a_wrong_one():
    prediction, target = np.array([[1.0, 2.0]]), np.array([[0.0, 5.0]])
    assert check_loss(half_square, prediction, target) < 1e-9

    def twice(prediction, target):
        loss, d_prediction = half_square(prediction, target)
        return loss, 2 * d_prediction

    assert check_loss(twice, prediction, target) == pytest.approx(0.5)


def test_the_checks_take_small_steps_of_themselves():
    # The measured slope of a cube is off by the square of the step.
    def cube(prediction, target):
        return (prediction**3).sum(), 3 * prediction**2

    assert check_loss(cube, np.ones((1, 2)), None) < 1e-9
    assert check_layer(Tanh(), np.ones((1, 2)), rng=np.random.default_rng(0)) < 1e-9


class Wrong(Layer):
    """A dense layer with one mistake in its backward, chosen by name."""

    def __init__(self, mistake):
        super().__init__(np.float64)
        self.mistake = mistake
        self.add_parameter("W", [[1.0, 2.0], [3.0, 4.0]])
        self.add_parameter("b", [0.5, 0.5])

    def forward(self, x, training=False):
        self.x = self.check_input(x)
        return self.x @ self.params["W"] + self.params["b"]

    def backward(self, d_output):
        d_output = self.check_gradient(d_output)
        W, b = self.grads["W"], self.grads["b"]
        W[...] = self.x.T @ d_output
        b[...] = d_output.sum(axis=0)
        d_input = d_output @ self.params["W"].T
        if self.mistake == "W averaged instead of summed":
            W /= len(self.x)
        if self.mistake == "b forgotten":
            b[...] = 0
        if self.mistake == "W not transposed":
            d_input = d_output @ self.params["W"]
        if self.mistake == "one entry off by a millionth":
            d_input[0, 0] *= 1 + 1e-5
        if self.mistake == "gradients added to the old ones":
            W += 1
        return d_input


def test_check_layer_passes_a_right_layer():
    rng = np.random.default_rng(0)
    assert check_layer(Wrong(None), rng.normal(size=(3, 2)), rng=rng) < 1e-9


@pytest.mark.parametrize(
    "mistake",
    [
        "W averaged instead of summed",
        "b forgotten",
        "W not transposed",
        "one entry off by a millionth",
        "gradients added to the old ones",
    ],
)
def test_check_layer_catches(mistake):
    rng = np.random.default_rng(0)
    assert check_layer(Wrong(mistake), rng.normal(size=(3, 2)), rng=rng) > 1e-6


def test_check_layer_leaves_the_layer_alone():
    rng = np.random.default_rng(0)
    layer = Residual(
        Dense(2, 3, rng=rng, dtype=np.float64),
        Dropout(0.5, rng=np.random.default_rng(1)),
        Dense(3, 2, rng=rng, dtype=np.float64),
    )
    before = {name: value.copy() for name, value in layer.params.items()}
    x = rng.normal(size=(4, 2))
    assert check_layer(layer, x, rng=rng, training=True) < 1e-9
    for name, value in before.items():
        np.testing.assert_array_equal(layer.params[name], value)
        np.testing.assert_array_equal(layer.grads[name], 0)
    state = layer.layers[1].rng.bit_generator.state
    assert state == np.random.default_rng(1).bit_generator.state
    with pytest.raises(RuntimeError, match="has not run forward"):
        layer.backward(x)


def test_check_layer_leaves_out_the_input_where_there_is_no_gradient_for_it():
    rng = np.random.default_rng(0)
    layer = Wrong("W not transposed")
    right = Dense(2, 2, rng=rng, dtype=np.float64)
    right.needs_input_gradient = False
    assert check_layer(right, rng.normal(size=(3, 2)), rng=rng) < 1e-9
    assert check_layer(layer, rng.normal(size=(3, 2)), rng=rng) > 1e-6
    silent = Flatten()
    silent.needs_input_gradient = False
    assert check_layer(silent, rng.normal(size=(3, 2)), rng=rng) == 0.0


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64])
def test_check_layer_measures_any_type_of_input_in_float64(dtype):
    rng = np.random.default_rng(0)
    x = np.array([[1, -2], [3, 4]], dtype)
    assert check_layer(ReLU(), x, rng=rng) < 1e-9


def test_check_layer_refuses_float32():
    rng = np.random.default_rng(0)
    with pytest.raises(
        TypeError, match=r"Dense\(2, 2\) computes in float32, too coars"
    ):
        check_layer(Dense(2, 2, rng=rng), np.ones((3, 2)), rng=rng)


@pytest.mark.parametrize("rng", NOT_A_GENERATOR, ids=str)
def test_check_layer_refuses_what_is_no_generator(rng):
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        check_layer(ReLU(), np.ones((3, 2)), rng=rng)
