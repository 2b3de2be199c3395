"""The lesson in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.driver import DIGITS, draw, metric

CHARTS = [
    "histogram", "ten_outputs", "softmax_of_same_age", "ages", "failures", "before_and_after", "running_share",
    "label_and_answer", "pushes", "surprise",
]  # fmt: skip


def heights(page, name, trace=0):
    """What Plotly has drawn of a chart's bars or points; None while the chart is being replaced."""
    return page.evaluate(
        """([name, trace]) => {
            const charts = document.querySelectorAll(`.st-key-${name} .js-plotly-plot`);
            return charts.length != 1 ? null : charts[0].calcdata?.[trace].map(point => point.s ?? point.y) ?? null;
        }""",
        [name, trace],
    )


def change(page, name, act):
    """Do something, and return what was drawn before and is drawn after it, once it is something else."""
    before = heights(page, name, trace := (1 if name == "before_and_after" else 0))
    act()
    for _ in range(100):
        page.wait_for_timeout(50)
        if (after := heights(page, name, trace)) and after != before:
            return before, after
    raise AssertionError(f"{name} did not change")


def turn(page, label, key, number=0):
    slider = page.get_by_role("slider", name=label).nth(number)
    slider.focus()
    slider.press(key)


def test_the_readers_own_drawing_goes_through_the_lesson(open_page):
    page = open_page("/?T=3")
    draw(page, DIGITS[7])
    expect(metric(page, "It reads")).to_have_text("7")
    page.get_by_role("link", name="Softmax").click()
    expect(page.get_by_text("the answer is yes, a 7")).to_be_visible()
    expect(page.get_by_role("combobox", name="Digit")).to_have_value("Your drawing, a 7")
    expect(page.get_by_role("slider", name="Temperature")).to_have_attribute("aria-valuetext", "3")
    page.get_by_role("link", name="Draw", exact=True).first.click()
    expect(metric(page, "It reads")).to_have_text("7")
    expect(page.get_by_role("slider", name="Temperature")).to_have_attribute("aria-valuetext", "3")


def test_every_step_answers_to_its_controls(open_page):
    page = open_page("/softmax?of=A+ready+7")

    hits = metric(page, "Hits").inner_text()
    turn(page, "Threshold", "Home")
    expect(metric(page, "Hits")).not_to_have_text(hits)
    expect(metric(page, "Misses")).to_have_text(re.compile("^[0-5]$"))
    expect(page).to_have_url(re.compile("one_threshold=0.01"))

    before, after = change(page, "ten_outputs", lambda: turn(page, "Age", "End"))
    assert max(after) > 0.999 > max(before)
    expect(metric(page, "Right, by softmax")).to_have_text(re.compile("^9[89]"))
    expect(page.get_by_text("Ten thresholds: 7")).to_be_visible()
    before, after = change(page, "ten_outputs", lambda: turn(page, "Age", "Home"))
    assert max(after) < 0.6
    turn(page, "Threshold", "End", number=1)
    expect(metric(page, "None over it")).to_have_text("100%")
    expect(page.get_by_text("none fires: no answer")).to_be_visible()

    expect(page.get_by_text("[0.01165623 0.03168492 0.08612854 0.23412165 0.6364086 ]")).to_be_visible()
    before, after = change(page, "before_and_after", lambda: turn(page, "Multiply all of them by", "End"))
    assert max(after) > 0.99 > max(before)
    expect(page.get_by_text("T = 0.2")).to_be_visible()
    first = page.locator(".st-key-z1 input")
    first.fill("9")
    before, after = change(page, "before_and_after", lambda: first.press("Enter"))
    assert after[0] == max(after) > max(before[:4])

    before, after = change(page, "running_share", page.get_by_role("button", name="+1,000", exact=True).click)
    assert 0.15 < after[-1] < 0.4
    expect(page.get_by_role("cell", name="1,100", exact=True)).to_be_visible()

    before, after = change(page, "pushes", page.locator("[class*=st-key-meant]").get_by_text("4", exact=True).click)
    assert before[7] < 0 <= before[4]
    assert after[4] < -0.9 < 0.9 < after[7]
    before, after = change(page, "pushes", lambda: turn(page, "Temperature", "End"))
    assert abs(after[4]) < 0.1, "at T = 10 the slope is a tenth at most"


def test_the_code_is_there_to_be_seen(open_page):
    page = open_page("/softmax")
    for number in range(5):
        page.get_by_text("The code").nth(number).click()
    expect(page.get_by_text("def one_threshold")).to_be_visible()
    expect(page.get_by_text("tf.nn.softmax_cross_entropy_with_logits")).to_be_visible()
    expect(page.get_by_text("def cross_entropy_gradient")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_nothing_is_cut_off(open_page, width, height):
    page = open_page("/softmax", width=width, height=height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".katex").count() >= 4, "formulas are typeset"
    for part in (*(f".st-key-{name} .js-plotly-plot" for name in CHARTS), "[data-testid=stMetricValue]", ".katex-html"):
        for box in (found.bounding_box() for found in page.locator(part).all()):
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
    for label in page.get_by_test_id("stMetricLabel").all():
        assert label.evaluate("label => label.scrollWidth <= label.clientWidth + 1"), label.inner_text()
