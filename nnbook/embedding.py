"""Embeddings: a row of numbers for every word, learnt like any other weights.

A network computes with numbers, but words, users or articles are names. One could turn
the i-th of V names into V numbers, all 0 but the i-th: that is **one-hot**, and it says
that any two names are equally different. An **embedding** gives each name a row of a
few numbers in a table. The rows are weights: training moves them, and names that are
used alike come to lie close together. To look a row up is to multiply a one-hot vector
by the table, without the multiplications by zero.

The chapter on embeddings teaches this file: the layer, what "close" can mean, the
pairs of neighbours from which a text teaches its words, and the loss of doing so.
"""

import numpy as np

from nnbook import checks
from nnbook.activations import sigmoid
from nnbook.layers import Layer


def one_hot(ids, n_tokens):
    """A vector for each id that is 0 everywhere and 1 at the place of the id.

    Parameters
    ----------
    ids : array_like of int, any shape
        From 0 to n_tokens - 1.
    n_tokens : int
        How many there are.

    Returns
    -------
    ndarray of float32, shape `ids.shape` + (n_tokens,)

    Raises
    ------
    ValueError, TypeError
        If an id is not a whole number in that range.

    Examples
    --------
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    n_tokens = checks.whole_number("n_tokens", n_tokens)
    ids = _checked_ids("ids", ids, n_tokens)
    return (ids[..., None] == np.arange(n_tokens)).astype(np.float32)


class Embedding(Layer):
    """Look up a row of numbers for each id.

    It has to be the first layer of a network: an id has no gradient, so there is
    nothing to hand down.

    Parameters
    ----------
    n_tokens : int
        How many ids there are: 0 to n_tokens - 1.
    dim : int
        How many numbers stand for each.
    rng : numpy.random.Generator
        Draws the first table, between -0.05 and 0.05.
    dtype : float dtype
        What the layer computes in.

    Attributes
    ----------
    ids : ndarray of int64
        The input of the last `forward`.

    Raises
    ------
    ValueError, TypeError
        If a size is not a whole number of at least 1 or `rng` is no Generator.

    References
    ----------
    Y. Bengio, R. Ducharme, P. Vincent and C. Jauvin (2003), "A neural probabilistic
    language model".

    Examples
    --------
    >>> layer = Embedding(4, 2, rng=np.random.default_rng(0))
    >>> layer.params["W"][...] = [[0, 1], [10, 11], [20, 21], [30, 31]]
    >>> layer.forward([[3, 1]])
    array([[[30., 31.],
            [10., 11.]]], dtype=float32)
    """

    def __init__(self, n_tokens, dim, *, rng, dtype=np.float32):
        super().__init__(dtype)
        self.n_tokens = checks.whole_number("n_tokens", n_tokens)
        self.dim = checks.whole_number("dim", dim)
        checks.generator("rng", rng)
        self.add_parameter("W", rng.uniform(-0.05, 0.05, (self.n_tokens, self.dim)))

    def __repr__(self):
        return f"Embedding({self.n_tokens}, {self.dim})"

    def output_shape(self, input_shape):
        if not input_shape:
            raise TypeError("ids must have shape (samples, ...), got one number")
        return (*input_shape, self.dim)

    def check_input(self, x):
        """`x` as integers that are rows of the table, or an error that says why not."""
        ids = _checked_ids("ids", x, self.n_tokens)
        self._seen = (self.output_shape(ids.shape), self.dtype)
        return ids

    def forward(self, ids, training=False):
        """The rows of the ids, from shape (samples, ...) to (samples, ..., dim)."""
        self.ids = self.check_input(ids)
        return self.params["W"].take(self.ids, axis=0)

    def backward(self, d_output):
        """Note d_W in `grads`: zero but for the rows that were looked up."""
        ids, rows = self.row_gradient(d_output)
        self.grads["W"][...] = 0
        self.grads["W"][ids] = rows

    def row_gradient(self, d_output):
        """The same gradient without its zeros: which rows, and their gradients.

        With a large table nearly all of d_W is zero, and to write those zeros takes
        longer than everything else. Plain gradient descent needs the rows only:
        `layer.params["W"][ids] -= rate * rows`.

        Parameters
        ----------
        d_output : array_like, shape of what `forward` returned
            Gradient of the loss with respect to it.

        Returns
        -------
        ids : ndarray of int64, shape (rows,)
            Each id that was looked up once, in rising order.
        rows : ndarray, shape (rows, dim)
            What all its places add up to.

        Raises
        ------
        RuntimeError
            If `forward` has not run.
        ValueError, TypeError
            If `d_output` has another shape, or entries that are not finite real
            numbers.

        Examples
        --------
        >>> layer = Embedding(1000, 2, rng=np.random.default_rng(0))
        >>> _ = layer.forward([7, 2, 7])
        >>> ids, rows = layer.row_gradient([[1, 2], [0, 5], [10, 20]])
        >>> ids
        array([2, 7])
        >>> rows
        array([[ 0.,  5.],
               [11., 22.]], dtype=float32)
        """
        d_rows = self.check_gradient(d_output).reshape(-1, self.dim)
        # Sorted, equal ids stand side by side, and each run is added up in one go.
        order = self.ids.argsort(axis=None, kind="stable")
        ids, d_rows = self.ids.take(order), d_rows.take(order, axis=0)
        is_first = np.ones(len(ids), bool)
        is_first[1:] = ids[1:] != ids[:-1]
        starts = np.flatnonzero(is_first)
        lengths = np.diff(starts, append=len(ids))
        # Runs of one are their own sum, and in a large table nearly all are.
        rows, longer = d_rows.take(starts, axis=0), lengths > 1
        if longer.any():
            runs, lengths = d_rows[np.repeat(longer, lengths)], lengths[longer]
            rows[longer] = np.add.reduceat(runs, np.cumsum(lengths) - lengths, axis=0)
        return ids[starts], rows


def cosine_similarity(a, b):
    """How far two vectors point in the same direction: 1 same, 0 across, -1 opposite.

    cos(a, b) = a . b / (|a| |b|)

    Parameters
    ----------
    a : array_like, shape (dim,) or (n, dim)
    b : array_like, shape (dim,) or (m, dim)

    Returns
    -------
    float or ndarray, shape (n,), (m,) or (n, m)
        Each of `a` with each of `b`.

    Raises
    ------
    ValueError, TypeError
        If an argument has another shape, is not finite, or has a row of zeros, which
        has no direction.

    Examples
    --------
    >>> cosine_similarity([[3, 4], [0, -2]], [0, 1])
    array([ 0.8, -1. ])
    """
    a, b = _checked_vectors("a", a), _checked_vectors("b", b)
    _check_same_dim("a", a, "b", b)
    cosines = _cosines("a", a, "b", b)
    return cosines if cosines.ndim else float(cosines)


def nearest(query, table, n, *, by="cosine", without=()):
    """The rows of a table that are closest to a vector, the closest first.

    Parameters
    ----------
    query : array_like, shape (dim,)
    table : array_like, shape (rows, dim)
    n : int
        How many to return, at most as many as there are.
    by : "cosine", "dot" or "distance"
        What close means. The dot product of two vectors grows with their lengths, the
        cosine does not; by distance the smallest is the closest.
    without : sequence of int
        Rows to leave out, such as that of the query itself.

    Returns
    -------
    ids : ndarray of int64, shape (n,)
        Rows of `table`; of equally close ones the first.
    values : ndarray, shape (n,)
        Their cosines, dot products or distances.

    Raises
    ------
    ValueError, TypeError
        If a shape or a value is wrong, or there are fewer than `n` rows.

    Examples
    --------
    >>> table = [[1, 0], [0, 1], [5, 1], [-1, 0]]
    >>> nearest([1, 0], table, 2)[0]
    array([0, 2])
    >>> nearest([1, 0], table, 2, by="dot")[0]
    array([2, 0])
    >>> nearest([1, 0], table, 2, by="distance", without=[0])[0]
    array([1, 3])
    """
    query, table = _checked_vectors("query", query), _checked_vectors("table", table)
    if query.ndim != 1 or table.ndim != 2:
        raise ValueError(
            f"query must have shape (dim,) and table (rows, dim), got {query.shape} "
            f"and {table.shape}"
        )
    _check_same_dim("query", query, "table", table)
    if by == "cosine":
        values = _cosines("table", table, "query", query)
    elif by == "dot":
        values = table @ query
    elif by == "distance":
        values = np.linalg.norm(table - query, axis=1)
    else:
        raise ValueError(f"by must be 'cosine', 'dot' or 'distance', got {by!r}")
    without = _checked_ids("without", without, len(table))
    order = np.argsort(values if by == "distance" else -values, kind="stable")
    order = order[~np.isin(order, without)]
    n = checks.whole_number("n", n)
    if n > len(order):
        raise ValueError(f"n must be at most {len(order)}, the rows left, got {n}")
    return order[:n], values[order[:n]]


def skip_gram_pairs(ids, window):
    """Every word of a text with each of its neighbours: (centre, context) pairs.

    A network that has to guess the second from the first learns which words are used
    alike, because they have the same neighbours.

    Parameters
    ----------
    ids : array_like of int, shape (words,)
        A text, each word given by its id.
    window : int
        How far a neighbour may stand away, to the left and to the right.

    Returns
    -------
    centres, contexts : ndarray of int64, shape (pairs,)
        In the order of the text.

    Raises
    ------
    ValueError, TypeError
        If `ids` is not a row of whole numbers of at least 0, or `window` is not a
        whole number of at least 1.

    References
    ----------
    T. Mikolov, K. Chen, G. Corrado and J. Dean (2013), "Efficient estimation of word
    representations in vector space".

    Examples
    --------
    >>> centres, contexts = skip_gram_pairs([5, 8, 2], window=1)
    >>> list(zip(centres.tolist(), contexts.tolist()))
    [(5, 8), (8, 5), (8, 2), (2, 8)]
    """
    ids = _checked_ids("ids", ids, np.inf)
    if ids.ndim != 1:
        raise ValueError(f"ids must have shape (words,), got {ids.shape}")
    window = checks.whole_number("window", window)
    places = np.arange(len(ids))
    steps = np.concatenate([np.arange(-window, 0), np.arange(1, window + 1)])
    neighbours = places[:, None] + steps
    centre, step = np.nonzero((neighbours >= 0) & (neighbours < len(ids)))
    return ids[centre], ids[neighbours[centre, step]]


def skip_gram_loss(W, C, counts, noise, *, negatives):
    """The loss of skip-gram with negative sampling over all pairs, and its gradients.

    The score of a word and a neighbour is the dot product of their rows, s = u . v. A
    pair from the text should have a high score, and `negatives` neighbours drawn from
    `noise` low ones. With few words nothing need be drawn: this is the mean over all
    draws,

    L = mean over pairs of [softplus(-s) + negatives * mean over noise of softplus(s)].

    Parameters
    ----------
    W : array_like, shape (words, dim)
        The rows of the words.
    C : array_like, shape (neighbours, dim)
        The rows of the same or other words as neighbours.
    counts : array_like, shape (words, neighbours)
        How often each pair occurs in the text.
    noise : array_like, shape (neighbours,)
        The probabilities with which negatives are drawn.
    negatives : int
        How many for each pair, at least 1.

    Returns
    -------
    loss : float
    d_W, d_C : ndarray, shapes of `W` and `C`

    Raises
    ------
    ValueError, TypeError
        If a shape or a value is wrong: counts below 0 or all 0, noise that does not
        sum to 1.

    References
    ----------
    T. Mikolov, I. Sutskever, K. Chen, G. Corrado and J. Dean (2013), "Distributed
    representations of words and phrases and their compositionality". O. Levy and
    Y. Goldberg (2014), "Neural word embedding as implicit matrix factorization".

    Examples
    --------
    >>> loss, d_W, d_C = skip_gram_loss([[0.0]], [[2.0]], [[7]], [1], negatives=1)
    >>> round(loss, 4), d_W, d_C
    (1.3863, array([[0.]]), array([[0.]]))
    """
    W, C = _checked_vectors("W", W), _checked_vectors("C", C)
    _check_same_dim("W", W, "C", C)
    negatives = checks.whole_number("negatives", negatives)
    counts, noise = (
        checks.real_array("counts", counts),
        checks.real_array("noise", noise),
    )
    if W.ndim != 2 or C.ndim != 2 or counts.shape != (len(W), len(C)):
        raise ValueError(
            f"W must have shape (words, dim), C (neighbours, dim) and counts (words, "
            f"neighbours), got {W.shape}, {C.shape} and {counts.shape}"
        )
    if (counts < 0).any() or not counts.any():
        raise ValueError("counts must be at least 0, and not all 0")
    sums_to_1 = noise.shape == (len(C),) and abs(noise.sum() - 1) < 1e-6
    if not sums_to_1 or (noise < 0).any():
        raise ValueError(
            f"noise must be {len(C)} probabilities that sum to 1, got shape "
            f"{noise.shape} with the sum {noise.sum():g}"
        )
    true = counts / counts.sum()
    drawn = negatives * true.sum(axis=1, keepdims=True) * noise
    scores = W @ C.T
    surprise = true * np.logaddexp(0, -scores) + drawn * np.logaddexp(0, scores)
    d_scores = (true + drawn) * sigmoid(scores) - true
    return float(surprise.sum()), d_scores @ C, d_scores.T @ W


def _checked_ids(name, value, n_tokens):
    """A copy of `value` as integers from 0 to n_tokens - 1."""
    ids = checks.plain_array(name, value)
    allowed = "of at least 0" if n_tokens == np.inf else f"0..{n_tokens - 1}"
    if ids.dtype.kind not in "iu" and (ids.size or ids.dtype.kind != "f"):
        kind = ValueError if ids.dtype.kind == "f" else TypeError
        raise kind(f"{name} must be integers {allowed}, got dtype {ids.dtype}")
    outside = (ids < 0) | (ids >= n_tokens)
    if outside.any():
        where = tuple(int(i) for i in np.argwhere(outside)[0])
        place = f"{name}{list(where) or ''}"
        raise ValueError(f"{place} is {ids[where]}, but ids are integers {allowed}")
    return ids.astype(np.intp, order="C")  # what NumPy counts places with: int64 mostly


def _checked_vectors(name, value):
    vectors = checks.real_array(name, value)
    if vectors.ndim not in (1, 2) or vectors.shape[-1] == 0:
        raise ValueError(
            f"{name} must have shape (dim,) or (rows, dim), got {vectors.shape}"
        )
    return vectors


def _check_same_dim(name, vectors, other_name, others):
    if vectors.shape[-1] != others.shape[-1]:
        raise ValueError(
            f"{name} and {other_name} must have the same number of features, got "
            f"{vectors.shape[-1]} and {others.shape[-1]}"
        )


def _cosines(name, vectors, other_name, others):
    products = _directions(name, vectors) @ _directions(other_name, others).T
    return np.clip(products, -1, 1)  # rounding may lead a last digit beyond


def _directions(name, vectors):
    """The vectors with length 1."""
    # First divided by their largest entry, whose square could be too large a number.
    largest = abs(vectors).max(axis=-1, keepdims=True)
    if (largest == 0).any():
        row = f"row {np.flatnonzero(largest == 0)[0]} of " * (vectors.ndim == 2)
        raise ValueError(f"{row}{name} is zero, which has no direction")
    vectors = vectors / largest
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
