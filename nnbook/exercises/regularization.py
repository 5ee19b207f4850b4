"""The exercises of chapter 13: penalties, thresholds, dropout, stopping and decay."""

import numpy as np

from nnbook.exercises import NotYet, call, exercise
from nnbook.regularization import soft_threshold


def _numbers(answer, what):
    """The answer as floats, or `NotYet` if it holds something else."""
    try:
        return np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        raise NotYet(f"It returns {answer!r}; return {what}.") from None


@exercise
def check_gradients(gradients):
    """`gradients(x, y, w, b, strength)` of a squared error with an L2 penalty."""
    rng = np.random.default_rng(1)
    x, y, w, b, strength = rng.normal(size=(5, 3)), rng.normal(size=5), [2, -1, 3], 4, 2
    w = np.array(w, dtype=float)
    answer = call(gradients, x, y, w, b, strength)
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise NotYet("Return two things, the gradient by w and that by b.")
    d_w, d_b = (_numbers(part, "numbers") for part in answer)
    if d_w.shape != (3,) or d_b.shape != ():
        raise NotYet(
            f"The gradients have shapes {d_w.shape} and {d_b.shape}; one has the shape "
            f"of w, (3,), the other is one number."
        )
    error = x @ w + b - y
    of_loss, bias = 2 * x.T @ error / 5, 2 * error.mean()
    if np.isclose(d_b, bias + 2 * strength * b):
        raise NotYet("The bias is free: no penalty in its gradient.")
    if np.isclose(d_b, bias / 2) or np.allclose(d_w, of_loss / 2 + 2 * strength * w):
        raise NotYet("The loss is a mean of squares without a half: its slope has a 2.")
    if not np.isclose(d_b, bias):
        raise NotYet(f"By b it should be {bias:.3f}, it is {d_b:.3f}.")
    if np.allclose(d_w, of_loss):
        raise NotYet("That is the loss alone. What does the penalty add by w?")
    if np.allclose(d_w, of_loss + strength * w):
        raise NotYet("The slope of a square is twice: the penalty adds 2 λ w.")
    if np.allclose(d_w, of_loss + 2 * strength * w / 5):
        raise NotYet(
            "The penalty here is no mean over samples: do not divide it by their "
            "number."
        )
    if not np.allclose(d_w, of_loss + 2 * strength * w):
        wanted = (of_loss + 2 * strength * w).round(3)
        raise NotYet(f"By w it should be {wanted}, it is {d_w.round(3)}.")
    return "The loss pulls at both, the penalty at the weights alone."


@exercise
def check_elastic_step(elastic_step):
    """`elastic_step(w, a, c)` minimises (v - w)^2 / 2 + a |v| + c v^2."""
    w, a, c = np.array([3.0, -1.0, 0.25, -0.5, 0.0]), 0.5, 1.0
    v = _numbers(call(elastic_step, w, a, c), "an array of the shape of w")
    if v.shape != w.shape:
        raise NotYet(
            f"For 5 weights it returns the shape {v.shape}. Work on all entries at "
            f"once: np.abs, np.sign and np.maximum do."
        )
    if np.allclose(v, soft_threshold(w, a)):
        raise NotYet("That is L1 alone. The square costs too: where does c come in?")
    if np.allclose(v, w / (1 + 2 * c)):
        raise NotYet("That is L2 alone: no weight is 0. Where does a come in?")
    if np.allclose(v, soft_threshold(w, a) / (1 + c)):
        raise NotYet("Nearly: the slope of c v^2 is 2 c v.")
    if np.allclose(v, soft_threshold(w / (1 + 2 * c), a)):
        raise NotYet(
            "Shrunk first and thresholded afterwards, by too much. For positive v the "
            "slope is v - w + a + 2 c v; solve for v."
        )
    if np.allclose(v, (w - a * np.sign(w)) / (1 + 2 * c)):
        raise NotYet(
            "A weight within a of 0 has changed its sign. There the best v is 0 itself."
        )
    wanted = soft_threshold(w, a) / (1 + 2 * c)
    if not np.allclose(v, wanted):
        raise NotYet(
            f"For w = {w}, a = {a} and c = {c} it should be {wanted.round(3)}, it is "
            f"{v.round(3)}."
        )
    return "L1 makes the zeros, L2 shrinks what is left."


@exercise
def check_smallest_strength(smallest_strength):
    """`smallest_strength(x, y)` of L1 for which all weights are 0."""
    x = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -3.0], [2.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    y = np.array([1.0, 4.0, -1.0, 2.0])
    strength = _numbers(call(smallest_strength, x, y), "one number")
    if strength.shape != ():
        raise NotYet(
            f"It returns {strength.size} numbers. One price holds all weights: which "
            f"of them needs the highest?"
        )
    pull = 2 * x.T @ y / 4  # 0.5, 4 and -5.5
    if np.isclose(strength, 5.5):
        return "At 0 the price must outweigh the strongest pull, and no more."
    if np.isclose(strength, pull.max()):
        raise NotYet("Nearly. A pull to the negative side counts as well: how strong?")
    if np.isclose(strength, np.abs(pull).min()):
        raise NotYet("That holds the weight that is pulled least. All must stay.")
    if np.isclose(strength, 5.5 / 2):
        raise NotYet("The slope of a square is twice: a factor of 2 is missing.")
    if np.isclose(strength, 4 * 5.5):
        raise NotYet("The loss is a mean: divide by the number of samples.")
    if np.isclose(strength, np.abs(pull).sum()):
        raise NotYet("Each weight is held by its own price; the pulls do not add up.")
    raise NotYet(
        f"It says {strength:.3f} for the checker's samples. Compute the gradient of "
        f"the loss at w = 0; a weight stays if its entry is no larger than the price."
    )


@exercise
def check_dropout(dropout):
    """`dropout(a, kept, rate, training)`, mended: inverted dropout."""
    a = np.arange(1.0, 9.0).reshape(2, 4)
    kept = np.array([[1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 1.0]])
    rate = 0.25
    trained = _numbers(call(dropout, a, kept, rate, True), "an array")
    used = _numbers(call(dropout, a, kept, rate, False), "an array")
    if trained.shape != a.shape or used.shape != a.shape:
        raise NotYet(f"Return an array of the shape of a, {a.shape}, in both modes.")
    if np.allclose(trained, a * kept) and np.allclose(used, a * (1 - rate)):
        raise NotYet(
            "That is right on average, but something is done in use. Move the factor "
            "into training."
        )
    if not np.allclose(used, a):
        raise NotYet("In use, with training False, a should pass unchanged.")
    if np.allclose(trained, a * kept):
        raise NotYet(
            "In training a quarter of the units is missing and nothing makes up for "
            "it, so in use the sums are larger than any the network has seen."
        )
    if np.allclose(trained, a * kept / rate):
        raise NotYet("Divided by the share that is off. Which share is on?")
    if np.allclose(trained, a * kept * (1 - rate)):
        raise NotYet("Now the mean is smaller still. Divide instead of multiplying.")
    if np.allclose(trained, a / (1 - rate)):
        raise NotYet("In training nobody is switched off any more: where is kept?")
    if not np.allclose(trained, a * kept / (1 - rate)):
        raise NotYet(
            f"With rate {rate}, a unit that is on and has 3 should give 4 in training; "
            f"it gives {trained[0, 2]:.3f}."
        )
    return "The mean stays in training, so nothing is to be done in use."


@exercise
def check_stopping(stopping):
    """`stopping(losses, patience)` returns the last epoch and the best one."""
    cases = [
        (([0.9, 0.5, 0.4, 0.6, 0.7, 0.6, 0.5, 0.3], 2), (4, 2)),
        (([0.9, 0.5, 0.6, 0.55, 0.4, 0.5, 0.6, 0.7], 3), (7, 4)),
        (([0.9, 0.5, 0.6, 0.58, 0.56, 0.54, 0.52], 3), (4, 1)),
        (([0.5] * 6, 2), (2, 0)),
        (([0.9, 0.8, 0.7], 5), (2, 2)),
    ]
    for (losses, patience), (last, best) in cases:
        answer = call(stopping, list(losses), patience)
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            raise NotYet("Return two numbers, the last epoch and the best one.")
        said = tuple(_numbers(part, "two epochs") for part in answer)
        if said == (last, best):
            continue
        told = f"For the losses {losses} and a patience of {patience}"
        if said == (best, last):
            raise NotYet(f"{told} the two are swapped: the last epoch comes first.")
        if said[0] == last and said[1] == last:
            raise NotYet(
                f"{told} it stops in the right epoch, but restores the weights of that "
                f"epoch. The best ones are older."
            )
        if said[0] == last + 1 and last + 1 < len(losses):
            raise NotYet(
                f"{told} it stops one epoch too late: {patience} epochs without a new "
                f"best are enough."
            )
        if losses == cases[2][0][0] and said[0] == len(losses) - 1:
            raise NotYet(
                f"{told} it never stops. The losses after epoch 1 fall again, but none "
                f"is a new best: compare with the best, not with the epoch before."
            )
        if len(set(losses)) == 1:
            raise NotYet(f"{told} it goes on. An equal value is no new best: use < .")
        raise NotYet(
            f"{told} the last epoch is {last} and the best {best}; it says "
            f"{said[0]:g} and {said[1]:g}."
        )
    return "The best so far, and how long ago it was: no more is needed."


@exercise
def check_adamw(adamw):
    """`adamw(w, gradients, rate, decay)`, mended: the decay past the averages."""
    gradients, rate, decay = [3.0, -2.0, 5.0, 4.0, -1.0], 0.1, 0.5
    w = _numbers(call(adamw, 2.0, gradients, rate, decay), "one number")
    if w.shape != ():
        raise NotYet(f"It returns {w.size} numbers; return the weight.")
    wanted = _adam_steps(2.0, gradients, rate, before=1 - rate * decay)
    if np.isclose(w, wanted):
        return "The averages hear the loss alone, and every weight decays alike."
    if np.isclose(w, _adam_steps(2.0, gradients, rate)):
        raise NotYet("Now nothing decays. Shrink w, but not by way of g.")
    if np.isclose(w, _adam_steps(2.0, gradients, rate, before=1 - decay)):
        raise NotYet("It decays by decay alone. The factor is 1 - rate * decay.")
    if np.isclose(w, _adam_steps(2.0, gradients, rate, added=decay)):
        raise NotYet(
            "The decay is still in the gradient, so it enters both averages and is "
            "divided by the usual size of the gradient."
        )
    if np.isclose(w, _adam_steps(2.0, gradients, rate, after=1 - rate * decay)):
        raise NotYet("It decays after the step. Decay first, then take Adam's step.")
    raise NotYet(f"It ends at {w:.4f} and should end at {wanted:.4f}.")


def _adam_steps(w, gradients, rate, *, before=1.0, added=0.0, after=1.0):
    """Adam on one weight that is also shrunk somewhere: before, in g, or after."""
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        w = before * w
        g = g + added * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        w = after * (w - rate * m_hat / (np.sqrt(v_hat) + 1e-7))
    return w
