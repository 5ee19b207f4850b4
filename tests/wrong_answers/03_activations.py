"""What readers of chapter 3 answer, and what they must be told."""

BUG = """def gradient(x, y, w, b):
    z = x @ w + b
    a = np.maximum(z, 0)
    return """


def choose(inside, spam, wait, warmer):
    return f"""
hidden = dict.fromkeys(["spam", "wait", "warmer"], {inside!r})
output = dict(spam={spam!r}, wait={wait!r}, warmer={warmer!r})
"""


# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_merge": [
        (
            "def merge(W1, b1, W2, b2):\n    return W1 @ W2, b1 + b2",
            "second layer, too",
        ),
        ("def merge(W1, b1, W2, b2):\n    return W1 @ W2, b2", "for x = 0"),
        ("def merge(W1, b1, W2, b2):\n    return W2 @ W1, b2", "ValueError"),
        ("def merge(W1, b1, W2, b2):\n    return W1 @ W2.T, b2", "W1 first"),
        (
            "def merge(W1, b1, W2, b2):\n    return W2 @ W1.T, b2",
            r"has shape \(3, 4\)",
        ),
        ("def merge(W1, b1, W2, b2):\n    return W1 @ W2", "two things"),
    ],
    "check_leaky": [
        ("def leaky(z, alpha):\n    return np.maximum(z, 0)", "plain ReLU"),
        ("def leaky(z, alpha):\n    return np.maximum(alpha * z, z)", "sign of z"),
        ("def leaky(z, alpha):\n    return alpha * z", "should return"),
        ("def leaky(z, alpha):\n    return z[z > 0]", r"the shape \(2,\)"),
        ("def leaky(z, alpha):\n    return z if z > 0 else alpha * z", "ValueError"),
    ],
    "check_relu_gradient": [
        (BUG + "x.T @ (a - y) / len(x)", "still pull"),
        (BUG + "x.T @ ((a - y) * (z > 0))", "length is not"),
        (BUG + "x.T @ ((a - y) * (z > 0)) / np.sum(z > 0)", "length is not"),
        (BUG + "x.T @ ((a - y) * a) / len(x)", "activation. Its slope"),
        (BUG + "x.T @ ((a - y) * (z < 0)) / len(x)", "not the gradient"),
        (BUG + "(x * (a - y)[:, None]) * (z > 0)[:, None]", r"the shape \(50, 3\)"),
    ],
    "check_count_dead": [
        ("def count_dead(z):\n    return np.sum(np.all(z < 0, axis=0))", "z = 0"),
        ("def count_dead(z):\n    return np.sum(np.any(z <= 0, axis=0))", "for some"),
        ("def count_dead(z):\n    return np.sum(np.all(z <= 0, axis=1))", "samples"),
        ("def count_dead(z):\n    return np.sum(z <= 0)", "single entries"),
        ("def count_dead(z):\n    return np.all(z <= 0, axis=0)", r"the shape \(6,\)"),
        ("def count_dead(z):\n    return z.shape[1]", "it says 6 dead"),
    ],
    "check_depth": [
        ("depth = 15", "Nearly"),
        ("depth = 9", "for sigmoids"),
        ("depth = 51", "slopes that multiply"),
        ("depth = np.log(1e-6) / np.log(1 - np.tanh(1) ** 2)", "whole numbers"),
        ("depth = 10", "not under"),
        ("depth = 1000", "fewer would do"),
    ],
    "check_choice": [
        ("hidden = {}\noutput = {}", r'hidden\["spam"\]'),
        (choose("ReLU", "sigmoid", "softplus", "linear"), "The names are linear"),
        (choose("linear", "sigmoid", "softplus", "linear"), "collapse"),
        (choose("exp", "sigmoid", "softplus", "linear"), "for outputs"),
        (choose("sigmoid", "sigmoid", "softplus", "linear"), "sixteenth"),
        (choose("relu", "linear", "softplus", "linear"), "yes or no"),
        (choose("relu", "sigmoid", "softplus", "relu"), "colder"),
        (choose("relu", "sigmoid", "softplus", "tanh"), "any number"),
        (choose("relu", "sigmoid", "linear", "linear"), "no time"),
        (choose("relu", "sigmoid", "sigmoid", "linear"), "one minute"),
        (choose("relu", "sigmoid", "relu", "linear"), "can die"),
        (choose("relu", "sigmoid", "softmax", "linear"), "is positive"),
    ],
}
