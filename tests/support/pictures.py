"""Take the README's pictures of the pages, docs/*.png and docs/demo.gif: `python -m tests.support.pictures`."""

import io
import itertools
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import driver
from tests.support.draw_page import verdict

DOCS = driver.ROOT / "docs"

# A 4 that nearly closes at the top: the network is undecided, which is what the temperature is about.
FOUR = [[(0.5, 0.17), (0.29, 0.47), (0.62, 0.45)], [(0.62, 0.18), (0.57, 0.84)]]


class Film:
    """Frames of a page, saved as an animated GIF."""

    def __init__(self, page: Page):
        self._page = page
        self._frames: list[Image.Image] = []
        self._durations: list[int] = []  # ms

    def shoot(self, duration: int) -> None:
        """Take a frame, to be seen for so many milliseconds."""
        frame = Image.open(io.BytesIO(self._page.screenshot())).convert("RGB")
        self._frames.append(frame.resize((frame.width * 2 // 3, frame.height * 2 // 3), Image.Resampling.LANCZOS))
        self._durations.append(duration)

    def save(self, path: Path) -> None:
        # One palette for all frames, or else the unchanged parts flicker.
        strip = Image.new("RGB", (self._frames[0].width, 2 * self._frames[0].height))
        strip.paste(self._frames[0], (0, 0))
        strip.paste(self._frames[-1], (0, self._frames[0].height))
        palette = strip.quantize(96, Image.Quantize.MEDIANCUT)
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self._frames]
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=self._durations, loop=0, optimize=True)


def settle(page: Page) -> None:
    """Wait until the page is still: its script has run, and nothing glides or fades any more."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(1000)


def film(browser: Browser, url: str) -> None:
    """A digit is drawn and read; then the temperature rises, and falls again."""
    page = browser.new_page(viewport={"width": 1200, "height": 700}, device_scale_factor=1)
    driver.skip_demo(page.context)
    page.goto(url)
    page.locator(driver.CANVAS).wait_for()
    temperature = page.get_by_role("slider", name="Temperature")
    temperature.wait_for()
    settle(page)
    frames = Film(page)
    frames.shoot(900)
    box = page.locator(driver.CANVAS).bounding_box()
    assert box
    for stroke in FOUR:
        points = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for start, end in itertools.pairwise(points):
            for step in range(1, 6):
                page.mouse.move(*(a + (b - a) * step / 5 for a, b in zip(start, end, strict=True)))
                frames.shoot(60)
        page.mouse.up()
    verdict(page).wait_for()
    page.wait_for_timeout(800)
    frames.shoot(1500)
    temperature.focus()
    for key, steps in (("ArrowRight", 20), ("ArrowLeft", 30)):
        for _ in range(steps):
            page.keyboard.press(key)
            page.wait_for_timeout(350)
            frames.shoot(110)
        frames.shoot(1200)
    frames.save(DOCS / "demo.gif")
    page.close()


def photograph_pages(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 700}, device_scale_factor=1.5)
    driver.skip_demo(page.context)
    page.goto(url + "/?T=3")
    page.locator(driver.CANVAS).wait_for()
    page.get_by_role("slider", name="Temperature").wait_for()
    driver.draw(page, FOUR)
    verdict(page).wait_for()
    settle(page)
    page.screenshot(path=DOCS / "page.png")

    page.get_by_role("link", name="Temperatures").click()
    page.get_by_role("tab", name="Whole range").click()
    page.locator(".js-plotly-plot .main-svg").nth(1).wait_for()
    page.set_viewport_size({"width": 1280, "height": 760})
    settle(page)
    page.screenshot(path=DOCS / "temperatures.png")

    page.get_by_role("link", name="Softmax").click()
    page.locator(".st-key-loss_curve .main-svg").first.wait_for()
    threshold = page.get_by_role("slider", name="Threshold").last
    for _ in range(10):
        threshold.press("ArrowLeft")  # to 0.20, where a 4 that may be a 9 is both
    settle(page)
    page.locator("#ten-thresholds").evaluate("step => step.scrollIntoView()")
    settle(page)
    page.screenshot(path=DOCS / "softmax.png")

    page.get_by_role("link", name="Model").click()
    page.locator(".st-key-answers .main-svg").first.wait_for()
    settle(page)
    page.screenshot(path=DOCS / "model.png")
    page.close()


def main() -> None:
    with driver.serve() as server, sync_playwright() as playwright:
        browser = driver.launch(playwright)
        film(browser, server.url)
        photograph_pages(browser, server.url)
        browser.close()
    print(f"Wrote {DOCS}/demo.gif and *.png")


if __name__ == "__main__":
    main()
