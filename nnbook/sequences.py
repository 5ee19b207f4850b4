"""Sequences: where the order of the inputs carries the meaning.

Two ideas, half a life apart. A recurrent layer reads one step after the other and
carries what it has read in a state: the same weights at every step, so the gradient
runs back through all of them (`RNN`). Attention looks at all steps at once: each asks a
question, and the answers of all are mixed by how well they fit (`attention`,
`MultiHeadAttention`). What comes first it cannot see; that has to be written into the
inputs (`positional_encoding`).

Arrays have the shape (samples, steps, features). The chapter on sequences teaches this
file.
"""

import math

import numpy as np

from nnbook import checks
from nnbook.initializers import glorot_uniform, orthogonal
from nnbook.layers import Layer, Stack
from nnbook.softmax import softmax_cross_entropy


class RNN(Layer):
    """A recurrent layer: h_t = tanh(x_t @ W + h_(t-1) @ U + b), beginning with h = 0.

    Parameters
    ----------
    n_in : int
        Number of features of a step.
    n_units : int
        Number of features of the state.
    rng : numpy.random.Generator
        Draws the first weights: W as `glorot_uniform`, U as `orthogonal`.
    return_sequences : bool
        Whether every state comes out, shape (samples, steps, n_units), or the last one
        only, shape (samples, n_units).
    dtype : float dtype
        What the layer computes in.

    Attributes
    ----------
    x : ndarray, shape (samples, steps, n_in)
        The input of the last `forward`.
    h : ndarray, shape (samples, steps + 1, n_units)
        The states of the last `forward`; the first is the 0 that it begins with.
    d_h : ndarray, shape (samples, steps, n_units)
        After `backward`: the gradient with respect to the state after each step, all
        that depends on it taken together. It shows how far back a gradient reaches.

    Raises
    ------
    ValueError, TypeError
        If a size is not a whole number of at least 1, or `rng` no Generator.

    References
    ----------
    J. Elman (1990), "Finding structure in time".

    Examples
    --------
    >>> layer = RNN(1, 1, rng=np.random.default_rng(0))
    >>> for name, value in {"W": 1, "U": 0.5, "b": 0}.items():
    ...     layer.params[name][...] = value
    >>> layer.forward([[[1], [0]]])  # tanh(1) = 0.76, then tanh(0.5 * 0.76)
    array([[0.3633995]], dtype=float32)
    """

    def __init__(self, n_in, n_units, *, rng, return_sequences=False, dtype=np.float32):
        super().__init__(dtype)
        self.n_in = checks.whole_number("n_in", n_in)
        self.n_units = checks.whole_number("n_units", n_units)
        self.return_sequences = return_sequences
        self.input_shape = (None, None, self.n_in)
        shape = (self.n_in, self.n_units)
        self.add_weights("W", shape, rng=rng, initializer=glorot_uniform)
        shape = (self.n_units, self.n_units)
        self.add_weights("U", shape, rng=rng, initializer=orthogonal)
        self.add_parameter("b", np.zeros(self.n_units))

    def __repr__(self):
        return f"RNN({self.n_in}, {self.n_units})"

    def output_shape(self, input_shape):
        samples, steps = _samples_and_steps(input_shape, self.n_in, self)
        every = (samples, steps, self.n_units)
        return every if self.return_sequences else (samples, self.n_units)

    def forward(self, x, training=False):
        """One step after the other, each with the state that the last one left."""
        self.x = self.check_input(x)
        samples, steps, _ = self.x.shape
        # What the inputs contribute does not wait for the states: one product for all.
        from_x = self.x @ self.params["W"] + self.params["b"]
        self.h = np.zeros((samples, steps + 1, self.n_units), self.dtype)
        for t in range(steps):
            self.h[:, t + 1] = np.tanh(from_x[:, t] + self.h[:, t] @ self.params["U"])
        return self.h[:, 1:].copy() if self.return_sequences else self.h[:, -1].copy()

    def backward(self, d_output):
        """Backpropagation through time: one step after the other, from the last."""
        d_output = self.check_gradient(d_output)
        W, U = self.params["W"], self.params["U"]
        self.d_h = np.zeros_like(self.h[:, 1:])
        if self.return_sequences:
            self.d_h[...] = d_output
        else:
            self.d_h[:, -1] = d_output
        d_z = np.empty_like(self.d_h)
        for t in reversed(range(d_z.shape[1])):
            d_z[:, t] = self.d_h[:, t] * (1 - self.h[:, t + 1] ** 2)
            if t > 0:
                self.d_h[:, t - 1] += d_z[:, t] @ U.T
        # The weights are the same at every step, so their gradients add up.
        self.grads["W"][...] = _rows(self.x).T @ _rows(d_z)
        self.grads["U"][...] = _rows(self.h[:, :-1]).T @ _rows(d_z)
        self.grads["b"][...] = _rows(d_z).sum(axis=0)
        if self.needs_input_gradient:
            return d_z @ W.T


def attention(queries, keys, values, mask=None):
    """Each query gets a mixture of the values, by how well it fits their keys.

    output = weights @ values with weights = softmax(queries @ keys.T / sqrt(size)). A
    sum of `size` products of independent numbers has a standard deviation of
    sqrt(size); divided by it, the scores stay where the softmax is not yet certain.

    Parameters
    ----------
    queries : array_like, shape (..., n_queries, size)
    keys : array_like, shape (..., n_keys, size)
    values : array_like, shape (..., n_keys, n_values)
    mask : array_like of bool, shape (n_queries, n_keys) or (..., n_queries, n_keys)
        False where a query must not look. Without it, it may look everywhere.

    Returns
    -------
    output : ndarray, shape (..., n_queries, n_values)
    weights : ndarray, shape (..., n_queries, n_keys)
        From 0 to 1; each row sums to 1.

    Raises
    ------
    ValueError
        If shapes do not fit, there is no key, or a query may look nowhere.
    TypeError
        If `mask` does not hold booleans.

    References
    ----------
    A. Vaswani and others (2017), "Attention is all you need".

    Examples
    --------
    >>> keys = np.array([[10.0, 0.0], [0.0, 10.0]])
    >>> values = np.array([[1.0], [2.0]])
    >>> output, weights = attention([[1.0, 0.0], [1.0, 1.0]], keys, values)
    >>> weights.round(3)
    array([[0.999, 0.001],
           [0.5  , 0.5  ]])
    >>> output.round(3)
    array([[1.001],
           [1.5  ]])
    """
    queries, keys, values = (
        checks.real_array(name, array)
        for name, array in (("queries", queries), ("keys", keys), ("values", values))
    )
    _check_fit(queries, keys, values)
    mask = _checked_mask(mask, queries.shape[:-1] + keys.shape[-2:-1])
    return _attention(queries, keys, values, mask)


def attention_grad(d_output, queries, keys, values, weights):
    """The gradients of `attention`, which takes three roads back.

    Parameters
    ----------
    d_output : array_like, shape (..., n_queries, n_values)
        Gradient of the loss with respect to the output.
    queries, keys, values : array_like
        As they went in.
    weights : array_like, shape (..., n_queries, n_keys)
        As they came out. Where one is 0, nothing flows, so a mask is not needed again.

    Returns
    -------
    d_queries, d_keys, d_values : ndarray
        Of the shapes of `queries`, `keys` and `values`.

    Raises
    ------
    ValueError
        If shapes do not fit.

    Examples
    --------
    >>> query, keys, values = [[1.0]], [[1.0], [1.0]], [[0.0], [4.0]]
    >>> output, weights = attention(query, keys, values)  # the mean, 2
    >>> for gradient in attention_grad([[1.0]], query, keys, values, weights):
    ...     print(gradient.tolist())  # more of the second key gives more
    [[0.0]]
    [[-1.0], [1.0]]
    [[0.5], [0.5]]
    """
    arrays = {
        "d_output": d_output,
        "queries": queries,
        "keys": keys,
        "values": values,
        "weights": weights,
    }
    arrays = {name: checks.real_array(name, array) for name, array in arrays.items()}
    d_output, queries, keys, values, weights = arrays.values()
    _check_fit(queries, keys, values)
    wanted = queries.shape[:-1] + values.shape[-1:]
    if d_output.shape != wanted:
        raise ValueError(f"d_output must have shape {wanted}, got {d_output.shape}")
    wanted = queries.shape[:-1] + keys.shape[-2:-1]
    if weights.shape != wanted:
        raise ValueError(f"weights must have shape {wanted}, got {weights.shape}")
    return _attention_grad(d_output, queries, keys, values, weights)


def _attention(queries, keys, values, mask):
    scores = queries @ _swapped(keys) / math.sqrt(queries.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    # `softmax` would refuse NaN. Inside a model it has to get through, to `fit`, which
    # says in words that training has failed, and where.
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ values, weights


def _attention_grad(d_output, queries, keys, values, weights):
    d_values = _swapped(weights) @ d_output
    d_weights = d_output @ _swapped(values)
    # The softmax passes on what lies above the mean that it has chosen itself.
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    d_scores = weights * (d_weights - mean) / math.sqrt(queries.shape[-1])
    return d_scores @ keys, _swapped(d_scores) @ queries, d_values


def causal_mask(n_steps):
    """A step may look at itself and at what came before, not at what is to come.

    Parameters
    ----------
    n_steps : int

    Returns
    -------
    ndarray of bool, shape (n_steps, n_steps)
        [i, j] says whether step i may look at step j.

    Raises
    ------
    ValueError
        If `n_steps` is below 1.

    Examples
    --------
    >>> causal_mask(3).astype(int)
    array([[1, 0, 0],
           [1, 1, 0],
           [1, 1, 1]])
    """
    n_steps = checks.whole_number("n_steps", n_steps)
    return np.tri(n_steps, dtype=bool)


class MultiHeadAttention(Layer):
    """Several attentions side by side, over the steps of one sequence.

    Each head makes its own queries, keys and values out of every step, with
    `dim` / `n_heads` features, and looks for something else. What they find is put side
    by side and mixed by one more matrix.

    Parameters
    ----------
    dim : int
        Number of features of a step, going in and coming out.
    n_heads : int
        Must divide `dim`.
    rng : numpy.random.Generator
        Draws the first weights.
    causal : bool
        Whether a step must not look at later ones.
    dtype : float dtype
        What the layer computes in.

    Attributes
    ----------
    queries, keys, values : ndarray, shape (samples, n_heads, steps, dim / n_heads)
        Of the last `forward`.
    weights : ndarray, shape (samples, n_heads, steps, steps)
        Of the last `forward`: [s, h, i, j] is how much step i took of step j in head h.

    Raises
    ------
    ValueError, TypeError
        If a size is not a whole number of at least 1, `n_heads` does not divide `dim`,
        or `rng` is no Generator.

    References
    ----------
    A. Vaswani and others (2017), "Attention is all you need".

    Examples
    --------
    >>> layer = MultiHeadAttention(4, 2, rng=np.random.default_rng(0))
    >>> layer.forward(np.ones((1, 3, 4))).shape
    (1, 3, 4)
    >>> layer.weights[0, 0].round(2)  # three equal steps: nothing to choose
    array([[0.33, 0.33, 0.33],
           [0.33, 0.33, 0.33],
           [0.33, 0.33, 0.33]], dtype=float32)
    """

    def __init__(self, dim, n_heads, *, rng, causal=False, dtype=np.float32):
        super().__init__(dtype)
        self.dim = checks.whole_number("dim", dim)
        self.n_heads = checks.whole_number("n_heads", n_heads)
        if self.dim % self.n_heads:
            raise ValueError(
                f"n_heads must divide dim, so that each head gets as many features, "
                f"got {n_heads} heads for {dim}"
            )
        self.causal = causal
        self.input_shape = (None, None, self.dim)
        # Drawn as the one matrix that a head's matrices are columns of.
        shape = (self.dim, self.dim)
        split = (self.n_heads, self.dim // self.n_heads)
        for name in ("query", "key", "value"):
            W = glorot_uniform(shape, rng=rng, dtype=self.dtype)
            self.add_parameter(f"W_{name}", W.reshape(self.dim, *split))
            self.add_parameter(f"b_{name}", np.zeros(split))
        W = glorot_uniform(shape, rng=rng, dtype=self.dtype)
        self.add_parameter("W_output", W.reshape(*split, self.dim))
        self.add_parameter("b_output", np.zeros(self.dim))

    def __repr__(self):
        return f"MultiHeadAttention({self.dim}, {self.n_heads})"

    def output_shape(self, input_shape):
        samples, steps = _samples_and_steps(input_shape, self.dim, self)
        return samples, steps, self.dim

    def forward(self, x, training=False):
        """Ask, look, mix: from shape (samples, steps, dim) to the same."""
        self.x = self.check_input(x)
        self.queries, self.keys, self.values = map(
            self._split, ("query", "key", "value")
        )
        mask = causal_mask(self.x.shape[1]) if self.causal else None
        found, self.weights = _attention(self.queries, self.keys, self.values, mask)
        self.found = self._joined(found)
        W = self.params["W_output"].reshape(self.dim, self.dim)
        return self.found @ W + self.params["b_output"]

    def backward(self, d_output):
        """Back through the mixing matrix, the attention, and the three that feed it."""
        d_output = self.check_gradient(d_output)
        W = self.params["W_output"].reshape(self.dim, self.dim)
        self._note("output", self.found, d_output)
        d_found = self._heads(d_output @ W.T)
        gradients = _attention_grad(
            d_found, self.queries, self.keys, self.values, self.weights
        )
        d_x = 0
        for name, d_heads in zip(("query", "key", "value"), gradients, strict=True):
            d_projected = self._joined(d_heads)
            self._note(name, self.x, d_projected)
            if self.needs_input_gradient:
                W = self.params[f"W_{name}"].reshape(self.dim, self.dim)
                d_x += d_projected @ W.T
        if self.needs_input_gradient:
            return d_x

    def _split(self, name):
        """The queries, keys or values of all heads, (samples, heads, steps, size)."""
        W = self.params[f"W_{name}"].reshape(self.dim, self.dim)
        return self._heads(self.x @ W + self.params[f"b_{name}"].ravel())

    def _heads(self, joined):
        """(samples, steps, dim) as (samples, heads, steps, size)."""
        samples, steps, _ = joined.shape
        split = (self.n_heads, self.dim // self.n_heads)
        heads = joined.reshape(samples, steps, *split)
        return np.ascontiguousarray(heads.swapaxes(1, 2))

    def _joined(self, heads):
        """(samples, heads, steps, size) as (samples, steps, dim)."""
        samples, _, steps, _ = heads.shape
        return heads.swapaxes(1, 2).reshape(samples, steps, self.dim)

    def _note(self, name, x, d_z):
        """The gradients of one of the four matrices, for z = x @ W + b."""
        d_W, d_b = self.grads[f"W_{name}"], self.grads[f"b_{name}"]
        d_W[...] = (_rows(x).T @ _rows(d_z)).reshape(d_W.shape)
        d_b[...] = _rows(d_z).sum(axis=0).reshape(d_b.shape)


def positional_encoding(n_steps, dim):
    """A pattern for each position, which attention could not tell apart otherwise.

    Pairs of features are sine and cosine of the position, in waves from 2 pi to 10,000
    times as long. Moving by some steps turns each pair by an angle that is the same
    everywhere, so a matrix can learn to look so many steps back.

    Parameters
    ----------
    n_steps : int
    dim : int
        An even number of features.

    Returns
    -------
    ndarray of float64, shape (n_steps, dim)
        [t, 2 i] is sin(t / 10000^(2 i / dim)), [t, 2 i + 1] its cosine.

    Raises
    ------
    ValueError
        If a size is below 1 or `dim` is odd.

    References
    ----------
    A. Vaswani and others (2017), "Attention is all you need".

    Examples
    --------
    >>> positional_encoding(3, 4).round(2)
    array([[ 0.  ,  1.  ,  0.  ,  1.  ],
           [ 0.84,  0.54,  0.01,  1.  ],
           [ 0.91, -0.42,  0.02,  1.  ]])
    """
    n_steps = checks.whole_number("n_steps", n_steps)
    dim = checks.whole_number("dim", dim)
    if dim % 2:
        raise ValueError(f"dim must be even, a sine and a cosine for each, got {dim}")
    angles = np.arange(n_steps)[:, None] / 10_000 ** (np.arange(0, dim, 2) / dim)
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(n_steps, dim)


class AddPositions(Layer):
    """Add its `positional_encoding` to every step.

    Examples
    --------
    >>> AddPositions().forward(np.zeros((1, 2, 2))).round(2)
    array([[[0.  , 1.  ],
            [0.84, 0.54]]])
    """

    def output_shape(self, input_shape):
        _samples_and_steps(input_shape, None, self)
        return input_shape

    def forward(self, x, training=False):
        """x + positional_encoding(steps, features)."""
        x = self.check_input(x)
        return x + positional_encoding(*x.shape[1:]).astype(x.dtype)

    def backward(self, d_output):
        """A constant that is added changes no gradient."""
        return self.check_gradient(d_output)


class TimeDistributed(Stack):
    """The same layers for every step, each step on its own.

    A dense layer takes rows of features. All steps of all samples are such rows.

    Parameters
    ----------
    *layers : Layer
        From bottom to top; they take and return shape (rows, features).

    Attributes
    ----------
    layers : tuple of Layer
        Parameter `W` of the first is `params["0.W"]` here.

    Raises
    ------
    ValueError, TypeError
        If the layers do not fit each other.

    Examples
    --------
    >>> from nnbook.layers import Dense, ReLU
    >>> rng = np.random.default_rng(0)
    >>> layer = TimeDistributed(Dense(4, 16, rng=rng), ReLU(), Dense(16, 2, rng=rng))
    >>> layer.forward(np.ones((5, 3, 4))).shape
    (5, 3, 2)
    """

    def shape_around(self, inner):
        return (inner[0], None, *inner[1:])

    def output_shape(self, input_shape):
        samples, steps = _samples_and_steps(input_shape, None, self)
        _, *features = self.stack_shape((None, input_shape[2]))
        return samples, steps, *features

    def forward(self, x, training=False):
        """From shape (samples, steps, features) to (samples, steps, new features)."""
        x = self.check_input(x)
        rows = self.up(_rows(x), training)
        return rows.reshape(*x.shape[:2], *rows.shape[1:])

    def backward(self, d_output):
        """The rows go back as they came."""
        d_output = self.check_gradient(d_output)
        samples, steps = d_output.shape[:2]
        d_rows = self.down(d_output.reshape(samples * steps, *d_output.shape[2:]))
        if self.needs_input_gradient:
            return d_rows.reshape(samples, steps, *d_rows.shape[1:])


def sequence_cross_entropy(logits, labels):
    """`softmax_cross_entropy` of every step, and their mean.

    Parameters
    ----------
    logits : array_like, shape (samples, steps, classes)
    labels : array_like, integers of shape (samples, steps)

    Returns
    -------
    loss : float
    d_logits : ndarray, same shape as `logits`

    Raises
    ------
    ValueError
        If shapes do not fit, or a label is no class.

    Examples
    --------
    >>> loss, d_logits = sequence_cross_entropy(np.zeros((1, 3, 2)), [[0, 1, 1]])
    >>> round(loss, 4), d_logits.shape  # log 2
    (0.6931, (1, 3, 2))
    """
    logits = checks.real_array("logits", logits)
    labels = checks.plain_array("labels", labels)
    if logits.ndim != 3:
        raise ValueError(
            f"logits must have shape (samples, steps, classes), got {logits.shape}"
        )
    if labels.shape != logits.shape[:2]:
        raise ValueError(
            f"labels must have shape {logits.shape[:2]}, got {labels.shape}"
        )
    loss, d_logits = softmax_cross_entropy(_rows(logits), labels.ravel())
    return loss, d_logits.reshape(logits.shape)


def _rows(array):
    """All steps of all samples as rows of one matrix."""
    return array.reshape(-1, array.shape[-1])


def _swapped(array):
    """A stack of matrices, each transposed."""
    return array.swapaxes(-1, -2)


def _samples_and_steps(shape, n_features, layer):
    """The first two of three sizes, if the shape is that of sequences."""
    if len(shape) != 3:
        cure = ". One sequence? Use x[None]." if len(shape) == 2 else ""
        raise ValueError(
            f"x must have shape (samples, steps, features), got {shape}{cure}"
        )
    samples, steps, features = shape
    if steps == 0 or features == 0:
        raise ValueError(f"x has no steps or no features (shape {shape})")
    if None not in (features, n_features) and features != n_features:
        raise ValueError(
            f"x has {features} features, {layer} expects {n_features} "
            f"(x has shape {shape})"
        )
    return samples, steps


def _check_fit(queries, keys, values):
    for name, array in (("queries", queries), ("keys", keys), ("values", values)):
        if array.ndim < 2 or 0 in array.shape[-2:]:
            raise ValueError(
                f"{name} must have shape (..., steps, features) with at least one of "
                f"each, got {array.shape}"
            )
    if queries.shape[-1] != keys.shape[-1]:
        raise ValueError(
            f"queries and keys must have as many features, got {queries.shape[-1]} "
            f"and {keys.shape[-1]}"
        )
    if keys.shape[-2] != values.shape[-2]:
        raise ValueError(
            f"keys and values must have as many steps, got {keys.shape[-2]} and "
            f"{values.shape[-2]}"
        )
    if not queries.shape[:-2] == keys.shape[:-2] == values.shape[:-2]:
        raise ValueError(
            f"queries, keys and values must be equally many, got "
            f"{queries.shape[:-2]}, {keys.shape[:-2]} and {values.shape[:-2]} in front"
        )


def _checked_mask(mask, shape):
    """`mask` as booleans that say at least once in every row that one may look."""
    if mask is None:
        return None
    mask = checks.plain_array("mask", mask)
    if mask.dtype != bool:
        raise TypeError(f"mask must hold True and False, got dtype {mask.dtype}")
    if mask.shape not in (shape, shape[-2:]):
        raise ValueError(
            f"mask must have shape {shape[-2:]} or {shape}, got {mask.shape}"
        )
    if not mask.any(axis=-1).all():
        row = tuple(int(i) for i in np.argwhere(~mask.any(axis=-1))[0])
        raise ValueError(f"mask lets query {', '.join(map(str, row))} look nowhere")
    return mask
