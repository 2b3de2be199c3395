"""Take the README's pictures of the pages, docs/*.png: `python -m tests.e2e.screenshot`."""

from playwright.sync_api import sync_playwright

from tests.e2e import driver

DOCS = driver.ROOT / "docs"


def main() -> None:
    with driver.serve() as server, sync_playwright() as playwright:
        browser = driver.launch(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 700}, device_scale_factor=1.5)
        page.goto(server.url + "/?T=3")
        page.locator(driver.CANVAS).wait_for()
        page.get_by_role("slider", name="Temperature").wait_for()
        # A 4 that nearly closes at the top: the network is in two minds, which is what the page is about.
        driver.draw(page, [[(0.5, 0.17), (0.29, 0.47), (0.62, 0.45)], [(0.62, 0.18), (0.57, 0.84)]])
        driver.metric(page, "It reads").wait_for()
        page.mouse.move(0, 0)
        page.wait_for_timeout(1000)  # the bars settle, the toolbar fades
        page.screenshot(path=DOCS / "page.png")
        page.get_by_role("link", name="Temperatures").click()
        page.get_by_role("tab", name="Whole range").click()
        page.locator(".js-plotly-plot .main-svg").nth(1).wait_for()
        page.mouse.move(0, 0)
        page.set_viewport_size({"width": 1280, "height": 760})
        page.wait_for_timeout(1000)
        page.screenshot(path=DOCS / "temperatures.png")
        page.get_by_role("link", name="Softmax").click()
        page.locator(".st-key-surprise .main-svg").first.wait_for()
        threshold = page.get_by_role("slider", name="Threshold").last
        for _ in range(10):
            threshold.press("ArrowLeft")  # to 0.20, where a 4 that may be a 9 is both
        page.mouse.move(0, 0)
        page.wait_for_timeout(1000)
        page.locator("#ten-thresholds").evaluate("step => step.scrollIntoView()")
        page.wait_for_timeout(1000)
        page.screenshot(path=DOCS / "softmax.png")
        page.goto(server.url)
        driver.draw(page, driver.DIGITS[7])
        driver.metric(page, "It reads").wait_for()
        page.get_by_role("link", name="Model").click()
        page.locator(".st-key-answers .main-svg").first.wait_for()
        page.mouse.move(0, 0)
        page.wait_for_timeout(1000)
        page.screenshot(path=DOCS / "model.png")
        browser.close()
    print(f"Wrote {DOCS}/*.png")


if __name__ == "__main__":
    main()
