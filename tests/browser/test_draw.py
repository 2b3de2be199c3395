"""The page Draw in a real browser, with a real mouse."""

import re

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from evaluation.paper import photograph
from mnist_model.report import load_calibration
from mnist_model.training import strokes as generator
from tests.support import driver
from tests.support.draw_page import (
    HINT,
    answer,
    bars,
    clear,
    draw,
    pixels,
    rerun,
    seen,
    set_temperature,
    shares,
    temperature,
    verdict,
    wait_for_page,
)
from tests.support.driver import DIGITS, wait_until_idle
from ui.temperature_scale import slider_stops


def order(values):
    return sorted(range(10), key=lambda digit: values[digit])


def choose_thin_pen(page):
    page.get_by_role("slider", name="Pen width").focus()
    with rerun(page):
        page.keyboard.press("Home")


def test_reads_at_least_nine_of_ten_drawn_digits(page):
    read = {}
    for digit, strokes in DIGITS.items():
        draw(page, strokes)
        read[digit] = answer(page)
        clear(page)
    right = [digit for digit in DIGITS if read[digit] == digit]
    assert len(right) >= 9, read


def test_reads_a_small_digit_anywhere(page):
    choose_thin_pen(page)
    for left, top in [(0, 0), (0.7, 0), (0, 0.7), (0.7, 0.7), (0.35, 0.35)]:
        draw(page, DIGITS[3], size=0.3, left=left, top=top)
        assert answer(page) == 3, (left, top)
        clear(page)


def test_a_higher_temperature_lowers_the_winner_and_keeps_the_order(page):
    draw(page, DIGITS[3])
    winner = answer(page)
    at_one, probabilities = bars(page), shares(page)
    set_temperature(page, "50")
    hot = bars(page)
    set_temperature(page, "0.1")
    cold = bars(page)
    assert hot[winner] < at_one[winner] <= cold[winner]
    assert order(shares(page)) == order(probabilities)
    assert max(hot) == hot[winner]
    assert max(cold) == cold[winner] > 0.98
    assert sum(hot) == pytest.approx(1, abs=0.05)
    expect(page.get_by_text("in the running")).to_contain_text("0.00 bits: about 1 digit")
    page.get_by_role("button", name="Reset to 1").click()
    expect(temperature(page)).to_have_attribute("aria-valuetext", "1")
    expect(page.get_by_role("figure", name="at temperature 1,")).to_be_attached()
    assert bars(page) == at_one


def test_clear_and_undo_leave_an_empty_canvas_with_a_hint(page):
    for empty in ("nothing yet", "Clear", "Undo"):
        if empty != "nothing yet":
            page.get_by_role("button", name=empty, exact=True).click()
        expect(page.get_by_text(HINT)).to_be_visible()
        expect(verdict(page)).to_be_hidden()
        draw(page, DIGITS[7])  # and nothing is left of the one before
        assert answer(page) == 7


def test_a_ready_digit_is_loaded_on_the_canvas_and_can_be_drawn_over(page):
    with rerun(page, times=2):  # the canvas sends back what it was told to load
        page.get_by_role("radio", name="4", exact=True).click()
        assert answer(page) == 4
        first = seen(page)
    assert seen(page) == first
    draw(page, [[(0.1, 0.1), (0.9, 0.1), (0.9, 0.9)]])
    assert seen(page) != first
    clear(page)


def test_the_temperature_is_in_the_url(page, server):
    for text in ("2", "0.1"):
        set_temperature(page, text)
        expect(page).to_have_url(re.compile(rf"\?T={text}$"))
        page.reload()
        expect(temperature(page)).to_have_attribute("aria-valuetext", text)
    page.get_by_role("button", name="Reset to 1").click()
    expect(page).to_have_url(re.compile("/$"))
    page.goto(server.url + "/?T=3.3")  # the slider has 3.5
    expect(page).to_have_url(re.compile(r"\?T=3.5$"))
    expect(temperature(page)).to_have_attribute("aria-valuetext", "3.5")


def test_a_temperature_set_while_a_drawing_is_on_its_way(page):
    """The canvas waits a moment before it sends. A temperature that is set in this moment goes along."""
    stops = slider_stops(load_calibration().temperature)
    ninth = stops[stops.index(1) + 9]
    for _ in range(3):
        driver.draw(page, DIGITS[7])
        temperature(page).focus()
        for _ in range(9):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(25)
        expect(verdict(page)).to_have_text("7")
        expect(page.get_by_role("figure", name=f"at temperature {ninth:g}, highest for 7")).to_be_attached()
        clear(page)
        page.get_by_role("button", name="Reset to 1").click()
        expect(temperature(page)).to_have_attribute("aria-valuetext", "1")


def test_the_drawing_survives_the_controls_and_the_theme(page):
    draw(page, DIGITS[5][:1])
    before = seen(page)
    set_temperature(page, "2")
    choose_thin_pen(page)
    light = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "light => getComputedStyle(document.querySelector('.stApp')).backgroundColor != light", arg=light
    )
    assert seen(page) == before
    draw(page, DIGITS[5][1:])  # the second stroke joins the first, thinner
    assert seen(page) != before
    assert answer(page) == 5


def test_the_drawing_survives_a_visit_to_another_page(page):
    draw(page, DIGITS[5][:1])
    set_temperature(page, "2")
    before = seen(page)
    for _ in range(2):  # the second time the drawing has been reloaded once already
        page.get_by_role("link", name="Temperatures").click()
        page.get_by_role("tab", name="Side by side").wait_for()
        page.get_by_role("link", name="Draw").click()
        wait_for_page(page)
        answer(page)
        assert seen(page) == before
        expect(temperature(page)).to_have_attribute("aria-valuetext", "2")
    draw(page, DIGITS[5][1:])
    assert seen(page) != before
    assert answer(page) == 5


def test_undo_right_after_a_stroke_undoes_that_stroke(page):
    draw(page, DIGITS[1])
    before = seen(page)
    driver.draw(page, [[(0.1, 0.9), (0.9, 0.9)]])
    page.keyboard.press("Control+z")  # before the canvas has sent it
    expect(page.get_by_role("button", name="Redo")).to_be_enabled()
    wait_until_idle(page)
    assert seen(page) == before
    with rerun(page):
        page.keyboard.press("Control+y")
    assert seen(page) != before


def test_a_stroke_and_a_temperature_rerun_a_fragment_not_the_page(page):
    finished = []  # how each run of the page or of a fragment ended

    def note(frame):
        message = ForwardMsg.FromString(frame)
        if message.HasField("script_finished"):
            finished.append(message.script_finished)

    page.on("websocket", lambda socket: socket.on("framereceived", note))  # from the next connection on
    page.reload()
    wait_for_page(page)
    wait_until_idle(page)
    assert ForwardMsg.FINISHED_SUCCESSFULLY in finished
    for change in (
        lambda: draw(page, DIGITS[1]),  # the first one
        lambda: draw(page, DIGITS[1]),
        lambda: temperature(page).press("ArrowRight"),  # by one stop
    ):
        finished.clear()
        with rerun(page):
            change()
        for _ in range(100):
            if not finished:  # a busy server has not yet said so
                page.wait_for_timeout(100)
        assert finished == [ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY]


def test_everything_is_above_the_fold(page):
    draw(page, DIGITS[2])
    parts = [
        page.locator(driver.CANVAS),
        pixels(page),
        verdict(page),
        page.locator(".answer .digit-bars"),
        page.locator(".answer table"),
        page.get_by_text("in the running"),
        page.get_by_test_id("stSlider").first,
        page.get_by_test_id("stSlider").last,
        page.get_by_role("radio", name="9", exact=True),
    ]
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        boxes = [part.bounding_box() for part in parts]
        for box in boxes:
            assert box["x"] >= 0
            assert box["y"] >= 0
            assert box["x"] + box["width"] <= 1280
            assert box["y"] + box["height"] <= 800
        canvas = boxes[0]
        assert canvas["width"] == canvas["height"] >= 280
        assert all(box["x"] >= canvas["x"] + canvas["width"] for box in boxes[1:6])


def test_nothing_is_cut_off_at_any_width(page):
    page.get_by_role("radio", name="4", exact=True).click()
    assert answer(page) == 4
    confidence = page.locator(".answer .confidence")
    for width in (1920, 1024, 801, 768, 641, 390, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function("width => document.querySelector('.answer').clientWidth < width", arg=width)
        for part in (page.locator(driver.CANVAS), confidence, page.locator(".answer .digit-bars")):
            box = part.bounding_box()
            assert box["x"] >= 0, width
            assert box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert confidence.evaluate("text => text.scrollWidth <= text.clientWidth + 1"), width


def test_a_finger_draws_on_a_phone_without_scrolling_it(open_page):
    page = open_page(width=390, height=844, is_mobile=True, has_touch=True, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator(driver.CANVAS).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 844, "the whole canvas is in view"
    above = pixels(page).bounding_box()
    assert above["y"] + above["height"] < box["y"], "the answer is above the canvas"
    menu = page.get_by_role("link", name="Draw").bounding_box()
    assert menu["y"] + menu["height"] <= above["y"], "and covers nothing of the menu"

    scroller = "document.querySelector('[data-testid=stMain]').scrollTop + window.scrollY"
    before = page.evaluate(scroller)
    finger = page.context.new_cdp_session(page)
    for stroke in DIGITS[7]:
        points = [{"x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y} for x, y in stroke]
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
        for point in points[1:]:
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(verdict(page)).to_have_text("7")  # after what was read of the unfinished digit
    assert page.evaluate(scroller) == before
    assert verdict(page).bounding_box()["y"] > 0


def test_a_photo_is_read_and_can_be_drawn_over(page, tmp_path):
    rng = np.random.default_rng(0)
    coverage = generator.draw(generator.write(1, "stick", rng, 0), pen=14, paper=None)[..., 3]
    cv2.imwrite(str(tmp_path / "one.jpg"), photograph(coverage, rng, ruled=True))
    (tmp_path / "not_a_photo.png").write_bytes(b"nonsense")

    page.get_by_role("button", name="Photo").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "one.jpg")
    assert answer(page) == 1
    expect(page.locator("input[type=file]")).to_be_hidden()
    page.get_by_role("button", name="Photo").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "not_a_photo.png")
    expect(page.get_by_text("JPEG, PNG or WebP").filter(has_text="did not work")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("input[type=file]")).to_be_hidden()
    assert answer(page) == 1
    before = seen(page)
    draw(page, [[(0.3, 0.15), (0.1, 0.15), (0.1, 0.85)]])
    assert seen(page) != before
    clear(page)


def test_a_scribble_is_said_not_to_look_like_a_digit_beside_its_bars(page):
    draw(page, [[(0.2, 0.3), (0.8, 0.7), (0.3, 0.8), (0.7, 0.2), (0.5, 0.9), (0.2, 0.5), (0.9, 0.4)]])
    said = page.get_by_text("Not a digit.")
    expect(said).to_be_visible()
    assert max(bars(page)) > 0.1
    clear(page)
    draw(page, DIGITS[3])
    assert answer(page) == 3
    expect(said).to_be_hidden()


def test_two_visitors_do_not_see_each_others_drawings(page, open_page):
    other = open_page()
    driver.draw(page, DIGITS[3])
    driver.draw(other, DIGITS[0])
    expect(verdict(page)).to_have_text("3")
    expect(verdict(other)).to_have_text("0")
    set_temperature(page, "5")
    expect(temperature(other)).to_have_attribute("aria-valuetext", "1")


LEAVE = "Leave the projector view"


def test_on_a_projector_there_are_the_canvas_and_the_bars_until_one_leaves(open_page):
    page = open_page("/?view=projector&T=2", width=1920, height=1080)
    draw(page, DIGITS[7])
    assert answer(page) == 7
    canvas, bars = (page.locator(part).bounding_box() for part in (driver.CANVAS, ".answer .digit-bars"))
    assert min(canvas["width"], bars["width"]) >= 800
    assert canvas["y"] + canvas["height"] <= 1080
    for hidden in ("No pen? Take a digit", "From the scores to the probabilities"):
        expect(page.get_by_text(hidden)).to_be_hidden()
    projector, leave = (page.get_by_role("button", name=name, exact=True) for name in ("Projector", LEAVE))
    expect(projector).to_be_hidden()
    leave.click()
    expect(projector).to_be_visible()
    expect(leave).to_be_hidden()
    expect(page).to_have_url(re.compile(r"\?T=2$"))
    assert answer(page) == 7
    projector.click()
    expect(page).to_have_url(re.compile("view=projector"))
    assert answer(page) == 7
    page.go_back()
    expect(projector).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?T=2$"))
    assert answer(page) == 7
    expect(temperature(page)).to_have_attribute("aria-valuetext", "2")


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 664), (768, 1024), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("query", ["", "&challenge=tie"])
def test_on_a_projector_no_part_is_cut_off(open_page, width, height, query):
    page = open_page("/?view=projector" + query, width=width, height=height)
    draw(page, DIGITS[4])
    boxes = [part.bounding_box() for part in (page.locator(driver.CANVAS), verdict(page).locator(".."))]
    boxes.append(page.locator(".answer .digit-bars").bounding_box())
    boxes.append(page.get_by_role("button", name="Keep").bounding_box())
    for box in boxes:
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        if width >= 1280:
            assert box["y"] + box["height"] <= height
