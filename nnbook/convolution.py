"""Convolution: a small window that looks for the same thing everywhere.

A dense layer has a weight for every pixel, so what it learns about one corner of a
picture it does not know in another. A convolution has a few small sets of weights, its
**kernels**. A kernel is laid on the picture, what lies on top of each other is
multiplied, and all of it is added up; then it moves on and does the same again. So it
asks one question, such as "is there an edge?", at every place. **Pooling** then keeps
one number of each small block, so that the next kernel sees more of the picture.

Pictures have the shape (samples, height, width, channels). A kernel is not turned
around before it is laid on the picture: signal processing calls this cross-correlation,
and neural networks call it convolution.

The chapter on convolution teaches this file: sizes and windows, then the layers, then
kernels that people have made by hand.
"""

import math
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nnbook import checks
from nnbook.initializers import glorot_uniform
from nnbook.layers import Layer

# What a core keeps at hand, in bytes: the second-level cache of an ordinary processor.
CACHE = 2**21


def output_size(size, kernel_size, *, stride=1, padding="valid"):
    """How many places a window has along one axis of a picture.

    floor((size + padding on both sides - kernel_size) / stride) + 1

    Where the steps do not come out even, the last pixels are left out: that is the
    floor in the formula.

    Parameters
    ----------
    size : int
        Pixels along the axis.
    kernel_size : int
        Pixels that the window covers.
    stride : int
        How far it moves in one step.
    padding : "valid", "same" or int
        Zeros around the picture: none; as many as make the result
        ceil(size / stride), so the same size with a stride of 1; or this many on
        each side.

    Returns
    -------
    int

    Raises
    ------
    ValueError, TypeError
        If a size is no whole number of at least 1, `padding` is something else, or
        the window is larger than the padded picture.

    Examples
    --------
    >>> output_size(28, 4), output_size(25, 3, stride=3), output_size(25, 3, stride=2)
    (25, 8, 12)
    >>> output_size(28, 5, padding="same"), output_size(28, 5, padding=1)
    (28, 26)
    """
    before, after = padding_widths(size, kernel_size, stride=stride, padding=padding)
    padded = size + before + after
    if kernel_size > padded:
        around = f" with {before} + {after} zeros around them" * (padded > size)
        raise ValueError(
            f"a window of {kernel_size} does not fit into {size} pixels{around}"
        )
    return (padded - kernel_size) // stride + 1


def padding_widths(size, kernel_size, *, stride=1, padding="valid"):
    """How many zeros are put before and after the pixels along one axis.

    With padding "same" an odd number is split like in TensorFlow: the larger half
    comes after the pixels.

    Parameters
    ----------
    size, kernel_size, stride, padding
        As for `output_size`.

    Returns
    -------
    before, after : int

    Raises
    ------
    ValueError, TypeError
        If a size is no whole number of at least 1, or `padding` is something else.

    Examples
    --------
    >>> padding_widths(28, 4, padding="same"), padding_widths(28, 4, padding=2)
    ((1, 2), (2, 2))
    """
    size = checks.whole_number("size", size)
    kernel_size = checks.whole_number("kernel_size", kernel_size)
    stride = checks.whole_number("stride", stride)
    padding = _checked_padding(padding)
    if padding == "valid":
        return 0, 0
    if padding == "same":
        places = -(-size // stride)  # rounded up
        missing = max((places - 1) * stride + kernel_size - size, 0)
        return missing // 2, missing - missing // 2
    return padding, padding


def windows(x, size, stride=(1, 1)):
    """Everything that a window shows on its way over each picture.

    It is a view: nothing is copied, and what you write into it is written into `x`.

    Parameters
    ----------
    x : ndarray, shape (samples, height, width, channels)
    size : (int, int)
        Height and width of the window.
    stride : (int, int)
        How far it moves down and to the right.

    Returns
    -------
    ndarray, shape (samples, rows, columns, height, width, channels)
        `windows(...)[n, r, c]` is what the window shows of picture `n` after `r`
        steps down and `c` to the right.

    Raises
    ------
    ValueError
        If the window is larger than the pictures.

    Examples
    --------
    >>> x = np.arange(12).reshape(1, 3, 4, 1)
    >>> windows(x, (2, 2)).shape
    (1, 2, 3, 2, 2, 1)
    >>> windows(x, (2, 2))[0, 0, 1, :, :, 0]
    array([[1, 2],
           [5, 6]])
    """
    down, right = stride
    seen = sliding_window_view(x, size, axis=(1, 2), writeable=True)
    return seen[:, ::down, ::right].transpose(0, 1, 2, 4, 5, 3)


def places(x, size, stride=(1, 1)):
    """For each place in the window, what lies there in all windows.

    The numbers of `windows`, the other way round. To take a maximum or to add up place
    by place is far faster than window by window.

    Parameters
    ----------
    x, size, stride
        As for `windows`.

    Returns
    -------
    list of ndarray, shape (samples, rows, columns, channels)
        A view for each of the height * width places, row after row.

    Examples
    --------
    >>> x = np.arange(12).reshape(1, 3, 4, 1)
    >>> [place[0, :, :, 0].tolist() for place in places(x, (1, 2), stride=(2, 2))]
    [[[0, 2], [8, 10]], [[1, 3], [9, 11]]]
    """
    down, right = stride
    rows, columns = x.shape[1] - size[0] + 1, x.shape[2] - size[1] + 1
    return [
        x[:, i : i + rows : down, j : j + columns : right] for i, j in np.ndindex(size)
    ]


class WindowLayer(Layer):
    """A layer that sees pictures through a window: what those below share.

    Parameters
    ----------
    name : str
        What the layer calls its window, for messages.
    window, stride : int or (int, int)
        Height and width of the window and of its steps; one number stands for both.
    padding : "valid", "same" or int
        As for `output_size`.
    dtype : float dtype, optional
        What the layer computes in. None: in the float type of what comes in.

    Attributes
    ----------
    window, stride : (int, int)
        Height and width.
    """

    def __init__(self, name, window, stride, padding="valid", dtype=None):
        super().__init__(dtype)
        self.window = _pair(name, window)
        self.stride = _pair("stride", stride)
        self.padding = _checked_padding(padding)

    def output_shape(self, input_shape):
        _check_picture_shape(input_shape)
        samples, *picture, channels = input_shape
        try:
            places = [
                # What is not known yet, as when a model is built, stays unknown.
                n if n is None else output_size(n, k, stride=s, padding=self.padding)
                for n, k, s in zip(picture, self.window, self.stride, strict=True)
            ]
        except ValueError as misfit:
            raise ValueError(
                f"{self} cannot take x of shape {input_shape}: {misfit}"
            ) from None
        return samples, *places, channels

    def windows(self, x):
        """`windows(x, ...)` with the window and the stride of this layer."""
        return windows(x, self.window, self.stride)

    def places(self, x):
        """`places(x, ...)` with the window and the stride of this layer."""
        return places(x, self.window, self.stride)


class Conv2D(WindowLayer):
    """Many kernels, each laid on every place of a picture.

    z[n, r, c, k] = b[k] + sum over i, j, m of x[n, r + i, c + j, m] * W[i, j, m, k]

    for a stride of 1. Written as loops that takes seven of them. But if what the window
    shows at each place is written into a row of its own, all of it is one matrix
    product: (places, weights of a kernel) @ (weights of a kernel, kernels).

    Parameters
    ----------
    c_in : int
        Channels of the pictures: 1 for grey, 3 for colours, more inside a network.
    c_out : int
        Number of kernels, and so of channels that come out.
    kernel_size : int or (int, int)
        Height and width of a kernel; one number for a square.
    stride : int or (int, int)
        How far the kernels move in one step, down and to the right.
    padding : "valid", "same" or int
        Zeros around the pictures, as for `output_size`.
    rng : numpy.random.Generator
        Draws the first weights.
    initializer : callable
        `initializer(shape, rng=rng, dtype=dtype)` returns the first weights. Biases
        start at zero.
    dtype : float dtype
        What the layer computes in.

    Attributes
    ----------
    padded : ndarray, shape (samples, height, width, c_in)
        The input of the last `forward` with the zeros around it.

    Raises
    ------
    ValueError, TypeError
        If a size is not a whole number of at least 1, `padding` is something else,
        `rng` is no Generator, `initializer` cannot be called or its weights do not
        have the shape (height, width, c_in, c_out).

    References
    ----------
    K. Fukushima (1980), "Neocognitron: a self-organizing neural network model for a
    mechanism of pattern recognition unaffected by shift in position". Y. LeCun et al.
    (1989), "Backpropagation applied to handwritten zip code recognition". As one matrix
    product: K. Chellapilla, S. Puri and P. Simard (2006), "High performance
    convolutional neural networks for document processing".

    Examples
    --------
    >>> layer = Conv2D(1, 1, 2, rng=np.random.default_rng(0))
    >>> layer.params["W"][:, :, 0, 0] = [[1, 2], [3, 4]]
    >>> x = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8]])[None, :, :, None]
    >>> layer.forward(x)[0, :, :, 0]  # first 1 * 0 + 2 * 1 + 3 * 3 + 4 * 4
    array([[27., 37.],
           [57., 67.]], dtype=float32)
    """

    def __init__(
        self,
        c_in,
        c_out,
        kernel_size,
        *,
        stride=1,
        padding="valid",
        rng,
        initializer=glorot_uniform,
        dtype=np.float32,
    ):
        super().__init__("kernel_size", kernel_size, stride, padding, dtype)
        self.c_in = checks.whole_number("c_in", c_in)
        self.c_out = checks.whole_number("c_out", c_out)
        self.input_shape = (None, None, None, self.c_in)
        shape = (*self.window, self.c_in, self.c_out)
        self.add_weights("W", shape, rng=rng, initializer=initializer)
        self.add_parameter("b", np.zeros(self.c_out))

    def __repr__(self):
        options = f"{self.c_in}, {self.c_out}, {_text(self.window)}"
        options += f", stride={_text(self.stride)}" * (self.stride != (1, 1))
        options += f", padding={self.padding!r}" * (self.padding != "valid")
        return f"Conv2D({options})"

    def output_shape(self, input_shape):
        _check_picture_shape(input_shape)
        if input_shape[3] != self.c_in:
            cure = ". Channels come last: use np.moveaxis(x, 1, -1)"
            raise ValueError(
                f"x has {input_shape[3]} channels, {self} expects {self.c_in} "
                f"(x has shape {input_shape}){cure * (input_shape[1] == self.c_in)}"
            )
        return (*super().output_shape(input_shape)[:3], self.c_out)

    def forward(self, x, training=False):
        """Lay every kernel on every place, and add the biases."""
        x = self.check_input(x)
        self.padded = self._pad(x)
        W = self.params["W"].reshape(-1, self.c_out)
        z = np.empty(self.output_shape(x.shape), x.dtype)
        for part in self._groups(z):
            np.matmul(self._rows(part), W, out=z[part].reshape(-1, self.c_out))
        # Line by line: NumPy adds long rows faster than many short ones.
        lines = z.reshape(*z.shape[:2], z.shape[2] * self.c_out)
        lines += np.tile(self.params["b"], z.shape[2])
        return z

    def backward(self, d_output):
        """Note d_W = rows.T @ d_output and d_b in `grads`, return d_x."""
        d_output = self.check_gradient(d_output)
        d_W, d_b = self.grads["W"].reshape(-1, self.c_out), self.grads["b"]
        d_W[...] = d_b[...] = 0
        d_padded = np.zeros_like(self.padded) if self.needs_input_gradient else None
        for part in self._groups(d_output):
            d_z = d_output[part].reshape(-1, self.c_out)
            d_W += self._rows(part).T @ d_z
            # As a product: BLAS adds up tall arrays several times faster than `sum`.
            d_b += np.ones(len(d_z), d_z.dtype) @ d_z
            if self.needs_input_gradient:
                self._give_back(d_z, d_padded[part])
        if self.needs_input_gradient:
            return self._inner(d_padded)

    def _rows(self, part):
        """What the window shows at each place, as one row (known as im2col)."""
        seen = self.windows(self.padded[part])
        n_weights = self.params["W"][..., 0].size
        if self.c_in > 1:
            return seen.reshape(-1, n_weights)
        # A row is copied in runs of one line of the window. With a single channel those
        # are short, and it is faster to copy column by column, along the picture.
        return seen.transpose(3, 4, 5, 0, 1, 2).reshape(n_weights, -1).T

    def _give_back(self, d_z, d_padded):
        """Give each pixel a share for every weight that it was multiplied by."""
        W = self.params["W"].reshape(-1, self.c_in, self.c_out)
        for W_here, d_here in zip(W, self.places(d_padded), strict=True):
            d_here += (d_z @ W_here.T).reshape(d_here.shape)

    def _groups(self, z):
        """Slices of the batch, so few pictures each that their rows stay in the cache.

        Rows are much larger than the pictures. Written for the whole batch they would
        travel to main memory and back, which takes longer than to multiply them.
        """
        n_rows, row = z.size // self.c_out, self.params["W"].nbytes // self.c_out
        return _groups(len(z), n_rows * row)

    def _pad(self, x):
        """`x` with zeros around each picture."""
        self._borders = [
            padding_widths(n, k, stride=s, padding=self.padding)
            for n, k, s in zip(x.shape[1:3], self.window, self.stride, strict=True)
        ]
        if self._borders == [(0, 0), (0, 0)]:
            return x
        return np.pad(x, [(0, 0), *self._borders, (0, 0)])

    def _inner(self, padded):
        """The part of `padded` that is the pictures."""
        (top, bottom), (left, right) = self._borders
        height, width = padded.shape[1:3]
        return padded[:, top : height - bottom, left : width - right]


class Pooling2D(WindowLayer):
    """One number for each window and channel: what both kinds of pooling share.

    Parameters
    ----------
    pool_size : int or (int, int)
        Height and width of the window.
    stride : int or (int, int), optional
        How far it moves in one step. Without it, windows lie side by side.
    """

    def __init__(self, pool_size, stride=None):
        super().__init__(
            "pool_size", pool_size, pool_size if stride is None else stride
        )

    def __repr__(self):
        stride = f", stride={_text(self.stride)}" * (self.stride != self.window)
        return f"{type(self).__name__}({_text(self.window)}{stride})"


class MaxPooling2D(Pooling2D):
    """The largest number in each window, for each channel by itself.

    Pixels at the end that no window reaches count for nothing.

    Parameters
    ----------
    pool_size : int or (int, int)
        Height and width of the window; one number for a square.
    stride : int or (int, int), optional
        How far it moves in one step. Without it, windows lie side by side.

    Attributes
    ----------
    x_shape : tuple
        The shape of the last input.
    beats : ndarray of bool, shape (places, samples, rows, columns, channels)
        For each place in the window, row after row, whether its entry is larger than
        those at all places before.

    Raises
    ------
    ValueError, TypeError
        If a size is not a whole number of at least 1.

    References
    ----------
    M. Riesenhuber and T. Poggio (1999), "Hierarchical models of object recognition in
    cortex".

    Examples
    --------
    >>> x = np.array([[1, 5, 0, 2], [3, 4, 8, 1]])[None, :, :, None]
    >>> layer = MaxPooling2D(2)
    >>> layer.forward(x)[0, :, :, 0]
    array([[5., 8.]])
    >>> layer.backward([[[[10], [20]]]])[0, :, :, 0]
    array([[ 0., 10.,  0.,  0.],
           [ 0.,  0., 20.,  0.]])
    """

    def forward(self, x, training=False):
        """The maximum over each window."""
        x = self.check_input(x)
        self.x_shape = x.shape
        largest = np.empty(self.output_shape(x.shape), x.dtype)
        self.beats = np.empty((math.prod(self.window), *largest.shape), bool)
        for part in _groups(len(x), x.nbytes):
            so_far = largest[part]
            so_far.fill(-np.inf)
            places = self.places(x[part])
            for entries, beats in zip(places, self.beats[:, part], strict=True):
                # What lies side by side in memory is compared several times faster.
                entries = entries.copy()
                np.greater(entries, so_far, out=beats)
                np.maximum(entries, so_far, out=so_far)
        return largest

    def backward(self, d_output):
        """A window's gradient goes to its largest entry; if several, to the first."""
        d_output = self.check_gradient(d_output)
        if not self.needs_input_gradient:
            return None
        d_x = np.empty(self.x_shape, d_output.dtype)
        side_by_side = self.window == self.stride
        for part in _groups(len(d_x), d_x.nbytes):
            d_x[part] = 0
            d_places = self.places(d_x[part])
            unclaimed = np.ones(d_output[part].shape, bool)
            # The last entry that beats all before it is the first of the largest.
            for beats, d_entries in zip(
                self.beats[::-1, part], d_places[::-1], strict=True
            ):
                wins = beats & unclaimed
                unclaimed ^= wins
                # True and False multiply like 1 and 0.
                if side_by_side:  # nobody else gives to these entries
                    np.multiply(d_output[part], wins, out=d_entries)
                else:
                    d_entries += d_output[part] * wins
        return d_x


class AveragePooling2D(Pooling2D):
    """The mean of each window, for each channel by itself.

    Pixels at the end that no window reaches count for nothing.

    Parameters
    ----------
    pool_size : int or (int, int)
        Height and width of the window; one number for a square.
    stride : int or (int, int), optional
        How far it moves in one step. Without it, windows lie side by side.

    Attributes
    ----------
    x_shape : tuple
        The shape of the last input.

    Raises
    ------
    ValueError, TypeError
        If a size is not a whole number of at least 1.

    Examples
    --------
    >>> x = np.array([[1, 5, 0, 2], [3, 3, 8, 2]])[None, :, :, None]
    >>> AveragePooling2D(2).forward(x)[0, :, :, 0]
    array([[3., 3.]])
    """

    def forward(self, x, training=False):
        """The mean over each window."""
        x = self.check_input(x)
        self.x_shape = x.shape
        places = self.places(x)
        return sum(places) / len(places)

    def backward(self, d_output):
        """Each entry of a window gets an equal share of its gradient."""
        d_output = self.check_gradient(d_output)
        if not self.needs_input_gradient:
            return None
        d_x = np.zeros(self.x_shape, d_output.dtype)
        places = self.places(d_x)
        share = d_output / len(places)
        for d_entries in places:
            d_entries += share
        return d_x


def correlate(image, kernel):
    """Lay one kernel on every place of one grey picture.

    output[r, c] = sum over i, j of image[r + i, c + j] * kernel[i, j]

    Parameters
    ----------
    image : array_like, shape (height, width)
    kernel : array_like, shape (rows, columns)

    Returns
    -------
    ndarray, shape (height - rows + 1, width - columns + 1)

    Raises
    ------
    ValueError, TypeError
        If an argument has not two axes, is not finite, or the kernel is larger than
        the picture.

    Examples
    --------
    >>> step = np.array([[0, 0, 100, 100]] * 3)
    >>> correlate(step, KERNELS["sobel_x"])
    array([[400., 400.]])
    """
    image = checks.real_array("image", image)
    kernel = checks.real_array("kernel", kernel)
    for name, array in (("image", image), ("kernel", kernel)):
        if array.ndim != 2 or array.size == 0:
            raise ValueError(
                f"{name} must have shape (height, width), got {array.shape}"
            )
    if (np.array(kernel.shape) > image.shape).any():
        raise ValueError(
            f"kernel must not be larger than image, {image.shape}, got {kernel.shape}"
        )
    seen = windows(image[None, :, :, None], kernel.shape)[0, ..., 0]
    return (seen * kernel).sum(axis=(2, 3))


def _read_only(rows):
    kernel = np.array(rows, dtype=np.float64)
    kernel.flags.writeable = False
    return kernel


#: Kernels of 3x3 from before the time of learning. Blurs add up to 1, so an even area
#: keeps its grey. What looks for edges adds up to 0, so an even area becomes 0: `_x`
#: sees a change from left to right, `_y` one from top to bottom, and the Laplacian one
#: in any direction. To sharpen is to subtract the Laplacian.
KERNELS = MappingProxyType(
    {
        "mean": _read_only(np.full((3, 3), 1 / 9)),
        "gaussian": _read_only(np.outer([1, 2, 1], [1, 2, 1]) / 16),
        "sobel_x": _read_only([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        "sobel_y": _read_only([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
        "prewitt_x": _read_only([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]),
        "prewitt_y": _read_only([[-1, -1, -1], [0, 0, 0], [1, 1, 1]]),
        "laplacian": _read_only([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        "sharpen": _read_only([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
        "emboss": _read_only([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    }
)


def _groups(n, n_bytes):
    """Slices of n pictures, so few each that their share of bytes fits the cache."""
    n_groups = max(1, min(n, -(-n_bytes // CACHE)))
    edges = [n * i // n_groups for i in range(n_groups + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def _pair(name, value):
    """Height and width, both given or one number for both."""
    both = value if isinstance(value, tuple | list) else (value, value)
    if len(both) != 2:
        raise ValueError(f"{name} must be one whole number or two, got {value!r}")
    return tuple(checks.whole_number(name, number) for number in both)


def _text(pair):
    return str(pair[0] if pair[0] == pair[1] else pair)


def _checked_padding(padding):
    if isinstance(padding, str):
        if padding not in ("valid", "same"):
            raise ValueError(
                f"padding must be 'valid', 'same' or a whole number, got {padding!r}"
            )
        return padding
    return checks.whole_number("padding", padding, at_least=0)


def _check_picture_shape(shape):
    if len(shape) != 4:
        cures = {
            2: ". One grey picture? Use x[None, :, :, None].",
            3: ". Grey pictures? Use x[..., None]. One with channels? Use x[None].",
        }
        raise (ValueError if shape else TypeError)(
            f"x must have shape (samples, height, width, channels), got "
            f"{shape or 'one number'}{cures.get(len(shape), '')}"
        )
    if shape[3] == 0:
        raise ValueError(f"x has 0 channels (shape {shape})")
