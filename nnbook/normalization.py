"""Normalization: bring numbers back to mean 0 and spread 1 inside a network.

A deep network multiplies by many matrices, so what runs through it grows or fades from
layer to layer. Normalizing in between stops that: subtract the mean, divide by the
standard deviation. Two parameters for each feature, gamma and beta, let the network
choose another spread and another mean.

The two layers of this file differ in what a mean is taken over. Batch normalization
takes one feature over the whole batch. But a prediction must not depend on who else is
in the batch, so outside training it uses running averages instead. Layer normalization
takes all features of one sample, and does the same in training and outside.

The chapter on training derives and teaches both.
"""

import numpy as np

from nnbook import checks
from nnbook.layers import Layer


class Normalization(Layer):
    """What both normalizations share: everything but what a mean is taken over.

    An array of shape (samples, ..., n) is seen as rows of n features. So an image with
    n channels is one row for each of its pixels.

    Parameters
    ----------
    n : int
        Number of features, or of channels: the size of the last axis.
    epsilon : float
        Added to the variance, so that nothing is divided by zero; above 0.
    dtype : float dtype
        What the layer computes in.

    Attributes
    ----------
    std : ndarray
        What the last `forward` divided by, sqrt(variance + epsilon).
    normalized : ndarray, shape (rows, n)
        The rows of the last `forward`, before gamma and beta.
    measured : bool
        Whether mean and variance were those of the rows themselves.
    """

    def __init__(self, n, *, epsilon=1e-3, dtype=np.float32):
        super().__init__(dtype)
        self.n = checks.whole_number("n", n)
        self.epsilon = checks.number("epsilon", epsilon, above=0)
        self.add_parameter("gamma", np.ones(self.n))
        self.add_parameter("beta", np.zeros(self.n))

    def __repr__(self):
        return f"{type(self).__name__}({self.n})"

    def output_shape(self, input_shape):
        *_, features = super().output_shape(input_shape)
        if features not in (self.n, None):
            raise ValueError(
                f"x has {features} features in its last axis, {self} expects {self.n} "
                f"(x has shape {input_shape}; the channels of an image come last)"
            )
        return input_shape

    def mean(self, rows):
        """The mean of what belongs together, in a shape that can be subtracted."""
        raise NotImplementedError

    def mean_and_variance(self, rows, training):
        """What to subtract from the rows and, after a square root, to divide by."""
        self.measured = True
        mean = self.mean(rows)
        deviations = rows - mean
        deviations *= deviations
        return mean, self.mean(deviations)

    def forward(self, x, training=False):
        """gamma * (x - mean) / sqrt(variance + epsilon) + beta."""
        x = self.check_input(x)
        rows = x.reshape(-1, self.n)
        mean, variance = self.mean_and_variance(rows, training)
        self.std = np.sqrt(variance + self.epsilon)
        # In place where it can be: a new array for each step would cost more time than
        # the arithmetic.
        self.normalized = rows - mean
        self.normalized /= self.std
        output = self.normalized * self.params["gamma"]
        output += self.params["beta"]
        return output.reshape(x.shape)

    def backward(self, d_output):
        """Note d_gamma and d_beta in `grads`, return d_x."""
        d_output = self.check_gradient(d_output)
        d_rows = d_output.reshape(-1, self.n)
        self.grads["gamma"][...] = _sum_of_rows(d_rows * self.normalized)
        self.grads["beta"][...] = _sum_of_rows(d_rows)
        if not self.needs_input_gradient:
            return None
        d_normalized = d_rows * self.params["gamma"]
        if self.measured:
            # Two more roads: where m numbers make up a mean and a std, each of them
            # moves the mean by 1 / m and the std by its own normalized value / m.
            by_mean = self.mean(d_normalized)
            by_std = self.mean(d_normalized * self.normalized)
            d_normalized -= by_mean
            d_normalized -= self.normalized * by_std
        d_normalized /= self.std
        return d_normalized.reshape(d_output.shape)


class BatchNormalization(Normalization):
    """Normalize each feature over the batch; outside training, by running averages.

    While training, mean and variance are those of the batch, and the running averages
    follow them: moving = momentum * moving + (1 - momentum) * new. The variance is that
    of the batch itself, divided by the number of rows. In a batch of one row every
    feature is its own mean, and the output is beta.

    Parameters
    ----------
    n : int
        Number of features, or of channels: the size of the last axis.
    momentum : float
        How much the running averages keep at each step, from 0 to below 1.
    epsilon : float
        Added to the variance; above 0.
    dtype : float dtype
        What the layer computes in.

    Attributes
    ----------
    state : dict of ndarray, shape (n,)
        "moving_mean", at first 0, and "moving_variance", at first 1.

    Raises
    ------
    ValueError, TypeError
        If `n` is not a whole number of at least 1, or `momentum` or `epsilon` is not a
        number in its range.

    References
    ----------
    S. Ioffe and C. Szegedy (2015), "Batch normalization: accelerating deep network
    training by reducing internal covariate shift".

    Examples
    --------
    >>> layer = BatchNormalization(2, momentum=0.5)
    >>> layer.forward([[1, 10], [3, 30]], training=True).round(2)
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    >>> layer.state["moving_mean"]  # half of the way from 0 to the means, 2 and 20
    array([ 1., 10.], dtype=float32)
    >>> layer.forward([[1, 10]])
    array([[0., 0.]], dtype=float32)
    """

    def __init__(self, n, *, momentum=0.99, epsilon=1e-3, dtype=np.float32):
        super().__init__(n, epsilon=epsilon, dtype=dtype)
        self.momentum = checks.number("momentum", momentum, at_least=0, below=1)
        self.state = {
            "moving_mean": np.zeros(self.n, self.dtype),
            "moving_variance": np.ones(self.n, self.dtype),
        }

    def mean(self, rows):
        """The mean of each feature over the rows, shape (n,)."""
        return _sum_of_rows(rows) / len(rows)

    def mean_and_variance(self, rows, training):
        """Those of the rows while training, else the running averages."""
        # Where there are no rows there is no mean either, and nothing to normalize.
        self.measured = training and len(rows) > 0
        if not self.measured:
            return self.state["moving_mean"], self.state["moving_variance"]
        mean, variance = super().mean_and_variance(rows, training)
        self._follow("moving_mean", mean)
        self._follow("moving_variance", variance)
        return mean, variance

    def _follow(self, name, new):
        moving = self.state[name]
        moving[...] = self.momentum * moving + (1 - self.momentum) * new


class LayerNormalization(Normalization):
    """Normalize each sample over its features, in training and outside alike.

    Of an image each pixel is normalized by itself, over its channels.

    Parameters
    ----------
    n : int
        Number of features, or of channels: the size of the last axis.
    epsilon : float
        Added to the variance; above 0.
    dtype : float dtype
        What the layer computes in.

    Raises
    ------
    ValueError, TypeError
        If `n` is not a whole number of at least 1, or `epsilon` is no number above 0.

    References
    ----------
    J. L. Ba, J. R. Kiros and G. E. Hinton (2016), "Layer normalization".

    Examples
    --------
    >>> LayerNormalization(2).forward([[1, 3], [10, 30]]).round(2)
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)
    """

    def mean(self, rows):
        """The mean of each row, shape (rows, 1)."""
        return rows @ np.ones((self.n, 1), self.dtype) / self.n


def _sum_of_rows(rows):
    # As a product: BLAS adds up tall arrays several times faster than `sum`.
    return np.ones(len(rows), rows.dtype) @ rows
