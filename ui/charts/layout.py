"""What the charts share: margins, axes, legends, the bars of the ten digits, and Plotly's own settings.

The parts of figures are plain dicts here; `go.Figure` checks them where they are put together.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ui.charts.colours import OTHERS, WINNER

CONFIG = {"displayModeBar": False}
# It always ends at 1: what a temperature does is seen as bars that move, not as an axis that is rescaled.
PROBABILITY_AXIS = {"range": [0, 1], "tickformat": ".0%", "dtick": 0.25, "fixedrange": True}


class Update(NamedTuple):
    """What changes of a figure that is drawn: the arguments of Plotly.update, as of Figure.plotly_update.

    An attribute of the figure's parts is named as "marker.color" or "shapes[0].x0".
    """

    traces: Mapping[str, Sequence[Any]]  # a value for each trace
    layout: Mapping[str, Any]
    which: Sequence[int]  # the traces


def rounded(values: ArrayLike) -> list[Any]:
    """Return numbers as they are sent many at a time: to six decimals, more than a screen shows."""
    numbers: list[Any] = np.asarray(values, float).round(6).tolist()
    return numbers


def picture_config(name: str) -> dict[str, Any]:
    """Return a config with a button that saves the chart as a PNG of this name."""
    return {
        "displayModeBar": True,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": name},
    }


def base_layout(height: int, **margin: int) -> dict[str, Any]:
    """Return the layout that every chart begins with: its height and margins (l, r, t, b) in pixels.

    A finger that crosses the chart scrolls the page.
    """
    return {"height": height, "margin": {"l": 8, "r": 8, "t": 8, "b": 40} | margin, "dragmode": False}


def legend_below() -> dict[str, Any]:
    """Return a legend in one row below the chart, whose lower margin must leave room for it."""
    return {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"}


def legend_above() -> dict[str, Any]:
    """Return a legend in one row above the chart, whose upper margin must leave room for it."""
    return {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top"}


def digit_bars(heights: ArrayLike, winner: int) -> dict[str, Any]:
    """Return a trace of ten bars, one of them in the accent colour."""
    return {
        "type": "bar",
        "x": list(range(10)),
        "y": heights,
        "marker": {"color": [WINNER if digit == winner else OTHERS for digit in range(10)]},
    }
