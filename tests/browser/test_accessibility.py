"""Everybody can use the pages: what axe-core finds, and whether anything moves while the page Draw is put together."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support import driver
from tests.support.browser_fixtures import last_shown
from tests.support.draw_page import answer, draw
from tests.support.driver import DIGITS

SIZES = {"desktop": (1280, 800), "phone": (390, 664)}
SCRIBBLE = [[(0.2, 0.3), (0.8, 0.7), (0.3, 0.8), (0.7, 0.2), (0.5, 0.9), (0.2, 0.5), (0.9, 0.4)]]

SUM_OF_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver(list => shifts.push(...list.getEntries().filter(shift => !shift.hadRecentInput)))
        .observe({ type: "layout-shift", buffered: true });
"""
TOTAL = "shifts.reduce((sum, shift) => sum + shift.value, 0)"


def serious_violations(page):
    """Return what axe-core finds that is serious or critical: the rule and the element."""
    found = Axe().run(page).response["violations"]
    return [
        (violation["id"], node["html"])
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def assert_accessible(page, looks=5):
    """Assert that axe-core finds nothing serious in the page once it stands still.

    Streamlit mounts tabs and charts anew while a run ends: what one look finds half built, the next finds whole.
    """
    for _ in range(looks):
        if not (found := serious_violations(page)):
            return
        page.wait_for_timeout(500)
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious(open_page, size, theme):
    width, height = SIZES[size]
    page = open_page(width=width, height=height, color_scheme=theme)
    assert_accessible(page)
    draw(page, DIGITS[4])
    answer(page)
    page.locator(".answer summary").click()
    assert_accessible(page)
    page.get_by_role("button", name="Clear").click()
    draw(page, SCRIBBLE)
    page.get_by_text("Not a digit.").wait_for()
    assert_accessible(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious_on_a_projector_or_while_a_photo_is_chosen(open_page, size, theme):
    width, height = SIZES[size]
    page = open_page("/?view=projector", width=width, height=height, color_scheme=theme)
    draw(page, DIGITS[4])
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert_accessible(page)
    page.get_by_role("button", name="Leave the projector view").click()
    page.get_by_role("button", name="Photo").click()
    page.get_by_text("Use the camera").wait_for()
    assert_accessible(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/temperatures", "/softmax", "/model"])
def test_axe_finds_nothing_serious_on_the_other_pages(open_page, path, size, theme):
    width, height = SIZES[size]
    page = open_page(path, width=width, height=height, color_scheme=theme)
    for tab in page.get_by_role("tab").all() or [None]:
        if tab:
            tab.click()
        driver.wait_until_idle(page)
        for closed in page.get_by_text("The code").all():
            closed.click()
        assert_accessible(page)
        for closed in page.get_by_role("button", name="How this was measured").all():
            closed.click()
            page.get_by_text("project's repository").or_(page.get_by_text("By this command")).first.wait_for()
            assert_accessible(page)
            page.keyboard.press("Escape")
    # Nearly as high as the page: axe-core leaves out the contrast of what is not in view.
    page.set_viewport_size({"width": width, "height": 8000})
    driver.wait_until_idle(page)
    assert_accessible(page)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/", "/temperatures", "/softmax", "/model"])
def test_hardly_anything_moves_while_a_page_is_put_together(browser, server, path, size):
    """The cumulative layout shift is what a browser reports; below 0.1 is called good (web.dev/articles/cls)."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.add_init_script(SUM_OF_SHIFTS)
    page.goto(server.url + path)
    last_shown(page, path).wait_for()
    driver.wait_until_idle(page)
    if path == "/":
        page.get_by_text("Now draw your own").wait_for()
    page.wait_for_timeout(1000)
    assert page.evaluate(TOTAL) < 0.1
    context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/temperatures", "/softmax", "/model"])
def test_hardly_anything_moves_when_one_comes_from_another_page(open_page, path, size):
    width, height = SIZES[size]
    page = open_page(width=width, height=height)
    page.evaluate(SUM_OF_SHIFTS)
    page.wait_for_timeout(1000)
    before = page.evaluate(TOTAL)
    page.get_by_role("link", name=path[1:].capitalize()).click()
    last_shown(page, path).wait_for()
    driver.wait_until_idle(page)
    page.wait_for_timeout(1000)
    assert page.evaluate(TOTAL) - before < 0.05


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/temperatures", "/model"])
def test_hardly_anything_moves_from_tab_to_tab(open_page, path, size):
    width, height = SIZES[size]
    page = open_page(path, width=width, height=height)
    page.evaluate(SUM_OF_SHIFTS)
    page.wait_for_timeout(1000)
    for tab in page.get_by_role("tab").all()[1:]:
        before = page.evaluate(TOTAL)
        tab.click()
        driver.wait_until_idle(page)
        page.wait_for_timeout(1000)
        assert page.evaluate(TOTAL) - before < 0.05


def test_the_canvas_is_in_view_at_200_percent(open_page):
    page = open_page(width=640, height=400)
    box = page.locator(driver.CANVAS).bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 400


@pytest.mark.parametrize(("width", "height"), [(390, 664), (430, 740), (360, 640), (320, 640)])
def test_on_a_phone_the_answer_and_the_whole_canvas_are_above_the_fold(open_page, width, height):
    page = open_page(width=width, height=height, is_mobile=True, has_touch=True)
    canvas = page.locator(driver.CANVAS).bounding_box()
    bars = page.locator(".answer .digit-bars").bounding_box()
    assert bars["y"] + bars["height"] <= canvas["y"]
    assert canvas["y"] + canvas["height"] <= height
    assert canvas["width"] >= width - 48


def test_on_a_projector_the_canvas_and_the_bars_fill_the_screen(open_page):
    page = open_page(width=1920, height=1080)
    draw(page, DIGITS[4])
    assert answer(page) == 4
    canvas = page.locator(driver.CANVAS).bounding_box()
    bars = page.locator(".answer .digit-bars").bounding_box()
    assert canvas["width"] >= 600
    assert canvas["width"] + bars["width"] >= 0.8 * 1920
    assert bars["height"] >= 400
    assert page.get_by_role("radio", name="9", exact=True).bounding_box()["y"] < 1080


@pytest.mark.parametrize("name", ["Draw", "Temperatures", "Softmax", "Model"])
def test_each_page_has_a_title_one_heading_of_the_first_level_and_a_menu_that_marks_it(open_page, name):
    page = open_page("/" if name == "Draw" else f"/{name.lower()}")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page).to_have_title(f"{name} - A network reads your digits")
    menu = page.get_by_role("navigation", name="Pages")
    expect(menu.locator("[aria-current=page]")).to_have_text(name)
    assert page.get_by_role("heading", level=3).count() == 0 or page.get_by_role("heading", level=2).count()
