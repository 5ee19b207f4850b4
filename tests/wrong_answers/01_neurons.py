"""What readers of chapter 1 answer, and what they must be told."""

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_neuron_loop": [
        ("def neuron(x, w, b):\n    return sum(x * w)", "bias b is missing"),
        ("def neuron(x, w, b):\n    return sum(x * w + b)", "once per input"),
        ("def neuron(x, w, b):\n    return sum(x) * w[0] + b", "its own weight"),
        ("def neuron(x, w, b):\n    return x * w + b", "one number"),
        ("def neuron(x, w, b):\n    pass", "returns nothing"),
        ("def neuron(x, w, b):\n    return x[9]", "IndexError"),
    ],
    "check_bottom_row": [
        ("w_bottom = [0, 0, 1, 1]\nb_bottom = 0", "3] fires|fires and should not"),
        ("w_bottom = [0, 0, 1, 1]\nb_bottom = -3", "should fire and does not"),
        ("w_bottom = [1, 1, 1, 1]\nb_bottom = -3.5", "should fire and does not"),
        ("w_bottom = [0, 0, 1]\nb_bottom = -1", "four weights"),
        ("w_bottom = [0, 0, 1, 1]\nb_bottom = 'x'", "not the kind of answer"),
    ],
    "check_perceptron_rule": [
        (
            "def learn(x, labels, epochs):\n    return np.array([-2.0, -1.0]), 2.5",
            "not the ones the rule",
        ),
        (
            "def learn(x, labels, epochs):\n    return np.ones(2), 0.0",
            "Compare what changes here",
        ),
        (
            """
def learn(x, labels, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        for sample, label in zip(x, labels, strict=True):
            answer = int(sample @ w + b > 0)
            w += (label - answer) * sample
            b -= label - answer
    return w, b
""",
            "up or down",
        ),
        ("def learn(x, labels, epochs):\n    return np.ones(2)", "two things"),
    ],
    "check_logit_step": [
        ("step = np.log(9)", "w3 = 12"),
        ("step = 0.4 / 12", "straight line"),
        ("step = 0.5", "divide by the weight"),
        ("step = 'a little'", "not the kind of answer"),
    ],
    "check_feature_cross": [
        ("def cross(x):\n    return x[:, 0] + x[:, 1]", "Multiply two pixels"),
        ("def cross(x):\n    return x[:, 0] ** 2", "Multiply two pixels"),
        ("def cross(x):\n    return x[:, 2] * x[:, 3]", "must not be dark together"),
        ("def cross(x):\n    return x[0] * x[1]", r"shape \(16,\)"),
    ],
}
