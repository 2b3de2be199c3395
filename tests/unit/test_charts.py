"""The charts of the page Temperatures, and what all charts share."""

import numpy as np
import pytest
from colorspacious import cspace_convert
from scipy.stats import entropy as scipy_entropy

from mnist_model.softmax import softmax
from ui.charts import lesson, temperatures
from ui.charts.colours import DIGITS, TEMPERATURES, WINNER, temperature_colour
from ui.formatting import percent
from ui.temperature_scale import SCALE

LOGITS = np.array([0.5, -3, 2, 8, 1, 7.5, -10, 0, 3, 2])


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
def test_no_probability_is_rounded_to_0_or_100_percent(probability, decimals, text):
    assert percent(probability, decimals) == text


MARKED = [0.25, 1, 5, 50]


def test_the_scale_is_logarithmic():
    assert (SCALE[0], SCALE[26], SCALE[-1]) == (0.05, 1, 50)
    np.testing.assert_allclose(np.log10(SCALE), np.linspace(np.log10(0.05), np.log10(50), 61), atol=0.025)


def test_the_colours_of_temperatures_go_from_blue_to_red():
    def red_and_blue(t):
        red, _, blue = (float(part) for part in temperature_colour(t).removeprefix("rgb(").removesuffix(")").split(","))
        return red - blue

    warmth = [red_and_blue(t) for t in SCALE]
    assert all(np.diff(warmth) > 0)
    assert temperature_colour(0.001) == temperature_colour(0.05)
    assert temperature_colour(1e6) == temperature_colour(50)


def appearance(colours, deficiency):
    """Return colours as a person sees them, in CAM02-UCS: distances are differences that are perceived."""
    rgb = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in colours])
    if deficiency:
        space = {"name": "sRGB1+CVD", "cvd_type": deficiency, "severity": 100}
        rgb = np.clip(cspace_convert(rgb, space, "sRGB1"), 0, 1)
    return cspace_convert(rgb, "sRGB1", "CAM02-UCS")


@pytest.mark.parametrize("deficiency", [None, "protanomaly", "deuteranomaly", "tritanomaly"])
@pytest.mark.parametrize("colours", [DIGITS, TEMPERATURES, (WINNER, *(colour for _, colour in lesson.FIRED.values()))])
def test_the_colour_blind_can_tell_the_colours_apart(colours, deficiency):
    points = appearance(colours, deficiency)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    assert distances[~np.eye(len(points), dtype=bool)].min() > 14


@pytest.mark.parametrize("count", [1, 4, 6, 7, 8])
def test_side_by_side_every_temperature_has_its_bars_on_one_axis(count):
    chosen = SCALE[:count]
    figure = temperatures.comparison(LOGITS, chosen)
    assert len(figure.data) == len(figure.layout.annotations) == count
    for bars, note, t in zip(figure.data, figure.layout.annotations, chosen, strict=True):
        np.testing.assert_array_equal(bars.y, softmax(LOGITS, t))
        np.testing.assert_array_equal(bars.x, range(10))
        assert f"T = {t:g}" in note.text
        assert percent(softmax(LOGITS, t).max()) in note.text
    assert {axis.range for axis in figure.select_yaxes()} == {(0, 1)}


def test_the_whole_range_goes_from_argmax_to_a_tenth():
    figure = temperatures.whole_range(LOGITS, MARKED, calibrated=1.3)
    order = np.argsort(-LOGITS, kind="stable")
    assert [curve.name for curve in figure.data] == [str(digit) for digit in order]
    heights = np.array([curve.y for curve in figure.data])
    assert (np.diff(heights, axis=0) <= 0).all()  # the order never changes
    np.testing.assert_allclose(heights.sum(axis=0), 1)
    assert heights[0, 0] > 0.999
    assert heights[0, -1] < 0.13
    assert [curve.line.color for curve in figure.data] == [DIGITS[digit] for digit in order]
    marked = [shape.x0 for shape in figure.layout.shapes if shape.x0 == shape.x1]
    assert marked == [*MARKED, 1.3]
    notes = " ".join(note.text for note in figure.layout.annotations)
    assert "argmax" in notes
    assert "a tenth each" in notes
    assert "T*" in notes


def test_the_winner_falls_and_the_entropy_rises_with_the_temperature():
    winner, bits = temperatures.undecided(LOGITS, MARKED).data
    np.testing.assert_allclose(winner.y, [softmax(LOGITS, t).max() for t in SCALE])
    np.testing.assert_allclose(bits.y, [scipy_entropy(softmax(LOGITS, t), base=2) for t in SCALE], atol=1e-12)
    assert (np.diff(winner.y) <= 0).all()
    assert (np.diff(bits.y) >= 0).all()


def test_samples_stand_beside_the_expected_counts():
    counts = np.array([[0, 0, 0, 9, 0, 1, 0, 0, 0, 0], [1] * 10])
    figure = temperatures.samples(LOGITS, [1, 50], counts)
    drawn, expected = figure.data[0::2], figure.data[1::2]
    for row, bars, marks, t in zip(counts, drawn, expected, [1, 50], strict=True):
        np.testing.assert_array_equal(bars.y, row)
        np.testing.assert_allclose(marks.y, 10 * softmax(LOGITS, t))
    assert "9 of 10" in figure.layout.annotations[0].text
    nothing = temperatures.samples(LOGITS, [1], np.zeros((1, 10), int))
    assert nothing.layout.yaxis.range == (0, 1)


@pytest.mark.parametrize(("measure", "most"), [("confidence", 1), ("entropy", np.log2(10))])
def test_the_heat_map_has_a_row_for_each_drawing(measure, most):
    values = most * np.array([[0.9, 0.2], [0.5, 0.4], [0.1, 0]])
    names = ["one", "one", "<i>two</i>"]
    figure = temperatures.heat_map(names, [0.5, 2], values, measure)
    (heat,) = figure.data
    np.testing.assert_array_equal(heat.z, values)
    assert (heat.zmin, heat.zmax) == (0, most)
    assert list(figure.layout.yaxis.ticktext) == ["one", "one", "&lt;i&gt;two&lt;/i&gt;"]
    assert len(set(heat.y)) == 3  # two rows, though two names are the same
