"""Our home page beside a bare one and the usual one, each with a server of its own, in a real browser, in turns.

    python -m benchmarks.page [--repeats 10]

- start: from the start of the server's process until there is a canvas to draw on, in a browser that never saw the page
- stroke, slider: from the pen that is lifted and the key that is pressed to the frame from which on nothing changes.
  The canvas waits 0.2 s after a stroke before it sends anything; these are in the time of every page.
- sent, received: what goes through the websocket for it, before compression
- memory: of the server, after the strokes and steps of one session
"""

import argparse
import statistics
import time
from collections import defaultdict

import psutil
from playwright.sync_api import Browser, WebSocket, sync_playwright

from benchmarks.pages import PAGES
from benchmarks.shown import shown_after
from tests.e2e import driver

STROKES = STEPS = 4


def visit(browser: Browser, name: str, found: dict[tuple[str, str], list[float]]) -> None:
    """Start a page's server, draw and move the slider. Appends what was measured, in s, bytes and MB."""

    def note(what: str, value: float) -> None:
        found[what, name].append(value)

    started = time.perf_counter()
    with driver.serve(PAGES[name]) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        sent, received = [], []

        def listen(socket: WebSocket) -> None:
            socket.on("framesent", lambda frame: sent.append(len(frame)))
            socket.on("framereceived", lambda frame: received.append(len(frame)))

        page.on("websocket", listen)
        page.goto(server.url)
        page.locator(driver.CANVAS).wait_for()
        note("start, s", time.perf_counter() - started)

        def change(what: str, act) -> None:
            sent.clear()
            received.clear()
            note(f"{what}, s", shown_after(page, act) / 1000)
            note(f"sent for a {what}, bytes", sum(sent))
            note(f"received for a {what}, bytes", sum(received))

        for number in range(STROKES):
            x = 0.15 + 0.7 * number / STROKES
            change("stroke", lambda x=x: driver.draw(page, [[(x, 0.2), (x + 0.05, 0.5), (x, 0.8)]]))
        slider = page.get_by_role("slider", name="Temperature")
        slider.focus()
        for _ in range(STEPS):
            change("slider step", lambda: slider.press("ArrowRight"))
        note("memory, MB", psutil.Process(server.pid).memory_info().rss / 1e6)
        page.context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=10, help="servers of each page")
    repeats = parser.parse_args().repeats
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    with sync_playwright() as playwright:
        browser = driver.launch(playwright)
        for turn in range(repeats + 1):
            if turn == 1:
                found.clear()  # the first turn has read all files into memory
            for name in PAGES:
                visit(browser, name, found)
        browser.close()

    print("| median | ours | bare | usual | ours to bare | usual to ours |\n|---|--:|--:|--:|--:|--:|")
    for what in dict.fromkeys(what for what, _ in found):
        ours, bare, usual = medians = [statistics.median(found[what, name]) for name in ("ours", "bare", "usual")]
        digits = 3 if what.endswith(" s") else 0
        values = " | ".join(f"{value:,.{digits}f}" for value in medians)
        print(f"| {what} | {values} | {ours / bare:.2f} | {usual / ours:.2f} |")


if __name__ == "__main__":
    main()
