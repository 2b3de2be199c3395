"""The server. Start it with `streamlit run app.py`; what it shows is in frame.py."""

import streamlit as st
from starlette.middleware import Middleware

from app_pages.pace import Pace

app = st.App("frame.py", middleware=[Middleware(Pace)])
