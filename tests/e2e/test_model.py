"""The page on the network in a real browser: what is clicked, and whether it fits."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from mnist_model.charts import percent
from mnist_model.softmax import softmax
from tests.e2e.driver import DIGITS, draw, metric
from tests.test_model import CHARTS

PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


def click(page, name, bar):
    """Click the middle of a bar, which Plotly is asked for where it has drawn it."""
    chart = page.locator(f".st-key-{name} .js-plotly-plot")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_count(1)
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
    """What stands below the pictures of the gallery that comes after a text."""
    text = page.get_by_test_id("stMarkdown").filter(has_text=heading)
    gallery = text.locator("xpath=ancestor::*[@data-testid='stElementContainer']/following-sibling::*").first
    return [caption.split() for caption in gallery.get_by_test_id("stImageCaption").all_inner_texts()]


def test_the_readers_own_drawing_is_looked_into(open_page):
    page = open_page("/?T=3")
    draw(page, DIGITS[7])
    expect(metric(page, "It reads")).to_have_text("7")
    page.get_by_role("link", name="Model").click()
    expect(page.get_by_role("combobox", name="Digit")).to_have_value("Your drawing, a 7")
    expect(page.get_by_role("slider", name="Temperature")).to_have_attribute("aria-valuetext", "3")
    expect(page.get_by_text("10 probabilities at T = 3")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(len(CHARTS["Layer by layer"]))


def test_a_map_a_unit_and_a_cell_are_clicked(open_page, classifier, test_set):
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
    read = logits.argmax(axis=1)
    for label, answer in ((9, 4), (2, 7)):
        click(page, "confusion", 10 * label + answer)
        expect(chosen(page, "label")).to_have_value(str(label))
        expect(chosen(page, "answer")).to_have_value(str(answer))
        cell = np.flatnonzero((test_set.labels == label) & (read == answer))
        expect(page.get_by_text(f"labelled {label} and read as {answer}")).to_be_visible()
        p = softmax(logits[cell])
        assert sorted(captions(page, f"labelled {label} and read as {answer}")) == sorted(
            [f"{answer}:", percent(one[answer], 0), f"{label}:", percent(one[label], 0)] for one in p
        )
    click(page, "confusion", 11)
    expect(page.get_by_text("the least sure first")).to_be_visible()


def test_covering_with_ink_changes_the_map(open_page):
    page = open_page("/model?of=A+ready+4&part=Where+it+looked")
    said = page.get_by_text("It falls most, by")
    before = said.inner_text()
    page.locator(".st-key-cover").get_by_text("ink").click()
    expect(said).not_to_have_text(before)
    before = said.inner_text()
    page.locator(".st-key-patch").get_by_text("9").click()
    expect(said).not_to_have_text(before)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
@pytest.mark.parametrize("part", CHARTS)
def test_nothing_is_cut_off(open_page, part, width, height):
    page = open_page(f"/model?part={part.replace(' ', '+')}", width=width, height=height)
    expect(page.get_by_role("tab", name=part)).to_have_attribute("aria-selected", "true")
    for name in CHARTS[part]:
        page.locator(f".st-key-{name} .main-svg").first.wait_for()
    page.locator("[data-testid=stImage]").nth(1 if part != "Where it looked" else 0).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    (row,) = {link.bounding_box()["y"] for link in page.locator(".st-key-menu a").all()}
    assert row < 60, "the menu is in one row"
    for seen in (*(f".st-key-{name} .js-plotly-plot" for name in CHARTS[part]), "[data-testid=stMetricValue]", "img"):
        for box in (found.bounding_box() for found in page.locator(seen).all()):
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


def test_a_finger_that_crosses_a_chart_scrolls_the_page(open_page):
    page = open_page("/model", width=390, height=844, has_touch=True, is_mobile=True, user_agent=PHONE)
    finger = page.context.new_cdp_session(page)
    for name in ("conv1", "conv1_one", "logits", "confusion"):
        if name == "confusion":
            page.get_by_role("tab", name="What it scores").click()
        chart = page.locator(f".st-key-{name} .js-plotly-plot")
        chart.scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        before = chart.bounding_box()
        at = {"x": before["x"] + before["width"] / 2, "y": before["y"] + before["height"] / 2}
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
        for step in range(1, 11):
            moved = at | {"y": at["y"] - 20 * step}
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
            page.wait_for_timeout(20)
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(300)
        assert chart.bounding_box()["y"] < before["y"] - 100, name
