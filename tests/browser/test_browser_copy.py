"""The copy of a session that the browser's tab keeps. Restarts of the server are in tests/slow/test_faults.py."""

import json
import re

from playwright.sync_api import expect

from tests.support.draw_page import answer, draw, keep_and_draw_another, verdict, wait_for_page
from tests.support.driver import DIGITS


def test_a_reload_of_a_page_without_a_canvas_keeps_drawing_and_shelf(page):
    keep_and_draw_another(page, 2, 0)
    page.get_by_role("link", name="Temperatures").click()
    digit = page.get_by_role("combobox", name="Digit")
    expect(digit).to_have_value("Your drawing, a 0")
    page.wait_for_function("JSON.parse(sessionStorage['handwritten-digits.copy']).drawing")  # the copy has it as well

    page.reload()  # a new session, to which the tab gives its copy
    expect(digit).to_have_value("Your drawing, a 0")
    page.get_by_role("tab", name="Several drawings").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("a 2")
    page.get_by_role("link", name="Draw").click()
    assert answer(page) == 0


def test_a_reload_keeps_the_best_attempt_at_a_challenge(open_page):
    page = open_page("/?challenge=seven")
    best = page.locator(".challenge .best")
    draw(page, DIGITS[7])
    expect(best).to_have_text(re.compile("%"))
    before = best.inner_text()
    page.wait_for_function("JSON.parse(sessionStorage['handwritten-digits.copy']).best.seven?.[1] === 0")
    page.reload()
    wait_for_page(page)
    expect(best).to_have_text(before)
    page.get_by_role("link", name="Temperatures").click()
    page.get_by_role("tab", name="Several drawings").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_count(1)
    expect(page.get_by_role("textbox", name="Name")).to_have_value(re.compile("7 at T = 20"))


def test_best_scores_that_are_not_valid_are_left_out(open_page):
    page = open_page("/?challenge=seven")
    best = {"seven": [0.123, 7], "tie": ["1", 0], "fool": [None, []], "entropy": 3, "another": [1, None]}
    with_stored(page, json.dumps({"session": "another", "shelf": [["name", "nonsense"]], "best": best}))
    expect(page.locator(".challenge .best")).to_have_text("12.3%")
    draw(page, DIGITS[7])
    assert answer(page) == 7


def test_a_link_can_be_copied_after_a_reload(page):
    draw(page, DIGITS[3])
    assert answer(page) == 3
    copied = "document.querySelector('.copy-link').strokes?.packed"
    before = page.evaluate(copied)
    assert before
    page.reload()
    assert answer(page) == 3
    page.wait_for_function(f"{copied} === '{before}'")
    draw(page, [[(0.1, 0.1), (0.2, 0.1)]])
    page.wait_for_function(f"{copied} !== '{before}' && {copied}.startsWith('{before[:-4]}')")


def with_stored(page, stored, **others):
    """Visit the page with something in the tab's storage: as the copy, and under other names."""
    url = page.url
    page.goto(url + "_stcore/health")
    for key, value in ({"handwritten-digits.copy": stored} | others).items():
        page.evaluate("([key, value]) => sessionStorage.setItem(key, value)", [key, value])
    page.goto(url)


def test_what_other_apps_of_the_origin_have_stored_is_left_alone(page):
    """`page` fails if the browser or the server complains."""
    foreign = ["not JSON", "7", "null", "[]", '{"session": "theirs"}', '{"session": 7, "shelf": []}']
    for value in foreign:
        with_stored(page, value, copy=value)
        wait_for_page(page)
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        page.wait_for_function(
            "other => sessionStorage['handwritten-digits.copy'] !== other", arg=value
        )  # ours is stored in its place
        assert page.evaluate("sessionStorage.copy") == value
    draw(page, DIGITS[7])
    assert answer(page) == 7


def test_a_copy_with_drawings_that_are_not_valid_is_reported(page):
    copy = {"session": "another", "drawing": "data:image/png;base64,AAAA", "shelf": [["name", "nonsense"], 7]}
    with_stored(page, json.dumps(copy))
    expect(page.get_by_text("That did not work")).to_be_visible()
    expect(verdict(page)).to_be_hidden()
    draw(page, DIGITS[7])
    assert answer(page) == 7
