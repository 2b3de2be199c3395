"""The page that compares temperatures, in a real browser."""

import csv
import re

import pytest
from PIL import Image
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.e2e.driver import DIGITS, draw, metric

VIEWS = ["Side by side", "Sweep", "Whole range", "Samples", "Several drawings"]


def view(page, name):
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def drawn(page):
    """What Plotly has drawn: of each trace of the first chart, the heights of its bars."""
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    return page.evaluate(
        "document.querySelector('.js-plotly-plot').calcdata"
        ".filter(trace => trace[0].trace.type == 'bar').map(trace => trace.map(bar => bar.s))"
    )


def titles(page):
    return page.locator(".js-plotly-plot .annotation-text").all_inner_texts()


def test_temperatures_are_added_and_removed_and_the_link_brings_them(open_page):
    page = open_page("/temperatures?of=A+ready+4")
    expect(page.locator(".annotation-text")).to_have_count(5)
    box = page.get_by_role("combobox", name="Temperatures")
    box.fill("0.3")
    box.press("Enter")
    expect(page.locator(".annotation-text")).to_have_count(6)
    expect(page.locator(".annotation-text").nth(1)).to_contain_text("T = 0.3")
    box.press("Escape")
    page.get_by_role("button", name="Remove 0.25").click()
    expect(page.locator(".annotation-text")).to_have_count(5)
    expect(page).to_have_url(re.compile("temperatures=0.3"))
    before = drawn(page)
    other = open_page("/temperatures?" + page.url.split("?")[1])
    expect(other.locator(".annotation-text")).to_have_count(5)
    assert drawn(other) == before
    cold = [max(bars) for bars in before]
    assert cold == sorted(cold, reverse=True), "the hotter, the flatter"


def test_the_sweep_moves_the_bars_without_the_server(open_page):
    page = open_page("/temperatures?view=Sweep")
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(BackMsg.FromString(frame))))
    page.reload()
    page.locator(".slider-grip-rect").wait_for()
    page.wait_for_timeout(1000)
    assert sent  # so that a message would be noticed
    sent.clear()

    said = page.locator(".js-plotly-plot .textpoint")
    heights = "[...document.querySelectorAll('.bars path')].map(bar => bar.getBBox().height)"
    expect(said).to_contain_text("T = 1 ")
    rail, grip = (page.locator(f".slider-{part}-rect").bounding_box() for part in ("rail-touch", "grip"))
    y = grip["y"] + grip["height"] / 2
    page.mouse.move(grip["x"] + grip["width"] / 2, y)
    page.mouse.down()
    seen = [page.evaluate(heights)]
    for part in (0.6, 0.75, 0.9, 1):
        page.mouse.move(rail["x"] + rail["width"] * part, y, steps=5)
        page.wait_for_timeout(300)
        seen.append(page.evaluate(heights))
    expect(said).to_contain_text("T = 50 ")
    page.mouse.up()
    tops = [max(bars) for bars in seen]
    assert tops == sorted(set(tops), reverse=True), "each hotter one is lower"
    assert max(seen[-1]) < 1.4 * min(seen[-1]), "nearly a tenth each"

    page.locator(".updatemenu-button").first.click()  # play
    expect(said).to_contain_text("T = 0.05 ")
    moved = page.evaluate(
        f"""() => new Promise(done => {{
            const seen = [];
            const look = () => {{
                seen.push(Math.max(...{heights}));
                if (seen.length < 60) requestAnimationFrame(look); else done(new Set(seen).size);
            }};
            look();
        }})"""
    )
    assert moved > 20, "more often than the temperature changes: the bars glide"
    page.locator(".updatemenu-button").last.click()  # pause
    page.wait_for_timeout(300)
    stopped = said.text_content()
    page.wait_for_timeout(300)
    assert said.text_content() == stopped
    assert not sent


def test_samples_grow(open_page):
    page = open_page("/temperatures?view=Samples&temperatures=0.25&temperatures=5")
    for more, total in (("+1", "11"), ("+10", "21"), ("+100", "121"), ("+10,000", "10,121")):
        page.get_by_role("button", name=more, exact=True).click()
        expect(page.locator(".annotation-text").first).to_contain_text(f"of {total}")
    cold, hot = drawn(page)
    assert sum(cold) == sum(hot) == 10_121
    assert max(cold) > max(hot)
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".annotation-text").first).to_contain_text("of 0")


def test_two_drawings_are_kept_and_compared(open_page, tmp_path):
    page = open_page()
    for digit in (3, 8):
        draw(page, DIGITS[digit])
        expect(metric(page, "It reads")).to_have_text(str(digit))
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_text(f"Kept as “a {digit}”")).to_be_visible()
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(metric(page, "It reads")).to_have_count(0)
    page.get_by_role("link", name="Temperatures").click()
    view(page, "Several drawings")
    expect(page.locator(".ytick text")).to_have_text(["a 3", "a 8"])
    name = page.get_by_role("textbox", name="Name").last
    name.fill("an hourglass")
    name.press("Enter")
    expect(page.locator(".ytick text")).to_have_text(["a 3", "an hourglass"])

    rows = page.evaluate("document.querySelector('.js-plotly-plot').calcdata[0][0].z.map(row => [...row])")
    assert len(rows) == 2
    for row in rows:
        assert all(0.1 <= value <= 1 for value in row)
        assert row == sorted(row, reverse=True)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    with open(download.value.path(), newline="") as file:
        table = list(csv.DictReader(file))
    assert [float(row["probability"]) for row in table] == pytest.approx(rows[0] + rows[1])
    assert {row["drawing"] for row in table} == {"a 3", "an hourglass"}

    with page.expect_download() as download:
        page.get_by_role("button", name="download icon").last.click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name == "an hourglass.png"
    with Image.open(saved) as picture:
        assert picture.size == (320, 320)
    with page.expect_download() as download:
        page.locator(".modebar-btn").first.click()
    with Image.open(download.value.path()) as picture:
        assert picture.format == "PNG"

    page.get_by_role("button", name="delete icon").last.click()
    expect(page.locator(".ytick text")).to_have_text(["a 3"])
    (tmp_path / "foreign.png").write_bytes(b"nonsense")
    page.get_by_test_id("stPopoverButton").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "foreign.png")
    expect(page.get_by_text("this is no PNG")).to_be_visible()
    expect(page.locator(".ytick text")).to_have_text(["a 3"])
    page.locator("input[type=file]").set_input_files(saved)
    expect(page.locator(".ytick text")).to_have_text(["a 3", "an hourglass"])


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_nothing_is_cut_off(open_page, name, width, height):
    page = open_page(f"/temperatures?view={name.replace(' ', '+')}", width=width, height=height)
    chart = page.locator(".js-plotly-plot .main-svg").first
    chart.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = chart.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] < height - 200, "the chart begins in view"
    for text in page.locator(".js-plotly-plot .annotation-text").all():
        inner = text.bounding_box()
        assert inner["x"] >= 0
        assert inner["x"] + inner["width"] <= width
