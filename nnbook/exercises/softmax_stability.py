"""The exercises of chapter 8: six losses and heads that are broken, each in its way."""

import numpy as np

from nnbook import softmax as right
from nnbook.exercises import NotYet, call, exercise
from nnbook.losses import binary_cross_entropy_with_logits

MODEST = np.array([[2.0, -1.0, 0.5, 0.0], [0.0, 1.0, 3.0, -2.0], [1.0, 1.0, 1.0, 0.0]])


@exercise
def check_axis(softmax):
    """`softmax(z)` of a batch, one row for each sample."""
    p = table(softmax, MODEST)
    if np.allclose(p.sum(axis=0), 1):
        raise NotYet(
            f"Its columns sum to 1 and its rows to {listed(p.sum(axis=1))}. For a "
            f"batch of one sample every class would get probability 1. Along which "
            f"axis do the classes lie?"
        )
    if np.isclose(p.sum(), 1):
        raise NotYet(
            f"The whole table sums to 1, its rows to {listed(p.sum(axis=1))}: the "
            f"samples share one probability. Sum along the classes only."
        )
    compare(p, MODEST)
    square = np.arange(9.0).reshape(3, 3) ** 1.5
    compare(table(softmax, square), square)
    return "Each row sums to 1, whoever else is in the batch."


@exercise
def check_batch(softmax):
    """`softmax(z)` of a batch in which the samples lie far apart."""
    compare(table(softmax, MODEST), MODEST)
    far_apart = MODEST + np.array([[0.0], [2000.0], [-3000.0]])
    p = table(softmax, far_apart)
    broken = np.flatnonzero(np.isnan(p).any(axis=1))
    if len(broken):
        row = far_apart[broken[0]]
        raise NotYet(
            f"In a batch with the logits {listed(far_apart[1], 0)}, the sample with "
            f"{listed(row, 0)} gets {listed(p[broken[0]])}. What is subtracted from "
            f"it, and what is left of its exponentials?"
        )
    compare(p, far_apart)
    if not np.allclose(table(softmax, [[0.0, -5000.0]]), [[1, 0]]):
        raise NotYet(
            "Now logits of 0 and -5000 in one row fail. Which shift keeps every "
            "exponent of a row at 0 or below, and one of them at 0?"
        )
    return "Every sample is measured from its own largest logit."


@exercise
def check_capped(loss):
    """`loss(logits, labels)`: the cross-entropy of sure and mistaken answers."""
    same_loss(loss, MODEST, np.array([0, 2, 1]))
    for gap in (50.0, 800.0, 5000.0):
        logits = np.array([[gap, 0.0, 0.0]])
        value = number(loss, logits, np.array([2]))
        if np.isinf(value):
            raise NotYet(
                f"For the logits {listed(logits[0], 0)} and class 2 it gives "
                f"inf, and {gap:.0f} is right. The probability is 0 in the machine: "
                f"its logarithm must be computed without it."
            )
        if not np.isclose(value, gap):
            raise NotYet(
                f"For the logits {listed(logits[0], 0)} and class 2 it gives "
                f"{value:.2f}, and {gap:.0f} is right. However wrong the answer, the "
                f"loss stays below a ceiling, and there its slope is 0. What puts the "
                f"ceiling there?"
            )
    return "No ceiling: the loss grows with the mistake, and so it always has a slope."


@exercise
def check_twice(loss):
    """`loss(logits, labels)` of a network whose last layer gives logits."""
    sure = 100.0 * np.eye(10)
    value = number(loss, sure, np.arange(10))
    floor = np.log(1 + 9 / np.e)
    if np.isclose(value, floor, rtol=1e-3):
        raise NotYet(
            f"A network that is right and sure in all ten classes gets {value:.2f}, "
            f"and it should get 0. What does `softmax_cross_entropy` do first with "
            f"what it is given?"
        )
    same_loss(loss, MODEST, np.array([0, 2, 1]))
    if not np.isclose(number(loss, [[900.0, 0.0]], np.array([1])), 900):
        raise NotYet(
            "On small logits it is right now, but for the logits 900 and 0 and class "
            "1 it should give 900. Give the loss what it asks for: the logits."
        )
    if not np.isclose(value, 0, atol=1e-12):
        raise NotYet(f"A network that is right and sure gets {value:.4f} instead of 0.")
    return "One softmax, inside the loss, and nowhere else."


@exercise
def check_labels(loss):
    """`loss(logits, labels)` for labels that are counted from 1."""
    sure = 100.0 * np.eye(4)
    try:
        value = number(loss, sure, np.arange(1, 5))
    except NotYet as problem:
        raise NotYet(
            f"{problem}. With labels 1 to 4 and four logits, which number has the "
            f"column of class 4?"
        ) from None
    middle = number(loss, sure[:3], np.arange(1, 4))
    if not np.isclose(middle, 0, atol=1e-9):
        raise NotYet(
            f"A network that is right and sure of the classes 1 to 3 gets {middle:.0f} "
            f"and should get 0. It is asked about the class beside the true one."
        )
    if not np.isclose(value, 0, atol=1e-9):
        raise NotYet(
            f"Right and sure of all four classes, it gets {value:.0f} and should get "
            f"0: one class has been sent to the wrong column."
        )
    same_loss(loss, MODEST, np.array([1, 3, 2]), shift=1)
    return "Class 1 stands in column 0, and so on to the last."


@exercise
def check_yes_or_no(loss):
    """`loss(z, t)`: the binary cross-entropy from logits."""
    z, t = np.array([-2.0, 0.0, 3.0, 1.0]), np.array([1.0, 0.0, 1.0, 0.0])
    expected = binary_cross_entropy_with_logits(z, t)[0]
    value = number(loss, z, t)
    if not np.isclose(value, expected):
        raise NotYet(
            f"For z = {listed(z, 0)} and t = {listed(t, 1)} it gives {value:.4f}; "
            f"right is {expected:.4f}. Try one z and one t by hand."
        )
    for sign, answer in ((1, 0.0), (1, 1.0), (-1, 1.0), (-1, 0.0)):
        for size in (40.0, 1000.0):
            z, t = np.array([sign * size]), np.array([answer])
            expected = binary_cross_entropy_with_logits(z, t)[0]
            value = number(loss, z, t)
            if not np.isclose(value, expected, rtol=1e-9, atol=0):
                raise NotYet(
                    f"For z = {z[0]:.0f} and t = {answer:.0f} it gives {value:.4g}, "
                    f"and {expected:.4g} is right. Which exponent is positive, or "
                    f"which small number is added to 1?"
                )
    return "Right for any z: no exponent is ever above 0, and no digit is lost."


def table(softmax, z):
    """The answer's probabilities, as an array of the shape of `z`."""
    z = np.asarray(z)
    with np.errstate(all="ignore"):
        p = np.asarray(call(softmax, z.copy()), float)
    if p.shape != z.shape:
        raise NotYet(f"For logits of shape {z.shape} it gives shape {p.shape}.")
    return p


def number(loss, logits, labels):
    """The answer's loss, one number."""
    with np.errstate(all="ignore"):
        value = np.asarray(call(loss, np.array(logits), labels), float)
    if value.shape != ():
        raise NotYet(f"A loss is one number; this has shape {value.shape}. Mean?")
    return float(value)


def compare(p, z):
    """Refuse probabilities that are not the softmax of each row."""
    expected = right.softmax(z)
    if not np.allclose(p, expected):
        row = int(np.flatnonzero(~np.isclose(p, expected).all(axis=1))[0])
        raise NotYet(
            f"For the row {listed(z[row], 1)} it gives {listed(p[row])}, which sums to "
            f"{p[row].sum():.2f}; right is {listed(expected[row])}."
        )


def same_loss(loss, logits, labels, shift=0):
    """Refuse a loss that is wrong on harmless logits."""
    expected = right.softmax_cross_entropy(logits, labels - shift)[0]
    value = number(loss, logits, labels)
    if not np.isclose(value, expected):
        raise NotYet(
            f"On small logits, which hurt nobody, it gives {value:.4f}; right is "
            f"{expected:.4f}. Is it the mean, over samples, of the surprise at the "
            f"true class?"
        )


def listed(values, digits=2):
    """Numbers in words, without NumPy's brackets, which differ between versions.

    Examples
    --------
    >>> listed(np.array([0.5, -2.0]), 1)
    '0.5, -2.0'
    """
    return ", ".join(f"{value:.{digits}f}" for value in values)
