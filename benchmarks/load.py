"""Many people on one server: how long an answer takes, what a session costs, and how fast 40 people get the page.

    python -m benchmarks.load [--seconds 30] [--pages ours bare "bare, our settings" usual]

Everybody sends a drawing of a random digit every three seconds, each person at other moments. A time runs from the
moment at which the drawing is due to the end of the rerun that answers it. Server and clients share this machine. The
clients speak Streamlit's websocket protocol (tests/support/client.py); what a browser would then draw is not measured.
It counts as an error if an answer takes more than 15 seconds, is an exception or empty, or differs from what the same
drawing gets on a server that nobody else uses.
"""

import argparse
import asyncio
import statistics
import time

import numpy as np
import websockets

from benchmarks.memory import megabytes
from benchmarks.pages import PAGES
from tests.support.client import FailedError, Session, close_all, digit_drawings, open_all

EVERY = 3.0  # s, between one person's drawings
PATIENCE = 15.0  # s
WARM_UP = 6.0  # s
AT_ONCE, RUSHES = 40, 3
PEOPLE = {"ours": (10, 20, 120, 200), "bare": (10, 20), "bare, our settings": (10, 20, 120, 200), "usual": (5, 20)}

RNG = np.random.default_rng()

Answers = list[list[str]]  # what the page shows for each of the ten drawings


async def draw_until(until: float, session: Session, times: list[float], errors: list[str], expected: Answers) -> None:
    """Draw every three seconds. Appends how long each answer took, in s, or what went wrong."""
    due = time.perf_counter() + RNG.uniform(0, EVERY)
    while due < until:
        await asyncio.sleep(max(0, due - time.perf_counter()))
        digit = int(RNG.integers(10))
        try:
            async with asyncio.timeout(PATIENCE):
                await session.draw(digit_drawings()[digit])
        except (TimeoutError, FailedError, websockets.ConnectionClosed) as error:
            errors.append(repr(error))
            return
        if expected[digit] != session.seen:
            errors.append(f"{session.seen} for a {digit}, not {expected[digit]}")
        times.append(time.perf_counter() - due)
        due = max(due + EVERY, time.perf_counter())


async def answers(url: str) -> Answers:
    """Return what a server that nobody else uses answers to each drawing."""
    session = await Session.open(url)
    found = []
    for drawing in digit_drawings():
        await session.draw(drawing)
        found.append(session.seen)
    await session.close()
    return found


async def draw_together(sessions: list[Session], seconds: float, expected: Answers) -> tuple[list[float], list[str]]:
    """Let everybody draw. Returns how long the answers took, in s, in ascending order, and the errors."""
    times: list[float] = []
    errors: list[str] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(draw_until(until, session, times, errors, expected) for session in sessions))
    return sorted(times), errors


async def rush(url: str) -> float:
    """Return the time until all who open the page at the same moment have it, in s."""
    started = time.perf_counter()
    sessions = await asyncio.gather(*(Session.open(url) for _ in range(AT_ONCE)))
    took = time.perf_counter() - started
    await close_all(sessions)
    return took


async def measure_rushes(name: str) -> None:
    with PAGES[name].serve() as server:
        await close_all([await Session.open(server.url)])  # the first visit pays for imports
        took = statistics.median([await rush(server.url) for _ in range(RUSHES)])
    print(f"| {name} | {AT_ONCE} open it at once | {took:.2f} s until the last has it | | | |", flush=True)


async def measure_drawing(name: str, seconds: float) -> None:
    with PAGES[name].serve() as server:
        sessions: list[Session] = []
        fewer, memory_of_fewer = 0, 0.0
        expected = await answers(server.url)
        for people in PEOPLE[name]:
            sessions += await open_all(server.url, people - len(sessions))
            await draw_together(sessions, WARM_UP, expected)
            times, errors = await draw_together(sessions, seconds, expected)
            used = megabytes(server)
            for_one_more = f"{(used - memory_of_fewer) / (people - fewer):.2f} MB" if fewer else ""
            fewer, memory_of_fewer = people, used
            row = [name, f"{people} draw"]
            if len(times) > 1:
                quantiles = statistics.quantiles(times, n=20)
                row += [f"{statistics.median(times):.3f} s", f"{quantiles[-1]:.3f} s"]
            else:
                row += ["none", "none"]
            print("|", " | ".join([*row, str(len(errors)), for_one_more]), "|", *set(errors[:1]), flush=True)
        await close_all(sessions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="of drawing, with each number of people")
    parser.add_argument("--pages", nargs="+", choices=PAGES, default=list(PAGES))
    options = parser.parse_args()
    print("| page | people | median | 95th percentile | errors | memory for one more |\n|---|---|--:|--:|--:|--:|")
    for name in options.pages:
        asyncio.run(measure_rushes(name))
        asyncio.run(measure_drawing(name, options.seconds))


if __name__ == "__main__":
    main()
