"""The exercises of chapter 14: bags, ceilings, augmentation, a door, a gate, groups."""

import numpy as np

from nnbook.exercises import NotYet, call, exercise


@exercise
def check_bag(bag):
    """`bag(words, known)` counts each word of the dictionary."""
    words = "free watches are free today".split()
    known = ["free", "watch", "today", "watches", "we", "sale"]
    counts = list(call(bag, words, known))
    if counts == [2, 0, 1, 1, 0, 0]:
        return "One number for each word of the dictionary, in its order."
    if len(counts) != len(known):
        raise NotYet(
            f"It returns {len(counts)} numbers; the dictionary has {len(known)} words, "
            f"and each gets one, also if it does not occur."
        )
    if counts == [1, 0, 1, 1, 0, 0]:
        raise NotYet("That is presence. 'free' occurs twice: return how often.")
    if counts[1] == 1:
        raise NotYet(
            "'watch' is counted where the mail says 'watches'. Compare whole words."
        )
    raise NotYet(f"For the mail {words} and the dictionary {known} it says {counts}.")


@exercise
def check_ceilings(ceilings):
    """`ceilings(kinds, n_samples)` says what is left after each perfect repair."""
    kinds = ["masked"] * 30 + ["forged"] * 15 + ["trade"] * 5
    answer = call(ceilings, kinds, 1000)
    if not isinstance(answer, dict) or set(answer) != set(kinds):
        raise NotYet("Return a dictionary with a number for each kind in `kinds`.")
    if all(np.isclose(answer[k], (50 - kinds.count(k)) / 1000) for k in answer):
        return "The order of the counts is the order of the work."
    masked = answer["masked"]
    if np.isclose(masked, 20):
        raise NotYet("20 mistakes are left; as a share of the 1000 samples?")
    if np.isclose(masked, 0.4):
        raise NotYet(
            "0.4 is the share of the mistakes that is left. Divide by all samples, "
            "the right ones included."
        )
    if np.isclose(masked, 0.03):
        raise NotYet("0.03 is what the repair brings. What is left without it?")
    raise NotYet(
        f"Of 1000 samples 50 are wrong, 30 of them masked. Without these 20 are left, "
        f"a share of 0.02; it says {masked}."
    )


@exercise
def check_two_sets(two_sets):
    """`two_sets(pictures, rng)` splits first and augments the training part."""
    # Each picture is a square of its own grey, by which any copy of it is known.
    pictures = np.zeros((50, 8, 8, 1))
    pictures[:, 2:6, 2:6, 0] = np.arange(1, 51)[:, None, None] / 100
    answer = call(two_sets, pictures, np.random.default_rng(0))
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise NotYet("Return two arrays: the training and the validation pictures.")
    train, cv = (np.asarray(part) for part in answer)
    if train.shape[1:] != (8, 8, 1) or cv.shape[1:] != (8, 8, 1):
        raise NotYet("Both arrays should hold pictures of the shape (8, 8, 1).")
    in_train, in_cv = (np.rint(100 * p.max(axis=(1, 2, 3))) for p in (train, cv))
    both = np.intersect1d(in_train, in_cv)
    if len(both):
        raise NotYet(
            f"{len(both)} pictures are in both sets, some of them moved by a pixel. "
            f"The network is examined on what it has learned by heart. Split first."
        )
    if not np.isin(cv.reshape(len(cv), -1), pictures).all() or not all(
        any(np.array_equal(image, original) for original in pictures) for image in cv
    ):
        raise NotYet(
            "The validation pictures are moved, too. Judge on pictures as they are."
        )
    if len(cv) != 10:
        raise NotYet(f"One fifth of 50 pictures is 10, not {len(cv)}.")
    if len(train) != 80:
        raise NotYet(
            f"The training set holds {len(train)} pictures. It should hold the 40 that "
            f"are left and a shifted copy of each."
        )
    moved = sum(
        not any(np.array_equal(image, original) for original in pictures)
        for image in train
    )
    if moved == 0:
        raise NotYet("The copies in the training set are not shifted: use `shifted`.")
    return "First split, then augment, and only the part that is trained on."


@exercise
def check_admit(admit):
    """`admit(pictures)` returns good pictures and raises ValueError for others."""
    good = np.zeros((3, 8, 8))
    good[:, 1:7, 3:5] = 0.7
    try:
        answer = call(admit, good)
    except NotYet as problem:
        if "ValueError" in str(problem):
            raise NotYet(f"It refuses three good pictures. {problem}") from None
        raise
    if np.shape(answer) != good.shape or not np.array_equal(answer, good):
        raise NotYet("Good pictures should come back as they are.")
    spoilt = good.copy()
    spoilt[1, 4, 4] = np.nan
    bad = {
        "one picture alone, of shape (8, 8)": good[0],
        "pictures of 28 by 28": np.zeros((3, 28, 28)),
        "ink from 0 to 16": 16 * good,
        "negative ink": good - 0.1,
        "a NaN": spoilt,
        "white digits on black": 1 - good,
    }
    for what, pictures in bad.items():
        try:
            admit(pictures)
        except ValueError as error:
            if len(str(error)) < 10:
                raise NotYet("Say in the error what is wrong, in words.") from None
        except Exception as error:
            raise NotYet(
                f"For {what} it stops with {type(error).__name__}. Raise a ValueError."
            ) from error
        else:
            raise NotYet(f"It lets through {what}.")
    return "Whatever comes through this door is what the network was trained for."


@exercise
def check_may_replace(may_replace):
    """`may_replace(old_wrong, new_wrong, groups)` is the gate for a new model."""
    groups = np.array(["many"] * 80 + ["few"] * 20)

    def wrong(in_many, in_few):
        rows = np.arange(100)
        return (rows < in_many) | ((rows >= 80) & (rows < 80 + in_few))

    old = wrong(10, 2)
    cases = [
        ((5, 2), True, "It makes 7 mistakes instead of 12, and in no group more."),
        (
            (2, 4),
            False,
            "In all there are fewer mistakes, but the group 'few' has 4 instead of 2.",
        ),
        (
            (10, 2),
            False,
            "It is as good as the old one, not better: nothing speaks for a change.",
        ),
        ((8, 1), True, "Both groups have fewer mistakes."),
        (
            (11, 0),
            False,
            "The group 'many' has 11 mistakes instead of 10; it counts, too.",
        ),
    ]
    for (in_many, in_few), right, why in cases:
        verdict = call(may_replace, old, wrong(in_many, in_few), groups)
        if not isinstance(verdict, bool | np.bool_):
            raise NotYet(f"Return True or False, not {verdict!r}.")
        if verdict != right:
            raise NotYet(f"It says {verdict}. {why}")
    return "Better as a whole, and at nobody's expense."


@exercise
def check_worst_group(worst_group):
    """`worst_group(wrong, groups, at_least)` names it."""
    groups = np.array(["a"] * 60 + ["b"] * 30 + ["c"] * 4)
    wrong = np.zeros(94, bool)
    wrong[:12], wrong[60:69], wrong[90:92] = True, True, True
    name = call(worst_group, wrong, groups, 10)
    if name == "b" and call(worst_group, wrong, groups, 4) == "b":
        raise NotYet("If 4 samples are enough, 'c' counts: at least means 4 or more.")
    if name == "b" and call(worst_group, wrong, groups, 31) == "a":
        return "A share, not a count, and not of four samples."
    if name == "a":
        raise NotYet(
            "'a' has the most mistakes, 12, but of 60 samples; 'b' has 9 of 30. Use "
            "shares."
        )
    if name == "c":
        raise NotYet("'c' has only 4 samples, and `at_least` is 10.")
    raise NotYet(f"It returns {name!r}; return the name of one group.")
