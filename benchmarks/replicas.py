"""How many drawings one, two and three replicas behind nginx answer in a second; and what many more people would need.

    python -m benchmarks.replicas [--seconds 20]

Twelve people draw, each as soon as the last drawing is answered. They, nginx and the replicas share this machine: where
all of its processors are busy, a further replica cannot help. The second table is on paper, from the processor time of
three replicas and the memory of sessions: everybody draws every three seconds, and processors are to be busy for three
fifths of the time.
"""

import argparse
import asyncio
import statistics
import time

import psutil

from benchmarks.client import Session, close_all
from benchmarks.load import DRAWINGS, EVERY
from tests.e2e import driver, replicas

PEOPLE = 12
MORE = 100  # sessions, to measure what one takes
BUSY = 0.6  # of a processor: as deploy/kubernetes.yaml has it


async def hurry(session: Session, until: float, times: list[float], number: int) -> None:
    while (started := time.perf_counter()) < until:
        await session.draw(DRAWINGS[number % len(DRAWINGS)])
        times.append(time.perf_counter() - started)
        number += 1


async def measure(name: str, url: str, pids: list[int], seconds: float) -> float:
    """Print a line of the table. Returns the processor time of one answer, in s."""

    def used() -> float:
        return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)

    sessions = [await Session.open(url) for _ in range(PEOPLE)]
    for spell in (2, seconds):  # the first visits pay for imports
        times: list[float] = []
        psutil.cpu_percent()
        before, until = used(), time.perf_counter() + spell
        await asyncio.gather(*(hurry(session, until, times, n) for n, session in enumerate(sessions)))
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


async def weigh(server: driver.Server) -> tuple[float, float, int, int]:
    """What a server takes with one session and for each further one, in MB, and the bytes of a drawing up and down."""

    def megabytes() -> float:
        return psutil.Process(server.pid).memory_info().rss / 1e6

    sessions = []
    for number in range(1 + MORE):
        sessions.append(await Session.open(server.url))
        for drawing in (DRAWINGS[number % len(DRAWINGS)], DRAWINGS[0]):
            await sessions[-1].draw(drawing)
        if not number:
            first = megabytes()
    each = (megabytes() - first) / MORE
    await close_all(sessions)
    return first, each, sessions[0].sent, sessions[0].received


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    seconds = parser.parse_args().seconds
    with driver.serve() as server:
        first, each, up, down = asyncio.run(weigh(server))
    print("| | answers in a second | median, s | processor time of a replica for one, ms | processors busy |")
    print("|---|--:|--:|--:|--:|", flush=True)
    with driver.serve() as server:
        asyncio.run(measure("one, without nginx", server.url, [server.pid], seconds))
    for count, name in enumerate(("one replica", "two", "three"), 1):
        with replicas.serve(count) as found:
            took = asyncio.run(measure(name, found.url, [server.pid for server in found.servers], seconds))
    print("\n| people who draw | replicas of one processor | memory | up | down |\n|--:|--:|--:|--:|--:|")
    for people in (10_000, 1_000_000):
        needed = people / EVERY * took / BUSY
        memory = (needed * first + people * each) / 1000
        flow = (f"{people / EVERY * part * 8 / 1e9:,.2g} Gbit/s" for part in (up, down))
        print(f"| {people:,} | {needed:,.0f} | {memory:,.0f} GB |", " | ".join(flow), "|")


if __name__ == "__main__":
    main()
