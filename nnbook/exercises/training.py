"""The exercises of chapter 6: steps counted, optimizers mended, signals kept alive.

Nothing here is computed twice in the same way: answers are compared with `optimizers`,
`normalization` and numbers worked out on paper.
"""

import numpy as np

from nnbook.exercises import NotYet, call, exercise
from nnbook.normalization import BatchNormalization
from nnbook.optimizers import SGD, Adam, clip_by_global_norm


@exercise
def check_steps(steps):
    """Updates in 20 epochs of 1,797 samples with a batch size of 32."""
    if steps is ...:
        raise NotYet("Put a number in the place of the dots.")
    if steps == 1140:
        return "57 steps an epoch, the last with 5 samples; 20 epochs."
    if steps == 57:
        raise NotYet("That is one epoch. Training goes through all samples 20 times.")
    if steps == 1120:
        raise NotYet(
            "You left out the last batch of each epoch: 56 batches hold 1,792 samples, "
            "and 5 are left."
        )
    if steps == 640:
        raise NotYet(
            "The batch size is the number of samples in a batch, not the number of "
            "batches."
        )
    if steps == 35_940:
        raise NotYet("That would be one update a sample: batches of 1.")
    if np.isclose(steps, 1797 / 32 * 20, atol=1):
        raise NotYet("A step is taken or not: round up within each epoch.")
    raise NotYet("How many batches of 32 does it take to hold 1,797 samples?")


@exercise
def check_momentum(momentum_step):
    """`momentum_step(w, v, g, rate, mu)` -> the new w and the new v."""
    rng = np.random.default_rng(1)
    optimizer, right = SGD(0.1, momentum=0.8), np.array([1.0, -2.0])
    w, v = right.copy(), np.zeros(2)
    for step in range(1, 4):
        g = rng.normal(size=2)
        before = v
        answer = call(momentum_step, w.copy(), v.copy(), g.copy(), 0.1, 0.8)
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            raise NotYet("Return two things, the new w and the new v: `return w, v`.")
        old, (w, v) = w, (np.asarray(part, float) for part in answer)
        optimizer.step(right, g)
        if not np.allclose(w, right):
            raise NotYet(_momentum_mistake(step, w - old, v, before, g))
        if not np.allclose(w - old, v):
            raise NotYet(
                "w is right, but the v that you return is not the step just taken."
            )
    return "Three steps, each with eight tenths of the one before."


def _momentum_mistake(step, moved, v, before, g):
    if np.allclose(moved, 0.1 * g + 0.8 * before):
        return "It goes uphill: the gradient has to be subtracted."
    if np.allclose(moved, -0.1 * g):
        return f"Step {step} is plain descent: keep the share mu of the last step."
    if np.allclose(moved, -0.1 * 0.2 * g + 0.8 * before):
        return "That is the form with 1 - mu before the gradient; here it has none."
    if np.allclose(moved, 0.8 * before):
        return f"In step {step}, w moves by the old v. Compute the new v first."
    return f"In step {step}, w should move by mu * v - rate * g, and that is the new v."


@exercise
def check_adam(adam):
    """`adam(gradients, rate)`, mended: what Adam adds to one weight, step by step."""
    for gradients in ([2.0, 2.0, 2.0], [0.3, -1.0, 0.5, 0.1]):
        steps = np.asarray(call(adam, gradients, 0.1), float)
        right = _adam_steps(gradients, 0.1)
        if steps.shape != right.shape:
            raise NotYet(f"Return a step for each of the {len(right)} gradients.")
        if np.allclose(steps, right, rtol=1e-4):
            continue
        if not np.allclose(steps[0], right[0], rtol=1e-4):
            raise NotYet(
                f"The first step should be {right[0]:.3f}, and yours is "
                f"{steps[0]:.3f}. Are both averages still corrected, with t from 1 on?"
            )
        raise NotYet(
            f"The first step is right, the second is {steps[1]:.3f} and should be "
            f"{right[1]:.3f}. Which numbers does the second step start from?"
        )
    return "The averages stay as they are; the corrected ones are used and forgotten."


def _adam_steps(gradients, rate):
    optimizer, w, path = Adam(rate), np.zeros(1), [0.0]
    for g in gradients:
        optimizer.step(w, np.array([g]))
        path.append(w[0])
    return np.diff(path)


@exercise
def check_variance(variance):
    """The variance of the weights of a leaky ReLU layer, 100 inputs, leak one half."""
    if variance is ...:
        raise NotYet("Put a number in the place of the dots.")
    if np.isclose(variance, 0.016, atol=1e-5):
        return "0.016: the mean square shrinks to five eighths, which 1.6 / n undoes."
    if np.isclose(variance, 0.02):
        raise NotYet("That is He's, for a leak of 0. Here the left half is not lost.")
    if np.isclose(variance, 0.01):
        raise NotYet("That would do without a bend. This one loses something.")
    if np.isclose(variance, 4 / 3 / 100, atol=1e-5):
        raise NotYet(
            "The left half is multiplied by 1/2. What happens to its *square*?"
        )
    if np.isclose(variance, np.sqrt(0.016), atol=1e-3):
        raise NotYet("That is the standard deviation; the question is its square.")
    if np.isclose(variance, 1.6, atol=1e-2):
        raise NotYet("That is n times the variance. There are 100 inputs.")
    raise NotYet(
        "Half of all z keep their square, the other half is multiplied by 1/4. Which "
        "factor is that in the mean, and what undoes it?"
    )


@exercise
def check_clip(clip):
    """`clip(gradients, limit)` -> the list of arrays, shortened together."""
    first, second = np.array([2.0, 1.0]), np.array([[2.0], [-4.0]])
    for factor in (10.0, 0.01):
        given = [factor * first, factor * second]
        answer = call(clip, [g.copy() for g in given], 1.0)
        if len(answer) != 2 or any(
            np.shape(a) != g.shape for a, g in zip(answer, given, strict=True)
        ):
            raise NotYet("Return a list with an array for each, in the old shapes.")
        flat, right = (
            np.concatenate([np.ravel(g) for g in arrays]) for arrays in (answer, given)
        )
        untouched = right.copy()
        clip_by_global_norm(right, 1.0)
        if not np.allclose(flat, right):
            raise NotYet(_clip_mistake(flat, right, untouched))
    return "Together they have length 1 now, in the old direction; short ones stay."


def _clip_mistake(flat, right, untouched):
    if np.linalg.norm(untouched) < 1:
        return "A gradient that is short enough has to stay as it is."
    if np.allclose(flat, np.clip(untouched, -1, 1)):
        return (
            "Each entry is cut off by itself: the direction has changed. Measure the "
            "length of all of them."
        )
    if np.allclose(flat, untouched / np.abs(untouched).max()):
        return "That divides by the largest entry. The length is a root of squares."
    halves = untouched[:2], untouched[2:]
    if np.allclose(flat, np.concatenate([h / np.linalg.norm(h) for h in halves])):
        return (
            "Each array has length 1 now. They are one gradient: take one length of "
            "all entries together."
        )
    if np.allclose(flat, untouched):
        return "Nothing was shortened, although the length was 50 and the limit 1."
    return (
        f"The length of all entries together should be 1, and is "
        f"{np.linalg.norm(flat):.2f}."
    )


@exercise
def check_batch_norm(normalise):
    """`normalise(x, moving_mean, moving_variance, training)`, mended."""
    rng = np.random.default_rng(2)
    layer, rows = BatchNormalization(3, dtype=float), rng.normal(2.0, 3.0, (16, 3))
    for _ in range(400):
        layer.forward(rng.normal(2.0, 3.0, (16, 3)), training=True)
    moving = [layer.state[f"moving_{what}"].copy() for what in ("mean", "variance")]

    in_use = np.asarray(call(normalise, rows[:1], *moving, False), float)
    right = layer.forward(rows[:1])
    in_training = np.asarray(call(normalise, rows, *moving, True), float)
    if in_use.shape != right.shape or in_training.shape != rows.shape:
        raise NotYet("The result has the shape of x.")
    if not np.allclose(in_training, layer.forward(rows, training=True)):
        if np.allclose(in_training, layer.forward(rows), atol=0.05):
            raise NotYet(
                "While training, mean and variance are those of the batch itself."
            )
        raise NotYet("While training it was right. Leave that part as it is.")
    if np.allclose(in_use, 0):
        raise NotYet(
            "In use, a single sample becomes 0, whatever it is: it is still compared "
            "with itself."
        )
    if np.allclose(in_use, (rows[:1] - moving[0]) / (moving[1] + 1e-3)):
        raise NotYet("Divide by the standard deviation: there is a root to take.")
    if not np.allclose(in_use, right):
        raise NotYet(
            "In use, take the moving mean and the moving variance, and no other."
        )
    return "In use it answers the same, whoever else is in the batch."
