"""The charts of the page Softmax, from plain arrays, in the order of its steps."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from mnist_model.lesson import THRESHOLDS, Moment
from ui.charts.colours import DIGITS, INK, OTHERS, PALE, WINNER
from ui.charts.layout import PROBABILITY_AXIS, Update, base_layout, digit_bars, legend_above, legend_below, rounded
from ui.formatting import SUBSCRIPTS, percent

BINS = 50  # of outputs between 0 and 1
MOST_POINTS = 1000  # of a curve: no screen shows more
LARGEST_LOSS = 10_000.0  # the coldest temperature makes the largest losses, some hundreds

# How many outputs are above the threshold. Right answers are grey: the three ways to fail stand out.
FIRED = {
    "right": ("exactly one, right", OTHERS),
    "wrong": ("exactly one, wrong", DIGITS[4]),
    "several": ("several", DIGITS[1]),
    "none": ("none", DIGITS[0]),
}

THRESHOLD_LINE = {"color": DIGITS[0], "width": 2.5}
DIAMOND = {"symbol": "diamond", "size": 11, "color": INK, "line": {"color": PALE, "width": 1.5}}  # what was chosen
DIGIT_AXIS = {"dtick": 1, "range": [-0.5, 9.5], "fixedrange": True, "title": {"text": "digit"}}


# 1. One output, one threshold.


def output_histogram(outputs: ArrayLike, truth: ArrayLike, digit: int, threshold: float, own: float) -> go.Figure:
    """Draw how many digits have which output, the digit in question apart from all others.

    Parameters
    ----------
    outputs : array_like, shape (n,), in [0, 1]
    truth : array_like, shape (n,), bool
        Which are the digit in question.
    digit : int
        The digit in question.
    threshold, own : float, in [0, 1]
        The threshold, drawn as a line, and the output for the visitor's digit, drawn as a diamond.
    """
    outputs, truth = np.asarray(outputs), np.asarray(truth)
    edges = np.linspace(0, 1, BINS + 1)
    bars = [
        {
            "type": "bar",
            "x": (edges[:-1] + edges[1:]) / 2,
            "y": np.histogram(outputs[which], edges)[0],
            "width": width / BINS,
            "name": name,
            "marker": {"color": colour, "line": {"width": 0}},
            "customdata": [f"{low:.2f} to {high:.2f}" for low, high in itertools.pairwise(edges)],
            "hovertemplate": "%{y:,} with an output of %{customdata}",
        }
        for which, name, colour, width in ((~truth, f"not a {digit}", OTHERS, 1), (truth, f"a {digit}", WINNER, 0.5))
    ]
    diamond = {
        "type": "scatter", "x": [own], "y": [0.7], "mode": "markers", "marker": DIAMOND, "name": "this digit",
        "hovertemplate": "%{x:.4f}", "cliponaxis": False,
    }  # fmt: skip
    layout = base_layout(300, t=24, r=32, b=80) | {
        "barmode": "overlay",
        "bargap": 0,
        "legend": legend_below(),
        "shapes": [{"type": "line", "x0": threshold, "x1": threshold, "y0": 0, "y1": 1, "yref": "paper",
                    "line": THRESHOLD_LINE}],
        "annotations": [{"text": "no | yes", "x": threshold, "y": 1, "yref": "paper", "yanchor": "bottom",
                         "showarrow": False}],
        "xaxis": {"range": [-0.01, 1.01], "fixedrange": True, "title": {"text": "output"}, "showgrid": False},
        "yaxis": {"type": "log", "range": [np.log10(0.5), 4], "tickvals": [1, 10, 100, 1000, 10_000],
                  "ticktext": ["1", "10", "100", "1,000", "10,000"], "fixedrange": True, "title": {"text": "digits"}},
    }  # fmt: skip
    return go.Figure({"data": [*bars, diamond], "layout": layout})


def output_histogram_update(threshold: float) -> Update:
    """Return what another threshold changes of `output_histogram`."""
    return Update({}, {"shapes[0].x0": threshold, "shapes[0].x1": threshold, "annotations[0].x": threshold}, [])


# 2. Ten outputs, ten thresholds.


def ten_outputs(outputs: ArrayLike, threshold: float) -> go.Figure:
    """Draw ten outputs as bars, those above the threshold in the accent colour, and the threshold as a line."""
    outputs = np.asarray(outputs)
    figure = ten_probabilities(outputs)
    figure.update_traces(marker_color=_above_in_colour(outputs, threshold))
    figure.update_layout(
        shapes=[{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": threshold, "y1": threshold,
                 "line": THRESHOLD_LINE}],
        annotations=[{"text": "threshold", "x": 0, "xref": "paper", "xanchor": "left", "y": threshold,
                      "yanchor": _name_anchor(threshold), "showarrow": False}],
        yaxis={"tickformat": "", "title": {"text": "output"}},
    )  # fmt: skip
    return figure


def ten_outputs_update(outputs: ArrayLike, threshold: float) -> Update:
    """Return what another threshold changes of `ten_outputs`."""
    line = {"shapes[0].y0": threshold, "shapes[0].y1": threshold}
    name = {"annotations[0].y": threshold, "annotations[0].yanchor": _name_anchor(threshold)}
    return Update({"marker.color": [_above_in_colour(outputs, threshold)]}, line | name, [0])


def _above_in_colour(outputs: ArrayLike, threshold: float) -> list[str]:
    return [WINNER if output > threshold else OTHERS for output in np.asarray(outputs)]


def _name_anchor(threshold: float) -> str:
    """Return which side of the line's name is on the line: it stands above the line, if there is room."""
    return "bottom" if threshold < 0.9 else "top"


def ten_probabilities(probabilities: ArrayLike, height: int = 240) -> go.Figure:
    """Draw ten probabilities as bars, the largest in the accent colour."""
    p = np.asarray(probabilities)
    bars = digit_bars(p, int(p.argmax())) | {
        "customdata": _in_words(p),
        "hovertemplate": "<b>%{x}</b> %{customdata}<extra></extra>",
    }
    layout = base_layout(height) | {
        "showlegend": False,
        "bargap": 0.25,
        "xaxis": DIGIT_AXIS,
        "yaxis": PROBABILITY_AXIS | {"range": [0, 1.005], "title": {"text": "probability"}},
    }
    return go.Figure({"data": [bars], "layout": layout})


def _in_words(probabilities: NDArray[np.floating]) -> list[str]:
    return [percent(value, 2) for value in probabilities]


def answers_by_moment(moments: Sequence[Moment], digits: int, threshold: float, step: int) -> go.Figure:
    """Draw what a threshold makes of the test digits at each moment of training, and how many softmax reads right.

    Parameters
    ----------
    moments : sequence of Moment
    digits : int
        The number of test digits.
    threshold : float
        One of `lesson.THRESHOLDS`.
    step : int
        The moment to be marked, by its number of batches.
    """
    bars = [
        {
            "type": "bar",
            "x": list(range(len(moments))),
            "y": _shares(moments, digits, threshold, kind),
            "name": name,
            "marker": {"color": colour, "line": {"width": 0}},
            "hovertemplate": "%{y:.1%}",
        }
        for kind, (name, colour) in FIRED.items()
    ]
    line = {
        "type": "scatter",
        "x": list(range(len(moments))),
        "y": [moment.softmax for moment in moments],
        "name": "softmax, right",
        "line": {"color": WINNER, "width": 3},
        "marker": {"size": 8},
        "hovertemplate": "%{y:.1%}",
    }
    layout = base_layout(380, t=24, b=120) | {
        "barmode": "stack",
        "bargap": 0.15,
        "hovermode": "x unified",
        "legend": legend_below() | {"traceorder": "normal"},
        "xaxis": _moment_axis(moments),
        "yaxis": PROBABILITY_AXIS | {"range": [0, 1.005], "title": {"text": "test digits"}},
        "annotations": [{"text": "▼", "x": _position(moments, step), "y": 1, "yref": "paper", "yanchor": "bottom",
                         "showarrow": False}],
    }  # fmt: skip
    return go.Figure({"data": [*bars, line], "layout": layout})


def answers_by_moment_update(moments: Sequence[Moment], digits: int, threshold: float) -> Update:
    """Return what another threshold changes of `answers_by_moment`."""
    return Update({"y": [_shares(moments, digits, threshold, kind) for kind in FIRED]}, {}, list(range(len(FIRED))))


def _shares(moments: Sequence[Moment], digits: int, threshold: float, kind: str) -> list[float]:
    """Return the share of the test digits with this answer, at each moment."""
    number = THRESHOLDS.index(threshold)
    return [getattr(moment.fired[number], kind) / digits for moment in moments]


def failures(moments: Sequence[Moment], digits: int, threshold: float, step: int) -> go.Figure:
    """Draw how many digits are left without exactly one answer, at each moment of training and each threshold.

    Parameters as for `answers_by_moment`.
    """
    share = np.array([[(fired.none + fired.several) / digits for fired in moment.fired] for moment in moments]).T
    heat = {
        "type": "heatmap",
        "x": list(range(len(moments))),
        "y": THRESHOLDS,
        "z": share,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, PALE], [1, WINNER]],
        "colorbar": {
            "tickformat": ".0%",
            "dtick": 0.5,
            "thickness": 10,
            "outlinewidth": 0,
            "orientation": "h",
            "yref": "container",
            "y": 1,
            "yanchor": "top",
        },
        "hovertemplate": "threshold %{y}<br>%{z:.1%} without exactly one answer<extra>%{x} batches</extra>",
    }
    diamond = {"type": "scatter", "x": [_position(moments, step)], "y": [threshold], "mode": "markers",
               "marker": DIAMOND, "hoverinfo": "skip"}  # fmt: skip
    layout = base_layout(380, t=48, b=72) | {
        "showlegend": False,
        "xaxis": _moment_axis(moments),
        "yaxis": {"range": [0.005, 0.995], "dtick": 0.25, "tick0": 0, "fixedrange": True,
                  "title": {"text": "threshold"}},
    }  # fmt: skip
    return go.Figure({"data": [heat, diamond], "layout": layout})


def failures_update(threshold: float) -> Update:
    """Return what another threshold changes of `failures`."""
    return Update({"y": [[threshold]]}, {}, [1])


def _moment_axis(moments: Sequence[Moment]) -> dict[str, Any]:
    """Return an axis of moments, evenly spaced: their numbers of batches grow about as on a logarithmic scale."""
    return {
        "range": [-0.5, len(moments) - 0.5],
        "tickvals": list(range(len(moments))),
        "ticktext": [f"{moment.step:,}" for moment in moments],
        "tickangle": -45,
        "title": {"text": "batches seen"},
        "showgrid": False,
        "fixedrange": True,
    }


def _position(moments: Sequence[Moment], step: int) -> int:
    return [moment.step for moment in moments].index(step)


# 3. Softmax.


def before_and_after(before: ArrayLike, after: ArrayLike) -> go.Figure:
    """Draw two distributions over the same few numbers beside each other, (K,) each."""
    bars = [
        {
            "type": "bar",
            "x": [f"p{subscript}" for subscript in SUBSCRIPTS[: len(p)]],
            "y": p,
            "name": name,
            "marker": {"color": colour},
            "text": _as_labels(p),
            "textposition": "outside",
            "textangle": 0,
            "constraintext": "none",
            "cliponaxis": False,
            "hovertemplate": "%{y:.4%}<extra></extra>",
        }
        for p, name, colour in ((np.asarray(before), "before", OTHERS), (np.asarray(after), "after", WINNER))
    ]
    layout = base_layout(300, t=48, b=32) | {
        "barmode": "group",
        "bargap": 0.25,
        "legend": legend_above(),
        "xaxis": {"type": "category", "fixedrange": True},
        "yaxis": PROBABILITY_AXIS,
    }
    return go.Figure({"data": bars, "layout": layout})


def before_and_after_update(after: NDArray[np.floating]) -> Update:
    """Return what another distribution afterwards changes of `before_and_after`."""
    return Update({"y": [rounded(after)], "text": [_as_labels(after)]}, {}, [1])


def _as_labels(probabilities: NDArray[np.floating]) -> list[str]:
    return [percent(value, 0).removesuffix("%") for value in probabilities]  # bars on a phone are narrow


# 4. Max or sample.


def running_share(taken: ArrayLike, probability: float, name: str) -> go.Figure:
    """Draw the share of draws so far that took the smaller of two numbers, draw by draw. Max never takes it.

    Parameters
    ----------
    taken : array_like, shape (n,), bool
        Whether each draw took the smaller number.
    probability : float
        That of the smaller number.
    name : str
        That of the smaller number.
    """
    taken = np.asarray(taken, bool)
    draws, share = _thinned(np.arange(1, len(taken) + 1), taken)
    ends = [1, max(len(taken), 10)]
    traces = [
        {"type": "scatter", "x": draws, "y": share, "name": "drawn from the softmax", "mode": "lines+markers",
         "line": {"color": WINNER, "width": 2.5}, "marker": {"size": 5 if len(draws) < 60 else 1},
         "hovertemplate": "%{y:.1%} of %{x}<extra></extra>"},
        {"type": "scatter", "x": ends, "y": [probability] * 2, "name": f"its probability, {percent(probability)}",
         "mode": "lines", "line": {"color": WINNER, "width": 1.5, "dash": "dot"}, "hoverinfo": "skip"},
        {"type": "scatter", "x": ends, "y": [0, 0], "name": "taken by max", "mode": "lines",
         "line": {"color": OTHERS, "width": 4}, "hovertemplate": "never<extra></extra>"},
    ]  # fmt: skip
    logarithmic = len(taken) > 100
    layout = base_layout(300, t=64) | {
        "legend": legend_above(),
        "xaxis": {"type": "log" if logarithmic else "linear", "title": {"text": "draws"}, "fixedrange": True,
                  "autorange": True, "dtick": 1 if logarithmic else None},
        "yaxis": PROBABILITY_AXIS | {"range": [-0.02, 1.02], "title": {"text": f"share of {name}"}},
    }  # fmt: skip
    return go.Figure({"data": traces, "layout": layout})


def _thinned(draws: NDArray[np.int64], taken: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the numbers of draws, and the share that was taken up to each, at MOST_POINTS of them at most."""
    share = taken.cumsum() / draws
    if len(draws) <= MOST_POINTS:
        return draws, share
    shown = np.unique(np.geomspace(1, len(draws), MOST_POINTS).astype(int)) - 1
    return draws[shown], share[shown]


# 5. One-hot labels and cross-entropy.


def answer_and_label(probabilities: ArrayLike, label: ArrayLike) -> go.Figure:
    """Draw the network's ten probabilities as bars, and the one-hot label as outlines, (10,) each."""
    figure = ten_probabilities(probabilities, height=300)
    figure.data[0].update(name="p, the answer", marker_color=WINNER)  # one colour, as in the legend
    figure.add_bar(
        x=list(range(10)),
        y=np.asarray(label),
        name="y, the label",
        marker={"color": "rgba(0, 0, 0, 0)", "line": {"color": DIGITS[0], "width": 2.5}},
        hoverinfo="skip",
    )
    figure.update_layout(barmode="overlay", showlegend=True, legend=legend_above(), margin_t=48)
    return figure


def answer_and_label_update(probabilities: NDArray[np.floating]) -> Update:
    """Return what other probabilities, with the same largest one, change of `answer_and_label`."""
    return Update({"y": [rounded(probabilities)], "customdata": [_in_words(probabilities)]}, {}, [0])


def gradient_bars(gradient: ArrayLike) -> go.Figure:
    """Draw the gradient of the loss with respect to ten logits. Training raises the logits where it is below 0."""
    gradient = np.asarray(gradient)
    bars = {
        "type": "bar",
        "x": list(range(10)),
        "y": gradient,
        "marker": {"color": _gradient_colours(gradient)},
        "customdata": _gradient_directions(gradient),
        "hovertemplate": "<b>%{x}</b> %{y:.4f}<br>training %{customdata} it<extra></extra>",
    }
    layout = base_layout(300, t=48) | {
        "showlegend": False,
        "bargap": 0.25,
        "xaxis": DIGIT_AXIS | {"zeroline": False},
        "yaxis": {"range": _gradient_range(gradient), "fixedrange": True, "zeroline": True,
                  "title": {"text": "gradient"}},
        "annotations": [
            {"text": text, "x": 0, "xref": "paper", "xanchor": "left", "y": y, "yref": "paper", "yanchor": anchor,
             "showarrow": False}
            for text, y, anchor in (
                ("above 0: training lowers the logit", 1, "top"), ("below 0: training raises it", 0, "bottom"),
            )
        ],
    }  # fmt: skip
    return go.Figure({"data": [bars], "layout": layout})


def gradient_bars_update(gradient: NDArray[np.floating]) -> Update:
    """Return what another temperature changes of `gradient_bars`."""
    bars = {
        "y": rounded(gradient),
        "marker.color": _gradient_colours(gradient),
        "customdata": _gradient_directions(gradient),
    }
    return Update(
        {attribute: [values] for attribute, values in bars.items()}, {"yaxis.range": _gradient_range(gradient)}, [0]
    )


def _gradient_colours(gradient: NDArray[np.floating]) -> list[str]:
    return [DIGITS[0] if slope < 0 else OTHERS for slope in gradient]  # the first as the label's outline


def _gradient_directions(gradient: NDArray[np.floating]) -> list[str]:
    return ["raises" if slope < 0 else "lowers" for slope in gradient]


def _gradient_range(gradient: NDArray[np.floating]) -> list[float]:
    most = 1.25 * max(1.0, float(np.abs(gradient).max()))  # with room for the notes
    return [-most, most]


def loss_curve(losses: ArrayLike, names: Sequence[str]) -> go.Figure:
    """Draw the loss -ln p over p, the probability of the right digit, and on it four answers by their losses.

    The first is for the visitor's digit.
    """
    # Above a loss of 7 the curve is a line straight up: p is below 0.001.
    curve = np.append(np.linspace(0, 7, 300), np.geomspace(7, LARGEST_LOSS, 20)[1:])
    marks = (DIAMOND, *({"size": 12, "color": colour} for colour in (DIGITS[0], DIGITS[1], DIGITS[4])))
    points = [
        {"type": "scatter", "x": [np.exp(-loss)], "y": [loss], "name": name, "mode": "markers", "cliponaxis": False,
         "marker": mark, "hovertemplate": "p = %{x:.4g}, loss %{y:.4f}"}
        for loss, name, mark in zip(np.asarray(losses), names, marks, strict=True)
    ]  # fmt: skip
    line = {"type": "scatter", "x": np.exp(-curve), "y": curve, "mode": "lines", "showlegend": False,
            "line": {"color": OTHERS, "width": 2.5}, "hoverinfo": "skip"}  # fmt: skip
    layout = base_layout(360, t=16, b=112) | {
        "legend": legend_below() | {"traceorder": "reversed"},
        "xaxis": PROBABILITY_AXIS | {"range": [-0.02, 1.02], "title": {"text": "probability of the right digit"}},
        "yaxis": {"range": _loss_range(losses), "fixedrange": True, "title": {"text": "loss"}},
    }
    return go.Figure({"data": [line, *reversed(points)], "layout": layout})


def loss_curve_update(losses: NDArray[np.floating]) -> Update:
    """Return what another temperature changes of `loss_curve`: the losses of the same answers."""
    y = np.asarray(losses)[::-1, None]
    return Update(
        {"x": np.exp(-y).tolist(), "y": rounded(y)}, {"yaxis.range": _loss_range(losses)}, list(range(1, len(y) + 1))
    )


def _loss_range(losses: ArrayLike) -> list[float]:
    highest = max(7.0, 1.05 * float(np.max(losses)))
    return [-0.02 * highest, highest]
