"""The page Temperatures in a real browser."""

import csv
import re

import pytest
from PIL import Image
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.support.draw_page import clear, draw, verdict
from tests.support.driver import DIGITS, wait_until_idle
from tests.support.layout import assert_nothing_cut_off

VIEWS = ["Side by side", "Sweep", "Whole range", "Samples", "Several drawings"]


def view(page, name):
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def drawn(page):
    """Return what Plotly has drawn: the heights of the bars of each trace of the first chart."""
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    return page.evaluate(
        "document.querySelector('.js-plotly-plot').calcdata"
        ".filter(trace => trace[0].trace.type == 'bar').map(trace => trace.map(bar => bar.s))"
    )


def visit(page, query=""):
    page.goto(page.url.partition("?")[0].rstrip("/") + "/temperatures" + query)
    page.get_by_role("tab", name="Side by side").wait_for()


def test_temperatures_are_added_and_removed_and_are_in_the_url(page):
    visit(page, "?of=A+ready+4")
    titles = page.locator(".annotation-text")
    expect(titles).to_have_count(5)
    box = page.get_by_role("combobox", name="Temperatures")
    box.fill("0.3")
    box.press("Enter")
    expect(titles).to_have_count(6)
    expect(titles.first).to_contain_text("T = 0.3")
    box.fill("5")  # which is among those suggested, and in others of them
    box.press("Enter")
    expect(titles).to_have_count(7)
    box.press("Escape")
    page.get_by_role("button", name="Remove 5", exact=True).click()
    expect(titles).to_have_count(6)
    page.get_by_role("button", name="Remove 1", exact=True).click()
    expect(titles).to_have_count(5)
    expect(page).to_have_url(re.compile("temperatures=0.3"))
    before = drawn(page)
    page.reload()  # a new session, which has only the URL
    expect(titles).to_have_count(5)
    assert drawn(page) == before
    highest = [max(bars) for bars in before]
    assert highest == sorted(highest, reverse=True), "the higher the temperature, the flatter"


def test_a_ninth_temperature_in_the_url_is_named(page):
    visit(page, "?" + "&".join(f"temperatures={t}" for t in (1, 2, 3, 4, 5, 6, 7, 8, 9)))
    expect(page.locator(".annotation-text")).to_have_count(8)
    expect(page.get_by_text("At most 8 temperatures are compared. Left out: 9")).to_be_visible()
    page.get_by_role("button", name="Remove 1", exact=True).click()
    expect(page.get_by_text("Left out")).to_have_count(0)
    expect(page.locator(".annotation-text").last).to_contain_text("T = 9")


HIGHEST = "Math.max(...[...document.querySelectorAll('.sweep .digit-bars > div > div')].map(bar => bar.clientHeight))"


def test_the_sweep_moves_the_bars_without_the_server(page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(BackMsg.FromString(frame))))
    visit(page, "?of=A+ready+4&view=Sweep")
    slider = page.get_by_role("slider", name="Temperature of the sweep")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^1: 4 with"))
    wait_until_idle(page)
    assert sent  # so that a message would be noticed
    sent.clear()

    title, bars = page.locator(".sweep .title"), page.get_by_role("figure", name="Probabilities of the ten digits")
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    found = []
    for part in (0.6, 0.75, 0.9, 1):
        page.mouse.move(box["x"] + box["width"] * part, y, steps=5)
        page.wait_for_timeout(300)  # until the bars have glided there
        found.append(page.evaluate(HIGHEST))
    page.mouse.up()
    assert found == sorted(set(found), reverse=True), "the higher the temperature, the lower the winner"
    expect(title).to_contain_text("T = 50:")
    expect(bars).to_have_attribute("aria-label", re.compile("at temperature 50"))

    slider.press("Home")
    expect(title).to_contain_text("T = 0.05:")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")  # play
    page.wait_for_function(
        """() => {
            const titles = (window.titles ??= new Set()).add(document.querySelector(".sweep .title").textContent);
            return titles.size > 10;
        }"""
    )
    page.get_by_role("button", name="Pause").click()
    stopped = title.text_content()
    page.wait_for_timeout(300)  # three temperatures, if it still played
    assert title.text_content() == stopped
    assert not sent


def test_samples_grow(page):
    visit(page, "?view=Samples&temperatures=0.25&temperatures=5")
    title = page.locator(".annotation-text").first
    for more, total in (("+1", "11"), ("+10", "21"), ("+100", "121"), ("+10,000", "10,121")):
        page.get_by_role("button", name=more, exact=True).click()
        expect(title).to_contain_text(f"of {total}")
    cold, hot = drawn(page)
    assert sum(cold) == sum(hot) == 10_121
    assert max(cold) > max(hot)
    page.get_by_role("button", name="Start over").click()
    expect(title).to_contain_text("of 0")


def test_two_drawings_are_kept_and_compared(page, tmp_path):
    for digit in (3, 8):
        draw(page, DIGITS[digit])
        expect(verdict(page)).to_have_text(str(digit))
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_text(f"Kept as “a {digit}”")).to_be_visible()
        clear(page)
    page.get_by_role("link", name="Temperatures").click()
    view(page, "Several drawings")
    expect(page.locator(".ytick text")).to_have_text(["a 3", "a 8"])
    name = page.get_by_role("textbox", name="Name").nth(1)  # not `last`, which the first is until the second is there
    name.fill("an hourglass")
    name.press("Enter")
    expect(page.locator(".ytick text")).to_have_text(["a 3", "an hourglass"])

    rows = page.evaluate("document.querySelector('.js-plotly-plot').calcdata[0][0].z.map(row => [...row])")
    assert len(rows) == 2
    for row in rows:
        assert all(0.1 <= value <= 1 for value in row)
        assert row == sorted(row, reverse=True)
    wait_until_idle(page)  # until then the button may still have the file with the old name, which is gone
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    with open(download.value.path(), newline="") as file:
        table = list(csv.DictReader(file))
    assert [float(row["probability"]) for row in table] == pytest.approx(rows[0] + rows[1])
    assert {row["drawing"] for row in table} == {"a 3", "an hourglass"}

    with page.expect_download() as download:
        page.get_by_role("button", name="Save", exact=True).last.click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name == "an hourglass.png"
    with Image.open(saved) as picture:
        assert picture.size == (320, 320)
    with page.expect_download() as download:
        page.locator(".modebar-btn").first.click()
    with Image.open(download.value.path()) as picture:
        assert picture.format == "PNG"

    page.get_by_role("button", name="Remove", exact=True).last.click()
    expect(page.locator(".ytick text")).to_have_text(["a 3"])
    (tmp_path / "not_a_drawing.png").write_bytes(b"nonsense")
    page.get_by_test_id("stPopoverButton").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "not_a_drawing.png")
    expect(page.get_by_text("That did not work").filter(has_text="PNG")).to_be_visible()
    expect(page.locator(".ytick text")).to_have_text(["a 3"])
    page.locator("input[type=file]").set_input_files(saved)
    expect(page.locator(".ytick text")).to_have_text(["a 3", "an hourglass"])


def test_nothing_is_cut_off(page):
    visit(page)
    for name in VIEWS:
        page.set_viewport_size({"width": 1280, "height": 800})
        view(page, name)
        chart = page.locator(".js-plotly-plot .main-svg, .sweep .digit-bars").first
        for width, height in ((1280, 800), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            chart.wait_for()
            assert_nothing_cut_off(page, ".js-plotly-plot .main-svg", ".js-plotly-plot .annotation-text", ".sweep *")
            assert chart.bounding_box()["y"] < height - 200, f"{name}: the chart begins in view"
