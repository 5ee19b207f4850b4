"""A polynomial that is too stiff, too bendy or about right, and what more data do.

Four training sets are drawn from the same noisy wave, and a polynomial of the chosen
degree is fitted to each, with a penalty on its weights. How far their common course is
from the wave is bias, how far the four are from each other is variance. Their mean
errors are drawn over the degree and over the number of samples.

Chapter: model evaluation.
"""

import math

import numpy as np

from nnbook.model_selection import polynomial_features, ridge
from nnbook.widgets.base import BookWidget, Number, fixed, module, short, whole

SETS, LARGEST, DEGREES = 4, 80, 12
SIZES = (8, 12, 18, 26, 38, 56, 80)
VERDICTS = {
    "fine": "both are near the noise: about right.",
    "bias": "even the training error is far above the noise: too stiff.",
    "variance": "the gap between the two is large: too bendy.",
    "both": "a high training error and a large gap: too stiff in some ways, too bendy "
    "in others.",
}


def draws(number, n):
    """Places on the wave and noise for them, the same in Python and JavaScript.

    Neither language has the other's random numbers, so these come from the generator of
    S. K. Park and K. W. Miller (1988), which needs nothing but whole numbers. The noise
    is the sum of twelve uniform numbers less 6: nearly normal, with variance 1.

    Parameters
    ----------
    number : int
        Which set: 0 is the validation set, 1 to 4 are the training sets.
    n : int

    Returns
    -------
    x, noise : ndarray, shape (n,)
        x from -1 to 1.

    Examples
    --------
    >>> x, noise = draws(1, 3)
    >>> x.round(3)
    array([-0.937, -0.689,  0.651])
    """
    state = 2027 * (number + 1)
    rows = []
    for _ in range(n):
        row = []
        for _ in range(13):
            state = state * 16807 % 2147483647
            row.append(state / 2147483647)
        rows.append([2 * row[0] - 1, math.fsum(row[1:]) - 6])
    x, noise = np.array(rows).T
    return x, noise


def _prepared(number, n):
    x, noise = draws(number, n)
    return polynomial_features(x[:, None], DEGREES), np.sin(4 * x), noise


TRAINING = [_prepared(number, LARGEST) for number in range(1, SETS + 1)]
VALIDATION = _prepared(0, 100)


class BiasVariance(BookWidget):
    """Polynomials fitted to four noisy training sets.

    Parameters
    ----------
    degree : float, 1 to 12
        Rounded to a whole number.
    noise : float, 0 to 1
        Standard deviation of what is added to the wave sin(4 x).
    n : float, 8 to 80
        Samples in each training set, rounded to a whole number.
    log_lambda : float, -4 to 2
        The penalty is 10 to this power, times the squares of the weights.

    Examples
    --------
    >>> BiasVariance(degree=1).compute()["verdict"]
    'bias'
    """

    name = "bias_variance"
    _esm = module(name)

    degree = Number(12, 1, 12)
    noise = Number(0.3, 0, 1)
    n = Number(30, 8, 80)
    log_lambda = Number(-4, -4, 2)

    def compute(self):
        """Errors of the fits, over the degree and over the number of samples.

        Returns
        -------
        dict
            `train` and `validation`, the errors of the chosen polynomial in the mean of
            the four sets; `degree_train` and `degree_validation` (12 each);
            `curve_train` and `curve_validation` (one a size in `SIZES`);
            `best_degree`, of the lowest validation error; and `verdict`: "fine",
            "bias", "variance" or "both".
        """
        degree, n = whole(self.degree), whole(self.n)
        by_degree = [self._errors(d, n) for d in range(1, DEGREES + 1)]
        by_size = [self._errors(degree, size) for size in SIZES]
        train, validation = by_degree[degree - 1]
        return {
            "train": train,
            "validation": validation,
            "degree_train": [errors[0] for errors in by_degree],
            "degree_validation": [errors[1] for errors in by_degree],
            "curve_train": [errors[0] for errors in by_size],
            "curve_validation": [errors[1] for errors in by_size],
            "best_degree": 1 + int(np.argmin([errors[1] for errors in by_degree])),
            "verdict": _verdict(self.noise, train, validation),
        }

    def sentence(self):
        """The setting, the two errors beside the noise, and the verdict."""
        numbers = self.compute()
        return (
            f"Degree {whole(self.degree)}, "
            f"{whole(self.n)} samples, noise {short(self.noise)}, "
            f"lambda 10^{short(self.log_lambda)}: training error "
            f"{_amount(numbers['train'])}, validation error "
            f"{_amount(numbers['validation'])}, noise alone "
            f"{_amount(self.noise * self.noise)}; {VERDICTS[numbers['verdict']]}"
        )

    def _errors(self, degree, n):
        """Mean training and validation error of the four fits."""
        checked, wave, noise = VALIDATION
        target = wave + self.noise * noise
        pairs = []
        for features, truth, noise in TRAINING:
            x, y = features[:n, :degree], truth[:n] + self.noise * noise[:n]
            w, b = ridge(x, y, 10.0**self.log_lambda)
            on_fresh = np.mean((checked[:, :degree] @ w + b - target) ** 2)
            pairs.append([np.mean((x @ w + b - y) ** 2), on_fresh])
        return np.mean(pairs, axis=0).tolist()


def _verdict(noise, train, validation):
    """Which of the two gaps is large, beside what the noise itself makes."""
    floor = noise * noise
    large = 0.08 + 0.4 * floor
    bias, variance = train - floor > large, validation - train > large
    if bias and variance:
        return "both"
    return "bias" if bias else "variance" if variance else "fine"


def _amount(error):
    return "more than 100" if error > 100 else fixed(error, 3)
