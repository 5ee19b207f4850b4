"""Five logits, a softmax and a loss, step by step in float16, float32 or float64.

Every step of the arithmetic is rounded to the format that is chosen, and every
intermediate value is shown: where an exponential becomes inf, a probability 0, and the
loss nan. Two other formulas, equal to the first on paper, do better.

Chapter: softmax_stability.
"""

import math

import numpy as np
import traitlets

from nnbook.softmax import softmax, softmax_cross_entropy
from nnbook.widgets.base import BookWidget, Number, module, significant

FORMATS = ["float16", "float32", "float64"]
FORMULAS = {
    "naive": "naive softmax",
    "max_shift": "shifted softmax",
    "log_softmax": "log-softmax",
}
CLASSES = ["z1", "z2", "z3", "z4", "z5"]


class SoftmaxPrecision(BookWidget):
    """A softmax of five logits and the loss at the true class, in three formats.

    Parameters
    ----------
    z1, z2, z3, z4, z5 : float, -1200 to 1200
        The logits.
    precision : str, "float16", "float32" or "float64"
        The format that every step is rounded to.
    formula : str, "naive", "max_shift" or "log_softmax"
    label : str, "z1" to "z5"
        The true class.

    Examples
    --------
    >>> SoftmaxPrecision(label="z5", formula="log_softmax").sentence()
    'In float32, log-softmax: the exponentials add up to 1, the probabilities are \
0, 0, 0, 0, 1. The loss at z5 is 0, as it should be.'
    """

    name = "softmax_precision"
    _esm = module(name)

    z1 = Number(-3, -1200, 1200)
    z2 = Number(-1, -1200, 1200)
    z3 = Number(0, -1200, 1200)
    z4 = Number(3, -1200, 1200)
    z5 = Number(1000, -1200, 1200)
    precision = traitlets.Enum(FORMATS, "float32").tag(sync=True, shared=True)
    formula = traitlets.Enum(list(FORMULAS), "naive").tag(sync=True, shared=True)
    label = traitlets.Enum(CLASSES, "z4").tag(sync=True, shared=True)

    def _logits(self):
        return [getattr(self, name) for name in CLASSES]

    def _true(self):
        return CLASSES.index(self.label)

    def compute(self):
        """Every step of the formula, and what is right.

        Returns
        -------
        dict
            `z`, `below` (less the maximum), `p` and `log_p`, a value for each class,
            and `loss`: numbers, or the words inf, -inf and nan. `exp` (for each class)
            and `sum` are written out to four digits, since they can be huge.
            `exact_p` and `exact_loss` are nnbook's, in float64; `right` says whether
            the loss agrees with it.
        """
        z = np.array(self._logits())
        loss, _ = softmax_cross_entropy(z[None], [self._true()])
        with np.errstate(all="ignore"):
            steps = self._steps(np.dtype(self.precision).type)
        return {
            **steps,
            "exact_p": softmax(z).tolist(),
            "exact_loss": loss,
            "right": is_right(steps["loss"], loss),
        }

    def _steps(self, rounded):
        """The formula in NumPy's scalars of one type, whose arithmetic rounds to it.

        The library's exp and log differ between processors in the last digit, so both
        are those of float64, rounded.
        """

        def exp(x):
            return rounded(np.exp(np.float64(x)))

        def log(x):
            return rounded(np.log(np.float64(x)))

        z = [rounded(value) for value in self._logits()]
        largest = max(z)
        below = z if self.formula == "naive" else [value - largest for value in z]
        exponentials = [exp(value) for value in below]
        total = rounded(0)
        for value in exponentials:
            total = total + value
        if self.formula == "log_softmax":
            log_p = [value - log(total) for value in below]
            p = [exp(value) for value in log_p]
        else:
            p = [value / total for value in exponentials]
            log_p = [log(value) for value in p]
        return {
            "z": [told(value) for value in z],
            "below": [told(value) for value in below],
            "exp": [text(value) for value in exponentials],
            "sum": text(total),
            "p": [told(value) for value in p],
            "log_p": [told(value) for value in log_p],
            "loss": told(-log_p[self._true()]),
        }

    def sentence(self):
        """The sum, the probabilities, the loss, and what it should be."""
        numbers = self.compute()
        p = ", ".join(text(value) for value in numbers["p"])
        loss, exact = text(numbers["loss"]), text(numbers["exact_loss"])
        verdict = "as it should be" if numbers["right"] else f"and should be {exact}"
        return (
            f"In {self.precision}, {FORMULAS[self.formula]}: the exponentials add up "
            f"to {numbers['sum']}, the probabilities are {p}. "
            f"The loss at {self.label} is {loss}, {verdict}."
        )


def told(value):
    """A number, or the word for what is none: JSON has no infinity.

    Examples
    --------
    >>> told(np.float16(0.5)), told(-np.inf), told(np.nan)
    (0.5, '-inf', 'nan')
    """
    value = float(value)
    return value + 0.0 if math.isfinite(value) else str(value)


def text(value):
    """A number with four digits, or the word.

    Examples
    --------
    >>> text(1 / 3), text(np.float32(1e-40)), text(-np.inf), text("nan")
    ('0.3333', '1·10⁻⁴⁰', '−inf', 'nan')
    """
    value = told(value)
    if isinstance(value, str):
        return value.replace("-", "−")
    return significant(value, 4)


def is_right(loss, exact):
    """Whether the loss is within a hundredth of what it should be.

    Examples
    --------
    >>> is_right(1.0, 1.001), is_right("inf", 997.0), is_right(0.0, 4e-18)
    (True, False, True)
    """
    return not isinstance(loss, str) and abs(loss - exact) <= 0.01 * (1 + exact)
