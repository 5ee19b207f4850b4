"""What readers of chapter 8 answer, and what they must be told."""

PICK = "np.arange(len(labels)), labels"

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_axis": [
        (
            "def softmax_of_rows(z):\n    e = np.exp(z - z.max())\n"
            "    return e / e.sum()",
            "whole table sums to 1",
        ),
        (
            "def softmax_of_rows(z):\n    e = np.exp(z - z.max(axis=0))\n"
            "    return e / e.sum(axis=0)",
            "columns sum to 1",
        ),
        (
            "def softmax_of_rows(z):\n    e = np.exp(z)\n    return e / e.sum(axis=1)",
            "stopped with ValueError",
        ),
        ("def softmax_of_rows(z):\n    return np.exp(z)", "which sums to 10.41"),
        (
            "def softmax_of_rows(z):\n    return np.exp(z).sum(axis=1)",
            r"gives shape \(3,\)",
        ),
        ("def softmax_of_rows(z):\n    pass", "returns nothing"),
    ],
    "check_batch": [
        (
            "def softmax_of_batch(z):\n    e = np.exp(z - z.min())\n"
            "    return e / e.sum(axis=1, keepdims=True)",
            "nan",
        ),
        (
            "def softmax_of_batch(z):\n"
            "    e = np.exp(z - z.min(axis=1, keepdims=True))\n"
            "    return e / e.sum(axis=1, keepdims=True)",
            "0 and -5000 in one row fail",
        ),
        (
            "def softmax_of_batch(z):\n"
            "    e = np.exp(z - z.mean(axis=1, keepdims=True))\n"
            "    return e / e.sum(axis=1, keepdims=True)",
            "0 and -5000 in one row fail",
        ),
        (
            "def softmax_of_batch(z):\n"
            "    e = np.exp(z - z.max(axis=1, keepdims=True))\n"
            "    return e / e.sum()",
            "which sums to",
        ),
        (
            "def softmax_of_batch(z):\n    e = np.exp(z - z.max(axis=1))\n"
            "    return e / e.sum()",
            "stopped with ValueError",
        ),
    ],
    "check_capped": [
        (
            f"def loss_with_ceiling(logits, labels):\n    p = softmax(logits)\n"
            f"    return -np.mean(np.log(p[{PICK}]))",
            "gives inf, and 800 is right",
        ),
        (
            f"def loss_with_ceiling(logits, labels):\n"
            f"    p = softmax(logits) + 1e-300\n"
            f"    return -np.mean(np.log(p[{PICK}]))",
            "690.78, and 800 is right",
        ),
        (
            "def loss_with_ceiling(logits, labels):\n"
            "    return -np.mean(log_softmax(logits))",
            "On small logits",
        ),
        (
            f"def loss_with_ceiling(logits, labels):\n"
            f"    return -log_softmax(logits)[{PICK}]",
            "one number",
        ),
    ],
    "check_twice": [
        (
            "def loss_that_settles(logits, labels):\n"
            "    return softmax_cross_entropy(softmax(softmax(logits)), labels)[0]",
            "On small logits|instead of 0",
        ),
        (
            "def loss_that_settles(logits, labels):\n"
            "    p = np.maximum(softmax(logits), 1e-300)\n"
            "    return softmax_cross_entropy(np.log(p), labels)[0]",
            "should give 900",
        ),
        (
            "def loss_that_settles(logits, labels):\n"
            "    return softmax_cross_entropy(logits, labels)",
            "not the kind of answer|one number",
        ),
        (
            "def loss_that_settles(logits, labels):\n"
            "    return softmax_cross_entropy(-logits, labels)[0]",
            "On small logits",
        ),
        (
            f"def loss_that_settles(logits, labels):\n    p = softmax(logits) + 1e-9\n"
            f"    return -np.mean(np.log(p[{PICK}]))",
            "should give 900",
        ),
    ],
    "check_labels": [
        (
            "def loss_from_one(logits, labels):\n"
            "    labels = labels % logits.shape[1]\n"
            f"    return -np.mean(log_softmax(logits)[{PICK}])",
            "beside the true one",
        ),
        (
            "def loss_from_one(logits, labels):\n"
            "    labels = np.minimum(labels, logits.shape[1] - 1)\n"
            f"    return -np.mean(log_softmax(logits)[{PICK}])",
            "beside the true one",
        ),
        (
            "def loss_from_one(logits, labels):\n"
            "    labels = np.where(labels == logits.shape[1], 0, labels - 1)\n"
            f"    return -np.mean(log_softmax(logits)[{PICK}])",
            "sent to the wrong column",
        ),
        (
            "def loss_from_one(logits, labels):\n"
            "    return softmax_cross_entropy(logits, labels)",
            "label 4 at index 3 outside 0..3",
        ),
        (
            "def loss_from_one(logits, labels):\n    labels = labels - 1\n"
            f"    return -np.mean(logits[{PICK}])",
            "should get 0|On small logits",
        ),
    ],
    "check_yes_or_no": [
        (
            "def loss_on_paper(z, t):\n    p = 1 / (1 + np.exp(-z))\n"
            "    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))",
            "z = 40 and t = 0 it gives inf",
        ),
        (
            "def loss_on_paper(z, t):\n    return np.mean(np.logaddexp(0, z))",
            "Try one z and one t",
        ),
        (
            "def loss_on_paper(z, t):\n"
            "    terms = np.maximum(z, 0) - t * z + np.log(1 + np.exp(-abs(z)))\n"
            "    return np.mean(terms)",
            "z = 40 and t = 1 it gives 0, and 4.2",
        ),
        (
            "def loss_on_paper(z, t):\n    return np.mean(np.log1p(np.exp(z)) - t * z)",
            "z = 1000 and t = 0 it gives inf",
        ),
        (
            "def loss_on_paper(z, t):\n"
            "    return np.maximum(z, 0) - t * z + np.log1p(np.exp(-abs(z)))",
            "one number",
        ),
    ],
}
