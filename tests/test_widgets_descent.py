"""The ball on a surface: its numbers by hand, and the words for what became of it."""

import numpy as np
import pytest
from test_widgets import load

from nnbook.gradcheck import numerical_gradient, relative_error
from nnbook.widgets.descent import SURFACES, Descent

BOWL = {"surface": "bowl", "x": 2, "y": 1}
WELLS = {"surface": "wells", "x": 1, "y": 2}


@pytest.mark.parametrize("surface", SURFACES)
def test_the_gradient_is_the_slope_of_the_surface(surface):
    widget = Descent(surface=surface)
    for point in np.random.default_rng(0).uniform(-3, 3, size=(20, 2)):
        measured = numerical_gradient(widget._loss, point)
        assert relative_error(widget._gradient(point), measured) < 1e-6


def test_two_steps_on_the_bowl_by_hand():
    """A rate of 0.25 halves x and y in each step: z - 2 falls to a quarter."""
    numbers = Descent(**BOWL, rate=0.25, steps=2).compute()
    assert numbers["path"] == [[2, 1], [1, 0.5], [0.5, 0.25]]
    assert numbers["losses"] == [7, 3.25, 2.3125]
    assert (numbers["x_1"], numbers["y_1"]) == (1, 0.5)


@pytest.mark.parametrize(
    "state, outcome, words",
    [
        ({**BOWL, "steps": 0}, "waits", "the loss is 7.000, the slope 4.472. No step"),
        ({**BOWL, "rate": 0.5, "steps": 1}, "rests", "at the bottom"),
        ({**BOWL, "rate": 0.1, "steps": 5}, "falls", "The slope is still 1.465"),
        # A rate of 1 leads from (x, y) to (-x, -y) and back, for ever.
        ({**BOWL, "rate": 1, "steps": 7}, "swings", "in 7 of them it did not fall"),
        ({**BOWL, "rate": 1.01, "steps": 9}, "grows", "rises in every step"),
        ({**BOWL, "rate": 1.2, "steps": 60}, "left", "after 5 steps the ball has left"),
        ({**WELLS, "rate": 0.3, "steps": 60}, "rests", "well, a local minimum"),
        ({**WELLS, "x": -1, "rate": 0.3, "steps": 60}, "rests", "the deeper well"),
        ({**WELLS, "x": 0.15086, "rate": 0.3, "steps": 17}, "rests", "on the saddle"),
        ({**WELLS, "x": -1, "rate": 1, "steps": 60}, "swings", "keeps overshooting"),
    ],
)
def test_what_became_of_the_ball(state, outcome, words):
    widget = Descent(**state)
    assert widget.compute()["outcome"] == outcome
    assert words in widget.sentence()


def test_the_edge_of_every_surface_is_near_a_rate_of_one():
    """2 / curvature: 2 / 2 in the bowl and across the valley."""
    for surface in ("bowl", "valley"):
        state = {"surface": surface, "x": 0.5, "y": 0.2, "steps": 60}
        below = Descent(**state, rate=0.99).compute()
        above = Descent(**state, rate=1.01).compute()
        assert below["losses"][-1] < below["losses"][0]
        assert above["losses"][-1] > above["losses"][0]


def test_the_presets_tell_their_stories():
    presets = {p["label"]: p["state"] for p in load("descent").value("presets")}
    ends = {
        (where, how): Descent(**presets[where], **presets[how], steps=60).compute()
        for where in ("on the bowl", "in the valley", "left well", "right well")
        for how in ("timid", "steady", "hasty", "too far")
    }
    for where in ("on the bowl", "in the valley"):
        assert ends[where, "timid"]["outcome"] == "falls"
        assert ends[where, "too far"]["outcome"] == "left"
    assert ends["on the bowl", "steady"]["outcome"] == "rests"
    assert (
        ends["left well", "steady"]["x"] < -2 < 1.9 < ends["right well", "steady"]["x"]
    )
    assert ends["left well", "hasty"]["outcome"] == "swings"


def test_what_lies_beyond_the_map_is_not_drawn():
    state = Descent(surface="wells", x=3, y=3, rate=1.2, steps=60).state()
    drawn = load("descent").call("draw", state)
    corners = [
        float(number)
        for path in drawn.split('d="M')[1:]
        for number in path.split('"')[0].replace("L", " ").replace("Z", "").split()
    ]
    assert 0 <= min(corners) and max(corners) <= 320
