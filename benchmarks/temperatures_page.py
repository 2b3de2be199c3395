"""How long a change on the page Temperatures takes to be seen, beside a page that has a canvas, a slider and a text.

    python -m benchmarks.temperatures_page [--repeats 7]

Both are served on this machine and looked at by one browser, in turns. A time runs from the event in the browser (the
pen that is lifted, the click, the key) to the frame from which on nothing more changes. The canvas waits 200 ms after a
stroke before it sends anything; the bare page's time has these in it, as every page's with a canvas has.
"""

import argparse
import statistics

from playwright.sync_api import Page, sync_playwright

from benchmarks.pages import PAGES
from benchmarks.shown import shown_after
from tests.e2e import driver

LIMIT = 1.3


def choose(page: Page, digit: int) -> None:
    box = page.get_by_role("combobox", name="Digit")
    box.click()
    page.get_by_role("option", name=f"A ready {digit}").click()


def add(page: Page, temperature: float) -> None:
    box = page.get_by_role("combobox", name="Temperatures")
    box.fill(f"{temperature:g}")
    box.press("Enter")


def click(page: Page, text: str) -> None:
    page.get_by_text(text, exact=True).click()


def stroke(turn: int) -> list[list[tuple[float, float]]]:
    x = 0.2 + 0.08 * (turn % 8)
    return [[(x, 0.2), (x, 0.8)]]


def take_away(page: Page, temperature: str) -> None:
    page.keyboard.press("Escape")  # closes the list of suggestions
    page.get_by_role("button", name=f"Remove {temperature}").last.click()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats

    with (
        driver.serve(PAGES["bare"]) as bare_server,
        driver.serve() as server,
        sync_playwright() as playwright,
    ):
        browser = driver.launch(playwright)

        def open_page(url: str) -> Page:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(url)
            return page

        bare = open_page(bare_server.url)
        bare.locator(driver.CANVAS).wait_for()
        pages = {}
        for view in ("Side by side", "Sweep", "Whole range", "Samples", "Several drawings"):
            pages[view] = open_page(f"{server.url}/temperatures?view={view.replace(' ', '+')}")
            pages[view].locator(".js-plotly-plot .main-svg").first.wait_for()

        sides, sweep, _, samples, several = pages.values()
        # What changes, where, and how, given the number of the turn.
        changes = [("a stroke on the bare page", bare, lambda turn: driver.draw(bare, stroke(turn)))]
        changes += [
            (f"another digit, in {view}", page, lambda turn, page=page: choose(page, turn % 10))
            for view, page in pages.items()
            if page is not several
        ]
        changes += [
            ("another temperature", sides, lambda turn: add(sides, 0.31 + turn / 100)),
            ("one less", sides, lambda turn: take_away(sides, "0.3")),
            ("ten samples more", samples, lambda turn: click(samples, "+10")),
            ("entropy for confidence", several, lambda turn: click(several, ("entropy", "confidence")[turn % 2])),
            ("another view", sweep, lambda turn: click(sweep, ("Whole range", "Sweep")[turn % 2])),
        ]
        times: dict[str, list[float]] = {}
        for turn in range(repeats + 1):  # the first one warms up
            for name, page, act in changes:
                page.bring_to_front()
                took = shown_after(page, lambda act=act, turn=turn: act(turn))
                if turn:
                    times.setdefault(name, []).append(took)
        browser.close()

    bare_time = statistics.median(next(iter(times.values())))
    print("| change | median, ms | to the bare page |\n|---|--:|--:|")
    for name, took in times.items():
        ratio = statistics.median(took) / bare_time
        print(f"| {name} | {statistics.median(took):.0f} | {ratio:.2f}{' (too slow)' if ratio > LIMIT else ''} |")


if __name__ == "__main__":
    main()
