"""What whole commands cost over mirrors of several sizes: CPU of the bot, from the token to the card.

``python -m bench.commands 10000 1000000`` starts the bot over each mirror in turns, says each command many times, and
prints a table.
"""

import argparse
import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from bench import mirror
from bench.bot import ending_in_a_line, kept, mirrored
from bench.growth import COMMON_ELSEWHERE, SELDOM_TOGETHER
from bench.load import Load
from bench.process import running
from bench.run import AT_ONCE, BOTS, free_port
from bench.table import OURS
from bench.world import World, opened

ROUNDS = 3
WARM, TURNS = 300, 2000
COMMANDS: Mapping[str, str] = {
    "mine": "tickets mine",
    "company": f'tickets company "Customer {mirror.ONE_COMPANY} Ltd"',
    "search, a rare word": f"tickets search {mirror.RARE}",
    "search, a common word": f"tickets search {mirror.COMMON}",
    "search, a word that no ticket has": "tickets search quetzal",
    "search, common words seldom together": f"tickets search {SELDOM_TOGETHER}",
    "search, a common word, mine": f"tickets mine search {mirror.COMMON}",
    "search, a common word, one company": f'tickets company "Customer 7 Ltd" search {mirror.COMMON}',
    "search, a common word, status new or complete": f"tickets status new status complete search {mirror.COMMON}",
    "search, a common word, unassigned, one queue": f'tickets unassigned queue "Service Desk" search {mirror.COMMON}',
    "search, a common word that none has, unassigned, one queue": (
        f'tickets unassigned queue "Service Desk" search {COMMON_ELSEWHERE}'
    ),
}
Costs = dict[str, dict[int, list[float]]]
"""CPU milliseconds a turn, by command and size, a round each."""


async def measure(sizes: Sequence[int], rounds: int) -> Costs:
    """Start the bot over each mirror in turns, and say every command there."""
    found: Costs = {name: {size: [] for size in sizes} for name in COMMANDS}
    async with opened() as world:
        for _ in range(rounds):
            for size in sizes:
                for name, cost in await _costs(world, size):
                    found[name][size].append(cost)
    return found


async def _costs(world: World, size: int) -> list[tuple[str, float]]:
    port = free_port()
    environ = world.environment(port) | {"BENCH_TICKETS": str(size)}
    async with running(BOTS[OURS], environ, core="0", log=mirror.STATE / "bot.log") as process:
        load = Load(world, port)
        await load.first()
        return [(name, await _cost(load, text, process.pid)) for name, text in COMMANDS.items()]


async def _cost(load: Load, text: str, pid: int) -> float:
    load.say(text)
    await load.run(pid, at_once=AT_ONCE, count=WARM)
    return (await load.run(pid, at_once=AT_ONCE, count=TURNS)).cpu_ms


def table(found: Costs) -> Iterator[str]:
    """Give the medians, as Markdown."""
    sizes = sorted(next(iter(found.values())))
    yield f"| command | {' | '.join(f'{size:,} tickets, ms' for size in sizes)} | largest / smallest |"
    yield "|---" * (len(sizes) + 2) + "|"
    for name, costs in found.items():
        medians = [median(costs[size]) for size in sizes]
        yield f"| {name} | {' | '.join(f'{each:.2f}' for each in medians)} | {medians[-1] / medians[0]:.2f} |"


def main() -> None:
    """Measure, and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    with ending_in_a_line():
        sizes = [mirrored({"BENCH_TICKETS": str(size)})[0] for size in given.sizes]
        os.sched_setaffinity(0, {1})
        for size in sizes:
            asyncio.run(kept(size, mirror.STATE))
        print("\n".join(table(asyncio.run(measure(sizes, given.rounds)))))


if __name__ == "__main__":
    main()
