"""The server. Start it with `streamlit run app.py`; what it shows is in frame.py."""

import streamlit as st
from starlette.middleware import Middleware

from app_pages.log import one_line_each
from app_pages.pace import Pace

one_line_each()
app = st.App("frame.py", middleware=[Middleware(Pace)])
