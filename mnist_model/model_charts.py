"""The figures of the page on the network, from plain arrays."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from mnist_model.calibration import Reliability
from mnist_model.charts import DIGITS, INK, OTHERS, PAPER, WINNER, percent
from mnist_model.layers import Weights, contributions, responses

# What is never below 0 is drawn like MNIST's ink, light on black; what has a sign, as speaking for or against.
LIGHT = [[0, "black"], [1, "white"]]
FOR, AGAINST = WINNER, DIGITS[0]
SIGNED = [[0, AGAINST], [0.5, PAPER], [1, FOR]]

CLEAR = "rgba(0, 0, 0, 0)"
WIDTH = 400  # for which the pictures' heights are made, in pixels


# Maps and kernels: pictures of numbers, laid out on a plane of small squares, y downwards.


class Tile(NamedTuple):
    """Numbers with their upper left corner at (x, y), each as zoom x zoom squares."""

    z: NDArray[np.floating]
    x: int
    y: int
    zoom: int = 1


def maps_and_kernels(activations: ArrayLike, kernels: ArrayLike, chosen: int) -> go.Figure:
    """Draw the maps of a convolution, each with the kernels that made it.

    A map with its kernels is a bar, invisible, so that it can be clicked: its number is the point's.

    Parameters
    ----------
    activations : array_like, shape (height, width, n)
    kernels : array_like, shape (n, 5, 5, maps that go in)
    chosen : int
        The map that is framed, from 0.
    """
    found, kernels = np.moveaxis(np.asarray(activations), -1, 0), np.asarray(kernels)
    n, _, _, inputs = kernels.shape
    # One kernel stands large beside its map; several small, in two columns.
    columns, zoom, small, beside = (2, 1, 2, 1) if inputs == 1 else (4, 2, 1, 2)
    side, step = zoom * found.shape[1], 5 * small + 1
    width, height = side + 2 + step * beside - 1, max(side, step * -(-inputs // beside) - 1)
    shown, made_by, corners = [], [], []
    for number in range(n):
        x, y = (width + 5) * (number % columns) + 1, (height + 6) * (number // columns) + 5
        corners.append((x, y))
        shown.append(Tile(found[number], x, y, zoom))
        for part in range(inputs):
            place = x + side + 2 + step * (part % beside), y + step * (part // beside)
            made_by.append(Tile(kernels[number, :, :, part], *place, small))
    across, down = _extent(shown + made_by)
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
    names = _text([(str(number + 1), x, y - 2.5) for number, (x, y) in enumerate(corners)])
    pictures = [
        _picture(tiles, across + 1, down + 1, scale) | {"hoverinfo": "skip"}
        for tiles, scale in ((shown, LIGHT), (made_by, SIGNED))
    ]
    return _plane([*pictures, bars, names], across + 1, down + 1)


def one_map(inputs: ArrayLike, weights: Weights, chosen: int, activations: ArrayLike) -> go.Figure:
    """Draw how one map of a convolution is made: what goes in, the kernels, what each gives, and the map.

    Parameters
    ----------
    inputs : array_like, shape (height, width, maps that go in)
    weights : Weights
        Of the convolution.
    chosen : int
        The map, from 0.
    activations : array_like, shape (height - 4, width - 4, n)
        All maps: they have one scale of brightness.
    """
    inputs, activations = np.asarray(inputs), np.asarray(activations)
    kernel, outcome = weights.kernel[chosen], activations[..., chosen]
    strongest, brightest, name = np.abs(weights.kernel).max(), activations.max(), f"map {chosen + 1}"
    if inputs.shape[-1] == 1:  # from left to right
        width, height = 60 + 24 + 48, 60
        bands = [
            ("input", 0, [Tile(inputs[..., 0], 0, 4, 2)], LIGHT, 1),
            ("kernel", 60, [Tile(kernel[..., 0], 60, 4, 4)], SIGNED, strongest),
            (name, 84, [Tile(outcome, 84, 4, 2)], LIGHT, brightest),
        ]
        labels = [(label, x, 0) for label, x, *_ in bands]
    else:  # from top to bottom, a column for each map that goes in
        parts = responses(inputs, kernel)
        columns = [14 * part for part in range(inputs.shape[-1])]
        width, height = columns[-1] + 12, 16 + 14 + 12 + 5 + 32
        bands = [
            ("the maps that go in", 0, [Tile(inputs[..., i], x, 4) for i, x in enumerate(columns)], LIGHT,
             inputs.max()),
            ("times a kernel each", 16, [Tile(kernel[..., i], x, 20, 2) for i, x in enumerate(columns)], SIGNED,
             strongest),
            ("give", 30, [Tile(parts[..., i], x, 34) for i, x in enumerate(columns)], SIGNED, np.abs(parts).max()),
            (f"and together {name}", 43, [Tile(outcome, 0, 47, 4)], LIGHT, brightest),
        ]  # fmt: skip
        labels = [(label, 0, y) for label, y, *_ in bands]
    traces = [
        _picture(tiles, width, height, scale, most) | {"hovertemplate": "%{z:.2f}<extra></extra>"}
        for _, _, tiles, scale, most in bands
    ]
    return _plane([*traces, _text(labels, shift=2)], width, height)


def _extent(tiles: Sequence[Tile]) -> tuple[int, int]:
    return (
        max(tile.x + tile.zoom * tile.z.shape[1] for tile in tiles),
        max(tile.y + tile.zoom * tile.z.shape[0] for tile in tiles),
    )


def _picture(tiles: Sequence[Tile], width: int, height: int, scale: list, most: float | None = None) -> dict:
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


def _text(labels: Sequence[tuple[str, float, float]], shift: float = 0) -> dict:
    """Return labels, each a text that begins at (x, y), as one trace."""
    texts, x, y = zip(*labels, strict=True)
    return {
        "type": "scatter", "x": x, "y": [one + shift for one in y], "mode": "text", "text": texts,
        "textposition": "middle right", "textfont": {"size": 11}, "hoverinfo": "skip",
    }  # fmt: skip


def _plane(traces: Sequence[dict], width: int, height: int) -> go.Figure:
    """Lay traces on a plane whose squares stay squares; as wide as there is room, and as high as WIDTH makes it."""
    axis = {"visible": False, "fixedrange": True}
    layout = {
        "height": round(height * WIDTH / width) + 2,
        "margin": {"l": 0, "r": 0, "t": 1, "b": 1},
        "dragmode": False,
        "showlegend": False,
        "xaxis": axis | {"range": [0, width]},
        "yaxis": axis | {"range": [height, 0], "scaleanchor": "x", "constrain": "domain", "constraintoward": "top"},
    }
    return go.Figure({"data": list(traces), "layout": layout})


# Bars.


def scores(logits: ArrayLike, chosen: int) -> go.Figure:
    """Draw ten logits as bars, the largest in the accent colour, the chosen one framed. Each can be clicked."""
    z = np.asarray(logits)
    bars = {
        "type": "bar",
        "x": list(range(len(z))),
        "y": z,
        "marker": {
            "color": [WINNER if digit == z.argmax() else OTHERS for digit in range(len(z))],
            "line": {"width": [3 if digit == chosen else 0 for digit in range(len(z))], "color": AGAINST},
        },
        "hovertemplate": "<b>%{x}</b> logit %{y:.2f}<extra></extra>",
        **_undimmed(),
    }
    layout = _layout(220) | {
        "bargap": 0.25,
        "xaxis": {"dtick": 1, "range": [-0.5, 9.5], "fixedrange": True, "zeroline": False},
        "yaxis": {"fixedrange": True, "zeroline": True},
    }
    return go.Figure({"data": [bars], "layout": layout})


def evidence(activations: ArrayLike, weights: Weights, unit: int) -> go.Figure:
    """Draw what each unit of the layer before says for or against a unit, weight x activation, in order.

    Those that say nothing, because ReLU made them 0, are left out.

    Parameters
    ----------
    activations : array_like, shape (inputs,)
    weights : Weights
        Of the unit's layer.
    """
    activations = np.asarray(activations)
    said = contributions(activations, weights, unit)
    order = np.argsort(-said, kind="stable")
    order = order[said[order] != 0]
    bars = {
        "type": "bar",
        "x": list(range(1, len(order) + 1)),
        "y": said[order],
        "marker": {"color": [FOR if value > 0 else AGAINST for value in said[order]], "line": {"width": 0}},
        "customdata": [
            f"unit {number + 1}<br>{weights.kernel[unit, number]:.2f} x {activations[number]:.2f} = {said[number]:.2f}"
            for number in order
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    layout = _layout(220) | {
        "bargap": 0.1,
        "xaxis": {"showticklabels": False, "fixedrange": True, "zeroline": False,
                  "title": {"text": f"{len(order)} units that are above 0, in order"}},
        "yaxis": {"fixedrange": True, "zeroline": True},
    }  # fmt: skip
    return go.Figure({"data": [bars], "layout": layout})


# Where it looked.


def occlusion_map(digit: ArrayLike, logits: ArrayLike, covered: ArrayLike) -> go.Figure:
    """Draw by how much the winner's logit falls where the digit is covered, and the digit's outline.

    Where it is then read as another digit, that digit is written.

    Parameters
    ----------
    digit : array_like, shape (28, 28)
    logits : array_like, shape (10,)
        Of the digit as it is.
    covered : array_like, shape (28, 28, 10)
        What `layers.occlusion` found.
    """
    logits, covered = np.asarray(logits), np.asarray(covered)
    winner = logits.argmax()
    falls, reads = logits[winner] - covered[..., winner], covered.argmax(axis=-1)
    heat = _picture([Tile(falls, 0, 0)], 28, 28, SIGNED) | {
        "customdata": [
            [
                f"{winner}'s logit {'falls' if fall >= 0 else 'rises'} by {abs(fall):.1f}<br>"
                + (f"still a {winner}" if read == winner else f"<b>now read as {read}</b>")
                for fall, read in zip(*row, strict=True)
            ]
            for row in zip(falls, reads, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "text": np.where(reads == winner, "", reads.astype(str)),
        "texttemplate": "%{text}",
        "textfont": {"size": 10, "color": INK},
    }
    outline = {
        "type": "contour", "z": np.asarray(digit), "x0": 0.5, "dx": 1, "y0": 0.5, "dy": 1, "showscale": False,
        "contours": {"coloring": "none", "start": 0.4, "end": 0.4, "size": 1},
        "line": {"color": INK, "width": 2}, "hoverinfo": "skip",
    }  # fmt: skip
    return _plane([heat, outline], 28, 28)


# What it scores.


def confusion(matrix: ArrayLike, chosen: tuple[int, int]) -> go.Figure:
    """Draw a confusion matrix, (10, 10): a row for each label, a column for what was read. Each cell can be clicked.

    Right answers are grey: what stands out is what was confused. The cell (label, read) of `chosen` is framed.
    """
    matrix = np.asarray(matrix)
    wrong = matrix.astype(float)
    np.fill_diagonal(wrong, np.nan)
    labels, read = (axis.ravel() for axis in np.mgrid[0:10, 0:10])
    heat = {
        "type": "heatmap", "z": wrong, "zmin": 0, "zmax": max(1, float(np.nanmax(wrong))), "showscale": False,
        "colorscale": [[0, PAPER], [1, WINNER]], "xgap": 2, "ygap": 2, "hoverinfo": "skip", "hoverongaps": False,
        "text": [[f"{count}" if count else "" for count in row] for row in matrix], "texttemplate": "%{text}",
        "textfont": {"color": INK},
    }  # fmt: skip
    right = heat | {
        "z": np.where(np.eye(10, dtype=bool), 1.0, np.nan), "zmax": 1, "colorscale": [[0, OTHERS], [1, OTHERS]],
    }  # fmt: skip
    cells = {
        "type": "bar",
        "x": read,
        "width": [1] * 100,
        "base": labels - 0.5,
        "y": [1] * 100,
        "marker": {
            "color": CLEAR,
            "line": {
                "width": 3,
                "color": [DIGITS[0] if cell == chosen else CLEAR for cell in zip(labels, read, strict=True)],
            },
        },
        "customdata": [
            f"{count:,} of a {label}, read as {digit}"
            for count, label, digit in zip(matrix.ravel(), labels, read, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        **_undimmed(),
    }
    axis = {"dtick": 1, "fixedrange": True, "showgrid": False, "zeroline": False}
    layout = _layout(420) | {
        "xaxis": axis | {"range": [-0.5, 9.5], "side": "top", "title": {"text": "read as"}},
        "yaxis": axis | {"range": [9.5, -0.5], "title": {"text": "labelled"}},
    }
    layout["margin"] |= {"t": 56, "b": 8}
    return go.Figure({"data": [heat, right, cells], "layout": layout})


def reliability_diagram(found: Mapping[str, Reliability], intervals: bool = True) -> go.Figure:
    """Draw accuracy over confidence, bin by bin.

    Honest answers lie on the diagonal. The first two are drawn in grey and in the accent colour, a third in blue.

    Parameters
    ----------
    found : mapping from names to Reliability
    intervals : bool
        Whether to draw the 95 % interval of each bin. It takes answers for independent of each other.
    """
    traces = [
        {"type": "scatter", "x": [0, 1], "y": [0, 1], "mode": "lines", "hoverinfo": "skip", "showlegend": False,
         "line": {"color": OTHERS, "width": 1, "dash": "dot"}}
    ]  # fmt: skip
    for (name, bins), colour in zip(found.items(), (OTHERS, WINNER, DIGITS[0]), strict=False):
        seen = bins.count > 0
        confidence, accuracy, count = (values[seen] for values in bins)
        low, high = wilson(accuracy, count)
        traces.append(
            {
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
                "hovertemplate": "%{customdata:,} answers, %{x:.1%} sure<br>%{y:.1%} of them right",
            }
        )
    share = {"range": [-0.02, 1.04], "tickformat": ".0%", "dtick": 0.25, "fixedrange": True}
    layout = _layout(360) | {
        "showlegend": True,
        "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
        "xaxis": share | {"title": {"text": "sure"}},
        "yaxis": share | {"title": {"text": "right"}},
    }
    layout["margin"] |= {"b": 88}
    return go.Figure({"data": traces, "layout": layout})


def wilson(share: ArrayLike, count: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the interval that holds the true share 95 times in 100 (Wilson 1927, JASA 22).

    Parameters
    ----------
    share : array_like, in [0, 1]
        Of answers that were right.
    count : array_like, at least 1
        Of answers, independent of each other.
    """
    share, count, z = np.asarray(share, float), np.asarray(count), 1.959964
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return np.minimum(middle - half, share), np.maximum(middle + half, share)


def learning(histories: Mapping[str, Mapping[str, Sequence[float]]]) -> go.Figure:
    """Draw the errors of two networks while they learned, epoch by epoch, on training and validation digits.

    Parameters
    ----------
    histories : mapping from names to what Keras has recorded
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
    layout = _layout(360) | {
        "showlegend": True,
        "hovermode": "x unified",
        "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
        "xaxis": {"type": "log", "tickvals": epochs, "ticktext": [f"{n}" for n in epochs],
                  "title": {"text": "epoch"}, "fixedrange": True},
        "yaxis": {"type": "log", "tickvals": ticks, "ticktext": [percent(tick) for tick in ticks], "fixedrange": True,
                  "title": {"text": "errors"}},
    }  # fmt: skip
    layout["margin"] |= {"b": 104}
    return go.Figure({"data": traces, "layout": layout})


def _layout(height: int) -> dict:
    return {
        "height": height, "margin": {"l": 8, "r": 8, "t": 8, "b": 40}, "dragmode": False, "showlegend": False,
    }  # fmt: skip


def _undimmed() -> dict:
    """A click selects a point, and Plotly then pales the others. Here the figure that comes next shows what was."""
    return {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
