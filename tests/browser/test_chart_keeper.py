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


def move(slider):
    return lambda page: page.get_by_role("slider", name=slider).first.press("ArrowRight")


def choose_another_digit(page, digit=7):
    box = page.get_by_role("combobox", name="Digit")
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # scrolling closes its list
    box.click()
    page.get_by_role("option", name=f"A ready {digit}").click()


def choose_two_digits(page):
    choose_another_digit(page)
    page.wait_for_timeout(4000)  # longer than a copy may stay
    choose_another_digit(page, 3)


def open_at_chart(open_page, path, chart):
    page = open_page(path)
    figure = page.locator(f".st-key-{chart}")
    figure.scroll_into_view_if_needed()
    expect(figure.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    wait_until_idle(page)
    page.wait_for_timeout(500)  # until it is copied
    return page, figure


@pytest.mark.parametrize(
    ("path", "chart", "change"),
    [
        ("/softmax?of=A+ready+4", "ten_outputs", move("Batches seen")),
        ("/softmax?of=A+ready+4", "answers_by_moment", move("Batches seen")),
        ("/softmax?of=A+ready+4", "histogram", move("Threshold")),
        ("/softmax?of=A+ready+4", "histogram", choose_two_digits),
        ("/model?of=A+ready+4", "conv1", choose_two_digits),
        ("/model?of=A+ready+4", "answers", move("Temperature")),
        ("/temperatures?of=A+ready+4", "side_by_side", choose_another_digit),
        ("/temperatures?of=A+ready+4&view=Whole+range", "whole_range", choose_another_digit),
        ("/temperatures?of=A+ready+4&view=Samples", "samples", choose_another_digit),
    ],
)
def test_no_frame_is_without_a_chart_while_it_changes(open_page, path, chart, change):
    page, figure = open_at_chart(open_page, path, chart)
    page.evaluate(COUNT_FRAMES, chart)
    before = figure.locator(".js-plotly-plot").element_handle()
    change(page)
    page.wait_for_function("before => !before.isConnected", arg=before)
    page.wait_for_timeout(1500)
    counted = page.evaluate("counted")
    assert counted["all"] > 3
    assert counted["blank"] == 0
    expect(page.locator(".chart-copy")).to_have_count(0)


def test_the_copy_of_a_chart_that_is_never_drawn_again_leaves(open_page):
    page, figure = open_at_chart(open_page, "/temperatures?of=A+ready+4", "side_by_side")
    figure.locator(".js-plotly-plot").evaluate("plot => plot.replaceChildren()")
    expect(figure.locator(".chart-copy .main-svg").first).to_be_visible()
    expect(figure.locator(".chart-copy")).to_have_count(0, timeout=10_000)
    page.wait_for_timeout(500)
    expect(figure.locator(".chart-copy")).to_have_count(0)
