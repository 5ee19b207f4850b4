"""What readers of chapter 12 answer, and what they must be told."""

DIAGNOSE = "def diagnose(baseline, train_error, cv_error, tolerance):\n"
STANDARDISED = "def standardised(x, train, judged):\n"
REPORT = "def report(cv_errors, test_errors):\n"
CHEAPEST = """
def cheapest(scores, labels, alarm, miss):
    costs = []
    for cut in scores:
        called = scores >= cut
        costs.append(
            alarm * np.sum(called & (labels == 0))
            + miss * np.sum(~called & (labels == 1))
        )
    return scores[np.argmin(costs)]
"""

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_diagnose": [
        (
            DIAGNOSE
            + """
    if train_error > tolerance:
        return "both" if cv_error - train_error > tolerance else "bias"
    return "variance" if cv_error - train_error > tolerance else "fine"
""",
            "not high where 10.6 can",
        ),
        (
            DIAGNOSE
            + """
    if train_error - baseline > tolerance:
        return "bias"
    return "variance" if cv_error - train_error > tolerance else "fine"
""",
            "two large gaps",
        ),
        (
            DIAGNOSE
            + """
    bias = train_error - baseline > tolerance
    variance = cv_error - baseline > tolerance
    if bias and variance:
        return "both"
    return "bias" if bias else "variance" if variance else "fine"
""",
            "The second gap runs from",
        ),
        (DIAGNOSE + "    return 'overfit'", "one of the words"),
        (DIAGNOSE + "    pass", "returns nothing"),
    ],
    "check_share_wrong": [
        (
            "def share_wrong(p, labels):\n    return np.mean(np.sign(p) != labels)",
            "the label 0 counts",
        ),
        (
            "def share_wrong(p, labels):\n    return np.mean((p > 0.5) != labels)",
            "exactly one half",
        ),
        (
            "def share_wrong(p, labels):\n    return np.mean((p >= 0.5) == labels)",
            "share of right answers",
        ),
        ("def share_wrong(p, labels):\n    return (p >= 0.5) != labels", "one number"),
        (
            "def share_wrong(p, labels):\n    return np.mean((p > 0.4) != labels)",
            "at one half",
        ),
    ],
    "check_standardised": [
        (
            STANDARDISED
            + """
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    return z[train], z[judged]
""",
            "still come from all rows",
        ),
        (
            STANDARDISED
            + """
    a, b = x[train], x[judged]
    return (a - a.mean(axis=0)) / a.std(axis=0), (b - b.mean(axis=0)) / b.std(axis=0)
""",
            "depending on its company",
        ),
        (
            STANDARDISED
            + "    z = x - x[train].mean(axis=0)\n    return z[train], z[judged]",
            "division by the deviation is missing",
        ),
        (
            STANDARDISED
            + """
    z = (x - x[train].mean()) / x[train].std()
    return z[train], z[judged]
""",
            "along axis 0",
        ),
        (
            STANDARDISED
            + """
    z = (x[train] - x[train].mean(axis=0)) / x[train].std(axis=0)
    return z, x[judged]
""",
            "same to the judged part",
        ),
        (STANDARDISED + "    return x[train]", "two arrays"),
        (STANDARDISED + "    return x[train], x[train]", "a row for each index"),
    ],
    "check_report": [
        (
            REPORT
            + "    best = np.argmin(test_errors)\n    return best, cv_errors[best]",
            "the test set has chosen",
        ),
        (
            REPORT
            + "    best = int(np.argmin(cv_errors))\n    return best, cv_errors[best]",
            "flatters",
        ),
        (
            REPORT + "    return int(np.argmin(cv_errors)), np.min(test_errors)",
            "another candidate",
        ),
        (
            REPORT
            + "    best = np.argmax(cv_errors)\n    return best, test_errors[best]",
            "lowest error, 0.21",
        ),
        (REPORT + "    return 1, 0.5", "is 0.25, not 0.5"),
        (REPORT + "    return np.argmin(cv_errors)", "two things"),
    ],
    "check_cheapest": [
        (CHEAPEST.replace("scores >= cut", "scores > cut"), "Call what is equal"),
        (
            CHEAPEST.replace("alarm *", "miss_ *")
            .replace("miss *", "alarm *")
            .replace("miss_ *", "miss *"),
            "costs are swapped",
        ),
        (CHEAPEST.replace("alarm *", "1 *").replace("miss *", "1 *"), "its own cost"),
        (CHEAPEST.replace("scores[np.argmin(costs)]", "np.argmin(costs)"), "position"),
        (CHEAPEST.replace("scores[np.argmin(costs)]", "costs"), "one threshold"),
    ],
    "check_area": [
        (
            """
def area(scores, labels):
    return np.mean(scores[labels == 1][:, None] > scores[labels == 0])
""",
            "counts 1/2",
        ),
        (
            """
def area(scores, labels):
    return np.mean(scores[labels == 1][:, None] >= scores[labels == 0])
""",
            "a whole point",
        ),
        (
            """
def area(scores, labels):
    return np.mean(scores[labels == 1][:, None] < scores[labels == 0])
""",
            "wrong way round",
        ),
        (
            """
def area(scores, labels):
    return np.mean(scores[labels == 1] > scores[labels == 0])
""",
            "every positive with",
        ),
        (
            """
def area(scores, labels):
    return scores[labels == 1][:, None] > scores[labels == 0]
""",
            "the area is a number",
        ),
    ],
}
