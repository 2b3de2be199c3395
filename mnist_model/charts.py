"""Plotly figures from plain arrays, so that a figure can be tested without a browser.

Colours of text, grid and background are left to the page's theme; what a colour *means* is fixed here.
"""

from __future__ import annotations  # Plotly loads its classes when first named: not where a page makes no figure

import html
import math
from collections.abc import Sequence

import numpy as np
import plotly
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from mnist_model.softmax import entropy, softmax

WINNER = "#d9541e"  # the accent, readable on light and dark paper
OTHERS = "#99948a"
INK, PAPER = "#1d1c1a", "#f3efe4"  # where a chart has its own background, whatever the theme
# Where digits are told apart by colour. Petroff 2021 (arXiv:2107.02270): ten that the colour-blind tell apart as well.
DIGITS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
# Where temperatures are: cold is blue, hot is red, and 1, which changes nothing, is grey.
TEMPERATURES = ("#1f6fb4", OTHERS, "#b3123c")

# Twenty temperatures a decade, evenly spaced on a logarithmic scale as far as round numbers allow.
DECADE = (1, 1.1, 1.25, 1.4, 1.6, 1.8, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9)
SCALE = [t for t in (round(t * 10.0**power, 3) for power in (-2, -1, 0, 1) for t in DECADE) if 0.05 <= t <= 50]
COLDEST, HOTTEST = SCALE[0], SCALE[-1]

CONFIG = {"displayModeBar": False}


def percent(probability: float, decimals: int = 1) -> str:
    """Write a probability for a reader, never rounded to a certainty that no softmax gives."""
    smallest = 10.0**-decimals
    rounded = round(100 * probability, decimals)
    if rounded == 100:
        return f">{100 - smallest:.{decimals}f}%"
    if rounded == 0:
        return f"<{smallest:.{decimals}f}%"
    return f"{rounded:.{decimals}f}%"


def probability_bars(probabilities: ArrayLike | None = None, logits: ArrayLike | None = None) -> dict:
    """Draw ten probabilities as bars, the largest in the accent colour; without any, the empty axes.

    Parameters
    ----------
    probabilities, logits : array_like, shape (10,)
        The logits appear when a bar is pointed at.

    The vertical axis always ends at 1: what a temperature does must be seen as bars that move, not as an axis that
    rescales. The figure is plain lists in a dict: it is drawn anew at each stroke, and checking it all against Plotly's
    schema, as `go.Figure` does, took longer than everything else that a stroke brings about.
    """
    traces = []
    if probabilities is not None:
        p, z = np.asarray(probabilities).tolist(), np.asarray(logits).tolist()
        traces.append(
            _bars(p, int(np.argmax(p)))
            | {
                "customdata": [[percent(value), f"{logit:.2f}"] for value, logit in zip(p, z, strict=True)],
                "hovertemplate": "<b>%{x}</b><br>probability %{customdata[0]}<br>logit %{customdata[1]}<extra></extra>",
                "text": [percent(value, 0) if value >= 0.005 else "" for value in p],
                "textposition": "outside",
                "textangle": 0,
                "textfont": {"size": 12},
                "constraintext": "none",  # or else Plotly shrinks them to the width of a bar
                "cliponaxis": False,  # the label of a bar that reaches 1 stands above the axis
            }
        )
    layout = {
        "height": 300,  # until the page has measured its own
        "margin": {"l": 8, "r": 8, "t": 24, "b": 8},
        "bargap": 0.25,
        "showlegend": False,
        "dragmode": False,  # a finger that crosses the chart scrolls the page
        "xaxis": {
            "tickvals": list(range(10)),
            "range": [-0.5, 9.5],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
        },
        "yaxis": {"range": [0, 1], "tickformat": ".0%", "dtick": 0.25, "fixedrange": True, "automargin": True},
    }
    return {"data": traces, "layout": layout}


def picture_config(name: str) -> dict:
    """Return a config with which a chart can be taken along as a PNG."""
    return {
        "displayModeBar": True,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": name},
    }


def colour(temperature: float) -> str:
    """Return the colour of a temperature."""
    log = math.log(min(max(temperature, COLDEST), HOTTEST))
    at = 0.5 + 0.5 * log / math.log(HOTTEST if log > 0 else 1 / COLDEST)
    return plotly.colors.sample_colorscale(TEMPERATURES, at)[0]


def certainty(probabilities: ArrayLike) -> str:
    """Write how sure a distribution is: the winner's probability and the entropy."""
    return f"{percent(np.max(probabilities))}, {float(entropy(probabilities)):.2f} bits"


def comparison(logits: ArrayLike, temperatures: Sequence[float]) -> go.Figure:
    """Draw the probabilities at each temperature side by side, on one axis.

    Parameters
    ----------
    logits : array_like, shape (10,)
    temperatures : sequence of float, from COLDEST to HOTTEST
    """
    z = np.asarray(logits)
    traces, notes = [], []
    for t in temperatures:
        p = softmax(z, t)
        notes.append(certainty(p).replace(", ", "<br>"))
        bars = _bars(p, p.argmax()) | {
            "customdata": [percent(value, 2) for value in p],
            "hovertemplate": f"<b>%{{x}}</b> at T = {t:g}<br>probability %{{customdata}}<extra></extra>",
        }
        traces.append([bars])
    return _side_by_side(temperatures, notes, traces, {"range": [0, 1], "tickformat": ".0%", "dtick": 0.25})


def sweep(logits: ArrayLike) -> go.Figure:
    """Draw the probabilities with a slider and a button that move the temperature in the browser, without the server.

    Parameters
    ----------
    logits : array_like, shape (10,)
    """
    p = _at(logits, SCALE)
    now, winner = SCALE.index(1), int(np.argmax(logits))
    # Lists: in frames plotly.js does not unpack arrays. And the text is a trace's, because a title would not move.
    says = [f"<b>T = {t:g}</b>   {winner} with {certainty(p[number])}" for number, t in enumerate(SCALE)]
    bars = _bars(p[now].tolist(), winner) | {"hovertemplate": "<b>%{x}</b> %{y:.2%}<extra></extra>"}
    text = {
        "type": "scatter", "x": [0], "y": [0], "xaxis": "x2", "yaxis": "y2", "mode": "text", "text": [says[now]],
        "textposition": "middle right", "textfont": {"size": 18}, "hoverinfo": "skip",
    }  # fmt: skip
    frames = [
        {
            "name": f"{t:g}",
            "data": [{"type": "bar", "y": p[number].tolist()}, {"type": "scatter", "text": [says[number]]}],
        }
        for number, t in enumerate(SCALE)
    ]
    smooth = {"duration": 80, "easing": "linear"}
    moved = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": smooth}
    play = {"mode": "immediate", "frame": {"duration": 80, "redraw": False}, "transition": smooth}
    stop = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}
    slider = {
        "active": now,
        "currentvalue": {"visible": False},
        "pad": {"t": 32},
        "ticklen": 4,
        "minorticklen": 0,
        "bgcolor": OTHERS,
        "activebgcolor": WINNER,
        "bordercolor": OTHERS,
        "tickcolor": OTHERS,
        "steps": [{"label": f"{t:g}", "method": "animate", "args": [[f"{t:g}"], moved]} for t in SCALE],
    }
    buttons = {
        "type": "buttons",
        "direction": "left",
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 84},
        "showactive": False,
        "bgcolor": "rgba(0, 0, 0, 0)",
        "bordercolor": OTHERS,
        "buttons": [
            {"label": "▶", "method": "animate", "args": [None, play]},
            {"label": "❚❚", "method": "animate", "args": [[None], stop]},
        ],
    }
    layout = {
        "showlegend": False,
        "height": 440,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 136},
        "bargap": 0.25,
        "dragmode": False,
        "sliders": [slider],
        "updatemenus": [buttons],
        "xaxis": {"dtick": 1, "range": [-0.5, 9.5], "fixedrange": True},
        "yaxis": {"range": [0, 1], "tickformat": ".0%", "dtick": 0.25, "fixedrange": True, "domain": [0, 0.86]},
        "xaxis2": {"range": [0, 1], "anchor": "y2", "visible": False, "fixedrange": True},
        "yaxis2": {"range": [-1, 1], "anchor": "x2", "visible": False, "fixedrange": True, "domain": [0.9, 1]},
    }
    return go.Figure({"data": [bars, text], "layout": layout, "frames": frames})


def whole_range(logits: ArrayLike, temperatures: Sequence[float] = (), calibrated: float | None = None) -> go.Figure:
    """Draw the ten probabilities as curves over the temperature, from argmax to a tenth each.

    Parameters
    ----------
    logits : array_like, shape (10,)
    temperatures : sequence of float
        To be marked.
    calibrated : float
        T*, to be marked as well.
    """
    z = np.asarray(logits, float)
    p = _at(z, SCALE)
    curves = [
        {
            "type": "scatter",
            "x": SCALE,
            "y": p[:, digit],
            "name": str(digit),
            "line": {"color": DIGITS[digit], "width": 2.5},
            "hovertemplate": "%{y:.2%}",
        }
        for digit in np.argsort(-z, kind="stable").tolist()  # as they lie on top of each other, at any temperature
    ]
    layout = _over_temperature(temperatures, calibrated)
    tenth = {"dash": "dot", "width": 1, "color": OTHERS}
    layout["shapes"].append({"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 0.1, "y1": 0.1, "line": tenth})
    layout["annotations"] += [
        _note(f"T → 0: argmax, {z.argmax()} alone", 0, "left"),
        _note("T → ∞: a tenth each", 1, "right"),
    ]
    return go.Figure({"data": curves, "layout": layout})


def undecided(logits: ArrayLike, temperatures: Sequence[float] = (), calibrated: float | None = None) -> go.Figure:
    """Draw the winner's probability and the entropy over the temperature. Parameters as for `whole_range`."""
    p = _at(logits, SCALE)
    winner, most = int(np.argmax(logits)), math.log2(p.shape[1])
    curves = [
        {
            "type": "scatter",
            "x": SCALE,
            "y": p[:, winner],
            "name": f"probability of the winner, {winner}",
            "line": {"color": WINNER, "width": 2.5},
            "hovertemplate": "%{y:.2%}",
        },
        {
            "type": "scatter",
            "x": SCALE,
            "y": entropy(p),
            "yaxis": "y2",
            "name": "entropy",
            "line": {"color": OTHERS, "width": 2.5, "dash": "dash"},
            "hovertemplate": "%{y:.2f} bits",
        },
    ]
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
    return go.Figure({"data": curves, "layout": _over_temperature(temperatures, calibrated) | {"yaxis2": bits}})


def samples(logits: ArrayLike, temperatures: Sequence[float], counts: ArrayLike) -> go.Figure:
    """Draw how often each digit was drawn at each temperature, and how often it was to be expected.

    Parameters
    ----------
    logits : array_like, shape (10,)
    temperatures : sequence of float
    counts : array_like, shape (len(temperatures), 10)
    """
    counts = np.asarray(counts)
    winner, n = int(np.argmax(logits)), int(counts[0].sum())
    traces, notes = [], []
    for t, drawn in zip(temperatures, counts, strict=True):
        expected = n * softmax(logits, t)
        notes.append(f"{winner} drawn<br>{drawn[winner]:,} of {n:,}")
        bars = _bars(drawn, winner) | {
            "customdata": [f"{value:,.1f}" for value in expected],
            "hovertemplate": f"<b>%{{x}}</b> at T = {t:g}<br>drawn %{{y:,}} times<br>expected %{{customdata}}"
            "<extra></extra>",
        }
        marks = {
            "type": "scatter",
            "x": list(range(10)),
            "y": expected,
            "mode": "markers",
            "marker": {"symbol": "diamond", "size": 7, "color": INK, "line": {"color": PAPER, "width": 1}},
            "hoverinfo": "skip",
        }
        traces.append([bars, marks])
    return _side_by_side(temperatures, notes, traces, {"range": [0, max(1, 1.02 * n)]})


def heat_map(names: Sequence[str], temperatures: Sequence[float], values: ArrayLike, measure: str) -> go.Figure:
    """Draw drawings by temperatures: how sure the network is of each, or how undecided.

    Parameters
    ----------
    names : sequence of str
        Of the drawings. They may be anything, and alike.
    values : array_like, shape (len(names), len(temperatures))
        Probabilities if measure is "confidence", bits if it is "entropy".
    """
    values = np.asarray(values)
    sure = measure == "confidence"
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=[f"{t:g}" for t in temperatures],
            y=list(range(len(names))),
            text=[[percent(v, 0) if sure else f"{v:.2f}" for v in row] for row in values],
            texttemplate="%{text}",
            textfont_color=INK,
            customdata=[[html.escape(name)] * len(temperatures) for name in names],
            hovertemplate="%{customdata}<br>T = %{x}<br>" + measure + " %{text}<extra></extra>",
            zmin=0,
            zmax=1 if sure else math.log2(10),
            # What is doubtful stands out, whichever of the two is shown.
            colorscale=[[0, WINNER], [1, PAPER]] if sure else [[0, PAPER], [1, WINNER]],
            xgap=2,
            ygap=2,
            showscale=False,
        )
    )
    figure.update_layout(
        height=90 + 44 * len(names),
        margin={"l": 8, "r": 8, "t": 32, "b": 40},
        dragmode=False,
        xaxis={"type": "category", "title": "temperature", "fixedrange": True},
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(names))),
            "ticktext": [html.escape(name) for name in names],
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
        },
    )
    return figure


def _bars(heights: ArrayLike, winner: int) -> dict:
    """Return a trace of ten bars, one in the accent colour."""
    return {
        "type": "bar",
        "x": list(range(10)),
        "y": heights,
        "marker": {"color": [WINNER if digit == winner else OTHERS for digit in range(10)]},
    }


def _at(logits: ArrayLike, temperatures: ArrayLike) -> NDArray[np.float64]:
    return np.stack([softmax(logits, t) for t in temperatures])


COLUMNS = 6  # of charts side by side; more wrap


def _side_by_side(temperatures: Sequence[float], notes: Sequence[str], traces: list[list[dict]], y: dict) -> go.Figure:
    """Lay out small charts of the ten digits, one for each temperature, with one axis for all.

    Parameters
    ----------
    notes : sequence of str
        What stands above each chart, below its temperature.
    traces : list of list of dict
        Of each chart.
    y : dict
        The common vertical axis.
    """
    rows, columns = math.ceil(len(temperatures) / COLUMNS), min(COLUMNS, len(temperatures))
    gap = 0.24  # between rows: for the titles
    height = (1 - gap * (rows - 1)) / rows
    layout = {
        "height": 340 * rows,
        "margin": {"l": 8, "r": 8, "t": 88, "b": 24},
        "bargap": 0.2,
        "showlegend": False,
        "dragmode": False,
        "annotations": [],
    }
    for number, (temperature, note) in enumerate(zip(temperatures, notes, strict=True)):
        row, column = divmod(number, COLUMNS)
        axis = str(number + 1)
        left, right = column / columns, (column + 0.94) / columns
        top = 1 - row * (height + gap)
        layout[f"xaxis{axis}"] = {
            "domain": [left, right], "anchor": f"y{axis}", "range": [-0.6, 9.6], "dtick": 1, "tickangle": 0,
            "tickfont": {"size": 10}, "fixedrange": True,
        }  # fmt: skip
        layout[f"yaxis{axis}"] = y | {
            "domain": [top - height, top], "anchor": f"x{axis}", "fixedrange": True, "showticklabels": column == 0,
        }  # fmt: skip
        title = f'<span style="color: {colour(temperature)}"><b>T = {temperature:g}</b></span><br>{note}'
        layout["annotations"].append(_note(title, (left + right) / 2, "center", y=top) | {"font": {"size": 13}})
        for trace in traces[number]:
            trace.update(xaxis=f"x{axis}", yaxis=f"y{axis}")
    return go.Figure({"data": [trace for chart in traces for trace in chart], "layout": layout})


def _over_temperature(temperatures: Sequence[float], calibrated: float | None) -> dict:
    """Return the layout of a chart over the temperature, with those that were chosen marked, and T*."""
    marks = [(t, {"color": colour(t), "width": 1.5}) for t in temperatures]
    notes = []
    if calibrated:
        marks.append((calibrated, {"color": OTHERS, "dash": "dot", "width": 2.5}))
        notes.append(_note("T*", math.log10(calibrated), "center", xref="x"))
    ticks = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50]
    return {
        "height": 380,
        "margin": {"l": 8, "r": 8, "t": 48, "b": 88},
        "dragmode": False,
        "hovermode": "x unified",
        "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
        "shapes": [
            {"type": "line", "x0": t, "x1": t, "y0": 0, "y1": 1, "yref": "paper", "line": line} for t, line in marks
        ],
        "annotations": notes,
        "xaxis": {
            "type": "log",
            "range": [math.log10(COLDEST), math.log10(HOTTEST)],
            "tickvals": ticks,
            "ticktext": [f"{t:g}" for t in ticks],
            "title": {"text": "temperature"},
            "fixedrange": True,
        },
        "yaxis": {"range": [0, 1.02], "tickformat": ".0%", "dtick": 0.25, "fixedrange": True},
    }


def _note(text: str, x: float, xanchor: str, xref: str = "paper", y: float = 1.0) -> dict:
    """Return an annotation at the top of a chart."""
    return {
        "text": text, "x": x, "xref": xref, "xanchor": xanchor, "y": y, "yref": "paper", "yanchor": "bottom",
        "showarrow": False,
    }  # fmt: skip
