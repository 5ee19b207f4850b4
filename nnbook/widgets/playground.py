"""A network that trains in the page, on samples in a plane, with everything in sight.

Data, network, start, optimizer, penalties and dropout are on controls; the picture
shows the regions of the classes, both losses over the epochs, every unit as a map of
the plane, and for one sample the numbers of the forward and the backward pass.

The page trains in JavaScript, this class with nnbook, and both go the same way, step by
step. Three things make that possible. Random numbers come from `ParkMiller`, which both
languages have. Samples lie on a grid. And after each step the weights are rounded to
multiples of 2^-20, about a millionth: what two processors or two browsers compute
differs in the last of 53 binary places, and a training that swings wildly would make
that difference larger in every step until the two had nothing in common.

Asked for since 2016 by the users of TensorFlow Playground (D. Smilkov, S. Carter,
D. Sculley, F. Viegas and M. Wattenberg, "Direct-manipulation visualization of deep
networks", 2016), whose idea this is.

Chapter: regularization.
"""

import copy
import functools
import math

import numpy as np
import traitlets

from nnbook.initializers import glorot_uniform, he_normal, zeros
from nnbook.layers import Dense, Dropout, LeakyReLU, ReLU, Sigmoid, Tanh
from nnbook.model import Sequential
from nnbook.optimizers import SGD, Adam, RMSProp
from nnbook.regularization import l1, l2
from nnbook.softmax import softmax, softmax_cross_entropy
from nnbook.widgets.base import BookWidget, Number, fixed, module, probability, short

TRAINING = 96  # samples to train on, and as many to validate
EPOCHS = 100
LIMIT = 1000  # a training whose weights or loss go beyond this has diverged

DATA = {
    "blobs": "Blobs",
    "ring": "Rings",
    "corners": "Four corners",
    "spiral": "Spirals",
}
ACTIVATIONS = {
    "relu": ("ReLU", ReLU),
    "leaky_relu": ("leaky ReLU", functools.partial(LeakyReLU, 0.1)),
    "tanh": ("tanh", Tanh),
    "sigmoid": ("sigmoid", Sigmoid),
    "linear": ("linear", None),
}


def scaled(factor, initializer):
    """An initializer whose weights are so many times as large.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> W = scaled(10, glorot_uniform)((2, 1), rng=rng, dtype=np.float64)
    >>> bool(np.abs(W).max() > 2)
    True
    """

    def initial(shape, *, rng, dtype):
        return factor * initializer(shape, rng=rng, dtype=dtype)

    return initial


STARTS = {
    "zeros": ("zeros", zeros),
    "small": ("a hundredth of Glorot", scaled(0.01, glorot_uniform)),
    "glorot": ("Glorot", glorot_uniform),
    "he": ("He", he_normal),
    "large": ("five times Glorot", scaled(5, glorot_uniform)),
}
PENALTIES = {"none": None, "l1": l1, "l2": l2}

# ---- The same random numbers in both languages ----

_MODULUS = 2147483647
_POWERS = np.ones(1, dtype=np.int64)  # 1, 16807, 16807^2, ... of the modulus
while len(_POWERS) < 8192:
    _POWERS = np.append(_POWERS, _POWERS * (int(_POWERS[-1]) * 16807 % _MODULUS))
    _POWERS %= _MODULUS


class ParkMiller(np.random.Generator):
    """Random numbers that JavaScript can draw too, for nnbook to train with.

    The generator of S. K. Park and K. W. Miller, "Random number generators: good ones
    are hard to find" (1988), needs nothing but whole numbers below 2^53:
    state = 16807 state mod (2^31 - 1). Only the methods that nnbook calls are here;
    whatever else a NumPy Generator can do comes from another sequence.

    Parameters
    ----------
    stream : int
        At least 0. Streams start at powers of 48271, far from each other.

    Examples
    --------
    >>> rng = ParkMiller(0)
    >>> rng.random(3).round(4)
    array([0.3778, 0.4606, 0.8245])
    >>> rng.permutation(5)
    array([3, 4, 1, 0, 2])
    """

    def __init__(self, stream):
        super().__init__(np.random.PCG64(0))
        self._state = pow(48271, stream + 1, _MODULUS)

    def _next(self, shape):
        """The next whole numbers from 1 to 2^31 - 2, in the order of the array."""
        shape = (shape,) if np.ndim(shape) == 0 else tuple(shape)
        n = math.prod(shape)
        states = []
        while n > 0:
            powers = _POWERS[1 : n + 1]
            states.append(self._state * powers % _MODULUS)
            self._state = int(states[-1][-1])
            n -= len(powers)
        return np.concatenate(states).reshape(shape)

    def random(self, size=1):
        """Uniform between 0 and 1."""
        return self._next(size) / _MODULUS

    def uniform(self, low, high, size):
        """Uniform between `low` and `high`."""
        return low + (high - low) * self.random(size)

    def normal(self, loc, scale, size):
        """Nearly normal: the sum of twelve uniform numbers less 6 has variance 1."""
        sums = self._next((*size, 12)).sum(axis=-1)
        return loc + scale * (sums / _MODULUS - 6)

    def permutation(self, n):
        """The numbers below `n` in random order (R. Durstenfeld, 1964)."""
        order = np.arange(n)
        places = np.floor(self.random(n - 1) * np.arange(n, 1, -1)).astype(int)
        for last, place in zip(range(n - 1, 0, -1), places, strict=True):
            order[last], order[place] = order[place], order[last]
        return order


def to_grid(values, places):
    """Round to multiples of 2^-places; of two that are as near, the even one.

    Examples
    --------
    >>> to_grid(np.array([0.3, 0.375, 0.6]), 2)
    array([0.25, 0.5 , 0.5 ])
    """
    return np.rint(values * 2.0**places) / 2.0**places


def on_grid(optimizer):
    """The optimizer of this class that rounds the weights after each step.

    Parameters
    ----------
    optimizer : Optimizer
        A new one; it is changed and returned.

    Examples
    --------
    >>> params = np.array([1.0])
    >>> on_grid(SGD(0.1)).step(params, np.array([1 / 3]))
    >>> float(params[0] * 2**20)
    1013623.0
    """
    move = optimizer.move

    def move_and_round(params, grads, rate):
        move(params, grads, rate)
        params[...] = to_grid(params, 20)

    optimizer.move = move_and_round
    return optimizer


OPTIMIZERS = {
    "sgd": ("gradient descent", SGD),
    "momentum": ("momentum 0.9", lambda rate: SGD(rate, momentum=0.9)),
    "rmsprop": ("RMSProp", RMSProp),
    "adam": ("Adam", Adam),
}

# ---- The samples ----


def samples(data, classes, noise=0.1, wrong_labels=0.0):
    """Samples in the plane: the first 96 to train on, the other 96 to validate.

    Parameters
    ----------
    data : str, "blobs", "ring", "corners" or "spiral"
    classes : int, 2 to 4
    noise : float
        Standard deviation of what is added to each coordinate.
    wrong_labels : float, 0 to 1
        The share of labels that are replaced by another class, in both parts.

    Returns
    -------
    x : ndarray, shape (192, 2)
        From -1.25 to 1.25, multiples of 1/1024.
    labels : ndarray of int, shape (192,)

    Examples
    --------
    >>> x, labels = samples("corners", 2, noise=0)
    >>> bool(np.all((x[:, 0] * x[:, 1] < 0) == labels))  # exclusive or
    True
    """
    rng = ParkMiller(0)
    t, u, chance, other = rng.random((2 * TRAINING, 4)).T
    jitter = rng.normal(0, 1, (2 * TRAINING, 2))
    i = np.arange(2 * TRAINING)
    labels = i % classes
    turn = 2 * np.pi * labels / classes
    spread = noise
    if data == "blobs":
        spread = 0.12 + noise
        x = _polar(0.6 + 0 * t, turn + 0.5)
    elif data == "ring":
        x = _polar((labels + 0.15 + 0.7 * t) / classes, 2 * np.pi * u)
    elif data == "corners":
        corner = i % 4
        labels = corner % classes
        right, up = (corner == 0) | (corner == 3), corner < 2
        x = np.stack([0.1 + 0.8 * t, 0.1 + 0.8 * u], axis=1)
        x *= np.stack([np.where(right, 1, -1), np.where(up, 1, -1)], axis=1)
    else:
        x = _polar(0.1 + 0.85 * t, turn + 4 * t)
    moved = labels + 1 + np.floor(other * (classes - 1)).astype(int)
    labels = np.where(chance < wrong_labels, moved % classes, labels)
    return to_grid(np.clip(x + spread * jitter, -1.25, 1.25), 10), labels


def _polar(radius, angle):
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


# ---- The widget ----


class Choice(traitlets.Enum):
    """One of some words; a number may be given as one.

    Parameters
    ----------
    values : list of str
    default : str
    """

    def __init__(self, values, default):
        super().__init__(list(values), default)
        self.tag(sync=True, shared=True)

    def validate(self, widget, value):
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = f"{value:g}"
        return super().validate(widget, value)


class Playground(BookWidget):
    """A network with two inputs, trained in the page.

    Parameters
    ----------
    epochs : float, 0 to 100
        How long to train; a part of an epoch is not trained.
    sample : float, 0 to 95
        Which training sample's numbers to show, without its decimals.
    unit : str, "1_1" to "3_6", or "output_1" to "output_4"
        Which unit's formula to show, by layer and place; the nearest if there is none.
    data : str, "blobs", "ring", "corners" or "spiral"
    classes : str, "2" to "4"
    noise : float, 0 to 0.4
        Standard deviation of what is added to each coordinate.
    wrong_labels : float, 0 to 40
        How many of a hundred labels are wrong, in training and in validation.
    depth : str, "0" to "3"
        The number of hidden layers.
    width : str, "1" to "6"
        The number of units in each.
    activation : str, "relu", "leaky_relu", "tanh", "sigmoid" or "linear"
    deeper : str, "same" or one of these
        The activation in the second and third hidden layer.
    start : str, "zeros", "small", "glorot", "he" or "large"
        The weights before training. Biases start at 0.
    seed : float, 0 to 9
        For the first weights, the order of the samples and dropout.
    optimizer : str, "sgd", "momentum", "rmsprop" or "adam"
    rate : str, "0.001" to "10"
        The learning rate.
    batch : str, "8", "16", "32" or "96"
        Samples in a batch.
    penalty : str, "none", "l1" or "l2"
    strength : str, "0.0001" to "1"
        Of the penalty, on the weights of all layers.
    dropout : float, 0 to 0.8
        The share of the units of each hidden layer that a step switches off.

    Examples
    --------
    >>> playground = Playground(depth=0)  # a straight line around a ring
    >>> playground.compute()["train_right"] < 80
    True
    """

    name = "playground"
    _esm = module(name)

    epochs = Number(20, 0, EPOCHS)
    sample = Number(1, 0, TRAINING - 1)
    unit = Choice(
        [f"{layer}_{unit}" for layer in "123" for unit in "123456"]
        + [f"output_{unit}" for unit in "1234"],
        "1_1",
    )
    data = Choice(DATA, "ring")
    classes = Choice("234", "2")
    noise = Number(0.05, 0, 0.4)
    wrong_labels = Number(0, 0, 40)
    depth = Choice("0123", "1")
    width = Choice("123456", "4")
    activation = Choice(ACTIVATIONS, "tanh")
    deeper = Choice(["same", *ACTIVATIONS], "same")
    start = Choice(STARTS, "glorot")
    seed = Number(0, 0, 9)
    optimizer = Choice(OPTIMIZERS, "adam")
    rate = Choice("0.001 0.003 0.01 0.03 0.1 0.3 1 3 10".split(), "0.1")
    batch = Choice(["8", "16", "32", "96"], "32")
    penalty = Choice(PENALTIES, "none")
    strength = Choice("0.0001 0.0003 0.001 0.003 0.01 0.03 0.1 0.3 1".split(), "0.01")
    dropout = Number(0, 0, 0.8)

    def samples(self):
        """Training and validation samples: ((x, labels), (x, labels))."""
        x, labels = samples(
            self.data, int(self.classes), self.noise, self.wrong_labels / 100
        )
        return (
            (x[:TRAINING], labels[:TRAINING]),
            (x[TRAINING:], labels[TRAINING:]),
        )

    def model(self):
        """The network before training, made of nnbook's layers in float64.

        Returns
        -------
        Sequential
            From points (n, 2) to logits (n, classes).
        """
        seed = math.floor(self.seed)
        rng, dropout_rng = ParkMiller(3 * seed + 1), ParkMiller(3 * seed + 2)
        penalty = PENALTIES[self.penalty]
        dense = functools.partial(
            Dense,
            rng=rng,
            initializer=STARTS[self.start][1],
            penalty=penalty and penalty(float(self.strength)),
            dtype=np.float64,
        )
        layers, n = [], 2
        for activation in self._activations():
            layers.append(dense(n, int(self.width)))
            if activation != "linear":
                layers.append(ACTIVATIONS[activation][1]())
            if self.dropout:
                layers.append(Dropout(self.dropout, rng=dropout_rng))
            n = int(self.width)
        model = Sequential([*layers, dense(n, int(self.classes))])
        model.flat_params[...] = to_grid(model.flat_params, 20)
        return model

    def train(self):
        """Train a new model for the epochs of the state.

        Returns
        -------
        model : Sequential
            After the last whole epoch in which nothing diverged.
        weights : ndarray, shape (epochs + 1, parameters)
            `model.flat_params` at the start and after each of those epochs.
        diverged : bool
            Whether the training went wrong before the last epoch.
        """
        model = self.model()
        weights = [model.flat_params.copy()]

        def keep(model, epoch, history):
            now = model.flat_params.copy()
            good = np.abs(now).max() <= LIMIT and _loss(model, now, x, labels) <= LIMIT
            if good:
                weights.append(now)
            return not good

        (x, labels), _ = self.samples()
        epochs = math.floor(self.epochs)
        try:
            model.fit(
                x,
                labels,
                loss=softmax_cross_entropy,
                optimizer=on_grid(OPTIMIZERS[self.optimizer][1](float(self.rate))),
                epochs=epochs,
                batch_size=int(self.batch),
                rng=ParkMiller(3 * math.floor(self.seed) + 3),
                callbacks=[keep],
            )
        except RuntimeError:  # a number was not finite
            pass
        model.flat_params[...] = weights[-1]
        return model, np.array(weights), len(weights) < epochs + 1

    def compute(self):
        """What the network has learned, and the numbers of the sample and the unit.

        Returns
        -------
        dict
            `epochs` that were trained, and whether the training `diverged` in the next;
            `parameters`; `train_loss`, `validation_loss`, `train_right`,
            `validation_right` (of 96); `penalty`, which is not in the losses;
            `train_curve`, `validation_curve`, the losses at the start and after each
            epoch; `sample`, with its place `x`, its `label`, its `loss`, the
            `probabilities`, and by layer `z`, `a` and `delta`, the gradient of this
            loss by z; and `unit`, with its `layer` (from 0) and place `j`, what comes
            in (`inputs`), its `weights` and `bias`, and the `gradient` of this loss by
            the weights.
        """
        key = tuple(self.state().items())
        return copy.deepcopy(_computed(type(self), key))

    def _compute(self):
        model, weights, diverged = self.train()
        parts = self.samples()
        curves = [[_loss(model, w, *part) for w in weights] for part in parts]
        right = [
            int((model.predict(x).argmax(axis=1) == labels).sum())
            for x, labels in parts
        ]
        sample = self._sample(model)
        return {
            "epochs": len(weights) - 1,
            "diverged": diverged,
            "parameters": model.flat_params.size,
            "train_loss": curves[0][-1],
            "validation_loss": curves[1][-1],
            "train_right": right[0],
            "validation_right": right[1],
            "penalty": model.penalty_value(),
            "train_curve": curves[0],
            "validation_curve": curves[1],
            "sample": sample,
            "unit": self._unit(model, sample),
        }

    def _sample(self, model):
        """Forward and backward with one sample, without penalty and dropout."""
        (x, labels), _ = self.samples()
        i = math.floor(self.sample)
        out, z, a = x[i : i + 1], [], []
        for layer in model.layers:
            out = layer.forward(out)
            if isinstance(layer, Dense):
                z.append(out[0].tolist())
                a.append(z[-1])
            else:
                a[-1] = out[0].tolist()
        loss, d = softmax_cross_entropy(out, labels[i : i + 1])
        delta = []
        for layer in reversed(model.layers):
            if isinstance(layer, Dense):
                delta.insert(0, d[0].tolist())
            d = layer.backward(d)
        a[-1] = softmax(out)[0].tolist()
        return {
            "x": x[i].tolist(),
            "label": int(labels[i]),
            "z": z,
            "a": a,
            "delta": delta,
            "probabilities": a[-1],
            "loss": loss,
        }

    def _unit(self, model, sample):
        layer, j = self.unit.split("_")
        last, j = int(self.depth), int(j) - 1
        layer = last if layer == "output" else min(int(layer) - 1, last - 1)
        if layer < 0:
            layer = last
        j = min(j, int(self.classes if layer == last else self.width) - 1)
        dense = [part for part in model.layers if isinstance(part, Dense)][layer]
        inputs = sample["x"] if layer == 0 else sample["a"][layer - 1]
        return {
            "layer": layer,
            "j": j,
            "inputs": inputs,
            "weights": dense.params["W"][:, j].tolist(),
            "bias": float(dense.params["b"][j]),
            "gradient": [value * sample["delta"][layer][j] for value in inputs],
        }

    def sentence(self):
        """The setting, both losses, and what the sample's class is given."""
        numbers = self.compute()
        wrong = (
            f", {short(self.wrong_labels)} % wrong labels" if self.wrong_labels else ""
        )
        depth, sample = int(self.depth), numbers["sample"]
        kinds = list(dict.fromkeys(ACTIVATIONS[a][0] for a in self._activations()))
        layers = (
            f"{depth} hidden layer{'' if depth == 1 else 's'} of {self.width} "
            f"({', then '.join(kinds)})"
            if depth
            else "no hidden layer"
        )
        dropout = f", dropout {short(self.dropout)}" if self.dropout and depth else ""
        penalty = (
            ""
            if self.penalty == "none"
            else f", {self.penalty.upper()} penalty {self.strength}"
        )
        n = numbers["epochs"]
        diverged = (
            f" Diverged in epoch {n + 1}: weights or loss went beyond {LIMIT}; what "
            f"follows was before."
            if numbers["diverged"]
            else ""
        )
        return (
            f"{DATA[self.data]}, {self.classes} classes, noise {short(self.noise)}"
            f"{wrong}; {layers}, start {STARTS[self.start][0]}{dropout}; "
            f"{OPTIMIZERS[self.optimizer][0]}, learning rate {self.rate}, batches of "
            f"{self.batch}{penalty}.{diverged} After {n} epoch{'' if n == 1 else 's'}: "
            f"training loss {fixed(numbers['train_loss'], 3)}, "
            f"{numbers['train_right']} of {TRAINING} right; validation loss "
            f"{fixed(numbers['validation_loss'], 3)}, {numbers['validation_right']} of "
            f"{TRAINING} right. Sample {math.floor(self.sample)} is "
            f"{'ABCD'[sample['label']]}: probability "
            f"{probability(sample['probabilities'][sample['label']])}."
        )

    def _activations(self):
        """The activation of each hidden layer."""
        deeper = self.activation if self.deeper == "same" else self.deeper
        return [self.activation, deeper, deeper][: int(self.depth)]


@functools.lru_cache(maxsize=64)
def _computed(widget, state):
    """Training takes long enough to remember what came out."""
    return widget(**dict(state))._compute()


def _loss(model, weights, x, labels):
    model.flat_params[...] = weights
    return softmax_cross_entropy(model.predict(x), labels)[0]
