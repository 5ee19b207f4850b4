"""The exercises of chapter 10: look up, count, step, find neighbours, pair, sample."""

import numpy as np

from nnbook.activations import sigmoid
from nnbook.embedding import nearest, skip_gram_pairs
from nnbook.exercises import NotYet, call, exercise


@exercise
def check_lookup(both_ways):
    """`both_ways(ids, table)`: rows fetched, and one-hot vectors times the table."""
    rng = np.random.default_rng(10)
    table, ids = rng.normal(size=(6, 3)), np.array([4, 0, 4, 5])
    answer = call(both_ways, ids, table)
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise NotYet("Return two results: the fetched rows, and the product.")
    for name, result in zip(("fetched rows", "product"), answer, strict=True):
        result = np.asarray(result, float)
        if result.shape != (4, 3):
            raise NotYet(
                f"Four ids and rows of three numbers give (4, 3). The {name} have the "
                f"shape {result.shape}."
            )
        if np.array_equal(result, table[ids]):
            continue
        if np.allclose(result, table[[0, 4, 4, 5]]):
            raise NotYet(f"The {name} are sorted. They stand in the order of the ids.")
        raise NotYet(f"The {name} are not rows 4, 0, 4 and 5 of the table.")
    return "Fetched or multiplied, the same to the last bit."


@exercise
def check_pays(widest):
    """How many columns an embedding of 10,000 names before 64 neurons may have."""
    if widest is ...:
        raise NotYet("Put a number in the place of the dots.")
    if widest == 63:
        return "63 columns: the bottleneck must be narrower than the layer behind it."
    if widest != int(widest):
        raise NotYet("A table has a whole number of columns: round down.")
    if widest == 64:
        raise NotYet(
            "With 64 columns the table alone is as large as the layer was, and a layer "
            "of 64 by 64 comes on top."
        )
    if widest < 63:
        more = 10_000 * (widest + 1) + 64 * (widest + 1) + 64
        raise NotYet(
            f"One column more gives {more:,} parameters, still below the 640,064 of "
            f"the layer alone."
        )
    have = 10_000 * widest + 64 * widest + 64
    raise NotYet(f"That gives {have:,} parameters, more than the 640,064 before.")


@exercise
def check_step(step):
    """`step(table, ids, d_output, rate)`: a new table, one step of gradient descent."""
    table = np.arange(8.0).reshape(4, 2)
    before = table.copy()
    ids, d_output = np.array([2, 0, 2]), np.array([[1.0, 2.0], [0.0, 5.0], [10.0, 20]])
    right = table - 0.5 * np.array([[0.0, 5.0], [0, 0], [11.0, 22.0], [0, 0]])
    answer = np.asarray(call(step, table, ids, d_output, 0.5), float)
    if not np.array_equal(table, before):
        raise NotYet("Your function changed the table that it was given. Copy it.")
    if answer.shape != table.shape:
        raise NotYet(f"The table has the shape (4, 2), yours {answer.shape}.")
    if np.allclose(answer, right):
        return "Mended. Each place where a row was used has its say."
    if np.allclose(answer - table, table - right):
        raise NotYet("That goes uphill: the gradient is subtracted.")
    if np.allclose(answer[2], table[2] - 0.5 * d_output[2]):
        raise NotYet(
            "Row 2 was used twice, and only the last of its two gradients arrived."
        )
    if np.allclose(answer[2], table[2] - 0.5 * d_output[[0, 2]].mean(axis=0)):
        raise NotYet("The gradients of one row are added up, not averaged.")
    raise NotYet(f"Row 2 should become {right[2]}, and becomes {answer[2]}.")


@exercise
def check_nearest(nearest_row):
    """`nearest_row(i, table)`: the other row with the largest cosine."""
    table = np.random.default_rng(3).normal(size=(12, 3))
    table *= np.linspace(0.2, 4, 12)[:, None]  # lengths of all kinds
    for i in range(12):
        answer = call(nearest_row, i, table.copy())
        right, longest, closest = (
            nearest(table[i], table, 1, by=by, without=[i])[0][0]
            for by in ("cosine", "dot", "distance")
        )
        if answer == right:
            continue
        if answer == i:
            raise NotYet("Each row is nearest to itself. Leave it out.")
        if answer == nearest(-table[i], table, 1, without=[i])[0][0]:
            raise NotYet("That row points the opposite way: the largest cosine counts.")
        if answer == longest:
            raise NotYet(
                "That row has the largest dot product, because it is long. Divide by "
                "the lengths."
            )
        if answer == closest:
            raise NotYet("That row has the smallest distance, not the largest cosine.")
        raise NotYet(f"Row {i} is nearest to row {right}, and not to {answer}.")
    return "Right for rows of all lengths."


@exercise
def check_pairs(all_pairs):
    """`all_pairs(words, window)`: the pairs of skip-gram, as tuples of words."""
    words = "no news is good news for no one".split()
    for window in (1, 2, 20):
        answer = [tuple(pair) for pair in call(all_pairs, list(words), window)]
        ids = skip_gram_pairs([words.index(word) for word in words], window)
        right = [(words[a], words[b]) for a, b in zip(*ids, strict=True)]
        if answer == right:
            continue
        if sorted(answer) == sorted(right):
            raise NotYet(
                "All pairs are there, in another order: centre by centre, and its "
                "neighbours from left to right."
            )
        missing = [pair for pair in right if pair not in answer]
        ends = {words[0], words[-1]}
        if ("news", "news") in missing and not set(missing) - {
            ("news", "news"),
            ("no", "no"),
        }:
            raise NotYet(
                "A word that stands twice may be its own neighbour: compare places."
            )
        if any(a == b for a, b in answer if (a, b) not in right):
            raise NotYet("A word at its own place is no neighbour of itself.")
        if len(answer) > len(right):
            raise NotYet(
                f"With window {window} there are {len(right)} pairs, and you have "
                f"{len(answer)}. Does an index below 0 count from the end?"
            )
        if missing and any(set(pair) & ends for pair in missing):
            raise NotYet(
                f"With window {window} the pair {missing[0]} is missing. Words near "
                f"the ends have fewer neighbours, but not none; and neighbours stand "
                f"on both sides, up to and including {window} places away."
            )
        raise NotYet(f"With window {window} the pairs should begin {right[:3]}.")
    return "Every word with its company."


@exercise
def check_sampling(sampled_loss):
    """`sampled_loss(u, v, drawn)`: the loss of one pair and its gradient by `u`."""
    rng = np.random.default_rng(4)
    u, v, drawn = rng.normal(size=3), rng.normal(size=3), rng.normal(size=(5, 3))
    loss = np.logaddexp(0, -(v @ u)) + np.logaddexp(0, drawn @ u).sum()
    pushed = sigmoid(drawn @ u) @ drawn
    d_u = (sigmoid(v @ u) - 1) * v + pushed
    answer = call(sampled_loss, u, v, drawn)
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise NotYet("Return two things: the loss, and its gradient by u.")
    answer_loss, answer_d_u = (np.asarray(part, float) for part in answer)
    if answer_loss.shape != () or answer_d_u.shape != (3,):
        raise NotYet("The loss is one number; the gradient has the shape of u.")
    if not np.isclose(answer_loss, loss):
        told = {
            np.logaddexp(0, v @ u) + np.logaddexp(0, -(drawn @ u)).sum(): "You have "
            "true and drawn the wrong way round: the drawn ones should score low.",
            np.logaddexp(0, -(v @ u)) + np.logaddexp(0, drawn @ u).mean(): "The drawn "
            "ones are added up, not averaged.",
            np.logaddexp(0, -(v @ u)): "The drawn neighbours are missing in the loss.",
        }
        for value, why in told.items():
            if np.isclose(answer_loss, value):
                raise NotYet(why)
        raise NotYet(f"The loss should be {loss:.4f}, and is {answer_loss:.4f}.")
    if np.allclose(answer_d_u, d_u):
        return "Probability minus truth, times the other row."
    if np.allclose(answer_d_u, -d_u):
        raise NotYet("The loss is right, the gradient has the wrong sign.")
    if np.allclose(answer_d_u, sigmoid(v @ u) * v + pushed):
        raise NotYet("At the true neighbour the error is the probability minus 1.")
    raise NotYet(
        f"The loss is right. The gradient should be {d_u.round(3)}, and is "
        f"{answer_d_u.round(3)}."
    )
