import asyncio

import pytest

from tests.support.client import run
from ui.server.rate_limit import RateLimit, TokenBucket, limited

MESSAGE = {"type": "websocket.receive", "bytes": b""}


def received(intervals, burst, rate):
    """Send messages at these intervals, in s. Returns the types of those that come through."""

    async def converse():
        queue = asyncio.Queue()
        receive, found = limited(queue.get, burst, rate), []

        async def send():
            for interval in intervals:
                if interval:
                    await asyncio.sleep(interval)
                queue.put_nowait(MESSAGE)
            await asyncio.sleep(0.05)
            queue.put_nowait({"type": "websocket.disconnect"})

        sender = asyncio.create_task(send())
        while not found or found[-1] != "websocket.disconnect":
            found.append((await receive())["type"])
        sender.cancel()
        return found[:-1]

    return run(converse())


def test_a_burst_comes_through():
    assert len(received([0] * 20, burst=20, rate=0)) == 20


def test_a_longer_burst_ends_the_connection(caplog):
    assert 20 <= len(received([0] * 1000, burst=20, rate=0)) <= 21  # the first may be waited for
    assert len(caplog.records) == 1


def test_messages_that_are_waited_for_are_not_limited():
    assert len(received([0.003] * 200, burst=3, rate=0)) == 200


def test_after_a_pause_a_burst_comes_through_again():
    assert len(received(([0] * 20 + [0.1]) * 3, burst=25, rate=1000)) == 63


def test_a_bucket_fills_at_its_rate_up_to_its_size(monkeypatch):
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    bucket = TokenBucket(size=3, rate=2)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    now = 1000.0
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("kind", ["http", "lifespan"])
def test_only_websockets_are_limited(kind):
    seen = []

    async def app(scope, receive, send):
        seen.append(receive)

    run(RateLimit(app)({"type": kind}, "receive", "send"))
    assert seen == ["receive"]
