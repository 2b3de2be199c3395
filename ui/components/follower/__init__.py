"""Numbers and charts that follow a slider while it is dragged: the server sends in advance what they show at each stop.

Streamlit tells the server where a slider is once it is let go. The server then runs the page, or a fragment of it, and
shows what else depends on the slider.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import streamlit as st

from ui.charts.layout import Update
from ui.components import read_files

HERE = Path(__file__).parent

mount = st.components.v2.component(
    "follower",
    html=read_files(HERE, "follower.html"),
    css=read_files(HERE, "follower.css"),
    js=read_files(HERE, "../shared.js", "follower.js"),
    isolate_styles=False,
)


def follow(
    slider: str,
    stops: Sequence[float],
    *,
    numbers: Callable[[float], Mapping[str, str]] = lambda stop: {},
    charts: Mapping[str, Callable[[float], Update]] | None = None,
) -> None:
    """Show numbers, and have charts move, as a slider is dragged.

    Parameters
    ----------
    slider : str
        The key of a `st.select_slider` that writes its stops with "{:g}".
    stops : sequence of float
    numbers : function from a stop to a mapping
        Labels and what to show for each, the same labels at all stops. They are shown here, like `st.metric`.
    charts : mapping from a chart's key to a function from a stop to an Update
        What changes in the chart as the server has drawn it, wherever on the page it is.
    """
    charts = charts or {}
    # Where the slider is, the browser knows. So this changes seldom, and Streamlit sends it again only if it does.
    data = {
        "slider": slider,
        "labels": list(numbers(stops[0])),
        "numbers": {f"{at:g}": list(numbers(at).values()) for at in stops},
        "charts": {key: {f"{at:g}": update(at) for at in stops} for key, update in charts.items()},
    }
    kind = "numbers" if data["labels"] else "unseen"  # frame.css gives either its room before its own CSS is there
    mount(data=json.dumps(data).encode(), key=f"{slider}_{kind}_{'_'.join(charts)}", width="stretch")
