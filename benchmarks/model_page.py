"""How long the page Model takes to open, and how long an occlusion map takes to compute.

    python -m benchmarks.model_page [--repeats 7]

The page is opened by its link on the page Draw, in one browser on this machine. The first visit to a new server
computes what the later ones, each in a session of its own, find in the cache. The frame is there when the tabs are;
the whole page, when the last chart of the first tab is drawn.
"""

import argparse
import os
import statistics
import time

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from mnist_model.classifier import Classifier
from mnist_model.layers import occlusion
from mnist_model.mnist import load_test_set
from tests.support import driver


def visit(browser: Browser, url: str) -> tuple[float, float]:
    """Return how long the frame and the whole page took to appear, in ms."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(url)
    page.locator(driver.CANVAS).wait_for()
    page.wait_for_timeout(1000)
    page.evaluate(
        """() => {
            let start = 0;
            const found = {};
            document.querySelector('.st-key-menu a[href$=model]').addEventListener(
                'click', () => { start = performance.now(); }, {capture: true});
            window.opened = new Promise(done => {
                const look = () => {
                    const seen = {frame: '[role=tab]', page: '.st-key-answers .main-svg'};
                    for (const [part, selector] of Object.entries(seen))
                        if (start && !(part in found) && document.querySelector(selector))
                            found[part] = performance.now() - start;
                    'frame' in found && 'page' in found ? done(found) : requestAnimationFrame(look);
                };
                look();
            });
        }"""
    )
    page.locator(".st-key-menu a[href$=model]").click()
    found = page.evaluate("window.opened")
    page.context.close()
    return found["frame"], found["page"]


def occlusion_time(repeats: int) -> float:
    """Return the median time of computing an occlusion map, in ms, on one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    classifier, digit = Classifier(), load_test_set().images[0] / np.float32(255)
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        occlusion(classifier, digit)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    with driver.serve() as server, sync_playwright() as playwright:
        browser = driver.launch(playwright)
        first, *later = (visit(browser, server.url) for _ in range(repeats + 1))
    print("| | frame, ms | page, ms |\n|---|--:|--:|")
    print(f"| first visit | {first[0]:.0f} | {first[1]:.0f} |")
    frame, page = (statistics.median(times) for times in zip(*later, strict=True))
    print(f"| later visits, median | {frame:.0f} | {page:.0f} |")
    print(f"\nAn occlusion map: {occlusion_time(repeats):.1f} ms on one core")


if __name__ == "__main__":
    main()
