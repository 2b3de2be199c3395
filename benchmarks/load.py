"""Many people on one server: how long an answer takes, what a session costs, and how fast 40 get in at once.

    python -m benchmarks.load [--seconds 30] [--pages ours bare usual]

Everybody sends a drawing, in another digit's strokes each time, every three seconds, at a moment of their own; the time
runs from the moment when it was to be sent to the end of the rerun that answers it. Server and clients share this
machine. Clients speak Streamlit's websocket protocol (benchmarks/client.py); what a browser then draws is not in these
times. An answer that takes 15 seconds, shows an exception or nothing, or is another than the same drawing gets when
nobody else is there, is an error.
"""

import argparse
import asyncio
import statistics
import time

import numpy as np
import psutil
import websockets

from benchmarks.client import FailedError, Session, close_all, drawing
from benchmarks.pages import PAGES
from tests.e2e import driver

EVERY = 3.0  # s, between one person's strokes
PATIENCE = 15.0  # s
WARM_UP = 6.0  # s
AT_ONCE, RUSHES = 40, 3
PEOPLE = {"ours": (10, 20, 120, 200), "bare": (10, 20), "usual": (5, 20)}

RNG = np.random.default_rng()
DRAWINGS = [drawing(strokes) for strokes in driver.DIGITS.values()]


async def person(session: Session, until: float, times: list[float], errors: list[str], expected: dict) -> None:
    """Draw every three seconds. Appends the time of each answer, or what went wrong."""
    due = time.perf_counter() + RNG.uniform(0, EVERY)
    while due < until:
        await asyncio.sleep(max(0, due - time.perf_counter()))
        number = int(RNG.integers(len(DRAWINGS)))
        try:
            async with asyncio.timeout(PATIENCE):
                await session.draw(DRAWINGS[number])
        except (TimeoutError, FailedError, websockets.ConnectionClosed) as error:
            errors.append(repr(error))
            return
        if expected[number] != session.seen:
            errors.append(f"{session.seen} for drawing {number}, not {expected[number]}")
        times.append(time.perf_counter() - due)
        due = max(due + EVERY, time.perf_counter())


async def open_all(url: str, count: int) -> list[Session]:
    """Open pages one after the other, as people come."""
    return [await Session.open(url) for _ in range(count)]


async def answers(url: str) -> dict[int, list[str]]:
    """What each drawing gets from a server that nobody else uses."""
    session = await Session.open(url)
    found = {}
    for number, each in enumerate(DRAWINGS):
        await session.draw(each)
        found[number] = session.seen
    await session.close()
    return found


async def crowd(sessions: list[Session], seconds: float, expected: dict) -> tuple[list[float], list[str]]:
    """Let everybody draw. Returns the times of all answers, in order, and the errors."""
    times: list[float] = []
    errors: list[str] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(person(session, until, times, errors, expected) for session in sessions))
    return sorted(times), errors


async def rush(url: str) -> float:
    """How long it takes until all of those who come at the same moment have the page."""
    started = time.perf_counter()
    sessions = await asyncio.gather(*(Session.open(url) for _ in range(AT_ONCE)))
    took = time.perf_counter() - started
    await close_all(sessions)
    return took


async def measure(name: str, seconds: float) -> None:
    with driver.serve(PAGES[name]) as server:
        await close_all([await Session.open(server.url)])  # the first visit pays for imports
        took = statistics.median([await rush(server.url) for _ in range(RUSHES)])
        print(f"| {name} | {AT_ONCE} open it at once | {took:.2f} s until the last has it | | | |", flush=True)
    with driver.serve(PAGES[name]) as server:
        memory = psutil.Process(server.pid).memory_info
        sessions: list[Session] = []
        first, before = 0, 0
        expected = await answers(server.url)
        for count in PEOPLE[name]:
            sessions += await open_all(server.url, count - len(sessions))
            await crowd(sessions, WARM_UP, expected)
            times, errors = await crowd(sessions, seconds, expected)
            used = memory().rss / 1e6
            each = f"{(used - before) / (count - first):.2f} MB" if first else ""
            first, before = count, used
            row = [name, f"{count} draw"]
            if len(times) > 1:
                quantiles = statistics.quantiles(times, n=20)
                row += [f"{statistics.median(times):.3f} s", f"{quantiles[-1]:.3f} s"]
            else:
                row += ["none", "none"]
            print("|", " | ".join([*row, str(len(errors)), each]), "|", *set(errors[:1]), flush=True)
        await close_all(sessions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="of drawing, at each number of people")
    parser.add_argument("--pages", nargs="+", choices=PAGES, default=list(PAGES))
    options = parser.parse_args()
    print("| page | people | median | 95th percentile | errors | memory for one more |\n|---|---|--:|--:|--:|--:|")
    for name in options.pages:
        asyncio.run(measure(name, options.seconds))


if __name__ == "__main__":
    main()
