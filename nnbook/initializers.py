"""Where the weights start: small random numbers, and how small.

If all weights of a layer start equal, its neurons stay twins for ever: they see the
same and learn the same. So weights start at random. If they are too large the signal
grows from layer to layer, if too small it fades. The right spread depends on the number
of inputs that a neuron adds up, its fan-in, and on the way back on the number of
neurons that each input feeds, its fan-out. The chapter on training teaches this.

An initializer is a function of a shape that returns an array of that shape:
`initializer(shape, *, rng, dtype)`. One that you write yourself serves as well.
Shapes are (inputs, outputs) for a dense layer and (height, width, channels in,
channels out) for a convolution.
"""

import math

import numpy as np

from nnbook import checks


def fans(shape):
    """How many inputs a neuron adds up, and how many neurons an input feeds.

    Parameters
    ----------
    shape : tuple of int
        (inputs, outputs) or (height, width, channels in, channels out); anything in
        front of the last two counts as the area of a kernel.

    Returns
    -------
    fan_in, fan_out : int

    Raises
    ------
    ValueError
        If the shape has fewer than two axes or an axis below 1.

    Examples
    --------
    >>> fans((784, 128))
    (784, 128)
    >>> fans((3, 3, 16, 32))  # each output adds up 3 * 3 * 16 inputs
    (144, 288)
    """
    shape = _checked_shape(shape)
    if len(shape) < 2:
        raise ValueError(
            f"shape must be (inputs, outputs) or (height, width, channels in, "
            f"channels out), got {shape}"
        )
    *kernel, n_in, n_out = shape
    area = math.prod(kernel)
    return area * n_in, area * n_out


def zeros(shape, *, rng=None, dtype=np.float32):
    """All zeros: right for biases, fatal for weights.

    Parameters
    ----------
    shape : tuple of int
    rng : numpy.random.Generator, optional
        Not used; here so that all initializers are called alike.
    dtype : float dtype

    Returns
    -------
    ndarray of `dtype`, of the given shape

    Raises
    ------
    ValueError, TypeError
        If the shape is not made of whole numbers of at least 1, or `dtype` is no
        float type.

    Examples
    --------
    >>> zeros((2,))
    array([0., 0.], dtype=float32)
    """
    return np.zeros(_checked_shape(shape), checks.float_type("dtype", dtype))


def glorot_uniform(shape, *, rng, dtype=np.float32):
    """Uniform between -limit and limit, limit = sqrt(6 / (fan_in + fan_out)).

    The variance is 2 / (fan_in + fan_out): halfway between what would keep the signal
    alike on the way forward and the gradient on the way back. Meant for activations
    that are near the identity around zero, such as tanh. The default of Keras.

    Parameters
    ----------
    shape : tuple of int
    rng : numpy.random.Generator
    dtype : float dtype

    Returns
    -------
    ndarray of `dtype`, of the given shape

    Raises
    ------
    ValueError, TypeError
        If the shape has no fans, `rng` is no Generator or `dtype` no float type.

    References
    ----------
    X. Glorot and Y. Bengio (2010), "Understanding the difficulty of training deep
    feedforward neural networks".

    Examples
    --------
    >>> W = glorot_uniform((200, 100), rng=np.random.default_rng(0))
    >>> print(f"variance {W.var():.4f}, largest {abs(W).max():.3f}")
    variance 0.0066, largest 0.141
    """
    fan_in, fan_out = fans(shape)
    return _uniform(shape, 2 / (fan_in + fan_out), rng, dtype)


def glorot_normal(shape, *, rng, dtype=np.float32):
    """Normal with variance 2 / (fan_in + fan_out).

    Keras cuts its normal numbers off at two standard deviations and widens them to
    make up for it. These are plain normal numbers of the same variance.

    Parameters
    ----------
    shape : tuple of int
    rng : numpy.random.Generator
    dtype : float dtype

    Returns
    -------
    ndarray of `dtype`, of the given shape

    Raises
    ------
    ValueError, TypeError
        If the shape has no fans, `rng` is no Generator or `dtype` no float type.

    References
    ----------
    X. Glorot and Y. Bengio (2010), as for `glorot_uniform`.

    Examples
    --------
    >>> W = glorot_normal((200, 100), rng=np.random.default_rng(0))
    >>> print(f"variance {W.var():.4f}, largest {abs(W).max():.3f}")
    variance 0.0066, largest 0.328
    """
    fan_in, fan_out = fans(shape)
    return _normal(shape, 2 / (fan_in + fan_out), rng, dtype)


def he_uniform(shape, *, rng, dtype=np.float32):
    """Uniform between -limit and limit, limit = sqrt(6 / fan_in).

    The variance is 2 / fan_in: the 2 makes up for the half of the signal that a relu
    sets to zero.

    Parameters
    ----------
    shape : tuple of int
    rng : numpy.random.Generator
    dtype : float dtype

    Returns
    -------
    ndarray of `dtype`, of the given shape

    Raises
    ------
    ValueError, TypeError
        If the shape has no fans, `rng` is no Generator or `dtype` no float type.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun (2015), "Delving deep into rectifiers:
    surpassing human-level performance on ImageNet classification".

    Examples
    --------
    >>> W = he_uniform((200, 100), rng=np.random.default_rng(0))
    >>> print(f"variance {W.var():.4f}, largest {abs(W).max():.3f}")
    variance 0.0099, largest 0.173
    """
    fan_in, _ = fans(shape)
    return _uniform(shape, 2 / fan_in, rng, dtype)


def he_normal(shape, *, rng, dtype=np.float32):
    """Normal with variance 2 / fan_in, for layers that a relu follows.

    Keras cuts its normal numbers off at two standard deviations and widens them to
    make up for it. These are plain normal numbers of the same variance, as in the
    paper.

    Parameters
    ----------
    shape : tuple of int
    rng : numpy.random.Generator
    dtype : float dtype

    Returns
    -------
    ndarray of `dtype`, of the given shape

    Raises
    ------
    ValueError, TypeError
        If the shape has no fans, `rng` is no Generator or `dtype` no float type.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun (2015), as for `he_uniform`.

    Examples
    --------
    >>> W = he_normal((200, 100), rng=np.random.default_rng(0))
    >>> print(f"variance {W.var():.4f}, largest {abs(W).max():.3f}")
    variance 0.0099, largest 0.402
    """
    fan_in, _ = fans(shape)
    return _normal(shape, 2 / fan_in, rng, dtype)


def orthogonal(shape, *, rng, dtype=np.float32):
    """A random turn: what goes through keeps its length, however often it goes.

    For the weights from one step of a recurrent layer to the next, which multiply the
    same numbers again and again.

    Parameters
    ----------
    shape : tuple of int
        (n, n), or (inputs, outputs) with fewer of one: the shorter of rows and columns
        are then orthonormal.
    rng : numpy.random.Generator
    dtype : float dtype

    Returns
    -------
    ndarray of `dtype`, of the given shape

    Raises
    ------
    ValueError, TypeError
        If the shape has other than two axes, `rng` is no Generator or `dtype` no float
        type.

    References
    ----------
    A. Saxe, J. McClelland and S. Ganguli (2014), "Exact solutions to the nonlinear
    dynamics of learning in deep linear neural networks".

    Examples
    --------
    >>> U = orthogonal((3, 3), rng=np.random.default_rng(0))
    >>> (U @ U.T).round(6) + 0  # + 0: no minus zeros
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    shape = _checked_shape(shape)
    if len(shape) != 2:
        raise ValueError(f"shape must be (inputs, outputs), got {shape}")
    dtype = checks.float_type("dtype", dtype)
    tall = checks.generator("rng", rng).normal(size=sorted(shape, reverse=True))
    Q, R = np.linalg.qr(tall)
    # The factors are unique up to signs, which the library chooses. Chosen like this,
    # every turn is equally likely.
    Q *= np.sign(np.diag(R))
    return (Q if Q.shape == shape else Q.T).astype(dtype)


def _uniform(shape, variance, rng, dtype):
    dtype = checks.float_type("dtype", dtype)
    # A uniform number between -limit and limit has the variance limit^2 / 3.
    limit = math.sqrt(3 * variance)
    return checks.generator("rng", rng).uniform(-limit, limit, shape).astype(dtype)


def _normal(shape, variance, rng, dtype):
    dtype = checks.float_type("dtype", dtype)
    scale = math.sqrt(variance)
    return checks.generator("rng", rng).normal(0.0, scale, shape).astype(dtype)


def _checked_shape(shape):
    if not isinstance(shape, tuple | list):
        raise TypeError(f"shape must be a tuple of whole numbers, got {shape!r}")
    return tuple(checks.whole_number("an axis of shape", axis) for axis in shape)
