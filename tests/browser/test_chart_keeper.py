"""A chart is never out of sight while it changes."""

import pytest
from playwright.sync_api import expect

from tests.support.driver import wait_until_idle

COUNT_FRAMES = """
    key => {
        const counted = window.counted = { all: 0, blank: 0 };
        const isShown = svg => svg.getBoundingClientRect().height > 20
            && getComputedStyle(svg).visibility !== "hidden" && svg.querySelector("path");
        (function frame() {
            if (window.counted !== counted) return;
            counted.all++;
            if (![...document.querySelectorAll(`.st-key-${key} .main-svg`)].some(isShown)) counted.blank++;
            setTimeout(() => requestAnimationFrame(frame)); // behind what the page does in the same frame
        })();
    }
"""


@pytest.mark.parametrize(
    ("path", "chart", "slider"),
    [
        ("/softmax?of=A+ready+4", "ten_outputs", "Batches seen"),
        ("/softmax?of=A+ready+4", "histogram", "Threshold"),
        ("/model?of=A+ready+4", "answers", "Temperature"),
    ],
)
def test_no_frame_is_without_a_chart_while_a_slider_changes_it(open_page, path, chart, slider):
    page = open_page(path)
    figure = page.locator(f".st-key-{chart}")
    figure.scroll_into_view_if_needed()
    expect(figure.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    wait_until_idle(page)
    page.wait_for_timeout(500)  # until it is copied
    page.evaluate(COUNT_FRAMES, chart)
    before = figure.locator(".js-plotly-plot").element_handle()
    handle = page.get_by_role("slider", name=slider).first
    handle.focus()
    handle.press("ArrowRight")
    page.wait_for_function("before => !before.isConnected", arg=before)
    page.wait_for_timeout(1500)
    counted = page.evaluate("counted")
    assert counted["all"] > 3
    assert counted["blank"] == 0
    expect(page.locator(".chart-copy")).to_have_count(0)
