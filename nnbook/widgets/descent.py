"""A ball on a surface goes downhill, one step of gradient descent after the other.

Three surfaces: a round bowl, a valley that is twenty times steeper across than along,
and two wells of different depth with a saddle between them. Where the ball ends depends
on where it is dropped and on the learning rate, and the sentence says what became of
it: it rests, it is on its way, it keeps overshooting, or it diverges.

Chapter: losses.
"""

import math

import numpy as np
import traitlets

from nnbook.optimizers import SGD
from nnbook.widgets.base import BookWidget, Number, fixed, module, short

# Every surface is height(x) + c y^2: name -> (height, its derivative, c, title). The
# products are written out so that Python and JavaScript round alike, step after step.
SURFACES = {
    "bowl": (lambda x: x * x + 2, lambda x: 2 * x, 1.0, "Bowl"),
    "valley": (lambda x: 0.05 * x * x, lambda x: 0.1 * x, 1.0, "Valley"),
    "wells": (
        lambda x: (x * x - 4) * (x * x - 4) / 16 + 0.15 * x + 1,
        lambda x: x * (x * x - 4) / 4 + 0.15,
        0.5,
        "Two wells",
    ),
}
EDGE = 10  # a ball farther out than this, in x or in y, has left the map
AT_REST = 0.01  # with a gradient shorter than this
RECENT = 6  # steps, in which a loss that fails to fall means overshooting


class Descent(BookWidget):
    """A ball that goes downhill on a surface.

    Parameters
    ----------
    surface : str, "bowl", "valley" or "wells"
    x, y : float, -3 to 3
        Where the ball is dropped.
    rate : float, 0.01 to 1.2
        The learning rate: how far to step, as a multiple of the gradient.
    steps : float, 0 to 60
        How many steps to take; a part of a step is not taken.

    Examples
    --------
    >>> Descent(surface="bowl", x=2, y=0, rate=0.5, steps=1).sentence()
    'Bowl, from (2.00, 0.00), learning rate 0.5: in 1 step the loss goes from 6.000 to \
2.000, and the ball rests at the bottom.'
    """

    name = "descent"
    _esm = module(name)

    surface = traitlets.Enum(list(SURFACES), "valley").tag(sync=True, shared=True)
    x = Number(-2.7, -3, 3)
    y = Number(1.3, -3, 3)
    rate = Number(0.3, 0.01, 1.2)
    steps = Number(20, 0, 60)

    def compute(self):
        """The path of the ball and what became of it.

        Returns
        -------
        dict
            `path` (points), `losses` (one a point), `x`, `y` and `loss` at the end,
            `slope` (length of the gradient there), `failed` (steps in which the loss
            did not fall), `outcome`, and `x_1`, `y_1`, where the first step leads.
        """
        position, optimizer = np.array([self.x, self.y]), SGD(self.rate)
        optimizer.step(position, self._gradient([self.x, self.y]))
        first = position.tolist()

        path = [[self.x, self.y]]
        position, optimizer = np.array(path[0]), SGD(self.rate)
        while len(path) <= math.floor(self.steps) and not _is_off(path[-1]):
            optimizer.step(position, self._gradient(path[-1]))
            path.append(position.tolist())
        losses = [self._loss(point) for point in path]
        d_x, d_y = self._gradient(path[-1]).tolist()
        slope = math.sqrt(d_x * d_x + d_y * d_y)
        return {
            "path": path,
            "losses": losses,
            "x": path[-1][0],
            "y": path[-1][1],
            "loss": losses[-1],
            "slope": slope,
            "failed": _failures(losses),
            "outcome": _outcome(path, losses, slope),
            "x_1": first[0],
            "y_1": first[1],
        }

    def sentence(self):
        """Where the ball started, what the steps did to the loss, and how it ended."""
        numbers = self.compute()
        losses, n = numbers["losses"], len(numbers["path"]) - 1
        count = "1 step" if n == 1 else f"{n} steps"
        goes = f"the loss goes from {_amount(losses[0])} to {_amount(losses[-1])}"
        slope = fixed(numbers["slope"], 3)
        story = {
            "waits": f"the loss is {_amount(losses[0])}, the slope {slope}. "
            f"No step is taken yet.",
            "left": f"after {count} the ball has left the map. The steps are too long "
            f"for this slope: the descent diverges.",
            "grows": f"in {count} {goes}, and it rises in every step: the descent "
            f"diverges.",
            "rests": f"in {count} {goes}, and the ball rests "
            f"{_place(self.surface, numbers['x'])}.",
            "swings": f"in {count} {goes}, but in {numbers['failed']} of them it did "
            f"not fall: the ball keeps overshooting.",
            "falls": f"in {count} {goes}. The slope is still {slope}: the ball is on "
            f"its way.",
        }[numbers["outcome"]]
        return (
            f"{SURFACES[self.surface][3]}, from ({fixed(self.x, 2)}, "
            f"{fixed(self.y, 2)}), learning rate {short(self.rate)}: {story}"
        )

    def _loss(self, point):
        height, _, c, _ = SURFACES[self.surface]
        x, y = point
        return height(x) + c * y * y

    def _gradient(self, point):
        _, derivative, c, _ = SURFACES[self.surface]
        x, y = point
        return np.array([derivative(x), 2 * c * y])


def _is_off(point):
    return abs(point[0]) > EDGE or abs(point[1]) > EDGE


def _failures(losses):
    """In how many steps the loss did not fall."""
    pairs = zip(losses, losses[1:], strict=False)
    return sum(after >= before for before, after in pairs)


def _outcome(path, losses, slope):
    """What became of the ball, in one word."""
    n = len(path) - 1
    if n == 0:
        return "waits"
    if _is_off(path[-1]):
        return "left"
    if slope < AT_REST:
        return "rests"
    if n >= 3 and all(b > a for a, b in zip(losses, losses[1:], strict=False)):
        return "grows"
    if _failures(losses[-RECENT - 1 :]):
        return "swings"
    return "falls"


def _place(surface, x):
    """Where on the surface a ball at rest lies."""
    if surface != "wells":
        return "at the bottom"
    if x < -1:
        return "in the deeper well"
    if x > 1:
        return "in the shallower well, a local minimum"
    return "on the saddle between the wells"


def _amount(loss):
    return "more than 1000" if loss > 1000 else fixed(loss, 3)
