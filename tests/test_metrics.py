"""The metrics: tables counted by hand, scikit-learn, and what they refuse."""

import re
import warnings

import numpy as np
import pytest
import sklearn.calibration
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support import layouts

from nnbook.metrics import (
    accuracy,
    auc,
    calibration_curve,
    confusion_matrix,
    f1,
    precision,
    precision_recall_curve,
    recall,
    roc_curve,
)

ONE_CLASS = [precision, recall, f1]
CURVES = [roc_curve, precision_recall_curve]

# By hand. Ten mails, five of them spam (1): three are found, two good ones are lost.

LABELS = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
CALLED = [1, 1, 1, 0, 0, 1, 1, 0, 0, 0]


def test_the_table_and_all_that_is_counted_from_it():
    # True 0: 3 called 0, 2 called 1; true 1: 2 called 0, 3 called 1.
    np.testing.assert_array_equal(confusion_matrix(CALLED, LABELS), [[3, 2], [2, 3]])
    assert accuracy(CALLED, LABELS) == 0.6  # 3 + 3 of 10
    assert precision(CALLED, LABELS) == 0.6  # 3 of 5 called
    assert recall(CALLED, LABELS) == 0.6  # 3 of 5 there
    assert f1(CALLED, LABELS) == 0.6
    assert precision([1, 1, 1, 1], [1, 0, 0, 0]) == 0.25
    assert recall([1, 1, 1, 1], [1, 0, 0, 0]) == 1.0
    assert f1([1, 1, 1, 1], [1, 0, 0, 0]) == 0.4  # 2 * 0.25 * 1 / 1.25


def test_rows_are_the_truth_and_columns_the_answers():
    # One sample of class 0, called 2.
    assert confusion_matrix([2], [0])[0, 2] == 1


def test_the_largest_score_wins_and_the_first_of_equals():
    assert accuracy([[0.1, 0.7, 0.2], [0.4, 0.2, 0.4]], [1, 0]) == 1.0
    assert accuracy([[0.4, 0.2, 0.4]], [2]) == 0.0


def test_any_class_may_be_the_positive_one():
    called, labels = [0, 1, 2, 2], [0, 2, 2, 2]
    assert precision(called, labels, positive=2) == 1.0
    assert recall(called, labels, positive=2) == 2 / 3
    assert precision(called, labels, positive=0) == 1.0


@pytest.mark.parametrize("metric", ONE_CLASS)
@pytest.mark.parametrize("labels", [[0, 0], [1, 1]])
def test_what_cannot_be_counted_is_zero(metric, labels):
    assert metric([0, 0], labels) == 0.0


def test_a_single_class_still_makes_a_table():
    np.testing.assert_array_equal(confusion_matrix([0, 0], [0, 0]), [[2, 0], [0, 0]])
    np.testing.assert_array_equal(confusion_matrix([0], [0], n_classes=1), [[1]])
    assert confusion_matrix([0], [0], n_classes=5).shape == (5, 5)


def test_area_by_hand():
    assert auc([0.0, 1.0], [0.0, 1.0]) == 0.5  # chance
    assert auc([0.0, 0.0, 1.0], [0.0, 1.0, 1.0]) == 1.0  # all positives on top
    assert auc([1.0, 0.5, 0.0], [1.0, 1.0, 0.0]) == 0.75  # from right to left


def test_area_under_roc_is_the_chance_that_a_positive_outranks_a_negative():
    rng = np.random.default_rng(0)
    scores, labels = rng.integers(0, 6, 40), rng.integers(0, 2, 40)
    wins = 0.0
    pairs = 0
    for positive in scores[labels == 1]:
        for negative in scores[labels == 0]:
            wins += (positive > negative) + 0.5 * (positive == negative)
            pairs += 1
    false_alarms, hits, _ = roc_curve(scores, labels)
    assert auc(false_alarms, hits) == pytest.approx(wins / pairs, rel=1e-12)


# scikit-learn

answers = st.integers(1, 20).flatmap(
    lambda n: st.tuples(
        *[hnp.arrays(int, n, elements=st.integers(0, 3)) for _ in range(2)]
    )
)


@given(answers)
def test_tables_equal_scikit_learn(pair):
    called, labels = pair
    classes = range(4)
    np.testing.assert_array_equal(
        confusion_matrix(called, labels, 4),
        sklearn.metrics.confusion_matrix(labels, called, labels=classes),
    )
    assert accuracy(called, labels) == pytest.approx(
        sklearn.metrics.accuracy_score(labels, called), rel=1e-15
    )
    for metric in ONE_CLASS:
        name = f"{metric.__name__}_score"
        expected = getattr(sklearn.metrics, name)(
            labels, called, labels=classes, average=None, zero_division=0
        )
        result = [metric(called, labels, positive=c) for c in classes]
        np.testing.assert_allclose(result, expected, rtol=1e-15)


# Few values, so that there are ties; and floats of any size.
scored = st.integers(2, 25).flatmap(
    lambda n: st.tuples(
        hnp.arrays(
            float,
            n,
            elements=st.one_of(
                st.sampled_from([0.0, -0.0, 0.25, 0.5, 1.0]),
                st.floats(-1e308, 1e308),
            ),
        ),
        hnp.arrays(int, n, elements=st.integers(0, 1)),
    )
)


@given(scored)
def test_curves_equal_scikit_learn(pair):
    scores, labels = pair
    if labels.all():
        with pytest.raises(ValueError, match="both classes .* no sample is negative"):
            roc_curve(scores, labels)
    elif not labels.any():
        with pytest.raises(ValueError, match="both classes .* no sample is positive"):
            roc_curve(scores, labels)
        with pytest.raises(ValueError, match="must hold a positive"):
            precision_recall_curve(scores, labels)
        return
    else:
        ours = roc_curve(scores, labels)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its differences of scores overflow
            theirs = sklearn.metrics.roc_curve(labels, scores, drop_intermediate=False)
            area = sklearn.metrics.roc_auc_score(labels, scores)
        for got, expected in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-15)
        assert auc(*ours[:2]) == pytest.approx(area, rel=1e-12)
    ours = precision_recall_curve(scores, labels)
    theirs = sklearn.metrics.precision_recall_curve(labels, scores)
    for got, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-15)


@given(scored)
def test_only_the_order_of_the_scores_counts(pair):
    scores, labels = pair
    if labels.all() or not labels.any():
        return
    ranks = np.unique(scores, return_inverse=True)[1]
    for got, expected in zip(
        roc_curve(ranks, labels)[:2], roc_curve(scores, labels)[:2], strict=True
    ):
        np.testing.assert_array_equal(got, expected)


# Kinds


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, np.int64, ">i4"])
def test_labels_of_every_integer_kind(dtype):
    called, labels = np.array(CALLED, dtype), np.array(LABELS, dtype)
    np.testing.assert_array_equal(confusion_matrix(called, labels), [[3, 2], [2, 3]])
    for metric in [accuracy, *ONE_CLASS]:
        assert type(metric(called, labels)) is float


def test_many_classes_do_not_wrap_around_in_small_integers():
    # In uint8, 200 * 201 + 200 is 144.
    labels = np.array([200, 0], np.uint8)
    assert confusion_matrix(labels, labels)[200, 200] == 1


@pytest.mark.parametrize("name", layouts(np.ones((2, 2))))
def test_scores_in_every_layout(name):
    scores = np.random.default_rng(1).normal(size=(6, 3))
    labels = scores.argmax(axis=1)
    assert accuracy(layouts(scores)[name], labels) == 1.0


def test_arguments_are_not_written_to():
    scores, labels = np.array([0.3, 0.1, 0.2]), np.array([1, 0, 1])
    before = scores.copy(), labels.copy()
    for curve in CURVES:
        curve(scores, labels)
    np.testing.assert_array_equal(scores, before[0])
    np.testing.assert_array_equal(labels, before[1])


# What they refuse

BAD_ANSWERS = [
    ([0, 1], [0, 1, 1], ValueError, "predicted and labels must have the same number"),
    ([], [], ValueError, "predicted has 0 samples (shape (0,))"),
    ([0, -1], [0, 1], ValueError, "predicted: label -1 at index 1 outside 0..1"),
    ([0, 1], [0, -1], ValueError, "labels: label -1 at index 1 outside 0..1"),
    ([0.2, 0.7], [0, 1], ValueError, "predicted must be integers 0..1, got dtype"),
    ([0, 1], [0.0, 1.0], ValueError, "labels must be integers 0..1, got dtype float64"),
    ([0, 1], [0.0, np.nan], ValueError, "labels must be integers 0..1, got dtype"),
    (
        [0, 1],
        [[0], [1]],
        ValueError,
        "labels must have shape (samples,), got (2, 1). U",
    ),
    ([0, 1], [[1, 0], [0, 1]], ValueError, "One-hot rows? Use labels.argmax(axis=1)."),
    ([0, 1], 1, ValueError, "labels must have shape (samples,), got ()"),
    ([0, 1], ["a", "b"], TypeError, "labels must be integers 0..1, got dtype <U1"),
    ([0, 1], None, ValueError, "labels must have shape (samples,), got ()"),
    ([0, 1], [1j, 0], TypeError, "labels must be integers 0..1, got dtype complex128"),
    ([0, 1], [[0], [0, 1]], ValueError, "labels must be a rectangular array"),
    ([0, 1], np.ma.array([0, 1], mask=[0, 1]), ValueError, "labels has masked entries"),
]


@pytest.mark.parametrize("predicted, labels, exception, message", BAD_ANSWERS)
@pytest.mark.parametrize("metric", [accuracy, confusion_matrix, *ONE_CLASS])
def test_refuses_answers(metric, predicted, labels, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        metric(predicted, labels)


BAD_CALLS = [
    (lambda: accuracy([[0.2], [0.7]], [0, 1]), ValueError, "Use predicted[:, 0] > 0.5"),
    (lambda: accuracy([[0.2, np.nan]], [0]), ValueError, "predicted[0, 1] is nan"),
    (lambda: accuracy(np.ones((0, 3)), []), ValueError, "predicted has 0 samples"),
    (
        lambda: accuracy(np.ones((2, 3)), [0, 3]),
        ValueError,
        "label 3 at index 1 outsid",
    ),
    (lambda: accuracy(np.ones((2, 3, 4)), [0, 3]), ValueError, "shape (samples,)"),
    (lambda: confusion_matrix([[0, 1]], [0]), ValueError, "predicted must have shape"),
    (lambda: confusion_matrix([0], [2], 2), ValueError, "label 2 at index 0 outside 0"),
    (lambda: confusion_matrix([0], [0], 0), ValueError, "n_classes must be at least 1"),
    (lambda: confusion_matrix([0], [0], "2"), TypeError, "n_classes must be a whole"),
    (
        lambda: precision([0], [0], -1),
        ValueError,
        "positive must be at least 0, got -1",
    ),
    (lambda: recall([0], [0], 1.5), ValueError, "positive must be a whole number"),
    (lambda: f1([0], [0], "spam"), TypeError, "positive must be a whole number"),
    (lambda: auc([0.0], [0.0]), ValueError, "at least two points, got 1"),
    (lambda: auc([], []), ValueError, "at least two points, got 0"),
    (lambda: auc([0, 1], [0, 1, 2]), ValueError, "x and y must have the same number"),
    (lambda: auc([0, 2, 1], [0, 1, 2]), ValueError, "x must never fall or never rise"),
    (lambda: auc([0, np.nan], [0, 1]), ValueError, "x must be finite, but x[1] is nan"),
    (lambda: auc([0, 1], [[0, 1]]), ValueError, "y must have shape (samples,), got (1"),
    (lambda: auc("ab", [0, 1]), TypeError, "x must hold real numbers, got str"),
]


@pytest.mark.parametrize("call, exception, message", BAD_CALLS)
def test_refuses(call, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        call()


BAD_SCORES = [
    ([], [], ValueError, "scores has 0 samples"),
    ([0.1, 0.2], [0, 1, 1], ValueError, "scores and labels must have the same number"),
    ([0.1, np.nan], [0, 1], ValueError, "scores must be finite, but scores[1] is nan"),
    ([0.1, np.inf], [0, 1], ValueError, "scores must be finite, but scores[1] is inf"),
    ([[0.1], [0.2]], [0, 1], ValueError, "scores must have shape (samples,), got (2, 1)"
     ". Use scores[:, 0]."),
    ([[0.1, 0.9]], [1], ValueError, "scores must have shape (samples,), got (1, 2)"),
    (["a", "b"], [0, 1], TypeError, "scores must hold real numbers, got dtype <U1"),
    ([0.1, 0.2], [0, 2], ValueError, "label 2 at index 1 outside 0..1"),
    ([0.1, 0.2], [-1, 1], ValueError, "label -1 at index 0 outside 0..1"),
    ([0.1, 0.2], [0.0, 1.0], ValueError, "labels must be integers 0..1, got dtype"),
]  # fmt: skip


@pytest.mark.parametrize("scores, labels, exception, message", BAD_SCORES)
@pytest.mark.parametrize("curve", CURVES)
def test_curves_refuse(curve, scores, labels, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        curve(scores, labels)


# ---- calibration_curve ----


def test_what_was_said_and_what_happened_by_hand():
    # Bins 0..0.5 and 0.5..1; an edge belongs to the upper one, and so does 1.
    said, happened, counts = calibration_curve([0.0, 0.4, 0.5, 1.0], [0, 1, 1, 0], 2)
    np.testing.assert_allclose(said, [0.2, 0.75])
    np.testing.assert_allclose(happened, [0.5, 0.5])
    np.testing.assert_array_equal(counts, [2, 2])


def test_empty_bins_are_left_out():
    said, happened, counts = calibration_curve([0.05, 0.95], [0, 1])
    np.testing.assert_allclose(said, [0.05, 0.95])
    np.testing.assert_array_equal(happened, [0, 1])
    np.testing.assert_array_equal(counts, [1, 1])


@pytest.mark.parametrize("n_bins", [1, 2, 7, 10])
@pytest.mark.parametrize("n", [1, 30, 1000])
def test_calibration_equals_scikit_learn(n, n_bins):
    rng = np.random.default_rng(n)
    p = rng.random(n)
    labels = np.where(np.arange(n) % 2, rng.random(n) < p, np.arange(n) % 4 == 0)
    labels = labels.astype(int)
    if n == 1:
        labels = np.array([1])
    said, happened, counts = calibration_curve(p, labels, n_bins)
    theirs = sklearn.calibration.calibration_curve(
        labels, p, n_bins=n_bins, pos_label=1
    )
    np.testing.assert_allclose(happened, theirs[0])
    np.testing.assert_allclose(said, theirs[1])
    assert counts.sum() == n


@given(
    hnp.arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1)),
    st.integers(1, 12),
)
def test_bins_hold_every_sample_in_rising_order(p, n_bins):
    labels = np.arange(len(p)) % 2
    said, happened, counts = calibration_curve(p, labels, n_bins)
    assert counts.sum() == len(p) and (counts > 0).all()
    assert (np.diff(said) > 0).all()
    np.testing.assert_allclose(happened @ counts, labels.sum())
    np.testing.assert_allclose(said @ counts, p.sum(), atol=1e-12)


BAD_CALIBRATION = [
    (([], []), ValueError, "probabilities has 0 samples"),
    (([0.1], [0, 1]), ValueError, "probabilities and labels must have the same number"),
    (([0.1, 1.2], [0, 1]), ValueError, "probabilities must be from 0 to 1, got 1.2"),
    (([-0.1, 0.2], [0, 1]), ValueError, "probabilities must be from 0 to 1, got -0.1"),
    (([0.1, np.nan], [0, 1]), ValueError, "probabilities[1] is nan"),
    (([[0.1, 0.9]], [1]), ValueError, "probabilities must have shape (samples,)"),
    (([0.1, 0.2], [0, 2]), ValueError, "label 2 at index 1 outside 0..1"),
    (([0.1], [1], 0), ValueError, "n_bins must be at least 1, got 0"),
    (([0.1], [1], 2.5), ValueError, "n_bins must be a whole number, got 2.5"),
    ((["a"], [1]), TypeError, "probabilities must hold real numbers"),
]


@pytest.mark.parametrize("arguments, exception, message", BAD_CALIBRATION)
def test_what_a_calibration_curve_refuses(arguments, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        calibration_curve(*arguments)
