"""Add hidden neurons one by one and see the function that they build.

A network with one input, up to four hidden neurons and one output: each hidden neuron
is a ReLU, a straight line that is cut off at zero, so it gives the function one kink.
The output adds the neurons up. Beside the curve stand its kinks, the number of
parameters, and how far the curve is from a target.

Chapter: networks.
"""

import numpy as np
import traitlets

from nnbook.activations import relu
from nnbook.widgets.base import BookWidget, Number, clean, module, short

X = np.arange(161) / 40 - 2
TARGETS = {
    "hat": "the hat",
    "valley": "the valley",
    "wave": "the wave",
    "step": "the step",
}


class HiddenNeurons(BookWidget):
    """A network 1-n-1 of ReLU neurons: f(x) = c + sum_i v_i relu(w_i x + b_i).

    Parameters
    ----------
    n : str, "0" to "4"
        How many of the neurons are joined to the output.
    target : str
        "hat", "valley", "wave" or "step": the function to match for x from -2 to 2.
    c : float, -4 to 4
        The bias of the output.
    w1, b1, v1, ..., w4, b4, v4 : float, -4 to 4
        Weight and bias of each hidden neuron, and its weight in the output.

    Examples
    --------
    >>> HiddenNeurons(n="3").sentence()[35:]
    'has kinks at −1, 0, 1, and is exactly the hat.'
    """

    name = "hidden_neurons"
    _esm = module(name)

    n = traitlets.Enum(list("01234"), "2").tag(sync=True, shared=True)
    target = traitlets.Enum(list(TARGETS), "hat").tag(sync=True, shared=True)
    c = Number(0, -4, 4)
    w1 = Number(1, -4, 4)
    b1 = Number(1, -4, 4)
    v1 = Number(1, -4, 4)
    w2 = Number(1, -4, 4)
    b2 = Number(0, -4, 4)
    v2 = Number(-2, -4, 4)
    w3 = Number(1, -4, 4)
    b3 = Number(-1, -4, 4)
    v3 = Number(1, -4, 4)
    w4 = Number(-1, -4, 4)
    b4 = Number(-1, -4, 4)
    v4 = Number(0.5, -4, 4)

    def _neurons(self):
        """(w, b, v) of each neuron that is joined to the output."""
        state = self.state()
        return [
            (state[f"w{i}"], state[f"b{i}"], state[f"v{i}"])
            for i in range(1, int(self.n) + 1)
        ]

    def compute(self):
        """What the network computes, and how far it is from the target.

        Returns
        -------
        dict
            `f_left`, `f_middle`, `f_right` (the values at -2, 0 and 2), `kinks` (where
            the function may bend, in order), `parameters`, and `error` (the largest
            distance from the target).
        """
        f = np.full(X.shape, self.c)
        kinks = set()
        for w, b, v in self._neurons():
            f += v * relu(w * X + b)
            if w * v != 0 and -2 < -b / w < 2:
                kinks.add(clean(-b / w))
        low, high = target(self.target)
        error = np.maximum(np.abs(f - low), np.abs(f - high)).max()
        return {
            "f_left": clean(f[0]),
            "f_middle": clean(f[80]),
            "f_right": clean(f[160]),
            "kinks": sorted(kinks),
            "parameters": 3 * int(self.n) + 1,
            "error": clean(error),
        }

    def sentence(self):
        """How many neurons and parameters, where the kinks are, and the distance."""
        numbers = self.compute()
        neurons = "1 hidden neuron" if self.n == "1" else f"{self.n} hidden neurons"
        count = numbers["parameters"]
        parameters = "1 parameter" if count == 1 else f"{count} parameters"
        places = ", ".join(map(short, numbers["kinks"]))
        kinks = {0: "no kink", 1: f"a kink at {places}"}
        kinks = kinks.get(len(numbers["kinks"]), f"kinks at {places}")
        away = f"up to {short(numbers['error'])} away from"
        if numbers["error"] == 0:
            away = "exactly"
        return (
            f"{neurons}, {parameters}: f has {kinks}, and is {away} "
            f"{TARGETS[self.target]}."
        )


def target(name):
    """The target on the grid `X`, from below and from above.

    The two differ only where a target jumps: there a continuous function misses one of
    them by half the jump at least.

    Examples
    --------
    >>> low, high = target("step")
    >>> low[79:82].tolist(), high[79:82].tolist()
    ([0.0, 0.0, 1.0], [0.0, 1.0, 1.0])
    """
    if name == "step":
        return np.where(X > 0, 1.0, 0.0), np.where(X >= 0, 1.0, 0.0)
    values = {
        "hat": np.maximum(0, 1 - np.abs(X)),
        "valley": np.abs(X),
        "wave": np.sin(np.pi * X / 2),
    }[name]
    return values, values
