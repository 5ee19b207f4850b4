"""Turning scores into probabilities, in floating point that tells the truth.

A classifier gives each class a score, any real number, called its **logit**. The
**softmax** turns one row of logits into probabilities: exponentials, divided by their
sum. Written just so it fails twice. The exponential of 710 is infinite; and a
probability too small for a float is rounded to 0, whose logarithm is minus infinity.

Two ideas repair both. Adding a number to every logit changes no probability, so the
largest logit can be moved to 0, and then no exponential exceeds 1. And the logarithm
of a probability is a difference of logits less the logarithm of a sum, which never
leaves the range of a float, so logarithms are computed without the probability.

In float64 every result is right to 12 digits wherever it is a finite float64. The
exceptions are named where they stand. The chapter on the softmax teaches the idea, the
chapter on its stability the rest of this file.
"""

import numpy as np

from nnbook.checks import (
    all_finite,
    class_labels,
    not_empty,
    plain_array,
    real_array,
    same_length,
    whole_number,
)


def softmax(logits, axis=-1):
    """Probabilities in proportion to exp(logits).

    Parameters
    ----------
    logits : array_like, shape (..., classes, ...)
        A logit of minus infinity rules its class out.
    axis : int
        The axis that holds the classes.

    Returns
    -------
    ndarray, same shape and dtype as `logits`
        p_i = exp(z_i - max(z)) / sum_k exp(z_k - max(z)); each row sums to 1.

    Raises
    ------
    ValueError
        If `logits` has no classes along `axis`, a NaN or plus infinity, or a row that
        rules every class out.

    Examples
    --------
    >>> softmax([0.0, np.log(3.0)])
    array([0.25, 0.75])
    >>> softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    logits = _logits(logits, axis)
    largest = _finite(logits.max(axis=axis, keepdims=True), logits)
    exponentials = np.exp(_difference(logits, largest))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def log_softmax(logits, axis=-1):
    """Logarithm of the softmax, finite while differences of logits are.

    Parameters
    ----------
    logits : array_like, shape (..., classes, ...)
        A logit of minus infinity rules its class out.
    axis : int
        The axis that holds the classes.

    Returns
    -------
    ndarray, same shape and dtype as `logits`
        log p_i = z_i - max(z) - log(sum_k exp(z_k - max(z))), which is minus infinity
        only where no finite float is as small.

    Raises
    ------
    ValueError
        If `logits` has no classes along `axis`, a NaN or plus infinity, or a row that
        rules every class out.

    Examples
    --------
    >>> log_softmax([0.0, 1000.0])
    array([-1000.,     0.])
    >>> log_softmax([0.0, -40.0])  # log(1 - p) is close to -p
    array([-4.24835426e-18, -4.00000000e+01])
    """
    logits = _logits(logits, axis)
    largest = _finite(logits.max(axis=axis, keepdims=True), logits)
    below = _difference(logits, largest)
    return below - _log_sum(np.exp(below), axis)


def logsumexp(logits, axis=-1):
    """Logarithm of the sum of exponentials: a smooth version of the maximum.

    Its gradient is the softmax.

    Parameters
    ----------
    logits : array_like, shape (..., classes, ...)
    axis : int
        The axis to sum over.

    Returns
    -------
    ndarray, shape of `logits` without `axis`, same dtype
        max(z) + log(sum_k exp(z_k - max(z))). Where the two terms nearly cancel (the
        exponentials sum to almost 1) the result is right to 15 decimals rather than to
        12 digits.

    Raises
    ------
    ValueError
        If `logits` has no entries along `axis`, a NaN or plus infinity, or a row of
        minus infinities.

    Examples
    --------
    >>> float(logsumexp([1000.0, 1000.0]) - 1000.0)  # log 2, less 12 digits
    0.6931471805598903
    """
    logits = _logits(logits, axis)
    largest = _finite(logits.max(axis=axis, keepdims=True), logits)
    log_sum = _log_sum(np.exp(_difference(logits, largest)), axis)
    return np.squeeze(largest + log_sum, axis=axis)


def logsumexp_in_blocks(blocks):
    """`logsumexp` over classes that arrive block by block, each dropped after use.

    What is kept between blocks is two numbers a row: the largest logit so far, and the
    sum of exponentials measured from it. When a larger logit comes, the old sum is
    measured anew: it is multiplied by exp(old largest - new largest).

    Parameters
    ----------
    blocks : iterable of array_like, each of shape (..., some classes)
        The logits, cut along their last axis. A block may rule out all its classes.

    Returns
    -------
    ndarray, shape of a block without its last axis, same dtype
        The `logsumexp` of all blocks side by side, right to 12 digits or 15 decimals.

    Raises
    ------
    ValueError
        If there is no block, a block has no classes or not the rows of the first, a NaN
        or plus infinity, or a row is minus infinity in every block.

    References
    ----------
    M. Milakov and N. Gimelshein (2018), "Online normalizer calculation for softmax".

    Examples
    --------
    >>> blocks = [[0.0, 1000.0], [-2000.0], [1000.0, 3.0]]
    >>> float(logsumexp_in_blocks(blocks) - 1000.0)  # log 2, less 12 digits
    0.6931471805598903
    """
    largest = None
    for number, block in enumerate(blocks):
        block = _block(f"blocks[{number}]", block, largest)
        if largest is None:
            largest = np.full(block.shape[:-1], -np.inf, block.dtype)
            total = np.zeros_like(largest)
        before, largest = largest, np.maximum(largest, block.max(axis=-1))
        # A row that has nothing but minus infinities so far is measured from 0.
        origin = np.where(largest == -np.inf, np.zeros_like(largest), largest)
        added = np.exp(_difference(block, origin[..., None])).sum(axis=-1)
        total = total * np.exp(_difference(before, origin)) + added
    if largest is None:
        raise ValueError("blocks must hold at least one block of logits, got none")
    return _finite(largest, largest) + np.log(total)


def softmax_cross_entropy(logits, labels):
    """Surprise at the true class: minus the logarithm of its probability.

    The softmax is inside, because the gradient of the two together is only p - t, and
    because a loss computed from probabilities is infinite or 0 where this one is right.

    Parameters
    ----------
    logits : array_like, shape (samples, classes)
    labels : array_like, shape (samples,) or (samples, classes)
        The true class of each sample, an integer counted from 0; or for each sample a
        row of shares t that are at least 0 and sum to 1 (one-hot or soft labels).

    Returns
    -------
    loss : float
        -mean_i sum_k t_ik log p_ik, in nats. Infinite only where no finite float is as
        large.
    d_logits : ndarray, same shape and dtype as `logits`
        (p - t) / samples. For soft labels near p = t it is right to about 15 decimals
        rather than to 12 digits, because p - t cancels.

    Raises
    ------
    ValueError
        If there is no sample or no class, the lengths differ, a label is not a class,
        a row of shares does not sum to 1, or a logit is NaN or plus infinity.

    Examples
    --------
    >>> loss, d_logits = softmax_cross_entropy([[0.0, np.log(3.0)]], [1])
    >>> round(loss, 4)  # -log 0.75
    0.2877
    >>> d_logits  # (0.25, 0.75) - (0, 1)
    array([[ 0.25, -0.25]])
    """
    logits, labels = _samples(logits, labels)
    with_labels = _with_classes if labels.ndim == 1 else _with_shares
    half_losses, d_logits = with_labels(logits, labels)
    d_logits /= len(logits)
    # Divided before the sum, so that only a mean too large for a float is infinite.
    half_losses /= len(logits)
    return 2 * float(half_losses.sum(dtype=np.float64)), d_logits


def _with_classes(logits, labels):
    """Half of each loss, and p - t, where the true class of each row is known."""
    rows = np.arange(len(logits))
    true = rows, labels
    largest = _finite(logits[rows, logits.argmax(axis=1)], logits)
    # The gap of two floats can overflow, half of it cannot.
    half_gap = largest / 2 - logits[true] / 2
    exponentials = np.exp(_difference(logits, largest[:, None]))
    of_true = exponentials[true]
    exponentials[true] = 0
    others = exponentials.sum(axis=1)
    # Where p is close to 1, 1 - p is what the others have: subtracted, it would lose
    # its digits. And so would the logarithm of a sum that is close to 1.
    exponentials[true] = -others
    log_sum = np.log1p(others + (of_true - 1))
    exponentials /= (others + of_true)[:, None]
    return half_gap + log_sum / 2, exponentials


def _with_shares(logits, shares):
    """Half of each loss, and p - t, where the classes have shares t of each row."""
    largest = _finite(logits.max(axis=1, keepdims=True), logits)
    exponentials = np.exp(_difference(logits, largest))
    log_sum = _log_sum(exponentials, 1)
    half_surprises = (largest / 2 - logits / 2) + log_sum / 2
    # A class that is ruled out costs nothing, but in floats 0 times inf is NaN.
    half_surprises[shares == 0] = 0
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    return (shares * half_surprises).sum(axis=1), p - shares


def _log_sum(exponentials, axis):
    """Logarithm of the sum of each row of exponentials, the largest of which is 1.

    Added to that 1, a tiny exponential would lose its digits. So the 1 is left out of
    the sum, and log1p puts it back.
    """
    others = exponentials.copy()
    np.put_along_axis(others, others.argmax(axis, keepdims=True), 0, axis)
    return np.log1p(others.sum(axis, keepdims=True))


def _difference(logits, largest):
    """How far each logit lies below the largest of its row: 0 or negative."""
    # 1e308 below -1e308 overflows, to the infinity that it should be.
    with np.errstate(over="ignore"):
        return logits - largest


def _block(name, block, rows):
    """Some classes of each row, in as many rows as the blocks before had."""
    block = real_array(name, block, finite=False)
    if block.ndim == 0 or block.shape[-1] == 0:
        raise ValueError(
            f"{name} must have shape (..., classes), at least 1, got {block.shape}"
        )
    if rows is not None and block.shape[:-1] != rows.shape:
        raise ValueError(
            f"{name} must have the rows of the first block, shape {rows.shape} without "
            f"the classes, got {block.shape[:-1]}"
        )
    wrong = np.argwhere(np.isnan(block) | (block == np.inf))
    if len(wrong):
        first = tuple(int(i) for i in wrong[0])
        raise ValueError(
            f"{name} must be finite or -inf, but {name}{list(first)} is {block[first]}"
        )
    return np.ascontiguousarray(block)


def _logits(logits, axis):
    """The logits as an array that has the axis."""
    logits = real_array("logits", logits, finite=False)
    if logits.ndim == 0:
        raise TypeError(f"logits must be an array, got the number {logits}")
    axis = whole_number("axis", axis, at_least=-logits.ndim)
    if axis >= logits.ndim:
        raise ValueError(
            f"axis must be below {logits.ndim}, got {axis} (logits has shape "
            f"{logits.shape})"
        )
    return _in_order(logits, axis)


def _in_order(logits, axis):
    """Refuse rows without a class, and lay the logits out in the usual order.

    In another order of memory the same numbers could add up to another last digit.
    """
    if logits.shape[axis] == 0:
        raise ValueError(f"logits has 0 classes (shape {logits.shape}, axis {axis})")
    return np.ascontiguousarray(logits)


def _finite(largest, logits):
    """The largest of each row, which tells all there is to check about the values.

    A NaN or plus infinity would be the largest itself, and minus infinity is the
    largest only where a row has nothing else.
    """
    if all_finite(largest):
        return largest
    wrong = np.argwhere(np.isnan(logits) | (logits == np.inf))
    if len(wrong):
        first = tuple(int(i) for i in wrong[0])
        raise ValueError(
            f"logits must be finite or -inf, but logits{list(first)} is {logits[first]}"
        )
    raise ValueError("logits must leave every row a class, but one is -inf throughout")


def _samples(logits, labels):
    """Logits (samples, classes), and class numbers (samples,) or shares like logits."""
    logits = real_array("logits", logits, finite=False)
    if logits.ndim != 2:
        raise ValueError(
            f"logits must have shape (samples, classes), got {logits.shape}. "
            f"One sample? Use logits[None, :]."
        )
    logits = _in_order(logits, axis=1)
    not_empty("logits", logits)
    labels = plain_array("labels", labels)
    if labels.ndim == 2:
        return logits, _shares(labels, logits)
    labels = class_labels("labels", labels, logits.shape[1])
    same_length("labels", labels, "logits", logits)
    return logits, labels


def _shares(labels, logits):
    """A row of shares for each sample; class numbers, where all rows are one-hot."""
    shares = real_array("labels", labels, dtype=logits.dtype)
    if shares.shape != logits.shape:
        cure = " Class numbers? Use labels[:, 0]." if shares.shape[1] == 1 else ""
        raise ValueError(
            f"labels must have shape (samples,) or the shape of logits, "
            f"{logits.shape}, got {shares.shape}.{cure}"
        )
    sums = shares.sum(axis=1)
    wrong = (shares < 0).any(axis=1) | (np.abs(sums - 1) > 1e-5)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"labels must be shares that are at least 0 and sum to 1, but "
            f"labels[{first}] is {shares[first]}, which sums to {sums[first]}"
        )
    one_hot = (shares == 1).any(axis=1).all()
    return shares.argmax(axis=1) if one_hot else np.ascontiguousarray(shares)
