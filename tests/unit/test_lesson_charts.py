"""The charts of the page Softmax."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_model.lesson import THRESHOLDS, Moment
from mnist_model.softmax import Fired, cross_entropy, cross_entropy_gradient, softmax
from tests.support.pages import unpack
from ui.charts import lesson, network
from ui.charts.colours import WINNER
from ui.temperature_scale import slider_stops


def test_the_histogram_counts_every_digit():
    rng = np.random.default_rng(0)
    outputs, truth = rng.beta(0.2, 0.2, 5000), rng.random(5000) < 0.2
    others, of_digit, own = lesson.output_histogram(outputs, truth, 7, 0.5, 0.25).data
    assert sum(others.y) == (~truth).sum()
    assert sum(of_digit.y) == truth.sum()
    assert of_digit.y[-1] == (truth & (outputs >= 0.98)).sum()
    assert own.x == (0.25,)


def test_outputs_above_the_threshold_have_the_accent_colour():
    (bars,) = lesson.ten_outputs([0.1, 0.6, 0.3, 0.31] + [0] * 6, 0.3).data
    assert [digit for digit in range(10) if bars.marker.color[digit] == WINNER] == [1, 3]


def made_up_moments():
    fired = [Fired(none=at, right=900 - at, wrong=40, several=60) for at in range(99)]
    return [Moment(step, step / 20, 0.5, fired, {}) for step in (2, 5, 10)]


def test_the_bars_of_each_moment_stack_to_one():
    *bars, line = lesson.answers_by_moment(made_up_moments(), 1000, THRESHOLDS[30], 5).data
    np.testing.assert_allclose(np.sum([trace.y for trace in bars], axis=0), 1)
    assert {trace.name: trace.y[0] for trace in bars} == {
        "exactly one, right": 0.87, "exactly one, wrong": 0.04, "several": 0.06, "none": 0.03,
    }  # fmt: skip
    assert line.y == (0.1, 0.25, 0.5)


def test_the_failures_are_the_digits_without_exactly_one_answer():
    heat, diamond = lesson.failures(made_up_moments(), 1000, THRESHOLDS[30], 5).data
    np.testing.assert_allclose(heat.z, np.tile((np.arange(99)[:, None] + 60) / 1000, 3))
    assert (diamond.x, diamond.y) == ((1,), (THRESHOLDS[30],))


@pytest.mark.parametrize("draws", [0, 1, 50, 10_000])
def test_the_running_share_ends_at_the_share(draws):
    taken = np.random.default_rng(1).random(draws) < 0.3
    share, probability, by_max = lesson.running_share(taken, 0.3, "b").data
    assert set(probability.y) == {0.3}
    assert set(by_max.y) == {0}
    assert len(share.x) <= 1000
    if draws:
        assert share.x[-1] == draws
        assert share.y[-1] == pytest.approx(taken.mean())


def test_the_answers_lie_on_the_curve():
    losses = [0.7, 0.0, 1.2, 30.0]
    line, *points = lesson.loss_curve(losses, ["this digit", "b", "c", "d"]).data
    np.testing.assert_allclose(line.x, np.exp(-np.array(line.y)))
    assert [(point.name, point.y[0]) for point in reversed(points)] == list(
        zip(["this digit", "b", "c", "d"], losses, strict=True)
    )
    np.testing.assert_allclose([point.x[0] for point in points], np.exp(losses[::-1]) ** -1.0)


# What follows a slider in the browser is what the server draws once the slider is let go.

Z, LABEL = np.array([0.5, -3, 2, 8, 1, 7.5, -10, 0, 3, 2]), 5
OUTPUTS = 1 / (1 + np.exp(-Z))
MOMENTS = made_up_moments()


def losses(temperature):
    return cross_entropy([Z] * 4, [5, 3, 0, 6], temperature)


AT_THRESHOLD = {
    "output_histogram": (
        lambda t: lesson.output_histogram(OUTPUTS, OUTPUTS > 0.9, 7, t, 0.25),
        lesson.output_histogram_update,
    ),
    "ten_outputs": (lambda t: lesson.ten_outputs(OUTPUTS, t), lambda t: lesson.ten_outputs_update(OUTPUTS, t)),
    "answers_by_moment": (
        lambda t: lesson.answers_by_moment(MOMENTS, 1000, t, 5),
        lambda t: lesson.answers_by_moment_update(MOMENTS, 1000, t),
    ),
    "failures": (lambda t: lesson.failures(MOMENTS, 1000, t, 5), lesson.failures_update),
}
AT_TEMPERATURE = {
    "before_and_after": (
        lambda t: lesson.before_and_after(softmax(Z[:5]), softmax(Z[:5], t)),
        lambda t: lesson.before_and_after_update(softmax(Z[:5], t)),
    ),
    "answer_and_label": (
        lambda t: lesson.answer_and_label(softmax(Z, t), np.eye(10)[LABEL]),
        lambda t: lesson.answer_and_label_update(softmax(Z, t)),
    ),
    "gradient": (
        lambda t: lesson.gradient_bars(cross_entropy_gradient(Z, LABEL, t)),
        lambda t: lesson.gradient_bars_update(cross_entropy_gradient(Z, LABEL, t)),
    ),
    "gradient of what is read well": (  # at low temperatures exactly 0
        lambda t: lesson.gradient_bars(cross_entropy_gradient(Z * 10, 3, t)),
        lambda t: lesson.gradient_bars_update(cross_entropy_gradient(Z * 10, 3, t)),
    ),
    "loss_curve": (
        lambda t: lesson.loss_curve(losses(t), list("abcd")),
        lambda t: lesson.loss_curve_update(losses(t)),
    ),
    "probability_bars": (
        lambda t: network.probability_bars(softmax(Z, t), Z),
        lambda t: network.probability_bars_update(softmax(Z, t), Z),
    ),
}


def assert_update_equals_another_figure(draw, update, before, after):
    followed = draw(before)
    followed.plotly_update(*json.loads(json.dumps(update(after))))
    parts, expected = (list(leaves(json.loads(figure.to_json(engine="json")))) for figure in (followed, draw(after)))
    assert [name for name, _ in parts] == [name for name, _ in expected]
    for (name, value), (_, wanted) in zip(parts, expected, strict=True):
        assert value == (pytest.approx(wanted, abs=1e-6) if isinstance(wanted, float) else wanted), name


def leaves(part, name=""):
    """Yield the name and value of all that a figure is made of."""
    part = unpack(part) if isinstance(part, dict) and "bdata" in part else part
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list | np.ndarray) else None
    if inner is None:
        yield name, part
    else:
        for key, value in inner:
            yield from leaves(value, f"{name}.{key}")


@pytest.mark.parametrize("chart", AT_THRESHOLD)
@given(before=st.sampled_from(THRESHOLDS), after=st.sampled_from(THRESHOLDS))
@settings(max_examples=20)
def test_a_chart_that_follows_a_threshold_is_as_one_drawn_there(chart, before, after):
    assert_update_equals_another_figure(*AT_THRESHOLD[chart], before, after)


@pytest.mark.parametrize("chart", AT_TEMPERATURE)
@given(before=st.sampled_from(slider_stops()), after=st.sampled_from(slider_stops()))
@settings(max_examples=20)
def test_a_chart_that_follows_the_temperature_is_as_one_drawn_there(chart, before, after):
    assert_update_equals_another_figure(*AT_TEMPERATURE[chart], before, after)
