"""Penalties, early stopping, soft labels, made samples: by hand, Keras, bad inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support import NOT_A_GENERATOR, NOT_FINITE, NOT_REAL

from nnbook.gradcheck import numerical_gradient
from nnbook.layers import Dense, Residual
from nnbook.losses import mean_squared_error
from nnbook.model import Sequential
from nnbook.normalization import BatchNormalization
from nnbook.optimizers import SGD
from nnbook.regularization import (
    EarlyStopping,
    l1,
    l2,
    noisy,
    shifted,
    smooth_labels,
    soft_threshold,
)
from nnbook.softmax import softmax_cross_entropy

FLOATS = st.floats(-100, 100)
MATRICES = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3), elements=FLOATS)


def random(seed=0):
    return np.random.default_rng(seed)


# ---- Penalties ----


def test_penalties_by_hand():
    W = np.array([[3.0, -1.0], [0.0, 2.0]])
    value, gradient = l2(0.5)(W)
    assert value == 7.0 and type(value) is float  # (9 + 1 + 0 + 4) / 2
    np.testing.assert_array_equal(gradient, [[3, -1], [0, 2]])
    value, gradient = l1(0.5)(W)
    assert value == 3.0 and type(value) is float  # (3 + 1 + 0 + 2) / 2
    np.testing.assert_array_equal(gradient, [[0.5, -0.5], [0, 0.5]])


@pytest.mark.parametrize("penalty", [l1(0.3), l2(0.3)])
def test_gradients_of_penalties_equal_differences(penalty):
    W = random().normal(size=(3, 4))
    wanted = numerical_gradient(lambda W: penalty(W)[0], W)
    np.testing.assert_allclose(penalty(W)[1], wanted, rtol=1e-6)


@pytest.mark.parametrize("make", [l1, l2])
def test_penalties_keep_shape_and_dtype_and_leave_the_weights(make):
    W = random().normal(size=(3, 4)).astype(np.float32)
    kept = W.copy()
    value, gradient = make(0.1)(W)
    assert gradient.shape == W.shape and gradient.dtype == np.float32
    np.testing.assert_array_equal(W, kept)
    assert make(0)(W)[0] == 0 and not make(0)(W)[1].any()


@pytest.mark.keras
@pytest.mark.parametrize("name", ["L1", "L2"])
def test_penalties_equal_kerass(name):
    keras = pytest.importorskip("keras")
    W = random().normal(size=(3, 4)).astype(np.float32)
    theirs = getattr(keras.regularizers, name)(0.3)(W)
    ours, _ = {"L1": l1, "L2": l2}[name](0.3)(W)
    assert ours == pytest.approx(float(theirs), rel=1e-6)


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: l2(-1), ValueError, "strength must be at least 0, got -1"),
        (lambda: l1(np.nan), ValueError, "strength must be at least 0, got nan"),
        (lambda: l1("0.1"), TypeError, "strength must be a number, got '0.1'"),
        (lambda: l2(np.inf), ValueError, "strength must be at least 0, got inf"),
    ],
)
def test_what_penalties_refuse(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


# ---- soft_threshold ----


@given(W=MATRICES, threshold=st.floats(0, 50))
def test_no_other_weights_are_cheaper_than_the_thresholded(W, threshold):
    def cost(V):
        return ((V - W) ** 2 / 2 + threshold * np.abs(V)).sum()

    best = soft_threshold(W, threshold)
    for V in (W, np.zeros_like(W), best + 0.01, best - 0.01, 0.9 * best):
        assert cost(best) <= cost(V) + 1e-9 * (1 + cost(V))


def test_the_threshold_by_hand():
    W = np.array([3.0, -1.0, 0.5, -0.5, 0.25, 0.0])
    np.testing.assert_array_equal(soft_threshold(W, 0.5), [2.5, -0.5, 0, 0, 0, 0])
    np.testing.assert_array_equal(soft_threshold(W, 0), W)
    assert soft_threshold(W.astype(np.float32), 0.1).dtype == np.float32


def test_steps_that_end_in_exact_zeros_and_those_that_do_not():
    # Least squares where only the first of five features matters.
    x, rng = random(0).normal(size=(50, 5)), random(1)
    y = 2 * x[:, 0] + 0.1 * rng.normal(size=50)
    proximal, plain = np.ones(5), np.ones(5)
    for _ in range(500):
        proximal -= 0.1 * 2 * x.T @ (x @ proximal - y) / 50
        proximal = soft_threshold(proximal, 0.1 * 0.2)
        plain -= 0.1 * (2 * x.T @ (x @ plain - y) / 50 + l1(0.2)(plain)[1])
    assert (proximal[1:] == 0).all() and proximal[0] > 1.5
    assert (plain != 0).all() and (abs(plain[1:]) < 0.1).all()


@pytest.mark.parametrize("x, exception, message", NOT_REAL + NOT_FINITE)
def test_what_is_no_array_of_numbers_is_refused(x, exception, message):
    with pytest.raises(exception, match=message):
        soft_threshold(x, 0.1)
    with pytest.raises(exception, match=message):
        noisy(x, 0.1, rng=random())


@pytest.mark.parametrize("threshold", [-1, np.nan, np.inf])
def test_a_threshold_is_a_number_of_at_least_0(threshold):
    with pytest.raises(ValueError, match="threshold must be at least 0"):
        soft_threshold([1.0], threshold)


# ---- EarlyStopping ----


class Told:
    """A model without anything but weights, and a history told epoch by epoch."""

    layers = ()

    def __init__(self):
        self.flat_params = np.zeros(2)

    def train(self, losses, stop):
        history = {"loss": [], "val_loss": []}
        for epoch, loss in enumerate(losses):
            self.flat_params[...] = epoch
            history["loss"].append(0.0)
            history["val_loss"].append(loss)
            if stop(self, epoch, history):
                return epoch
        return None


def test_it_stops_after_so_many_epochs_without_a_new_best():
    model, stop = Told(), EarlyStopping(patience=2)
    assert model.train([5, 4, 4.5, 4, 3], stop) == 3  # 4 again is no new best
    assert (stop.best, stop.best_epoch) == (4, 1)
    np.testing.assert_array_equal(model.flat_params, 1)


def test_a_new_best_in_time_goes_on():
    model, stop = Told(), EarlyStopping(patience=2)
    assert model.train([5, 6, 4, 6, 3, 6, 2], stop) is None
    np.testing.assert_array_equal(model.flat_params, 6)
    assert model.train([5, 1, 2], EarlyStopping(patience=1)) == 2
    np.testing.assert_array_equal(model.flat_params, 1)


def test_where_training_ends_first_the_best_weights_can_be_restored():
    model, stop = Told(), EarlyStopping(patience=3)
    assert model.train([5, 1, 2], stop) is None
    np.testing.assert_array_equal(model.flat_params, 2)
    stop.restore(model)
    np.testing.assert_array_equal(model.flat_params, 1)


def test_another_training_starts_anew():
    stop = EarlyStopping(patience=1)
    Told().train([1, 2], stop)
    assert Told().train([9, 8, 7], stop) is None
    assert (stop.best, stop.best_epoch) == (7, 2)


def test_any_entry_of_the_history_can_be_watched():
    stop = EarlyStopping(patience=1, monitor="loss")
    assert Told().train([5, 4, 3], stop) == 1  # the training loss stays at 0


def test_in_a_real_training_everything_is_as_it_was_in_the_best_epoch():
    rng = random()
    x, y = rng.normal(size=(60, 8)), rng.normal(size=(60, 1))
    inner = BatchNormalization(8, dtype=np.float64)
    layers = [Residual(inner), Dense(8, 1, rng=rng, dtype=np.float64)]
    model = Sequential(layers)
    seen = []

    def note(model, epoch, history):
        loss = model.evaluate(x[30:], y[30:], loss=mean_squared_error)["loss"]
        seen.append((loss, {k: v.copy() for k, v in inner.state.items()}))

    stop = EarlyStopping(patience=4)
    history = model.fit(
        x[:30],
        y[:30],
        loss=mean_squared_error,
        optimizer=SGD(0.05),
        epochs=200,
        batch_size=10,
        rng=rng,
        validation_data=(x[30:], y[30:]),
        callbacks=[note, stop],
    )
    assert len(history["loss"]) == stop.best_epoch + 5 < 200
    assert stop.best == min(history["val_loss"])
    loss, state = seen[stop.best_epoch]
    assert model.evaluate(x[30:], y[30:], loss=mean_squared_error)["loss"] == loss
    for name, array in state.items():
        np.testing.assert_array_equal(inner.state[name], array)


def test_what_early_stopping_refuses():
    with pytest.raises(ValueError, match="patience must be at least 1, got 0"):
        EarlyStopping(0)
    with pytest.raises(ValueError, match="watches 'val_loss', but the history has los"):
        EarlyStopping(1)(Told(), 0, {"loss": [1.0]})
    with pytest.raises(RuntimeError, match="has seen no epoch yet: call fit first"):
        EarlyStopping(1).restore(Told())


# ---- smooth_labels ----


@given(k=st.integers(2, 9), smoothing=st.floats(0, 0.99), data=st.data())
def test_rows_of_smooth_labels_are_probabilities_with_the_label_on_top(
    k, smoothing, data
):
    labels = data.draw(st.lists(st.integers(0, k - 1), max_size=5))
    targets = smooth_labels(np.array(labels, dtype=int), k, smoothing)
    assert targets.shape == (len(labels), k)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-12)
    assert (targets.argmax(axis=1) == labels).all()
    np.testing.assert_allclose(np.sort(targets)[:, :-1], smoothing / k)


@pytest.mark.keras
def test_a_loss_with_smooth_labels_equals_kerass():
    keras = pytest.importorskip("keras")
    logits = random().normal(size=(6, 4))
    labels = np.array([0, 1, 2, 3, 1, 0])
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    wanted = float(theirs(np.eye(4)[labels], logits))
    loss, _ = softmax_cross_entropy(logits, smooth_labels(labels, 4, 0.1))
    assert loss == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize(
    "labels, n_classes, smoothing, exception, message",
    [
        ([0, 3], 3, 0.1, ValueError, "label 3 at index 1 outside 0..2"),
        ([0.5], 3, 0.1, ValueError, "labels must be integers"),
        ([0], 1, 0.1, ValueError, "n_classes must be at least 2, got 1"),
        ([0], 3, 1.0, ValueError, "smoothing must be at least 0 and below 1, got 1.0"),
        ([0], 3, -0.1, ValueError, "smoothing must be at least 0 and below 1"),
    ],
)
def test_what_smooth_labels_refuse(labels, n_classes, smoothing, exception, message):
    with pytest.raises(exception, match=message):
        smooth_labels(labels, n_classes, smoothing)


# ---- Made samples ----


def test_every_image_is_moved_by_itself_and_filled_with_paper():
    images = 1 + np.arange(200 * 5 * 4 * 2, dtype=np.float32).reshape(200, 5, 4, 2)
    moved = shifted(images, 2, rng=random())
    assert moved.dtype == np.float32 and moved.shape == images.shape
    moves = set()
    for image, other in zip(images, moved, strict=True):
        fits = []
        for down in range(-2, 3):
            for right in range(-2, 3):
                wanted = np.zeros_like(image)
                for i in range(5):
                    for j in range(4):
                        if 0 <= i - down < 5 and 0 <= j - right < 4:
                            wanted[i, j] = image[i - down, j - right]
                if np.array_equal(wanted, other):
                    fits.append((down, right))
        assert len(fits) == 1
        moves.add(fits[0])
    assert len(moves) == 25  # every move has come up


def test_no_move_is_a_copy():
    images = random().random((2, 3, 3, 1))
    same = shifted(images, 0, rng=random())
    np.testing.assert_array_equal(same, images)
    assert not np.shares_memory(same, images)
    assert shifted(images[:0], 1, rng=random()).shape == (0, 3, 3, 1)


def test_noise_has_mean_0_and_the_spread_that_was_asked_for():
    x = np.full((100, 100), 5.0, np.float32)
    noise = noisy(x, 0.5, rng=random()) - x
    assert noise.dtype == np.float32
    # The mean of 10,000 has a standard error of 0.005; 5 of them never happen.
    assert abs(noise.mean()) < 0.025
    assert noise.std() == pytest.approx(0.5, rel=0.05)
    np.testing.assert_array_equal(noisy(x, 0, rng=random()), x)


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: shifted(np.ones((2, 3, 3)), 1, rng=random()),
            r"images must have shape .* got \(2, 3, 3\). One channel\?",
        ),
        (
            lambda: shifted(np.ones((1, 3, 5, 1)), 3, rng=random()),
            "pixels must be less than height and width, 3 and 5, got 3",
        ),
        (
            lambda: shifted(np.ones((1, 3, 5, 1)), -1, rng=random()),
            "pixels must be at least 0, got -1",
        ),
        (lambda: noisy([1.0], -1, rng=random()), "std must be at least 0, got -1"),
    ],
)
def test_what_made_samples_refuse(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("rng", NOT_A_GENERATOR)
def test_made_samples_need_a_generator(rng):
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        noisy([1.0], 1, rng=rng)
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        shifted(np.ones((1, 2, 2, 1)), 1, rng=rng)
