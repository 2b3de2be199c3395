"""The page Draw in a browser: draw, set the temperature, and read the answer."""

import contextlib
import re
from collections.abc import Iterator

from playwright.sync_api import Locator, Page, expect

from tests.support import driver

HINT = "The network reads it while you draw"

# The canvas waits 0.2 s before it sends a stroke. Until then the script's state, an attribute on the page, does not say
# that an answer is on its way. So this notes when the pen is lifted, when something is sent, and when a run finishes.
WATCH_RERUNS = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    const running = () => app.dataset.testScriptState !== "notRunning";
    const watch = (window.watch ??= { app: null });
    Object.assign(watch, { since: performance.now(), sent: 0, requests: 0, finished: 0 });
    if (watch.app === app) return;
    watch.app = app;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (...message) {
        watch.sent = performance.now();
        watch.requests += 1;
        return send.apply(this, message);
    };
    const onCanvas = (event) => event.composedPath()[0].localName === "canvas";
    addEventListener("mouseup", (event) => { if (onCanvas(event)) watch.since = performance.now(); }, true);
    new MutationObserver(() => { if (!running()) watch.finished = performance.now(); }).observe(
        app, { attributeFilter: ["data-test-script-state"] }
    );
    // The page is drawn a moment after a run has finished; and a busy browser may never show that a short run began.
    watch.done = () => !running() && watch.sent > watch.since && (
        watch.finished > watch.sent ? performance.now() - watch.finished > 100 : performance.now() - watch.sent > 1000
    );
}"""


@contextlib.contextmanager
def rerun(page: Page, times: int = 1) -> Iterator[None]:
    """Do something that makes the page run again, so many times, and wait until it has."""
    page.evaluate(WATCH_RERUNS)
    yield
    page.wait_for_function("times => watch.done() && watch.requests >= times", arg=times)


def draw(page: Page, strokes: list[list[tuple[float, float]]], **place: float) -> None:
    """Draw strokes as `driver.draw` does, and wait until the page has answered the last of them."""
    with rerun(page):
        driver.draw(page, strokes, **place)


def clear(page: Page) -> None:
    """Clear the canvas, and wait until it is empty."""
    with rerun(page):
        page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text(HINT)).to_be_visible()


def keep_and_draw_another(page: Page, kept: int, drawn: int) -> None:
    """Draw a digit and keep it, and draw another on an empty canvas."""
    draw(page, driver.DIGITS[kept])
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Kept as").wait_for()
    clear(page)
    draw(page, driver.DIGITS[drawn])


def answer(page: Page) -> int:
    """Return the digit that the page reads, once it shows one."""
    expect(verdict(page)).to_be_visible()
    expect(verdict(page)).to_have_text(re.compile(r"^\d$"))
    return int(verdict(page).text_content() or "")


def verdict(page: Page) -> Locator:
    """Find the digit that the page reads. It is hidden while there is none."""
    return page.locator(".answer .digit")


def bars(page: Page) -> list[float]:
    """Return the heights of the ten bars, from 0 to 1."""
    heights: list[float] = page.locator(".answer .digit-bars").evaluate("""bars =>
        [...bars.children].slice(1).map(bar => bar.firstChild.clientHeight / (bars.lastChild.clientHeight - 24))""")
    return heights


def shares(page: Page) -> list[float]:
    """Return the ten probabilities as exactly as the browser computes them."""
    computed: list[float] = page.locator(".answer .digit-bars").evaluate(
        "bars => [...bars.children].slice(1).map(bar => Number(bar.style.getPropertyValue('--probability')))"
    )
    return computed


def pixels(page: Page) -> Locator:
    """Find the picture of what the network sees."""
    return page.get_by_role("img", name="The 28 by 28 pixels")


def seen(page: Page) -> str:
    """Return what the network sees: a PNG in a data URL."""
    url: str = pixels(page).evaluate("canvas => canvas.toDataURL()")
    return url


def wait_until_seen(page: Page, picture: str) -> None:
    """Wait until this is what the network sees."""
    page.wait_for_function("picture => document.querySelector('.answer canvas')?.toDataURL() === picture", arg=picture)


def wait_until_no_longer_seen(page: Page, picture: str, timeout: float | None = None) -> None:
    """Wait until the network sees something else, for so many milliseconds at most."""
    page.wait_for_function(
        "picture => document.querySelector('.answer canvas')?.toDataURL() !== picture", arg=picture, timeout=timeout
    )


def ink(page: Page) -> str:
    """Return what is on the canvas, as the browser has it: a PNG in a data URL."""
    url: str = page.locator("canvas.dc-canvas.lower-canvas").evaluate("canvas => canvas.toDataURL()")
    return url


def temperature(page: Page) -> Locator:
    return page.get_by_role("slider", name="Temperature")


def set_temperature(page: Page, text: str) -> None:
    """Set the temperature with the keyboard, as visitors without a mouse do."""
    slider = temperature(page)
    slider.focus()
    for key in {"0.1": ["Home"], "50": ["End"]}.get(text, []):
        page.keyboard.press(key)
    for _ in range(60):
        now = float(slider.get_attribute("aria-valuetext") or "nan")
        if now == float(text):
            break
        page.keyboard.press("ArrowRight" if now < float(text) else "ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", text)
    expect(page.get_by_role("figure", name=f"at temperature {text}")).to_be_attached()


def wait_for_page(page: Page) -> None:
    """Wait until the canvas and the slider are there."""
    page.locator(driver.CANVAS).wait_for()
    temperature(page).wait_for()
