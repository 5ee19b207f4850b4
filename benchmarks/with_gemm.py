"""Nothing but the matrix products of the works: no library can do without them."""

import numpy as np
from works import CNNS, MAPS, MLPS, data

# (rows for each sample, inputs, outputs) of the layers of W4; the kernels are 4x4.
CNN = [(25 * 25, 16, 32), (5 * 5, 512, 64), (1, 64, 64), (1, 64, 10)]


def products(layers, first=True):
    """The products of a forward and a backward pass, as functions without arguments.

    Each layer has x @ W, x.T @ d and d @ W.T; the first needs no gradient of its input.
    """
    rng = np.random.default_rng(0)

    def matrix(rows, columns):
        return rng.normal(size=(rows, columns)).astype(np.float32)

    pairs = []
    for i, (rows, n_in, n_out) in enumerate(layers):
        x, W, d = matrix(rows, n_in), matrix(n_in, n_out), matrix(rows, n_out)
        pairs += [(x, W), (x.T, d)]
        if i or not first:
            pairs.append((d, W.T))
    return [(a, b, np.empty((len(a), b.shape[1]), np.float32)) for a, b in pairs]


def multiply(todo, times=1):
    for _ in range(times):
        for a, b, out in todo:
            np.matmul(a, b, out=out)


def prepare(work):
    """A function that does the products of the work once."""
    if work == "W6 convolution":
        samples, height, width, channels = MAPS
        rows = samples * (height - 3) * (width - 3)
        todo = products([(rows, 16 * channels, 64)], first=False)
        return lambda: multiply(todo)
    if work in CNNS:
        batch = CNNS[work]
        layers = [(batch * rows, n_in, n_out) for rows, n_in, n_out in CNN]
        epochs = 1
    elif work in MLPS:
        batch, sizes = MLPS[work]["batch"], MLPS[work]["sizes"]
        layers = [(batch, *size) for size in zip(sizes, sizes[1:], strict=False)]
        epochs = MLPS[work]["epochs"]
    else:
        return None
    todo, steps = products(layers), epochs * len(data(work)[0]) // batch
    return lambda: multiply(todo, steps)
