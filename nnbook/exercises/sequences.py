"""The exercises of chapter 11: read, go back, look up, mask, scale, count choices."""

import numpy as np

from nnbook.exercises import NotYet, call, exercise


@exercise
def check_read(read_all):
    """`read_all(x, W, U, b)`: the last state of a recurrent layer."""
    rng = np.random.default_rng(11)
    W, U, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)
    for steps in (1, 4, 7):
        x = rng.normal(size=(steps, 2))
        answer = np.asarray(call(read_all, x, W, U, b), float)
        right = _states(x, W, U, b)
        if answer.shape == right[1:].shape and steps > 1:
            raise NotYet("You return every state; asked for is the last.")
        if answer.shape != (3,):
            raise NotYet(
                f"Three units give a state of shape (3,), and not {answer.shape}."
            )
        if np.allclose(answer, right[-1]):
            continue
        if np.allclose(answer, np.tanh(x[-1] @ W + b)):
            raise NotYet(
                "Your last state depends on the last step only: the state has to be "
                "carried along."
            )
        if np.allclose(answer, _states(x, W, U.T, b)[-1]):
            raise NotYet("The state is a row: it stands left of U, `h @ U`.")
        if np.allclose(answer, _states(x[::-1], W, U, b)[-1]):
            raise NotYet("You read from the end to the beginning.")
        raise NotYet(
            f"With {steps} step{'s' * (steps > 1)} the first number of the state is "
            f"{right[-1][0]:.3f}, and you have {answer[0]:.3f}."
        )
    return "Read: one step or seven, with the same weights."


@exercise
def check_back(slope_by_u):
    """`slope_by_u(x, h, u)`: the gradient of the last state by u."""
    rng = np.random.default_rng(12)
    w, u, b = 0.7, -0.6, 0.2
    for steps in (2, 5):
        x = rng.normal(size=steps)
        one = [np.array([[value]]) for value in (w, u)]
        h = _states(x[:, None], *one, np.array([b]))[:, 0]
        answer = float(call(slope_by_u, x, h, u))
        shares, without_u = [], []
        d_h = d_h_without = 1.0
        for t in reversed(range(steps)):
            slope = 1 - h[t + 1] ** 2
            shares.append(d_h * slope * h[t])
            without_u.append(d_h_without * slope * h[t])
            d_h, d_h_without = u * d_h * slope, d_h_without * slope
        if np.isclose(answer, sum(shares)):
            continue
        if np.isclose(answer, sum(without_u)):
            raise NotYet(
                "The shares add up now. But a state acts on the next sum through u: "
                "what does that do to the gradient on its way back?"
            )
        if np.isclose(answer, shares[0]):
            raise NotYet("That is the share of the last step alone.")
        if np.isclose(answer, 0):
            raise NotYet(
                f"With {steps} steps the slope is {sum(shares):.4f}, and you have 0: "
                f"the share of the first step, where the state before was 0. What "
                f"became of the shares of the others?"
            )
        raise NotYet(
            f"With {steps} steps the slope is {sum(shares):.4f}, and you have "
            f"{answer:.4f}."
        )
    return "Mended: every step has its share, and each step back costs a factor u."


@exercise
def check_attend(attend):
    """`attend(query, keys, values)`: the mixture for one query."""
    rng = np.random.default_rng(13)
    query, keys = rng.normal(size=4), rng.normal(size=(6, 4))
    values = rng.normal(size=(6, 3))
    answer = np.asarray(call(attend, query, keys, values), float)
    if answer.shape == (6,):
        raise NotYet("Six numbers are the weights. Now mix the values by them.")
    if answer.shape != (3,):
        raise NotYet(
            f"Values of 3 numbers give a mixture of shape (3,), and not {answer.shape}."
        )
    scores = keys @ query
    told = {
        "": _softmax(scores / 2) @ values,
        "The scores are not divided by the root of d.": _softmax(scores) @ values,
        "You divided by d, and not by its root.": _softmax(scores / 4) @ values,
        "You divided by the root of the number of keys; d is the length of a query.": (
            _softmax(scores / np.sqrt(6)) @ values
        ),
        "The softmax is missing: the weights have to sum to 1.": scores / 2 @ values,
        "Exponentials alone are no weights yet: divide by their sum.": (
            np.exp(scores / 2) @ values
        ),
    }
    for message, mixture in told.items():
        if np.allclose(answer, mixture):
            if message:
                raise NotYet(message)
            return "A look-up with a soft hand."
    raise NotYet(
        f"The first number of the mixture is {told[''][0]:.3f}, and you have "
        f"{answer[0]:.3f}."
    )


@exercise
def check_mask(masked_weights):
    """`masked_weights(scores)`: a softmax that sees no future."""
    scores = np.random.default_rng(14).normal(size=(5, 5))
    answer = np.asarray(call(masked_weights, scores.copy()), float)
    if answer.shape != (5, 5):
        raise NotYet(f"The weights are a table of (5, 5), and not {answer.shape}.")
    allowed = np.tri(5, dtype=bool)
    if np.isnan(answer).any():
        raise NotYet(
            "Some weights are NaN: a row in which nothing may be looked at has no "
            "softmax. A step may look at itself."
        )
    if np.allclose(answer, _softmax(scores)):
        raise NotYet("Nothing is masked: the first step still looks at the last.")
    if np.allclose(answer, np.where(allowed, _softmax(scores), 0)):
        raise NotYet(
            "The future is 0, but the rows no longer sum to 1. Mask before the softmax."
        )
    if np.allclose(answer, _softmax(np.where(allowed, scores, 0))):
        raise NotYet(
            "A score of 0 is a score like any other, and e to the 0 is 1. Which score "
            "has the exponential 0?"
        )
    if np.allclose(answer, _softmax(np.where(allowed.T, scores, -np.inf))):
        raise NotYet("The other triangle: yours looks at the future, not at the past.")
    if np.allclose(answer, _softmax(np.where(allowed, scores, -np.inf))):
        return "No peeking, and every row sums to 1."
    raise NotYet(
        f"The first row should be 1, 0, 0, 0, 0; yours is {answer[0].round(2)}."
    )


@exercise
def check_divide(divide_by):
    """The standard deviation of scores of 64 products with entries of std 2."""
    if divide_by is ...:
        raise NotYet("Put a number in the place of the dots.")
    divide_by = float(divide_by)
    if np.isclose(divide_by, 32):
        return "32: the root of d is right for a variance of 1, and only for that."
    told = {
        8: "8 is the root of 64. It would do if the entries had a variance of 1.",
        16: "Both factors have a standard deviation of 2, the query and the key.",
        1024: "That is the variance of a score. What is its standard deviation?",
        64: "Variances add up, standard deviations do not: 64 products have the root "
        "of 64 times the spread of one.",
        256: "64 times the spread of one product is too much: variances add up, "
        "standard deviations do not.",
    }
    raise NotYet(
        told.get(
            round(divide_by, 6),
            f"Divided by {divide_by:g} the scores have a standard deviation of "
            f"{32 / divide_by if divide_by else np.inf:.3g}.",
        )
    )


@exercise
def check_perplexity(perplexity):
    """`perplexity(p)` of the probabilities of what came."""
    quarter = float(call(perplexity, np.full(6, 0.25)))
    p = np.array([0.9, 0.05, 0.5, 0.7])
    answer = float(call(perplexity, p))
    right = np.exp(-np.log(p).mean())
    if np.isclose(answer, right) and np.isclose(quarter, 4):
        return "The number of choices it is left with: 4 where every p is a quarter."
    told = {
        -np.log(p).mean(): "That is the cross-entropy. Its exponential is asked for.",
        np.exp(-np.log(p).sum()): "You added the surprises up; take their mean, or a "
        "longer text is always worse.",
        1 / p.mean(): "One over the mean probability: take the mean of the surprises, "
        "not of the probabilities.",
        (1 / p).mean(): "The mean of 1/p: take the mean of the logarithms first, and "
        "the exponential after it.",
        2 ** -np.log(p).mean(): "A natural logarithm goes with e, one to base 2 with "
        "2: you mixed them.",
        np.exp(np.log(p).mean()): "Below 1? A surprise is minus the logarithm.",
    }
    for value, message in told.items():
        if np.isclose(answer, value):
            raise NotYet(message)
    raise NotYet(
        f"If every letter had the probability 0.25, the perplexity is 4, and you have "
        f"{quarter:.3g}."
    )


def _states(x, W, U, b):
    """All states, the first of them 0."""
    states = [np.zeros(len(b))]
    for row in x:
        states.append(np.tanh(row @ W + states[-1] @ U + b))
    return np.array(states)


def _softmax(scores):
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
