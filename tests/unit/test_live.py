"""The live endpoint, which reads a drawing while it is drawn."""

import asyncio
import base64
import json
import logging
import threading
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from mnist_model.classifier import ModelFileError
from mnist_model.images import PNG
from tests.support.client import digit_drawings, run
from ui import reading
from ui.server import live

DRAWING = json.loads(digit_drawings()[3])["drawing"]["data"]
FILE = base64.b64decode(DRAWING.removeprefix(PNG))


def app(read=live.read):
    return Starlette(routes=[Route("/live", live.LiveEndpoint(read).__call__, methods=["POST"])])


async def post(app, *parts, headers=(), host="10.0.0.1"):
    """Send a request whose body comes in parts, of which a last None never comes. Returns the status and the body."""
    given = {"content-type": "image/png", "content-length": str(sum(len(part or "") for part in parts))} | dict(headers)
    scope = {
        "type": "http", "method": "POST", "path": "/live", "query_string": b"", "client": (host, 1),
        "headers": [(name.encode(), value.encode()) for name, value in given.items() if value is not None],
    }  # fmt: skip
    sent = []
    bodies = [{"type": "http.request", "body": part, "more_body": True} for part in parts if part is not None]
    if parts[-1] is not None:
        bodies[-1]["more_body"] = False

    async def receive():
        if not bodies:
            await asyncio.sleep(100)
        return bodies.pop(0)

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def test_the_answer_is_what_the_page_reads():
    status, body = run(post(app(), FILE[:100], FILE[100:]))
    assert status == 200
    found, expected = json.loads(body), reading.read(DRAWING)
    np.testing.assert_array_equal(np.float32(found["logits"]), expected.logits)
    levels = np.frombuffer(base64.b64decode(found["digit"]), np.uint8)
    np.testing.assert_array_equal(levels, np.rint(255 * expected.digit).astype(np.uint8).ravel())


def test_a_drawing_without_ink_has_no_answer():
    blank = base64.b64decode(reading.images.png_url(np.full((320, 320, 3), 255, np.uint8)).removeprefix(PNG))
    status, body = run(post(app(), blank))
    assert status == 200
    assert json.loads(body) == {"digit": None, "logits": None}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-length": None}, 411),
        ({"content-length": "-1"}, 411),
        ({"content-length": "1e3"}, 411),
        ({"content-length": "²"}, 411),
        ({"content-length": "500001"}, 413),
        ({"content-length": "9" * 1000}, 413),
        ({"content-type": None}, 415),
        ({"content-type": "text/plain"}, 415),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_headers_alone_are_enough_to_be_refused(headers, status):
    headers = {name: value.encode().decode("latin-1") if value else value for name, value in headers.items()}
    assert run(post(app(), None, headers={"content-length": "10"} | headers))[0] == status


def test_a_longer_body_than_was_said_is_not_read_to_its_end():
    endless = [bytes(100_000)] * 6
    assert run(post(app(), *endless, FILE, headers={"content-length": "1000"}))[0] == 413


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(live, "BODY_TIMEOUT", 0.05)
    assert run(post(app(), FILE[:100], None, headers={"content-length": "1000"}))[0] == 408


def test_only_so_many_bodies_are_waited_for(monkeypatch):
    monkeypatch.setattr(live, "BODY_TIMEOUT", 0.2)

    async def many():
        one = app()
        slow = [
            post(one, None, headers={"content-length": "9"}, host=str(i)) for i in range(live.MAX_PENDING_BODIES + 3)
        ]
        return [status for status, _ in await asyncio.gather(*slow)]

    found = run(many())
    assert (found.count(408), found.count(503)) == (live.MAX_PENDING_BODIES, 3)


@given(st.binary(max_size=1000) | st.integers(0, len(FILE) // 2).map(lambda end: FILE[:end]))
def test_any_bytes_are_refused_with_a_short_reason(file):
    status, body = run(post(app(), file))
    assert status == 400
    assert len(body) < 200
    assert b"0x" not in body  # an address in memory


@given(
    st.sampled_from(["before", "after", "instead"]),
    st.sampled_from([b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"tEXt", b"zTXt", b"iTXt", b"acTL", b"fcTL", b"IDAT"]),
    st.binary(max_size=40),
)
def test_any_chunk_before_or_after_the_pixels_or_instead_of_them_is_refused_or_read(place, kind, data):
    chunk = len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
    header, pixels, end = FILE[:33], FILE[33:-12], FILE[-12:]
    middle = {"before": chunk + pixels, "after": pixels + chunk, "instead": chunk}[place]
    assert run(post(app(), header + middle + end))[0] in (200, 400)


def test_what_comes_while_others_are_answered_is_refused_at_once():
    go_on, started = threading.Event(), threading.Semaphore(0)

    def read(_):
        started.release()
        go_on.wait(10)
        return {}

    async def crowd():
        one = app(read)
        first = [asyncio.create_task(post(one, FILE)) for _ in range(live.MAX_CONCURRENT_READINGS)]
        while started._value < live.MAX_CONCURRENT_READINGS:
            await asyncio.sleep(0.01)
        refused = await post(one, FILE)
        go_on.set()
        answered = await asyncio.gather(*first)
        return refused, answered, await post(one, FILE)

    refused, answered, later = run(crowd())
    assert refused == (503, b"busy")
    assert [status for status, _ in [*answered, later]] == [200] * (live.MAX_CONCURRENT_READINGS + 1)


def test_each_address_has_a_rate_limit_and_a_flood_is_one_line_in_the_log(caplog, monkeypatch):
    monkeypatch.setattr(live, "RATE", 0)  # on a slow machine, the tokens would come back during the flood

    async def flood():
        one = app(lambda _: {})
        found = [(await post(one, FILE))[0] for _ in range(live.BURST + 40)]
        return found, (await post(one, FILE, host="10.0.0.2"))[0]

    with caplog.at_level(logging.WARNING):
        found, other = run(flood())
    assert found == [200] * live.BURST + [429] * 40
    assert other == 200
    assert len(caplog.records) == 1


def test_only_so_many_addresses_are_remembered(monkeypatch):
    monkeypatch.setattr(live, "ADDRESSES", 2)
    monkeypatch.setattr(live, "BURST", 1)
    monkeypatch.setattr(live, "RATE", 0)

    async def crowd():
        one = app(lambda _: {})
        return [(await post(one, FILE, host=host))[0] for host in "abbcaac"]

    assert run(crowd()) == [200, 200, 429, 200, 200, 429, 429]  # when a comes again, it has been forgotten


def test_a_missing_model_is_said():
    def read(_):
        raise ModelFileError("lenet5.tflite cannot be read")

    assert run(post(app(read), FILE)) == (503, b"lenet5.tflite cannot be read")
