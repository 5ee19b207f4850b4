"""The made data sets: what each promises about its columns, labels and shares."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOT_A_GENERATOR

from nnbook import datasets
from nnbook.activations import sigmoid

MADE = [
    datasets.stairs,
    datasets.product_demand,
    datasets.coffee,
    datasets.heartbeats,
]


@pytest.mark.parametrize("make", MADE)
@pytest.mark.parametrize("n", [1, 2, np.int64(7)])
def test_shapes_and_types(make, n):
    x, labels = make(n, rng=np.random.default_rng(0))
    assert x.shape[0] == n and x.ndim == 2
    assert labels.shape == (n,)
    assert (x.dtype, labels.dtype) == (np.float64, np.int64)
    assert set(labels.tolist()) <= {0, 1}


@pytest.mark.parametrize("make", MADE)
def test_the_same_generator_gives_the_same_set_and_another_another(make):
    first, again, other = (make(50, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("make", MADE)
def test_the_global_seed_is_neither_used_nor_moved(make):
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    make(5, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("make", MADE)
@pytest.mark.parametrize(
    "n, exception, message",
    [
        (0, ValueError, "n must be at least 1, got 0"),
        (-3, ValueError, "n must be at least 1, got -3"),
        (2.5, ValueError, "n must be a whole number, got 2.5"),
        ("3", TypeError, "n must be a whole number, got '3'"),
        (True, TypeError, "n must be a whole number, got True"),
    ],
)
def test_refuses_a_number_of_samples(make, n, exception, message):
    with pytest.raises(exception, match=message):
        make(n, rng=np.random.default_rng(0))


@pytest.mark.parametrize("make", MADE)
@pytest.mark.parametrize("rng", NOT_A_GENERATOR, ids=str)
def test_refuses_what_is_no_generator(make, rng):
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        make(3, rng=rng)


# The shop


def test_half_of_each_kind_belongs_in_the_fridge():
    names, kinds, chilled = datasets.shop_items()
    assert len(set(names)) == 24
    assert np.bincount(kinds).tolist() == [6] * 4
    assert [chilled[kinds == kind].sum() for kind in range(4)] == [3] * 4


def test_purchases_follow_the_shares_that_are_promised():
    x, labels = datasets.purchases(40_000, rng=np.random.default_rng(0))
    _, kinds, _ = datasets.shop_items()
    assert (x.dtype, labels.dtype) == (np.int64, np.int64)
    assert set(x[:, 0].tolist()) == set(labels.tolist()) == set(range(24))
    last, following, saturday = kinds[x[:, 0]], kinds[labels], x[:, 1] == 25
    assert set(x[:, 1].tolist()) == {24, 25}
    # Of the two in ten who take anything, a quarter takes each kind.
    for day, kind, share in [
        (~saturday & (last == 0), 0, 0.85),
        (~saturday & (last == 0), 3, 0.05),
        (saturday & (last == 0), 0, 0.45),
        (saturday & (last == 0), 3, 0.45),
        (saturday & (last == 3), 3, 0.85),
    ]:
        assert np.mean(following[day] == kind) == pytest.approx(share, abs=0.03)
    within = np.bincount(labels, minlength=24).reshape(4, 6)
    assert (abs(within / within.mean(axis=1, keepdims=True) - 1) < 0.15).all()


# The village


def test_sentences_say_of_each_person_what_is_true():
    text = [
        s.split() for s in datasets.toy_sentences(4000, rng=np.random.default_rng(0))
    ]
    for who, truth in datasets.PEOPLE.items():
        said = {word for line in text if who in line for word in line}
        for other in datasets.PEOPLE.values():
            for mine, theirs in zip(truth, other, strict=True):
                assert mine in said
                assert theirs == mine or theirs not in said


def test_no_animal_chases_itself_and_all_words_occur():
    text = [
        s.split() for s in datasets.toy_sentences(4000, rng=np.random.default_rng(0))
    ]
    chases = [line for line in text if "chases" in line]
    assert chases and all(line[1] != line[4] for line in chases)
    words = {word for line in text for word in line}
    known = {*datasets.PEOPLE, *datasets.ANIMALS, *datasets.FOODS, *datasets.DRINKS}
    assert known <= words and len(words) == 35


@pytest.mark.parametrize("make", [datasets.purchases, datasets.toy_sentences])
def test_shop_and_village_depend_on_the_generator_alone(make):
    first, again, other = (make(50, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    assert str(first) == str(again) != str(other)
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        make(0, rng=np.random.default_rng(0))
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        make(3, rng=0)


# Stairs


def test_patterns_count_from_zero_to_fifteen():
    patterns, labels = datasets.stairs_patterns()
    np.testing.assert_array_equal(patterns @ [8, 4, 2, 1], np.arange(16))
    # 0111 = 7 are right stairs, 1011 = 11 are left stairs.
    assert np.flatnonzero(labels).tolist() == [7, 11]


def test_the_verdict_on_patterns_is_the_sentence_that_defines_stairs():
    for (x1, x2, x3, x4), label in zip(*datasets.stairs_patterns(), strict=True):
        assert label == (x3 == 1 and x4 == 1 and x1 + x2 == 1)


def test_stairs_draws_each_pattern_as_often_as_it_says():
    n = 20_000
    x, labels = datasets.stairs(n, rng=np.random.default_rng(0))
    number = (x > 0.5) @ [8, 4, 2, 1]
    expected = np.full(16, 1 / 48)
    expected[[7, 11, 15, 3]] = 1 / 4, 1 / 4, 1 / 8, 1 / 8
    shares = np.bincount(number, minlength=16) / n
    # Five standard deviations of a share.
    assert (abs(shares - expected) < 5 * np.sqrt(expected / n)).all()
    np.testing.assert_array_equal(labels, datasets.stairs_patterns()[1][number])


def test_stairs_pixels_fill_their_ranges_and_have_two_decimals():
    x, _ = datasets.stairs(5000, rng=np.random.default_rng(0))
    light, dark = x[x < 0.5], x[x > 0.5]
    assert (light.min(), light.max(), dark.min(), dark.max()) == (0.0, 0.3, 0.7, 1.0)
    np.testing.assert_array_equal(x, x.round(2))
    # Uniform from 0.7 to 1.0: the mean is 0.85.
    assert dark.mean() == pytest.approx(0.85, abs=0.005)
    assert light.mean() == pytest.approx(0.15, abs=0.005)


@given(st.tuples(*[st.integers(0, 100)] * 4), st.integers(0, 1000))
def test_stairs_keeps_within_any_ranges(hundredths, seed):
    low, high, lower, higher = (value / 100 for value in hundredths)
    dark, light = sorted((low, high)), sorted((lower, higher))
    x, labels = datasets.stairs(
        30, rng=np.random.default_rng(seed), dark=dark, light=light
    )
    is_dark = (dark[0] <= x) & (x <= dark[1])
    is_light = (light[0] <= x) & (x <= light[1])
    assert (is_dark | is_light).all()
    assert is_dark[labels == 1, 2:].all()


def test_stairs_without_grey_are_the_patterns():
    x, labels = datasets.stairs(
        100, rng=np.random.default_rng(0), dark=(1, 1), light=(0, 0)
    )
    patterns, verdicts = datasets.stairs_patterns()
    number = (x @ [8, 4, 2, 1]).astype(int)
    np.testing.assert_array_equal(x, patterns[number])
    np.testing.assert_array_equal(labels, verdicts[number])


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize(
    "value, exception, message",
    [
        (
            (0.9, 0.7),
            ValueError,
            r"must be \(low, high\) within 0 .. 1, got \(0.9, 0.7",
        ),
        ((0.5, 1.1), ValueError, r"must be \(low, high\) within 0 .. 1, got"),
        ((-0.1, 0.5), ValueError, r"must be \(low, high\) within 0 .. 1, got"),
        (0.5, ValueError, r"must be \(low, high\) within 0 .. 1, got 0.5"),
        ((0.1, 0.2, 0.3), ValueError, r"must be \(low, high\) within 0 .. 1, got"),
        ((0.1, np.nan), ValueError, r"must be finite, but \w+\[1\] is nan"),
        (None, TypeError, "must hold real numbers, got NoneType"),
    ],
)
def test_stairs_refuses_a_range(name, value, exception, message):
    with pytest.raises(exception, match=f"{name} {message}"):
        datasets.stairs(3, rng=np.random.default_rng(0), **{name: value})


# Products


def test_product_columns_are_what_the_docstring_says():
    x, labels = datasets.product_demand(5000, rng=np.random.default_rng(0))
    price, shipping, marketing, material = x.T
    assert 5 <= price.min() < 5.1 and 59.9 < price.max() <= 60
    assert 0 <= shipping.min() < 0.1 and 9.9 < shipping.max() <= 10
    assert 0 <= marketing.min() < 0.1 and 19.9 < marketing.max() <= 20
    assert np.unique(material).tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(x, x.round(2))
    np.testing.assert_array_equal(marketing, marketing.round(1))
    assert labels.mean() == pytest.approx(0.5, abs=0.03)


def test_demand_falls_with_the_price():
    x, labels = datasets.product_demand(5000, rng=np.random.default_rng(0))
    shares = [
        labels[(low <= x[:, 0]) & (x[:, 0] < low + 11)].mean()
        for low in (5, 16, 27, 38, 49)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.8 and shares[-1] < 0.25


def test_product_factors_by_hand():
    # Price 30, shipping 0, marketing 8, material 3: every weighted sum is 0.
    # Price 70, shipping 10: (30 - 80) / 8 = -6.25; marketing 20 - 8 = 12;
    # material 5: 2 * 2 + 40 / 40 = 5.
    factors = datasets.product_factors([[30, 0, 8, 3], [70, 10, 20, 5]])
    by_hand = [[0.5, 0.5, 0.5], [sigmoid(-6.25), sigmoid(12.0), sigmoid(5.0)]]
    np.testing.assert_allclose(factors, by_hand, rtol=1e-12)


def test_labels_are_drawn_with_the_probability_of_the_docstring():
    x, labels = datasets.product_demand(20_000, rng=np.random.default_rng(0))
    a, m, q = datasets.product_factors(x).T
    p = 1 / (1 + np.exp(-(12 * a + 6 * m + 6 * q - 11)))
    for low in np.arange(0, 1, 0.1):
        here = (low <= p) & (p < low + 0.1)
        # Four standard deviations of the mean of that many coins.
        slack = 4 * np.sqrt(p[here].mean() * (1 - p[here].mean()) / here.sum())
        assert labels[here].mean() == pytest.approx(p[here].mean(), abs=slack)


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda f: f(np.ones((5, 7))), ValueError, "x has 7 features, .* expects"),
        (lambda f: f(np.ones(4)), ValueError, r"One sample\? Use x\[None, :\]"),
        (lambda f: f(None), TypeError, "x must hold real numbers"),
        (lambda f: f([[np.nan] * 4]), ValueError, r"x\[0, 0\] is nan"),
    ],
)
@pytest.mark.parametrize("truth", [datasets.product_factors, datasets.good_roast])
def test_the_truths_refuse(truth, call, exception, message):
    with pytest.raises(exception, match=message):
        call(truth)


# Coffee


def test_coffee_columns_are_what_the_docstring_says():
    x, labels = datasets.coffee(5000, rng=np.random.default_rng(0))
    temperature, duration = x.T
    assert 150 <= temperature.min() < 150.5 and 284.5 < temperature.max() <= 285
    assert 12 <= duration.min() < 12.02 and 14.98 < duration.max() <= 15
    np.testing.assert_array_equal(temperature, temperature.round(1))
    np.testing.assert_array_equal(duration, duration.round(2))
    # The region is a trapezoid, (10 + 91) / 2 * 2.7 of 135 * 3: a share of 0.337.
    assert labels.mean() == pytest.approx(0.337, abs=0.02)


@pytest.mark.parametrize(
    "temperature, duration, label",
    [
        (170, 13, 1),
        (169.9, 13, 0),  # too cold
        (200, 12.3, 1),
        (200, 12.29, 0),  # too short
        (240, 13, 1),  # 240 + 390 = 630
        (240.1, 13, 0),  # burnt
        (240, 13.1, 0),  # burnt
    ],
)
def test_good_roast_at_its_edges(temperature, duration, label):
    assert datasets.good_roast([[temperature, duration]]).tolist() == [label]


def test_coffee_labels_are_good_roasts():
    x, labels = datasets.coffee(500, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(labels, datasets.good_roast(x))


# Heartbeats


def test_the_spike_of_a_heartbeat_stands_where_it_may():
    x, _ = datasets.heartbeats(500, rng=np.random.default_rng(0), places=(30, 33))
    # A broad spike is so flat on top that noise moves its highest reading a little.
    highest = x.argmax(axis=1)
    assert 27 <= highest.min() <= 30 and 33 <= highest.max() <= 36


def test_a_premature_beat_is_broader_and_its_late_wave_points_down():
    x, labels = datasets.heartbeats(4000, rng=np.random.default_rng(0), places=(40, 40))
    normal, premature = x[labels == 0].mean(axis=0), x[labels == 1].mean(axis=0)
    assert 0.45 < labels.mean() < 0.55
    # By hand, with heights of 1 on average: exp(-2) two readings after a narrow spike,
    # with the dip -0.25 exp(-1/2); exp(-2/9) after a broad one.
    np.testing.assert_allclose(normal[42], 0.1353 - 0.1516, atol=0.01)
    np.testing.assert_allclose(premature[42], 0.8007, atol=0.01)
    np.testing.assert_allclose([normal[58], premature[56]], [0.3, -0.35], atol=0.01)
    np.testing.assert_allclose([normal[30], premature[30]], [0.15, 0.004], atol=0.01)


@pytest.mark.parametrize("places", [(5, 20), (30, 20), (20, 81), (20.5, 30), 30, (1,)])
def test_heartbeats_refuse_a_place_outside(places):
    with pytest.raises(
        ValueError, match=r"places must be \(first, last\), whole .* got"
    ):
        datasets.heartbeats(3, rng=np.random.default_rng(0), places=places)


# Mails


def parts(text):
    """Sender's host, delivering host and body."""
    sender, via, empty, body = text.split("\n")
    assert sender.startswith("From: ") and via.startswith("Via: ") and empty == ""
    return sender.split("@")[1], via.removeprefix("Via: "), body


def mails_of(kind, n=200):
    texts, _, kinds = datasets.mails(n, rng=np.random.default_rng(0), shares={kind: 1})
    assert set(kinds) == {kind}
    return [parts(text) for text in texts]


def test_mails_come_in_the_shares_that_are_asked_for():
    texts, labels, kinds = datasets.mails(4000, rng=np.random.default_rng(0))
    assert len(texts) == len(labels) == len(kinds) == 4000
    assert labels.mean() == pytest.approx(0.4, abs=0.03)
    assert np.mean(kinds == "story") == pytest.approx(0.03, abs=0.01)
    spam = {"goods", "masked", "forged", "shout", "story"}
    np.testing.assert_array_equal(labels, [kind in spam for kind in kinds])
    shares = {"chat": 1, "goods": 3}
    _, labels, kinds = datasets.mails(2000, rng=np.random.default_rng(1), shares=shares)
    assert set(kinds) == {"chat", "goods"}
    assert labels.mean() == pytest.approx(0.75, abs=0.04)


def test_mails_are_drawn_from_the_generator_alone():
    first, second = (datasets.mails(50, rng=np.random.default_rng(3)) for _ in range(2))
    assert first[0] == second[0]
    assert first[0] != datasets.mails(50, rng=np.random.default_rng(4))[0]


def test_masked_mails_are_goods_with_figures_for_letters():
    letters = str.maketrans("4391057", "aegiost")
    masked = [body for _, _, body in mails_of("masked")]
    assert all(re.search("[a-z][0-9]|[0-9][a-z]", body) for body in masked)
    wares = " ".join(body.translate(letters) for body in masked)
    plain = " ".join(body for _, _, body in mails_of("goods"))
    assert not re.search("[a-z][0-9]|[0-9][a-z]", re.sub(r"http\S+", "", plain))
    for word in ("watches", "discount", "prestigious"):
        assert word in plain and word in wares
    assert sum("watches" in body for body in masked) < 5


def test_forged_mails_lead_to_numbers_and_lists_come_by_another_host():
    def share(kind, true):
        return np.mean([true(*mail) for mail in mails_of(kind)])

    def bare(sender, via, body):
        return "http://203.0.113." in body

    def other(sender, via, body):
        return sender != via

    assert share("forged", bare) > 0.7 > 0.05 > share("work", bare)
    assert share("forged", other) > 0.7 and share("list", other) > 0.8
    assert share("chat", other) < 0.1


def test_shouted_mails_repeat_what_friends_say_once():
    def times(kind, word):
        return np.mean([body.lower().count(word) for *_, body in mails_of(kind)])

    assert times("shout", "free") > 2 > 1.5 > times("chat", "free") > 0.2
    assert times("work", "today") > 0.1


@pytest.mark.parametrize(
    "shares, exception, message",
    [
        ({}, ValueError, "shares must name some of chat, work, .*, got none"),
        ({"chat": 1, "poems": 1}, ValueError, "got poems"),
        ({"chat": 0}, ValueError, r"shares\['chat'\] must be .*above 0.*0"),
        ({"chat": "half"}, TypeError, r"shares\['chat'\] must be a number"),
    ],
)
def test_mails_refuse_shares(shares, exception, message):
    with pytest.raises(exception, match=message):
        datasets.mails(3, rng=np.random.default_rng(0), shares=shares)


# Marked signs


def test_the_answer_is_the_last_marked_sign():
    x, labels = datasets.marked_signs(200, rng=np.random.default_rng(0), steps=12)
    assert set(np.unique(x[..., 0])) == {-1, 1}
    assert set(np.unique(x[..., 1])) == {0, 1}
    for sequence, label in zip(x, labels, strict=True):
        marked = [sign for sign, mark in sequence if mark]
        assert sequence[0, 1] == 1
        assert label == (marked[-1] > 0)


def test_marks_come_with_the_share_asked_for():
    x, _ = datasets.marked_signs(2000, rng=np.random.default_rng(0), share=0.2)
    assert x.shape == (2000, 50, 2)
    assert abs(x[:, 1:, 1].mean() - 0.2) < 0.01
    none, _ = datasets.marked_signs(5, rng=np.random.default_rng(0), share=0)
    assert none[..., 1].sum() == 5


@pytest.mark.parametrize(
    "options, message",
    [
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"share": 1.1}, "share must be at least 0 and at most 1, got 1.1"),
        ({"share": -0.1}, "share must be at least 0 and at most 1, got -0.1"),
    ],
)
def test_marked_signs_refuse_bad_numbers(options, message):
    with pytest.raises(ValueError, match=message):
        datasets.marked_signs(3, rng=np.random.default_rng(0), **options)
