"""The dense networks in scikit-learn, whose MLPClassifier trains with Adam."""

import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from works import MLPS, data


def prepare(work):
    """A function that does the work once."""
    if work == "W1" or work not in MLPS:
        return None
    x, labels = data(work)
    plan = MLPS[work]
    model = MLPClassifier(
        plan["sizes"][1:-1],
        batch_size=plan["batch"],
        max_iter=plan["epochs"],
        alpha=0,
        n_iter_no_change=plan["epochs"] + 1,
    )
    warnings.simplefilter("ignore", ConvergenceWarning)
    return lambda: model.fit(x, labels)
