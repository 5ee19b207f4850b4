"""What does a sample cost, depending on how many others are in its batch?

A network 784-128-1 of nnbook, in float32, takes training steps on batches of 2 to 1,024
made-up images: forward, loss, backward, a step of plain SGD. (A single image is left
out: NumPy multiplies one row by one column in another way, which is slower still.) The
sizes take turns, so that a busy moment of the machine hits all of them; the medians are
compared. The time is that of the processor, and BLAS gets one thread.

    python benchmarks/batch_sizes.py

writes batch_sizes.json into the data of the package, where `datasets.measured` finds
it. The chapter on training shows it with its date; no test depends on a timing.
"""

from statistics import median
from time import process_time

import numpy as np
from report import blas, circumstances, write
from threadpoolctl import threadpool_limits

from nnbook.initializers import he_normal
from nnbook.layers import Dense, ReLU
from nnbook.losses import binary_cross_entropy_with_logits
from nnbook.model import Sequential
from nnbook.optimizers import SGD

INPUTS, NEURONS = 784, 128
SIZES = [2**k for k in range(1, 11)]
ROUNDS = 15


def seconds_a_step(model, optimizer, x, y, steps):
    start = process_time()
    for _ in range(steps):
        _, d_z = binary_cross_entropy_with_logits(model.forward(x, training=True), y)
        model.backward(d_z)
        optimizer.step(model.flat_params, model.flat_grads)
    return (process_time() - start) / steps


def main():
    rng = np.random.default_rng(0)
    first = Dense(INPUTS, NEURONS, rng=rng, initializer=he_normal)
    model = Sequential([first, ReLU(), Dense(NEURONS, 1, rng=rng)])
    optimizer = SGD(0.01)
    x = rng.normal(size=(max(SIZES), INPUTS)).astype(np.float32)
    y = rng.integers(2, size=(max(SIZES), 1)).astype(np.float32)

    times = {size: [] for size in SIZES}
    with threadpool_limits(1):
        for _ in range(ROUNDS):
            for size in SIZES:
                steps = max(5, 500 // size)
                step = seconds_a_step(model, optimizer, x[:size], y[:size], steps)
                times[size].append(step)

    per_step = {size: 1e6 * median(values) for size, values in times.items()}
    result = {
        "what": f"training step of a network {INPUTS}-{NEURONS}-1 in nnbook",
        "microseconds_a_step": {n: round(t) for n, t in per_step.items()},
        "microseconds_a_sample": {n: round(t / n, 1) for n, t in per_step.items()},
        "blas": blas(),
    }
    write("batch_sizes", result | circumstances())


if __name__ == "__main__":
    main()
