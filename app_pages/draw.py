"""The home page: draw a digit, see its probabilities, turn the temperature."""

import json
import math
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit_drawable_canvas import st_canvas

from app_pages.common import (
    SIZE,
    TEMPERATURES,
    Reading,
    ask_for_model,
    follow_link,
    keep,
    lay,
    load,
    read,
    ready_digit,
    state,
    tell,
    temperature_slider,
    trusted,
)
from app_pages.live_chart import live_chart
from mnist_model import charts, images
from mnist_model.data import DataError
from mnist_model.preprocess import trace
from mnist_model.softmax import energy, entropy, softmax

PENS, PEN = range(6, 41, 2), 24
LONGEST = 300_000  # characters of a drawing's strokes: minutes of ink

# Where on the slider the network's certainty is honest.
MARK = (
    '<div class="mark" style="margin-left: {at:.1f}%">&#9650;</div>'
    '<div class="honest">T* = {t:.2f}: here, 90% sure means right 90 times in 100</div>'
)

ENTROPY = "How undecided the answer is: 0 bits when it is certain, 3.32 when all ten digits are alike."


# What happens. Each event leaves in the session what is to be seen.


def draw() -> None:
    """The browser sent a drawing: after a stroke, an undo, or a load."""
    empty, loaded = state.reading is None, state.loaded
    match state.canvas:
        case {"drawing": {"raw": {"objects": list()} as drawing, "data": png}}:
            try:
                state.reading = read(png)
                state.unread = False
                if state.reading and len(json.dumps(drawing)) > LONGEST:
                    lay(state.reading)  # its picture, which grows no more
                else:
                    state.drawing = drawing
            except images.ImageError as error:
                state.problem = str(error)
                state.unread = False
        case _:
            state.problem = "the canvas sent something else than a drawing"
    if "problem" in state or empty != (state.reading is None) or loaded is not state.loaded:
        st.rerun()  # the whole page: there is something to tell, or to keep


def clear() -> None:
    state.reading = None
    load()


def keep_drawing() -> None:
    if state.reading:
        keep(state.reading)


def take_ready() -> None:
    """Lay a digit of MNIST's on the canvas, each time another of its kind."""
    digit, state.ready = state.ready, None  # it is pressed, not chosen
    if digit is None:  # pressed twice, the second time before it was shown as free again
        return
    state.taken = state.get("taken", -1) + 1
    try:
        lay(ready_digit(digit, state.taken))
    except DataError as error:
        state.problem = str(error)


def take_photo(source: str) -> None:
    """Lay the ink that a photograph shows on the canvas, where a pen can mend what was not found."""
    if state[source] is None:  # taken away again
        return
    try:
        ink = trace(images.decode_photo(state[source].getvalue()))
    except images.ImageError as error:
        state.problem = str(error)
        return
    reading = None if ink is None else read(images.png_url(images.on_paper(ink, SIZE)))
    if reading is None:
        state.problem = "no ink stands out from the paper in this photo"
    else:
        lay(reading)


def on_slider(temperature: float) -> float:
    """Where a temperature lies on the slider's scale, from 0 to 1."""
    steps = len(TEMPERATURES) - 1
    return float(np.interp(math.log(temperature), np.log(TEMPERATURES), range(steps + 1))) / steps


def reset_temperature() -> None:
    state.T = 1


# What is seen.


def controls() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Lay out all that only sometimes changes. Returns where the canvas goes, where the temperature, and the answer."""
    halves = st.container(horizontal=True, gap="large", key="halves")
    with halves.container(width=SIZE):
        paper = st.container()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.select_slider("Pen width", PENS, PEN, key="pen", persist_state="session")
            st.button("Clear", icon=":material/ink_eraser:", on_click=clear)
            st.button("Keep", icon=":material/bookmark:", on_click=keep_drawing, disabled=state.reading is None)
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.caption("No pen? Take a digit, or a", width="content")
            popover = st.popover("Photo", icon=":material/photo_camera:", key="photo", on_change="rerun")
            if popover.open:
                with popover:
                    photo()
        st.pills(
            "Ready digits", range(10), key="ready", on_change=take_ready, label_visibility="collapsed", width="stretch"
        )
    with halves.container(gap="xsmall"):
        verdict = st.container(gap="xsmall")
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap=None):
                dial = st.container()
                if calibrated := trusted():
                    st.html(MARK.format(at=100 * on_slider(calibrated.temperature), t=calibrated.temperature))
            st.button("Reset to 1", icon=":material/restart_alt:", on_click=reset_temperature)
    return paper, dial, verdict


def photo() -> None:
    """A digit on real paper: from a file, or from the camera, which is asked for only when it is wanted."""
    st.file_uploader(
        "A photo or scan of one digit",
        type=["jpg", "jpeg", "png", "webp"],
        max_upload_size=images.LARGEST_FILE,
        key="file",
        on_change=take_photo,
        args=("file",),
    )
    if st.toggle("Use the camera"):
        st.camera_input("One digit, dark on light paper", key="camera", on_change=take_photo, args=("camera",))


@st.fragment
def canvas_and_answer(paper: DeltaGenerator, dial: DeltaGenerator, verdict: DeltaGenerator) -> None:
    """What a stroke and a temperature run again, and nothing else."""
    with paper:
        st_canvas(
            stroke_width=state.get("pen", PEN),
            stroke_color=images.INK,
            background_color=images.PAPER,
            width=SIZE,
            height=SIZE,
            initial_drawing=state.loaded,
            return_image_data=True,
            key="canvas",
            on_change=draw,
        )
    if state.get("unread") and state.canvas["drawing"]["data"]:
        draw()
    with dial:
        temperature = temperature_slider(
            help="Divides the ten scores before the softmax. Below 1 the answer sharpens, above 1 it flattens; "
            "the order of the digits never changes."
        )
    with verdict:
        answer(temperature)


def answer(temperature: float) -> None:
    """The ten scores at a temperature. The network was asked once; no temperature asks it again."""
    reading: Reading | None = state.reading
    row = st.container(horizontal=True, vertical_alignment="center", gap="medium", wrap=reading is not None)
    if reading is None:
        bar_chart, shown = charts.probability_bars(), "none yet"
        row.image(
            images.pixels_url(np.zeros((28, 28))),
            caption="what it sees",
            alt="The 28 by 28 pixels that the network gets, nothing yet",
            width=96,
        )
        row.markdown(
            "**Draw a digit.** The network reads it as soon as you lift the pen. "
            "The temperature decides how sure it sounds."
        )
    else:
        logits = reading.logits
        probabilities = softmax(logits, temperature)
        winner = int(probabilities.argmax())
        confidence = charts.percent(probabilities[winner])
        bar_chart, shown = charts.probability_bars(probabilities, logits), f"highest for {winner} with {confidence}"
        calibrated = trusted()
        strange = calibrated is not None and energy(logits) > calibrated.energy_threshold
        row.image(
            images.pixels_url(reading.digit),
            caption="what it sees",
            alt=f"The 28 by 28 pixels that the network gets, read as {winner}"
            + (", though it does not look like a digit" if strange else ""),
            width=96,
        )
        row.metric("It reads", winner, width="content")
        row.metric("Probability", confidence, width="content")
        if strange:
            row.badge("This does not look like a digit", icon=":material/question_mark:", color="orange")

    live_chart(
        bar_chart,
        key="bars",
        alt=f"Probabilities of the ten digits at temperature {temperature:g}"
        + (f", {shown}" if reading else f": {shown}"),
    )
    if reading is None:
        st.caption("No answer yet.")
    else:
        bits = float(entropy(probabilities))
        st.caption(f"Entropy {bits:.2f} bits: about {2**bits:.1f} digits in the running.", help=ENTROPY)


if "T" not in state:
    follow_link()

ask_for_model()

tell()
st.html(Path(__file__).with_suffix(".css"))
with st.container(horizontal_alignment="center"), st.container(width=1120):
    st.container(key="title").subheader("Draw a digit", anchor=False)
    places = controls()
canvas_and_answer(*places)  # out here: Streamlit copies all that a fragment is called in, each time that it runs
