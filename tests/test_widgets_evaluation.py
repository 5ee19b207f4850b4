"""The widgets of chapter 12: four fits to a wave, and a threshold among castings."""

import math

import numpy as np
import pytest
from sklearn import metrics
from test_widgets import load

from nnbook.widgets.bias_variance import SIZES, BiasVariance, draws
from nnbook.widgets.threshold_cost import CASTINGS, ThresholdCost

# ---- Four fits to a wave ----


def test_the_same_samples_are_drawn_in_both_languages():
    for number in range(5):
        x, noise = draws(number, 30)
        theirs = load("bias_variance").call("samples", number, 30)
        assert [sample["x"] for sample in theirs] == x.tolist()
        drawn = [sample["noise"] for sample in theirs]
        np.testing.assert_allclose(drawn, noise, atol=1e-13)


def test_the_draws_are_spread_as_they_should_be():
    x, noise = draws(7, 20_000)
    # Means within four standard errors.
    assert abs(x.mean()) < 4 * math.sqrt(1 / 3 / 20_000) and abs(x).max() < 1
    assert abs(noise.mean()) < 4 / math.sqrt(20_000)
    np.testing.assert_allclose([x.var(), noise.var()], [1 / 3, 1], rtol=0.04)


def test_without_noise_and_bend_the_rest_is_nearly_nothing():
    numbers = BiasVariance(noise=0, degree=12, n=80).compute()
    assert numbers["train"] < 1e-4 and numbers["validation"] < 1e-3


def test_the_chosen_polynomial_is_a_point_of_both_curves():
    for n in SIZES:
        numbers = BiasVariance(n=n, degree=5).compute()
        here = numbers["train"], numbers["validation"]
        i = SIZES.index(n)
        assert here == (numbers["degree_train"][4], numbers["degree_validation"][4])
        assert here == (numbers["curve_train"][i], numbers["curve_validation"][i])


def test_a_penalty_lifts_the_training_error():
    for degree in (1, 5, 12):
        errors = [
            BiasVariance(degree=degree, log_lambda=power).compute()["train"]
            for power in (-4, -2, 0, 2)
        ]
        assert errors == sorted(errors)


def test_the_presets_do_what_they_are_called():
    script = load("bias_variance")
    presets = {p["label"]: p["state"] for p in script.value("presets")}
    verdicts = {"underfit": "bias", "about right": "fine", "overfit": "variance"}
    for label, verdict in verdicts.items():
        assert BiasVariance(**presets[label]).compute()["verdict"] == verdict
    tamed = BiasVariance(**presets["tamed"]).compute()
    wild = BiasVariance(**presets["overfit"]).compute()
    assert tamed["validation"] < wild["validation"] / 1.5
    fed = BiasVariance(**presets["more samples"]).compute()
    assert fed["validation"] - fed["train"] < wild["validation"] - wild["train"]
    assert tamed["train"] > wild["train"]


def test_halves_round_up_in_both_languages():
    for state in ({"degree": 4.5, "n": 20.5}, {"degree": 4.4, "n": 20.4}):
        widget = BiasVariance(**state)
        assert load("bias_variance").call("sentence", widget.state()) == (
            widget.sentence()
        )
    assert BiasVariance(degree=4.5, n=20.5).sentence().startswith("Degree 5, 21 samp")


# ---- A threshold among castings ----


def test_a_threshold_between_two_bells_by_hand():
    """Far from the middle of each bell, 1 / (1 + e^z) of its castings are beyond it."""
    state = {"threshold": 3, "separation": 6, "prevalence": 50, "miss_cost": 2}
    numbers = ThresholdCost(**state).compute()
    # 500 / (1 + e^3) = 23.7 on either side, so 24 quantiles or 23, by their half steps.
    assert numbers["alarms"] == numbers["misses"] == 24
    assert numbers["hits"] == numbers["passed"] == 476
    assert numbers["precision"] == numbers["recall"] == numbers["accuracy"] == 0.952
    assert numbers["cost"] == 24 + 2 * 24


def test_a_score_that_knows_nothing_ranks_like_a_coin():
    numbers = ThresholdCost(separation=0, prevalence=50).compute()
    np.testing.assert_allclose(numbers["roc_area"], 0.5, atol=1e-12)


def test_the_roc_area_does_not_depend_on_the_prevalence():
    rare, common = [
        ThresholdCost(prevalence=p, separation=3).compute() for p in (1, 50)
    ]
    # Ten cracked castings stand for the bell less finely than five hundred.
    np.testing.assert_allclose(rare["roc_area"], common["roc_area"], atol=0.01)
    assert common["pr_area"] > rare["pr_area"] + 0.4


@pytest.mark.parametrize("prevalence", [1, 10, 50])
@pytest.mark.parametrize("miss_cost", [1, 20, 100])
def test_no_threshold_is_cheaper_than_the_cheapest(prevalence, miss_cost):
    state = {"prevalence": prevalence, "miss_cost": miss_cost, "separation": 2}
    numbers = ThresholdCost(**state).compute()
    at_best = ThresholdCost(**state | {"threshold": numbers["cheapest"]})
    assert at_best.compute()["cost"] == numbers["lowest_cost"]
    for threshold in np.linspace(-6, 12, 91):
        tried = ThresholdCost(**state, threshold=threshold).compute()
        assert tried["cost"] >= numbers["lowest_cost"]


def test_the_numbers_are_scikit_learns():
    for state in ({}, {"threshold": 12, "prevalence": 1}, {"threshold": -6}):
        widget = ThresholdCost(**state)
        numbers, (scores, labels) = widget.compute(), widget.scores()
        called = scores >= widget.threshold
        assert len(scores) == CASTINGS
        for name in ("precision", "recall", "f1"):
            theirs = getattr(metrics, f"{name}_score")(labels, called, zero_division=0)
            np.testing.assert_allclose(numbers[name], theirs)
        area = metrics.roc_auc_score(labels, scores)
        np.testing.assert_allclose(numbers["roc_area"], area)
        table = metrics.confusion_matrix(labels, called).ravel().tolist()
        assert table == [numbers[k] for k in ("passed", "alarms", "misses", "hits")]
