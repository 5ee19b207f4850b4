"""The widget of chapter 11: what a head of attention must do, whatever its numbers."""

import numpy as np
import pytest
from test_widgets import load, states

from nnbook.softmax import softmax
from nnbook.widgets.attention_head import WORDS, AttentionHead


def numbers(**state):
    return AttentionHead(**state).compute()


@pytest.mark.parametrize("mask", [False, True])
def test_the_table_by_hand(mask):
    found = numbers(mask=mask, T=2.0, asks="3")
    scores = np.outer([0.5, 1, 1.5, 0.5, 1, -1], [-1, 2, 0.5, -1, 0, 1.5]) / 2
    seen = 3 if mask else 6
    weights = softmax(scores[2, :seen])
    np.testing.assert_allclose(found["scores"], scores)
    np.testing.assert_allclose(found["weights"][2][:seen], weights)
    assert not any(found["weights"][2][seen:])
    np.testing.assert_allclose(found["mixed"], weights @ [0, 6, -4, 0, 3, 8][:seen])


def test_rows_share_1_and_mixtures_stay_within_the_values():
    for state in states("attention_head", 100):
        found = load("attention_head").call("compute", state)
        np.testing.assert_allclose(np.sum(found["weights"], axis=1), 1)
        values = [state[f"v{i}"] for i in range(1, 7)]
        assert min(values) - 1e-9 <= min(found["output"])
        assert max(found["output"]) <= max(values) + 1e-9
        assert 1 - 1e-9 <= found["listened"] <= 6 + 1e-9


def test_cold_listens_to_one_and_hot_to_nearly_all():
    assert numbers(T=0.1)["listened"] < 1.01
    assert numbers(T=10)["listened"] > 5.9
    queries = {f"q{i}": 0 for i in range(1, 7)}
    np.testing.assert_allclose(numbers(**queries)["listened"], 6)
    np.testing.assert_allclose(numbers(**queries)["output"], 13 / 6)


def test_behind_the_mask_the_first_word_hears_itself_and_the_last_moves_no_other():
    first = AttentionHead(mask=True, asks="1")
    assert first.compute()["listened"] == 1
    assert "the 1. It listens to 1.00 word and gets 0.00." in first.sentence()
    base = np.array(numbers(mask=True)["output"])
    for change in ({"k6": 4}, {"v6": -9}, {"q6": 4}):
        moved = np.array(numbers(mask=True, **change)["output"]) != base
        assert not moved[:5].any() and moved[5]


def test_equal_words_are_equal_without_a_mask_only():
    assert WORDS[0] == WORDS[3]
    for mask, equal in ((False, True), (True, False)):
        output = numbers(mask=mask)["output"]
        assert np.isclose(output[0], output[3]) == equal


def test_a_click_on_a_row_lets_its_word_ask():
    drawn = load("attention_head").call("draw", AttentionHead().state())
    for i in range(1, 7):
        assert drawn.count(f'data-set="asks={i}"') == 2  # among weights and scores
