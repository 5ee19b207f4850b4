"""Layers: what a network is stacked from.

A layer does two things. `forward` turns a batch of inputs into a batch of outputs, and
remembers what the way back will need. `backward` gets the gradient of the loss with
respect to those outputs, notes the gradients of the layer's own parameters, and returns
the gradient with respect to the inputs, which is all that the layer below has to know.
That is the whole of backpropagation: each layer knows its own derivative, and the chain
rule hands the gradient down. The chapters on networks and on backpropagation teach it.

The first axis of every array is the batch. A layer with parameters computes in its own
`dtype`; one without keeps the float type that it is given. Floats of other types,
integers and booleans are cast once, at the door. What comes from outside is checked and
copied there, so it may change later without harm; inside a model, where the input is
what another layer has just computed, neither is needed (`inside_model`).
"""

from itertools import pairwise
from types import MappingProxyType

import numpy as np

from nnbook import checks
from nnbook.activations import (
    elu,
    elu_grad,
    gelu,
    gelu_grad,
    leaky_relu,
    leaky_relu_grad,
    relu,
    sigmoid,
    sigmoid_grad,
    softplus,
    softplus_grad,
    tanh,
    tanh_grad,
)
from nnbook.initializers import glorot_uniform


class Layer:
    """What all layers share: parameters, their gradients, and the check at the door.

    A layer of your own defines `forward` and `backward`, and `output_shape` if it
    changes the shape. It calls `add_parameter` in its constructor, `check_input` first
    thing in `forward` and `check_gradient` first thing in `backward`.

    Parameters
    ----------
    dtype : float dtype, optional
        What the layer computes in. None: in the float type of what comes in.

    Attributes
    ----------
    needs_input_gradient : bool
        A model sets it to False on its first layer, which has nobody below to tell.
        `backward` then returns None, and saves a matrix product.
    inside_model : bool
        A model sets it to True. The layer then trusts an array of the right type: it
        does not look for NaN in it and does not copy it.
    input_shape : tuple or None
        The shape that the layer insists on, with None for the batch size and where
        any size will do. None: it takes shapes of more than one kind.
    state : mapping, {name: array}
        What the layer keeps besides its parameters, such as running averages. No
        gradient reaches it; a model saves and loads it.

    Examples
    --------
    >>> class Double(Layer):
    ...     def forward(self, x, training=False):
    ...         return 2 * self.check_input(x)
    ...
    ...     def backward(self, d_output):
    ...         return 2 * self.check_gradient(d_output)
    >>> Double().forward([[1.0, 2.0]])
    array([[2., 4.]])
    """

    needs_input_gradient = True
    inside_model = False
    input_shape = None
    state = MappingProxyType({})

    def __init__(self, dtype=None):
        self.dtype = None if dtype is None else checks.float_type("dtype", dtype)
        self._params = {}
        self._grads = {}
        self._seen = None

    def __repr__(self):
        return f"{type(self).__name__}()"

    @property
    def params(self):
        """The parameters, {name: array}. To change one: `params["W"][...] = w`."""
        return MappingProxyType(self._params)

    @property
    def grads(self):
        """The gradients that the last `backward` left, {name: array}; first zeros."""
        return MappingProxyType(self._grads)

    @property
    def n_params(self):
        """How many numbers there are to learn."""
        return sum(value.size for value in self.params.values())

    def add_parameter(self, name, value):
        """Give the layer a parameter, with a gradient of zeros beside it."""
        self._params[name] = np.array(value, dtype=self.dtype)
        self._grads[name] = np.zeros_like(self._params[name])

    def add_weights(self, name, shape, *, rng, initializer):
        """Give the layer a parameter that begins as `initializer` draws it."""
        checks.generator("rng", rng)
        checks.function("initializer", initializer)
        value = initializer(shape, rng=rng, dtype=self.dtype)
        value = checks.real_array(f"the initializer's {name}", value, dtype=self.dtype)
        if value.shape != shape:
            raise ValueError(
                f"the initializer must return {name} with shape {shape}, got "
                f"{value.shape}"
            )
        self.add_parameter(name, value)

    def use_storage(self, flat_params, flat_grads):
        """Move the parameters and gradients into two flat vectors, as views of them.

        A model has one long vector for the parameters of all its layers, and gives
        each layer its part. An optimizer then updates the whole network with a few
        operations on one vector, and `params["W"]` still has its shape.

        Parameters
        ----------
        flat_params, flat_grads : ndarray of the layer's `dtype`, shape (n_params,)
            Overwritten with the present values.

        Raises
        ------
        ValueError
            If a vector has the wrong size or type, or is not contiguous.
        """
        for name, flat in (("flat_params", flat_params), ("flat_grads", flat_grads)):
            if flat.shape != (self.n_params,) or not flat.flags.c_contiguous:
                raise ValueError(
                    f"{name} must be contiguous with shape ({self.n_params},) for "
                    f"{self}, got {flat.shape}"
                )
            if self.n_params and flat.dtype != self.dtype:
                raise ValueError(
                    f"{name} must have the dtype of {self}, {self.dtype}, got "
                    f"{flat.dtype}"
                )
        start = 0
        for name, value in self._params.items():
            part = slice(start, start + value.size)
            self._params[name] = _moved(value, flat_params[part])
            self._grads[name] = _moved(self._grads[name], flat_grads[part])
            start = part.stop

    def output_shape(self, input_shape):
        """The shape that comes out when `input_shape` goes in, batch axis included.

        Parameters
        ----------
        input_shape : tuple
            With None for a size that is not known, such as that of the batch.

        Returns
        -------
        tuple

        Raises
        ------
        ValueError
            If the layer cannot take this shape.
        """
        if len(input_shape) < 2:
            checks.batch_shape("x", input_shape)
        return input_shape

    def penalty_value(self):
        """What the layer's penalty adds to the loss; 0 without one."""
        return 0.0

    def forward(self, x, training=False):
        """What comes out when the batch `x` goes in.

        Parameters
        ----------
        x : array_like, shape (samples, ...)
        training : bool
            Whether the network is learning; some layers then do something else.

        Returns
        -------
        ndarray, shape `output_shape(x.shape)`

        Raises
        ------
        ValueError, TypeError
            If `x` has a shape that the layer cannot take, or entries that are not
            finite real numbers.
        """
        raise NotImplementedError

    def backward(self, d_output):
        """Hand the gradient down, from the output of the last `forward` to its input.

        Notes the gradients of the parameters in `grads`, in place of what was there.

        Parameters
        ----------
        d_output : array_like, same shape as that output
            Gradient of the loss with respect to it.

        Returns
        -------
        ndarray, same shape as that input, or None without `needs_input_gradient`
            Gradient of the loss with respect to it.

        Raises
        ------
        RuntimeError
            If `forward` has not run.
        ValueError, TypeError
            If `d_output` has another shape, or entries that are not finite real
            numbers.
        """
        raise NotImplementedError

    def check_input(self, x):
        """`x` as an array that this layer may keep, or an error that says why not."""
        if not self._trusts(x, self.dtype):
            x = checks.real_array("x", x, dtype=self.dtype).copy()
        self._seen = (self.output_shape(x.shape), x.dtype)
        return x

    def check_gradient(self, d_output):
        """`d_output` in the layer's type, if it fits what `forward` returned."""
        if self._seen is None:
            raise RuntimeError(f"{self} has not run forward, so it cannot run backward")
        shape, dtype = self._seen
        if not self._trusts(d_output, dtype):
            d_output = checks.real_array("d_output", d_output, dtype=dtype).copy()
        if d_output.shape != shape:
            raise ValueError(
                f"d_output must have the shape of the output of {self}, {shape}, "
                f"got {d_output.shape}"
            )
        return d_output

    def _trusts(self, array, dtype):
        """Whether `array` may be used as it is: inside a model, in the right type."""
        if not self.inside_model or type(array) is not np.ndarray:
            return False
        return array.dtype.kind == "f" if dtype is None else array.dtype == dtype


class Dense(Layer):
    """Every neuron sees every input: a matrix product and a bias.

    z = x @ W + b. There is no activation in it; put an activation layer behind.

    Parameters
    ----------
    n_in : int
        Number of input features.
    n_out : int
        Number of neurons.
    rng : numpy.random.Generator
        Draws the first weights.
    initializer : callable
        `initializer(shape, rng=rng, dtype=dtype)` returns the first weights. Biases
        start at zero.
    penalty : callable, optional
        `penalty(W)` returns what large weights cost, and its gradient by `W`. The
        bias goes free.
    dtype : float dtype
        What the layer computes in.

    Attributes
    ----------
    x : ndarray, shape (samples, n_in)
        The input of the last `forward`.

    Raises
    ------
    ValueError, TypeError
        If a size is not a whole number of at least 1, `rng` is no Generator,
        `initializer` or `penalty` cannot be called, or the weights that the
        initializer returns do not have the shape (n_in, n_out).

    Examples
    --------
    >>> layer = Dense(2, 3, rng=np.random.default_rng(0))
    >>> layer.params["W"][...] = [[1, 2, 3], [4, 5, 6]]
    >>> layer.params["b"][...] = [0, 0, 10]
    >>> layer.forward([[1, -1]])
    array([[-3., -3.,  7.]], dtype=float32)
    >>> layer.backward([[1, 0, 0]])
    array([[1., 4.]], dtype=float32)
    >>> layer.grads["W"]
    array([[ 1.,  0.,  0.],
           [-1.,  0.,  0.]], dtype=float32)
    """

    def __init__(
        self,
        n_in,
        n_out,
        *,
        rng,
        initializer=glorot_uniform,
        penalty=None,
        dtype=np.float32,
    ):
        super().__init__(dtype)
        self.n_in = checks.whole_number("n_in", n_in)
        self.n_out = checks.whole_number("n_out", n_out)
        self.input_shape = (None, self.n_in)
        if penalty is not None:
            checks.function("penalty", penalty)
        self.penalty = penalty
        shape = (self.n_in, self.n_out)
        self.add_weights("W", shape, rng=rng, initializer=initializer)
        self.add_parameter("b", np.zeros(self.n_out))

    def __repr__(self):
        return f"Dense({self.n_in}, {self.n_out})"

    def output_shape(self, input_shape):
        checks.batch_shape("x", input_shape, self.n_in, expects=self)
        return input_shape[0], self.n_out

    def penalty_value(self):
        return 0.0 if self.penalty is None else float(self.penalty(self.params["W"])[0])

    def forward(self, x, training=False):
        """z = x @ W + b, from shape (samples, n_in) to (samples, n_out)."""
        self.x = self.check_input(x)
        return self.x @ self.params["W"] + self.params["b"]

    def backward(self, d_output):
        """Note d_W = x.T @ d_output and d_b in `grads`, return d_x = d_output @ W.T."""
        d_output = self.check_gradient(d_output)
        W, d_W = self.params["W"], self.grads["W"]
        np.matmul(self.x.T, d_output, out=d_W)
        d_output.sum(axis=0, out=self.grads["b"])
        if self.penalty is not None:
            d_W += self.penalty(W)[1]
        if self.needs_input_gradient:
            return d_output @ W.T


class Activation(Layer):
    """A function of every entry on its own: the base of the activation layers.

    A subclass says what `activation(z)` and `activation_grad(z)` are. Any shape will do
    that has a batch axis and at least one more.

    Attributes
    ----------
    z : ndarray
        The input of the last `forward`, the value before activation.
    """

    def activation(self, z):
        raise NotImplementedError

    def activation_grad(self, z):
        raise NotImplementedError

    def forward(self, x, training=False):
        """activation(x), entry by entry."""
        self.z = self.check_input(x)
        return self.activation(self.z)

    def backward(self, d_output):
        """d_output * activation_grad(z), entry by entry."""
        d_output = self.check_gradient(d_output)
        if self.needs_input_gradient:
            return d_output * self.activation_grad(self.z)


class ReLU(Activation):
    """`nnbook.activations.relu` as a layer.

    Examples
    --------
    >>> ReLU().forward([[-2.0, 3.0]])
    array([[0., 3.]])
    """

    def activation(self, z):
        return relu(z)

    def activation_grad(self, z):
        # True and False multiply like 1 and 0, without being made floats first.
        return z > 0


class Sigmoid(Activation):
    """`nnbook.activations.sigmoid` as a layer.

    Examples
    --------
    >>> Sigmoid().forward([[0.0, 1000.0]])
    array([[0.5, 1. ]])
    """

    def activation(self, z):
        return sigmoid(z)

    def activation_grad(self, z):
        return sigmoid_grad(z)


class Tanh(Activation):
    """`nnbook.activations.tanh` as a layer.

    Examples
    --------
    >>> Tanh().forward([[0.0, 1000.0]])
    array([[0., 1.]])
    """

    def activation(self, z):
        return tanh(z)

    def activation_grad(self, z):
        return tanh_grad(z)


class LeakyReLU(Activation):
    """`nnbook.activations.leaky_relu` as a layer.

    Parameters
    ----------
    alpha : float
        The slope below zero, above 0 and at most 1.

    Raises
    ------
    ValueError, TypeError
        If `alpha` is not a number in that range.

    Examples
    --------
    >>> LeakyReLU(0.1).forward([[-2.0, 3.0]])
    array([[-0.2,  3. ]])
    """

    def __init__(self, alpha=0.01):
        super().__init__()
        self.alpha = checks.number("alpha", alpha, above=0, at_most=1)

    def __repr__(self):
        return f"LeakyReLU({self.alpha})"

    def activation(self, z):
        return leaky_relu(z, self.alpha)

    def activation_grad(self, z):
        return leaky_relu_grad(z, self.alpha)


class ELU(Activation):
    """`nnbook.activations.elu` as a layer.

    Parameters
    ----------
    alpha : float
        Minus the value far below zero; above 0.

    Raises
    ------
    ValueError, TypeError
        If `alpha` is not a number in that range.

    Examples
    --------
    >>> ELU().forward([[-1000.0, 3.0]])
    array([[-1.,  3.]])
    """

    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = checks.number("alpha", alpha, above=0)

    def __repr__(self):
        return f"ELU({self.alpha})"

    def activation(self, z):
        return elu(z, self.alpha)

    def activation_grad(self, z):
        return elu_grad(z, self.alpha)


class GELU(Activation):
    """`nnbook.activations.gelu` as a layer.

    Examples
    --------
    >>> GELU().forward([[0.0, 1.0]]).round(4)
    array([[0.    , 0.8413]])
    """

    def activation(self, z):
        return gelu(z)

    def activation_grad(self, z):
        return gelu_grad(z)


class Softplus(Activation):
    """`nnbook.activations.softplus` as a layer.

    Examples
    --------
    >>> Softplus().forward([[-1000.0, 0.0]]).round(4)
    array([[0.    , 0.6931]])
    """

    def activation(self, z):
        return softplus(z)

    def activation_grad(self, z):
        return softplus_grad(z)


class Flatten(Layer):
    """Each sample as one row: (samples, height, width, channels) becomes (samples, n).

    Attributes
    ----------
    x_shape : tuple
        The shape of the last input.

    Examples
    --------
    >>> Flatten().forward(np.zeros((5, 8, 8, 1))).shape
    (5, 64)
    """

    def output_shape(self, input_shape):
        samples, *rest = super().output_shape(input_shape)
        return samples, None if None in rest else int(np.prod(rest))

    def forward(self, x, training=False):
        """The same numbers, all axes but the first made one."""
        x = self.check_input(x)
        self.x_shape = x.shape
        return x.reshape(self.output_shape(x.shape))

    def backward(self, d_output):
        """The same numbers in the shape of the input."""
        d_output = self.check_gradient(d_output)
        if self.needs_input_gradient:
            return d_output.reshape(self.x_shape)


class Dropout(Layer):
    """While training, switch off a random share of the entries.

    What is left is divided by `1 - rate`, so that the expected sum stays the same and
    nothing is to be done when the network is used: outside training the layer passes
    everything on unchanged.

    Parameters
    ----------
    rate : float
        The share to switch off, from 0 to below 1.
    rng : numpy.random.Generator
        Draws who is switched off.

    Attributes
    ----------
    mask : ndarray or None
        What the last input was multiplied by: 0 or 1 / (1 - rate). None if the last
        `forward` was not for training.

    Raises
    ------
    ValueError, TypeError
        If `rate` is outside its range or `rng` is no Generator.

    References
    ----------
    N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov (2014),
    "Dropout: a simple way to prevent neural networks from overfitting".

    Examples
    --------
    >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
    >>> layer.forward(np.ones((2, 4)), training=True)
    array([[2., 0., 0., 0.],
           [2., 2., 2., 2.]])
    """

    def __init__(self, rate, *, rng):
        super().__init__()
        self.rate = checks.number("rate", rate, at_least=0, below=1)
        self.rng = checks.generator("rng", rng)

    def __repr__(self):
        return f"Dropout({self.rate})"

    def forward(self, x, training=False):
        """Multiply by a new random mask; outside training, pass on unchanged."""
        x = self.check_input(x)
        self.mask = None
        if not training:
            return x
        kept = self.rng.random(x.shape) >= self.rate
        self.mask = kept.astype(x.dtype) / (1 - self.rate)
        return x * self.mask

    def backward(self, d_output):
        """What was switched off gets no gradient."""
        d_output = self.check_gradient(d_output)
        if self.needs_input_gradient:
            return d_output if self.mask is None else d_output * self.mask


class Stack(Layer):
    """Layers on top of each other that count as one: the base of `Residual`.

    Parameters
    ----------
    *layers : Layer
        From bottom to top.

    Attributes
    ----------
    layers : tuple of Layer
        Parameter `W` of the first is `params["0.W"]` here.

    Raises
    ------
    ValueError, TypeError
        As `checked_layers`.
    """

    def __init__(self, *layers):
        self.layers = checked_layers(type(self).__name__, layers)
        super().__init__(common_dtype(self.layers))
        inner = self.layers[0].input_shape
        if inner is not None:
            self.input_shape = self.shape_around(inner)
            self.output_shape(self.input_shape)  # raises if the layers do not suit
        for layer in self.layers:
            layer.inside_model = True

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(map(str, self.layers))})"

    @property
    def params(self):
        return MappingProxyType(self._gathered("params"))

    @property
    def grads(self):
        return MappingProxyType(self._gathered("grads"))

    @property
    def state(self):
        return MappingProxyType(self._gathered("state"))

    def _gathered(self, which):
        return {
            f"{i}.{name}": value
            for i, layer in enumerate(self.layers)
            for name, value in getattr(layer, which).items()
        }

    def use_storage(self, flat_params, flat_grads):
        super().use_storage(flat_params, flat_grads)
        start = 0
        for layer in self.layers:
            part = slice(start, start + layer.n_params)
            layer.use_storage(flat_params[part], flat_grads[part])
            start = part.stop

    def penalty_value(self):
        return sum(layer.penalty_value() for layer in self.layers)

    def shape_around(self, inner):
        """The shape that the stack gets when its first layer gets `inner`."""
        return inner

    def stack_shape(self, shape):
        """The shape that comes out of the top when `shape` goes in at the bottom."""
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape

    def up(self, x, training):
        """What comes out of the top when `x` goes in at the bottom."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def down(self, d_output):
        """The gradient at the bottom, or None without `needs_input_gradient`."""
        self.layers[0].needs_input_gradient = self.needs_input_gradient
        for layer in reversed(self.layers):
            d_output = layer.backward(d_output)
        return d_output


class Residual(Stack):
    """x + f(x), where f is a stack of layers: they learn only what to change.

    On the way back the gradient takes both roads, so part of it arrives whole however
    deep the network is.

    Parameters
    ----------
    *layers : Layer
        From bottom to top. What comes out must have the shape of what went in.

    Attributes
    ----------
    layers : tuple of Layer
        Parameter `W` of the first is `params["0.W"]` here.

    Raises
    ------
    ValueError, TypeError
        As `checked_layers`.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun (2016), "Deep residual learning for image
    recognition".

    Examples
    --------
    >>> Residual(ReLU()).forward([[-1.0, 2.0]])
    array([[-1.,  4.]])
    """

    def output_shape(self, input_shape):
        shape = self.stack_shape(super().output_shape(input_shape))
        if shape != input_shape:
            raise ValueError(
                f"{self} must give back the shape that it gets, to add the two, but "
                f"{input_shape} became {shape}"
            )
        return shape

    def forward(self, x, training=False):
        """x + f(x)."""
        x = self.check_input(x)
        return x + self.up(x, training)

    def backward(self, d_output):
        """d_output + what comes back through f."""
        d_output = self.check_gradient(d_output)
        d_change = self.down(d_output)
        if self.needs_input_gradient:
            return d_output + d_change


def checked_layers(owner, layers):
    """`layers` as a tuple, if one model can be made of them, in this order.

    A layer remembers the batch that it saw last, so it can serve in one place only.

    Parameters
    ----------
    owner : str
        The name of the model, for messages.
    layers : sequence of Layer
        From bottom to top.

    Returns
    -------
    tuple of Layer

    Raises
    ------
    ValueError
        If there are none, one occurs twice or belongs to a model already, two compute
        in different types, or one cannot take what the one below returns.
    TypeError
        If something is not a layer.

    Examples
    --------
    >>> checked_layers("Sequential", [ReLU(), Flatten()])
    (ReLU(), Flatten())
    """
    layers = tuple(layers)
    if not layers:
        raise ValueError(f"{owner} needs at least one layer, got none")
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(f"{owner} is made of layers, got {layer!r}")
        if layer.inside_model or any(layer is earlier for earlier in layers[:i]):
            raise ValueError(
                f"{layer} at position {i} of {owner} is in use already; "
                f"build a new one for each place"
            )
    typed = [layer for layer in layers if layer.dtype is not None]
    for layer in typed:
        if layer.dtype != typed[0].dtype:
            raise ValueError(
                f"the layers of {owner} must compute in one dtype, but {typed[0]} has "
                f"{typed[0].dtype} and {layer} has {layer.dtype}"
            )
    shape = layers[0].input_shape
    for below, layer in pairwise(layers):
        if shape is not None:
            shape = below.output_shape(shape)
            _check_fit(below, layer, shape)
        else:
            shape = layer.input_shape
    return layers


def _check_fit(below, layer, shape):
    try:
        layer.output_shape(shape)
    except ValueError as misfit:
        raise ValueError(f"{layer} cannot follow {below}: {misfit}") from None


def common_dtype(layers):
    """The type that the layers compute in; None if all of them take what comes.

    Parameters
    ----------
    layers : sequence of Layer

    Returns
    -------
    numpy dtype or None

    Examples
    --------
    >>> common_dtype([ReLU(), Dense(2, 1, rng=np.random.default_rng(0))])
    dtype('float32')
    """
    return next((layer.dtype for layer in layers if layer.dtype is not None), None)


def _moved(array, flat):
    """`array` as a view of `flat`, which holds its numbers from now on."""
    view = flat.reshape(array.shape)
    view[...] = array
    return view
