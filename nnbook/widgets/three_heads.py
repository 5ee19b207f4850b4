"""Four logits, and three heads that each answer another question with them.

One sigmoid of a difference chooses between two fruits, a softmax between all four, and
four independent sigmoids say of each whether it is in the bowl. A number added to all
logits leaves the first two alone; a temperature makes all of them more or less sure and
changes no answer.

Chapter: softmax.
"""

import numpy as np

from nnbook.activations import sigmoid
from nnbook.softmax import softmax
from nnbook.widgets.base import BookWidget, Number, fixed, module, short

FRUITS = ("apple", "orange", "pear", "grape")


class ThreeHeads(BookWidget):
    """Four logits through one sigmoid, a softmax and four sigmoids.

    Parameters
    ----------
    z1, z2, z3, z4 : float, -6 to 6
        The logits of apple, orange, pear and grape.
    added : float, -6 to 6
        A number added to all four.
    T : float, 0.1 to 5
        The temperature: what the sums are divided by.

    Examples
    --------
    >>> ThreeHeads().sentence().split(". ")[-1]
    'Which ones? apple 0.622, orange 0.047, pear 0.731, grape 0.029, sum 1.43: apple \
and pear.'
    """

    name = "three_heads"
    _esm = module(name)

    z1 = Number(0.5, -6, 6)
    z2 = Number(-3, -6, 6)
    z3 = Number(1, -6, 6)
    z4 = Number(-3.5, -6, 6)
    added = Number(0, -6, 6)
    T = Number(1, 0.1, 5)

    def compute(self):
        """What the heads see, what they say, and what they answer.

        Returns
        -------
        dict
            `logits` (4 numbers, with `added` and divided by `T`); `apple_or_orange`,
            the probability of apple; `softmax` and `sigmoids` (4 each), `sum` of the
            sigmoids; and the answers `either`, `one`, `several` in words.
        """
        logits = np.array([self.z1, self.z2, self.z3, self.z4])
        # To nine decimals: tenths have no exact binary form, so two equal sums could
        # differ by 1e-16, and a tie would have a winner.
        logits = np.round((logits + self.added) / self.T, 9)
        each = sigmoid(logits)
        return {
            "logits": logits.tolist(),
            "apple_or_orange": float(sigmoid(logits[0] - logits[1])),
            "softmax": softmax(logits).tolist(),
            "sigmoids": each.tolist(),
            "sum": float(each.sum()),
            "either": _largest(logits[:2]),
            "one": _largest(logits),
            "several": _inside(logits),
        }

    def sentence(self):
        """The three questions with their probabilities and answers."""
        n = self.compute()
        apple = n["apple_or_orange"]
        return (
            f"Logits {_listed(n['logits'], short)}. "
            f"Apple or orange? {_listed([apple, 1 - apple], _three)}: {n['either']}. "
            f"Which one? {_listed(n['softmax'], _three)}, sum 1: {n['one']}. "
            f"Which ones? {_listed(n['sigmoids'], _three)}, sum {fixed(n['sum'], 2)}: "
            f"{n['several']}."
        )


def _three(p):
    """A probability with three decimals, never a 0 or 1 that it is not.

    Examples
    --------
    >>> _three(0.25), _three(1e-9), _three(1 - 1e-9)
    ('0.250', '< 0.001', '> 0.999')
    """
    if p < 0.0005:
        return "< 0.001"
    if p >= 0.9995:
        return "> 0.999"
    return fixed(p, 3)


def _listed(values, write):
    return ", ".join(f"{f} {write(v)}" for f, v in zip(FRUITS, values, strict=False))


def _largest(logits):
    """The fruit with the largest logit, if it is alone with it."""
    winners = np.flatnonzero(logits == logits.max())
    return FRUITS[winners[0]] if len(winners) == 1 else "undecided"


def _inside(logits):
    """The fruits whose logit is positive, in words."""
    found = [fruit for fruit, z in zip(FRUITS, logits, strict=True) if z > 0]
    if len(found) < 2:
        return found[0] if found else "none"
    return f"{', '.join(found[:-1])} and {found[-1]}"
