"""Many sessions on one server, without a browser: what benchmarks/load.py and benchmarks/soak.py rely on."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.client import Session, drawing
from tests.e2e.driver import DIGITS


@pytest.mark.parametrize("together", [1, 12])
def test_everybody_gets_an_answer_to_their_own_drawing(server, together):
    async def person(number):
        session = await Session.open(server.url)
        for turn in range(3):
            digit = (number + turn) % 10
            await session.draw(drawing(DIGITS[digit]))
            assert session.seen[0] == str(digit)
        await session.close()

    async def crowd():
        await asyncio.gather(*map(person, range(together)))

    with ThreadPoolExecutor(1) as thread:  # in the tests' own one, Playwright's event loop runs
        thread.submit(asyncio.run, crowd()).result()
