"""What readers of chapter 15 answer, and what they must be told."""

RIGHT = {
    "A": "softmax twice",
    "B": "zero weights",
    "C": "dead units",
    "D": "labels in another order",
    "E": "own statistics",
    "F": "batch statistics",
}


def verdicts(**changed):
    return f"verdicts = {RIGHT | changed!r}"


LINE = """
def fit_line(x, t, rate, steps):
    p, d = {start}, np.zeros(2)
    for _ in range(steps):
        error = p[0] * x + p[1] - {target}
        d {how} np.array([2 * np.mean(error * x), 2 * np.mean(error)])
        p[:] = p {sign} rate * d
    return p
"""


def line(start="np.zeros(2)", target="t", how="=", sign="-"):
    return LINE.format(start=start, target=target, how=how, sign=sign)


# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_verdicts": [
        (verdicts(A="dead units"), "A is not 'dead units'.*perfect network"),
        (verdicts(B="dead units"), "B is not .*exactly 0"),
        (verdicts(C="zero weights"), "C is not .*Negative for every"),
        (verdicts(D="own statistics"), "D is not .*the data"),
        (verdicts(E="batch statistics"), "E is not .*None of its layers"),
        (verdicts(F="own statistics"), "F is not .*two modes"),
        (verdicts(F="dropout"), "'dropout' is none of the six"),
        ("verdicts = {'A': 'softmax twice'}", "No verdict yet for B, C"),
    ],
    "check_shuffled": [
        (
            "def shuffled(x, y, rng):\n"
            "    return rng.permutation(x), rng.permutation(y)",
            "no longer belong together",
        ),
        (
            "def shuffled(x, y, rng):\n    order = rng.permutation(len(x))\n"
            "    x[:], y[:] = x[order], y[order]\n    return x, y",
            "the caller's arrays have changed",
        ),
        (
            "def shuffled(x, y, rng):\n"
            "    order = np.random.default_rng(0).permutation(len(x))\n"
            "    return x[order], y[order]",
            "Use the `rng` that is handed in",
        ),
        (
            "def shuffled(x, y, rng):\n    order = rng.integers(len(x), size=len(x))\n"
            "    return x[order], y[order]",
            "come twice",
        ),
        (
            "def shuffled(x, y, rng):\n    return x[rng.permutation(len(x))]",
            "Return two",
        ),
        (
            "def shuffled(x, y, rng):\n    order = rng.permutation(len(x))[:10]\n"
            "    return x[order], y[order]",
            r"makes \(10, 2\)",
        ),
    ],
    "check_squared_error": [
        (
            "def squared_error(prediction, target):\n"
            "    return np.mean((np.ravel(prediction) - np.ravel(target)) ** 2)",
            "a single target",
        ),
        (
            "def squared_error(prediction, target):\n"
            "    return np.sum((np.ravel(prediction) - np.ravel(target)) ** 2)",
            "is it the mean",
        ),
        (
            "def squared_error(prediction, target):\n"
            "    return (np.ravel(prediction) - np.ravel(target)) ** 2",
            r"has shape \(3,\)",
        ),
        (
            "def squared_error(prediction, target):\n"
            "    prediction, target = np.ravel(prediction), np.ravel(target)\n"
            "    assert prediction.shape == target.shape\n"
            "    return np.mean((prediction - target) ** 2)",
            "AssertionError; a ValueError",
        ),
    ],
    "check_epoch_loss": [
        (
            "def epoch_loss(batch_losses, batch_sizes):\n"
            "    return np.sum(batch_losses) / np.sum(batch_sizes)",
            "have the mean 1.0",
        ),
        (
            "def epoch_loss(batch_losses, batch_sizes):\n"
            "    weights = np.divide(batch_sizes, max(batch_sizes))\n"
            "    return np.mean(np.multiply(batch_losses, weights))",
            "right is 1.24",
        ),
        (
            "def epoch_loss(batch_losses, batch_sizes):\n"
            "    return np.median(batch_losses)",
            "it gives 1.00",
        ),
    ],
    "check_company": [
        (
            "def depends_on_company(answer, x):\n"
            "    return not np.allclose(answer(x[:1])[0], answer(x)[0])",
            "adds the number of the row",
        ),
        (
            "def depends_on_company(answer, x):\n"
            "    order = np.roll(np.arange(len(x)), 1)\n"
            "    return not np.allclose(answer(x[order]), answer(x)[order])",
            "softmax over the samples",
        ),
        (
            "def depends_on_company(answer, x):\n"
            "    alone = np.concatenate([answer(row[None]) for row in x])\n"
            "    return not np.array_equal(alone, answer(x))",
            "Leave room for rounding",
        ),
        (
            "def depends_on_company(answer, x):\n    return True",
            "healthy|a row of its own",
        ),
        (
            "def depends_on_company(answer, x):\n"
            "    return not np.allclose(answer(x[::-1]), answer(x))",
            "softmax over the samples|a row of its own",
        ),
    ],
    "check_fit_line": [
        (line(start="np.zeros(2, dtype=int)"), "never leaves the origin"),
        (line(target="t[:, None]"), "What shape has `error`"),
        (line(how="+="), "what is in `d`|What is in `d`|it swings"),
        (line(sign="+"), "runs away|swings"),
        (line(start="np.zeros(1)"), "stopped with IndexError"),
        (
            "def fit_line(x, t, rate, steps):\n    p = np.zeros(2)\n"
            "    for _ in range(steps):\n"
            "        p[0] -= rate * 2 * np.mean((p[0] * x - t) * x)\n    return p",
            "comes to rest at 2.00 and 0.00",
        ),
    ],
}
