"""Ten probabilities whose temperature moves in the browser, dragged or played, without the server."""

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ui.components import read_files
from ui.temperature_scale import SCALE

HERE = Path(__file__).parent

mount_sweep = st.components.v2.component(
    "sweep",
    html=read_files(HERE, "sweep.html"),
    css=read_files(HERE, "../digit_bars.css", "sweep.css"),
    js=read_files(HERE, "../softmax.js", "../shared.js", "../digit_bars.js", "sweep.js"),
    isolate_styles=False,
)


def sweep(logits: NDArray[np.floating]) -> None:
    """Show the probabilities of ten logits, (10,), with a slider over SCALE and a button that plays it."""
    mount_sweep(data={"logits": logits.tolist(), "temperatures": SCALE}, key="sweep", width="stretch")
