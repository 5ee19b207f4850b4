"""Ways to use a gradient: how far to step, and in which direction.

The gradient says which way is uphill, here and now. An **optimizer** turns it into a
step. Plain gradient descent steps straight downhill. Momentum keeps part of the last
step, so that zigzags cancel and long slopes are run down faster. RMSProp and Adam give
each weight a step of its own size, by how large its gradients have been.

A model keeps all its weights in one flat vector and all its gradients in another, so
an optimizer is a few lines on two vectors, whatever the model looks like. The numbers
are those of Keras. Everything happens in place, in arrays that are kept from step to
step: for a hundred thousand weights, making new ones would take most of the time.

The learning rate is a number or a **schedule**, a function from the number of steps
taken so far to a number. The second half of this file makes schedules.

The chapter on training teaches this file.
"""

import math

import numpy as np

from nnbook.checks import number, real_array, whole_number


class Optimizer:
    """What all optimizers share. A subclass says in `move` what one step is.

    An optimizer belongs to one model: what it remembers has the shape of the weights.
    `move` changes them in one operation, its last, so that whoever interrupts it finds
    the weights of a whole step.

    Parameters
    ----------
    learning_rate : float or callable
        A number above 0, or a schedule, called with the number of steps taken so far.
    clip_norm : float, optional
        Scale gradients that are longer than this down to it before each step.

    Attributes
    ----------
    learning_rate : float or callable
        May be set between steps.
    steps : int
        How many steps were taken.

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range or no number.
    """

    n_kept = 1  # how many arrays of the size of the weights `move` needs

    def __init__(self, learning_rate, *, clip_norm=None):
        self.learning_rate = learning_rate
        self.clip_norm = clip_norm
        if clip_norm is not None:
            self.clip_norm = number("clip_norm", clip_norm, above=0)
        self.steps = 0
        self.kept = None

    @property
    def learning_rate(self):
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if not callable(value):
            value = number("learning_rate", value, above=0)
        self._learning_rate = value

    @property
    def rate(self):
        """The learning rate of the next step, a float."""
        if not callable(self.learning_rate):
            return self.learning_rate
        return number("learning_rate", self.learning_rate(self.steps), at_least=0)

    def step(self, params, grads):
        """Move the weights, in place, by one step.

        Parameters
        ----------
        params : ndarray of floats, shape (n,)
            The weights; changed.
        grads : ndarray, shape and dtype of `params`
            The gradient of the loss; changed only if `clip_norm` is given.

        Raises
        ------
        ValueError, TypeError
            If the two do not match each other or the model of earlier steps.
        """
        self._check(params, grads)
        rate = self.rate
        if self.clip_norm is not None:
            clip_by_global_norm(grads, self.clip_norm)
        if self.kept is None:
            self.kept = [np.zeros_like(params) for _ in range(self.n_kept)]
        self.move(params, grads, rate)
        self.steps += 1

    def _check(self, params, grads):
        _check_floats("params", params)
        _check_floats("grads", grads)
        if params.shape != grads.shape or params.dtype != grads.dtype:
            raise ValueError(
                f"grads must have the shape and dtype of params, {params.shape} "
                f"{params.dtype}, got {grads.shape} {grads.dtype}"
            )
        if self.kept is not None and self.kept[0].shape != params.shape:
            raise ValueError(
                f"params has shape {params.shape}, but this optimizer has trained a "
                f"model with {self.kept[0].shape}. Make a new one for each model."
            )


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    Called stochastic because the gradient of a batch is a random estimate of that of
    all samples (H. Robbins and S. Monro, 1951). Momentum is due to B. Polyak (1964);
    Y. Nesterov (1983) steps as if one step further on.

    Parameters
    ----------
    learning_rate : float or callable
    momentum : float
        Share of the last step that is kept, from 0 to below 1.
    nesterov : bool
        Use Nesterov's form of momentum.
    clip_norm : float, optional

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range or no number.

    Examples
    --------
    >>> params = np.array([1.0, 2.0])
    >>> SGD(0.1).step(params, np.array([10.0, -10.0]))
    >>> params
    array([0., 3.])
    """

    n_kept = 2

    def __init__(self, learning_rate, momentum=0.0, nesterov=False, *, clip_norm=None):
        super().__init__(learning_rate, clip_norm=clip_norm)
        self.momentum = number("momentum", momentum, at_least=0, below=1)
        if not isinstance(nesterov, bool):
            raise TypeError(f"nesterov must be True or False, got {nesterov!r}")
        self.nesterov = nesterov

    def move(self, params, grads, rate):
        """velocity = momentum velocity - rate grads; params += velocity."""
        velocity, downhill = self.kept
        np.multiply(grads, -rate, out=downhill)
        velocity *= self.momentum
        velocity += downhill
        if self.nesterov:
            downhill += self.momentum * velocity
        params += downhill if self.nesterov else velocity


class RMSProp(Optimizer):
    """Each step divided by the size that the weight's gradients have had of late.

    Described by T. Tieleman and G. Hinton in lecture 6 of their course (2012).

    Parameters
    ----------
    learning_rate : float or callable
    rho : float
        Share of the mean square that is kept at each step, from 0 to below 1.
    epsilon : float
        Added to the mean square, so that nothing is divided by 0.
    clip_norm : float, optional

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range or no number.

    Examples
    --------
    >>> params = np.array([1.0, 1.0])
    >>> RMSProp(0.1, rho=0.75).step(params, np.array([3.0, -0.003]))
    >>> params.round(3)  # 0.1 / sqrt(0.25) whatever the gradient's size
    array([0.8  , 1.196])
    """

    n_kept = 2

    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7, *, clip_norm=None):
        super().__init__(learning_rate, clip_norm=clip_norm)
        self.rho = number("rho", rho, at_least=0, below=1)
        self.epsilon = number("epsilon", epsilon, above=0)

    def move(self, params, grads, rate):
        """params -= rate grads / sqrt(mean of grads**2 + epsilon)."""
        mean_square, work = self.kept
        np.square(grads, out=work)
        work *= 1 - self.rho
        mean_square *= self.rho
        mean_square += work
        np.add(mean_square, self.epsilon, out=work)
        np.sqrt(work, out=work)
        np.divide(grads, work, out=work)
        work *= rate
        params -= work


class Adam(Optimizer):
    """Momentum and RMSProp together, with both means corrected for starting at 0.

    D. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015), in the
    form of the paragraph before its section 2.1, which is also the one of Keras:
    epsilon is added after the correction has been moved into the learning rate.

    Parameters
    ----------
    learning_rate : float or callable
    beta_1, beta_2 : float
        Shares of the mean gradient and of the mean square that are kept at each step,
        from 0 to below 1.
    epsilon : float
        Added to the root of the mean square, so that nothing is divided by 0.
    clip_norm : float, optional

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range or no number.

    Examples
    --------
    >>> params = np.array([1.0, 1.0])
    >>> Adam(0.1).step(params, np.array([3.0, -0.003]))
    >>> params.round(3)  # the first step is the learning rate, whatever the gradient
    array([0.9, 1.1])
    """

    n_kept = 3

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        *,
        clip_norm=None,
    ):
        super().__init__(learning_rate, clip_norm=clip_norm)
        self.beta_1 = number("beta_1", beta_1, at_least=0, below=1)
        self.beta_2 = number("beta_2", beta_2, at_least=0, below=1)
        self.epsilon = number("epsilon", epsilon, above=0)

    def move(self, params, grads, rate):
        """params -= corrected rate * mean gradient / (sqrt(mean square) + epsilon)."""
        total, total_square, work = self.kept
        total *= self.beta_1
        total += grads
        np.square(grads, out=work)
        total_square *= self.beta_2
        total_square += work
        # Means are these totals times 1 - beta. Multiplying single numbers by that, at
        # the end, saves two of twelve passes over all the weights.
        scale, scale_square = 1 - self.beta_1, math.sqrt(1 - self.beta_2)
        # Both means start at 0 and are too small by these factors after t steps.
        t = self.steps + 1
        rate *= math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        np.sqrt(total_square, out=work)
        work += self.epsilon / scale_square
        np.divide(total, work, out=work)
        work *= rate * scale / scale_square
        params -= work


def clip_by_global_norm(grads, max_norm):
    """Shorten a gradient that is too long, in place, and keep its direction.

    R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent
    neural networks" (2013).

    Parameters
    ----------
    grads : ndarray of floats
        All gradients of a model in one array; changed if longer than `max_norm`.
    max_norm : float
        The length allowed, above 0.

    Returns
    -------
    float
        The length that `grads` had.

    Raises
    ------
    ValueError
        If a gradient is NaN or infinite, or `max_norm` is not above 0.
    TypeError
        If `grads` is not an array of floats.

    Examples
    --------
    >>> grads = np.array([3.0, -4.0])
    >>> clip_by_global_norm(grads, 1.0)
    5.0
    >>> grads
    array([ 0.6, -0.8])
    """
    max_norm = number("max_norm", max_norm, above=0)
    _check_floats("grads", grads)
    real_array("grads", grads)
    largest = float(np.max(np.abs(grads), initial=0))
    if largest == 0:
        return 0.0
    # Measured against the largest entry: the squares of an exploding gradient, which
    # is what this is for, would overflow.
    relative = np.ravel(np.divide(grads, largest, dtype=np.float64))
    length = math.sqrt(relative @ relative)
    if largest * length > max_norm:
        # In two steps: a float32 may not hold the product of the two factors.
        grads /= largest
        grads *= max_norm / length
    return largest * length


def _check_floats(name, array):
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
        raise TypeError(
            f"{name} must be an array of floats, to be worked on in place, got "
            f"{getattr(array, 'dtype', type(array).__name__)}"
        )


def constant(rate):
    """A schedule that stays where it is.

    Parameters
    ----------
    rate : float
        The learning rate, above 0.

    Returns
    -------
    callable
        From the number of steps taken to the learning rate.

    Examples
    --------
    >>> constant(0.1)(1000)
    0.1
    """
    rate = number("rate", rate, above=0)
    return lambda step: rate


def step_decay(rate, *, every, factor):
    """A schedule that falls by a factor at once, again and again.

    Parameters
    ----------
    rate : float
        The learning rate at the start, above 0.
    every : int
        How many steps each level lasts.
    factor : float
        What each level is multiplied by to give the next, above 0 and at most 1.

    Returns
    -------
    callable
        From the number of steps taken to rate factor ** (step // every).

    Examples
    --------
    >>> schedule = step_decay(0.1, every=100, factor=0.5)
    >>> schedule(99), schedule(100), schedule(250)
    (0.1, 0.05, 0.025)
    """
    rate = number("rate", rate, above=0)
    every = whole_number("every", every)
    factor = number("factor", factor, above=0, at_most=1)
    return lambda step: rate * factor ** (step // every)


def exponential_decay(rate, *, every, factor):
    """A schedule that falls by the same share at each step.

    Parameters
    ----------
    rate : float
        The learning rate at the start, above 0.
    every : int
        How many steps it takes to fall by `factor`.
    factor : float
        Above 0 and at most 1.

    Returns
    -------
    callable
        From the number of steps taken to rate factor ** (step / every).

    Examples
    --------
    >>> schedule = exponential_decay(0.1, every=100, factor=0.25)
    >>> schedule(0), schedule(50), schedule(100)
    (0.1, 0.05, 0.025)
    """
    rate = number("rate", rate, above=0)
    every = whole_number("every", every)
    factor = number("factor", factor, above=0, at_most=1)
    return lambda step: rate * factor ** (step / every)


def cosine_decay(rate, *, steps):
    """A schedule that falls to 0 along half a cosine: slowly, fast, slowly.

    I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts"
    (2017), without the restarts.

    Parameters
    ----------
    rate : float
        The learning rate at the start, above 0.
    steps : int
        How many steps until it is 0, where it stays.

    Returns
    -------
    callable
        From the number of steps taken to rate (1 + cos(pi step / steps)) / 2.

    Examples
    --------
    >>> schedule = cosine_decay(0.1, steps=100)
    >>> schedule(0), round(schedule(50), 3), schedule(100), schedule(200)
    (0.1, 0.05, 0.0, 0.0)
    """
    rate = number("rate", rate, above=0)
    steps = whole_number("steps", steps)
    return lambda step: rate * (1 + math.cos(math.pi * min(step / steps, 1))) / 2


def warm_up(schedule, *, steps):
    """A schedule that rises evenly from 0, and then follows another one.

    Parameters
    ----------
    schedule : callable
        What follows, counting its steps from the end of the rise.
    steps : int
        How many steps the rise takes.

    Returns
    -------
    callable
        From the number of steps taken to the learning rate.

    Raises
    ------
    TypeError
        If `schedule` cannot be called.

    Examples
    --------
    >>> schedule = warm_up(cosine_decay(0.5, steps=100), steps=10)
    >>> schedule(0), schedule(5), schedule(10), round(schedule(60), 3)
    (0.0, 0.25, 0.5, 0.25)
    """
    if not callable(schedule):
        raise TypeError(
            f"schedule must be a schedule such as constant(0.1), got {schedule!r}"
        )
    steps = whole_number("steps", steps)
    top = schedule(0)

    def rising_then(step):
        return top * step / steps if step < steps else schedule(step - steps)

    return rising_then
