"""A network as a stack of layers, and the loop that trains it.

Going up, each layer's output is the next one's input. Going down, each layer's
gradient is handed to the one below. Training is both, again and again: take a batch of
samples, go up, ask the loss how wrong it was, go down, let the optimizer take a step.
One pass over all samples is an **epoch**.

At construction the model moves the parameters of all layers into one long vector, and
their gradients into another. The layers go on using them through views, with their
names and shapes, while the optimizer sees two vectors.

The chapters on networks and on training teach this file.
"""

import math
import os
import sys

import numpy as np

from nnbook import checks
from nnbook.layers import checked_layers, common_dtype


class Sequential:
    """Layers on top of each other.

    Parameters
    ----------
    layers : sequence of Layer
        From bottom to top. They belong to this model from now on.

    Attributes
    ----------
    layers : tuple of Layer
    dtype : numpy dtype or None
        What the layers compute in; None if all of them take what comes.
    flat_params, flat_grads : ndarray, shape (parameters,)
        All parameters and gradients. `layers[0].params["W"]` is a view of the first.
    history : dict of list
        What the last `fit` has recorded so far, also after it was interrupted.

    Raises
    ------
    ValueError
        If there are no layers, one is in use already, or one does not fit the next.
    TypeError
        If something is not a layer.

    Examples
    --------
    >>> from nnbook.layers import Dense, Sigmoid, Tanh
    >>> from nnbook.losses import binary_cross_entropy
    >>> from nnbook.optimizers import Adam
    >>> rng = np.random.default_rng(0)
    >>> layers = [Dense(2, 8, rng=rng), Tanh(), Dense(8, 1, rng=rng), Sigmoid()]
    >>> model = Sequential(layers)
    >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]  # exclusive or
    >>> history = model.fit(
    ...     x, y, loss=binary_cross_entropy, optimizer=Adam(0.1), epochs=100,
    ...     batch_size=4, rng=rng,
    ... )
    >>> model.predict(x).round().ravel()
    array([0., 1., 1., 0.], dtype=float32)
    """

    def __init__(self, layers):
        self.layers = checked_layers("Sequential", layers)
        self.dtype = common_dtype(self.layers)
        for layer in self.layers:
            layer.inside_model = True
        # Nobody is below the first layer, so nobody needs its input's gradient.
        self.layers[0].needs_input_gradient = False
        self.history = {}
        self._can_go_back = False
        self._gather()

    def _gather(self):
        """Move all parameters and gradients into two flat vectors."""
        size = sum(layer.n_params for layer in self.layers)
        self.flat_params = np.zeros(size, self.dtype or np.float32)
        self.flat_grads = np.zeros_like(self.flat_params)
        start = 0
        for layer in self.layers:
            part = slice(start, start + layer.n_params)
            layer.use_storage(self.flat_params[part], self.flat_grads[part])
            start = part.stop

    def __setstate__(self, state):
        # A copy or an unpickled model has copies of the views, which are views no more.
        self.__dict__.update(state)
        self._gather()

    def output_shape(self, input_shape):
        """The shape that comes out when `input_shape` goes in, batch axis included."""
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape

    def forward(self, x, training=False):
        """What the last layer returns for the batch `x`.

        Parameters
        ----------
        x : array_like, shape (samples, ...)
        training : bool
            Whether layers such as dropout behave as in training.

        Returns
        -------
        ndarray

        Raises
        ------
        ValueError, TypeError
            If `x` is no batch for the first layer, or not finite.
        """
        # A copy, so that `backward` sees this x whatever happens to the caller's.
        output = self._up(self._admit(x).copy(), training)
        self._can_go_back = True
        return output

    def backward(self, d_output):
        """Note the gradient of every parameter, penalties included, in `grads`.

        Parameters
        ----------
        d_output : array_like, shape of what the last `forward` returned
            Gradient of the loss with respect to it.

        Returns
        -------
        None, or ndarray
            The gradient with respect to the input, if
            `layers[0].needs_input_gradient` has been set to True.

        Raises
        ------
        RuntimeError
            If `forward` has not run, or something else has since.
        ValueError, TypeError
            If `d_output` has another shape, or is not finite.
        """
        if not self._can_go_back:
            raise RuntimeError(
                "backward needs what the layers remember of forward, but forward has "
                "not run last. Call forward(x, training=True) first."
            )
        d_x = self._down(checks.real_array("d_output", d_output))
        # A layer may hand down the very array that it was given.
        return None if d_x is None else d_x.copy()

    def fit(
        self,
        x,
        y,
        *,
        loss,
        optimizer,
        epochs,
        batch_size,
        rng,
        validation_data=None,
        callbacks=(),
        verbose=0,
    ):
        """Train on batches drawn in a new random order in each epoch.

        Everything is checked before any weight changes, targets included. If training
        is interrupted, the weights are those after the last whole step.

        Parameters
        ----------
        x : array_like, shape (samples, ...)
        y : array_like, shape (samples, ...)
            What `loss` takes as its second argument.
        loss : callable
            `loss(prediction, y)` returns the loss and its gradient by the prediction.
        optimizer : Optimizer
        epochs : int
            How often to go through all samples; 0 is allowed and trains nothing.
        batch_size : int
            The last batch of an epoch may be smaller.
        rng : numpy.random.Generator
            Draws the order of the samples.
        validation_data : tuple (x, y), optional
            Samples that are not trained on, to measure the loss on after each epoch.
        callbacks : sequence of callable
            Each is called as `callback(model, epoch, history)` after each epoch, which
            is counted from 0, so that `history["loss"][epoch]` is its loss. Training
            stops after the epoch in which one returns True.
        verbose : int
            1 writes a line after each epoch.

        Returns
        -------
        dict of list, one entry an epoch
            "loss": mean over the samples, each at the time it was trained on, without
            penalties. "penalty": where a layer has one, what all of them add up to at
            the end of the epoch. "val_loss": with `validation_data`.

        Raises
        ------
        ValueError, TypeError
            If an argument makes no sense; nothing has changed then.
        RuntimeError
            If the loss becomes infinite or NaN.
        """
        x, y = self._samples(x, y, loss)
        epochs = checks.whole_number("epochs", epochs, at_least=0)
        batch_size = checks.whole_number("batch_size", batch_size)
        checks.generator("rng", rng)
        _check_optimizer(optimizer)
        callbacks = _checked_functions("callbacks", callbacks)
        if checks.whole_number("verbose", verbose, at_least=0):
            callbacks = (*callbacks, write_line)
        if validation_data is not None:
            validation_data = self._validation_samples(validation_data, loss)

        names = ["loss"]
        names += ["penalty"] * self._has_penalty()
        names += ["val_loss"] * (validation_data is not None)
        history = self.history = {name: [] for name in names}
        self._can_go_back = False
        _keep_freed_memory()
        for epoch in range(epochs):
            where = f"epoch {epoch + 1} of {epochs}"
            values = {
                "loss": self._epoch(x, y, loss, optimizer, batch_size, rng, where)
            }
            values["penalty"] = self.penalty_value()
            if validation_data is not None:
                values["val_loss"] = self._loss_of(*validation_data, loss)
                _check_converging(
                    values["val_loss"], "validation loss", where, optimizer
                )
            for name in names:
                history[name].append(values[name])
            if any([callback(self, epoch, history) for callback in callbacks]):
                break
        return history

    def _epoch(self, x, y, loss, optimizer, batch_size, rng, where):
        """Train once on every sample; returns the mean loss."""
        order = rng.permutation(len(x))
        n_steps = math.ceil(len(x) / batch_size)
        total = 0.0
        # Numbers that run away are reported in words, with the place.
        with np.errstate(over="ignore", invalid="ignore"):
            for step in range(n_steps):
                rows = order[step * batch_size : (step + 1) * batch_size]
                value = self._step(x.take(rows, 0), y.take(rows, 0), loss, optimizer)
                if not math.isfinite(value):
                    place = f"{where}, step {step + 1} of {n_steps}"
                    _check_converging(value, "loss", place, optimizer)
                total += value * len(rows)
        largest = np.abs(self.flat_params).max(initial=0)
        _check_converging(largest, "largest weight", where, optimizer)
        return total / len(x)

    def _step(self, x, y, loss, optimizer):
        """Train on one batch; returns its loss, and NaN instead of a useless step."""
        prediction = self._up(x, training=True)
        if not checks.all_finite(prediction):
            return math.nan
        value, d_prediction = loss(prediction, y)
        if math.isfinite(value):
            self._down(d_prediction)
            optimizer.step(self.flat_params, self.flat_grads)
        return float(value)

    def _loss_of(self, x, y, loss):
        """The loss over all samples, as when not training; NaN for wild predictions."""
        with np.errstate(over="ignore", invalid="ignore"):
            prediction = self._predict(x)
            if not checks.all_finite(prediction):
                return math.nan
            return float(loss(prediction, y)[0])

    def predict(self, x, batch_size=512):
        """What the last layer returns for every sample, as when not training.

        Parameters
        ----------
        x : array_like, shape (samples, ...)
            May have no samples.
        batch_size : int
            How many to compute at a time.

        Returns
        -------
        ndarray, shape (samples, ...)

        Raises
        ------
        ValueError, TypeError
            If `x` is no batch for the first layer, or not finite.
        """
        batch_size = checks.whole_number("batch_size", batch_size)
        return self._predict(self._admit(x), batch_size)

    def _predict(self, x, batch_size=512):
        self._can_go_back = False
        starts = range(0, max(len(x), 1), batch_size)  # no samples are one empty batch
        parts = [self._up(x[start : start + batch_size], False) for start in starts]
        return np.concatenate(parts)

    def evaluate(self, x, y, *, loss, metrics=()):
        """The loss and other measures over all samples, as when not training.

        Parameters
        ----------
        x : array_like, shape (samples, ...)
        y : array_like, shape (samples, ...)
        loss : callable
        metrics : sequence of callable
            Each is called as `metric(prediction, y)`.

        Returns
        -------
        dict
            "loss"; "penalty", where a layer has one; and each metric under the name of
            its function.

        Raises
        ------
        ValueError, TypeError
            If an argument makes no sense, or two metrics have one name.
        """
        x, y = self._samples(x, y, loss)
        metrics = _checked_functions("metrics", metrics)
        prediction = self._predict(x)
        results = {"loss": float(loss(prediction, y)[0])}
        if self._has_penalty():
            results["penalty"] = self.penalty_value()
        for metric in metrics:
            name = getattr(metric, "__name__", type(metric).__name__)
            if name in results:
                raise ValueError(f"metrics must have different names, got {name} twice")
            results[name] = metric(prediction, y)
        return results

    def penalty_value(self):
        """What the penalties of all layers add up to; not part of the loss."""
        return float(sum(layer.penalty_value() for layer in self.layers))

    def summary(self, input_shape=None):
        """A table of the layers: what comes out of each, and how much it can learn.

        Parameters
        ----------
        input_shape : tuple, optional
            The shape of an input, for layers that take more than one, such as
            (None, 28, 28, 1) for pictures. None stands for any number of samples.

        Returns
        -------
        str

        Raises
        ------
        ValueError, TypeError
            If the model cannot take such an input.

        Examples
        --------
        >>> from nnbook.layers import Dense, ReLU
        >>> rng = np.random.default_rng(0)
        >>> model = Sequential([Dense(4, 3, rng=rng), ReLU(), Dense(3, 1, rng=rng)])
        >>> print(model.summary())
        layer        output  parameters
        Dense(4, 3)  (n, 3)          15
        ReLU()       (n, 3)           0
        Dense(3, 1)  (n, 1)           4
        total                        19
        """
        rows = [("layer", "output", "parameters")]
        shape = input_shape or self.layers[0].input_shape
        for layer in self.layers:
            shape = layer.input_shape if shape is None else shape
            shape = None if shape is None else layer.output_shape(shape)
            rows.append((str(layer), _shape_text(shape), f"{layer.n_params:,}"))
        rows.append(("total", "", f"{self.flat_params.size:,}"))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        return "\n".join(
            f"{name:<{widths[0]}}  {output:<{widths[1]}}  {count:>{widths[2]}}"
            for name, output, count in rows
        )

    def save(self, path):
        """Write the parameters to an npz file, whole or not at all.

        Parameters
        ----------
        path : str or Path
            Replaced if it exists.

        Raises
        ------
        OSError
            If the file cannot be written; what was there before is still there.
        """
        # Written beside it and renamed, so that nobody ever finds half a file.
        part = f"{os.fspath(path)}.part"
        try:
            with open(part, "wb") as file:
                np.savez(file, layers=self._names(), **self._arrays())
            os.replace(part, path)
        except BaseException:
            if os.path.exists(part):
                os.remove(part)
            raise

    def load(self, path):
        """Read parameters that a model of the same layers has saved.

        Parameters
        ----------
        path : str or Path

        Raises
        ------
        OSError
            If there is no such file.
        ValueError
            If it is damaged, of another model, or holds NaN; nothing has changed then.
        """
        found = checks.arrays_in(path)
        saved_by = found.pop("layers", np.array(["something else"])).tolist()
        if saved_by != self._names():
            raise ValueError(
                f"{path} was saved by a model of {', '.join(map(str, saved_by))}, but "
                f"this one is made of {', '.join(self._names())}"
            )
        arrays = self._arrays()
        if set(found) != set(arrays):
            raise ValueError(
                f"{path} must hold {', '.join(sorted(arrays))}, got "
                f"{', '.join(sorted(found))}"
            )
        for name, array in arrays.items():
            value = checks.real_array(f"{path}: {name}", found[name], dtype=array.dtype)
            if value.shape != array.shape:
                raise ValueError(
                    f"{path}: {name} must have shape {array.shape}, got {value.shape}"
                )
            found[name] = value
        for name, array in arrays.items():
            array[...] = found[name]

    def _names(self):
        return [str(layer) for layer in self.layers]

    def _arrays(self):
        """What a layer learns, and what else it keeps in `state`, {"0.W": array}."""
        return {
            f"{i}.{name}": array
            for i, layer in enumerate(self.layers)
            for name, array in {**layer.params, **layer.state}.items()
        }

    def _up(self, x, training):
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def _down(self, d_output):
        for layer in reversed(self.layers):
            d_output = layer.backward(d_output)
        return d_output

    def _admit(self, x):
        """`x` in the type of the model and the usual order, all of it checked.

        Inside the model the layers trust what they get, so this is the only check. In
        another order of memory a product could differ in its last digit.
        """
        given, x = x, checks.plain_array("x", x)
        # No samples are enough to see whether these are numbers at all.
        checks.real_array("x", x[:0] if x.ndim else given)
        self.output_shape(x.shape)
        # A layer that looks things up keeps integers; the others want floats.
        wanted = self.layers[0].check_input(x[:1]).dtype
        if wanted.kind == "f":
            x = checks.real_array("x", x, dtype=self.dtype or wanted)
            return np.ascontiguousarray(x)
        return self.layers[0].check_input(x)

    def _samples(self, x, y, loss):
        """Both as arrays, and certain to suit the model, the loss and each other."""
        checks.function("loss", loss)
        x, y = self._admit(x), checks.plain_array("y", y)
        checks.not_empty("x", x)
        if y.ndim == 0:
            raise TypeError(f"y must have an entry for each sample, got {y}")
        checks.same_length("x", x, "y", y)
        # The loss knows best what is wrong with a target. So that it says so before
        # training, it is asked about all of them, with made-up predictions: 0.5 is
        # fine as a number, as a logit and as a probability.
        made_up = np.full(self.output_shape(x.shape), 0.5, self.flat_params.dtype)
        result = loss(made_up, y)
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(
                f"loss must return the loss and its gradient by the prediction, got "
                f"{type(result).__name__}"
            )
        return x, y

    def _validation_samples(self, validation_data, loss):
        if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
            raise TypeError(
                f"validation_data must be a pair (x, y), got "
                f"{type(validation_data).__name__}"
            )
        try:
            return self._samples(*validation_data, loss)
        except (TypeError, ValueError) as error:
            raise type(error)(f"validation_data: {error}") from None

    def _has_penalty(self):
        return any(map(_has_penalty, self.layers))


def write_line(model, epoch, history):
    """A callback that writes what the epoch has recorded; `verbose=1` uses it.

    Parameters
    ----------
    model : Sequential
    epoch : int
    history : dict of list

    Examples
    --------
    >>> write_line(None, 1, {"loss": [0.7, 0.25], "val_loss": [0.7, 0.5]})
    epoch 2: loss 0.25, val_loss 0.5
    """
    values = ", ".join(
        f"{name} {values[epoch]:.4g}" for name, values in history.items()
    )
    sys.stdout.write(f"epoch {epoch + 1}: {values}\n")


def _has_penalty(layer):
    inner = getattr(layer, "layers", ())
    return getattr(layer, "penalty", None) is not None or any(map(_has_penalty, inner))


def _shape_text(shape):
    if shape is None:
        return "any"
    sizes = ["?" if size is None else str(size) for size in shape[1:]]
    return f"({', '.join(['n', *sizes])})"


def _keep_freed_memory():
    """Let what one step has freed serve the next one.

    The C library of Linux gives large arrays back to the system, which clears their
    memory before it hands it out again. In a convolutional network that takes a fifth
    of the time. Once it has seen a large array freed, here one of nearly 32 MiB that is
    never written to, it keeps all that are no larger. Elsewhere this does nothing.
    """
    np.empty(2**25 - 2**13, np.uint8)


def _check_converging(value, name, where, optimizer):
    if not math.isfinite(value):
        raise RuntimeError(
            f"training diverged: the {name} became {value} in {where}, at learning "
            f"rate {optimizer.rate}. Use a smaller learning rate, or clip_norm."
        )


def _check_optimizer(optimizer):
    if isinstance(optimizer, type) or not callable(getattr(optimizer, "step", None)):
        raise TypeError(
            f"optimizer must be an optimizer such as Adam(0.001), got {optimizer!r}"
        )


def _checked_functions(name, functions):
    if callable(functions):
        raise TypeError(f"{name} must be a sequence of functions, got one: use [it]")
    return tuple(checks.function(f"each of {name}", function) for function in functions)
