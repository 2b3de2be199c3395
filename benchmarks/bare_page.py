"""A canvas, a fragment, the network and a number: the least that a page like ours can be."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from app_pages.common import SIZE, classifier
from mnist_model import images
from mnist_model.preprocess import to_mnist


@st.fragment
def page() -> None:
    sent = st_canvas(
        stroke_width=24,
        stroke_color=images.INK,
        background_color=images.PAPER,
        width=SIZE,
        height=SIZE,
        return_image_data=True,
        key="canvas",
    )
    digit = None if sent.image_data is None else to_mnist(sent.image_data)
    st.metric("It reads", "" if digit is None else int(classifier().logits(digit[None]).argmax()))
    st.text("" if digit is None else f"{digit.sum():.4f}")


page()
