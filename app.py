"""The page frame (the menu, and the page that was chosen) and its server: `streamlit run app.py`."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from app_pages.log import one_line_each
from app_pages.pace import Pace

# An icon of our own: Streamlit would fetch a named one from another host.
ICON = Path(__file__).parent / "app_pages" / "icon.svg"


def frame() -> None:
    """Show the menu, and the page that was chosen."""
    # Here, so that the server is there before they are read.
    from app_pages.browser_copy import browser_copy
    from app_pages.common import begin

    draw = st.Page("app_pages/draw.py", title="Draw", default=True)
    pages = [
        draw,
        st.Page("app_pages/temperatures.py", title="Temperatures"),
        st.Page("app_pages/softmax.py", title="Softmax"),
        st.Page("app_pages/model.py", title="Model"),
    ]
    st.set_page_config(page_title="A network reads your digits", page_icon=ICON, layout="wide")
    page = st.navigation(pages, position="hidden")
    # A menu of our own: on a phone Streamlit's hides in a sidebar, which stays open over the page that was chosen.
    with st.container(horizontal=True, gap="small", key="menu"):
        for link in pages:
            st.page_link(link)
    begin()
    browser_copy(canvas=page == draw)
    page.run()


one_line_each()
if st.runtime.exists():  # whenever somebody's page is made
    frame()
else:  # once: `streamlit run` finds the server by its class
    app = st.App(__file__, middleware=[Middleware(Pace)])
