"""The small data sets of the book, each made by a recipe that you can read.

A made set has one great virtue: you know the truth behind it, so you can tell what a
network has learnt from what it has made up. Every recipe takes `n`, the number of
samples, and `rng`, the source of chance, and returns `(x, labels)`: one sample a row,
and for each its class. At the end stand two sets that people wrote by hand, the
digits, which ship with the package, and MNIST; and `measured`, for the few numbers
that no notebook can compute anew, such as times. All chapters use this file.
"""

import json
from itertools import product
from pathlib import Path

import numpy as np

from nnbook import checks

# How often `stairs` draws a pattern. The twelve that are not named share the last
# quarter. The two named ones that are not stairs are what a neuron mistakes for them.
_LEFT_STAIRS = (1, 0, 1, 1)
_RIGHT_STAIRS = (0, 1, 1, 1)
_SOLID = (1, 1, 1, 1)
_BOTTOM_ROW = (0, 0, 1, 1)
_SHARES = {_LEFT_STAIRS: 1 / 4, _RIGHT_STAIRS: 1 / 4, _SOLID: 1 / 8, _BOTTOM_ROW: 1 / 8}
_OTHER_SHARE = (1 / 4) / 12

# What the mails of `mails` say. In braces: a word of that list.
_MAIL_WORDS = {
    "ware": (
        "watches bracelets tablets sneakers lanterns handbags perfumes printers "
        "necklaces telescopes cigarettes sunglasses earrings diplomas lotteries "
        "mattresses"
    ).split(),
    "price": "discount bargain reduction sale price rebate".split(),
    "praise": "prestigious genuine original finest exclusive fantastic".split(),
    "person": "Nora Omar Lucia Tom Wen Ada Jonas Priya".split(),
    "place": "library station garden office harbour kitchen".split(),
    "day": "Monday Tuesday Wednesday Thursday Friday".split(),
    "thing": "report poster budget timetable recipe survey".split(),
    "land": "Borduria Syldavia Ruritania Freedonia Zubrowka Genovia".split(),
    "kin": "uncle widow client minister general merchant colonel cousin".split(),
    "wealth": "inheritance fortune estate treasure diamonds funds gold vault".split(),
    "deed": "transfer release rescue share move deposit divide claim".split(),
    "trust": "honest discreet reliable confidential sincere faithful".split(),
}
_SELLING = [
    "{praise} {ware} at a {price}.",
    "{price} on {ware} ends on {day}.",
    "{praise} {ware}, lowest {price}.",
    "Order {praise} {ware} today.",
    "Save money on {ware}.",
]
_CHATTING = [
    "Are you free today? We meet at the {place}.",
    "{person} says hello, and thanks for the {thing}.",
    "Call me now if the train is late, else see you on {day}.",
    "The {place} is open on {day}, and it is free.",
    "I have found an umbrella at the {place}.",
]
_WORKING = [
    "I have read the {thing}, please look at page two.",
    "{person} needs the {thing} now, or on {day}.",
    "A meeting on {day}, at the {place}.",
    "Please send the {thing} to {person} today.",
    "Give {person} a call today, before {day}.",
]
_MAIL_SENTENCES = {
    "chat": _CHATTING,
    "work": _WORKING,
    "list": [
        "The choir meets on {day} in the {place}.",
        "Minutes of the meeting: {person} has brought the {thing}.",
        "To leave this list, write to {person}.",
    ],
    "trade": [
        "My {ware} have stopped, what is the {price} of a repair?",
        "Thank you for the {ware}, {person} will pay the {price} on {day}.",
        "Do you have {praise} {ware} in the shop? I would order two.",
    ],
    "goods": _SELLING,
    "masked": _SELLING,
    "forged": _CHATTING + _WORKING,
    "shout": ["Free now!", "Call today!", "Free today!", "Call now!"],
    "story": [
        "I am the {kin} of a late {kin} in {land}.",
        "Help me to {deed} the {wealth}.",
        "You seem {trust} and {trust}.",
        "We {deed} half of the {wealth}.",
        "The {wealth} lies in {land} since the {kin} fell.",
    ],
}
_HAM_SHARES = {"chat": 0.24, "work": 0.24, "list": 0.09, "trade": 0.03}
_SPAM_SHARES = {
    "goods": 0.14,
    "masked": 0.14,
    "forged": 0.03,
    "shout": 0.07,
    "story": 0.03,
}
_MASKS = {"a": "4", "e": "3", "g": "9", "i": "1", "o": "0", "s": "5", "t": "7"}
_FALSE_HOST = {"list": 0.9, "forged": 0.8}
_HOSTS = ["quill", "birch", "otter", "lantern", "meadow", "pebble"]

DATA = Path(__file__).parent / "data"
_MNIST = {
    "x_train": (60000, 28, 28),
    "y_train": (60000,),
    "x_test": (10000, 28, 28),
    "y_test": (10000,),
}

# What `toy_sentences` says about each person: whose, where, and what they do all day.
PEOPLE = {
    "king": ("his", "palace", "works"),
    "queen": ("her", "palace", "works"),
    "prince": ("his", "palace", "plays"),
    "princess": ("her", "palace", "plays"),
    "man": ("his", "village", "works"),
    "woman": ("her", "village", "works"),
    "boy": ("his", "village", "plays"),
    "girl": ("her", "village", "plays"),
}
ANIMALS = ("cat", "dog", "horse", "cow")
FOODS = ("bread", "cheese", "apple", "pear")
DRINKS = ("tea", "milk", "water", "juice")
# Four kinds of purchase; of each the last three items belong in the fridge.
ITEMS = {
    "breakfast": ("muesli", "coffee", "jam", "yoghurt", "butter", "ham"),
    "pasta": ("spaghetti", "tomatoes", "oil", "parmesan", "pesto", "mozzarella"),
    "baking": ("flour", "sugar", "yeast", "eggs", "cream", "buttermilk"),
    "barbecue": ("charcoal", "buns", "mustard", "sausages", "kebabs", "coleslaw"),
}


def stairs_patterns():
    """All sixteen black-and-white images of 2x2 pixels, and which of them are stairs.

    A pixel holds darkness: 0 is white paper, 1 is black ink. The order is x1 top left,
    x2 top right, x3 bottom left, x4 bottom right, so `x.reshape(2, 2)` is the image.
    Stairs have a dark bottom row and exactly one dark pixel on top of it.

    Returns
    -------
    patterns : ndarray of float64, shape (16, 4)
        In counting order: 0000, 0001, 0010, ... 1111.
    labels : ndarray of int64, shape (16,)
        1 for stairs, 0 for everything else.

    Examples
    --------
    >>> patterns, labels = stairs_patterns()
    >>> patterns[labels == 1]
    array([[0., 1., 1., 1.],
           [1., 0., 1., 1.]])
    """
    patterns = list(product((0, 1), repeat=4))
    labels = [pattern in (_LEFT_STAIRS, _RIGHT_STAIRS) for pattern in patterns]
    return np.array(patterns, dtype=np.float64), np.array(labels, dtype=np.int64)


def stairs(n, *, rng, dark=(0.7, 1.0), light=(0.0, 0.3)):
    """Grey images of 2x2 pixels, about half of them stairs.

    Each sample first draws one of the sixteen patterns of `stairs_patterns`: left
    stairs (1, 0, 1, 1) and right stairs (0, 1, 1, 1) a quarter each, four dark pixels
    and the dark bottom row alone an eighth each, one of the other twelve the last
    quarter. Then every dark pixel is uniform in `dark`, every light one in `light`.
    Pixels have two decimals, so that they read well in print. The label belongs to the
    pattern: where the two ranges overlap, even a perfect reader makes mistakes.

    Parameters
    ----------
    n : int
        Number of images, at least 1.
    rng : numpy.random.Generator
    dark, light : (float, float)
        Lowest and highest darkness of a dark and of a light pixel, within 0 .. 1.

    Returns
    -------
    x : ndarray of float64, shape (n, 4)
        Darkness, 0 is white paper, 1 is black ink; top left, top right, bottom left,
        bottom right. The first image is `x[0].reshape(2, 2)`.
    labels : ndarray of int64, shape (n,)
        1 for stairs, 0 for everything else.

    Raises
    ------
    ValueError
        If `n` is below 1, or a range is not (low, high) within 0 .. 1.
    TypeError
        If `rng` is not a numpy Generator.

    References
    ----------
    The idea of 2x2 stairs is Ben Gorman's ("Classify Images of Stairs" in the
    repository ben519/MLPB); the images are our own.

    Examples
    --------
    >>> x, labels = stairs(4, rng=np.random.default_rng(0))
    >>> x.shape, labels.tolist()
    ((4, 4), [1, 1, 0, 0])
    """
    n = checks.whole_number("n", n)
    checks.generator("rng", rng)
    dark_range = _darkness("dark", dark)
    light_range = _darkness("light", light)
    patterns, verdicts = stairs_patterns()
    shares = [_SHARES.get(tuple(pattern), _OTHER_SHARE) for pattern in patterns]
    drawn = rng.choice(16, size=n, p=shares)
    x = np.where(
        patterns[drawn] == 1,
        rng.uniform(*dark_range, size=(n, 4)),
        rng.uniform(*light_range, size=(n, 4)),
    )
    return x.round(2), verdicts[drawn]


def product_demand(n, *, rng):
    """Products of a shop: price, shipping, marketing, material; do they sell well?

    Nobody buys a price. People buy what they can afford, have heard of and believe to
    be good. So three hidden factors, each between 0 and 1, stand between the columns
    and the label; `product_factors` computes them. The label is then drawn: a product
    is a best-seller with probability

        sigmoid(12 affordability + 6 awareness + 6 quality - 11).

    This is a network of three logistic neurons and a fourth that reads them. About
    half of the products are best-sellers, and fewer the higher the price.

    Parameters
    ----------
    n : int
        Number of products, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    x : ndarray of float64, shape (n, 4)
        price in euro, 5 to 60, two decimals; shipping in euro, 0 to 10, two decimals;
        marketing in thousand euro a month, 0 to 20, one decimal; material as a grade
        from 1 (poor) to 5 (best), whole. All uniform and independent.
    labels : ndarray of int64, shape (n,)
        1 for a best-seller.

    Raises
    ------
    ValueError
        If `n` is below 1.
    TypeError
        If `rng` is not a numpy Generator.

    Examples
    --------
    >>> x, labels = product_demand(1000, rng=np.random.default_rng(0))
    >>> cheap = x[:, 0] < 20
    >>> bool(labels[cheap].mean() > 2 * labels[~cheap].mean())
    True
    """
    n = checks.whole_number("n", n)
    checks.generator("rng", rng)
    x = np.column_stack(
        [
            rng.uniform(5, 60, size=n).round(2),
            rng.uniform(0, 10, size=n).round(2),
            rng.uniform(0, 20, size=n).round(1),
            rng.integers(1, 5, size=n, endpoint=True),
        ]
    )
    probability = _logistic(product_factors(x) @ [12.0, 6.0, 6.0] - 11.0)
    return x, (rng.random(n) < probability).astype(np.int64)


def product_factors(x):
    """The hidden factors behind `product_demand`: three neurons with known weights.

    ::

        affordability = sigmoid((30 - price - shipping) / 8)
        awareness     = sigmoid(marketing - 8)
        quality       = sigmoid(2 (material - 3) + (price - 30) / 40)

    A high price makes a product harder to afford and, at the same time, look better.

    Parameters
    ----------
    x : array_like, shape (n, 4)
        price, shipping, marketing, material, as `product_demand` returns them.

    Returns
    -------
    ndarray of float64, shape (n, 3)
        affordability, awareness and perceived quality, each between 0 and 1.

    Raises
    ------
    ValueError, TypeError
        If `x` is not a batch of four finite columns.

    Examples
    --------
    >>> product_factors([[20.0, 4.0, 12.0, 3.0]]).round(2)
    array([[0.68, 0.98, 0.44]])
    """
    x = checks.batch("x", x, 4, expects="product_factors")
    price, shipping, marketing, material = x.T
    return np.column_stack(
        [
            _logistic((30 - price - shipping) / 8),
            _logistic(marketing - 8),
            _logistic(2 * (material - 3) + (price - 30) / 40),
        ]
    )


def coffee(n, *, rng):
    """Coffee roasts: how hot, how long, and whether the coffee is good.

    Temperature and duration are uniform and independent; `good_roast` says which pairs
    are good, about a third of them, without any noise. The numbers are made up for
    their shape, not measured: two columns of very different size, and a region with
    three edges, so that no single neuron can mark it off and three can.

    Parameters
    ----------
    n : int
        Number of roasts, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    x : ndarray of float64, shape (n, 2)
        temperature in degrees Celsius, 150 to 285, one decimal; duration in minutes,
        12 to 15, two decimals.
    labels : ndarray of int64, shape (n,)
        1 for a good roast.

    Raises
    ------
    ValueError
        If `n` is below 1.
    TypeError
        If `rng` is not a numpy Generator.

    Examples
    --------
    >>> x, labels = coffee(3, rng=np.random.default_rng(0))
    >>> x
    array([[236.  ,  12.05],
           [186.4 ,  14.44],
           [155.5 ,  14.74]])
    >>> labels
    array([0, 1, 0])
    """
    n = checks.whole_number("n", n)
    checks.generator("rng", rng)
    temperature = rng.uniform(150, 285, size=n).round(1)
    duration = rng.uniform(12, 15, size=n).round(2)
    x = np.column_stack([temperature, duration])
    return x, good_roast(x)


def good_roast(x):
    """The truth behind `coffee`: neither too cold, nor too short, nor burnt.

    A roast is good if all three hold: temperature >= 170, duration >= 12.3, and
    temperature + 30 duration <= 630, so that what is hotter must be shorter.

    Parameters
    ----------
    x : array_like, shape (n, 2)
        temperature in degrees Celsius, duration in minutes.

    Returns
    -------
    ndarray of int64, shape (n,)
        1 for a good roast.

    Raises
    ------
    ValueError, TypeError
        If `x` is not a batch of two finite columns.

    Examples
    --------
    >>> good_roast([[200.0, 14.0], [160.0, 14.0], [200.0, 12.0], [270.0, 14.0]])
    array([1, 0, 0, 0])
    """
    temperature, duration = checks.batch("x", x, 2, expects="good_roast").T
    warm, long = temperature >= 170, duration >= 12.3
    not_burnt = temperature + 30 * duration <= 630
    return (warm & long & not_burnt).astype(np.int64)


def heartbeats(n, *, rng, places=(24, 72)):
    """Made signals of a heart: one beat each, normal or premature.

    A normal beat is a small wave, a sharp spike with a dip behind it, and a late wave.
    A premature beat, which starts in the wrong part of the heart, comes without the
    small wave; its spike is broad, and its late wave points down. The forms are drawn
    with bell curves, in the manner of textbooks: nothing here was measured on anybody.

    Parameters
    ----------
    n : int
        Number of signals, at least 1.
    rng : numpy.random.Generator
    places : (int, int)
        First and last reading at which the spike may stand, within 12 .. 80.

    Returns
    -------
    x : ndarray of float64, shape (n, 96)
        96 readings, 64 a second; a spike is about 1 high.
    labels : ndarray of int64, shape (n,)
        1 for a premature beat; about half of them.

    Raises
    ------
    ValueError
        If `n` is below 1, or `places` is not (first, last) within 12 .. 80.
    TypeError
        If `rng` is not a numpy Generator.

    Examples
    --------
    >>> x, labels = heartbeats(3, rng=np.random.default_rng(0))
    >>> x.shape, labels.tolist()
    ((3, 96), [1, 1, 1])
    """
    n = checks.whole_number("n", n)
    checks.generator("rng", rng)
    first, last = _places(places)
    labels = rng.integers(0, 2, size=n)
    place = rng.integers(first, last, size=n, endpoint=True)
    height = rng.uniform(0.8, 1.2, size=n)
    since = np.arange(96) - place[:, None]
    x = np.where(labels[:, None] == 1, _premature_beat(since), _normal_beat(since))
    return height[:, None] * x + rng.normal(0, 0.05, size=x.shape), labels


def shop_items():
    """The 24 items of `purchases`, and the truth about them that no network is told.

    Returns
    -------
    names : list of str, length 24
    kinds : ndarray of int64, shape (24,)
        0 breakfast, 1 pasta, 2 baking, 3 barbecue.
    chilled : ndarray of int64, shape (24,)
        1 for what belongs in the fridge: half of each kind.

    Examples
    --------
    >>> names, kinds, chilled = shop_items()
    >>> names[9], int(kinds[9]), int(chilled[9])
    ('parmesan', 1, 1)
    """
    names = [name for items in ITEMS.values() for name in items]
    return names, np.repeat(np.arange(4), 6), np.tile([0, 0, 0, 1, 1, 1], 4)


def purchases(n, *, rng):
    """What a customer of a made-up shop takes next, given the last item and the day.

    Out of ten customers eight go on with the same kind of item, and two take anything.
    On Saturdays it is four with the same kind, four with barbecue and two with
    anything. Within a kind all six items are equally likely.

    Parameters
    ----------
    n : int
        Number of purchases, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    x : ndarray of int64, shape (n, 2)
        The last item, 0 .. 23 in the order of `shop_items`; and the day, 24 for a
        weekday, 25 for a Saturday. All are ids of one table of 26 rows.
    labels : ndarray of int64, shape (n,)
        The next item, 0 .. 23.

    Raises
    ------
    ValueError
        If `n` is below 1.
    TypeError
        If `rng` is not a numpy Generator.

    Examples
    --------
    >>> x, labels = purchases(2, rng=np.random.default_rng(0))
    >>> x.shape, labels.shape
    ((2, 2), (2,))
    """
    n = checks.whole_number("n", n)
    checks.generator("rng", rng)
    _, kinds, _ = shop_items()
    item, day = rng.integers(24, size=n), rng.integers(24, 26, size=n)
    chance = rng.random(n)
    kind = np.where(chance < 0.8, kinds[item], rng.integers(4, size=n))
    kind[(day == 25) & (chance < 0.4)] = 3
    return np.column_stack([item, day]), 6 * kind + rng.integers(6, size=n)


def toy_sentences(n, *, rng):
    """A text of short sentences about eight people, their animals, food and drinks.

    What can be learnt from it is known: men and boys have *his* things, the royal ones
    live in a palace, adults work. Nothing in it tells a cat from a dog, and hot and
    cold stand in the same places.

    Parameters
    ----------
    n : int
        Number of sentences, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If `n` is below 1.
    TypeError
        If `rng` is not a numpy Generator.

    Examples
    --------
    >>> toy_sentences(2, rng=np.random.default_rng(0))
    ['the horse chases the dog in the palace', 'the horse drinks the cold water']
    """
    n = checks.whole_number("n", n)
    checks.generator("rng", rng)
    return [_sentence(rng) for _ in range(n)]


def _sentence(rng):
    def one_of(words):
        return words[rng.integers(len(words))]

    who = one_of(tuple(PEOPLE))
    whose, place, deed = PEOPLE[who]
    animal, prey = (ANIMALS[i] for i in rng.choice(len(ANIMALS), 2, replace=False))
    food, drink = one_of(FOODS), f"{one_of(('hot', 'cold'))} {one_of(DRINKS)}"
    forms = (
        f"the {who} {deed} in {whose} {place}",
        f"the {who} feeds {whose} {animal}",
        f"the {who} eats {whose} ripe {food}",
        f"the {who} drinks {whose} {drink}",
        f"the {animal} chases the {prey} in the {one_of(('palace', 'village'))}",
        f"the {animal} {one_of((f'eats the {food}', f'drinks the {drink}'))}",
    )
    return one_of(forms)


def marked_signs(n, *, rng, steps=50, share=0.05):
    """Sequences of signs, a few of them marked: the last marked one is the answer.

    A reader has to keep a sign while others go by, and to give it up at the next mark.
    The first step is always marked, so there is always an answer.

    Parameters
    ----------
    n : int
        Number of sequences, at least 1.
    rng : numpy.random.Generator
    steps : int
        How long each is.
    share : float
        The probability that a step after the first is marked, from 0 to 1.

    Returns
    -------
    x : ndarray of float64, shape (n, steps, 2)
        At each step the sign, -1 or 1, and the mark, 0 or 1.
    labels : ndarray of int64, shape (n,)
        1 where the last marked sign is 1.

    Raises
    ------
    ValueError, TypeError
        If a size or `share` is out of range, or `rng` no Generator.

    Examples
    --------
    >>> x, labels = marked_signs(1, rng=np.random.default_rng(3), steps=5, share=0.3)
    >>> x[0].T
    array([[ 1., -1., -1., -1., -1.],
           [ 1.,  1.,  0.,  0.,  1.]])
    >>> labels
    array([0])
    """
    n = checks.whole_number("n", n)
    steps = checks.whole_number("steps", steps)
    share = checks.number("share", share, at_least=0, at_most=1)
    checks.generator("rng", rng)
    x = np.empty((n, steps, 2))
    x[..., 0] = rng.choice([-1, 1], (n, steps))
    x[..., 1] = rng.random((n, steps)) < share
    x[:, 0, 1] = 1
    last = steps - 1 - x[:, ::-1, 1].argmax(axis=1)
    return x, (x[np.arange(n), last, 0] > 0).astype(np.int64)


def _normal_beat(since):
    waves = 0.15 * _bell(since, -10, 1.5) + 0.3 * _bell(since, 18, 4)
    return waves + _bell(since, 0, 1) - 0.25 * _bell(since, 3, 1)


def _premature_beat(since):
    return _bell(since, 0, 3) - 0.35 * _bell(since, 16, 4)


def _bell(x, centre, width):
    return np.exp(-(((x - centre) / width) ** 2) / 2)


def _places(value):
    """`value` as (first, last), two whole numbers within 12 .. 80."""
    ends = checks.real_array("places", value)
    whole = ends.shape == (2,) and (ends == ends.round()).all()
    if not whole or not 12 <= ends[0] <= ends[1] <= 80:
        raise ValueError(
            f"places must be (first, last), whole numbers within 12 .. 80, got {value}"
        )
    return int(ends[0]), int(ends[1])


def mails(n, *, rng, shares=None):
    """Made mails, four in ten of them spam, each of a kind that only its maker knows.

    A mail has a sender, the host that delivered it, and a few sentences from templates,
    mixed with small talk. What the kinds have in common with each other is the point::

        chat, work     what friends and colleagues write
        list           a mailing list, which delivers what others have sent
        trade          customers of a watchmaker, who write of wares and prices
        goods          spam that sells
        masked         the same, with figures for letters: w4tch3s
        forged         words of friends, a link to a bare number, often a false host
        shout          a few words of friends, again and again
        story          an inheritance in a far country

    Parameters
    ----------
    n : int
        Number of mails, at least 1.
    rng : numpy.random.Generator
    shares : mapping, {kind: float}, optional
        How often each kind is drawn, in any unit; kinds that are missing are not.

    Returns
    -------
    texts : list of str
        Two header lines, `From` and `Via`, an empty line, and one line of text.
    labels : ndarray of int64, shape (n,)
        1 for spam.
    kinds : ndarray of str, shape (n,)

    Raises
    ------
    ValueError
        If `n` is below 1, or `shares` are not positive numbers for these kinds.
    TypeError
        If `rng` is not a numpy Generator.

    Examples
    --------
    >>> texts, labels, kinds = mails(3, rng=np.random.default_rng(4))
    >>> labels, kinds.tolist()
    (array([1, 0, 1]), ['shout', 'list', 'story'])
    >>> texts[0].splitlines()[:2]
    ['From: omar@otter.example', 'Via: otter.example']
    """
    n = checks.whole_number("n", n)
    checks.generator("rng", rng)
    shares = _mail_shares({**_HAM_SHARES, **_SPAM_SHARES} if shares is None else shares)
    kinds = rng.choice(list(shares), size=n, p=list(shares.values()))
    labels = np.isin(kinds, list(_SPAM_SHARES)).astype(np.int64)
    return [_mail(str(kind), rng) for kind in kinds], labels, kinds


def _mail(kind, rng):
    """One mail of a kind, headers and all."""
    n_sentences = 5 if kind == "shout" else rng.integers(1, 3)
    sentences = rng.choice(_MAIL_SENTENCES[kind], size=n_sentences)
    words = [_filled(word, rng) for word in " ".join(sentences).split()]
    if kind == "masked":
        words = [_masked(word, rng) for word in words]
    small_talk = rng.choice(_CHATTING + _WORKING, size=rng.integers(1, 4))
    words += [_filled(word, rng) for word in " ".join(small_talk).split()]
    sender, other = rng.choice(_HOSTS, size=2, replace=False)
    via = other if rng.random() < _FALSE_HOST.get(kind, 0.02) else sender
    if rng.random() < (0.8 if kind == "forged" else 0.3):
        bare = kind == "forged" or rng.random() < 0.02
        number, name = f"203.0.113.{rng.integers(1, 255)}", rng.choice(_HOSTS)
        words.append(f"http://{number if bare else f'{name}.example'}")
    who = str(rng.choice(_MAIL_WORDS["person"])).lower()
    return f"From: {who}@{sender}.example\nVia: {via}.example\n\n{' '.join(words)}"


def _filled(word, rng):
    """A word of the list that a word of a template names in braces, if it does."""
    start, end = word.find("{"), word.find("}")
    if start < 0:
        return word
    words = _MAIL_WORDS[word[start + 1 : end]]
    # What `rng.choice(words)` draws, which would first make an array of them.
    return f"{words[rng.integers(len(words))]}{word[end + 1 :]}"


def _masked(word, rng):
    """A word of more than three letters with a figure for one letter or more."""
    places = [i for i, letter in enumerate(word) if letter in _MASKS]
    if len(word) < 4 or not places:
        return word
    masked = rng.choice(places, size=rng.integers(1, len(places) + 1), replace=False)
    return "".join(
        _MASKS[letter] if i in masked else letter for i, letter in enumerate(word)
    )


def _mail_shares(shares):
    """`shares` as probabilities of the kinds they name."""
    unknown = [kind for kind in shares if kind not in _MAIL_SENTENCES]
    if unknown or not shares:
        raise ValueError(
            f"shares must name some of {', '.join(_MAIL_SENTENCES)}, got "
            f"{', '.join(map(str, unknown)) or 'none'}"
        )
    shares = {
        kind: checks.number(f"shares[{kind!r}]", share, above=0)
        for kind, share in shares.items()
    }
    whole = sum(shares.values())
    return {kind: share / whole for kind, share in shares.items()}


def _logistic(z):
    """The sigmoid. This file stands alone, so that no other can change its data."""
    return (1 + np.tanh(z / 2)) / 2


def _darkness(name, value):
    """`value` as (low, high) within 0 .. 1."""
    ends = checks.real_array(name, value)
    if ends.shape != (2,) or not 0 <= ends[0] <= ends[1] <= 1:
        raise ValueError(f"{name} must be (low, high) within 0 .. 1, got {value}")
    return ends


def digits():
    """1,797 handwritten digits of 8x8 pixels, which ship with the package.

    E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository (1998), CC BY 4.0; see `data/README.md`.

    Returns
    -------
    images : ndarray of float32, shape (1797, 8, 8, 1)
        Ink: 0 is white paper, 1 is black. For a dense network, flatten them:
        `images.reshape(len(images), -1)`.
    labels : ndarray of int64, shape (1797,)
        The digits, 0 to 9.

    Raises
    ------
    OSError
        If the file is missing or damaged.

    Examples
    --------
    >>> images, labels = digits()
    >>> images.shape, labels[:5]
    ((1797, 8, 8, 1), array([0, 1, 2, 3, 4]))
    """
    arrays = _read(DATA / "digits.npz", cure="Install nnbook again.")
    return _pictures(arrays["images"], 16), arrays["labels"].astype(np.int64)


def load_mnist(path=None):
    """The 70,000 handwritten digits of MNIST, 28x28 pixels, which do not ship.

    Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits (1998).

    Parameters
    ----------
    path : str or Path, optional
        A file `mnist.npz` as Keras has it. Without it, Keras looks for one in its
        cache, and downloads it (11 MB) if there is none.

    Returns
    -------
    (images, labels), (test_images, test_labels) : tuples of ndarray
        60,000 samples to train with and 10,000 to test with. Images are float32 of
        shape (n, 28, 28, 1), where 0 is white paper and 1 is black ink; labels are
        int64 of shape (n,).

    Raises
    ------
    OSError
        If the file is missing, damaged or something else, or there is no network.

    Examples
    --------
    >>> load_mnist("nowhere/mnist.npz")
    Traceback (most recent call last):
    FileNotFoundError: nowhere/mnist.npz does not exist. ...
    """
    if path is None:
        path, arrays = "Keras's mnist.npz", _download_mnist()
    else:
        arrays = _read(path, cure="load_mnist() without a path downloads it.")
    for name, shape in _MNIST.items():
        _check_bytes(path, name, arrays.get(name, np.zeros(0)), shape)
    return tuple(
        (_pictures(arrays[f"x_{part}"], 255), arrays[f"y_{part}"].astype(np.int64))
        for part in ("train", "test")
    )


def measured(name):
    """What a program under `benchmarks/` has measured: times, memory, long runs.

    Such numbers differ from machine to machine, so no chapter computes them. The
    program writes them, with the date and the machine, into a file that ships with
    the package; a chapter reads the file.

    Parameters
    ----------
    name : str
        The program's name without its ending: `python benchmarks/forward_loops.py`
        writes what `measured("forward_loops")` returns.

    Returns
    -------
    dict
        What the program wrote; `"date"` and `"machine"` are always among it.

    Raises
    ------
    ValueError
        If nothing of that name has been measured.

    Examples
    --------
    >>> measured("forward_loops")["what"]
    'dense layer, 360 samples, 64 inputs, 25 neurons'
    """
    files = {path.stem: path for path in DATA.glob("*.json")}
    if name not in files:
        raise ValueError(
            f"name must be one of {', '.join(sorted(files)) or 'none'}, got {name!r}. "
            f"Each is written by the program of its name under benchmarks/."
        )
    return json.loads(files[name].read_text("utf-8"))


def _check_bytes(path, name, found, shape):
    cure = "load_mnist() without a path downloads it."
    if found.shape != shape or found.dtype != np.uint8:
        raise OSError(
            f"{path} is not MNIST: {name} must have shape {shape} and dtype uint8, got "
            f"{found.shape} {found.dtype}. {cure}"
        )
    if found.ndim == 1 and found.max() > 9:
        raise OSError(
            f"{path} is not MNIST: {name} must hold digits 0..9, got {found.max()}. "
            f"{cure}"
        )


def _download_mnist():
    try:
        from keras.datasets import mnist

        (x_train, y_train), (x_test, y_test) = mnist.load_data()
    except (
        Exception
    ) as error:  # Keras raises a bare Exception where there is no network
        raise OSError(
            f"MNIST could not be downloaded ({error}). Get mnist.npz on a machine with "
            f"Keras and a network, and give its path: load_mnist('mnist.npz')."
        ) from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _read(path, *, cure):
    try:
        return checks.arrays_in(path)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} does not exist. {cure}") from None
    except ValueError as error:
        raise OSError(f"{error}. {cure}") from None


def _pictures(ink, darkest):
    """Bytes of shape (n, rows, columns) as one channel of floats from 0 to 1."""
    return np.divide(ink[..., None], darkest, dtype=np.float32)
