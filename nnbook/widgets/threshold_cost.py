"""A threshold runs through the scores of a thousand castings.

Sound and cracked castings have scores from two bells that overlap. Whatever lies above
the threshold is called cracked. The table of hits, misses and false alarms follows the
threshold; so do the point on the ROC curve, the point on the precision-recall curve,
and what all the mistakes cost.

Chapter: model evaluation.
"""

import numpy as np

from nnbook.metrics import auc, confusion_matrix, f1, precision, recall, roc_curve
from nnbook.metrics import precision_recall_curve as pr_curve
from nnbook.widgets.base import BookWidget, Number, fixed, module, short, whole

CASTINGS = 1000


class ThresholdCost(BookWidget):
    """Scores of a thousand castings, some of them cracked, and a threshold.

    The scores of each kind are the evenly spaced quantiles of a logistic distribution,
    so that no chance is involved: those of sound castings lie around 0, those of
    cracked ones around `separation`.

    Parameters
    ----------
    threshold : float, -6 to 12
        A casting with this score or more is called cracked.
    prevalence : float, 1 to 50
        Percent of the castings that are cracked, rounded to whole castings.
    separation : float, 0 to 6
        How well the score tells the two kinds apart.
    miss_cost : float, 1 to 100
        Cost of a cracked casting that is let through; a false alarm costs 1.

    Examples
    --------
    >>> numbers = ThresholdCost(threshold=-6).compute()
    >>> numbers["recall"], round(numbers["precision"], 2)
    (1.0, 0.1)
    """

    name = "threshold_cost"
    _esm = module(name)

    threshold = Number(2, -6, 12)
    prevalence = Number(10, 1, 50)
    separation = Number(4, 0, 6)
    miss_cost = Number(20, 1, 100)

    def scores(self):
        """The scores of all castings and which of them are cracked.

        Returns
        -------
        scores : ndarray, shape (1000,)
            To six decimals, the sound ones first.
        labels : ndarray of 0 and 1, shape (1000,)
        """
        n_cracked = whole(10 * self.prevalence)
        kinds = _quantiles(CASTINGS - n_cracked), _quantiles(n_cracked)
        scores = np.concatenate([kinds[0], kinds[1] + self.separation])
        labels = np.repeat([0, 1], [CASTINGS - n_cracked, n_cracked])
        # Where two scores are equal, they must be so in both languages.
        return np.floor(scores * 1e6 + 0.5) / 1e6, labels

    def compute(self):
        """The four counts and all that follows from them.

        Returns
        -------
        dict
            `hits`, `misses`, `alarms` and `passed` (the four counts); `accuracy`,
            `precision`, `recall`, `f1`, `alarm_rate`; `cost`; `roc_area`, `pr_area`;
            `cheapest`, the threshold that costs least (the highest of equals): a score
            or, to call nothing, 1 more than the highest; and `lowest_cost`.
        """
        scores, labels = self.scores()
        called = (scores >= self.threshold).astype(int)
        (passed, alarms), (misses, hits) = confusion_matrix(called, labels).tolist()
        false_rate, hit_rate, thresholds = roc_curve(scores, labels)
        precisions, recalls, _ = pr_curve(scores, labels)
        n_cracked = hits + misses
        costs = (
            np.rint(false_rate * (CASTINGS - n_cracked))
            + np.rint((1 - hit_rate) * n_cracked) * self.miss_cost
        )
        # The first threshold is infinite: nothing is called. A score does that, too.
        thresholds[0] = thresholds[1] + 1
        best = int(costs.argmin())
        return {
            "hits": hits,
            "misses": misses,
            "alarms": alarms,
            "passed": passed,
            "accuracy": (hits + passed) / CASTINGS,
            "precision": precision(called, labels),
            "recall": recall(called, labels),
            "f1": f1(called, labels),
            "alarm_rate": alarms / (CASTINGS - n_cracked),
            "cost": alarms + self.miss_cost * misses,
            "roc_area": auc(false_rate, hit_rate),
            "pr_area": auc(recalls, precisions),
            "cheapest": float(thresholds[best]),
            "lowest_cost": float(costs[best]),
        }

    def sentence(self):
        """The counts, the shares and the cost, beside the cheapest threshold."""
        n = self.compute()
        return (
            f"Threshold {short(self.threshold)}: of {n['hits'] + n['misses']} cracked "
            f"castings {n['hits']} are found and {n['misses']} missed, with "
            f"{n['alarms']} false alarms. Accuracy {fixed(n['accuracy'], 3)}, "
            f"precision {fixed(n['precision'], 3)}, recall {fixed(n['recall'], 3)}, F1 "
            f"{fixed(n['f1'], 3)}. Cost {short(n['cost'])}; the cheapest threshold, "
            f"{fixed(n['cheapest'], 2)}, costs {short(n['lowest_cost'])}. Area under "
            f"ROC {fixed(n['roc_area'], 3)}, under precision-recall "
            f"{fixed(n['pr_area'], 3)}."
        )


def _quantiles(n):
    """Of the standard logistic distribution: log(q / (1 - q))."""
    q = (np.arange(n) + 0.5) / n
    return np.log(q / (1 - q))
