"""The charts of the page Model, from plain arrays."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray
from plotly.colors import sample_colorscale

from mnist_model.calibration import Reliability
from mnist_model.layers import Weights, contributions, responses
from ui.charts.colours import DIGITS, INK, OTHERS, PALE, WINNER
from ui.charts.layout import PROBABILITY_AXIS, Update, base_layout, digit_bars, legend_below, rounded
from ui.formatting import percent

# Numbers that are never below 0 are drawn like MNIST's ink, light on black; others from blue, below 0, to orange.
ColourScale = list[list[float | str]]
LIGHT: ColourScale = [[0, "black"], [1, "white"]]
POSITIVE, NEGATIVE = WINNER, DIGITS[0]
SIGNED: ColourScale = [[0, NEGATIVE], [0.5, PALE], [1, POSITIVE]]

CLEAR = "rgba(0, 0, 0, 0)"
WIDTH = 400  # pixels: the width for which the heights of the pictures are computed


# Layer by layer. Maps and kernels are pictures of numbers, laid out on a plane of small squares, y downwards.


class Tile(NamedTuple):
    """Numbers with their upper left corner at (x, y), each number zoom x zoom squares large."""

    z: NDArray[np.floating]
    x: int
    y: int
    zoom: int = 1


def maps_and_kernels(activations: ArrayLike, kernels: ArrayLike, chosen: int) -> go.Figure:
    """Draw the maps of a convolution, each with the kernels that made it.

    Behind each map and its kernels is an invisible bar, which can be clicked: the number of its point is the map's.

    Parameters
    ----------
    activations : array_like, shape (height, width, n)
    kernels : array_like, shape (n, 5, 5, input maps)
    chosen : int
        The map that is framed, from 0.
    """
    found, kernels = np.moveaxis(np.asarray(activations), -1, 0), np.asarray(kernels)
    n, _, _, inputs = kernels.shape
    # A single kernel stands large beside its map; several stand small, in two columns.
    columns, zoom, small, beside = (2, 1, 2, 1) if inputs == 1 else (4, 2, 1, 2)
    side, step = zoom * found.shape[1], 5 * small + 1
    width, height = side + 2 + step * beside - 1, max(side, step * -(-inputs // beside) - 1)
    line = math.ceil(18 * (width + 5) * columns / WIDTH)  # the height of a name above its map
    maps, made_by, corners = [], [], []
    for number in range(n):
        x, y = (width + 5) * (number % columns) + 2, (height + 4 + line) * (number // columns) + line + 2
        corners.append((x, y))
        maps.append(Tile(found[number], x, y, zoom))
        for part in range(inputs):
            place = x + side + 2 + step * (part % beside), y + step * (part // beside)
            made_by.append(Tile(kernels[number, :, :, part], *place, small))
    across, down = _extent(maps + made_by)
    bars = {
        "type": "bar",
        "x": [x + width / 2 for x, _ in corners],
        "width": [width + 2] * n,
        "base": [y - 1 for _, y in corners],
        "y": [height + 2] * n,
        "marker": {
            "color": CLEAR,
            "line": {"width": 3, "color": [WINNER if number == chosen else CLEAR for number in range(n)]},
        },
        "customdata": [f"map {number + 1}<br>at most {found[number].max():.2f}" for number in range(n)],
        "hovertemplate": "%{customdata}<extra></extra>",
        **_undimmed(),
    }
    names = _text([(str(number + 1), x, y - 2 - line / 2) for number, (x, y) in enumerate(corners)])
    pictures = [
        _picture(tiles, across + 2, down + 2, scale) | {"hoverinfo": "skip"}
        for tiles, scale in ((maps, LIGHT), (made_by, SIGNED))
    ]
    return _plane([*pictures, bars, names], across + 2, down + 2)


class Band(NamedTuple):
    """Tiles with one scale of colours, and a label above them, which begins at (x, y)."""

    label: str
    x: int
    y: int
    tiles: list[Tile]
    scale: ColourScale
    most: float  # the number at the end of the scale


def convolution_terms(inputs: ArrayLike, weights: Weights, chosen: int) -> go.Figure:
    """Draw what a convolution adds up to one map: its inputs, the kernels, and what each of them gives.

    Parameters
    ----------
    inputs : array_like, shape (height, width, input maps)
    weights : Weights
        Of the convolution.
    chosen : int
        The map, from 0.
    """
    inputs, kernel = np.asarray(inputs), weights.kernel[chosen]
    terms = responses(inputs, kernel)
    strongest, largest = float(np.abs(weights.kernel).max()), float(np.abs(terms).max())
    columns = [14 * number for number in range(inputs.shape[-1])]
    shown = [Tile(inputs[..., number], x, 5) for number, x in enumerate(columns)]
    kernels = [Tile(kernel[..., number], x, 22, 2) for number, x in enumerate(columns)]
    products = [Tile(terms[..., number], x, 37) for number, x in enumerate(columns)]
    bands = [
        Band("the input maps", 0, 0, shown, LIGHT, float(inputs.max())),
        Band("times a kernel each", 0, 17, kernels, SIGNED, strongest),
        Band(f"give these, which add up to map {chosen + 1}", 0, 32, products, SIGNED, largest),
    ]
    width, height = 14 * inputs.shape[-1] - 2, 37 + 8
    traces = [
        _picture(band.tiles, width, height, band.scale, band.most) | {"hovertemplate": "%{z:.2f}<extra></extra>"}
        for band in bands
    ]
    labels = [(band.label, band.x, band.y + 2) for band in bands]
    return _plane([*traces, _text(labels)], width, height)


def kernel_colours(weights: Weights, chosen: int) -> list[str]:
    """Return the colours of a kernel of the first convolution, row by row, as CSS has them."""
    shares = 0.5 + 0.5 * weights.kernel[chosen, ..., 0] / np.abs(weights.kernel).max()
    colours: list[str] = sample_colorscale([colour for _, colour in SIGNED], shares.ravel().tolist())
    return colours


def _extent(tiles: Sequence[Tile]) -> tuple[int, int]:
    return (
        max(tile.x + tile.zoom * tile.z.shape[1] for tile in tiles),
        max(tile.y + tile.zoom * tile.z.shape[0] for tile in tiles),
    )


def _picture(
    tiles: Sequence[Tile], width: int, height: int, scale: ColourScale, most: float | None = None
) -> dict[str, Any]:
    """Return tiles as one trace, with one scale of colours that ends at `most`, or else at the largest number."""
    plane = np.full((height, width), np.nan, np.float32)
    for z, x, y, zoom in tiles:
        large = np.kron(z, np.ones((zoom, zoom)))
        plane[y : y + len(large), x : x + len(large[0])] = large
    most = float(most or np.nanmax(np.abs(plane)) or 1)
    return {
        "type": "heatmap", "z": plane, "x0": 0.5, "dx": 1, "y0": 0.5, "dy": 1, "colorscale": scale, "zmax": most,
        "zmin": 0 if scale is LIGHT else -most, "showscale": False, "hoverongaps": False,
    }  # fmt: skip


def _text(labels: Sequence[tuple[str, float, float]]) -> dict[str, Any]:
    """Return labels, each a text that begins at (x, y), as one trace."""
    texts, x, y = zip(*labels, strict=True)
    return {
        "type": "scatter", "x": x, "y": y, "mode": "text", "text": texts, "textposition": "middle right",
        "textfont": {"size": 12}, "hoverinfo": "skip",
    }  # fmt: skip


def _plane(traces: Sequence[dict[str, Any]], width: int, height: int) -> go.Figure:
    """Lay traces on a plane whose squares stay squares: as wide as there is room, and as high as WIDTH makes it."""
    axis = {"visible": False, "fixedrange": True}
    layout = base_layout(round(height * WIDTH / width) + 2, l=0, r=0, t=1, b=1) | {
        "showlegend": False,
        "xaxis": axis | {"range": [0, width]},
        "yaxis": axis | {"range": [height, 0], "scaleanchor": "x", "constrain": "domain", "constraintoward": "top"},
    }
    return go.Figure({"data": list(traces), "layout": layout})


def logit_bars(logits: ArrayLike, chosen: int) -> go.Figure:
    """Draw ten logits as bars, the largest in the accent colour, the chosen one framed. Each can be clicked."""
    z = np.asarray(logits)
    bars = digit_bars(z, int(z.argmax())) | {
        "hovertemplate": "<b>%{x}</b> logit %{y:.2f}<extra></extra>",
        **_undimmed(),
    }
    bars["marker"] |= {"line": {"width": [3 if digit == chosen else 0 for digit in range(10)], "color": NEGATIVE}}
    layout = base_layout(220) | {
        "bargap": 0.25,
        "xaxis": {"dtick": 1, "range": [-0.5, 9.5], "fixedrange": True, "zeroline": False},
        "yaxis": {"fixedrange": True, "zeroline": True},
    }
    return go.Figure({"data": [bars], "layout": layout})


def probability_bars(probabilities: ArrayLike, logits: ArrayLike) -> go.Figure:
    """Draw ten probabilities as bars, the largest in the accent colour; one that is pointed at shows its logit."""
    p = np.asarray(probabilities).tolist()
    bars = (
        digit_bars(p, int(np.argmax(p)))
        | _bar_texts(p, logits)
        | {
            "hovertemplate": "<b>%{x}</b><br>probability %{customdata[0]}<br>logit %{customdata[1]}<extra></extra>",
            "textposition": "outside",
            "textangle": 0,
            "textfont": {"size": 12},
            "constraintext": "none",  # or else Plotly shrinks them to the width of a bar
            "cliponaxis": False,  # the label of a bar that reaches 1 stands above the axis
        }
    )
    layout = base_layout(300, t=24, b=8) | {
        "bargap": 0.25,
        "showlegend": False,
        "xaxis": {
            "tickvals": list(range(10)),
            "range": [-0.5, 9.5],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
        },
        "yaxis": PROBABILITY_AXIS | {"automargin": True},
    }
    return go.Figure({"data": [bars], "layout": layout})


def probability_bars_update(probabilities: NDArray[np.floating], logits: ArrayLike) -> Update:
    """Return what other probabilities, with the same largest one, change of `probability_bars`."""
    changed = {"y": rounded(probabilities)} | _bar_texts(probabilities, logits)
    return Update({attribute: [values] for attribute, values in changed.items()}, {}, [0])


def _bar_texts(probabilities: Sequence[float] | NDArray[np.floating], logits: ArrayLike) -> dict[str, Any]:
    """Return what `probability_bars` writes above a bar, and what it says if the bar is pointed at."""
    return {
        "text": [percent(p, 0) if p >= 0.005 else "" for p in probabilities],
        "customdata": [[percent(p), f"{z:.2f}"] for p, z in zip(probabilities, np.asarray(logits), strict=True)],
    }


def contribution_bars(activations: ArrayLike, weights: Weights, unit: int) -> go.Figure:
    """Draw what each unit of the layer before adds to a unit, weight x activation, from the largest to the smallest.

    Units that add nothing, because ReLU made them 0, are left out.

    Parameters
    ----------
    activations : array_like, shape (inputs,)
    weights : Weights
        Of the unit's layer.
    unit : int
        From 0.
    """
    activations = np.asarray(activations)
    added = contributions(activations, weights, unit)
    order = np.argsort(-added, kind="stable")
    order = order[added[order] != 0]
    bars = {
        "type": "bar",
        "x": list(range(1, len(order) + 1)),
        "y": added[order],
        "marker": {"color": [POSITIVE if value > 0 else NEGATIVE for value in added[order]], "line": {"width": 0}},
        "customdata": [
            f"unit {number + 1}<br>{weights.kernel[unit, number]:.2f} x {activations[number]:.2f} = {added[number]:.2f}"
            for number in order
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    layout = base_layout(220) | {
        "bargap": 0.1,
        "xaxis": {"showticklabels": False, "fixedrange": True, "zeroline": False,
                  "title": {"text": f"the {len(order)} units that are above 0"}},
        "yaxis": {"fixedrange": True, "zeroline": True},
    }  # fmt: skip
    return go.Figure({"data": [bars], "layout": layout})


# Where it looked.


def occlusion_map(digit: ArrayLike, logits: ArrayLike, covered: ArrayLike, side: int) -> go.Figure:
    """Draw how much the winner's logit falls with a patch at each pixel, and the digit's outline.

    Where the digit is then read as another one, the map shows which. A frame is the patch where the logit falls most.

    Parameters
    ----------
    digit : array_like, shape (28, 28)
    logits : array_like, shape (10,)
        Of the whole digit.
    covered : array_like, shape (28, 28, 10)
        The logits with the patch at each pixel, from `layers.occlusion`.
    side : int
        Of the patch, in pixels; odd.
    """
    logits, covered = np.asarray(logits), np.asarray(covered)
    winner = logits.argmax()
    falls, reads = logits[winner] - covered[..., winner], covered.argmax(axis=-1)
    heat = _picture([Tile(falls, 0, 0)], 28, 28, SIGNED) | {
        "customdata": [
            [
                f"{winner}'s logit {'falls' if fall >= 0 else 'rises'} by {abs(fall):.1f}<br>"
                + (f"still read as a {winner}" if read == winner else f"<b>now read as a {read}</b>")
                for fall, read in zip(*row, strict=True)
            ]
            for row in zip(falls, reads, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "text": np.where(reads == winner, "", reads.astype(str)),
        "texttemplate": "%{text}",
        "textfont": {"size": 12, "color": INK},
    }
    outline = {
        "type": "contour", "z": np.asarray(digit), "x0": 0.5, "dx": 1, "y0": 0.5, "dy": 1, "showscale": False,
        "contours": {"coloring": "none", "start": 0.4, "end": 0.4, "size": 1},
        "line": {"color": INK, "width": 2}, "hoverinfo": "skip",
    }  # fmt: skip
    figure = _plane([heat, outline], 28, 28)
    line, column = np.unravel_index(falls.argmax(), falls.shape)
    left, top = int(column) - side // 2, int(line) - side // 2
    frame = {"color": INK, "width": 2, "dash": "dot"}
    return figure.add_shape(type="rect", x0=left, x1=left + side, y0=top, y1=top + side, line=frame)


# What it scores.


def confusion(matrix: ArrayLike, chosen: tuple[int, int]) -> go.Figure:
    """Draw a confusion matrix, (10, 10): a row for each label, a column for each answer. Each cell can be clicked.

    Right answers are grey, so that confusions stand out. The cell `chosen`, (label, answer), is framed.
    """
    matrix = np.asarray(matrix)
    wrong = matrix.astype(float)
    np.fill_diagonal(wrong, np.nan)
    labels, answers = (axis.ravel() for axis in np.mgrid[0:10, 0:10])
    heat = {
        "type": "heatmap", "z": wrong, "zmin": 0, "zmax": max(1, float(np.nanmax(wrong))), "showscale": False,
        "colorscale": [[0, PALE], [1, WINNER]], "xgap": 2, "ygap": 2, "hoverinfo": "skip", "hoverongaps": False,
        "text": [[f"{count}" if count else "" for count in row] for row in matrix], "texttemplate": "%{text}",
        "textfont": {"color": INK, "size": 12},
    }  # fmt: skip
    right = heat | {
        "z": np.where(np.eye(10, dtype=bool), 1.0, np.nan), "zmax": 1, "colorscale": [[0, OTHERS], [1, OTHERS]],
    }  # fmt: skip
    cells = {
        "type": "bar",
        "x": answers,
        "width": [1] * 100,
        "base": labels - 0.5,
        "y": [1] * 100,
        "marker": {
            "color": CLEAR,
            "line": {
                "width": 3,
                "color": [DIGITS[0] if cell == chosen else CLEAR for cell in zip(labels, answers, strict=True)],
            },
        },
        "customdata": [
            f"{count:,} labelled {label} and read as {digit}"
            for count, label, digit in zip(matrix.ravel(), labels, answers, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        **_undimmed(),
    }
    axis = {"dtick": 1, "fixedrange": True, "showgrid": False, "zeroline": False}
    layout = base_layout(420, t=56, b=8) | {
        "showlegend": False,
        "xaxis": axis | {"range": [-0.5, 9.5], "side": "top", "title": {"text": "read as"}},
        "yaxis": axis | {"range": [9.5, -0.5], "title": {"text": "labelled"}},
    }
    return go.Figure({"data": [heat, right, cells], "layout": layout})


def reliability_diagram(found: Mapping[str, Reliability], intervals: bool = True) -> go.Figure:
    """Draw accuracy over confidence, bin by bin. A calibrated model's bins lie on the diagonal.

    Parameters
    ----------
    found : mapping from names to Reliability
        At most three: the first in grey, the second in the accent colour, the third in blue.
    intervals : bool
        Whether to draw the 95% interval of each bin, which assumes that the answers are independent of each other.
    """
    diagonal = {
        "type": "scatter", "x": [0, 1], "y": [0, 1], "mode": "lines", "hoverinfo": "skip", "showlegend": False,
        "line": {"color": OTHERS, "width": 1, "dash": "dot"},
    }  # fmt: skip
    points = [
        _reliability_points(name, bins, colour, intervals)
        for (name, bins), colour in zip(found.items(), (OTHERS, WINNER, DIGITS[0]), strict=False)
    ]
    axis = PROBABILITY_AXIS | {"range": [-0.02, 1.04]}
    layout = base_layout(360, b=88) | {
        "showlegend": True,
        "legend": legend_below(),
        "xaxis": axis | {"title": {"text": "confidence"}},
        "yaxis": axis | {"title": {"text": "read right"}},
    }
    return go.Figure({"data": [diagonal, *points], "layout": layout})


def _reliability_points(name: str, bins: Reliability, colour: str, intervals: bool) -> dict[str, Any]:
    """Return the bins that are not empty as one trace."""
    seen = bins.count > 0
    confidence, accuracy, count = (values[seen] for values in bins)
    low, high = wilson(accuracy, count)
    return {
        "type": "scatter",
        "x": confidence,
        "y": accuracy,
        "error_y": {
            "array": high - accuracy,
            "arrayminus": accuracy - low,
            "width": 0,
            "thickness": 1.5,
            "visible": intervals,
        },
        "name": name,
        "mode": "markers",
        "marker": {"size": 9, "color": colour},
        "customdata": count,
        "hovertemplate": "%{customdata:,} answers with a mean confidence of %{x:.1%}<br>%{y:.1%} of them right",
    }


def wilson(share: ArrayLike, count: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both ends of the 95% confidence interval of a share (Wilson 1927, JASA 22).

    Parameters
    ----------
    share : array_like, in [0, 1]
        The share of answers that are right.
    count : array_like, at least 1
        The number of answers, which are independent of each other.
    """
    share, count, z = np.asarray(share, float), np.asarray(count), 1.959964
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return np.minimum(middle - half, share), np.maximum(middle + half, share)


def learning_curves(histories: Mapping[str, Mapping[str, Sequence[float]]]) -> go.Figure:
    """Draw the errors of up to three networks on training and validation digits, epoch by epoch.

    Parameters
    ----------
    histories : mapping from names to Keras's History
        `accuracy` and `val_accuracy` of each epoch.
    """
    traces = [
        {
            "type": "scatter",
            "x": list(range(1, len(history[key]) + 1)),
            "y": [1 - accuracy for accuracy in history[key]],
            "name": f"{name}, {what}",
            "mode": "lines+markers",
            "line": {"color": colour, "width": 2, "dash": dash},
            "marker": {"size": 4},
            "hovertemplate": "%{y:.2%}",
        }
        for (name, history), colour in zip(histories.items(), (OTHERS, WINNER, DIGITS[0]), strict=False)
        for key, what, dash in (("accuracy", "training", "dot"), ("val_accuracy", "validation", "solid"))
    ]
    epochs = [1, 2, 5, 10, 20, 50, 100]
    ticks = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]
    layout = base_layout(360, b=104) | {
        "showlegend": True,
        "hovermode": "x unified",
        "legend": legend_below(),
        "xaxis": {"type": "log", "tickvals": epochs, "ticktext": [f"{n}" for n in epochs],
                  "title": {"text": "epoch"}, "fixedrange": True},
        "yaxis": {"type": "log", "tickvals": ticks, "ticktext": [percent(tick) for tick in ticks], "fixedrange": True,
                  "title": {"text": "errors"}},
    }  # fmt: skip
    return go.Figure({"data": traces, "layout": layout})


def _undimmed() -> dict[str, Any]:
    """Return what keeps Plotly from fading all points but the clicked one: the next figure frames what was chosen."""
    return {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
