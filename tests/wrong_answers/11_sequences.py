"""What readers of chapter 11 answer, and what they must be told."""

READ = """def read_all(x, W, U, b):
    h = np.zeros(len(b))
    for row in {}:
        h = np.tanh({})
    return h
"""
STEP = "row @ W + h @ U + b"
BACK = """def slope_by_u(x, h, u):
    d_u, d_h = 0.0, 1.0
    for t in reversed(range(len(x))):
        d_z = d_h * {}
        d_u {} d_z * {}
        d_h = {}
    return d_u
"""
SLOPE = "(1 - h[t + 1] ** 2)"
ATTEND = """def attend(query, keys, values):
    scores = keys @ query / {}
    weights = {}
    return weights @ values
"""
WEIGHTS = "np.exp(scores) / np.exp(scores).sum()"
MASK = """def masked_weights(scores):
    mask = {}
    return {}
"""
PERPLEXITY = "def perplexity(p):\n    return "

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_read": [
        (READ.format("x", "row @ W + b"), "has to be carried along"),
        (READ.format("x", "row @ W + U @ h + b"), "stands left of U"),
        (READ.format("x[::-1]", STEP), "from the end to the beginning"),
        (READ.format("x", "row @ W + h @ U"), "With 1 step the first number"),
        (
            "def read_all(x, W, U, b):\n    return np.tanh(x @ W + b)[:, :2]",
            "shape \\(3,\\)",
        ),
        (
            "def read_all(x, W, U, b):\n"
            "    h = [np.zeros(len(b))]\n"
            "    for row in x:\n"
            "        h.append(np.tanh(row @ W + h[-1] @ U + b))\n"
            "    return h[-1] if len(x) == 1 else h[1:]",
            "every state",
        ),
    ],
    "check_back": [
        (BACK.format(SLOPE, "=", "h[t]", "d_z"), "you have 0: the share of the first"),
        (BACK.format(SLOPE, "=", "h[t]", "u * d_z"), "shares of the others"),
        (BACK.format(SLOPE, "+=", "h[t]", "d_z"), "acts on the next sum through u"),
        (BACK.format(SLOPE, "+=", "h[t]", "0 * d_z"), "last step alone"),
        (BACK.format(SLOPE, "+=", "h[t + 1]", "u * d_z"), "With 2 steps the slope is"),
        (BACK.format("1", "+=", "h[t]", "u * d_z"), "With 2 steps the slope is"),
    ],
    "check_attend": [
        (ATTEND.format("1", WEIGHTS), "not divided by the root"),
        (ATTEND.format("len(query)", WEIGHTS), "divided by d, and not"),
        (ATTEND.format("np.sqrt(len(keys))", WEIGHTS), "number of keys"),
        (ATTEND.format("np.sqrt(len(query))", "scores"), "softmax is missing"),
        (ATTEND.format("np.sqrt(len(query))", "np.exp(scores)"), "Exponentials alone"),
        (ATTEND.format("-np.sqrt(len(query))", WEIGHTS), "first number of the mixture"),
        (
            "def attend(query, keys, values):\n    return softmax(keys @ query)",
            "are the weights",
        ),
        (
            "def attend(query, keys, values):\n    return keys @ query @ keys",
            "shape \\(3,\\)",
        ),
    ],
    "check_mask": [
        (MASK.format("None", "softmax(scores)"), "Nothing is masked"),
        (
            MASK.format(
                "causal_mask(len(scores))", "np.where(mask, softmax(scores), 0)"
            ),
            "no longer sum to 1",
        ),
        (
            MASK.format(
                "causal_mask(len(scores))", "softmax(np.where(mask, scores, 0))"
            ),
            "score like any other",
        ),
        (
            MASK.format(
                "causal_mask(len(scores)).T",
                "softmax(np.where(mask, scores, -np.inf))",
            ),
            "other triangle",
        ),
        (
            "def masked_weights(scores):\n"
            "    z = np.where(np.tri(len(scores), k=-1) > 0, scores, -np.inf)\n"
            "    with np.errstate(all='ignore'):\n"
            "        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)",
            "may look at itself",
        ),
        (
            MASK.format(
                "causal_mask(len(scores))",
                "softmax(np.where(mask, scores, -np.inf), axis=0)",
            ),
            "first row should be",
        ),
        ("def masked_weights(scores):\n    return scores[0]", "table of \\(5, 5\\)"),
    ],
    "check_divide": [
        ("divide_by = 8", "variance of 1"),
        ("divide_by = 16", "Both factors"),
        ("divide_by = 1024", "variance of a score"),
        ("divide_by = 64", "standard deviations do not: 64 products"),
        ("divide_by = 256", "too much"),
        ("divide_by = 4", "standard deviation of 8"),
    ],
    "check_perplexity": [
        (PERPLEXITY + "-np.log(p).mean()", "cross-entropy"),
        (PERPLEXITY + "np.exp(-np.log(p).sum())", "longer text"),
        (PERPLEXITY + "1 / p.mean()", "not of the probabilities"),
        (PERPLEXITY + "(1 / p).mean()", "logarithms first"),
        (PERPLEXITY + "2 ** -np.log(p).mean()", "mixed them"),
        (PERPLEXITY + "np.exp(np.log(p).mean())", "minus the logarithm"),
        (PERPLEXITY + "len(p)", "and you have 6"),
    ],
}
