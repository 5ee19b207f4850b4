"""The walk through the stairs network: by hand, against nudges, and step by step."""

import numpy as np
import pytest
import support  # noqa: F401  (sets hypothesis to the book's profile)

from nnbook.widgets.backprop_steps import HIDDEN, LAST, BackpropSteps

PARAMETERS = [*HIDDEN, "b1", "b2", "v1", "v2", "c"]


def gradients(numbers):
    """The gradient of each parameter by its name, as `compute` gives them."""
    found = {
        f"w{i + 1}{j + 1}": d
        for j, row in enumerate(numbers["d_w"])
        for i, d in enumerate(row)
    }
    found |= {"b1": numbers["d_z1"], "b2": numbers["d_z2"], "c": numbers["d_z"]}
    return found | {"v1": numbers["d_v1"], "v2": numbers["d_v2"]}


def test_one_step_by_hand():
    """All hidden sums 0, so both a are 1/2; z = 2/2 - 2/2 + 0 = 0, so p is 1/2."""
    weights = dict.fromkeys([*HIDDEN, "b1", "b2", "c"], 0)
    widget = BackpropSteps(v1=2, v2=-2, **weights)
    numbers = widget.compute()
    assert (numbers["a1"], numbers["z"], numbers["p"]) == (0.5, 0, 0.5)
    assert numbers["loss"] == pytest.approx(np.log(2))
    assert numbers["d_z"] == -0.5  # p - t
    assert numbers["d_v1"] == numbers["d_v2"] == -0.25  # times a
    assert (numbers["d_a1"], numbers["d_a2"]) == (-1, 1)  # times v
    assert (numbers["d_z1"], numbers["d_z2"]) == (-0.25, 0.25)  # times 1/4
    assert numbers["d_w"] == [[-0.25, 0, -0.25, -0.25], [0.25, 0, 0.25, 0.25]]
    half = BackpropSteps(loss="half_square", v1=2, v2=-2, **weights).compute()
    assert half["loss"] == 0.125
    assert half["d_z"] == -0.125  # (p - t) p (1 - p)


@pytest.mark.parametrize("loss", ["cross_entropy", "half_square"])
@pytest.mark.parametrize("t", ["0", "1"])
def test_every_gradient_is_what_a_nudge_does(loss, t):
    rng = np.random.default_rng(0)
    for _ in range(5):
        state = {name: rng.uniform(-3, 3) for name in PARAMETERS}
        state |= {f"x{i}": rng.uniform() for i in (1, 2, 3, 4)}
        widget = BackpropSteps(loss=loss, t=t, **state)
        found = gradients(widget.compute())
        for name in PARAMETERS:
            ends = []
            for nudge in (1e-4, -1e-4):
                setattr(widget, name, state[name] + nudge)
                ends.append(widget.compute()["loss"])
            setattr(widget, name, state[name])
            measured = (ends[0] - ends[1]) / 2e-4
            assert found[name] == pytest.approx(measured, rel=1e-4, abs=1e-6), name


def test_the_update_takes_every_parameter_one_gradient_down():
    widget = BackpropSteps()
    before = widget.compute()
    for name, d in gradients(before).items():
        setattr(widget, name, getattr(widget, name) - d)
    # The widget rounds its hidden sums to nine decimals.
    after = widget.compute()["loss"]
    assert after == pytest.approx(before["loss_after"], abs=1e-9)
    assert after < before["loss"]


def test_the_steps_come_in_the_order_of_a_training_step():
    said = [BackpropSteps(step=k).sentence().split(":")[0] for k in range(LAST + 1)]
    phases = [words.split(", ")[1] for words in said]
    assert phases == ["start", *["forward"] * 6, "loss", *["backward"] * 9, "update"]
    assert [words.split()[1].rstrip(",") for words in said] == list(
        map(str, range(LAST + 1))
    )


@pytest.mark.parametrize("step, shown", [(0.49, 0), (0.5, 1), (8.5, 9), (16.9, 17)])
def test_steps_are_whole(step, shown):
    assert BackpropSteps(step=step).sentence().startswith(f"Step {shown}, ")
