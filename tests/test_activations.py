"""The activations: by hand, against Python's own `math`, and as properties.

Parity with Keras is in test_keras_parity.
"""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from support import NOT_REAL, layouts

from nnbook import activations
from nnbook.activations import (
    elu,
    elu_grad,
    gelu,
    gelu_grad,
    leaky_relu,
    leaky_relu_grad,
    linear,
    linear_grad,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
    softplus,
    softplus_grad,
    tanh,
    tanh_grad,
)

PAIRS = [
    (linear, linear_grad),
    (sigmoid, sigmoid_grad),
    (tanh, tanh_grad),
    (relu, relu_grad),
    (leaky_relu, leaky_relu_grad),
    (elu, elu_grad),
    (gelu, gelu_grad),
    (softplus, softplus_grad),
]
VALUES = [function for function, _ in PAIRS]
BOTH = [function for pair in PAIRS for function in pair]
with_name = {"ids": lambda function: function.__name__}

finite = st_np.arrays(
    st.sampled_from([np.float16, np.float32, np.float64]),
    st_np.array_shapes(max_dims=3, max_side=4),
    elements={"allow_nan": False, "allow_infinity": False},
)
moderate = st.floats(-30, 30)


def test_every_activation_of_the_file_is_tested_here():
    public = {
        name
        for name, thing in vars(activations).items()
        if getattr(thing, "__module__", "") == activations.__name__ and name[0] != "_"
    }
    assert public == {function.__name__ for function in BOTH}


@pytest.mark.parametrize(
    "function, z, by_hand",
    [
        (linear, -3.5, -3.5),
        (linear_grad, -3.5, 1.0),
        (sigmoid, math.log(3), 3 / 4),  # 1 / (1 + 1/3)
        (sigmoid, -math.log(3), 1 / 4),  # 1 / (1 + 3)
        (sigmoid_grad, math.log(3), 3 / 16),  # 3/4 * 1/4
        (tanh, math.log(2), 3 / 5),  # (2 - 1/2) / (2 + 1/2)
        (tanh_grad, math.log(2), 16 / 25),  # 1 - 9/25
        (relu, 2.5, 2.5),
        (relu, -2.5, 0.0),
        (relu_grad, 2.5, 1.0),
        (relu_grad, 0.0, 0.0),
        (relu_grad, -2.5, 0.0),
        (leaky_relu, -3.0, -0.03),
        (leaky_relu, 3.0, 3.0),
        (leaky_relu_grad, -3.0, 0.01),
        (leaky_relu_grad, 0.0, 0.01),
        (leaky_relu_grad, 3.0, 1.0),
        (elu, -math.log(4), -3 / 4),  # 1/4 - 1
        (elu, 2.0, 2.0),
        (elu_grad, -math.log(4), 1 / 4),
        (elu_grad, 0.0, 1.0),
        (elu_grad, 2.0, 1.0),
        (gelu, 0.0, 0.0),
        (gelu, 1.0, 0.8413447460685429),  # Phi(1), from a table
        (gelu, -1.0, -0.15865525393145707),  # -(1 - Phi(1))
        (gelu_grad, 0.0, 1 / 2),
        # Phi(1) + exp(-1/2) / sqrt(2 pi) = 0.8413447 + 0.2419707
        (gelu_grad, 1.0, 0.8413447460685429 + 0.24197072451914337),
        (softplus, 0.0, math.log(2)),
        (softplus, math.log(3), 2 * math.log(2)),  # log(1 + 3)
        (softplus_grad, math.log(3), 3 / 4),
    ],
)
def test_by_hand(function, z, by_hand):
    np.testing.assert_allclose(function(z), by_hand, rtol=1e-14)
    np.testing.assert_allclose(function([[z, z]]), [[by_hand, by_hand]], rtol=1e-14)


def test_by_hand_with_another_alpha():
    assert leaky_relu(-3.0, alpha=0.5) == -1.5
    assert leaky_relu_grad(-3.0, alpha=0.5) == 0.5
    assert leaky_relu(-3.0, alpha=1) == -3.0
    assert elu(-math.log(4), alpha=2.0) == pytest.approx(-1.5, rel=1e-15)
    assert elu_grad(-math.log(4), alpha=2.0) == pytest.approx(0.5, rel=1e-15)
    # The elu has a corner at 0 unless alpha is 1; there it counts as below zero.
    assert elu_grad(0.0, alpha=2.0) == 2.0


def slow_normal_cdf(z):
    return math.erfc(-z / math.sqrt(2)) / 2


SLOW = {
    linear: lambda z: z,
    # Each form where it does not overflow and loses no digits.
    sigmoid: lambda z: 1 / (1 + math.exp(-z)) if z > -700 else math.exp(z),
    sigmoid_grad: lambda z: math.exp(-abs(z)) / (1 + math.exp(-abs(z))) ** 2,
    tanh: math.tanh,
    relu: lambda z: z if z > 0 else 0.0,
    leaky_relu: lambda z: z if z > 0 else 0.01 * z,
    elu: lambda z: z if z > 0 else math.expm1(z),
    gelu: lambda z: z * slow_normal_cdf(z),
    softplus: lambda z: (
        z + math.log1p(math.exp(-z)) if z > 0 else math.log1p(math.exp(z))
    ),
    softplus_grad: lambda z: 1 / (1 + math.exp(-z)) if z > -700 else math.exp(z),
}


@pytest.mark.parametrize("function", SLOW, **with_name)
def test_one_number_at_a_time_gives_the_same_to_the_last_digits(function):
    tiny = np.logspace(-12, -1, 12)
    z = np.concatenate(
        [np.linspace(-690, 690, 471), np.linspace(-8, 8, 321), tiny, -tiny, [0.0]]
    )
    slow = [SLOW[function](float(value)) for value in z]
    np.testing.assert_allclose(function(z), slow, rtol=2e-14, atol=1e-300)


@pytest.mark.parametrize("function, derivative", PAIRS)
def test_derivatives_against_differences(function, derivative):
    step = 1e-5
    # No z within 0.02 of the corner at 0.
    z = np.linspace(-6, 6, 240) + 0.001
    assert abs(z).min() > 0.02
    slope = (function(z + step) - function(z - step)) / (2 * step)
    np.testing.assert_allclose(derivative(z), slope, atol=1e-9)


@pytest.mark.parametrize("alpha", [0.05, 0.3, 1.0])
@pytest.mark.parametrize(
    "function, derivative", [(leaky_relu, leaky_relu_grad), (elu, elu_grad)]
)
def test_derivatives_with_alpha_against_differences(function, derivative, alpha):
    step, z = 1e-5, np.linspace(-6, 6, 240) + 0.001
    slope = (function(z + step, alpha) - function(z - step, alpha)) / (2 * step)
    np.testing.assert_allclose(derivative(z, alpha), slope, atol=1e-9)


@pytest.mark.parametrize("function", BOTH, **with_name)
@given(z=finite)
def test_any_finite_input_gives_finite_numbers_of_its_type_and_shape(function, z):
    before = z.copy()
    result = function(z)
    assert result.shape == z.shape
    assert result.dtype == z.dtype
    assert np.isfinite(result).all()
    assert not np.shares_memory(result, z)
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize("function", BOTH, **with_name)
@given(z=finite)
def test_entries_do_not_see_each_other(function, z):
    one_by_one = [function(z.reshape(-1)[i : i + 1])[0] for i in range(z.size)]
    # NumPy computes long rows several entries at a time, with other last digits.
    rtol = {2: 1e-2, 4: 1e-5, 8: 1e-13}[z.itemsize]
    np.testing.assert_allclose(function(z).reshape(-1), one_by_one, rtol, atol=1e-37)


@given(moderate)
def test_symmetries(z):
    def close(a, b):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)

    close(sigmoid(-z), 1 - sigmoid(z))
    close(tanh(z), 2 * sigmoid(2 * z) - 1)
    close(tanh(-z), -tanh(z))
    for bent in (relu, softplus, gelu):
        close(bent(z) - bent(-z), z)
    for even in (sigmoid_grad, tanh_grad):
        close(even(z), even(-z))


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20))
def test_all_but_gelu_never_fall(values):
    z = np.sort(values)
    for function in VALUES:
        if function is not gelu:
            # A rise that is smaller than the last digit may come out as its opposite.
            assert (np.diff(function(z)) >= -1e-12).all(), function.__name__


def test_gelu_falls_and_its_minimum_is_where_the_docstring_says():
    z = np.linspace(-3, 3, 6001)
    lowest = gelu(z).argmin()
    assert z[lowest] == pytest.approx(-0.75, abs=0.005)
    assert gelu(z).min() == pytest.approx(-0.17, abs=0.0005)
    assert gelu_grad(z).min() == pytest.approx(-0.13, abs=0.005)
    assert gelu_grad(z).max() == pytest.approx(1.13, abs=0.005)


@pytest.mark.parametrize("function", BOTH, **with_name)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_far_ends_make_no_warning(function, dtype):
    # Warnings are errors in these tests.
    largest = np.finfo(dtype).max
    z = np.array([-largest, -1000, -100, 100, 1000, largest], dtype)
    assert np.isfinite(function(z)).all()


@pytest.mark.parametrize(
    "function, low, high",
    [
        (linear, -math.inf, math.inf),
        (linear_grad, 1, 1),
        (sigmoid, 0, 1),
        (sigmoid_grad, 0, 0),
        (tanh, -1, 1),
        (tanh_grad, 0, 0),
        (relu, 0, math.inf),
        (relu_grad, 0, 1),
        (leaky_relu, -math.inf, math.inf),
        (leaky_relu_grad, 0.01, 1),
        (elu, -1, math.inf),
        (elu_grad, 0, 1),
        (gelu, 0, math.inf),
        (gelu_grad, 0, 1),
        (softplus, 0, math.inf),
        (softplus_grad, 0, 1),
    ],
)
def test_infinities_get_their_limits(function, low, high):
    np.testing.assert_array_equal(function([-math.inf, math.inf]), [low, high])


@pytest.mark.parametrize("function", VALUES, **with_name)
def test_nan_stays_nan(function):
    result = function(np.array([np.nan, 1.0]))
    assert np.isnan(result[0]) and np.isfinite(result[1])


@pytest.mark.parametrize("function", BOTH, **with_name)
@pytest.mark.parametrize("z", [2, True, np.int8(2), np.float64(2.0), np.array(2.0)])
def test_one_number_is_welcome(function, z):
    result = function(z)
    assert np.ndim(result) == 0
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, function([float(z)])[0], rtol=1e-14)


@pytest.mark.parametrize("function", BOTH, **with_name)
@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.uint8, np.int64])
def test_integers_and_booleans_become_float64(function, dtype):
    z = np.array([0, 1, 100], dtype)
    result = function(z)
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, function(z.astype(np.float64)), rtol=1e-15)


@pytest.mark.parametrize("function", BOTH, **with_name)
@pytest.mark.parametrize("name", layouts(np.ones((2, 2))))
def test_layouts_do_not_matter(function, name):
    z = np.random.default_rng(0).normal(size=(5, 3))
    result = function(layouts(z)[name])
    # NumPy has other loops for rows with gaps, with other last digits.
    np.testing.assert_allclose(result, function(z), rtol=1e-14)


@pytest.mark.parametrize("function", BOTH, **with_name)
def test_an_empty_array_stays_empty(function):
    assert function(np.ones((0, 3), np.float32)).shape == (0, 3)


@pytest.mark.parametrize("function", BOTH, **with_name)
@pytest.mark.parametrize("value, exception, message", NOT_REAL)
def test_refuses_what_is_no_array_of_numbers(function, value, exception, message):
    with pytest.raises(exception, match=f"z .*{message}|z {message}"):
        function(value)


@pytest.mark.parametrize(
    "function, alpha, exception, message",
    [
        (leaky_relu, 0, ValueError, "alpha must be above 0 and at most 1, got 0"),
        (leaky_relu, -0.1, ValueError, "alpha must be above 0 and at most 1, got -0.1"),
        (leaky_relu, 1.5, ValueError, "alpha must be above 0 and at most 1, got 1.5"),
        (
            leaky_relu,
            np.nan,
            ValueError,
            "alpha must be above 0 and at most 1, got nan",
        ),
        (leaky_relu, "0.1", TypeError, "alpha must be a number, got '0.1'"),
        (elu, 0, ValueError, "alpha must be above 0, got 0"),
        (elu, -1, ValueError, "alpha must be above 0, got -1"),
        (elu, np.inf, ValueError, "alpha must be above 0, got inf"),
        (elu, None, TypeError, "alpha must be a number, got None"),
    ],
)
def test_refuses_an_alpha(function, alpha, exception, message):
    derivative = dict(PAIRS)[function]
    for each in (function, derivative):
        with pytest.raises(exception, match=re.escape(message)):
            each([1.0], alpha)
