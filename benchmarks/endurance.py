"""A hundred and fifty people who draw for five minutes: whether an answer is lost or wrong, and whether memory grows.

    python -m benchmarks.endurance [--people 150] [--minutes 5]

They draw as in benchmarks/load.py, and errors are what they are there: above all an answer to somebody else's drawing.
"""

import argparse
import asyncio
import statistics

import psutil

from benchmarks.load import WARM_UP, answers, close_all, crowd, open_all
from tests.e2e import driver


async def measure(server: driver.Server, people: int, minutes: float) -> None:
    def megabytes() -> float:
        return psutil.Process(server.pid).memory_info().rss / 1e6

    expected = await answers(server.url)
    sessions = await open_all(server.url, people)
    await crowd(sessions, 5 * WARM_UP, expected)
    before = megabytes()
    times, errors = await crowd(sessions, 60 * minutes, expected)
    after = megabytes()
    await close_all(sessions)
    print("| people | minutes | answers | errors | median | 95th percentile | memory, MB |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    row = [people, f"{minutes:g}", f"{len(times):,}", len(errors), f"{statistics.median(times):.3f} s"]
    row += [f"{statistics.quantiles(times, n=20)[-1]:.3f} s", f"{before:.0f} to {after:.0f}"]
    print("|", " | ".join(map(str, row)), "|", *set(errors[:1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=150)
    parser.add_argument("--minutes", type=float, default=5)
    options = parser.parse_args()
    with driver.serve() as server:
        asyncio.run(measure(server, options.people, options.minutes))


if __name__ == "__main__":
    main()
