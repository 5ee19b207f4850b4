"""The widget's arithmetic in float16 and float32, bit by bit against NumPy's.

JavaScript has only float64. The widget rounds each result to the format; this file
compares what it rounds with what NumPy computes in the format itself, on random bit
patterns, ties, subnormals and all other edges, as the bits of float64 numbers, which
hold every float16 and float32 exactly.
"""

import numpy as np
import pytest
from test_widgets import Script, load

from nnbook.widgets import base
from nnbook.widgets.softmax_precision import FORMATS, FORMULAS, SoftmaxPrecision

# Numbers go to V8 and come back as two halves of 32 bits, so that none is changed on
# the way: JSON has no inf, no nan and no -0.
BRIDGE = """
const word = new DataView(new ArrayBuffer(8));
function fromBits([high, low]) {
  word.setUint32(0, high);
  word.setUint32(4, low);
  return word.getFloat64(0);
}
function toBits(value) {
  word.setFloat64(0, value);
  return [word.getUint32(0), word.getUint32(4)];
}
function applied(operation, precision, a, b) {
  const f = arithmetic(precision)[operation];
  return a.map((bits, i) => toBits(f(fromBits(bits), fromBits(b[i]))));
}
function everyStep(precision, formula, rows) {
  return rows.map((row) => {
    const logits = row.map(fromBits);
    const state = { precision, formula, label: "z1" };
    CLASSES.forEach((name, i) => { state[name] = logits[i]; });
    const { exponentials, sum, p, logP } = steps(state);
    return [...exponentials, sum, ...p, ...logP].map(toBits);
  });
}
"""
_bridge = []


def bridge():
    if not _bridge:
        _bridge.append(Script(base.source("softmax_precision") + BRIDGE))
    return _bridge[0]


def as_float64(values):
    with np.errstate(invalid="ignore"):  # of the kinds of nan, one raises a flag
        return np.asarray(values).astype(np.float64)


def to_bits(values):
    bits = as_float64(values).view(np.uint64)
    return np.stack([bits >> np.uint64(32), bits & np.uint64(0xFFFFFFFF)], -1).tolist()


def from_bits(pairs):
    high, low = np.moveaxis(np.array(pairs, np.uint64), -1, 0)
    return (high << np.uint64(32) | low).view(np.float64)


def in_javascript(operation, dtype, a, b=None):
    b = a if b is None else b
    name = np.dtype(dtype).name
    got = bridge().call("applied", operation, name, to_bits(a), to_bits(b))
    return from_bits(got)


def assert_same_bits(got, expected):
    """Equal bits, which tells -0 from 0; one nan is as good as another."""
    expected = as_float64(expected)
    both_nan = np.isnan(got) & np.isnan(expected)
    same = got.view(np.uint64) == expected.view(np.uint64)
    assert (same | both_nan).all(), (got[~same][:3], expected[~same][:3])


def edges(dtype):
    """Zeros, the smallest and largest numbers, 1 and its neighbours, inf and nan."""
    f = np.finfo(dtype)
    smallest = np.nextafter(dtype(0), dtype(1))
    some = [0, smallest, 2 * smallest, f.tiny - smallest, f.tiny, f.eps, f.eps / 2, 1]
    some += [1 + f.eps, 1 - f.eps / 2, 3, 10, f.max / 2, f.max, np.inf, np.nan]
    values = np.array(some, dtype)
    return np.concatenate([values, -values])


def patterns(dtype, n, seed):
    """Random bits read as numbers: every exponent is as likely as every other."""
    size = np.dtype(dtype).itemsize
    bits = np.random.default_rng(seed).integers(0, 256, size=n * size, dtype=np.uint8)
    return bits.view(dtype)


ALL_FORMATS = pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
SMALL_FORMATS = pytest.mark.parametrize("dtype", [np.float16, np.float32])


@SMALL_FORMATS
def test_rounding_is_numpys_on_any_float64(dtype):
    rng = np.random.default_rng(0)
    wide = patterns(np.float64, 2000, seed=1)
    # Most float64 are beyond the smaller formats: these are not.
    near = np.ldexp(rng.uniform(-1, 1, 4000), rng.integers(-160, 130, 4000))
    with np.errstate(all="ignore"):
        for values in (wide, near, edges(np.float64)):
            got = in_javascript("round", dtype, values)
            assert_same_bits(got, values.astype(dtype))


@SMALL_FORMATS
def test_ties_go_to_the_even_neighbour(dtype):
    """Halfway between two numbers of the format, and a hair to either side of it."""
    low = np.abs(patterns(dtype, 4000, seed=2))
    low = np.concatenate([low, np.arange(4).astype(dtype) * np.nextafter(dtype(0), 1)])
    low = low[low < np.finfo(dtype).max].astype(np.float64)
    high = np.nextafter(low.astype(dtype), dtype(np.inf)).astype(np.float64)
    halfway = (low + high) / 2
    for values in (
        halfway,
        np.nextafter(halfway, 0),
        np.nextafter(halfway, np.inf),
        -halfway,
    ):
        with np.errstate(all="ignore"):
            expected = values.astype(dtype)
        assert_same_bits(in_javascript("round", dtype, values), expected)
    even = (low.astype(dtype).view(f"u{np.dtype(dtype).itemsize}") % 2) == 0
    rounded = in_javascript("round", dtype, halfway)
    np.testing.assert_array_equal(rounded, np.where(even, low, high))


@SMALL_FORMATS
def test_the_largest_number_and_what_lies_above_it(dtype):
    top = float(np.finfo(dtype).max)
    half_step = (top - float(np.nextafter(dtype(top), dtype(0)))) / 2
    values = [top, np.nextafter(top + half_step, 0), top + half_step, 1e300]
    got = in_javascript("round", dtype, values)
    np.testing.assert_array_equal(got, [top, top, np.inf, np.inf])


OPERATIONS = {"add": np.add, "subtract": np.subtract, "divide": np.divide}


@ALL_FORMATS
@pytest.mark.parametrize("operation", OPERATIONS)
def test_arithmetic_is_bit_equal_to_numpys(operation, dtype):
    pairs = [
        (patterns(dtype, 5000, seed=3), patterns(dtype, 5000, seed=4)),
        # Of like size, where digits cancel and quotients are near 1.
        (patterns(dtype, 2000, seed=5), patterns(dtype, 2000, seed=5)[::-1]),
        tuple(np.meshgrid(edges(dtype), edges(dtype))),
        subnormals(dtype),
        neighbours(dtype),
    ]
    for a, b in pairs:
        a, b = np.ravel(a), np.ravel(b)
        with np.errstate(all="ignore"):
            expected = OPERATIONS[operation](a, b)
        assert expected.dtype == dtype
        assert_same_bits(in_javascript(operation, dtype, a, b), expected)


def subnormals(dtype):
    """Pairs whose sums, differences and quotients are subnormal, or nearly."""
    rng = np.random.default_rng(6)
    tiny = np.finfo(dtype).tiny
    a = (rng.uniform(-2, 2, 3000) * float(tiny)).astype(dtype)
    b = (rng.uniform(-2, 2, 3000) * float(tiny)).astype(dtype)
    large = rng.uniform(1, 200, 3000).astype(dtype)
    return np.concatenate([a, a]), np.concatenate([b, large])


def neighbours(dtype):
    """Pairs that differ in their last bits."""
    a = np.abs(patterns(dtype, 2000, seed=7))
    with np.errstate(all="ignore"):
        b = np.nextafter(a, dtype(np.inf))
    return a, b


def steps_apart(got, expected, dtype):
    """How many numbers of the format lie between the two, for finite ones."""
    signed = f"i{np.dtype(dtype).itemsize}"
    return np.abs(
        got.astype(dtype).view(signed).astype(object)
        - expected.astype(dtype).view(signed).astype(object)
    )


def kinds(values):
    """What no tolerance covers: nan, plus or minus inf, zero, or a finite number."""
    words = np.full(np.shape(values), "finite", "U6")
    words[np.isnan(values)] = "nan"
    words[values == 0] = "zero"
    words[np.isposinf(values)] = "inf"
    words[np.isneginf(values)] = "-inf"
    return words


def arguments(dtype):
    """All float16; of the others random bits, and what is neither 0 nor inf after."""
    if dtype == np.float16:
        return np.arange(2**16, dtype=np.uint16).view(np.float16)
    rng = np.random.default_rng(8)
    reach = 110 if dtype == np.float32 else 760
    near = rng.uniform(-reach, reach, 6000).astype(dtype)
    beside_1 = (1 + rng.normal(size=2000) * 1e-3).astype(dtype)
    return np.concatenate([patterns(dtype, 4000, seed=9), near, beside_1, edges(dtype)])


@ALL_FORMATS
@pytest.mark.parametrize("operation", ["exp", "log"])
def test_exp_and_log_are_within_four_last_places(operation, dtype):
    x = arguments(dtype)
    with np.errstate(all="ignore"):
        expected = getattr(np, operation)(x)
    got = in_javascript(operation, dtype, x)
    np.testing.assert_array_equal(kinds(got), kinds(expected))
    finite = np.isfinite(got) & (got != 0)
    assert finite.sum() > 1000
    assert max(steps_apart(got[finite], expected[finite], dtype)) <= 4


def in_numpy(formula, z):
    """The steps as a reader would write them, with the library's own exp and log."""
    below = z if formula == "naive" else z - z.max()
    exponentials = np.exp(below)
    total = z.dtype.type(0)
    for value in exponentials:
        total = total + value
    if formula == "log_softmax":
        log_p = below - np.log(total)
        return np.concatenate([exponentials, [total], np.exp(log_p), log_p])
    p = exponentials / total
    return np.concatenate([exponentials, [total], p, np.log(p)])


@ALL_FORMATS
@pytest.mark.parametrize("formula", FORMULAS)
def test_what_is_inf_nan_or_zero_agrees_with_numpy(formula, dtype):
    rng = np.random.default_rng(10)
    rows = [
        np.round(rng.uniform(-1, 1, 5) * scale + rng.normal() * scale)
        for scale in (3, 10, 20, 60, 100, 300, 700, 1200)
        for _ in range(60)
    ]
    rows = np.clip(rows, -1200, 1200).astype(dtype)
    name = np.dtype(dtype).name
    got = bridge().call("everyStep", name, formula, [to_bits(row) for row in rows])
    found = set()
    for row, steps in zip(rows, got, strict=True):
        with np.errstate(all="ignore"):
            expected = in_numpy(formula, row)
        assert expected.dtype == dtype
        theirs = kinds(from_bits(steps))
        np.testing.assert_array_equal(theirs, kinds(expected), err_msg=str(row))
        found |= set(theirs)
    failures = {"naive": {"inf", "nan", "-inf"}, "max_shift": {"-inf"}}
    assert found == {"finite", "zero"} | failures.get(formula, set())


# ---- The stories that the widget tells ----

NOTES = {"z1": -3, "z2": -1, "z3": 0, "z4": 3}


def test_the_five_of_the_chapter_by_hand():
    numbers = SoftmaxPrecision(**NOTES, z5=5, precision="float64", label="z5").compute()
    p = [f"{value:.4f}" for value in numbers["p"]]
    assert p == ["0.0003", "0.0022", "0.0059", "0.1182", "0.8734"]
    assert numbers["right"]
    numbers = SoftmaxPrecision(**NOTES, z5=1000, precision="float64").compute()
    assert numbers["exp"] == ["0.04979", "0.3679", "1", "20.09", "inf"]
    assert numbers["p"] == [0, 0, 0, 0, "nan"] and numbers["loss"] == "inf"


@pytest.mark.parametrize("precision", FORMATS)
def test_each_formula_repairs_what_the_one_before_cannot(precision):
    def told(formula):
        widget = SoftmaxPrecision(
            **NOTES, z5=1000, formula=formula, precision=precision
        )
        return widget.compute()

    assert told("naive")["p"][4] == "nan"
    assert told("max_shift")["p"] == [0, 0, 0, 0, 1]
    assert told("max_shift")["loss"] == "inf"
    repaired = told("log_softmax")
    assert repaired["log_p"] == [-1003, -1001, -1000, -997, 0]
    assert repaired["loss"] == 997 and repaired["right"]


@pytest.mark.parametrize(
    "z5, fails_in",
    [
        (11, []),
        (12, ["float16"]),  # 11.09
        (88, ["float16"]),
        (89, ["float16", "float32"]),  # 88.72
        (709, ["float16", "float32"]),
        (710, FORMATS),  # 709.78
    ],
)
def test_where_each_format_overflows(z5, fails_in):
    for precision in FORMATS:
        widget = SoftmaxPrecision(z4=0, z5=z5, precision=precision, label="z5")
        assert widget.compute()["right"] == (precision not in fails_in)


def test_the_presets_tell_their_stories():
    presets = {
        p["label"]: p["state"] for p in load("softmax_precision").value("presets")
    }
    assert presets["5 becomes 1000"] == {**NOTES, "z5": 1000}
    low = SoftmaxPrecision(**presets["all far below 0"], label="z5").compute()
    assert low["p"] == ["nan"] * 5 and low["sum"] == "0"
    ahead = presets["one far ahead"]
    assert SoftmaxPrecision(**ahead, precision="float32", label="z1").compute()["right"]
    assert not SoftmaxPrecision(**ahead, precision="float16", label="z1").compute()[
        "right"
    ]


def test_the_edges_in_the_picture_are_those_of_the_formats():
    reach = load("softmax_precision").value("REACH")
    for name, (zero, few, most) in reach.items():
        f = np.finfo(name)
        smallest = float(np.nextafter(f.dtype.type(0), f.dtype.type(1)))
        half = np.log(smallest) - np.log(2)
        expected = [half, np.log(float(f.tiny)), np.log(float(f.max))]
        np.testing.assert_allclose([zero, few, most], expected, atol=0.006)
