"""The model: a step by hand, a loop, Keras, what fit promises, and what it refuses."""

import copy
import pickle
import re

import numpy as np
import pytest
from support import NOT_A_GENERATOR, NOT_FINITE, NOT_REAL, layouts

from nnbook.gradcheck import numerical_gradient, relative_error
from nnbook.layers import (
    Dense,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    ReLU,
    Residual,
    Sigmoid,
    Tanh,
)
from nnbook.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    mean_squared_error,
)
from nnbook.metrics import accuracy
from nnbook.model import Sequential, write_line
from nnbook.optimizers import SGD, Adam, RMSProp, cosine_decay
from nnbook.softmax import softmax_cross_entropy


def random(seed=0):
    return np.random.default_rng(seed)


def l2(W):
    """0.5 sum(W ** 2) and its gradient."""
    return 0.5 * (W**2).sum(), W


def network(dtype=np.float64, penalty=None, seed=0):
    rng = random(seed)
    return Sequential(
        [
            Dense(4, 5, rng=rng, dtype=dtype, penalty=penalty),
            Tanh(),
            Dense(5, 3, rng=rng, dtype=dtype),
        ]
    )


def samples(n=12, seed=1):
    rng = random(seed)
    return rng.normal(size=(n, 4)), rng.integers(0, 3, n)


def fit(model, x, y, **changes):
    options = {
        "loss": softmax_cross_entropy,
        "optimizer": SGD(0.1),
        "epochs": 2,
        "batch_size": 5,
        "rng": random(2),
    }
    return model.fit(x, y, **(options | changes))


# By hand


def one_neuron():
    """z = 2 x - 1, in float64."""
    model = Sequential([Dense(1, 1, rng=random(), dtype=np.float64)])
    model.layers[0].params["W"][...] = 2
    model.layers[0].params["b"][...] = -1
    return model


def test_one_step_by_hand():
    # x = 1, 3 gives 1, 5; targets 0, 1: errors 1, 4, loss 17 / 2. d_z = 1, 4, and so
    # d_W = 1 * 1 + 3 * 4 = 13, d_b = 5. A step of 0.1: W = 0.7, b = -1.5.
    model = one_neuron()
    x, y = [[1.0], [3.0]], [[0.0], [1.0]]
    np.testing.assert_array_equal(model.predict(x), [[1.0], [5.0]])
    history = fit(model, x, y, loss=mean_squared_error, epochs=1)
    assert history == {"loss": [8.5]}
    np.testing.assert_allclose(model.flat_params, [0.7, -1.5], rtol=1e-15)
    np.testing.assert_allclose(model.flat_grads, [13.0, 5.0], rtol=1e-15)


def test_backward_leaves_the_gradients_of_every_layer():
    model = one_neuron()
    model.forward([[1.0], [3.0]])
    assert model.backward([[1.0], [4.0]]) is None
    assert model.layers[0].grads["W"] == 13
    assert model.layers[0].grads["b"] == 5


def test_the_input_gradient_comes_if_asked_for():
    model = one_neuron()
    model.layers[0].needs_input_gradient = True
    model.forward([[1.0], [3.0]])
    np.testing.assert_array_equal(model.backward([[1.0], [4.0]]), [[2.0], [8.0]])


def test_the_loss_of_an_epoch_weighs_each_sample_alike():
    # Three samples in batches of two and one, with a rate too small to matter:
    # errors 1, 3, -5 by z = 2 x - 1 on x = 1, 2, 3 and targets 0, 0, 10.
    y = [[0.0], [0.0], [10.0]]
    history = fit(
        one_neuron(),
        [[1.0], [2.0], [3.0]],
        y,
        loss=mean_squared_error,
        optimizer=SGD(1e-300),
        batch_size=2,
        epochs=1,
    )
    assert history["loss"] == [pytest.approx((1 + 9 + 25) / 3, rel=1e-15)]


# Against a loop, differences and Keras


def test_fit_equals_a_loop_written_out():
    model, (x, y) = network(), samples()
    W1, b1, W2, b2 = (
        model.layers[i].params[name].copy() for i in (0, 2) for name in ("W", "b")
    )
    rng, losses = random(2), []
    for _ in range(3):
        order, total = rng.permutation(12), 0.0
        for start in (0, 5, 10):
            rows = order[start : start + 5]
            a = np.tanh(x[rows] @ W1 + b1)
            loss, d_logits = softmax_cross_entropy(a @ W2 + b2, y[rows])
            d_z = d_logits @ W2.T * (1 - a**2)
            W2 -= 0.1 * (a.T @ d_logits)
            b2 -= 0.1 * d_logits.sum(axis=0)
            W1 -= 0.1 * (x[rows].T @ d_z)
            b1 -= 0.1 * d_z.sum(axis=0)
            total += loss * len(rows)
        losses.append(total / 12)
    history = fit(model, x, y, epochs=3)
    np.testing.assert_allclose(history["loss"], losses, rtol=1e-12)
    expected = np.concatenate([W1.ravel(), b1, W2.ravel(), b2])
    np.testing.assert_allclose(model.flat_params, expected, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("penalty", [None, l2])
def test_the_gradient_of_every_parameter_equals_differences(penalty):
    rng = random()
    layers = [
        Dense(4, 3, rng=rng, dtype=np.float64, penalty=penalty),
        Residual(Dense(3, 3, rng=rng, dtype=np.float64, penalty=penalty), Tanh()),
        LeakyReLU(0.1),
        Dense(3, 3, rng=rng, dtype=np.float64),
    ]
    model, (x, y) = Sequential(layers), samples()

    def total_loss(params):
        model.flat_params[...] = params
        return softmax_cross_entropy(model.forward(x), y)[0] + model.penalty_value()

    start = model.flat_params.copy()
    measured = numerical_gradient(total_loss, start)
    model.flat_params[...] = start
    _, d_logits = softmax_cross_entropy(model.forward(x), y)
    model.backward(d_logits)
    assert relative_error(model.flat_grads, measured) < 1e-6


KERAS_OPTIMIZERS = [
    (lambda: SGD(0.125), "SGD", {"learning_rate": 0.125}),
    (
        lambda: SGD(0.125, 0.875, nesterov=True),
        "SGD",
        {"learning_rate": 0.125, "momentum": 0.875, "nesterov": True},
    ),
    (lambda: RMSProp(0.0078125), "RMSprop", {"learning_rate": 0.0078125}),
    (lambda: Adam(0.0078125), "Adam", {"learning_rate": 0.0078125}),
]
KERAS_LOSSES = [
    (softmax_cross_entropy, "SparseCategoricalCrossentropy", {"from_logits": True}),
    (binary_cross_entropy_with_logits, "BinaryCrossentropy", {"from_logits": True}),
    (mean_squared_error, "MeanSquaredError", {}),
]


@pytest.mark.keras
@pytest.mark.parametrize("steps", [1, 10])
@pytest.mark.parametrize("optimizer, optimizer_name, options", KERAS_OPTIMIZERS)
@pytest.mark.parametrize("loss, loss_name, loss_options", KERAS_LOSSES)
def test_steps_equal_keras(
    loss, loss_name, loss_options, optimizer, optimizer_name, options, steps
):
    import keras

    x, labels = samples(8)
    y = labels if loss is softmax_cross_entropy else np.eye(3)[labels]
    ours = network(np.float32)
    theirs = keras.Sequential(
        [
            keras.layers.Input((4,)),
            keras.layers.Dense(5, activation="tanh"),
            keras.layers.Dense(3),
        ]
    )
    weights = [ours.layers[i].params[name] for i in (0, 2) for name in ("W", "b")]
    theirs.set_weights(weights)
    theirs.compile(
        getattr(keras.optimizers, optimizer_name)(**options),
        getattr(keras.losses, loss_name)(**loss_options),
    )
    their_losses = theirs.fit(x, y, batch_size=8, epochs=steps, verbose=0).history
    our_losses = fit(
        ours, x, y, loss=loss, optimizer=optimizer(), batch_size=8, epochs=steps
    )
    np.testing.assert_allclose(our_losses["loss"], their_losses["loss"], rtol=1e-5)
    for mine, their in zip(weights, theirs.get_weights(), strict=True):
        # float32, and RMSProp and Adam divide by gradients near 0.
        np.testing.assert_allclose(mine, their, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        ours.predict(x), theirs.predict(x, verbose=0), rtol=1e-4, atol=1e-4
    )


# The flat vectors


def test_layers_see_the_flat_vectors_and_the_other_way_round():
    model = network()
    assert model.flat_params.shape == model.flat_grads.shape == (4 * 5 + 5 + 5 * 3 + 3,)
    model.layers[0].params["W"][...] = 7
    np.testing.assert_array_equal(model.flat_params[:20], 7)
    model.flat_params[-3:] = [1, 2, 3]
    np.testing.assert_array_equal(model.layers[2].params["b"], [1, 2, 3])
    for layer in model.layers:
        for name in layer.params:
            assert np.shares_memory(layer.params[name], model.flat_params)
            assert np.shares_memory(layer.grads[name], model.flat_grads)


def test_gathering_keeps_the_first_weights():
    alone = Dense(4, 5, rng=random(), dtype=np.float64)
    np.testing.assert_array_equal(network().layers[0].params["W"], alone.params["W"])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype):
    model, (x, y) = network(dtype), samples()
    fit(model, x, y, optimizer=Adam())
    assert model.flat_params.dtype == model.flat_grads.dtype == dtype
    assert model.predict(x).dtype == dtype


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))]
)
def test_a_copy_is_equal_and_shares_nothing(duplicate):
    model, (x, y) = network(), samples()
    fit(model, x, y)
    twin = duplicate(model)
    np.testing.assert_array_equal(twin.predict(x), model.predict(x))
    before = model.flat_params.copy()
    fit(twin, x, y)
    np.testing.assert_array_equal(model.flat_params, before)
    # And the copy has learnt just what the model learns.
    fit(model, x, y)
    np.testing.assert_array_equal(twin.flat_params, model.flat_params)
    assert np.shares_memory(twin.layers[0].params["W"], twin.flat_params)


# What fit promises


def test_every_sample_is_seen_once_an_epoch_in_a_new_order():
    seen = []

    class Spy(Layer):
        def forward(self, x, training=False):
            if training:
                seen.append(x[:, 0].tolist())
            return self.check_input(x)

        def backward(self, d_output):
            return self.check_gradient(d_output)

    x = np.arange(10.0)[:, None]
    fit(Sequential([Spy()]), x, x, loss=mean_squared_error, batch_size=4)
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    first, second = sum(seen[:3], []), sum(seen[3:], [])
    assert sorted(first) == sorted(second) == x[:, 0].tolist()
    assert first != second != x[:, 0].tolist()


@pytest.mark.parametrize("batch_size", [12, 100])
def test_one_batch_may_hold_all_samples(batch_size):
    model, (x, y) = network(), samples()
    loss = softmax_cross_entropy(model.predict(x), y)[0]
    history = fit(model, x, y, batch_size=batch_size, epochs=1)
    assert history["loss"] == [pytest.approx(loss, rel=1e-12)]


def test_one_sample_can_be_trained_on():
    model, (x, y) = network(), samples(1)
    history = fit(model, x, y, epochs=20)
    assert history["loss"][-1] < history["loss"][0]


def test_same_generator_same_weights_and_the_global_seed_is_left_alone():
    x, y = samples()
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    ends = []
    for seed in (2, 2, 3):
        model = network()
        fit(model, x, y, rng=random(seed))
        ends.append(model.flat_params)
    np.testing.assert_array_equal(ends[0], ends[1])
    assert not np.array_equal(ends[0], ends[2])
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_no_epochs_train_nothing():
    model, (x, y) = network(), samples()
    before = model.flat_params.copy()
    assert fit(model, x, y, epochs=0) == {"loss": []}
    np.testing.assert_array_equal(model.flat_params, before)


def test_the_input_is_cast_once_to_the_type_of_the_model():
    types = []

    class Spy(Flatten):
        def forward(self, x, training=False):
            types.append(x.dtype)
            return super().forward(x, training)

    model = Sequential([Spy(), Dense(4, 3, rng=random())])
    x, y = samples()
    fit(model, x, y, epochs=1)
    model.predict(x.astype(np.float16))
    assert set(types) == {np.dtype(np.float32)}
    # Layers without a type of their own keep the one that comes.
    assert Sequential([Flatten()]).predict(x).dtype == np.float64


def test_validation_loss_is_the_mean_over_all_samples():
    model, (x, y) = network(), samples()
    x_new, y_new = samples(700, seed=5)  # more than one batch of predictions
    history = fit(model, x, y, validation_data=(x_new, y_new))
    assert list(history) == ["loss", "val_loss"]
    exact = softmax_cross_entropy(model.predict(x_new, batch_size=1000), y_new)[0]
    assert history["val_loss"][-1] == pytest.approx(exact, rel=1e-12)
    # And nothing was learnt from them.
    alone = network()
    fit(alone, x, y)
    np.testing.assert_array_equal(model.flat_params, alone.flat_params)


def test_penalties_enter_the_gradient_and_are_reported_apart():
    x, y = samples()
    model, free = network(penalty=l2), network()
    W = model.layers[0].params["W"]
    W_start = W.copy()
    penalised = fit(model, x, y, batch_size=12, epochs=1)
    plain = fit(free, x, y, batch_size=12, epochs=1)
    assert penalised["loss"] == plain["loss"]
    assert penalised["penalty"] == [pytest.approx(0.5 * (W**2).sum(), rel=1e-12)]
    assert "penalty" not in plain
    # The step is longer by the rate times the penalty's gradient, which is W.
    np.testing.assert_allclose(
        W, free.layers[0].params["W"] - 0.1 * W_start, rtol=1e-12, atol=1e-15
    )
    results = model.evaluate(x, y, loss=softmax_cross_entropy)
    assert results["penalty"] == penalised["penalty"][0]
    assert results["loss"] == softmax_cross_entropy(model.predict(x), y)[0]


def test_a_penalty_within_a_residual_is_reported():
    dense = Dense(4, 4, rng=random(), penalty=l2)
    model = Sequential([Residual(dense)])
    x, _ = samples()
    history = fit(model, x, x, loss=mean_squared_error, epochs=1)
    assert history["penalty"] == [pytest.approx(l2(dense.params["W"])[0], rel=1e-6)]


def test_dropout_drops_in_training_only():
    rng = random()
    model = Sequential([Dropout(0.5, rng=rng)])
    x = np.ones((4, 100))
    np.testing.assert_array_equal(model.predict(x), x)
    dropped = model.forward(x, training=True)
    assert set(np.unique(dropped)) == {0.0, 2.0}
    np.testing.assert_array_equal(model.forward(x), x)


def test_callbacks_are_called_after_each_epoch_and_can_stop():
    calls = []

    def stop_after_two(model, epoch, history):
        calls.append((model, epoch, history["loss"][epoch], len(history["loss"])))
        return epoch == 1

    model, (x, y) = network(), samples()
    others = []
    history = fit(
        model,
        x,
        y,
        epochs=5,
        callbacks=[stop_after_two, lambda *call: others.append(call)],
    )
    assert len(history["loss"]) == 2
    assert calls == [(model, i, history["loss"][i], i + 1) for i in range(2)]
    assert len(others) == 2  # the epoch that stops is told to everybody


def test_a_callback_can_set_the_learning_rate():
    optimizer, (x, y) = SGD(0.1), samples()

    def halve(model, epoch, history):
        optimizer.learning_rate /= 2

    fit(network(), x, y, optimizer=optimizer, callbacks=[halve])
    assert optimizer.learning_rate == 0.025


def test_a_schedule_counts_the_steps():
    x, y = samples()
    optimizer = SGD(cosine_decay(0.5, steps=6))
    fit(network(), x, y, optimizer=optimizer)  # 2 epochs of 3 batches
    assert optimizer.steps == 6
    assert optimizer.rate == 0.0


def test_verbose_writes_a_line_an_epoch(capsys):
    x, y = samples()
    history = fit(network(), x, y, verbose=1, validation_data=(x, y))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    value, val_value = history["loss"][0], history["val_loss"][0]
    assert lines[0] == f"epoch 1: loss {value:.4g}, val_loss {val_value:.4g}"
    fit(network(), x, y)
    assert capsys.readouterr().out == ""
    write_line(None, 0, {"loss": [0.5]})
    assert capsys.readouterr().out == "epoch 1: loss 0.5\n"


def test_the_history_is_new_in_each_fit_and_kept():
    model, (x, y) = network(), samples()
    first = fit(model, x, y)
    second = fit(model, x, y)
    assert first is not second
    assert model.history is second
    assert second["loss"][0] < first["loss"][0]  # it went on from where it was


# Interrupted and diverged


class Stop(SGD):
    """Raises in step number `at`, before or after the step."""

    def __init__(self, at, after):
        super().__init__(0.1, momentum=0.5, nesterov=True)
        self.at, self.after = at, after

    def step(self, params, grads):
        if self.steps < self.at:
            return super().step(params, grads)
        if self.after:
            super().step(params, grads)
        raise KeyboardInterrupt


@pytest.mark.parametrize("after", [False, True])
def test_an_interrupt_keeps_the_last_whole_step_and_the_history(after):
    x, y = samples()
    model, reference = network(), network()
    with pytest.raises(KeyboardInterrupt):
        fit(model, x, y, optimizer=Stop(4, after), epochs=9)  # in the second epoch
    assert len(model.history["loss"]) == 1
    steps = []

    class Enough(Exception):
        pass

    class Counting(Stop):
        def step(self, params, grads):
            if len(steps) == 4 + after:
                raise Enough
            steps.append(1)
            SGD.step(self, params, grads)

    with pytest.raises(Enough):
        fit(reference, x, y, optimizer=Counting(0, False), epochs=9)
    np.testing.assert_array_equal(model.flat_params, reference.flat_params)
    assert model.history == reference.history
    model.predict(x)  # still in order
    fit(model, x, y)


def test_an_interrupt_in_validation_leaves_whole_epochs_in_the_history():
    model, (x, y) = network(), samples()
    x_new, y_new = samples(7, seed=5)
    validations = []

    def loss(logits, labels):
        if len(logits) == 7:
            validations.append(1)
            if len(validations) == 3:  # the dry run, then the second epoch
                raise KeyboardInterrupt
        return softmax_cross_entropy(logits, labels)

    with pytest.raises(KeyboardInterrupt):
        fit(model, x, y, loss=loss, validation_data=(x_new, y_new))
    assert [len(values) for values in model.history.values()] == [1, 1]


def test_divergence_names_the_place_and_the_learning_rate():
    # z = w x with x = 1e3: a step of 0.1 takes w to w - 0.2 x x w, about -2e5 times
    # itself. The loss grows by 4e10 a step and leaves float64 after some 28 of them.
    model = Sequential([Dense(1, 1, rng=random(), dtype=np.float64)])
    x = np.full((100, 1), 1e3)
    with pytest.raises(RuntimeError) as error:
        fit(model, x, 0 * x, loss=mean_squared_error, batch_size=1, epochs=3)
    place = re.fullmatch(
        r"training diverged: the loss became (nan|inf) in epoch 1 of 3, step (\d+) of "
        r"100, at learning rate 0.1. Use a smaller learning rate, or clip_norm.",
        str(error.value),
    )
    assert 26 < int(place[2]) < 32
    assert model.history["loss"] == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_no_number_takes_no_step(value):
    model, (x, y) = network(), samples()
    before = model.flat_params.copy()

    def loss(prediction, y):
        # Good in the dry run, where all predictions are 0.5.
        return value if (prediction != 0.5).any() else 1.0, prediction

    with pytest.raises(
        RuntimeError, match=f"loss became {value} in epoch 1 of 2, step 1"
    ):
        fit(model, x, y, loss=loss)
    np.testing.assert_array_equal(model.flat_params, before)


def test_wild_predictions_take_no_step():
    model, (x, y) = network(), samples()
    model.layers[2].params["W"][...] = 1e308
    before = model.flat_params.copy()
    with pytest.raises(
        RuntimeError, match="loss became nan in epoch 1 of 2, step 1 of 3"
    ):
        fit(model, x, y)
    np.testing.assert_array_equal(model.flat_params, before)


def test_divergence_in_the_last_step_is_found():
    # One step, from a finite loss to infinite weights.
    model = one_neuron()
    with pytest.raises(
        RuntimeError, match="largest weight became inf in epoch 1 of 1, "
    ):
        fit(model, [[1e200]], [[0.0]], loss=lambda p, y: (1.0, p), epochs=1,
            optimizer=SGD(1e100))  # fmt: skip


def test_divergence_that_only_validation_shows_is_found():
    model = one_neuron()
    x_new = np.array([[1e308], [1e308]])
    with pytest.raises(
        RuntimeError, match="validation loss became nan in epoch 1 of 2"
    ):
        fit(model, [[1.0]], [[0.0]], loss=mean_squared_error,
            validation_data=(x_new, np.zeros((2, 1))))  # fmt: skip


def test_clipping_keeps_a_wild_start_in_bounds():
    model, (x, _) = network(np.float32), samples()
    fit(model, 1e3 * x, 1e3 * x[:, :3], loss=mean_squared_error,
        optimizer=SGD(0.1, clip_norm=1.0), epochs=50)  # fmt: skip
    assert np.isfinite(model.flat_params).all()


# Predicting and evaluating


def test_predict_does_not_depend_on_the_batch_size():
    model, (x, _) = network(), samples()
    whole = model.predict(x)
    for batch_size in (1, 5, 12, 13):
        np.testing.assert_allclose(model.predict(x, batch_size), whole, rtol=1e-12)
    for i in range(len(x)):
        np.testing.assert_allclose(model.predict(x[[i]])[0], whole[i], rtol=1e-12)


def test_predict_of_no_samples_has_no_rows():
    assert network().predict(np.ones((0, 4))).shape == (0, 3)
    flat = Sequential([Flatten()])
    assert flat.predict(np.ones((0, 2, 3))).shape == (0, 6)


@pytest.mark.parametrize("layers", [[Flatten], [Flatten, Flatten]])
def test_a_prediction_is_the_callers_own(layers):
    model, x = Sequential([layer() for layer in layers]), np.ones((2, 3))
    model.predict(x)[...] = 9
    np.testing.assert_array_equal(x, 1)


@pytest.mark.parametrize("name", layouts(np.ones((2, 2))))
def test_every_layout_of_the_same_numbers_gives_the_same(name):
    x, y = samples()
    one, other = network(), network()
    history = fit(one, layouts(x)[name], y)
    assert history == fit(other, x, y)
    np.testing.assert_array_equal(one.flat_params, other.flat_params)
    np.testing.assert_array_equal(one.predict(layouts(x)[name]), other.predict(x))


def test_integers_and_bytes_become_floats_without_wrapping_around():
    model = one_neuron()
    np.testing.assert_array_equal(model.predict(np.array([[200]], np.uint8)), [[399]])
    np.testing.assert_array_equal(model.predict([[0], [True]]), [[-1], [1]])


def test_arguments_are_not_written_to():
    model, (x, y) = network(), samples()
    before = x.copy(), y.copy()
    fit(model, x, y, validation_data=(x, y))
    model.evaluate(x, y, loss=softmax_cross_entropy)
    model.forward(x)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])


def test_backward_sees_the_input_that_forward_saw():
    grads = []
    for spoil in (False, True):
        model, (x, y) = network(), samples()
        _, d_logits = softmax_cross_entropy(model.forward(x), y)
        if spoil:
            x[...] = 0
        model.backward(d_logits)
        grads.append(model.flat_grads)
    np.testing.assert_array_equal(*grads)


def test_backward_twice_gives_the_same():
    model, (x, y) = network(), samples()
    _, d_logits = softmax_cross_entropy(model.forward(x), y)
    model.backward(d_logits)
    first = model.flat_grads.copy()
    model.backward(d_logits)
    np.testing.assert_array_equal(model.flat_grads, first)


def test_evaluate_measures_all_samples():
    model, (x, y) = network(), samples(600)
    results = model.evaluate(x, y, loss=softmax_cross_entropy, metrics=[accuracy])
    logits = model.predict(x)
    assert results == {
        "loss": softmax_cross_entropy(logits, y)[0],
        "accuracy": np.mean(logits.argmax(axis=1) == y),
    }
    assert type(results["loss"]) is float


# A layer that looks things up, and one that keeps more than parameters


class Lookup(Layer):
    """Row `id` of a table for each id: keeps integers, as an embedding does."""

    def __init__(self, rows, dim):
        super().__init__(np.float64)
        self.add_parameter("E", np.arange(rows * dim).reshape(rows, dim))

    def check_input(self, x):
        x = np.asarray(x)
        if x.dtype.kind != "i" or x.size and x.max() >= len(self.params["E"]):
            raise ValueError("x must be ids")
        self._seen = (self.output_shape(x.shape), np.dtype(np.float64))
        return x

    def output_shape(self, input_shape):
        return (*input_shape, self.params["E"].shape[1])

    def forward(self, x, training=False):
        self.ids = self.check_input(x)
        return self.params["E"][self.ids]

    def backward(self, d_output):
        self.grads["E"][...] = 0
        np.add.at(self.grads["E"], self.ids, self.check_gradient(d_output))


def test_integers_stay_integers_for_a_layer_that_looks_them_up():
    model = Sequential([Lookup(4, 2), Flatten()])
    ids = np.array([[0, 3], [1, 1]])
    np.testing.assert_array_equal(model.predict(ids)[0], [0, 1, 6, 7])
    fit(model, ids, np.zeros((2, 4)), loss=mean_squared_error, epochs=1)
    # The row of token 2 was never looked up.
    np.testing.assert_array_equal(model.layers[0].params["E"][2], [4, 5])
    assert model.layers[0].params["E"][3, 0] < 6
    before = model.flat_params.copy()
    with pytest.raises(ValueError, match="x must be ids"):
        fit(model, [[0, 1]] * 5 + [[0, 4]], np.zeros((6, 4)), loss=mean_squared_error)
    np.testing.assert_array_equal(model.flat_params, before)


class Memory(Layer):
    """Passes on, and counts in `state` what it has seen, as running averages do."""

    def __init__(self):
        super().__init__()
        self.state = {"seen": np.zeros(1)}

    def forward(self, x, training=False):
        self.state["seen"] += len(x)
        return self.check_input(x)

    def backward(self, d_output):
        return self.check_gradient(d_output)


def test_what_a_layer_keeps_in_state_is_saved_too(tmp_path):
    model, other = Sequential([Memory()]), Sequential([Memory()])
    model.predict(np.ones((5, 2)))
    model.save(tmp_path / "model.npz")
    other.load(tmp_path / "model.npz")
    assert other.layers[0].state["seen"] == 5


def test_what_a_layer_within_a_residual_keeps_is_saved_too(tmp_path):
    model, other = (Sequential([ReLU(), Residual(Memory())]) for _ in "ab")
    model.predict(np.ones((5, 2)))
    model.save(tmp_path / "model.npz")
    other.load(tmp_path / "model.npz")
    assert other.layers[1].state["0.seen"] == 5


# Summary


def test_summary():
    rng = random()
    model = Sequential(
        [Flatten(), Dense(64, 25, rng=rng), ReLU(), Dense(25, 1, rng=rng), Sigmoid()]
    )
    assert model.summary() == "\n".join(
        [
            "layer          output   parameters",
            "Flatten()      any               0",
            "Dense(64, 25)  (n, 25)       1,625",
            "ReLU()         (n, 25)           0",
            "Dense(25, 1)   (n, 1)           26",
            "Sigmoid()      (n, 1)            0",
            "total                        1,651",
        ]
    )
    # What it says about shapes is what comes out.
    assert (
        model.output_shape((3, 8, 8, 1)) == model.predict(np.ones((3, 8, 8, 1))).shape
    )


# Saving and loading


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "données à part"
    folder.mkdir()
    model = network()
    model.save(folder / "model.npz")
    return model, folder / "model.npz"


@pytest.mark.parametrize("as_name", [str, lambda path: path])
def test_what_was_saved_is_loaded_to_the_last_bit(saved, as_name):
    model, path = saved
    other, (x, _) = network(seed=9), samples()
    vector = other.flat_params
    other.load(as_name(path))
    np.testing.assert_array_equal(other.flat_params, model.flat_params)
    np.testing.assert_array_equal(other.predict(x), model.predict(x))
    assert other.flat_params is vector  # in place: an optimizer may hold it
    assert [file.name for file in path.parent.iterdir()] == ["model.npz"]


def test_the_file_has_the_very_name_given_and_no_pickles(tmp_path):
    network().save(tmp_path / "weights")
    with np.load(tmp_path / "weights", allow_pickle=False) as file:
        assert set(file) == {"layers", "0.W", "0.b", "2.W", "2.b"}
        assert all(array.dtype != object for array in file.values())


def test_a_save_that_fails_leaves_the_old_file(saved, monkeypatch):
    model, path = saved
    before = path.read_bytes()

    def half(file, **arrays):
        file.write(b"half a file")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(OSError, match="disk full"):
        model.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["model.npz"]


def changed(path, **changes):
    with np.load(path) as file:
        arrays = dict(file) | changes
    np.savez(
        path, **{name: value for name, value in arrays.items() if value is not None}
    )


BAD_FILES = [
    (lambda p: p.write_bytes(p.read_bytes()[:-100]), "model.npz is damaged"),
    (lambda p: p.write_bytes(b""), "model.npz is damaged"),
    (lambda p: p.write_bytes(pickle.dumps({"0.W": 1})), "model.npz is damaged"),
    (lambda p: changed(p, **{"0.W": np.array([None])}), "model.npz is damaged"),
    (
        lambda p: changed(p, **{"0.W": np.ones((5, 4))}),
        "0.W must have shape (4, 5), got",
    ),
    (lambda p: changed(p, **{"0.b": np.full(5, np.nan)}), "0.b must be finite, but"),
    (
        lambda p: changed(p, **{"2.b": None}),
        "must hold 0.W, 0.b, 2.W, 2.b, got 0.W, 0.",
    ),
    (lambda p: changed(p, **{"2.c": np.ones(3)}), "got 0.W, 0.b, 2.W, 2.b, 2.c"),
    (lambda p: changed(p, layers=None), "was saved by a model of something else, but"),
    (
        lambda p: changed(p, layers=np.array(["Dense(4, 5)", "ReLU()", "Dense(5, 3)"])),
        "saved by a model of Dense(4, 5), ReLU(), Dense(5, 3), but this one is made of "
        "Dense(4, 5), Tanh(), Dense(5, 3)",
    ),
]


@pytest.mark.parametrize("spoil, message", BAD_FILES)
def test_a_bad_file_changes_nothing(saved, spoil, message):
    model, path = saved
    spoil(path)
    model.flat_params += 1  # so that reading only the good part of it would show
    before = model.flat_params.copy()
    with pytest.raises(ValueError, match=re.escape(message)):
        model.load(path)
    np.testing.assert_array_equal(model.flat_params, before)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.npz"):
        network().load(tmp_path / "nowhere.npz")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        network().save(tmp_path / "nowhere" / "model.npz")


def test_weights_of_float64_fit_a_model_of_float32(saved):
    model, path = saved
    small = network(np.float32, seed=3)
    small.load(path)
    np.testing.assert_array_equal(small.flat_params, model.flat_params.astype("f4"))


# What it refuses

X, Y = samples()
BAD_SAMPLES = [
    (
        X[:, :3],
        Y,
        ValueError,
        "x has 3 features, Dense(4, 5) expects 4 (x has shape (12",
    ),
    (
        X[0],
        Y,
        ValueError,
        "x must have shape (samples, features), got (4,). One sample",
    ),
    (X[:, :, None], Y, ValueError, "got (12, 4, 1). Flatten it first"),
    (X[:, :0], Y, ValueError, "x has 0 features"),
    (2.0, Y, TypeError, "x must have shape (samples, features), got one number"),
    (None, Y, TypeError, "x must "),
    (X[:0], Y[:0], ValueError, "x has 0 samples (shape (0, 4))"),
    (
        X,
        Y[:11],
        ValueError,
        "x and y must have the same number of samples, got 12 and 1",
    ),
    (X, 1, TypeError, "y must have an entry for each sample, got 1"),
    (X, None, TypeError, "y must have an entry for each sample, got None"),
    (X, Y[:, None], ValueError, "got (12, 1). Class numbers? Use labels[:, 0]."),
    (X, Y.astype(float), ValueError, "labels must be integers 0..2, got dtype float64"),
    (
        X,
        np.where(np.arange(12) == 11, 3, Y),
        ValueError,
        "label 3 at index 11 outside 0",
    ),
    (
        X,
        np.where(np.arange(12) == 11, -1, Y),
        ValueError,
        "label -1 at index 11 outside",
    ),
    (X, [[0], [1, 2]] + [[0]] * 10, ValueError, "y must be a rectangular array"),
    (X, np.ma.array(Y, mask=Y == 0), ValueError, "y has masked entries"),
]
METHODS = {
    "fit": fit,
    "evaluate": lambda model, x, y: model.evaluate(x, y, loss=softmax_cross_entropy),
    "validation": lambda model, x, y: fit(model, X, Y, validation_data=(x, y)),
}


def assert_refused_unchanged(model, call, exception, message):
    """The call raises, and every weight is what it was, bit for bit."""
    before = model.flat_params.tobytes()
    with pytest.raises(exception, match=message) as error:
        call(model)
    assert model.flat_params.tobytes() == before
    return str(error.value)


@pytest.mark.parametrize("x, y, exception, message", BAD_SAMPLES)
@pytest.mark.parametrize("method", METHODS)
def test_refuses_samples(method, x, y, exception, message):
    said = assert_refused_unchanged(
        network(), lambda m: METHODS[method](m, x, y), exception, re.escape(message)
    )
    assert said.startswith("validation_data: ") == (method == "validation")


@pytest.mark.parametrize("value, exception, message", NOT_REAL + NOT_FINITE)
@pytest.mark.parametrize("method", ["forward", "predict", "fit"])
def test_refuses_x_that_is_no_finite_number(method, value, exception, message):
    model = Sequential([ReLU(), Dense(2, 3, rng=random())])
    call = {
        "forward": lambda m: m.forward(value),
        "predict": lambda m: m.predict(value),
        "fit": lambda m: fit(m, value, [0]),
    }[method]
    assert_refused_unchanged(model, call, exception, f"x .*{message}")


@pytest.mark.parametrize("at", [0, 7, 11])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_bad_number_anywhere_is_found_before_any_step(at, bad):
    x, targets = X.copy(), np.eye(3)[Y]
    x[at, 2] = bad
    message = re.escape(f"x must be finite, but x[{at}, 2] is {bad}")
    assert_refused_unchanged(network(), lambda m: fit(m, x, Y), ValueError, message)
    targets[at, 1] = bad
    assert_refused_unchanged(
        network(),
        lambda m: fit(m, X, targets, loss=mean_squared_error),
        ValueError,
        re.escape(f"target must be finite, but target[{at}, 1] is {bad}"),
    )


BAD_OPTIONS = [
    ({"loss": "mse"}, TypeError, "loss must be a function, not its name"),
    ({"loss": lambda p, y: 1.0}, TypeError, "loss must return the loss and its gradi"),
    ({"loss": mean_squared_error}, ValueError, "prediction, (12, 3), got (12,)"),
    ({"loss": binary_cross_entropy}, ValueError, "target must have the shape of pred"),
    ({"optimizer": "adam"}, TypeError, "optimizer must be an optimizer such as Ad"),
    ({"optimizer": Adam}, TypeError, "optimizer must be an optimizer such as Ad"),
    ({"optimizer": None}, TypeError, "optimizer must be an optimizer such as Ad"),
    ({"epochs": -3}, ValueError, "epochs must be at least 0, got -3"),
    ({"epochs": 2.5}, ValueError, "epochs must be a whole number, got 2.5"),
    ({"epochs": "3"}, TypeError, "epochs must be a whole number, got '3'"),
    ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
    ({"batch_size": -1}, ValueError, "batch_size must be at least 1, got -1"),
    ({"batch_size": 2.5}, ValueError, "batch_size must be a whole number, got 2.5"),
    ({"batch_size": None}, TypeError, "batch_size must be a whole number, got None"),
    ({"validation_data": X}, TypeError, "validation_data must be a pair (x, y), g"),
    ({"validation_data": (X, Y, Y)}, TypeError, "must be a pair (x, y), got tuple"),
    ({"callbacks": write_line}, TypeError, "callbacks must be a sequence of functions"),
    ({"callbacks": ["stop"]}, TypeError, "each of callbacks must be a function"),
    ({"verbose": "yes"}, TypeError, "verbose must be a whole number, got 'yes'"),
    ({"learing_rate": 0.1}, TypeError, "learing_rate"),
    *[({"rng": rng}, TypeError, "rng must be a numpy Gen") for rng in NOT_A_GENERATOR],
]  # fmt: skip


@pytest.mark.parametrize("options, exception, message", BAD_OPTIONS)
def test_fit_refuses_options(options, exception, message):
    assert_refused_unchanged(
        network(), lambda m: fit(m, X, Y, **options), exception, re.escape(message)
    )


def test_an_optimizer_of_another_model_is_refused():
    optimizer = Adam()
    fit(network(), X, Y, optimizer=optimizer)
    other = Sequential([Dense(4, 3, rng=random(), dtype=np.float64)])
    assert_refused_unchanged(
        other,
        lambda m: fit(m, X, Y, optimizer=optimizer),
        ValueError,
        "Make a new one for each model",
    )


@pytest.mark.parametrize(
    "options, exception, message",
    [
        ({"loss": "mse"}, TypeError, "loss must be a function"),
        (
            {"metrics": accuracy},
            TypeError,
            "metrics must be a sequence of functions, got",
        ),
        (
            {"metrics": ["accuracy"]},
            TypeError,
            "each of metrics must be a function, not",
        ),
        ({"metrics": [accuracy, accuracy]}, ValueError, "names, got accuracy twice"),
    ],
)
def test_evaluate_refuses(options, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        network().evaluate(X, Y, **({"loss": softmax_cross_entropy} | options))


def test_predict_refuses_a_bad_batch_size():
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        network().predict(X, batch_size=0)


def test_backward_needs_a_forward_of_its_own():
    message = "backward needs what the layers remember of forward"
    model, d_output = network(), np.ones((12, 3))
    with pytest.raises(RuntimeError, match=message):
        model.backward(d_output)
    for between in (
        lambda: model.predict(X),
        lambda: fit(model, X, Y),
        lambda: model.evaluate(X, Y, loss=softmax_cross_entropy),
    ):
        model.forward(X)
        between()
        with pytest.raises(RuntimeError, match=message):
            model.backward(d_output)


@pytest.mark.parametrize("value, exception, message", NOT_REAL + NOT_FINITE)
def test_backward_refuses(value, exception, message):
    model = network()
    model.forward(X)
    with pytest.raises(exception, match=f"d_output .*{message}"):
        model.backward(value)


def test_backward_refuses_another_shape():
    model = network()
    model.forward(X)
    with pytest.raises(ValueError, match=r"\(12, 3\), got \(12, 1\)"):
        model.backward(np.ones((12, 1)))


BAD_LAYERS = [
    (
        lambda: Sequential([]),
        ValueError,
        "Sequential needs at least one layer, got none",
    ),
    (
        lambda: Sequential([Dense]),
        TypeError,
        "Sequential is made of layers, got <class",
    ),
    (
        lambda: Sequential([ReLU()] * 2),
        ValueError,
        "ReLU() at position 1 of Sequential i",
    ),
    (
        lambda: Sequential([network().layers[0]]),
        ValueError,
        "is in use already; build a",
    ),
    (
        lambda: Sequential([Dense(4, 5, rng=random()), Dense(6, 3, rng=random())]),
        ValueError,
        "Dense(6, 3) cannot follow Dense(4, 5): x has 5 features",
    ),
]


@pytest.mark.parametrize("call, exception, message", BAD_LAYERS)
def test_refuses_layers(call, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        call()


def test_a_refused_model_leaves_its_layers_free():
    good, bad = Dense(4, 5, rng=random()), Dense(6, 3, rng=random())
    with pytest.raises(ValueError):
        Sequential([good, bad])
    Sequential([good])
