"""The page Model in a real browser: what a click does, and whether the page fits the window."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from mnist_model.layers import Layers, occlusion
from mnist_model.preprocess import to_mnist
from mnist_model.softmax import softmax
from tests.pages.test_model import CHARTS
from tests.support.draw_page import WATCH_RERUNS, draw, verdict
from tests.support.driver import DIGITS, wait_until_idle
from tests.support.layout import assert_nothing_cut_off
from tests.support.pages import ready
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
    expect(page.get_by_role("figure", name="The ten probabilities at T = 3")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(len(CHARTS["Layer by layer"]))


def test_a_click_chooses_a_map_a_logit_and_a_cell(open_page, classifier, test_set):
    page = open_page("/model?of=A+ready+7")
    page.locator(".st-key-answers .main-svg").first.wait_for()
    click(page, "conv1", 4)
    expect(chosen(page, "conv1_map")).to_have_value("Map 5")
    expect(page).to_have_url(re.compile("conv1_map=Map\\+5"))
    click(page, "conv2", 10)
    expect(chosen(page, "conv2_map")).to_have_value("Map 11")
    expect(page.locator(".st-key-terms").get_by_text("add up to map 11")).to_be_visible()
    click(page, "conv1", 0)
    expect(chosen(page, "conv1_map")).to_have_value("Map 1")

    click(page, "logits", 2)
    expect(chosen(page, "why_7")).to_have_value("2")

    page.get_by_role("tab", name="What it scores").click()
    page.locator(".st-key-learning .main-svg").first.wait_for()
    logits = classifier.logits(test_set.images / np.float32(255))
    answers = logits.argmax(axis=1)
    misread = np.flatnonzero(answers != test_set.labels)
    for label, answer in zip(test_set.labels[misread[:2]].tolist(), answers[misread[:2]].tolist(), strict=True):
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


def probabilities(page):
    """Return the ten probabilities with the patch where it is, as exactly as the browser computes them."""
    return page.locator(".occlusion .bars").evaluate(
        "bars => [...bars.children].map(bar => Number(bar.style.getPropertyValue('--probability')))"
    )


def pixel(element, row, column, side=28):
    """Return where the middle of a pixel of a picture is in the window."""
    box = element.bounding_box()
    return box["x"] + box["width"] * (column + 0.5) / side, box["y"] + box["height"] * (row + 0.5) / side


def test_the_bars_follow_the_patch_under_mouse_and_arrow_keys_without_the_server(open_page, classifier):
    page = open_page("/model?of=A+ready+7&part=Where+it+looked&T=2")
    digit = page.get_by_role("slider", name="The patch on the digit")
    expect(digit).to_have_attribute("aria-valuetext", re.compile("read as a"))
    reading = to_mnist(ready(7))

    def assert_shown(row, column, size=7, temperature=2.0):
        covered = occlusion(classifier, reading, size)
        expect(digit).to_have_attribute("aria-valuetext", re.compile(rf"^row {row + 1}, column {column + 1}: "))
        np.testing.assert_allclose(probabilities(page), softmax(covered[row, column], temperature), atol=1e-4)

    def most_important(size):
        fall = -occlusion(classifier, reading, size)[..., 7]
        return np.unravel_index(fall.argmax(), fall.shape)

    assert_shown(*most_important(7))
    wait_until_idle(page)
    page.evaluate(WATCH_RERUNS)
    for row, column in ((7, 10), (7, 14), (20, 12), (0, 27)):
        page.mouse.move(*pixel(digit, row, column), steps=5)
        assert_shown(row, column)
    page.mouse.move(*pixel(digit, 10, 20))
    page.mouse.click(*pixel(digit, 10, 20))
    expect(digit).to_be_focused()
    for key, place in (
        ("ArrowDown", (11, 20)),
        ("ArrowLeft", (11, 19)),
        ("ArrowUp", (10, 19)),
        ("ArrowRight", (10, 20)),
    ):
        page.keyboard.press(key)
        assert_shown(*place)
    assert page.evaluate("watch.requests") == 0

    temperature = page.get_by_role("slider", name="Temperature")
    temperature.focus()
    page.keyboard.press("Home")
    assert_shown(10, 20, temperature=0.1)
    wait_until_idle(page)
    assert_shown(10, 20, temperature=0.1)
    page.locator(".st-key-patch").get_by_text("9").click()
    expect(page.locator(".occlusion .frame")).to_have_attribute("style", re.compile("width: 32"))  # % of the digit's
    assert_shown(*most_important(9), size=9, temperature=0.1)


def test_a_finger_on_the_digit_moves_the_patch_and_not_the_page(open_page):
    page = open_page(
        "/model?part=Where+it+looked", width=390, height=844, has_touch=True, is_mobile=True, user_agent=PHONE
    )
    digit = page.get_by_role("slider", name="The patch on the digit")
    digit.scroll_into_view_if_needed()
    wait_until_idle(page)
    before = digit.bounding_box()
    drag_finger(page, *pixel(digit, 25, 5), up=100)
    rows_up = round(100 * 28 / before["height"])
    expect(digit).to_have_attribute("aria-valuetext", re.compile(rf"^row {25 - rows_up + 1}, column 6: "))
    assert digit.bounding_box() == before


def test_pointing_at_a_number_of_a_map_frames_its_receptive_field_on_the_input(open_page):
    page = open_page("/model?of=A+ready+7&conv1_map=Map+3&conv2_map=Map+5")
    digit = to_mnist(ready(7))
    found = Layers().activations(digit[None])
    for conv, number, side, size, stride in (("conv1", 2, 24, 5, 1), ("conv2", 4, 8, 14, 2)):
        component = page.locator(f".st-key-{conv}_field")
        cursor = component.get_by_role("slider", name=f"map {number + 1}, {side} by {side} numbers")
        cursor.scroll_into_view_if_needed()
        wait_until_idle(page)
        page.evaluate(WATCH_RERUNS)
        page.mouse.move(*pixel(cursor, 3, 5, side))
        page.mouse.click(*pixel(cursor, 3, 5, side))
        for key, (row, column) in ((None, (3, 5)), ("ArrowRight", (3, 6)), ("ArrowDown", (4, 6))):
            if key:
                page.keyboard.press(key)
            value = found[conv][0, row, column, number]
            expect(cursor).to_have_attribute(
                "aria-valuetext",
                f"row {row + 1}, column {column + 1}: {value:.2f}, from {size} x {size} pixels of the input",
            )
            picture, frame = (component.locator(f".input{part}").bounding_box() for part in ("", " .frame"))
            scale = picture["width"] / 28
            place = (frame["y"] - picture["y"]) / scale, (frame["x"] - picture["x"]) / scale, frame["width"] / scale
            assert place == pytest.approx((stride * row, stride * column, size), abs=0.05)
        assert page.evaluate("watch.requests") == 0


def test_nothing_is_cut_off(open_page):
    page = open_page("/model")
    for part, names in CHARTS.items():
        page.get_by_role("tab", name=part).click()
        expect(page.get_by_role("tab", name=part)).to_have_attribute("aria-selected", "true")
        for name in names:
            page.locator(f".st-key-{name} .main-svg").first.wait_for()
        page.locator("[data-testid=stImage]").nth(1 if part != "Where it looked" else 0).wait_for()
        charts = [f".st-key-{name} .js-plotly-plot" for name in names]
        for width, height in ((320, 640), (390, 844), (1280, 800), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            assert_nothing_cut_off(
                page, *charts, "[data-testid=stMetricValue]", "img", ".occlusion *", ".receptive-field *"
            )
            (row,) = {link.bounding_box()["y"] for link in page.locator(".st-key-menu a").all()}
            assert row < 60, "the menu is in one row"


def drag_finger(page, x, y, up):
    """Drag a finger upwards by so many pixels."""
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        moved = {"x": x, "y": y - up * step / 10}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
        page.evaluate("() => new Promise(requestAnimationFrame)")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_on_a_chart_scrolls_the_page(open_page):
    page = open_page("/model", width=390, height=844, has_touch=True, is_mobile=True, user_agent=PHONE)
    for name in ("conv1", "terms", "logits", "confusion"):
        if name == "confusion":
            page.get_by_role("tab", name="What it scores").click()
        chart = page.locator(f".st-key-{name} .js-plotly-plot")
        chart.scroll_into_view_if_needed()
        wait_until_idle(page)
        before = chart.bounding_box()
        drag_finger(page, before["x"] + before["width"] / 2, before["y"] + before["height"] / 2, up=200)
        page.wait_for_function(
            "([chart, y]) => chart.getBoundingClientRect().y < y - 100", arg=[chart.element_handle(), before["y"]]
        )
