"""The layers: by hand, against loops, against measured slopes, and at the door.

Parity with Keras is in test_keras_parity.
"""

import copy
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOT_A_GENERATOR, NOT_FINITE, NOT_REAL, layouts

from nnbook import activations
from nnbook.gradcheck import check_layer
from nnbook.initializers import he_normal, zeros
from nnbook.layers import (
    ELU,
    GELU,
    Activation,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    ReLU,
    Residual,
    Sigmoid,
    Softplus,
    Tanh,
    checked_layers,
    common_dtype,
)


def dense(n_in, n_out, **options):
    rng = np.random.default_rng(0)
    layer = Dense(n_in, n_out, rng=rng, **{"dtype": np.float64} | options)
    layer.params["b"][...] = rng.normal(size=n_out)
    return layer


def dropout(rate=0.5):
    return Dropout(rate, rng=np.random.default_rng(0))


ACTIVATIONS = {
    "ReLU": ReLU,
    "Sigmoid": Sigmoid,
    "Tanh": Tanh,
    "LeakyReLU": lambda: LeakyReLU(0.2),
    "ELU": lambda: ELU(0.7),
    "GELU": GELU,
    "Softplus": Softplus,
}
# Layers for an input of four features, in float64.
LAYERS = ACTIVATIONS | {
    "Dense": lambda: dense(4, 3),
    "one neuron": lambda: dense(4, 1),
    "Flatten": Flatten,
    "Dropout": dropout,
    "Residual": lambda: Residual(dense(4, 3), Tanh(), dropout(), dense(3, 4)),
    "nested": lambda: Residual(ReLU(), Residual(dense(4, 4), Sigmoid())),
}
every_layer = pytest.mark.parametrize("name", LAYERS)


def normal(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


# By hand


def test_dense_by_hand():
    layer = dense(2, 3)
    layer.params["W"][...] = [[1, 2, 3], [4, 5, 6]]
    layer.params["b"][...] = [0.5, 0, -0.5]
    # (1, 2) @ W = (1 + 8, 2 + 10, 3 + 12) and (0, -1) @ W = (-4, -5, -6)
    z = layer.forward([[1, 2], [0, -1]])
    np.testing.assert_array_equal(z, [[9.5, 12, 14.5], [-3.5, -5, -6.5]])
    # d_x: (1, 0, 0) @ W.T = (1, 4) and (0, 1, 2) @ W.T = (2 + 6, 5 + 12)
    d_x = layer.backward([[1, 0, 0], [0, 1, 2]])
    np.testing.assert_array_equal(d_x, [[1, 4], [8, 17]])
    # d_W: 1 * (1, 0, 0) + 0 * (0, 1, 2), then 2 * (1, 0, 0) - 1 * (0, 1, 2)
    np.testing.assert_array_equal(layer.grads["W"], [[1, 0, 0], [2, -1, -2]])
    np.testing.assert_array_equal(layer.grads["b"], [1, 1, 2])


def test_relu_by_hand():
    layer = ReLU()
    np.testing.assert_array_equal(layer.forward([[-1, 0, 2]]), [[0, 0, 2]])
    np.testing.assert_array_equal(layer.backward([[5, 6, 7]]), [[0, 0, 7]])


def test_flatten_by_hand():
    layer = Flatten()
    x = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
    np.testing.assert_array_equal(layer.forward(x), [[1, 2, 3, 4], [5, 6, 7, 8]])
    np.testing.assert_array_equal(layer.backward([[1, 2, 3, 4], [5, 6, 7, 8]]), x)


def test_residual_by_hand():
    inner = dense(1, 1)
    inner.params["W"][...] = 3
    inner.params["b"][...] = 1
    layer = Residual(inner)
    # 2 + (3 * 2 + 1) = 9; the slope is 1 + 3
    np.testing.assert_array_equal(layer.forward([[2]]), [[9]])
    np.testing.assert_array_equal(layer.backward([[10]]), [[40]])
    np.testing.assert_array_equal(layer.grads["0.W"], [[20]])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_layers_are_the_activations(name):
    function = {"LeakyReLU": "leaky_relu"}.get(name, name.lower())
    layer, z, d = ACTIVATIONS[name](), normal(3, 4), normal(3, 4, seed=2)
    alpha = [layer.alpha] if hasattr(layer, "alpha") else []
    forward = getattr(activations, function)(z, *alpha)
    slope = getattr(activations, function + "_grad")(z, *alpha)
    np.testing.assert_array_equal(layer.forward(z), forward)
    np.testing.assert_array_equal(layer.backward(d), d * slope)
    np.testing.assert_array_equal(layer.z, z)


# Against loops


def test_nothing_has_an_activation_too():
    # Only a layer with weights needs features.
    assert ReLU().forward(np.ones((3, 0))).shape == (3, 0)


@given(st.integers(0, 4), st.integers(1, 4), st.integers(1, 4), st.integers(0, 9))
def test_dense_against_loops(n, n_in, n_out, seed):
    layer, rng = dense(n_in, n_out), np.random.default_rng(seed)
    x, d_z = rng.normal(size=(n, n_in)), rng.normal(size=(n, n_out))
    W, b = layer.params["W"], layer.params["b"]
    b[...] = rng.normal(size=n_out)
    z, d_x = np.zeros((n, n_out)), np.zeros((n, n_in))
    d_W, d_b = np.zeros_like(W), np.zeros_like(b)
    for s in range(n):
        for j in range(n_out):
            z[s, j] = b[j]
            d_b[j] += d_z[s, j]
            for i in range(n_in):
                z[s, j] += x[s, i] * W[i, j]
                d_W[i, j] += x[s, i] * d_z[s, j]
                d_x[s, i] += d_z[s, j] * W[i, j]
    close = {"rtol": 1e-12, "atol": 1e-14}
    np.testing.assert_allclose(layer.forward(x), z, **close)
    np.testing.assert_allclose(layer.backward(d_z), d_x, **close)
    np.testing.assert_allclose(layer.grads["W"], d_W, **close)
    np.testing.assert_allclose(layer.grads["b"], d_b, **close)


# Against measured slopes


@every_layer
@pytest.mark.parametrize("samples", [1, 5])
@pytest.mark.parametrize("training", [False, True])
def test_gradients_of_every_entry(name, samples, training):
    error = check_layer(
        LAYERS[name](),
        normal(samples, 4),
        rng=np.random.default_rng(2),
        training=training,
    )
    assert error < 1e-6


@pytest.mark.parametrize("sizes", [(1, 1), (1, 3), (3, 1), (6, 2)])
def test_gradients_of_dense_in_other_sizes(sizes):
    rng = np.random.default_rng(2)
    assert check_layer(dense(*sizes), normal(3, sizes[0]), rng=rng) < 1e-6


@pytest.mark.parametrize("name", [*ACTIVATIONS, "Flatten", "Dropout"])
def test_gradients_with_more_axes(name):
    rng = np.random.default_rng(2)
    assert (
        check_layer(LAYERS[name](), normal(2, 3, 2, 2), rng=rng, training=True) < 1e-6
    )


@every_layer
def test_backward_is_the_transpose_of_the_derivative(name):
    # <J v, u> = <v, J^T u> for any v and u, where J v is a slope along v.
    x, v = normal(3, 4), normal(3, 4, seed=2)
    step = 1e-5

    def forward(x):
        layer = LAYERS[name]()
        return layer, layer.forward(x, training=True)

    layer, output = forward(x)
    u = normal(*output.shape, seed=3)
    J_v = (forward(x + step * v)[1] - forward(x - step * v)[1]) / (2 * step)
    assert (J_v * u).sum() == pytest.approx((v * layer.backward(u)).sum(), abs=1e-8)


# Batches


@every_layer
def test_one_sample_gives_its_row_of_a_batch(name):
    layer, x, d = LAYERS[name](), normal(5, 4), normal(5, 4, seed=2)
    output = layer.forward(x)
    d = d[:, : output.shape[1]]
    d_x = layer.backward(d)
    for i in range(5):
        one = slice(i, i + 1)
        np.testing.assert_allclose(layer.forward(x[one]), output[one], rtol=1e-12)
        np.testing.assert_allclose(layer.backward(d[one]), d_x[one], rtol=1e-12)


@every_layer
def test_gradients_of_a_batch_are_the_sums_over_its_parts(name):
    layer, x, d = LAYERS[name](), normal(5, 4), normal(5, 4, seed=2)
    d = d[:, : layer.forward(x).shape[1]]
    layer.backward(d)
    whole = copy.deepcopy(dict(layer.grads))
    parts = {key: 0.0 for key in whole}
    for part in (slice(0, 2), slice(2, 5)):
        layer.forward(x[part])
        layer.backward(d[part])
        parts = {key: parts[key] + layer.grads[key] for key in parts}
    for key in whole:
        np.testing.assert_allclose(parts[key], whole[key], rtol=1e-12, atol=1e-14)


@every_layer
@pytest.mark.parametrize("training", [False, True])
def test_an_empty_batch_goes_through(name, training):
    layer = LAYERS[name]()
    output = layer.forward(np.ones((0, 4)), training)
    assert output.shape == layer.output_shape((0, 4))
    assert layer.backward(output).shape == (0, 4)
    assert all((grad == 0).all() for grad in layer.grads.values())


@every_layer
def test_output_shape_is_the_shape_of_the_output(name):
    layer = LAYERS[name]()
    assert layer.output_shape((5, 4)) == layer.forward(normal(5, 4)).shape
    assert layer.output_shape((None, 4)) == (None, *layer.output_shape((5, 4))[1:])


def test_a_size_that_is_not_known_yet_stays_unknown():
    assert Flatten().output_shape((None, None, None, 3)) == (None, None)
    assert dense(4, 3).output_shape((None, None)) == (None, 3)
    assert ReLU().output_shape((None, None, 3)) == (None, None, 3)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(0, 3))
def test_flatten_keeps_the_numbers_and_their_order(shape, samples):
    x = np.arange(float(samples * np.prod(shape))).reshape(samples, *shape)
    layer = Flatten()
    output = layer.forward(x)
    assert output.shape == (samples, np.prod(shape))
    np.testing.assert_array_equal(output.reshape(-1), x.reshape(-1))
    np.testing.assert_array_equal(layer.backward(output), x)


# Types


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dense_computes_in_its_own_type(dtype):
    layer = dense(4, 3, dtype=dtype)
    for x in (normal(5, 4), normal(5, 4).astype(np.float32), np.ones((5, 4), int)):
        output = layer.forward(x)
        d_x = layer.backward(np.ones((5, 3)))
        kinds = {output.dtype, d_x.dtype, layer.x.dtype, layer.dtype}
        kinds |= {a.dtype for m in (layer.params, layer.grads) for a in m.values()}
        assert kinds == {np.dtype(dtype)}


def test_dense_is_float32_unless_told():
    assert Dense(4, 3, rng=np.random.default_rng(0)).dtype == np.float32


@pytest.mark.parametrize("name", [*ACTIVATIONS, "Flatten", "Dropout"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_layers_without_parameters_keep_the_float_type(name, dtype):
    layer = LAYERS[name]()
    assert layer.forward(np.ones((2, 4), dtype), training=True).dtype == dtype
    # Whatever type the gradient comes in, it leaves in the type of the input.
    assert layer.backward(np.ones((2, 4))).dtype == dtype
    assert layer.dtype is None


@every_layer
@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int64])
def test_integers_and_booleans_are_cast(name, dtype):
    x = np.array([[0, 1, 1, 0], [1, 1, 1, 0]], dtype) * dtype(1)
    layer, other = LAYERS[name](), LAYERS[name]()
    np.testing.assert_array_equal(layer.forward(x), other.forward(x.astype(float)))


def test_uint8_pixels_do_not_wrap_around():
    layer = dense(1, 1)
    layer.params["W"][...] = 2
    layer.params["b"][...] = -1
    pixels = np.array([[200], [0]], np.uint8)
    np.testing.assert_array_equal(layer.forward(pixels), [[399], [-1]])


@pytest.mark.parametrize(
    "build",
    [
        lambda dtype: dense(4, 3, dtype=dtype),
        lambda dtype: Residual(
            dense(4, 3, dtype=dtype), Tanh(), dropout(), dense(3, 4, dtype=dtype)
        ),
        *(lambda dtype, make=make: make() for make in ACTIVATIONS.values()),
    ],
)
def test_float32_is_near_float64(build):
    small, layer = build(np.float32), build(np.float64)
    x, d = normal(5, 4).astype(np.float32), normal(5, 4, seed=2)
    output = layer.forward(x.astype(np.float64), training=True)
    d = d[:, : output.shape[1]].astype(np.float32)
    # Sums of a few products, each with 7 digits.
    close = {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(small.forward(x, training=True), output, **close)
    np.testing.assert_allclose(small.backward(d), layer.backward(d), **close)
    for key, grad in layer.grads.items():
        np.testing.assert_allclose(small.grads[key], grad, **close)


# The door


@every_layer
@pytest.mark.parametrize("kind", layouts(np.ones((2, 2))))
def test_layouts_make_no_difference_at_all(name, kind):
    x, d = normal(5, 4), normal(5, 4, seed=2)
    plain, odd = LAYERS[name](), LAYERS[name]()
    output = plain.forward(x)
    d = d[:, : output.shape[1]].copy()
    np.testing.assert_array_equal(odd.forward(layouts(x)[kind]), output)
    np.testing.assert_array_equal(odd.backward(layouts(d)[kind]), plain.backward(d))
    for key, grad in plain.grads.items():
        np.testing.assert_array_equal(odd.grads[key], grad)


@every_layer
def test_a_repeated_row_that_exists_once_in_memory(name):
    x = np.broadcast_to(normal(1, 4), (3, 4))
    layer, other = LAYERS[name](), LAYERS[name]()
    np.testing.assert_array_equal(layer.forward(x), other.forward(x.copy()))


@every_layer
@pytest.mark.parametrize("training", [False, True])
def test_inputs_are_neither_written_to_nor_handed_back(name, training):
    layer, x = LAYERS[name](), normal(3, 4)
    before = x.copy()
    output = layer.forward(x, training)
    d = normal(*output.shape)
    d_before = d.copy()
    d_x = layer.backward(d)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(d, d_before)
    assert not np.shares_memory(output, x)
    assert not np.shares_memory(d_x, d)


@every_layer
def test_the_gradient_is_that_of_the_old_x(name):
    layer, x = LAYERS[name](), normal(3, 4)
    output = layer.forward(x)
    d = normal(*output.shape)
    expected = layer.backward(d)
    grads = copy.deepcopy(dict(layer.grads))
    layer.forward(x)
    x[...] = 0
    np.testing.assert_array_equal(layer.backward(d), expected)
    for key, grad in grads.items():
        np.testing.assert_array_equal(layer.grads[key], grad)


def test_an_input_that_is_the_weights_is_no_trouble():
    layer = dense(3, 3)
    before = layer.params["W"].copy()
    output = layer.forward(layer.params["W"])
    layer.params["W"][...] = 0
    layer.backward(output)
    np.testing.assert_array_equal(layer.grads["W"], before.T @ output)


@every_layer
def test_backward_twice_gives_the_same(name):
    layer = LAYERS[name]()
    d = normal(*layer.forward(normal(3, 4), training=True).shape)
    first, grads = layer.backward(d), copy.deepcopy(dict(layer.grads))
    np.testing.assert_array_equal(layer.backward(d), first)
    for key, grad in grads.items():
        np.testing.assert_array_equal(layer.grads[key], grad)


@every_layer
def test_backward_before_forward_is_refused(name):
    layer = LAYERS[name]()
    message = re.escape(f"{layer} has not run forward, so it cannot run backward")
    with pytest.raises(RuntimeError, match=message):
        layer.backward(np.ones((3, 4)))


@every_layer
def test_a_refused_forward_changes_nothing(name):
    layer = LAYERS[name]()
    d = normal(*layer.forward(normal(3, 4)).shape)
    expected = layer.backward(d)
    for bad in (np.nan * np.ones((3, 4)), np.ones(4), None):
        with pytest.raises((ValueError, TypeError)):
            layer.forward(bad)
        np.testing.assert_array_equal(layer.backward(d), expected)


@every_layer
@pytest.mark.parametrize(
    "x, exception, message",
    [
        (
            np.ones(4),
            ValueError,
            r"x must .* got \(4,\). One sample\? Use x\[None, :\]",
        ),
        (3.0, TypeError, "x must have shape .samples, features., got one number"),
        *(
            (x, exception, f"x .*{message}|x {message}")
            for x, exception, message in NOT_REAL
        ),
        *NOT_FINITE,
    ],
)
def test_every_layer_refuses_an_input(name, x, exception, message):
    with pytest.raises(exception, match=message):
        LAYERS[name]().forward(x)


@pytest.mark.parametrize(
    "x, message",
    [
        (
            np.ones((5, 7)),
            "x has 7 features, Dense(4, 3) expects 4 (x has shape (5, 7))",
        ),
        (np.ones((5, 0)), "x has 0 features (shape (5, 0))"),
        (np.ones((5, 2, 2)), "Flatten it first: x.reshape(len(x), -1)"),
        ([[1e300] * 4], "x[0, 0] is 1e+300, too large for float32"),
    ],
)
def test_dense_refuses_an_input(x, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        dense(4, 3, dtype=np.float32).forward(x)


@every_layer
def test_a_gradient_that_does_not_fit_is_refused_before_anything_changes(name):
    layer = LAYERS[name]()
    shape = layer.forward(normal(3, 4)).shape
    layer.backward(np.ones(shape))
    before = copy.deepcopy(dict(layer.grads))
    for bad in ((3, shape[1] + 1), (2, shape[1]), (1, shape[1]), (shape[1],), ()):
        message = f"the output of {layer}, {shape}, got {bad}"
        with pytest.raises(ValueError, match=re.escape(message)):
            layer.backward(np.ones(bad))
    for bad, exception, message in NOT_FINITE:
        with pytest.raises(exception, match=message):
            layer.backward(bad)
    with pytest.raises(
        TypeError, match="d_output must hold real numbers, got NoneType"
    ):
        layer.backward(None)
    for key, grad in before.items():
        np.testing.assert_array_equal(layer.grads[key], grad)


# Inside a model


@every_layer
def test_inside_a_model_a_layer_computes_the_same(name):
    trusted, other = LAYERS[name](), LAYERS[name]()
    trusted.inside_model = True
    x = normal(3, 4)
    output = other.forward(x, training=True)
    np.testing.assert_array_equal(trusted.forward(x, training=True), output)
    d = normal(*output.shape)
    np.testing.assert_array_equal(trusted.backward(d), other.backward(d))


def test_inside_a_model_nothing_is_copied_and_nan_goes_through():
    layer = dense(2, 2)
    layer.inside_model = True
    x = np.array([[np.nan, 1.0]])
    assert np.isnan(layer.forward(x)).any()
    assert layer.x is x


@pytest.mark.parametrize(
    "x, exception, message",
    [
        (np.ones(4), ValueError, r"One sample\? Use x\[None, :\]"),
        (np.ones((5, 7)), ValueError, "x has 7 features"),
        (np.ones((5, 4), complex), TypeError, "x must hold real numbers"),
        ([[1.0, 2.0, 3.0, np.nan]], ValueError, r"x\[0, 3\] is nan"),
        (np.full((5, 4), np.nan, np.float32), ValueError, r"x\[0, 0\] is nan"),
    ],
)
def test_inside_a_model_shapes_and_other_types_are_still_checked(x, exception, message):
    layer = dense(4, 3)
    layer.inside_model = True
    with pytest.raises(exception, match=message):
        layer.forward(x)


@pytest.mark.parametrize("kind", [ReLU, Flatten])  # Flatten does not calculate
def test_inside_a_model_a_layer_without_parameters_makes_floats_of_integers(kind):
    layer = kind()
    layer.inside_model = True
    assert layer.forward(np.array([[1, -1]])).dtype == np.float64


@every_layer
def test_without_need_no_input_gradient_but_all_others(name):
    layer, other = LAYERS[name](), LAYERS[name]()
    layer.needs_input_gradient = False
    x = normal(3, 4)
    d = normal(*other.forward(x, training=True).shape)
    layer.forward(x, training=True)
    other.backward(d)
    assert layer.backward(d) is None
    for key, grad in other.grads.items():
        np.testing.assert_array_equal(layer.grads[key], grad)


def test_residual_spares_its_first_layer_the_input_gradient():
    layer = Residual(dense(2, 2))
    layer.forward(normal(3, 2))
    layer.needs_input_gradient = False
    layer.backward(normal(3, 2))
    assert not layer.layers[0].needs_input_gradient
    layer.needs_input_gradient = True
    assert layer.backward(normal(3, 2)).shape == (3, 2)


# Parameters


def test_parameters_have_the_layout_of_keras_and_biases_start_at_zero():
    layer = Dense(4, 3, rng=np.random.default_rng(0))
    shapes = {key: value.shape for key, value in layer.params.items()}
    assert shapes == {"W": (4, 3), "b": (3,)}
    np.testing.assert_array_equal(layer.params["b"], 0)
    assert layer.params["W"].any()
    assert layer.n_params == 15


@every_layer
def test_params_and_grads_have_the_same_keys_shapes_and_types(name):
    layer = LAYERS[name]()
    assert list(layer.params) == list(layer.grads)
    for key, value in layer.params.items():
        grad = layer.grads[key]
        assert (grad.shape, grad.dtype) == (value.shape, value.dtype)
        np.testing.assert_array_equal(grad, 0)


@pytest.mark.parametrize("name", ["Dense", "Residual"])
@pytest.mark.parametrize("mapping", ["params", "grads"])
def test_params_and_grads_cannot_be_replaced_only_written_into(name, mapping):
    layer = LAYERS[name]()
    arrays = getattr(layer, mapping)
    key = next(iter(arrays))
    with pytest.raises(TypeError, match="does not support item assignment"):
        arrays[key] = np.zeros((4, 3))
    with pytest.raises(TypeError, match="does not support item deletion"):
        del arrays[key]
    with pytest.raises(AttributeError):
        setattr(layer, mapping, {})
    arrays[key][...] = 7
    np.testing.assert_array_equal(getattr(layer, mapping)[key], 7)


@pytest.mark.parametrize("W", [np.ones((4, 5)), np.ones((3, 4)), np.ones((2, 4, 3))])
def test_weights_of_a_wrong_shape_are_refused_and_nothing_changes(W):
    layer = dense(4, 3)
    before = layer.params["W"].copy()
    with pytest.raises(ValueError, match="could not broadcast"):
        layer.params["W"][...] = W
    np.testing.assert_array_equal(layer.params["W"], before)


def test_the_initializer_is_used():
    assert not dense(4, 3, initializer=zeros).params["W"].any()
    expected = he_normal((4, 3), rng=np.random.default_rng(0), dtype=np.float64)
    layer = dense(4, 3, initializer=he_normal)
    np.testing.assert_array_equal(layer.params["W"], expected)

    def ones(shape, *, rng, dtype):
        return [[1] * shape[1]] * shape[0]

    np.testing.assert_array_equal(dense(4, 3, initializer=ones).params["W"], 1.0)


def test_what_an_initializer_returns_is_copied():
    W = np.ones((4, 3))
    layer = dense(4, 3, initializer=lambda shape, *, rng, dtype: W)
    layer.params["W"][...] = 2
    np.testing.assert_array_equal(W, 1)


def storage(n, dtype=np.float64):
    return np.full(n, -99, dtype), np.full(n, -99, dtype)


@every_layer
def test_storage_holds_the_values_and_changes_nothing(name):
    layer, other = LAYERS[name](), LAYERS[name]()
    x = normal(3, 4)
    d = normal(*other.forward(x).shape)
    other.backward(d)
    layer.forward(x)
    layer.backward(d)
    flat, flat_grads = storage(layer.n_params)
    layer.use_storage(flat, flat_grads)

    def in_a_row(arrays):
        return np.concatenate([np.zeros(0), *(a.reshape(-1) for a in arrays.values())])

    np.testing.assert_array_equal(flat, in_a_row(other.params))
    np.testing.assert_array_equal(flat_grads, in_a_row(other.grads))
    np.testing.assert_array_equal(layer.forward(x), other.forward(x))
    for key, value in other.params.items():
        assert layer.params[key].shape == value.shape


@pytest.mark.parametrize("name", ["Dense", "Residual", "nested"])
def test_storage_and_layer_are_one(name):
    layer = LAYERS[name]()
    flat, flat_grads = storage(layer.n_params)
    layer.use_storage(flat, flat_grads)
    for key in layer.params:
        assert np.shares_memory(layer.params[key], flat)
        assert np.shares_memory(layer.grads[key], flat_grads)
    flat[...] = 0
    assert not any(value.any() for value in layer.params.values())
    last = list(layer.params)[-1]
    layer.params[last][...] = 5
    assert flat[-1] == 5
    flat_grads[...] = -99
    layer.backward(np.ones(layer.forward(normal(3, 4)).shape))
    assert (flat_grads != -99).all()


def test_two_layers_share_a_vector_without_overlap():
    layers = [dense(4, 3), ReLU(), dense(3, 2)]
    before = [copy.deepcopy(dict(layer.params)) for layer in layers]
    flat, flat_grads = storage(sum(layer.n_params for layer in layers))
    start = 0
    for layer in layers:
        part = slice(start, start + layer.n_params)
        layer.use_storage(flat[part], flat_grads[part])
        start = part.stop
    for layer, values in zip(layers, before, strict=True):
        for key, value in values.items():
            np.testing.assert_array_equal(layer.params[key], value)
    assert not (flat == -99).any()


@pytest.mark.parametrize("name", ["Dense", "Residual"])
@pytest.mark.parametrize(
    "change, message",
    [
        (lambda flat: flat[:-1], "must be contiguous with shape"),
        (lambda flat: np.append(flat, 0), "must be contiguous with shape"),
        (lambda flat: flat[None, :], "must be contiguous with shape"),
        (lambda flat: np.repeat(flat, 2)[::2], "must be contiguous with shape"),
        (lambda flat: flat.astype(np.float32), "must have the dtype of"),
    ],
)
def test_storage_that_does_not_fit_is_refused_and_nothing_changes(
    name, change, message
):
    layer, other = LAYERS[name](), LAYERS[name]()
    flat, flat_grads = storage(layer.n_params)
    with pytest.raises(ValueError, match=f"flat_params {message}"):
        layer.use_storage(change(flat), flat_grads)
    with pytest.raises(ValueError, match=f"flat_grads {message}"):
        layer.use_storage(flat, change(flat_grads))
    for key, value in other.params.items():
        np.testing.assert_array_equal(layer.params[key], value)
        assert not np.shares_memory(layer.params[key], flat)


@every_layer
@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))]
)
def test_a_copy_computes_the_same_and_shares_nothing(name, twin):
    layer = LAYERS[name]()
    layer.forward(normal(3, 4))
    other, x = twin(layer), normal(3, 4, seed=2)
    output = layer.forward(x, training=True)
    np.testing.assert_array_equal(other.forward(x, training=True), output)
    for key, value in layer.params.items():
        assert not np.shares_memory(value, other.params[key])


@every_layer
def test_the_global_seed_is_neither_used_nor_moved(name):
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    layer = LAYERS[name]()
    layer.backward(layer.forward(normal(3, 4), training=True))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


# Penalties


def half_squares(W):
    return (W**2).sum() / 2, W


def test_a_penalty_adds_to_the_gradient_of_the_weights_alone():
    plain, layer = dense(4, 3), dense(4, 3, penalty=half_squares)
    x, d = normal(5, 4), normal(5, 3)
    for each in (plain, layer):
        each.params["b"][...] = 1
        each.forward(x)
    np.testing.assert_array_equal(layer.backward(d), plain.backward(d))
    expected = plain.grads["W"] + plain.params["W"]
    np.testing.assert_allclose(layer.grads["W"], expected, rtol=1e-12)
    np.testing.assert_array_equal(layer.grads["b"], plain.grads["b"])


def test_the_value_of_a_penalty():
    assert dense(4, 3).penalty_value() == ReLU().penalty_value() == 0.0
    layer = dense(2, 1, penalty=half_squares)
    layer.params["W"][...] = [[1], [3]]
    assert layer.penalty_value() == 5.0
    assert type(layer.penalty_value()) is float
    other = dense(2, 2, penalty=half_squares)
    other.params["W"][...] = 2
    assert Residual(other).penalty_value() == 8.0


def test_a_penalty_keeps_float32():
    layer = dense(4, 3, penalty=half_squares, dtype=np.float32)
    layer.backward(layer.forward(normal(5, 4)))
    assert layer.grads["W"].dtype == np.float32


# Dropout


def test_outside_training_dropout_passes_on_unchanged():
    layer, x = dropout(0.9), normal(3, 4)
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)
    assert layer.mask is None


def test_dropout_after_a_training_step_forgets_its_mask():
    layer, x = dropout(), normal(3, 4)
    layer.forward(x, training=True)
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(x), x)


def test_dropout_of_nothing_is_nothing():
    layer, x = dropout(0), normal(3, 4)
    np.testing.assert_array_equal(layer.forward(x, training=True), x)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_dropout_switches_off_its_share_and_keeps_the_mean(rate):
    layer, n = dropout(rate), 40_000
    output = layer.forward(np.ones((200, 200)), training=True)
    assert set(np.unique(output)) == {0.0, 1 / (1 - rate)}
    # Five standard deviations of a share.
    slack = 5 * np.sqrt(rate * (1 - rate) / n)
    assert (output == 0).mean() == pytest.approx(rate, abs=slack)
    assert output.mean() == pytest.approx(1, abs=slack / (1 - rate))


def test_dropout_lets_the_gradient_through_where_it_let_the_value_through():
    layer, x = dropout(), np.ones((5, 6))
    output = layer.forward(x, training=True)
    np.testing.assert_array_equal(layer.backward(x), output)
    np.testing.assert_array_equal(layer.mask, output)


def test_dropout_draws_anew_each_time_from_its_own_generator():
    x = np.ones((5, 6))
    layer, twin = dropout(), dropout()
    first, second = (layer.forward(x, training=True) for _ in "ab")
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(twin.forward(x, training=True), first)


# Residual


def test_residual_hands_training_down():
    layer, x = Residual(dropout(0.5)), np.ones((5, 6))
    assert set(np.unique(layer.forward(x, training=True))) == {1.0, 3.0}
    assert set(np.unique(layer.forward(x))) == {2.0}


def test_residual_numbers_the_parameters_of_its_layers():
    layer = Residual(dense(4, 3), Tanh(), dense(3, 4))
    assert list(layer.params) == ["0.W", "0.b", "2.W", "2.b"]
    assert layer.params["2.W"] is layer.layers[2].params["W"]
    assert layer.n_params == 15 + 16
    assert layer.dtype == np.float64
    assert Residual(ReLU()).dtype is None


class Counter(Layer):
    """Passes on, and counts in `state` what it has seen, as running averages do."""

    def __init__(self):
        super().__init__()
        self.state = {"seen": np.zeros(1)}

    def forward(self, x, training=False):
        self.state["seen"] += len(x)
        return self.check_input(x)


def test_residual_numbers_the_state_of_its_layers():
    layer = Residual(ReLU(), Residual(Counter(), Tanh()), Counter())
    assert list(layer.state) == ["1.0.seen", "2.seen"]
    layer.forward(np.ones((5, 2)))
    assert layer.state["1.0.seen"] == layer.state["2.seen"] == 5
    # To load is to write into these very arrays.
    layer.state["1.0.seen"][...] = 0
    assert layer.layers[1].layers[0].state["seen"] == 0


@every_layer
def test_a_layer_without_state_has_an_empty_one(name):
    assert dict(LAYERS[name]().state) == {}


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: Residual(), ValueError, "Residual needs at least one layer, got none"),
        (lambda: Residual([ReLU()]), TypeError, r"made of layers, got \[ReLU\(\)\]"),
        (lambda: Residual(ReLU), TypeError, "made of layers, got <class"),
        (lambda: Residual(dense(4, 3)), ValueError, r"\(None, 4\) became \(None, 3\)"),
        (
            lambda: Residual(dense(4, 3), dense(4, 4)),
            ValueError,
            r"Dense\(4, 4\) cannot follow Dense\(4, 3\): x has 3 features,",
        ),
        (
            lambda: Residual(dense(4, 4), dense(4, 4, dtype=np.float32)),
            ValueError,
            "must compute in one dtype, but .* has float64 and .* has float32",
        ),
    ],
)
def test_residual_refuses(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


def test_residual_refuses_an_input_whose_shape_would_change():
    with pytest.raises(ValueError, match=r"shape that it gets, .* \(5, 2, 2\) became"):
        Residual(Flatten()).forward(np.ones((5, 2, 2)))


def test_a_residual_that_was_refused_leaves_its_layers_free():
    layer = dense(4, 3)
    with pytest.raises(ValueError, match="became"):
        Residual(layer)
    assert not layer.inside_model
    Residual(layer, dense(3, 4))
    assert layer.inside_model


# Stacks


def test_a_layer_has_one_place_only():
    layer = ReLU()
    with pytest.raises(ValueError, match=r"ReLU\(\) at position 1 of Model is in use"):
        checked_layers("Model", [layer, layer])
    Residual(layer)
    with pytest.raises(ValueError, match=r"ReLU\(\) at position 0 of Model is in use"):
        checked_layers("Model", [layer])


def test_layers_are_checked_one_after_the_other():
    fitting = [ReLU(), dense(4, 3), dropout(), dense(3, 3), Flatten(), dense(3, 2)]
    assert checked_layers("Model", fitting) == tuple(fitting)
    for i in (3, 5):
        wrong = fitting.copy()
        wrong[i] = dense(5, 3)
        below = re.escape(str(wrong[i - 1]))
        with pytest.raises(
            ValueError, match=rf"Dense\(5, 3\) cannot follow {below}: x"
        ):
            checked_layers("Model", wrong)


def test_common_dtype():
    assert common_dtype([ReLU(), Flatten()]) is None
    assert common_dtype([ReLU(), dense(2, 2, dtype=np.float16)]) == np.float16


# Construction


@pytest.mark.parametrize("sizes", [(np.int64(4), np.uint8(3)), (4, 3)])
def test_sizes_may_be_numpy_integers(sizes):
    assert dense(*sizes).params["W"].shape == (4, 3)


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: dense(0, 3), ValueError, "n_in must be at least 1, got 0"),
        (lambda: dense(4, -1), ValueError, "n_out must be at least 1, got -1"),
        (lambda: dense(4, 2.5), ValueError, "n_out must be a whole number, got 2.5"),
        (lambda: dense(4, "3"), TypeError, "n_out must be a whole number, got '3'"),
        (lambda: dense(True, 3), TypeError, "n_in must be a whole number, got True"),
        (
            lambda: dense(4, 3, initializer="he_normal"),
            TypeError,
            "initializer must be a function, not its name or its result, got 'he_norma",
        ),
        (
            lambda: dense(4, 3, penalty=0.01),
            TypeError,
            "penalty must be a function, not its name or its result, got 0.01",
        ),
        (
            lambda: dense(4, 3, initializer=lambda shape, rng, dtype: np.ones(3)),
            ValueError,
            r"the initializer must return W with shape \(4, 3\), got \(3,\)",
        ),
        (
            lambda: dense(
                4, 3, initializer=lambda shape, rng, dtype: np.full(shape, np.nan)
            ),
            ValueError,
            r"the initializer's W must be finite, but .*\[0, 0\] is nan",
        ),
        (lambda: dense(4, 3, dtype=int), TypeError, "dtype must be a float type like"),
        (
            lambda: dense(4, 3, units=3),
            TypeError,
            "unexpected keyword argument 'units'",
        ),
        (lambda: Dense(4, 3), TypeError, "missing .* keyword-only argument: 'rng'"),
        (
            lambda: LeakyReLU(0),
            ValueError,
            "alpha must be above 0 and at most 1, got 0",
        ),
        (
            lambda: LeakyReLU(2),
            ValueError,
            "alpha must be above 0 and at most 1, got 2",
        ),
        (lambda: LeakyReLU("a"), TypeError, "alpha must be a number, got 'a'"),
        (lambda: ELU(-1), ValueError, "alpha must be above 0, got -1"),
        (lambda: dropout(-0.1), ValueError, "rate must be at least 0 and below 1, got"),
        (lambda: dropout(1), ValueError, "rate must be at least 0 and below 1, got 1"),
        (lambda: dropout(1.5), ValueError, "rate must be at least 0 and below 1, got"),
        (lambda: dropout(np.nan), ValueError, "rate must be at least 0 and below 1"),
        (lambda: dropout("0.5"), TypeError, "rate must be a number, got '0.5'"),
    ],
)
def test_construction_refuses(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


@pytest.mark.parametrize("rng", NOT_A_GENERATOR, ids=str)
def test_construction_refuses_what_is_no_generator(rng):
    for call in (lambda: Dense(4, 3, rng=rng), lambda: Dropout(0.5, rng=rng)):
        with pytest.raises(TypeError, match="rng must be a numpy Generator, got"):
            call()


def test_layers_say_what_they_are():
    layers = [dense(4, 3), ReLU(), LeakyReLU(), ELU(), Flatten(), dropout(0.25)]
    assert list(map(str, layers)) == [
        "Dense(4, 3)",
        "ReLU()",
        "LeakyReLU(0.01)",
        "ELU(1.0)",
        "Flatten()",
        "Dropout(0.25)",
    ]
    assert str(Residual(ReLU(), Tanh())) == "Residual(ReLU(), Tanh())"


def test_the_bases_leave_the_work_to_their_heirs():
    for call in (
        lambda: Layer().forward([[1.0]]),
        lambda: Layer().backward([[1.0]]),
        lambda: Activation().forward([[1.0]]),
        lambda: Activation().activation_grad(1.0),
    ):
        with pytest.raises(NotImplementedError):
            call()
