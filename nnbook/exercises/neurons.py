"""The exercises of chapter 1: one neuron, its weights, its rule and its limits."""

import numpy as np

from nnbook.datasets import stairs_patterns
from nnbook.exercises import NotYet, call, exercise
from nnbook.neuron import perceptron, perceptron_rule, weighted_sum


@exercise
def check_neuron_loop(neuron):
    """`neuron(x, w, b)` for one sample, written as a loop, returns the number z."""
    rng = np.random.default_rng(1)
    for n in (1, 3, 5):
        x, w, b = rng.normal(size=n), rng.normal(size=n), 2.0
        z = call(neuron, x, w, b)
        right = weighted_sum(x, w, b)
        if np.shape(z) != ():
            raise NotYet(
                f"It returns {np.shape(z)} values; one neuron gives one number. "
                f"Add the products up inside the loop."
            )
        if np.isclose(z, right - b):
            raise NotYet("The sum is right, but the bias b is missing.")
        if np.isclose(z, right + (n - 1) * b) and n > 1:
            raise NotYet(
                "The bias is added once per input; add it once, outside the loop."
            )
        if not np.isclose(z, right):
            raise NotYet(
                f"For x = {x.round(2)}, w = {w.round(2)}, b = {b} it returns "
                f"{z:.4f}; by hand it is {right:.4f}. Each input has its own weight."
            )
    return "One loop, one product per input, one bias: that is a neuron's weighted sum."


@exercise
def check_bottom_row(w, b):
    """Weights of a threshold neuron that fires exactly when the bottom row is dark."""
    if w is ... or b is ...:
        raise NotYet("Put four weights in the place of w and a number in that of b.")
    w = np.asarray(w, float)
    if w.shape != (4,):
        raise NotYet(
            f"w has shape {w.shape}; an image has four pixels, so four weights."
        )
    patterns, _ = stairs_patterns()
    wanted = (patterns[:, 2] == 1) & (patterns[:, 3] == 1)
    fires = perceptron(patterns, w, float(b)) == 1
    wrong = np.flatnonzero(fires != wanted)
    if len(wrong) == 0:
        return "It fires for the four images with a dark bottom row and for no other."
    image, did = patterns[wrong[0]].astype(int), fires[wrong[0]]
    cure = (
        "Make the bias more negative, or the top weights smaller."
        if did
        else "Make the bottom weights larger, or the bias less negative."
    )
    raise NotYet(
        f"{len(wrong)} of 16 images are wrong. For x = {image} it "
        f"{'fires and should not' if did else 'should fire and does not'}. {cure}"
    )


@exercise
def check_perceptron_rule(learn):
    """`learn(x, labels, epochs)` -> (w, b), mended so that it agrees with nnbook's."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    for name, labels in [("NOT AND", [1, 1, 1, 0]), ("AND", [0, 0, 0, 1])]:
        answer = call(learn, x, np.array(labels), 20)
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise NotYet("Return two things, the weights and the bias: `return w, b`.")
        w, b = np.asarray(answer[0], float), float(answer[1])
        right_w, right_b, _ = perceptron_rule(x, labels, epochs=20)
        if np.allclose(w, right_w) and np.isclose(b, right_b):
            continue
        wrong = int(np.sum(perceptron(x, w, b) != labels))
        if wrong == 0:
            raise NotYet(
                f"These weights separate {name}, but they are not the ones the rule "
                f"gives. Change only what the rule needs."
            )
        if b == 0:
            raise NotYet(
                f"On {name}, {wrong} of four answers are still wrong after 20 epochs. "
                f"Compare what changes here with what changes in the printed rule."
            )
        raise NotYet(
            f"Now b changes, but on {name} {wrong} of four answers are wrong. When a "
            f"label is 1 and the neuron says 0, z was too small: must b go up or down?"
        )
    return "Mended: it finds a line that separates the two classes, bias and all."


@exercise
def check_logit_step(step):
    """How far x3 must move to take the hand-chosen neuron from 0.5 to 0.9."""
    if step is ...:
        raise NotYet("Put a number in the place of the dots.")
    right = np.log(0.9 / 0.1) / 12
    if np.isclose(step, right, atol=5e-3):
        return "z must rise by log(9) = 2.197, and each unit of x3 gives 12 of it."
    if np.isclose(step, right * 12, atol=5e-3):
        raise NotYet("That is how far z must rise. Each unit of x3 moves z by w3 = 12.")
    if np.isclose(step, 0.4 / 12, atol=5e-3):
        raise NotYet(
            "That would be right if the probability grew in a straight line. Solve "
            "sigmoid(z) = 0.9 for z first."
        )
    raise NotYet(
        "Solve sigmoid(z) = 0.9 for z, subtract the z of 0.5, divide by the weight w3."
    )


@exercise
def check_feature_cross(cross):
    """`cross(x)` gives one more feature with which one neuron recognises all stairs."""
    patterns, labels = stairs_patterns()
    column = np.asarray(call(cross, patterns), float)
    if column.shape != (16,):
        raise NotYet(
            f"Return one number per image, shape (16,); this has shape {column.shape}. "
            f"Pixel x1 of all images is x[:, 0]."
        )
    known = np.column_stack([patterns, np.ones(16)])
    if np.allclose(known @ np.linalg.lstsq(known, column, rcond=None)[0], column):
        raise NotYet(
            "On black and white pixels this feature is a weighted sum of the ones the "
            "neuron already has, so nothing new can be separated. Multiply two pixels."
        )
    # On the pixels' own scale the rule needs few epochs, whatever the feature's units.
    column = (column - column.mean()) / column.std()
    _, _, mistakes = perceptron_rule(
        np.column_stack([patterns, column]), labels, epochs=2000
    )
    if mistakes[-1]:
        raise NotYet(
            f"With this feature the perceptron rule makes {mistakes[-1]} mistakes "
            f"in its last epoch. Which two pixels must not be dark together?"
        )
    return "With this one feature, a single neuron gets all 16 images right."
