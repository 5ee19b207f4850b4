"""What a neuron does with its weighted sum: the activation functions.

An activation bends the straight line that a weighted sum is; without it, layers on top
of each other would be no more than one layer. Each function here works entry by entry
on `z`, the value before activation, and each has its derivative beside it, under the
same name with `_grad`, as a function of the same `z`. The chapter on activations
teaches them.

All of them take any array of real numbers, or one number. Floats keep their type,
integers and booleans become float64, the input is never written to. Infinities get
their limits, an activation of NaN is NaN, and no finite input makes a warning, however
large. Complex numbers and objects raise TypeError.
"""

import math

import numpy as np

from nnbook import checks


def linear(z):
    """The identity, for outputs that may be any number.

    linear(z) = z

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        A copy.

    Examples
    --------
    >>> linear([-2.0, 3.0])
    array([-2.,  3.])
    """
    return _real(z).copy()


def linear_grad(z):
    """Derivative of `linear`: 1 everywhere.

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`

    Examples
    --------
    >>> linear_grad([-2.0, 3.0])
    array([1., 1.])
    """
    return np.ones_like(_real(z))


def sigmoid(z):
    """The logistic function, which squeezes every number between 0 and 1.

    sigmoid(z) = 1 / (1 + exp(-z)) = exp(z) / (1 + exp(z))

    The first form overflows for very negative z, the second for very positive z. The
    code is the form that is safe on each side, written once: no exponent is ever above
    zero, and small values keep all their digits.

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        Between 0 and 1.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    z = _real(z)
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


def sigmoid_grad(z):
    """Derivative of `sigmoid`: at most 1/4, at zero, and near 0 far from it.

    sigmoid'(z) = sigmoid(z) (1 - sigmoid(z))

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        Between 0 and 0.25.

    Examples
    --------
    >>> sigmoid_grad([-1000.0, 0.0, 1000.0])
    array([0.  , 0.25, 0.  ])
    """
    z = _real(z)
    # 1 - sigmoid(z) is sigmoid(-z), without subtracting two numbers that are near 1.
    return sigmoid(z) * sigmoid(-z)


def tanh(z):
    """The hyperbolic tangent: a sigmoid stretched to reach from -1 to 1.

    tanh(z) = 2 sigmoid(2 z) - 1

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        Between -1 and 1.

    Examples
    --------
    >>> tanh([-1000.0, 0.0, 1000.0])
    array([-1.,  0.,  1.])
    """
    return np.tanh(_real(z))


def tanh_grad(z):
    """Derivative of `tanh`: at most 1, at zero, and near 0 far from it.

    tanh'(z) = 1 - tanh(z)^2

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        Between 0 and 1.

    Examples
    --------
    >>> tanh_grad([-1000.0, 0.0, 1000.0])
    array([0., 1., 0.])
    """
    return 1 - np.tanh(_real(z)) ** 2


def relu(z):
    """The rectified linear unit: what is negative becomes 0.

    relu(z) = max(z, 0)

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        Zero or above.

    References
    ----------
    V. Nair and G. Hinton (2010), "Rectified linear units improve restricted Boltzmann
    machines". K. Fukushima used the same function in 1969.

    Examples
    --------
    >>> relu([-2.0, 0.0, 3.0])
    array([0., 0., 3.])
    """
    # The same as np.maximum(z, 0), which takes NumPy several times as long.
    return _real(z).clip(0, np.inf)


def relu_grad(z):
    """Derivative of `relu`: 1 where `z` is positive, else 0.

    At zero there is a corner and no derivative; 0 is the choice that TensorFlow and
    Keras make, too.

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        Zeros and ones.

    Examples
    --------
    >>> relu_grad([-2.0, 0.0, 3.0])
    array([0., 0., 1.])
    """
    return np.heaviside(_real(z), 0)


def leaky_relu(z, alpha=0.01):
    """A relu that lets a little of what is negative through, so that it can learn.

    leaky_relu(z) = z where z > 0, else alpha z. For alpha up to 1 this is
    max(alpha z, z), which is how it is computed.

    Parameters
    ----------
    z : array_like, any shape
    alpha : float
        The slope below zero, above 0 and at most 1.

    Returns
    -------
    ndarray, same shape as `z`

    Raises
    ------
    ValueError
        If `alpha` is not above 0 and at most 1.

    References
    ----------
    A. Maas, A. Hannun and A. Ng (2013), "Rectifier nonlinearities improve neural
    network acoustic models".

    Examples
    --------
    >>> leaky_relu([-2.0, 0.0, 3.0])
    array([-0.02,  0.  ,  3.  ])
    """
    z, alpha = _real(z), _slope(alpha)
    return np.maximum(alpha * z, z)


def leaky_relu_grad(z, alpha=0.01):
    """Derivative of `leaky_relu`: 1 where `z` is positive, else `alpha`.

    Parameters
    ----------
    z : array_like, any shape
    alpha : float
        The slope below zero, above 0 and at most 1.

    Returns
    -------
    ndarray, same shape as `z`

    Raises
    ------
    ValueError
        If `alpha` is not above 0 and at most 1.

    Examples
    --------
    >>> leaky_relu_grad([-2.0, 0.0, 3.0])
    array([0.01, 0.01, 1.  ])
    """
    z, alpha = _real(z), _slope(alpha)
    return np.where(z > 0, 1.0, alpha).astype(z.dtype)


def elu(z, alpha=1.0):
    """The exponential linear unit: a relu that levels off smoothly at -alpha.

    elu(z) = z where z > 0, else alpha (exp(z) - 1)

    Parameters
    ----------
    z : array_like, any shape
    alpha : float
        Minus the value far below zero; above 0.

    Returns
    -------
    ndarray, same shape as `z`
        Not below -alpha.

    Raises
    ------
    ValueError
        If `alpha` is not above 0.

    References
    ----------
    D.-A. Clevert, T. Unterthiner and S. Hochreiter (2016), "Fast and accurate deep
    network learning by exponential linear units (ELUs)".

    Examples
    --------
    >>> elu([-1000.0, 0.0, 3.0])
    array([-1.,  0.,  3.])
    """
    z, alpha = _real(z), checks.number("alpha", alpha, above=0)
    return np.maximum(z, 0) + alpha * np.expm1(np.minimum(z, 0))


def elu_grad(z, alpha=1.0):
    """Derivative of `elu`: 1 where `z` is positive, else alpha exp(z).

    Parameters
    ----------
    z : array_like, any shape
    alpha : float
        Minus the value of `elu` far below zero; above 0.

    Returns
    -------
    ndarray, same shape as `z`

    Raises
    ------
    ValueError
        If `alpha` is not above 0.

    Examples
    --------
    >>> elu_grad([-1000.0, 0.0, 3.0], alpha=0.5)
    array([0. , 0.5, 1. ])
    """
    z, alpha = _real(z), checks.number("alpha", alpha, above=0)
    return np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0))).astype(z.dtype)


def gelu(z):
    """The Gaussian error linear unit: `z` times the chance that noise is below `z`.

    gelu(z) = z Phi(z), where Phi is the distribution function of the standard normal
    distribution, Phi(z) = erfc(-z / sqrt(2)) / 2.

    This is the exact form, the default of Keras, not the approximation with tanh.

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        Not below -0.17, the minimum near z = -0.75.

    References
    ----------
    D. Hendrycks and K. Gimpel (2016), "Gaussian error linear units (GELUs)".

    Examples
    --------
    >>> gelu([-1.0, 0.0, 1.0]).round(4)
    array([-0.1587,  0.    ,  0.8413])
    """
    z = _real(z)
    return np.maximum(z, -_TAIL) * _normal_cdf(z)


def gelu_grad(z):
    """Derivative of `gelu`, by the product rule.

    gelu'(z) = Phi(z) + z phi(z), where phi(z) = exp(-z^2 / 2) / sqrt(2 pi) is the
    density of the standard normal distribution.

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        Between -0.13 and 1.13.

    Examples
    --------
    >>> gelu_grad([-1000.0, 0.0, 1.0, 1000.0]).round(4)
    array([0.    , 0.5   , 1.0833, 1.    ])
    """
    z = _real(z)
    bounded = np.clip(z, -_TAIL, _TAIL)
    density = np.exp(-0.5 * bounded**2) / math.sqrt(2 * math.pi)
    return _normal_cdf(z) + bounded * density


def softplus(z):
    """A relu with a rounded corner.

    softplus(z) = log(1 + exp(z)) = max(z, 0) + log(1 + exp(-abs(z)))

    The second form, which is the code, cannot overflow. The negative logarithm of a
    sigmoid is a softplus: -log(sigmoid(z)) = softplus(-z).

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        Zero or above.

    Examples
    --------
    >>> softplus([-1000.0, 0.0, 10.0]).round(4)
    array([ 0.    ,  0.6931, 10.    ])
    """
    z = _real(z)
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softplus_grad(z):
    """Derivative of `softplus`: the sigmoid.

    softplus'(z) = exp(z) / (1 + exp(z)) = sigmoid(z)

    Parameters
    ----------
    z : array_like, any shape

    Returns
    -------
    ndarray, same shape as `z`
        Between 0 and 1.

    Examples
    --------
    >>> softplus_grad([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    return sigmoid(z)


# Beyond 40 standard deviations the normal distribution has nothing left that a float64
# can hold. Not going further out keeps z^2 from overflowing.
_TAIL = 40.0


def _normal_cdf(z):
    """Phi(z), the chance that a standard normal number is below `z`."""
    # NumPy has no erfc. Python's is exact to the last digits but takes one number at a
    # time, which makes gelu the slowest function of this file. erfc rather than erf:
    # 1 + erf(z) would lose all digits where z is very negative.
    erfc = np.vectorize(math.erfc, otypes=[np.float64])
    return (erfc(-z / math.sqrt(2)) / 2).astype(z.dtype)


def _slope(alpha):
    return checks.number("alpha", alpha, above=0, at_most=1)


def _real(z):
    return checks.real_array("z", z, finite=False)
