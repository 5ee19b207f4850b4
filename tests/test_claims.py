"""A claim must hold, must be able to fail, and must fail for the reason it names."""

import re

import pytest

from nnbook.claims import claim, show_source
from nnbook.neuron import weighted_sum


def prove(total, spoilt):
    @claim("3 and 4 make 7", fails_if={"total": spoilt})
    def _(total=total):
        assert 3 + 4 == total


def test_a_true_claim_prints_that_it_can_fail(capsys):
    prove(7, spoilt=8)
    assert capsys.readouterr().out == (
        "✓ 3 and 4 make 7   (fails if total is spoilt: yes)\n"
    )


def test_a_false_claim_stops(capsys):
    with pytest.raises(AssertionError):
        prove(8, spoilt=9)
    assert capsys.readouterr().out == ""


def test_a_claim_that_holds_when_spoilt_is_refused():
    with pytest.raises(AssertionError, match="cannot fail.*when total is spoilt"):
        prove(7, spoilt=7.0)


def test_an_error_other_than_a_failed_check_does_not_count_as_failing():
    with pytest.raises(TypeError, match="unsupported"):

        @claim("a sum", fails_if={"a": None})
        def _(a=1):
            assert a + 1 == 2


@pytest.mark.parametrize(
    "fails_if, message",
    [({}, "at least one"), ({"totl": 8}, "'totl'.*not a parameter.*total")],
)
def test_a_claim_names_what_can_be_spoilt(fails_if, message):
    with pytest.raises(TypeError, match=message):

        @claim("7", fails_if=fails_if)
        def _(total=7):
            assert total == 7


def test_each_value_is_spoilt_alone(capsys):
    @claim("3 and 4 make 7", fails_if={"a": 4, "b": 3})
    def _(a=3, b=4):
        assert a + b == 7

    assert "a, b are spoilt: yes" in capsys.readouterr().out


def test_show_source_prints_the_code_without_its_docstring(capsys):
    show_source(weighted_sum)
    shown = capsys.readouterr().out
    assert re.match(r"def weighted_sum\(x, w, b\):\n    \w", shown)
    assert '"""' not in shown
