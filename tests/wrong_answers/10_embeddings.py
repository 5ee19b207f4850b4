"""What readers of chapter 10 answer, and what they must be told."""

LOOKUP = """def both_ways(ids, table):
    ids = np.asarray(ids)
    vectors = (ids[:, None] == np.arange(len(table))).astype(float)
    return {}
"""
STEP = """def step(table, ids, d_output, rate):
    table = table.copy()
    {}
    return table
"""
NEAREST = """def nearest_row(i, table):
    directions = {}
    cosines = directions @ directions[i]
    {}
    return int(cosines.{}())
"""
LENGTHS = "table / np.linalg.norm(table, axis=1, keepdims=True)"
PAIRS = """def all_pairs(words, window):
    pairs = []
    for i in range(len(words)):
        for j in range({}):
            if {}:
                pairs.append(({}))
    return pairs
"""
ENDS = "max(0, i - window), min(len(words), i + window + 1)"
SAMPLED = """def sampled_loss(u, v, drawn):
    loss = {}
    d_u = {}
    return loss, d_u
"""
LOSS = "np.logaddexp(0, -(v @ u)) + np.logaddexp(0, drawn @ u).sum()"
D_U = "(sigmoid(v @ u) - 1) * v + sigmoid(drawn @ u) @ drawn"

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_lookup": [
        (LOOKUP.format("table[ids]"), "Return two results"),
        (LOOKUP.format("table[ids], vectors"), "have the shape \\(4, 6\\)"),
        (LOOKUP.format("table[np.sort(ids)], vectors @ table"), "are sorted"),
        (LOOKUP.format("table[ids - 1], vectors @ table"), "not rows 4, 0, 4 and 5"),
    ],
    "check_pays": [
        ("widest = 10_000 * 64 / (10_000 + 64)", "round down"),
        ("widest = 64", "the table alone is as large"),
        ("widest = 32", "One column more gives 332,176"),
        ("widest = 128", "1,288,256 parameters, more than"),
    ],
    "check_step": [
        (STEP.format("table[ids] -= rate * d_output"), "only the last of its two"),
        (STEP.format("np.add.at(table, ids, rate * d_output)"), "goes uphill"),
        (
            STEP.replace("table.copy()", "table").format(
                "np.subtract.at(table, ids, rate * d_output)"
            ),
            "changed the table that it was given",
        ),
        (
            STEP.format(
                "for i in set(ids):\n"
                "        table[i] -= rate * d_output[ids == i].mean(axis=0)"
            ),
            "added up, not averaged",
        ),
        (STEP.format("np.subtract.at(table, ids, d_output)"), "Row 2 should become"),
        ("def step(table, ids, d_output, rate):\n    return d_output", "yours \\(3, 2"),
    ],
    "check_nearest": [
        (NEAREST.format(LENGTHS, "pass", "argmax"), "nearest to itself"),
        (NEAREST.format("table", "cosines[i] = -np.inf", "argmax"), "Divide by"),
        (NEAREST.format(LENGTHS, "cosines[i] = np.inf", "argmin"), "opposite way"),
        (
            "def nearest_row(i, table):\n"
            "    distances = np.linalg.norm(table - table[i], axis=1)\n"
            "    distances[i] = np.inf\n"
            "    return int(distances.argmin())",
            "smallest distance",
        ),
        ("def nearest_row(i, table):\n    return 99", "is nearest to row"),
    ],
    "check_pairs": [
        (PAIRS.format(ENDS, "True", "words[i], words[j]"), "no neighbour of itself"),
        (
            PAIRS.format(ENDS, "words[i] != words[j]", "words[i], words[j]"),
            "compare places",
        ),
        (
            PAIRS.format(
                "i - window, min(len(words), i + window + 1)",
                "i != j",
                "words[i], words[j]",
            ),
            "count from the end",
        ),
        (
            PAIRS.format(ENDS.replace(" + 1", ""), "i != j", "words[i], words[j]"),
            "is missing",
        ),
        (
            PAIRS.format(ENDS, "i != j", "words[i], words[j]")
            + "\n\nkeep = all_pairs\n\n\n"
            "def all_pairs(words, window):\n    return keep(words, window)[::-1]\n",
            "in another order",
        ),
        (PAIRS.format("0", "True", "words[i], words[j]"), "is missing"),
    ],
    "check_sampling": [
        (SAMPLED.format(LOSS, f"-({D_U})"), "wrong sign"),
        (
            SAMPLED.format(LOSS, D_U.replace("(sigmoid(v @ u) - 1)", "sigmoid(v @ u)")),
            "minus 1",
        ),
        (SAMPLED.format(LOSS.replace("sum", "mean"), D_U), "not averaged"),
        (
            SAMPLED.format(
                "np.logaddexp(0, v @ u) + np.logaddexp(0, -(drawn @ u)).sum()", D_U
            ),
            "wrong way round",
        ),
        (SAMPLED.format("np.logaddexp(0, -(v @ u))", D_U), "missing in the loss"),
        (SAMPLED.format(f"2 * ({LOSS})", D_U), "The loss should be"),
        (SAMPLED.format(LOSS, "u"), "The gradient should be"),
        (SAMPLED.format(LOSS, "0.0"), "shape of u"),
        (
            "def sampled_loss(u, v, drawn):\n    return np.logaddexp(0, -(v @ u))",
            "Return two things",
        ),
    ],
}
