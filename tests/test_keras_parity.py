"""nnbook against Keras: the same weights, the same numbers.

Everything is compared in float64, where the two may differ in the last digits only.
TensorFlow keeps two constants in float32 even so: the square root of 2 in gelu and the
slope of leaky_relu. So slopes are chosen that float32 can hold, and gelu is compared
twice, to 7 digits with Keras's and to 12 with the same formula in TensorFlow.
"""

import numpy as np
import pytest

from nnbook import (
    activations,
    convolution,
    embedding,
    initializers,
    layers,
    normalization,
)
from nnbook.neuron import logistic_gradient

pytestmark = pytest.mark.keras

# Rounding of sums of a few products.
CLOSE = {"rtol": 1e-12, "atol": 1e-12}
# For gelu: what a constant in float32 leaves.
SEVEN_DIGITS = {"rtol": 1e-6, "atol": 1e-7}

SLOPE = 0.125  # exact in float32

# Our name -> Keras's name, and the arguments of both.
ACTIVATIONS = {
    "linear": ("linear", {}, {}),
    "sigmoid": ("sigmoid", {}, {}),
    "tanh": ("tanh", {}, {}),
    "relu": ("relu", {}, {}),
    "leaky_relu": ("leaky_relu", {"alpha": SLOPE}, {"negative_slope": SLOPE}),
    "elu": ("elu", {}, {}),
    "gelu": ("gelu", {}, {}),
    "softplus": ("softplus", {}, {}),
}
LAYERS = {
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "GELU": "gelu",
    "Softplus": "softplus",
}


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def keras(tf):
    return pytest.importorskip("keras")


def value_and_slope(tf, function, z):
    z = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = function(z)
    return value.numpy(), tape.gradient(value, z).numpy()


POINTS = {
    # Zero included, where relu and its kin have a corner.
    "near zero": np.linspace(-6, 6, 241),
    "far away": np.array([-1000.0, -300, -40, -20, 20, 40, 300, 1000]),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("points", POINTS)
def test_activations_and_their_derivatives(tf, keras, name, points):
    keras_name, ours, theirs = ACTIVATIONS[name]
    z = POINTS[points]
    function = getattr(keras.activations, keras_name)
    value, slope = value_and_slope(tf, lambda z: function(z, **theirs), z)
    close = SEVEN_DIGITS if name == "gelu" else CLOSE
    np.testing.assert_allclose(getattr(activations, name)(z, **ours), value, **close)
    derivative = getattr(activations, name + "_grad")
    np.testing.assert_allclose(derivative(z, **ours), slope, **close)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_in_float32(tf, keras, name):
    keras_name, ours, theirs = ACTIVATIONS[name]
    z = POINTS["near zero"].astype(np.float32)
    function = getattr(keras.activations, keras_name)
    value, slope = value_and_slope(tf, lambda z: function(z, **theirs), z)
    derivative = getattr(activations, name + "_grad")
    # Slopes go to 0 in the tails, where float32 leaves 7 digits of what was subtracted.
    close = {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(getattr(activations, name)(z, **ours), value, **close)
    np.testing.assert_allclose(derivative(z, **ours), slope, **close)


def test_gelu_to_twelve_digits(tf):
    def gelu(z):
        return z * (1 + tf.math.erf(z / tf.sqrt(tf.constant(2.0, "float64")))) / 2

    for z in POINTS.values():
        value, slope = value_and_slope(tf, gelu, z)
        np.testing.assert_allclose(activations.gelu(z), value, **CLOSE)
        np.testing.assert_allclose(activations.gelu_grad(z), slope, **CLOSE)


@pytest.mark.parametrize("alpha", [0.25, 1.0])
def test_leaky_relu_with_another_alpha(tf, keras, alpha):
    z = POINTS["near zero"]
    value, slope = value_and_slope(
        tf, lambda z: keras.activations.leaky_relu(z, negative_slope=alpha), z
    )
    np.testing.assert_allclose(activations.leaky_relu(z, alpha), value, **CLOSE)
    np.testing.assert_allclose(activations.leaky_relu_grad(z, alpha), slope, **CLOSE)


@pytest.mark.parametrize("alpha", [0.5, 2.0])
def test_elu_with_another_alpha(tf, keras, alpha):
    z = POINTS["near zero"]
    value, slope = value_and_slope(tf, lambda z: keras.activations.elu(z, alpha), z)
    np.testing.assert_allclose(activations.elu(z, alpha), value, **CLOSE)
    np.testing.assert_allclose(activations.elu_grad(z, alpha), slope, **CLOSE)


def test_gelu_is_the_exact_form_and_not_the_approximation(keras):
    z = POINTS["near zero"]
    approximation = np.asarray(keras.activations.gelu(z, approximate=True))
    assert abs(activations.gelu(z) - approximation).max() > 1e-4


def gradients(tf, model, x, d_output):
    """Output, gradient by x, and gradients by the weights, in Keras's order."""
    x = tf.constant(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        output = model(x, training=False)
        loss = tf.reduce_sum(output * tf.constant(d_output))
    d_weights = tape.gradient(loss, model.trainable_variables)
    return output.numpy(), tape.gradient(loss, x).numpy(), d_weights


@pytest.mark.parametrize("samples", [1, 5])
@pytest.mark.parametrize("sizes", [(4, 3), (1, 1), (7, 1), (1, 6)])
def test_dense(tf, keras, sizes, samples):
    rng = np.random.default_rng(0)
    ours = layers.Dense(*sizes, rng=rng, dtype=np.float64)
    ours.params["b"][...] = rng.normal(size=sizes[1])
    theirs = keras.layers.Dense(sizes[1], dtype="float64")
    theirs.build((None, sizes[0]))
    theirs.set_weights([ours.params["W"], ours.params["b"]])
    x = rng.normal(size=(samples, sizes[0]))
    d_output = rng.normal(size=(samples, sizes[1]))
    output, d_x, (d_W, d_b) = gradients(tf, theirs, x, d_output)
    np.testing.assert_allclose(ours.forward(x), output, **CLOSE)
    np.testing.assert_allclose(ours.backward(d_output), d_x, **CLOSE)
    np.testing.assert_allclose(ours.grads["W"], d_W, **CLOSE)
    np.testing.assert_allclose(ours.grads["b"], d_b, **CLOSE)


def test_dense_in_float32(tf, keras):
    rng = np.random.default_rng(0)
    ours = layers.Dense(50, 20, rng=rng)
    theirs = keras.layers.Dense(20)
    theirs.build((None, 50))
    theirs.set_weights([ours.params["W"], ours.params["b"]])
    x = rng.normal(size=(8, 50)).astype(np.float32)
    d_output = rng.normal(size=(8, 20)).astype(np.float32)
    output, d_x, (d_W, d_b) = gradients(tf, theirs, x, d_output)
    # float32 has 7 digits, and the sums have up to 50 terms.
    close = {"rtol": 1e-5, "atol": 1e-5}
    np.testing.assert_allclose(ours.forward(x), output, **close)
    np.testing.assert_allclose(ours.backward(d_output), d_x, **close)
    np.testing.assert_allclose(ours.grads["W"], d_W, **close)
    np.testing.assert_allclose(ours.grads["b"], d_b, **close)


@pytest.mark.parametrize("name", LAYERS)
def test_a_stack_of_layers(tf, keras, name):
    rng = np.random.default_rng(0)
    keras_name, options, keras_options = ACTIVATIONS[LAYERS[name]]
    Bend = getattr(layers, name)
    ours = [
        layers.Flatten(),
        layers.Dense(12, 5, rng=rng, dtype=np.float64),
        Bend(**options),
        layers.Residual(
            layers.Dense(5, 4, rng=rng, dtype=np.float64),
            Bend(**options),
            layers.Dense(4, 5, rng=rng, dtype=np.float64),
        ),
        layers.Dense(5, 3, rng=rng, dtype=np.float64),
    ]

    def bend(z):
        return getattr(keras.activations, keras_name)(z, **keras_options)

    def dense(n_out):
        return keras.layers.Dense(n_out, dtype="float64")

    start = keras.Input((2, 3, 2), dtype="float64")
    below = bend(dense(5)(keras.layers.Flatten(dtype="float64")(start)))
    change = dense(5)(bend(dense(4)(below)))
    theirs = keras.Model(start, dense(3)(below + change))
    weights = [value for layer in ours for value in layer.params.values()]
    for value in weights:
        value[...] = rng.normal(size=value.shape)
    theirs.set_weights(weights)

    x, d_output = rng.normal(size=(6, 2, 3, 2)), rng.normal(size=(6, 3))
    output, d_x, d_weights = gradients(tf, theirs, x, d_output)
    close = SEVEN_DIGITS if name == "GELU" else CLOSE
    result = x
    for layer in ours:
        result = layer.forward(result)
    np.testing.assert_allclose(result, output, **close)
    d = d_output
    for layer in reversed(ours):
        d = layer.backward(d)
    np.testing.assert_allclose(d, d_x, **close)
    grads = [value for layer in ours for value in layer.grads.values()]
    for ours_d, theirs_d in zip(grads, d_weights, strict=True):
        np.testing.assert_allclose(ours_d, theirs_d, **close)


def test_dropout_scales_like_keras_and_is_off_unless_training(keras):
    x = np.ones((100, 100), np.float32)
    theirs = keras.layers.Dropout(0.2, seed=0)
    ours = layers.Dropout(0.2, rng=np.random.default_rng(0))
    values = np.unique(np.asarray(theirs(x, training=True)))
    np.testing.assert_allclose(np.unique(ours.forward(x, training=True)), values)
    np.testing.assert_array_equal(ours.forward(x), np.asarray(theirs(x)))


NORMALIZATIONS = ["BatchNormalization", "LayerNormalization"]
# float32 has 7 digits; subtracting a mean of 3 and dividing cost one or two.
IN_FLOAT32 = {"rtol": 1e-4, "atol": 1e-5}


def twins(keras, name, shape, dtype, seed=0, **options):
    """The same normalization of ours and of Keras, with the same numbers in it."""
    n, rng = shape[-1], np.random.default_rng(seed)
    ours = getattr(normalization, name)(n, dtype=dtype, **options)
    theirs = getattr(keras.layers, name)(dtype=np.dtype(dtype).name, **options)
    theirs.build((None, *shape[1:]))
    for value in [*ours.params.values(), *ours.state.values()]:
        value[...] = rng.uniform(0.5, 2, size=n)
    theirs.set_weights([*ours.params.values(), *ours.state.values()])
    return ours, theirs


def compare_normalizations(tf, ours, theirs, shape, training, close, seed=1):
    """One forward and backward of both: output, all gradients, running averages."""
    rng = np.random.default_rng(seed)
    x = tf.constant(3 + rng.normal(size=shape), ours.dtype)
    d_output = rng.normal(size=shape).astype(ours.dtype)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        output = theirs(x, training=training)
        loss = tf.reduce_sum(output * tf.constant(d_output))
    np.testing.assert_allclose(ours.forward(x.numpy(), training), output, **close)
    d_x = tape.gradient(loss, x).numpy()
    np.testing.assert_allclose(ours.backward(d_output), d_x, **close)
    # Long sums of such numbers: what rounding leaves grows with their length.
    sums = close | {"atol": close["atol"] * np.prod(shape[:-1])}
    for name in ("gamma", "beta"):
        expected = tape.gradient(loss, getattr(theirs, name)).numpy()
        np.testing.assert_allclose(ours.grads[name], expected, **sums)
    for name, value in ours.state.items():
        expected = getattr(theirs, name).numpy()
        np.testing.assert_allclose(value, expected, **close)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", NORMALIZATIONS)
@pytest.mark.parametrize("shape", [(5, 4), (1, 4), (7, 1), (3, 5, 6, 2), (1, 4, 3, 2)])
def test_normalization(tf, keras, name, shape, training):
    ours, theirs = twins(keras, name, shape, np.float64)
    compare_normalizations(tf, ours, theirs, shape, training, CLOSE)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", NORMALIZATIONS)
@pytest.mark.parametrize("shape", [(32, 10), (8, 14, 14, 6)])
def test_normalization_in_float32(tf, keras, name, shape, training):
    ours, theirs = twins(keras, name, shape, np.float32)
    compare_normalizations(tf, ours, theirs, shape, training, IN_FLOAT32)


@pytest.mark.parametrize(
    "name, options",
    [
        ("BatchNormalization", {"momentum": 0.5, "epsilon": 0.25}),
        ("LayerNormalization", {"epsilon": 0.25}),
    ],
)
def test_normalization_with_other_numbers(tf, keras, name, options):
    ours, theirs = twins(keras, name, (6, 3), np.float64, **options)
    compare_normalizations(tf, ours, theirs, (6, 3), True, CLOSE)


def test_the_defaults_of_normalization(keras):
    for name in NORMALIZATIONS:
        ours, theirs = twins(keras, name, (6, 3), np.float32)
        assert ours.epsilon == theirs.epsilon
    ours, theirs = twins(keras, "BatchNormalization", (6, 3), np.float32)
    assert ours.momentum == theirs.momentum
    fresh = keras.layers.BatchNormalization()
    fresh.build((None, 3))
    ours = normalization.BatchNormalization(3)
    first = [*ours.params.values(), *ours.state.values()]
    for value, expected in zip(first, fresh.get_weights(), strict=True):
        np.testing.assert_array_equal(value, expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_running_averages_after_several_batches(tf, keras, dtype):
    close = CLOSE if dtype == np.float64 else IN_FLOAT32
    shapes = [(4, 5, 5, 3), (1, 5, 5, 3), (8, 2, 3, 3), (4, 5, 5, 3), (2, 1, 1, 3)]
    ours, theirs = twins(keras, "BatchNormalization", shapes[0], dtype, momentum=0.9)
    for seed, shape in enumerate(shapes):
        compare_normalizations(tf, ours, theirs, shape, True, close, seed)
    compare_normalizations(tf, ours, theirs, (4, 5, 5, 3), False, close)


CONVOLUTIONS = [
    # Pictures (height, width, channels), kernels, their size, and options of both.
    ((6, 6, 1), 3, 3, {}),
    ((7, 5, 3), 2, (2, 3), {}),
    ((1, 9, 1), 2, (1, 4), {}),
    ((4, 4, 2), 2, 4, {}),
    ((7, 5, 2), 3, 3, {"padding": "same"}),
    ((7, 5, 2), 3, (4, 2), {"padding": "same"}),
    ((7, 6, 2), 3, 3, {"padding": "same", "stride": 2}),
    ((6, 7, 1), 2, (2, 5), {"padding": "same", "stride": (3, 2)}),
    ((5, 5, 2), 2, 1, {"padding": "same", "stride": 3}),
    ((9, 8, 2), 2, 3, {"stride": (2, 3)}),
    ((28, 28, 1), 4, 4, {}),
]


def keras_options(options):
    return {{"stride": "strides"}.get(key, key): options[key] for key in options}


def conv_twins(keras, shape, kernels, size, options, dtype):
    rng = np.random.default_rng(0)
    name = np.dtype(dtype).name
    theirs = keras.layers.Conv2D(kernels, size, dtype=name, **keras_options(options))
    theirs.build((None, *shape))
    ours = convolution.Conv2D(shape[2], kernels, size, rng=rng, dtype=dtype, **options)
    ours.params["b"][...] = rng.normal(size=kernels)
    # The same layout: our arrays go into Keras as they are.
    theirs.set_weights([ours.params["W"], ours.params["b"]])
    return ours, theirs


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("shape, kernels, size, options", CONVOLUTIONS)
def test_convolution(tf, keras, shape, kernels, size, options, samples):
    ours, theirs = conv_twins(keras, shape, kernels, size, options, np.float64)
    x = np.random.default_rng(1).normal(size=(samples, *shape))
    z = ours.forward(x)
    d_output = np.random.default_rng(2).normal(size=z.shape)
    output, d_x, (d_W, d_b) = gradients(tf, theirs, x, d_output)
    np.testing.assert_allclose(z, output, **CLOSE)
    np.testing.assert_allclose(ours.backward(d_output), d_x, **CLOSE)
    np.testing.assert_allclose(ours.grads["W"], d_W, **CLOSE)
    np.testing.assert_allclose(ours.grads["b"], d_b, **CLOSE)


def test_convolution_in_float32(tf, keras):
    shape = (12, 11, 5)
    ours, theirs = conv_twins(keras, shape, 6, 3, {"padding": "same"}, np.float32)
    x = np.random.default_rng(1).normal(size=(8, *shape)).astype(np.float32)
    d_output = np.random.default_rng(2).normal(size=(8, 12, 11, 6)).astype(np.float32)
    output, d_x, (d_W, d_b) = gradients(tf, theirs, x, d_output)
    # float32 has 7 digits, and the sums have up to a thousand terms.
    close = {"rtol": 1e-4, "atol": 1e-4}
    np.testing.assert_allclose(ours.forward(x), output, **close)
    np.testing.assert_allclose(ours.backward(d_output), d_x, **close)
    np.testing.assert_allclose(ours.grads["W"], d_W, **close)
    np.testing.assert_allclose(ours.grads["b"], d_b, **close)


def test_an_explicit_padding_is_zeros_around_the_picture(tf, keras):
    ours, theirs = conv_twins(keras, (6, 5, 2), 3, 3, {}, np.float64)
    padded = convolution.Conv2D(
        2, 3, 3, padding=2, rng=np.random.default_rng(0), dtype=np.float64
    )
    padded.params["b"][...] = ours.params["b"]
    x = np.random.default_rng(1).normal(size=(2, 6, 5, 2))
    expected = theirs(tf.pad(x, [[0, 0], [2, 2], [2, 2], [0, 0]])).numpy()
    np.testing.assert_allclose(padded.forward(x), expected, **CLOSE)


POOLS = [
    ((6, 6, 2), 2, {}),
    ((25, 25, 3), 3, {}),
    ((7, 5, 2), (2, 3), {}),
    ((7, 5, 2), 3, {"stride": 1}),
    ((9, 8, 2), 3, {"stride": 2}),
    ((9, 8, 1), 2, {"stride": (3, 1)}),
    ((1, 6, 1), (1, 6), {}),
]


@pytest.mark.parametrize("name", ["MaxPooling2D", "AveragePooling2D"])
@pytest.mark.parametrize("values", ["different", "tied", "equal"])
@pytest.mark.parametrize("shape, size, options", POOLS)
def test_pooling(tf, keras, name, shape, size, options, values):
    ours = getattr(convolution, name)(size, **options)
    theirs = getattr(keras.layers, name)(
        size, dtype="float64", **keras_options(options)
    )
    x = np.random.default_rng(1).normal(size=(3, *shape))
    # After a relu many a window holds nothing but zeros. All get the same answer.
    x = {"different": x, "tied": np.maximum(x.round(), 0), "equal": 0 * x}[values]
    output = ours.forward(x)
    d_output = np.random.default_rng(2).normal(size=output.shape)
    expected, d_x, _ = gradients(tf, theirs, x, d_output)
    np.testing.assert_allclose(output, expected, **CLOSE)
    np.testing.assert_allclose(ours.backward(d_output), d_x, **CLOSE)


def test_the_network_of_the_notes(tf, keras):
    rng = np.random.default_rng(0)
    ours = [
        convolution.Conv2D(1, 32, 4, rng=rng, dtype=np.float64),
        layers.ReLU(),
        convolution.MaxPooling2D(3),
        convolution.Conv2D(32, 64, 4, rng=rng, dtype=np.float64),
        layers.ReLU(),
        convolution.MaxPooling2D(3),
        layers.Flatten(),
        layers.Dense(64, 64, rng=rng, dtype=np.float64),
        layers.ReLU(),
        layers.Dense(64, 10, rng=rng, dtype=np.float64),
    ]
    options = {"dtype": "float64"}
    theirs = keras.Sequential(
        [
            keras.Input((28, 28, 1), **options),
            keras.layers.Conv2D(32, 4, activation="relu", **options),
            keras.layers.MaxPooling2D(3, **options),
            keras.layers.Conv2D(64, 4, activation="relu", **options),
            keras.layers.MaxPooling2D(3, **options),
            keras.layers.Flatten(**options),
            keras.layers.Dense(64, activation="relu", **options),
            keras.layers.Dense(10, **options),
        ]
    )
    theirs.set_weights([value for layer in ours for value in layer.params.values()])
    assert sum(layer.n_params for layer in ours) == theirs.count_params() == 38_186
    x, d_output = rng.random((4, 28, 28, 1)), rng.normal(size=(4, 10))
    output, d_x, d_weights = gradients(tf, theirs, x, d_output)
    result = x
    for layer in ours:
        result = layer.forward(result)
    np.testing.assert_allclose(result, output, **CLOSE)
    d = d_output
    for layer in reversed(ours):
        d = layer.backward(d)
    np.testing.assert_allclose(d, d_x, **CLOSE)
    grads = [value for layer in ours for value in layer.grads.values()]
    for ours_d, theirs_d in zip(grads, d_weights, strict=True):
        np.testing.assert_allclose(ours_d, theirs_d, **CLOSE)


@pytest.mark.parametrize("shape", [(4,), (1, 1), (5, 3), (2, 3, 4)])
def test_embedding(tf, keras, shape):
    rng = np.random.default_rng(0)
    ours = embedding.Embedding(7, 3, rng=rng, dtype=np.float64)
    theirs = keras.layers.Embedding(7, 3, dtype="float64")
    theirs.build()
    theirs.set_weights([ours.params["W"]])
    ids, d_output = rng.integers(7, size=shape), rng.normal(size=(*shape, 3))
    with tf.GradientTape() as tape:
        output = theirs(tf.constant(ids))
        loss = tf.reduce_sum(output * tf.constant(d_output))
    [d_W] = tape.gradient(loss, theirs.trainable_variables)
    np.testing.assert_array_equal(ours.forward(ids), output)
    ours.backward(d_output)
    np.testing.assert_allclose(ours.grads["W"], tf.convert_to_tensor(d_W), **CLOSE)
    # TensorFlow has a sparse form, too, with one row for every place in the batch.
    assert isinstance(d_W, tf.IndexedSlices)
    found, rows = ours.row_gradient(d_output)
    assert set(found) == set(d_W.indices.numpy().tolist())
    sums = tf.math.unsorted_segment_sum(d_W.values, d_W.indices, 7).numpy()
    np.testing.assert_allclose(rows, sums[found], **CLOSE)


def test_the_first_table_of_an_embedding_has_the_spread_of_keras(keras):
    theirs = keras.layers.Embedding(300, 400)
    theirs.build()
    table = theirs.get_weights()[0]
    ours = embedding.Embedding(300, 400, rng=np.random.default_rng(0)).params["W"]
    # Two variances of 120,000 numbers each.
    assert ours.var() == pytest.approx(table.var(), rel=0.03)
    assert abs(ours).max() == pytest.approx(abs(table).max(), rel=1e-3)


def test_one_hot(keras):
    ids = np.array([[3, 0, 1], [2, 2, 0]])
    expected = np.asarray(keras.utils.to_categorical(ids, 4))
    np.testing.assert_array_equal(embedding.one_hot(ids, 4), expected)


@pytest.mark.parametrize(
    "name", ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal"]
)
@pytest.mark.parametrize("shape", [(300, 400), (5, 5, 60, 80)])
def test_initializers_have_the_spread_of_keras(keras, name, shape):
    theirs = np.asarray(getattr(keras.initializers, name)(seed=0)(shape))
    ours = getattr(initializers, name)(shape, rng=np.random.default_rng(0))
    # Two variances of 120,000 numbers each; 0.6 % is one standard deviation.
    assert ours.var() == pytest.approx(theirs.var(), rel=0.03)
    if "uniform" in name:
        assert abs(ours).max() == pytest.approx(abs(theirs).max(), rel=1e-3)


def test_the_logistic_neuron(tf, keras):
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(20, 3)), rng.integers(2, size=20)
    w, b = tf.Variable(rng.normal(size=3)), tf.Variable(0.3, dtype="float64")
    with tf.GradientTape() as tape:
        z = tf.linalg.matvec(tf.constant(x), w) + b
        loss = keras.losses.binary_crossentropy(
            tf.constant(labels, "float64"), z, from_logits=True
        )
    d_w, d_b = tape.gradient(loss, [w, b])
    ours = logistic_gradient(x, labels, w.numpy(), float(b.numpy()))
    for mine, theirs in zip(ours, (loss, d_w, d_b), strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), **CLOSE)
