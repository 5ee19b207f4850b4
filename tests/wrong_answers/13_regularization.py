"""What readers of chapter 13 answer, and what they must be told."""

GRADIENTS = "def gradients(x, y, w, b, strength):\n    error = x @ w + b - y\n"
ELASTIC = "def elastic_step(w, a, c):\n"
SMALLEST = "def smallest_strength(x, y):\n"
DROPOUT = "def dropout(a, kept, rate, training):\n"
STOPPING = """
def stopping(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return epoch, best
"""
ADAMW = """
def adamw(w, gradients, rate, decay):
    m, v = 0.0, 0.0
    for t, g in enumerate(gradients, start=1):
        w = w * (1 - rate * decay)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        w = w - rate * m_hat / (np.sqrt(v_hat) + 1e-7)
    return w
"""
DECAY = "        w = w * (1 - rate * decay)\n"


def gradients(d_w, d_b="2 * error.mean()"):
    return GRADIENTS + f"    return {d_w}, {d_b}"


OF_LOSS = "2 * x.T @ error / len(x)"

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_gradients": [
        (
            gradients(
                f"{OF_LOSS} + 2 * strength * w", "2 * error.mean() + 2 * strength * b"
            ),
            "The bias is free",
        ),
        (
            gradients("x.T @ error / len(x) + 2 * strength * w", "error.mean()"),
            "without a half",
        ),
        (gradients(OF_LOSS), "the loss alone"),
        (gradients(f"{OF_LOSS} + strength * w"), "slope of a square is twice"),
        (
            gradients(f"{OF_LOSS} + 2 * strength * w / len(x)"),
            "do not divide it by",
        ),
        (gradients(f"{OF_LOSS} - 2 * strength * w"), "By w it should be"),
        (gradients(f"{OF_LOSS} + 2 * strength * w", "2 * error.sum()"), "By b it"),
        (gradients(OF_LOSS, "2 * error"), "have shapes"),
        (GRADIENTS + "    return 2 * error.mean()", "two things"),
        (GRADIENTS, "returns nothing"),
    ],
    "check_elastic_step": [
        (ELASTIC + "    return np.sign(w) * np.maximum(np.abs(w) - a, 0)", "L1 alone"),
        (ELASTIC + "    return w / (1 + 2 * c)", "L2 alone"),
        (
            ELASTIC + "    return np.sign(w) * np.maximum(np.abs(w) - a, 0) / (1 + c)",
            "the slope of c v",
        ),
        (
            ELASTIC
            + "    u = w / (1 + 2 * c)\n"
            + "    return np.sign(u) * np.maximum(np.abs(u) - a, 0)",
            "thresholded afterwards",
        ),
        (
            ELASTIC + "    return (w - a * np.sign(w)) / (1 + 2 * c)",
            "changed its sign",
        ),
        (ELASTIC + "    return w - a * np.sign(w) - 2 * c * w", "it should be"),
        (ELASTIC + "    return w[0] / (1 + 2 * c)", "all entries at once"),
        (ELASTIC + "    return 'shrunk'", "an array of the shape"),
        (ELASTIC + "    pass", "returns nothing"),
    ],
    "check_smallest_strength": [
        (SMALLEST + "    return (2 * x.T @ y / len(x)).max()", "negative side"),
        (SMALLEST + "    return np.abs(2 * x.T @ y / len(x)).min()", "pulled least"),
        (SMALLEST + "    return np.abs(x.T @ y / len(x)).max()", "factor of 2"),
        (SMALLEST + "    return np.abs(2 * x.T @ y).max()", "loss is a mean"),
        (SMALLEST + "    return np.abs(2 * x.T @ y / len(x)).sum()", "do not add up"),
        (SMALLEST + "    return np.abs(2 * x.T @ y / len(x))", "needs the highest"),
        (SMALLEST + "    return 1.0", "gradient of the loss at w = 0"),
        (SMALLEST + "    pass", "returns nothing"),
    ],
    "check_dropout": [
        (
            DROPOUT + "    return a * kept if training else a * (1 - rate)",
            "something is done in use",
        ),
        (
            DROPOUT + "    return a * kept / (1 - rate)",
            "a should pass unchanged",
        ),
        (DROPOUT + "    return a * kept if training else a", "nothing makes up"),
        (
            DROPOUT + "    return a * kept / rate if training else a",
            "share that is off",
        ),
        (
            DROPOUT + "    return a * kept * (1 - rate) if training else a",
            "Divide instead",
        ),
        (
            DROPOUT + "    return a / (1 - rate) if training else a",
            "where is kept",
        ),
        (
            DROPOUT + "    return a * kept * (1 + rate) if training else a",
            "should give 4",
        ),
        (DROPOUT + "    return a.sum()", "array of the shape of a"),
        (DROPOUT + "    pass", "returns nothing"),
    ],
    "check_stopping": [
        (STOPPING.replace("epoch, best", "best, epoch"), "are swapped"),
        (STOPPING.replace("epoch, best", "epoch, epoch"), "restores the weights of"),
        (STOPPING.replace(">= patience", "> patience"), "one epoch too late"),
        (
            """
def stopping(losses, patience):
    best, waited = 0, 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        waited = 0 if epoch == 0 or loss < losses[epoch - 1] else waited + 1
        if waited >= patience:
            break
    return epoch, best
""",
            "compare with the best",
        ),
        (STOPPING.replace("loss < losses", "loss <= losses"), "An equal value"),
        (
            "def stopping(losses, patience):\n"
            "    return len(losses) - 1, int(np.argmin(losses))",
            "the last epoch is 4",
        ),
        (STOPPING.replace("epoch, best", "best"), "two numbers"),
        (STOPPING.replace("    return epoch, best", ""), "returns nothing"),
    ],
    "check_adamw": [
        (ADAMW.replace(DECAY, ""), "nothing decays"),
        (ADAMW.replace("1 - rate * decay", "1 - decay"), "decays by decay alone"),
        (
            ADAMW.replace(DECAY, "        g = g + decay * w\n"),
            "still in the gradient",
        ),
        (
            ADAMW.replace(DECAY, "").replace("+ 1e-7)\n", "+ 1e-7)\n" + DECAY),
            "Decay first",
        ),
        (ADAMW.replace("1 - rate * decay", "1 + rate * decay"), "should end at"),
        (ADAMW.replace("return w", "return np.array([w, w])"), "return the weight"),
        (ADAMW.replace("    return w", ""), "returns nothing"),
    ],
}
