"""What readers of chapter 4 answer, and what they must be told."""

HALF_MSE = "def half_mse(prediction, target):\n    e = prediction - target\n    return "
CE = "def cross_entropy(p, labels):\n    "
BATCHES = "def batches(n, size, rng):\n    "

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_half_mse": [
        (HALF_MSE + "(e**2).mean(), e / len(e)", "to be halved"),
        (HALF_MSE + "(e**2).sum() / 2, e", "half the mean square"),
        (HALF_MSE + "(e**2).mean() / 2, 2 * e / len(e)", "still carry a 2"),
        (HALF_MSE + "(e**2).mean() / 2, -e / len(e)", "wrong sign"),
        (HALF_MSE + "(e**2).mean() / 2, e", "not divided by n"),
        (HALF_MSE + "(e**2).mean() / 2, e**2", "error / n"),
        (HALF_MSE + "(e**2).mean() / 2", "two things"),
        (HALF_MSE + "e**2 / 2, e / len(e)", "your shapes are"),
    ],
    "check_cross_entropy": [
        (CE + "return -np.mean(np.log(p[:, labels]))", "all labels for every sample"),
        (
            CE + "return -np.mean(np.eye(p.shape[1])[labels] * np.log(p))",
            "Too small by the factor",
        ),
        (CE + "return -np.log(p[np.arange(len(p)), labels])", "take the mean"),
        (CE + "return np.mean(np.log(p[np.arange(len(p)), labels]))", "true classes"),
    ],
    "check_floor": [
        ("floor = 0", "sure and right"),
        ("floor = 0.2 * np.log(0.2) + 0.8 * np.log(0.8)", "never negative"),
        ("floor = -np.log(0.2)", "surprise at a yes"),
        ("floor = 0.7219", "in bits"),
        ("floor = np.log(2)", "one half"),
        ("floor = 0.16", "two logarithms"),
    ],
    "check_edge": [
        ("edge = 2 / 3", "second derivative"),
        ("edge = 2", "gives in first"),
        ("edge = 1 / 6", "in the middle at once"),
        ("edge = 0.1", "range from -1 to 1"),
    ],
    "check_same_rate": [
        ("rate = 0.12", "carry a 2"),
        ("rate = 0.008", "a sum"),
        ("rate = 0.004 / 15", "wrong way"),
        ("rate = 0.004", "both slopes"),
    ],
    "check_batches": [
        (
            BATCHES + "o = rng.permutation(n)\n"
            "    return [o[i : i + size] for i in range(0, n - size + 1, size)]",
            "only 8 are used",
        ),
        (
            BATCHES
            + "return [rng.integers(n, size=size) for _ in range(0, n, size)][:3]",
            "drawn twice",
        ),
        (
            BATCHES + "return [np.arange(n)[i : i + size] for i in range(0, n, size)]",
            "old order",
        ),
        (BATCHES + "return [rng.permutation(n)]", "has 10 samples"),
        (BATCHES + "return list(rng.permutation(n)[:, None])", "but the last is full"),
        (BATCHES + "return np.array_split(rng.permutation(n), 3)", "are of 4, 3, 3"),
        (BATCHES + "return []", "no batch at all"),
        (
            BATCHES + "o = 1 + rng.permutation(n)\n"
            "    return [o[i : i + size] for i in range(0, n, size)]",
            "from 0 to 9",
        ),
    ],
}
