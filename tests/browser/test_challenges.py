"""The challenges of the page Draw in a real browser: the score follows the pen, and the best attempt is kept."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import SIZES, assert_accessible
from tests.support import driver
from tests.support.draw_page import answer, draw, wait_for_page
from tests.support.driver import DIGITS
from tests.support.layout import assert_nothing_cut_off
from ui.challenges import CHALLENGES, score
from ui.components import challenges, read_files

NO_SCORE = "\N{EN DASH}"
# Without the last, which is a module of its own.
FORMULAS = read_files(challenges.HERE, "../softmax.js", "score.js")


def test_the_browser_scores_as_the_server_does(page):
    rng = np.random.default_rng(0)
    logits = np.concatenate([rng.normal(0, scale, (200, 10)) for scale in (0.1, 1, 10)]).astype(np.float32)
    cases = [(name, threshold, meant) for name in CHALLENGES for threshold in (-10, -5, 100) for meant in (None, 3, 7)]
    computed = page.evaluate(
        f"""([logits, cases]) => {{ {FORMULAS}
        return cases.map(([name, threshold, meant]) => logits.map(z => score(name, z, threshold, meant))); }}""",
        [logits.tolist(), cases],
    )
    for (name, threshold, meant), found in zip(cases, computed, strict=True):
        expected = [score(name, z, threshold, meant) for z in logits]
        assert [value is None for value in found] == [value is None for value in expected], (name, threshold, meant)
        counted = [(one, other) for one, other in zip(found, expected, strict=True) if one is not None]
        np.testing.assert_allclose(*np.array(counted or [(0, 0)]).T, atol=1e-6)


def live(page):
    return page.locator(".challenge .score")


def best(page):
    return page.locator(".challenge .best")


def test_the_score_follows_the_pen_and_the_best_attempt_is_kept(page):
    page.get_by_role("button", name="Challenges").click()
    page.get_by_role("combobox", name="Challenge").click()
    page.get_by_role("option", name="A 7 that survives").click()
    expect(page).to_have_url(re.compile(r"\?challenge=seven$"))
    expect(live(page)).to_have_text(NO_SCORE)
    driver.wait_until_idle(page)
    box = page.locator(driver.CANVAS).bounding_box()
    (line,) = [[(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in DIGITS[7][0]]]
    scores = set()
    page.mouse.move(*line[0])
    page.mouse.down()
    for point in line[1:]:
        page.mouse.move(*point, steps=3)
        page.wait_for_timeout(200)
        scores.add(live(page).inner_text())
    expect(live(page)).to_have_text(re.compile(r"^\d\d\.\d%$"))
    expect(best(page)).to_have_text(NO_SCORE)  # the pen is still down
    assert len(scores) > 1
    page.mouse.up()
    expect(best(page)).to_have_text(re.compile(r"^\d\d\.\d%$"))
    scored = best(page).inner_text()
    expect(page.get_by_role("status").filter(has_text=f"Score: {scored}")).to_be_attached()
    expect(live(page)).to_have_text(scored)
    driver.wait_until_idle(page)
    page.get_by_role("link", name="Temperatures").click()
    page.get_by_role("tab", name="Several drawings").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value(f"7 at T = 20: {scored}")


def test_opening_and_closing_keep_the_drawing_and_the_place_of_the_canvas(page):
    draw(page, DIGITS[4])
    before = page.locator(driver.CANVAS).bounding_box()
    page.get_by_role("button", name="Challenges").click()
    expect(live(page)).to_have_text(re.compile("%$"))
    page.get_by_role("button", name="Close", exact=True).click()
    expect(live(page)).to_have_count(0)
    driver.wait_until_idle(page)
    assert answer(page) == 4
    page.wait_for_function(
        "top => document.querySelector('.st-key-canvas').getBoundingClientRect().top === top", arg=before["y"]
    )
    assert page.locator(driver.CANVAS).bounding_box() == before
    draw(page, [[(0.1, 0.1), (0.2, 0.1)]])
    page.get_by_role("button", name="Undo").click()
    assert answer(page) == 4


def test_a_link_shares_an_attempt(browser, server, page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(server.url + "/?challenge=fool&meant=1")
    wait_for_page(page)
    expect(live(page)).to_be_visible()
    draw(page, DIGITS[3])
    expect(best(page)).to_have_text(re.compile("%$"))
    driver.wait_until_idle(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    context = browser.new_context()
    other = context.new_page()
    other.goto(page.evaluate("navigator.clipboard.readText()"))
    assert answer(other) == 3
    expect(live(other)).to_have_text(re.compile("%$"))
    expect(best(other)).to_have_text(NO_SCORE)  # it is another visitor's
    expect(other.get_by_role("combobox", name="You mean")).to_have_value("1")
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious_in_an_open_challenge(open_page, size, theme):
    width, height = SIZES[size]
    page = open_page("/?challenge=fool&meant=4", width=width, height=height, color_scheme=theme)
    draw(page, DIGITS[4])
    expect(page.get_by_text("It reads the 4 that you mean.").first).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844)])
def test_on_a_phone_the_score_and_the_whole_canvas_are_in_view(open_page, width, height):
    page = open_page("/?challenge=fool&meant=1", width=width, height=height)
    draw(page, DIGITS[3])
    expect(best(page)).to_have_text(re.compile("%$"))
    canvas, panel = (page.locator(part).bounding_box() for part in (driver.CANVAS, ".challenge"))
    assert canvas["y"] + canvas["height"] - panel["y"] < height


def test_an_open_challenge_fits_a_narrow_phone(open_page):
    page = open_page("/?challenge=fool&meant=1", width=320, height=568)
    draw(page, DIGITS[3])
    expect(best(page)).to_have_text(re.compile("%$"))
    assert_nothing_cut_off(page, ".st-key-challenge_panel", ".challenge dd")
