"""Which starts and rates let a recurrent layer keep a sign over many steps?

The chapter on sequences trains one simple recurrent layer and one LSTM on
`datasets.marked_signs`. One training is a matter of luck, so here are more: starts and
learning rates, for twice as many epochs, and how many signs each got right. An LSTM has
four times as many weights as a simple layer of its width, so there is also a simple
layer with as many weights.

    python benchmarks/gates.py

writes gates.json into the data of the package, where `datasets.measured` finds it.
"""

import keras
import numpy as np
from report import circumstances, write

from nnbook.datasets import marked_signs
from nnbook.initializers import glorot_uniform, orthogonal

STEPS, UNITS, EPOCHS = 50, 16, 20
AS_MANY_WEIGHTS = 34  # 34 * (2 + 34 + 1) = 1258; the LSTM: 4 * 16 * (2 + 16 + 1) = 1216
STARTS, RATES = 4, (0.003, 0.01, 0.02)


def first_weights(layer, rng):
    """What Keras draws itself, drawn by `rng`: turns for the way from step to step."""
    W, U, b = layer.get_weights()
    n = len(U)
    turns = [orthogonal((n, n), rng=rng) for _ in range(U.shape[1] // n)]
    layer.set_weights([glorot_uniform(W.shape, rng=rng), np.hstack(turns), b])


def right_after_training(kind, units, start, rate, samples, new_samples):
    rng = np.random.default_rng(start)
    layers = [kind(units), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((STEPS, 2)), *layers])
    first_weights(layers[0], rng)
    last = [glorot_uniform((units, 1), rng=rng), np.zeros(1)]
    layers[1].set_weights(last)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss)
    x, y = samples
    model.fit(x, y, epochs=EPOCHS, batch_size=50, shuffle=False, verbose=0)
    x, y = new_samples
    return np.mean((model.predict(x, verbose=0)[:, 0] > 0) == y)


def main():
    samples = marked_signs(1000, rng=np.random.default_rng(0), steps=STEPS)
    new_samples = marked_signs(1000, rng=np.random.default_rng(1), steps=STEPS)
    kinds = {
        "SimpleRNN": (keras.layers.SimpleRNN, UNITS),
        "SimpleRNN, wide": (keras.layers.SimpleRNN, AS_MANY_WEIGHTS),
        "LSTM": (keras.layers.LSTM, UNITS),
    }
    right = {
        name: {
            str(rate): [
                round(right_after_training(*kind, s, rate, samples, new_samples), 2)
                for s in range(STARTS)
            ]
            for rate in RATES
        }
        for name, kind in kinds.items()
    }
    result = {
        "what": f"share of signs right after {EPOCHS} epochs, {STEPS} steps, "
        f"{UNITS} units (wide: {AS_MANY_WEIGHTS}), by rate, {STARTS} starts each",
        "right": right,
        "keras": keras.__version__,
    }
    write("gates", result | circumstances())


if __name__ == "__main__":
    main()
