"""The page frame: the menu, and the page that was chosen."""

from pathlib import Path

import streamlit as st

from app_pages.browser_copy import browser_copy
from app_pages.common import begin

# An icon of our own: Streamlit would fetch a named one from another host.
ICON = Path(__file__).parent / "app_pages" / "icon.svg"

DRAW = st.Page("app_pages/draw.py", title="Draw", default=True)
PAGES = [
    DRAW,
    st.Page("app_pages/temperatures.py", title="Temperatures"),
    st.Page("app_pages/softmax.py", title="Softmax"),
    st.Page("app_pages/model.py", title="Model"),
]

st.set_page_config(page_title="A network reads your digits", page_icon=ICON, layout="wide")
page = st.navigation(PAGES, position="hidden")
# A menu of our own: on a phone Streamlit's hides in a sidebar, which stays open over the page that was chosen.
with st.container(horizontal=True, gap="small", key="menu"):
    for link in PAGES:
        st.page_link(link)
begin()
browser_copy(canvas=page == DRAW)
page.run()
