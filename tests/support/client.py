"""A client of Streamlit's websocket protocol that opens pages, sends drawings and waits for answers. Not a browser."""

import asyncio
import base64
import functools
import itertools
import json
import struct
import zlib
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import websockets
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.typing import Subprotocol

from tests.support.driver import DIGITS, Stroke

SIZE = 320  # pixels a side of the canvas
PEN = 24  # pixels
Result = TypeVar("Result")
ANSWERED = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in a thread of its own, since Playwright keeps an event loop running in that of the tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class FailedError(RuntimeError):
    """The page shows an exception instead of an answer, or nothing."""


class Session:
    """One open page.

    Attributes
    ----------
    id : str
        The server's id of the session.
    pages : dict of str to str
        The hash of each page of the app, by its path.
    sent, received : int
        Bytes of the last rerun.
    seen : list of str
        The digit that is read, the values of metrics, and the texts that the last rerun showed.
    told : list of str
        The toasts that the last rerun showed.
    canvas, fragment : str
        The ids of the canvas and of its fragment.
    loaded : dict
        The drawing that the server gave the canvas to load.
    parts : dict of str to str
        The kinds of all elements that have an id, by id.
    buttons : dict of str to str
        The ids of buttons, by label.
    answer : dict
        What the page Draw has the browser show, by name: the reading, the temperature and the energy threshold.
    choices : dict of str to list of str
        The options of selectboxes, by label.
    """

    def __init__(self, socket: websockets.ClientConnection):
        self._socket = socket
        self._widgets: dict[str, str | float] = {}
        self.id = self.canvas = self.fragment = ""
        self.pages: dict[str, str] = {}
        self.loaded: dict[str, Any] = {}
        self.parts: dict[str, str] = {}
        self.buttons: dict[str, str] = {}
        self.answer: dict[str, Any] = {}
        self.choices: dict[str, list[str]] = {}
        self.sent = self.received = 0
        self.seen: list[str] = []
        self.told: list[str] = []

    @classmethod
    async def open(cls, url: str, page: str = "", session: str = "") -> "Session":
        """Open a page and wait until the server has sent all of it.

        Parameters
        ----------
        url : str
            The server's.
        page : str
            The path of the page in the app; if not given, the first page.
        session : str
            The id of a session whose connection was lost, to continue it.
        """
        protocols = ["streamlit", *(["no-token", session] if session else [])]
        socket = await websockets.connect(
            url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=[Subprotocol(protocol) for protocol in protocols],
            max_size=None,
            open_timeout=60,
            ping_interval=None,
            close_timeout=1,
        )
        opened = cls(socket)
        await opened._rerun()
        if page:
            await opened.visit(page)
        return opened

    async def close(self) -> None:
        await self._socket.close()

    async def draw(self, drawing: str) -> None:
        """Send a drawing, as `drawing` makes it, and wait for the answer. Raises FailedError if there is none."""
        await self._rerun(WidgetState(id=self.canvas, json_value=drawing), self.fragment)
        if not self.seen:
            raise FailedError("the page shows nothing")

    async def turn(self, temperature: str) -> None:
        """Set the temperature and wait for the answer. Raises FailedError if the page shows an exception."""
        (slider,) = (part for part in self._widgets if part.endswith("-T"))
        self._widgets[slider] = temperature
        await self._rerun(fragment=self.fragment)

    async def press(self, button: str) -> None:
        """Press a button outside of fragments, by its label, and wait for the answer. Raises FailedError."""
        await self._rerun(WidgetState(id=self.buttons[button], trigger_value=True))

    async def visit(self, page: str) -> None:
        """Go to another page of the app, by its path, and wait until the server has sent all of it."""
        self.parts.clear()
        self._widgets.clear()
        await self.send(BackMsg(rerun_script=ClientState(page_script_hash=self.pages[page])))
        await self.answered()

    async def send(self, message: BackMsg | bytes | str) -> None:
        """Send any message, and do not wait for an answer."""
        request = message.SerializeToString() if isinstance(message, BackMsg) else message
        self.sent, self.received, self.seen, self.told = len(request), 0, [], []
        await self._socket.send(request)

    async def answered(self) -> None:
        """Wait until a run has finished. Raises FailedError if the page shows an exception."""
        while True:
            answer = await self._socket.recv(decode=False)
            self.received += len(answer)
            message = ForwardMsg.FromString(answer)
            match message.WhichOneof("type"):
                case "new_session":
                    self.id = message.new_session.initialize.session_id
                case "navigation":
                    self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                case "delta":
                    self._look(message.delta)
                case "script_finished" if message.script_finished in ANSWERED:
                    return

    async def _rerun(self, change: WidgetState | None = None, fragment: str = "") -> None:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.SetInParent()  # an empty rerun would not be sent otherwise
        for widget, value in self._widgets.items():
            state = rerun.widget_states.widgets.add(id=widget)
            if isinstance(value, str):
                state.string_array_value.data.append(value)
            else:
                state.double_array_value.data.append(value)
        if change is not None:
            rerun.widget_states.widgets.append(change)
        rerun.fragment_id = fragment
        await self.send(message)
        await self.answered()

    def _look(self, delta: Delta) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind is None:
            return
        found = str(getattr(getattr(element, kind), "id", ""))
        if found:
            self.parts[found] = kind
        match kind:
            case "bidi_component" if element.bidi_component.component_name.endswith("drawable_canvas"):
                self.canvas, self.fragment = found, delta.fragment_id
                self.loaded = json.loads(element.bidi_component.json)["initialDrawing"]
            case "bidi_component" if element.bidi_component.component_name.endswith("reading"):
                self.answer = json.loads(element.bidi_component.bytes)
                if reading := self.answer["reading"]:
                    self.seen += [str(np.argmax(reading["logits"])), str(reading)]
            case "button":
                self.buttons[element.button.label] = found
            case "selectbox":
                self.choices[element.selectbox.label] = list(element.selectbox.options)
            case "slider" if element.slider.type == Slider.SELECT_SLIDER:
                self._widgets[element.slider.id] = element.slider.options[int(element.slider.default[0])]
            case "slider":
                self._widgets[element.slider.id] = element.slider.default[0]
            case "metric":
                self.seen.append(element.metric.body)
            case "toast":
                self.told.append(element.toast.body)
            case "text":
                self.seen.append(element.text.body)
            case "exception":
                raise FailedError(element.exception.message)


def drawing(strokes: Iterable[Stroke]) -> str:
    """Return what the canvas sends for these strokes: JSON with Fabric's path of each, and a PNG of all."""
    picture = Image.new("RGBA", (4 * SIZE, 4 * SIZE), "#ffffff")
    pen = ImageDraw.Draw(picture)
    objects = []
    for stroke in strokes:
        points = [(SIZE * x, SIZE * y) for x, y in stroke]
        for x, y in points:
            pen.circle((4 * x, 4 * y), 2 * PEN, "#1d1c1a")
        pen.line([(4 * x, 4 * y) for x, y in points], "#1d1c1a", 4 * PEN)
        middles = [((x0 + x1) / 2, (y0 + y1) / 2) for (x0, y0), (x1, y1) in itertools.pairwise(points)]
        curves = [["Q", *point, *middle] for point, middle in zip(points, middles, strict=False)]
        left, right = (extreme(x for x, _ in points) for extreme in (min, max))
        top, bottom = (extreme(y for _, y in points) for extreme in (min, max))
        objects.append(
            OBJECT
            | {"left": (left + right) / 2, "top": (top + bottom) / 2, "width": right - left, "height": bottom - top}
            | {"path": [["M", *points[0]], *curves, ["L", *points[-1]]]}
        )
    data = "data:image/png;base64," + base64.b64encode(_png(np.asarray(picture.reduce(4)))).decode()
    raw = {"version": "7.4.0", "objects": objects, "background": "#ffffff"}
    return json.dumps({"drawing": {"raw": raw, "data": data}})


@functools.cache
def digit_drawings() -> list[str]:
    """Return what the canvas sends for each of the ten digits in `driver.DIGITS`, from 0 to 9."""
    return [drawing(strokes) for _, strokes in sorted(DIGITS.items())]


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Encode (H, W, 4) as Chromium does: with each row as its difference to the one above, at zlib's fastest level.

    This takes half as long to decode as a PNG that Pillow has written.
    """
    height, width, _ = pixels.shape
    lines = np.diff(pixels.reshape(height, -1), axis=0, prepend=np.uint8(0))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(np.insert(lines, 0, 2, axis=1).tobytes(), 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


OBJECT = {
    "lockMovementX": False, "lockMovementY": False, "lockRotation": False, "lockScalingX": False,
    "lockScalingY": False, "lockSkewingX": False, "lockSkewingY": False, "lockScalingFlip": False, "type": "Path",
    "version": "7.4.0", "originX": "center", "originY": "center", "fill": None, "stroke": "#1d1c1a",
    "strokeWidth": PEN, "strokeDashArray": None, "strokeLineCap": "round", "strokeDashOffset": 0,
    "strokeLineJoin": "round", "strokeUniform": False, "strokeMiterLimit": 10, "scaleX": 1, "scaleY": 1, "angle": 0,
    "flipX": False, "flipY": False, "opacity": 1, "shadow": None, "visible": True, "backgroundColor": "",
    "fillRule": "nonzero", "paintFirst": "fill", "globalCompositeOperation": "source-over", "skewX": 0, "skewY": 0,
}  # fmt: skip


async def open_all(url: str, count: int) -> list[Session]:
    """Open pages one after the other."""
    return [await Session.open(url) for _ in range(count)]


async def close_all(sessions: Iterable[Session]) -> None:
    """Close pages at the same time."""
    await asyncio.gather(*(session.close() for session in sessions))
