"""How much faster is a convolution as one matrix product than as loops?

The first layer of the network for digits, 32 kernels of 4x4 on grey pictures of 28x28,
in two sizes. One kernel on one picture: four nested loops over Python numbers against
one matrix product of all that the window shows with the kernel. And the whole layer for
8 pictures: six loops against `Conv2D.forward`. The ways take turns, so that a busy
moment of the machine hits all of them; the medians are compared. The time is that of
the processor, and BLAS gets one thread.

    python benchmarks/convolution_loops.py

writes convolution_loops.json into the data of the package, where `datasets.measured`
finds it. The chapter on convolution shows its ratios with their date; no test depends
on a timing.
"""

from statistics import median

import numpy as np
from forward_loops import seconds
from report import blas, circumstances, write
from threadpoolctl import threadpool_limits

from nnbook.convolution import Conv2D, windows

PICTURES, PIXELS, KERNELS, KERNEL = 8, 28, 32, 4
ROUNDS = 11


def four_loops(image, kernel):
    """Lists of Python floats: Python's own numbers are faster alone than NumPy's."""
    size = len(image) - len(kernel) + 1
    z = []
    for r in range(size):
        row = []
        for c in range(size):
            total = 0.0
            for i in range(len(kernel)):
                for j in range(len(kernel)):
                    total += image[r + i][c + j] * kernel[i][j]
            row.append(total)
        z.append(row)
    return z


def one_product(image, kernel):
    rows = windows(image[None, :, :, None], kernel.shape).reshape(-1, kernel.size)
    return rows @ kernel.ravel()


def six_loops(images, kernels):
    return [[four_loops(image, kernel) for kernel in kernels] for image in images]


def main():
    rng = np.random.default_rng(0)
    layer = Conv2D(1, KERNELS, KERNEL, rng=rng, dtype=np.float64)
    images = rng.random((PICTURES, PIXELS, PIXELS))
    kernels = np.moveaxis(layer.params["W"][:, :, 0], -1, 0)
    one = (images[0], kernels[0])
    lists = (images.tolist(), kernels.tolist())
    batch = images[..., None]
    np.testing.assert_allclose(np.ravel(four_loops(*one)), one_product(*one))
    np.testing.assert_allclose(
        np.moveaxis(six_loops(*lists), 1, -1), layer.forward(batch)
    )

    times = {"four_loops": [], "one_product": [], "six_loops": [], "layer": []}
    with threadpool_limits(1):
        for _ in range(ROUNDS):
            arguments = (lists[0][0], lists[1][0])
            times["four_loops"].append(seconds(four_loops, arguments, repeats=20))
            times["one_product"].append(seconds(one_product, one, repeats=500))
            times["six_loops"].append(seconds(six_loops, lists))
            times["layer"].append(seconds(layer.forward, (batch,), repeats=100))

    middle = {name: median(values) for name, values in times.items()}
    result = {
        "what": f"{KERNELS} kernels of {KERNEL}x{KERNEL} on {PIXELS}x{PIXELS} pixels",
        "pictures": PICTURES,
        "ratio_one_kernel": round(middle["four_loops"] / middle["one_product"]),
        "ratio_layer": round(middle["six_loops"] / middle["layer"]),
        "microseconds": {name: round(1e6 * s, 1) for name, s in middle.items()},
        "blas": blas(),
    }
    write("convolution_loops", result | circumstances())


if __name__ == "__main__":
    main()
