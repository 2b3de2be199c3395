"""How many drawings one, two and three replicas behind nginx answer in a second, and what many more people would need.

    python -m benchmarks.replicas [--seconds 20]

Twelve people draw, each as soon as the last drawing is answered. They, nginx and the replicas share this machine: once
all of its processors are busy, another replica cannot help. The second table is an estimate, from the processor time of
an answer with three replicas and the memory of a session: everybody draws every three seconds, and processors are busy
three fifths of the time.
"""

import argparse
import asyncio
import statistics
import time
from typing import NamedTuple

import psutil

from benchmarks.load import EVERY
from benchmarks.memory import megabytes
from tests.support import driver, replicas
from tests.support.client import Session, close_all, digit_drawings, open_all

PEOPLE = 12
MORE = 100  # sessions, to measure the memory of one
BUSY = 0.6  # of a processor, as in deploy/kubernetes.yaml


async def draw_without_pause(session: Session, until: float, times: list[float], digit: int) -> None:
    """Draw one digit after the other. Appends how long each answer took, in s."""
    while (started := time.perf_counter()) < until:
        await session.draw(digit_drawings()[digit % 10])
        times.append(time.perf_counter() - started)
        digit += 1


async def measure(name: str, url: str, pids: list[int], seconds: float) -> float:
    """Print a line of the table. Returns the processor time of one answer, in s."""

    def used() -> float:
        return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)

    sessions = await open_all(url, PEOPLE)
    for duration in (2, seconds):  # the first visits pay for imports
        times: list[float] = []
        psutil.cpu_percent()
        before, until = used(), time.perf_counter() + duration
        await asyncio.gather(*(draw_without_pause(session, until, times, n) for n, session in enumerate(sessions)))
        each, busy = (used() - before) / len(times), psutil.cpu_percent()
    await close_all(sessions)
    row = [
        name,
        f"{len(times) / seconds:.0f}",
        f"{statistics.median(times):.3f}",
        f"{1000 * each:.1f}",
        f"{busy:.0f} %",
    ]
    print("|", " | ".join(row), "|", flush=True)
    return each


class Needs(NamedTuple):
    """What people need of a server."""

    first: float  # MB, with one session
    another: float  # MB, for each further session
    up: int  # bytes that a drawing sends
    down: int  # bytes that its answer sends


async def needs(server: driver.Server) -> Needs:
    sessions: list[Session] = []
    first = 0.0
    for number in range(1 + MORE):
        sessions.append(await Session.open(server.url))
        for digit in (number % 10, 0):
            await sessions[-1].draw(digit_drawings()[digit])
        if not number:
            first = megabytes(server)
    another = (megabytes(server) - first) / MORE
    await close_all(sessions)
    return Needs(first, another, sessions[0].sent, sessions[0].received)


def print_estimate(needed: Needs, seconds_of_an_answer: float) -> None:
    print("\n| people who draw | replicas of one processor | memory | up | down |\n|--:|--:|--:|--:|--:|")
    for people in (10_000, 1_000_000):
        drawings = people / EVERY  # a second
        count = drawings * seconds_of_an_answer / BUSY
        memory = (count * needed.first + people * needed.another) / 1000
        up, down = (f"{drawings * size * 8 / 1e9:,.2g} Gbit/s" for size in (needed.up, needed.down))
        print(f"| {people:,} | {count:,.0f} | {memory:,.0f} GB | {up} | {down} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    seconds = parser.parse_args().seconds
    with driver.serve() as server:
        needed = asyncio.run(needs(server))
    print("| | answers in a second | median, s | processor time of a replica for one, ms | processors busy |")
    print("|---|--:|--:|--:|--:|", flush=True)
    with driver.serve() as server:
        asyncio.run(measure("one, without nginx", server.url, [server.pid], seconds))
    for count, name in enumerate(("one replica", "two", "three"), 1):
        with replicas.serve(count) as found:
            took = asyncio.run(measure(name, found.url, [server.pid for server in found.servers], seconds))
    print_estimate(needed, took)


if __name__ == "__main__":
    main()
