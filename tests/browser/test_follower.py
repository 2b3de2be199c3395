"""Charts and numbers of the pages Softmax and Model move while a slider is dragged, before the server knows of it."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.driver import drag_slider, metric, wait_until_idle

# What a chart shows, as Plotly has drawn it; null while it is being replaced.
DRAWN = r"""key => {
    const chart = document.querySelector(`.st-key-${key} .js-plotly-plot`);
    if (!chart?.calcdata) return null;
    const points = chart.calcdata.map(trace => trace.map(point => (point.s ?? point.y)?.toFixed?.(6)));
    const rounded = path => path.replace(/[\d.]+/g, pixels => Math.round(pixels));
    const lines = [...chart.querySelectorAll(".shapelayer path")].map(line => rounded(line.getAttribute("d")));
    return JSON.stringify([points, lines]);
}"""


@pytest.mark.parametrize(
    ("path", "slider", "chart", "number"),
    [
        ("/softmax?of=A+ready+4", "one_threshold", "histogram", "Hits"),
        ("/softmax?of=A+ready+4", "ten_thresholds", "ten_outputs", "Ten thresholds"),
        ("/softmax?of=A+ready+4", "ten_thresholds", "answers_by_moment", "Exactly one"),
        ("/softmax?of=A+ready+4", "factor", "before_and_after", None),
        ("/softmax?of=A+ready+4", "T", "gradient", "Loss"),
        ("/model?of=A+ready+4", "T", "answers", None),
    ],
)
def test_a_chart_and_a_number_follow_a_dragged_slider(open_page, server, path, slider, chart, number):
    page = open_page("/")
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(server.url + path)
    page.wait_for_function(f"key => ({DRAWN})(key)", arg=chart)
    wait_until_idle(page)
    page.locator(f".st-key-{slider}").scroll_into_view_if_needed()

    shown = metric(page, number) if number else None
    charts, numbers = set(), set()
    with drag_slider(page, slider) as moves:
        sent.clear()
        for _ in moves:
            page.wait_for_timeout(50)
            charts.add(page.evaluate(DRAWN, chart))
            if number:
                numbers.add(shown.inner_text())
        page.wait_for_timeout(200)
        assert not sent
        assert len(charts) > 5
        assert not number or len(numbers) > 1
        chart_before, number_before = page.evaluate(DRAWN, chart), number and shown.inner_text()
    wait_until_idle(page)
    page.wait_for_function(f"([key, drawn]) => ({DRAWN})(key) === drawn", arg=[chart, chart_before])
    if number:
        expect(shown).to_have_text(number_before)


def test_a_chart_that_was_moved_is_shown_again_as_the_server_draws_it(open_page):
    """Streamlit keeps a chart's figure for when the same figure is shown again, and it is this one that is moved."""
    page = open_page("/softmax?of=A+ready+4")
    slider = page.locator(".st-key-one_threshold input[type=range]")
    shown = []
    for _ in range(2):
        slider.focus()
        slider.press("Home")
        expect(page).to_have_url(re.compile("one_threshold=0.01"))
        wait_until_idle(page)
        page.wait_for_timeout(1000)
        shown.append(page.evaluate(DRAWN, "histogram"))
        with drag_slider(page, "one_threshold") as moves:
            for _ in moves:
                page.wait_for_timeout(20)
        expect(page).to_have_url(re.compile("one_threshold=0.99"))
        wait_until_idle(page)
    assert shown[0] == shown[1]
