"""A map of 22 words that a text teaches, step by step, in two dimensions.

The words of the made-up sentences of `datasets.toy_sentences` start near the middle.
Each step goes downhill on the loss of skip-gram with negative sampling over all pairs
of the text (`embedding.skip_gram_loss`). One word is in focus; beside the map stand its
nearest words by dot product, by cosine and by distance.

Chapter: embeddings.
"""

import functools

import numpy as np
import traitlets

from nnbook import datasets
from nnbook.embedding import nearest, skip_gram_loss, skip_gram_pairs
from nnbook.widgets.base import BookWidget, Number, clean, fixed, module, whole

STEPS, RATE, NEGATIVES, WINDOW, LISTED = 200, 3, 5, 4, 5
GROUPS = {
    "people": tuple(datasets.PEOPLE),
    "animals": datasets.ANIMALS,
    "food": datasets.FOODS,
    "drinks": datasets.DRINKS,
    "hot and cold": ("hot", "cold"),
}
SHOWN = [word for words in GROUPS.values() for word in words]
MEASURES = {"dot": "dot product", "cosine": "cosine", "distance": "distance"}


class WordMap(BookWidget):
    """The map after a number of steps, and the words nearest to one of them.

    Parameters
    ----------
    step : float, 0 to 200
        How many steps have been made, rounded.
    focus : str
        One of the 22 words.
    by : str, "dot", "cosine" or "distance"
        Which measure the map marks the nearest words of.

    Examples
    --------
    >>> WordMap(step=200, focus="hot").sentence()[:60]
    'Step 200, loss 2.56. Nearest to hot: cold by dot product (3.'
    """

    name = "word_map"
    _esm = module(name)

    step = Number(120, 0, STEPS)
    focus = traitlets.Enum(SHOWN, "king").tag(sync=True, shared=True)
    by = traitlets.Enum(list(MEASURES), "cosine").tag(sync=True, shared=True)

    def compute(self):
        """Where the words lie, how good the map is, and what is near the focus.

        Returns
        -------
        dict
            `loss`; `x` and `y` of the 22 words; `nearest` and `values`, for each
            measure the five nearest words and their values; `own`, for each measure
            how many of the 22 words have a word of their own group nearest.
        """
        W, loss = track()[whole(self.step)]
        ranked = {by: ranks(whole(self.step), by) for by in MEASURES}
        focus = SHOWN.index(self.focus)
        own = {
            by: sum(group(i) == group(ids[0]) for i, (ids, _) in enumerate(rows))
            for by, rows in ranked.items()
        }
        return {
            "loss": clean(loss),
            "x": [clean(x) for x in W[:, 0]],
            "y": [clean(y) for y in W[:, 1]],
            "nearest": {
                by: [SHOWN[i] for i in rows[focus][0][:LISTED]]
                for by, rows in ranked.items()
            },
            "values": {
                by: rows[focus][1][:LISTED].tolist() for by, rows in ranked.items()
            },
            "own": own,
        }

    def sentence(self):
        """The loss, the nearest word by each measure, and how many words fit in."""
        n = self.compute()
        first = ", ".join(
            f"{n['nearest'][by][0]} by {words} ({fixed(n['values'][by][0], 3)})"
            for by, words in MEASURES.items()
        )
        own = ", ".join(f"{n['own'][by]} by {words}" for by, words in MEASURES.items())
        return (
            f"Step {whole(self.step)}, loss {fixed(n['loss'], 2)}. Nearest to "
            f"{self.focus}: {first}. Words whose nearest is of their own group, of "
            f"{len(SHOWN)}: {own}."
        )


def group(i):
    """The number of the group of the i-th word that is shown.

    Examples
    --------
    >>> group(SHOWN.index("king")), group(SHOWN.index("pear"))
    (0, 2)
    """
    return next(g for g, words in enumerate(GROUPS.values()) if SHOWN[i] in words)


@functools.cache
def corpus():
    """The words of 3,000 sentences without *the* and *in*, and how often they meet.

    Returns
    -------
    words : list of str, in alphabetical order
    counts : ndarray, shape (words, words)
        How often each pair stands at most four words apart in one sentence.

    Examples
    --------
    >>> words, counts = corpus()
    >>> len(words), int(counts.sum())
    (33, 42240)
    """
    text = datasets.toy_sentences(3000, rng=np.random.default_rng(0))
    text = [[w for w in line.split() if w not in ("the", "in")] for line in text]
    words = sorted({word for line in text for word in line})
    counts = np.zeros((len(words), len(words)))
    for line in text:
        pairs = skip_gram_pairs([words.index(word) for word in line], WINDOW)
        np.add.at(counts, pairs, 1)
    return words, counts


@functools.cache
def start():
    """The first rows of the words and of their neighbours, with three decimals."""
    rng = np.random.default_rng(6)
    return rng.uniform(-0.1, 0.1, (2, len(corpus()[0]), 2)).round(3)


@functools.cache
def track():
    """For each step the rows of the words that are shown, and the loss."""
    words, counts = corpus()
    shown = [words.index(word) for word in SHOWN]
    noise = counts.sum(axis=0) ** 0.75
    noise /= noise.sum()
    W, C = start()
    stops = []
    for _ in range(STEPS + 1):
        loss, d_W, d_C = skip_gram_loss(W, C, counts, noise, negatives=NEGATIVES)
        stops.append((W[shown], loss))
        W, C = W - RATE * d_W, C - RATE * d_C
    return stops


@functools.cache
def ranks(step, by):
    """For each word that is shown the others, nearest first, and their values.

    The rows are rounded to nine decimals, so that a tie is one on every machine.
    """
    W = track()[step][0].round(9)
    n = len(SHOWN) - 1
    return [nearest(W[i], W, n, by=by, without=[i]) for i in range(len(SHOWN))]
