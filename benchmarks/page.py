"""Our home page beside a bare page and a usual one, each with a server of its own, in one real browser, in turns.

    python -m benchmarks.page [--repeats 10]
    python -m benchmarks.page --against FOLDER      ours beside the home page of another checkout of this project

- start: from the start of the server's process until there is a canvas to draw on, in a browser that has never seen the
  page
- stroke, slider step: from the pen's release or the key press to the last frame in which anything changes. The canvas
  waits 0.2 s after a stroke before it sends it; every page's time includes that.
- sent, received: what passes through the websocket for it, before compression
- memory: the server's, after the strokes and slider steps of one session

`--against` shows whether a change makes the page faster or slower: FOLDER/app.py runs in FOLDER, with its settings and
with the Python that runs this. `--against .` compares the page with itself, and so shows how much the ratios vary.
"""

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page, WebSocket, sync_playwright

from benchmarks.memory import megabytes
from benchmarks.pages import BARE, PAGES, MeasuredPage
from benchmarks.shown import shown_after
from tests.support import driver

STROKES = STEPS = 4

HAS_CANVAS = """() => [...document.querySelectorAll("*")].some(
    element => element.shadowRoot?.querySelector("canvas.upper-canvas")?.clientWidth
)"""

Note = Callable[[str, float], None]  # takes down what was measured, and the value in the unit that it names


def visit(browser: Browser, measured: MeasuredPage, note: Note) -> None:
    """Start a page's server, open the page in a new context, draw, move the slider, and note every measurement."""
    started = time.perf_counter()
    with measured.serve() as server:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        driver.skip_demo(context)
        use(context.new_page(), server.url, started, note)
        note("memory, MB", megabytes(server))
        context.close()


def use(page: Page, url: str, started: float, note: Note) -> None:
    sent: list[int] = []
    received: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(len(frame)))
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    def change(what: str, act: Callable[[], None]) -> None:
        sent.clear()
        received.clear()
        note(f"{what}, s", shown_after(page, act) / 1000)
        note(f"sent for a {what}, bytes", sum(sent))
        note(f"received for a {what}, bytes", sum(received))

    def draw_line(number: int) -> None:
        driver.draw(page, driver.DIGITS[1], left=0.02 * number)  # still a 1 with all of them

    page.on("websocket", listen)
    page.goto(url)
    page.wait_for_function(HAS_CANVAS, polling="raf", timeout=120_000)  # the usual page, on a busy machine
    note("start, s", time.perf_counter() - started)
    for number in range(STROKES):
        change("stroke", partial(draw_line, number))
    slider = page.get_by_role("slider", name="Temperature")
    slider.focus()
    for _ in range(STEPS):
        change("slider step", lambda: slider.press("ArrowRight"))


def medians(pages: Mapping[str, MeasuredPage], repeats: int) -> dict[str, dict[str, float]]:
    """Visit all pages in turns. Returns the median of each measurement, by what was measured and by page."""
    found: dict[str, dict[str, list[float]]] = {}

    def note(name: str) -> Note:
        return lambda what, value: found.setdefault(what, defaultdict(list))[name].append(value)

    with sync_playwright() as playwright:
        browser = driver.launch(playwright)
        for turn in range(repeats + 1):
            if turn == 1:
                found.clear()  # the first turn has read all files into memory
            for name in list(pages)[:: -1 if turn % 2 else 1]:  # every other turn the other way round
                visit(browser, pages[name], note(name))
        browser.close()
    return {what: {name: statistics.median(values[name]) for name in pages} for what, values in found.items()}


def print_table(found: dict[str, dict[str, float]], ratios: Sequence[tuple[str, str]]) -> None:
    """Print a line for each measurement: its median for each page, and the ratios of some pages to others."""
    names = list(next(iter(found.values())))
    print("| median |", " | ".join([*names, *(f"{name} to {other}" for name, other in ratios)]), "|")
    print("|---|" + "--:|" * (len(names) + len(ratios)))
    for what, values in found.items():
        digits = 3 if what.endswith(" s") else 0
        row = [f"{values[name]:,.{digits}f}" for name in names]
        row += [f"{values[name] / values[other]:.2f}" for name, other in ratios]
        print(f"| {what} |", " | ".join(row), "|")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=10, help="servers of each page")
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="another checkout of this project")
    options = parser.parse_args()
    if options.against:
        folder = options.against.resolve()
        if not (folder / "app.py").is_file():
            parser.error(f"{folder} has no app.py")
        other = f"the one in {options.against}"
        pages = {"ours": PAGES["ours"], other: MeasuredPage(folder / "app.py", folder)}
        print_table(medians(pages, options.repeats), [("ours", other)])
    else:
        ratios = [*(("ours", bare) for bare in BARE), ("usual", "ours")]
        print_table(medians(PAGES, options.repeats), ratios)


if __name__ == "__main__":
    main()
