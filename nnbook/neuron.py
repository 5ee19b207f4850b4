"""One neuron: it adds up what it sees, each input by its weight, and then decides.

The same weighted sum serves two neurons. The perceptron answers yes or no, and learns
from its mistakes alone. The logistic neuron answers with a probability, and learns from
how far it is off. The chapter on neurons teaches both.

`x` is a batch of samples, one a row, shape (samples, features), or one sample alone,
shape (features,); the functions that learn need a batch. `w` has one weight a feature
and `b`, the bias, is a number. Everything is computed in float64.
"""

import numpy as np

from nnbook import checks
from nnbook.activations import sigmoid, softplus


def weighted_sum(x, w, b):
    """What reaches the neuron: the inputs times their weights, plus the bias.

    z = x_1 w_1 + ... + x_k w_k + b

    Parameters
    ----------
    x : array_like, shape (samples, features) or (features,)
    w : array_like, shape (features,)
    b : float

    Returns
    -------
    ndarray of float64, shape (samples,)
        One sum a sample; a single number if `x` is one sample.

    Raises
    ------
    ValueError
        If shapes do not fit, or an entry is NaN or infinite.
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    >>> weighted_sum([[1, 0, 1, 1], [0, 0, 1, 1]], w=[2, 2, 3, 3], b=-7)
    array([ 1., -1.])
    """
    x, w, b = _checked(x, w, b)
    return x @ w + b


def threshold(z):
    """The step function: 1 where `z` is above zero, else 0.

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray of int64, same shape as `z`

    Raises
    ------
    ValueError
        If an entry is NaN or infinite.
    TypeError
        If `z` does not hold real numbers.

    Examples
    --------
    >>> threshold([-0.5, 0.0, 0.5])
    array([0, 0, 1])
    """
    return (checks.real_array("z", z) > 0).astype(np.int64)


def perceptron(x, w, b):
    """A neuron that answers yes (1) or no (0).

    Parameters
    ----------
    x : array_like, shape (samples, features) or (features,)
    w : array_like, shape (features,)
    b : float

    Returns
    -------
    ndarray of int64, shape (samples,)
        1 where the weighted sum is above zero, else 0.

    Raises
    ------
    ValueError, TypeError
        As `weighted_sum`.

    References
    ----------
    F. Rosenblatt (1958), "The perceptron: a probabilistic model for information
    storage and organization in the brain".

    Examples
    --------
    >>> perceptron([[0, 0], [0, 1], [1, 0], [1, 1]], w=[1, 1], b=-1.5)  # AND
    array([0, 0, 0, 1])
    """
    return threshold(weighted_sum(x, w, b))


def perceptron_rule(x, labels, *, epochs, learning_rate=1.0):
    """Learn from mistakes: after each one, move the weights towards the right answer.

    Starting from zeros, the samples are shown one by one in their order, `epochs` times
    over. After a right answer nothing changes. A missed 1 adds the sample to the
    weights, a false 1 subtracts it.

    If some line (plane, hyperplane) separates the classes, the number of mistakes is
    finite however often the samples are shown. If none does, the weights never rest.

    Parameters
    ----------
    x : array_like, shape (samples, features)
    labels : array_like of int, shape (samples,)
        0 or 1.
    epochs : int
        How often all samples are shown; 0 or more.
    learning_rate : float
        The share of the sample that is added or subtracted, above 0. Since the start
        is zero it scales the weights and changes no answer.

    Returns
    -------
    w : ndarray of float64, shape (features,)
    b : float
    mistakes : list of int
        How many answers were wrong in each epoch.

    Raises
    ------
    ValueError
        If shapes do not fit, there are no samples, a label is not 0 or 1, or a
        parameter is out of its range.
    TypeError
        If an argument is of the wrong kind.

    References
    ----------
    F. Rosenblatt (1962), *Principles of Neurodynamics*. A. Novikoff (1962), "On
    convergence proofs on perceptrons", proves that the mistakes are finite, for
    separable classes only.

    Examples
    --------
    >>> x = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> w, b, mistakes = perceptron_rule(x, [0, 0, 0, 1], epochs=6)
    >>> w, b, mistakes
    (array([2., 1.]), -2.0, [1, 3, 3, 2, 1, 0])
    """
    x, labels = _checked_samples(x, labels)
    epochs = checks.whole_number("epochs", epochs, at_least=0)
    learning_rate = checks.number("learning_rate", learning_rate, above=0)
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for sample, label in zip(x, labels.tolist(), strict=True):
            answer = int(sample @ w + b > 0)
            error = label - answer  # 1 for a missed 1, -1 for a false 1, else 0
            w += learning_rate * error * sample
            b += learning_rate * error
            wrong += abs(error)
        mistakes.append(wrong)
    return w, b, mistakes


def logistic_neuron(x, w, b):
    """A neuron that answers with a probability.

    p = sigmoid(x_1 w_1 + ... + x_k w_k + b)

    Parameters
    ----------
    x : array_like, shape (samples, features) or (features,)
    w : array_like, shape (features,)
    b : float

    Returns
    -------
    ndarray of float64, shape (samples,)
        The probability that the label is 1.

    Raises
    ------
    ValueError, TypeError
        As `weighted_sum`.

    Examples
    --------
    >>> logistic_neuron([[0.0], [2.0], [1000.0]], w=[1.0], b=0.0).round(4)
    array([0.5   , 0.8808, 1.    ])
    """
    return sigmoid(weighted_sum(x, w, b))


def logistic_gradient(x, labels, w, b):
    """How wrong a logistic neuron is, and how that changes with its weights.

    The loss of a sample is the surprise at its label: -log(p) where the label is 1,
    -log(1 - p) where it is 0. The mean over the samples is the binary cross-entropy.

    Parameters
    ----------
    x : array_like, shape (samples, features)
    labels : array_like of int, shape (samples,)
        0 or 1.
    w : array_like, shape (features,)
    b : float

    Returns
    -------
    loss : float
        Mean binary cross-entropy, in nats.
    d_w : ndarray of float64, shape (features,)
        Derivative of the loss by each weight: the mean of (p - label) x.
    d_b : float
        Derivative of the loss by the bias: the mean of p - label.

    Raises
    ------
    ValueError
        If shapes do not fit, there are no samples, a label is not 0 or 1, or an entry
        is NaN or infinite.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> loss, d_w, d_b = logistic_gradient([[1.0], [3.0]], [0, 1], w=[0.0], b=0.0)
    >>> round(loss, 4), d_w, d_b
    (0.6931, array([-0.5]), 0.0)
    """
    x, labels = _checked_samples(x, labels)
    x, w, b = _checked(x, w, b)
    return _logistic_gradient(x, labels, w, b)


def fit_logistic(x, labels, *, learning_rate, steps):
    """Gradient descent: again and again a small step against the gradient.

    Starts from zeros and uses all samples in each step, so it needs no randomness. The
    loss of one neuron is convex: it has no valley but the lowest one. If the classes
    can be separated there is no lowest point at all, and the weights grow slowly for
    as long as you let them.

    Parameters
    ----------
    x : array_like, shape (samples, features)
    labels : array_like of int, shape (samples,)
        0 or 1.
    learning_rate : float
        Length of a step as a multiple of the gradient, above 0.
    steps : int
        Number of steps, 0 or more.

    Returns
    -------
    w : ndarray of float64, shape (features,)
    b : float
    losses : list of float
        The loss before each step.

    Raises
    ------
    ValueError
        If shapes do not fit, there are no samples, a label is not 0 or 1, or a
        parameter is out of its range.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> x, labels = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]
    >>> w, b, losses = fit_logistic(x, labels, learning_rate=1.0, steps=100)
    >>> logistic_neuron(x, w, b).round(2)
    array([0.01, 0.2 , 0.88, 1.  ])
    """
    x, labels = _checked_samples(x, labels)
    learning_rate = checks.number("learning_rate", learning_rate, above=0)
    steps = checks.whole_number("steps", steps, at_least=0)
    w, b, losses = np.zeros(x.shape[1]), 0.0, []
    for _ in range(steps):
        loss, d_w, d_b = _logistic_gradient(x, labels, w, b)
        w -= learning_rate * d_w
        b -= learning_rate * d_b
        losses.append(loss)
    return w, b, losses


def _logistic_gradient(x, labels, w, b):
    z = x @ w + b
    # -log(sigmoid(z)) is softplus(-z) and -log(1 - sigmoid(z)) is softplus(z): exact
    # where a probability would have been rounded to 0 or 1.
    loss = softplus(np.where(labels == 1, -z, z)).mean()
    d_z = (sigmoid(z) - labels) / len(x)
    return float(loss), d_z @ x, float(d_z.sum())


def _checked(x, w, b):
    """Weights and a bias, and inputs that fit them."""
    x = checks.real_array("x", x, dtype=np.float64)
    w = checks.real_array("w", w, dtype=np.float64)
    b = checks.number("b", b)
    if w.ndim != 1:
        raise ValueError(f"w must have shape (features,), got {w.shape}")
    if x.ndim != 1:
        x = checks.batch("x", x, len(w), expects="w")
    elif len(x) != len(w):
        raise ValueError(
            f"x has {len(x)} features, w expects {len(w)} (x has shape {x.shape})"
        )
    return x, w, b


def _checked_samples(x, labels):
    """A batch with at least one sample, and a 0 or 1 for each."""
    x = checks.batch("x", x, dtype=np.float64)
    checks.not_empty("x", x)
    labels = checks.class_labels("labels", labels, 2)
    checks.same_length("x", x, "labels", labels)
    return x, labels
