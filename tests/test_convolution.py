"""Convolution and pooling: by hand, against loops and measured slopes, at the door.

Parity with Keras is in test_keras_parity.
"""

import copy
import itertools
import pickle
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support import NOT_A_GENERATOR, NOT_FINITE, NOT_REAL, layouts

from nnbook import convolution
from nnbook.convolution import (
    KERNELS,
    AveragePooling2D,
    Conv2D,
    MaxPooling2D,
    correlate,
    output_size,
    padding_widths,
    windows,
)
from nnbook.gradcheck import check_layer
from nnbook.initializers import he_normal, zeros
from nnbook.layers import Dense, Flatten, ReLU, Residual
from nnbook.model import Sequential
from nnbook.optimizers import Adam
from nnbook.softmax import softmax_cross_entropy


def normal(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


def conv(c_in=2, c_out=3, kernel_size=3, **options):
    rng = np.random.default_rng(0)
    options = {"dtype": np.float64} | options
    layer = Conv2D(c_in, c_out, kernel_size, rng=rng, **options)
    layer.params["b"][...] = rng.normal(size=c_out)
    return layer


# Layers for pictures of 6x5 pixels with 2 channels, in float64.
LAYERS = {
    "conv": conv,
    "conv 1x1": lambda: conv(kernel_size=1),
    "conv, wide kernel": lambda: conv(kernel_size=(1, 4)),
    "conv, one kernel": lambda: conv(c_out=1, kernel_size=2),
    "conv, stride": lambda: conv(kernel_size=2, stride=(2, 3)),
    "conv, stride over the kernel": lambda: conv(kernel_size=1, stride=2),
    "conv, same": lambda: conv(kernel_size=(2, 4), padding="same"),
    "conv, same, stride": lambda: conv(padding="same", stride=2),
    "conv, padding": lambda: conv(padding=2, stride=2),
    "max": lambda: MaxPooling2D(2),
    "max, overlap": lambda: MaxPooling2D(3, stride=1),
    "max, gaps": lambda: MaxPooling2D((1, 2), stride=(2, 3)),
    "average": lambda: AveragePooling2D(2),
    "average, overlap": lambda: AveragePooling2D((3, 2), stride=(2, 1)),
    "within a residual": lambda: Residual(
        conv(c_out=2, padding="same"), ReLU(), conv(c_out=2, padding="same")
    ),
}
every_layer = pytest.mark.parametrize("build", LAYERS.values(), ids=LAYERS)
SHAPE = (6, 5, 2)

# Any window, stride and padding.
sides = st.integers(1, 4)
pairs = st.tuples(sides, sides)
paddings = st.sampled_from(["valid", "same", 0, 1, 2])


# By hand


def test_convolution_by_hand():
    layer = conv(1, 1, 2)
    layer.params["W"][:, :, 0, 0] = [[1, 2], [3, 4]]
    layer.params["b"][...] = 100
    x = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8]])[None, :, :, None]
    # Top left: 1*0 + 2*1 + 3*3 + 4*4 = 27; one to the right: 1*1 + 2*2 + 3*4 + 4*5.
    z = layer.forward(x)[0, :, :, 0]
    np.testing.assert_array_equal(z, [[127, 137], [157, 167]])
    d_x = layer.backward(np.array([[1, 0], [0, 10]])[None, :, :, None])[0, :, :, 0]
    # The kernel once at the top left, and ten times at the bottom right.
    np.testing.assert_array_equal(d_x, [[1, 2, 0], [3, 4 + 10, 20], [0, 30, 40]])
    # What lay under the kernel: (0 1; 3 4) once and (4 5; 7 8) ten times.
    d_W = layer.grads["W"][:, :, 0, 0]
    np.testing.assert_array_equal(d_W, [[0 + 40, 1 + 50], [3 + 70, 4 + 80]])
    np.testing.assert_array_equal(layer.grads["b"], [11])


def test_channels_are_added_and_kernels_are_not():
    layer = conv(2, 3, 1)
    layer.params["W"][0, 0] = [[1, 0, 2], [0, 1, 3]]
    layer.params["b"][...] = [0, 0, 1]
    z = layer.forward([[[[10, 20]]]])
    np.testing.assert_array_equal(z, [[[[10, 20, 2 * 10 + 3 * 20 + 1]]]])


def test_stride_and_padding_by_hand():
    layer = conv(1, 1, 3, stride=2, padding=1)
    layer.params["W"][...] = 1
    layer.params["b"][...] = 0
    x = np.arange(9).reshape(1, 3, 3, 1)
    # The kernel lies on each corner: 0+1+3+4, 1+2+4+5, 3+4+6+7, 4+5+7+8.
    np.testing.assert_array_equal(layer.forward(x)[0, :, :, 0], [[8, 12], [20, 24]])


def test_same_padding_puts_the_odd_zero_behind():
    layer = conv(1, 1, (1, 2), padding="same")
    layer.params["W"][0, :, 0, 0] = [1, 10]
    layer.params["b"][...] = 0
    z = layer.forward([[[[1], [2], [3]]]])[0, 0, :, 0]
    np.testing.assert_array_equal(z, [1 + 20, 2 + 30, 3])


def test_the_kernel_is_not_turned_around():
    layer = conv(1, 1, (1, 2))
    layer.params["W"][0, :, 0, 0] = [0, 1]
    layer.params["b"][...] = 0
    assert layer.forward([[[[5], [7]]]]) == 7


def test_max_pooling_by_hand():
    layer = MaxPooling2D(2)
    x = np.array([[1, 5, 0, 2, 9], [3, 4, 8, 1, 9], [9, 9, 9, 9, 9]])
    output = layer.forward(x[None, :, :, None])
    np.testing.assert_array_equal(output[0, :, :, 0], [[5, 8]])
    d_x = layer.backward([[[[10], [20]]]])[0, :, :, 0]
    np.testing.assert_array_equal(
        d_x, [[0, 10, 0, 0, 0], [0, 0, 20, 0, 0], [0, 0, 0, 0, 0]]
    )


def test_of_equal_entries_the_first_gets_the_gradient():
    layer = MaxPooling2D(2)
    x = np.array([[0, 7, 1, 1], [7, 7, 1, 1]])
    layer.forward(x[None, :, :, None])
    d_x = layer.backward([[[[10], [20]]]])[0, :, :, 0]
    np.testing.assert_array_equal(d_x, [[0, 10, 20, 0], [0, 0, 0, 0]])


def test_where_windows_overlap_a_pixel_may_win_twice():
    layer = MaxPooling2D((1, 2), stride=1)
    assert layer.forward([[[[1], [9], [2]]]]).ravel().tolist() == [9, 9]
    assert layer.backward([[[[3], [4]]]]).ravel().tolist() == [0, 7, 0]


def test_average_pooling_by_hand():
    layer = AveragePooling2D(2)
    x = np.array([[1, 5, 0, 2, 9], [3, 3, 8, 2, 9]])[None, :, :, None]
    np.testing.assert_array_equal(layer.forward(x)[0, :, :, 0], [[3, 3]])
    d_x = layer.backward([[[[4], [8]]]])[0, :, :, 0]
    np.testing.assert_array_equal(d_x, [[1, 1, 2, 2, 0], [1, 1, 2, 2, 0]])


def test_pooling_takes_each_channel_by_itself():
    x = np.array([[1, 40], [3, 20]]).reshape(1, 2, 1, 2)
    assert MaxPooling2D((2, 1)).forward(x).ravel().tolist() == [3, 40]
    assert AveragePooling2D((2, 1)).forward(x).ravel().tolist() == [2, 30]


# Sizes and windows


@pytest.mark.parametrize(
    "size, kernel_size, stride, padding, expected",
    [
        # The network of the notes, and the rounding down that its formula left out.
        (28, 4, 1, "valid", 25),
        (25, 3, 3, "valid", 8),
        (8, 4, 1, "valid", 5),
        (5, 3, 3, "valid", 1),
        (28, 5, 1, "same", 28),
        (28, 5, 2, "same", 14),
        (5, 1, 2, "same", 3),
        (28, 3, 1, 1, 28),
        (1, 1, 1, "valid", 1),
        (1, 3, 1, 1, 1),
    ],
)
def test_output_sizes_that_everybody_knows(
    size, kernel_size, stride, padding, expected
):
    found = output_size(size, kernel_size, stride=stride, padding=padding)
    assert found == expected and type(found) is int


@given(st.integers(1, 12), sides, sides, paddings)
def test_output_size_counts_the_places(size, kernel_size, stride, padding):
    before, after = padding_widths(size, kernel_size, stride=stride, padding=padding)
    last = size + before + after - kernel_size
    assume(last >= 0)
    places = len(range(0, last + 1, stride))
    options = {"stride": stride, "padding": padding}
    assert output_size(size, kernel_size, **options) == places


@given(st.integers(1, 12), sides, sides)
def test_same_padding_gives_a_place_to_every_step_with_as_few_zeros_as_can_be(
    size, kernel_size, stride
):
    before, after = padding_widths(size, kernel_size, stride=stride, padding="same")
    assert output_size(size, kernel_size, stride=stride, padding="same") == len(
        range(0, size, stride)
    )
    assert after - before in (0, 1)
    if before + after > 0:
        with_one_less = size + before + after - 1
        assert (with_one_less - kernel_size) // stride + 1 < len(range(0, size, stride))


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (
            lambda: output_size(3, 5),
            ValueError,
            "window of 5 does not fit into 3 pixels$",
        ),
        (
            lambda: output_size(2, 5, padding=1),
            ValueError,
            r"5 does not fit into 2 pixels with 1 \+ 1 zeros around them",
        ),
        (lambda: output_size(0, 1), ValueError, "size must be at least 1, got 0"),
        (lambda: output_size(5.5, 1), ValueError, "size must be a whole number, got"),
        (lambda: output_size(5, 0), ValueError, "kernel_size must be at least 1"),
        (
            lambda: output_size("5", 1),
            TypeError,
            "size must be a whole number, got '5'",
        ),
        (lambda: output_size(5, 3, stride=0), ValueError, "stride must be at least 1"),
        (
            lambda: output_size(5, 3, padding=-1),
            ValueError,
            "padding must be at least 0",
        ),
        (
            lambda: output_size(5, 3, padding="full"),
            ValueError,
            "padding must be 'valid', 'same' or a whole number, got 'full'",
        ),
        (lambda: output_size(5, 3, padding=None), TypeError, "padding must be a whole"),
        (
            lambda: padding_widths(5, 3, stride=1.5),
            ValueError,
            "stride must be a whole",
        ),
        (lambda: output_size(5, 3, dilation=0), TypeError, "unexpected keyword"),
        (lambda: output_size(5, 3, 2), TypeError, "positional arguments"),
    ],
)
def test_sizes_refuse(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


@given(st.integers(0, 2), st.tuples(*[st.integers(1, 6)] * 3), pairs, pairs)
def test_windows_against_loops(samples, picture, size, stride):
    height, width, _ = picture
    assume(size[0] <= height and size[1] <= width)
    x = normal(samples, *picture)
    seen = windows(x, size, stride)
    rows, columns = ((n - k) // s + 1 for n, k, s in zip(picture, size, stride))  # noqa: B905
    assert seen.shape == (samples, rows, columns, *size, picture[2])
    for n, r, c in np.ndindex(samples, rows, columns):
        top, left = r * stride[0], c * stride[1]
        expected = x[n, top : top + size[0], left : left + size[1]]
        np.testing.assert_array_equal(seen[n, r, c], expected)


def test_windows_are_a_view():
    x = np.zeros((1, 3, 3, 1))
    seen = windows(x, (2, 2))
    assert np.shares_memory(seen, x)
    seen[0, 1, 1, 1, 1, 0] = 5
    assert x[0, 2, 2, 0] == 5


# Against loops


def naive_convolution(x, W, b, stride, padding, d_z):
    """Output and gradients, one multiplication after the other."""
    (kh, kw, c_in, c_out), (n, h, w, _) = W.shape, x.shape
    top, bottom = padding_widths(h, kh, stride=stride[0], padding=padding)
    left, right = padding_widths(w, kw, stride=stride[1], padding=padding)
    rows = (h + top + bottom - kh) // stride[0] + 1
    columns = (w + left + right - kw) // stride[1] + 1
    z = np.zeros((n, rows, columns, c_out))
    d_x, d_W, d_b = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    for s, r, c, k in itertools.product(*map(range, z.shape)):
        z[s, r, c, k] = b[k]
        d_b[k] += d_z[s, r, c, k]
        for i, j in itertools.product(range(kh), range(kw)):
            row, column = r * stride[0] + i - top, c * stride[1] + j - left
            if 0 <= row < h and 0 <= column < w:
                for m in range(c_in):
                    z[s, r, c, k] += x[s, row, column, m] * W[i, j, m, k]
                    d_x[s, row, column, m] += d_z[s, r, c, k] * W[i, j, m, k]
                    d_W[i, j, m, k] += d_z[s, r, c, k] * x[s, row, column, m]
    return z, d_x, d_W, d_b


def check_against_loops(samples, picture, channels, size, stride, padding):
    layer = conv(*channels, size, stride=stride, padding=padding)
    x = normal(samples, *picture, channels[0])
    try:
        z = layer.forward(x)
    except ValueError:
        assume(False)
    d_z = normal(*z.shape, seed=2)
    W, b = layer.params["W"], layer.params["b"]
    expected = naive_convolution(x, W, b, stride, padding, d_z)
    found = (z, layer.backward(d_z), layer.grads["W"], layer.grads["b"])
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


@given(
    st.integers(0, 3),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    pairs,
    pairs,
    paddings,
)
def test_convolution_against_loops(samples, picture, channels, size, stride, padding):
    check_against_loops(samples, picture, channels, size, stride, padding)


@pytest.mark.parametrize("cache", [1, 1000, 10**9])
@pytest.mark.parametrize("c_in", [1, 2])
def test_convolution_against_loops_in_groups_of_any_size(monkeypatch, cache, c_in):
    monkeypatch.setattr(convolution, "CACHE", cache)
    check_against_loops(7, (5, 4), (c_in, 2), (3, 2), (1, 1), "valid")
    check_against_loops(5, (5, 4), (c_in, 2), (2, 2), (2, 1), "same")


def naive_pooling(x, size, stride, d_output, largest):
    rows, columns = d_output.shape[1:3]
    output, d_x = np.zeros_like(d_output), np.zeros_like(x)
    for s, r, c, k in itertools.product(*map(range, output.shape)):
        places = [
            (s, r * stride[0] + i, c * stride[1] + j, k)
            for i in range(size[0])
            for j in range(size[1])
        ]
        if largest:
            # max returns the first of several largest.
            winner = max(places, key=lambda place: x[place])
            output[s, r, c, k] = x[winner]
            d_x[winner] += d_output[s, r, c, k]
        else:
            output[s, r, c, k] = sum(x[place] for place in places) / len(places)
            for place in places:
                d_x[place] += d_output[s, r, c, k] / len(places)
    return output, d_x


@pytest.mark.parametrize("Pooling", [MaxPooling2D, AveragePooling2D])
@given(
    st.integers(0, 3),
    st.tuples(*[st.integers(1, 6)] * 2),
    st.integers(1, 3),
    pairs,
    pairs,
    st.booleans(),
)
def test_pooling_against_loops(Pooling, samples, picture, channels, size, stride, ties):
    assume(size[0] <= picture[0] and size[1] <= picture[1])
    layer = Pooling(size, stride)
    x = normal(samples, *picture, channels)
    # With ties: three values only, so that nearly every window has several largest.
    x = x.round().clip(-1, 1) if ties else x
    output = layer.forward(x)
    d = normal(*output.shape, seed=2)
    largest = Pooling is MaxPooling2D
    expected, expected_d = naive_pooling(x, size, stride, d, largest)
    close = {"rtol": 1e-12, "atol": 1e-14}
    np.testing.assert_allclose(output, expected, **close)
    np.testing.assert_allclose(layer.backward(d), expected_d, **close)


# Against measured slopes


@every_layer
@pytest.mark.parametrize("samples", [1, 3])
def test_gradients_of_every_entry(build, samples):
    rng = np.random.default_rng(2)
    assert check_layer(build(), normal(samples, *SHAPE), rng=rng) < 1e-6


@pytest.mark.parametrize("c_in", [1, 3])
def test_gradients_in_other_sizes(c_in):
    rng = np.random.default_rng(2)
    layer = conv(c_in, 2, (3, 2), stride=(1, 2), padding="same")
    assert check_layer(layer, normal(2, 3, 4, c_in), rng=rng) < 1e-6
    assert check_layer(conv(c_in, 1, 1), normal(1, 1, 1, c_in), rng=rng) < 1e-6


@every_layer
def test_backward_is_the_transpose_of_the_derivative(build):
    # <J v, u> = <v, J^T u> for any v and u, where J v is a slope along v.
    x, v = normal(3, *SHAPE), normal(3, *SHAPE, seed=2)
    layer, step = build(), 1e-5
    u = normal(*layer.forward(x).shape, seed=3)
    J_v = (build().forward(x + step * v) - build().forward(x - step * v)) / (2 * step)
    assert (J_v * u).sum() == pytest.approx((v * layer.backward(u)).sum(), abs=1e-8)


@pytest.mark.parametrize("name", [name for name in LAYERS if name.startswith("conv")])
def test_without_bias_convolution_is_linear_so_the_same_holds_to_the_last_digits(name):
    layer, v = LAYERS[name](), normal(3, *SHAPE)
    layer.params["b"][...] = 0
    z = layer.forward(v)
    u = normal(*z.shape, seed=3)
    d_x = layer.backward(u)
    assert (z * u).sum() == pytest.approx((v * d_x).sum(), rel=1e-12)
    # And it is linear in W too: <z(W), u> = <W, d_W>.
    W_side = (layer.params["W"] * layer.grads["W"]).sum()
    assert (z * u).sum() == pytest.approx(W_side, rel=1e-12)


# Batches


@every_layer
def test_one_sample_gives_its_row_of_a_batch(build):
    layer, x = build(), normal(4, *SHAPE)
    output = layer.forward(x)
    d = normal(*output.shape, seed=2)
    d_x = layer.backward(d)
    close = {"rtol": 1e-12, "atol": 1e-14}
    for i in range(4):
        one = slice(i, i + 1)
        np.testing.assert_allclose(layer.forward(x[one]), output[one], **close)
        np.testing.assert_allclose(layer.backward(d[one]), d_x[one], **close)


@every_layer
def test_gradients_of_a_batch_are_the_sums_over_its_parts(build):
    layer, x = build(), normal(5, *SHAPE)
    d = normal(*layer.forward(x).shape, seed=2)
    layer.backward(d)
    whole = copy.deepcopy(dict(layer.grads))
    parts = dict.fromkeys(whole, 0.0)
    for part in (slice(0, 2), slice(2, 5)):
        layer.forward(x[part])
        layer.backward(d[part])
        parts = {key: parts[key] + layer.grads[key] for key in parts}
    for key in whole:
        np.testing.assert_allclose(parts[key], whole[key], rtol=1e-12, atol=1e-13)


@every_layer
def test_an_empty_batch_goes_through(build):
    layer = build()
    output = layer.forward(np.ones((0, *SHAPE)))
    assert output.shape == layer.output_shape((0, *SHAPE))
    assert layer.backward(output).shape == (0, *SHAPE)
    assert all((grad == 0).all() for grad in layer.grads.values())


@every_layer
def test_output_shape_is_the_shape_of_the_output(build):
    layer = build()
    shape = layer.forward(normal(4, *SHAPE)).shape
    assert layer.output_shape((4, *SHAPE)) == shape
    assert layer.output_shape((None, *SHAPE)) == (None, *shape[1:])
    assert layer.output_shape((None, None, None, 2)) == (None, None, None, shape[3])


# What convolution means


@given(st.integers(0, 3), st.integers(0, 3))
def test_a_shifted_picture_gives_a_shifted_output(down, right):
    layer, x = conv(), np.zeros((1, 11, 11, 2))
    x[:, 2:6, 2:6] = normal(1, 4, 4, 2)
    shifted = np.roll(x, (down, right), axis=(1, 2))
    expected = np.roll(layer.forward(x), (down, right), axis=(1, 2))
    np.testing.assert_allclose(layer.forward(shifted), expected, atol=1e-12)


def test_a_kernel_of_the_size_of_the_picture_is_a_dense_layer():
    layer, x = conv(2, 3, (6, 5)), normal(4, *SHAPE)
    dense = Dense(60, 3, rng=np.random.default_rng(0), dtype=np.float64)
    dense.params["W"][...] = layer.params["W"].reshape(60, 3)
    dense.params["b"][...] = layer.params["b"]
    np.testing.assert_allclose(
        layer.forward(x)[:, 0, 0], dense.forward(x.reshape(4, 60)), rtol=1e-12
    )


def test_the_number_of_parameters_does_not_depend_on_the_picture():
    layer = conv(3, 64, 5)
    assert layer.n_params == 5 * 5 * 3 * 64 + 64 == 4864
    for size in (28, 56):
        layer.forward(np.zeros((1, size, size, 3)))
        assert layer.n_params == 4864


def test_parameters_have_the_layout_of_keras_and_biases_start_at_zero():
    layer = Conv2D(2, 3, (4, 5), rng=np.random.default_rng(0))
    assert {key: value.shape for key, value in layer.params.items()} == {
        "W": (4, 5, 2, 3),
        "b": (3,),
    }
    np.testing.assert_array_equal(layer.params["b"], 0)
    assert layer.dtype == np.float32


def test_the_initializer_is_used_with_the_shape_of_the_kernels():
    assert not conv(initializer=zeros).params["W"].any()
    rng = np.random.default_rng(0)
    expected = he_normal((3, 3, 2, 3), rng=rng, dtype=np.float64)
    np.testing.assert_array_equal(conv(initializer=he_normal).params["W"], expected)


# In a model


def small_network(dtype=np.float32, seed=0):
    rng = np.random.default_rng(seed)
    return Sequential(
        [
            Conv2D(1, 4, 3, rng=rng, dtype=dtype),
            ReLU(),
            MaxPooling2D(2),
            Conv2D(4, 6, 2, rng=rng, padding="same", dtype=dtype),
            ReLU(),
            AveragePooling2D(3),
            Flatten(),
            Dense(6, 2, rng=rng, dtype=dtype),
        ]
    )


def bars(n, rng):
    """Pictures of a bright line that lies (0) or stands (1)."""
    labels = rng.integers(2, size=n)
    x = 0.1 * rng.normal(size=(n, 8, 8, 1))
    for picture, stands in zip(x[..., 0], labels, strict=True):
        line = picture.T if stands else picture
        line[rng.integers(8)] += 1
    return x, labels


def test_a_network_learns_to_tell_lying_from_standing():
    rng, model = np.random.default_rng(0), small_network()
    x, labels = bars(300, rng)
    options = {"loss": softmax_cross_entropy, "optimizer": Adam(0.01), "rng": rng}
    model.fit(x[:200], labels[:200], epochs=15, batch_size=20, **options)
    answers = model.predict(x[200:]).argmax(axis=1)
    assert (answers == labels[200:]).mean() > 0.95


def test_a_network_of_convolutions_by_measured_slopes():
    model = small_network(np.float64)
    x, labels = bars(3, np.random.default_rng(1))
    _, d_logits = softmax_cross_entropy(model.forward(x), labels)
    model.backward(d_logits)
    grads, step = model.flat_grads.copy(), 1e-6
    for i in range(0, len(grads), 5):
        here = model.flat_params[i]
        losses = []
        for there in (here + step, here - step):
            model.flat_params[i] = there
            losses.append(softmax_cross_entropy(model.forward(x), labels)[0])
        model.flat_params[i] = here
        slope = (losses[0] - losses[1]) / (2 * step)
        assert grads[i] == pytest.approx(slope, abs=1e-8)


def test_the_first_layer_saves_the_gradient_of_the_pictures():
    model = small_network()
    model.forward(np.ones((2, 8, 8, 1)))
    assert model.backward(np.ones((2, 2))) is None
    model.layers[0].needs_input_gradient = True
    model.forward(np.ones((2, 8, 8, 1)))
    assert model.backward(np.ones((2, 2))).shape == (2, 8, 8, 1)


def test_summary_knows_the_sizes_if_it_is_told_the_first():
    model = small_network()
    assert model.summary((None, 8, 8, 1)) == "\n".join(
        [
            "layer                            output        parameters",
            "Conv2D(1, 4, 3)                  (n, 6, 6, 4)          40",
            "ReLU()                           (n, 6, 6, 4)           0",
            "MaxPooling2D(2)                  (n, 3, 3, 4)           0",
            "Conv2D(4, 6, 2, padding='same')  (n, 3, 3, 6)         102",
            "ReLU()                           (n, 3, 3, 6)           0",
            "AveragePooling2D(3)              (n, 1, 1, 6)           0",
            "Flatten()                        (n, 6)                 0",
            "Dense(6, 2)                      (n, 2)                14",
            "total                                                 156",
        ]
    )
    lines = model.summary().splitlines()
    assert "(n, ?, ?, 4)" in lines[1]
    assert "(n, ?) " in lines[7]
    with pytest.raises(ValueError, match="Dense.6, 2. expects 6"):
        model.summary((None, 20, 20, 1))


def test_save_and_load(tmp_path):
    model, other = small_network(), small_network(seed=1)
    model.save(tmp_path / "model.npz")
    other.load(tmp_path / "model.npz")
    x = normal(3, 8, 8, 1)
    np.testing.assert_array_equal(other.predict(x), model.predict(x))


def test_channels_that_do_not_fit_are_seen_when_the_model_is_built():
    message = (
        r"Conv2D\(5, 6, 3\) cannot follow MaxPooling2D\(2\): x has 4 channels, "
        r"Conv2D\(5, 6, 3\) expects 5"
    )
    with pytest.raises(ValueError, match=message):
        Sequential([conv(1, 4), ReLU(), MaxPooling2D(2), conv(5, 6)])


@every_layer
def test_inside_a_model_a_layer_computes_the_same_and_writes_into_nothing(build):
    trusted, other = build(), build()
    trusted.inside_model = True
    x = normal(3, *SHAPE)
    output = other.forward(x)
    x_before = x.copy()
    np.testing.assert_array_equal(trusted.forward(x), output)
    d = normal(*output.shape)
    d_before = d.copy()
    np.testing.assert_array_equal(trusted.backward(d), other.backward(d))
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(d, d_before)


@every_layer
def test_without_need_no_input_gradient_but_all_others(build):
    layer, other = build(), build()
    layer.needs_input_gradient = False
    x = normal(3, *SHAPE)
    d = normal(*other.forward(x).shape)
    layer.forward(x)
    other.backward(d)
    assert layer.backward(d) is None
    for key, grad in other.grads.items():
        np.testing.assert_array_equal(layer.grads[key], grad)


def test_a_gradient_that_a_model_returns_stays_what_it_is():
    # Max pooling uses one array again and again; nobody outside may see that.
    model = Sequential([MaxPooling2D(2)])
    model.layers[0].needs_input_gradient = True
    x = normal(3, 6, 4, 1)
    model.forward(x)
    first = model.backward(np.ones((3, 3, 2, 1)))
    before = first.copy()
    for other in (-x, -x[:2], -x.astype(np.float32)):
        model.forward(other)
        alone = MaxPooling2D(2)
        d = np.ones(alone.forward(other).shape)
        again = model.backward(d)
        np.testing.assert_array_equal(again, alone.backward(d))
        assert again.dtype == other.dtype
    np.testing.assert_array_equal(first, before)


def test_outside_of_models_every_gradient_has_an_array_of_its_own():
    layer, x = MaxPooling2D(2), normal(3, 6, 4, 1)
    layer.forward(x)
    first, second = (layer.backward(np.ones((3, 3, 2, 1))) for _ in "ab")
    assert not np.shares_memory(first, second)


@pytest.mark.parametrize("cache", [1, 200, 10**9])
def test_max_pooling_in_groups_of_any_size(monkeypatch, cache):
    monkeypatch.setattr(convolution, "CACHE", cache)
    layer, x = MaxPooling2D(3, stride=2), normal(7, 6, 5, 2).round()
    d = normal(*layer.forward(x).shape)
    _, d_x = naive_pooling(x, (3, 3), (2, 2), d, True)
    np.testing.assert_allclose(layer.backward(d), d_x, rtol=1e-12, atol=1e-14)


def test_a_nan_that_a_model_has_made_goes_through_max_pooling():
    layer = MaxPooling2D(2)
    layer.inside_model = True
    x = np.array([[1.0, np.nan], [2.0, 3.0]])[None, :, :, None]
    assert np.isnan(layer.forward(x)).all()
    assert layer.backward(np.ones((1, 1, 1, 1))).sum() == 1


# Types


@every_layer
@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int64])
def test_integers_and_booleans_are_cast(build, dtype):
    x = (normal(2, *SHAPE) > 0).astype(dtype)
    np.testing.assert_array_equal(build().forward(x), build().forward(x.astype(float)))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_convolution_computes_in_its_own_type(dtype):
    layer = conv(dtype=dtype)
    for x in (normal(2, *SHAPE), np.ones((2, *SHAPE), int)):
        output = layer.forward(x)
        arrays = [output, layer.backward(np.ones(output.shape)), *layer.grads.values()]
        assert {array.dtype for array in arrays} == {np.dtype(dtype)}


@pytest.mark.parametrize("Pooling", [MaxPooling2D, AveragePooling2D])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_pooling_keeps_the_float_type(Pooling, dtype):
    layer = Pooling(2)
    output = layer.forward(np.ones((2, *SHAPE), dtype))
    assert output.dtype == dtype
    assert layer.backward(np.ones(output.shape)).dtype == dtype


def test_uint8_pixels_do_not_wrap_around():
    layer = conv(1, 1, 1)
    layer.params["W"][...] = 2
    layer.params["b"][...] = -1
    pixels = np.array([[200, 0]], np.uint8)[:, :, None, None]
    assert layer.forward(pixels).ravel().tolist() == [399, -1]
    output = AveragePooling2D((2, 1)).forward(np.full((1, 2, 1, 1), 200, np.uint8))
    assert output == 200


@pytest.mark.parametrize("name", [name for name in LAYERS if "conv" in name])
def test_float32_is_near_float64(name):
    layer = LAYERS[name]()
    small = copy.deepcopy(layer)
    small.dtype = np.dtype(np.float32)
    for arrays in (small._params, small._grads):
        for key, value in arrays.items():
            arrays[key] = value.astype(np.float32)
    x = normal(3, *SHAPE).astype(np.float32)
    output = layer.forward(x)
    d = normal(*output.shape, seed=2).astype(np.float32)
    # Sums of up to 36 products of 7 digits each.
    close = {"rtol": 1e-4, "atol": 1e-5}
    assert small.forward(x).dtype == np.float32
    np.testing.assert_allclose(small.forward(x), output, **close)
    np.testing.assert_allclose(small.backward(d), layer.backward(d), **close)
    for key, grad in layer.grads.items():
        np.testing.assert_allclose(small.grads[key], grad, **close)


# The door


@every_layer
@pytest.mark.parametrize("kind", layouts(np.ones((2, 2))))
def test_layouts_make_no_difference_at_all(build, kind):
    x = normal(3, *SHAPE)
    plain, odd = build(), build()
    output = plain.forward(x)
    d = normal(*output.shape)
    np.testing.assert_array_equal(odd.forward(layouts(x)[kind]), output)
    np.testing.assert_array_equal(odd.backward(layouts(d)[kind]), plain.backward(d))
    for key, grad in plain.grads.items():
        np.testing.assert_array_equal(odd.grads[key], grad)


@every_layer
def test_inputs_are_neither_written_to_nor_handed_back_nor_missed(build):
    layer, x = build(), normal(3, *SHAPE)
    x_before = x.copy()
    output = layer.forward(x)
    d = normal(*output.shape)
    d_before = d.copy()
    d_x = layer.backward(d).copy()
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(d, d_before)
    assert not np.shares_memory(output, x)
    # The gradient is that of the old x; what came out may be written into; and
    # backward twice gives the same twice.
    layer = build()
    output = layer.forward(x)
    x[...] = output[...] = 0
    for _ in range(2):
        np.testing.assert_array_equal(layer.backward(d), d_x)


@every_layer
def test_backward_before_forward_is_refused(build):
    layer = build()
    message = re.escape(f"{layer} has not run forward, so it cannot run backward")
    with pytest.raises(RuntimeError, match=message):
        layer.backward(np.ones((3, 4, 3, 3)))


BAD_INPUTS = [
    (
        3.0,
        TypeError,
        r"x must have shape \(samples, height, width, channels\), got one",
    ),
    (np.ones(4), ValueError, r"samples, height, width, channels\), got \(4,\)"),
    (np.ones((6, 5)), ValueError, r"One grey picture\? Use x\[None, :, :, None\]"),
    (
        np.ones((3, 6, 5)),
        ValueError,
        r"Grey pictures\? Use x\[..., None\]. One with channels\? Use x\[None\]",
    ),
    (np.ones((1, 2, 6, 5, 2)), ValueError, r"got \(1, 2, 6, 5, 2\)"),
    (np.ones((3, 6, 5, 0)), ValueError, r"x has 0 channels \(shape \(3, 6, 5, 0\)\)"),
    *((x, kind, f"x .*{message}|x {message}") for x, kind, message in NOT_REAL),
    *NOT_FINITE,
    (np.full((1, *SHAPE), np.nan), ValueError, r"x\[0, 0, 0, 0\] is nan"),
]


@pytest.mark.parametrize("name", [name for name in LAYERS if name[0] in "cma"])
@pytest.mark.parametrize("x, exception, message", BAD_INPUTS)
def test_what_they_refuse_changes_nothing(name, x, exception, message):
    layer = LAYERS[name]()
    d = normal(*layer.forward(normal(3, *SHAPE)).shape)
    expected = layer.backward(d)
    with pytest.raises(exception, match=message):
        layer.forward(x)
    np.testing.assert_array_equal(layer.backward(d), expected)


@pytest.mark.parametrize(
    "layer, shape, message",
    [
        (
            conv(),
            (3, 6, 5, 4),
            "x has 4 channels, Conv2D(2, 3, 3) expects 2 (x has shape (3, 6, 5, 4))",
        ),
        (
            conv(),
            (3, 2, 6, 5),
            "(x has shape (3, 2, 6, 5)). Channels come last: use np.moveaxis(x, 1, -1)",
        ),
        (
            conv(),
            (3, 6, 2, 2),
            "Conv2D(2, 3, 3) cannot take x of shape (3, 6, 2, 2): a window of 3 does "
            "not fit into 2 pixels",
        ),
        (
            conv(kernel_size=7, padding=1),
            (3, 4, 9, 2),
            "a window of 7 does not fit into 4 pixels with 1 + 1 zeros around them",
        ),
        (
            MaxPooling2D(3),
            (3, 2, 6, 1),
            "MaxPooling2D(3) cannot take x of shape (3, 2, 6, 1): a window of 3 does",
        ),
        (AveragePooling2D((1, 3)), (3, 6, 2, 1), "window of 3 does not fit into 2"),
        (MaxPooling2D(1), (3, 0, 6, 1), "size must be at least 1, got 0"),
        (conv(padding="same"), (3, 6, 0, 2), "size must be at least 1, got 0"),
    ],
)
def test_a_picture_that_does_not_fit_is_refused(layer, shape, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        layer.forward(np.ones(shape))


def test_channels_that_are_right_by_chance_get_no_cure():
    with pytest.raises(ValueError) as caught:
        conv().forward(np.ones((3, 6, 5, 4)))
    assert "moveaxis" not in str(caught.value)


@every_layer
def test_a_gradient_that_does_not_fit_is_refused_before_anything_changes(build):
    layer = build()
    shape = layer.forward(normal(3, *SHAPE)).shape
    layer.backward(np.ones(shape))
    before = copy.deepcopy(dict(layer.grads))
    for bad in ((2, *shape[1:]), shape[1:], (*shape, 1), (1, 1, 1, 1), ()):
        message = f"the output of {layer}, {shape}, got {bad}"
        with pytest.raises(ValueError, match=re.escape(message)):
            layer.backward(np.ones(bad))
    with pytest.raises(ValueError, match=r"d_output\[0, 0, 0, 0\] is nan"):
        layer.backward(np.full(shape, np.nan))
    for key, grad in before.items():
        np.testing.assert_array_equal(layer.grads[key], grad)


@every_layer
@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))]
)
def test_a_copy_computes_the_same_and_shares_nothing(build, twin):
    layer, x = build(), normal(3, *SHAPE)
    layer.forward(x)
    other = twin(layer)
    d = normal(*other.forward(x).shape)
    np.testing.assert_array_equal(other.backward(d), layer.backward(d))
    for key, value in layer.params.items():
        assert not np.shares_memory(value, other.params[key])


# Construction


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: conv(c_in=0), ValueError, "c_in must be at least 1, got 0"),
        (lambda: conv(c_out=-1), ValueError, "c_out must be at least 1, got -1"),
        (lambda: conv(c_out=2.5), ValueError, "c_out must be a whole number, got 2.5"),
        (lambda: conv(kernel_size=0), ValueError, "kernel_size must be at least 1"),
        (
            lambda: conv(kernel_size="3"),
            TypeError,
            "kernel_size must be a whole number",
        ),
        (
            lambda: conv(kernel_size=(3, 0)),
            ValueError,
            "kernel_size must be at least 1",
        ),
        (
            lambda: conv(kernel_size=(3, 3, 3)),
            ValueError,
            r"kernel_size must be one whole number or two, got \(3, 3, 3\)",
        ),
        (lambda: conv(stride=0), ValueError, "stride must be at least 1, got 0"),
        (lambda: conv(stride=(1, -1)), ValueError, "stride must be at least 1, got -1"),
        (
            lambda: conv(stride=True),
            TypeError,
            "stride must be a whole number, got True",
        ),
        (lambda: conv(padding=-1), ValueError, "padding must be at least 0, got -1"),
        (
            lambda: conv(padding="smae"),
            ValueError,
            "padding must be 'valid', 'same' or a whole number, got 'smae'",
        ),
        (
            lambda: conv(padding=(1, 1)),
            TypeError,
            "padding must be a whole number, got",
        ),
        (lambda: conv(dtype=int), TypeError, "dtype must be a float type like"),
        (
            lambda: conv(initializer="zeros"),
            TypeError,
            "initializer must be a function",
        ),
        (
            lambda: conv(initializer=lambda shape, rng, dtype: np.ones(3)),
            ValueError,
            r"must return W with shape \(3, 3, 2, 3\), got \(3,\)",
        ),
        (lambda: conv(dilation=2), TypeError, "unexpected keyword argument 'dilation'"),
        (lambda: Conv2D(1, 2, 3), TypeError, "missing .* keyword-only argument: 'rng'"),
        (lambda: MaxPooling2D(0), ValueError, "pool_size must be at least 1, got 0"),
        (lambda: MaxPooling2D(2.5), ValueError, "pool_size must be a whole number"),
        (lambda: MaxPooling2D(None), TypeError, "pool_size must be a whole number"),
        (
            lambda: MaxPooling2D((2,)),
            ValueError,
            "pool_size must be one whole number or",
        ),
        (
            lambda: AveragePooling2D(2, 0),
            ValueError,
            "stride must be at least 1, got 0",
        ),
        (lambda: AveragePooling2D(2, padding=1), TypeError, "unexpected keyword"),
    ],
)
def test_construction_refuses(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


@pytest.mark.parametrize("rng", NOT_A_GENERATOR, ids=str)
def test_construction_refuses_what_is_no_generator(rng):
    with pytest.raises(TypeError, match="rng must be a numpy Generator, got"):
        Conv2D(1, 2, 3, rng=rng)


def test_sizes_may_be_numpy_integers_and_lists():
    layer = conv(np.int64(2), np.uint8(3), [np.int64(3), 2], stride=np.int64(2))
    assert layer.params["W"].shape == (3, 2, 2, 3)
    assert (layer.window, layer.stride) == ((3, 2), (2, 2))


def test_pools_lie_side_by_side_unless_told():
    assert MaxPooling2D((2, 3)).stride == (2, 3)
    assert AveragePooling2D(3, stride=1).stride == (1, 1)


def test_they_say_what_they_are():
    layers = [
        conv(1, 32, 4),
        conv(1, 2, (1, 9), stride=2, padding="same"),
        conv(stride=(1, 2), padding=1),
        MaxPooling2D(3),
        MaxPooling2D(3, stride=2),
        AveragePooling2D((1, 2), stride=1),
    ]
    assert list(map(str, layers)) == [
        "Conv2D(1, 32, 4)",
        "Conv2D(1, 2, (1, 9), stride=2, padding='same')",
        "Conv2D(2, 3, 3, stride=(1, 2), padding=1)",
        "MaxPooling2D(3)",
        "MaxPooling2D(3, stride=2)",
        "AveragePooling2D((1, 2), stride=1)",
    ]


# Kernels made by hand


@pytest.mark.parametrize("name", KERNELS)
def test_an_even_area_keeps_its_grey_or_becomes_black(name):
    total = 0 if name.startswith(("sobel", "prewitt", "laplacian")) else 1
    assert KERNELS[name].sum() == pytest.approx(total, abs=1e-15)
    output = correlate(np.full((5, 5), 100), KERNELS[name])
    np.testing.assert_allclose(output, 100 * total, atol=1e-12)


def test_what_kernels_say_to_an_edge():
    # Black on the left, white on the right.
    edge = np.tile([0, 0, 0, 100, 100, 100], (3, 1))
    responses = {
        "sobel_x": [0, 400, 400, 0],
        "sobel_y": [0, 0, 0, 0],
        "prewitt_x": [0, 300, 300, 0],
        "prewitt_y": [0, 0, 0, 0],
        "laplacian": [0, 100, -100, 0],
        "sharpen": [0, -100, 200, 100],
        "gaussian": [0, 25, 75, 100],
    }
    for name, expected in responses.items():
        np.testing.assert_allclose(correlate(edge, KERNELS[name])[0], expected)
        turned = name[:-1] + {"x": "y", "y": "x"}.get(name[-1], name[-1])
        np.testing.assert_allclose(correlate(edge.T, KERNELS[turned])[:, 0], expected)


def test_to_sharpen_is_to_subtract_the_laplacian():
    image = normal(6, 7)
    np.testing.assert_allclose(
        correlate(image, KERNELS["sharpen"]),
        image[1:-1, 1:-1] - correlate(image, KERNELS["laplacian"]),
        rtol=1e-12,
    )


def test_the_kernels_are_safe_from_being_changed():
    with pytest.raises(TypeError, match="does not support item assignment"):
        KERNELS["mean"] = 0
    with pytest.raises(ValueError, match="read-only"):
        KERNELS["mean"][0, 0] = 0


@given(st.tuples(*[st.integers(1, 6)] * 2), pairs)
def test_correlate_against_loops(picture, size):
    assume(size[0] <= picture[0] and size[1] <= picture[1])
    image, kernel = normal(*picture), normal(*size, seed=2)
    output = correlate(image, kernel)
    assert output.shape == (picture[0] - size[0] + 1, picture[1] - size[1] + 1)
    for r, c in np.ndindex(output.shape):
        total = 0.0
        for i, j in np.ndindex(size):
            total += image[r + i, c + j] * kernel[i, j]
        assert output[r, c] == pytest.approx(total, rel=1e-11, abs=1e-13)


def test_correlate_is_that_of_scipy_and_a_convolution_layer():
    signal = pytest.importorskip("scipy.signal")
    image, kernel = normal(7, 8), normal(3, 2, seed=2)
    expected = signal.correlate2d(image, kernel, mode="valid")
    np.testing.assert_allclose(correlate(image, kernel), expected, rtol=1e-11)
    layer = conv(1, 1, (3, 2))
    layer.params["W"][:, :, 0, 0] = kernel
    layer.params["b"][...] = 0
    z = layer.forward(image[None, :, :, None])[0, :, :, 0]
    np.testing.assert_allclose(z, expected, rtol=1e-11)


@pytest.mark.parametrize(
    "image, kernel, exception, message",
    [
        (
            np.ones((5, 5, 1)),
            np.ones((3, 3)),
            ValueError,
            "image must have shape .heig",
        ),
        (np.ones(5), np.ones((1, 3)), ValueError, r"image must have .* got \(5,\)"),
        (np.ones((5, 5)), np.ones(3), ValueError, r"kernel must have .* got \(3,\)"),
        (np.ones((5, 0)), np.ones((1, 1)), ValueError, r"image must have .* \(5, 0\)"),
        (
            np.ones((2, 5)),
            np.ones((3, 3)),
            ValueError,
            r"kernel must not be larger than image, \(2, 5\), got \(3, 3\)",
        ),
        (
            np.ones((5, 5)),
            "sobel_x",
            TypeError,
            "kernel must hold real numbers, got str",
        ),
        (np.full((5, 5), np.nan), np.ones((3, 3)), ValueError, "image must be finite"),
    ],
)
def test_correlate_refuses(image, kernel, exception, message):
    with pytest.raises(exception, match=message):
        correlate(image, kernel)
