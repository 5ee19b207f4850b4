"""The playground: what JavaScript trains is what nnbook trains, step by step."""

import gzip
import json
import re

import numpy as np
import pytest
import traitlets
from test_widgets import Script, assert_same, load

from nnbook.gradcheck import numerical_gradient, relative_error
from nnbook.layers import Dense
from nnbook.optimizers import SGD
from nnbook.softmax import softmax, softmax_cross_entropy
from nnbook.widgets import base
from nnbook.widgets.playground import (
    DATA,
    OPTIMIZERS,
    TRAINING,
    ParkMiller,
    Playground,
    on_grid,
    samples,
    to_grid,
)

# ---- Random numbers ----


def test_the_ten_thousandth_number_is_the_one_that_park_and_miller_print():
    rng = ParkMiller(0)
    rng._state = 1
    rng.random(9_999)  # more than the table of powers holds
    assert int(rng._next(1)[0]) == 1043618065


def test_both_languages_draw_the_same_numbers():
    for stream in (0, 1, 30):
        rng = ParkMiller(stream)
        mine = [
            *rng.random((2, 3)).ravel(),
            *rng.normal(0, 1, (2, 2)).ravel(),
            *rng.permutation(50),
            *rng.uniform(-2, 3, (3,)),
        ]
        drawn = load("playground").value(
            f"""(() => {{
              const random = randomNumbers({stream});
              const many = (n, draw) => Array.from({{ length: n }}, draw);
              return [...many(6, random.uniform), ...many(4, random.normal),
                ...random.permutation(50), ...many(3, () => -2 + 5 * random.uniform())];
            }})()"""
        )
        assert drawn == [float(value) for value in mine]


def test_the_numbers_are_spread_as_they_say():
    rng = ParkMiller(4)
    u, z = rng.random(20_000), rng.normal(1, 2, (20_000,))
    assert abs(u.mean() - 1 / 2) < 0.01 and abs(u.var() - 1 / 12) < 0.002
    assert abs(z.mean() - 1) < 0.05 and abs(z.std() - 2) < 0.05
    assert sorted(rng.permutation(96)) == list(range(96))
    # Streams have nothing to do with each other.
    others = np.array([ParkMiller(stream).random(2_000) for stream in range(8)])
    apart = np.corrcoef(others) - np.eye(8)
    assert np.abs(apart).max() < 0.1


@pytest.mark.parametrize("places", [2, 10, 20])
def test_both_languages_round_alike(places):
    rng = np.random.default_rng(0)
    halves = (np.arange(-9, 9) + 0.5) / 2**places
    values = [*halves, *rng.normal(size=200), *rng.normal(scale=1e3, size=200), 0.0]
    drawn = load("playground").value(
        f"{json.dumps([float(value) for value in values])}"
        f".map((value) => toGrid(value, {places}))"
    )
    assert drawn == (to_grid(np.array(values), places) + 0.0).tolist()


# ---- The samples ----


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("data", DATA)
def test_both_languages_make_the_same_samples(data, classes):
    x, labels = samples(data, classes, noise=0.13, wrong_labels=0.25)
    state = Playground(data=data, classes=classes, noise=0.13, wrong_labels=25).state()
    made = load("playground").call("samplesOf", state)
    assert [one["x"] for one in made] == x.tolist()
    assert [one["label"] for one in made] == labels.tolist()
    assert np.abs(x).max() <= 1.25 and set(labels) == set(range(classes))


@pytest.mark.parametrize("data", DATA)
def test_so_many_labels_are_wrong(data):
    _, true = samples(data, 4)
    _, labels = samples(data, 4, wrong_labels=0.3)
    assert abs(np.mean(labels != true) - 0.3) < 0.08
    assert (samples(data, 4, wrong_labels=1.0)[1] != true).all()


def test_rings_are_rings():
    x, labels = samples("ring", 3, noise=0)
    rings = np.floor(3 * np.hypot(*x.T)).astype(int)
    assert (rings == labels).all()


# ---- Step by step ----

WALKS = [
    {"optimizer": "sgd", "rate": 0.3, "activation": "relu", "depth": 2, "start": "he"},
    {"optimizer": "momentum", "rate": 1, "penalty": "l2", "strength": 0.03},
    {"optimizer": "rmsprop", "rate": 0.03, "classes": 4, "depth": 3, "dropout": 0.3},
    {"optimizer": "adam", "penalty": "l1", "activation": "sigmoid", "batch": 8},
    {"optimizer": "adam", "depth": 0, "classes": 3, "data": "blobs", "batch": 96},
    {
        "activation": "leaky_relu",
        "deeper": "tanh",
        "depth": 2,
        "dropout": 0.5,
        "seed": 7,
        "start": "large",
    },
    # Wild: without rounding, the last binary place would grow to everything.
    {"optimizer": "momentum", "rate": 3, "penalty": "l1", "depth": 2, "noise": 0.4},
]


@pytest.mark.parametrize("settings", WALKS)
def test_every_step_is_nnbooks_step(settings):
    """From the same start; each of the first steps, all weights, to the last place."""
    widget = Playground(**settings)
    (x, labels), _ = widget.samples()
    model, steps = widget.model(), []
    optimizer = on_grid(OPTIMIZERS[widget.optimizer][1](float(widget.rate)))
    step = optimizer.step

    def watched(params, grads):
        step(params, grads)
        steps.append(params.copy())

    optimizer.step = watched
    start = model.flat_params.copy()
    model.fit(
        x,
        labels,
        loss=softmax_cross_entropy,
        optimizer=optimizer,
        epochs=5,
        batch_size=int(widget.batch),
        rng=ParkMiller(3 * int(widget.seed) + 3),
    )
    walked = load("playground").value(
        f"""(() => {{
          const run = newRun({json.dumps(widget.state())});
          const steps = [[...run.params]];
          for (let epoch = 0; epoch < 5; epoch += 1) {{
            const order = run.order.permutation(TRAINING);
            for (let start = 0; start < TRAINING; start += run.batch) {{
              step(run, order.slice(start, start + run.batch));
              steps.push([...run.params]);
            }}
          }}
          return steps;
        }})()"""
    )
    assert len(walked) == len(steps) + 1 == 5 * TRAINING // int(widget.batch) + 1
    for mine, theirs in zip([start, *steps], walked, strict=True):
        assert np.array_equal(mine, theirs)
    assert not np.array_equal(steps[-1], start)


def test_rounding_changes_nothing_that_a_reader_sees():
    """In a calm training; plain nnbook beside the weights on the grid."""
    widget = Playground(epochs=60, rate=0.03)
    (x, labels), _ = widget.samples()
    plain = widget.model()
    plain.fit(
        x,
        labels,
        loss=softmax_cross_entropy,
        optimizer=OPTIMIZERS["adam"][1](0.03),
        epochs=60,
        batch_size=32,
        rng=ParkMiller(3),
    )
    assert not np.array_equal(plain.flat_params, widget.train()[0].flat_params)
    loss = plain.evaluate(x, labels, loss=softmax_cross_entropy)["loss"]
    assert abs(loss - widget.compute()["train_loss"]) < 1e-4


def test_a_step_leaves_the_weights_on_the_grid():
    params = np.array([1.0, -2.0])
    on_grid(SGD(0.1)).step(params, np.array([1 / 3, 1 / 7]))
    assert (params * 2**20 == np.rint(params * 2**20)).all()
    np.testing.assert_allclose(params, [1 - 1 / 30, -2 - 1 / 70], atol=2**-21)


def test_time_goes_back_and_on_without_a_trace():
    """What is kept of a training must not change what another time shows."""
    state = Playground(depth=2, dropout=0.2).state()
    late, early = ({**state, "epochs": epochs} for epochs in (50, 15))
    fresh = Script(base.source("playground"))
    first = fresh.call("draw", early)
    for engine in (fresh, load("playground")):
        wanted = engine.call("compute", late)
        assert engine.call("draw", early) == first
        assert engine.call("compute", late) == wanted
    for seed in range(9):  # so many others that it has been forgotten
        fresh.call("compute", {**state, "seed": seed, "epochs": 1})
    assert fresh.call("draw", early) == first
    assert fresh.value("runs.size") <= 6


# ---- The numbers ----


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "leaky_relu"])
def test_delta_is_the_slope_of_the_samples_loss(activation):
    """A bias moves the weighted sum one to one: the slope by it is delta."""
    widget = Playground(activation=activation, depth=2, classes=3, sample=5, epochs=7)
    numbers, model = widget.compute(), widget.train()[0]
    (x, labels), _ = widget.samples()
    dense = [layer for layer in model.layers if isinstance(layer, Dense)]

    for layer, delta in zip(dense, numbers["sample"]["delta"], strict=True):
        before = layer.params["b"].copy()

        def loss(b, layer=layer):
            layer.params["b"][...] = b
            return softmax_cross_entropy(model.predict(x[5:6]), labels[5:6])[0]

        measured = numerical_gradient(loss, before)
        layer.params["b"][...] = before
        assert relative_error(np.array(delta), measured) < 1e-6


def test_the_sample_and_the_unit_by_hand():
    widget = Playground(unit="1_2", sample=3)
    numbers = widget.compute()
    sample, unit = numbers["sample"], numbers["unit"]
    z = sum(w * x for w, x in zip(unit["weights"], sample["x"], strict=True))
    z += unit["bias"]
    assert unit["inputs"] == sample["x"]
    assert sample["z"][0][1] == pytest.approx(z)
    assert sample["a"][0][1] == pytest.approx(np.tanh(z))
    assert unit["gradient"] == [x * sample["delta"][0][1] for x in sample["x"]]
    assert sample["loss"] == pytest.approx(
        -np.log(sample["probabilities"][sample["label"]])
    )


@pytest.mark.parametrize(
    "state, place",
    [
        ({"unit": "3_6"}, (0, 3)),
        ({"unit": "3_6", "depth": 2, "width": 5}, (1, 4)),
        ({"unit": "output_4", "classes": 3}, (1, 2)),
        ({"unit": "1_1", "depth": 0}, (0, 0)),
        ({"unit": "2_3", "depth": 3}, (1, 2)),
    ],
)
def test_where_there_is_no_such_unit_the_nearest_is_shown(state, place):
    numbers = Playground(**state, epochs=0).compute()
    assert (numbers["unit"]["layer"], numbers["unit"]["j"]) == place


def test_the_maps_show_what_nnbook_computes():
    widget = Playground(depth=2, classes=3, activation="sigmoid", epochs=10)
    model = widget.train()[0]
    maps = load("playground").value(
        f"""(() => {{
          const run = runOf({json.dumps(widget.state())});
          return unitMaps(run, run.weights[10], 6)
            .map((layer) => layer.map((values) => [...values]));
        }})()"""
    )
    points = np.array(load("playground").value("gridOf(6)"))
    assert points[0] == pytest.approx([-1.3 * 5 / 6, 1.3 * 5 / 6])  # from the top left
    out = points
    shown = []
    for layer in model.layers:
        out = layer.forward(out)
        if not isinstance(layer, Dense):
            shown.append(out.T.tolist())
    assert_same(maps, [*shown, softmax(out).T.tolist()])


# ---- When it goes wrong ----

WILD = {"depth": 3, "width": 6, "activation": "linear", "optimizer": "sgd", "rate": 10}


def test_a_training_that_diverges_says_so_and_keeps_its_picture():
    widget = Playground(**WILD, epochs=50)
    numbers = widget.compute()
    n = numbers["epochs"]
    assert numbers["diverged"] and n < 50
    assert f"Diverged in epoch {n + 1}" in widget.sentence()
    assert f"After {n} epoch" in widget.sentence()
    drawn = load("playground").call("draw", widget.state())
    assert not re.search("NaN|Infinity", drawn)
    calm = Playground(**WILD, epochs=n)
    assert not calm.compute()["diverged"] and "iverged" not in calm.sentence()
    # The axes are those of every other picture.
    axes = re.findall(r">(100|10|1|0\.1|0\.01|20|40)</text>", drawn)
    calmest = load("playground").call("draw", Playground().state())
    assert axes == re.findall(r">(100|10|1|0\.1|0\.01|20|40)</text>", calmest)


def test_zeros_stay_equal():
    numbers = Playground(start="zeros", epochs=100, unit="1_1").compute()
    others = Playground(start="zeros", epochs=100, unit="1_4").compute()
    assert numbers["unit"]["weights"] == others["unit"]["weights"]
    assert len(set(numbers["sample"]["z"][0])) == 1


@pytest.mark.parametrize(
    "state",
    [{"rate": 0.2}, {"depth": 4}, {"depth": True}, {"data": "moons"}, {"batch": "1"}],
)
def test_a_choice_that_is_none_is_refused(state):
    (name,) = state
    with pytest.raises(traitlets.TraitError, match=f"'{name}' trait of a Playground"):
        Playground(**state)


def test_numbers_are_welcome_as_choices():
    widget = Playground(rate=0.03, depth=2, batch=8, strength=1.0)
    assert repr(widget) == "Playground(depth='2', rate='0.03', batch='8', strength='1')"


def test_what_compute_returns_may_be_changed():
    widget = Playground()
    widget.compute()["sample"]["z"][0][0] = 99
    assert widget.compute()["sample"]["z"][0][0] != 99


# ---- The picture ----


@pytest.mark.parametrize("state", [{}, {"depth": 3, "width": 6, "classes": 4}])
def test_the_drawing_in_the_page_is_small(state):
    drawn = load("playground").call("draw", Playground(**state).state())
    assert len(gzip.compress(drawn.encode())) < 15_000


def test_a_unit_is_shown_with_its_formula():
    widget = Playground(unit="1_3")
    drawn = load("playground").call("draw", widget.state())
    unit = widget.compute()["unit"]
    first, second = unit["weights"]
    sign = "−" if second < 0 else "+"
    words = f"z = {base.fixed(first, 2)}·x₁ {sign} {base.fixed(abs(second), 2)}·x₂"
    assert words in drawn and ">a = tanh(z)<" in drawn
