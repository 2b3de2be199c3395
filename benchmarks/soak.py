"""Does the server's memory grow? 2,000 drawings in one session, then 200 sessions that are opened, used and closed.

    python -m benchmarks.soak

After each, memory should be within 5% of what it was after the first hundred. Streamlit keeps a closed page's session
for two minutes, in case the browser reconnects; the last measurement waits for that.
"""

import argparse
import asyncio

from benchmarks.memory import megabytes
from tests.support import driver
from tests.support.client import Session, digit_drawings

FIRST = 100
LIMIT = 1.05
KEPT = 125  # s


def drawing(number: int) -> str:
    return digit_drawings()[number % 10]


def print_row(what: str, first: float, last: float) -> None:
    verdict = "" if last <= LIMIT * first else " (it grows)"
    print(f"| {what} | {first:.0f} | {last:.0f} | {last / first:.3f}{verdict} |", flush=True)


async def measure_drawings(server: driver.Server, session: Session, count: int) -> None:
    first = 0.0
    for number in range(count):
        await session.draw(drawing(number))
        if number + 1 == FIRST:
            first = megabytes(server)
    print_row(f"{count:,} drawings in one session", first, megabytes(server))


async def measure_sessions(server: driver.Server, session: Session, count: int) -> None:
    """Open and close `count` sessions, while another one stays open."""
    first = 0.0
    for number in range(count):
        visitor = await Session.open(server.url)
        await visitor.draw(drawing(number))
        await visitor.close()
        if number + 1 == FIRST:
            first = megabytes(server)
    await asyncio.sleep(KEPT)
    await session.draw(drawing(0))
    print_row(f"{count:,} sessions opened and closed", first, megabytes(server))


async def soak(server: driver.Server, drawings: int, sessions: int) -> None:
    print(f"| | MB after the first {FIRST} | at the end | |\n|---|--:|--:|--:|")
    session = await Session.open(server.url)
    await measure_drawings(server, session, drawings)
    await measure_sessions(server, session, sessions)
    await session.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drawings", type=int, default=2000)
    parser.add_argument("--sessions", type=int, default=200)
    options = parser.parse_args()
    if min(options.drawings, options.sessions) < FIRST:
        parser.error(f"memory is compared with that after the first {FIRST}: there must be as many of both")
    with driver.serve() as server:
        asyncio.run(soak(server, options.drawings, options.sessions))


if __name__ == "__main__":
    main()
