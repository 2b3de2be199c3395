"""A button that copies a link to the drawing: whoever opens it sees the same drawing, at the same temperature."""

import json
import zlib
from pathlib import Path

import streamlit as st

from ui.components import read_files
from ui.drawing_link import LinkError, pack
from ui.session import Canvas

HERE = Path(__file__).parent
PARAMETER = "drawing"  # of the URL

mount = st.components.v2.component(
    "copy_link",
    html='<button type="button" class="copy-link"></button><span role="status" class="copied"></span>',
    js=read_files(HERE, "shared.js", "copy_link.js"),
    css=read_files(HERE, "copy_link.css"),
    isolate_styles=False,
)


def copy_link(canvas: Canvas, pen_width: int) -> None:
    """Show the button. The link holds what is on the canvas, the pen and, like the URL of the page, the temperature.

    The tab's copy of the session (browser_copy.js) takes the strokes from here; by the checksum of the picture it knows
    whether they are those that are on the canvas.
    """
    data: dict[str, dict[str, str | int] | str | int]
    try:
        drawing = pack(json.loads(canvas.shown.objects), canvas.packed)
        data = {"parameters": {PARAMETER: drawing, "pen": pen_width} if drawing else {}}
        if canvas.shown.reading:
            data["checksum"] = zlib.crc32(canvas.shown.reading.png.encode())
    except LinkError as error:
        data = {"problem": str(error)}
    mount(data=json.dumps(data).encode(), key="copy_link")
