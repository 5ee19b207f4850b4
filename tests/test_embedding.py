"""Embeddings: by hand, against loops and measured slopes, and at the door.

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

from nnbook.embedding import (
    Embedding,
    cosine_similarity,
    nearest,
    one_hot,
    skip_gram_loss,
    skip_gram_pairs,
)
from nnbook.gradcheck import check_layer, numerical_gradient, relative_error
from nnbook.layers import Dense, Flatten
from nnbook.losses import mean_squared_error
from nnbook.model import Sequential
from nnbook.optimizers import SGD


def normal(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


def embedding(n_tokens=5, dim=3, **options):
    rng = np.random.default_rng(0)
    return Embedding(n_tokens, dim, rng=rng, **{"dtype": np.float64} | options)


IDS = np.array([[3, 0], [1, 3], [3, 3]])
# What no argument that holds ids may accept, where 5 is one too many.
NOT_IDS = [
    (5, ValueError, r"ids is 5, but ids are integers 0\.\.4"),
    ([[0, 5]], ValueError, r"ids\[0, 1\] is 5, but ids are integers 0\.\.4"),
    ([[0, 1], [-1, 9]], ValueError, r"ids\[1, 0\] is -1"),
    (np.array([0, 250], np.uint8), ValueError, r"ids\[1\] is 250"),
    ([0.7], ValueError, r"ids must be integers 0\.\.4, got dtype float64"),
    ([1.0], ValueError, r"ids must be integers 0\.\.4, got dtype float64"),
    ([np.nan], ValueError, "ids must be integers"),
    ([True], TypeError, "ids must be integers .* got dtype bool"),
    (None, TypeError, "ids must be integers .* got dtype object"),
    ("3", TypeError, "ids must be integers .* got dtype <U1"),
    ([1j], TypeError, "ids must be integers .* got dtype complex"),
    ([[1, 2], [3]], ValueError, "rectangular array"),
    (np.ma.array([1, 2], mask=[0, 1]), ValueError, "masked entries"),
    (np.ones((2, 2), int).view(np.matrix), TypeError, "numpy.matrix"),
]


# By hand


def test_one_hot_by_hand():
    np.testing.assert_array_equal(one_hot(1, 3), [0, 1, 0])
    np.testing.assert_array_equal(one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])
    assert one_hot([[0, 1]], 4).shape == (1, 2, 4)
    assert one_hot([], 4).shape == (0, 4)
    assert one_hot([0], 1).dtype == np.float32


def test_embedding_by_hand():
    layer = embedding(4, 2)
    layer.params["W"][...] = [[0, 1], [10, 11], [20, 21], [30, 31]]
    output = layer.forward([[3, 1], [1, 1]])
    expected = [[[30, 31], [10, 11]], [[10, 11], [10, 11]]]
    np.testing.assert_array_equal(output, expected)
    assert layer.backward([[[1, 2], [3, 4]], [[10, 0], [0, 20]]]) is None
    # Row 1 was looked up three times: (3, 4) + (10, 0) + (0, 20).
    d_W = [[0, 0], [13, 24], [0, 0], [1, 2]]
    np.testing.assert_array_equal(layer.grads["W"], d_W)
    ids, rows = layer.row_gradient([[[1, 2], [3, 4]], [[10, 0], [0, 20]]])
    np.testing.assert_array_equal(ids, [1, 3])
    np.testing.assert_array_equal(rows, [[13, 24], [1, 2]])


def test_cosine_similarity_by_hand():
    # (3, 4) and (4, 3): 24 / (5 * 5)
    assert cosine_similarity([3, 4], [4, 3]) == pytest.approx(0.96, rel=1e-15)
    assert cosine_similarity([1, 0], [0, 9]) == 0
    assert cosine_similarity([2, 0], [-3, 0]) == -1
    assert type(cosine_similarity([3, 4], [4, 3])) is float


def test_cosines_of_each_with_each():
    a, b = np.array([[1.0, 0], [0, 2], [3, 4]]), np.array([[0.0, 1], [5, 0]])
    expected = [[0, 1], [1, 0], [0.8, 0.6]]
    np.testing.assert_allclose(cosine_similarity(a, b), expected, atol=1e-15)
    np.testing.assert_allclose(cosine_similarity(a[2], b), expected[2])
    np.testing.assert_allclose(cosine_similarity(a, b[0]), [0, 1, 0.8], atol=1e-15)


def test_what_is_nearest_depends_on_what_near_means():
    table = [[1, 0], [2, 2], [9, 3], [-1, 0]]
    query = [1, 0.1]
    for by, order, first in (
        ("cosine", [0, 2, 1, 3], 1 / np.sqrt(1.01)),
        ("dot", [2, 1, 0, 3], 9.3),
        ("distance", [0, 3, 1, 2], 0.1),
    ):
        ids, values = nearest(query, table, 4, by=by)
        assert ids.tolist() == order
        assert values[0] == pytest.approx(first)
    # The cosine is what you get unless you ask for something else.
    assert nearest(query, table, 2)[0].tolist() == [0, 2]


def test_some_rows_can_be_left_out():
    table = [[1, 0], [2, 2], [9, 3], [-1, 0]]
    assert nearest([1, 0.1], table, 2, without=[0, 1])[0].tolist() == [2, 3]
    assert nearest([1, 0.1], table, 3, without=[2, 2])[0].tolist() == [0, 1, 3]


def test_of_equally_close_rows_the_first_comes_first():
    for by in ("cosine", "dot", "distance"):
        ids, _ = nearest([1, 0], [[0, 1], [1, 0], [0, -1], [1, 0]], 4, by=by)
        assert ids.tolist() == [1, 3, 0, 2]


def test_skip_gram_pairs_by_hand():
    centres, contexts = skip_gram_pairs([7, 8, 9, 7], window=2)
    pairs = list(zip(centres.tolist(), contexts.tolist(), strict=True))
    assert pairs == [
        (7, 8),
        (7, 9),
        (8, 7),
        (8, 9),
        (8, 7),
        (9, 7),
        (9, 8),
        (9, 7),
        (7, 8),
        (7, 9),
    ]


# Against loops


shapes = st.lists(st.integers(0, 4), min_size=1, max_size=3).map(tuple)


@given(shapes, st.integers(1, 6), st.integers(1, 4), st.integers(0, 9))
def test_embedding_against_loops(shape, n_tokens, dim, seed):
    layer, rng = embedding(n_tokens, dim), np.random.default_rng(seed)
    ids, d = rng.integers(n_tokens, size=shape), rng.normal(size=(*shape, dim))
    output = layer.forward(ids)
    assert output.shape == (*shape, dim)
    d_W = np.zeros((n_tokens, dim))
    for place in np.ndindex(shape):
        np.testing.assert_array_equal(output[place], layer.params["W"][ids[place]])
        d_W[ids[place]] += d[place]
    assert layer.backward(d) is None
    np.testing.assert_allclose(layer.grads["W"], d_W, rtol=1e-12, atol=1e-14)


@given(shapes, st.integers(1, 6), st.integers(0, 9))
def test_the_rows_are_the_gradient_without_its_zeros(shape, n_tokens, seed):
    layer, rng = embedding(n_tokens), np.random.default_rng(seed)
    ids, d = rng.integers(n_tokens, size=shape), rng.normal(size=(*shape, 3))
    layer.forward(ids)
    found, rows = layer.row_gradient(d)
    assert found.tolist() == sorted(set(ids.ravel().tolist()))
    assert found.dtype == np.int64 and rows.shape == (len(found), 3)
    layer.backward(d)
    np.testing.assert_array_equal(layer.grads["W"][found], rows)
    assert not np.delete(layer.grads["W"], found, axis=0).any()


@given(shapes, st.integers(1, 6), st.integers(0, 9))
def test_to_look_up_is_to_multiply_a_one_hot_vector(shape, n_tokens, seed):
    layer, rng = embedding(n_tokens), np.random.default_rng(seed)
    ids, d = rng.integers(n_tokens, size=shape), rng.normal(size=(*shape, 3))
    x = one_hot(ids, n_tokens)
    np.testing.assert_allclose(layer.forward(ids), x @ layer.params["W"], rtol=1e-12)
    layer.backward(d)
    d_W = x.reshape(-1, n_tokens).T @ d.reshape(-1, 3)
    np.testing.assert_allclose(layer.grads["W"], d_W, rtol=1e-12, atol=1e-14)


@given(shapes, st.integers(1, 6), st.integers(0, 9))
def test_one_hot_has_one_one_at_the_place_of_the_id(shape, n_tokens, seed):
    ids = np.random.default_rng(seed).integers(n_tokens, size=shape)
    x = one_hot(ids, n_tokens)
    assert x.shape == (*shape, n_tokens)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    np.testing.assert_array_equal(x.argmax(axis=-1), ids)


@given(st.integers(0, 8), st.integers(1, 4))
def test_skip_gram_pairs_against_loops(n, window):
    ids = np.random.default_rng(n).integers(50, size=n)
    expected = [
        (ids[i], ids[j])
        for i in range(n)
        for j in range(n)
        if i != j and abs(i - j) <= window
    ]
    centres, contexts = skip_gram_pairs(ids, window)
    assert list(zip(centres, contexts, strict=True)) == expected
    assert centres.dtype == contexts.dtype == np.int64


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.integers(0, 9))
def test_cosine_similarity_against_loops(n, m, dim, seed):
    a, b = normal(n, dim, seed=seed), normal(m, dim, seed=seed + 1)
    cosines = cosine_similarity(a, b)
    assert cosines.shape == (n, m)
    for i in range(n):
        for j in range(m):
            dot = sum(a[i, k] * b[j, k] for k in range(dim))
            lengths = sum(a[i] ** 2) ** 0.5 * sum(b[j] ** 2) ** 0.5
            assert cosines[i, j] == pytest.approx(dot / lengths, abs=1e-14)


@given(
    st.integers(1, 6), st.sampled_from(["cosine", "dot", "distance"]), st.integers(0, 9)
)
def test_nearest_against_a_sort(rows, by, seed):
    table, query = normal(rows, 3, seed=seed), normal(3, seed=seed + 1)
    measures = {
        "cosine": lambda row: -cosine_similarity(row, query),
        "dot": lambda row: -(row @ query),
        "distance": lambda row: ((row - query) ** 2).sum() ** 0.5,
    }
    expected = sorted(range(rows), key=lambda i: measures[by](table[i]))
    ids, values = nearest(query, table, rows, by=by)
    assert ids.tolist() == expected
    sign = 1 if by == "distance" else -1
    np.testing.assert_allclose(
        values, [sign * measures[by](table[i]) for i in expected], rtol=1e-12
    )
    assert nearest(query, table, 1, by=by)[0].tolist() == expected[:1]


# The loss of skip-gram


def any_pairs(words=4, neighbours=3, dim=2, seed=0):
    """(W, C, counts, noise) with at least one pair that never occurs."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 9, (words, neighbours)).astype(float)
    counts[0, 0], counts[-1, -1] = 0, 5
    noise = rng.random(neighbours) + 0.1
    W, C = rng.normal(size=(words, dim)), rng.normal(size=(neighbours, dim))
    return W, C, counts, noise / noise.sum()


def test_skip_gram_loss_by_hand():
    # Scores are u.v = 0 and log 3, with probabilities 1/2 and 3/4. The first pair
    # occurs three times in four. Noise draws either with probability 1/2, two a pair:
    # 3/4 log 2 + 1/4 log 4/3 + 2 (1/2 log 2 + 1/2 log 4).
    loss, d_W, d_C = skip_gram_loss(
        [[1.0]], [[0.0], [np.log(3)]], [[3, 1]], [0.5, 0.5], negatives=2
    )
    by_hand = 0.75 * np.log(2) + 0.25 * np.log(4 / 3) + np.log(2) + np.log(4)
    assert loss == pytest.approx(by_hand, rel=1e-12)
    # By the scores: 3/4 (1/2 - 1) + 1/2 = 1/8 and 1/4 (3/4 - 1) + 3/4 = 11/16.
    np.testing.assert_allclose(d_C, [[1 / 8], [11 / 16]])
    np.testing.assert_allclose(d_W, [[11 / 16 * np.log(3)]])


@pytest.mark.parametrize("negatives", [1, 5])
def test_skip_gram_loss_against_loops(negatives):
    W, C, counts, noise = any_pairs()
    total = 0.0
    for i, j in np.ndindex(counts.shape):
        surprise = np.log(1 + np.exp(-W[i] @ C[j]))
        for k in range(len(C)):
            surprise += negatives * noise[k] * np.log(1 + np.exp(W[i] @ C[k]))
        total += counts[i, j] * surprise
    loss, _, _ = skip_gram_loss(W, C, counts, noise, negatives=negatives)
    assert loss == pytest.approx(total / counts.sum(), rel=1e-12)


def test_skip_gram_loss_has_the_gradients_that_can_be_measured():
    W, C, counts, noise = any_pairs()

    def loss(W, C):
        return skip_gram_loss(W, C, counts, noise, negatives=3)[0]

    _, d_W, d_C = skip_gram_loss(W, C, counts, noise, negatives=3)
    assert relative_error(d_W, numerical_gradient(lambda W: loss(W, C), W)) < 1e-6
    assert relative_error(d_C, numerical_gradient(lambda C: loss(W, C), C)) < 1e-6


def test_skip_gram_loss_is_finite_where_exp_is_not():
    loss, d_W, d_C = skip_gram_loss(
        [[1000.0]], [[1.0], [-1.0]], [[1, 1]], [0.5, 0.5], negatives=1
    )
    # Half the pairs have the score -1000, and half the noise has 1000.
    assert loss == pytest.approx(1000)
    assert np.isfinite(d_W).all() and np.isfinite(d_C).all()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"W": np.ones((3, 2))}, r"got \(3, 2\), \(3, 2\) and \(4, 3\)"),
        ({"W": np.ones((4, 3))}, "same number of features, got 3 and 2"),
        ({"C": np.ones(2)}, r"got \(4, 2\), \(2,\) and \(4, 3\)"),
        ({"counts": -np.ones((4, 3))}, "counts must be at least 0, and not all 0"),
        ({"counts": np.zeros((4, 3))}, "counts must be at least 0, and not all 0"),
        ({"noise": [0.5, 0.5]}, "noise must be 3 probabilities that sum to 1"),
        ({"noise": [0.5, 0.5, 0.5]}, "with the sum 1.5"),
        ({"noise": [1.5, 0, -0.5]}, "noise must be 3 probabilities"),
        ({"negatives": 0}, "negatives must be at least 1, got 0"),
    ],
)
def test_skip_gram_loss_refuses(change, message):
    names = ("W", "C", "counts", "noise")
    given = dict(zip(names, any_pairs(), strict=True)) | {"negatives": 1} | change
    with pytest.raises(ValueError, match=message):
        skip_gram_loss(**given)


# What cosines mean


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.integers(0, 9))
def test_cosines_do_not_depend_on_lengths(s, t, seed):
    a, b = normal(2, 4, seed=seed), normal(3, 4, seed=seed + 1)
    np.testing.assert_allclose(
        cosine_similarity(s * a, t * b), cosine_similarity(a, b), atol=1e-14
    )


@given(st.integers(1, 5), st.integers(0, 20))
def test_cosines_lie_between_minus_1_and_1_and_are_1_with_oneself(dim, seed):
    a = normal(6, dim, seed=seed)
    cosines = cosine_similarity(a, a)
    assert abs(cosines).max() <= 1
    np.testing.assert_allclose(np.diag(cosines), 1, atol=1e-15)
    np.testing.assert_allclose(cosines, cosines.T, atol=1e-15)


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e200, 1e300])
def test_cosines_of_very_long_and_very_short_vectors(scale):
    found = cosine_similarity([3 * scale, 4 * scale], [4, 3])
    assert found == pytest.approx(0.96, rel=1e-12)


def test_any_two_one_hot_vectors_are_equally_different():
    x = one_hot(range(4), 4)
    np.testing.assert_array_equal(cosine_similarity(x, x), np.eye(4))


def test_cosines_keep_float32():
    a = normal(3, 4).astype(np.float32)
    assert cosine_similarity(a, a).dtype == np.float32


# Against measured slopes


@pytest.mark.parametrize("ids", [IDS, [0], [[4]], [2, 2, 2], IDS[None]])
def test_gradients_of_every_entry(ids):
    rng = np.random.default_rng(2)
    assert check_layer(embedding(), np.asarray(ids), rng=rng) < 1e-6


def test_backward_is_the_transpose_of_the_lookup():
    # <look up V, u> = <V, d_W>, since a lookup is linear in the table.
    layer = embedding()
    u = normal(*layer.forward(IDS).shape)
    layer.backward(u)
    V = normal(5, 3, seed=2)
    assert (V[IDS] * u).sum() == pytest.approx((V * layer.grads["W"]).sum(), rel=1e-12)


# Batches and models


def test_one_sample_gives_its_row_of_a_batch():
    layer = embedding()
    output = layer.forward(IDS)
    for i in range(len(IDS)):
        np.testing.assert_array_equal(layer.forward(IDS[i : i + 1])[0], output[i])


def test_an_empty_batch_goes_through():
    layer = embedding()
    for ids in (np.zeros((0, 4), int), np.zeros((0, 4))):
        output = layer.forward(ids)
        assert output.shape == layer.output_shape((0, 4)) == (0, 4, 3)
        layer.backward(output)
        assert not layer.grads["W"].any()


def test_rows_of_the_last_step_do_not_stay_in_the_gradient():
    layer = embedding()
    for ids in ([0, 1], [2]):
        layer.backward(np.ones_like(layer.forward(ids)))
    np.testing.assert_array_equal(layer.grads["W"].any(axis=1), np.arange(5) == 2)


def network(seed=0):
    rng = np.random.default_rng(seed)
    return Sequential([Embedding(6, 3, rng=rng), Flatten(), Dense(6, 1, rng=rng)])


def test_a_model_learns_with_it(tmp_path):
    rng, model = np.random.default_rng(0), network()
    ids = rng.integers(5, size=(200, 2))  # token 5 is never seen
    y = (ids[:, :1] == ids[:, 1:]).astype(float)
    last = model.layers[0].params["W"][5].copy()
    options = {"loss": mean_squared_error, "optimizer": SGD(0.2), "batch_size": 20}
    history = model.fit(ids, y, epochs=40, rng=rng, **options)["loss"]
    assert history[-1] < history[0]
    np.testing.assert_array_equal(model.layers[0].params["W"][5], last)
    assert model.predict(ids.tolist()).shape == (200, 1)
    other = network(seed=1)
    model.save(tmp_path / "model.npz")
    other.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(other.predict(ids), model.predict(ids))
    with pytest.raises(ValueError, match=r"ids\[3, 1\] is 6, but ids are integers 0"):
        model.predict([[0, 1]] * 3 + [[0, 6]])


def test_a_step_on_the_rows_is_a_step_on_the_table():
    sparse, dense = embedding(), embedding()
    d = normal(*sparse.forward(IDS).shape)
    dense.forward(IDS)
    dense.backward(d)
    dense.params["W"][...] -= 0.1 * dense.grads["W"]
    ids, rows = sparse.row_gradient(d)
    sparse.params["W"][ids] -= 0.1 * rows
    np.testing.assert_array_equal(sparse.params["W"], dense.params["W"])
    assert not sparse.grads["W"].any()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_it_computes_in_its_own_type(dtype):
    layer = embedding(dtype=dtype)
    output = layer.forward(IDS)
    _, rows = layer.row_gradient(np.ones((3, 2, 3)))
    layer.backward(np.ones((3, 2, 3)))
    arrays = (output, rows, layer.params["W"], layer.grads["W"])
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


def test_float32_is_near_float64():
    small, layer = embedding(dtype=np.float32), embedding()
    d = normal(*layer.forward(IDS).shape)
    np.testing.assert_allclose(small.forward(IDS), layer.forward(IDS), rtol=1e-6)
    for each in (small, layer):
        each.backward(d)
    np.testing.assert_allclose(small.grads["W"], layer.grads["W"], rtol=1e-5)


def test_the_first_table_is_small_and_drawn_by_the_generator():
    W = Embedding(100, 50, rng=np.random.default_rng(0)).params["W"]
    assert W.shape == (100, 50) and W.dtype == np.float32
    assert abs(W).max() == pytest.approx(0.05, abs=1e-3)
    assert W.mean() == pytest.approx(0, abs=2e-3)
    np.testing.assert_array_equal(embedding().params["W"], embedding().params["W"])


# The door


@pytest.mark.parametrize("kind", layouts(np.ones((2, 2), int)))
@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64, np.uint64])
def test_layouts_and_integer_types_make_no_difference(kind, dtype):
    layer, plain = embedding(), embedding()
    output = plain.forward(IDS)
    ids = layouts(IDS.astype(dtype))[kind]
    np.testing.assert_array_equal(layer.forward(ids), output)
    np.testing.assert_array_equal(one_hot(ids, 5), one_hot(IDS, 5))
    d = normal(*output.shape)
    layer.backward(d)
    plain.backward(d)
    np.testing.assert_array_equal(layer.grads["W"], plain.grads["W"])


def test_the_gradient_is_that_of_the_old_ids_and_nothing_is_written_to():
    layer, ids = embedding(), IDS.copy()
    d = normal(*layer.forward(ids).shape)
    layer.backward(d)
    expected, d_before = layer.grads["W"].copy(), d.copy()
    np.testing.assert_array_equal(ids, IDS)
    output = layer.forward(ids)
    ids[...] = output[...] = 0
    for _ in range(2):
        layer.backward(d)
        np.testing.assert_array_equal(layer.grads["W"], expected)
    np.testing.assert_array_equal(d, d_before)


@pytest.mark.parametrize("ids, exception, message", NOT_IDS)
def test_what_is_no_id_is_refused_and_changes_nothing(ids, exception, message):
    layer = embedding()
    d = normal(*layer.forward(IDS).shape)
    layer.backward(d)
    expected = layer.grads["W"].copy()
    for call in (layer.forward, lambda ids: one_hot(ids, 5)):
        with pytest.raises(exception, match=message):
            call(ids)
    layer.backward(d)
    np.testing.assert_array_equal(layer.grads["W"], expected)


def test_a_single_number_is_no_batch():
    with pytest.raises(
        TypeError, match=r"ids must have shape \(samples, ...\), got one"
    ):
        embedding().forward(3)


@pytest.mark.parametrize("shape", [(3, 2, 4), (3, 2), (2, 3, 3), (1, 1, 1), ()])
def test_a_gradient_that_does_not_fit_is_refused(shape):
    layer = embedding()
    layer.forward(IDS)
    message = re.escape(f"the output of {layer}, (3, 2, 3), got {shape}")
    for call in (layer.backward, layer.row_gradient):
        with pytest.raises(ValueError, match=message):
            call(np.ones(shape))
    with pytest.raises(ValueError, match="d_output must be finite"):
        layer.backward(np.full((3, 2, 3), np.inf))
    assert not layer.grads["W"].any()


def test_backward_before_forward_is_refused():
    for call in (embedding().backward, embedding().row_gradient):
        with pytest.raises(RuntimeError, match="has not run forward"):
            call(np.ones((3, 2, 3)))


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: embedding(0), ValueError, "n_tokens must be at least 1, got 0"),
        (lambda: embedding(dim=0), ValueError, "dim must be at least 1, got 0"),
        (lambda: embedding(dim=2.5), ValueError, "dim must be a whole number, got 2.5"),
        (lambda: embedding("5"), TypeError, "n_tokens must be a whole number, got '5'"),
        (lambda: embedding(dtype=int), TypeError, "dtype must be a float type like"),
        (lambda: embedding(units=3), TypeError, "unexpected keyword argument 'units'"),
        (lambda: Embedding(4, 3), TypeError, "missing .* keyword-only argument: 'rng'"),
        (lambda: one_hot([0], 0), ValueError, "n_tokens must be at least 1, got 0"),
        (lambda: one_hot([0], 2.0), ValueError, "n_tokens must be a whole number"),
        (lambda: skip_gram_pairs([1, 2], 0), ValueError, "window must be at least 1"),
        (
            lambda: skip_gram_pairs([1, 2], 1.5),
            ValueError,
            "window must be a whole num",
        ),
        (
            lambda: skip_gram_pairs([[1, 2]], 1),
            ValueError,
            r"ids must have shape \(words,\), got \(1, 2\)",
        ),
        (
            lambda: skip_gram_pairs([1, -2], 1),
            ValueError,
            r"ids\[1\] is -2, but ids are integers of at least 0",
        ),
        (
            lambda: skip_gram_pairs(["a"], 1),
            TypeError,
            "ids must be integers of at lea",
        ),
        (lambda: skip_gram_pairs([1.5], 1), ValueError, "ids must be integers of at"),
    ],
)
def test_these_refuse(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


@pytest.mark.parametrize("rng", NOT_A_GENERATOR, ids=str)
def test_construction_refuses_what_is_no_generator(rng):
    with pytest.raises(TypeError, match="rng must be a numpy Generator, got"):
        Embedding(4, 3, rng=rng)


@pytest.mark.parametrize(
    "a, exception, message",
    [
        *((x, kind, f"a .*{message}|a {message}") for x, kind, message in NOT_REAL),
        *NOT_FINITE,
        (3.0, ValueError, r"a must have shape \(dim,\) or \(rows, dim\), got \(\)"),
        (np.ones((1, 1, 2)), ValueError, r"a must have shape .* got \(1, 1, 2\)"),
        (np.ones((2, 0)), ValueError, r"a must have shape .* got \(2, 0\)"),
        (
            np.ones(3),
            ValueError,
            "a and b must have the same number of features, got 3",
        ),
        ([0, 0], ValueError, "^a is zero, which has no direction"),
        ([[1, 2], [0, 0]], ValueError, "^row 1 of a is zero, which has no direction"),
    ],
)
def test_cosine_similarity_refuses(a, exception, message):
    with pytest.raises(exception, match=message):
        cosine_similarity(a, np.ones((4, 2)))
    with pytest.raises(exception):
        cosine_similarity(np.ones((4, 2)), a)


@pytest.mark.parametrize(
    "options, exception, message",
    [
        ({"n": 0}, ValueError, "n must be at least 1, got 0"),
        ({"n": 5}, ValueError, "n must be at most 4, the rows left, got 5"),
        ({"n": 3, "without": [0, 1]}, ValueError, "n must be at most 2, the rows left"),
        ({"n": 1.5}, ValueError, "n must be a whole number, got 1.5"),
        ({"query": [[1, 2]]}, ValueError, r"query must .*\(dim,\) .* got \(1, 2\)"),
        ({"query": [1, 2, 3]}, ValueError, "query and table must have the same number"),
        ({"query": [1, np.nan]}, ValueError, r"query\[1\] is nan"),
        ({"query": [0, 0]}, ValueError, "query is zero, which has no direction"),
        ({"table": [1, 2]}, ValueError, r"table \(rows, dim\), got \(2,\) and \(2,\)"),
        ({"table": [[1, 2], [0, 0]]}, ValueError, "row 1 of table is zero"),
        (
            {"by": "euclid"},
            ValueError,
            "by must be 'cosine', 'dot' or 'distance', got 'euclid'",
        ),
        (
            {"without": [4]},
            ValueError,
            r"without\[0\] is 4, but ids are integers 0\.\.3",
        ),
        ({"without": [0.5]}, ValueError, "without must be integers 0"),
        ({"exclude": [0]}, TypeError, "unexpected keyword argument 'exclude'"),
    ],
)
def test_nearest_refuses(options, exception, message):
    options = {"query": [1, 2], "table": np.ones((4, 2)), "n": 1} | options
    with pytest.raises(exception, match=message):
        nearest(**options)


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))]
)
def test_a_copy_computes_the_same_and_shares_nothing(twin):
    layer = embedding()
    other = twin(layer)
    np.testing.assert_array_equal(other.forward(IDS), layer.forward(IDS))
    assert not np.shares_memory(other.params["W"], layer.params["W"])


def test_it_says_what_it_is():
    assert str(embedding(np.int64(5), 3)) == "Embedding(5, 3)"
