"""Sessions stay apart: eight people at once, each in a thread, draw, set the temperature and keep drawings."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tests.support.client import Session, digit_drawings

TEMPERATURES = ["0.25", "0.5", "2", "3", "4", "5", "7", "10"]


async def person(url, number):
    """Draw two digits, set the person's own temperature after each, and keep them. Returns the picker's options."""
    session = await Session.open(url)
    for digit in (number, (number + 3) % 10):
        await session.draw(digit_drawings()[digit])
        assert session.seen[0] == str(digit)
        await session.turn(TEMPERATURES[number])
        assert session.seen[0] == str(digit)
        assert session.answer["temperature"] == float(TEMPERATURES[number])
        await session.press("Keep")
        assert f"a {digit}" in session.told[0]
    await session.visit("temperatures")
    return session.choices["Digit"]


def test_drawings_temperatures_and_shelves_stay_with_their_sessions(server):
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            shelves = list(threads.map(lambda number: asyncio.run(person(server.url, number)), range(8)))
            for number, options in enumerate(shelves):
                last = (number + 3) % 10
                assert options[:3] == [f"Your drawing, a {last}", f"a {number}", f"a {last}"]
