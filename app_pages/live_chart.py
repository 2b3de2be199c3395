"""A Plotly chart that is patched in place. Streamlit's own is mounted anew at each change: 0.1 s, and a flicker."""

import json
from pathlib import Path

import streamlit as st

HERE = Path(__file__)

mount = st.components.v2.component(
    "live_chart",
    js=HERE.with_suffix(".js").read_text(),
    css=HERE.with_suffix(".css").read_text(),
    isolate_styles=False,
)


def live_chart(figure: dict, *, alt: str, key: str) -> None:
    """Show a figure, as plotly.js takes it, of bars, lines, points or slices, as large as `.live-chart` is.

    Other than these is not in static/plotly-basic.min.js, which loads in a quarter of the time of all of plotly.js.
    """
    # Bytes go to the browser as they are; in anything else Streamlit would look for tables.
    mount(data=json.dumps(figure | {"alt": alt}).encode(), key=key, width="stretch")
