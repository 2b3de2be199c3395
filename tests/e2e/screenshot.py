"""Take the README's picture of the page: `python -m tests.e2e.screenshot` writes docs/page.png."""

from playwright.sync_api import sync_playwright

from tests.e2e import driver

PICTURE = driver.ROOT / "docs" / "page.png"


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
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"Wrote {PICTURE}")


if __name__ == "__main__":
    main()
