"""The page Softmax, a lesson, in a real browser."""

import re

from playwright.sync_api import expect

from tests.pages.test_lesson import CHARTS
from tests.support.draw_page import draw, verdict
from tests.support.driver import DIGITS, metric, wait_until_idle
from tests.support.layout import assert_nothing_cut_off

# The heights of a chart's bars or points, as Plotly has drawn them; null while the chart is being replaced. To four
# places: what a chart shows while a control is dragged may be rounded otherwise than what the server sends then.
HEIGHTS = """([name, trace]) => {
    const charts = document.querySelectorAll(`.st-key-${name} .js-plotly-plot`);
    const rounded = point => Number((point.s ?? point.y).toFixed(4));
    return charts.length != 1 ? null : charts[0].calcdata?.[trace].map(rounded) ?? null;
}"""
CHANGED = f"""([name, trace, before]) => {{
    const now = ({HEIGHTS})([name, trace]);
    return now && JSON.stringify(now) != before ? now : false;
}}"""


def change(page, name, act, trace=0):
    """Do something, and return what a chart showed before, and what it shows after it."""
    wait_until_idle(page)
    before = page.wait_for_function(HEIGHTS, arg=[name, trace]).json_value()
    text = page.evaluate("heights => JSON.stringify(heights)", before)
    act()
    return before, page.wait_for_function(CHANGED, arg=[name, trace, text]).json_value()


def press(page, label, key, number=0):
    """Press a key on a slider; of those with one label, on the one with this number."""
    slider = page.get_by_role("slider", name=label).nth(number)
    slider.focus()
    slider.press(key)


def test_a_visitors_own_drawing_goes_through_the_lesson(open_page):
    page = open_page("/?T=3")
    draw(page, DIGITS[7])
    expect(verdict(page)).to_have_text("7")
    page.get_by_role("link", name="Softmax").click()
    page.locator(".st-key-loss_curve .main-svg").first.wait_for()
    expect(metric(page, "The answer")).to_have_text("yes, a 7")
    expect(page.get_by_role("combobox", name="Digit")).to_have_value("Your drawing, a 7")
    expect(page.get_by_role("slider", name="Temperature")).to_have_attribute("aria-valuetext", "3")
    page.get_by_role("link", name="Draw", exact=True).first.click()
    expect(verdict(page)).to_have_text("7")
    expect(page.get_by_role("slider", name="Temperature")).to_have_attribute("aria-valuetext", "3")


def test_every_step_answers_to_its_controls(open_page):
    page = open_page("/softmax?of=A+ready+7")

    hits = metric(page, "Hits").inner_text()
    press(page, "Threshold", "Home")
    expect(metric(page, "Hits")).not_to_have_text(hits)
    expect(metric(page, "Misses")).to_have_text(re.compile("^[0-5]$"))
    expect(page).to_have_url(re.compile("one_threshold=0.01"))

    before, after = change(page, "ten_outputs", lambda: press(page, "Batches seen", "End"))
    assert max(after) > 0.999 > max(before)
    expect(metric(page, "Right with softmax")).to_have_text(re.compile("^9[89]"))
    expect(metric(page, "Ten thresholds")).to_have_text("7")
    before, after = change(page, "ten_outputs", lambda: press(page, "Batches seen", "Home"))
    assert max(after) < 0.6
    press(page, "Threshold", "End", number=1)
    expect(metric(page, "None above it")).to_have_text("100%")
    expect(metric(page, "Ten thresholds")).to_have_text("no answer")

    expect(page.get_by_text("[0.01165623 0.03168492 0.08612854 0.23412165 0.6364086 ]")).to_be_visible()
    before, after = change(page, "before_and_after", lambda: press(page, "Multiply all of them by", "End"), trace=1)
    assert max(after) > 0.99 > max(before)
    expect(page.get_by_text("T = 0.2")).to_be_visible()
    first = page.locator(".st-key-z1 input")
    first.fill("9")
    before, after = change(page, "before_and_after", lambda: first.press("Enter"), trace=1)
    assert after[0] == max(after) > max(before[:4])

    before, after = change(page, "running_share", page.get_by_role("button", name="+1,000", exact=True).click)
    assert 0.15 < after[-1] < 0.4
    expect(page.get_by_role("cell", name="1,100", exact=True)).to_be_visible()

    before, after = change(
        page, "gradient", page.locator("[class*=st-key-label-of]").get_by_text("4", exact=True).click
    )
    assert before[7] > 0.9, "it begins with another label than 7"
    assert after[4] < -0.9 < 0.9 < after[7]
    before, after = change(page, "gradient", lambda: press(page, "Temperature", "End"))
    assert abs(after[4]) < 0.1, "at T = 10 the gradient is at most a tenth"


def test_the_code_can_be_read_and_nothing_is_cut_off(open_page):
    page = open_page("/softmax")
    for number in range(5):
        page.get_by_text("The code").nth(number).click()
    expect(page.get_by_text("def one_threshold")).to_be_visible()
    expect(page.get_by_text("tf.nn.softmax_cross_entropy_with_logits")).to_be_visible()
    expect(page.get_by_text("def cross_entropy_gradient")).to_be_visible()
    assert page.locator(".katex").count() >= 4, "formulas are typeset"
    charts = [f".st-key-{name} .js-plotly-plot" for name in CHARTS]
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert_nothing_cut_off(page, *charts, "[data-testid=stMetricValue]", ".follower dd", ".katex-html")
        for label in page.get_by_test_id("stMetricLabel").all():
            assert label.evaluate("label => label.scrollWidth <= label.clientWidth + 1"), label.inner_text()


def test_the_contents_follow_the_reader(open_page):
    page = open_page("/softmax", width=390, height=844)
    links = page.get_by_role("navigation", name="Steps").get_by_role("link")
    expect(links.nth(0)).not_to_have_attribute("aria-current", "step")
    links.nth(3).click()
    expect(links.nth(3)).to_have_attribute("aria-current", "step")
    expect(links.nth(3)).to_be_in_viewport()
    expect(page.get_by_role("heading", name="4. Max or sample")).to_be_in_viewport()
    page.mouse.wheel(0, -50_000)
    expect(page.locator("a[aria-current=step]")).to_have_count(0)
