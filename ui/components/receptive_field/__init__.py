"""A map of a convolution: pointing at one of its numbers frames, on the digit, the pixels that it depends on."""

import base64
import json
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_model.layers import ReceptiveField
from ui.components import read_files
from ui.reading import Reading, as_json

HERE = Path(__file__).parent

mount = st.components.v2.component(
    "receptive_field",
    html=read_files(HERE, "receptive_field.html"),
    css=read_files(HERE, "../pixel_cursor.css", "receptive_field.css"),
    js=read_files(HERE, "../shared.js", "../pixel_cursor.js", "receptive_field.js"),
    isolate_styles=False,
)


def map_with_receptive_field(
    reading: Reading,
    kernel: list[str] | None,
    number: int,
    activations: NDArray[np.float32],
    field: ReceptiveField,
    key: str,
) -> None:
    """Show the digit, the kernel if there is one, and a map. At first, the map's largest number is pointed at.

    Parameters
    ----------
    reading : Reading
    kernel : list of str, or None
        The 25 colours of the kernel, row by row, if a single one makes the map from the digit.
    number : int
        The map, from 0.
    activations : ndarray, shape (height, width, n)
        All maps of the layer: they share one scale of brightness.
    field : ReceptiveField
        The layer's.
    key : str
    """
    values = activations[..., number]
    data = {
        "digit": as_json(reading.digit, reading.logits)["digit"],
        "kernel": kernel,
        "name": f"map {number + 1}",
        "values": base64.b64encode(values.astype("<f4").tobytes()).decode(),
        "side": len(values),
        "brightest": float(activations.max()) or 1,
        "field": field._asdict(),
    }
    mount(data=json.dumps(data).encode(), key=key, width="stretch")
