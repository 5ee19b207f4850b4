"""Draw a digit and watch a convolutional network read it, layer by layer.

The network is the one of the chapter, and it has only seen pictures of 8x8 pixels,
enlarged. So one draws on 8x8 cells; what is drawn is enlarged and put on a sheet of
28x28 pixels, where it can be moved. The weights are kept in eight bits each, in
`nnbook/data/draw_digit.json`, and the page computes with the same ones.

Chapter: convolution.
"""

import base64
import functools

import numpy as np

from nnbook import checks
from nnbook.convolution import Conv2D, MaxPooling2D
from nnbook.datasets import measured
from nnbook.layers import Dense, Flatten, ReLU
from nnbook.model import Sequential
from nnbook.softmax import softmax
from nnbook.widgets.base import (
    INK,
    BookWidget,
    Drawing,
    Number,
    module,
    probability,
    whole,
)

CELLS, SHEET, BORDER = 8, 28, 2
FARTHEST = 8  # pixels that a drawing can be moved
# A 3, one of the pictures that the network did not learn from.
THREE = "01cgg90002e59e000001cb00000cg60000028f5000200b9004e44e6000fggb10"


def sheet(ink, right=0, down=0):
    """What the network gets: the cells enlarged, on a sheet, moved.

    Parameters
    ----------
    ink : str
        64 characters, row by row, from 0 (no ink) to g (16, full).
    right, down : int
        Pixels; below 0 to the left and up. What leaves the sheet is lost.

    Returns
    -------
    ndarray, shape (28, 28)
        Ink from 0 to 1: a square of 3x3 pixels for each cell, and a border of 2.

    Raises
    ------
    ValueError
        If the move is farther than the sheet is wide.

    Examples
    --------
    >>> sheet("g" + 63 * "0", right=5)[2, 5:12]
    array([0., 0., 1., 1., 1., 0., 0.])
    """
    for name, pixels in (("right", right), ("down", down)):
        checks.number(name, pixels, at_least=-SHEET, at_most=SHEET)
        checks.whole_number(name, pixels, at_least=-SHEET)
    cells = np.array([INK.index(character) for character in ink]) / (len(INK) - 1)
    squares = np.kron(cells.reshape(CELLS, CELLS), np.ones((3, 3)))
    # On so large a sheet nothing can leave; of it we take the 28x28 in question.
    large = np.pad(squares, SHEET + BORDER)
    rows, columns = SHEET - down, SHEET - right
    return large[rows : rows + SHEET, columns : columns + SHEET]


def as_ink(picture):
    """A picture of the data set as a drawing.

    Parameters
    ----------
    picture : array_like, shape (8, 8) or (8, 8, 1)
        Ink from 0 to 1.

    Returns
    -------
    str
        64 characters from 0 to g.

    Raises
    ------
    ValueError, TypeError
        If there are not 64 numbers from 0 to 1.

    Examples
    --------
    >>> as_ink(np.eye(8))[:20]
    'g00000000g00000000g0'
    """
    cells = checks.real_array("picture", picture)
    low, high = cells.min(initial=0), cells.max(initial=0)
    if cells.size != CELLS**2 or low < 0 or high > 1:
        raise ValueError(
            f"picture must be 8x8 numbers from 0 to 1, got shape {cells.shape} with "
            f"values from {low:g} to {high:g}"
        )
    return "".join(INK[round(16 * float(cell))] for cell in cells.ravel())


def quantized(weights, bits=8):
    """Weights as whole numbers of few bits, times one number for all of them.

    Parameters
    ----------
    weights : array_like
    bits : int
        From 2 to 8. With 8 bits the whole numbers go from -127 to 127.

    Returns
    -------
    whole : ndarray of int8, same shape
    scale : float
        `scale * whole` is as near to `weights` as it gets, at most half a scale away.

    Raises
    ------
    ValueError, TypeError
        If the weights are not finite numbers or `bits` is not from 2 to 8.

    Examples
    --------
    >>> whole_numbers, scale = quantized([0.5, -1.0, 0.004], bits=3)
    >>> whole_numbers.tolist(), round(scale, 3)
    ([2, -3, 0], 0.333)
    """
    weights = checks.real_array("weights", weights).astype(float)
    checks.number("bits", bits, at_least=2, at_most=8)
    checks.whole_number("bits", bits)
    largest = np.abs(weights).max(initial=0)
    scale = float(largest / (2 ** (bits - 1) - 1)) or 1.0
    return np.round(weights / scale).astype(np.int8), scale


def digit_network(arrays):
    """The network of the chapter in float64, with weights and biases given.

    Parameters
    ----------
    arrays : sequence of ndarray
        Weights and biases of the four layers that have any, in order.

    Returns
    -------
    Sequential
        From (n, 28, 28, 1) to logits of shape (n, 10).

    Raises
    ------
    ValueError
        If the arrays do not fit.

    Examples
    --------
    >>> digit_network(stored_weights()).forward(np.zeros((1, 28, 28, 1))).shape
    (1, 10)
    """
    rng = np.random.default_rng(0)  # its numbers are overwritten
    conv = functools.partial(Conv2D, rng=rng, dtype=np.float64)
    dense = functools.partial(Dense, rng=rng, dtype=np.float64)
    model = Sequential(
        [
            *(conv(1, 32, 4), ReLU(), MaxPooling2D(3)),
            *(conv(32, 64, 4), ReLU(), MaxPooling2D(3)),
            *(Flatten(), dense(64, 64), ReLU(), dense(64, 10)),
        ]
    )
    params = [param for layer in model.layers for param in layer.params.values()]
    if len(arrays) != len(params):
        raise ValueError(f"digit_network takes {len(params)} arrays, got {len(arrays)}")
    for param, array in zip(params, arrays, strict=True):
        if param.shape != np.shape(array):
            raise ValueError(f"got shape {np.shape(array)} where {param.shape} belongs")
        param[...] = array
    return model


def stored_weights():
    """The weights in the page: whole numbers of eight bits, each array times its scale.

    Returns
    -------
    list of ndarray
        Weights and biases, as `digit_network` takes them.

    Examples
    --------
    >>> [array.shape for array in stored_weights()][:3]
    [(4, 4, 1, 32), (32,), (4, 4, 32, 64)]
    """
    arrays = []
    for stored in measured("draw_digit")["arrays"]:
        numbers = np.frombuffer(base64.b64decode(stored["int8"]), np.int8)
        arrays.append(stored["scale"] * numbers.reshape(stored["shape"]))
    return arrays


@functools.cache
def _network():
    return digit_network(stored_weights())


class DrawDigit(BookWidget):
    """A network that reads what is drawn.

    Parameters
    ----------
    ink : str
        64 characters, row by row, from 0 (no ink) to g (16, full).
    right, down : float, -8 to 8
        How far the enlarged drawing is moved, in pixels, rounded to a whole number.

    Examples
    --------
    >>> DrawDigit().sentence()
    'The network says 3 (probability > 0.9999), then 8 (probability < 0.0001).'
    """

    name = "draw_digit"
    _esm = module(name)

    ink = Drawing(THREE, CELLS, CELLS)
    right = Number(0, -FARTHEST, FARTHEST)
    down = Number(0, -FARTHEST, FARTHEST)

    def compute(self):
        """What the layers say to the picture.

        Returns
        -------
        dict
            `picture`, 28 rows of 28; `pooled`, the 64 numbers of the last map;
            `hidden`, the layer of 64 neurons after its ReLU; `logits` and
            `probabilities` of the ten digits; `says` and `second`, the two digits with
            the largest ones, and `probability`, the first one's.
        """
        picture = sheet(self.ink, whole(self.right), whole(self.down))
        model, x, after = _network(), picture[None, :, :, None], []
        for layer in model.layers:
            x = layer.forward(x)
            after.append(x.ravel().tolist())
        p = softmax(x[0])
        first, second = np.argsort(-p, kind="stable")[:2].tolist()
        names = {"pooled": 5, "hidden": 8, "logits": 9}
        return {
            "picture": picture.tolist(),
            **{name: after[layer] for name, layer in names.items()},
            "probabilities": p.tolist(),
            "says": first,
            "second": second,
            "probability": float(p[first]),
        }

    def sentence(self):
        """The two likeliest digits, and how likely."""
        n = self.compute()
        first, second = n["says"], n["second"]
        return (
            f"The network says {first} (probability "
            f"{probability(n['probabilities'][first])}), then {second} (probability "
            f"{probability(n['probabilities'][second])})."
        )
