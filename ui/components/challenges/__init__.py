"""The score of a drawing in a challenge: it follows the pen, as the answer does, from the same ten logits."""

import json
from pathlib import Path

import streamlit as st

from mnist_model.report import Calibration
from ui.components import read_files
from ui.reading import Reading

HERE = Path(__file__).parent

mount = st.components.v2.component(
    "challenges",
    html=read_files(HERE, "challenges.html"),
    css=read_files(HERE, "challenges.css"),
    js=read_files(HERE, "../softmax.js", "../shared.js", "score.js", "challenges.js"),
    isolate_styles=False,
)


def show_score(
    challenge: str, meant: int | None, reading: Reading | None, calibration: Calibration | None, best: float | None
) -> None:
    """Show the score of what is on the canvas, and the best one.

    Parameters
    ----------
    challenge : str
        One of `ui.challenges.CHALLENGES`.
    meant : int or None
        The digit that the visitor means to draw.
    reading : Reading or None
        Of the finished drawing: a screen reader is told its score. What is shown follows the answer.
    calibration : Calibration or None
        Its threshold says what is not a digit.
    best : float or None
        The visitor's best score in this challenge.
    """
    data = {
        "challenge": challenge,
        "meant": meant,
        "energy_threshold": calibration.energy_threshold if calibration else None,
        "settled": reading.logits.tolist() if reading else None,
        "best": best,
    }
    mount(data=json.dumps(data).encode(), key="score")
