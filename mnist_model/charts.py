"""Plotly figures from plain arrays, so that a figure can be tested without a browser.

Colours of text, grid and background are left to the page's theme; what a colour *means* is fixed here.
"""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

WINNER = "#d9541e"  # the accent, readable on light and dark paper
OTHERS = "#99948a"
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


def probability_bars(probabilities: ArrayLike | None = None, logits: ArrayLike | None = None) -> go.Figure:
    """Draw ten probabilities as bars, the largest in the accent colour; without any, the empty axes.

    Parameters
    ----------
    probabilities, logits : array_like, shape (10,)
        The logits appear when a bar is pointed at.

    The vertical axis always ends at 1: what a temperature does must be seen as bars that move, not as an axis that
    rescales.
    """
    figure = go.Figure()
    if probabilities is not None:
        p = np.asarray(probabilities)
        figure.add_bar(
            x=list(range(10)),
            y=p,
            customdata=np.column_stack([[percent(value) for value in p], [f"{z:.2f}" for z in np.asarray(logits)]]),
            hovertemplate="<b>%{x}</b><br>probability %{customdata[0]}<br>logit %{customdata[1]}<extra></extra>",
            text=[percent(value, 0) if value >= 0.005 else "" for value in p],
            textposition="outside",
            textangle=0,
            textfont_size=12,
            constraintext="none",  # or else Plotly shrinks them to the width of a bar
            cliponaxis=False,  # the label of a bar that reaches 1 stands above the axis
            marker_color=[WINNER if digit == p.argmax() else OTHERS for digit in range(10)],
        )
    figure.update_layout(
        height=300,  # until the page has measured its own
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        bargap=0.25,
        showlegend=False,
        dragmode=False,  # a finger that crosses the chart scrolls the page
        xaxis={"tickmode": "array", "tickvals": list(range(10)), "range": [-0.5, 9.5], "fixedrange": True},
        yaxis={"range": [0, 1], "tickformat": ".0%", "dtick": 0.25, "fixedrange": True},
    )
    return figure
