"""The lesson's figures, from plain arrays."""

import itertools
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from mnist_model.charts import DIGITS, INK, OTHERS, PAPER, WINNER, percent
from mnist_model.lesson import THRESHOLDS, Moment
from mnist_model.softmax import Fired

BINS = 50

# What thresholds make of a digit. The right answer is what is expected; the three ways to fail stand out.
FIRED = Fired(none=DIGITS[0], right=OTHERS, wrong=DIGITS[4], several=DIGITS[1])
CALLED = Fired(none="none", right="exactly one, right", wrong="exactly one, wrong", several="several")

HERE = {"symbol": "diamond", "size": 11, "color": INK, "line": {"color": PAPER, "width": 1.5}}


def histogram(outputs: ArrayLike, truth: ArrayLike, digit: int, threshold: float, own: float) -> go.Figure:
    """Draw how many digits have which output, those that are the digit in question apart from the others.

    Parameters
    ----------
    outputs : array_like, shape (n,), in [0, 1]
    truth : array_like, shape (n,), bool
        Which are the digit in question.
    threshold, own : float, in [0, 1]
        Marked: the threshold as a line, the reader's output as a diamond.
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
        for which, name, colour, width in ((~truth, f"no {digit}", OTHERS, 1), (truth, f"a {digit}", WINNER, 0.5))
    ]
    here = {
        "type": "scatter", "x": [own], "y": [0.7], "mode": "markers", "marker": HERE, "name": "this digit",
        "hovertemplate": "%{x:.4f}", "cliponaxis": False,
    }  # fmt: skip
    layout = _layout(300) | {
        "barmode": "overlay",
        "bargap": 0,
        "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
        "shapes": [{"type": "line", "x0": threshold, "x1": threshold, "y0": 0, "y1": 1, "yref": "paper",
                    "line": {"color": DIGITS[0], "width": 2.5}}],
        "annotations": [{"text": "no | yes", "x": threshold, "y": 1, "yref": "paper", "yanchor": "bottom",
                         "showarrow": False}],
        "xaxis": {"range": [-0.01, 1.01], "fixedrange": True, "title": {"text": "output"}, "showgrid": False},
        "yaxis": {"type": "log", "range": [np.log10(0.5), 4], "tickvals": [1, 10, 100, 1000, 10_000],
                  "ticktext": ["1", "10", "100", "1,000", "10,000"], "fixedrange": True, "title": {"text": "digits"}},
    }  # fmt: skip
    layout["margin"] |= {"t": 24, "r": 32, "b": 80}
    return go.Figure({"data": [*bars, here], "layout": layout})


def over_threshold(outputs: ArrayLike, threshold: float) -> go.Figure:
    """Draw ten outputs as bars and the threshold as a line; what is over it in the accent colour."""
    outputs = np.asarray(outputs)
    figure = _ten_bars(outputs, outputs > threshold)
    figure.update_layout(
        shapes=[{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": threshold, "y1": threshold,
                 "line": {"color": DIGITS[0], "width": 2.5}}],
        annotations=[{"text": "threshold", "x": 0, "xref": "paper", "xanchor": "left", "y": threshold,
                      "yanchor": "bottom" if threshold < 0.9 else "top", "showarrow": False}],
        yaxis={"tickformat": "", "title": "output"},
    )  # fmt: skip
    return figure


def one_winner(probabilities: ArrayLike) -> go.Figure:
    """Draw ten probabilities as bars like `over_threshold`'s, the largest in the accent colour."""
    p = np.asarray(probabilities)
    return _ten_bars(p, np.arange(len(p)) == p.argmax())


def ages(moments: Sequence[Moment], digits: int, threshold: float, step: int) -> go.Figure:
    """Draw what a threshold makes of the test digits at each moment, and how many softmax reads right.

    Parameters
    ----------
    digits : int
        How many there are.
    threshold : float
        One of `lesson.THRESHOLDS`.
    step : int
        Of the moment to be marked.
    """
    number = THRESHOLDS.index(threshold)
    bars = [
        {
            "type": "bar",
            "x": list(range(len(moments))),
            "y": [getattr(moment.fired[number], kind) / digits for moment in moments],
            "name": getattr(CALLED, kind),
            "marker": {"color": getattr(FIRED, kind), "line": {"width": 0}},
            "hovertemplate": "%{y:.1%}",
        }
        for kind in ("right", "wrong", "several", "none")
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
    layout = _layout(380) | {
        "barmode": "stack",
        "bargap": 0.15,
        "hovermode": "x unified",
        "legend": {"orientation": "h", "traceorder": "normal", "yref": "container", "y": 0, "yanchor": "bottom"},
        "xaxis": _over_age(moments),
        "yaxis": {
            "range": [0, 1.005],
            "tickformat": ".0%",
            "dtick": 0.25,
            "fixedrange": True,
            "title": {"text": "test digits"},
        },
        "annotations": [
            {"text": "▼", "x": _place(moments, step), "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False}
        ],
    }
    layout["margin"] |= {"t": 24, "b": 120}
    return go.Figure({"data": [*bars, line], "layout": layout})


def failures(moments: Sequence[Moment], digits: int, threshold: float, step: int) -> go.Figure:
    """Draw how many digits get no single answer, at each moment and each threshold. Parameters as for `ages`."""
    share = np.array([[(fired.none + fired.several) / digits for fired in moment.fired] for moment in moments]).T
    heat = {
        "type": "heatmap",
        "x": list(range(len(moments))),
        "y": THRESHOLDS,
        "z": share,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, PAPER], [1, WINNER]],
        "colorbar": {"tickformat": ".0%", "dtick": 0.5, "thickness": 10, "outlinewidth": 0, "title": {"text": "fail"}},
        "hovertemplate": "threshold %{y}<br>%{z:.1%} without a single answer<extra>%{x} batches</extra>",
    }
    here = {"type": "scatter", "x": [_place(moments, step)], "y": [threshold], "mode": "markers", "marker": HERE,
            "hoverinfo": "skip"}  # fmt: skip
    layout = _layout(380) | {
        "showlegend": False,
        "xaxis": _over_age(moments),
        "yaxis": {"range": [0.005, 0.995], "dtick": 0.25, "tick0": 0, "fixedrange": True,
                  "title": {"text": "threshold"}},
    }  # fmt: skip
    layout["margin"] |= {"t": 24, "b": 72}
    return go.Figure({"data": [heat, here], "layout": layout})


def before_and_after(before: ArrayLike, after: ArrayLike) -> go.Figure:
    """Draw two distributions over a few numbers beside each other, (K,) each."""
    bars = [
        {
            "type": "bar",
            "x": [f"p<sub>{number + 1}</sub>" for number in range(len(p))],
            "y": np.asarray(p),
            "name": name,
            "marker": {"color": colour},
            "text": [percent(value, 0) for value in p],
            "textposition": "outside",
            "textangle": 0,
            "constraintext": "none",
            "cliponaxis": False,
            "hovertemplate": "%{y:.4%}<extra></extra>",
        }
        for p, name, colour in ((np.asarray(before), "before", OTHERS), (np.asarray(after), "after", WINNER))
    ]
    layout = _layout(300) | {
        "barmode": "group",
        "bargap": 0.25,
        "legend": {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top"},
        "xaxis": {"type": "category", "fixedrange": True},
        "yaxis": {"range": [0, 1], "tickformat": ".0%", "dtick": 0.25, "fixedrange": True},
    }
    layout["margin"] |= {"t": 48, "b": 32}
    return go.Figure({"data": bars, "layout": layout})


def running_share(taken: ArrayLike, probability: float, name: str) -> go.Figure:
    """Draw how often the smaller of two was taken so far, draw by draw, and how often max would have taken it: never.

    Parameters
    ----------
    taken : array_like, shape (n,), bool
        Whether the smaller one was drawn.
    probability : float
        With which it is.
    name : str
        Of the smaller one.
    """
    taken = np.asarray(taken, bool)
    draws = np.arange(1, len(taken) + 1)
    share = taken.cumsum() / draws
    if len(draws) > 1000:  # no screen shows more points than that
        chosen = np.unique(np.geomspace(1, len(draws), 1000).astype(int)) - 1
        draws, share = draws[chosen], share[chosen]
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
    layout = _layout(300) | {
        "legend": {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top"},
        "xaxis": {"type": "log" if len(taken) > 100 else "linear", "title": {"text": "draws"}, "fixedrange": True,
                  "autorange": True, "dtick": 1 if len(taken) > 100 else None},
        "yaxis": {"range": [-0.02, 1.02], "tickformat": ".0%", "dtick": 0.25, "fixedrange": True,
                  "title": {"text": f"share of {name}"}},
    }  # fmt: skip
    layout["margin"] |= {"t": 64, "b": 40}
    return go.Figure({"data": traces, "layout": layout})


def label_and_answer(probabilities: ArrayLike, label: ArrayLike) -> go.Figure:
    """Draw what the network says as bars and what it should say, (10,) each, as outlines."""
    p, y = np.asarray(probabilities), np.asarray(label)
    figure = _ten_bars(p, np.arange(len(p)) == p.argmax(), height=300)
    figure.data[0].name = "p, the answer"
    figure.add_bar(
        x=list(range(10)),
        y=y,
        name="y, the label",
        marker={"color": "rgba(0, 0, 0, 0)", "line": {"color": DIGITS[0], "width": 2.5}},
        hoverinfo="skip",
    )
    figure.update_layout(
        barmode="overlay",
        showlegend=True,
        legend={"orientation": "h", "yref": "container", "y": 1, "yanchor": "top"},
        margin_t=48,
    )
    return figure


def pushes(gradient: ArrayLike) -> go.Figure:
    """Draw the gradient of the loss by ten logits: where it is below 0, training pushes the output up."""
    gradient = np.asarray(gradient)
    bars = {
        "type": "bar",
        "x": list(range(10)),
        "y": gradient,
        "marker": {"color": [DIGITS[0] if slope < 0 else OTHERS for slope in gradient]},  # as the label's outline
        "customdata": ["up" if slope < 0 else "down" for slope in gradient],
        "hovertemplate": "<b>%{x}</b> %{y:.4f}<br>pushed %{customdata}<extra></extra>",
    }
    most = max(1.0, 1.05 * float(np.abs(gradient).max()))
    layout = _layout(300) | {
        "showlegend": False,
        "bargap": 0.25,
        "xaxis": {"dtick": 1, "range": [-0.5, 9.5], "fixedrange": True, "zeroline": False, "title": {"text": "digit"}},
        "yaxis": {"range": [-most, most], "fixedrange": True, "zeroline": True, "title": {"text": "gradient"}},
        "annotations": [
            {"text": text, "x": 0, "xref": "paper", "xanchor": "left", "y": y, "yref": "paper", "yanchor": anchor,
             "showarrow": False}
            for text, y, anchor in (("above 0: pushed down", 1, "top"), ("below 0: pushed up", 0, "bottom"))
        ],
    }  # fmt: skip
    layout["margin"] |= {"t": 48, "b": 40}
    return go.Figure({"data": [bars], "layout": layout})


def surprise(losses: Sequence[float], names: Sequence[str]) -> go.Figure:
    """Draw the loss -ln p over p, the probability of the right digit, and on it a few answers by their losses.

    The first is the reader's own.
    """
    highest = max(7.0, 1.05 * max(losses))
    curve = np.linspace(0, highest, 400)
    marks = (HERE, *({"size": 12, "color": colour} for colour in (DIGITS[0], DIGITS[1], DIGITS[4])))
    points = [
        {"type": "scatter", "x": [np.exp(-loss)], "y": [loss], "name": name, "mode": "markers", "cliponaxis": False,
         "marker": mark, "hovertemplate": "p = %{x:.4g}, loss %{y:.4f}"}
        for loss, name, mark in zip(losses, names, marks, strict=True)
    ]  # fmt: skip
    line = {"type": "scatter", "x": np.exp(-curve), "y": curve, "mode": "lines", "showlegend": False,
            "line": {"color": OTHERS, "width": 2.5}, "hoverinfo": "skip"}  # fmt: skip
    layout = _layout(360) | {
        "legend": {"orientation": "h", "traceorder": "reversed", "yref": "container", "y": 0, "yanchor": "bottom"},
        "xaxis": {"range": [-0.02, 1.02], "tickformat": ".0%", "dtick": 0.25, "fixedrange": True,
                  "title": {"text": "probability of the right digit"}},
        "yaxis": {"range": [-0.02 * highest, highest], "fixedrange": True, "title": {"text": "loss"}},
    }  # fmt: skip
    layout["margin"] |= {"t": 16, "b": 112}
    return go.Figure({"data": [line, *reversed(points)], "layout": layout})


def _ten_bars(values: np.ndarray, chosen: np.ndarray, height: int = 240) -> go.Figure:
    bars = {
        "type": "bar",
        "x": list(range(10)),
        "y": values,
        "marker": {"color": [WINNER if accent else OTHERS for accent in chosen]},
        "customdata": [percent(value, 2) for value in values],
        "hovertemplate": "<b>%{x}</b> %{customdata}<extra></extra>",
    }
    layout = _layout(height) | {
        "showlegend": False,
        "bargap": 0.25,
        "xaxis": {"dtick": 1, "range": [-0.5, 9.5], "fixedrange": True, "title": {"text": "digit"}},
        "yaxis": {"range": [0, 1.005], "tickformat": ".0%", "dtick": 0.25, "fixedrange": True,
                  "title": {"text": "probability"}},
    }  # fmt: skip
    return go.Figure({"data": [bars], "layout": layout})


def _layout(height: int) -> dict:
    return {"height": height, "margin": {"l": 8, "r": 8, "t": 8, "b": 40}, "dragmode": False}


def _over_age(moments: Sequence[Moment]) -> dict:
    """Return an axis on which the moments, which are spaced about evenly on a logarithmic scale, are so altogether."""
    return {
        "range": [-0.5, len(moments) - 0.5],
        "tickvals": list(range(len(moments))),
        "ticktext": [f"{moment.step:,}" for moment in moments],
        "tickangle": -45,
        "title": {"text": "batches seen"},
        "showgrid": False,
        "fixedrange": True,
    }


def _place(moments: Sequence[Moment], step: int) -> int:
    return [moment.step for moment in moments].index(step)
