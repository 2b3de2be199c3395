"""How long changes on the page Temperatures take to appear, beside a stroke on the bare page.

    python -m benchmarks.temperatures_page [--repeats 7]

All pages are served on this machine and shown by one browser, in turns. A time runs from the event in the browser (the
pen's release, the click, the key press) to the last frame in which anything changes. The canvas waits 0.2 s after a
stroke before it sends it; the bare page's time includes that, as the time of every page with a canvas does. The bare
page is measured with Streamlit's defaults and with this project's settings. A change that takes more than 1.3 times as
long as a stroke on the former is marked as too slow.
"""

import argparse
import contextlib
import statistics
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.pages import BARE, PAGES
from benchmarks.shown import shown_after
from tests.support import driver

LIMIT = 1.3
VIEWS = ("Side by side", "Sweep", "Whole range", "Samples", "Several drawings")


class Change(NamedTuple):
    """Something that changes on a page."""

    name: str
    page: Page
    act: Callable[[int], None]  # brings it about, given the number of the turn


def draw(page: Page, turn: int) -> None:
    x = 0.2 + 0.08 * (turn % 8)
    driver.draw(page, [[(x, 0.2), (x, 0.8)]])


def choose_digit(page: Page, turn: int) -> None:
    page.get_by_role("combobox", name="Digit").click()
    page.get_by_role("option", name=f"A ready {turn % 10}").click()


def add_temperature(page: Page, turn: int) -> None:
    box = page.get_by_role("combobox", name="Temperatures")
    box.fill(f"{0.31 + turn / 100:g}")
    box.press("Enter")


def remove_temperature(page: Page, _: int) -> None:
    """Remove what `add_temperature` has added last."""
    page.keyboard.press("Escape")  # closes the list of suggestions
    page.get_by_role("button", name="Remove 0.3").last.click()


def click_one_of(page: Page, texts: tuple[str, ...], turn: int) -> None:
    page.get_by_text(texts[turn % len(texts)], exact=True).click()


def open_page(browser: Browser, url: str, awaited: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(url)
    page.locator(awaited).first.wait_for()
    return page


def changes(bare: dict[str, Page], views: dict[str, Page]) -> list[Change]:
    """Return the strokes on the bare pages, then all changes on the page Temperatures, which is open in each view."""
    sides, sweep, _, samples, several = views.values()
    strokes = [Change(f"a stroke on {name}", page, partial(draw, page)) for name, page in bare.items()]
    digits = [
        Change(f"another digit, in {view}", page, partial(choose_digit, page))
        for view, page in views.items()
        if page is not several
    ]
    return [
        *strokes,
        *digits,
        Change("a temperature added", sides, partial(add_temperature, sides)),
        Change("a temperature removed", sides, partial(remove_temperature, sides)),
        Change("ten samples more", samples, partial(click_one_of, samples, ("+10",))),
        Change("entropy for confidence", several, partial(click_one_of, several, ("entropy", "confidence"))),
        Change("another view", sweep, partial(click_one_of, sweep, ("Whole range", "Sweep"))),
    ]


def measure(browser: Browser, bare_urls: dict[str, str], url: str, repeats: int) -> dict[str, float]:
    """Return the median time of each change, in ms."""
    bare = {name: open_page(browser, bare_url, driver.CANVAS) for name, bare_url in bare_urls.items()}
    views = {
        view: open_page(
            browser,
            f"{url}/temperatures?view={view.replace(' ', '+')}",
            ".js-plotly-plot .main-svg, .sweep .digit-bars",
        )
        for view in VIEWS
    }
    times: dict[str, list[float]] = {}
    for turn in range(repeats + 1):
        for name, page, act in changes(bare, views):
            page.bring_to_front()
            took = shown_after(page, partial(act, turn))
            if turn:  # the first one warms up
                times.setdefault(name, []).append(took)
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    with contextlib.ExitStack() as servers, sync_playwright() as playwright:
        url = servers.enter_context(PAGES["ours"].serve()).url
        bare_urls = {
            name.replace("bare", "the bare page"): servers.enter_context(PAGES[name].serve()).url for name in BARE
        }
        browser = driver.launch(playwright)
        found = measure(browser, bare_urls, url, repeats)
        browser.close()

    strokes = list(found.values())[: len(bare_urls)]
    print("| change | median, ms |", " | ".join(f"to {name}" for name in bare_urls), "|")
    print("|---|--:|" + "--:|" * len(bare_urls))
    for name, took in found.items():
        first, *others = (f"{took / stroke:.2f}" for stroke in strokes)
        first += " (too slow)" if took > LIMIT * strokes[0] else ""
        print("|", " | ".join([name, f"{took:.0f}", first, *others]), "|")


if __name__ == "__main__":
    main()
