"""The exercises of chapter 15: find bugs that raise no error, and write the tests."""

import numpy as np

from nnbook.exercises import NotYet, call, exercise

# Case note -> (who it was, what tells this suspect from the others).
CASES = {
    "A": (
        "softmax twice",
        "The accuracy is good, and the loss stops at a number that depends on the "
        "number of classes alone. What is the loss of a perfect network there?",
    ),
    "B": (
        "zero weights",
        "A sum of exactly 0, in every neuron and for every picture: which weights "
        "give that?",
    ),
    "C": (
        "dead units",
        "Negative for every picture: what does a ReLU make of that, and what comes "
        "back through it?",
    ),
    "D": (
        "labels in another order",
        "It learns, but what it learns says nothing about new pictures, and twenty "
        "samples are no problem. So the machinery is well. And the data?",
    ),
    "E": (
        "own statistics",
        "None of its layers looks at the batch. So it must be what is done to the "
        "pictures before they reach the network.",
    ),
    "F": (
        "batch statistics",
        "The same weights, the same pictures, two modes. Which layer behaves in a "
        "different way in each, and is not random?",
    ),
}


@exercise
def check_verdicts(verdicts):
    """`verdicts`: a suspect for each of the case notes A to F."""
    missing = [case for case in CASES if verdicts.get(case, ...) is ...]
    if missing:
        raise NotYet(f"No verdict yet for {', '.join(missing)}.")
    suspects = [name for name, _ in CASES.values()]
    for case, (right, why_not) in CASES.items():
        if verdicts[case] not in suspects:
            raise NotYet(
                f"{verdicts[case]!r} is none of the six suspects. They are "
                f"{', '.join(suspects)}."
            )
        if verdicts[case] != right:
            raise NotYet(f"{case} is not {verdicts[case]!r}. {why_not}")
    return "Six cases, six verdicts, each by one measurement."


@exercise
def check_shuffled(shuffled):
    """`shuffled(x, y, rng)`: both in one new order, the originals untouched."""
    x, y = np.arange(40.0).reshape(20, 2), np.arange(20)
    given = x.copy(), y.copy()
    pair = call(shuffled, *given, np.random.default_rng(0))
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise NotYet("It returns one thing. Return two: the samples and the labels.")
    rows, names = map(np.asarray, pair)
    if rows.shape != x.shape or names.shape != y.shape:
        raise NotYet(
            f"Of 20 samples with 2 features it makes {rows.shape} and {names.shape}."
        )
    if len(np.unique(names)) < 20 or len(np.unique(rows[:, 0])) < 20:
        raise NotYet(
            "Some samples come twice and others not at all. Draw without replacement: "
            "a permutation."
        )
    if not np.array_equal(rows[:, 0], 2 * names):
        raise NotYet(
            "Sample and label no longer belong together: the first row now has the "
            f"label {names[0]}, and its own is {int(rows[0, 0]) // 2}. How many "
            "permutations are drawn, and who uses them?"
        )
    if not (np.array_equal(given[0], x) and np.array_equal(given[1], y)):
        raise NotYet(
            "The pairs hold, but the caller's arrays have changed. `rng.shuffle` and "
            "`x[:] = ...` write into what they are given."
        )
    again = call(shuffled, x.copy(), y.copy(), np.random.default_rng(1))
    if np.array_equal(names, y) or np.array_equal(again[1], names):
        raise NotYet(
            "With another generator it gives the same order, or none at all. Use the "
            "`rng` that is handed in."
        )
    return "One permutation for both, and nobody else's array has moved."


@exercise
def check_squared_error(squared_error):
    """`squared_error(prediction, target)` of one output, in either shape."""
    flat, wanted = np.array([1.0, 2.0, 5.0]), np.array([1.0, 4.0, 4.0])
    expected = 5 / 3
    for p in (flat, flat[:, None]):
        for t in (wanted, wanted[:, None]):
            value = np.asarray(call(squared_error, p, t))
            if value.shape != ():
                raise NotYet(f"A loss is one number; this has shape {value.shape}.")
            if not np.isclose(value, expected):
                raise NotYet(
                    f"For predictions of shape {p.shape} and targets of shape "
                    f"{t.shape} it gives {value:.2f}, and {expected:.2f} is right. "
                    f"What shape does the difference have, and is it the mean?"
                )
    try:
        squared_error(flat, np.array([1.0]))
    except ValueError:
        return "Right in all four shapes, and it refuses what does not belong together."
    except Exception as error:
        raise NotYet(
            f"For three predictions and one target it stops with "
            f"{type(error).__name__}; a ValueError was asked for."
        ) from error
    raise NotYet(
        "Three predictions and a single target: NumPy stretches the target without a "
        "word, and so does the loss. Compare the shapes first."
    )


@exercise
def check_epoch_loss(epoch_loss):
    """`epoch_loss(batch_losses, batch_sizes)`: the mean over all samples."""
    even = call(epoch_loss, [0.5, 1.5], [32, 32])
    if np.shape(even) != () or not np.isclose(even, 1.0):
        raise NotYet(
            f"Two batches of 32 with losses 0.5 and 1.5 have the mean 1.0; it gives "
            f"{even}."
        )
    value = call(epoch_loss, [1.0, 1.0, 9.0], [32, 32, 2])
    expected = (64 + 18) / 66
    if np.isclose(value, 11 / 3):
        raise NotYet(
            "Batches of 32, 32 and 2 with losses 1, 1 and 9: it gives 3.67, as if the "
            "two samples of the last batch were a third of all. They are 2 of 66."
        )
    if not np.isclose(value, expected):
        raise NotYet(
            f"For batches of 32, 32 and 2 with losses 1, 1 and 9 it gives {value:.2f}; "
            f"right is {expected:.2f}: all the loss there is, shared by 66 samples."
        )
    return "Each sample counts once, whatever batch it was in."


@exercise
def check_company(depends_on_company):
    """`depends_on_company(answer, x)`: a test that tells healthy from sick."""
    rng = np.random.default_rng(3)
    x, W = rng.normal(size=(8, 3)), rng.normal(size=(3, 2))

    def rounded_otherwise(x):
        return (x @ W) * (1 + 1e-13 * len(x))

    sick = {
        "takes a softmax over the samples": lambda x: (
            np.exp(x @ W) / np.exp(x @ W).sum(axis=0)
        ),
        "adds the number of the row": lambda x: x @ W + np.arange(len(x))[:, None],
        "subtracts the mean of the batch": lambda x: (x - x.mean(axis=0)) @ W,
        "subtracts the first row from all": lambda x: (x - x[0]) @ W,
        "divides by the largest entry": lambda x: x @ W / np.abs(x).max(),
    }
    for name, answer in sick.items():
        if not call(depends_on_company, answer, x.copy()):
            raise NotYet(
                f"It calls a function healthy that {name}. Find two batches in which "
                f"one sample gets two different answers."
            )
    if call(depends_on_company, lambda x: 2 * x, x.copy()):
        raise NotYet(
            "It calls `2 * x` sick, where each sample has a row of its own. "
            "Which two rows do you compare?"
        )
    if call(depends_on_company, rounded_otherwise, x.copy()):
        raise NotYet(
            "A healthy network whose last digit depends on the size of the batch, as "
            "matrix products do, is called sick. Leave room for rounding."
        )
    return "Five sick functions found, and no healthy one accused."


@exercise
def check_fit_line(fit_line):
    """`fit_line(x, t, rate, steps)` returns slope and intercept."""
    x = np.linspace(-1, 1, 21)
    p = np.asarray(call(fit_line, x, 2 * x + 1, 0.2, 400), float)
    if p.shape != (2,):
        raise NotYet(f"Return slope and intercept; this has shape {p.shape}.")
    if not np.isfinite(p).all():
        raise NotYet("It runs away. Is the step taken against the slope?")
    early = np.asarray(call(fit_line, x, 2 * x + 1, 0.2, 7), float)
    if not p.any() and not early.any():
        raise NotYet(
            "It never leaves the origin, although the slopes are large. Of what type "
            "is the array into which the steps are written?"
        )
    if np.allclose(p, [2, 1], atol=1e-3):
        return "Slope 2, intercept 1: all three are found."
    if abs(p[0]) < 1e-3 and np.isclose(p[1], 1, atol=1e-3):
        raise NotYet(
            "It moves now and comes to rest at a flat line through the mean of the "
            "targets. What shape has `error`?"
        )
    further = np.asarray(call(fit_line, x, 2 * x + 1, 0.2, 403), float)
    if not np.allclose(p, further, atol=0.05):
        raise NotYet(
            f"After 400 steps it is at {p[0]:.1f} and {p[1]:.1f}, a few steps later at "
            f"{further[0]:.1f} and {further[1]:.1f}: it swings and never rests. What "
            f"is in `d` at the beginning of a step?"
        )
    raise NotYet(
        f"It comes to rest at {p[0]:.2f} and {p[1]:.2f}; the line has slope 2 and "
        f"intercept 1. Compare the slopes with measured ones."
    )
