"""One neuron looks at a 2x2 image and says whether it is stairs.

Four pixels, four weights, one bias: the weighted sum, the sigmoid and the verdict, and
beside them the neuron's verdict on all sixteen black-and-white images. No weights get
all sixteen right, which is why the next chapter needs more than one neuron.

Chapter: neurons.
"""

import numpy as np

from nnbook.activations import sigmoid
from nnbook.datasets import stairs_patterns
from nnbook.neuron import weighted_sum
from nnbook.widgets.base import BookWidget, Number, module, probability, short


class StairsNeuron(BookWidget):
    """One neuron with four pixels.

    Parameters
    ----------
    x1, x2, x3, x4 : float, 0 (white paper) to 1 (black ink)
        The pixels: top left, top right, bottom left, bottom right.
    w1, w2, w3, w4 : float, -20 to 20
        The weight of each pixel.
    b : float, -20 to 20
        The bias.

    Examples
    --------
    >>> StairsNeuron(x1=0, x3=0).sentence().split(":")[0]
    'z = −8·0 − 8·0 + 12·0 + 12·1 − 12 = 0, sigmoid(z) = 0.5000'
    """

    name = "stairs_neuron"
    _esm = module(name)

    x1 = Number(1, 0, 1)
    x2 = Number(0, 0, 1)
    x3 = Number(1, 0, 1)
    x4 = Number(1, 0, 1)
    w1 = Number(-8, -20, 20)
    w2 = Number(-8, -20, 20)
    w3 = Number(12, -20, 20)
    w4 = Number(12, -20, 20)
    b = Number(-12, -20, 20)

    def _image(self):
        return [self.x1, self.x2, self.x3, self.x4]

    def _weights(self):
        return [self.w1, self.w2, self.w3, self.w4]

    def compute(self):
        """The neuron's numbers for the image, and its verdict on all patterns.

        Returns
        -------
        dict
            `z`, `a`, `stairs`, `products` (4 numbers) and `patterns` (16 dicts with
            `x`, `z`, `a`, `says` and `is`).
        """
        x = np.array(self._image())
        w = np.array(self._weights())
        z = clean_sum(x, w, self.b)
        patterns = []
        for pixels, label in zip(*stairs_patterns(), strict=True):
            pattern_z = clean_sum(pixels, w, self.b)
            patterns.append(
                {
                    "x": pixels.tolist(),
                    "z": pattern_z,
                    "a": float(sigmoid(pattern_z)),
                    "says": pattern_z > 0,
                    "is": bool(label),
                }
            )
        return {
            "z": z,
            "a": float(sigmoid(z)),
            "stairs": z > 0,
            "products": (w * x).tolist(),
            "patterns": patterns,
        }

    def sentence(self):
        """The weighted sum term by term, its sigmoid, the verdict and the count."""
        numbers = self.compute()
        z, a = short(numbers["z"]), probability(numbers["a"])
        right = sum(p["says"] == p["is"] for p in numbers["patterns"])
        (w1, x1), *others = zip(self._weights(), self._image(), strict=True)
        terms = f"{short(w1)}·{short(x1)}"
        terms += "".join(f"{signed(w)}·{short(x)}" for w, x in others)
        terms += signed(self.b)
        verdict = "stairs" if numbers["stairs"] else "not stairs"
        return (
            f"z = {terms} = {z}, sigmoid(z) {a}: the neuron says {verdict}, and gets "
            f"{right} of the 16 black-and-white patterns right."
        )


def clean_sum(x, w, b):
    """The weighted sum to nine decimals.

    Twentieths have no exact binary form, so a sum that is 0 on paper can come out as
    4e-17, and the neuron would say "stairs" to a z that reads 0.
    """
    return round(float(weighted_sum(x, w, b)), 9)


def signed(value):
    """A number as a further term of a sum.

    Examples
    --------
    >>> signed(2.5), signed(-12.0)
    (' + 2.5', ' − 12')
    """
    return f" {'−' if value < 0 else '+'} {short(abs(value))}"
