"""The exercises of chapter 3: layers that collapse, leaks, dead units, and choices."""

import numpy as np

from nnbook.activations import tanh_grad
from nnbook.exercises import NotYet, call, exercise


@exercise
def check_merge(merge):
    """`merge(W1, b1, W2, b2)` -> (W, b), one layer that does the work of two."""
    rng = np.random.default_rng(0)
    W1, b1 = rng.normal(size=(4, 3)), rng.normal(size=3)
    W2, b2 = rng.normal(size=(3, 3)), rng.normal(size=3)
    answer = call(merge, W1, b1, W2, b2)
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise NotYet("Return two things, the weights and the bias: `return W, b`.")
    W, b = (np.asarray(part, float) for part in answer)
    if W.shape != (4, 3):
        raise NotYet(
            f"W has shape {W.shape}. The first layer has 4 inputs and the second 3 "
            f"outputs, so the one layer needs (4, 3)."
        )
    if not np.allclose(W, W1 @ W2):
        raise NotYet("The weights are not right: `x` meets W1 first, and then W2.")
    if np.shape(b) == (3,) and np.allclose(b, b1 + b2):
        raise NotYet("The bias b1 goes through the second layer, too, before b2 joins.")
    if np.shape(b) != (3,) or not np.allclose(b, b1 @ W2 + b2):
        raise NotYet(
            "The weights are right, the bias is not. What comes out for x = 0?"
        )
    return "One layer with your weights and bias gives what the two gave."


@exercise
def check_leaky(leaky):
    """`leaky(z, alpha)`, right for any positive alpha."""
    z = np.array([-2.0, -0.5, 0.0, 1.0, 3.0])
    for alpha in (0.01, 1.0, 2.5):
        answer = np.asarray(call(leaky, z, alpha), float)
        right = np.where(z > 0, z, alpha * z)
        if answer.shape != z.shape:
            raise NotYet(
                f"For {len(z)} numbers it returns the shape {answer.shape}; return "
                f"one number for each entry of z."
            )
        if np.allclose(answer, right):
            continue
        if np.allclose(answer, np.maximum(z, 0)):
            raise NotYet("That is the plain ReLU: nothing leaks.")
        if alpha > 1 and np.allclose(answer, np.maximum(alpha * z, z)):
            raise NotYet(
                f"For alpha = {alpha} the larger of alpha z and z is the wrong one, on "
                f"both sides. Decide by the sign of z."
            )
        raise NotYet(
            f"For z = {z} and alpha = {alpha} it returns {answer}, and should return "
            f"{right}."
        )
    return "Right for alpha = 0.01, 1 and 2.5, on both sides of zero."


@exercise
def check_relu_gradient(gradient):
    """`gradient(x, y, w, b)` of half the mean squared error of one ReLU neuron."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(50, 3)), rng.normal(size=50)
    w, b = np.array([0.5, -1.0, 2.0]), 0.3
    z = x @ w + b
    miss, is_open = np.maximum(z, 0) - y, z > 0
    answer = np.asarray(call(gradient, x, y, w, b), float)
    if answer.shape != (3,):
        raise NotYet(
            f"It returns the shape {answer.shape}; the gradient has one entry for "
            f"each of the 3 weights."
        )
    if np.allclose(answer, x.T @ (miss * is_open) / 50):
        return "Mended: samples that the ReLU holds back have no say in the step."
    if np.allclose(answer, x.T @ miss / 50):
        raise NotYet(
            "Samples with z < 0 still pull at the weights, though no small step "
            "changes their activation. Multiply each error by the slope at its z."
        )
    if np.allclose(answer, x.T @ (miss * is_open)) or np.allclose(
        answer, x.T @ (miss * is_open) / is_open.sum()
    ):
        raise NotYet(
            "The direction is right, the length is not: it is a mean over all samples, "
            "also over those that are held back."
        )
    if np.allclose(answer, x.T @ (miss * np.maximum(z, 0)) / 50):
        raise NotYet("You multiplied by the activation. Its slope is 1 or 0.")
    raise NotYet(
        "It is not the gradient. Keep the error a - y and multiply it, sample by "
        "sample, by the slope of the ReLU."
    )


@exercise
def check_count_dead(count_dead):
    """`count_dead(z)`, z of shape (samples, units), returns a number of units."""
    z = np.array(
        [
            [-1.0, 2.0, -0.5, -3.0, -2.0, 4.0],
            [-2.0, -1.0, 0.0, 1.0, -4.0, 3.0],
            [-3.0, -1.0, -7.0, -1.0, -1.0, 1.0],
            [-3.0, -1.0, -7.0, -1.0, -1.0, 1.0],
        ]
    )
    answer = call(count_dead, z)
    if np.shape(answer) != ():
        raise NotYet(
            f"It returns the shape {np.shape(answer)}; count the units, so that one "
            f"number is left."
        )
    if answer == 3:
        return "Three of the six units are off for all samples."
    if answer == np.sum(np.all(z < 0, axis=0)):
        raise NotYet(
            "One unit has z = 0 for a sample and is negative for all others. At zero "
            "the slope of a ReLU is 0, too."
        )
    if answer == np.sum(np.any(z <= 0, axis=0)):
        raise NotYet("You count the units that are off for some sample, not for all.")
    if answer == np.sum(np.all(z <= 0, axis=1)):
        raise NotYet("You count samples. They are the rows; look down the columns.")
    if answer == np.sum(z <= 0):
        raise NotYet("You count single entries of z, not units.")
    raise NotYet(
        f"Of these 4 samples and 6 units it says {answer} dead. Units are columns; a "
        f"dead one holds no positive number."
    )


@exercise
def check_depth(depth):
    """The smallest number of tanh layers, all at z = 1, that leave under 1e-6."""
    if depth is ...:
        raise NotYet("Put a whole number in the place of the dots.")
    gain = float(tanh_grad(1.0))
    if depth == 16:
        return f"{gain:.3f}^16 = {gain**16:.1e}; with 15 it is still {gain**15:.1e}."
    if depth == 15:
        raise NotYet(f"Nearly: 15 layers leave {gain**15:.2e}.")
    if depth == 9:
        raise NotYet("That is the answer for sigmoids. tanh has another slope.")
    if depth == 51:
        raise NotYet("You multiplied values, tanh(1). It is slopes that multiply.")
    if depth != int(depth):
        raise NotYet("Layers come in whole numbers. Round to the safe side.")
    raise NotYet(
        f"{depth:g} layers leave {gain ** min(depth, 200):.1e}"
        + (", which is not under 1e-6." if depth < 16 else ", but fewer would do.")
    )


NAMES = "linear sigmoid tanh relu leaky_relu elu softplus gelu softmax exp".split()


@exercise
def check_choice(hidden, output):
    """Two dictionaries: the activations inside and at the end of three networks."""
    tasks = ("spam", "wait", "warmer")
    for where, chosen in (("hidden", hidden), ("output", output)):
        for task in tasks:
            if not isinstance(chosen, dict) or not isinstance(chosen.get(task), str):
                raise NotYet(f'Name an activation for {where}["{task}"], in quotes.')
            if chosen[task] not in NAMES:
                raise NotYet(
                    f'{where}["{task}"] is "{chosen[task]}". The names are '
                    f"{', '.join(NAMES)}."
                )
    if any(hidden[task] == "linear" for task in tasks):
        raise NotYet("Without a bend the hidden layers collapse into one.")
    if any(hidden[task] in ("softmax", "exp") for task in tasks):
        raise NotYet(
            "That is a function for outputs. Hidden layers need a bend that keeps "
            "numbers within bounds and passes changes on."
        )
    if any(hidden[task] == "sigmoid" for task in tasks):
        raise NotYet(
            "Nothing forbids sigmoids inside, but two layers of them pass on a "
            "sixteenth at best. The target has no say in the hidden layers."
        )
    if output["spam"] != "sigmoid":
        raise NotYet(
            "Spam is a matter of yes or no: the output is to be a probability."
        )
    if output["warmer"] in ("relu", "softplus", "sigmoid"):
        raise NotYet(
            f"With {output['warmer']} at the end it can never get colder tomorrow."
        )
    if output["warmer"] != "linear":
        raise NotYet(
            f"{output['warmer']} bends or bounds a difference of temperatures that "
            f"may be any number. Leave it as it is."
        )
    if output["wait"] in ("linear", "tanh", "leaky_relu", "elu", "gelu"):
        raise NotYet(f"With {output['wait']} you may have to wait less than no time.")
    if output["wait"] == "sigmoid":
        raise NotYet("With sigmoid nobody ever waits longer than one minute.")
    if output["wait"] == "relu":
        raise NotYet(
            "A ReLU at the end can die, and then every bus is there at once. Which "
            "function is positive and has a slope everywhere?"
        )
    if output["wait"] not in ("softplus", "exp"):
        raise NotYet("A waiting time is positive. Which activation gives only those?")
    return "The outputs follow from the targets, the hidden layers do not."
