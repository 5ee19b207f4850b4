"""Keep a network from learning the noise.

A network with room to spare learns its training samples by heart. There are four ways
to make that harder. A penalty makes large weights expensive (`l2`, `l1`). Stopping
early leaves the network where it did best on samples it was not trained on. More
samples, even made ones (`shifted`, `noisy`), leave less to learn by heart. And labels
that claim a little less (`smooth_labels`) reward certainty less. A fifth way, dropout,
is a layer.

The chapters on regularization and on machine learning in practice teach this file.
"""

import numpy as np

from nnbook import checks


def l2(strength):
    """The penalty strength * sum W^2: every weight is pulled back in proportion.

    Without the half that some write, as in Keras.

    Parameters
    ----------
    strength : float
        At least 0.

    Returns
    -------
    callable
        `penalty(W)` returns the penalty, a float, and its gradient 2 * strength * W,
        of the shape and dtype of `W`. For `Dense(..., penalty=l2(0.01))`.

    Raises
    ------
    ValueError
        If `strength` is negative, infinite or NaN.

    Examples
    --------
    >>> penalty = l2(0.5)
    >>> penalty(np.array([3.0, -1.0]))
    (5.0, array([ 3., -1.]))
    """
    strength = checks.number("strength", strength, at_least=0)

    def penalty(W):
        return strength * float(np.vdot(W, W)), 2 * strength * W

    return penalty


def l1(strength):
    """The penalty strength * sum |W|: every weight is pulled back alike.

    At 0 the slope jumps from -strength to strength; 0 is taken there. So steps along
    this gradient make weights small, but jump over 0. What stops exactly there is
    `soft_threshold`.

    Parameters
    ----------
    strength : float
        At least 0.

    Returns
    -------
    callable
        `penalty(W)` returns the penalty, a float, and its gradient strength * sign(W),
        of the shape and dtype of `W`. For `Dense(..., penalty=l1(0.01))`.

    Raises
    ------
    ValueError
        If `strength` is negative, infinite or NaN.

    Examples
    --------
    >>> penalty = l1(0.5)
    >>> penalty(np.array([3.0, -1.0, 0.0]))
    (2.0, array([ 0.5, -0.5,  0. ]))
    """
    strength = checks.number("strength", strength, at_least=0)

    def penalty(W):
        return strength * float(np.abs(W).sum()), strength * np.sign(W)

    return penalty


def soft_threshold(W, threshold):
    """Bring every weight closer to 0, and those within the threshold to exactly 0.

    This is the proximal step of the penalty `l1`: it minimises
    1/2 sum (V - W)^2 + threshold * sum |V| over V. After a gradient step of the loss
    alone with learning rate r, take it with the threshold r * strength.

    I. Daubechies, M. Defrise and C. De Mol, An iterative thresholding algorithm for
    linear inverse problems with a sparsity constraint, Communications on Pure and
    Applied Mathematics 57 (2004).

    Parameters
    ----------
    W : array_like, any shape
    threshold : float
        At least 0.

    Returns
    -------
    ndarray, same shape as `W`
        sign(W) * max(|W| - threshold, 0).

    Raises
    ------
    ValueError
        If `threshold` is negative, or an entry of `W` is NaN or infinite.

    Examples
    --------
    >>> soft_threshold([3.0, -1.0, 0.25], 0.5)
    array([ 2.5, -0.5,  0. ])
    """
    W = checks.real_array("W", W)
    threshold = checks.number("threshold", threshold, at_least=0)
    return np.sign(W) * np.maximum(np.abs(W) - threshold, 0)


class EarlyStopping:
    """A callback that ends training when the validation loss no longer falls.

    The weights are then those of the best epoch, not of the last. Where training ends
    by its number of epochs instead, `restore` does the same.

    Parameters
    ----------
    patience : int
        After how many epochs without a new best value to stop.
    monitor : str
        The entry of the history that should fall.

    Attributes
    ----------
    best, best_epoch : float, int
        The lowest value in the last training, and its epoch, counted from 0.

    Raises
    ------
    ValueError
        If `patience` is below 1; in training, if the history has no such entry.

    Examples
    --------
    >>> from nnbook.layers import Dense
    >>> from nnbook.losses import mean_squared_error
    >>> from nnbook.model import Sequential
    >>> from nnbook.optimizers import SGD
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(40, 10))
    >>> y = rng.normal(size=(40, 1))  # nothing but noise to learn
    >>> stop = EarlyStopping(patience=5)
    >>> model = Sequential([Dense(10, 1, rng=rng)])
    >>> history = model.fit(
    ...     x[:20], y[:20], loss=mean_squared_error, optimizer=SGD(0.1), epochs=100,
    ...     batch_size=20, rng=rng, validation_data=(x[20:], y[20:]), callbacks=[stop],
    ... )
    >>> len(history["loss"]) == stop.best_epoch + 5 + 1
    True
    """

    def __init__(self, patience, monitor="val_loss"):
        self.patience = checks.whole_number("patience", patience)
        self.monitor = monitor
        self.best, self.best_epoch, self._weights = np.inf, None, None

    def __call__(self, model, epoch, history):
        """Look at the epoch that has just ended; True stops."""
        if self.monitor not in history:
            raise ValueError(
                f"EarlyStopping watches {self.monitor!r}, but the history has "
                f"{', '.join(history)}. Give fit validation_data."
            )
        if epoch == 0:  # a new training; the callback may have seen another
            self.best = np.inf
        value = history[self.monitor][epoch]
        if value < self.best:
            self.best, self.best_epoch = value, epoch
            self._weights = [array.copy() for array in _memory(model)]
        if epoch - self.best_epoch < self.patience:
            return False
        self.restore(model)
        return True

    def restore(self, model):
        """Give the model the weights of the best epoch.

        Parameters
        ----------
        model : Sequential
            The model that was trained.

        Raises
        ------
        RuntimeError
            If nothing was trained with this callback.
        """
        if self._weights is None:
            raise RuntimeError("EarlyStopping has seen no epoch yet: call fit first")
        for array, best in zip(_memory(model), self._weights, strict=True):
            array[...] = best


def smooth_labels(labels, n_classes, smoothing):
    """Targets that are not quite certain: a little of each goes to all classes.

    C. Szegedy and others, Rethinking the Inception architecture for computer vision,
    CVPR (2016).

    Parameters
    ----------
    labels : array_like, integers of shape (samples,)
        From 0 to `n_classes` - 1.
    n_classes : int
        At least 2.
    smoothing : float
        What is shared out, from 0 (one-hot) to below 1.

    Returns
    -------
    ndarray of float64, shape (samples, n_classes)
        smoothing / n_classes everywhere, and 1 - smoothing more at the label. Rows sum
        to 1, as `softmax_cross_entropy` wants them.

    Raises
    ------
    ValueError
        If a label is no class, or `smoothing` is outside its range.

    Examples
    --------
    >>> smooth_labels([2, 0], 4, 0.2)
    array([[0.05, 0.05, 0.85, 0.05],
           [0.85, 0.05, 0.05, 0.05]])
    """
    n_classes = checks.whole_number("n_classes", n_classes, at_least=2)
    labels = checks.class_labels("labels", labels, n_classes)
    smoothing = checks.number("smoothing", smoothing, at_least=0, below=1)
    targets = np.full((len(labels), n_classes), smoothing / n_classes)
    targets[np.arange(len(labels)), labels] += 1 - smoothing
    return targets


def shifted(images, pixels, *, rng):
    """Copies of the images, each moved by up to so many pixels in each direction.

    What moves out is lost, what moves in is 0: paper. Only right where a moved picture
    still shows the same thing.

    Parameters
    ----------
    images : array_like, shape (samples, height, width, channels)
    pixels : int
        The largest move; at least 0 and less than height and width.
    rng : numpy.random.Generator
        Draws each move, all equally likely.

    Returns
    -------
    ndarray, same shape as `images`

    Raises
    ------
    ValueError
        If `images` have no such shape, or would be moved out of sight.

    Examples
    --------
    >>> image = np.arange(1, 10).reshape(1, 3, 3, 1)
    >>> shifted(image, 1, rng=np.random.default_rng(3))[0, :, :, 0]
    array([[0., 4., 5.],
           [0., 7., 8.],
           [0., 0., 0.]])
    """
    images = checks.real_array("images", images)
    if images.ndim != 4:
        raise ValueError(
            f"images must have shape (samples, height, width, channels), "
            f"got {images.shape}. One channel? Use images[..., None]."
        )
    pixels = checks.whole_number("pixels", pixels, at_least=0)
    n, height, width, _ = images.shape
    if pixels >= min(height, width):
        raise ValueError(
            f"pixels must be less than height and width, {height} and {width}, "
            f"got {pixels}"
        )
    checks.generator("rng", rng)
    border = ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0))
    framed = np.pad(images, border)
    # Each image is seen through a window of its own in its frame.
    top, left = rng.integers(2 * pixels + 1, size=(2, n, 1))
    rows, columns = top + np.arange(height), left + np.arange(width)
    samples = np.arange(n)[:, None, None]
    return framed[samples, rows[:, :, None], columns[:, None, :]]


def noisy(x, std, *, rng):
    """Copies of the samples with a little noise on every number.

    Parameters
    ----------
    x : array_like, any shape
    std : float
        Standard deviation of the noise, at least 0, in the unit of `x`.
    rng : numpy.random.Generator
        Draws it, with mean 0, from the normal distribution.

    Returns
    -------
    ndarray, same shape as `x`
        Not clipped: a pixel may be darker than black.

    Raises
    ------
    ValueError
        If `std` is negative, or an entry of `x` is NaN or infinite.

    Examples
    --------
    >>> noisy([1.0, 2.0, 3.0], 0.1, rng=np.random.default_rng(0)).round(2)
    array([1.01, 1.99, 3.06])
    """
    x = checks.real_array("x", x)
    std = checks.number("std", std, at_least=0)
    checks.generator("rng", rng)
    return x + (std * rng.standard_normal(x.shape)).astype(x.dtype)


def _memory(model):
    """All that training changes: the parameters, and what layers measure besides."""
    states = [array for layer in model.layers for array in layer.state.values()]
    return [model.flat_params, *states]
