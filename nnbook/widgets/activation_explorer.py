"""Every activation and its derivative under one cursor, and what depth makes of it.

At one z, the same for all, each function has a value and a slope. A layer passes on a
nudge times its weight times its slope, and a chain of layers multiplies: what is a
little less than 1 vanishes, what is a little more explodes.

Chapter: activations.
"""

import math

from nnbook import activations
from nnbook.widgets.base import BookWidget, Number, module, short, significant, whole

# As nnbook and as the reader calls them, in the order of the chapter.
NAMES = {
    "linear": "linear",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "softplus": "softplus",
    "gelu": "GELU",
}
WITH_ALPHA = ("leaky_relu", "elu")
FAR = 20.0  # decades: as far as the picture goes


class ActivationExplorer(BookWidget):
    """Eight functions at one z, and a chain of layers that stand there.

    Parameters
    ----------
    z : float, -6 to 6
        The weighted sum.
    alpha : float, 0.01 to 1
        The slope of the leaky ReLU below zero; the depth to which the ELU falls.
    depth : float, 1 to 30
        The number of layers, rounded to a whole one.
    w : float, 0.25 to 4
        The weight between the layers.

    Examples
    --------
    >>> ActivationExplorer(z=0, depth=2).sentence()[:72]
    'At z = 0, with weight 1 and α = 0.1, 2 layers pass on: linear 1, sigmoid'
    """

    name = "activation_explorer"
    _esm = module(name)

    z = Number(1, -6, 6)
    alpha = Number(0.1, 0.01, 1)
    depth = Number(10, 1, 30)
    w = Number(1, 0.25, 4)

    def _passed_on(self, factor):
        """What all layers together pass on; a loop, so that V8 rounds alike."""
        product = 1.0
        for _ in range(self._layers()):
            product *= factor
        return product

    def _layers(self):
        return whole(self.depth)

    def compute(self):
        """Values and slopes, what one layer passes on, and all of them.

        Returns
        -------
        dict
            `layers`; each function's value and slope under nnbook's names, as
            `sigmoid` and `sigmoid_grad`; `factors`, weight times slope by function;
            `decades`, the decimal logarithm of the size of what all layers pass on,
            at least -20.
        """
        numbers = {"layers": self._layers()}
        factors = {}
        for name in NAMES:
            given = {"alpha": self.alpha} if name in WITH_ALPHA else {}
            numbers[name] = float(getattr(activations, name)(self.z, **given))
            slope = float(getattr(activations, f"{name}_grad")(self.z, **given))
            numbers[f"{name}_grad"] = slope
            factors[name] = self.w * slope
        decades = {name: self._decades(factor) for name, factor in factors.items()}
        return {**numbers, "factors": factors, "decades": decades}

    def _decades(self, factor):
        product = abs(self._passed_on(factor))
        return max(-FAR, math.log10(product)) if product > 0 else -FAR

    def sentence(self):
        """Where the layers stand, and what they pass on with each function."""
        layers = self._layers()
        passed = ", ".join(
            f"{NAMES[name]} {significant(self._passed_on(factor))}"
            for name, factor in self.compute()["factors"].items()
        )
        return (
            f"At z = {short(self.z)}, with weight {short(self.w)} and "
            f"α = {short(self.alpha)}, {layers} "
            f"{'layer passes' if layers == 1 else 'layers pass'} on: {passed}."
        )
