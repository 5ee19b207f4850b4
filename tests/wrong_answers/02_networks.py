"""What readers of chapter 2 answer, and what they must be told."""

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_count": [
        (
            "def count(sizes):\n"
            "    return sum(n * m for n, m in zip(sizes, sizes[1:]))",
            "these are the weights",
        ),
        (
            "def count(sizes):\n"
            "    weights = sum(n * m for n, m in zip(sizes, sizes[1:]))\n"
            "    return weights + sum(sizes)",
            "inputs are no neurons",
        ),
        ("def count(sizes):\n    return (sizes[0] + 1) * sizes[1]", "first layer"),
        ("def count(sizes):\n    return np.prod(sizes)", "by hand first"),
        (
            "def count(sizes):\n"
            "    return [(n + 1) * m for n, m in zip(sizes, sizes[1:])]",
            "one number",
        ),
    ],
    "check_xor": [
        (
            "W_hidden, b_hidden = [[1, 1], [1, 1]], [-0.5, -1.5]\n"
            "w_output, b_output = [1, 1], -0.5",
            "This is OR",
        ),
        (
            "W_hidden, b_hidden = [[1, 1], [1, 1]], [-0.5, -0.5]\n"
            "w_output, b_output = [1, -1], -0.5",
            "say the same",
        ),
        (
            "W_hidden, b_hidden = [[1, 1], [1, 1]], [-0.5, -1.5]\n"
            "w_output, b_output = [1, -1], -1.5",
            "of four are wrong",
        ),
        (
            "W_hidden, b_hidden = [1, 1], [-0.5, -1.5]\n"
            "w_output, b_output = [1, -1], -0.5",
            r"W_hidden must have the shape \(2, 2\)",
        ),
        (
            "W_hidden, b_hidden = 'or', 'and'\nw_output, b_output = [1, -1], -0.5",
            "not the kind of answer",
        ),
    ],
    "check_dense_loop": [
        (
            """
def dense(x, W, b, h):
    a = np.zeros(W.shape[1])
    for j in range(min(W.shape)):
        a[j] = h(x @ W[:, j] + b[j])
    return a
""",
            "How often does the loop run",
        ),
        (
            "def dense(x, W, b, h):\n    return x @ W + b",
            "the activation h is missing",
        ),
        ("def dense(x, W, b, h):\n    return h(x @ W)", "biases are missing"),
        (
            """
def dense(x, W, b, h):
    a = np.zeros(len(x))
    for j in range(len(x)):
        a[j] = h(x @ W[:, j] + b[j])
    return a
""",
            "it returns 2 numbers, not 3",
        ),
        (
            "def dense(x, W, b, h):\n    return h(x @ W[:, ::-1] + b)",
            "column j of W",
        ),
    ],
    "check_forward": [
        (
            """
def forward(X, layers):
    a = X
    for W, b in layers:
        a = a @ W + b
    return a
""",
            "Nothing bends",
        ),
        (
            """
def forward(X, layers):
    a = X
    for W, b in layers:
        a = a @ W + b
    return sigmoid(a)
""",
            "Only the output",
        ),
        (
            """
def forward(X, layers):
    for W, b in layers[:1]:
        a = sigmoid(X @ W + b)
    return a
""",
            "Each layer takes what the one before",
        ),
        (
            """
def forward(X, layers):
    a = X
    for W, b in layers:
        a = sigmoid(a @ W - b)
    return a
""",
            "should be",
        ),
        (
            """
def forward(X, layers):
    for W, b in layers:
        a = sigmoid(X @ W + b)
    return a
""",
            "ValueError",
        ),
    ],
    "check_prepare": [
        (
            "def prepare(new, learned_from):\n"
            "    return new - learned_from.mean(axis=0)",
            "Divide by the standard deviation",
        ),
        (
            "def prepare(new, learned_from):\n"
            "    return (new - learned_from.mean()) / learned_from.std()",
            "mean of each column",
        ),
        (
            """
def prepare(new, learned_from):
    both = np.vstack([learned_from, new])
    return (new - both.mean(axis=0)) / both.std(axis=0)
""",
            "Old and new roasts together",
        ),
        (
            """
def prepare(new, learned_from):
    mean, std = learned_from.mean(axis=0), new.std(axis=0)
    return np.divide(new - mean, std, where=std > 0, out=np.zeros_like(new))
""",
            "in the units of the training set",
        ),
        (
            """
def prepare(new, learned_from):
    mean, std = learned_from.mean(axis=0), learned_from.std(axis=0)
    return (learned_from - mean) / std
""",
            "Six new roasts go in",
        ),
    ],
    "check_hat": [
        ("v = [1, -0.5, 0]", "These are the slopes"),
        ("v = [1, -2, 1]", "What must the slope be"),
        ("v = [1, -1.5]", "three neurons"),
        ("v = 'hat'", "not the kind of answer"),
    ],
}
