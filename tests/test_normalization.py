"""The normalizations: by hand, against loops and measured slopes, and at the door.

Parity with Keras is in test_keras_parity.
"""

import copy
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOT_FINITE, NOT_REAL, layouts

from nnbook.gradcheck import check_layer
from nnbook.layers import Dense, ReLU, Residual, Tanh
from nnbook.losses import mean_squared_error
from nnbook.model import Sequential
from nnbook.normalization import (
    BatchNormalization,
    LayerNormalization,
    Normalization,
)
from nnbook.optimizers import SGD


def normal(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


def with_numbers(layer, seed=0):
    """The layer with parameters and running averages that are nobody's first ones."""
    rng = np.random.default_rng(seed)
    for value in layer.params.values():
        value[...] = rng.normal(size=layer.n)
    for value in layer.state.values():
        value[...] = rng.uniform(0.5, 2, size=layer.n)
    return layer


def batch_norm(n=4, **options):
    return with_numbers(BatchNormalization(n, **{"dtype": np.float64} | options))


def layer_norm(n=4, **options):
    return with_numbers(LayerNormalization(n, **{"dtype": np.float64} | options))


LAYERS = {"batch": batch_norm, "layer": layer_norm}
every_layer = pytest.mark.parametrize("build", LAYERS.values(), ids=LAYERS)
both_modes = pytest.mark.parametrize("training", [False, True])


# By hand


def test_batch_normalization_by_hand():
    layer = BatchNormalization(2, momentum=0.75, epsilon=1.0, dtype=np.float64)
    layer.params["gamma"][...] = [2, 10]
    layer.params["beta"][...] = [1, 0]
    # Means (5, 0); variances (9 + 1 + 1 + 9) / 4 = 5 and 0; with epsilon 6 and 1.
    x = [[2, 0], [4, 0], [6, 0], [8, 0]]
    output = layer.forward(x, training=True)
    first = 1 + 2 * np.array([-3, -1, 1, 3]) / np.sqrt(6)
    np.testing.assert_allclose(output[:, 0], first, rtol=1e-15)
    np.testing.assert_array_equal(output[:, 1], 0)
    # A quarter of the way from 0 to 5, and from 1 to 5; from 0 and 1 to 0.
    np.testing.assert_allclose(layer.state["moving_mean"], [1.25, 0])
    np.testing.assert_allclose(layer.state["moving_variance"], [2, 0.75])
    # Then (8 - 1.25) / sqrt(2 + 1), times 2, plus 1.
    answer = layer.forward([[8, 0]])[0, 0]
    assert answer == pytest.approx(1 + 2 * 6.75 / np.sqrt(3), rel=1e-15)


def test_batch_normalization_backward_by_hand():
    layer = BatchNormalization(1, epsilon=3.0, dtype=np.float64)
    layer.params["gamma"][...] = 8
    layer.forward([[-1], [1]], training=True)  # std 2, normalized -1/2 and 1/2
    d_x = layer.backward([[1], [0]])
    # d_normalized (8, 0): mean 4, mean with normalized -2.
    # (8 - 4 + 1/2 * -2) / 2 and (0 - 4 - 1/2 * -2) / 2
    np.testing.assert_allclose(d_x, [[1.5], [-1.5]], rtol=1e-15)
    np.testing.assert_array_equal(layer.grads["gamma"], [-0.5])
    np.testing.assert_array_equal(layer.grads["beta"], [1])


def test_layer_normalization_by_hand():
    layer = LayerNormalization(2, epsilon=3.0, dtype=np.float64)
    layer.params["gamma"][...] = [2, 4]
    layer.params["beta"][...] = [0, 1]
    # Rows (-1, 1) and (9, 11): means 0 and 10, variance 1, std 2.
    output = layer.forward([[-1, 1], [9, 11]])
    np.testing.assert_allclose(output, [[-1, 3], [-1, 3]], rtol=1e-15)
    # d_normalized of the first row (2, 0): mean 1, mean with normalized -1/2.
    # (2 - 1 + 1/2 * -1/2) / 2 and (0 - 1 - 1/2 * -1/2) / 2
    d_x = layer.backward([[1, 0], [0, 0]])
    np.testing.assert_allclose(d_x, [[0.375, -0.375], [0, 0]], rtol=1e-15)
    np.testing.assert_array_equal(layer.grads["gamma"], [-0.5, 0])
    np.testing.assert_array_equal(layer.grads["beta"], [1, 0])


def test_they_begin_as_plain_normalization():
    for layer in (BatchNormalization(3), LayerNormalization(3)):
        np.testing.assert_array_equal(layer.params["gamma"], [1, 1, 1])
        np.testing.assert_array_equal(layer.params["beta"], [0, 0, 0])
        assert layer.epsilon == 1e-3
        assert layer.dtype == np.float32
        assert layer.n_params == 6
    layer = BatchNormalization(3)
    assert layer.momentum == 0.99
    np.testing.assert_array_equal(layer.state["moving_mean"], [0, 0, 0])
    np.testing.assert_array_equal(layer.state["moving_variance"], [1, 1, 1])
    assert list(LayerNormalization(3).state) == []


# Against loops


def loops(groups, x, gamma, beta, epsilon, d_output):
    """Output and gradients, where `groups` says which entries share a mean.

    The gradient is that of the definition, one entry of the input after the other:
    d output_j / d x_i = gamma_j d normalized_j / d x_i.
    """
    output, d_x = np.zeros_like(x), np.zeros_like(x)
    d_gamma, d_beta = np.zeros_like(gamma), np.zeros_like(beta)
    for group in groups:
        m = len(group)
        mean = sum(x[i] for i in group) / m
        variance = sum((x[i] - mean) ** 2 for i in group) / m
        std = (variance + epsilon) ** 0.5
        for j in group:
            feature = j[-1]
            normalized = (x[j] - mean) / std
            output[j] = gamma[feature] * normalized + beta[feature]
            d_gamma[feature] += d_output[j] * normalized
            d_beta[feature] += d_output[j]
            for i in group:
                d_mean, d_std = 1 / m, (x[i] - mean) / m / std
                slope = ((i == j) - d_mean) / std - (x[j] - mean) / std**2 * d_std
                d_x[i] += d_output[j] * gamma[feature] * slope
    return output, d_x, d_gamma, d_beta


def groups_of(kind, shape):
    """The entries that share a mean: those of a feature, or those of a position."""
    groups = {}
    for index in np.ndindex(shape):
        key = index[-1] if kind == "batch" else index[:-1]
        groups.setdefault(key, []).append(index)
    return groups.values()


@pytest.mark.parametrize("kind", LAYERS)
@given(
    shape=st.lists(st.integers(1, 3), min_size=2, max_size=4), seed=st.integers(0, 9)
)
def test_against_loops(kind, shape, seed):
    shape = tuple(shape)
    layer = LAYERS[kind](shape[-1], epsilon=0.1)
    x, d = normal(*shape, seed=seed), normal(*shape, seed=seed + 1)
    output, d_x, d_gamma, d_beta = loops(
        groups_of(kind, shape), x, layer.params["gamma"], layer.params["beta"], 0.1, d
    )
    close = {"rtol": 1e-11, "atol": 1e-12}
    np.testing.assert_allclose(layer.forward(x, training=True), output, **close)
    np.testing.assert_allclose(layer.backward(d), d_x, **close)
    np.testing.assert_allclose(layer.grads["gamma"], d_gamma, **close)
    np.testing.assert_allclose(layer.grads["beta"], d_beta, **close)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.integers(0, 9))
def test_running_averages_against_their_sum(sizes, seed):
    # After k batches: momentum^k * start + (1 - momentum) * sum of momentum^age * new.
    layer, rng = batch_norm(3, momentum=0.8), np.random.default_rng(seed)
    start = copy.deepcopy(layer.state)
    batches = [rng.normal(size=(size, 2, 3)) for size in sizes]
    for x in batches:
        layer.forward(x, training=True)
    for name, measure in (("moving_mean", np.mean), ("moving_variance", np.var)):
        expected = 0.8 ** len(sizes) * start[name]
        for age, x in enumerate(reversed(batches)):
            expected += 0.2 * 0.8**age * measure(x, axis=(0, 1))
        np.testing.assert_allclose(layer.state[name], expected, rtol=1e-12, atol=1e-14)


def test_outside_training_each_entry_goes_its_own_way():
    layer, x, d = batch_norm(), normal(5, 4), normal(5, 4, seed=2)
    mean, variance = layer.state["moving_mean"], layer.state["moving_variance"]
    gamma, beta = layer.params["gamma"], layer.params["beta"]
    output, d_x = np.zeros((5, 4)), np.zeros((5, 4))
    for s in range(5):
        for j in range(4):
            std = (variance[j] + 1e-3) ** 0.5
            output[s, j] = gamma[j] * (x[s, j] - mean[j]) / std + beta[j]
            d_x[s, j] = d[s, j] * gamma[j] / std
    np.testing.assert_allclose(layer.forward(x), output, rtol=1e-12)
    np.testing.assert_allclose(layer.backward(d), d_x, rtol=1e-12)


# Against measured slopes


@every_layer
@both_modes
@pytest.mark.parametrize("shape", [(5, 4), (1, 4), (2, 3, 2, 4), (1, 3, 1, 4), (2, 4)])
def test_gradients_of_every_entry(build, shape, training):
    rng = np.random.default_rng(2)
    assert check_layer(build(), normal(*shape), rng=rng, training=training) < 1e-6


@every_layer
@both_modes
def test_gradients_with_one_feature(build, training):
    rng = np.random.default_rng(2)
    assert check_layer(build(1), normal(5, 1), rng=rng, training=training) < 1e-6


@both_modes
def test_gradients_within_a_residual(training):
    rng = np.random.default_rng(0)
    dense = Dense(4, 4, rng=rng, dtype=np.float64)
    layer = Residual(batch_norm(), Tanh(), dense, layer_norm())
    assert check_layer(layer, normal(5, 4), rng=rng, training=training) < 1e-6


@every_layer
@both_modes
def test_backward_is_the_transpose_of_the_derivative(build, training):
    # <J v, u> = <v, J^T u> for any v and u, where J v is a slope along v.
    x, v, u = normal(6, 4), normal(6, 4, seed=2), normal(6, 4, seed=3)
    step = 1e-5
    layer = build()
    layer.forward(x, training)
    higher = build().forward(x + step * v, training)
    lower = build().forward(x - step * v, training)
    J_v = (higher - lower) / (2 * step)
    assert (J_v * u).sum() == pytest.approx((v * layer.backward(u)).sum(), abs=1e-8)


# What normalizing means


@given(
    st.integers(2, 50),
    st.integers(1, 5),
    st.floats(-100, 100),
    st.floats(0.5, 100),
    st.integers(0, 9),
)
def test_batches_come_out_with_mean_0_and_spread_1(n, features, mean, spread, seed):
    layer = BatchNormalization(features, dtype=np.float64)
    x = mean + spread * normal(n, features, seed=seed)
    output = layer.forward(x, training=True)
    np.testing.assert_allclose(output.mean(axis=0), 0, atol=1e-10)
    variance = x.var(axis=0)
    np.testing.assert_allclose(output.var(axis=0), variance / (variance + 1e-3))


@every_layer
@given(st.floats(-100, 100), st.integers(0, 9))
def test_a_constant_added_changes_nothing(build, shift, seed):
    x = normal(5, 4, seed=seed)
    output = build().forward(x, training=True)
    shifted = build().forward(x + shift, training=True)
    np.testing.assert_allclose(shifted, output, rtol=1e-9, atol=1e-9)


@every_layer
@given(st.floats(0.5, 100), st.integers(0, 9))
def test_stretching_changes_nothing_but_for_epsilon(build, factor, seed):
    x = normal(5, 4, seed=seed)
    output = build(epsilon=1e-15).forward(x, training=True)
    stretched = build(epsilon=1e-15).forward(factor * x, training=True)
    np.testing.assert_allclose(stretched, output, rtol=1e-9, atol=1e-9)


@every_layer
def test_so_no_gradient_tells_to_shift_or_to_stretch(build):
    layer, x = build(epsilon=1e-15), normal(6, 4)
    layer.forward(x, training=True)
    d_x = layer.backward(normal(6, 4, seed=2))
    axis = 0 if build is batch_norm else 1
    np.testing.assert_allclose(d_x.sum(axis), 0, atol=1e-12)
    np.testing.assert_allclose((x * d_x).sum(axis), 0, atol=1e-12)


def test_a_constant_feature_becomes_beta():
    layer = batch_norm()
    output = layer.forward(np.full((5, 4), 7.0), training=True)
    np.testing.assert_allclose(output, np.tile(layer.params["beta"], (5, 1)))


def test_a_batch_of_one_row_becomes_beta_and_sends_no_gradient_down():
    layer = batch_norm()
    output = layer.forward([[1.0, 2, 3, 4]], training=True)
    np.testing.assert_array_equal(output[0], layer.params["beta"])
    np.testing.assert_array_equal(layer.backward([[1.0, 2, 3, 4]]), 0)
    np.testing.assert_array_equal(layer.grads["gamma"], 0)
    np.testing.assert_array_equal(layer.grads["beta"], [1, 2, 3, 4])


def test_a_batch_of_one_image_has_its_pixels():
    layer = BatchNormalization(2, dtype=np.float64)
    output = layer.forward(normal(1, 8, 8, 2), training=True)
    np.testing.assert_allclose(output.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(output.std(axis=(0, 1, 2)), 1, atol=1e-2)


# Batches, training and its end


@pytest.mark.parametrize(
    "build, training", [(batch_norm, False), (layer_norm, False), (layer_norm, True)]
)
def test_one_sample_gives_its_row_of_a_batch(build, training):
    layer, x, d = build(), normal(5, 4), normal(5, 4, seed=2)
    output = layer.forward(x, training)
    d_x = layer.backward(d)
    for i in range(5):
        one = slice(i, i + 1)
        np.testing.assert_allclose(
            layer.forward(x[one], training), output[one], rtol=1e-12
        )
        np.testing.assert_allclose(layer.backward(d[one]), d_x[one], rtol=1e-12)


def test_while_training_a_sample_depends_on_its_batch():
    layer, x = batch_norm(), normal(5, 4)
    whole, part = layer.forward(x, training=True), layer.forward(x[:3], training=True)
    assert abs(whole[:3] - part).max() > 0.1


def test_only_training_moves_the_running_averages():
    layer, x = batch_norm(), normal(5, 4)
    before = copy.deepcopy(layer.state)
    layer.backward(layer.forward(x))
    for name, value in before.items():
        np.testing.assert_array_equal(layer.state[name], value)
    layer.forward(x, training=True)
    for name, value in before.items():
        assert (layer.state[name] != value).all()


def test_backward_belongs_to_the_last_forward():
    layer, x, d = batch_norm(), normal(5, 4), normal(5, 4, seed=2)
    layer.forward(x)
    expected = layer.backward(d)
    layer, other = batch_norm(), batch_norm()
    layer.forward(x, training=True)
    layer.state["moving_mean"][...] = other.state["moving_mean"]
    layer.state["moving_variance"][...] = other.state["moving_variance"]
    assert abs(layer.backward(d) - expected).max() > 0.1
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(d), expected)


def test_after_many_batches_prediction_is_like_training():
    layer = BatchNormalization(2, momentum=0.9, dtype=np.float64)
    for seed in range(200):
        layer.forward(3 + 2 * normal(64, 2, seed=seed), training=True)
    # Averages of about 20 batches of 64: mean 3 within 0.06, variance 4 within 0.16,
    # one standard deviation each.
    np.testing.assert_allclose(layer.state["moving_mean"], 3, atol=0.3)
    np.testing.assert_allclose(layer.state["moving_variance"], 4, atol=0.8)


@every_layer
@both_modes
def test_an_empty_batch_goes_through_and_teaches_nothing(build, training):
    layer = build()
    before = copy.deepcopy(dict(layer.state))
    output = layer.forward(np.ones((0, 3, 4)), training)
    assert output.shape == (0, 3, 4)
    assert layer.backward(output).shape == (0, 3, 4)
    assert not any(grad.any() for grad in layer.grads.values())
    for name, value in before.items():
        np.testing.assert_array_equal(layer.state[name], value)


# In a model


def model(seed=0):
    rng = np.random.default_rng(seed)
    return Sequential(
        [
            Dense(3, 4, rng=rng),
            BatchNormalization(4, momentum=0.9),
            ReLU(),
            Residual(Dense(4, 4, rng=rng), BatchNormalization(4, momentum=0.9)),
            LayerNormalization(4),
            Dense(4, 1, rng=rng),
        ]
    )


def fit(model):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    y = x[:, :1] * x[:, 1:2]
    options = {"loss": mean_squared_error, "optimizer": SGD(0.1), "batch_size": 8}
    model.fit(x, y, epochs=20, rng=rng, **options)
    return x, y


def test_a_model_with_normalization_learns():
    trained = model()
    before = [value.copy() for value in trained.layers[1].state.values()]
    x, y = fit(trained)
    assert trained.history["loss"][-1] < 0.5 * trained.history["loss"][0]
    for value, old in zip(trained.layers[1].state.values(), before, strict=True):
        assert (value != old).all()


def test_saving_and_loading_keeps_the_running_averages_wherever_they_are(tmp_path):
    trained, other = model(), model(seed=1)
    x, _ = fit(trained)
    trained.save(tmp_path / "model.npz")
    other.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(other.predict(x), trained.predict(x))
    averages = trained.layers[3].state
    assert list(averages) == ["1.moving_mean", "1.moving_variance"]
    for name, value in averages.items():
        np.testing.assert_array_equal(other.layers[3].state[name], value)
        assert value.any()


def test_a_file_without_running_averages_is_refused(tmp_path):
    trained = model()
    trained.save(tmp_path / "model.npz")
    arrays = dict(np.load(tmp_path / "model.npz"))
    del arrays["3.1.moving_mean"]
    np.savez(tmp_path / "model.npz", **arrays)
    with pytest.raises(ValueError, match="must hold .*3.1.moving_mean"):
        trained.load(tmp_path / "model.npz")


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))]
)
def test_a_copy_predicts_the_same_and_shares_nothing(twin):
    trained = model()
    x, _ = fit(trained)
    other = twin(trained)
    expected = trained.predict(x)
    np.testing.assert_array_equal(other.predict(x), expected)
    fit(other)
    np.testing.assert_array_equal(trained.predict(x), expected)


def test_a_misfit_is_seen_when_the_model_is_built():
    dense = Dense(3, 5, rng=np.random.default_rng(0))
    message = r"BatchNormalization\(4\) cannot follow Dense\(3, 5\): x has 5 features"
    with pytest.raises(ValueError, match=message):
        Sequential([dense, BatchNormalization(4)])


def test_a_size_that_is_not_known_yet_may_be_right():
    assert batch_norm().output_shape((None, None)) == (None, None)
    assert layer_norm().output_shape((None, None, None, 4)) == (None, None, None, 4)


def test_without_need_no_input_gradient_but_all_others():
    for build in LAYERS.values():
        layer, other = build(), build()
        layer.needs_input_gradient = False
        x, d = normal(5, 4), normal(5, 4, seed=2)
        layer.forward(x, training=True)
        other.forward(x, training=True)
        other.backward(d)
        assert layer.backward(d) is None
        for name, grad in other.grads.items():
            np.testing.assert_array_equal(layer.grads[name], grad)


# Types


@every_layer
@both_modes
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_they_compute_in_their_own_type(build, training, dtype):
    layer = build(dtype=dtype)
    for x in (normal(5, 4), normal(5, 4).astype(np.float32), np.ones((5, 4), int)):
        output = layer.forward(x, training)
        d_x = layer.backward(np.ones((5, 4)))
        arrays = [output, d_x, *layer.params.values(), *layer.grads.values()]
        arrays += layer.state.values()
        assert {array.dtype for array in arrays} == {np.dtype(dtype)}


@every_layer
@both_modes
def test_float32_is_near_float64(build, training):
    small, layer = build(dtype=np.float32), build()
    x = (10 + normal(1000, 4)).astype(np.float32)
    d = normal(1000, 4, seed=2).astype(np.float32)
    # Subtracting the mean, 10, from numbers near 10 costs a digit of seven.
    close = {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(
        small.forward(x, training), layer.forward(x, training), **close
    )
    np.testing.assert_allclose(small.backward(d), layer.backward(d), **close)
    # The gradients of the parameters are sums of a thousand such numbers.
    close = {"rtol": 1e-4, "atol": 1e-3}
    for name, grad in layer.grads.items():
        np.testing.assert_allclose(small.grads[name], grad, **close)


@every_layer
@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int64])
def test_integers_and_booleans_are_cast(build, dtype):
    x = np.array([[0, 1, 1, 0], [1, 1, 1, 0]], dtype)
    np.testing.assert_array_equal(
        build().forward(x, training=True), build().forward(x.astype(float), True)
    )


# The door


@every_layer
@both_modes
@pytest.mark.parametrize("kind", layouts(np.ones((2, 2))))
def test_layouts_make_no_difference_at_all(build, training, kind):
    x, d = normal(5, 4), normal(5, 4, seed=2)
    plain, odd = build(), build()
    output = plain.forward(x, training)
    np.testing.assert_array_equal(odd.forward(layouts(x)[kind], training), output)
    np.testing.assert_array_equal(odd.backward(layouts(d)[kind]), plain.backward(d))
    for name, grad in plain.grads.items():
        np.testing.assert_array_equal(odd.grads[name], grad)


@every_layer
@both_modes
def test_inputs_are_neither_written_to_nor_handed_back_nor_missed(build, training):
    layer, x, d = build(), normal(5, 4), normal(5, 4, seed=2)
    x_before, d_before = x.copy(), d.copy()
    output = layer.forward(x, training)
    d_x = layer.backward(d)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(d, d_before)
    assert not np.shares_memory(output, x)
    assert not np.shares_memory(d_x, d)
    # The gradient is that of the old x, and backward twice gives it twice.
    layer = build()
    layer.forward(x, training)
    x[...] = 0
    for _ in range(2):
        np.testing.assert_array_equal(layer.backward(d), d_x)


@every_layer
def test_inside_a_model_nothing_is_written_to_either(build):
    layer, x, d = build(), normal(5, 4), normal(5, 4, seed=2)
    layer.inside_model = True
    x_before, d_before = x.copy(), d.copy()
    layer.forward(x, training=True)
    layer.backward(d)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(d, d_before)


@every_layer
def test_backward_before_forward_is_refused(build):
    layer = build()
    message = re.escape(f"{layer} has not run forward, so it cannot run backward")
    with pytest.raises(RuntimeError, match=message):
        layer.backward(np.ones((3, 4)))


BAD_INPUTS = [
    (np.ones(4), ValueError, r"x must .* got \(4,\). One sample\? Use x\[None, :\]"),
    (3.0, TypeError, "x must have shape .samples, features., got one number"),
    (np.ones((5, 7)), ValueError, r"x has 7 features in its last axis, .* expects 4"),
    (np.ones((5, 0)), ValueError, "x has 0 features in its last axis"),
    (
        np.ones((2, 4, 8, 8)),
        ValueError,
        r"has shape \(2, 4, 8, 8\); the channels of an image come last",
    ),
    *((x, kind, f"x .*{message}|x {message}") for x, kind, message in NOT_REAL),
    *NOT_FINITE,
]


@every_layer
@pytest.mark.parametrize("x, exception, message", BAD_INPUTS)
def test_what_they_refuse_changes_nothing(build, x, exception, message):
    layer, other, good = build(), build(), normal(5, 4)
    expected = other.backward(other.forward(good, training=True))
    d = layer.forward(good, training=True)
    with pytest.raises(exception, match=message):
        layer.forward(x, training=True)
    for name, value in other.state.items():
        np.testing.assert_array_equal(layer.state[name], value)
    np.testing.assert_array_equal(layer.backward(d), expected)


@every_layer
def test_a_number_too_large_for_the_type_is_refused(build):
    message = re.escape("x[0, 1] is 1e+300, too large for float32")
    with pytest.raises(ValueError, match=message):
        build(dtype=np.float32).forward([[0, 1e300, 0, 0]])


@every_layer
@pytest.mark.parametrize("shape", [(5, 3), (4, 4), (1, 4), (4,), (5, 1, 4), ()])
def test_a_gradient_of_another_shape_is_refused(build, shape):
    layer = build()
    layer.forward(normal(5, 4), training=True)
    message = re.escape(f"the output of {layer}, (5, 4), got {shape}")
    with pytest.raises(ValueError, match=message):
        layer.backward(np.ones(shape))
    assert not any(grad.any() for grad in layer.grads.values())


@pytest.mark.parametrize("Norm", [BatchNormalization, LayerNormalization])
@pytest.mark.parametrize(
    "options, exception, message",
    [
        ({"n": 0}, ValueError, "n must be at least 1, got 0"),
        ({"n": -1}, ValueError, "n must be at least 1, got -1"),
        ({"n": 2.5}, ValueError, "n must be a whole number, got 2.5"),
        ({"n": "3"}, TypeError, "n must be a whole number, got '3'"),
        ({"n": None}, TypeError, "n must be a whole number, got None"),
        ({"n": True}, TypeError, "n must be a whole number, got True"),
        ({"epsilon": 0}, ValueError, "epsilon must be above 0, got 0"),
        ({"epsilon": -1}, ValueError, "epsilon must be above 0, got -1"),
        ({"epsilon": np.nan}, ValueError, "epsilon must be above 0, got nan"),
        ({"epsilon": "0.1"}, TypeError, "epsilon must be a number, got '0.1'"),
        ({"dtype": int}, TypeError, "dtype must be a float type like np.float32"),
        ({"eps": 0.1}, TypeError, "unexpected keyword argument 'eps'"),
    ],
)
def test_construction_refuses(Norm, options, exception, message):
    with pytest.raises(exception, match=message):
        Norm(**{"n": 4} | options)


@pytest.mark.parametrize(
    "momentum, exception, message",
    [
        (1, ValueError, "momentum must be at least 0 and below 1, got 1"),
        (-0.1, ValueError, "momentum must be at least 0 and below 1, got -0.1"),
        (2, ValueError, "momentum must be at least 0 and below 1, got 2"),
        (np.nan, ValueError, "momentum must be at least 0 and below 1, got nan"),
        (None, TypeError, "momentum must be a number, got None"),
        (True, TypeError, "momentum must be a number, got True"),
    ],
)
def test_a_momentum_outside_its_range_is_refused(momentum, exception, message):
    with pytest.raises(exception, match=message):
        BatchNormalization(4, momentum=momentum)


def test_momentum_0_keeps_the_last_batch_only():
    layer, x = batch_norm(momentum=0), normal(5, 4)
    layer.forward(x, training=True)
    np.testing.assert_allclose(layer.state["moving_mean"], x.mean(axis=0), rtol=1e-12)


def test_sizes_may_be_numpy_integers():
    assert BatchNormalization(np.int64(4)).params["gamma"].shape == (4,)


def test_they_say_what_they_are():
    assert str(BatchNormalization(4)) == "BatchNormalization(4)"
    assert str(LayerNormalization(np.int64(4))) == "LayerNormalization(4)"


def test_the_base_leaves_the_mean_to_its_heirs():
    base = Normalization(2)
    with pytest.raises(NotImplementedError):
        base.forward(np.ones((1, 2)))
    with pytest.raises(NotImplementedError):
        base.input_gradient(np.ones((1, 2)))
