"""What a tampered browser may send does no harm to the server and to other visitors."""

import asyncio
import contextlib
import json
import re
from collections import Counter

import psutil
import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from tests.support import driver, hostile_messages
from tests.support.client import FailedError, Session, digit_drawings, run
from tests.support.hostile_messages import Attack, attack, flood_live, with_honest_visitor


@pytest.fixture(scope="module")
def server():
    """A server that no other test uses: its log is counted."""
    with driver.serve() as server:
        yield server


def test_hostile_messages_harm_neither_the_server_nor_other_visitors(server):
    found: list[Attack] = []

    async def attack_noted():
        found.append(await attack(server.url, most=15, log=lambda: server.log))

    async def visit():
        for page in hostile_messages.PAGES:  # the first visit imports what the page needs
            await (await Session.open(server.url, page)).close()

    run(visit())
    before = psutil.Process(server.pid).memory_info().rss
    waited = run(with_honest_visitor(server.url, attack_noted()))  # raises FailedError at a wrong answer
    assert found[0].messages >= 200
    assert found[0].lines <= 1
    assert "Traceback" not in server.log
    assert server.log.count("Closed a connection that sent") == 1  # the flood's
    assert max(map(len, server.log.splitlines())) < 1000
    assert max(waited) < hostile_messages.PATIENCE
    assert psutil.Process(server.pid).memory_info().rss < before + 100e6


def test_a_flooded_live_endpoint_harms_neither_the_server_nor_other_visitors(server):
    statuses: Counter[int] = Counter()

    async def flood():
        statuses.update(await asyncio.to_thread(flood_live, server.url, 6))

    run(with_honest_visitor(server.url, asyncio.sleep(0)))
    before, lines = psutil.Process(server.pid).memory_info().rss, server.log.count("\n")
    waited = run(with_honest_visitor(server.url, flood()))
    assert max(waited) < hostile_messages.PATIENCE
    assert min(statuses[200], statuses[400], statuses[408]) > 0
    assert statuses[429] + statuses[503] > 0
    assert set(statuses) <= {200, 400, 408, 411, 413, 429, 503}
    assert server.log.count("\n") - lines <= 1
    assert psutil.Process(server.pid).memory_info().rss < before + 100e6


def test_messages_about_invalid_drawings_are_short_and_name_no_file(server):
    """They appear on the page of the attacker."""

    async def provoke():
        session = await Session.open(server.url)
        texts = []
        (browser_copy,) = (part for part in session.parts if part.endswith("-copy"))
        states = [(session.canvas, session.fragment, state) for _, state in hostile_messages.canvases()]
        states += [(browser_copy, "", copy) for _, copy in hostile_messages.copies()]
        for part, fragment, state in states:
            message = BackMsg(rerun_script=ClientState(fragment_id=fragment))
            message.rerun_script.widget_states.widgets.add(id=part, json_value=state)
            await session.send(message)
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        while True:
                            await session.answered()
                texts += session.told
            except (FailedError, websockets.ConnectionClosed) as error:
                texts.append(str(error))
                await session.close()
                session = await Session.open(server.url)
        await session.close()
        return texts

    texts = run(provoke())
    assert len(texts) > 40
    assert all(len(text) < 300 for text in texts)
    assert not [text for text in texts if re.search(r"/|\.py", text)]


def test_a_drawing_with_very_many_strokes_is_replaced_by_its_picture(server):
    """It would soon be too large to be sent."""

    async def scribble():
        session = await Session.open(server.url)
        state = json.loads(digit_drawings()[4])
        state["drawing"]["raw"]["objects"] += [state["drawing"]["raw"]["objects"][0]] * 500
        await session.draw(json.dumps(state))
        await session.draw(digit_drawings()[3])  # whatever it sends next
        await session.close()
        return session

    session = run(scribble())
    assert session.seen[0] == "3"
    (loaded,) = session.loaded["objects"]
    assert loaded["type"] == "Image"
    assert loaded["src"] == json.loads(digit_drawings()[4])["drawing"]["data"]
