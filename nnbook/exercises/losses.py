"""The exercises of chapter 4: losses by hand, their floor, and steps of the right size.

Nothing here is computed twice in the same way: answers are compared with `losses`,
`softmax` and numbers worked out on paper.
"""

import numpy as np

from nnbook.exercises import NotYet, call, exercise
from nnbook.losses import mean_squared_error
from nnbook.softmax import softmax_cross_entropy


@exercise
def check_half_mse(half_mse):
    """`half_mse(prediction, target)` -> (loss, slopes), in the convention with 1/2n."""
    rng = np.random.default_rng(1)
    for n in (4, 1):
        prediction, target = rng.normal(size=n), rng.normal(size=n)
        answer = call(half_mse, prediction, target)
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            raise NotYet("Return two things, the loss and its slopes: `return a, b`.")
        loss, slopes = np.asarray(answer[0], float), np.asarray(answer[1], float)
        mse, mse_slopes = mean_squared_error(prediction, target)
        if loss.shape != () or slopes.shape != (n,):
            raise NotYet(
                f"The loss is one number and there is a slope for each of the {n} "
                f"predictions; your shapes are {loss.shape} and {slopes.shape}."
            )
        if np.isclose(loss, mse):
            raise NotYet("That is the mean of the squares; here it is to be halved.")
        if not np.isclose(loss, mse / 2):
            raise NotYet(f"The loss should be {mse / 2:.4f}, half the mean square.")
        _check_slopes(slopes, mse_slopes / 2, n)
    return "Half the loss, half the slopes: the 2 of the derivative has gone."


def _check_slopes(slopes, right, n):
    if np.allclose(slopes, right):
        return
    if np.allclose(slopes, 2 * right):
        raise NotYet("The loss is right. Its slopes still carry a 2: half of it is 1.")
    if np.allclose(slopes, -right):
        raise NotYet("The slopes have the wrong sign: prediction less target.")
    if np.allclose(slopes, n * right):
        raise NotYet("The loss is right, but the slopes are not divided by n.")
    raise NotYet("The loss is right. Its slope by one prediction is error / n.")


@exercise
def check_cross_entropy(cross_entropy):
    """`cross_entropy(p, labels)`, mended: the mean surprise at the true classes."""
    rng = np.random.default_rng(2)
    for n, classes in ((5, 3), (2, 4)):
        p = rng.dirichlet(np.ones(classes), size=n)
        labels = rng.integers(classes, size=n)
        loss = call(cross_entropy, p, labels)
        if np.shape(loss) != ():
            raise NotYet(
                f"It returns shape {np.shape(loss)}; take the mean over the samples."
            )
        right = softmax_cross_entropy(np.log(p), labels)[0]
        if np.isclose(loss, right):
            continue
        if np.isclose(loss, right / classes):
            raise NotYet(
                f"Too small by the factor {classes}: the sum runs over the classes, "
                f"the mean over the samples only."
            )
        if np.isclose(loss, -np.mean(np.log(p[:, labels]))):
            raise NotYet(
                f"p[:, labels] has shape {p[:, labels].shape}: all labels for every "
                f"sample. Each sample needs its own label alone."
            )
        raise NotYet(
            f"For {n} samples it returns {loss:.4f}; the mean of -log p of the true "
            f"classes is {right:.4f}."
        )
    return "One row, one label: now each sample is judged by its own class."


@exercise
def check_floor(floor):
    """The lowest cross-entropy on labels of which one in five is yes, at random."""
    if floor is ...:
        raise NotYet("Put a number in the place of the dots.")
    p = np.array([0.2, 0.8])
    right = -np.sum(p * np.log(p))
    if np.isclose(floor, right, atol=2e-3):
        return "The entropy of the labels, 0.500 nats: no model can get below it."
    if np.isclose(floor, -right, atol=2e-3):
        raise NotYet("A surprise is never negative: it is minus the logarithm.")
    if np.isclose(floor, 0):
        raise NotYet(
            "0 would need a model that is sure and right every time. Here it cannot "
            "know which one of the five is the yes."
        )
    if np.isclose(floor, -np.log(0.2), atol=2e-3):
        raise NotYet("That is the surprise at a yes; only one label in five is one.")
    if np.isclose(floor, right / np.log(2), atol=2e-3):
        raise NotYet("That is in bits. Use the natural logarithm, as the losses do.")
    if np.isclose(floor, np.log(2), atol=2e-3):
        raise NotYet("That is the loss of saying one half. Say 0.2 instead.")
    raise NotYet(
        "The best constant answer is the share of yes, 0.2. Its mean surprise is made "
        "of two logarithms, weighed with 0.2 and 0.8."
    )


@exercise
def check_edge(edge):
    """The learning rate at which descent on 3 x^2 + 0.5 y^2 begins to diverge."""
    if edge is ...:
        raise NotYet("Put a number in the place of the dots.")
    if np.isclose(edge, 1 / 3, atol=4e-3):
        return "2 / 6: the steepest curvature sets the limit for both directions."
    if np.isclose(edge, 2 / 3, atol=4e-3):
        raise NotYet("The curvature is the second derivative: that of 3 x^2 is not 3.")
    if np.isclose(edge, 2):
        raise NotYet("That is the limit along y. Which direction gives in first?")
    if np.isclose(edge, 1 / 6, atol=4e-3):
        raise NotYet(
            "At this rate x lands in the middle at once. It may overshoot a good deal "
            "more before it diverges."
        )
    raise NotYet(
        "One step multiplies x by 1 - rate * curvature. When does that leave the range "
        "from -1 to 1?"
    )


@exercise
def check_same_rate(rate):
    """The rate with the MSE of 30 samples that steps as 0.004 with half the sum."""
    if rate is ...:
        raise NotYet("Put a number in the place of the dots.")
    if np.isclose(rate, 0.06, atol=5e-4):
        return "0.004 * 30 / 2: the slopes are 15 times smaller, the rate is larger."
    if np.isclose(rate, 0.12, atol=5e-4):
        raise NotYet("You have the 30. But the MSE's slopes carry a 2, the others not.")
    if np.isclose(rate, 0.008, atol=5e-5):
        raise NotYet("You have the half. But one loss is a mean, the other a sum.")
    if np.isclose(rate, 0.004 / 15, atol=5e-6):
        raise NotYet("The right factor the wrong way: smaller slopes, larger rate.")
    raise NotYet(
        "Write down both slopes for one weight: sum(e x) and 2 / 30 * sum(e x). Rate "
        "times slope is to be the same."
    )


@exercise
def check_batches(batches):
    """`batches(n, size, rng)` -> one epoch: a list of arrays of sample numbers."""
    n, size = 10, 4
    epochs = [
        [np.asarray(b) for b in call(batches, n, size, np.random.default_rng(seed))]
        for seed in (1, 2)
    ]
    first = epochs[0]
    seen = np.concatenate([np.atleast_1d(b) for b in first]) if first else np.array([])
    if len(seen) == 0:
        raise NotYet("It returns no batch at all: a list with an array for each batch.")
    lengths = [b.size for b in first]
    if max(lengths) > size:
        raise NotYet(f"A batch has {max(lengths)} samples, and {size} were asked for.")
    if len(np.unique(seen)) < len(seen):
        raise NotYet(
            "Some sample is drawn twice in one epoch. Shuffle the numbers once with "
            "rng.permutation, then cut."
        )
    if len(seen) < n:
        raise NotYet(
            f"Of {n} samples only {len(seen)} are used; the last batch may be smaller "
            f"than {size}, but it counts."
        )
    if sorted(seen) != list(range(n)):
        raise NotYet(f"The numbers should be those from 0 to {n - 1}.")
    if lengths != [4, 4, 2]:
        raise NotYet(
            f"{n} samples in batches of {size} make batches of 4, 4 and 2, and yours "
            f"are of {', '.join(map(str, lengths))}. Every one but the last is full."
        )
    if any(np.array_equal(np.concatenate(e), np.arange(n)) for e in epochs):
        raise NotYet("The samples come in their old order. Let `rng` shuffle them.")
    return "Every sample once, in a new order, and the last batch may be smaller."
