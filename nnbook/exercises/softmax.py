"""The exercises of chapter 7: a softmax by hand, its slopes, votes and several labels.

Nothing here is computed twice in the same way: answers are compared with `softmax`,
with slopes measured by nudging and with numbers worked out on paper.
"""

import numpy as np

from nnbook.activations import sigmoid
from nnbook.exercises import NotYet, call, exercise
from nnbook.softmax import softmax, softmax_cross_entropy


@exercise
def check_softmax(warm_softmax):
    """`warm_softmax(z, T)` -> the shares of one row of logits at a temperature."""
    rng = np.random.default_rng(1)
    for z, T in [(rng.normal(size=4), 1.0), (rng.normal(size=3), 0.5)]:
        p = np.asarray(call(warm_softmax, z, T), float)
        if p.shape != z.shape:
            raise NotYet(f"{len(z)} logits in, shape {p.shape} out: one share each.")
        if np.allclose(p, softmax(z / T)):
            continue
        if np.allclose(p, np.exp(z / T)):
            raise NotYet("The exponentials are right. Now divide them by their sum.")
        if np.allclose(p, softmax(z)):
            raise NotYet("Right for T = 1, but the temperature does nothing yet.")
        if np.allclose(p, softmax(z * T)):
            raise NotYet("A low temperature should stretch differences: divide by T.")
        if np.allclose(p, softmax(z) / T) or np.allclose(p * T, np.exp(z / T) / T):
            raise NotYet("T belongs to the logits, before the exponential.")
        if np.allclose(p, z / T / np.sum(z / T)):
            raise NotYet("Shares of the logits can be negative. Take e to the power.")
        raise NotYet(
            f"They sum to {p.sum():.3f}; for the logits {z.round(2)} and T = {T} "
            f"they should be {softmax(z / T).round(3)}."
        )
    return "Exponentials of z / T, divided by their sum."


@exercise
def check_one_logit(z_yes):
    """The z of one sigmoid that says what a softmax of 0.8 (no) and -1.2 (yes) says."""
    if z_yes is ...:
        raise NotYet("Put a number in the place of the dots.")
    if np.isclose(z_yes, -2.0):
        return "-1.2 - 0.8: the logit of yes less that of no."
    if np.isclose(z_yes, 2.0):
        raise NotYet("That is the sigmoid of no. Yes has the lower logit of the two.")
    if np.isclose(z_yes, -1.2):
        raise NotYet("That forgets the logit of no: it would have to be 0.")
    if np.isclose(z_yes, -0.4):
        raise NotYet("Not the sum: raise both logits by 1, and it would change.")
    if np.isclose(z_yes, sigmoid(-2.0), atol=1e-3):
        raise NotYet("That is the probability. What must go into the sigmoid?")
    raise NotYet(
        f"A sigmoid makes {sigmoid(float(z_yes)):.3f} of it, the softmax says "
        f"{softmax([0.8, -1.2])[1]:.3f}."
    )


@exercise
def check_gradient(gradient):
    """`gradient(z, y)`, mended: of -log softmax(z)[y] by each logit."""
    rng = np.random.default_rng(2)
    for size, y in [(4, 1), (3, 2), (2, 0)]:
        z = rng.normal(size=size)
        d_z = np.asarray(call(gradient, z, y), float)
        right = softmax_cross_entropy(z[None, :], [y])[1][0]
        if d_z.shape != z.shape:
            raise NotYet(
                f"There are {size} logits, and the gradient has shape {d_z.shape}. It "
                f"needs an entry for each."
            )
        if np.allclose(d_z, right):
            continue
        if np.allclose(d_z, -right):
            raise NotYet("The sign is wrong: the slope of the true logit is negative.")
        others = np.delete(d_z, y)
        if np.allclose(d_z[y], right[y]) and np.allclose(others, 0):
            raise NotYet(
                "Only the true logit has a slope. But raising another one takes from "
                "the true class: the loss must rise."
            )
        if np.allclose(d_z, softmax(z)):
            raise NotYet("That is p. The true class lacks its -1.")
        raise NotYet(
            f"The entries sum to {d_z.sum():.3f} and should sum to 0. Does every "
            f"logit change every probability in your formula?"
        )
    return "Every logit moves every probability, and p - t is what is left."


@exercise
def check_temperature(T):
    """The temperature at which the logits 3 and 1 give the first class 0.9."""
    if T is ...:
        raise NotYet("Put a number in the place of the dots.")
    if np.isclose(T, 2 / np.log(9), atol=1e-3):
        return "2 / log 9, a little below 1: softmax([3, 1]) at T = 1 gives 0.881."
    if np.isclose(T, np.log(9) / 2, atol=1e-3):
        raise NotYet("Upside down: that is the factor for the logits, 1 / T.")
    if np.isclose(T, 3 / np.log(9), atol=1e-3):
        raise NotYet("You took the logit 3. What counts is the difference to 1.")
    if np.isclose(T, np.log(9), atol=1e-3):
        raise NotYet("Nearly: that is the z with sigmoid(z) = 0.9. Here z = 2 / T.")
    if not np.isreal(T) or T <= 0:
        raise NotYet("A temperature is a positive number.")
    share = softmax(np.array([3.0, 1.0]) / T)[0]
    raise NotYet(
        f"At T = {T:.3f} the first class gets {share:.3f}: "
        f"{'warmer' if share > 0.9 else 'colder'}."
    )


@exercise
def check_vote(winners):
    """`winners(wins, n_classes)` -> the class with the most votes for each sample."""
    rng = np.random.default_rng(3)
    for n, n_classes in ((20, 4), (30, 3)):
        wins = {
            (i, j): rng.random(n) < 0.5
            for i in range(n_classes)
            for j in range(i + 1, n_classes)
        }
        votes = np.zeros((n, n_classes), dtype=int)
        for (i, j), won in wins.items():
            votes[np.arange(n), np.where(won, i, j)] += 1
        answer = np.asarray(call(winners, dict(wins), n_classes))
        if answer.shape == (n, n_classes):
            raise NotYet("These are the votes. Return the winner of each sample.")
        if answer.shape != (n,):
            raise NotYet(f"{n} samples, but the answer has shape {answer.shape}.")
        wrong = np.flatnonzero(answer != votes.argmax(axis=1))
        if not len(wrong):
            continue
        top = votes == votes.max(axis=1, keepdims=True)
        if top[np.arange(n), np.clip(answer, 0, n_classes - 1)].all():
            raise NotYet("Of several classes with the most votes, take the lowest.")
        only_wins = np.zeros_like(votes)
        for (i, _), won in wins.items():
            only_wins[:, i] += won
        if (answer == only_wins.argmax(axis=1)).all():
            raise NotYet(
                "Where i does not win, j does: its vote is missing. So the last class "
                "never gets one."
            )
        first = wrong[0]
        raise NotYet(
            f"Of {n_classes} classes, one sample has the votes {votes[first]}, and you "
            f"chose class {answer[first]}."
        )
    return "Every pair has voted, and the most votes win."


@exercise
def check_contents(contents):
    """`contents(logits)`, mended: a table of which fruits are in each bowl."""
    logits = np.array([[2.0, 1.0, -3.0], [-1.0, -2.0, -0.5], [0.3, -1.0, -2.0]])
    says = np.asarray(call(contents, logits.copy()))
    if says.shape != logits.shape:
        raise NotYet(f"A table of shape {logits.shape} is asked for, not {says.shape}.")
    if says.dtype != bool:
        raise NotYet("Return True and False: is the probability above one half?")
    if np.array_equal(says, logits > 0):
        return "Three questions, three sigmoids: two fruits, none, and one."
    if np.array_equal(says, softmax(logits) > 0.5):
        raise NotYet("The three probabilities still share out 1 among them.")
    if not says[1].any() and says.sum() == 2:
        raise NotYet("It still never finds two fruits.")
    if says[1].any():
        raise NotYet(
            f"The logits {logits[1]} are all negative: the bowl is empty, but you "
            f"found {int(says[1].sum())}."
        )
    raise NotYet(
        f"For the logits {logits[0]} you say {says[0].tolist()}, but two of their "
        f"sigmoids are above one half."
    )
