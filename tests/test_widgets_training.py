"""The widgets of chapter 6: a race of optimizers, and signals through random layers."""

import math

import numpy as np
import pytest
from test_widgets import load

from nnbook.gradcheck import numerical_gradient, relative_error
from nnbook.initializers import he_normal
from nnbook.layers import Dense, ReLU, Sigmoid, Tanh
from nnbook.widgets.optimizer_race import BALLS, SURFACES, OptimizerRace
from nnbook.widgets.signal_depth import SignalDepth

# ---- Five optimizers on one surface ----


@pytest.mark.parametrize("surface", SURFACES)
def test_the_gradient_is_the_slope_of_the_surface(surface):
    widget = OptimizerRace(surface=surface)
    for point in np.random.default_rng(0).uniform(-3, 3, size=(20, 2)):
        measured = numerical_gradient(lambda p: float(widget._loss(p)), point)
        assert relative_error(widget._gradient(point), measured) < 1e-6


@pytest.mark.parametrize("surface", SURFACES)
def test_the_lowest_place_of_each_surface_is_known(surface):
    _, height, lowest, _ = SURFACES[surface]
    grid = np.linspace(-3, 3, 601)
    assert abs(min(height(x, 0.0) for x in grid) - lowest) < 1e-3


def test_the_slanted_valley_is_the_valley_turned():
    half = math.sqrt(0.5)
    for along, across in np.random.default_rng(1).uniform(-2, 2, size=(20, 2)):
        turned = half * (along - across), half * (along + across)
        straight = SURFACES["valley"][1](along, across)
        np.testing.assert_allclose(SURFACES["slanted"][1](*turned), straight)


@pytest.mark.parametrize(
    "ball, correct, step",
    [
        # The gradient at (-2, 1) is (-0.2, 2); the rate is 0.1.
        ("plain", True, (0.02, -0.2)),
        ("momentum", True, (0.02, -0.2)),
        ("nesterov", True, (0.038, -0.38)),  # and 0.9 of it once more
        ("rmsprop", True, (0.1 / math.sqrt(0.1), -0.1 / math.sqrt(0.1))),
        ("adam", True, (0.1, -0.1)),
        ("adam", False, (0.1 * 0.1 / math.sqrt(0.001), -0.01 / math.sqrt(0.001))),
    ],
)
def test_the_first_step_by_hand(ball, correct, step):
    race = OptimizerRace(surface="valley", x=-2, y=1, steps=1, correct=correct)
    numbers = race.compute()
    moved = np.subtract(numbers["paths"][ball][1], (-2, 1))
    np.testing.assert_allclose(moved, step, rtol=1e-4)
    if ball == "adam":
        assert numbers["paths"]["adam"][1] == [numbers["adam_x_1"], numbers["adam_y_1"]]


def test_without_momentum_three_balls_are_one():
    numbers = OptimizerRace(momentum=0, rate=0.5).compute()
    paths = numbers["paths"]
    assert paths["plain"] == paths["momentum"] == paths["nesterov"]


def test_the_valley_turned_is_the_same_for_plain_descent_only():
    presets = {p["label"]: p["state"] for p in load("optimizer_race").value("presets")}
    straight, slanted = (
        OptimizerRace(**presets[label]).compute()
        for label in ("in the valley", "slanted")
    )
    for ball in ("plain", "momentum", "nesterov"):
        assert abs(straight[ball] - slanted[ball]) < 0.002
    assert slanted["adam"] > 20 * straight["adam"]


def test_who_stays_down_and_who_leaves():
    state = {"surface": "valley", "x": -2, "y": 1}
    # A rate of 0.3 leaves 0.4 of y and 0.97 of x: 0.05 (2 * 0.97^k)^2 < 0.012.
    steps = math.ceil(math.log(0.012 / 0.2) / (2 * math.log(0.97)))
    assert OptimizerRace(**state, rate=0.3, steps=60).compute()["arrived"]["plain"] == (
        steps
    )
    # Momentum's limit across the valley is 2 (1 + mu) / 2, Nesterov's is lower.
    wild = OptimizerRace(**state, rate=0.9, steps=100)
    numbers = wild.compute()
    assert numbers["arrived"]["nesterov"] == -1
    assert "Nesterov off the map" in wild.sentence()
    assert numbers["arrived"]["plain"] > 0


def test_the_winner_has_the_lowest_loss():
    rng = np.random.default_rng(2)
    for _ in range(20):
        state = {"x": rng.uniform(-3, 3), "y": rng.uniform(-3, 3), "steps": 30}
        race = OptimizerRace(surface="plateau", **state)
        numbers = race.compute()
        losses = {title: numbers[ball] for ball, title in BALLS.items()}
        assert losses[numbers["winner"]] <= min(losses.values()) + 1e-6
        assert race.sentence().endswith(f"Lowest: {numbers['winner']}.")


def test_drawing_the_race_is_quick_and_stays_on_the_map():
    state = OptimizerRace(surface="wells", x=3, y=3, rate=1, steps=100).state()
    drawn = load("optimizer_race").call("draw", state)
    corners = [
        float(number)
        for path in drawn.split(' d="M')[1:]
        for number in path.split('"')[0].replace("L", " ").replace("M", " ").split()
    ]
    assert 0 <= min(corners) and max(corners) <= 320


# ---- Signals through random layers ----


@pytest.mark.parametrize(
    "state, size, arrives",
    [
        # He's weights double the mean square, a ReLU halves it, both ways.
        ({"activation": "relu", "start": "he", "depth": 30}, 0, 0),
        # Glorot's: a half in each of 10 layers, and in the 9 between last and first.
        (
            {"activation": "relu", "depth": 10},
            5 * math.log10(0.5),
            4.5 * math.log10(0.5),
        ),
        ({"activation": "linear", "depth": 30}, 0, 0),
        (
            {"activation": "linear", "factor": 2, "depth": 3},
            math.log10(8),
            math.log10(4),
        ),
        # 100 times 0.01^2 is a hundredth: one power of ten in each layer.
        ({"activation": "linear", "start": "small", "depth": 5}, -5, -4),
        # Sigmoids of nothing say one half and pass nothing on.
        ({"activation": "sigmoid", "start": "zeros", "depth": 5}, math.log10(0.5), -20),
        ({"activation": "tanh", "start": "zeros", "depth": 1}, -20, 0),
        ({"activation": "linear", "start": "large", "factor": 4, "depth": 30}, 20, 20),
    ],
)
def test_sizes_by_hand(state, size, arrives):
    numbers = SignalDepth(**state).compute()
    np.testing.assert_allclose(
        [numbers["size"], numbers["arrives"]], [size, arrives], atol=1e-4
    )


def drawn(bend, factor, depth, width=400):
    """Decimal logarithms of size and ratio, of one network that is really drawn."""
    rng = np.random.default_rng(3)

    def start(shape, *, rng, dtype):
        return factor * he_normal(shape, rng=rng, dtype=dtype) * math.sqrt(0.5)

    a, d = rng.normal(size=(50, width)), rng.normal(size=(50, width))
    pairs = [
        (Dense(width, width, rng=rng, initializer=start, dtype=float), bend())
        for _ in range(depth)
    ]
    for dense, bend in pairs:
        a = bend.forward(dense.forward(a))
    lengths = []
    for dense, bend in reversed(pairs):
        d = bend.backward(d)
        lengths.append(np.linalg.norm(d))
        d = dense.backward(d)
    return np.log10([np.sqrt(np.mean(a**2)), lengths[-1] / lengths[0]])


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(
    "activation, bend", [("relu", ReLU), ("tanh", Tanh), ("sigmoid", Sigmoid)]
)
def test_a_wide_network_does_what_the_widget_computes(activation, bend, factor):
    numbers = SignalDepth(activation=activation, factor=factor, depth=8).compute()
    # A twentieth of a power of ten is 12 %: 400 neurons are not infinitely many.
    found = drawn(bend, factor, 8)
    np.testing.assert_allclose([numbers["size"], numbers["arrives"]], found, atol=0.05)


def test_quantiles_lie_where_the_activations_do():
    (low, lower, upper, high), *_ = SignalDepth(depth=1).compute()["quantiles"]
    a = np.tanh(np.random.default_rng(4).normal(size=100_000))
    shares = [np.mean(a < value) for value in (low, lower, upper, high)]
    np.testing.assert_allclose(shares, [0.025, 0.25, 0.75, 0.975], atol=0.005)


@pytest.mark.parametrize(
    "state, words",
    [
        (
            {"start": "zeros"},
            "less than 10⁻²⁰ times as long as it left the last. It va",
        ),
        ({"activation": "relu", "start": "large", "depth": 30}, "more than 10²⁰ times"),
        ({"activation": "relu", "start": "he"}, "the size 1, and"),
        ({"activation": "linear", "factor": 0.3, "depth": 2}, "the size 0.09, and"),
    ],
)
def test_the_words_of_the_verdict(state, words):
    assert words in SignalDepth(**state).sentence()


def test_halves_are_rounded_alike_in_both_languages():
    for factor in np.arange(0.25, 4.01, 0.05).round(2):
        for depth in (2, 3, 4):
            state = {"activation": "linear", "factor": float(factor), "depth": depth}
            widget = SignalDepth(**state)
            assert (
                load("signal_depth").call("sentence", widget.state())
                == widget.sentence()
            )
