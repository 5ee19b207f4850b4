"""What readers of chapter 14 answer, and what they must be told."""

BAG = "def bag(words, known):\n"
CEILINGS = "def ceilings(kinds, n_samples):\n    counts = Counter(kinds)\n"
SETS = "def two_sets(pictures, rng):\n"
SPLIT = (
    SETS
    + """
    order = rng.permutation(len(pictures))
    cv, train = pictures[order[:10]], pictures[order[10:]]
"""
)
ADMIT = """
def admit(pictures):
    x = np.asarray(pictures, dtype=float)
    if x.ndim != 3 or x.shape[1:] != (8, 8):
        raise ValueError(f"wrong shape {x.shape}")
    if not np.all((0 <= x) & (x <= 1)):
        raise ValueError("ink must lie between 0 and 1")
    if x.mean() >= 0.5:
        raise ValueError("more ink than paper")
    return x
"""
REPLACE = "def may_replace(old_wrong, new_wrong, groups):\n"
WORST = """
def worst_group(wrong, groups, at_least):
    shares = {}
    for group in sorted(set(groups)):
        mine = groups == group
        if mine.sum() >= at_least:
            shares[group] = wrong[mine].mean()
    return max(shares, key=shares.get)
"""

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_bag": [
        (BAG + "    return [int(word in words) for word in known]", "That is presence"),
        (BAG + "    return [words.count(word) for word in words]", "also if it does"),
        (
            BAG + "    return [' '.join(words).count(word) for word in known]",
            "Compare whole words",
        ),
        (BAG + "    return sorted(words.count(word) for word in known)", "it says"),
        (BAG + "    words.count(known[0])", "returns nothing"),
    ],
    "check_ceilings": [
        (
            CEILINGS
            + "    return {kind: len(kinds) - n for kind, n in counts.items()}",
            "as a share of the 1000",
        ),
        (
            CEILINGS
            + "    n = len(kinds)\n"
            + "    return {kind: (n - m) / n for kind, m in counts.items()}",
            "the right ones included",
        ),
        (
            CEILINGS + "    return {k: n / n_samples for k, n in counts.items()}",
            "what the repair brings",
        ),
        (
            CEILINGS + "    return {k: 1 - n / n_samples for k, n in counts.items()}",
            "a share of 0.02",
        ),
        (CEILINGS + "    return len(kinds) / n_samples", "a dictionary"),
    ],
    "check_two_sets": [
        (
            SETS
            + """
    many = np.concatenate([pictures, shifted(pictures, 1, rng=rng)])
    order = rng.permutation(len(many))
    return many[order[20:]], many[order[:20]]
""",
            "learned by heart",
        ),
        (
            SPLIT
            + """
    train = np.concatenate([train, shifted(train, 1, rng=rng)])
    return train, np.concatenate([cv, shifted(cv, 1, rng=rng)])
""",
            "Judge on pictures as they are",
        ),
        (SPLIT + "    return train, cv", "a shifted copy of each"),
        (SPLIT + "    return np.concatenate([train, train]), cv", "are not shifted"),
        (SPLIT + "    return np.concatenate([train, train]), cv[:5]", "One fifth"),
        (SPLIT + "    return train", "two arrays"),
    ],
    "check_admit": [
        (ADMIT.replace("not np.all((0 <= x) & (x <= 1))", "x.max() > 1"), "negative"),
        (
            ADMIT.replace(
                "not np.all((0 <= x) & (x <= 1))", "np.any((x < 0) | (x > 1))"
            ),
            "through a NaN",
        ),
        (ADMIT.replace("x.mean() >= 0.5", "False"), "white digits on black"),
        (ADMIT.replace("x.mean() >= 0.5", "x.mean() >= 0.1"), "three good pictures"),
        (ADMIT.replace("x.ndim != 3 or x.shape[1:]", "x.shape[-2:]"), "one picture"),
        (ADMIT.replace('ValueError("ink', 'TypeError("ink'), "Raise a ValueError"),
        (
            ADMIT.replace('"ink must lie between 0 and 1"', '"no"'),
            "Say in the error what is wrong",
        ),
        (ADMIT.replace("return x", "return x > 0.5"), "come back as they are"),
    ],
    "check_may_replace": [
        (
            REPLACE + "    return bool(new_wrong.sum() < old_wrong.sum())",
            "'few' has 4 instead of 2",
        ),
        (
            REPLACE
            + """
    return all(
        new_wrong[groups == g].sum() <= old_wrong[groups == g].sum()
        for g in set(groups)
    )
""",
            "nothing speaks for a change",
        ),
        (
            REPLACE
            + """
    return all(
        new_wrong[groups == g].sum() < old_wrong[groups == g].sum()
        for g in set(groups)
    )
""",
            "7 mistakes instead of 12",
        ),
        (
            REPLACE
            + """
    few = groups == "few"
    fewer = new_wrong.sum() < old_wrong.sum()
    return bool(fewer and new_wrong[few].sum() <= old_wrong[few].sum())
""",
            "it counts, too",
        ),
        (REPLACE + "    return new_wrong < old_wrong", "True or False"),
    ],
    "check_worst_group": [
        (WORST.replace(".mean()", ".sum()"), "of 60 samples"),
        (WORST.replace(">= at_least", ">= 0"), "has only 4 samples"),
        (WORST.replace(">= at_least", "> at_least"), "4 or more"),
        (
            WORST.replace("max(shares, key=shares.get)", "max(shares.values())"),
            "the name of one group",
        ),
    ],
}
