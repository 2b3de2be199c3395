"""The home page: draw a digit, see its probabilities, turn the temperature."""

import json
from functools import partial
from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit_drawable_canvas import st_canvas

from mnist_model import images
from mnist_model.mnist import DataError
from mnist_model.preprocess import trace
from ui.challenge_panel import (
    challenge_panel,
    challenges_button,
    check_link,
    keep_attempt,
    open_challenge,
    show_challenge_score,
)
from ui.components.answer import answer, show_reading
from ui.components.copy_link import PARAMETER, copy_link
from ui.drawing_link import LinkError, unpack
from ui.reading import CANVAS_SIZE, calibration, four_or_nine, read, ready_digit
from ui.session import session
from ui.temperature_scale import slider_stops
from ui.widgets import calibrated_temperature, page_frame, show_notices, temperature_slider

PEN_WIDTHS, PEN_WIDTH = range(6, 41, 2), 24
FOUR_OR_NINE = "4 or 9"
READY = [*range(10), FOUR_OR_NINE]
PROJECTOR = "projector"  # in the URL
LONGEST_DRAWING = 300_000  # characters of a drawing's strokes: minutes of ink

MARK = '<div class="mark" style="margin-left: {position:.1f}%">&#9650;&hairsp;T*</div>'  # below the slider
TEMPERATURE = (
    "Divides the ten logits, the network's scores, before the softmax. Below 1 the probabilities sharpen, above 1 they "
    "flatten; the order of the digits never changes."
)


# What happens. Each event leaves in the session what is to be shown.


def read_canvas() -> None:
    """Read the drawing that the browser has sent: after a stroke, an undo, or a load."""
    current = session()
    current.canvas.needs_reading = False
    match st.session_state.canvas:
        case {"drawing": {"raw": {"objects": list() as objects}, "data": png}}:
            try:
                reading = read(png)
                if len(json.dumps(objects)) <= LONGEST_DRAWING:
                    current.canvas.drawn(objects, reading)
                elif reading:
                    current.load_on_canvas(reading)  # as a picture, which grows no more
                else:
                    current.clear_canvas()
            except images.ImageError as error:
                current.report_problem(str(error))
        case _:
            current.report_problem("the canvas sent something other than a drawing")


def load_linked_drawing() -> None:
    """Load the drawing that a link has brought on the canvas, and set the pen. The URL no longer holds them then."""
    if not (linked := st.query_params.pop(PARAMETER, "")):
        return
    pen = st.query_params.pop("pen", "")
    try:
        session().canvas.load_strokes(unpack(linked))
    except LinkError as error:
        session().report_problem(str(error))
        return
    if pen in map(str, PEN_WIDTHS):
        st.session_state.pen = int(pen)


def add_to_shelf() -> None:
    if reading := session().reading:
        session().add_to_shelf(reading)
    else:
        session().report_problem("there is no drawing to keep yet")


def load_ready_digit() -> None:
    """Load a test digit of MNIST on the canvas, each time another of its kind."""
    chosen, st.session_state.ready = st.session_state.ready, None  # it works as a button: nothing stays chosen
    if chosen is None:  # clicked twice, the second time before the page showed that nothing was chosen
        return
    number = session().ready_digits_taken
    session().ready_digits_taken += 1
    try:
        session().load_on_canvas(four_or_nine() if chosen == FOUR_OR_NINE else ready_digit(chosen, number))
    except DataError as error:
        session().report_problem(str(error))


def load_photo(source: str) -> None:
    """Load the ink that a photo shows on the canvas, where a pen can mend what was not found."""
    photo = st.session_state[source]
    if photo is None:  # it was taken away
        return
    try:
        ink = trace(images.decode_photo(photo.getvalue()))
    except images.ImageError as error:
        session().report_problem(str(error))
        return
    reading = None if ink is None else read(images.png_url(images.on_paper(ink, CANVAS_SIZE)))
    if reading is None:
        session().report_problem("no ink stands out from the paper in this photo")
    else:
        session().load_on_canvas(reading)


def set_temperature(temperature: float) -> None:
    st.session_state.T = temperature


def is_projected() -> bool:
    """Return whether the page is shown as on a projector: the canvas, the bars and the temperature, and little else."""
    return st.query_params.get("view") == PROJECTOR


def project() -> None:
    st.query_params.view = PROJECTOR


def stop_projecting() -> None:
    st.query_params.pop("view", None)


# What is shown.


class Places(NamedTuple):
    """Where on the page the parts go that change with a stroke or with the temperature."""

    canvas: DeltaGenerator
    canvas_controls: DeltaGenerator
    link: DeltaGenerator
    temperature: DeltaGenerator
    answer: DeltaGenerator
    score: DeltaGenerator | None  # None while no challenge is open


def show_title() -> None:
    """Show the title and how to get to the projector's view, or on a projector how to leave."""
    if is_projected():
        st.html(Path(__file__).with_name("projector.css"))
    with st.container(horizontal=True, vertical_alignment="center", key="title"):
        st.title("Draw a digit", anchor=False)
        if not is_projected():
            st.button("Projector", icon=":material/fullscreen:", type="tertiary", on_click=project)
    if is_projected():
        st.button("Leave the projector view", type="tertiary", on_click=stop_projecting)


def controls() -> Places:
    """Show what changes only now and then."""
    challenge = open_challenge()
    with st.container():  # also while it is empty, or else the canvas would be another once a challenge is open
        score_place = challenge_panel(challenge) if challenge else None
    grid = st.container(key="grid")  # draw.css lays it out
    with grid.container(key="canvas_area", gap="xsmall"):
        canvas = st.container()
        canvas_controls = st.container(horizontal=True, gap="xsmall", key="canvas_controls")
    answer = grid.container(key="answer_area")
    with grid.container(key="temperature_area", gap=None):
        temperature = st.container()
        temperature_controls()
        if not challenge:
            challenges_button()
    with grid.container(key="drawing_area"):
        link = drawing_controls()
    return Places(canvas, canvas_controls, link, temperature, answer, score_place)


def drawing_controls() -> DeltaGenerator:
    """Show the pen and what can take its place. Returns where the link to the drawing goes."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.select_slider("Pen width", PEN_WIDTHS, PEN_WIDTH, key="pen", persist_state="session")
        with st.container(horizontal=True, width="content"):
            if st.button("Photo", icon=":material/photo_camera:"):
                photo_dialog(session().canvas.loads)
            link = st.container(width="content")
    st.pills("No pen? Take a digit", READY, key="ready", on_change=load_ready_digit, width="stretch")
    return link


@st.dialog("A digit on real paper")
def photo_dialog(loads: int) -> None:
    """Take a digit from a photo or the camera, which the browser asks for only when it is wanted.

    `loads` is how many drawings the canvas had been told to load before.
    """
    if session().canvas.loads != loads:
        st.rerun()  # closes the dialog
    show_notices()
    st.file_uploader(
        "A photo or scan of one digit",
        type=["jpg", "jpeg", "png", "webp"],
        key="file",
        on_change=load_photo,
        args=("file",),
    )
    if st.toggle("Use the camera"):
        st.camera_input("One digit, dark on light paper", key="camera", on_change=load_photo, args=("camera",))


def temperature_controls() -> None:
    """Show where on the slider the calibrated temperature is, and the two temperatures that are a click away."""
    if is_projected():
        return
    calibrated = calibrated_temperature()
    if calibrated is not None:
        stops = slider_stops(calibrated)
        st.html(MARK.format(position=100 * stops.index(calibrated) / (len(stops) - 1)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Reset to 1", icon=":material/restart_alt:", on_click=set_temperature, args=(1,))
        if calibrated is not None:
            st.button(f"T* = {calibrated:g}", icon=":material/tune:", on_click=set_temperature, args=(calibrated,))
            st.markdown(":small[At T*, of 100 answers with 90%, about 90 should be right.]", width="content")


def canvas_controls() -> None:
    """Show what changes or keeps all that is on the canvas."""
    canvas = session().canvas
    button = partial(st.button, width="stretch")
    button("Undo", icon=":material/undo:", shortcut="Ctrl+Z", on_click=canvas.undo, disabled=not canvas.past)
    button("Redo", icon=":material/redo:", shortcut="Ctrl+Y", on_click=canvas.redo, disabled=not canvas.future)
    button("Clear", icon=":material/ink_eraser:", on_click=session().clear_canvas)
    button("Keep", icon=":material/bookmark:", on_click=add_to_shelf)


@st.fragment
def canvas_and_answer(places: Places, loads: int, kept: int) -> None:
    """Show what changes with a stroke or with the temperature; neither runs more of the page than this.

    Parameters
    ----------
    places : Places
    loads : int
        How many drawings the canvas had been told to load when the whole page was run.
    kept : int
        The number of the drawing that had been put on the shelf last by then.
    """
    with places.canvas:
        st_canvas(
            stroke_width=st.session_state.get("pen", PEN_WIDTH),
            stroke_color=images.INK,
            background_color=images.PAPER,
            width=CANVAS_SIZE,
            height=CANVAS_SIZE,
            initial_drawing=session().canvas.loaded,
            return_image_data=True,
            key="canvas",
            on_change=read_canvas,
        )
    if session().canvas.needs_reading:
        match st.session_state.canvas:
            case {"drawing": {"data": str() as png}} if png:
                read_canvas()
    keep_attempt()
    if session().notices or (session().canvas.loads, session().shelf.last_number) != (loads, kept):
        st.rerun()  # the whole page, which shows notices and has the browser keep a copy of the canvas and the shelf
    with places.canvas_controls:
        canvas_controls()
    with places.temperature:
        temperature = temperature_slider(help=TEMPERATURE)
    with places.answer:
        show_reading(session().reading, temperature, calibration(), needs_reading=session().canvas.needs_reading)
    if places.score and (challenge := open_challenge()):
        with places.score:
            show_challenge_score(challenge)
    with places.link:
        copy_link(session().canvas, st.session_state.get("pen", PEN_WIDTH))


with page_frame(width=1760):
    load_linked_drawing()
    check_link()
    show_notices()
    st.html(Path(__file__).with_suffix(".css"))
    show_title()
    places = controls()
    with places.answer:
        if answer():
            st.switch_page("app_pages/model.py", query_params={"part": "What it cannot do"})
# Outside the frame: Streamlit copies what a fragment is called in, each time that it runs.
canvas_and_answer(places, session().canvas.loads, session().shelf.last_number)
