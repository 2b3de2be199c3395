"""The home page beside another one, to go there and come back."""

from pathlib import Path

import streamlit as st


def elsewhere():
    st.write("Nothing to draw here")


draw = Path(__file__).parent.parent.parent / "app_pages" / "draw.py"
st.set_page_config(layout="wide")
st.navigation([st.Page(draw, title="Draw", default=True), st.Page(elsewhere, title="Elsewhere")], position="top").run()
