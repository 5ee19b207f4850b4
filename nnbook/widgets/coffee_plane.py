"""Three neurons, three lines, one region: which coffee roasts are good?

Each of three hidden neurons draws a line in the plane of temperature and duration and
says yes on one side of it. The output neuron asks for all three, for two, or for any.
Moving a line moves the region; one roast is followed through the network in numbers.

Chapter: networks.
"""

import numpy as np
import traitlets

from nnbook.activations import sigmoid
from nnbook.datasets import coffee
from nnbook.neuron import weighted_sum
from nnbook.widgets.base import BookWidget, Number, fixed, module, probability, short

# The middle of the plane and about one standard deviation: 0 and 1 when standardised.
CENTRE = np.array([217.5, 13.5])
SCALE = np.array([39, 0.87])
ROASTS, GOOD = coffee(80, rng=np.random.default_rng(0))
# The bias of the output neuron, whose three weights are 10.
BIASES = {"all": -25, "two": -15, "any": -5}


class CoffeePlane(BookWidget):
    """A network 2-3-1 that decides whether a roast is good.

    Hidden neuron i has the weights k cos(turn), k sin(turn) and the bias -k shift for
    the standardised temperature and duration: its line lies `shift` away from the
    middle of the plane, and k is the sharpness.

    Parameters
    ----------
    turn1, shift1, turn2, shift2, turn3, shift3 : float
        Where each neuron says yes: the direction in degrees, -180 to 180 (0 is hotter,
        90 is longer), and how far out the line lies, -2 to 2 standard deviations.
    sharpness : float, 1 to 20
    rule : str
        "all", "two" or "any": what the output neuron asks for.
    temperature : float, 150 to 285
        In degrees Celsius, of the roast that is followed.
    duration : float, 12 to 15
        In minutes.

    Examples
    --------
    >>> CoffeePlane().sentence()[:43]
    '200 °C for 13.5 min: a1 = 0.9976, a2 > 0.99'
    """

    name = "coffee_plane"
    _esm = module(name)

    turn1 = Number(0, -180, 180)
    shift1 = Number(-1.2, -2, 2)
    turn2 = Number(90, -180, 180)
    shift2 = Number(-1.4, -2, 2)
    turn3 = Number(180, -180, 180)
    shift3 = Number(-0.5, -2, 2)
    sharpness = Number(8, 1, 20)
    rule = traitlets.Enum(list(BIASES), "all").tag(sync=True, shared=True)
    temperature = Number(200, 150, 285)
    duration = Number(13.5, 12, 15)

    def _weights(self):
        """W of shape (2, 3) and b of shape (3,) of the hidden layer."""
        turns = np.radians([self.turn1, self.turn2, self.turn3])
        shifts = np.array([self.shift1, self.shift2, self.shift3])
        W = self.sharpness * np.array([np.cos(turns), np.sin(turns)])
        return W, -self.sharpness * shifts

    def _forward(self, roasts):
        """(a, z) of each roast: what the hidden neurons say, and the output's sum."""
        W, b = self._weights()
        a = sigmoid((np.asarray(roasts) - CENTRE) / SCALE @ W + b)
        # To nine decimals, so that a sum that is 0 on paper is not 4e-17.
        return a, weighted_sum(a, [10.0] * 3, BIASES[self.rule]).round(9)

    def compute(self):
        """The numbers of the roast that is followed, and the verdict on all roasts.

        Returns
        -------
        dict
            `a1`, `a2`, `a3`, `z`, `output`, `good` for the one roast; `w` (3 pairs) and
            `b` (3 numbers) of the hidden layer; `roasts` (80 times temperature,
            duration, and 1 for good), `says` (80 verdicts) and `right`, how many of
            them are true.
        """
        W, b = self._weights()
        (a,), (z,) = self._forward([[self.temperature, self.duration]])
        says = self._forward(ROASTS)[1] > 0
        return {
            "a1": float(a[0]),
            "a2": float(a[1]),
            "a3": float(a[2]),
            "z": float(z),
            "output": float(sigmoid(z)),
            "good": bool(z > 0),
            "w": W.T.tolist(),
            "b": b.tolist(),
            "roasts": np.column_stack([ROASTS, GOOD]).tolist(),
            "says": says.tolist(),
            "right": int(np.sum(says == GOOD)),
        }

    def sentence(self):
        """The one roast through the network, and how many roasts are judged rightly."""
        numbers = self.compute()
        parts = [
            f"{key} {probability(numbers[key])}" for key in ("a1", "a2", "a3", "output")
        ]
        return (
            f"{short(self.temperature)} °C for {short(self.duration)} min: "
            f"{', '.join(parts)}, so {'good' if numbers['good'] else 'not good'}. "
            f"The network is right on {fixed(numbers['right'], 0)} of 80 roasts."
        )
