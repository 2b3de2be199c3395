"""A patch that a visitor moves over the digit, and the ten probabilities that the network then answers with.

The server reads the digit with the patch at each pixel and sends all these logits at once. The browser only computes
their softmax, so that the bars follow the patch and the temperature's slider at every frame.
"""

import base64
import json
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ui.components import read_files
from ui.reading import Reading, as_json

HERE = Path(__file__).parent

mount = st.components.v2.component(
    "occlusion",
    html=read_files(HERE, "occlusion.html"),
    css=read_files(HERE, "../pixel_cursor.css", "occlusion.css"),
    js=read_files(HERE, "../softmax.js", "../shared.js", "../pixel_cursor.js", "occlusion.js"),
    isolate_styles=False,
)


def movable_patch(reading: Reading, covered: NDArray[np.float32], size: int, ink: bool, temperature: float) -> None:
    """Show the digit with the patch on it, at first where it lowers the winner's logit most.

    Parameters
    ----------
    reading : Reading
        Of the whole digit.
    covered : ndarray, shape (28, 28, 10)
        The logits with the patch at each pixel, from `layers.occlusion`.
    size : int
        The side of the patch in pixels, odd.
    ink : bool
        Whether the patch is ink; otherwise it is paper.
    temperature : float
        The slider's, which the browser knows sooner.
    """
    most_important = np.unravel_index(covered[..., reading.winner].argmin(), covered.shape[:2])
    data = {
        "reading": as_json(reading.digit, reading.logits),
        "covered": base64.b64encode(covered.astype("<f4").tobytes()).decode(),
        "size": size,
        "ink": ink,
        "most_important": [int(number) for number in most_important],
        "temperature": temperature,
    }
    mount(data=json.dumps(data).encode(), key="occlusion_patch", width="stretch")
