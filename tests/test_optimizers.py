"""The optimizers: first steps by hand, loops, ten steps of Keras, and bad numbers."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnbook import optimizers
from nnbook.optimizers import (
    SGD,
    Adam,
    RMSProp,
    clip_by_global_norm,
    constant,
    cosine_decay,
    exponential_decay,
    step_decay,
    warm_up,
)

# Fractions that float32 holds exactly, because Keras rounds rates, momenta and betas to
# it even where the weights are float64.
RATE = 2**-7
OPTIMIZERS = {
    "SGD": (lambda: SGD(RATE), "SGD", {}),
    "momentum": (lambda: SGD(RATE, momentum=0.875), "SGD", {"momentum": 0.875}),
    "Nesterov": (
        lambda: SGD(RATE, 0.875, True),
        "SGD",
        {"momentum": 0.875, "nesterov": True},
    ),
    "RMSProp": (lambda: RMSProp(RATE, rho=0.875), "RMSprop", {"rho": 0.875}),
    "Adam": (
        lambda: Adam(RATE, beta_1=0.875, beta_2=0.984375, epsilon=0.125),
        "Adam",
        {"beta_1": 0.875, "beta_2": 0.984375, "epsilon": 0.125},
    ),
    "clipped": (
        lambda: SGD(RATE, momentum=0.875, clip_norm=1.0),
        "SGD",
        {"momentum": 0.875, "global_clipnorm": 1.0},
    ),
    # The defaults, which float32 rounds.
    "RMSProp default": (lambda: RMSProp(RATE), "RMSprop", {}),
    "Adam default": (lambda: Adam(RATE), "Adam", {}),
}


def run(optimizer, params, gradients):
    for grads in gradients:
        optimizer.step(params, grads.copy())
    return params


# By hand


def test_gradient_descent_by_hand():
    params = np.array([1.0, 2.0])
    run(SGD(0.5), params, np.array([[2.0, -4.0], [1.0, 0.0]]))
    np.testing.assert_array_equal(params, [-0.5, 4.0])  # 1 - 1 - 0.5, 2 + 2


def test_momentum_by_hand():
    # Velocities 0.5 * -2 = -1, then 0.5 * -1 - 1 = -1.5, then -1.75.
    params = run(SGD(0.5, momentum=0.5), np.array([0.0]), np.full((3, 1), 2.0))
    assert params == [-4.25]


def test_nesterov_by_hand():
    # The same velocities; each step is 0.5 v - 1: -1.5, -1.75, -1.875.
    params = run(SGD(0.5, 0.5, nesterov=True), np.array([0.0]), np.full((3, 1), 2.0))
    assert params == [-5.125]


def test_rmsprop_by_hand():
    # Mean squares 0.75 * 0 + 0.25 * 16 = 4, then 0.75 * 4 + 0 = 3.
    optimizer = RMSProp(1.0, rho=0.75, epsilon=1e-30)
    params = run(optimizer, np.array([0.0]), np.array([[4.0], [0.0]]))
    assert params == [-2.0]  # 4 / sqrt(4), then 0
    optimizer.step(params, np.array([4.0]))  # 0.75 * 3 + 4 = 6.25
    assert params == [-2.0 - 4 / 2.5]


def test_adam_by_hand():
    # Without epsilon the first step is the rate, and so is each of a constant gradient.
    params = run(Adam(0.25, epsilon=1e-30), np.zeros(2), np.array([[3.0, -3e-4]] * 4))
    np.testing.assert_allclose(params, [-1.0, 1.0], rtol=1e-12)


def test_adam_corrects_both_means():
    # beta_1 = beta_2 = 0.5, gradients 1 then 0. Means 0.5 then 0.25, over 1 - 0.5**t:
    # 1 then 1/3, and the same for the squares. Second step: (1/3) / sqrt(1/3).
    params = run(Adam(1.0, 0.5, 0.5, 1e-30), np.zeros(1), np.array([[1.0], [0.0]]))
    np.testing.assert_allclose(params, [-1 - 3**-0.5], rtol=1e-12)


def test_momentum_runs_down_a_valley_faster():
    # f = (x^2 + 50 y^2) / 2 from (1, 1): 100 steps at the same rate.
    slopes = np.array([1.0, 50.0])
    ends = []
    for optimizer in (SGD(0.02), SGD(0.02, momentum=0.8)):
        params = np.ones(2)
        for _ in range(100):
            optimizer.step(params, slopes * params)
        ends.append(np.linalg.norm(params))
    assert ends[1] < ends[0] / 100


# Loops


def naive_adam(params, gradients, rate, beta_1, beta_2, epsilon):
    params = list(params)
    for i in range(len(params)):
        m = v = 0.0
        for t, grads in enumerate(gradients, start=1):
            g = float(grads[i])
            m = beta_1 * m + (1 - beta_1) * g
            v = beta_2 * v + (1 - beta_2) * g * g
            corrected = rate * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            params[i] -= corrected * m / (math.sqrt(v) + epsilon)
    return params


def naive_rmsprop(params, gradients, rate, rho, epsilon):
    params = list(params)
    for i in range(len(params)):
        v = 0.0
        for grads in gradients:
            g = float(grads[i])
            v = rho * v + (1 - rho) * g * g
            params[i] -= rate * g / math.sqrt(v + epsilon)
    return params


def test_equal_to_loops():
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=5), rng.normal(size=(20, 5))
    np.testing.assert_allclose(
        run(Adam(0.1, 0.8, 0.95, 1e-4), start.copy(), gradients),
        naive_adam(start, gradients, 0.1, 0.8, 0.95, 1e-4),
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        run(RMSProp(0.1, 0.8, 1e-4), start.copy(), gradients),
        naive_rmsprop(start, gradients, 0.1, 0.8, 1e-4),
        rtol=1e-12,
    )


# Keras


@pytest.mark.keras
@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-12), ("float32", 2e-6)])
@pytest.mark.parametrize("steps", [1, 10])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_equal_to_keras(name, steps, dtype, tolerance):
    import keras

    make, keras_name, options = OPTIMIZERS[name]
    rng = np.random.default_rng(1)
    if "default" in name:
        tolerance = 2e-6
    start = rng.normal(size=12).astype(dtype)
    gradients = (3 * rng.normal(size=(steps, 12))).astype(dtype)
    gradients[:, 0] = 0  # a weight that never matters
    theirs = keras.Variable(start, dtype=dtype)
    keras_optimizer = getattr(keras.optimizers, keras_name)(RATE, **options)
    for grads in gradients:
        keras_optimizer.apply([keras.ops.convert_to_tensor(grads)], [theirs])
    ours = run(make(), start.copy(), gradients)
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.keras
@pytest.mark.parametrize("ours, name", [(RMSProp(), "RMSprop"), (Adam(), "Adam")])
def test_defaults_are_those_of_keras(ours, name):
    import keras

    theirs = getattr(keras.optimizers, name)().get_config()
    for key in {"rho", "beta_1", "beta_2", "epsilon"} & set(theirs):
        assert getattr(ours, key) == theirs[key]
    assert ours.learning_rate == pytest.approx(theirs["learning_rate"], rel=1e-7)


@pytest.mark.keras
@pytest.mark.parametrize(
    "ours, name, options",
    [
        (
            exponential_decay(RATE, every=5, factor=0.5),
            "ExponentialDecay",
            {"decay_steps": 5, "decay_rate": 0.5},
        ),
        (
            step_decay(RATE, every=5, factor=0.5),
            "ExponentialDecay",
            {"decay_steps": 5, "decay_rate": 0.5, "staircase": True},
        ),
        (cosine_decay(RATE, steps=12), "CosineDecay", {"decay_steps": 12}),
    ],
)
def test_schedules_equal_keras(ours, name, options):
    import keras

    theirs = getattr(keras.optimizers.schedules, name)(RATE, **options)
    for step in range(20):
        # Keras computes them in float32.
        assert ours(step) == pytest.approx(float(theirs(step)), rel=1e-5, abs=1e-9)
    # And an optimizer asks for the rate of step 0 first, as Keras does.
    start, gradients = np.ones(3), np.ones((8, 3))
    params = keras.Variable(start, dtype="float64")
    keras_optimizer = keras.optimizers.SGD(theirs)
    for grads in gradients:
        keras_optimizer.apply([keras.ops.convert_to_tensor(grads)], [params])
    moved = run(SGD(ours), start.copy(), gradients)
    np.testing.assert_allclose(moved, params.numpy(), rtol=1e-6)


@pytest.mark.keras
def test_warm_up_and_cosine_equal_keras():
    import keras

    ours = warm_up(cosine_decay(RATE, steps=10), steps=4)
    theirs = keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=10, warmup_target=RATE, warmup_steps=4
    )
    for step in range(20):
        assert ours(step) == pytest.approx(float(theirs(step)), rel=1e-5, abs=1e-9)


# Properties


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_works_in_place_and_keeps_the_dtype(name):
    for dtype in (np.float16, np.float32, np.float64):
        optimizer = OPTIMIZERS[name][0]()
        params = np.ones(4, dtype)
        whole = params  # the same memory, seen by layers as views
        grads = np.array([1, -1, 0, 0.5], dtype)
        for _ in range(3):
            optimizer.step(params, grads)
        assert whole is params
        assert params.dtype == dtype
        assert all(kept.dtype == dtype for kept in optimizer.kept)
        assert params[2] == 1
        assert params[0] < 1 < params[1]
        assert optimizer.steps == 3


@pytest.mark.parametrize("name", sorted(OPTIMIZERS.keys() - {"clipped"}))
def test_gradients_are_not_written_to(name):
    grads = np.array([1.0, -1.0])
    OPTIMIZERS[name][0]().step(np.ones(2), grads)
    np.testing.assert_array_equal(grads, [1.0, -1.0])


@given(
    st.sampled_from(sorted(OPTIMIZERS)),
    hnp.arrays(np.float64, (3, 4), elements=st.floats(-1e3, 1e3)),
)
def test_a_weight_moves_by_its_own_gradients_only(name, gradients):
    if name == "clipped":  # clipping looks at all gradients together
        return
    make = OPTIMIZERS[name][0]
    together = run(make(), np.ones(4), gradients)
    alone = [run(make(), np.ones(1), gradients[:, [i]])[0] for i in range(4)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    assert np.isfinite(together).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_optimizers_share_nothing(name):
    make = OPTIMIZERS[name][0]
    gradients = np.random.default_rng(2).normal(size=(5, 3))
    expected = run(make(), np.ones(3), gradients)
    one, other = make(), make()
    params, elsewhere = np.ones(3), np.ones(3)
    for grads in gradients:
        one.step(params, grads.copy())
        other.step(elsewhere, -grads)
    np.testing.assert_array_equal(params, expected)


def test_the_learning_rate_may_be_set_between_steps():
    optimizer, params = SGD(0.5), np.zeros(1)
    optimizer.step(params, np.ones(1))
    optimizer.learning_rate = 0.25
    optimizer.step(params, np.ones(1))
    assert params == [-0.75]
    with pytest.raises(ValueError, match="learning_rate must be above 0, got -1"):
        optimizer.learning_rate = -1
    assert optimizer.learning_rate == 0.25


def test_a_schedule_is_asked_with_the_steps_taken():
    asked = []
    optimizer = SGD(lambda step: asked.append(step) or 0.5)
    run(optimizer, np.zeros(1), np.ones((3, 1)))
    assert asked == [0, 1, 2]
    assert optimizer.rate == 0.5


# Schedules


def test_schedules_by_hand():
    steps = (0, 1, 4, 5, 8, 12)
    for schedule, rates in [
        (constant(8), [8, 8, 8, 8, 8, 8]),
        (step_decay(8, every=4, factor=0.5), [8, 8, 4, 4, 2, 1]),
        (
            exponential_decay(8, every=4, factor=1 / 16),
            [8, 4, 0.5, 0.25, 1 / 32, 1 / 512],
        ),
        # Half a cosine over 8 steps: cos(pi / 8), 0 in the middle, -1 at the end.
        (
            cosine_decay(8, steps=8),
            [8, 4 + 4 * np.cos(np.pi / 8), 4, 4 - 4 * np.cos(3 * np.pi / 8), 0, 0],
        ),
        (warm_up(constant(8), steps=4), [0, 2, 8, 8, 8, 8]),
        # After the rise the other schedule starts from its own beginning.
        (warm_up(step_decay(8, every=4, factor=0.5), steps=4), [0, 2, 8, 8, 4, 2]),
    ]:
        values = [schedule(step) for step in steps]
        np.testing.assert_allclose(values, rates, rtol=1e-12, atol=1e-15)


# Clipping


def test_clipping_by_hand():
    grads = np.array([[3.0], [-4.0]])
    assert clip_by_global_norm(grads, 5.0) == 5.0
    np.testing.assert_array_equal(grads, [[3.0], [-4.0]])  # not longer: untouched
    assert clip_by_global_norm(grads, 0.5) == 5.0
    np.testing.assert_allclose(grads, [[0.3], [-0.4]], rtol=1e-15)


@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64]),
        st.integers(1, 30),
        elements=st.floats(-(2.0**120), 2.0**120, width=32),
    ),
    st.floats(1e-3, 1e3),
)
def test_clipping_keeps_the_direction_and_bounds_the_length(grads, max_norm):
    before = grads.astype(np.longdouble)
    norm = clip_by_global_norm(grads, max_norm)
    assert norm == pytest.approx(float(np.sqrt(before @ before)), rel=1e-6)
    after = grads.astype(np.longdouble)
    assert np.sqrt(after @ after) <= max_norm * (1 + 1e-6)
    np.testing.assert_allclose(
        after * max(norm, max_norm), before * max_norm, rtol=1e-5, atol=norm * 1e-30
    )


@pytest.mark.parametrize("dtype, size", [(np.float32, 1e38), (np.float64, 1e308)])
def test_an_exploding_gradient_is_clipped_not_made_nan(dtype, size):
    grads = np.full(4, size, dtype)
    clip_by_global_norm(grads, 1.0)
    np.testing.assert_allclose(grads, 0.5, rtol=1e-6)


def test_a_float32_gradient_is_clipped_to_the_last_digits():
    # 1e-3 / 7.2e38 is below the numbers that float32 holds with all their digits.
    grads = np.full(13, 2e38, np.float32)
    clip_by_global_norm(grads, 1e-3)
    np.testing.assert_allclose(grads, 1e-3 / 13**0.5, rtol=1e-6)


def test_a_gradient_of_zero_stays():
    grads = np.zeros(3)
    assert clip_by_global_norm(grads, 1.0) == 0.0
    assert clip_by_global_norm(np.zeros(0), 1.0) == 0.0
    np.testing.assert_array_equal(grads, 0)


# What they refuse

NO_NUMBER = [
    ("0.1", TypeError, "must be a number, got '0.1'"),
    (True, TypeError, "must be a number, got True"),
    (np.nan, ValueError, "got nan"),
    (np.inf, ValueError, "got inf"),
]
ABOVE_0 = [
    *NO_NUMBER,
    (0, ValueError, "must be above 0, got 0"),
    (-1, ValueError, "must be above 0, got -1"),
]
SHARE = [
    *NO_NUMBER,
    (None, TypeError, "must be a number, got None"),
    (1, ValueError, "must be at least 0 and below 1, got 1"),
    (2, ValueError, "must be at least 0 and below 1, got 2"),
    (-1, ValueError, "must be at least 0 and below 1, got -1"),
]
FACTOR = [
    *NO_NUMBER,
    (0, ValueError, "above 0 and at most 1"),
    (1.5, ValueError, "1.5"),
]
COUNT = [
    (0, ValueError, "must be at least 1, got 0"),
    (-1, ValueError, "must be at least 1, got -1"),
    (2.5, ValueError, "must be a whole number, got 2.5"),
    ("3", TypeError, "must be a whole number, got '3'"),
    (None, TypeError, "must be a whole number, got None"),
]
ARGUMENTS = [
    *[(make, "learning_rate", ABOVE_0) for make in (SGD, RMSProp, Adam)],
    *[
        (lambda make=make, **kw: make(0.1, **kw), "clip_norm", ABOVE_0)
        for make in (SGD, RMSProp, Adam)
    ],
    (lambda **kw: SGD(0.1, **kw), "momentum", SHARE),
    (lambda **kw: RMSProp(0.1, **kw), "rho", SHARE),
    (lambda **kw: RMSProp(0.1, **kw), "epsilon", ABOVE_0),
    (lambda **kw: Adam(0.1, **kw), "beta_1", SHARE),
    (lambda **kw: Adam(0.1, **kw), "beta_2", SHARE),
    (lambda **kw: Adam(0.1, **kw), "epsilon", ABOVE_0),
    (lambda **kw: clip_by_global_norm(np.ones(2), **kw), "max_norm", ABOVE_0),
    (constant, "rate", ABOVE_0),
    *[
        (
            lambda make=make, **kw: make(**{"rate": 1, "every": 1, "factor": 1} | kw),
            *rest,
        )
        for make in (step_decay, exponential_decay)
        for rest in (("rate", ABOVE_0), ("every", COUNT), ("factor", FACTOR))
    ],
    (lambda **kw: cosine_decay(**{"steps": 1} | kw), "rate", ABOVE_0),
    (lambda **kw: cosine_decay(0.1, **kw), "steps", COUNT),
    (lambda **kw: warm_up(constant(0.1), **kw), "steps", COUNT),
]


@pytest.mark.parametrize(
    "call, name, value, exception, message",
    [(call, name, *bad) for call, name, values in ARGUMENTS for bad in values],
)
def test_refuses_numbers(call, name, value, exception, message):
    with pytest.raises(exception, match=f"{name} .*{re.escape(message)}"):
        call(**{name: value})


BAD_CALLS = [
    (lambda: SGD(None), TypeError, "learning_rate must be a number, got None"),
    (lambda: SGD(0.1, nesterov=1), TypeError, "nesterov must be True or False, got 1"),
    (lambda: SGD(0.1, momentun=0.9), TypeError, "momentun"),
    (lambda: Adam(learing_rate=0.1), TypeError, "learing_rate"),
    (lambda: warm_up(0.1, steps=3), TypeError, "schedule must be a schedule such as"),
    (lambda: clip_by_global_norm([3.0], 1.0), TypeError, "grads must be an array of flo"
     "ats, to be worked on in place, got list"),
    (lambda: clip_by_global_norm(np.ones(2, int), 1.0), TypeError, "got int64"),
    (lambda: clip_by_global_norm(np.array([1.0, np.nan]), 1.0), ValueError, "grads[1] "
     "is nan"),
    (lambda: clip_by_global_norm(np.array([np.inf]), 1.0), ValueError, "grads[0] is i"),
]  # fmt: skip


@pytest.mark.parametrize("call, exception, message", BAD_CALLS)
def test_refuses(call, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        call()


BAD_STEPS = [
    (
        [1.0],
        np.ones(1),
        TypeError,
        "params must be an array of floats, to be worked on",
    ),
    (
        np.ones(2, int),
        np.ones(2),
        TypeError,
        "params must be an array of floats, to be",
    ),
    (
        np.ones(2),
        [1.0, 1.0],
        TypeError,
        "grads must be an array of floats, to be worke",
    ),
    (np.ones(2), np.ones(2, complex), TypeError, "in place, got complex128"),
    (np.ones(2), np.ones(3), ValueError, "params, (2,) float64, got (3,) float64"),
    (
        np.ones(2),
        np.ones((2, 1)),
        ValueError,
        "params, (2,) float64, got (2, 1) float64",
    ),
    (np.ones(2), np.ones(2, "f4"), ValueError, "(2,) float64, got (2,) float32"),
]


@pytest.mark.parametrize("params, grads, exception, message", BAD_STEPS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_bad_step_changes_nothing(name, params, grads, exception, message):
    before = np.array(params)
    optimizer = OPTIMIZERS[name][0]()
    with pytest.raises(exception, match=re.escape(message)):
        optimizer.step(params, grads)
    np.testing.assert_array_equal(params, before)
    assert optimizer.steps == 0


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_belongs_to_one_model(name):
    optimizer = OPTIMIZERS[name][0]()
    optimizer.step(np.ones(3), np.ones(3))
    with pytest.raises(
        ValueError, match=r"trained a model with \(3,\). Make a new one"
    ):
        optimizer.step(np.ones(4), np.ones(4))


@pytest.mark.parametrize("value, exception", [(-0.1, ValueError), (None, TypeError)])
def test_a_bad_schedule_is_found_before_the_step(value, exception):
    optimizer, params = SGD(lambda step: value), np.ones(2)
    with pytest.raises(exception, match="learning_rate must be "):
        optimizer.step(params, np.ones(2))
    np.testing.assert_array_equal(params, 1.0)


def test_a_nan_gradient_is_found_where_it_is_clipped():
    optimizer, params = Adam(0.1, clip_norm=1.0), np.ones(2)
    with pytest.raises(ValueError, match=r"grads\[1\] is nan"):
        optimizer.step(params, np.array([1.0, np.nan]))
    np.testing.assert_array_equal(params, 1.0)


def test_every_optimizer_is_tested():
    classes = {make().__class__ for make, *_ in OPTIMIZERS.values()}
    assert classes == set(optimizers.Optimizer.__subclasses__())
