"""The usual page: Keras reads the drawing squeezed to 28x28, and everything runs again at each change."""

from pathlib import Path

import numpy as np
import plotly.express as px
import streamlit as st
import tensorflow as tf
from PIL import Image
from streamlit_drawable_canvas import st_canvas

MODEL = Path(__file__).parents[2] / "mnist_model" / "weights" / "textbook" / "lenet5.keras"


@st.cache_resource
def load_model() -> tf.keras.Model:
    return tf.keras.models.load_model(MODEL)


def predict(picture: np.ndarray) -> np.ndarray:
    """Return the ten logits of a picture, (H, W, 4) uint8."""
    small = np.asarray(Image.fromarray(picture).convert("L").resize((28, 28)))
    logits: np.ndarray = load_model().predict(small[None, ..., None] / 255, verbose=0)[0]
    return logits


load_model()
st.title("Draw a digit")
drawing = st_canvas(
    stroke_width=24,
    stroke_color="#ffffff",
    background_color="#000000",
    height=320,
    width=320,
    return_image_data=True,
    key="canvas",
)
temperature = st.slider("Temperature", 0.1, 10.0, 1.0, 0.1)
if drawing.image_data is not None:
    logits = predict(drawing.image_data)
    exponentials = np.exp((logits - logits.max()) / temperature)
    probabilities = exponentials / exponentials.sum()
    st.metric("It reads", int(probabilities.argmax()))
    st.plotly_chart(px.bar(x=list(range(10)), y=probabilities, range_y=[0, 1]))
