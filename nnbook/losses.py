"""How wrong a prediction is, as one number, and which way to move it.

A **loss** is zero when every prediction is perfect and grows as predictions get worse.
Training needs two things of it: the number, to watch, and its derivative with respect
to every prediction, to know which way is down. So every loss here returns both.

The number is a mean over all samples and outputs, so that it does not grow with the
batch, and the arithmetic is float64 whatever comes in, because a loss is a small part
of the work and the square of a float16 overflows at 256.

The chapter on losses teaches this file. The loss for more than two classes has a file
of its own, `softmax`.
"""

import numpy as np

from nnbook.checks import not_empty, real_array, same_shape

# A probability nearer to 0 or 1 than this is moved to here before its logarithm is
# taken. Keras uses the same number.
CLIP = 1e-7


def mean_squared_error(prediction, target):
    """Mean of the squared errors: large errors count most.

    Parameters
    ----------
    prediction, target : array_like, both of shape (samples,) or (samples, outputs)
        The two shapes must be equal; nothing is broadcast.

    Returns
    -------
    loss : float
        mean((prediction - target) ** 2).
    d_prediction : ndarray, shape and dtype of `prediction`
        2 (prediction - target) / number of entries.

    Raises
    ------
    ValueError
        If the shapes differ, there is no sample, or an entry is NaN or infinite.
    TypeError
        If an argument is a single number or does not hold real numbers.

    Examples
    --------
    >>> mean_squared_error([3.0, 5.0], [2.0, 8.0])  # (1 + 9) / 2
    (5.0, array([ 1., -3.]))
    """
    prediction, target, dtype = _pair(prediction, target)
    error = prediction - target
    return _mean(error**2), (2 / error.size * error).astype(dtype, copy=False)


def mean_absolute_error(prediction, target):
    """Mean of the absolute errors: an outlier pulls no harder than any other sample.

    Parameters
    ----------
    prediction, target : array_like, both of shape (samples,) or (samples, outputs)
        The two shapes must be equal; nothing is broadcast.

    Returns
    -------
    loss : float
        mean(|prediction - target|).
    d_prediction : ndarray, shape and dtype of `prediction`
        sign(prediction - target) / number of entries, and 0 where the error is 0, the
        corner where the derivative does not exist.

    Raises
    ------
    ValueError
        If the shapes differ, there is no sample, or an entry is NaN or infinite.
    TypeError
        If an argument is a single number or does not hold real numbers.

    Examples
    --------
    >>> mean_absolute_error([3.0, 5.0], [2.0, 8.0])  # (1 + 3) / 2
    (2.0, array([ 0.5, -0.5]))
    """
    prediction, target, dtype = _pair(prediction, target)
    error = prediction - target
    d_prediction = np.sign(error) / error.size
    return _mean(np.abs(error)), d_prediction.astype(dtype, copy=False)


def binary_cross_entropy(prediction, target):
    """Surprise at a yes-or-no answer, when yes was given the probability `prediction`.

    A probability of exactly 0 or 1 would make the loss infinite when it is wrong, so
    probabilities are clipped to 1e-7 .. 1 - 1e-7, as in Keras. Where one was clipped
    the loss is flat and the gradient is 0: that sample teaches nothing, however wrong
    it is. `binary_cross_entropy_with_logits` needs no clip, so prefer it for training.

    Parameters
    ----------
    prediction : array_like, shape (samples,) or (samples, outputs)
        Probabilities of yes, from 0 to 1.
    target : array_like, shape of `prediction`
        1 for yes, 0 for no; anything between is a share of yes.

    Returns
    -------
    loss : float
        mean(-t log(p) - (1 - t) log(1 - p)), in nats.
    d_prediction : ndarray, shape and dtype of `prediction`
        (p - t) / (p (1 - p)) / number of entries, and 0 where p was clipped.

    Raises
    ------
    ValueError
        If the shapes differ, there is no sample, or an entry lies outside 0 .. 1.
    TypeError
        If an argument is a single number or does not hold real numbers.

    Examples
    --------
    >>> loss, d_prediction = binary_cross_entropy([0.5, 0.8], [0.0, 1.0])
    >>> round(loss, 4)  # (log 2 + log 1.25) / 2
    0.4581
    >>> d_prediction
    array([ 1.   , -0.625])
    """
    prediction, target, dtype = _pair(prediction, target)
    cure = ". Logits? Use binary_cross_entropy_with_logits."
    _within_0_and_1("prediction", prediction, cure)
    _within_0_and_1("target", target)
    p = np.clip(prediction, CLIP, 1 - CLIP)
    loss = _mean(-target * np.log(p) - (1 - target) * np.log1p(-p))
    d_prediction = (p - target) / (p * (1 - p)) / p.size * (p == prediction)
    return loss, d_prediction.astype(dtype, copy=False)


def binary_cross_entropy_with_logits(prediction, target):
    """The same surprise from the logit, the number before the sigmoid.

    Putting the sigmoid inside the loss lets its exponential and the loss's logarithm
    cancel on paper instead of in floating point. No clip is needed, a confident wrong
    answer keeps its full gradient, and every digit of a small loss is right.

    Parameters
    ----------
    prediction : array_like, shape (samples,) or (samples, outputs)
        Logits: any real numbers z. The probability of yes is sigmoid(z).
    target : array_like, shape of `prediction`
        1 for yes, 0 for no; anything between is a share of yes.

    Returns
    -------
    loss : float
        mean(-t log(sigmoid(z)) - (1 - t) log(1 - sigmoid(z))), in nats.
    d_prediction : ndarray, shape and dtype of `prediction`
        (sigmoid(z) - t) / number of entries.

    Raises
    ------
    ValueError
        If the shapes differ, there is no sample, a logit is NaN or infinite, or a
        target lies outside 0 .. 1.
    TypeError
        If an argument is a single number or does not hold real numbers.

    Examples
    --------
    >>> loss, d_prediction = binary_cross_entropy_with_logits([0.0, 1000.0], [1, 0])
    >>> round(loss, 4)  # (log 2 + 1000) / 2
    500.3466
    >>> d_prediction
    array([-0.25,  0.5 ])
    """
    z, target, dtype = _pair(prediction, target)
    _within_0_and_1("target", target)
    # z speaks for one answer; `against` is the share of the target that says the other.
    # exp(-|z|) cannot overflow, the terms of the loss have one sign, and a whole answer
    # less a probability of at most one half keeps its digits.
    says_yes, size = z >= 0, np.abs(z)
    against = np.where(says_yes, 1 - target, target)
    small = np.exp(-size)
    loss = np.log1p(small) + against * size
    d_size = (against - small / (1 + small)) / z.size
    d_prediction = np.where(says_yes, d_size, -d_size)
    return _mean(loss), d_prediction.astype(dtype, copy=False)


def _pair(prediction, target):
    """Both as float64 arrays of one shape, and the dtype that the gradient should have.

    Broadcasting (n, 1) against (n,) would compare every sample with every other, give
    a loss that looks plausible, and train on nonsense. So it is an error.
    """
    prediction = real_array("prediction", prediction)
    target = real_array("target", target, dtype=np.float64)
    same_shape("target", target, "prediction", prediction)
    if prediction.ndim == 0:
        raise TypeError(
            f"prediction and target must have one entry a sample, got the number "
            f"{prediction}. One sample? Use [{prediction}]."
        )
    not_empty("prediction", prediction)
    if prediction.size == 0:
        raise ValueError(f"prediction has 0 outputs (shape {prediction.shape})")
    # In one order of memory, or the same numbers could add up to another last digit.
    return (
        np.ascontiguousarray(prediction, dtype=np.float64),
        np.ascontiguousarray(target),
        prediction.dtype,
    )


def _within_0_and_1(name, array, cure=""):
    outside = (array < 0) | (array > 1)
    if np.count_nonzero(outside):
        where = [int(i) for i in np.argwhere(outside)[0]]
        raise ValueError(
            f"{name} must lie in 0..1, but {name}{where} is {array[outside][0]}{cure}"
        )


def _mean(values):
    """Mean, divided before the sum: inf only where the mean itself is too large."""
    return float((values / values.size).sum())
