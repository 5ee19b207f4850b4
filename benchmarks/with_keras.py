"""The works in Keras, as its guide shows them, and in TensorFlow's own operations."""

import keras
import numpy as np
import tensorflow as tf
from works import CNNS, MLPS, TOKENS, WIDTH, data, operands

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def cnn():
    return keras.Sequential(
        [
            keras.layers.Conv2D(32, 4, activation="relu"),
            keras.layers.MaxPooling2D(3),
            keras.layers.Conv2D(64, 4, activation="relu"),
            keras.layers.MaxPooling2D(3),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10),
        ]
    )


def mlp(sizes, bend):
    hidden = [keras.layers.Dense(n, activation=bend) for n in sizes[1:-1]]
    return keras.Sequential([*hidden, keras.layers.Dense(sizes[-1])])


def model_for(work, **options):
    """The compiled model, its batch size and its epochs."""
    if work == "W1":
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        optimizer = keras.optimizers.SGD(0.1)
    else:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = keras.optimizers.Adam()
    if work in CNNS:
        model, batch_size, epochs = cnn(), CNNS[work], 1
    else:
        plan = MLPS[work]
        model = mlp(plan["sizes"], "tanh" if work == "W1" else "relu")
        batch_size, epochs = plan["batch"], plan["epochs"]
    model.compile(optimizer, loss, **options)
    return model, batch_size, epochs


def training(work):
    x, labels = data(work)
    model, batch_size, epochs = model_for(work)
    return lambda: model.fit(x, labels, batch_size=batch_size, epochs=epochs, verbose=0)


def embedding():
    ids, d_output = (tf.constant(array) for array in operands("W5"))
    table = tf.Variable(tf.random.normal((TOKENS, WIDTH)))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            out = tf.gather(table, ids)
        gradient = tape.gradient(out, table, output_gradients=d_output)
        table.scatter_sub(tf.IndexedSlices(0.01 * gradient.values, gradient.indices))

    return step


def both_ways(forward, *variables):
    """One step of an operation and of its gradients for input and variables."""
    (maps,) = (tf.constant(array) for array in operands("W6"))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            tape.watch(maps)
            out = forward(maps)
        return out, tape.gradient(out, [maps, *variables])

    return step


def cross_entropy(work):
    logits, labels = (tf.constant(array) for array in operands(work))
    loss_of = tf.nn.sparse_softmax_cross_entropy_with_logits

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss = tf.reduce_mean(loss_of(labels=labels, logits=logits))
        return loss, tape.gradient(loss, logits)

    return step


def prepare(work):
    """A function that does the work once."""
    if work in MLPS or work in CNNS:
        return training(work)
    if work == "W5":
        return embedding()
    if work == "W6 cross-entropy":
        return cross_entropy(work)
    if work == "W6 softmax":
        logits = tf.constant(operands(work)[0])
        return tf.function(lambda: tf.nn.softmax(logits))
    if work == "W6 batch norm":
        layer = keras.layers.BatchNormalization()
        layer.build(operands(work)[0].shape)
        return both_ways(lambda x: layer(x, training=True), layer.gamma, layer.beta)
    if work == "W6 pool":
        maps = tf.constant(operands(work)[0])
        return tf.function(lambda: tf.nn.max_pool2d(maps, 3, 3, "VALID"))
    if work == "W6 pool, back":
        return both_ways(lambda x: tf.nn.max_pool2d(x, 3, 3, "VALID"))
    if work == "W6 convolution":
        rng = np.random.default_rng(0)
        kernel = tf.Variable(rng.normal(size=(4, 4, 32, 64)).astype(np.float32))
        bias = tf.Variable(tf.zeros(64))
        convolve = lambda x: tf.nn.conv2d(x, kernel, 1, "VALID") + bias  # noqa: E731
        return both_ways(convolve, kernel, bias)
    return None
