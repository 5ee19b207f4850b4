"""The widget that reads what is drawn: its weights, its pictures, its pen."""

import json

import numpy as np
import pytest
from test_widgets import kit, load, states

from nnbook.datasets import digits, measured
from nnbook.widgets import base
from nnbook.widgets.draw_digit import (
    THREE,
    DrawDigit,
    as_ink,
    digit_network,
    quantized,
    sheet,
    stored_weights,
)

BLANK = "0" * 64


# ---- The weights ----


def test_by_hand_eight_bits_are_steps_of_the_largest_weight_by_127():
    whole, scale = quantized([-2.54, 0.0, 0.029, 0.031, 1.27])
    assert scale == pytest.approx(0.02)
    assert whole.dtype == np.int8
    assert whole.tolist() == [-127, 0, 1, 2, 64]  # 1.27 / 0.02 is 63.5


@pytest.mark.parametrize("bits", range(2, 9))
def test_no_weight_moves_by_more_than_half_a_step(bits):
    weights = np.random.default_rng(bits).normal(size=1000)
    whole, scale = quantized(weights, bits)
    assert np.abs(whole).max() == 2 ** (bits - 1) - 1
    assert np.abs(scale * whole - weights).max() <= scale / 2 * (1 + 1e-12)


def test_zeros_stay_zeros():
    whole, scale = quantized(np.zeros((2, 3)))
    assert whole.shape == (2, 3) and not whole.any() and scale > 0


def test_the_stored_weights_are_those_of_the_network_in_few_bits():
    arrays = stored_weights()
    assert sum(array.size for array in arrays) == 38_186
    for array, stored in zip(arrays, measured("draw_digit")["arrays"], strict=True):
        assert np.abs(array).max() == 127 * stored["scale"]
    text = base.source("draw_digit")
    assert text.startswith("const DATA = {") and len(text) < 80_000


def test_the_stored_network_reads_as_many_pictures_as_its_file_says():
    images, labels = digits()
    asked = np.random.default_rng(0).permutation(len(images))[1300:]
    x = np.stack([sheet(as_ink(images[k])) for k in asked])[..., None]
    answers = digit_network(stored_weights()).predict(x).argmax(axis=1)
    report = measured("draw_digit")
    assert (answers == labels[asked]).sum() == report["right_in_8_bits"]
    assert report["right_in_8_bits"] >= 0.97 * report["test_pictures"]
    assert abs(report["right_in_8_bits"] - report["right_in_32_bits"]) <= 2


def test_every_number_of_every_layer_is_nnbooks():
    """Also the maps, which `compute` leaves out."""
    model = digit_network(stored_weights())
    names = {1: "conv1", 2: "pool1", 4: "conv2", 5: "pool2", 8: "hidden", 9: "logits"}
    for state in states("draw_digit", 5, seed=7):
        x = np.array(DrawDigit(**state).compute()["picture"])[None, :, :, None]
        for i, layer in enumerate(model.layers):
            x = layer.forward(x)
            if i in names:
                call = f"Array.from(layers({json.dumps(state)}).{names[i]})"
                here = load("draw_digit").value(call)
                np.testing.assert_allclose(here, x.ravel(), rtol=0, atol=1e-9)


# ---- The sheet ----


def test_the_sheet_is_the_enlarged_picture_of_the_chapter():
    images, _ = digits()
    squares = np.kron(images[:20], np.ones((1, 3, 3, 1)))
    enlarged = np.pad(squares, [(0, 0), (2, 2), (2, 2), (0, 0)])
    for image, expected in zip(images, enlarged, strict=False):
        np.testing.assert_array_equal(sheet(as_ink(image)), expected[:, :, 0])


@pytest.mark.parametrize("right, down", [(0, 0), (1, 0), (0, -2), (-3, 5), (8, -8)])
def test_a_move_takes_the_ink_along_and_loses_what_leaves(right, down):
    still, moved = sheet(THREE), sheet(THREE, right, down)
    for r, c in np.ndindex(28, 28):
        inside = 0 <= r - down < 28 and 0 <= c - right < 28
        assert moved[r, c] == (still[r - down, c - right] if inside else 0)


def test_a_move_of_the_width_of_the_sheet_leaves_nothing():
    assert not sheet(THREE, right=28).any() and not sheet(THREE, down=-28).any()


# ---- The pen ----


def stroke(ink, start, end, *rubber):
    return kit().call("nnKit.stroke", ink, 8, start, end, *rubber)


def test_by_hand_a_dab_is_dark_in_its_cell_and_grey_at_the_rim():
    """0.75 wide on each side: a quarter of the next cell, and full in the middle."""
    cells = stroke(BLANK, [3.5, 2.5], [3.5, 2.5])
    grey = base.INK[16 // 4]
    assert cells[2 * 8 + 3] == "g"
    assert [cells[i] for i in (11, 18, 20, 27)] == [grey] * 4
    assert sum(cell != "0" for cell in cells) == 5


def test_by_hand_a_line_between_two_rows_is_grey_in_both():
    """Its middle is half a cell from those of the rows: 0.75 + 0.5 - 0.5 of the ink."""
    cells = stroke(BLANK, [0.5, 4], [7.5, 4])
    grey = base.INK[16 * 3 // 4]
    assert cells == "0" * 24 + grey * 16 + "0" * 24


def test_a_stroke_never_lightens_and_the_rubber_never_darkens():
    for start, end in ([0, 0], [8, 8]), ([-3, 5], [9, 2]):
        darker = stroke(THREE, start, end)
        lighter = stroke(THREE, start, end, True)
        assert all(a >= b >= c for a, b, c in zip(darker, THREE, lighter, strict=True))
        assert darker != THREE != lighter


def along(*points):
    """A drawing made of strokes from point to point."""
    ink = BLANK
    for start, end in zip(points, points[1:], strict=False):
        ink = stroke(ink, start, end)
    return ink


def arc(x, y, a, b, start, end):
    """Points of an ellipse, angles in degrees from the right and downwards."""
    angles = np.radians(np.linspace(start, end, 25))
    return np.stack([x + a * np.cos(angles), y + b * np.sin(angles)], -1).tolist()


# Written as high as the cells, like those of the data set.
WRITTEN = {
    0: arc(4, 4, 2, 3.4, 0, 360),
    1: [[2.8, 1.8], [4.2, 0.6], [4.2, 7.4]],
    2: [*arc(4, 2.3, 1.9, 1.7, 180, 370), [2.2, 7.4], [6.2, 7.4]],
    3: [*arc(3.8, 2.2, 1.8, 1.6, 200, 450), *arc(3.8, 5.6, 2, 1.8, 270, 520)],
    4: [[4.4, 0.6], [1.8, 5], [6.4, 5], [4.6, 5], [4.6, 3], [4.6, 7.5]],
    5: [[6, 0.6], [2.6, 0.6], [2.4, 3.6], *arc(3.9, 5.2, 2, 2.1, 230, 500)],
    6: [[5, 0.6], [3, 2.6], *arc(4, 5.4, 1.9, 2, 180, 540)],
    8: [*arc(4, 2.2, 1.6, 1.6, 90, 450), *arc(4, 5.7, 1.9, 1.8, -90, 270)],
    9: [*arc(4, 2.6, 1.8, 1.9, 0, 360), [5.4, 5], [4, 7.5]],
}


@pytest.mark.parametrize("digit", WRITTEN)
def test_a_digit_drawn_in_plain_strokes_is_read(digit):
    assert DrawDigit(ink=along(*WRITTEN[digit])).compute()["says"] == digit


def test_the_presets_of_digits_are_pictures_that_were_not_learned_from():
    images, labels = digits()
    asked = np.random.default_rng(0).permutation(len(images))[1300:]
    kept = {as_ink(images[k]): labels[k] for k in asked}
    presets = load("draw_digit").value("presets")
    inks = [preset["state"].get("ink") for preset in presets][:10]
    assert [kept[ink] for ink in inks] == list(range(10))


# ---- Bad inputs ----

BAD = [
    (lambda: DrawDigit(ink=BLANK[1:]), ValueError, "ink must be 64 char.* got 63"),
    (lambda: DrawDigit(ink=BLANK + "0"), ValueError, "got 65"),
    (lambda: DrawDigit(ink="h" * 64), ValueError, "from 0 to 9 and a to g"),
    (lambda: DrawDigit(ink="G" * 64), ValueError, "from 0 to 9 and a to g"),
    (lambda: DrawDigit(ink=0), TypeError, "ink must be a string, got 0"),
    (lambda: DrawDigit(ink=None), TypeError, "ink must be a string, got None"),
    (lambda: DrawDigit(right=8.5), ValueError, "right must be .* at most 8"),
    (lambda: sheet(BLANK, right=29), ValueError, "right must be .* at most 28"),
    (lambda: sheet(BLANK, down=-29), ValueError, "down must be at least -28 and at"),
    (lambda: sheet(BLANK, down=1.5), ValueError, "down must be a whole number"),
    (lambda: as_ink(np.zeros((8, 7))), ValueError, r"8x8 numbers .* shape \(8, 7\)"),
    (lambda: as_ink(np.full((8, 8), 16)), ValueError, "from 0 to 1, got .* to 16"),
    (lambda: as_ink(np.full((8, 8), -0.1)), ValueError, "from 0 to 1"),
    (lambda: as_ink([]), ValueError, "8x8 numbers"),
    (lambda: as_ink([[np.nan]]), ValueError, "finite"),
    (lambda: quantized([np.inf]), ValueError, "weights must be finite"),
    (lambda: quantized([1.0], bits=1), ValueError, "bits must be at least 2 and at"),
    (lambda: quantized([1.0], bits=9), ValueError, "bits must be .* at most 8"),
    (lambda: digit_network([]), ValueError, "takes 8 arrays, got 0"),
    (lambda: digit_network([1.0] * 8), ValueError, r"\(\) where \(4, 4, 1, 32\)"),
]


@pytest.mark.parametrize("call, exception, message", BAD)
def test_bad_input_is_refused(call, exception, message):
    with pytest.raises(exception, match=message):
        call()
