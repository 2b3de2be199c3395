"""The home page in a real browser, with a real mouse."""

import re

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.paper import photograph
from mnist_model import strokes as hands
from tests.e2e import driver
from tests.e2e.driver import DIGITS, draw, metric

HINT = re.compile("The network reads it as soon as you lift the pen")


def answer(page):
    """The digit read, once it no longer changes: a slow hand's drawing arrives stroke by stroke."""
    value = metric(page, "It reads")
    expect(value).to_have_text(re.compile(r"\d"))
    now = None
    while now != (now := seen(page)):
        page.wait_for_timeout(400)
    return int(value.inner_text())


def bars(page):
    """The heights of the bars that Plotly has drawn, from 0 to 1."""
    drawn = page.wait_for_function("document.querySelector('.js-plotly-plot')?.calcdata?.[0].map(bar => bar.s)")
    return drawn.json_value()


def order(values):
    return sorted(range(10), key=lambda digit: values[digit])


def seen(page):
    return page.get_by_role("img", name="The 28 by 28 pixels").get_attribute("src")


def temperature(page):
    return page.get_by_role("slider", name="Temperature")


def set_temperature(page, text):
    """With the keyboard, as one who has no mouse."""
    slider = temperature(page)
    slider.focus()
    for _ in range(41):
        now = float(slider.get_attribute("aria-valuetext"))
        if now == float(text):
            break
        page.keyboard.press("ArrowRight" if now < float(text) else "ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", text)
    expect(page.get_by_role("figure", name=f"at temperature {text}")).to_be_attached()


def thin_pen(page):
    page.get_by_role("slider", name="Pen width").focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(500)  # the pen changes without a trace on the page


def test_reads_at_least_nine_of_ten_drawn_digits(open_page):
    page = open_page()
    read = {}
    for digit, strokes in DIGITS.items():
        draw(page, strokes)
        read[digit] = answer(page)
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(page.get_by_text(HINT)).to_be_visible()
    right = [digit for digit in DIGITS if read[digit] == digit]
    assert len(right) >= 9, read


def test_reads_a_small_digit_anywhere(open_page):
    page = open_page()
    thin_pen(page)
    for left, top in [(0, 0), (0.7, 0), (0, 0.7), (0.7, 0.7), (0.35, 0.35)]:
        draw(page, DIGITS[3], size=0.3, left=left, top=top)
        assert answer(page) == 3, (left, top)
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(page.get_by_text(HINT)).to_be_visible()


def test_a_hotter_softmax_lowers_the_winner_and_keeps_the_order(open_page):
    page = open_page()
    draw(page, DIGITS[3])
    winner = answer(page)
    at_one = bars(page)
    set_temperature(page, "10")
    hot = bars(page)
    set_temperature(page, "0.1")
    cold = bars(page)
    assert hot[winner] < at_one[winner] <= cold[winner]
    assert order(hot) == order(at_one)
    assert max(hot) == hot[winner]
    assert max(cold) == cold[winner] > 0.999
    assert sum(hot) == pytest.approx(1)
    expect(page.get_by_text("digits in the running")).to_contain_text("about 1.0")
    page.get_by_role("button", name="Reset to 1").click()
    expect(temperature(page)).to_have_attribute("aria-valuetext", "1")
    expect(page.get_by_role("figure", name="at temperature 1,")).to_be_attached()
    assert bars(page) == at_one


def test_the_bars_are_patched_in_place(open_page):
    page = open_page()
    draw(page, DIGITS[3])
    answer(page)
    before = bars(page)
    page.locator(".js-plotly-plot").evaluate("chart => { chart.same = true; }")
    draw(page, [[(0.1, 0.1), (0.1, 0.9)]])
    answer(page)
    set_temperature(page, "5")
    assert bars(page) != before
    assert page.locator(".js-plotly-plot").evaluate("chart => chart.same")


def test_an_empty_canvas_gets_a_hint_and_no_answer(open_page):
    page = open_page()
    expect(page.get_by_text(HINT)).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(0)
    draw(page, DIGITS[7])
    assert answer(page) == 7
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text(HINT)).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(0)
    draw(page, DIGITS[0])  # and nothing of the 7 is left
    assert answer(page) == 0


def test_a_ready_digit_is_laid_on_the_canvas_and_can_be_drawn_over(open_page):
    page = open_page()
    page.get_by_role("radio", name="4").click()
    assert answer(page) == 4
    first = seen(page)
    page.wait_for_timeout(1000)  # the browser sends back what it was given ...
    assert seen(page) == first  # ... and the answer does not stir
    draw(page, [[(0.1, 0.1), (0.9, 0.1), (0.9, 0.9)]])
    expect(page.get_by_role("img", name="The 28 by 28 pixels")).not_to_have_attribute("src", first)
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text(HINT)).to_be_visible()


def test_a_bar_that_is_pointed_at_shows_its_probability_and_logit(open_page):
    page = open_page("/?T=10")
    draw(page, DIGITS[3])
    answer(page)
    bars(page)
    bar = page.locator(".js-plotly-plot .bars path").nth(3).bounding_box()
    page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2, steps=3)
    expect(page.locator(".hoverlayer")).to_contain_text(re.compile(r"3.*probability \d+\.\d%.*logit \d+\.\d\d"))


def test_the_canvas_has_undo(open_page):
    page = open_page()
    draw(page, DIGITS[3])
    assert answer(page) == 3
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(HINT)).to_be_visible()


def test_the_temperature_is_in_the_link(open_page):
    page = open_page("/?T=5")
    expect(temperature(page)).to_have_attribute("aria-valuetext", "5")
    for text in ("2", "0.1", "10"):
        set_temperature(page, text)
        expect(page).to_have_url(re.compile(rf"\?T={text}$"))
        page.reload()
        expect(temperature(page)).to_have_attribute("aria-valuetext", text)
    page.get_by_role("button", name="Reset to 1").click()
    expect(page).to_have_url(re.compile("/$"))
    page.goto(page.url + "?T=3.3")  # the slider has none such, but one near it
    expect(page).to_have_url(re.compile(r"\?T=3.5$"))
    expect(temperature(page)).to_have_attribute("aria-valuetext", "3.5")


def test_a_temperature_set_while_a_drawing_is_on_its_way(open_page):
    """The canvas waits a moment before it sends; what is set in that moment travels with it."""
    page = open_page()
    for _ in range(3):
        draw(page, DIGITS[7])
        temperature(page).focus()
        for _ in range(9):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(25)
        assert answer(page) == 7
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(page.get_by_text(HINT)).to_be_visible()
        page.get_by_role("button", name="Reset to 1").click()


def test_the_drawing_survives_the_controls_and_the_theme(open_page):
    page = open_page(color_scheme="light")
    draw(page, DIGITS[5][:1])
    answer(page)
    before = seen(page)
    set_temperature(page, "2")
    thin_pen(page)
    paper = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "paper => getComputedStyle(document.querySelector('.stApp')).backgroundColor != paper", arg=paper
    )
    page.wait_for_timeout(500)
    assert seen(page) == before
    draw(page, DIGITS[5][1:])  # the second stroke joins the first, thinner
    expect(page.get_by_role("img", name="The 28 by 28 pixels")).not_to_have_attribute("src", before)
    assert answer(page) == 5


def test_the_drawing_survives_a_visit_to_another_page(open_page):
    page = open_page()
    draw(page, DIGITS[5][:1])
    answer(page)
    set_temperature(page, "2")
    before = seen(page)
    for _ in range(2):  # the second time the drawing has been restored once already
        page.get_by_role("link", name="Temperatures").click()
        page.get_by_role("tab", name="Side by side").wait_for()
        page.get_by_role("link", name="Draw").click()
        page.locator(driver.CANVAS).wait_for()
        answer(page)
        assert seen(page) == before
        expect(temperature(page)).to_have_attribute("aria-valuetext", "2")
    draw(page, DIGITS[5][1:])
    expect(page.get_by_role("img", name="The 28 by 28 pixels")).not_to_have_attribute("src", before)
    assert answer(page) == 5


def test_a_stroke_and_a_temperature_rerun_a_fragment_not_the_page(open_page):
    page = open_page()
    sent = []
    # Listen from the next connection on.
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(BackMsg.FromString(frame))))
    page.reload()
    temperature(page).wait_for()
    page.locator(driver.CANVAS).wait_for()

    def fragments():
        return [message.rerun_script.fragment_id for message in sent if message.WhichOneof("type") == "rerun_script"]

    page.wait_for_timeout(500)
    sent.clear()
    draw(page, DIGITS[1])
    answer(page)
    (of_stroke,) = fragments()
    sent.clear()
    temperature(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("figure", name="at temperature 1.1")).to_be_attached()
    (of_step,) = fragments()
    assert of_stroke
    assert of_step


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_is_above_the_fold(open_page, theme):
    page = open_page(color_scheme=theme)
    draw(page, DIGITS[2])
    answer(page)
    parts = [
        page.locator(driver.CANVAS),
        page.get_by_role("img", name="The 28 by 28 pixels"),
        metric(page, "It reads"),
        page.locator(".js-plotly-plot"),
        page.get_by_text("digits in the running"),
        page.get_by_test_id("stSlider").first,
        page.get_by_test_id("stSlider").last,
        page.get_by_role("radio", name="9"),
    ]
    boxes = [part.bounding_box() for part in parts]
    for box in boxes:
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= 1280
        assert box["y"] + box["height"] <= 800
    canvas = boxes[0]
    assert canvas["width"] == canvas["height"] >= 280
    assert all(box["x"] >= canvas["x"] + canvas["width"] for box in boxes[1:5])


@pytest.mark.parametrize("width", [360, 390, 641, 768, 801, 1024, 1920])
def test_nothing_is_cut_off_at_any_width(open_page, width):
    page = open_page(width=width)
    page.get_by_role("radio", name="4").click()
    answer(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in [page.locator(driver.CANVAS), metric(page, "Probability"), page.locator(".js-plotly-plot")]:
        box = part.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    value = metric(page, "Probability").locator("p, div").last
    assert value.evaluate("text => text.scrollWidth <= text.clientWidth + 1")


def test_a_finger_draws_on_a_phone_without_scrolling_it(open_page):
    page = open_page(width=390, height=844, is_mobile=True, has_touch=True, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator(driver.CANVAS).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 844, "the whole canvas is in view"
    above = page.get_by_role("img", name="The 28 by 28 pixels").bounding_box()
    assert above["y"] + above["height"] < box["y"], "the answer comes first"
    menu = page.get_by_role("link", name="Draw").bounding_box()
    assert menu["y"] + menu["height"] <= above["y"], "and hides nothing of the menu"

    scroller = "document.querySelector('[data-testid=stMain]').scrollTop + window.scrollY"
    before = page.evaluate(scroller)
    finger = page.context.new_cdp_session(page)
    for stroke in DIGITS[7]:
        points = [{"x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y} for x, y in stroke]
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
        for point in points[1:]:
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert answer(page) == 7
    assert page.evaluate(scroller) == before
    assert metric(page, "It reads").bounding_box()["y"] > 0


def test_a_photo_is_read_and_a_pen_goes_on_with_it(open_page, tmp_path):
    rng = np.random.default_rng(0)
    coverage = hands.draw(hands.write(1, "stick", rng, 0), pen=14, paper=None)[..., 3]
    taken = photograph(coverage, rng, ruled=True)
    cv2.imwrite(str(tmp_path / "one.jpg"), taken)
    (tmp_path / "none.png").write_bytes(b"nonsense")

    page = open_page()
    page.get_by_role("button", name="Photo").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "one.jpg")
    assert answer(page) == 1
    page.locator("input[type=file]").set_input_files(tmp_path / "none.png")
    expect(page.get_by_text("this is no JPEG, PNG or WebP picture")).to_be_visible()
    assert answer(page) == 1
    page.keyboard.press("Escape")
    expect(page.locator("input[type=file]")).to_be_hidden()
    before = seen(page)
    draw(page, [[(0.3, 0.15), (0.1, 0.15), (0.1, 0.85)]])
    page.wait_for_function("old => document.querySelector('img[alt^=\"The 28 by 28\"]').src !== old", arg=before)
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text(HINT)).to_be_visible()


def test_a_scribble_is_said_to_be_none_beside_its_bars(open_page):
    page = open_page()
    draw(page, [[(0.2, 0.3), (0.8, 0.7), (0.3, 0.8), (0.7, 0.2), (0.5, 0.9), (0.2, 0.5), (0.9, 0.4)]])
    answer(page)
    said = page.get_by_text("This does not look like a digit")
    expect(said).to_be_visible()
    assert max(bars(page)) > 0.1
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text(HINT)).to_be_visible()
    draw(page, DIGITS[3])
    assert answer(page) == 3
    expect(said).to_be_hidden()


def test_two_people_do_not_see_each_others_drawings(open_page):
    one, other = open_page(), open_page()
    draw(one, DIGITS[3])
    draw(other, DIGITS[0])
    assert (answer(one), answer(other)) == (3, 0)
    set_temperature(one, "5")
    expect(temperature(other)).to_have_attribute("aria-valuetext", "1")
