"""Three replicas behind nginx: what works with one server works with them, also when one of them dies."""

import base64
import json
import os
import re
import time
import urllib.error
import urllib.request

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser import test_answer, test_draw, test_temperatures
from tests.support import replicas
from tests.support.client import close_all, digit_drawings, open_all, run
from tests.support.draw_page import answer, draw, ink, seen, wait_for_page
from tests.support.driver import DIGITS, wait_until_idle

test_a_photo_is_read = test_draw.test_a_photo_is_read_and_can_be_drawn_over
test_a_drawing_survives_a_visit_to_another_page = test_draw.test_the_drawing_survives_a_visit_to_another_page
test_a_temperature_is_set_while_a_drawing_is_sent = test_draw.test_a_temperature_set_while_a_drawing_is_on_its_way
test_two_visitors_stay_apart = test_draw.test_two_visitors_do_not_see_each_others_drawings
test_the_answer_follows_the_pen = test_answer.test_the_answer_follows_the_pen_while_it_is_down
test_two_drawings_are_kept_and_compared = test_temperatures.test_two_drawings_are_kept_and_compared

PATIENCE = 60_000  # ms, until a page is connected again: Streamlit's frontend retries at longer and longer intervals


@pytest.fixture(scope="module")
def server():
    try:
        with replicas.serve(3) as server:
            yield server
    except FileNotFoundError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture
def page(open_page):
    return open_page()


def visit(browser, server):
    """Open the page in a context of its own. Returns it and the number of its replica."""
    before = server.connections()
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(server.url)
    wait_for_page(page)
    wait_until_idle(page)
    time.sleep(0.5)  # until only the websocket is still connected
    more = [now - then for now, then in zip(server.connections(), before, strict=True)]
    return page, more.index(max(more))


def test_visitors_are_spread_over_all_replicas(server):
    async def connections_with_visitors():
        sessions = await open_all(server.url, 100)
        found = server.connections()
        await close_all(sessions)
        return found

    before = server.connections()
    found = run(connections_with_visitors())
    more = [now - then for now, then in zip(found, before, strict=True)]
    assert min(more) > 5, more  # by chance one in ten million times not


def test_any_replica_reads_what_is_being_drawn(server):
    file = base64.b64decode(json.loads(digit_drawings()[3])["drawing"]["data"].partition(",")[2])
    request = urllib.request.Request(server.url + "/live", file, {"Content-Type": "image/png"})  # noqa: S310
    for _ in range(20):
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            assert np.argmax(json.load(answer)["logits"]) == 3
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_dead_replica_is_not_asked_what_is_being_drawn(server):
    file = base64.b64decode(json.loads(digit_drawings()[3])["drawing"]["data"].partition(",")[2])
    request = urllib.request.Request(server.url + "/live", file, {"Content-Type": "image/png"})  # noqa: S310
    server.servers[1].kill()
    try:
        for _ in range(20):
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                assert np.argmax(json.load(answer)["logits"]) == 3
    finally:
        server.servers[1].start()


def test_if_a_replica_dies_its_users_move_to_another_and_keep_their_drawing(browser, server):
    visitors = [visit(browser, server) for _ in range(3)]
    pages = [page for page, _ in visitors]
    for page in pages:
        draw(page, DIGITS[4][:1])
        answer(page)
    drawn = [(seen(page), ink(page)) for page in pages]
    lost = server.servers[visitors[0][1]]
    lost.kill()
    try:
        expect(pages[0].get_by_test_id("stApp")).not_to_have_attribute(
            "data-test-connection-state", "CONNECTED", timeout=PATIENCE
        )
        for page, before in zip(pages, drawn, strict=True):
            app = page.get_by_test_id("stApp")
            expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=PATIENCE)
            assert (seen(page), ink(page)) == before
            draw(page, DIGITS[4][1:])
            assert answer(page) == 4
    finally:
        lost.start()
        for page in pages:
            page.context.close()


def test_nginx_adds_a_cookie_and_security_headers(server):
    with urllib.request.urlopen(server.url) as answer:  # noqa: S310
        found = answer.headers
    assert any(
        re.fullmatch(r"seat=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Lax", cookie)
        for cookie in found.get_all("Set-Cookie")
    )
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "same-origin"
    assert "default-src 'self'" in found["Content-Security-Policy"]
    with_cookie = urllib.request.Request(server.url, headers={"Cookie": f"seat={'0' * 32}"})  # noqa: S310
    with urllib.request.urlopen(with_cookie) as answer:  # noqa: S310
        assert not [cookie for cookie in answer.headers.get_all("Set-Cookie", []) if "seat" in cookie]


@pytest.mark.parametrize("origin", ["https://example.org", "http://127.0.0.1", "null"])
def test_a_page_of_another_site_is_refused(server, origin):
    request = urllib.request.Request(f"{server.url}/_stcore/stream", headers={"Origin": origin})  # noqa: S310
    assert refusal(request) == 403


def test_an_upload_that_is_too_large_does_not_reach_a_replica(server):
    request = urllib.request.Request(f"{server.url}/_stcore/upload_file/a/b", bytes(7_000_000), method="PUT")  # noqa: S310
    assert refusal(request) == 413


def test_a_flood_of_uploads_is_refused(server):
    request = urllib.request.Request(f"{server.url}/_stcore/upload_file/a/b", b"", method="PUT")  # noqa: S310
    codes = [refusal(request) for _ in range(60)]
    assert codes[:20] == [403] * 20  # by the replica: the upload does not come from one of its pages
    assert codes[-1] == 429  # by nginx


def refusal(request):
    """Return the status with which a request is refused."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)  # noqa: S310
    refused.value.close()
    return refused.value.code
