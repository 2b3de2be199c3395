"""The answer to a drawing: what the network sees, the digit it reads, and ten probabilities that follow the hand.

The server sends the ten logits and the browser computes the rest: it follows the temperature's slider while that is
dragged, and the pen while it is down, when the live endpoint (`ui/server/live.py`) reads the unfinished drawing. What
the server sends once the pen is lifted replaces that.
"""

import json
from pathlib import Path
from typing import Any

import streamlit as st

from mnist_model.report import Calibration
from ui.components import read_files
from ui.reading import Reading, as_json

HERE = Path(__file__).parent
# Each file defines what the ones after it use.
ANSWER_SCRIPTS = ("../softmax.js", "../shared.js", "../digit_bars.js", "canvas.js", "pen.js", "demo.js", "answer.js")
ANSWER_STYLES = ("../digit_bars.css", "answer.css")

mount_answer = st.components.v2.component(
    "answer",
    html=read_files(HERE, "answer.html"),
    css=read_files(HERE, *ANSWER_STYLES),
    js=read_files(HERE, *ANSWER_SCRIPTS),
    isolate_styles=False,
)
mount_reading = st.components.v2.component(
    "reading",
    css=".st-key-reading { position: absolute; }",  # it takes no room
    js=read_files(HERE, "reading.js"),
    isolate_styles=False,
)


def answer() -> bool:
    """Show what the network answers to the reading. Returns whether "why?" was clicked just now."""
    callbacks: dict[str, Any] = {"on_why_change": lambda: None}
    return bool(mount_answer(key="answer_to_drawing", width="stretch", **callbacks).get("why"))


def show_reading(
    reading: Reading | None, temperature: float, calibration: Calibration | None, *, needs_reading: bool = False
) -> None:
    """Have the answer show a reading or, without one, what to do.

    Parameters
    ----------
    reading : Reading or None
    temperature : float
        The slider's, which the browser knows sooner and shows instead, where it finds the slider.
    calibration : Calibration or None
        Its threshold says what is called "not a digit"; without one, nothing is.
    needs_reading : bool
        Whether there is a drawing on the canvas that the session has not read: the browser then sends it.
    """
    data = {
        "reading": as_json(reading.digit, reading.logits) if reading else None,
        "temperature": temperature,
        "needs_reading": needs_reading,
        "energy_threshold": calibration.energy_threshold if calibration else None,
    }
    # Bytes go to the browser as they are; in anything else Streamlit would look for tables.
    mount_reading(data=json.dumps(data).encode(), key="reading")
