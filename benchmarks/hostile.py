"""What hostile clients cost the other visitors.

    python -m benchmarks.hostile

A client floods the server, then sends it every message of tests/support/hostile_messages.py and draws after each. Then
it floods the live endpoint for ten seconds. Meanwhile an honest visitor draws twice a second. Shown are this visitor's
waiting times, and the server's memory and log.
"""

import argparse
import asyncio
import statistics
from collections import Counter

from benchmarks.memory import megabytes
from tests.support import driver
from tests.support.client import Session
from tests.support.hostile_messages import PAGES, Attack, attack, flood_live, with_honest_visitor


async def measure(server: driver.Server, most: int | None) -> None:
    found: list[Attack] = []

    async def attack_noted() -> None:
        found.append(await attack(server.url, most, log=lambda: server.log))

    statuses: Counter[int] = Counter()

    async def flood_noted() -> None:
        statuses.update(await asyncio.to_thread(flood_live, server.url, 10))

    for page in PAGES:  # the first visit pays for imports
        await (await Session.open(server.url, page)).close()
    alone = await with_honest_visitor(server.url, asyncio.sleep(20))
    before = megabytes(server)
    attacked = await with_honest_visitor(server.url, attack_noted())
    after = megabytes(server)
    logged = server.log.count("\n")
    flooded = await with_honest_visitor(server.url, flood_noted())
    logged = server.log.count("\n") - logged
    print("| | before the attacks | messages | live endpoint |\n|---|--:|--:|--:|")
    print(f"| hostile messages or requests | | {found[0].messages:,} | {statuses.total():,} |")
    print(f"| those that were answered like an honest one | | | {statuses[200]:,} |")
    print(f"| those after which the attacker had to open the page again | | {found[0].reopened:,} | |")
    print(f"| lines in the log for one message, or for all requests | | {found[0].lines} | {logged} |")
    print(f"| answers to the honest visitor, all correct | {len(alone)} | {len(attacked)} | {len(flooded)} |")
    for what, statistic in (("median", statistics.median), ("longest", max)):
        waits = " | ".join(f"{statistic(waited):.3f}" for waited in (alone, attacked, flooded))
        print(f"| the visitor's {what} wait, s | {waits} |")
    print(f"| the server's memory, MB | {before:.0f} | {after:.0f} | {megabytes(server):.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--most", type=int, metavar="N", help="only so many messages for the widgets of each page but the first"
    )
    options = parser.parse_args()
    with driver.serve() as server:
        asyncio.run(measure(server, options.most))


if __name__ == "__main__":
    main()
