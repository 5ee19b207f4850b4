"""Splits, folds, curves, polynomials and ridge: by hand, scikit-learn, bad inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import linear_model, model_selection, preprocessing
from support import NOT_A_GENERATOR, NOT_FINITE, NOT_REAL, layouts

from nnbook.model_selection import (
    bootstrap,
    k_fold,
    learning_curve,
    polynomial_features,
    ridge,
    train_test_split,
)


def random(seed=0):
    return np.random.default_rng(seed)


# ---- train_test_split ----


@given(
    n=st.integers(2, 60),
    size=st.one_of(st.floats(0.01, 0.99), st.integers(1, 59)),
    seed=st.integers(0, 99),
)
def test_every_sample_lands_on_one_side_with_its_label(n, size, seed):
    x = np.arange(3 * n).reshape(n, 3)
    y = 10 * np.arange(n)
    if isinstance(size, int):
        size = min(size, n - 1)
    try:
        wanted = model_selection.train_test_split(x, test_size=size, random_state=0)
    except ValueError:  # one side would be empty
        with pytest.raises(ValueError, match="leaves one side without"):
            train_test_split(x, y, test_size=size, rng=random())
        return
    parts = train_test_split(x, y, test_size=size, rng=random(seed))
    x_train, x_test, y_train, y_test = parts
    if size * n % 1 > 1e-9:  # scikit-learn rounds up an error in the last digit too
        assert (len(x_train), len(x_test)) == tuple(map(len, wanted))
    np.testing.assert_array_equal(x_train[:, 0] // 3 * 10, y_train)
    np.testing.assert_array_equal(x_test[:, 0] // 3 * 10, y_test)
    np.testing.assert_array_equal(np.sort(np.r_[y_train, y_test]), y)


def test_a_share_is_rounded_up_and_a_last_digit_is_not():
    def n_test(n, size):
        return len(train_test_split(np.arange(n), test_size=size, rng=random())[1])

    assert n_test(10, 0.3) == 3
    assert n_test(10, 0.31) == 4
    assert n_test(100, 0.07) == 7  # 0.07 * 100 is 7.000000000000001
    assert n_test(10, 4) == 4
    assert n_test(49, 3) == 3  # 3 / 49 * 49 is not 3


def test_both_sides_are_shuffled_and_the_rng_alone_decides():
    x = np.arange(100)
    train, test = train_test_split(x, test_size=0.5, rng=random(1))
    for side in (train, test):
        assert (np.diff(side) < 0).any()
        assert side.min() < 20 and side.max() > 80
    again = train_test_split(x, test_size=0.5, rng=random(1))
    np.testing.assert_array_equal(np.r_[train, test], np.concatenate(again))
    other, _ = train_test_split(x, test_size=0.5, rng=random(2))
    assert (other != train).any()


def test_stratified_sides_have_the_same_mixture():
    labels = np.repeat(["rare", "common", "middle"], [10, 70, 20])
    x = np.arange(100)
    x_train, x_test, y_train, y_test = train_test_split(
        x, labels, test_size=0.3, rng=random(), stratify=labels
    )
    assert dict(zip(*np.unique(y_test, return_counts=True), strict=True)) == {
        "rare": 3,
        "common": 21,
        "middle": 6,
    }
    np.testing.assert_array_equal(labels[x_train], y_train)
    np.testing.assert_array_equal(labels[x_test], y_test)
    # The classes do not come one after the other.
    assert (y_test[:10] != y_test[0]).any() and (y_train[:10] != y_train[0]).any()
    wanted = model_selection.train_test_split(
        x, test_size=0.3, stratify=labels, random_state=0
    )
    assert list(map(len, wanted)) == [len(x_train), len(x_test)]


@pytest.mark.parametrize(
    "arrays, options, exception, message",
    [
        ((), {}, TypeError, "needs at least one array"),
        ((3.0,), {}, ValueError, "array 1 must hold samples, got one number"),
        (([1, 2], [1, 2, 3]), {}, ValueError, "array 1 and array 2 .* got 2 and 3"),
        (([[1], [1, 2]],), {}, ValueError, "array 1 must be a rectangular array"),
        (([1],), {}, ValueError, "test_size 0.5 leaves one side without any of 1"),
        (([],), {}, ValueError, "leaves one side without any of 0 samples"),
        (([1, 2],), {"test_size": 2}, ValueError, "test_size 2 leaves one side"),
        (([1, 2],), {"test_size": 1e-12}, ValueError, "test_size 1e-12 leaves one"),
        (([1, 2],), {"test_size": 0}, ValueError, "test_size must be at least 1, got"),
        (([1, 2],), {"test_size": 0.0}, ValueError, "above 0 and below 1, got 0.0"),
        (([1, 2],), {"test_size": 1.0}, ValueError, "above 0 and below 1, got 1.0"),
        (([1, 2],), {"test_size": np.nan}, ValueError, "above 0 and below 1, got nan"),
        (([1, 2],), {"test_size": "half"}, TypeError, "test_size must be a whole numb"),
        (([1, 2],), {"test_size": True}, TypeError, "test_size must be a whole number"),
        (
            ([1, 2, 3],),
            {"stratify": [0, 0]},
            ValueError,
            r"stratify must have shape \(3,\), got \(2,\)",
        ),
        (
            ([1, 2, 3],),
            {"stratify": [0, 0, 7]},
            ValueError,
            "without any of 1 samples of class 7",
        ),
    ],
)
def test_what_a_split_refuses(arrays, options, exception, message):
    with pytest.raises(exception, match=message):
        train_test_split(*arrays, **{"test_size": 0.5, "rng": random(), **options})


@pytest.mark.parametrize("rng", NOT_A_GENERATOR)
def test_a_split_needs_a_generator(rng):
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        train_test_split([1, 2], test_size=1, rng=rng)


# ---- k_fold ----


@given(n=st.integers(2, 40), data=st.data())
def test_folds_in_order_are_those_of_scikit_learn(n, data):
    k = data.draw(st.integers(2, n))
    ours = k_fold(n, k)
    theirs = list(model_selection.KFold(k).split(np.zeros(n)))
    assert len(ours) == k
    for one, other in zip(ours, theirs, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == np.int64


@given(n=st.integers(2, 40), seed=st.integers(0, 9), data=st.data())
def test_shuffled_folds_hold_every_sample_once(n, seed, data):
    k = data.draw(st.integers(2, n))
    folds = k_fold(n, k, rng=random(seed))
    every = np.concatenate([test for _, test in folds])
    np.testing.assert_array_equal(np.sort(every), np.arange(n))
    for train, test in folds:
        np.testing.assert_array_equal(np.sort(np.r_[train, test]), np.arange(n))


def test_a_few_training_samples_of_a_shuffled_fold_come_from_everywhere():
    for train, test in k_fold(100, 4, rng=random()):
        assert train[:10].min() < 30 and train[:10].max() > 70
        assert test.min() < 30 and test.max() > 70


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: k_fold(5, 1), ValueError, "k must be at least 2, got 1"),
        (lambda: k_fold(5, 6), ValueError, "k must be at most the 5 samples, got 6"),
        (lambda: k_fold(0, 2), ValueError, "n_samples must be at least 1, got 0"),
        (lambda: k_fold(5, 2.5), ValueError, "k must be a whole number, got 2.5"),
        (lambda: k_fold([1, 2], 2), TypeError, r"n_samples must be a whole number"),
        (lambda: k_fold(5, 2, rng=0), TypeError, "rng must be a numpy Generator"),
    ],
)
def test_what_folds_refuse(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


# ---- learning_curve ----


def fit_line(x, y):
    return ridge(x, y, 0.1)


def error_of_line(model, x, y):
    w, b = model
    return np.mean((x @ w + b - y) ** 2)


def test_learning_curves_equal_scikit_learns():
    x = random(0).normal(size=(53, 3))
    y = x @ [1.0, -2.0, 0.5] + random(1).normal(size=53)
    sizes = [3, 10, 42]
    _, train, test = model_selection.learning_curve(
        linear_model.Ridge(0.1),
        x,
        y,
        train_sizes=sizes,
        cv=model_selection.KFold(5),
        scoring="neg_mean_squared_error",
    )
    ours = learning_curve(
        fit_line, error_of_line, x, y, sizes=sizes, folds=k_fold(53, 5)
    )
    np.testing.assert_allclose(ours[0], -train, rtol=1e-9)
    np.testing.assert_allclose(ours[1], -test, rtol=1e-9)


def test_a_model_sees_the_first_samples_of_its_training_part_and_nothing_else():
    seen = []

    def fit(x, y):
        seen.append((x.tolist(), y.tolist()))
        return len(seen)

    asked = []

    def error(model, x, y):
        asked.append((model, x.tolist(), y.tolist()))
        return float(len(asked))

    folds = [([3, 2, 1], [0]), ([0, 1, 2], [3])]
    train, test = learning_curve(
        fit, error, [0, 1, 2, 3], [0, 10, 20, 30], sizes=[1, 2], folds=folds
    )
    assert seen == [([3], [30]), ([0], [0]), ([3, 2], [30, 20]), ([0, 1], [0, 10])]
    assert asked[:2] == [(1, [3], [30]), (1, [0], [0])]
    np.testing.assert_array_equal(train, [[1, 3], [5, 7]])
    np.testing.assert_array_equal(test, [[2, 4], [6, 8]])


@pytest.mark.parametrize(
    "change, exception, message",
    [
        ({"fit": "fit"}, TypeError, "fit must be a function"),
        ({"error": None}, TypeError, "error must be a function"),
        ({"y": [1, 2]}, ValueError, "x and y must have the same number .* 4 and 2"),
        ({"sizes": [3]}, ValueError, "at most 2, the smallest training part, got 3"),
        ({"sizes": [0]}, ValueError, "sizes must be at least 1, got 0"),
        ({"sizes": [0.5]}, ValueError, "sizes must be a whole number, got 0.5"),
        ({"folds": []}, ValueError, "folds must hold at least one"),
        ({"folds": [([0, 1], [4])]}, ValueError, "label 4 at index 0 outside 0..3"),
        ({"folds": [([0, 1], [])]}, ValueError, "folds has 0 samples"),
    ],
)
def test_what_a_learning_curve_refuses(change, exception, message):
    good = {
        "fit": lambda x, y: 0,
        "error": lambda model, x, y: 0.0,
        "x": [1, 2, 3, 4],
        "y": [1, 2, 3, 4],
        "sizes": [1],
        "folds": k_fold(4, 2),
    }
    learning_curve(**good)
    with pytest.raises(exception, match=message):
        learning_curve(**good | change)


# ---- bootstrap ----


def test_the_only_sample_is_drawn_again_and_again():
    scores = bootstrap(np.mean, [3.0], repeats=4, rng=random())
    np.testing.assert_array_equal(scores, [3, 3, 3, 3])
    assert scores.dtype == np.float64


def test_a_sample_is_drawn_from_all_arrays_alike_as_many_as_there_are():
    seen = []

    def score(x, y):
        seen.append((x.tolist(), y.tolist()))
        return 0

    bootstrap(score, [0, 1, 2], [[0], [10], [20]], repeats=50, rng=random())
    assert all([[10 * i] for i in x] == y and len(x) == 3 for x, y in seen)
    assert {i for x, _ in seen for i in x} == {0, 1, 2}
    assert any(len(set(x)) < 3 for x, _ in seen)  # with replacement
    assert len(seen) == 50


def test_the_spread_of_a_mean_is_its_standard_error():
    x = random(1).normal(size=200)
    scores = bootstrap(np.mean, x, repeats=4000, rng=random(2))
    # 4000 draws know a standard deviation to about 1 part in 90.
    np.testing.assert_allclose(scores.std(), x.std() / np.sqrt(200), rtol=0.05)
    np.testing.assert_allclose(scores.mean(), x.mean(), atol=0.005)


def test_the_interval_is_scipys():
    x = random(3).exponential(size=80)
    scores = bootstrap(np.median, x, repeats=3000, rng=random(4))
    theirs = stats.bootstrap(
        (x,), np.median, n_resamples=3000, method="percentile", vectorized=False,
        rng=random(5),
    ).confidence_interval  # fmt: skip
    # Different draws: the ends of two such intervals differ by a few hundredths.
    np.testing.assert_allclose(np.quantile(scores, [0.025, 0.975]), theirs, atol=0.05)


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: bootstrap(np.mean, repeats=2, rng=random()), TypeError,
         "bootstrap needs at least one array"),
        (lambda: bootstrap("mean", [1], repeats=2, rng=random()), TypeError,
         "score must be a function"),
        (lambda: bootstrap(np.mean, [], repeats=2, rng=random()), ValueError,
         "array 1 has 0 samples"),
        (lambda: bootstrap(np.mean, 3, repeats=2, rng=random()), ValueError,
         "array 1 must hold samples, got one number"),
        (lambda: bootstrap(np.mean, [1], [1, 2], repeats=2, rng=random()), ValueError,
         "array 1 and array 2 must have the same number"),
        (lambda: bootstrap(np.mean, [1], repeats=0, rng=random()), ValueError,
         "repeats must be at least 1, got 0"),
        (lambda: bootstrap(np.mean, [1], repeats=1.5, rng=random()), ValueError,
         "repeats must be a whole number, got 1.5"),
        (lambda: bootstrap(np.mean, [1], repeats=2, rng=0), TypeError,
         "rng must be a numpy Generator"),
    ],
)  # fmt: skip
def test_what_a_bootstrap_refuses(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


# ---- polynomial_features ----


def test_the_products_of_two_features_by_hand():
    wanted = [2, 3, 4, 6, 9, 8, 12, 18, 27]  # a b aa ab bb aaa aab abb bbb
    np.testing.assert_array_equal(polynomial_features([[2, 3]], 3), [wanted])


@pytest.mark.parametrize("n_features", [1, 2, 4])
@pytest.mark.parametrize("degree", [1, 2, 3, 5])
def test_products_equal_scikit_learns(n_features, degree):
    x = random().normal(size=(7, n_features))
    theirs = preprocessing.PolynomialFeatures(degree, include_bias=False)
    ours = polynomial_features(x, degree)
    np.testing.assert_allclose(ours, theirs.fit_transform(x), rtol=1e-12)


def test_products_keep_the_dtype_and_the_samples_apart():
    x = random().normal(size=(5, 2)).astype(np.float32)
    all_of_them = polynomial_features(x, 3)
    assert all_of_them.dtype == np.float32
    np.testing.assert_array_equal(polynomial_features(x[2:3], 3), all_of_them[2:3])
    assert polynomial_features(x[:0], 3).shape == (0, 9)
    for name, other in layouts(x.astype(float)).items():
        np.testing.assert_array_equal(
            polynomial_features(other, 2), polynomial_features(x.astype(float), 2), name
        )


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: polynomial_features([1, 2], 2), ValueError, r"Use x\[:, None\]"),
        (lambda: polynomial_features([[1]], 0), ValueError, "degree must be at least"),
        (lambda: polynomial_features([[1]], 1.5), ValueError, "degree must be a whole"),
        (
            lambda: polynomial_features([[1e200]], 2),
            ValueError,
            "x to the power of degree must be finite",
        ),
    ],
)
def test_what_products_refuse(call, exception, message):
    with pytest.raises(exception, match=message), np.errstate(over="ignore"):
        call()


@pytest.mark.parametrize("x, exception, message", NOT_REAL + NOT_FINITE)
def test_products_and_ridge_need_real_numbers(x, exception, message):
    with pytest.raises(exception, match=message):
        polynomial_features(x, 2)
    with pytest.raises(exception, match=message):
        ridge(x, [0.0], 1)


# ---- ridge ----


def test_ridge_by_hand():
    # Centred, x is -1, 0, 1 and y is -2, 0, 2: w = sum xy / (sum xx + s) = 4 / (2 + s).
    for strength, slope in [(0, 2), (2, 1), (6, 0.5)]:
        w, b = ridge([[0], [1], [2]], [1, 3, 5], strength)
        np.testing.assert_allclose(w, [slope], rtol=1e-12)
        assert b == pytest.approx(3 - slope, rel=1e-12)


@pytest.mark.parametrize("strength", [0.0, 1e-3, 1.0, 1e6])
@pytest.mark.parametrize("n, features", [(30, 1), (30, 5), (4, 6), (1, 3)])
def test_ridge_equals_scikit_learns(n, features, strength):
    x = 3 + random(0).normal(size=(n, features))
    y = random(1).normal(size=n)
    w, b = ridge(x, y, strength)
    if strength:
        theirs = linear_model.Ridge(strength, solver="svd").fit(x, y)
    else:
        theirs = linear_model.LinearRegression().fit(x, y)
    np.testing.assert_allclose(w, theirs.coef_, rtol=1e-9, atol=1e-12)
    assert b == pytest.approx(theirs.intercept_, rel=1e-9, abs=1e-12)
    assert w.shape == (features,) and type(b) is float


def test_the_gradient_of_the_cost_is_zero_at_the_answer():
    x, y = random(0).normal(size=(20, 3)), random(1).normal(size=20)
    w, b = ridge(x, y, 0.7)
    wrong = x @ w + b - y
    np.testing.assert_allclose(x.T @ wrong + 0.7 * w, 0, atol=1e-12)
    assert wrong.sum() == pytest.approx(0, abs=1e-12)


def test_nearly_equal_columns_keep_their_digits():
    # The normal equations would square a condition number of 1e8.
    base = np.linspace(-1, 1, 9)
    x = np.stack([base, base + 1e-8 * base**2], axis=1)
    w, b = ridge(x, 1 + x @ [2.0, 3.0], 0)
    np.testing.assert_allclose(x @ w + b, 1 + x @ [2.0, 3.0], rtol=1e-12)
    np.testing.assert_allclose(w, [2.0, 3.0], rtol=1e-6)


def test_a_constant_feature_gets_no_weight():
    w, b = ridge([[1, 5], [2, 5], [3, 5]], [2, 4, 6], 0)
    np.testing.assert_allclose(w, [2, 0], atol=1e-12)


@pytest.mark.parametrize(
    "x, y, strength, exception, message",
    [
        ([1, 2], [1, 2], 1, ValueError, r"Use x\[:, None\]"),
        (np.empty((0, 2)), [], 1, ValueError, "x has 0 samples"),
        ([[1], [2]], [[1], [2]], 1, ValueError, r"y must have shape \(samples,\)"),
        ([[1], [2]], [1, 2, 3], 1, ValueError, "x and y must have the same number"),
        ([[1], [2]], [1, np.nan], 1, ValueError, r"y must be finite, but y\[1\] is"),
        ([[1], [2]], [1, 2], -1, ValueError, "strength must be at least 0, got -1"),
        ([[1], [2]], [1, 2], np.nan, ValueError, "strength must be at least 0, got"),
        ([[1], [2]], [1, 2], "1", TypeError, "strength must be a number, got '1'"),
    ],
)
def test_what_ridge_refuses(x, y, strength, exception, message):
    with pytest.raises(exception, match=message):
        ridge(x, y, strength)


def test_inputs_are_not_written_to():
    x, y = random().normal(size=(8, 2)), random().normal(size=8)
    kept = x.copy(), y.copy()
    ridge(x, y, 1.0)
    polynomial_features(x, 3)
    train_test_split(x, y, test_size=2, rng=random())
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(y, kept[1])
