"""The works in nnbook."""

import numpy as np
from works import CNNS, MAPS, MLPS, TOKENS, WIDTH, data, operands

from nnbook.convolution import Conv2D, MaxPooling2D
from nnbook.embedding import Embedding
from nnbook.layers import Dense, Flatten, ReLU, Tanh
from nnbook.losses import binary_cross_entropy_with_logits
from nnbook.model import Sequential
from nnbook.normalization import BatchNormalization
from nnbook.optimizers import SGD, Adam
from nnbook.softmax import softmax, softmax_cross_entropy


def mlp(sizes, bend, rng):
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:], strict=False):
        layers += [Dense(n_in, n_out, rng=rng), bend()]
    return Sequential(layers[:-1])


def cnn(rng):
    return Sequential(
        [
            Conv2D(1, 32, 4, rng=rng),
            ReLU(),
            MaxPooling2D(3),
            Conv2D(32, 64, 4, rng=rng),
            ReLU(),
            MaxPooling2D(3),
            Flatten(),
            Dense(64, 64, rng=rng),
            ReLU(),
            Dense(64, 10, rng=rng),
        ]
    )


def training(work):
    x, labels = data(work)
    rng = np.random.default_rng(0)
    how = {"loss": softmax_cross_entropy, "rng": rng, "optimizer": Adam(), "epochs": 1}
    if work in CNNS:
        model, batch_size = cnn(rng), CNNS[work]
    else:
        plan = MLPS[work]
        model = mlp(plan["sizes"], Tanh if work == "W1" else ReLU, rng)
        batch_size, how["epochs"] = plan["batch"], plan["epochs"]
    if work == "W1":
        how |= {"loss": binary_cross_entropy_with_logits, "optimizer": SGD(0.1)}
    return lambda: model.fit(x, labels, batch_size=batch_size, **how)


def embedding():
    ids, d_output = operands("W5")
    layer = Embedding(TOKENS, WIDTH, rng=np.random.default_rng(0))
    table = layer.params["W"]

    def step():
        layer.forward(ids)
        rows, gradient = layer.row_gradient(d_output)
        table[rows] -= np.float32(0.01) * gradient

    return step


def forward(layer):
    """What the layer does on its way up, inside a network."""
    (maps,) = operands("W6")
    layer.inside_model = True  # the layer below is not looked at for NaN
    return lambda: layer.forward(maps, training=True)


def both_ways(layer):
    up = forward(layer)
    d_output = np.ones_like(up())

    def step():
        up()
        layer.backward(d_output)

    return step


def prepare(work):
    """A function that does the work once."""
    if work in MLPS or work in CNNS:
        return training(work)
    if work == "W5":
        return embedding()
    if work == "W6 softmax":
        logits, _ = operands(work)
        return lambda: softmax(logits)
    if work == "W6 cross-entropy":
        logits, labels = operands(work)
        return lambda: softmax_cross_entropy(logits, labels)
    if work == "W6 batch norm":
        return both_ways(BatchNormalization(MAPS[-1]))
    if work == "W6 pool":
        return forward(MaxPooling2D(3))
    if work == "W6 pool, back":
        return both_ways(MaxPooling2D(3))
    if work == "W6 convolution":
        return both_ways(Conv2D(MAPS[-1], 64, 4, rng=np.random.default_rng(0)))
    return None
