"""Sessions stay apart: people in threads of their own, who draw, turn the temperature and keep, all at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from benchmarks.client import Session, drawing
from tests.e2e.driver import DIGITS

TEMPERATURES = ["0.25", "0.5", "2", "3", "4", "5", "7", "10"]


async def person(url, number):
    """Draw two digits, each at a temperature of one's own, and keep them. Returns what is on the shelf."""
    session = await Session.open(url)
    for digit in (number, (number + 3) % 10):
        await session.draw(drawing(DIGITS[digit]))
        assert session.seen[0] == str(digit)
        await session.turn(TEMPERATURES[number])
        assert session.seen[0] == str(digit)
        assert f"at temperature {TEMPERATURES[number]}," in session.alts["bars"]
        await session.press("Keep")
        assert f"a {digit}" in session.told[0]
    await session.visit("temperatures")
    return session.choices["Digit"]


def test_drawings_temperatures_and_shelves_never_mix(server):
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            shelves = list(threads.map(lambda number: asyncio.run(person(server.url, number)), range(8)))
            for number, options in enumerate(shelves):
                mine = (number + 3) % 10
                assert options[:3] == [f"Your drawing, a {mine}", f"a {number}", f"a {mine}"]
