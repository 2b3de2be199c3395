"""Many sessions on one server, without a browser."""

import asyncio

import pytest

from tests.support.client import Session, digit_drawings, run


@pytest.mark.parametrize("people", [1, 12])
def test_everybody_gets_the_answer_to_their_own_drawing(server, people):
    async def person(number):
        session = await Session.open(server.url)
        for turn in range(3):
            digit = (number + turn) % 10
            await session.draw(digit_drawings()[digit])
            assert session.seen[0] == str(digit)
        await session.close()

    async def crowd():
        await asyncio.gather(*map(person, range(people)))

    run(crowd())
