"""The exercises of chapter 5: a gradient by hand, four wrong ones, a new operation."""

import numpy as np

from nnbook.activations import sigmoid, sigmoid_grad
from nnbook.autodiff import Tensor
from nnbook.exercises import NotYet, call, exercise
from nnbook.gradcheck import numerical_gradient, relative_error

NAMES = ("W1", "b1", "W2", "b2")


@exercise
def check_chain(gradients):
    """`gradients(x, y, w1, b1, w2, b2)` of tanh and a linear output: four numbers."""
    x, y, *parameters = 2.0, 1.0, 0.4, -0.3, -1.5, 0.2

    def loss(p):
        return (p[2] * np.tanh(p[0] * x + p[1]) + p[3] - y) ** 2 / 2

    right = numerical_gradient(loss, parameters)
    answer = np.asarray(call(gradients, x, y, *parameters), float)
    if answer.shape != (4,):
        raise NotYet(
            f"Return four numbers, for w1, b1, w2 and b2; the shape is {answer.shape}."
        )
    off = ~np.isclose(answer, right, rtol=1e-5)
    if not off.any():
        return "All four agree with the measured slopes."
    a1 = np.tanh(parameters[0] * x + parameters[1])
    if np.allclose(answer, -right):
        raise NotYet(
            "All four have the wrong sign: the error is the answer less the target."
        )
    if np.allclose(answer, 2 * right):
        raise NotYet("All four are twice too large: the loss is *half* the square.")
    if off[2:].any():
        raise NotYet(
            f"The output comes first: by w2 you have {answer[2]:.3f} and by b2 "
            f"{answer[3]:.3f}; measured are {right[2]:.3f} and {right[3]:.3f}. "
            f"There is no bend at the output."
        )
    if np.allclose(answer[:2] * (1 - a1**2), right[:2]):
        raise NotYet("On the way to w1 and b1 the slope of tanh is missing.")
    if np.allclose(answer[:2] * parameters[2], right[:2] * a1):
        raise NotYet(
            "w2 and b2 are right. On the way back to a1 you multiplied by a1; the "
            "slope of w2 a1 + b2 by a1 is another number."
        )
    if np.allclose(answer[:2] * parameters[2], right[:2]):
        raise NotYet("w2 and b2 are right. On the way back to a1, w2 is missing.")
    if not off[1]:
        raise NotYet("Three are right. What does z1 gain when w1 grows by 1?")
    raise NotYet(
        f"w2 and b2 are right. By w1 you have {answer[0]:.3f}, measured is "
        f"{right[0]:.3f}; by b1 {answer[1]:.3f} and {right[1]:.3f}."
    )


@exercise
def check_patient_a(gradients):
    """Patient A computes no gradients for the biases."""
    _examine(gradients)
    return "Cured. The biases learn, too: all four pass the gradient check."


@exercise
def check_patient_b(gradients):
    """Patient B forgets to divide by the number of samples."""
    _examine(gradients)
    return "Cured. Its steps no longer grow with the batch."


@exercise
def check_patient_c(gradients):
    """Patient C passes the deltas back through the weights the wrong way round."""
    _examine(
        gradients, "A square matrix fits both ways round: which index is summed over?"
    )
    return "Cured. Each hidden neuron is blamed through its own weights."


@exercise
def check_patient_d(gradients):
    """Patient D takes the slope of the sigmoid at its value."""
    _examine(
        gradients, "Each factor of delta1 has the right shape. Is it what it says?"
    )
    return "Cured. The slope is taken where the sigmoid stood, at z."


def _examine(gradients, hint=""):
    """Hold the answer against measured slopes, and read the symptoms."""
    rng = np.random.default_rng(11)
    x, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    shapes = [(2, 3), (3,), (3, 3), (3,)]
    parameters = [rng.normal(size=shape) for shape in shapes]
    answer = call(gradients, x, y, *parameters)
    if not isinstance(answer, tuple | list) or len(answer) != 4:
        raise NotYet("Return four arrays, the gradients by W1, b1, W2 and b2.")
    for name, d, shape in zip(NAMES, answer, shapes, strict=True):
        if np.shape(d) != shape:
            raise NotYet(
                f"The gradient by {name} must have the shape of {name}, {shape}, and "
                f"it has {np.shape(d)}."
            )
    right = _measured(x, y, parameters)
    pairs = list(zip(answer, right, strict=True))
    off = {
        name: relative_error(d, m)
        for name, (d, m) in zip(NAMES, pairs, strict=True)
        if relative_error(d, m) > 1e-6
    }
    if off:
        _explain(x, y, parameters, pairs, off, hint)


def _explain(x, y, parameters, pairs, off, hint):
    said = ", ".join(f"{name} is off by {error:.2g}" for name, error in off.items())
    said = f"The gradient check says: {said}"
    agree = [name for name in NAMES if name not in off]
    said += f"; {' and '.join(agree)} agree." if agree else "."
    for factor, meaning in [
        (-1, "All four have the wrong sign."),
        (5, "All four are 5 times too large, and there are 5 samples."),
        (3, "All four are 3 times too large or small. Which 3 have you counted?"),
        (1 / 3, "All four are 3 times too large or small. Which 3 have you counted?"),
        (2, "All four are twice too large: the loss has a half in it."),
    ]:
        if all(np.allclose(d, factor * m) for d, m in pairs):
            raise NotYet(f"{said} {meaning}")
    if set(off) <= {"b1", "b2"}:
        if all(not np.any(pairs[k][0]) for k in (1, 3)):
            raise NotYet(f"{said} Those that are off are all 0.")
        if np.allclose(5 * pairs[1][0], pairs[1][1]):
            raise NotYet(
                f"{said} They are 5 times too small: delta2 was divided by the number "
                f"of samples already, so the rest is a sum."
            )
    if set(off) == {"W1", "b1"}:
        _explain_first_layer(x, y, parameters, pairs[1][0], said, hint)
    raise NotYet(f"{said} {hint}".strip())


def _explain_first_layer(x, y, parameters, d_b1, said, hint):
    W1, b1, W2, b2 = parameters
    z1 = x @ W1 + b1
    delta2 = (sigmoid(z1) @ W2 + b2 - y) / len(x)
    if np.allclose(d_b1, (delta2 @ W2.T).sum(axis=0)):
        raise NotYet(f"{said} On the way through the sigmoid its slope is missing.")
    if np.allclose(d_b1, (delta2 * sigmoid_grad(z1)).sum(axis=0)):
        raise NotYet(f"{said} On the way from delta2 to delta1, W2 is missing.")
    raise NotYet(f"{said} So delta2 is right, and delta1 is not. {hint}".strip())


def _measured(x, y, parameters):
    def loss(k, part):
        W1, b1, W2, b2 = [*parameters[:k], part, *parameters[k + 1 :]]
        return ((sigmoid(x @ W1 + b1) @ W2 + b2 - y) ** 2).sum() / (2 * len(x))

    return [
        numerical_gradient(lambda part, k=k: loss(k, part), parameters[k])
        for k in range(4)
    ]


@exercise
def check_sine(sine):
    """`sine(x)` of a Tensor: the value, and how a gradient goes back."""
    x = Tensor([0.0, 0.7, 2.0])
    result = call(sine, x)
    if not isinstance(result, Tensor):
        raise NotYet("Return a Tensor, made of a value and its parents.")
    if not np.allclose(result.data, np.sin(x.data)):
        raise NotYet("The values are not the sines of x.data.")
    call(_sum_back, result * [1.0, 10.0, 100.0])
    right = np.cos(x.data) * [1, 10, 100]
    if np.allclose(x.grad, right):
        return _praise_after_two_ways(sine)
    if not x.grad.any():
        raise NotYet(
            "Nothing comes back to x: the second argument of Tensor is a list of "
            "pairs (parent, function)."
        )
    if np.allclose(x.grad, np.cos(x.data)):
        raise NotYet(
            "The slope is right, but it is not multiplied by the gradient d that "
            "arrives from above."
        )
    if np.allclose(x.grad, -right):
        raise NotYet("The slope of the sine is the cosine, without a minus.")
    raise NotYet(
        f"The values are right. For x = {x.data[1]} the slope should be "
        f"{np.cos(0.7):.3f}; what came back was {x.grad[1] / 10:.3f}."
    )


def _sum_back(tensor):
    tensor.sum().backward()
    return True


def _praise_after_two_ways(sine):
    x = Tensor(0.7)
    (sine(x**2) * (x**2).exp()).backward()
    return f"The tape knows the sine. The example with two ways gives {x.grad:.5f}."
