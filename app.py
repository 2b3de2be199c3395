"""The frame (the menu, and the page that was chosen) and its server: `streamlit run app.py`."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui.server import live
from ui.server.first_paint import FirstPaint
from ui.server.log import use_one_line_records
from ui.server.rate_limit import RateLimit

# A file of our own: Streamlit would fetch a named icon from another host.
ICON = Path(__file__).parent / "ui" / "icon.svg"


def frame() -> None:
    """Show the menu, and the page that was chosen."""
    # Imported here, so that the server answers before they are read.
    from ui.components.browser_copy import browser_copy
    from ui.components.chart_keeper import keep_charts
    from ui.components.menu_landmark import name_menu
    from ui.components.page_history import page_history
    from ui.session import reload_new_canvas

    draw = st.Page("app_pages/draw.py", title="Draw", default=True)
    pages = [
        draw,
        st.Page("app_pages/temperatures.py", title="Temperatures"),
        st.Page("app_pages/softmax.py", title="Softmax"),
        st.Page("app_pages/model.py", title="Model"),
    ]
    page = st.navigation(pages, position="hidden")
    st.set_page_config(page_title=f"{page.title} - A network reads your digits", page_icon=ICON, layout="wide")
    # A menu of our own: on a phone Streamlit's hides in a sidebar, which stays open over the page that was chosen.
    with st.container(horizontal=True, gap="small", key="menu"):
        for link in pages:
            st.page_link(link)
    name_menu(page.title)
    reload_new_canvas()
    browser_copy(has_canvas=page == draw)
    page_history()
    keep_charts()
    page.run()


use_one_line_records()
if st.runtime.exists():  # whenever a visitor's page is made
    frame()
else:  # once: `streamlit run` finds the server by its class
    app = st.App(__file__, routes=[live.ROUTE], middleware=[Middleware(RateLimit), Middleware(FirstPaint)])
