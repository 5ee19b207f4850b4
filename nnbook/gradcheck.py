"""Is the gradient right? Move each number a little and see what the loss does.

A derivative is a slope, and a slope can be measured: evaluate a little to the right and
a little to the left, and divide the difference by the distance. That is far too slow to
train with and too simple to get wrong, so it is the judge of every `backward` in this
package. The chapter on backpropagation teaches it.

The functions return how far two gradients are apart, as one number. In float64 a right
gradient comes out below 1e-6, mostly near 1e-10; a wrong one near 1. One caution: a
corner, like that of relu at 0, has two slopes. If a number lies within `step` of it,
the measured slope is a mixture of both.
"""

import copy

import numpy as np

from nnbook import checks

# The measurement itself is off by about 1e-10. Gradients smaller than this are weighed
# as if they were this large, so that the error of a zero is not noise divided by noise.
_SMALLEST_SCALE = 1e-3


def numerical_gradient(f, x, *, step=1e-5):
    """Measure the gradient of `f` at `x` by central differences, entry by entry.

    df/dx_i is about (f(x + step e_i) - f(x - step e_i)) / (2 step)

    The error has two parts. The formula is off by about step^2, and the difference of
    two near values loses about 1e-16 / step to rounding. Their sum is smallest for a
    step near the third root of 1e-16, hence the default.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x`, returns one number.
    x : array_like, any shape
        Where to measure; computed in float64, not changed.
    step : float
        Above 0.

    Returns
    -------
    ndarray of float64, same shape as `x`

    Raises
    ------
    ValueError
        If `x` has entries that are not finite, `step` is not above 0, or `f` returns
        more than one number.
    TypeError
        If `f` cannot be called or `x` does not hold real numbers.

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**2).sum(), [1.0, 2.0, 3.0]).round(6)
    array([2., 4., 6.])
    """
    checks.function("f", f)
    x = checks.real_array("x", x, dtype=np.float64).copy()
    step = checks.number("step", step, above=0)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        here = x[index]
        x[index] = here + step
        higher = _one_number(f(x))
        x[index] = here - step
        lower = _one_number(f(x))
        x[index] = here
        gradient[index] = (higher - lower) / (2 * step)
    return gradient


def relative_error(a, b, *, smallest_scale=0.0):
    """How far two arrays are apart, as a share of their largest entry.

    max |a - b| / max(|a|, |b|), both maxima over all entries; 0 if all are zero.

    Parameters
    ----------
    a, b : array_like, same shape
    smallest_scale : float
        What to divide by, at least.

    Returns
    -------
    float
        0 if equal, 2 if one is minus the other.

    Raises
    ------
    ValueError
        If the shapes differ or an entry is NaN or infinite.
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    >>> relative_error([1.0, 100.0], [1.5, 100.0])
    0.005
    """
    a = checks.real_array("a", a, dtype=np.float64)
    b = checks.real_array("b", b, dtype=np.float64)
    checks.same_shape("b", b, "a", a)
    scale = max(np.max(abs(a), initial=0), np.max(abs(b), initial=0), smallest_scale)
    if scale == 0:
        return 0.0
    return float(np.max(abs(a - b), initial=0) / scale)


def check_layer(layer, x, *, rng, training=False, step=1e-5):
    """Compare a layer's `backward` with measured slopes, for its input and parameters.

    The layer's output is turned into one number, its sum weighted by random numbers;
    those weights are then the gradient that `backward` gets. Each evaluation works on
    a fresh copy of the layer, so random masks repeat, running averages stay where they
    are, and `layer` itself is not touched.

    Parameters
    ----------
    layer : Layer
        Built with `dtype=np.float64` if it has parameters; float32 is too coarse to
        measure slopes.
    x : array_like
        A batch that fits the layer.
    rng : numpy.random.Generator
        Draws the weights of the sum.
    training : bool
        Passed to `forward`.
    step : float
        As in `numerical_gradient`.

    Returns
    -------
    float
        The largest `relative_error`, over the input and every parameter. The input is
        left out if `backward` returns None.

    Raises
    ------
    TypeError
        If the layer does not compute in float64, or `rng` is no Generator.

    Examples
    --------
    >>> from nnbook.layers import Dense
    >>> rng = np.random.default_rng(0)
    >>> layer = Dense(4, 3, rng=rng, dtype=np.float64)
    >>> check_layer(layer, rng.normal(size=(5, 4)), rng=rng) < 1e-6
    True
    """
    checks.generator("rng", rng)
    x = np.asarray(x)
    # Integers stay integers for layers that look them up; numbers are measured.
    x = x.astype(np.float64) if x.dtype.kind == "f" else x
    once = copy.deepcopy(layer)
    output = once.forward(x, training=training)
    if output.dtype != np.float64:
        raise TypeError(
            f"{layer} computes in {output.dtype}, too coarse to measure slopes; "
            f"build it with dtype=np.float64"
        )
    d_output = rng.normal(size=output.shape)
    d_input = once.backward(d_output)

    def loss(x, **changed):
        fresh = copy.deepcopy(layer)
        for name, value in changed.items():
            fresh.params[name][...] = value
        return (fresh.forward(x, training=training) * d_output).sum()

    errors = []
    if d_input is not None:
        measured = numerical_gradient(loss, x, step=step)
        errors.append(_error(d_input, measured))
    for name, value in layer.params.items():
        measured = numerical_gradient(
            lambda value, name=name: loss(x, **{name: value}), value, step=step
        )
        errors.append(_error(once.grads[name], measured))
    return max(errors, default=0.0)


def check_loss(loss, prediction, target, *, step=1e-5):
    """Compare the gradient that a loss returns with measured slopes.

    Parameters
    ----------
    loss : callable
        `loss(prediction, target)` returns the loss and its gradient by `prediction`.
    prediction : array_like
    target : array_like
        Passed on as it is.
    step : float
        As in `numerical_gradient`.

    Returns
    -------
    float
        The `relative_error` of the gradient.

    Raises
    ------
    ValueError, TypeError
        What `loss` raises, and what `numerical_gradient` raises.

    Examples
    --------
    >>> def half_square(prediction, target):
    ...     return ((prediction - target) ** 2).sum() / 2, prediction - target
    >>> check_loss(half_square, np.array([1.0, 2.0]), np.array([0.0, 4.0])) < 1e-6
    True
    """
    prediction = checks.real_array("prediction", prediction, dtype=np.float64)
    _, d_prediction = loss(prediction, target)
    measured = numerical_gradient(lambda p: loss(p, target)[0], prediction, step=step)
    return _error(d_prediction, measured)


def _error(computed, measured):
    return relative_error(computed, measured, smallest_scale=_SMALLEST_SCALE)


def _one_number(value):
    if np.size(value) != 1:
        raise ValueError(f"f must return one number, got shape {np.shape(value)}")
    return np.asarray(value).item()
