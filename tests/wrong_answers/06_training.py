"""What readers of chapter 6 answer, and what they must be told."""

MOMENTUM = "def momentum_step(w, v, g, rate, mu):\n    "
CLIP = "def clip(gradients, limit):\n    "
ADAM = (
    "def adam(gradients, rate):\n"
    "    m, v, steps = 0.0, 0.0, []\n"
    "    for t, g in enumerate(gradients, start={start}):\n"
    "        m = 0.9 * m + 0.1 * g\n"
    "        v = 0.999 * v + 0.001 * g**2\n"
    "        {correct}\n"
    "        steps.append(-rate * {m} / (np.sqrt({v}) + 1e-7))\n"
    "    return steps"
)
IN_PLACE = "m, v = m / (1 - 0.9**t), v / (1 - 0.999**t)"
APART = "mh, vh = m / (1 - 0.9**t), v / (1 - 0.999**t)"
NORM = (
    "def normalise(x, moving_mean, moving_variance, training):\n"
    "    mean, variance = x.mean(axis=0), x.var(axis=0)\n"
    "    {}\n"
    "    return (x - mean) / {}"
)
ROOT = "np.sqrt(variance + 0.001)"

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_steps": [
        ("steps = 57", "one epoch"),
        ("steps = 1797 // 32 * 20", "5 are left"),
        ("steps = 32 * 20", "not the number of batches"),
        ("steps = 1797 * 20", "batches of 1"),
        ("steps = 1797 / 32 * 20", "round up"),
        ("steps = 20", "How many batches"),
    ],
    "check_momentum": [
        (MOMENTUM + "v = mu * v + rate * g\n    return w + v, v", "uphill"),
        (MOMENTUM + "return w - rate * g, -rate * g", "Step 2 is plain descent"),
        (
            MOMENTUM + "v = mu * v - rate * (1 - mu) * g\n    return w + v, v",
            "1 - mu before the gradient",
        ),
        (MOMENTUM + "return w + mu * v, mu * v - rate * g", "new v first"),
        (MOMENTUM + "v = mu * v - rate * g\n    return w + v, g", "step just taken"),
        (MOMENTUM + "v = v - rate * g\n    return w + v, v", "should move by"),
        (MOMENTUM + "v = mu * v - rate * g\n    return w + v", "two things"),
    ],
    "check_adam": [
        (ADAM.format(start=1, correct=IN_PLACE, m="m", v="v"), "second step start"),
        (ADAM.format(start=1, correct="pass", m="m", v="v"), "both averages"),
        (ADAM.format(start=1, correct=APART, m="mh", v="v"), "both averages"),
        (ADAM.format(start=0, correct=APART, m="mh", v="vh"), "ZeroDivisionError"),
        ("def adam(gradients, rate):\n    return [-rate]", "a step for each"),
    ],
    "check_variance": [
        ("variance = 2 / 100", "He's"),
        ("variance = 1 / 100", "without a bend"),
        ("variance = 1 / (0.75 * 100)", r"\*square\*"),
        ("variance = np.sqrt(0.016)", "standard deviation"),
        ("variance = 1.6", "100 inputs"),
        ("variance = 0.5", "Half of all z"),
    ],
    "check_clip": [
        (CLIP + "return [np.clip(g, -limit, limit) for g in gradients]", "cut off"),
        (
            CLIP + "top = max(np.abs(g).max() for g in gradients)\n"
            "    return [g * min(1, limit / top) for g in gradients]",
            "largest entry",
        ),
        (
            CLIP + "return [g * min(1, limit / np.linalg.norm(g)) for g in gradients]",
            "Each array has length 1",
        ),
        (
            CLIP + "n = np.sqrt(sum((g**2).sum() for g in gradients))\n"
            "    return [g * limit / n for g in gradients]",
            "has to stay",
        ),
        (CLIP + "return gradients", "Nothing was shortened"),
        (
            CLIP + "n = sum((g**2).sum() for g in gradients)\n"
            "    return [g * min(1, limit / n) for g in gradients]",
            "together should be 1",
        ),
        (CLIP + "return gradients[:1]", "an array for each"),
    ],
    "check_batch_norm": [
        (NORM.format("pass", ROOT), "compared with itself"),
        (
            NORM.format("mean, variance = moving_mean, moving_variance", ROOT),
            "those of the batch",
        ),
        (
            NORM.format(
                "if not training: mean, variance = moving_mean, moving_variance",
                "(np.sqrt(variance + 0.001) if training else variance + 0.001)",
            ),
            "a root to take",
        ),
        (
            NORM.format("if not training: mean = moving_mean", ROOT),
            "and no other",
        ),
        (
            NORM.format(
                "if not training: mean, variance = moving_mean, moving_variance",
                "(variance + 0.001)",
            ),
            "Leave that part",
        ),
        (NORM.format("return mean", ROOT), "shape of x"),
    ],
}
