"""How much does it cost to multiply a one-hot vector by a table, and not look it up?

A table of 100,000 rows of 64 numbers, and a batch of 256 ids. Four ways to get their
rows: the dense one-hot matrix times the table; the same matrix in SciPy's sparse form
(CSR), which stores the ones only; `Embedding.forward`; and NumPy's `take`, which it
uses. And two ways to make a step of gradient descent: on the whole table, with a
gradient that is nearly all zeros, and on the rows that were used. The ways take turns,
so that a busy moment of the machine hits all of them; the medians are compared. The
time is that of the processor, and BLAS gets one thread.

    python benchmarks/embedding_lookup.py

writes embedding_lookup.json into the data of the package, where `datasets.measured`
finds it. The chapter on embeddings shows its ratios with their date; no test depends on
a timing.
"""

from statistics import median

import numpy as np
from forward_loops import seconds
from report import blas, circumstances, write
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from nnbook.embedding import Embedding, one_hot

ROWS, DIM, BATCH = 100_000, 64, 256
RATE, ROUNDS = 0.1, 9


def product(vectors, table):
    return vectors @ table


def step_on_table(layer, d_output):
    layer.backward(d_output)
    layer.params["W"][...] -= RATE * layer.grads["W"]


def step_on_rows(layer, d_output):
    ids, rows = layer.row_gradient(d_output)
    layer.params["W"][ids] -= RATE * rows


def main():
    rng = np.random.default_rng(0)
    layer = Embedding(ROWS, DIM, rng=rng)
    table = layer.params["W"]
    ids = rng.integers(ROWS, size=BATCH)
    dense = one_hot(ids, ROWS)
    sparse = csr_array(dense)
    d_output = rng.normal(size=(BATCH, DIM)).astype(np.float32)
    np.testing.assert_array_equal(dense @ table, layer.forward(ids))
    np.testing.assert_array_equal(sparse @ table, layer.forward(ids))

    ways = {
        "dense": (product, (dense, table), 1),
        "sparse": (product, (sparse, table), 100),
        "layer": (layer.forward, (ids,), 100),
        "take": (np.take, (table, ids, 0), 1000),
        "step_on_table": (step_on_table, (layer, d_output), 3),
        "step_on_rows": (step_on_rows, (layer, d_output), 100),
    }
    times = {name: [] for name in ways}
    with threadpool_limits(1):
        for _ in range(ROUNDS):
            for name, (function, arguments, repeats) in ways.items():
                times[name].append(seconds(function, arguments, repeats))

    middle = {name: median(values) for name, values in times.items()}
    result = {
        "what": f"{BATCH} ids, a table of {ROWS:,} rows of {DIM} numbers",
        "ratio_dense_to_sparse": round(middle["dense"] / middle["sparse"]),
        "ratio_dense_to_layer": round(middle["dense"] / middle["layer"]),
        "ratio_steps": round(middle["step_on_table"] / middle["step_on_rows"]),
        "microseconds": {name: round(1e6 * s, 1) for name, s in middle.items()},
        "blas": blas(),
    }
    write("embedding_lookup", result | circumstances())


if __name__ == "__main__":
    main()
