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

import math

import numpy as np

from nnbook import checks
from nnbook.layers import Layer


class Normalization(Layer):
    """What both normalizations share: everything but what a mean is taken over.

    An array of shape (samples, ..., n) is seen as rows of n features. So an image with
    n channels is one row for each of its pixels. In a line there may be several rows.

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
    normalized : ndarray, shape (lines, rows in a line * n)
        What the last `forward` made of its input, before gamma and beta.
    """

    together = 1  # how many rows stand side by side in a line

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

    def lines(self, x):
        """The rows of `x` in lines."""
        return x.reshape(-1, self.together * self.n)

    def line(self, values):
        """One value for each feature, as often as a line has rows."""
        return np.tile(values, self.together)

    def total(self, lines):
        """The sum of each feature over all rows, shape (n,)."""
        # As a product: BLAS adds up tall arrays several times faster than `sum`.
        sums = np.ones(len(lines), lines.dtype) @ lines
        return sums.reshape(-1, self.n).sum(axis=0)

    def deviations_and_variance(self, lines, training):
        """The lines minus their mean, and what to take the root of and divide by."""
        raise NotImplementedError

    def input_gradient(self, d_lines):
        """From the gradient by the output, and those in `grads`, that by the input."""
        raise NotImplementedError

    def forward(self, x, training=False):
        """gamma * (x - mean) / sqrt(variance + epsilon) + beta."""
        x = self.check_input(x)
        # In place where it can be: a new array for each step would cost more time than
        # the arithmetic.
        self.normalized, variance = self.deviations_and_variance(
            self.lines(x), training
        )
        self.std = np.sqrt(variance + self.epsilon)
        self.normalized /= self.std
        output = self.normalized * self.line(self.params["gamma"])
        output += self.line(self.params["beta"])
        return output.reshape(x.shape)

    def backward(self, d_output):
        """Note d_gamma and d_beta in `grads`, return d_x."""
        d_output = self.check_gradient(d_output)
        d_lines = d_output.reshape(self.normalized.shape)
        self.grads["gamma"][...] = self.total(d_lines * self.normalized)
        self.grads["beta"][...] = self.total(d_lines)
        if self.needs_input_gradient:
            return self.input_gradient(d_lines).reshape(d_output.shape)


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
    measured : bool
        Whether the last `forward` used mean and variance of the rows themselves.
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

    def lines(self, x):
        """The rows in lines of up to 32: NumPy is faster on few long than on many."""
        self.together = math.gcd(x.size // self.n, 32)
        return super().lines(x)

    def deviations_and_variance(self, lines, training):
        """With those of the rows while training, else with the running averages."""
        n_rows = len(lines) * self.together
        # Where there are no rows there is no mean either, and nothing to normalize.
        self.measured = training and n_rows > 0
        if not self.measured:
            deviations = lines - self.line(self.state["moving_mean"])
            return deviations, self.line(self.state["moving_variance"])
        mean = self.total(lines) / n_rows
        deviations = lines - self.line(mean)
        variance = self.total(deviations * deviations) / n_rows
        self._follow("moving_mean", mean)
        self._follow("moving_variance", variance)
        return deviations, self.line(variance)

    def input_gradient(self, d_lines):
        """The gradient by the output, less what would move mean and spread."""
        slope = self.line(self.params["gamma"]) / self.std
        if not self.measured:
            return d_lines * slope
        # Two more roads: where m rows make up a mean and a std, each of them moves the
        # mean by 1 / m and the std by its own normalized value / m. What that costs
        # all rows together has been added up already, for beta and gamma.
        m = len(d_lines) * self.together
        d_x = d_lines - self.line(self.grads["beta"] / m)
        d_x -= self.normalized * self.line(self.grads["gamma"] / m)
        d_x *= slope
        return d_x

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

    def deviations_and_variance(self, lines, training):
        """With those of each row, in training and outside."""
        deviations = lines - self.mean(lines)
        return deviations, self.mean(deviations * deviations)

    def input_gradient(self, d_lines):
        """As for a batch, but a mean is over the features, and gamma inside of it."""
        d_normalized = d_lines * self.params["gamma"]
        by_mean = self.mean(d_normalized)
        by_std = self.mean(d_normalized * self.normalized)
        d_normalized -= by_mean
        d_normalized -= self.normalized * by_std
        d_normalized /= self.std
        return d_normalized
