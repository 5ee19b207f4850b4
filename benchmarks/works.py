"""The works that are timed, as plain numbers that every library gets alike.

Dense networks (W1 to W3) and a convolutional one (W4), all in float32, trained on the
same arrays with the same batch size and kind of optimizer; one step on an embedding
(W5); and single operations (W6). The pictures are made up unless a file with MNIST is
named: how long a step takes does not depend on what is in a picture.
"""

import os

import numpy as np

from nnbook.datasets import digits, load_mnist

MLPS = {
    "W1": {"sizes": (2, 5, 1), "batch": 4, "epochs": 100},
    "W2": {"sizes": (64, 25, 15, 10), "batch": 32, "epochs": 20},
    "W3 b32": {"sizes": (784, 128, 10), "batch": 32, "epochs": 1},
    "W3 b128": {
        "sizes": (784, 128, 10),
        "batch": 128,
        "epochs": 1,
        "optimizer": "Adam",
    },
}
CNNS = {"W4 b32": 32, "W4 b128": 128}
WHAT = {
    "W1": "2-5-1, four samples, 100 epochs of SGD",
    "W2": "digits, 64-25-15-10, Adam, batches of 32, 20 epochs",
    "W3 b32": "60,000 pictures, 784-128-10, Adam, batches of 32, one epoch",
    "W3 b128": "the same in batches of 128",
    "W4 b32": "12,000 pictures, two convolutions, Adam, batches of 32, one epoch",
    "W4 b128": "the same in batches of 128",
    "W5": "embedding of 100,000 tokens, one sparse step for 1,024 of them",
    "W6 softmax": "softmax of 1,024 rows of 10",
    "W6 cross-entropy": "their cross-entropy and its gradient",
    "W6 batch norm": "batch normalization of 32 maps of 25x25x32, forward and back",
    "W6 pool": "their maximum over 3x3, forward",
    "W6 pool, back": "the same, forward and back",
    "W6 convolution": "their convolution with 64 kernels of 4x4, forward and back",
}
# The table of an embedding, and the rows that one batch asks for.
TOKENS, WIDTH, ASKED = 100_000, 64, 1024


# Single operations: a batch of logits, and the feature maps of W4's second convolution.
LOGITS = (1024, 10)
MAPS = (32, 25, 25, 32)
REPEATS = 20


def pictures(n):
    """`n` pictures of shape (28, 28, 1) with values from 0 to 1, and their labels."""
    if path := os.environ.get("MNIST"):
        (images, labels), _ = load_mnist(path)
        return images[:n], labels[:n]
    rng = np.random.default_rng(0)
    return rng.random((n, 28, 28, 1), dtype=np.float32), rng.integers(10, size=n)


def data(work):
    """Inputs in float32, first axis the samples, and the labels of a training work."""
    if work == "W1":
        x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
        return x, np.array([[0], [1], [1], [0]], np.float32)
    if work in CNNS:
        return pictures(12_000)
    images, labels = digits() if work == "W2" else pictures(60_000)
    return images.reshape(len(images), -1), labels


def operands(work):
    """What a single operation is given: arrays in float32 and integers."""
    rng = np.random.default_rng(0)
    if work == "W5":
        ids = rng.integers(TOKENS, size=ASKED)
        return ids, rng.normal(size=(ASKED, WIDTH)).astype(np.float32)
    if work in ("W6 softmax", "W6 cross-entropy"):
        logits = 3 * rng.normal(size=LOGITS)
        return logits.astype(np.float32), rng.integers(LOGITS[1], size=LOGITS[0])
    return (rng.normal(size=MAPS).astype(np.float32),)
