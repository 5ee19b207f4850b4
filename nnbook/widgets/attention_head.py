"""One head of attention on six words, with a query, a key and a value of one number.

Every score is a product of two numbers, so all of the table can be followed by hand:
scores, divided by a temperature; weights, a softmax of each row, with or without a
causal mask; and the mixture of the values that each word gets.

Chapter: sequences.
"""

import numpy as np
import traitlets

from nnbook.sequences import attention, causal_mask
from nnbook.widgets.base import BookWidget, Number, fixed, module, short

WORDS = ("the", "dog", "bites", "the", "old", "man")


class AttentionHead(BookWidget):
    """Six words that listen to each other.

    Parameters
    ----------
    asks : "1" to "6"
        The word whose row is worked out; the third is "bites".
    T : float, 0.1 to 10
        The temperature: what the scores are divided by.
    mask : bool
        Whether a word must not look at later ones.
    q1, q2, q3, q4, q5, q6 : float, -4 to 4
        The queries.
    k1, k2, k3, k4, k5, k6 : float, -4 to 4
        The keys.
    v1, v2, v3, v4, v5, v6 : float, -9 to 9
        The values.

    Examples
    --------
    >>> AttentionHead(mask=True, asks="2").sentence()
    'dog, temperature 1, future masked: the 0.05, dog 0.95. It listens to 1.21 words \
and gets 5.72.'
    """

    name = "attention_head"
    _esm = module(name)

    asks = traitlets.Enum(list("123456"), "3").tag(sync=True, shared=True)
    T = Number(1, 0.1, 10)
    mask = traitlets.Bool(False).tag(sync=True, shared=True)
    q1 = Number(0.5, -4, 4)
    q2 = Number(1, -4, 4)
    q3 = Number(1.5, -4, 4)
    q4 = Number(0.5, -4, 4)
    q5 = Number(1, -4, 4)
    q6 = Number(-1, -4, 4)
    k1 = Number(-1, -4, 4)
    k2 = Number(2, -4, 4)
    k3 = Number(0.5, -4, 4)
    k4 = Number(-1, -4, 4)
    k5 = Number(0, -4, 4)
    k6 = Number(1.5, -4, 4)
    v1 = Number(0, -9, 9)
    v2 = Number(6, -9, 9)
    v3 = Number(-4, -9, 9)
    v4 = Number(0, -9, 9)
    v5 = Number(3, -9, 9)
    v6 = Number(8, -9, 9)

    def compute(self):
        """Scores, weights and mixtures of all words, and the row of one of them.

        Returns
        -------
        dict
            `scores`, query times key divided by the temperature, and `weights`, both 6
            by 6, a row for each word that asks; `output`, what each word gets; for the
            word that asks, `mixed`, its output, and `listened`, the number of words
            that it listens to: the exponential of the entropy of its weights.
        """
        queries, keys, values = (
            np.array([[getattr(self, f"{letter}{i}")] for i in range(1, 7)])
            for letter in "qkv"
        )
        allowed = causal_mask(6) if self.mask else None
        output, weights = attention(queries / self.T, keys, values, allowed)
        row = int(self.asks) - 1
        heard = weights[row][weights[row] > 0]
        return {
            "scores": (queries * keys.T / self.T + 0.0).tolist(),
            "weights": weights.tolist(),
            "output": output[:, 0].tolist(),
            "mixed": float(output[row, 0]),
            "listened": float(np.exp(-(heard * np.log(heard)).sum())),
        }

    def sentence(self):
        """The weights and the mixture of the word that asks."""
        n, row = self.compute(), int(self.asks) - 1
        seen = row + 1 if self.mask else 6
        pairs = zip(WORDS[:seen], n["weights"][row][:seen], strict=True)
        listed = ", ".join(f"{word} {_share(weight)}" for word, weight in pairs)
        future = "future masked" if self.mask else "no mask"
        return (
            f"{WORDS[row]}, temperature {short(self.T)}, {future}: {listed}. It "
            f"listens to {fixed(n['listened'], 2)} "
            f"{'word' if fixed(n['listened'], 2) == '1.00' else 'words'} and gets "
            f"{fixed(n['mixed'], 2)}."
        )


def _share(weight):
    """A weight with two decimals, never a 0 or 1 that it is not.

    Examples
    --------
    >>> _share(0.25), _share(1e-9), _share(1 - 1e-9), _share(1.0)
    ('0.25', '<0.01', '>0.99', '1')
    """
    if weight == 1:
        return "1"
    if weight < 0.005:
        return "<0.01"
    return ">0.99" if weight >= 0.995 else fixed(weight, 2)
