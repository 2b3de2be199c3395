"""The panel of the page Draw in which a visitor plays a challenge (see challenges.py).

The challenge, and the digit that the visitor means to draw in it, are in the URL, and so in a link to the page.
"""

import math

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.challenges import CHALLENGES, attempt_name, score
from ui.components.challenges import show_score
from ui.reading import calibration
from ui.session import session

DIGITS = [*map(str, range(10))]
HELP = (
    "The score follows the pen. When you lift it, the best drawing of each challenge goes on the shelf: page "
    "Temperatures, under Several drawings."
)


def open_challenge() -> str | None:
    """Return the challenge that is open; None for a visitor who does not play."""
    challenge = st.query_params.get("challenge")
    return challenge if challenge in CHALLENGES else None


def meant_digit() -> int | None:
    """Return the digit that the visitor means to draw, or None before they have said it."""
    meant = st.query_params.get("meant")
    return int(meant) if meant in DIGITS else None


def check_link() -> None:
    """Remove from the URL what is not a challenge or not a digit, and say so: anyone can write a link."""
    for name, allowed, problem in (
        ("challenge", CHALLENGES, "this link names a challenge that does not exist"),
        ("meant", DIGITS, "this link means something that is not a digit"),
    ):
        if name in st.query_params and st.query_params[name] not in allowed:
            del st.query_params[name]
            session().report_problem(problem)


def keep_attempt() -> None:
    """Keep what the visitor has drawn on the shelf, if it is their best in the challenge that is open."""
    challenge, meant, reading, found = open_challenge(), meant_digit(), session().reading, calibration()
    if not (challenge and reading and session().canvas.ends_with_stroke):
        return
    scored = score(challenge, reading.logits, found.energy_threshold if found else math.inf, meant)
    if scored is not None:
        session().keep_attempt(challenge, scored, reading, attempt_name(challenge, reading.logits, scored, meant))


def challenges_button() -> None:
    """Show the button that opens the panel."""
    st.button("Challenges", icon=":material/emoji_events:", type="tertiary", on_click=_open_panel)


def challenge_panel(challenge: str) -> DeltaGenerator:
    """Show a challenge, its rules, and a choice of the others. Returns where the score goes."""
    _, rule, temperature = CHALLENGES[challenge]
    rule = f"Score at T = {temperature:g}, wherever the slider is: {rule}"
    with st.container(border=True, horizontal=True, gap="small", key="challenge_panel"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", wrap=False, width=440):
            st.session_state.challenge = challenge
            st.selectbox(
                "Challenge",
                list(CHALLENGES),
                format_func=lambda name: CHALLENGES[name].title,
                key="challenge",
                on_change=_choose_challenge,
                help=f"{rule} {HELP}",
            )
            if challenge == "fool":
                st.session_state.meant = st.query_params.get("meant")
                st.selectbox("You mean", DIGITS, None, key="meant", on_change=_choose_digit, placeholder="?", width=80)
            st.button("Close", on_click=_close_panel)
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            score_place = st.container(width="content")
            with st.container(key="challenge_rule"):
                st.caption(rule)
    return score_place


def show_challenge_score(challenge: str) -> None:
    """Show the score of what is on the canvas, and the visitor's best."""
    show_score(challenge, meant_digit(), session().reading, calibration(), session().best_score(challenge))


def _open_panel() -> None:
    st.query_params.challenge = next(iter(CHALLENGES))


def _close_panel() -> None:
    for name in ("challenge", "meant"):
        st.query_params.pop(name, None)


def _choose_challenge() -> None:
    if st.session_state.challenge in CHALLENGES:
        st.query_params.challenge = st.session_state.challenge


def _choose_digit() -> None:
    if st.session_state.meant in DIGITS:
        st.query_params.meant = st.session_state.meant
    else:  # it was cleared
        st.query_params.pop("meant", None)
