import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_model.images import INK
from mnist_model.preprocess import to_mnist
from mnist_model.training import strokes

EVERY = [(digit, style) for digit in range(10) for style in strokes.STYLES[digit]]


@pytest.mark.parametrize("digit", range(10))
def test_styles_are_trained_on_or_held_out(digit):
    trained, held_out = strokes.styles(digit, held_out=False), strokes.styles(digit, held_out=True)
    assert len(trained) >= 4
    assert held_out
    assert sorted(trained + held_out) == sorted(strokes.STYLES[digit])


def test_held_out_and_hard_styles_exist():
    assert set(EVERY) >= strokes.HELD_OUT | strokes.HARD
    assert not strokes.HELD_OUT & strokes.HARD


SLASHED = [style for digit, style in EVERY if digit == 0 and style.startswith("slashed")]


@pytest.mark.parametrize("style", SLASHED)
def test_a_slash_crosses_the_zero_at_any_angle_and_any_length(style):
    """From a third of the zero's height to well past its outline; most rise to the right, as people's do."""
    angles, lengths = [], []
    for seed in range(150):
        drawn = strokes.write(0, style, np.random.default_rng(seed))
        if len(drawn) == 1:  # without a lift
            continue
        zero, slash = drawn
        middle = (zero.min(axis=0) + zero.max(axis=0)) / 2
        assert np.abs((slash[0] + slash[-1]) / 2 - middle).max() < 0.45, "it does not miss the zero"
        along = (slash[0] - slash[-1]) * np.sign(slash[-1][1] - slash[0][1])  # upwards
        angles.append(np.rad2deg(np.arctan2(-along[1], along[0])))
        lengths.append(np.hypot(*along) / np.ptp(zero[:, 1]))
    assert np.mean([15 < angle < 105 for angle in angles]) == pytest.approx(0.75, abs=0.12)
    assert min(angles) < 10, "some are level"
    assert max(angles) > 120, "some lean back"
    assert min(lengths) < 0.45 < 1.3 < max(lengths)


@pytest.mark.parametrize("digit", [0, *range(2, 10)])  # many 1s are a stick
def test_digits_are_as_wide_as_pens_write_them(digit):
    rng = np.random.default_rng(0)
    names = [style for style in strokes.styles(digit, held_out=False) for _ in range(12)]
    boxes = np.array([np.ptp(np.concatenate(strokes.write(digit, name, rng)), axis=0) for name in names])
    assert np.median(boxes[:, 0] / boxes[:, 1]) == pytest.approx(strokes.WIDTHS[digit], rel=0.25)


@settings(max_examples=200)
@given(st.sampled_from(EVERY), st.integers(0, 2**32 - 1), st.floats(0, 1.5))
def test_a_written_digit_fills_a_unit_box_with_the_strokes_of_its_style(key, seed, variation):
    digit, style = key
    written = strokes.write(digit, style, np.random.default_rng(seed), variation)
    points = np.concatenate(written)
    assert np.isfinite(points).all()
    assert points.min(axis=0) == pytest.approx([0, 0])
    assert points.max() == pytest.approx(1)
    # Now and then the pen is dragged where it should be lifted.
    assert len(written) in {1, strokes.STYLES[digit][style].count(";") + 1}


@pytest.mark.parametrize(("digit", "style"), EVERY)
def test_each_style_is_among_the_two_digits_that_the_shipped_network_thinks_likeliest(digit, style, classifier):
    """As it stands in the table, without variation: a typo in it shows here."""
    picture = strokes.draw(strokes.write(digit, style, np.random.default_rng(0), variation=0))
    assert digit in classifier.logits(to_mnist(picture)[None])[0].argsort()[-2:]


def test_the_same_seed_writes_the_same_digit_and_another_seed_another():
    first, again, other = (strokes.write(3, "smooth", np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    assert first[0].shape != other[0].shape or np.abs(first[0] - other[0]).max() > 0.01


def test_resampled_points_lie_evenly_along_the_stroke():
    circle = np.array([(np.cos(a), np.sin(a)) for a in np.linspace(0, 6, 500) ** 1.3])
    gaps = np.hypot(*np.diff(strokes.resample(circle, 9), axis=0).T)
    np.testing.assert_allclose(gaps, gaps.mean(), rtol=1e-3)


@pytest.mark.parametrize("pen", [3, 4, 7, 11, 16, 25, 40])
def test_strokes_are_as_wide_as_the_pen(pen):
    """To within a pixel, which is as exact as OpenCV's lines are."""
    line = [np.array([(0.0, 0.0), (1.0, 0.0)])]
    ink = strokes.draw(line, size=200, pen=pen, paper=None)[..., 3] > 127
    assert ink.sum(axis=0).max() == pytest.approx(pen, abs=1)
    assert ink.sum(axis=1).max() == pytest.approx(200 + pen, abs=3)


def test_strokes_have_the_canvas_colours():
    line = [np.array([(0.0, 0.0), (1.0, 0.0)])]
    picture = strokes.draw(line, canvas=100, size=50, pen=11, centre=(50, 50))
    assert picture.shape == (100, 100, 4)
    assert "#" + bytes(picture[50, 50, :3]).hex() == INK
    assert picture[10, 50].tolist() == [255] * 4
    bare = strokes.draw(line, canvas=100, size=50, pen=11, centre=(50, 50), paper=None)
    assert bare[10, 50, 3] == 0
    np.testing.assert_array_equal(to_mnist(bare), to_mnist(picture))


@given(st.integers(0, 2**32 - 1))
def test_a_scribble_has_ink(seed):
    assert to_mnist(strokes.draw(strokes.scribble(np.random.default_rng(seed)))) is not None
