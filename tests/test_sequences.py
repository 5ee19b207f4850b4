"""Recurrent layer and attention: by hand, loops, slopes, Keras, bad inputs."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOT_A_GENERATOR, NOT_FINITE, NOT_REAL, layouts

from nnbook.gradcheck import check_layer, check_loss, numerical_gradient
from nnbook.layers import Dense, Residual, Tanh
from nnbook.losses import mean_squared_error
from nnbook.model import Sequential
from nnbook.optimizers import SGD, Adam
from nnbook.sequences import (
    RNN,
    AddPositions,
    MultiHeadAttention,
    TimeDistributed,
    attention,
    attention_grad,
    causal_mask,
    positional_encoding,
    sequence_cross_entropy,
)
from nnbook.softmax import softmax, softmax_cross_entropy

CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def random(seed=0):
    return np.random.default_rng(seed)


def normal(*shape, seed=1):
    return random(seed).normal(size=shape)


def filled(layer):
    """The layer with biases that are not zero, so that nothing hides behind them."""
    rng = random(3)
    for name, value in layer.params.items():
        if name.startswith("b"):
            value[...] = rng.normal(size=value.shape)
    return layer


def rnn(n_in=4, n_units=3, **options):
    return filled(RNN(n_in, n_units, rng=random(), **{"dtype": float} | options))


def heads(dim=4, n_heads=2, **options):
    options = {"dtype": float} | options
    return filled(MultiHeadAttention(dim, n_heads, rng=random(), **options))


def each_step(*, dtype=float):
    inner = [Dense(4, 5, rng=random(), dtype=dtype), Tanh()]
    return TimeDistributed(*inner, Dense(5, 4, rng=random(), dtype=dtype))


# Layers for an input of four features, in float64.
LAYERS = {
    "RNN": rnn,
    "RNN, all states": lambda: rnn(return_sequences=True),
    "attention": heads,
    "causal attention": lambda: heads(causal=True),
    "one head": lambda: heads(n_heads=1),
    "positions": AddPositions,
    "each step": lambda: each_step(),
    "a block": lambda: Residual(heads(), each_step()),
}
every_layer = pytest.mark.parametrize("name", LAYERS)
with_params = pytest.mark.parametrize("name", [n for n in LAYERS if n != "positions"])


# ---- By hand ----


def test_two_steps_of_a_recurrent_layer_by_hand():
    layer = RNN(1, 1, rng=random(), return_sequences=True, dtype=float)
    for name, value in {"W": 2.0, "U": 0.5, "b": 0.1}.items():
        layer.params[name][...] = value
    h1 = np.tanh(2 * 0.3 + 0.1)
    h2 = np.tanh(2 * -0.4 + 0.5 * h1 + 0.1)
    np.testing.assert_allclose(layer.forward([[[0.3], [-0.4]]]), [[[h1], [h2]]])
    # The loss is the second state: it hangs on the first through U.
    d_x = layer.backward([[[0.0], [1.0]]])
    d_z2 = 1 - h2**2
    d_z1 = d_z2 * 0.5 * (1 - h1**2)
    np.testing.assert_allclose(d_x, [[[2 * d_z1], [2 * d_z2]]])
    np.testing.assert_allclose(layer.d_h, [[[0.5 * d_z2], [1.0]]])
    np.testing.assert_allclose(layer.grads["W"], [[0.3 * d_z1 - 0.4 * d_z2]])
    np.testing.assert_allclose(layer.grads["U"], [[h1 * d_z2]])
    np.testing.assert_allclose(layer.grads["b"], [d_z1 + d_z2])


def test_attention_by_hand():
    # Scores ln 3 and 0 after the division by sqrt(1): weights 3/4 and 1/4.
    output, weights = attention([[np.log(3)]], [[1.0], [0.0]], [[8.0, 0.0], [0.0, 4.0]])
    np.testing.assert_allclose(weights, [[0.75, 0.25]], **CLOSE)
    np.testing.assert_allclose(output, [[6.0, 1.0]], **CLOSE)


def test_scores_are_divided_by_the_root_of_the_size():
    queries, keys = np.full((1, 16), 0.5), np.array([[1.0] * 16, [0.0] * 16])
    _, weights = attention(queries, keys, np.eye(2))  # 16 * 0.5 / 4 = 2 against 0
    np.testing.assert_allclose(weights, [softmax([2.0, 0.0])], **CLOSE)


def test_positions_by_hand():
    wanted = [
        [np.sin(t), np.cos(t), np.sin(t / 100), np.cos(t / 100)] for t in range(5)
    ]
    np.testing.assert_allclose(positional_encoding(5, 4), wanted, **CLOSE)


def test_a_move_by_some_steps_is_the_same_turn_everywhere():
    code = positional_encoding(50, 6)
    turn = np.linalg.lstsq(code[:-7], code[7:], rcond=None)[0]
    np.testing.assert_allclose(code[:-7] @ turn, code[7:], atol=1e-9)


# ---- Against loops ----


@given(st.integers(0, 3), st.integers(1, 4), st.integers(1, 3), st.integers(0, 9))
def test_the_recurrent_layer_against_loops(n, steps, n_units, seed):
    layer = rnn(2, n_units, return_sequences=True)
    x = normal(n, steps, 2, seed=seed)
    W, U, b = (layer.params[name] for name in "WUb")
    wanted = np.zeros((n, steps, n_units))
    for s in range(n):
        h = np.zeros(n_units)
        for t in range(steps):
            z = [
                sum(x[s, t, i] * W[i, j] for i in range(2))
                + sum(h[k] * U[k, j] for k in range(n_units))
                + b[j]
                for j in range(n_units)
            ]
            h = wanted[s, t] = np.tanh(z)
    np.testing.assert_allclose(layer.forward(x), wanted, **CLOSE)
    last = rnn(2, n_units).forward(x)
    np.testing.assert_allclose(last, wanted[:, -1], **CLOSE)


@pytest.mark.parametrize("causal", [False, True])
def test_heads_against_loops(causal):
    layer, x = heads(6, 3, causal=causal), normal(2, 5, 6)
    p = layer.params
    wanted = np.zeros((2, 5, 6))
    for s in range(2):
        for head in range(3):
            q, k, v = (
                x[s] @ p[f"W_{name}"][:, head] + p[f"b_{name}"][head]
                for name in ("query", "key", "value")
            )
            for i in range(5):
                seen = range(i + 1 if causal else 5)
                weights = softmax([q[i] @ k[j] / np.sqrt(2) for j in seen])
                found = sum(w * v[j] for w, j in zip(weights, seen, strict=True))
                wanted[s, i] += found @ p["W_output"][head]
        wanted[s] += p["b_output"]
    np.testing.assert_allclose(layer.forward(x), wanted, **CLOSE)


def test_the_layer_uses_the_attention_that_is_taught():
    layer = heads()
    layer.forward(normal(2, 5, 4))
    _, weights = attention(layer.queries, layer.keys, layer.values)
    np.testing.assert_allclose(layer.weights, weights, **CLOSE)


# ---- Against measured slopes ----


@every_layer
@pytest.mark.parametrize("shape", [(1, 1, 4), (2, 3, 4), (3, 6, 4)])
def test_gradients_of_every_entry(name, shape):
    assert check_layer(LAYERS[name](), normal(*shape), rng=random(2)) < 1e-6


@pytest.mark.parametrize("mask", [None, causal_mask(3)])
def test_gradients_of_attention_equal_differences(mask):
    arrays = [normal(2, 3, 4), normal(2, 3, 4, seed=2), normal(2, 3, 5, seed=3)]
    output, weights = attention(*arrays, mask)
    d_output = normal(*output.shape, seed=4)
    gradients = attention_grad(d_output, *arrays, weights)
    for i, gradient in enumerate(gradients):

        def total(array, i=i):
            changed = [*arrays[:i], array, *arrays[i + 1 :]]
            return (attention(*changed, mask)[0] * d_output).sum()

        measured = numerical_gradient(total, arrays[i])
        np.testing.assert_allclose(gradient, measured, rtol=1e-6, atol=1e-9)


def test_the_gradient_of_the_loss_of_steps():
    labels = np.array([[0, 2, 1], [1, 1, 0]])
    assert check_loss(sequence_cross_entropy, normal(2, 3, 3), labels) < 1e-6
    loss, _ = sequence_cross_entropy(normal(2, 3, 3), labels)
    flat, _ = softmax_cross_entropy(normal(2, 3, 3).reshape(6, 3), labels.ravel())
    assert loss == flat


@every_layer
def test_backward_is_the_transpose_of_the_derivative(name):
    x, v, step = normal(2, 5, 4), normal(2, 5, 4, seed=2), 1e-5
    layer = LAYERS[name]()
    output = layer.forward(x)
    u = normal(*output.shape, seed=3)
    J_t_u = layer.backward(u)
    J_v = (layer.forward(x + step * v) - layer.forward(x - step * v)) / (2 * step)
    assert (J_v * u).sum() == pytest.approx((v * J_t_u).sum(), abs=1e-8)


# ---- Against Keras ----


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def keras(tf):
    return pytest.importorskip("keras")


def check_against(tf, layer, theirs, x, **options):
    """Same output, and same gradients of input and weights, in float64."""
    theirs.build(x.shape) if not options else theirs.build(x.shape, x.shape)
    theirs.set_weights(list(layer.params.values()))
    x_tf = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x_tf)
        inputs = (x_tf, x_tf) if options else (x_tf,)
        wanted = theirs(*inputs, **options)
    output = layer.forward(x)
    np.testing.assert_allclose(output, wanted, **CLOSE)
    d_output = normal(*output.shape, seed=4)
    d_x, *grads = tape.gradient(
        wanted, [x_tf, *theirs.trainable_variables], output_gradients=d_output
    )
    np.testing.assert_allclose(layer.backward(d_output), d_x, **CLOSE)
    for ours, gradient in zip(layer.grads.values(), grads, strict=True):
        np.testing.assert_allclose(ours, gradient, **CLOSE)


@pytest.mark.keras
@pytest.mark.parametrize("every", [False, True])
def test_the_recurrent_layer_equals_kerass(tf, keras, every):
    theirs = keras.layers.SimpleRNN(3, return_sequences=every, dtype="float64")
    check_against(tf, rnn(return_sequences=every), theirs, normal(2, 5, 4))


# Keras keeps 1 / sqrt(size) in float32 even for float64, so the sizes are 4, 1 and 16.
@pytest.mark.keras
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dim, n_heads", [(4, 1), (8, 2), (3, 3), (32, 2)])
def test_heads_equal_kerass(tf, keras, dim, n_heads, causal):
    theirs = keras.layers.MultiHeadAttention(n_heads, dim // n_heads, dtype="float64")
    layer = heads(dim, n_heads, causal=causal)
    check_against(tf, layer, theirs, normal(2, 5, dim), use_causal_mask=causal)


# ---- Properties ----


@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 3), st.integers(0, 9))
def test_weights_are_shares_and_outputs_mixtures(n_queries, n_keys, size, seed):
    queries, keys = normal(n_queries, size, seed=seed), normal(n_keys, size, seed=7)
    values = normal(n_keys, 2, seed=8)
    output, weights = attention(100 * queries, keys, values)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=-1), 1, **CLOSE)
    assert (output <= values.max(axis=0) + 1e-12).all()
    assert (output >= values.min(axis=0) - 1e-12).all()


def test_attention_does_not_see_the_order():
    x, order = normal(1, 6, 4), random().permutation(6)
    layer = heads()
    np.testing.assert_allclose(
        layer.forward(x[:, order]), layer.forward(x)[:, order], **CLOSE
    )
    shuffled = AddPositions().forward(x[:, order])
    assert abs(layer.forward(shuffled) - layer.forward(x)[:, order]).max() > 0.1


def test_the_future_changes_nothing_where_it_is_masked():
    x = normal(1, 6, 4)
    changed = x.copy()
    changed[:, 4:] += 1
    for layer in (heads(causal=True), rnn(return_sequences=True)):
        before, after = layer.forward(x), layer.forward(changed)
        np.testing.assert_array_equal(before[:, :4], after[:, :4])
        assert (before[:, 4:] != after[:, 4:]).any()


def test_a_mask_of_its_own_for_every_sample():
    x = normal(2, 3, 4)
    mask = np.ones((2, 3, 3), bool)
    mask[1, :, 2] = False
    output, weights = attention(x, x, x, mask)
    np.testing.assert_allclose(output[0], attention(x[0], x[0], x[0])[0], **CLOSE)
    short = attention(x[1], x[1, :2], x[1, :2])[0]
    np.testing.assert_allclose(output[1], short, **CLOSE)
    assert (weights[1, :, 2] == 0).all()


def test_enormous_scores_are_no_trouble():
    output, weights = attention([[1e200]], [[1e100], [-1e100]], [[1.0], [2.0]])
    np.testing.assert_array_equal(weights, [[1.0, 0.0]])
    np.testing.assert_array_equal(output, [[1.0]])


@every_layer
def test_one_sample_gives_its_row_of_a_batch(name):
    x, layer = normal(3, 5, 4), LAYERS[name]()
    whole = layer.forward(x)
    for i in range(3):
        np.testing.assert_allclose(layer.forward(x[i : i + 1])[0], whole[i], **CLOSE)
    assert layer.forward(x[:0]).shape == (0, *whole.shape[1:])
    assert layer.backward(whole[:0]).shape == (0, 5, 4)


@every_layer
def test_output_shape_is_the_shape_of_the_output(name):
    layer = LAYERS[name]()
    output = layer.forward(normal(2, 5, 4))
    assert layer.output_shape((2, 5, 4)) == output.shape
    samples, *rest = layer.output_shape((None, None, 4))
    assert samples is None and rest[-1] == output.shape[-1]


@with_params
def test_float32_unless_told_and_near_float64(name):
    double = LAYERS[name]()
    single = {
        "RNN": lambda: RNN(4, 3, rng=random()),
        "RNN, all states": lambda: RNN(4, 3, rng=random(), return_sequences=True),
        "attention": lambda: MultiHeadAttention(4, 2, rng=random()),
        "causal attention": lambda: MultiHeadAttention(4, 2, rng=random(), causal=True),
        "one head": lambda: MultiHeadAttention(4, 1, rng=random()),
        "each step": lambda: each_step(dtype=np.float32),
        "a block": lambda: Residual(
            MultiHeadAttention(4, 2, rng=random()), each_step(dtype=np.float32)
        ),
    }[name]()
    for key, value in double.params.items():
        single.params[key][...] = value
    x = normal(2, 5, 4)
    output, wanted = single.forward(x), double.forward(x)
    d_x, d_wanted = single.backward(wanted), double.backward(wanted)
    assert output.dtype == d_x.dtype == np.float32
    np.testing.assert_allclose(output, wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(d_x, d_wanted, rtol=1e-4, atol=1e-5)
    assert all(value.dtype == np.float32 for value in single.grads.values())


@pytest.mark.parametrize("kind", layouts(np.ones((2, 2))))
@every_layer
def test_layouts_make_no_difference_at_all(name, kind):
    x = normal(6, 4)
    other = layouts(x)[kind]
    layer = LAYERS[name]()
    wanted = layer.forward(x[None])
    np.testing.assert_array_equal(layer.forward([other]), wanted)


@every_layer
def test_inputs_are_neither_written_to_nor_kept(name):
    x, layer = normal(2, 5, 4), LAYERS[name]()
    kept, output = x.copy(), layer.forward(x)
    d_output = normal(*output.shape, seed=3)
    wanted = copy.deepcopy(layer).backward(d_output)
    np.testing.assert_array_equal(x, kept)
    x += 1
    output += 1
    np.testing.assert_array_equal(layer.backward(d_output), wanted)
    np.testing.assert_array_equal(layer.backward(d_output), wanted)


@every_layer
def test_without_need_no_input_gradient_but_all_others(name):
    layer = LAYERS[name]()
    layer.needs_input_gradient = False
    with_need = LAYERS[name]()
    output = layer.forward(normal(2, 5, 4))
    with_need.forward(normal(2, 5, 4))
    if name != "positions":
        assert layer.backward(output) is None
    with_need.backward(output)
    for key, value in with_need.grads.items():
        np.testing.assert_array_equal(layer.grads[key], value)


def test_every_step_goes_through_the_same_layers_on_its_own():
    layer, x = each_step(), normal(2, 5, 4)
    first, bend, last = layer.layers
    whole = layer.forward(x)
    for t in range(5):
        step = last.forward(bend.forward(first.forward(x[:, t])))
        np.testing.assert_allclose(whole[:, t], step, **CLOSE)
    assert set(layer.params) == {"0.W", "0.b", "2.W", "2.b"}
    assert str(layer) == "TimeDistributed(Dense(4, 5), Tanh(), Dense(5, 4))"


# ---- Learning ----


def test_a_recurrent_network_learns_what_came_first():
    rng = random()
    x = rng.choice([-1.0, 1.0], size=(64, 6, 1))
    y = x[:, 0]
    model = Sequential([RNN(1, 8, rng=rng), Dense(8, 1, rng=rng)])
    history = model.fit(
        x, y, loss=mean_squared_error, optimizer=Adam(0.01), epochs=60, batch_size=16,
        rng=rng,
    )  # fmt: skip
    assert history["loss"][-1] < 0.05 < 0.5 < history["loss"][0]


def test_a_diverging_training_is_reported_in_words():
    rng = random()
    model = Sequential([MultiHeadAttention(4, 2, rng=rng)])
    x = 1e3 * rng.normal(size=(8, 3, 4))
    with pytest.raises(RuntimeError, match="epoch 1 of 50|epoch . of 50"):
        model.fit(
            x, x, loss=mean_squared_error, optimizer=SGD(1e6), epochs=50,
            batch_size=8, rng=rng,
        )  # fmt: skip


@pytest.mark.parametrize("build", [rnn, heads])
def test_saved_and_loaded_weights_are_the_same(build, tmp_path):
    model, other = Sequential([build(dtype=float)]), Sequential([build(dtype=float)])
    for value in model.layers[0].params.values():
        value += 1
    model.save(tmp_path / "model.npz")
    other.load(tmp_path / "model.npz")
    x = normal(2, 3, 4)
    np.testing.assert_array_equal(model.predict(x), other.predict(x))


# ---- What is refused ----


@every_layer
@pytest.mark.parametrize("x, exception, message", NOT_REAL + NOT_FINITE)
def test_layers_need_finite_real_numbers(name, x, exception, message):
    with pytest.raises(exception, match=message.replace("[0, 1]", "")):
        LAYERS[name]().forward(x)


@every_layer
@pytest.mark.parametrize(
    "shape, message",
    [
        (
            (5, 4),
            r"must have shape \(samples, steps, features\), got \(5, 4\). One",
        ),
        ((4,), r"must have shape \(samples, .*features\), got \(4,\)"),
        ((2, 5, 4, 1), r"must have shape \(samples, steps, features\)"),
        ((2, 0, 4), "x has no steps or no features"),
        ((2, 5, 0), "x has no steps or no features"),
    ],
)
def test_layers_refuse_a_shape(name, shape, message):
    with pytest.raises(ValueError, match=message):
        LAYERS[name]().forward(np.ones(shape))


@with_params
def test_layers_refuse_another_number_of_features(name):
    layer = LAYERS[name]()
    with pytest.raises(ValueError, match=r"x has 7 features, .*\(4, .*\) expects 4"):
        layer.forward(np.ones((2, 5, 7)))
    with pytest.raises(RuntimeError, match="has not run forward"):
        layer.backward(np.ones((2, 5, 4)))


@every_layer
def test_a_gradient_that_does_not_fit_is_refused(name):
    layer = LAYERS[name]()
    layer.forward(normal(2, 5, 4))
    before = {key: value.copy() for key, value in layer.grads.items()}
    with pytest.raises(ValueError, match="d_output must have the shape of the output"):
        layer.backward(np.ones((2, 4, 4)))
    for key, value in layer.grads.items():
        np.testing.assert_array_equal(value, before[key])


ONES = np.ones((3, 4))
PAIR = np.ones((2, 3, 4))  # two samples
BLIND = np.zeros((2, 3, 3), bool)
BLIND[1, 2] = True


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: RNN(0, 3, rng=random()), ValueError, "n_in must be at least 1, got 0"),
        (lambda: RNN(3, 2.5, rng=random()), ValueError, "n_units must be a whole"),
        (lambda: heads(4, 3), ValueError, "n_heads must divide dim, .* 3 heads for 4"),
        (lambda: heads(0, 1), ValueError, "dim must be at least 1, got 0"),
        (lambda: heads(4, "2"), TypeError, "n_heads must be a whole number, got '2'"),
        (lambda: heads(dtype=int), TypeError, "dtype must be a float type"),
        (
            lambda: TimeDistributed(
                Dense(4, 3, rng=random()), Dense(2, 3, rng=random())
            ),
            ValueError,
            r"Dense\(2, 3\) cannot follow Dense\(4, 3\)",
        ),
        (lambda: TimeDistributed(), ValueError, "TimeDistributed needs at least one"),
        (lambda: causal_mask(0), ValueError, "n_steps must be at least 1, got 0"),
        (lambda: positional_encoding(3, 5), ValueError, "dim must be even"),
        (lambda: positional_encoding(0, 4), ValueError, "n_steps must be at least 1"),
        (lambda: attention([1.0], ONES, ONES), ValueError, "queries must have shape"),
        (lambda: attention(ONES, ONES[:0], ONES), ValueError, "keys must have shape"),
        (
            lambda: attention(ONES, ONES[:, :2], ONES),
            ValueError,
            "queries and keys must have as many features, got 4 and 2",
        ),
        (
            lambda: attention(ONES, ONES, ONES[:2]),
            ValueError,
            "keys and values must have as many steps, got 3 and 2",
        ),
        (
            lambda: attention(ONES[None], ONES, ONES),
            ValueError,
            r"must be equally many, got \(1,\), \(\) and \(\) in front",
        ),
        (
            lambda: attention(ONES, ONES, ONES, np.ones((3, 3))),
            TypeError,
            "mask must hold True and False, got dtype float64",
        ),
        (
            lambda: attention(ONES, ONES, ONES, np.ones((3, 2), bool)),
            ValueError,
            r"mask must have shape \(3, 3\) or \(3, 3\), got \(3, 2\)",
        ),
        (
            lambda: attention(ONES, ONES, ONES, np.arange(3)[:, None] < [1, 1, 1]),
            ValueError,
            "mask lets query 1 look nowhere",
        ),
        (
            lambda: attention(PAIR, PAIR, PAIR, mask=~BLIND),
            ValueError,
            "mask lets query 1, 2 look nowhere",
        ),
        (
            lambda: attention([[np.nan]], [[1.0]], [[1.0]]),
            ValueError,
            r"queries must be finite, but queries\[0, 0\] is nan",
        ),
        (
            lambda: attention_grad(ONES[:2], ONES, ONES, ONES, np.ones((3, 3))),
            ValueError,
            r"d_output must have shape \(3, 4\), got \(2, 4\)",
        ),
        (
            lambda: attention_grad(ONES, ONES, ONES, ONES, np.ones((3, 2))),
            ValueError,
            r"weights must have shape \(3, 3\), got \(3, 2\)",
        ),
        (
            lambda: sequence_cross_entropy(ONES, [0, 1, 2]),
            ValueError,
            r"logits must have shape \(samples, steps, classes\), got \(3, 4\)",
        ),
        (
            lambda: sequence_cross_entropy(ONES[None], [0, 1, 2]),
            ValueError,
            r"labels must have shape \(1, 3\), got \(3,\)",
        ),
        (
            lambda: sequence_cross_entropy(ONES[None], [[0, 1, 4]]),
            ValueError,
            "label 4 at index 2 outside 0..3",
        ),
    ],
)
def test_what_is_refused(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


@pytest.mark.parametrize("rng", NOT_A_GENERATOR, ids=str)
def test_construction_needs_a_generator(rng):
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        RNN(2, 2, rng=rng)
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        MultiHeadAttention(2, 2, rng=rng)


def test_layers_say_what_they_are():
    assert str(rnn()) == "RNN(4, 3)"
    assert str(heads()) == "MultiHeadAttention(4, 2)"
    assert str(AddPositions()) == "AddPositions()"
