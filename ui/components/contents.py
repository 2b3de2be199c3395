"""Makes the links to the steps of a page a landmark, and marks the one to the step that is in view."""

from pathlib import Path

import streamlit as st

mount = st.components.v2.component(
    "contents",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def mark_step() -> None:
    """Follow the reader in the container with the key "contents", which holds links to the anchors of the steps."""
    mount(key="current_step")
