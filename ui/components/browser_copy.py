"""A copy of the session in the browser's tab, for when the server is another or has been restarted.

The session, which holds the drawing, the shelf and the best scores, ends with its server. The tab then opens a new
session, which has none of them.
"""

import contextlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from mnist_model.images import ImageError
from ui.challenges import CHALLENGES
from ui.components import read_files
from ui.drawing_link import LinkError, pack, unpack
from ui.reading import Reading, read
from ui.session import Attempt, Canvas, KeptDrawing, Session, Shelf, ShelfFullError, session

mount = st.components.v2.component(
    "browser_copy",
    js=read_files(Path(__file__).parent, "shared.js", "browser_copy.js"),
    isolate_styles=False,
)


def browser_copy(*, has_canvas: bool) -> None:
    """Have the browser keep a copy of this session, and restore the one that it gives back.

    A page that has a canvas still shows the drawing: there the copy holds only what the canvas was told to load, until
    the page is left.
    """
    current = session()
    places = {id(kept): place for place, kept in enumerate(current.shelf)}
    copy = {
        "session": current.id,
        "restored_from": current.restored_from,
        "canvas": current.canvas.loaded if has_canvas else None,
        "drawing": current.reading.png if current.reading and not has_canvas else None,
        "strokes": packed_strokes(current.canvas) if not has_canvas else None,
        "shelf": [[kept.name, kept.reading.png] for kept in current.shelf],
        "best": {
            challenge: [best.score, places.get(id(best.kept))] for challenge, best in current.best_attempts.items()
        },
    }
    callbacks: dict[str, Any] = {f"on_{name}_change": lambda: None for name in ("offered", "queued", "back")}
    from_browser: Mapping[str, Any] = mount(data=json.dumps(copy).encode(), key="copy", **callbacks)
    offered: Any = from_browser.get("offered") or from_browser.get("queued")
    match offered:
        case {"session": str() as other} if other not in (current.id, current.restored_from):
            restore(current, other, offered)
            st.rerun()  # so that the browser has a copy of it


def packed_strokes(canvas: Canvas) -> str | None:
    """Return the strokes on a canvas as a link has them, or None if there is no link to them."""
    try:
        return pack(json.loads(canvas.shown.objects), canvas.packed) or None
    except LinkError:
        return None


def restore(current: Session, other: str, copy: Mapping[str, Any]) -> None:
    """Add to a session what a tab had from another, whose id is `other`. It comes from the browser: it may be anything.

    A drawing that is not valid, and what comes after it, is left out with a notice.
    """
    drawing: Reading | None = None
    kept: dict[int, tuple[str, Reading]] = {}  # by the place on the shelf
    try:
        match copy:
            case {"drawing": str() as png}:
                drawing = read(png)
        match copy:
            case {"shelf": list() as shelf}:
                for place, each in enumerate(shelf[: Shelf.CAPACITY]):
                    match each:
                        case [str() as name, str() as png] if reading := read(png):
                            kept[place] = name, reading
    except ImageError as error:
        current.report_problem(str(error))

    # Until st.session_state is touched, no other run of the page can interrupt this one and find half of it.
    current.restored_from = other
    match copy:
        case {"canvas": {"objects": list(), "number": int() as number} as loaded}:
            current.canvas.restore(loaded, number)
            drawing = None  # it was copied when the tab was hidden, and the canvas may have got more strokes since
    added: dict[int | None, KeptDrawing] = {}
    try:
        for place, (name, reading) in kept.items():
            added[place] = current.shelf.add(reading, name)
    except ShelfFullError as error:
        current.report_problem(str(error))
    match copy:
        case {"best": dict() as attempts}:
            for challenge in CHALLENGES:
                match attempts.get(challenge):
                    case [int() | float() as score, int() | None as best] if math.isfinite(score):
                        current.best_attempts[challenge] = Attempt(score, added.get(best))
    if drawing and current.canvas.loads == 1:  # and none came with a link
        current.load_on_canvas(drawing)
        match copy:
            case {"strokes": str() as strokes}:
                with contextlib.suppress(LinkError):
                    unpack(strokes)
                    current.canvas.packed = drawing.png, strokes
        if "of" in st.query_params:  # and what was chosen there is looked at
            current.looked_at = drawing.png
