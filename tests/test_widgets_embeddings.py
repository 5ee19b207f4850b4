"""The widget of chapter 10: a text teaches a map, step by step."""

import numpy as np
from test_widgets import load

from nnbook.embedding import skip_gram_loss
from nnbook.widgets.word_map import (
    GROUPS,
    MEASURES,
    SHOWN,
    STEPS,
    WordMap,
    corpus,
    group,
    ranks,
    start,
    track,
)


def test_the_file_holds_the_corpus_and_the_first_rows():
    script = load("word_map")
    words, counts = corpus()
    assert script.value("WORDS") == words
    assert script.value("meetings()") == counts.tolist()
    W, C = start()
    assert script.value("rows(WORDS_START)") == W.tolist()
    assert script.value("rows(NEIGHBOURS_START)") == C.tolist()
    assert script.value("SHOWN") == SHOWN
    assert script.value("GROUPS") == [list(words) for words in GROUPS.values()]


def test_every_step_is_the_same_in_both_languages():
    """Small differences of rounding must not grow on the way to the last step."""
    theirs = load("word_map").value("track()")
    assert len(theirs) == len(track()) == STEPS + 1
    for (W, loss), stop in zip(track(), theirs, strict=True):
        np.testing.assert_allclose(W, stop["places"], atol=2e-9)
        assert abs(loss - stop["loss"]) < 2e-9


def test_the_gradient_in_javascript_is_that_of_the_package():
    words, counts = corpus()
    noise = counts.sum(axis=0) ** 0.75
    noise /= noise.sum()
    rng = np.random.default_rng(1)
    W, C = rng.normal(size=(2, len(words), 2), scale=2)
    loss, d_W, d_C = skip_gram_loss(W, C, counts, noise, negatives=5)
    call = f"lossAndGradients({W.tolist()}, {C.tolist()}, shares())"
    theirs = load("word_map").value(call)
    np.testing.assert_allclose(theirs["loss"], loss, rtol=1e-12)
    np.testing.assert_allclose(theirs["dW"], d_W, atol=1e-12)
    np.testing.assert_allclose(theirs["dC"], d_C, atol=1e-12)


def test_no_first_place_is_a_near_tie():
    """Two words that share the first place could change it from machine to machine."""
    for step in range(STEPS + 1):
        for by in MEASURES:
            for _, values in ranks(step, by):
                assert abs(values[0] - values[1]) > 1e-8


def test_each_step_goes_downhill():
    losses = [loss for _, loss in track()]
    assert (np.diff(losses) < 0).all()


def test_every_word_stays_on_the_map():
    width, height = 320, 286
    across = load("word_map").value("[across(-1.9), across(0.2)]")
    up = load("word_map").value("[up(0.8), up(-1.1)]")
    assert 0 < across[0] < across[1] < width and 0 < up[0] < up[1] < height
    for W, _ in track():
        assert (W > [-1.9, -1.1]).all() and (W < [0.2, 0.8]).all()


def test_words_on_the_map_do_not_cover_each_other():
    for step in range(0, STEPS + 1, 20):
        n = WordMap(step=step).compute()
        dots = [f"[across({x}), up({y})]" for x, y in zip(n["x"], n["y"], strict=True)]
        order = list(range(len(SHOWN)))
        boxes = load("word_map").value(f"labels({order}, [{', '.join(dots)}])")
        assert boxes[0]["i"] == 0
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                apart_across = a["right"] < b["left"] or b["right"] < a["left"]
                apart_up = a["bottom"] < b["top"] or b["bottom"] < a["top"]
                assert apart_across or apart_up, (step, a["word"], b["word"])


def test_own_counts_words_beside_one_of_their_group():
    for step in (0, 60, 200):
        n = WordMap(step=step, focus="tea").compute()
        for by in MEASURES:
            first = [
                WordMap(step=step, focus=word).compute()["nearest"][by][0]
                for word in SHOWN
            ]
            same = [group(i) == group(SHOWN.index(w)) for i, w in enumerate(first)]
            assert n["own"][by] == sum(same)
