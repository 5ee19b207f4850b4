"""Choosing between models without fooling oneself.

A model is judged on samples that it has not seen. So some are set aside before anything
is learned: once for all (`train_test_split`), or each in its turn (`k_fold`). How far
to trust a score on few samples, these samples can tell themselves (`bootstrap`). With
such an honest judge one can turn two knobs and watch: how much a model may bend, here
the degree of a polynomial and the penalty of `ridge`, and how many samples it gets
(`learning_curve`).

The chapter on model evaluation teaches this file.
"""

import itertools
import math

import numpy as np

from nnbook import checks


def train_test_split(*arrays, test_size, rng, stratify=None):
    """Set some samples aside, the same of every array.

    Parameters
    ----------
    *arrays : array_like, shape (samples, ...)
        Usually x and y, all with the same number of samples.
    test_size : float or int
        The share to set aside, between 0 and 1, rounded up to whole samples (of each
        class, with `stratify`); or how many.
    rng : numpy.random.Generator
        Draws which.
    stratify : array_like, shape (samples,), optional
        The classes, each of which is split in the same proportion. A rare class may
        otherwise be missing on one side.

    Returns
    -------
    tuple of ndarray
        train, test of the first array, train, test of the second, and so on, in a
        random order.

    Raises
    ------
    ValueError
        If the lengths differ, or one side would have no sample (of some class).
    TypeError
        If `test_size` is no number or `rng` no Generator.

    Examples
    --------
    >>> x, y = np.arange(10), np.arange(10) ** 2
    >>> rng = np.random.default_rng(0)
    >>> x_train, x_test, y_train, y_test = train_test_split(
    ...     x, y, test_size=0.3, rng=rng
    ... )
    >>> x_test, y_test
    (array([2, 6, 4]), array([ 4, 36, 16]))
    """
    arrays = _same_samples("train_test_split", arrays)
    checks.generator("rng", rng)
    n = len(arrays[0])
    if stratify is None:
        groups = [np.arange(n)]
    else:
        stratify = checks.plain_array("stratify", stratify)
        if stratify.shape != (n,):
            raise ValueError(f"stratify must have shape ({n},), got {stratify.shape}")
        groups = [np.flatnonzero(stratify == c) for c in np.unique(stratify)]
    share = _share(test_size, n)
    train, test = [], []
    for group in groups:
        # Rounded up, but never because of an error in the last digit of a product.
        n_test = math.ceil(round(share * len(group), 9))
        if not 0 < n_test < len(group):
            raise ValueError(
                f"test_size {test_size} leaves one side without any of "
                f"{len(group)} samples"
                + (f" of class {stratify[group[0]]}" if stratify is not None else "")
            )
        order = rng.permutation(group)
        test.append(order[:n_test])
        train.append(order[n_test:])
    # Without another shuffle the classes would come one after the other.
    sides = [rng.permutation(np.concatenate(side)) for side in (train, test)]
    return tuple(array[side] for array in arrays for side in sides)


def k_fold(n_samples, k, *, rng=None):
    """Every sample is in the test part once, and in the training part k - 1 times.

    Parameters
    ----------
    n_samples : int
    k : int
        Number of parts, from 2 to `n_samples`; the first ones may have a sample more.
    rng : numpy.random.Generator, optional
        Shuffles the samples first. Without it the parts are neighbours, which is fair
        only where the order of the samples means nothing.

    Returns
    -------
    list of k tuples (train, test)
        Indices, int64. The training indices are as shuffled as the rest, so that a few
        of them from the front are a fair sample too.

    Raises
    ------
    ValueError
        If there are fewer than 2 parts, or more parts than samples.

    Examples
    --------
    >>> for train, test in k_fold(5, 2):
    ...     print(train, test)
    [3 4] [0 1 2]
    [0 1 2] [3 4]
    """
    n_samples = checks.whole_number("n_samples", n_samples)
    k = checks.whole_number("k", k, at_least=2)
    if k > n_samples:
        raise ValueError(f"k must be at most the {n_samples} samples, got {k}")
    order = np.arange(n_samples)
    if rng is not None:
        order = checks.generator("rng", rng).permutation(n_samples)
    parts = np.array_split(order, k)
    return [
        (np.concatenate(parts[:i] + parts[i + 1 :]), test)
        for i, test in enumerate(parts)
    ]


def learning_curve(fit, error, x, y, *, sizes, folds):
    """Errors of a model that gets more and more samples to learn from.

    In each fold the model is trained anew on the first `size` training samples, and
    measured on just these and on the whole test part.

    Parameters
    ----------
    fit : callable
        `fit(x, y)` returns a trained model, anything that `error` can use.
    error : callable
        `error(model, x, y)` returns a number.
    x, y : array_like, shape (samples, ...)
    sizes : sequence of int
        How many samples to train on, at most the smallest training part.
    folds : list of tuples (train, test)
        Of indices, as `k_fold` gives them. Shuffle there: a model that gets the first
        samples of a sorted set learns something else.

    Returns
    -------
    train_errors, test_errors : ndarray of float64, shape (sizes, folds)
        Take the mean over axis 1 for a curve, the spread for its uncertainty.

    Raises
    ------
    ValueError
        If the lengths differ, a size is too large or a fold has no such sample.
    TypeError
        If `fit` or `error` cannot be called.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=40)
    >>> y = x + rng.normal(size=40)
    >>> fit = lambda x, y: np.mean(y)  # a model that ignores x
    >>> error = lambda model, x, y: np.mean((model - y) ** 2)
    >>> folds = k_fold(40, 4, rng=rng)
    >>> train, test = learning_curve(fit, error, x, y, sizes=[1, 30], folds=folds)
    >>> train.mean(axis=1).round(2), test.mean(axis=1).round(2)
    (array([0.  , 1.68]), array([4.13, 1.74]))
    """
    checks.function("fit", fit)
    checks.function("error", error)
    x, y = checks.plain_array("x", x), checks.plain_array("y", y)
    checks.same_length("x", x, "y", y)
    folds = [tuple(_indices(part, len(x)) for part in fold) for fold in folds]
    if not folds:
        raise ValueError("folds must hold at least one (train, test)")
    smallest = min(len(train) for train, _ in folds)
    sizes = [checks.whole_number("sizes", size) for size in sizes]
    for size in sizes:
        if size > smallest:
            raise ValueError(
                f"sizes must be at most {smallest}, the smallest training part, "
                f"got {size}"
            )
    train_errors = np.empty((len(sizes), len(folds)))
    test_errors = np.empty((len(sizes), len(folds)))
    for i, size in enumerate(sizes):
        for j, (train, test) in enumerate(folds):
            seen = train[:size]
            model = fit(x[seen], y[seen])
            train_errors[i, j] = error(model, x[seen], y[seen])
            test_errors[i, j] = error(model, x[test], y[test])
    return train_errors, test_errors


def bootstrap(score, *arrays, repeats, rng):
    """Scores of samples drawn again from the same samples: how sure is a score?

    Another test set would have given another score. There is none, so the one there is
    stands for all: draw as many samples from it, each time from all of them, so that
    some come twice and some not at all, and score these.

    B. Efron, Bootstrap methods: another look at the jackknife, The Annals of
    Statistics 7 (1979).

    Parameters
    ----------
    score : callable
        `score(*arrays)` returns a number.
    *arrays : array_like, shape (samples, ...)
        Usually predictions and labels, all with the same number of samples. A sample
        is drawn from all arrays alike.
    repeats : int
        How often to draw, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of float64, shape (repeats,)
        Their standard deviation is the uncertainty of the score. For an interval that
        holds 95% of them, `np.quantile(scores, [0.025, 0.975])`.

    Raises
    ------
    ValueError
        If the lengths differ or there is no sample.
    TypeError
        If `score` cannot be called or `rng` is no Generator.

    Examples
    --------
    >>> right = [True] * 90 + [False] * 10
    >>> scores = bootstrap(np.mean, right, repeats=2000, rng=np.random.default_rng(0))
    >>> print(f"{scores.std():.2f}")  # sqrt(0.9 * 0.1 / 100)
    0.03
    """
    checks.function("score", score)
    arrays = _same_samples("bootstrap", arrays)
    checks.not_empty("array 1", arrays[0])
    repeats = checks.whole_number("repeats", repeats)
    checks.generator("rng", rng)
    n = len(arrays[0])
    scores = np.empty(repeats)
    for i in range(repeats):
        drawn = rng.integers(n, size=n)
        scores[i] = score(*(array[drawn] for array in arrays))
    return scores


def polynomial_features(x, degree):
    """All products of up to `degree` features: a linear model of these can bend.

    Parameters
    ----------
    x : array_like, shape (samples, features)
    degree : int
        At least 1.

    Returns
    -------
    ndarray, shape (samples, products)
        First the features themselves, then all products of two, and so on. There is no
        column of ones: a linear model has its bias. Two features and degree 2 give
        x_1, x_2, x_1^2, x_1 x_2, x_2^2.

    Raises
    ------
    ValueError
        If `x` is no batch, `degree` is below 1, or a power is too large for a float.

    Examples
    --------
    >>> polynomial_features([[2, 3]], 2)
    array([[2., 3., 4., 6., 9.]])
    """
    x = checks.batch("x", x)
    degree = checks.whole_number("degree", degree)
    columns = [
        x[:, list(chosen)].prod(axis=1)
        for power in range(1, degree + 1)
        for chosen in itertools.combinations_with_replacement(range(x.shape[1]), power)
    ]
    return checks.real_array("x to the power of degree", np.stack(columns, axis=1))


def ridge(x, y, strength):
    """The linear model of least squares whose weights are held small.

    Minimises sum (x w + b - y)^2 + strength * sum w^2. The bias is free: where the data
    lie above zero is no fault. Divide by twice the samples, and this is the cost
    J = 1/(2m) sum (...)^2 + lambda/(2m) sum w^2 with lambda = strength.

    A. E. Hoerl and R. W. Kennard, Ridge regression, Technometrics 12 (1970).

    Parameters
    ----------
    x : array_like, shape (samples, features)
        On one scale, or the penalty means something else for each feature.
    y : array_like, shape (samples,)
    strength : float
        At least 0, where it is plain least squares.

    Returns
    -------
    w : ndarray of float64, shape (features,)
    b : float

    Raises
    ------
    ValueError
        If shapes do not fit, there is no sample, or an entry is NaN or infinite.

    Examples
    --------
    >>> w, b = ridge([[0], [1], [2]], [1, 3, 5], 0)
    >>> w.round(6), round(b, 6)
    (array([2.]), 1.0)
    >>> ridge([[0], [1], [2]], [1, 3, 5], 2)  # half of the slope is lost
    (array([1.]), 2.0)
    """
    x = checks.batch("x", x, dtype=np.float64)
    checks.not_empty("x", x)
    y = checks.real_array("y", y, dtype=np.float64)
    if y.ndim != 1:
        raise ValueError(f"y must have shape (samples,), got {y.shape}")
    checks.same_length("x", x, "y", y)
    strength = checks.number("strength", strength, at_least=0)
    x_mean, y_mean = x.mean(axis=0), y.mean()
    # A sample of length sqrt(strength) along each axis with the target 0 costs as much
    # as the penalty. So it is least squares again, without squaring the matrix itself,
    # which would cost half of the digits.
    pull = np.sqrt(strength) * np.eye(x.shape[1])
    rows = np.concatenate([x - x_mean, pull])
    targets = np.concatenate([y - y_mean, np.zeros(x.shape[1])])
    w = np.linalg.lstsq(rows, targets, rcond=None)[0]
    return w, float(y_mean - x_mean @ w)


def _same_samples(caller, arrays):
    """`arrays` as arrays that hold one entry for each sample."""
    if not arrays:
        raise TypeError(f"{caller} needs at least one array")
    arrays = [checks.plain_array(f"array {i + 1}", a) for i, a in enumerate(arrays)]
    for i, array in enumerate(arrays):
        if array.ndim == 0:
            raise ValueError(f"array {i + 1} must hold samples, got one number")
        checks.same_length("array 1", arrays[0], f"array {i + 1}", array)
    return arrays


def _share(test_size, n):
    """`test_size` as a share of n samples."""
    if isinstance(test_size, float | np.floating):
        return checks.number("test_size", test_size, above=0, below=1)
    return checks.whole_number("test_size", test_size) / max(n, 1)


def _indices(part, n):
    """A part of a fold as indices of n samples."""
    part = checks.class_labels("folds", part, n)
    checks.not_empty("folds", part)
    return part
