"""A copy of the drawing and of the shelf in the browser's tab, for when the server is another or has been restarted.

The session, which has all of this, ends with the server. The tab then has its page open a new one, which knows nothing.
"""

import json
import secrets
from pathlib import Path

import streamlit as st

from app_pages.common import DRAWN, SHELF, keep, lay, read, shelf, state
from mnist_model.images import ImageError

mount = st.components.v2.component(
    "browser_copy",
    js=Path(__file__).with_suffix(".js").read_text(),
    css=".st-key-copy { position: absolute; }",  # it takes no room
    isolate_styles=False,
)


def browser_copy(*, canvas: bool) -> None:
    """Have the browser keep a copy of what this session holds, and take up the one that it gives back.

    `canvas` tells whether the page has one. It holds the drawing, and need only be told again what it was told to load.
    """
    state.setdefault("session", secrets.token_hex(8))
    copy = {
        "session": state.session,
        "taken_up": state.get("taken_up"),
        "canvas": state.loaded if canvas else None,
        "drawing": state.reading.png if state.reading and not canvas else None,
        "shelf": [[kept.name, kept.reading.png] for kept in shelf().values()],
    }
    callbacks = {"on_given_change": lambda: None, "on_back_change": lambda: None}
    given = mount(data=json.dumps(copy).encode(), key="copy", **callbacks).get("given")
    match given:
        case {"session": str() as session} if session not in (state.session, state.get("taken_up")):
            take_up(given)
            state.taken_up = session
            st.rerun()  # for the copy of it


def take_up(copy: dict) -> None:
    """Go on with what a tab had from another session. It comes from the browser: it may be anything."""
    drawing, shelf = None, []
    try:
        match copy:
            case {"drawing": str() as png}:
                drawing = read(png)
        match copy:
            case {"shelf": list() as kept}:
                for each in kept[:SHELF]:
                    match each:
                        case [str() as name, str() as png] if reading := read(png):
                            shelf.append((reading, name))
    except ImageError as error:
        state.problem = str(error)
    # From here on no other run can come between, and find half of it.
    match copy:
        case {"canvas": {"objects": list(), "number": int() as number} as loaded}:
            state.loaded = state.drawing = loaded
            state.load_number, state.unread = number, True
    if drawing:
        lay(drawing)
        if "of" not in st.query_params:
            state.of = DRAWN  # what the pages look at by themselves is no longer what it was without a drawing
    for reading, name in shelf:
        keep(reading, name)
    state.pop("news", None)
