"""What readers of chapter 7 answer, and what they must be told."""

WARM = "def warm_softmax(z, T):\n    "
GRADIENT = "def gradient(z, y):\n    p, t = softmax(z), np.eye(len(z))[y]\n    return "
VOTE = (
    "def winners(wins, n_classes):\n"
    "    votes = np.zeros((len(wins[0, 1]), n_classes), dtype=int)\n"
    "    for (i, j), won in wins.items():\n"
    "        votes[:, i] += won\n"
)
CONTENTS = "def contents(logits):\n    return "

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_softmax": [
        (WARM + "return np.exp(z / T)", "divide them by their sum"),
        (WARM + "e = np.exp(z)\n    return e / e.sum()", "does nothing yet"),
        (WARM + "e = np.exp(z * T)\n    return e / e.sum()", "divide by T"),
        (WARM + "e = np.exp(z)\n    return e / e.sum() / T", "before the exponential"),
        (WARM + "return z / T / np.sum(z / T)", "can be negative"),
        (WARM + "return np.exp(z / T).sum()", "one share each"),
        (WARM + "e = np.exp(-z / T)\n    return e / e.sum()", "should be"),
    ],
    "check_one_logit": [
        ("z_yes = 2.0", "sigmoid of no"),
        ("z_yes = -1.2", "forgets the logit of no"),
        ("z_yes = 0.8 - 1.2", "Not the sum"),
        ("z_yes = 0.1192", "That is the probability"),
        ("z_yes = 1.0", "the softmax says 0.119"),
    ],
    "check_gradient": [
        (GRADIENT + "-t / p * p * (1 - p)", "Only the true logit"),
        (GRADIENT + "t - p", "sign is wrong"),
        (GRADIENT + "p", "lacks its -1"),
        (GRADIENT + "sigmoid(z) - t", "should sum to 0"),
        (GRADIENT + "np.diag(p) - np.outer(p, p)", "an entry for each"),
    ],
    "check_temperature": [
        ("T = np.log(9) / 2", "Upside down"),
        ("T = 3 / np.log(9)", "difference to 1"),
        ("T = np.log(9)", "Nearly"),
        ("T = 0", "positive number"),
        ("T = 1", "0.881: colder"),
        ("T = 0.5", "warmer"),
    ],
    "check_vote": [
        (VOTE + "    return votes.argmax(axis=1)", "its vote is missing"),
        (VOTE + "        votes[:, j] += ~won\n    return votes", "These are the votes"),
        (
            VOTE + "        votes[:, j] += ~won\n"
            "    return n_classes - 1 - votes[:, ::-1].argmax(axis=1)",
            "take the lowest",
        ),
        (
            VOTE + "        votes[:, j] += ~won\n    return votes.argmax(axis=0)",
            "20 samples",
        ),
        (
            VOTE + "        votes[:, j] += won\n    return votes.argmax(axis=1)",
            "one sample has the votes",
        ),
    ],
    "check_contents": [
        (CONTENTS + "softmax(logits) > 0.5", "share out 1"),
        (CONTENTS + "softmax(logits) > 0.3", "all negative"),
        (CONTENTS + "sigmoid(logits)", "True and False"),
        (CONTENTS + "logits.argmax(axis=1)", "A table of shape"),
        (CONTENTS + "sigmoid(logits) > 0.8", "two of their sigmoids"),
    ],
}
