"""What a browser that was tampered with may send, and what it costs everybody else.

    python -m benchmarks.hostile

Floods the server; sends everything of `messages`, one after the other, and draws after each. Meanwhile an honest person
draws, and their answers, their waiting, the server's memory and its log are watched.
"""

import argparse
import asyncio
import base64
import contextlib
import itertools
import json
import statistics
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.client import FailedError, Session, drawing
from tests.e2e import driver

DRAWINGS = {digit: drawing(strokes) for digit, strokes in driver.DIGITS.items()}
PATIENCE = 20.0  # s
PAGES = ("", "temperatures", "softmax", "model")
MB = 1_000_000


def png(width: int, height: int, pixels: bytes, *chunks: bytes) -> str:
    """A PNG, as the canvas would send it, that says that it has this size and holds these compressed pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(part[:4], part[4:]) for part in chunks)
    return url(file + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def url(file: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(file).decode()


def noise(length: int, seed: int = 0) -> bytes:
    return np.random.default_rng(seed).bytes(length)


def zeros(megabytes: int) -> bytes:
    """So many megabytes of nothing, in a thousandth of the space."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(MB)) for _ in range(megabytes)) + packer.flush()


def pictures() -> dict[str, object]:
    """What is no picture of a drawing, by what is wrong with it."""
    good = json.loads(DRAWINGS[3])["drawing"]
    blank = zlib.compress(bytes((1 + 4 * 320) * 320))
    return {
        "no picture": None,
        "a number for a picture": 5,
        "a list of pictures": [good["data"]] * 3,
        "an empty picture": "",
        "a picture of another kind": "data:image/svg+xml;base64,PHN2Zy8+",
        "a picture to be fetched": "https://example.org/3.png",
        "a path": "/etc/passwd",
        "no base64": "data:image/png;base64,%%%%",
        "half of base64": good["data"][: len(good["data"]) // 2 + 1],
        "half a picture": good["data"][: len(good["data"]) // 8 * 4],
        "random bytes": url(noise(5000)),
        "too many bytes": url(bytes(MB)),
        "gigabytes of pixels": png(50_000, 50_000, zeros(20)),
        "the largest PNG there can be": png(2**31 - 1, 2**31 - 1, zeros(1)),
        "no pixels": png(0, 0, b""),
        "too few pixels": png(320, 320, zlib.compress(b"\0")),
        "more pixels than its size": png(320, 320, zeros(500)),
        "a damaged stream": png(320, 320, b"\x78\x9cnonsense"),
        "text that unpacks to gigabytes": png(320, 320, blank, b"zTXt" + b"a\0\0" + zeros(300)),
        "a colour profile that unpacks to gigabytes": png(320, 320, blank, b"iCCP" + b"a\0\0" + zeros(300)),
        "a thousand texts": png(320, 320, blank, *[b"tEXt" + b"a\0" + bytes(100)] * 1000),
        "an animation of millions": png(320, 320, blank, b"acTL" + struct.pack(">II", 2**31 - 1, 0)),
    }


def canvases() -> Iterator[tuple[str, str]]:
    """States of the canvas, each with what is wrong with it."""
    good = json.loads(DRAWINGS[3])["drawing"]
    for what, picture in pictures().items():
        yield what, json.dumps({"drawing": good | {"data": picture}})
    strokes = {
        "no strokes": None,
        "a number for strokes": 1e308,
        "a text for strokes": "objects",
        "objects that are none": {"objects": 7},
        "strokes without an end": {"objects": [{"path": [["Q", 1, 2, 3, 4]] * 40_000}]},
        "a hundred thousand strokes": {"objects": [{}] * 100_000},
        "strokes that are no numbers": {"objects": [{"path": [["Q", "a", None, [], {}]]}]},
        "a script": {"objects": [{"type": "Text", "text": "<script>alert(1)</script>"}]},
        "a picture from elsewhere": {"objects": [{"type": "Image", "src": "https://example.org/3.png"}]},
    }
    for what, raw in strokes.items():
        yield what, json.dumps({"drawing": good | {"raw": raw}})
    yield "the half of it", DRAWINGS[3][:5000]
    yield "a megabyte of brackets", "[" * MB
    yield "a deep object", '{"drawing":' * 50_000 + "1" + "}" * 50_000
    yield "a deep drawing", '{"drawing": {"data": null, "raw": ' + "[" * 900 + "]" * 900 + "}}"
    yield "lists in a list, a megabyte of them", '{"drawing": [' + "[]," * (MB // 3) + "[]]}"
    yield "the same key, over and over", '{"drawing": 1,' * 1 + '"drawing": 2,' * 10_000 + '"drawing": 3}'
    yield "a number of a hundred thousand digits", '{"drawing": ' + "9" * 100_000 + "}"
    for value in ("", "null", "true", "NaN", "Infinity", "-1e999", '"drawing"', "[]", "{}", "\0", "\ud7ff", "nonsense"):
        yield f"{value!r} for a state", value
    for value in (None, True, 0, -1, 1e308, "", "\u0000", [], [[]], {}, {"raw": {}}, {"data": ""}, {"objects": []}):
        yield f"{value!r} for a drawing", json.dumps({"drawing": value})
    for value in (0, "", [], {}, {"naturalWidth": "wide"}):
        yield f"{value!r} for a background", json.dumps({"drawing": good, "backgroundFit": value})


def copies() -> Iterator[tuple[str, str]]:
    """What a tab may give back as a copy of a session's drawings (app_pages/browser_copy.py)."""
    good = json.loads(DRAWINGS[3])["drawing"]["data"]
    for what, picture in pictures().items():
        yield (
            f"{what} in a copy",
            json.dumps({"given": {"session": "x", "drawing": picture, "shelf": [["x", picture]]}}),
        )
    for what, copy in {
        "a hundred drawings": {"shelf": [["x" * 1000, good]] * 100},
        "a shelf that is none": {"shelf": {"0": good}},
        "drawings that are none": {"shelf": [None, [], ["x"], [1, 2], ["x", None], "xy"]},
        "a canvas that is none": {"canvas": 7},
        "a canvas of nonsense": {"canvas": {"objects": [None, 7, []], "number": -1}},
        "a number that is none": {"canvas": {"objects": [], "number": 1e308}},
    }.items():
        yield f"{what} in a copy", json.dumps({"given": {"session": what, **copy}})


def values() -> dict[str, WidgetState]:
    """A value of each kind that Streamlit knows, none of them sensible."""
    found = {
        "a trigger": WidgetState(trigger_value=True),
        "a truth": WidgetState(bool_value=True),
        "NaN": WidgetState(double_value=float("nan")),
        "infinity": WidgetState(double_value=float("-inf")),
        "a huge integer": WidgetState(int_value=2**62),
        "-1": WidgetState(int_value=-1),
        "a text": WidgetState(string_value="<b>\n\x1b[31m 2 ** 2"),
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
        ("no texts", []),
        ("odd texts", ["nan", "1e999", "\0", "9" * 5000]),
        ("many texts", ["5"] * 9999),
    ):
        found[what] = WidgetState()
        found[what].string_array_value.data.extend(texts)
        found[what].string_array_value.SetInParent()
    found["a file that never came"] = WidgetState()
    found["a file that never came"].file_uploader_state_value.uploaded_file_info.add(
        file_id="x", name="../x", size=2**60
    )
    found["a chat"] = WidgetState()
    found["a chat"].chat_input_value.data = "hello"
    found["a table"] = WidgetState()
    found["a table"].arrow_value.data = b"no arrow"
    found["nothing"] = WidgetState()
    return found


def messages(session: Session) -> Iterator[tuple[str, BackMsg | bytes | str]]:
    """Everything hostile that may come from a page like this one, which is open in `session`: what it is, and it."""
    yield "a text", "hello"
    yield "no bytes", b""
    for seed in range(5):
        yield "random bytes", noise(300, seed)
    yield "half a message", BackMsg(rerun_script=ClientState(query_string="T=2")).SerializeToString()[:-1]
    yield "more bytes than are taken", bytes(3 * MB)
    yield "many more bytes than are taken", bytes(30 * MB)
    for order in ("clear_cache", "stop_script", "load_git_info", "set_run_on_save", "app_heartbeat"):
        yield order, BackMsg(**{order: True})
    yield "an end of the server", BackMsg(debug_shutdown_runtime=True)
    yield "an end of the connection", BackMsg(debug_disconnect_websocket=True)
    files = BackMsg()
    files.file_urls_request.file_names.extend(["x"] * 10_000)
    yield "addresses for ten thousand files", files
    for stranger in (False, True):
        install = BackMsg()
        install.backend_operation_request.session_id = "another" if stranger else session.id
        install.backend_operation_request.install_skills.SetInParent()
        yield "files to be installed", install
        file = BackMsg()
        file.backend_operation_request.session_id = "another" if stranger else session.id
        file.backend_operation_request.deferred_file.file_id = "../../etc/passwd"
        yield "a file of the system", file

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
        yield "a link", BackMsg(rerun_script=ClientState(query_string=query))
    yield "an unknown page", BackMsg(rerun_script=ClientState(page_script_hash="0" * 32))
    yield "a page with a long name", BackMsg(rerun_script=ClientState(page_name="../" * 10_000))
    for fragment in ("0" * 32, "x" * MB, session.fragment + "0"):
        yield "an unknown fragment", BackMsg(rerun_script=ClientState(fragment_id=fragment))
    yield "hashes", BackMsg(rerun_script=ClientState(cached_message_hashes=[str(n) for n in range(50_000)]))
    place = ClientState()
    place.context_info.timezone, place.context_info.locale, place.context_info.url = "Mars/Phobos", "\0", "x" * 100_000
    place.context_info.timezone_offset = -(2**31)
    yield "a place that is none", BackMsg(rerun_script=place)
    for number in (1, 20_000):
        strangers = BackMsg()
        for each in range(number):
            strangers.rerun_script.widget_states.widgets.add(id=f"$$ID-{each}-x", int_value=each)
        yield "widgets of another page", strangers
    huge = BackMsg()
    huge.rerun_script.widget_states.widgets.add(id="x" * MB, int_value=1)
    yield "a widget with a long name", huge

    for what, state in canvases():
        message = BackMsg(rerun_script=ClientState(fragment_id=session.fragment))
        message.rerun_script.widget_states.widgets.add(id=session.canvas, json_value=state)
        yield what, message
    (keeper,) = (part for part in session.parts if part.endswith("-copy"))
    for what, copy in copies():
        message = BackMsg(rerun_script=ClientState())
        message.rerun_script.widget_states.widgets.add(id=keeper, json_value=copy)
        yield what, message
    yield from widgets(session)


def widgets(session: Session) -> Iterator[tuple[str, BackMsg]]:
    """Every value of `values` for everything on the page that is open in `session`."""
    for (part, kind), (what, value) in itertools.product(session.parts.items(), values().items()):
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.CopyFrom(value)
        state.id = part
        yield f"{what} for a {kind}", message


class Attack(NamedTuple):
    messages: int
    reopened: int  # after which its sender had to open the page anew
    lines: int  # of the server's log, at most, for one of them


async def attack(url: str, most: int | None = None, log: Callable[[], str] = str) -> Attack:
    """Flood the server; send all messages, of the other pages' widgets `most` for each page, and a drawing after each.

    `log` gives the server's log. Raises FailedError if there is no answer to the drawing, even from a page opened anew.
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
            try:
                await session.send(message)
                if isinstance(message, BackMsg) and message.HasField("rerun_script"):
                    with contextlib.suppress(TimeoutError):  # that of a fragment that there is not
                        async with asyncio.timeout(1):
                            await session.answered()
                else:
                    await asyncio.sleep(0.05)
                broken = False
            except (FailedError, websockets.ConnectionClosed):
                broken = True
            lines = max(lines, log().count("\n") - before)
            try:
                await read(session, sent % 10, page)
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


async def flood(url: str) -> None:
    """Ask for the page again and again, waiting for nothing, until the server hangs up. FailedError if it does not."""
    session = await Session.open(url)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                await session.send(BackMsg(rerun_script=ClientState()))
                await asyncio.sleep(0)
    except TimeoutError as error:
        raise FailedError("a flood is listened to") from error
    except websockets.ConnectionClosed:
        pass


async def read(session: Session, digit: int, page: str = "") -> None:
    """Draw a digit and wait until it is read, whatever is answered before; nothing on a page without a canvas."""
    if page:
        return
    async with asyncio.timeout(PATIENCE):
        await session.draw(DRAWINGS[digit])
        while session.seen[:1] != [str(digit)]:
            session.seen.clear()
            await session.answered()


async def honest(url: str, times: list[float], done: threading.Event) -> None:
    """Draw twice a second until it is done, and note how long each answer takes. Raises FailedError at a wrong one."""
    session = await Session.open(url)
    for digit in itertools.cycle(DRAWINGS):
        started = time.perf_counter()
        await session.draw(DRAWINGS[digit])
        times.append(time.perf_counter() - started)
        if session.seen[0] != str(digit):
            raise FailedError(f"{session.seen} for a {digit}")
        if done.is_set():
            break
        await asyncio.sleep(0.5)
    await session.close()


async def watched(url: str, work) -> list[float]:
    """Let an honest person draw while `work` is done. Returns how long each of their answers took."""
    times: list[float] = []
    done = threading.Event()

    async def until_done() -> None:
        try:
            await work
        finally:
            done.set()

    async with asyncio.TaskGroup() as both:
        # In a thread of their own: they shall not wait while this one compresses gigabytes.
        both.create_task(asyncio.to_thread(asyncio.run, honest(url, times, done)))
        both.create_task(until_done())
    return times


async def measure(server: driver.Server) -> None:
    def megabytes() -> float:
        return psutil.Process(server.pid).memory_info().rss / 1e6

    found: list[Attack] = []

    async def attacks() -> None:
        found.append(await attack(server.url, log=lambda: server.log))

    for page in PAGES:  # the first visit pays for imports
        await (await Session.open(server.url, page)).close()
    alone = await watched(server.url, asyncio.sleep(20))
    before = megabytes()
    beside = await watched(server.url, attacks())
    print("| | before | meanwhile, and after |\n|---|--:|--:|")
    print(f"| hostile messages | | {found[0].messages:,} |")
    print(f"| of them, the page had to be opened anew by who sent them, after | | {found[0].reopened:,} |")
    print(f"| lines in the log for one of them, at most | | {found[0].lines} |")
    print(f"| an honest person's answers, all of them right | {len(alone)} | {len(beside)} |")
    print(f"| their waiting, median, s | {statistics.median(alone):.3f} | {statistics.median(beside):.3f} |")
    print(f"| the longest, s | {max(alone):.3f} | {max(beside):.3f} |")
    print(f"| the server's memory, MB | {before:.0f} | {megabytes():.0f} |")


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with driver.serve() as server:
        asyncio.run(measure(server))


if __name__ == "__main__":
    main()
