"""The exercises of chapter 2: counting, designing and computing small networks."""

import numpy as np

from nnbook.activations import relu, sigmoid
from nnbook.exercises import NotYet, call, exercise


@exercise
def check_count(count):
    """`count(sizes)` returns the number of parameters of a fully connected network."""
    for sizes in ([5, 4, 3], [3, 4, 1], [64, 25, 15, 1], [5, 2]):
        said = call(count, list(sizes))
        if np.shape(said) != ():
            raise NotYet(f"Return one number; for {sizes} it returns {said}.")
        pairs = list(zip(sizes, sizes[1:], strict=False))
        right = sum((n_in + 1) * n_out for n_in, n_out in pairs)
        if said == right:
            continue
        if said == sum(n_in * n_out for n_in, n_out in pairs):
            raise NotYet(
                f"For {sizes} it returns {said}: these are the weights. Every neuron "
                f"has a bias, too."
            )
        if said == right + sizes[0]:
            raise NotYet(
                f"For {sizes} it returns {said}. The inputs are no neurons: they have "
                f"no biases."
            )
        if said == sum((n_in + 1) * n_out for n_in, n_out in pairs[:1]):
            raise NotYet(
                f"For {sizes} it returns {said}, the parameters of the first layer. "
                f"Add up those of all layers."
            )
        raise NotYet(
            f"For {sizes} it returns {said}, and it should be {right}. Count the "
            f"weights and biases of one layer by hand first."
        )
    return "Right for four networks, among them 64-25-15-1 with its 2,031 parameters."


@exercise
def check_xor(W_hidden, b_hidden, w_output, b_output):
    """Weights of a network 2-2-1 of threshold neurons that computes XOR."""
    if any(part is ... for part in (W_hidden, b_hidden, w_output, b_output)):
        raise NotYet("Put numbers in the place of all four dots.")
    W, b = np.asarray(W_hidden, float), np.asarray(b_hidden, float)
    w, c = np.asarray(w_output, float), np.asarray(b_output, float)
    shapes = {
        "W_hidden": (W, (2, 2)),
        "b_hidden": (b, (2,)),
        "w_output": (w, (2,)),
        "b_output": (c, ()),
    }
    for name, (value, shape) in shapes.items():
        if value.shape != shape:
            raise NotYet(
                f"{name} must have the shape {shape}, and it has {value.shape}."
            )
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    hidden = (x @ W + b > 0).astype(float)
    says = (hidden @ w + c > 0).astype(int)
    wrong = np.flatnonzero(says != [0, 1, 1, 0])
    if len(wrong) == 0:
        return "XOR, from two lines and a third neuron that compares them."
    k = wrong[0]
    if np.array_equal(hidden[:, 0], hidden[:, 1]):
        raise NotYet(
            "Both hidden neurons say the same to all four inputs, so the second adds "
            "nothing. Give them different biases."
        )
    if np.array_equal(says, [0, 1, 1, 1]):
        raise NotYet(
            "This is OR: both inputs together must give 0. Which hidden neuron knows "
            "that both are 1, and with which sign should it enter?"
        )
    raise NotYet(
        f"For x = {x[k].astype(int)} the hidden neurons say {hidden[k].astype(int)} "
        f"and the output says {says[k]}, not {1 - says[k]}. {len(wrong)} of four are "
        f"wrong."
    )


@exercise
def check_dense_loop(dense):
    """`dense(x, W, b, h)` for one sample, mended: the loop runs over the neurons."""
    rng = np.random.default_rng(1)
    for n_in, n_out in ((3, 3), (2, 3), (4, 3), (5, 1)):
        x, W = rng.normal(size=n_in), rng.normal(size=(n_in, n_out))
        b = rng.normal(size=n_out)
        a = np.asarray(call(dense, x, W, b, sigmoid), float)
        right = sigmoid(x @ W + b)
        where = f"With {n_in} inputs and {n_out} neurons"
        if a.shape != right.shape:
            raise NotYet(f"{where} it returns {a.size} numbers, not {n_out}.")
        if np.allclose(a, right):
            continue
        if np.allclose(a, x @ W + b):
            raise NotYet(f"{where} it returns z: the activation h is missing.")
        if np.allclose(a, sigmoid(x @ W)):
            raise NotYet(f"{where} the biases are missing.")
        if a[-1] == 0:
            raise NotYet(
                f"{where} the last activation is 0, which no sigmoid ever says. How "
                f"often does the loop run?"
            )
        raise NotYet(
            f"{where} it returns {a.round(3)}, and by hand it is {right.round(3)}. "
            f"Neuron j has column j of W."
        )
    return "Mended: it is right for any number of inputs and neurons."


@exercise
def check_forward(forward):
    """`forward(X, layers)` computes a sigmoid network for all samples at once."""
    rng = np.random.default_rng(2)
    sizes = [2, 3, 3, 1]
    layers = [
        (rng.normal(size=(n_in, n_out)), rng.normal(size=n_out))
        for n_in, n_out in zip(sizes, sizes[1:], strict=False)
    ]
    X = rng.normal(size=(5, 2))
    right, only_last = X, X
    for W, b in layers:
        right, only_last = sigmoid(right @ W + b), only_last @ W + b
    said = np.asarray(call(forward, X, layers), float)
    if said.shape != right.shape:
        raise NotYet(
            f"For five samples it returns the shape {said.shape}, and the network has "
            f"one output: {right.shape}. Each layer takes what the one before returned."
        )
    if np.allclose(said, right):
        return "Five samples through three layers, and no loop over samples or neurons."
    if np.allclose(said, only_last):
        raise NotYet("Nothing bends here: put the sigmoid around every weighted sum.")
    if np.allclose(said, sigmoid(only_last)):
        raise NotYet(
            "Only the output passes through the sigmoid. The hidden layers need it, "
            "too."
        )
    raise NotYet(
        f"The first sample gives {said[0, 0]:.3f}, and it should be "
        f"{right[0, 0]:.3f}. A layer is sigmoid(a @ W + b)."
    )


@exercise
def check_prepare(prepare):
    """`prepare(new, learned_from)` standardises by the numbers of the training set."""
    rng = np.random.default_rng(3)
    learned_from = rng.normal([200, 13], [40, 1], size=(50, 2))
    several = rng.normal([250, 14], [10, 0.5], size=(6, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        batch = np.asarray(call(prepare, several, learned_from), float)
        single = np.asarray(call(prepare, several[:1], learned_from), float)
    mean, std = learned_from.mean(axis=0), learned_from.std(axis=0)
    if batch.shape != several.shape:
        raise NotYet(
            f"Six new roasts go in and the shape {batch.shape} comes out; it should "
            f"be {several.shape}."
        )
    if np.isnan(single).any():
        raise NotYet(
            "A single new roast becomes nan: its own standard deviation is 0. Whose "
            "mean and standard deviation did the network learn with?"
        )
    if np.allclose(batch, (several - mean) / std):
        return "Mended: new roasts are read in the units in which the network learned."
    if np.allclose(batch, several - mean):
        raise NotYet("The mean is right. Divide by the standard deviation as well.")
    if np.allclose(batch, (several - learned_from.mean()) / learned_from.std()):
        raise NotYet(
            "Degrees and minutes share one mean here. Each feature has its own: take "
            "the mean of each column."
        )
    both = np.vstack([learned_from, several])
    if np.allclose(batch, (several - both.mean(axis=0)) / both.std(axis=0)):
        raise NotYet(
            "Old and new roasts together give other units than the network has "
            "learned with. It learned from the old ones alone."
        )
    raise NotYet(
        f"The first new roast becomes {batch[0].round(2)}, and in the units of the "
        f"training set it is {((several - mean) / std)[0].round(2)}."
    )


@exercise
def check_hat(v):
    """Output weights for relu(x-1), relu(x-2), relu(x-4) that make the hat."""
    if v is ...:
        raise NotYet("Put three numbers in the place of the dots, in a list.")
    v = np.asarray(v, float)
    if v.shape != (3,):
        raise NotYet(f"v has the shape {v.shape}; there are three neurons, so (3,).")
    places = np.array([0.0, 2.0, 3.0, 4.0, 8.0])
    wanted = np.array([0.0, 1.0, 0.5, 0.0, 0.0])
    heights = relu(places[:, None] - [1.0, 2.0, 4.0]) @ v
    wrong = np.flatnonzero(~np.isclose(heights, wanted))
    if len(wrong) == 0:
        return (
            "A hat, steep on the left, gentle on the right, and flat ground around it."
        )
    if np.allclose(v, [1, -0.5, 0]):
        raise NotYet(
            "These are the slopes. A weight is the change of slope at its kink: at 2 "
            "from 1 to -1/2."
        )
    k = wrong[0]
    raise NotYet(
        f"At x = {places[k]:g} the function is {heights[k]:g}, and it should be "
        f"{wanted[k]:g}. What must the slope be just before, and just after?"
    )
