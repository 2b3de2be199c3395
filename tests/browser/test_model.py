"""The page Model in a real browser: what a click does, and whether the page fits the window."""

import re

import numpy as np
from playwright.sync_api import expect

from mnist_model.softmax import softmax
from tests.pages.test_model import CHARTS
from tests.support.draw_page import draw, verdict
from tests.support.driver import DIGITS, wait_until_idle
from tests.support.layout import assert_nothing_cut_off
from ui.formatting import percent

PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


def click(page, name, bar):
    """Click the middle of a bar, where Plotly has drawn it."""
    wait_until_idle(page)
    chart = page.locator(f".st-key-{name} .js-plotly-plot")
    expect(chart).to_have_count(1)
    chart.scroll_into_view_if_needed()
    x, y = chart.evaluate(
        """(chart, bar) => {
            const trace = chart._fullData.findIndex(trace => trace.type == 'bar');
            const {_fullLayout: {xaxis, yaxis}, data} = chart;
            const {x, y, base} = chart._fullData[trace];
            const corner = chart.getBoundingClientRect();
            return [
                corner.left + xaxis._offset + xaxis.c2p(x[bar]),
                corner.top + yaxis._offset + yaxis.c2p((base ? base[bar] : 0) + y[bar] / 2),
            ];
        }""",
        bar,
    )
    page.mouse.move(x, y)
    page.mouse.click(x, y)


def chosen(page, key):
    return page.locator(f".st-key-{key} input")


def captions(page, heading):
    """Return the words of each caption in the gallery that follows a text."""
    text = page.get_by_test_id("stMarkdown").filter(has_text=heading)
    gallery = text.locator("xpath=ancestor::*[@data-testid='stElementContainer']/following-sibling::*").first
    return [caption.split() for caption in gallery.get_by_test_id("stImageCaption").all_inner_texts()]


def test_a_visitors_own_drawing_can_be_chosen(open_page):
    page = open_page("/?T=3")
    draw(page, DIGITS[7])
    expect(verdict(page)).to_have_text("7")
    page.get_by_role("link", name="Model").click()
    page.locator(".st-key-answers .main-svg").first.wait_for()
    expect(page.get_by_role("combobox", name="Digit")).to_have_value("Your drawing, a 7")
    expect(page.get_by_role("slider", name="Temperature")).to_have_attribute("aria-valuetext", "3")
    expect(page.get_by_text("10 probabilities at T = 3")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(len(CHARTS["Layer by layer"]))


def test_a_click_chooses_a_map_a_logit_and_a_cell(open_page, classifier, test_set):
    page = open_page("/model?of=A+ready+7")
    page.locator(".st-key-answers .main-svg").first.wait_for()
    click(page, "conv1", 4)
    expect(chosen(page, "conv1_map")).to_have_value("Map 5")
    expect(page).to_have_url(re.compile("conv1_map=Map\\+5"))
    click(page, "conv2", 10)
    expect(chosen(page, "conv2_map")).to_have_value("Map 11")
    expect(page.locator(".st-key-conv2_one").get_by_text("and together map 11")).to_be_visible()
    click(page, "conv1", 0)
    expect(chosen(page, "conv1_map")).to_have_value("Map 1")

    click(page, "logits", 2)
    expect(chosen(page, "why_7")).to_have_value("2")

    page.get_by_role("tab", name="What it scores").click()
    page.locator(".st-key-learning .main-svg").first.wait_for()
    logits = classifier.logits(test_set.images / np.float32(255))
    answers = logits.argmax(axis=1)
    for label, answer in ((9, 4), (2, 7)):
        click(page, "confusion", 10 * label + answer)
        expect(chosen(page, "label")).to_have_value(str(label))
        expect(chosen(page, "answer")).to_have_value(str(answer))
        cell = np.flatnonzero((test_set.labels == label) & (answers == answer))
        expect(page.get_by_text(f"labelled {label} and read as {answer}")).to_be_visible()
        p = softmax(logits[cell])
        assert sorted(captions(page, f"labelled {label} and read as {answer}")) == sorted(
            [f"{answer}:", percent(one[answer], 0), f"{label}:", percent(one[label], 0)] for one in p
        )
    click(page, "confusion", 11)
    expect(page.get_by_text("the least confident answer first")).to_be_visible()


def test_covering_with_ink_changes_the_map(open_page):
    page = open_page("/model?of=A+ready+4&part=Where+it+looked")
    text = page.get_by_text("The logit falls most, by")
    before = text.inner_text()
    page.locator(".st-key-cover").get_by_text("ink").click()
    expect(text).not_to_have_text(before)
    before = text.inner_text()
    page.locator(".st-key-patch").get_by_text("9").click()
    expect(text).not_to_have_text(before)


def test_nothing_is_cut_off(open_page):
    page = open_page("/model")
    for part, names in CHARTS.items():
        page.get_by_role("tab", name=part).click()
        expect(page.get_by_role("tab", name=part)).to_have_attribute("aria-selected", "true")
        for name in names:
            page.locator(f".st-key-{name} .main-svg").first.wait_for()
        page.locator("[data-testid=stImage]").nth(1 if part != "Where it looked" else 0).wait_for()
        charts = [f".st-key-{name} .js-plotly-plot" for name in names]
        for width, height in ((390, 844), (1280, 800)):
            page.set_viewport_size({"width": width, "height": height})
            assert_nothing_cut_off(page, *charts, "[data-testid=stMetricValue]", "img")
            (row,) = {link.bounding_box()["y"] for link in page.locator(".st-key-menu a").all()}
            assert row < 60, "the menu is in one row"


def test_a_finger_on_a_chart_scrolls_the_page(open_page):
    page = open_page("/model", width=390, height=844, has_touch=True, is_mobile=True, user_agent=PHONE)
    finger = page.context.new_cdp_session(page)
    for name in ("conv1", "conv1_one", "logits", "confusion"):
        if name == "confusion":
            page.get_by_role("tab", name="What it scores").click()
        chart = page.locator(f".st-key-{name} .js-plotly-plot")
        chart.scroll_into_view_if_needed()
        wait_until_idle(page)
        before = chart.bounding_box()
        at = {"x": before["x"] + before["width"] / 2, "y": before["y"] + before["height"] / 2}
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
        for step in range(1, 11):
            moved = at | {"y": at["y"] - 20 * step}
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
            page.evaluate("() => new Promise(requestAnimationFrame)")
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_function(
            "([chart, y]) => chart.getBoundingClientRect().y < y - 100", arg=[chart.element_handle(), before["y"]]
        )
