"""What the pages share: the network, the drawing on the canvas, and the shelf of those that were kept.

In the session: `reading` is the drawing on the canvas and what the network made of it, None as long as there is no ink;
`drawing` is the same drawing as the canvas has it, and `loaded` what the canvas was last told to load; `shelf` maps a
number to each drawing that was kept; `news` and `problem` are what happened and went wrong and has not been told yet;
`unread` says that there is a drawing on the canvas of which this session does not know.
"""

import logging
import math
import re
from typing import NamedTuple

import numpy as np
import streamlit as st

from mnist_model import charts, images
from mnist_model.classifier import Classifier, ModelFileError
from mnist_model.data import Split, load_test_set
from mnist_model.preprocess import to_mnist
from mnist_model.report import Trust, load_trust
from mnist_model.softmax import softmax

SIZE = 320  # of the canvas, in pixels: fits a phone's width
SHELF = 12  # drawings that may be kept
LONGEST_NAME = 20
MOST = 8  # temperatures to be compared at once
TEMPERATURES = [t for t in charts.SCALE if 0.1 <= t <= 10]  # of the slider

LOG = logging.getLogger(__name__)

state = st.session_state


class Reading(NamedTuple):
    """A drawing, and what the network makes of it."""

    png: str  # the drawing, SIZE x SIZE, in a data URL: a fiftieth of the memory of its pixels, for every session
    digit: np.ndarray  # (28, 28), in [0, 1]
    logits: np.ndarray  # (10,)

    @property
    def picture(self) -> np.ndarray:
        """The drawing's pixels, (SIZE, SIZE, 4) uint8 RGBA."""
        return images.decode_png(self.png, SIZE)


class Kept(NamedTuple):
    """A drawing on the shelf."""

    name: str
    reading: Reading


@st.cache_resource(show_spinner=False)
def classifier() -> Classifier:
    return Classifier()


@st.cache_resource(show_spinner=False)
def trusted() -> Trust | None:
    """How far to trust the network; None if its report cannot be read, which is no reason not to draw."""
    try:
        return load_trust()
    except ModelFileError as error:
        LOG.warning("%s", error)
        return None


def read(png: object) -> Reading | None:
    """Show a picture, as the canvas sends it, to the network. None if it has no ink; ImageError if it is no picture."""
    digit = to_mnist(images.decode_png(png, SIZE))
    return None if digit is None else Reading(png, digit, classifier().logits(digit[None])[0])


# Ready digits, from MNIST's test set. Without it, these raise DataError.


@st.cache_resource
def test_digits() -> Split:
    return load_test_set()


@st.cache_resource
def four_or_nine() -> Reading:
    """Of the digits that may be a 4 as well as a 9, the one that the network is most undecided about."""
    digits, labels = test_digits()
    kind = digits[(labels == 4) | (labels == 9)]
    p = softmax(classifier().logits(kind / np.float32(255)))
    return read(images.png_url(images.enlarge(kind[p[:, [4, 9]].min(axis=1).argmax()], SIZE)))


@st.cache_resource(max_entries=100, show_spinner=False)
def ready_digit(digit: int, number: int = 0) -> Reading:
    digits, labels = test_digits()
    kind = np.flatnonzero(labels == digit)
    return read(images.png_url(images.enlarge(digits[kind[number % len(kind)]], SIZE)))


# What is looked at, on the pages that do not draw.

DRAWN, DOUBTFUL = "drawing", "4 or 9"


def choices() -> dict[str, str]:
    """What may be chosen to be looked at, and what to call it."""
    names = {DRAWN: f"Your drawing, a {state.reading.logits.argmax()}"} if state.get("reading") else {}
    names |= {f"kept {number}": kept.name for number, kept in shelf().items()}
    return names | {DOUBTFUL: "A 4 or a 9"} | {f"ready {n}": f"A ready {n}" for n in range(10)}


def reading_of(choice: str) -> Reading:
    match choice.split():
        case ["kept", number]:
            return shelf()[int(number)].reading
        case ["ready", digit]:
            return ready_digit(int(digit))
    return state.reading if choice == DRAWN else four_or_nine()


def choose() -> tuple[str, Reading]:
    """Let the reader choose a digit, and show it. Raises DataError if there are no ready ones."""
    picture = st.container(width=72)
    names = choices()
    chosen = st.selectbox("Digit", list(names), format_func=names.get, key="of", bind="query-params")
    reading = reading_of(chosen)
    picture.image(
        images.pixels_url(reading.digit),
        alt=f"The 28 by 28 pixels that the network gets, read as {reading.logits.argmax()}",
        width=72,
    )
    return chosen, reading


def temperature_slider(**options) -> float:
    return st.select_slider(
        "Temperature", TEMPERATURES, value=1, format_func="{:g}".format, key="T", bind="query-params", **options
    )


def follow_link() -> None:
    """Where the page's link asks for a temperature that the slider does not have, put the nearest in the link.

    From there on the slider, which is bound to the link, does the rest.
    """
    linked = st.query_params.get("T", "")
    if (possible := nearest(linked)) not in (None, linked):
        st.query_params["T"] = possible
        st.rerun()


def nearest(text: str) -> str | None:
    """Return that temperature of the slider which is nearest to a link's, or None if this is none.

    Of what is none, the slider makes its default.
    """
    try:
        wanted = math.log(float(text))
    except ValueError:
        return None
    if not math.isfinite(wanted):
        return None
    return f"{min(TEMPERATURES, key=lambda t: abs(math.log(t) - wanted)):g}"


def parse(texts: list[str]) -> tuple[list[float], list[str]]:
    """Sort out what somebody, or a link, gave for temperatures: those that are, in order, and those that are not."""
    good, bad = set(), []
    for text in texts:
        try:
            temperature = float(text.replace(",", "."))
        except ValueError:
            temperature = math.nan
        if charts.COLDEST <= temperature <= charts.HOTTEST:
            good.add(float(f"{temperature:.4g}"))
        else:
            bad.append(text)
    return sorted(good)[:MOST], bad


def has_mouse() -> bool:
    """Tell whether charts may take clicks: one that takes them keeps a finger on it from scrolling the page."""
    agent = st.context.headers.get("User-Agent", "")
    return "Mobi" not in agent and "Android" not in agent


def clicked(selection: object) -> int | None:
    """The number of the bar that was clicked, if what a chart's selection brought from the browser has one."""
    try:
        number = selection["selection"]["points"][0]["point_index"]
    except (KeyError, IndexError, TypeError):
        return None
    return number if type(number) is int else None  # True is an int as well


# The canvas.


def begin() -> None:
    """Set up a new session; and let a canvas that is new, as after another page, take up the drawing of the old one."""
    state.setdefault("reading", None)
    if "loaded" not in state:
        load()
    if "canvas" not in state:
        state.loaded = state.drawing


def load(*objects: dict) -> None:
    """Replace what is on the canvas, which reloads when it is given something new; hence the number."""
    state.load_number = state.get("load_number", 0) + 1
    state.loaded = state.drawing = {"objects": list(objects), "number": state.load_number}


def lay(reading: Reading) -> None:
    """Lay a drawing on the canvas. From now on it goes the way of any other."""
    state.reading = reading
    load({"type": "Image", "src": reading.png, "left": 0, "top": 0, "originX": "left", "originY": "top"})


# The shelf.


def shelf() -> dict[int, Kept]:
    return state.setdefault("shelf", {})


def keep(reading: Reading, name: str | None = None) -> None:
    """Put a drawing on the shelf, under a name of its own."""
    if len(shelf()) == SHELF:
        state.problem = f"the shelf holds {SHELF} drawings; remove one first"
        return
    name = proper(name) or f"a {reading.logits.argmax()}"
    taken = {kept.name for kept in shelf().values()}
    names = (name, *(f"{name} ({number})" for number in range(2, SHELF + 1)))
    state.kept = state.get("kept", 0) + 1
    shelf()[state.kept] = Kept(next(free for free in names if free not in taken), reading)
    state.news = f"Kept as “{plain(shelf()[state.kept].name)}”, on the page Temperatures, under Several drawings"


def rename(number: int, name: str) -> None:
    if proper(name):
        shelf()[number] = shelf()[number]._replace(name=proper(name))


def remove(number: int) -> None:
    shelf().pop(number, None)


def proper(name: str | None) -> str:
    """What of a name, which may come from anywhere, fits on a label."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name or "")
    return " ".join(printable.split())[:LONGEST_NAME]


def plain(text: str) -> str:
    """Escape what Markdown would make of a text that came from somewhere else: a link, or a picture to be fetched."""
    return re.sub(r"([^\w\s])", r"\\\1", text)


def tell() -> None:
    """Say once what has happened."""
    if "news" in state:
        st.toast(state.pop("news"), icon=":material/bookmark:")
    if "problem" in state:
        st.toast(f"That did not work: {state.pop('problem')}", icon=":material/error:")


def ask_for_model() -> None:
    """End the page with a message if there is no network."""
    try:
        classifier()
    except ModelFileError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()
