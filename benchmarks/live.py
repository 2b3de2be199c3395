"""The answer under the hand: how soon a move of the pen or of the temperature shows, and what it costs under load.

    python -m benchmarks.live [--seconds 20] [--people 200]

- In one real browser: a pen that moves sixty times a second without being lifted, and the temperature's slider dragged
  back and forth. From a move of the pen to the frame that shows an answer to it; answers and changes a second.
- The bare page, which answers once the pen is lifted: from that moment to the last frame in which anything changes.
- People who draw for a second, with live answers as a browser asks for them, and lift the pen, every three seconds. How
  long the answer to the lifted pen takes, as in benchmarks/load.py, and how many live answers each gets while drawing.
"""

import argparse
import asyncio
import base64
import itertools
import json
import math
import statistics
import time
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.load import EVERY, WARM_UP, Answers, answers, draw_until
from benchmarks.pages import PAGES
from benchmarks.shown import shown_after
from tests.support import driver
from tests.support.client import Session, close_all, digit_drawings, open_all

DRAWING = 1.0  # s, of every EVERY, that the pen is down
INTERVAL, PAUSES = 1 / 15, (0.5, 8)  # s: as in ui/components/answer/pen.js
RNG = np.random.default_rng()

# Notes when the pen moved, when the canvas was looked at, and when an answer was shown: at the next frame after it.
WATCH = """() => {
    window.noted = {moves: [], looked: [], shown: []};
    addEventListener("pointermove", () => noted.moves.push(performance.now()), true);
    const toDataURL = HTMLCanvasElement.prototype.toDataURL;
    HTMLCanvasElement.prototype.toDataURL = function (...options) {
        noted.looked.push(performance.now());
        return toDataURL.apply(this, options);
    };
    let shown = 0;
    new MutationObserver(() => {
        const looked = noted.looked.length;
        if (looked === shown) return;
        shown = looked;
        requestAnimationFrame(() => setTimeout(() => noted.shown.push([noted.looked[looked - 1], performance.now()])));
    }).observe(document.querySelector(".answer .digit-bars"), {subtree: true, attributes: true});
}"""

COUNT_CHANGES = """() => {
    const bars = document.querySelector(".answer .digit-bars");
    window.changes = 0;
    let before = bars.ariaLabel;
    const look = () => {
        if (bars.ariaLabel !== before) changes += 1;
        before = bars.ariaLabel;
        requestAnimationFrame(look);
    };
    look();
}"""


def watch_pen(page: Page, seconds: float) -> tuple[list[float], float]:
    """Move the pen around. Returns how long each move took to be answered, in s, and the answers a second."""
    box = page.locator(driver.CANVAS).bounding_box()
    assert box
    page.evaluate(WATCH)
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    started = time.perf_counter()
    for step in itertools.count():
        due = step / 60 - (time.perf_counter() - started)
        if due > 0:
            page.wait_for_timeout(1000 * due)
        if time.perf_counter() - started > seconds:
            break
        # An 8 that turns slowly: a finite drawing that changes with each move.
        angle = step / 25
        x, y = 0.5 + 0.2 * math.cos(angle), 0.5 + 0.3 * math.sin(angle / 2 + step / 400)
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.up()
    noted = page.evaluate("noted")
    shown = [(looked, at) for looked, at in noted["shown"] if looked]
    took = []
    for move in noted["moves"]:
        answered = next((at for looked, at in shown if looked >= move), None)
        if answered:
            took.append((answered - move) / 1000)
    return took, len(shown) / seconds


def changes_while_dragged(page: Page, seconds: float) -> float:
    """Drag the temperature's slider back and forth. Returns the changes of the answer a second."""
    group = page.locator(".st-key-T [role=group]").bounding_box()
    thumb = page.locator(".st-key-T input[type=range]").locator("xpath=../..").bounding_box()
    assert group
    assert thumb
    y = thumb["y"] + thumb["height"] / 2
    page.mouse.move(thumb["x"] + thumb["width"] / 2, y)
    page.mouse.down()
    page.evaluate(COUNT_CHANGES)
    started = time.perf_counter()
    while (now := time.perf_counter() - started) < seconds:
        # A hand's mouse moves more often than Playwright is called.
        page.mouse.move(group["x"] + group["width"] * (0.5 + 0.45 * math.sin(5 * now)), y, steps=4)
    changes: int = page.evaluate("changes")
    page.mouse.up()
    return changes / seconds


def measure_browser(browser: Browser, seconds: float) -> None:
    with PAGES["ours"].serve() as server:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        driver.skip_demo(context)
        page = context.new_page()
        page.goto(server.url)
        page.locator(driver.CANVAS).wait_for()
        driver.wait_until_idle(page)
        driver.draw(page, driver.DIGITS[3])  # the first answer loads the network
        page.wait_for_timeout(1000)
        took, rate = watch_pen(page, seconds)
        page.wait_for_timeout(1500)
        changes = changes_while_dragged(page, seconds / 4)
        context.close()
    print("| | |\n|---|--:|")
    print(f"| from a move of the pen to the answer that shows it, median | {1000 * statistics.median(took):.0f} ms |")
    print(f"| 95th percentile | {1000 * statistics.quantiles(took, n=20)[-1]:.0f} ms |")
    print(f"| answers a second while the pen is down | {rate:.1f} |")
    print(f"| changes of the answer a second while the temperature is dragged | {changes:.0f} |")
    with PAGES["bare, our settings"].serve() as server:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(server.url)
        page.locator(driver.CANVAS).wait_for()
        line = driver.DIGITS[1]
        lifted = [shown_after(page, lambda: driver.draw(page, line)) for _ in range(5)][1:]
        page.context.close()
    print(f"| the bare page, from the pen's release to its answer, median | {statistics.median(lifted):.0f} ms |\n")


class Client:
    """Asks the live endpoint as a browser does: at most 15 times a second, and less often if it is refused."""

    def __init__(self, url: str):
        self._address = urlsplit(url)
        self._pause = self._next = 0.0
        self.answers = 0

    async def draw(self, file: bytes) -> None:
        """Ask for answers for as long as a drawing takes."""
        until = time.perf_counter() + DRAWING
        streams = await asyncio.open_connection(self._address.hostname, self._address.port)
        while (now := time.perf_counter()) < until:
            if now < self._next:
                await asyncio.sleep(min(self._next, until) - now)
                continue
            if await self._ask(file, *streams) == 200:
                self.answers += 1
                self._pause = 0.0
            else:
                self._pause = min(max(2 * self._pause, PAUSES[0]), PAUSES[1])
            self._next = max(now + INTERVAL, time.perf_counter() + self._pause * RNG.uniform(0.75, 1.25))
        streams[1].close()

    async def _ask(self, file: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        head = f"POST /live HTTP/1.1\r\nHost: {self._address.netloc}\r\nContent-Type: image/png\r\n"
        writer.write(f"{head}Content-Length: {len(file)}\r\n\r\n".encode() + file)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(answer.partition("content-length: ")[2].partition("\r\n")[0]))
        return int(answer.split()[1])


async def draw_live(until: float, client: Client) -> None:
    """Draw for a second every three, with live answers."""
    files = [base64.b64decode(json.loads(each)["drawing"]["data"].partition(",")[2]) for each in digit_drawings()]
    await asyncio.sleep(RNG.uniform(0, EVERY))
    while time.perf_counter() < until:
        started = time.perf_counter()
        await client.draw(files[int(RNG.integers(10))])
        await asyncio.sleep(max(0, started + EVERY - time.perf_counter()))


async def draw_all(
    sessions: list[Session], clients: list[Client], seconds: float, expected: Answers
) -> tuple[list[float], list[str]]:
    """Let everybody draw. Returns how long the answers to lifted pens took, in s, and the errors."""
    times: list[float] = []
    errors: list[str] = []
    until = time.perf_counter() + seconds
    people = [draw_until(until, session, times, errors, expected) for session in sessions]
    await asyncio.gather(*people, *(draw_live(until, client) for client in clients))
    return times, errors


async def measure_load(people: int, seconds: float) -> None:
    print("| people | live answers | lifted, median | 95th percentile | errors | live answers a second of drawing |")
    print("|--:|---|--:|--:|--:|--:|", flush=True)
    for live in (False, True):
        with PAGES["ours"].serve() as server:
            expected = await answers(server.url)
            sessions = await open_all(server.url, people)
            clients = [Client(server.url) for _ in sessions if live]
            await draw_all(sessions, clients, WARM_UP, expected)
            before = sum(client.answers for client in clients)
            times, errors = await draw_all(sessions, clients, seconds, expected)
            rate = (sum(client.answers for client in clients) - before) / people / (seconds * DRAWING / EVERY)
            await close_all(sessions)
        row = [str(people), "yes" if live else "no", f"{statistics.median(times):.3f} s"]
        row += [f"{statistics.quantiles(times, n=20)[-1]:.3f} s", str(len(errors)), f"{rate:.2f}" if live else ""]
        print("|", " | ".join(row), "|", *set(errors[:1]), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--people", type=int, default=100)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = driver.launch(playwright)
        measure_browser(browser, options.seconds)
        browser.close()
    asyncio.run(measure_load(options.people, options.seconds))


if __name__ == "__main__":
    main()
