"""How much faster is one matrix product than the loops that it stands for?

One dense layer of the network for digits, 64 inputs and 25 neurons, is computed for
360 samples in three ways: by three nested loops over Python numbers, by a loop over
samples and neurons with a NumPy product inside, and by `x @ W + b`. The ways take
turns, so that a busy moment of the machine hits all of them; the medians are compared.
The time is that of the processor, and BLAS gets one thread.

    python benchmarks/forward_loops.py

writes forward_loops.json into the data of the package, where `datasets.measured` finds
it. The chapter on networks shows its ratios with their date; no test depends on a
timing.
"""

from statistics import median
from time import process_time

import numpy as np
from report import blas, circumstances, write
from threadpoolctl import threadpool_limits

SAMPLES, INPUTS, NEURONS = 360, 64, 25
ROUNDS = 15


def three_loops(x, W, b):
    """Lists of Python floats: Python's own numbers are faster alone than NumPy's."""
    z = []
    for sample in x:
        row = []
        for j in range(len(b)):
            total = b[j]
            for i in range(len(sample)):
                total += sample[i] * W[i][j]
            row.append(total)
        z.append(row)
    return z


def loop_over_neurons(x, W, b):
    z = np.empty((len(x), len(b)))
    for k in range(len(x)):
        for j in range(len(b)):
            z[k, j] = x[k] @ W[:, j] + b[j]
    return z


def one_product(x, W, b):
    return x @ W + b


def seconds(function, arguments, repeats=1):
    start = process_time()
    for _ in range(repeats):
        function(*arguments)
    return (process_time() - start) / repeats


def main():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(SAMPLES, INPUTS))
    W, b = rng.normal(size=(INPUTS, NEURONS)), rng.normal(size=NEURONS)
    lists = (x.tolist(), W.tolist(), b.tolist())
    np.testing.assert_allclose(three_loops(*lists), one_product(x, W, b))
    np.testing.assert_allclose(loop_over_neurons(x, W, b), one_product(x, W, b))

    times = {"three_loops": [], "loop_over_neurons": [], "one_product": []}
    with threadpool_limits(1):
        for _ in range(ROUNDS):
            times["three_loops"].append(seconds(three_loops, lists))
            times["loop_over_neurons"].append(seconds(loop_over_neurons, (x, W, b)))
            times["one_product"].append(seconds(one_product, (x, W, b), repeats=200))

    middle = {name: median(values) for name, values in times.items()}
    result = {
        "what": f"dense layer, {SAMPLES} samples, {INPUTS} inputs, {NEURONS} neurons",
        "ratio": round(middle["three_loops"] / middle["one_product"]),
        "ratio_loop_over_neurons": round(
            middle["loop_over_neurons"] / middle["one_product"]
        ),
        "microseconds": {name: round(1e6 * s, 1) for name, s in middle.items()},
        "blas": blas(),
    }
    write("forward_loops", result | circumstances())


if __name__ == "__main__":
    main()
