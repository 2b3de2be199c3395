"""Three replicas behind nginx: what works with one server works with them, and when one of them dies."""

import os
import re
import time
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.e2e import replicas, test_draw, test_temperatures
from tests.e2e.driver import DIGITS, draw
from tests.e2e.test_faults import PATIENCE, paper, visit

test_a_photo = test_draw.test_a_photo_is_read_and_a_pen_goes_on_with_it
test_another_page = test_draw.test_the_drawing_survives_a_visit_to_another_page
test_a_stroke_and_a_temperature = test_draw.test_a_temperature_set_while_a_drawing_is_on_its_way
test_two_people = test_draw.test_two_people_do_not_see_each_others_drawings
test_the_shelf = test_temperatures.test_two_drawings_are_kept_and_compared


@pytest.fixture(scope="module")
def server():
    try:
        with replicas.serve(3) as server:
            yield server
    except FileNotFoundError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


def sit(browser, server):
    """Open the page in a browser of its own. Returns it and the number of the server that has it."""
    before = server.connections()
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    visit(page, server.url)
    time.sleep(0.5)  # until only the one that stays is open
    more = [now - then for now, then in zip(server.connections(), before, strict=True)]
    return page, more.index(max(more))


def test_people_sit_on_all_replicas(browser, server):
    seats = set()
    for _ in range(40):  # with three seats, once in ten million times one remains empty
        page, seat = sit(browser, server)
        page.context.close()
        seats.add(seat)
        if len(seats) == 3:
            break
    assert seats == {0, 1, 2}


def test_who_sat_on_a_replica_that_dies_is_moved_and_draws_on(browser, server):
    people = [sit(browser, server) for _ in range(3)]
    pages = [page for page, _ in people]
    for page in pages:
        draw(page, DIGITS[4][:1])
        test_draw.answer(page)
    drawn = [(test_draw.seen(page), paper(page)) for page in pages]
    lost = server.servers[people[0][1]]
    lost.kill()
    try:
        for page, before in zip(pages, drawn, strict=True):
            app = page.get_by_test_id("stApp")
            expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=PATIENCE)
            assert (test_draw.seen(page), paper(page)) == before
            draw(page, DIGITS[4][1:])
            assert test_draw.answer(page) == 4
    finally:
        lost.start()
        for page in pages:
            page.context.close()


def test_the_headers_that_a_proxy_adds(server):
    with urllib.request.urlopen(server.url) as answer:  # noqa: S310
        found = answer.headers
    assert any(
        re.fullmatch(r"seat=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Lax", c) for c in found.get_all("Set-Cookie")
    )
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "same-origin"
    assert "default-src 'self'" in found["Content-Security-Policy"]
    seated = urllib.request.Request(server.url, headers={"Cookie": f"seat={'0' * 32}"})  # noqa: S310
    with urllib.request.urlopen(seated) as answer:  # noqa: S310
        assert not [cookie for cookie in answer.headers.get_all("Set-Cookie", []) if "seat" in cookie]


@pytest.mark.parametrize("origin", ["https://example.org", "http://127.0.0.1", "null"])
def test_another_sites_page_is_refused(server, origin):
    request = urllib.request.Request(f"{server.url}/_stcore/stream", headers={"Origin": origin})  # noqa: S310
    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        urllib.request.urlopen(request)  # noqa: S310
    refused.value.close()


def test_what_is_too_large_does_not_reach_a_replica(server):
    request = urllib.request.Request(f"{server.url}/_stcore/upload_file/a/b", bytes(7_000_000), method="PUT")  # noqa: S310
    with pytest.raises(urllib.error.HTTPError, match="413") as refused:
        urllib.request.urlopen(request)  # noqa: S310
    refused.value.close()


def test_a_flood_of_uploads_is_refused(server):
    codes = []
    for _ in range(60):
        request = urllib.request.Request(f"{server.url}/_stcore/upload_file/a/b", b"", method="PUT")  # noqa: S310
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)  # noqa: S310
        refused.value.close()
        codes.append(refused.value.code)
    assert codes[:20] == [403] * 20  # by the replica: it comes from no page of its own
    assert codes[-1] == 429  # by nginx
