"""The page frame. Start it with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

# An icon of our own: Streamlit would fetch a named one from another host.
ICON = Path(__file__).parent / "app_pages" / "icon.svg"

st.set_page_config(page_title="A network reads your digits", page_icon=ICON, layout="wide")
st.navigation(
    [st.Page("app_pages/draw.py", title="Draw", icon=":material/draw:", default=True)],
    position="top",
).run()
