"""The works in Keras with what its documentation offers for speed.

The arrays become a data set of TensorFlow that shuffles and batches by itself, a whole
epoch is one call, and the dense networks are compiled by XLA.
"""

import tensorflow as tf
from with_keras import model_for
from works import CNNS, MLPS, data


def prepare(work):
    """A function that does the work once; single operations are not tuned."""
    if work not in MLPS and work not in CNNS:
        return None
    x, labels = data(work)
    size = CNNS[work] if work in CNNS else MLPS[work]["batch"]
    batches = tf.data.Dataset.from_tensor_slices((x, labels)).cache()
    batches = batches.shuffle(len(x)).batch(size, drop_remainder=True)
    batches = batches.prefetch(tf.data.AUTOTUNE)
    model, _, epochs = model_for(
        work, steps_per_execution=len(batches), jit_compile=work in MLPS
    )
    return lambda: model.fit(batches, epochs=epochs, verbose=0)
