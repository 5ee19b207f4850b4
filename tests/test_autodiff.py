"""The tape: by hand, every operation against differences, and the written gradients."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support import NOT_REAL

from nnbook import losses
from nnbook.autodiff import Tensor
from nnbook.gradcheck import numerical_gradient, relative_error
from nnbook.softmax import softmax_cross_entropy

# By hand


def test_a_sum_and_a_product_by_hand():
    a, b = Tensor(3.0), Tensor(-2.0)
    y = a * b + a  # dy/da = b + 1, dy/db = a
    y.backward()
    assert (y.data, a.grad, b.grad, y.grad) == (-3.0, -1.0, 3.0, 1.0)


def test_both_ways_from_one_tensor_add_up():
    # y = a a + a, dy/da = 2 a + 1; a is a parent twice, and again one level up.
    a = Tensor(5.0)
    (a * a + a).backward()
    assert a.grad == 11.0


def test_a_diamond_needs_the_right_order():
    # b = a^2, c = b + 1, d = b c = a^4 + a^2. If b passed its gradient on before c
    # had passed its own to b, a part would be lost. dd/da = 4 a^3 + 2 a = 36.
    a = Tensor(2.0)
    b = a**2
    c = b + 1
    d = b * c
    d.backward()
    assert a.grad == 36.0
    assert b.grad == 9.0  # c + b


def test_a_bias_that_serves_every_row_gets_the_sum_over_the_rows():
    x, b = Tensor(np.ones((3, 2))), Tensor([1.0, 2.0])
    (x * [[1.0], [2.0], [3.0]] + b).sum().backward()
    np.testing.assert_array_equal(b.grad, [3.0, 3.0])
    np.testing.assert_array_equal(x.grad, [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])


def test_relu_has_slope_0_at_0():
    x = Tensor([-1.0, 0.0, 2.0])
    x.relu().sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.0, 1.0])


def test_backward_twice_gives_the_same():
    a = Tensor(3.0)
    y = a**2
    y.backward()
    y.backward()
    assert a.grad == 6.0


def test_what_was_not_used_keeps_a_gradient_of_zero():
    a, b = Tensor(1.0), Tensor(2.0)
    (a * 2).backward()
    assert b.grad == 0.0


def test_numbers_lists_and_arrays_stand_on_either_side():
    x = Tensor([1.0, 2.0])
    array = np.array([3.0, 4.0])
    for left, right in [
        (array * x, x * array),
        (array + x, x + array),
        (array - x, -(x - array)),
        (array / x, (x / array) ** -1),
        (2 - x, -(x - 2)),
        (2 / x, (x / 2) ** -1),
        ([1, 1] + x, x + [1, 1]),
    ]:
        assert isinstance(left, Tensor)
        np.testing.assert_allclose(left.data, right.data, rtol=1e-15)
    product = np.ones((1, 3)) @ Tensor(np.ones((3, 2)))
    assert isinstance(product, Tensor)


def test_the_argument_is_copied():
    x = np.ones(2)
    tensor = Tensor(x)
    tensor.data -= 1
    np.testing.assert_array_equal(x, [1.0, 1.0])


def test_a_chain_longer_than_the_recursion_limit():
    x = y = Tensor(1.0)
    for _ in range(5000):
        y = y + 0.001
    y.backward()
    assert x.grad == 1.0


def test_values_are_those_of_numpy():
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(2, 3)), rng.uniform(1, 2, size=3)
    x, y = Tensor(a), Tensor(b)
    for ours, expected in [
        (x + y, a + b),
        (x - y, a - b),
        (x * y, a * b),
        (x / y, a / b),
        (-x, -a),
        (x**3, a**3),
        (x @ a.T, a @ a.T),
        (x.exp(), np.exp(a)),
        (y.log(), np.log(b)),
        (x.tanh(), np.tanh(a)),
        (x.relu(), np.maximum(a, 0)),
        (x.sigmoid(), 1 / (1 + np.exp(-a))),
        (x.sum(), a.sum()),
        (x.sum(axis=0), a.sum(axis=0)),
        (x.sum(axis=1, keepdims=True), a.sum(axis=1, keepdims=True)),
        (x.mean(), a.mean()),
        (x.mean(axis=0), a.mean(axis=0)),
        (x.mean(axis=1, keepdims=True), a.mean(axis=1, keepdims=True)),
    ]:
        assert ours.data.shape == np.shape(expected)
        np.testing.assert_allclose(ours.data, expected, rtol=1e-14)


# Every operation against central differences

OPERATIONS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / (b**2 + 1),
    "cube": lambda a, b: a**3 + b,
    "square root": lambda a, b: (a**2 + 1) ** 0.5 + b,
    "exp": lambda a, b: (a + b).exp(),
    "log": lambda a, b: (a**2 + b**2 + 1).log(),
    "tanh": lambda a, b: a.tanh() * b,
    "sigmoid": lambda a, b: a.sigmoid() + b.sigmoid(),
    "relu": lambda a, b: (a * b + 0.1).relu(),
    "negative": lambda a, b: -a * b,
    "sum": lambda a, b: a.sum() * b,
    "sum of rows": lambda a, b: (a * b).sum(axis=-1) ** 2,
    "sum kept": lambda a, b: (a * b) / ((a**2).sum(axis=0, keepdims=True) + 1),
    "mean": lambda a, b: (a * b).mean() * a,
    "mean of columns": lambda a, b: (a * b).mean(axis=0) * b,
}
SHAPES = [
    ((1,), (1,)),
    ((3,), (3,)),
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((4, 1, 3), (2, 1)),
]


def assert_gradients_equal_differences(formula, *arrays):
    """Compare `grad` of every entry with a central difference of the formula's sum."""
    tensors = [Tensor(array) for array in arrays]
    formula(*tensors).sum().backward()
    for i, tensor in enumerate(tensors):
        measured = numerical_gradient(
            lambda x, i=i: (
                formula(*tensors[:i], Tensor(x), *tensors[i + 1 :]).sum().data
            ),
            arrays[i],
        )
        assert tensor.grad.shape == arrays[i].shape
        assert relative_error(tensor.grad, measured, smallest_scale=1e-3) < 1e-6


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_with_broadcasting(name, shapes):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in shapes]
    assert_gradients_equal_differences(OPERATIONS[name], *arrays)


@pytest.mark.parametrize("n, k, m", [(1, 1, 1), (2, 3, 4), (5, 1, 2)])
def test_matrix_product(n, k, m):
    rng = np.random.default_rng(1)
    arrays = rng.normal(size=(n, k)), rng.normal(size=(k, m))
    assert_gradients_equal_differences(lambda a, b: (a @ b) ** 2, *arrays)


def test_a_whole_network():
    rng = np.random.default_rng(2)
    shapes = [(5, 3), (3, 4), (4,), (4, 2), (2,)]

    def network(x, W1, b1, W2, b2):
        return ((x @ W1 + b1).tanh() @ W2 + b2).sigmoid()

    arrays = [rng.normal(size=shape) for shape in shapes]
    assert_gradients_equal_differences(network, *arrays)


# Against the gradients that this book writes by hand


def test_equals_the_hand_written_gradient_of_a_network():
    rng = np.random.default_rng(3)
    x, W1, b1, W2, b2 = (
        rng.normal(size=shape) for shape in [(6, 3), (3, 4), (4,), (4, 2), (2,)]
    )
    target = rng.normal(size=(6, 2))
    # Forward and backward, line by line.
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    _, d_output = losses.mean_squared_error(a1 @ W2 + b2, target)
    d_z1 = d_output @ W2.T * (z1 > 0)
    by_hand = [x.T @ d_z1, d_z1.sum(axis=0), a1.T @ d_output, d_output.sum(axis=0)]

    tensors = [Tensor(array) for array in (W1, b1, W2, b2)]
    t1, c1, t2, c2 = tensors
    error = (x @ t1 + c1).relu() @ t2 + c2 - target
    (error**2).mean().backward()
    for tensor, expected in zip(tensors, by_hand, strict=True):
        np.testing.assert_allclose(tensor.grad, expected, rtol=1e-12)


def test_equals_the_hand_written_gradient_of_softmax_cross_entropy():
    rng = np.random.default_rng(4)
    z, labels = rng.normal(size=(5, 3)), rng.integers(0, 3, 5)
    loss, d_logits = softmax_cross_entropy(z, labels)
    logits = Tensor(z)
    exponentials = logits.exp()
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    surprise = -(p.log() * np.eye(3)[labels]).sum(axis=1).mean()
    surprise.backward()
    np.testing.assert_allclose(surprise.data, loss, rtol=1e-12)
    np.testing.assert_allclose(logits.grad, d_logits, rtol=1e-12)


@given(
    hnp.arrays(float, hnp.array_shapes(max_dims=2), elements=st.floats(-20, 20)),
)
def test_equals_the_hand_written_gradient_of_the_logistic_loss(z):
    target = (z > 1).astype(float)
    loss, d_z = losses.binary_cross_entropy_with_logits(z, target)
    logits = Tensor(z)
    p = logits.sigmoid()
    surprise = -(p.log() * target + (1 - p).log() * (1 - target)).mean()
    surprise.backward()
    np.testing.assert_allclose(surprise.data, loss, rtol=1e-6)
    np.testing.assert_allclose(logits.grad, d_z, rtol=1e-6, atol=1e-9)


def test_sigmoid_does_not_overflow():
    x = Tensor([-1000.0, 0.0, 1000.0])
    y = x.sigmoid()
    y.sum().backward()
    np.testing.assert_array_equal(y.data, [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(x.grad, [0.0, 0.25, 0.0])


# What it refuses

BAD = [
    (lambda: Tensor([1.0, 2.0]).backward(), ValueError, "a single number, but this ten"
     "sor has shape (2,). Use its sum() or mean()."),
    (lambda: Tensor([1.0]) @ Tensor([[1.0]]), ValueError, "@ needs two matrices, got"),
    (lambda: Tensor([[1.0]]) @ [1.0], ValueError, "got shapes (1, 1) and (1,)"),
    (lambda: Tensor(1.0) ** Tensor(2.0), TypeError, "exponent must be a number, got"),
    (lambda: Tensor(1.0) ** np.nan, ValueError, "exponent must be finite, got nan"),
    (lambda: Tensor(1.0) + "1", TypeError, "data must hold real numbers, got str"),
    (lambda: Tensor(np.ones(2)) + np.ones(3), ValueError, "could not be broadcast"),
]  # fmt: skip


@pytest.mark.parametrize("call, exception, message", BAD)
def test_refuses(call, exception, message):
    with pytest.raises(exception, match=re.escape(message)):
        call()


@pytest.mark.parametrize("value, exception, message", NOT_REAL)
def test_refuses_what_is_no_number(value, exception, message):
    with pytest.raises(exception, match=f"data .*{message}"):
        Tensor(value)
