"""The exercises of chapter 12: gaps, mistakes counted, leaks, thresholds and ranks."""

import numpy as np

from nnbook.exercises import NotYet, call, exercise
from nnbook.metrics import auc, roc_curve


@exercise
def check_diagnose(diagnose):
    """`diagnose(baseline, train_error, cv_error, tolerance)` names the trouble."""
    cases = [
        ((10.6, 10.8, 14.8, 1.0), "variance"),
        ((10.6, 15.0, 15.6, 1.0), "bias"),
        ((10.6, 15.0, 19.7, 1.0), "both"),
        ((10.6, 10.8, 11.2, 1.0), "fine"),
        ((0.09, 0.08, 0.10, 0.05), "fine"),
        ((0.0, 0.2, 0.9, 0.5), "variance"),
    ]
    for arguments, right in cases:
        name = call(diagnose, *arguments)
        if name not in ("bias", "variance", "both", "fine"):
            raise NotYet(
                f"It returns {name!r}; return one of the words 'bias', 'variance', "
                f"'both' and 'fine'."
            )
        if name == right:
            continue
        baseline, train_error, cv_error, tolerance = arguments
        if right == "variance" and name in ("bias", "both"):
            raise NotYet(
                f"A training error of {train_error} is not high where {baseline} can "
                f"be expected and a difference of {tolerance} does not count."
            )
        if right == "both":
            raise NotYet(
                f"With baseline {baseline}, training error {train_error} and "
                f"validation error {cv_error} there are two large gaps, and it names "
                f"{name!r} alone. Test both before you answer."
            )
        raise NotYet(
            f"For baseline {baseline}, training error {train_error}, validation error "
            f"{cv_error} and tolerance {tolerance} it says {name!r}. The second gap "
            f"runs from the training error to the validation error."
        )
    return "Two gaps, four answers, and none of them without a baseline."


@exercise
def check_share_wrong(share_wrong):
    """`share_wrong(p, labels)` counts the mistakes at one half."""
    p = np.array([0.1, 0.2, 0.5, 0.9, 0.6, 0.3, 0.7, 0.8, 0.55, 0.52, 0.45, 0.42])
    labels = np.array([0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0])
    share = call(share_wrong, p, labels)
    if np.shape(share) != ():
        raise NotYet(
            f"It returns {np.shape(share)} values. The share is one number: a mean."
        )
    if np.isclose(share, 1 / 12):
        return "One wrong of twelve. A cut at one half, and the answers are 0 and 1."
    if np.isclose(share, 11 / 12):
        raise NotYet("That is the share of right answers, or yes and no are swapped.")
    if np.isclose(share, 2 / 12):
        raise NotYet("Nearly. A p of exactly one half is a yes: use >= .")
    if np.isclose(share, 6 / 12):
        raise NotYet(
            "Still one half: every sample with the label 0 counts as a mistake. A sign "
            "is 1 or -1, and a probability's is 1. Where should the cut be?"
        )
    raise NotYet(
        f"It says {share:.3f}; of the twelve answers here one is wrong. The cut is at "
        f"one half."
    )


@exercise
def check_standardised(standardised):
    """`standardised(x, train, judged)`, mended so that nothing leaks."""
    rng = np.random.default_rng(2)
    x = rng.normal(3, 2, size=(30, 3))
    train, judged = np.arange(20), np.arange(20, 30)
    answer = call(standardised, x, train, judged)
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise NotYet("Return two arrays, the training part and the judged part.")
    z_train, z_judged = (np.asarray(part, float) for part in answer)
    mean, std = x[train].mean(axis=0), x[train].std(axis=0)
    if z_train.shape != (20, 3) or z_judged.shape != (10, 3):
        raise NotYet(
            f"The parts have shapes {z_train.shape} and {z_judged.shape}; they should "
            f"have a row for each index and all three features."
        )
    own = (x[judged] - x[judged].mean(axis=0)) / x[judged].std(axis=0)
    if np.allclose(z_judged, own):
        raise NotYet(
            "The judged part is scaled by its own mean and deviation. A sample would "
            "then look different depending on its company. Use those of the training "
            "part for both."
        )
    if np.allclose(z_train, x[train] - mean):
        raise NotYet("The mean is right; the division by the deviation is missing.")
    everywhere = (x - x.mean(axis=0)) / x.std(axis=0)
    if np.allclose(z_train, everywhere[train]):
        raise NotYet(
            "Mean and deviation still come from all rows, so the judged samples have a "
            "say in how they will be seen. Compute them from x[train]."
        )
    if not np.allclose(z_train, (x[train] - mean) / std):
        raise NotYet(
            "The training part should have mean 0 and deviation 1 in each feature: "
            "take both along axis 0."
        )
    if not np.allclose(z_judged, (x[judged] - mean) / std):
        raise NotYet(
            "The training part is right. Do exactly the same to the judged part, with "
            "the same two numbers for each feature."
        )
    return "Both numbers come from the training part, and both parts get the same."


@exercise
def check_report(report):
    """`report(cv_errors, test_errors)` -> (which to use, error to report)."""
    cv_errors = np.array([0.30, 0.21, 0.24, 0.40])
    test_errors = np.array([0.28, 0.25, 0.19, 0.42])
    answer = call(report, cv_errors, test_errors)
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise NotYet("Return two things: which candidate, and its error.")
    best, reported = answer
    if best == 2:
        raise NotYet(
            "It still chooses candidate 2, which is the best on the test set. Then the "
            "test set has chosen, and its error is too good."
        )
    if best != 1:
        raise NotYet(
            f"It chooses {best}. On the validation set candidate 1 has the lowest "
            f"error, 0.21."
        )
    if np.isclose(reported, 0.21):
        raise NotYet(
            "The choice is right. But 0.21 is the error on the set that chose, so it "
            "flatters. Which set has not been looked at yet?"
        )
    if np.isclose(reported, 0.19):
        raise NotYet(
            "The choice is right, but 0.19 is the test error of another candidate. "
            "Report the one that was chosen."
        )
    if not np.isclose(reported, 0.25):
        raise NotYet(f"The test error of candidate 1 is 0.25, not {reported}.")
    return "The validation set chooses, the test set reports: 0.25, not 0.19."


@exercise
def check_cheapest(cheapest):
    """`cheapest(scores, labels, alarm, miss)` gives the threshold that costs least."""
    rng = np.random.default_rng(3)
    for alarm, miss in [(1, 1), (1, 20), (5, 1)]:
        labels = (np.arange(60) % 3 == 0).astype(int)
        scores = (rng.normal(size=60) + 1.5 * labels).round(1)
        cut = call(cheapest, scores, labels, alarm, miss)
        if np.shape(cut) != ():
            raise NotYet(f"Return one threshold, not {np.shape(cut)} values.")
        if cut not in scores:
            raise NotYet(
                f"It returns {cut}, which is none of the scores. Return the score "
                f"itself, not its position or the cost."
            )
        costs = np.array([_cost(scores, labels, c, alarm, miss) for c in scores])
        mine = _cost(scores, labels, cut, alarm, miss)
        if mine == costs.min():
            continue
        above = np.array(
            [_cost(scores, labels, c, alarm, miss, at=False) for c in scores]
        )
        if cut == scores[above.argmin()]:
            raise NotYet(
                "It calls only what lies above the threshold. Call what is equal, too."
            )
        swapped = np.array([_cost(scores, labels, c, miss, alarm) for c in scores])
        if cut == scores[swapped.argmin()]:
            raise NotYet(
                "The two costs are swapped: a miss is a positive that is not called."
            )
        raise NotYet(
            f"With costs {alarm} for an alarm and {miss} for a miss, the threshold "
            f"{cut} costs {mine}, and there is one that costs {costs.min()}. Have you "
            f"multiplied each kind of mistake by its own cost?"
        )
    return "No probability needed: mistakes counted, multiplied and compared."


@exercise
def check_area(area):
    """`area(scores, labels)` is the area under the ROC curve, from pairs."""
    rng = np.random.default_rng(4)
    labels = np.arange(40) % 2
    fine = rng.normal(size=40) + labels
    for scores in (fine, fine.round()):
        false_alarms, hits, _ = roc_curve(scores, labels)
        right = auc(false_alarms, hits)
        share = call(area, scores, labels)
        if np.shape(share) != ():
            raise NotYet(f"It returns {np.shape(share)} values; the area is a number.")
        if np.isclose(share, right):
            continue
        ahead = np.subtract.outer(scores[labels == 1], scores[labels == 0])
        ties = np.mean(ahead == 0)
        if ties and np.isclose(share, right - ties / 2):
            raise NotYet("Right without ties. A pair with equal scores counts 1/2.")
        if ties and np.isclose(share, right + ties / 2):
            raise NotYet("A tie counts a whole point here, and it should count 1/2.")
        if np.isclose(share, 1 - right):
            raise NotYet("The pairs are counted the wrong way round: 1 minus this.")
        raise NotYet(
            f"It gives {share:.3f}, the curve {right:.3f}. Compare every positive with "
            f"every negative: there are {ahead.size} pairs here."
        )
    return "The area is a probability: how often a positive outranks a negative."


def _cost(scores, labels, cut, alarm, miss, at=True):
    """What the threshold costs, in all."""
    called = scores >= cut if at else scores > cut
    alarms, misses = called & (labels == 0), ~called & (labels == 1)
    return int(alarm * alarms.sum() + miss * misses.sum())
