"""Messages that a tampered browser may send, an attack that sends them all, and an honest visitor meanwhile."""

import asyncio
import base64
import contextlib
import http.client
import itertools
import json
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.support.client import FailedError, Session, digit_drawings

PATIENCE = 20.0  # s: an answer that takes longer counts as none
PAGES = ("", "temperatures", "softmax", "model")
MB = 1_000_000


def png(width: int, height: int, pixels: bytes, *chunks: bytes, last: bytes = b"IEND") -> str:
    """Return a PNG, as the canvas would send it, with this size in its header, these compressed pixels and chunks.

    The chunk `last` follows the pixels.
    """

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(part[:4], part[4:]) for part in chunks)
    return url(file + chunk(b"IDAT", pixels) + chunk(last[:4], last[4:]))


def url(file: bytes) -> str:
    """Return a file as the canvas sends its PNG: in a data URL."""
    return "data:image/png;base64," + base64.b64encode(file).decode()


def noise(length: int, seed: int = 0) -> bytes:
    """Return random bytes, the same for the same seed."""
    return np.random.default_rng(seed).bytes(length)


def zeros(megabytes: int) -> bytes:
    """Return so many megabytes of zeros, compressed to a thousandth of that."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(MB)) for _ in range(megabytes)) + packer.flush()


def pictures() -> dict[str, object]:
    """Return invalid pictures of a drawing, by what is wrong with each."""
    good = json.loads(digit_drawings()[3])["drawing"]
    blank = zlib.compress(bytes((1 + 4 * 320) * 320))
    return {
        "no picture": None,
        "a number instead of a picture": 5,
        "a list of pictures": [good["data"]] * 3,
        "an empty picture": "",
        "a picture of another kind": "data:image/svg+xml;base64,PHN2Zy8+",
        "the address of a picture": "https://example.org/3.png",
        "a path": "/etc/passwd",
        "invalid base64": "data:image/png;base64,%%%%",
        "half of base64": good["data"][: len(good["data"]) // 2 + 1],
        "half a picture": good["data"][: len(good["data"]) // 8 * 4],
        "random bytes": url(noise(5000)),
        "too many bytes": url(bytes(MB)),
        "gigabytes of pixels": png(50_000, 50_000, zeros(20)),
        "a hundred million pixels": png(10_000, 10_000, zeros(20)),
        "the largest PNG there can be": png(2**31 - 1, 2**31 - 1, zeros(1)),
        "no pixels": png(0, 0, b""),
        "too few pixels": png(320, 320, zlib.compress(b"\0")),
        "more pixels than it declares": png(320, 320, zeros(500)),
        "a damaged stream": png(320, 320, b"\x78\x9cnonsense"),
        "text that unpacks to gigabytes": png(320, 320, blank, b"zTXt" + b"a\0\0" + zeros(300)),
        "a colour profile that unpacks to gigabytes": png(320, 320, blank, b"iCCP" + b"a\0\0" + zeros(300)),
        "half a colour profile after the pixels": png(320, 320, blank, last=b"iCCP" + b"a\0"),
        "a thousand texts": png(320, 320, blank, *[b"tEXt" + b"a\0" + bytes(100)] * 1000),
        "an animation of millions": png(320, 320, blank, b"acTL" + struct.pack(">II", 2**31 - 1, 0)),
    }


def canvases() -> Iterator[tuple[str, str]]:
    """Yield invalid states of the canvas, each after what is wrong with it."""
    good = json.loads(digit_drawings()[3])["drawing"]
    for what, picture in pictures().items():
        yield what, json.dumps({"drawing": good | {"data": picture}})
    strokes: dict[str, object] = {
        "no strokes": None,
        "a number instead of strokes": 1e308,
        "a string instead of strokes": "objects",
        "a number instead of objects": {"objects": 7},
        "a very long stroke": {"objects": [{"path": [["Q", 1, 2, 3, 4]] * 40_000}]},
        "a hundred thousand strokes": {"objects": [{}] * 100_000},
        "strokes without numbers": {"objects": [{"path": [["Q", "a", None, [], {}]]}]},
        "a script": {"objects": [{"type": "Text", "text": "<script>alert(1)</script>"}]},
        "a picture from another site": {"objects": [{"type": "Image", "src": "https://example.org/3.png"}]},
    }
    for what, raw in strokes.items():
        yield what, json.dumps({"drawing": good | {"raw": raw}})
    yield "half a drawing", digit_drawings()[3][:5000]
    yield "a megabyte of brackets", "[" * MB
    yield "a deep object", '{"drawing":' * 50_000 + "1" + "}" * 50_000
    yield "a deep drawing", '{"drawing": {"data": null, "raw": ' + "[" * 900 + "]" * 900 + "}}"
    yield "a megabyte of lists in a list", '{"drawing": [' + "[]," * (MB // 3) + "[]]}"
    yield "a key repeated 10,000 times", '{"drawing": 1,' + '"drawing": 2,' * 10_000 + '"drawing": 3}'
    yield "a number of a hundred thousand digits", '{"drawing": ' + "9" * 100_000 + "}"
    for text in ("", "null", "true", "NaN", "Infinity", "-1e999", '"drawing"', "[]", "{}", "\0", "\ud7ff", "nonsense"):
        yield f"{text!r} instead of a state", text
    values: list[object] = [
        None,
        True,
        0,
        -1,
        1e308,
        "",
        "\0",
        [],
        [[]],
        {},
        {"raw": {}},
        {"data": ""},
        {"objects": []},
    ]
    for value in values:
        yield f"{value!r} instead of a drawing", json.dumps({"drawing": value})
    values = [0, "", [], {}, {"naturalWidth": "wide"}]
    for value in values:
        yield f"{value!r} instead of a background", json.dumps({"drawing": good, "backgroundFit": value})


def copies() -> Iterator[tuple[str, str]]:
    """Yield invalid copies of a session (ui/components/browser_copy.py), each after what is wrong with it."""
    good = json.loads(digit_drawings()[3])["drawing"]["data"]
    for what, picture in pictures().items():
        copy_of_it = {"session": "x", "drawing": picture, "shelf": [["x", picture]]}
        yield f"{what} in a copy", json.dumps({"queued": copy_of_it})
    invalid: dict[str, dict[str, object]] = {
        "a hundred drawings": {"shelf": [["x" * 1000, good]] * 100},
        "an object instead of a shelf": {"shelf": {"0": good}},
        "a shelf without drawings": {"shelf": [None, [], ["x"], [1, 2], ["x", None], "xy"]},
        "a number instead of a canvas": {"canvas": 7},
        "a canvas with invalid objects": {"canvas": {"objects": [None, 7, []], "number": -1}},
        "a canvas with an invalid number": {"canvas": {"objects": [], "number": 1e308}},
    }
    for what, copy in invalid.items():
        yield f"{what} in a copy", json.dumps({"queued": {"session": what, **copy}})


def values() -> dict[str, WidgetState]:
    """Return values of every type that Streamlit's protocol has, none of them sensible."""
    found = {
        "a trigger": WidgetState(trigger_value=True),
        "a boolean": WidgetState(bool_value=True),
        "NaN": WidgetState(double_value=float("nan")),
        "infinity": WidgetState(double_value=float("-inf")),
        "a huge integer": WidgetState(int_value=2**62),
        "-1": WidgetState(int_value=-1),
        "a string": WidgetState(string_value="<b>\n\x1b[31m 2 ** 2"),
        "100 KB of text": WidgetState(string_value="9" * 100_000),
        "JSON": WidgetState(json_value='{"selection": {"points": [{"point_index": 1e9}]}}'),
        "a list of JSON": WidgetState(json_value="[1, 2"),
        "a JSON trigger": WidgetState(json_trigger_value='[{"event": "x", "value": 1}]'),
        "bytes": WidgetState(bytes_value=b"\xff" * 1000),
    }
    for what, numbers in (
        ("no numbers", []),
        ("NaN among numbers", [float("nan"), float("inf")]),
        ("huge numbers", [1e308]),
        ("many numbers", [1.0] * 10_000),
    ):
        found[what] = WidgetState()
        found[what].double_array_value.data.extend(numbers)
        found[what].double_array_value.SetInParent()
    for what, whole in (("no integers", []), ("huge integers", [2**62, -(2**62)]), ("many integers", [3] * 10_000)):
        found[what] = WidgetState()
        found[what].int_array_value.data.extend(whole)
        found[what].int_array_value.SetInParent()
    for what, texts in (
        ("no strings", []),
        ("odd strings", ["nan", "1e999", "\0", "9" * 5000]),
        ("many strings", ["5"] * 9999),
    ):
        found[what] = WidgetState()
        found[what].string_array_value.data.extend(texts)
        found[what].string_array_value.SetInParent()
    found["a file that was never uploaded"] = WidgetState()
    found["a file that was never uploaded"].file_uploader_state_value.uploaded_file_info.add(
        file_id="x", name="../x", size=2**60
    )
    found["a chat"] = WidgetState()
    found["a chat"].chat_input_value.data = "hello"
    found["a table"] = WidgetState()
    found["a table"].arrow_value.data = b"no arrow"
    found["nothing"] = WidgetState()
    return found


def messages(session: Session) -> Iterator[tuple[str, BackMsg | bytes | str]]:
    """Yield all hostile messages for the page that is open in `session`, each after what it is."""
    yield from malformed()
    yield from commands(session)
    yield from reruns(session)
    yield from drawings(session)
    yield from widgets(session)


def malformed() -> Iterator[tuple[str, bytes | str]]:
    """Yield what is not a message of Streamlit's protocol, or too large for one."""
    yield "a text frame", "hello"
    yield "no bytes", b""
    for seed in range(5):
        yield "random bytes", noise(300, seed)
    yield "half a message", BackMsg(rerun_script=ClientState(query_string="T=2")).SerializeToString()[:-1]
    yield "more bytes than allowed", bytes(3 * MB)
    yield "many more bytes than allowed", bytes(30 * MB)


def commands(session: Session) -> Iterator[tuple[str, BackMsg]]:
    """Yield messages that ask for something other than a run of the page."""
    for order in ("clear_cache", "stop_script", "load_git_info", "set_run_on_save", "app_heartbeat"):
        command = BackMsg()
        setattr(command, order, True)
        yield order, command
    yield "a shutdown of the server", BackMsg(debug_shutdown_runtime=True)
    yield "an end of the connection", BackMsg(debug_disconnect_websocket=True)
    files = BackMsg()
    files.file_urls_request.file_names.extend(["x"] * 10_000)
    yield "addresses for ten thousand files", files
    for foreign in (False, True):
        install = BackMsg()
        install.backend_operation_request.session_id = "another" if foreign else session.id
        install.backend_operation_request.install_skills.SetInParent()
        yield "an installation of files", install
        file = BackMsg()
        file.backend_operation_request.session_id = "another" if foreign else session.id
        file.backend_operation_request.deferred_file.file_id = "../../etc/passwd"
        yield "a file outside of the app", file


def reruns(session: Session) -> Iterator[tuple[str, BackMsg]]:
    """Yield requests for a run of the page with invalid query strings, pages, fragments and the like."""
    odd = (
        "T=nan",
        "T=" + "9" * 400,
        "T=%00%ff",
        "T",
        "&" * 10_000,
        "of=kept%20-1",
        "of[]=",
        "temperatures=1e999&" * 500,
    )
    for query in (*odd, "x=" + "1" * MB, "<script>", "a=" + "%F0%9F%98%80" * 1000):
        yield "a query string", BackMsg(rerun_script=ClientState(query_string=query))
    yield "an unknown page", BackMsg(rerun_script=ClientState(page_script_hash="0" * 32))
    yield "a page with a long name", BackMsg(rerun_script=ClientState(page_name="../" * 10_000))
    for fragment in ("0" * 32, "x" * MB, session.fragment + "0"):
        yield "an unknown fragment", BackMsg(rerun_script=ClientState(fragment_id=fragment))
    yield (
        "hashes of cached messages",
        BackMsg(rerun_script=ClientState(cached_message_hashes=[str(n) for n in range(50_000)])),
    )
    place = ClientState()
    place.context_info.timezone, place.context_info.locale, place.context_info.url = "Mars/Phobos", "\0", "x" * 100_000
    place.context_info.timezone_offset = -(2**31)
    yield "an invalid time zone", BackMsg(rerun_script=place)
    for number in (1, 20_000):
        unknown = BackMsg()
        for each in range(number):
            unknown.rerun_script.widget_states.widgets.add(id=f"$$ID-{each}-x", int_value=each)
        yield "widgets of another page", unknown
    huge = BackMsg()
    huge.rerun_script.widget_states.widgets.add(id="x" * MB, int_value=1)
    yield "a widget with a long name", huge


def drawings(session: Session) -> Iterator[tuple[str, BackMsg]]:
    """Yield every invalid state of the canvas and every invalid copy of a session."""
    for what, state in canvases():
        message = BackMsg(rerun_script=ClientState(fragment_id=session.fragment))
        message.rerun_script.widget_states.widgets.add(id=session.canvas, json_value=state)
        yield what, message
    (browser_copy,) = (part for part in session.parts if part.endswith("-copy"))
    for what, copy in copies():
        message = BackMsg(rerun_script=ClientState())
        message.rerun_script.widget_states.widgets.add(id=browser_copy, json_value=copy)
        yield what, message


def widgets(session: Session) -> Iterator[tuple[str, BackMsg]]:
    """Yield every value of `values` for every element of the page that is open in `session`."""
    for (part, kind), (what, value) in itertools.product(session.parts.items(), values().items()):
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.CopyFrom(value)
        state.id = part
        yield f"{what} as the value of a {kind}", message


class Attack(NamedTuple):
    """What came of an attack."""

    messages: int
    reopened: int  # after how many of them the attacker had to open the page again
    lines: int  # the most lines that the server logged for one of them


async def attack(url: str, most: int | None = None, log: Callable[[], str] = str) -> Attack:
    """Flood the server, then send it all messages and draw a digit after each.

    Parameters
    ----------
    url : str
        The server's.
    most : int
        How many messages to send for the widgets of each page but the first. If not given, all.
    log : callable
        Returns the server's log.

    Raises
    ------
    FailedError
        If a digit is not read, not even on a page that was opened again.
    """
    await flood(url)
    sent = reopened = lines = 0
    for page in PAGES:
        session = await Session.open(url, page)
        every = list(widgets(session) if page else messages(session))
        if page and most:
            every = [every[number] for number in np.random.default_rng(0).permutation(len(every))[:most]]
        for what, message in every:
            sent += 1
            before = log().count("\n")
            broken = not await send(session, message)
            lines = max(lines, log().count("\n") - before)
            try:
                if not page:
                    await draw(session, sent % 10)
            except (FailedError, websockets.ConnectionClosed):
                broken = True
            except TimeoutError as error:
                raise FailedError(f"no answer after {what}") from error
            if broken:
                reopened += 1
                await session.close()
                session = await Session.open(url, page)
        await session.close()
    return Attack(sent, reopened, lines)


async def send(session: Session, message: BackMsg | bytes | str) -> bool:
    """Send a message and wait for what answers it. Returns whether the page still works."""
    try:
        await session.send(message)
        if isinstance(message, BackMsg) and message.HasField("rerun_script"):
            with contextlib.suppress(TimeoutError):  # no run answers for an unknown fragment
                async with asyncio.timeout(1):
                    await session.answered()
        else:
            await asyncio.sleep(0.05)
    except (FailedError, websockets.ConnectionClosed):
        return False
    return True


async def flood(url: str) -> None:
    """Ask for the page without waiting for it, until the server hangs up. Raises FailedError if it does not."""
    session = await Session.open(url)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                await session.send(BackMsg(rerun_script=ClientState()))
                await asyncio.sleep(0)
    except TimeoutError as error:
        raise FailedError("the server does not stop a flood") from error
    except websockets.ConnectionClosed:
        pass


def flood_live(url: str, seconds: float) -> Counter[int]:
    """Attack the live endpoint: every invalid picture, valid ones without a pause, and bodies that never come.

    Parameters
    ----------
    url : str
        The server's.
    seconds : float
        How long four connections send valid pictures, while fifty others send half of one.

    Returns
    -------
    Counter
        How often each HTTP status came back.
    """
    host = url.removeprefix("http://")
    good = base64.b64decode(json.loads(digit_drawings()[3])["drawing"]["data"].partition(",")[2])
    found: Counter[int] = Counter()

    def post(connection: http.client.HTTPConnection, body: bytes) -> None:
        try:
            connection.request("POST", "/live", body, {"Content-Type": "image/png"})
            answer = connection.getresponse()
            answer.read()
            found[answer.status] += 1
        except (OSError, http.client.HTTPException):  # the server hangs up on a body that it does not want
            connection.close()

    connection = http.client.HTTPConnection(host, timeout=PATIENCE)
    for picture in pictures().values():
        with contextlib.suppress(ValueError):  # what is no PNG in base64 can only be a message of the page
            post(connection, base64.b64decode(str(picture).partition("base64,")[2], validate=True))
    connection.close()

    def send_good() -> None:
        connection = http.client.HTTPConnection(host, timeout=PATIENCE)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            post(connection, good)
        connection.close()

    slow = [http.client.HTTPConnection(host, timeout=PATIENCE) for _ in range(50)]
    for connection in slow:
        connection.putrequest("POST", "/live")
        connection.putheader("Content-Type", "image/png")
        connection.putheader("Content-Length", str(len(good)))
        connection.endheaders(good[: len(good) // 2])
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(send_good) for _ in range(4)]:
            done.result()
    for connection in slow:
        with contextlib.suppress(OSError, http.client.HTTPException):
            found[connection.getresponse().status] += 1
        connection.close()
    return found


async def draw(session: Session, digit: int) -> None:
    """Draw a digit and wait until it is read, whatever is answered before."""
    async with asyncio.timeout(PATIENCE):
        await session.draw(digit_drawings()[digit])
        while session.seen[:1] != [str(digit)]:
            session.seen.clear()
            await session.answered()


async def draw_honestly(url: str, times: list[float], done: threading.Event) -> None:
    """Draw twice a second until it is done. Appends how long each answer took, in s. FailedError if one is wrong."""
    session = await Session.open(url)
    for digit, drawing in itertools.cycle(enumerate(digit_drawings())):
        started = time.perf_counter()
        await session.draw(drawing)
        times.append(time.perf_counter() - started)
        if session.seen[0] != str(digit):
            raise FailedError(f"{session.seen} for a {digit}")
        if done.is_set():
            break
        await asyncio.sleep(0.5)
    await session.close()


async def with_honest_visitor(url: str, work: Awaitable[object]) -> list[float]:
    """Let an honest visitor draw while `work` is done. Returns how long each of their answers took, in s."""
    times: list[float] = []
    done = threading.Event()

    async def until_done() -> None:
        try:
            await work
        finally:
            done.set()

    async with asyncio.TaskGroup() as both:
        # In a thread of its own: it must not wait while this one compresses gigabytes.
        both.create_task(asyncio.to_thread(asyncio.run, draw_honestly(url, times, done)))
        both.create_task(until_done())
    return times
