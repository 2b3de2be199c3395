import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from app_pages.pace import Pace, paced

MESSAGE = {"type": "websocket.receive", "bytes": b""}


def finished(coroutine):
    """Its result, of a thread of its own: Playwright keeps an event loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def received(intervals, burst, rate):
    """Types of the messages that come through when they are sent at these intervals, in s, until the end."""

    async def run():
        queue = asyncio.Queue()
        receive, found = paced(queue.get, burst, rate), []

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

    return finished(run())


def test_a_burst_comes_through():
    assert len(received([0] * 20, burst=20, rate=0)) == 20


def test_a_longer_one_ends_the_connection(caplog):
    assert 20 <= len(received([0] * 1000, burst=20, rate=0)) <= 21  # the first may be waited for
    assert len(caplog.records) == 1


def test_who_is_waited_for_may_go_on_forever():
    assert len(received([0.003] * 200, burst=3, rate=0)) == 200


def test_who_stops_for_a_while_may_send_again():
    assert len(received(([0] * 20 + [0.1]) * 3, burst=25, rate=1000)) == 63


@pytest.mark.parametrize("kind", ["http", "lifespan"])
def test_nothing_else_is_paced(kind):
    seen = []

    async def app(scope, receive, send):
        seen.append(receive)

    finished(Pace(app)({"type": kind}, "receive", "send"))
    assert seen == ["receive"]
