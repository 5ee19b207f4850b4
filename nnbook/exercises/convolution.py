"""The exercises of chapter 9: slide, move, count, look far, and mend a gradient."""

import numpy as np

from nnbook.convolution import correlate
from nnbook.exercises import NotYet, call, exercise


@exercise
def check_slide(slide):
    """`slide(image, kernel)`: the cross-correlation of two arrays with two axes."""
    rng = np.random.default_rng(9)
    image, kernel = rng.normal(size=(5, 7)), rng.normal(size=(2, 3))
    answer = np.asarray(call(slide, image, kernel), float)
    right = correlate(image, kernel)
    if answer.shape == (4, 6) or answer.shape == (3, 4):
        raise NotYet(
            f"5 rows and a kernel of 2, 7 columns and a kernel of 3: how many places "
            f"are there? Yours has the shape {answer.shape}."
        )
    if answer.shape != right.shape:
        raise NotYet(
            f"A picture of (5, 7) and a kernel of (2, 3) give {right.shape}, and not "
            f"{answer.shape}."
        )
    if np.allclose(answer, right):
        return "Every place has its sum, and the picture need not be square."
    if np.allclose(answer, correlate(image, kernel[::-1, ::-1])):
        raise NotYet(
            "You turned the kernel around. That is the convolution of mathematics; "
            "asked for is the cross-correlation."
        )
    if np.allclose(answer, right / kernel.size):
        raise NotYet("You took the mean of the products. They are added up.")
    raise NotYet(
        f"The shape is right. At row 0, column 0 the sum is {right[0, 0]:.3f}, and you "
        f"have {answer[0, 0]:.3f}."
    )


@exercise
def check_move(move):
    """A kernel of 3x3 that moves the picture by one pixel to the right."""
    if move is ...:
        raise NotYet("Give nine weights, as three lists of three.")
    kernel = np.asarray(move, float)
    if kernel.shape != (3, 3):
        raise NotYet(
            f"A kernel of 3 by 3 has nine weights; the shape is {kernel.shape}."
        )
    dot = np.zeros((7, 7))
    dot[3, 3] = 1
    # A single bright pixel in the middle of 5 by 5 places shows what the kernel does.
    result = correlate(dot, kernel)
    bright = np.argwhere(result)
    if len(bright) != 1 or result.max() != 1:
        raise NotYet(
            f"A single pixel of 1 becomes {len(bright)} pixels with the sum "
            f"{result.sum():g}. It should stay one pixel of 1."
        )
    down, right = bright[0] - 2
    if (down, right) == (0, 1):
        return "Moved. The 1 stands left, because that is where each place looks."
    if (down, right) == (0, 0):
        raise NotYet("The picture stays where it is.")
    if (down, right) == (0, -1):
        raise NotYet(
            "It moves to the left: with the 1 on the right, each place takes its right "
            "neighbour."
        )
    raise NotYet(f"It moves {abs(down)} up or down and {right} to the right.")


@exercise
def check_count(heights, n_parameters):
    """Four heights and the number of parameters of two convolutions and two pools."""
    if ... in (*heights, n_parameters):
        raise NotYet("Give four heights and one number of parameters.")
    right = [60, 30, 15, 3]
    if len(heights) != 4:
        raise NotYet(f"There are four layers, and you gave {len(heights)} heights.")
    if any(h != int(h) for h in heights):
        raise NotYet("A map has a whole number of rows: round down.")
    for k, (height, wanted) in enumerate(zip(heights, right, strict=True)):
        if height == wanted:
            continue
        why = [
            "without padding a kernel of 5 has 4 places fewer than there are pixels",
            "blocks of 2 lie side by side",
            "there are 32 pixels with the zeros; round down, and add 1 at the end",
            "blocks that are not full are dropped",
        ][k]
        raise NotYet(f"After layer {k + 1} the height is not {height}: {why}.")
    weights = {"first": 5 * 5 * 3 * 16, "second": 3 * 3 * 16 * 32}
    total = sum(weights.values())
    if n_parameters == total + 48:
        return "All right: 5,856 parameters, and no pixel was asked for its weight."
    told = {
        total: "The biases are missing: one for each kernel.",
        5 * 5 * 16 + 3 * 3 * 32 + 48: "A kernel has a table for each channel that "
        "comes in: 3 at the first layer, 16 at the second.",
        5 * 5 * 3 * 16 + 3 * 3 * 32 + 48: "16 channels come into the second "
        "convolution.",
        5 * 5 * 16 + 3 * 3 * 16 * 32 + 48: "The picture has three colours.",
    }
    raise NotYet(
        told.get(
            n_parameters,
            f"The heights are right. The first convolution alone has "
            f"{weights['first'] + 16:,} parameters.",
        )
    )


@exercise
def check_field(field):
    """`field(layers)` of a list of (window, stride): pixels along one axis."""
    one = call(field, [(5, 2)])
    if one != 5:
        raise NotYet(f"A single window of 5 sees 5 pixels, not {one}.")
    plain = call(field, [(3, 1), (3, 1), (3, 1)])
    if plain in (9, 27):
        raise NotYet(
            f"Three windows of 3 with stride 1 overlap: together they see 7 pixels, "
            f"not {plain}."
        )
    if plain != 7:
        raise NotYet(f"Three windows of 3 with stride 1 see 7 pixels, not {plain}.")
    pooled = call(field, [(4, 1), (3, 3), (4, 1), (3, 3)])
    if pooled == 21:
        return "It sees 21 of the 28 pixels, as the gradient said."
    if pooled == 11:
        raise NotYet("You left out the strides: a step after a pool is 3 pixels long.")
    if pooled == 17:
        raise NotYet(
            "The network of the chapter sees 21 pixels, you have 17. The strides "
            "multiply: each counts for all layers behind it."
        )
    raise NotYet(f"The network of the chapter sees 21 pixels, and you have {pooled}.")


@exercise
def check_back(back_to_pixels):
    """`back_to_pixels(d_z, kernel, stride)`: the gradient by the picture."""
    rng = np.random.default_rng(5)
    d_z, kernel = rng.normal(size=(3, 4)), rng.normal(size=(3, 2))
    for stride in (3, 1, 2):
        answer = np.asarray(call(back_to_pixels, d_z, kernel, stride), float)
        right = _gradient_by_picture(d_z, kernel, stride)
        if answer.shape != right.shape:
            raise NotYet(
                f"With stride {stride} the picture had the shape {right.shape}; the "
                f"gradient has {answer.shape}."
            )
        if np.allclose(answer, right):
            continue
        if np.allclose(answer, _gradient_by_picture(d_z, kernel[::-1, ::-1], stride)):
            raise NotYet(
                "Each place gives to the pixels through the weights that it read them "
                "with, so nothing is turned around here."
            )
        row, column = np.argwhere(~np.isclose(answer, right))[0]
        raise NotYet(
            f"With stride {stride}, the pixel at row {row}, column {column} should get "
            f"{right[row, column]:.3f} and gets {answer[row, column]:.3f}. How many "
            f"windows see it?"
        )
    return "Mended. Pixels that several windows see get a share from each."


def _gradient_by_picture(d_z, kernel, stride):
    """Weight by weight, not place by place: another way than the reader's."""
    (rows, columns), (h, w) = d_z.shape, kernel.shape
    d_x = np.zeros(((rows - 1) * stride + h, (columns - 1) * stride + w))
    for (i, j), weight in np.ndenumerate(kernel):
        down = slice(i, i + (rows - 1) * stride + 1, stride)
        right = slice(j, j + (columns - 1) * stride + 1, stride)
        d_x[down, right] += d_z * weight
    return d_x
