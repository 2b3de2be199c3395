"""Compare temperatures: what they make of the same ten logits, of one drawing or of several."""

from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_model import images
from mnist_model.softmax import entropy, sample, softmax
from ui import tables
from ui.charts import temperatures as charts
from ui.components.sweep import sweep as show_sweep
from ui.formatting import escape_markdown
from ui.reading import CANVAS_SIZE, Reading, calibration, four_or_nine, read, ready_digit
from ui.session import LARGEST_SEED, KeptDrawing, Notice, Shelf, session
from ui.temperature_scale import COLDEST, HOTTEST, MOST_COMPARED, SCALE, parse, telling
from ui.widgets import (
    UNDECIDED,
    digit_picker,
    draw_buttons,
    has_mouse,
    missing_digits_shown,
    page_frame,
    show_chart,
    show_csv_buttons,
    show_notices,
)

SUGGESTED = ["0.05", "0.1", "0.5", "1", "2", "5", "10", "20", "50"]
DRAWS = (1, 10, 100, 10_000)


# What happens. Each event leaves in the session what is to be shown.


def rename_from_input(number: int) -> None:
    """Rename a drawing as its text input says, and write into that what the drawing is now called."""
    shelf = session().shelf
    if number in shelf:  # and not removed by the click that took the focus from its name
        shelf.rename(number, st.session_state[f"name_{number}"])
        st.session_state[f"name_{number}"] = shelf[number].name


def load_on_canvas(number: int) -> None:
    if number not in session().shelf:  # it was removed by a click before, and the page still shows it
        return
    kept = session().shelf[number]
    session().load_on_canvas(kept.reading)
    session().notices.append(Notice(f"“{escape_markdown(kept.name)}” is on the canvas of the page Draw"))


def add_file_to_shelf() -> None:
    """Put a drawing on the shelf that was saved from there. Any other file changes nothing."""
    file = st.session_state.file_of_drawing
    if file is None:  # it was taken away
        return
    try:
        picture, name = images.decode_drawing(file.getvalue(), CANVAS_SIZE)
    except images.ImageError as error:
        session().report_problem(str(error))
        return
    if reading := read(images.png_url(picture)):
        session().add_to_shelf(reading, name)
    else:
        session().report_problem("there is no ink in this drawing")


# What to look at.


@st.fragment
def controls_and_view() -> None:
    """Show the controls and one view: what any control runs again."""
    show_notices()
    with missing_digits_shown():
        with st.container(horizontal=True):  # aligned at the top: the temperatures may fill several lines
            with st.container(width=440):
                reading = digit_controls()
            with st.container(width="stretch", key="compared"):
                temperatures = temperature_controls(reading)
        for tab, view in zip(st.tabs(list(VIEWS), key="view", bind="query-params"), VIEWS.values(), strict=True):
            if tab.open:
                with tab:
                    if temperatures or view in (sweep, whole_range):
                        view(reading, temperatures)
                    else:
                        st.info("Choose a temperature above.", icon=":material/thermostat:")


def digit_controls() -> Reading:
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        choice, reading = digit_picker()
        st.button(
            "Keep",
            icon=":material/bookmark:",
            key="keep",
            help="Put it on the shelf, under “Several drawings”",
            on_click=session().add_to_shelf,
            args=(reading, UNDECIDED if choice == UNDECIDED else ""),
            disabled=choice.startswith("kept"),
        )
    return reading


def suggest_temperatures(reading: Reading) -> list[str]:
    """Suggest the temperatures that show most of this digit; choose them if the visitor has not chosen any."""
    before, suggested = session().suggested_temperatures, [f"{t:g}" for t in telling(reading.logits)]
    if st.session_state.get("temperatures") == before:
        st.session_state.temperatures = suggested
    session().suggested_temperatures = suggested
    return suggested


def temperature_controls(reading: Reading) -> list[float]:
    """Let the visitor choose temperatures, at most MOST_COMPARED of them. Returns them ascending."""
    suggested = suggest_temperatures(reading)
    texts = st.multiselect(
        "Temperatures",
        sorted({*SUGGESTED, *suggested}, key=float),
        default=suggested,
        accept_new_options=True,
        filter_mode="prefix",  # and not all at once: what is typed and entered is one temperature
        select_all=False,
        # No `max_selections`: of a URL with more, Streamlit would drop the rest without a word.
        placeholder=f"From {COLDEST:g} to {HOTTEST:g}",
        help=f"Choose up to {MOST_COMPARED}, or type a number and press Enter. They are in the URL of this page, "
        "which can be shared.",
        key="temperatures",
        bind="query-params",
    )
    temperatures, rejected = parse(texts)
    if rejected:
        shown = escape_markdown(", ".join(rejected)[:80])
        st.warning(f"Not a temperature from {COLDEST:g} to {HOTTEST:g}: {shown}")
    if left_out := temperatures[MOST_COMPARED:]:
        shown = ", ".join(f"{t:g}" for t in left_out)[:80]
        st.warning(f"At most {MOST_COMPARED} temperatures are compared. Left out: {shown}")
    return sorted(temperatures[:MOST_COMPARED])


# The views, a function a tab.


def side_by_side(reading: Reading, temperatures: list[float]) -> None:
    st.markdown(
        "The same ten scores, the logits, divided by several temperatures before softmax. Low ones sharpen the "
        "probabilities, high ones flatten them; at T = 1 it is the plain softmax." + why_these(reading, temperatures)
    )
    answers = (charts.confidence_and_entropy(softmax(reading.logits, t)) for t in temperatures)
    described = [f"at T = {t:g} {', '.join(answer)}" for t, answer in zip(temperatures, answers, strict=True)]
    with row_of_charts(len(temperatures)):
        show_chart(
            charts.comparison(reading.logits, temperatures, charts_in_a_row()),
            "side_by_side",
            f"Probabilities of the ten digits side by side: {'; '.join(described)}",
            tables={"probabilities": partial(tables.probabilities, reading.logits, temperatures)},
        )


def charts_in_a_row() -> int:
    """Return how many of the small charts stand side by side: on a phone two, so that their digits do not touch."""
    return 6 if has_mouse() else 2


def row_of_charts(charts_in_it: int) -> DeltaGenerator:
    """Return a place for small charts that can be scrolled sideways in a narrow window of a desktop browser."""
    return st.container(key="row_of_charts" if charts_in_it > 2 and has_mouse() else None)


def why_these(reading: Reading, temperatures: list[float]) -> str:
    """Say where the temperatures come from, unless the visitor chose them."""
    if [f"{t:g}" for t in temperatures] != session().suggested_temperatures:
        return ""
    is_clear = softmax(reading.logits, temperatures[0]).max() > 0.9
    span = "from a clear answer to near a tie" if is_clear else "up to near a tie of all ten digits"
    return f" These temperatures were chosen for this digit, {span}. Choose others above."


def sweep(reading: Reading, _: list[float]) -> None:
    st.markdown(f"Drag the temperature from {COLDEST:g} to {HOTTEST:g}, or press play.")
    show_sweep(reading.logits)
    show_csv_buttons({"sweep": partial(tables.probabilities, reading.logits, SCALE)})


def whole_range(reading: Reading, temperatures: list[float]) -> None:
    order = " ".join(str(digit) for digit in np.argsort(-reading.logits, kind="stable"))
    found = calibration()
    calibrated = found.temperature if found else None
    st.markdown(
        f"**The order never changes**: at every temperature, from the top down, it is {order}. "
        "No two curves ever cross."
    )
    left, right = st.columns([3, 2])
    with left:
        show_chart(
            charts.whole_range(reading.logits, temperatures, calibrated),
            "whole_range",
            "The ten probabilities as curves over the temperature",
            tables={"curves": partial(tables.probabilities, reading.logits, SCALE)},
        )
    with right:
        show_chart(
            charts.undecided(reading.logits, temperatures, calibrated),
            "undecided",
            "The winner's probability falls with the temperature as the entropy rises",
            tables={"confidence": partial(tables.confidence, reading.logits, SCALE)},
        )
    st.caption(
        "Towards T = 0, the largest takes all, which is argmax. The entropy says in bits how spread out the "
        "probabilities are: 0 if one digit has all the probability, 3.32 if all ten have the same."
        + (" T* is the calibrated temperature: of 100 answers with 90%, about 90 should be right." if found else "")
    )


def samples(reading: Reading, temperatures: list[float]) -> None:
    winner, draws = reading.winner, session().digit_draws
    st.markdown(
        f"**Softmax is not max.** Max picks the {winner} every time, at any temperature. Sampling picks each digit as "
        f"often as its probability says: the {winner} most often, and others as well. Diamonds mark the expected "
        "counts." + why_these(reading, temperatures)
    )
    seed = sample_controls()
    drawn = [sample(softmax(reading.logits, t), draws.count, seed) for t in temperatures]
    counts = [np.bincount(digits, minlength=10) for digits in drawn]
    latest = {f"T = {t:g}": " ".join(map(str, digits[-24:])) for t, digits in zip(temperatures, drawn, strict=True)}
    with row_of_charts(len(temperatures)):
        show_chart(
            charts.samples(reading.logits, temperatures, counts, charts_in_a_row()),
            "samples",
            f"How often each digit was drawn in {draws.count:,} draws at each temperature, beside the expected counts",
            tables={"samples": partial(tables.samples, reading.logits, temperatures, counts)},
        )
    st.caption("The latest draws")
    st.table(latest)


def sample_controls() -> int:
    """Let the visitor draw more, start over, or fix the seed. Returns the seed."""
    draws = session().digit_draws
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown("Draw", width="content")
        draw_buttons(draws, DRAWS)
        fixed = st.toggle(
            "Fixed seed",
            key="fixed_seed",
            persist_state="session",
            help="With the same seed the same digits are drawn again.",
        )
        if not fixed:
            return draws.seed
        seed = st.number_input(
            "Seed", 0, LARGEST_SEED, 1, key="seed", width=140, label_visibility="collapsed", persist_state="session"
        )
    return min(max(int(seed), 0), LARGEST_SEED)


def several_drawings(_: Reading, temperatures: list[float]) -> None:
    shelf()
    compared = list(session().shelf) or [
        KeptDrawing("a ready 1", ready_digit(1)),
        KeptDrawing("a 4 or a 9", four_or_nine()),
    ]
    names = [kept.name for kept in compared]
    logits = np.stack([kept.reading.logits for kept in compared])
    p = np.stack([softmax(logits, t) for t in temperatures], axis=1)  # (drawings, temperatures, 10)
    measure = st.segmented_control(
        "Show", ["confidence", "entropy"], default="confidence", required=True, key="measure", persist_state="session"
    )
    show_chart(
        charts.heat_map(names, temperatures, p.max(axis=2) if measure == "confidence" else entropy(p), measure),
        "heat_map",
        f"The {measure} for {len(names)} drawings at {len(temperatures)} temperatures",
        tables={"drawings": partial(tables.drawings, names, logits, temperatures)},
    )


def shelf() -> None:
    """Show the drawings that were kept, with what can be done with each."""
    kept = session().shelf
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{len(kept)} of {Shelf.CAPACITY} drawings on the shelf."
            if kept
            else "The shelf is empty: “Keep” puts a drawing on it. Until then, two ready digits are compared."
        )
        with st.popover("Load", icon=":material/upload:"):
            st.file_uploader(
                "A drawing that was saved here",
                type=["png"],
                max_upload_size=1,
                key="file_of_drawing",
                on_change=add_file_to_shelf,
            )
    with st.grid(6, min_column_width=140):
        for number, drawing in kept.items():
            with st.container(border=True, gap="xsmall"):
                card(number, drawing)


def card(number: int, drawing: KeptDrawing) -> None:
    st.image(drawing.reading.png, width=96, alt=f"The drawing {drawing.name}")
    st.text_input(
        "Name", drawing.name, max_chars=Shelf.LONGEST_NAME, key=f"name_{number}", label_visibility="collapsed",
        on_change=rename_from_input, args=(number,),
    )  # fmt: skip
    with st.container(horizontal=True, gap="xxsmall", key=f"icons_{number}"):  # frame.css shows only their icons
        st.button(
            "Load on the canvas", icon=":material/draw:", key=f"load_{number}", help="Load it on the canvas again",
            on_click=load_on_canvas, args=(number,),
        )  # fmt: skip
        st.download_button(
            "Save", partial(drawing_file, drawing), f"{drawing.name}.png", "image/png",
            icon=":material/download:", key=f"save_{number}", help="Save it as a file", on_click="ignore",
        )  # fmt: skip
        st.button(
            "Remove", icon=":material/delete:", key=f"remove_{number}", help="Remove it from the shelf",
            on_click=session().shelf.remove, args=(number,),
        )  # fmt: skip


def drawing_file(drawing: KeptDrawing) -> bytes:
    """Make a file of a drawing, when a visitor asks for it."""
    return images.encode_drawing(drawing.reading.picture, drawing.name)


VIEWS = {
    "Side by side": side_by_side,
    "Sweep": sweep,
    "Whole range": whole_range,
    "Samples": samples,
    "Several drawings": several_drawings,
}

with page_frame(width=1120):
    st.title("Compare temperatures", anchor=False)
    controls_and_view()
