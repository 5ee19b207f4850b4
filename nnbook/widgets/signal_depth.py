"""What reaches the other end of a deep network at the start, before any training.

The layers are wide and their weights random. Then chance averages out, and what happens
to signals and gradients can be computed without drawing a single weight (B. Poole and
others, 2016): the sums of a layer are normal numbers, and only their mean square
matters. Each layer turns it into the next one's; each layer multiplies the gradient on
its way back by its weights and by the mean square of its slopes.

Chapter: training.
"""

import math

import numpy as np
import traitlets

from nnbook import activations
from nnbook.widgets.base import BookWidget, Number, module, short, significant, whole

NAMES = {"linear": "no bend", "sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
# The number of inputs times the variance of a weight, for layers of 100 neurons.
STARTS = {
    "zeros": ("zeros", 0.0),
    "small": ("weights of spread 0.01", 0.01),
    "glorot": ("Glorot's weights", 1.0),
    "he": ("He's weights", 2.0),
    "large": ("weights of spread 1", 100.0),
}
FAR = 20.0  # powers of ten: as far as the picture of the gradient goes
WIDE = 10.0  # as far as the picture of the activations goes
# The middles of 400 strips under the bell curve, and their shares.
U = np.array([0.03 * (i + 0.5) - 6 for i in range(400)])
SHARE = np.exp(-0.5 * U * U)
SHARE = SHARE / SHARE.sum()
# Nineteen in twenty normal numbers lie between the first and the last, half of them
# between the two in the middle.
QUANTILES = (-1.959964, -0.67449, 0.67449, 1.959964)


class SignalDepth(BookWidget):
    """Layers of random weights: activations on the way up, gradient on the way back.

    Parameters
    ----------
    activation : str, "linear", "sigmoid", "tanh" or "relu"
    start : str, "zeros", "small", "glorot", "he" or "large"
        How the first weights are drawn.
    factor : float, 0.25 to 4
        All of them are multiplied by it.
    depth : float, 1 to 30
        The number of layers, rounded to a whole one.

    Examples
    --------
    >>> SignalDepth(activation="relu", start="he").sentence()[:74]
    "10 layers with ReLU, He's weights: the activations of the last layer have "
    """

    name = "signal_depth"
    _esm = module(name)

    activation = traitlets.Enum(list(NAMES), "tanh").tag(sync=True, shared=True)
    start = traitlets.Enum(list(STARTS), "glorot").tag(sync=True, shared=True)
    factor = Number(1, 0.25, 4)
    depth = Number(10, 1, 30)

    def compute(self):
        """The activations and the gradient at each layer.

        Returns
        -------
        dict
            `layers`; `sizes`, by layer the decimal logarithm of the root mean square
            of the activations; `quantiles`, by layer the four values that 2.5, 25, 75
            and 97.5 percent of the activations lie below, at most 10; `gradient`, by
            layer the decimal logarithm of the gradient's length by its sums, where 0
            is that of the last layer; logarithms are between -20 and 20; `size` and
            `arrives`, the last of the `sizes` and the first of `gradient`.
        """
        h = getattr(activations, self.activation)
        slope = getattr(activations, f"{self.activation}_grad")
        layers = whole(self.depth)
        gain = STARTS[self.start][1] * self.factor * self.factor

        square, sizes, quantiles, passed = 1.0, [], [], []
        for _ in range(layers):
            spread = math.sqrt(gain * square)
            passed.append(gain * float(SHARE @ slope(spread * U) ** 2))
            square = float(SHARE @ h(spread * U) ** 2)
            sizes.append(_decades(square) / 2)
            quantiles.append([_within(float(h(spread * q))) for q in QUANTILES])
        gradient = [0.0]
        for factor in reversed(passed[:-1]):
            gradient.append(gradient[-1] + _decades(factor) / 2)
        gradient = [max(-FAR, min(FAR, value)) for value in reversed(gradient)]
        return {
            "layers": layers,
            "sizes": [max(-FAR, min(FAR, size)) for size in sizes],
            "quantiles": quantiles,
            "gradient": gradient,
            "size": max(-FAR, min(FAR, sizes[-1])),
            "arrives": gradient[0],
        }

    def sentence(self):
        """The size of the last activations, and what is left of the gradient."""
        numbers = self.compute()
        layers, arrives = numbers["layers"], numbers["arrives"]
        times = "" if self.factor == 1 else f" times {short(self.factor)}"
        what = f"{NAMES[self.activation]}, {STARTS[self.start][0]}{times}"
        return (
            f"{layers} layer{'' if layers == 1 else 's'} with {what}: the activations "
            f"of the last layer have the size {_amount(numbers['size'])}, and the "
            f"gradient reaches the first layer {_amount(arrives)} times as long as it "
            f"left the last. {_verdict(arrives)}"
        )


def _decades(value):
    """The decimal logarithm; of nothing, twice as far down as any picture goes."""
    return -4 * FAR if value <= 1e-80 else math.log10(value)


def _within(value):
    return max(-WIDE, min(WIDE, value))


def _amount(decades):
    if decades <= -FAR:
        return "less than 10⁻²⁰"
    if decades >= FAR:
        return "more than 10²⁰"
    # A little more, so that halves are rounded up in Python and JavaScript alike.
    return significant(10**decades * (1 + 1e-9))


def _verdict(arrives):
    if arrives < -2:
        return "It vanishes."
    if arrives > 2:
        return "It explodes."
    return "It gets through."
