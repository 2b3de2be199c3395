"""Compare temperatures: what they make of the same ten scores, of one drawing or of several."""

import secrets
from functools import partial

import numpy as np
import streamlit as st

from app_pages.common import (
    DOUBTFUL,
    LONGEST_NAME,
    MOST,
    SHELF,
    SIZE,
    Kept,
    Reading,
    ask_for_model,
    choose,
    four_or_nine,
    keep,
    lay,
    parse,
    plain,
    read,
    ready_digit,
    remove,
    rename,
    shelf,
    state,
    tell,
    trusted,
)
from mnist_model import charts, images, tables
from mnist_model.data import DataError
from mnist_model.softmax import entropy, sample, softmax

TO_BEGIN_WITH = ["0.25", "0.5", "1", "2", "5"]
SUGGESTED = ["0.05", "0.1", "0.25", "0.5", "0.75", "1", "1.5", "2", "3", "5", "10", "20", "50"]

DRAWS = (1, 10, 100, 10_000)
MOST_DRAWS = 100_000
LARGEST_SEED = 2**32 - 1


# What happens.


def draw_more(more: int) -> None:
    state.draws = min(state.draws + more, MOST_DRAWS)


def start_over() -> None:
    state.draws, state.random_seed = 0, secrets.randbelow(LARGEST_SEED)


def rename_from(number: int) -> None:
    if number in shelf():  # and not removed by the click that took the focus from its name
        rename(number, state[f"name_{number}"])
        state[f"name_{number}"] = shelf()[number].name


def draw_on(number: int) -> None:
    lay(shelf()[number].reading)
    state.news = f"“{plain(shelf()[number].name)}” is on the canvas of the page Draw"


def take_file() -> None:
    """Put a drawing on the shelf that was saved from it. A file that is none changes nothing."""
    if state.file_of_drawing is None:  # taken away again
        return
    try:
        picture, name = images.decode_drawing(state.file_of_drawing.getvalue(), SIZE)
    except images.ImageError as error:
        state.problem = str(error)
        return
    reading = read(images.png_url(picture))
    if reading:
        keep(reading, name)
    else:
        state.problem = "there is no ink in this drawing"


def saved(kept: Kept) -> bytes:
    """Make a file of a drawing, once somebody wants it."""
    return images.encode_drawing(kept.reading.picture, kept.name)


# What is seen.


@st.fragment
def page() -> None:
    """The controls and one view: what any control reruns."""
    tell()
    try:
        reading, temperatures = controls()
        views(reading, temperatures)
    except DataError as error:  # no ready digits
        st.error(str(error), icon=":material/error:")


def views(reading: Reading, temperatures: list[float]) -> None:
    sides, moving, whole, sampling, several = st.tabs(
        ["Side by side", "Sweep", "Whole range", "Samples", "Several drawings"], key="view", bind="query-params"
    )
    for tab, show in (
        (sides, side_by_side),
        (moving, sweep),
        (whole, whole_range),
        (sampling, samples),
        (several, drawings),
    ):
        if tab.open:
            with tab:
                if temperatures:
                    show(reading, temperatures)
                else:
                    st.info("Choose a temperature above.", icon=":material/thermostat:")


def controls() -> tuple[Reading, list[float]]:
    """Choose what to look at, and at which temperatures."""
    digit, heat = st.columns([5, 7], vertical_alignment="bottom")
    with digit.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        chosen, reading = choose()
        st.button(
            "Keep",
            icon=":material/bookmark:",
            help="Put it on the shelf, under “Several drawings”",
            on_click=keep,
            args=(reading, "" if chosen != DOUBTFUL else chosen),
            disabled=chosen.startswith("kept"),
        )
    texts = heat.multiselect(
        "Temperatures",
        SUGGESTED,
        default=TO_BEGIN_WITH,
        accept_new_options=True,
        max_selections=MOST,
        placeholder=f"From {charts.COLDEST:g} to {charts.HOTTEST:g}",
        help="Choose some, or type a number and press Enter. They are in the link of this page.",
        key="temperatures",
        bind="query-params",
    )
    temperatures, bad = parse(texts)
    if bad:
        heat.warning(f"No temperature from {charts.COLDEST:g} to {charts.HOTTEST:g}: {plain(', '.join(bad)[:80])}")
    return reading, temperatures


def chart(figure, key: str, alt: str, **files: str) -> None:
    """Show a chart, and offer the tables behind it."""
    st.plotly_chart(figure, config=charts.picture_config(key), key=key, alt=alt)
    with st.container(horizontal=True, horizontal_alignment="right"):
        for name, table in files.items():
            st.download_button(
                "CSV", table, f"{name}.csv", "text/csv", key=f"csv_{name}", icon=":material/download:",
                type="tertiary", on_click="ignore",
            )  # fmt: skip


def side_by_side(reading: Reading, temperatures: list[float]) -> None:
    st.markdown(
        "The same ten scores at several temperatures. Cold ones sharpen the answer, hot ones flatten it; "
        "at T = 1 it is the plain softmax."
    )
    chart(
        charts.comparison(reading.logits, temperatures),
        "side_by_side",
        "Probabilities of the ten digits side by side: "
        + "; ".join(f"at T = {t:g} {charts.certainty(softmax(reading.logits, t))}" for t in temperatures),
        probabilities=tables.probabilities(reading.logits, temperatures),
    )


def sweep(reading: Reading, temperatures: list[float]) -> None:
    st.markdown(f"Drag the temperature from {charts.COLDEST:g} to {charts.HOTTEST:g}, or let it run.")
    chart(
        charts.sweep(reading.logits),
        "sweep",
        "Probabilities of the ten digits, with a slider for the temperature",
        sweep=tables.probabilities(reading.logits, charts.SCALE),
    )


def whole_range(reading: Reading, temperatures: list[float]) -> None:
    order = " ".join(str(digit) for digit in np.argsort(-reading.logits, kind="stable"))
    st.markdown(
        f"**The order never changes**: at every temperature, from the top down, it is {order}. "
        "No two curves ever cross."
    )
    calibrated = trusted().temperature if trusted() else None
    left, right = st.columns([3, 2])
    with left:
        chart(
            charts.whole_range(reading.logits, temperatures, calibrated),
            "whole_range",
            "The ten probabilities as curves over the temperature",
            curves=tables.probabilities(reading.logits, charts.SCALE),
        )
    with right:
        chart(
            charts.undecided(reading.logits, temperatures, calibrated),
            "undecided",
            "The winner's probability falls with the temperature as the entropy rises",
            certainty=tables.certainties(reading.logits, charts.SCALE),
        )


def samples(reading: Reading, temperatures: list[float]) -> None:
    winner = reading.logits.argmax()
    st.markdown(
        f"**Softmax is not max.** Max takes the {winner} every time, at any temperature. Who draws at random, each "
        "digit as often as its probability says, takes it often, and now and then another. Diamonds mark what is to be "
        "expected."
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown("Draw", width="content")
        for more in DRAWS:
            st.button(f"+{more:,}", on_click=draw_more, args=(more,), disabled=state.draws >= MOST_DRAWS)
        st.button("Start over", icon=":material/restart_alt:", on_click=start_over)
        fixed = st.toggle(
            "Fixed seed",
            key="fixed_seed",
            persist_state="session",
            help="With the same seed the same digits are drawn again.",
        )
        if fixed:
            seed = st.number_input(
                "Seed", 0, LARGEST_SEED, 1, key="seed", width=140, label_visibility="collapsed", persist_state="session"
            )
        else:
            seed = state.random_seed
    seed = min(max(int(seed), 0), LARGEST_SEED)
    drawn = [sample(softmax(reading.logits, t), state.draws, seed) for t in temperatures]
    counts = [np.bincount(digits, minlength=10) for digits in drawn]
    chart(
        charts.samples(reading.logits, temperatures, counts),
        "samples",
        f"How often each digit was drawn in {state.draws:,} draws at each temperature, beside what was to be expected",
        samples=tables.samples(reading.logits, temperatures, counts),
    )
    st.caption("The latest draws")
    st.table({f"T = {t:g}": " ".join(map(str, digits[-24:])) for t, digits in zip(temperatures, drawn, strict=True)})


def drawings(reading: Reading, temperatures: list[float]) -> None:
    cards()
    several = list(shelf().values()) or [Kept("a ready 1", ready_digit(1)), Kept("a 4 or a 9", four_or_nine())]
    measure = st.segmented_control(
        "Show", ["confidence", "entropy"], default="confidence", required=True, key="measure"
    )
    names, logits = [kept.name for kept in several], np.stack([kept.reading.logits for kept in several])
    p = np.stack([softmax(logits, t) for t in temperatures], axis=1)
    chart(
        charts.heat_map(names, temperatures, p.max(axis=2) if measure == "confidence" else entropy(p), measure),
        "heat_map",
        f"The {measure} for {len(names)} drawings at {len(temperatures)} temperatures",
        drawings=tables.drawings(names, logits, temperatures),
    )


def cards() -> None:
    """The shelf: each drawing with its name, and what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{len(shelf())} of {SHELF} drawings on the shelf."
            if shelf()
            else "The shelf is empty: “Keep” puts a drawing on it. Until then, two ready digits."
        )
        with st.popover("Load", icon=":material/upload:"):
            st.file_uploader(
                "A drawing that was saved here",
                type=["png"],
                max_upload_size=1,
                key="file_of_drawing",
                on_change=take_file,
            )
    with st.grid(6, min_column_width=140):
        for number, kept in shelf().items():
            with st.container(border=True, gap="xsmall"):
                st.image(kept.reading.png, width=96, alt=f"The drawing {kept.name}")
                st.text_input(
                    "Name", kept.name, max_chars=LONGEST_NAME, key=f"name_{number}", label_visibility="collapsed",
                    on_change=rename_from, args=(number,),
                )  # fmt: skip
                with st.container(horizontal=True, gap="xxsmall"):
                    st.button(
                        ":material/draw:", key=f"draw_{number}", help="Lay it on the canvas again",
                        on_click=draw_on, args=(number,),
                    )  # fmt: skip
                    st.download_button(
                        ":material/download:", partial(saved, kept),
                        f"{kept.name}.png", "image/png", key=f"save_{number}", help="Save it as a file",
                        on_click="ignore",
                    )  # fmt: skip
                    st.button(
                        ":material/delete:", key=f"remove_{number}", help="Remove it from the shelf",
                        on_click=remove, args=(number,),
                    )  # fmt: skip


if "random_seed" not in state:
    start_over()
    state.draws = 10

ask_for_model()
with st.container(horizontal_alignment="center"), st.container(width=1120):
    st.subheader("Compare temperatures", anchor=False)
    page()
