"""The score of a drawing in each challenge."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_model.report import load_calibration
from ui.challenges import CHALLENGES, attempt_name, score
from ui.reading import four_or_nine
from ui.session import printable

LOGITS = hnp.arrays(np.float32, 10, elements=st.floats(-50, 50, width=32))
CHALLENGE = st.sampled_from(sorted(CHALLENGES))
MEANT = st.none() | st.integers(0, 9)


def logits(**scores):
    """Return ten logits, all 0 but these, such as _4=9."""
    found = np.zeros(10)
    for digit, value in scores.items():
        found[int(digit[1:])] = value
    return found


def test_a_tie_of_two_digits_is_100_percent_and_ten_equal_digits_are_20():
    assert score("tie", logits(_4=40, _9=40)) == pytest.approx(1)
    assert score("tie", logits(_4=40)) == pytest.approx(0, abs=1e-9)
    assert score("tie", np.zeros(10)) == pytest.approx(0.2)


def test_the_digit_between_a_4_and_a_9_scores_high():
    assert score("tie", four_or_nine().logits, load_calibration().energy_threshold) > 0.85


def test_the_network_is_fooled_only_above_99_percent_by_what_it_takes_for_another_digit():
    assert score("fool", logits(_9=20), meant=4) > 0.99
    assert score("fool", logits(_9=20), meant=9) is None
    assert score("fool", logits(_9=20)) is None, "nobody has said what it is"
    assert score("fool", logits(_9=6), meant=4) is None, "not above 99%"
    assert score("fool", logits(_9=20), energy_threshold=-21, meant=4) is None, "not a digit"


def test_the_highest_entropy_is_of_ten_equal_digits_if_they_count_as_a_digit():
    assert score("entropy", np.zeros(10)) == pytest.approx(math.log2(10))
    assert score("entropy", np.zeros(10), energy_threshold=-6) is None


def test_a_7_is_scored_at_a_temperature_of_20():
    assert score("seven", logits(_7=20)) == pytest.approx(math.e / (math.e + 9))
    assert score("seven", logits(_1=20)) is None


@given(CHALLENGE, LOGITS, st.floats(-60, 60), MEANT)
def test_a_score_is_finite_and_no_number_added_to_all_logits_changes_it(challenge, logits, threshold, meant):
    found = score(challenge, logits, threshold, meant)
    if found is not None:
        assert 0 <= found <= math.log2(10) + 1e-9
        shifted = score(challenge, logits.astype(np.float64) + 3, meant=meant)
        assert shifted == pytest.approx(found, abs=1e-9)
        assert score(challenge, logits, meant=meant) == found, "without a threshold everything is a digit"


@given(CHALLENGE, LOGITS, MEANT)
def test_the_name_of_an_attempt_fits_on_the_shelf(challenge, logits, meant):
    scored = score(challenge, logits, meant=meant)
    if scored is not None:
        name = attempt_name(challenge, logits, scored, meant)
        assert printable(name) == name


@pytest.mark.parametrize(
    ("challenge", "drawn", "name"),
    [
        ("tie", logits(_4=40, _9=39.9), "4 or 9: 95.0%"),
        ("fool", logits(_9=20), "4 read as 9: >99.9%"),
        ("entropy", np.zeros(10), "entropy 3.32 bits"),
        ("seven", logits(_7=20), "7 at T = 20: 23.2%"),
    ],
)
def test_an_attempt_is_named_after_what_it_scored(challenge, drawn, name):
    assert attempt_name(challenge, drawn, score(challenge, drawn, meant=4), meant=4) == name
