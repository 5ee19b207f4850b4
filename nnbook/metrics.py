"""How good a classifier is, in numbers that a person can use.

A loss is for training. What a reader of the result wants to know is how often it is
right, and how it is wrong when it is wrong. All of that is counted from one table, the
**confusion matrix**. Where a classifier gives scores instead of answers, every
threshold makes another table, and the two curves here show all of them at once. And
where the scores are probabilities, `calibration_curve` asks whether they are right.

As with the losses, what the model says comes first, and the truth second.

The chapter on model evaluation teaches this file.
"""

import numpy as np

from nnbook.checks import (
    class_labels,
    not_empty,
    plain_array,
    real_array,
    same_length,
    whole_number,
)


def accuracy(predicted, labels):
    """Share of the samples that got the right class.

    Parameters
    ----------
    predicted : array_like, integers of shape (samples,) or scores (samples, classes)
        The class given to each sample; or a score for each class, of which the largest
        wins (the first, if several are equally large).
    labels : array_like, integers of shape (samples,)
        The true classes, counted from 0.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the lengths differ, there is no sample, or a label is no class number.

    Examples
    --------
    >>> accuracy([0, 1, 1, 2], [0, 1, 2, 2])
    0.75
    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])
    0.5
    """
    predicted, n_classes = _winners(plain_array("predicted", predicted))
    predicted, labels, _ = _answers(predicted, labels, n_classes)
    return float(np.mean(predicted == labels))


def confusion_matrix(predicted, labels, n_classes=None):
    """How often each true class was given each answer.

    Parameters
    ----------
    predicted, labels : array_like, integers of shape (samples,)
        The class given to each sample, and the true one, counted from 0.
    n_classes : int, optional
        Without it, one more than the largest class seen, and at least 2.

    Returns
    -------
    ndarray of int64, shape (n_classes, n_classes)
        Entry [i, j] counts the samples of true class i that were called j, so the
        right answers are on the diagonal.

    Raises
    ------
    ValueError
        If the lengths differ, there is no sample, or a class is not below `n_classes`.

    Examples
    --------
    >>> confusion_matrix([0, 1, 1, 1], [0, 0, 1, 1])
    array([[1, 1],
           [0, 2]])
    """
    predicted, labels, n_classes = _answers(predicted, labels, n_classes)
    # A browser's Python counts with 32 bits, and bincount takes no longer numbers.
    pairs = (labels * n_classes + predicted).astype(np.intp)
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)


def precision(predicted, labels, positive=1):
    """Of the samples called positive, the share that is.

    Parameters
    ----------
    predicted, labels : array_like, integers of shape (samples,)
        The class given to each sample, and the true one, counted from 0.
    positive : int
        The class that counts as positive; all others are negative.

    Returns
    -------
    float
        From 0 to 1; 0 where no sample was called positive.

    Raises
    ------
    ValueError
        If the lengths differ, there is no sample, or a label is no class number.

    Examples
    --------
    >>> precision([1, 1, 1, 0], [1, 0, 1, 1])  # 2 of 3
    0.6666666666666666
    """
    hits, false_alarms, _ = _outcomes(predicted, labels, positive)
    return _share(hits, hits + false_alarms)


def recall(predicted, labels, positive=1):
    """Of the samples that are positive, the share that was found.

    Parameters
    ----------
    predicted, labels : array_like, integers of shape (samples,)
        The class given to each sample, and the true one, counted from 0.
    positive : int
        The class that counts as positive; all others are negative.

    Returns
    -------
    float
        From 0 to 1; 0 where no sample is positive.

    Raises
    ------
    ValueError
        If the lengths differ, there is no sample, or a label is no class number.

    Examples
    --------
    >>> recall([1, 0, 0, 0], [1, 1, 1, 1])  # 1 of 4
    0.25
    """
    hits, _, misses = _outcomes(predicted, labels, positive)
    return _share(hits, hits + misses)


def f1(predicted, labels, positive=1):
    """Harmonic mean of precision and recall: high only where both are.

    Parameters
    ----------
    predicted, labels : array_like, integers of shape (samples,)
        The class given to each sample, and the true one, counted from 0.
    positive : int
        The class that counts as positive; all others are negative.

    Returns
    -------
    float
        2 hits / (2 hits + false alarms + misses); 0 where there are none of these.

    Raises
    ------
    ValueError
        If the lengths differ, there is no sample, or a label is no class number.

    Examples
    --------
    >>> f1([1, 1, 0, 0], [1, 0, 0, 0])  # precision 1/2, recall 1
    0.6666666666666666
    """
    hits, false_alarms, misses = _outcomes(predicted, labels, positive)
    return _share(2 * hits, 2 * hits + false_alarms + misses)


def roc_curve(scores, labels):
    """What every threshold finds, against what it raises false alarms for.

    Parameters
    ----------
    scores : array_like, shape (samples,)
        Higher means more likely positive. Only their order matters.
    labels : array_like, 0 or 1, shape (samples,)

    Returns
    -------
    false_alarm_rate : ndarray, shape (thresholds,)
        Share of the negatives with a score of at least the threshold.
    hit_rate : ndarray, shape (thresholds,)
        Share of the positives with a score of at least the threshold, the recall.
    thresholds : ndarray, shape (thresholds,)
        Infinity, which finds nothing, then every score that occurs, from high to low.

    Raises
    ------
    ValueError
        If the lengths differ, a label is neither 0 nor 1, a class is missing, or a
        score is NaN or infinite.

    Examples
    --------
    >>> false_alarms, hits, thresholds = roc_curve([0.9, 0.6, 0.6, 0.2], [1, 1, 0, 0])
    >>> false_alarms
    array([0. , 0. , 0.5, 1. ])
    >>> hits
    array([0. , 0.5, 1. , 1. ])
    >>> thresholds
    array([inf, 0.9, 0.6, 0.2])
    """
    hits, false_alarms, thresholds = _counts_at_thresholds(scores, labels)
    for name, count in (("positive", hits[-1]), ("negative", false_alarms[-1])):
        if count == 0:
            raise ValueError(
                f"labels must hold both classes for a ROC curve, but no sample is "
                f"{name}"
            )
    start = np.zeros(1)
    return (
        np.concatenate([start, false_alarms / false_alarms[-1]]),
        np.concatenate([start, hits / hits[-1]]),
        np.concatenate([[np.inf], thresholds]),
    )


def precision_recall_curve(scores, labels):
    """Precision and recall at every threshold.

    Parameters
    ----------
    scores : array_like, shape (samples,)
        Higher means more likely positive. Only their order matters.
    labels : array_like, 0 or 1, shape (samples,)

    Returns
    -------
    precision : ndarray, shape (thresholds + 1,)
    recall : ndarray, shape (thresholds + 1,)
        The last point, precision 1 at recall 0, belongs to no threshold: it is where
        the curve would start if nothing were called positive.
    thresholds : ndarray, shape (thresholds,)
        Every score that occurs, from low to high.

    Raises
    ------
    ValueError
        If the lengths differ, a label is neither 0 nor 1, no sample is positive, or a
        score is NaN or infinite.

    Examples
    --------
    >>> scores, labels = [0.9, 0.6, 0.2], [1, 0, 1]
    >>> precisions, recalls, thresholds = precision_recall_curve(scores, labels)
    >>> precisions
    array([0.66666667, 0.5       , 1.        , 1.        ])
    >>> recalls
    array([1. , 0.5, 0.5, 0. ])
    >>> thresholds
    array([0.2, 0.6, 0.9])
    """
    hits, false_alarms, thresholds = _counts_at_thresholds(scores, labels)
    if hits[-1] == 0:
        raise ValueError(
            "labels must hold a positive for a precision-recall curve, but all are 0"
        )
    precisions = hits / (hits + false_alarms)
    recalls = hits / hits[-1]
    return (
        np.concatenate([precisions[::-1], [1.0]]),
        np.concatenate([recalls[::-1], [0.0]]),
        thresholds[::-1],
    )


def auc(x, y):
    """Area under a curve through the points, by trapezoids.

    Under a ROC curve it is the probability that a positive has a higher score than a
    negative, a tie counting half.

    Parameters
    ----------
    x : array_like, shape (points,)
        Never falling, or never rising.
    y : array_like, shape (points,)

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there are fewer than two points, the lengths differ, an entry is not finite,
        or `x` goes forth and back.

    Examples
    --------
    >>> auc([0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0])
    0.875
    """
    x, y = _line("x", x), _line("y", y)
    same_length("x", x, "y", y)
    if len(x) < 2:
        raise ValueError(f"x and y must hold at least two points, got {len(x)}")
    widths = np.diff(x)
    if (widths < 0).any() and (widths > 0).any():
        raise ValueError(f"x must never fall or never rise, got {x}")
    return float(np.sum(np.abs(widths) * (y[:-1] + y[1:]) / 2))


def calibration_curve(probabilities, labels, n_bins=10):
    """What a model says, and how often it happens.

    The samples are grouped by the probability they were given, in bins of equal width.
    Of a calibrated model the two numbers agree in each bin, but for chance.

    Parameters
    ----------
    probabilities : array_like, shape (samples,)
        Of the class 1, from 0 to 1.
    labels : array_like, 0 or 1, shape (samples,)
    n_bins : int
        A probability on the edge of two bins belongs to the upper one.

    Returns
    -------
    said : ndarray, shape (bins,)
        Mean probability in each bin that holds a sample.
    happened : ndarray, shape (bins,)
        Share of the label 1 in it.
    counts : ndarray of int64, shape (bins,)
        Number of samples in it. Few samples make a share uncertain.

    Raises
    ------
    ValueError
        If the lengths differ, there is no sample, a probability is outside 0..1 or a
        label is neither 0 nor 1.

    Examples
    --------
    >>> calibration_curve([0.1, 0.3, 0.9, 0.9], [0, 1, 1, 0], n_bins=2)
    (array([0.2, 0.9]), array([0.5, 0.5]), array([2, 2]))
    """
    probabilities = _line("probabilities", probabilities)
    not_empty("probabilities", probabilities)
    for p in (probabilities.min(), probabilities.max()):
        if not 0 <= p <= 1:
            raise ValueError(f"probabilities must be from 0 to 1, got {p}")
    labels = class_labels("labels", labels, 2)
    same_length("probabilities", probabilities, "labels", labels)
    n_bins = whole_number("n_bins", n_bins)
    # The inner edges only: 1 itself belongs to the last bin.
    edges = np.linspace(0, 1, n_bins + 1)[1:-1]
    bins = np.searchsorted(edges, probabilities, side="right")
    counts = np.bincount(bins, minlength=n_bins)
    said = np.bincount(bins, weights=probabilities, minlength=n_bins)
    happened = np.bincount(bins, weights=labels, minlength=n_bins)
    filled = counts > 0
    counts = counts[filled]
    return said[filled] / counts, happened[filled] / counts, counts


def _winners(predicted):
    """The class with the largest score in each row, where rows of scores came."""
    if predicted.ndim != 2:
        return predicted, None
    n_classes = predicted.shape[1]
    if n_classes < 2:
        raise ValueError(
            f"predicted must be class numbers or a score for each class, got shape "
            f"{predicted.shape}. Probabilities of yes? Use predicted[:, 0] > 0.5."
        )
    return real_array("predicted", predicted).argmax(axis=1), n_classes


def _answers(predicted, labels, n_classes=None):
    """Both as class numbers, as many of one as of the other, and how many classes."""
    if n_classes is None:
        seen = _largest("predicted", predicted), _largest("labels", labels)
        n_classes = max(2, 1 + max(seen))
    n_classes = whole_number("n_classes", n_classes)
    predicted = class_labels("predicted", predicted, n_classes)
    labels = class_labels("labels", labels, n_classes)
    not_empty("predicted", predicted)
    same_length("predicted", predicted, "labels", labels)
    return predicted, labels, n_classes


def _largest(name, labels):
    labels = plain_array(name, labels)
    return int(labels.max()) if labels.size and labels.dtype.kind in "iub" else 0


def _outcomes(predicted, labels, positive):
    """Counts of hits, false alarms and misses of the class `positive`."""
    predicted, labels, _ = _answers(predicted, labels)
    positive = whole_number("positive", positive, at_least=0)
    called, true = predicted == positive, labels == positive
    hits = int(np.sum(called & true))
    return hits, int(np.sum(called)) - hits, int(np.sum(true)) - hits


def _share(part, whole):
    """part / whole, and 0 where there is nothing to share."""
    return part / whole if whole else 0.0


def _counts_at_thresholds(scores, labels):
    """Positives and negatives with a score of at least each threshold, from the top."""
    scores = _line("scores", scores)
    not_empty("scores", scores)
    labels = class_labels("labels", labels, 2)
    same_length("scores", scores, "labels", labels)
    order = np.argsort(-scores, kind="stable")
    scores, labels = scores[order], labels[order]
    # No threshold separates equal scores, so only the last of them counts.
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    hits = np.cumsum(labels)[last]
    return hits, 1 + last - hits, scores[last]


def _line(name, value):
    """Finite numbers, one after the other."""
    array = real_array(name, value)
    if array.ndim != 1:
        cure = f". Use {name}[:, 0]." if array.ndim == 2 and array.shape[1] == 1 else ""
        raise ValueError(f"{name} must have shape (samples,), got {array.shape}{cure}")
    return array
