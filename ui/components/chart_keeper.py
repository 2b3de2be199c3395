"""Keeps a chart in sight while Streamlit replaces it. See chart_keeper.js."""

from pathlib import Path

import streamlit as st

mount = st.components.v2.component(
    "chart_keeper",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def keep_charts() -> None:
    """Have the browser show a copy of each chart that has a key, until the chart that takes its place is drawn."""
    mount(key="chart_keeper")
