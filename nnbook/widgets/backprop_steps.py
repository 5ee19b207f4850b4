"""Step forward and backward through the network that recognises stairs.

Four pixels, two hidden neurons and one output, all with sigmoids. Each step computes
one more number: forward the weighted sums and activations, then the loss, then one
factor of the chain rule at a time, from the loss back to the first weights, and at last
the update. Values stand on the nodes, gradients come to stand on the edges.

Chapter: backprop.
"""

import numpy as np
import traitlets

from nnbook.activations import sigmoid, sigmoid_grad
from nnbook.layers import Dense, Sigmoid
from nnbook.losses import binary_cross_entropy_with_logits
from nnbook.widgets.base import BookWidget, Number, module, short, significant, whole

LAST = 17
HIDDEN = [f"w{i}{j}" for j in (1, 2) for i in (1, 2, 3, 4)]


class BackpropSteps(BookWidget):
    """The network 4-2-1 of the chapter on networks, at one step of a training step.

    Parameters
    ----------
    step : float, 0 to 17
        How far the computation has come, rounded to a whole number: 1 to 6 forward, 7
        the loss, 8 to 16 backward, 17 the update.
    loss : str
        "cross_entropy", or "half_square" for half the squared error.
    t : str, "1" or "0"
        Whether the image is stairs.
    x1, x2, x3, x4 : float, 0 (white paper) to 1 (black ink)
        The pixels: top left, top right, bottom left, bottom right.
    w11, w21, w31, w41, b1, w12, w22, w32, w42, b2 : float, -20 to 20
        Weights and biases of the hidden neurons: `w31` leads from x3 to neuron 1.
    v1, v2, c : float, -20 to 20
        Weights and bias of the output.

    Examples
    --------
    >>> BackpropSteps(step=1).sentence()
    'Step 1, forward: z1 = 2 × 1 − 2 × 0 + 2 × 1 + 2 × 1 − 5 = 1.'
    """

    name = "backprop_steps"
    _esm = module(name)

    step = Number(9, 0, LAST)
    loss = traitlets.Enum(["cross_entropy", "half_square"], "cross_entropy")
    loss.tag(sync=True, shared=True)
    t = traitlets.Enum(["1", "0"], "1").tag(sync=True, shared=True)
    x1 = Number(1, 0, 1)
    x2 = Number(0, 0, 1)
    x3 = Number(1, 0, 1)
    x4 = Number(1, 0, 1)
    w11 = Number(2, -20, 20)
    w21 = Number(-2, -20, 20)
    w31 = Number(2, -20, 20)
    w41 = Number(2, -20, 20)
    b1 = Number(-5, -20, 20)
    w12 = Number(-2, -20, 20)
    w22 = Number(2, -20, 20)
    w32 = Number(2, -20, 20)
    w42 = Number(2, -20, 20)
    b2 = Number(-5, -20, 20)
    v1 = Number(2.5, -20, 20)
    v2 = Number(2.5, -20, 20)
    c = Number(-1.5, -20, 20)

    def _step(self):
        return whole(self.step)

    def _x(self):
        return np.array([[self.x1, self.x2, self.x3, self.x4]])

    def _parameters(self):
        """W (4, 2), b (2,), v (2, 1) and c (1,), as the layers take them."""
        state = self.state()
        W = np.array([state[name] for name in HIDDEN]).reshape(2, 4).T
        b = np.array([self.b1, self.b2])
        return W, b, np.array([[self.v1], [self.v2]]), np.array([self.c])

    def compute(self):
        """Every number of one training step, however far the steps have come.

        Returns
        -------
        dict
            `z1`, `a1`, `z2`, `a2`, `z`, `p` and `loss`; their gradients `d_z`, `d_v1`,
            `d_v2`, `d_a1`, `d_a2`, `d_z1`, `d_z2`; `d_w`, four gradients for each of
            the two hidden neurons; and `loss_after`, the loss after a step of the
            gradient's own length against it. The gradient of a bias is that of its z.
        """
        parameters = self._parameters()
        numbers, gradients = self._run(*parameters)
        moved = [value - d for value, d in zip(parameters, gradients, strict=True)]
        return {**numbers, "loss_after": self._run(*moved)[0]["loss"]}

    def _run(self, W, b, v, c):
        """Forward and back: the numbers by name, and the gradients of W, b, v and c."""
        rng = np.random.default_rng(0)
        first, last = (Dense(*value.shape, rng=rng, dtype=float) for value in (W, v))
        for layer, weights, biases in ((first, W, b), (last, v, c)):
            layer.params["W"][...], layer.params["b"][...] = weights, biases
        bend = Sigmoid()
        # To nine decimals: twentieths have no exact binary form, and what is 0 on paper
        # would be drawn as 4e-17.
        hidden = np.round(first.forward(self._x()), 9)
        a = bend.forward(hidden)
        z = last.forward(a)
        loss, d_z = self._loss(z)
        d_a = last.backward(d_z)
        d_hidden = bend.backward(d_a)
        first.backward(d_hidden)
        numbers = {"z": z, "p": sigmoid(z), "loss": loss, "d_z": d_z}
        named = {"z": hidden, "a": a, "d_a": d_a, "d_z": d_hidden}
        for j in (0, 1):
            numbers |= {f"{name}{j + 1}": row[0, j] for name, row in named.items()}
            numbers[f"d_v{j + 1}"] = last.grads["W"][j]
        numbers = {name: np.asarray(value).item() for name, value in numbers.items()}
        numbers["d_w"] = first.grads["W"].T.tolist()
        gradients = [layer.grads[name] for layer in (first, last) for name in "Wb"]
        return numbers, gradients

    def _loss(self, z):
        """The loss at the output's z, and its gradient by z."""
        if self.loss == "cross_entropy":
            return binary_cross_entropy_with_logits(z, [[float(self.t)]])
        error = self._error(z)
        return error**2 / 2, error * sigmoid_grad(z)

    def _error(self, z):
        """p - t, without losing the digits of a p that is nearly t."""
        return -sigmoid(-z) if self.t == "1" else sigmoid(z)

    def _d_p(self, z, p):
        """The gradient by p: how it is computed, and its value."""
        if self.loss == "half_square":
            return "p − t", float(self._error(z))
        if self.t == "1":
            return "−1/p", -1 / p
        return "1/(1 − p)", 1 / float(sigmoid(-z))

    def sentence(self):
        """What this step computes, from which numbers."""
        step, n = self._step(), self.compute()
        words = {0: "start", 7: "loss", LAST: "update"}
        phase = words.get(step, "forward" if step < 7 else "backward")
        return f"Step {step}, {phase}: {self._words(step, n)}."

    def _words(self, step, n):
        if step in (1, 3):
            return self._weighted(1 if step == 1 else 2, n)
        if step in (2, 4):
            j = step // 2
            return f"a{j} = σ(z{j}) = {significant(n[f'a{j}'])}"
        if 11 <= step <= 16:
            return self._hidden(1 if step < 14 else 2, (step - 11) % 3, n)
        return {
            0: self._start,
            5: self._sum,
            6: lambda n: f"p = σ(z) = {significant(n['p'])}",
            7: self._loss_words,
            8: self._d_p_words,
            9: self._d_z_words,
            10: self._d_v_words,
            LAST: self._update,
        }[step](n)

    def _start(self, n):
        pixels = ", ".join(map(short, self._x()[0]))
        verdict = "stairs" if self.t == "1" else "not stairs"
        return f"the image ({pixels}) goes in; it is {verdict}, so t = {self.t}"

    def _weighted(self, j, n):
        state = self.state()
        weights = [state[f"w{i}{j}"] for i in (1, 2, 3, 4)]
        terms = products(weights, self._x()[0], short)
        return f"z{j} = {terms}{term(state[f'b{j}'])} = {significant(n[f'z{j}'])}"

    def _sum(self, n):
        terms = products([self.v1, self.v2], [n["a1"], n["a2"]], significant)
        return f"z = {terms}{term(self.c)} = {significant(n['z'])}"

    def _loss_words(self, n):
        truth = "p" if self.t == "1" else "(1 − p)"
        how = "½(p − t)²" if self.loss == "half_square" else f"−log {truth}"
        return f"L = {how} = {significant(n['loss'])}"

    def _d_p_words(self, n):
        how, value = self._d_p(n["z"], n["p"])
        return f"∂L/∂p = {how} = {significant(value)}"

    def _d_z_words(self, n):
        _, d_p = self._d_p(n["z"], n["p"])
        slope = n["p"] * float(sigmoid(-n["z"]))
        return (
            f"δ = ∂L/∂z = ∂L/∂p × p(1 − p) = {significant(d_p)} × "
            f"{significant(slope)} = {significant(n['d_z'])}"
        )

    def _d_v_words(self, n):
        d_v = [
            f"∂L/∂v{j} = δ × a{j} = {significant(n['d_z'])} × "
            f"{significant(n[f'a{j}'])} = {significant(n[f'd_v{j}'])}"
            for j in (1, 2)
        ]
        return f"{', '.join(d_v)}, and for the bias c it is δ itself"

    def _hidden(self, j, part, n):
        d_z, d_a = significant(n[f"d_z{j}"]), significant(n[f"d_a{j}"])
        if part == 0:
            v = short(self.v1 if j == 1 else self.v2)
            return f"∂L/∂a{j} = δ × v{j} = {significant(n['d_z'])} × {v} = {d_a}"
        if part == 1:
            slope = significant(n[f"a{j}"] * float(sigmoid(-n[f"z{j}"])))
            return f"δ{j} = ∂L/∂a{j} × a{j}(1 − a{j}) = {d_a} × {slope} = {d_z}"
        pixels = ", ".join(map(short, self._x()[0]))
        d_w = ", ".join(map(significant, n["d_w"][j - 1]))
        return (
            f"the four weights of neuron {j} get δ{j} × x = {d_z} × ({pixels}) = "
            f"({d_w}), and its bias δ{j}"
        )

    def _update(self, n):
        return (
            f"with every parameter moved against its gradient, at learning rate 1, the "
            f"loss goes from {significant(n['loss'])} to {significant(n['loss_after'])}"
        )


def term(value, write=short):
    """A number as a further term of a sum.

    Examples
    --------
    >>> term(2.5), term(-12.0)
    (' + 2.5', ' − 12')
    """
    return f" {'−' if value < 0 else '+'} {write(abs(value))}"


def products(weights, values, write):
    """The terms of a weighted sum.

    Examples
    --------
    >>> products([2.0, -8.0], [1.0, 0.5], short)
    '2 × 1 − 8 × 0.5'
    """
    pairs = zip(weights, values, strict=True)
    terms = [f"{term(w)} × {write(value)}" for w, value in pairs]
    first = terms[0]
    return (first[3:] if first[1] == "+" else f"−{first[3:]}") + "".join(terms[1:])
