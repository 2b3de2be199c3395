"""Whether the server's memory grows: 2,000 drawings in one session, then 200 sessions that come, draw and go.

    python -m benchmarks.soak

Both are to end within 5 % of the memory that there was after the first hundred. Streamlit keeps what a session had for
two minutes after its page was closed, in case it comes back; with the last session gone, it is waited for.
"""

import argparse
import asyncio

import psutil

from benchmarks.client import Session
from benchmarks.load import DRAWINGS
from tests.e2e import driver

DRAWN, OPENED, FIRST = 2000, 200, 100
LIMIT = 1.05
KEPT = 125  # s


async def soak(server: driver.Server) -> None:
    def megabytes() -> float:
        return psutil.Process(server.pid).memory_info().rss / 1e6

    def tell(what: str, first: float, last: float) -> None:
        verdict = "" if last <= LIMIT * first else " (it grows)"
        print(f"| {what} | {first:.0f} | {last:.0f} | {last / first:.3f}{verdict} |", flush=True)

    print(f"| | MB after the first {FIRST} | at the end | |\n|---|--:|--:|--:|")
    session = await Session.open(server.url)
    first = 0.0
    for number in range(DRAWN):
        await session.draw(DRAWINGS[number % len(DRAWINGS)])
        if number + 1 == FIRST:
            first = megabytes()
    tell(f"{DRAWN:,} drawings in one session", first, megabytes())

    for number in range(OPENED):
        visitor = await Session.open(server.url)
        await visitor.draw(DRAWINGS[number % len(DRAWINGS)])
        await visitor.close()
        if number + 1 == FIRST:
            first = megabytes()
    await asyncio.sleep(KEPT)
    await session.draw(DRAWINGS[0])
    tell(f"{OPENED} sessions opened and closed", first, megabytes())
    await session.close()


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with driver.serve() as server:
        asyncio.run(soak(server))


if __name__ == "__main__":
    main()
