"""The browser's Back goes back page by page, each as it was left. See page_history.js."""

from pathlib import Path

import streamlit as st

mount = st.components.v2.component(
    "page_history",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def page_history() -> None:
    """Have the browser remember one address for each page that is visited, with the temperature that it was left at."""
    mount(key="page_history")
