"""Gradients of any formula, found by writing down what was computed.

Back-propagation by hand means one backward rule for each layer. This file shows that
nobody has to write those: it is enough to know the derivative of a few small
operations. Every `Tensor` remembers which tensors it was computed from, and how to pass
a gradient back to each of them. `backward` walks from the result to everything that it
was computed from, and each step is one use of the chain rule.

This is **reverse-mode automatic differentiation** (S. Linnainmaa, 1970), which is what
TensorFlow, PyTorch and JAX do at scale. The shape of the code follows A. Karpathy's
micrograd, with arrays in place of numbers. The layers of this book do not use it; the
chapter on back-propagation does, to check them.
"""

import itertools

import numpy as np

from nnbook.checks import number, real_array


class Tensor:
    """An array that remembers how it was computed.

    Has +, -, *, / and ** (with a number) with NumPy's broadcasting, @ of two matrices,
    and the methods below.

    Parameters
    ----------
    data : array_like
        Copied, as float64.

    Attributes
    ----------
    data : ndarray
        Change it between two computations, not between a computation and `backward`.
    grad : ndarray, shape of `data`
        After `y.backward()`, the derivative of y with respect to every entry.

    Raises
    ------
    TypeError
        If `data` does not hold real numbers.

    Examples
    --------
    >>> w, x = Tensor(2.0), Tensor(3.0)
    >>> y = w * x + w**2
    >>> y.backward()
    >>> float(w.grad)  # x + 2 w
    7.0
    """

    _births = itertools.count()
    # Lets `array * tensor` ask the tensor, where NumPy would take the tensor apart.
    __array_ufunc__ = None

    def __init__(self, data, parents=()):
        self.data = real_array("data", data, dtype=np.float64, finite=False).copy()
        self.grad = np.zeros_like(self.data)
        # Pairs (tensor, pass_back): one that this was computed from, and a function
        # from the gradient with respect to this to the one with respect to that.
        self._parents = parents
        self._born = next(Tensor._births)

    def backward(self):
        """Set `grad` of every tensor that this number was computed from.

        Raises
        ------
        ValueError
            If this tensor is not a single number, whose gradient would be ambiguous.
        """
        if self.data.size != 1:
            raise ValueError(
                f"backward starts from a single number, but this tensor has shape "
                f"{self.data.shape}. Use its sum() or mean()."
            )
        history = self._history()
        for tensor in history:
            tensor.grad = np.zeros_like(tensor.data)
        self.grad = np.ones_like(self.data)
        for tensor in history:
            for parent, pass_back in tensor._parents:
                gradient = pass_back(tensor.grad)
                # A tensor used twice gets the sum of what comes back on both ways.
                parent.grad = parent.grad + _sum_to(gradient, parent.data.shape)

    def _history(self):
        """This tensor and all that it was computed from, latest first.

        A tensor is younger than its parents. So in this order the gradient of each is
        complete before it is passed on: a topological order.
        """
        found, waiting = {self}, [self]
        while waiting:
            for parent, _ in waiting.pop()._parents:
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return sorted(found, key=lambda tensor: tensor._born, reverse=True)

    def __add__(self, other):
        other = _tensor(other)
        return Tensor(
            self.data + other.data, [(self, lambda d: d), (other, lambda d: d)]
        )

    def __mul__(self, other):
        other = _tensor(other)
        return Tensor(
            self.data * other.data,
            [(self, lambda d: d * other.data), (other, lambda d: d * self.data)],
        )

    def __matmul__(self, other):
        other = _tensor(other)
        if self.data.ndim != 2 or other.data.ndim != 2:
            raise ValueError(
                f"@ needs two matrices, got shapes {self.data.shape} and "
                f"{other.data.shape}. One sample? Use x[None, :]."
            )
        return Tensor(
            self.data @ other.data,
            [(self, lambda d: d @ other.data.T), (other, lambda d: self.data.T @ d)],
        )

    def __pow__(self, exponent):
        exponent = number("exponent", exponent)
        slope = exponent * self.data ** (exponent - 1)
        return Tensor(self.data**exponent, [(self, lambda d: d * slope)])

    def exp(self):
        """Exponential of every entry."""
        result = np.exp(self.data)
        return Tensor(result, [(self, lambda d: d * result)])

    def log(self):
        """Natural logarithm of every entry."""
        return Tensor(np.log(self.data), [(self, lambda d: d / self.data)])

    def tanh(self):
        """Hyperbolic tangent of every entry."""
        result = np.tanh(self.data)
        return Tensor(result, [(self, lambda d: d * (1 - result**2))])

    def relu(self):
        """Every entry where it is above 0, otherwise 0."""
        above = self.data > 0
        return Tensor(self.data * above, [(self, lambda d: d * above)])

    def sigmoid(self):
        """1 / (1 + exp(-z)) of every entry, from tanh, which cannot overflow."""
        return (self * 0.5).tanh() * 0.5 + 0.5

    def sum(self, axis=None, keepdims=False):
        """Sum of all entries, or along an axis."""
        total = self.data.sum(axis=axis, keepdims=True)
        return Tensor(
            total if keepdims else np.squeeze(total, axis=axis),
            [(self, lambda d: d.reshape(total.shape) * np.ones_like(self.data))],
        )

    def mean(self, axis=None, keepdims=False):
        """Mean of all entries, or along an axis."""
        total = self.sum(axis=axis, keepdims=keepdims)
        return total * (total.data.size / self.data.size)

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -_tensor(other)

    def __truediv__(self, other):
        return self * _tensor(other) ** -1.0

    def __rsub__(self, other):
        return _tensor(other) - self

    def __rtruediv__(self, other):
        return _tensor(other) / self

    def __rmatmul__(self, other):
        return _tensor(other) @ self

    __radd__ = __add__
    __rmul__ = __mul__


def _tensor(value):
    return value if isinstance(value, Tensor) else Tensor(value)


def _sum_to(gradient, shape):
    """Undo broadcasting: an entry that was used often gets the sum of its gradients."""
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return gradient.sum(axis=stretched, keepdims=True)
