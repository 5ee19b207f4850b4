"""Five balls on one surface, each with an optimizer of its own, stepping together.

Plain descent, momentum, Nesterov momentum, RMSProp and Adam start at the same point and
take the same number of steps. Four surfaces: a valley along the axes, the same valley
turned by 45 degrees, a plateau around a hollow, and two wells. Where one optimizer is
quick another dances, and which one depends on the surface.

Chapter: training.
"""

import math

import numpy as np
import traitlets

from nnbook.optimizers import SGD, Adam, RMSProp
from nnbook.widgets.base import BookWidget, Number, fixed, module, short, whole

# Name -> (title, height, its lowest value, its two slopes). Products are written out so
# that Python and JavaScript round alike, step after step.
SURFACES = {
    "valley": (
        "Valley",
        lambda x, y: 0.05 * x * x + y * y,
        0.0,
        lambda x, y: [0.1 * x, 2 * y],
    ),
    "slanted": (
        "Slanted valley",
        lambda x, y: 0.025 * (x + y) * (x + y) + 0.5 * (y - x) * (y - x),
        0.0,
        lambda x, y: [0.05 * (x + y) - (y - x), 0.05 * (x + y) + (y - x)],
    ),
    "plateau": (
        "Plateau",
        lambda x, y: (x * x + y * y) / (1 + x * x + y * y),
        0.0,
        lambda x, y: [
            2 * x / ((1 + x * x + y * y) * (1 + x * x + y * y)),
            2 * y / ((1 + x * x + y * y) * (1 + x * x + y * y)),
        ],
    ),
    "wells": (
        "Two wells",
        lambda x, y: (x * x - 4) * (x * x - 4) / 16 + 0.15 * x + 1 + 0.5 * y * y,
        0.6946,
        lambda x, y: [x * (x * x - 4) / 4 + 0.15, y],
    ),
}
# As compute calls them and as the reader does.
BALLS = {
    "plain": "plain descent",
    "momentum": "momentum",
    "nesterov": "Nesterov",
    "rmsprop": "RMSProp",
    "adam": "Adam",
}
EDGE = 10  # a ball farther out than this, in x or in y, has left the map


class UncorrectedAdam(Adam):
    """Adam that trusts its averages from the first step on, when they are still low."""

    def move(self, params, grads, rate):
        t = self.steps + 1
        correction = math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        super().move(params, grads, rate / correction)


class OptimizerRace(BookWidget):
    """Five optimizers that go downhill from the same point.

    Parameters
    ----------
    surface : str, "valley", "slanted", "plateau" or "wells"
    x, y : float, -3 to 3
        Where all of them start.
    rate : float, 0.01 to 1
        The learning rate of all.
    momentum : float, 0 to 0.99
        The share of the last step that momentum and Nesterov keep; Adam's beta_1.
    correct : bool
        Whether Adam corrects its averages for having started at 0.
    steps : float, 0 to 100
        How many steps to take; a part of a step is not taken.

    Examples
    --------
    >>> OptimizerRace(steps=0).sentence()
    'Valley, from (−2.70, 1.30): all five stand at a loss of 2.054. No step is taken \
yet.'
    """

    name = "optimizer_race"
    _esm = module(name)

    surface = traitlets.Enum(list(SURFACES), "valley").tag(sync=True, shared=True)
    x = Number(-2.7, -3, 3)
    y = Number(1.3, -3, 3)
    rate = Number(0.1, 0.01, 1)
    momentum = Number(0.9, 0, 0.99)
    correct = traitlets.Bool(True).tag(sync=True, shared=True)
    steps = Number(40, 0, 100)

    def compute(self):
        """The paths of the five balls, and how well each has done.

        Returns
        -------
        dict
            `paths` and `losses`, by ball; under each ball's name its loss at the end;
            `arrived`, by ball: after how many steps its loss, measured from the
            lowest, was and stayed below a hundredth of that of the start, or -1;
            `winner`, whose loss is lowest, "nobody" if all have left the map; and
            `adam_x_1`, `adam_y_1`, where Adam's first step leads.
        """
        paths = {ball: self._path(ball, math.floor(self.steps)) for ball in BALLS}
        losses = {
            ball: [self._loss(point) for point in path] for ball, path in paths.items()
        }
        first = self._path("adam", 1)[1]
        return {
            "paths": paths,
            "losses": losses,
            **{ball: losses[ball][-1] for ball in BALLS},
            "arrived": {
                ball: self._arrival(paths[ball], losses[ball]) for ball in BALLS
            },
            "winner": self._winner(paths, losses),
            "adam_x_1": first[0],
            "adam_y_1": first[1],
        }

    def sentence(self):
        """The loss that each ball has reached, and which is nearest to the bottom."""
        numbers = self.compute()
        paths, losses = numbers["paths"], numbers["losses"]
        n = math.floor(self.steps)
        start = (
            f"{SURFACES[self.surface][0]}, from ({fixed(self.x, 2)}, "
            f"{fixed(self.y, 2)})"
        )
        if n == 0:
            return (
                f"{start}: all five stand at a loss of {fixed(losses['plain'][0], 3)}. "
                f"No step is taken yet."
            )
        ends = ", ".join(
            f"{title} {_ending(paths[ball], losses[ball])}"
            for ball, title in BALLS.items()
        )
        correction = "" if self.correct else " without bias correction"
        return (
            f"{start}, learning rate {short(self.rate)}, momentum "
            f"{short(self.momentum)}{correction}. Loss after "
            f"{n} step{'' if n == 1 else 's'}: {ends}. Lowest: {numbers['winner']}."
        )

    def _optimizer(self, ball):
        adam = Adam if self.correct else UncorrectedAdam
        return {
            "plain": lambda: SGD(self.rate),
            "momentum": lambda: SGD(self.rate, self.momentum),
            "nesterov": lambda: SGD(self.rate, self.momentum, nesterov=True),
            "rmsprop": lambda: RMSProp(self.rate),
            "adam": lambda: adam(self.rate, beta_1=self.momentum),
        }[ball]()

    def _path(self, ball, steps):
        position, optimizer = np.array([self.x, self.y]), self._optimizer(ball)
        path = [position.tolist()]
        while len(path) <= steps and not _is_off(path):
            optimizer.step(position, self._gradient(path[-1]))
            path.append(position.tolist())
        return path

    def _loss(self, point):
        return SURFACES[self.surface][1](*point)

    def _gradient(self, point):
        return np.array(SURFACES[self.surface][3](*point), dtype=float)

    def _arrival(self, path, losses):
        lowest = SURFACES[self.surface][2]
        near = 0.01 * (losses[0] - lowest)
        late = [k for k, loss in enumerate(losses) if loss - lowest > near]
        steps = late[-1] + 1 if late else 0
        return -1 if _is_off(path) or steps == len(losses) else steps

    def _winner(self, paths, losses):
        """To six decimals, so that the last bit of a number decides nothing."""
        scores = [
            math.inf if _is_off(paths[ball]) else whole(losses[ball][-1] * 1e6)
            for ball in BALLS
        ]
        best = min(scores)
        return (
            "nobody" if best == math.inf else list(BALLS.values())[scores.index(best)]
        )


def _ending(path, losses):
    return "off the map" if _is_off(path) else fixed(losses[-1], 3)


def _is_off(path):
    return max(map(abs, path[-1])) > EDGE
