"""What the pages share: their frame, notices, the picker of a digit, the temperature slider, draws, and charts."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_model import images
from mnist_model.classifier import ModelFileError
from mnist_model.mnist import DataError
from ui.charts.layout import CONFIG, picture_config
from ui.reading import Reading, calibration, classifier, four_or_nine, ready_digit
from ui.session import DRAWING_LABEL, FOUR_OR_NINE, READY_LABEL, Draws, Session, session
from ui.temperature_scale import nearest, slider_stops

# The picker's choices that are not on the shelf.
DRAWING, UNDECIDED = "drawing", "4 or 9"


@contextlib.contextmanager
def page_frame(width: int) -> Iterator[None]:
    """Make a page at most `width` pixels wide. If the model or MNIST's digits are missing, a message says so."""
    restore_query_params()
    if "T" not in st.session_state:
        read_query_params()
    keep_choices()
    try:
        classifier()
    except ModelFileError as error:
        show_error(error)
        st.stop()
    with st.container(width=width), missing_digits_shown():
        yield


@contextlib.contextmanager
def missing_digits_shown() -> Iterator[None]:
    """Show a message in place of what needs MNIST's digits, if they are missing.

    `page_frame` does so as well; but it is not there when a fragment is run again by itself.
    """
    try:
        yield
    except DataError as error:
        show_error(error)


def restore_query_params() -> None:
    """Put back what Streamlit drops from the URL that the browser's Back or Forward has led to, and run again.

    It drops each parameter that is bound to a widget of the page that was left, such as the temperature and the digit,
    even where the next page has that widget as well, and would then reset the widget.
    """
    context = get_script_run_ctx()
    if context and context.is_history_navigation:
        dropped = {n: values for n, values in parse_qs(context.query_string).items() if n not in st.query_params}
        if dropped:
            st.query_params.update(dropped)
            st.rerun()


def keep_choices() -> None:
    """Take the digit and the temperature along to the next page, also where they came from a link.

    Streamlit forgets the value of a widget of another page, unless the visitor or the code has set it.
    """
    for name in ("of", "T"):
        if name in st.session_state:
            st.session_state[name] = st.session_state[name]


def show_in_url(name: str, text: str) -> None:
    """Write a choice that was made on another page into the URL. Streamlit writes only those of this page."""
    if name not in st.query_params:
        # Streamlit refuses where its widget was on this page before: then the choice is of this page.
        with contextlib.suppress(StreamlitAPIException):
            st.query_params[name] = text


def show_error(error: Exception) -> None:
    st.error(str(error), icon=":material/error:")


def show_notices() -> None:
    """Show what has happened since the last time, each once."""
    notices = session().notices
    while notices:
        text, problem = notices.pop(0)
        if problem:
            st.toast(f"That did not work: {text}", icon=":material/error:")
        else:
            st.toast(text, icon=":material/bookmark:")


# The digit that a page looks at.


def digit_picker() -> tuple[str, Reading]:
    """Let the visitor choose a digit, and show it. Returns the choice and its reading. Raises DataError."""
    look_at_new_drawing()
    picture = st.container(width=72, key="picture")  # frame.css keeps its room
    labels = picker_labels(session())
    if (chosen := st.session_state.get("of")) in list(labels)[1:]:  # not the first, which is the default
        show_in_url("of", labels[chosen])
    choice = st.selectbox(
        "Digit", list(labels), format_func=lambda choice: labels.get(choice, ""), key="of", bind="query-params"
    )
    reading = _reading_of(choice)
    picture.image(
        images.pixels_url(reading.digit),
        alt=f"The 28 by 28 pixels that the network sees, read as {reading.winner}",
        width=72,
    )
    return choice, reading


def look_at_new_drawing() -> None:
    """Let the picker choose what was drawn since it was last shown. The visitor can choose something else again."""
    reading = session().reading
    drawing = reading.png if reading else None
    if drawing and drawing != session().looked_at:
        st.session_state.of = DRAWING
    session().looked_at = drawing


def picker_labels(visitor: Session) -> dict[str, str]:
    """Return what a visitor can choose, with a label for each. All labels differ: Streamlit maps them to choices."""
    reading = visitor.reading
    labels = {DRAWING: DRAWING_LABEL.format(reading.winner)} if reading else {}
    labels |= {f"kept {number}": kept.name for number, kept in visitor.shelf.items()}
    return labels | {UNDECIDED: FOUR_OR_NINE} | {f"ready {n}": READY_LABEL.format(n) for n in range(10)}


def is_in_every_session(choice: str) -> bool:
    """Return whether a choice of the picker is the same digit for every visitor, so that a link can name it."""
    return choice == UNDECIDED or choice.startswith("ready ")


def _reading_of(choice: str) -> Reading:
    match choice.split():
        case ["kept", number]:
            return session().shelf[int(number)].reading
        case ["ready", digit]:
            return ready_digit(int(digit))
    drawing = session().reading
    return drawing if choice == DRAWING and drawing else four_or_nine()


# The temperature, which is in the URL.


def temperature_slider(**options: Any) -> float:
    """Let the visitor set the temperature."""
    if (chosen := st.session_state.get("T", 1)) != 1:
        show_in_url("T", f"{chosen:g}")
    temperature: float = st.select_slider(
        "Temperature", temperature_stops(), value=1, format_func="{:g}".format, key="T", bind="query-params", **options
    )
    return temperature


def temperature_stops() -> list[float]:
    """Return the temperatures that the slider has."""
    return slider_stops(calibrated_temperature())


def calibrated_temperature() -> float | None:
    """Return the calibrated temperature as it can be chosen, to two decimals, or None without a report."""
    found = calibration()
    return round(found.temperature, 2) if found else None


def read_query_params() -> None:
    """If the URL has a temperature that the slider has not, put the slider's nearest into the URL.

    The slider is bound to the URL and reads it from there.
    """
    linked = st.query_params.get("T", "")
    possible = nearest(linked, temperature_stops())
    if possible is not None and f"{possible:g}" != linked:
        st.query_params["T"] = f"{possible:g}"
        st.rerun()


# Random draws.


def draw_buttons(draws: Draws, amounts: Sequence[int]) -> None:
    """Let the visitor draw so many more, or start over."""
    for more in amounts:
        st.button(f"+{more:,}", key=f"draw_{more}", on_click=draws.draw, args=(more,), disabled=draws.exhausted)
    st.button("Start over", icon=":material/restart_alt:", on_click=draws.start_over)
    if draws.exhausted:
        st.caption(f"The maximum is {draws.most:,} draws.", width="content")


def share_draws(draws: Draws) -> None:
    """Go on with the draws of the link that has led here, if it has any, and write the visitor's into the URL."""
    shown = {name: st.query_params[name] for name in ("draws", "seed") if name in st.query_params}
    if not draws.belongs_in_url:
        with contextlib.suppress(ValueError):
            draws.restore(int(shown.get("draws", "")), int(shown.get("seed", "")))
    own = {"draws": str(draws.count), "seed": str(draws.seed)} if draws.belongs_in_url else {}
    if shown != own:
        for name in shown:
            del st.query_params[name]
        st.query_params.update(own)


# Charts.


def show_chart(
    figure: Any,
    key: str,
    alt: str,
    *,
    on_click: Callable[[], None] | None = None,
    tables: Mapping[str, Callable[[], str]] | None = None,
) -> None:
    """Show a Plotly chart.

    Parameters
    ----------
    figure : dict or plotly.graph_objects.Figure
    key : str
        The chart's, and its file name as a picture.
    alt : str
        What it shows, for a screen reader.
    on_click : callable
        Called when a mark is clicked; `clicked_mark` then returns its number. Not on a touch screen.
    tables : mapping from file names, without ".csv", to functions
        The numbers behind the chart, for `show_csv_buttons`. With tables, the chart can also be saved as a picture.
    """
    st.plotly_chart(
        figure,
        config=picture_config(key) if tables else CONFIG,
        key=key,
        alt=alt,
        on_select=on_click if on_click and has_mouse() else "ignore",
        selection_mode="points",
    )
    if tables:
        show_csv_buttons(tables)


def show_csv_buttons(tables: Mapping[str, Callable[[], str]]) -> None:
    """Show a button that saves it for each table: its file name, without ".csv", and the function that writes it."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        for name, write in tables.items():
            st.download_button(
                "CSV", write, f"{name}.csv", "text/csv", key=f"csv_{name}", icon=":material/download:",
                type="tertiary", on_click="ignore",
            )  # fmt: skip


def has_mouse() -> bool:
    """Return whether charts may take clicks. Where one does, a finger on it cannot scroll the page."""
    agent = st.context.headers.get("User-Agent", "")
    return "Mobi" not in agent and "Android" not in agent


def clicked_mark(key: str) -> int | None:
    """Return the number of the mark that was clicked in a chart, or None if the browser's message has none."""
    try:
        number = st.session_state[key]["selection"]["points"][0]["point_index"]
    except (KeyError, IndexError, TypeError):
        return None
    return number if type(number) is int else None  # True is an int as well
