import numpy as np
import pytest

from mnist_model import charts
from mnist_model.softmax import softmax

LOGITS = np.array([0.5, -3, 2, 8, 1, 7.5, -10, 0, 3, 2])


def test_the_bars_are_the_probabilities():
    p = softmax(LOGITS)
    (bars,) = charts.probability_bars(p, LOGITS).data
    np.testing.assert_array_equal(bars.x, range(10))
    np.testing.assert_array_equal(bars.y, p)
    assert list(bars.text) == ["", "", "", "62%", "", "37%", "", "", "", ""]
    np.testing.assert_array_equal(bars.customdata[3], ["61.7%", "8.00"])
    np.testing.assert_array_equal(bars.customdata[6], ["<0.1%", "-10.00"])


def test_only_the_winner_has_the_accent():
    (bars,) = charts.probability_bars(softmax(LOGITS), LOGITS).data
    assert [digit for digit in range(10) if bars.marker.color[digit] == charts.WINNER] == [3]


def test_the_axis_stays_at_one_at_every_temperature():
    for temperature in (0.1, 1, 10):
        assert charts.probability_bars(softmax(LOGITS, temperature), LOGITS).layout.yaxis.range == (0, 1)
    empty = charts.probability_bars()
    assert empty.layout.yaxis.range == (0, 1)
    assert not empty.data


@pytest.mark.parametrize(
    ("probability", "decimals", "text"),
    [
        (0, 1, "<0.1%"),
        (0.0004, 1, "<0.1%"),
        (0.0005001, 1, "0.1%"),
        (0.98349, 1, "98.3%"),
        (0.99949, 1, "99.9%"),
        (0.9999999, 1, ">99.9%"),
        (1, 1, ">99.9%"),
        (0.005, 0, "<1%"),
        (0.434, 0, "43%"),
        (0.996, 0, ">99%"),
        (1, 0, ">99%"),
    ],
)
def test_no_probability_is_rounded_to_a_certainty(probability, decimals, text):
    assert charts.percent(probability, decimals) == text
