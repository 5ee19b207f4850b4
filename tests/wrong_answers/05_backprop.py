"""What readers of chapter 5 answer, and what they must be told."""

CHAIN = """def gradients(x, y, w1, b1, w2, b2):
    a1 = np.tanh(w1 * x + b1)
    d2 = w2 * a1 + b2 - y
    """
HEAD = "def gradients(x, y, W1, b1, W2, b2):\n    "
Z = "z1 = x @ W1 + b1\n    a1 = sigmoid(z1)\n    "
D2 = "d2 = (a1 @ W2 + b2 - y) / len(x)\n    "
D1 = "d1 = d2 @ W2.T * sigmoid_grad(z1)\n    "
END = "return x.T @ d1, d1.sum(axis=0), a1.T @ d2, d2.sum(axis=0)"
SINE = "def sine(x):\n    return "

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_chain": [
        (
            CHAIN + "d1 = d2 * a1 * (1 - a1**2)\n    return d1 * x, d1, d2 * a1, d2",
            "multiplied by a1",
        ),
        (
            CHAIN + "d1 = d2 * (1 - a1**2)\n    return d1 * x, d1, d2 * a1, d2",
            "w2 is missing",
        ),
        (
            CHAIN + "d1 = d2 * w2\n    return d1 * x, d1, d2 * a1, d2",
            "slope of tanh is missing",
        ),
        (
            CHAIN + "d1 = d2 * w2 * (1 - a1**2)\n    return d1, d1, d2 * a1, d2",
            "z1 gain when w1",
        ),
        (
            CHAIN + "d1 = d2 * w2 * (1 - np.tanh(a1)**2)\n"
            "    return d1 * x, d1, d2 * a1, d2",
            "measured is",
        ),
        (
            CHAIN + "d2 = y - w2 * a1 - b2\n    d1 = d2 * w2 * (1 - a1**2)\n"
            "    return d1 * x, d1, d2 * a1, d2",
            "wrong sign",
        ),
        (
            CHAIN + "d2 = 2 * d2\n    d1 = d2 * w2 * (1 - a1**2)\n"
            "    return d1 * x, d1, d2 * a1, d2",
            r"\*half\* the square",
        ),
        (
            CHAIN + "d2 = d2 * (1 - (w2 * a1 + b2)**2)\n    d1 = d2 * w2\n"
            "    return d1 * x, d1, d2 * a1, d2",
            "no bend at the output",
        ),
        (CHAIN + "return d2 * a1, d2", "four numbers"),
    ],
    "check_patient_a": [
        (
            HEAD + Z + D2 + D1 + "return x.T @ d1, d1.mean(axis=0), a1.T @ d2, "
            "d2.mean(axis=0)",
            "5 times too small",
        ),
        (
            HEAD + Z + D2 + D1 + "return x.T @ d1, d1.sum(), a1.T @ d2, d2.sum()",
            "must have the shape of b1",
        ),
        (HEAD + Z + D2 + D1 + "return x.T @ d1, d1, a1.T @ d2, d2", "shape of b1"),
        (
            HEAD + Z + D2 + D1 + "return x.T @ d1, 0 * b1, a1.T @ d2, d2.sum(axis=0)",
            "b1 is off by 1; W1 and W2 and b2 agree",
        ),
        (HEAD + Z + D2 + D1 + "return x.T @ d1, a1.T @ d2", "Return four arrays"),
    ],
    "check_patient_b": [
        (
            HEAD + Z + "d2 = (a1 @ W2 + b2 - y) / y.size\n    " + D1 + END,
            "Which 3 have you counted",
        ),
        (
            HEAD + Z + "d2 = (y - a1 @ W2 - b2) / len(x)\n    " + D1 + END,
            "wrong sign",
        ),
        (
            HEAD + Z + "d2 = 2 * (a1 @ W2 + b2 - y) / len(x)\n    " + D1 + END,
            "twice too large",
        ),
        (
            HEAD
            + Z
            + "d2 = a1 @ W2 + b2 - y\n    "
            + D1
            + "return x.T @ d1 / len(x), d1.sum(axis=0), a1.T @ d2 / len(x), "
            "d2.sum(axis=0)",
            "b1 is off by 0.8",
        ),
    ],
    "check_patient_c": [
        (
            HEAD + Z + D2 + "d1 = (W2.T @ d2.T).T * sigmoid_grad(z1)\n    " + END,
            "delta1 is not. A square matrix",
        ),
        (HEAD + Z + D2 + "d1 = d2 * sigmoid_grad(z1)\n    " + END, "W2 is missing"),
    ],
    "check_patient_d": [
        (HEAD + Z + D2 + "d1 = d2 @ W2.T\n    " + END, "its slope is missing"),
        (
            HEAD + Z + D2 + "d1 = d2 @ W2.T * sigmoid(z1)\n    " + END,
            "delta1 is not. Each factor",
        ),
        (
            HEAD + Z + D2 + "d1 = d2 @ W2.T * (1 - a1**2)\n    " + END,
            "W1 is off by",
        ),
    ],
    "check_sine": [
        (SINE + "np.sin(x.data)", "Return a Tensor"),
        (SINE + "Tensor(np.sin(x.data))", "Nothing comes back"),
        (SINE + "Tensor(np.sin(x.data), [(x, lambda d: np.cos(x.data))])", "not mul"),
        (
            SINE + "Tensor(np.sin(x.data), [(x, lambda d: -d * np.cos(x.data))])",
            "without a minus",
        ),
        (
            SINE + "Tensor(np.sin(x.data), [(x, lambda d: d * np.sin(x.data))])",
            "should be 0.765",
        ),
        (
            SINE + "Tensor(np.cos(x.data), [(x, lambda d: d * np.cos(x.data))])",
            "not the sines",
        ),
    ],
}
