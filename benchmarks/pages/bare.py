"""The bare page: a canvas, a slider and a text in a fragment, without a model. No page with a canvas does less."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas


@st.fragment
def page() -> None:
    drawing = st_canvas(stroke_width=24, height=320, width=320, key="canvas")
    temperature = st.slider("Temperature", 0.1, 10.0, 1.0, 0.1)
    strokes = len(drawing.json_data["objects"]) if drawing.json_data else 0
    st.text(f"{strokes} strokes at {temperature}")


page()
