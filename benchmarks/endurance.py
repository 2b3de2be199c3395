"""150 people who draw for five minutes: is an answer lost or wrong, and does the server's memory grow?

    python -m benchmarks.endurance [--people 150] [--minutes 5]

They draw as in benchmarks/load.py, and the same counts as an error: above all, the answer to somebody else's drawing.
"""

import argparse
import asyncio
import statistics

from benchmarks.load import WARM_UP, answers, draw_together
from benchmarks.memory import megabytes
from tests.support import driver
from tests.support.client import close_all, open_all


async def measure(server: driver.Server, people: int, minutes: float) -> None:
    expected = await answers(server.url)
    sessions = await open_all(server.url, people)
    await draw_together(sessions, 5 * WARM_UP, expected)
    before = megabytes(server)
    times, errors = await draw_together(sessions, 60 * minutes, expected)
    after = megabytes(server)
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
