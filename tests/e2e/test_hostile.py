"""What a browser that was tampered with may send, while somebody else draws. benchmarks/hostile.py has the messages."""

import asyncio
import contextlib
import json
import re
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import websockets

from benchmarks import hostile
from tests.e2e import driver


@pytest.fixture(scope="module")
def server():
    """One of its own: its log is counted."""
    with driver.serve() as server:
        yield server


def run(coroutine):
    with ThreadPoolExecutor(1) as thread:  # in the tests' own one, Playwright's event loop runs
        return thread.submit(asyncio.run, coroutine).result()


def test_hostile_messages_cost_a_line_each_and_nobody_else_anything(server):
    found = []

    async def attack():
        found.append(await hostile.attack(server.url, most=15, log=lambda: server.log))

    async def visit():
        for page in hostile.PAGES:  # the first visit pays for imports
            await (await hostile.Session.open(server.url, page)).close()

    run(visit())
    before = psutil.Process(server.pid).memory_info().rss
    waited = run(hostile.watched(server.url, attack()))  # raises at a wrong answer
    assert found[0].messages >= 200
    assert found[0].lines <= 1
    assert "Traceback" not in server.log
    assert server.log.count("Closed a connection that sent") == 1  # the flood's
    assert max(map(len, server.log.splitlines())) < 1000
    assert max(waited) < hostile.PATIENCE
    assert psutil.Process(server.pid).memory_info().rss < before + 100e6


def test_what_is_said_of_it_is_short(server):
    """On the page of who sent it; and it tells nothing of the server."""

    async def said():
        session = await hostile.Session.open(server.url)
        texts = []
        (keeper,) = (part for part in session.parts if part.endswith("-copy"))
        canvases = [(session.canvas, session.fragment, state) for _, state in hostile.canvases()]
        for part, fragment, state in canvases + [(keeper, "", copy) for _, copy in hostile.copies()]:
            message = hostile.BackMsg(rerun_script=hostile.ClientState(fragment_id=fragment))
            message.rerun_script.widget_states.widgets.add(id=part, json_value=state)
            await session.send(message)
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        while True:
                            await session.answered()
                texts += session.told
            except (hostile.FailedError, websockets.ConnectionClosed) as error:
                texts.append(str(error))
                await session.close()
                session = await hostile.Session.open(server.url)
        await session.close()
        return texts

    texts = run(said())
    assert len(texts) > 40
    assert all(len(text) < 300 for text in texts)
    assert not [text for text in texts if re.search(r"/|\.py", text)]


def test_a_drawing_of_many_minutes_becomes_its_picture(server):
    """It would grow until it were too large to be sent."""

    async def scribble():
        session = await hostile.Session.open(server.url)
        state = json.loads(hostile.DRAWINGS[4])
        state["drawing"]["raw"]["objects"] += [state["drawing"]["raw"]["objects"][0]] * 500
        await session.draw(json.dumps(state))
        await session.draw(hostile.DRAWINGS[3])  # whatever it sends next
        await session.close()
        return session

    session = run(scribble())
    assert session.seen[0] == "3"
    (laid,) = session.loaded["objects"]
    assert laid["type"] == "Image"
    assert laid["src"] == json.loads(hostile.DRAWINGS[4])["drawing"]["data"]
