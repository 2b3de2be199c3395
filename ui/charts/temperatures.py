"""What temperatures make of ten logits: the charts of the page Temperatures."""

from __future__ import annotations  # Plotly loads its classes when first named: not where a page makes no figure

import html
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from mnist_model.softmax import entropy, softmax
from ui.charts.colours import DIGITS, INK, OTHERS, PALE, WINNER, temperature_colour
from ui.charts.layout import PROBABILITY_AXIS, base_layout, digit_bars, legend_below
from ui.formatting import percent
from ui.temperature_scale import COLDEST, HOTTEST, SCALE

SMALL_CHART, ABOVE, BELOW = 228, 88, 24  # pixels: its height, and the room for its title and for its ticks


def confidence_and_entropy(probabilities: ArrayLike) -> tuple[str, str]:
    """Write the winner's probability and the entropy of a distribution."""
    return percent(float(np.max(probabilities))), f"{float(entropy(probabilities)):.2f} bits"


# Small charts side by side, one for each temperature.


def comparison(logits: ArrayLike, temperatures: Sequence[float], columns: int = 6) -> go.Figure:
    """Draw the probabilities at each temperature side by side, on one axis.

    Parameters
    ----------
    logits : array_like, shape (10,)
    temperatures : sequence of float, from COLDEST to HOTTEST
    columns : int
        The most in a row.
    """
    traces, notes = [], []
    for t, p in zip(temperatures, _probabilities(logits, temperatures), strict=True):
        notes.append("<br>".join(confidence_and_entropy(p)))
        bars = digit_bars(p, int(p.argmax())) | {
            "customdata": [percent(value, 2) for value in p],
            "hovertemplate": f"<b>%{{x}}</b> at T = {t:g}<br>probability %{{customdata}}<extra></extra>",
        }
        traces.append([bars])
    return _side_by_side(temperatures, notes, traces, PROBABILITY_AXIS, columns)


def samples(logits: ArrayLike, temperatures: Sequence[float], counts: ArrayLike, columns: int = 6) -> go.Figure:
    """Draw how often each digit was drawn at each temperature, beside the expected counts.

    Parameters
    ----------
    logits : array_like, shape (10,)
    temperatures : sequence of float
    counts : array_like, shape (len(temperatures), 10)
    columns : int
        The most in a row.
    """
    counts = np.asarray(counts)
    winner, n = int(np.argmax(logits)), int(counts[0].sum())
    traces, notes = [], []
    for t, drawn in zip(temperatures, counts, strict=True):
        expected = n * softmax(logits, t)
        notes.append(f"the {winner} drawn<br>{drawn[winner]:,} of {n:,}")
        bars = digit_bars(drawn, winner) | {
            "customdata": [f"{value:,.1f}" for value in expected],
            "hovertemplate": f"<b>%{{x}}</b> at T = {t:g}<br>drawn %{{y:,}} times<br>expected %{{customdata}}"
            "<extra></extra>",
        }
        marks = {
            "type": "scatter",
            "x": list(range(10)),
            "y": expected,
            "mode": "markers",
            "marker": {"symbol": "diamond", "size": 7, "color": INK, "line": {"color": PALE, "width": 1}},
            "hoverinfo": "skip",
        }
        traces.append([bars, marks])
    return _side_by_side(temperatures, notes, traces, {"range": [0, max(1, 1.02 * n)], "fixedrange": True}, columns)


def _side_by_side(
    temperatures: Sequence[float],
    notes: Sequence[str],
    traces: list[list[dict[str, Any]]],
    axis: dict[str, Any],
    columns: int,
) -> go.Figure:
    """Lay out small charts of the ten digits, one for each temperature, with one vertical axis for all.

    Parameters
    ----------
    notes : sequence of str
        What stands above each chart, below its temperature.
    traces : list of list of dict
        Of each chart.
    axis : dict
        The common vertical axis.
    columns : int
        The most in a row.
    """
    columns = min(columns, len(temperatures))
    step = SMALL_CHART + ABOVE + BELOW  # from row to row
    whole = step * math.ceil(len(temperatures) / columns) - ABOVE - BELOW  # what lies between the figure's margins
    layout = base_layout(whole + ABOVE + BELOW, t=ABOVE, b=BELOW) | {
        "bargap": 0.2,
        "showlegend": False,
        "annotations": [],
    }
    for number, (temperature, note) in enumerate(zip(temperatures, notes, strict=True)):
        row, column = divmod(number, columns)
        name = str(number + 1)  # of the axes
        left, right = column / columns, (column + 0.94) / columns
        top = 1 - row * step / whole
        layout[f"xaxis{name}"] = {
            "domain": [left, right], "anchor": f"y{name}", "range": [-0.6, 9.6], "dtick": 1, "tickangle": 0,
            "fixedrange": True,
        }  # fmt: skip
        layout[f"yaxis{name}"] = axis | {
            "domain": [max(0, top - SMALL_CHART / whole), top], "anchor": f"x{name}", "showticklabels": column == 0,
        }  # fmt: skip
        title = f'<span style="color: {temperature_colour(temperature)}">■</span> <b>T = {temperature:g}</b><br>{note}'
        layout["annotations"].append(_note(title, (left + right) / 2, "center", y=top) | {"font": {"size": 13}})
        for trace in traces[number]:
            trace.update(xaxis=f"x{name}", yaxis=f"y{name}")
    return go.Figure({"data": [trace for chart in traces for trace in chart], "layout": layout})


# Curves over the temperature.


def whole_range(logits: ArrayLike, temperatures: Sequence[float] = (), calibrated: float | None = None) -> go.Figure:
    """Draw the ten probabilities as curves over the temperature, from argmax to a tenth each.

    Parameters
    ----------
    logits : array_like, shape (10,)
    temperatures : sequence of float
        Marked with lines.
    calibrated : float
        T*, marked as well.
    """
    z = np.asarray(logits, float)
    p = _probabilities(z, SCALE)
    curves = [
        _curve(p[:, digit], str(digit), DIGITS[digit], "%{y:.2%}")
        for digit in np.argsort(-z, kind="stable").tolist()  # as they lie on top of each other, at any temperature
    ]
    layout = _over_temperature(temperatures, calibrated)
    tenth = {"dash": "dot", "width": 1, "color": OTHERS}
    layout["shapes"].append({"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 0.1, "y1": 0.1, "line": tenth})
    layout["annotations"] += [
        _note("T → 0: argmax", 0, "left"),
        _note("T → ∞: a tenth each", 1, "right"),
    ]
    return go.Figure({"data": curves, "layout": layout})


def undecided(logits: ArrayLike, temperatures: Sequence[float] = (), calibrated: float | None = None) -> go.Figure:
    """Draw the winner's probability and the entropy over the temperature. Parameters as for `whole_range`."""
    p = _probabilities(logits, SCALE)
    winner, most = int(np.argmax(logits)), math.log2(p.shape[1])
    falling = _curve(p[:, winner], f"probability of the winner, {winner}", WINNER, "%{y:.2%}")
    rising = _curve(entropy(p), "entropy", OTHERS, "%{y:.2f} bits", dash="dash") | {"yaxis": "y2"}
    bits = {
        "overlaying": "y",
        "side": "right",
        "range": [0, 1.02 * most],
        "tickvals": [0, 1, 2, 3, most],
        "ticktext": ["0", "1", "2", "3", f"{most:.2f}"],
        "title": {"text": "bits"},
        "showgrid": False,
        "fixedrange": True,
    }
    layout = _over_temperature(temperatures, calibrated) | {"yaxis2": bits}
    return go.Figure({"data": [falling, rising], "layout": layout})


def _curve(
    heights: NDArray[np.float64], name: str, colour: str, hovertemplate: str, dash: str = "solid"
) -> dict[str, Any]:
    """Return a curve with a point at each temperature of SCALE."""
    return {
        "type": "scatter",
        "x": SCALE,
        "y": heights,
        "name": name,
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "hovertemplate": hovertemplate,
    }


def _over_temperature(temperatures: Sequence[float], calibrated: float | None) -> dict[str, Any]:
    """Return the layout of a chart over the temperature, with some temperatures and T* marked."""
    marks: list[tuple[float, dict[str, Any]]] = [
        (t, {"color": temperature_colour(t), "width": 1.5}) for t in temperatures
    ]
    notes = []
    if calibrated:
        marks.append((calibrated, {"color": OTHERS, "dash": "dot", "width": 2.5}))
        notes.append(_note("T*", math.log10(calibrated), "center", xref="x"))
    ticks = [0.05, 0.25, 1, 5, 50]  # which have room on a phone
    return base_layout(380, t=48, b=88) | {
        "hovermode": "x unified",
        "legend": legend_below(),
        "shapes": [
            {"type": "line", "x0": t, "x1": t, "y0": 0, "y1": 1, "yref": "paper", "line": line} for t, line in marks
        ],
        "annotations": notes,
        "xaxis": {
            "type": "log",
            "range": [math.log10(COLDEST), math.log10(HOTTEST)],
            "tickvals": ticks,
            "ticktext": [f"{t:g}" for t in ticks],
            "tickangle": 0,
            "title": {"text": "temperature"},
            "fixedrange": True,
        },
        "yaxis": PROBABILITY_AXIS | {"range": [0, 1.02]},
    }


# Several drawings.


def heat_map(names: Sequence[str], temperatures: Sequence[float], values: ArrayLike, measure: str) -> go.Figure:
    """Draw the confidence or the entropy of several drawings, a row each, at several temperatures, a column each.

    Parameters
    ----------
    names : sequence of str
        Of the drawings. They may hold anything, and be alike.
    values : array_like, shape (len(names), len(temperatures))
        Probabilities of the winner if measure is "confidence", bits if it is "entropy".
    """
    values = np.asarray(values)
    if measure == "confidence":
        texts, most, scale = [[percent(value, 0) for value in row] for row in values], 1.0, [WINNER, PALE]
    else:
        texts, most, scale = [[f"{value:.2f}" for value in row] for row in values], math.log2(10), [PALE, WINNER]
    labels, rows = [html.escape(name) for name in names], list(range(len(names)))
    heat = {
        "type": "heatmap",
        "z": values,
        "zmin": 0,
        "zmax": most,
        "colorscale": [[0, scale[0]], [1, scale[1]]],  # what is undecided stands out, whichever of the two is shown
        "showscale": False,
        "x": [f"{t:g}" for t in temperatures],
        "y": rows,
        "xgap": 2,
        "ygap": 2,
        "text": texts,
        "texttemplate": "%{text}",
        "textfont": {"color": INK},
        "customdata": [[label] * len(temperatures) for label in labels],
        "hovertemplate": "%{customdata}<br>T = %{x}<br>" + measure + " %{text}<extra></extra>",
    }
    layout = base_layout(90 + 44 * len(names), t=32) | {
        "xaxis": {"type": "category", "title": {"text": "temperature"}, "fixedrange": True},
        "yaxis": {
            "tickmode": "array",
            "tickvals": rows,
            "ticktext": labels,
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
        },
    }
    return go.Figure({"data": [heat], "layout": layout})


def _probabilities(logits: ArrayLike, temperatures: Sequence[float]) -> NDArray[np.float64]:
    """Return softmax(logits / T) for each temperature, (len(temperatures), 10)."""
    return np.stack([softmax(logits, t) for t in temperatures])


def _note(text: str, x: float, xanchor: str, xref: str = "paper", y: float = 1.0) -> dict[str, Any]:
    """Return an annotation at the top of a chart."""
    return {
        "text": text, "x": x, "xref": xref, "xanchor": xanchor, "y": y, "yref": "paper", "yanchor": "bottom",
        "showarrow": False,
    }  # fmt: skip
