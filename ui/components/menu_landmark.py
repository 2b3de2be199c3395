"""Says to screen readers that the menu is a navigation, and which of its links is the page that is shown."""

from pathlib import Path

import streamlit as st

mount = st.components.v2.component(
    "menu_landmark",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def name_menu(shown: str) -> None:
    """Name the container with the key "menu", which holds links to the pages, and mark the link that says `shown`."""
    mount(data=shown, key="menu_landmark")
