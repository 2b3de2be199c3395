"""How many drawings one, two and three replicas behind nginx answer in a second.

    python -m benchmarks.replicas [--seconds 20]

Twelve people draw, each as soon as the last drawing is answered. They, nginx and the replicas share this machine: where
all of its processors are busy, a further replica cannot help.
"""

import argparse
import asyncio
import statistics
import time

import psutil

from benchmarks.client import Session, close_all
from benchmarks.load import DRAWINGS
from tests.e2e import driver, replicas

PEOPLE = 12


async def hurry(session: Session, until: float, times: list[float], first: int) -> None:
    number = first
    while (started := time.perf_counter()) < until:
        await session.draw(DRAWINGS[number % len(DRAWINGS)])
        times.append(time.perf_counter() - started)
        number += 1


async def measure(name: str, url: str, pids: list[int], seconds: float) -> None:
    sessions = [await Session.open(url) for _ in range(PEOPLE)]
    for spell in (2, seconds):  # the first visits pay for imports
        times: list[float] = []
        psutil.cpu_percent()
        used = [sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids]
        until = time.perf_counter() + spell
        await asyncio.gather(*(hurry(session, until, times, n) for n, session in enumerate(sessions)))
        used = [sum(psutil.Process(pid).cpu_times()[:2]) - then for pid, then in zip(pids, used, strict=True)]
    await close_all(sessions)
    each = 1000 * sum(used) / len(times)
    row = [name, f"{len(times) / seconds:.0f}", f"{statistics.median(times):.3f}", f"{each:.1f}"]
    print("|", " | ".join([*row, f"{psutil.cpu_percent():.0f} %"]), "|", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    seconds = parser.parse_args().seconds
    print("| | answers in a second | median, s | a replica's processor time for one, ms | processors busy |")
    print("|---|--:|--:|--:|--:|")
    with driver.serve() as server:
        asyncio.run(measure("one, without nginx", server.url, [server.pid], seconds))
    for count, name in enumerate(("one replica", "two", "three"), 1):
        with replicas.serve(count) as found:
            asyncio.run(measure(name, found.url, [server.pid for server in found.servers], seconds))


if __name__ == "__main__":
    main()
