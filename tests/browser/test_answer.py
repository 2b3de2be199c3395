"""The answer follows the hand: what the browser computes, and what changes while the temperature and the pen move."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from mnist_model.softmax import energy, entropy, softmax
from tests.support import driver
from tests.support.draw_page import (
    answer,
    draw,
    rerun,
    seen,
    set_temperature,
    shares,
    temperature,
    verdict,
    wait_until_seen,
)
from tests.support.driver import DIGITS, wait_until_idle
from ui.components import answer as component
from ui.temperature_scale import slider_stops

BARS = ".answer .digit-bars > :not(.axis) > div"
FORMULAS = (Path(component.__file__).parent.parent / "softmax.js").read_text(encoding="utf-8")


def in_browser(page, program, argument):
    return page.evaluate(f"argument => {{ {FORMULAS}\n{program} }}", argument)


def test_the_browser_computes_what_numpy_computes(page):
    rng = np.random.default_rng(0)
    logits = np.concatenate([rng.normal(0, scale, (100, 10)) for scale in (0.01, 1, 10, 100)]).astype(np.float32)
    temperatures = slider_stops(1.28)
    computed, bits, energies = in_browser(
        page,
        """const [logits, temperatures] = argument;
        const all = logits.map(z => temperatures.map(T => softmax(z, T)));
        return [all, all.map(row => row.map(entropy)), logits.map(energy)];""",
        [logits.tolist(), temperatures],
    )
    expected = np.stack([softmax(logits, t) for t in temperatures], axis=1)
    np.testing.assert_allclose(computed, expected, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(bits, entropy(expected), atol=1e-6)
    np.testing.assert_allclose(energies, energy(logits), rtol=1e-6)


def test_the_temperature_for_a_probability_gives_that_probability(page):
    logits = np.random.default_rng(1).normal(0, 8, (100, 10))
    found = in_browser(page, "return argument.map(z => temperatureFor(z, 0.9));", logits.tolist())
    assert [softmax(z, t).max() for z, t in zip(logits, found, strict=True)] == pytest.approx([0.9] * 100, abs=1e-6)


COUNT_CHANGES = """() => {
    const answer = document.querySelector(".answer");
    const parts = [".digit-bars", ".confidence", ".entropy", ".divided"];
    window.changes = { frames: 0, torn: 0 };
    let before = "";
    const look = () => {
        const T = document.querySelector(".st-key-T input[type=range]").ariaValueText;
        const said = parts.map(part => answer.querySelector(part)).map(part => part.ariaLabel ?? part.textContent);
        if (before && before !== said.join()) changes.frames += 1;
        if (!said[0].includes(`temperature ${T},`) || !said[3].endsWith(` ${T}`)) changes.torn += 1;
        before = said.join();
        window.looking = requestAnimationFrame(look);
    };
    look();
}"""


def test_the_whole_answer_follows_the_slider_while_it_is_dragged(page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    wait_until_idle(page)
    draw(page, DIGITS[3])
    box = page.locator(".st-key-T [role=group]").bounding_box()
    thumb = temperature(page).locator("xpath=../..").bounding_box()
    y = thumb["y"] + thumb["height"] / 2
    page.mouse.move(thumb["x"] + thumb["width"] / 2, y)
    page.mouse.down()
    sent.clear()
    page.evaluate(COUNT_CHANGES)
    for step in range(1, 41):
        page.mouse.move(thumb["x"] + (box["x"] + box["width"] - thumb["x"]) * step / 40, y)
        page.wait_for_timeout(10)
    changes = page.evaluate("cancelAnimationFrame(looking), changes")
    assert not sent
    assert not changes["torn"], changes
    assert changes["frames"] > 3, changes
    assert temperature(page).get_attribute("aria-valuetext") == "50"
    hot = shares(page)
    page.mouse.up()
    wait_until_idle(page)
    expect(page).to_have_url(re.compile(r"\?T=50$"))
    assert shares(page) == hot


WATCH_DRAWING = """() => {
    const answer = document.querySelector(".answer");
    window.seen = [];
    new MutationObserver(() => seen.push([answer.className, answer.querySelector(".digit").textContent])).observe(
        answer, { subtree: true, childList: true, attributes: true, characterData: true }
    );
}"""


def points_of(page, strokes):
    box = page.locator(driver.CANVAS).bounding_box()
    return [[(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in stroke] for stroke in strokes]


def test_the_answer_follows_the_pen_while_it_is_down(page):
    page.evaluate(WATCH_DRAWING)
    (line,) = points_of(page, DIGITS[3])
    page.mouse.move(*line[0])
    page.mouse.down()
    for point in line[1:]:
        page.mouse.move(*point, steps=2)
        page.wait_for_timeout(40)
    expect(verdict(page)).to_have_text("3")
    assert len(page.evaluate("seen")) > 3
    while_down = shares(page)
    page.mouse.up()
    wait_until_idle(page)
    page.wait_for_timeout(500)
    assert shares(page) == pytest.approx(while_down, abs=0.02)  # the server says the same
    assert not any("doubtful" in state for state, _ in page.evaluate("seen"))


def test_an_unfinished_digit_is_not_accused_and_a_finished_scribble_is(page):
    page.evaluate(WATCH_DRAWING)
    (line,) = points_of(page, [[(0.2, 0.3), (0.8, 0.7), (0.3, 0.8), (0.7, 0.2), (0.5, 0.9), (0.2, 0.5), (0.9, 0.4)]])
    page.mouse.move(*line[0])
    page.mouse.down()
    for point in line[1:]:
        page.mouse.move(*point, steps=5)
        page.wait_for_timeout(50)
    page.wait_for_timeout(1500)  # the pen rests, and may go on
    said = page.get_by_text("Not a digit.")
    expect(said).to_be_hidden()
    page.mouse.up()
    expect(said).to_be_visible()
    colours = {bar.evaluate("bar => getComputedStyle(bar).backgroundColor") for bar in page.locator(BARS).all()}
    assert len(colours) == 1, "no bar stands out"
    page.get_by_role("link", name="Why?").click()
    expect(page.get_by_role("tab", name="What it cannot do")).to_have_attribute("aria-selected", "true")


def test_the_first_visit_of_a_tab_shows_a_4_that_becomes_a_9(browser, server):
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.url)
    expect(verdict(page)).to_have_text("4")
    expect(page.get_by_text("Now draw your own")).to_be_visible()
    expect(verdict(page)).to_have_text("9")
    page.wait_for_timeout(1500)
    assert answer(page) == 9
    driver.draw(page, DIGITS[1])
    expect(verdict(page)).to_have_text("1")
    expect(page.get_by_text("Now draw your own")).to_have_count(0)
    page.reload()
    assert answer(page) == 1
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Draw a digit.")).to_be_visible()
    context.close()


@pytest.mark.parametrize("stop", ["click", "tap", "key"])
def test_the_first_visits_drawing_stops_for_good_at_the_first_touch(browser, server, stop):
    context = browser.new_context(has_touch=True)
    page = context.new_page()
    page.goto(server.url)
    expect(page.get_by_text("Now draw your own")).to_be_visible()
    match stop:
        case "click":
            page.mouse.click(5, 400)
        case "tap":
            page.touchscreen.tap(5, 400)
        case "key":
            page.keyboard.press("Shift")
    expect(page.get_by_text("Now draw your own")).to_have_count(0)
    expect(page.get_by_text("Draw a digit.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Draw a digit.")).to_be_visible()
    page.wait_for_timeout(1000)
    expect(verdict(page)).to_be_hidden()
    context.close()


def test_a_screen_reader_is_told_the_settled_answer_and_what_the_canvas_is(page):
    said = page.locator(".answer").get_by_role("status")
    expect(said).to_have_text("")
    draw(page, DIGITS[4])
    expect(said).to_have_text(re.compile(r"^4\b|\b4\b"))
    expect(page.get_by_role("img", name=re.compile("canvas", re.IGNORECASE))).to_be_visible()
    expect(page.locator(".dc-toolbar")).to_be_hidden()


def test_the_ready_digit_that_is_a_4_or_a_9_is_nearly_a_tie(page):
    page.get_by_role("radio", name="4 or 9", exact=True).click()
    assert answer(page) in (4, 9)
    assert sorted(shares(page))[-2] > 0.2
    page.wait_for_timeout(1500)
    expect(page.get_by_text("Not a digit.")).to_be_hidden()


def test_with_reduced_motion_the_finished_drawing_stands_until_a_key_is_pressed(browser, server):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(server.url)
    page.locator(".answer").wait_for()
    page.evaluate(WATCH_DRAWING)
    assert answer(page) == 9
    page.wait_for_timeout(500)
    assert {digit for _, digit in page.evaluate("seen")} <= {"", "9"}
    page.keyboard.press("Tab")
    expect(page.get_by_text("Draw a digit.")).to_be_visible()
    context.close()


def test_a_link_brings_the_drawing_the_pen_and_the_temperature(browser, server, page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    draw(page, DIGITS[8])
    set_temperature(page, "3")
    expected = shares(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert len(link) < 300
    context = browser.new_context()
    other = context.new_page()
    other.goto(link)
    assert answer(other) == 8
    assert shares(other) == pytest.approx(expected, abs=0.05)
    expect(temperature(other)).to_have_attribute("aria-valuetext", "3")
    expect(other).to_have_url(server.url + "/?T=3")
    with rerun(other):
        other.get_by_role("button", name="Undo").click()
    expect(verdict(other)).to_be_hidden()
    context.close()


def test_a_damaged_link_is_reported(page, server):
    page.goto(server.url + "/?drawing=%3Cscript%3E&pen=x")
    expect(page.get_by_text("the drawing in this link is damaged")).to_be_visible()
    expect(page).to_have_url(server.url + "/")


def test_a_drawing_with_a_picture_has_no_link(page):
    page.get_by_role("radio", name="4", exact=True).click()
    assert answer(page) == 4
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("There is no link")).to_be_visible()


def test_undo_takes_back_strokes_clear_and_ready_digits(page):
    draw(page, DIGITS[4][:1])
    one = seen(page)
    draw(page, DIGITS[4][1:])
    assert answer(page) == 4
    page.get_by_role("button", name="Clear").click()
    expect(verdict(page)).to_be_hidden()
    page.get_by_role("radio", name="7", exact=True).click()
    expect(verdict(page)).to_have_text("7")
    page.get_by_role("button", name="Undo").click()
    expect(verdict(page)).to_be_hidden()
    page.keyboard.press("Control+z")
    expect(verdict(page)).to_have_text("4")
    page.get_by_role("button", name="Undo").click()
    wait_until_seen(page, one)
    page.get_by_role("button", name="Redo").click()
    expect(verdict(page)).to_have_text("4")


def test_a_reload_brings_the_drawing_back(page):
    draw(page, DIGITS[5])
    assert answer(page) == 5
    before = seen(page)
    page.reload()
    wait_until_seen(page, before)
    assert answer(page) == 5


def test_back_goes_back_page_by_page_to_the_temperature_that_was_there(page, server):
    draw(page, DIGITS[7])
    set_temperature(page, "3")
    expect(page).to_have_url(server.url + "/?T=3")
    page.get_by_role("link", name="Temperatures").click()
    page.get_by_role("tab", name="Side by side").wait_for()
    page.get_by_role("link", name="Model").click()
    expect(page).to_have_url(server.url + "/model?T=3")
    page.go_back()
    page.get_by_role("tab", name="Side by side").wait_for()
    page.go_back()
    assert answer(page) == 7
    expect(temperature(page)).to_have_attribute("aria-valuetext", "3")
    expect(page).to_have_url(server.url + "/?T=3")


def test_back_and_forward_between_two_pages_with_a_slider_set_the_temperature_of_each(page, server):
    set_temperature(page, "3")
    page.get_by_role("link", name="Model").click()
    expect(page).to_have_url(server.url + "/model?T=3")
    temperature(page).press("End")
    expect(page).to_have_url(server.url + "/model?T=50")
    for move, address, text in [(page.go_back, "/?T=3", "3"), (page.go_forward, "/model?T=50", "50")] * 2:
        move()
        expect(temperature(page)).to_have_attribute("aria-valuetext", text)
        expect(page).to_have_url(server.url + address)


def test_the_temperature_of_a_link_is_taken_along_to_the_next_page(open_page):
    page = open_page("/?T=3")
    page.get_by_role("link", name="Model").click()
    expect(page.get_by_role("tab", name="Layer by layer")).to_be_visible()
    expect(temperature(page)).to_have_attribute("aria-valuetext", "3")
    expect(page).to_have_url(re.compile(r"/model\?T=3$"))


def test_back_leads_to_the_view_and_the_digit_that_were_there(open_page):
    page = open_page("/temperatures?of=A+ready+4&view=Sweep")
    page.get_by_role("link", name="Softmax").click()
    digit = page.get_by_role("combobox", name="Digit")
    expect(digit).to_have_value("A ready 4")
    expect(page).to_have_url(re.compile(r"/softmax\?of=A\+ready\+4$"))
    wait_until_idle(page)
    digit.click()
    page.get_by_role("option", name="A ready 7").click()
    expect(page).to_have_url(re.compile("of=A\\+ready\\+7"))
    page.go_back()
    expect(page.get_by_role("tab", name="Sweep", selected=True)).to_be_visible()
    expect(digit).to_have_value("A ready 4")
    expect(page).to_have_url(re.compile("of=A\\+ready\\+4"))
