"""What whole commands cost over mirrors of several sizes: CPU of the bot, from the token to the card.

``python -m bench.commands 10000 1000000`` starts the bot over each mirror in turns, says each command many times, and
prints a table. ``BENCH_ROUNDS``, ``BENCH_MIRRORS`` and the cores are those of ``make bench``.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from bench import mirror
from bench.bot import ending_in_a_line, kept
from bench.growth import COMMON_ELSEWHERE, SELDOM_TOGETHER
from bench.load import Load
from bench.process import running
from bench.run import AT_ONCE, BOTS, WARM, Plan, free_port, pin, plan_of
from bench.table import OURS
from bench.world import World, opened

TURNS = 2000
COMPANY = f'company "Customer {mirror.ONE_COMPANY} Ltd"'
COMMANDS: Mapping[str, str] = {
    "mine": "tickets mine",
    "company": f"tickets {COMPANY}",
    "search, a rare word": f"tickets search {mirror.RARE}",
    "search, a common word": f"tickets search {mirror.COMMON}",
    "search, a word that no ticket has": "tickets search quetzal",
    "search, common words seldom together": f"tickets search {SELDOM_TOGETHER}",
    "search, a common word, mine": f"tickets mine search {mirror.COMMON}",
    "search, a common word, one company": f"tickets {COMPANY} search {mirror.COMMON}",
    "search, a common word, status new or complete": f"tickets status new status complete search {mirror.COMMON}",
    "search, a common word, unassigned, one queue": f'tickets unassigned queue "Service Desk" search {mirror.COMMON}',
    "search, a common word that none has, unassigned, one queue": (
        f'tickets unassigned queue "Service Desk" search {COMMON_ELSEWHERE}'
    ),
}
LIST = b'"verb":"tickets.list"'
"""What a list can be told by: it can be refreshed."""
Costs = dict[str, dict[int, list[float]]]
"""CPU milliseconds a turn, by command and size, a round each."""


class Refused(RuntimeError):
    """A command was answered with something else, whose cost would be told as its own."""


async def measure(plan: Plan, sizes: Sequence[int]) -> Costs:
    """Start the bot over each mirror in turns and say every command. Raises ``Refused`` and ``WrongVariable``."""
    found: Costs = {name: {size: [] for size in sizes} for name in COMMANDS}
    for size in sizes:
        await kept(size, plan.home)
    async with opened() as world:
        for _ in range(plan.rounds):
            for size in sizes:
                for name, cost in await _costs(world, plan, size):
                    found[name][size].append(cost)
    return found


async def _costs(world: World, plan: Plan, size: int) -> list[tuple[str, float]]:
    port = free_port()
    environ = world.environment(port) | {"BENCH_TICKETS": str(size)}
    async with running(BOTS[OURS], environ, core=plan.server_core, log=plan.home / "bot.log") as process:
        load = Load(world, port)
        await load.first()
        return [(name, await _cost(load, text, process.pid)) for name, text in COMMANDS.items()]


async def _cost(load: Load, text: str, pid: int) -> float:
    load.say(text)
    await load.run(pid, at_once=AT_ONCE, count=WARM)
    found = await load.run(pid, at_once=AT_ONCE, count=TURNS)
    if found.errors or LIST not in load.reply:
        raise Refused(f"{text!r} was not answered with a list")
    return found.cpu_ms


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
    given = parser.parse_args()
    if min(given.sizes) < mirror.FEWEST:
        parser.error(f"a mirror has {mirror.FEWEST} tickets or more")
    with ending_in_a_line():
        plan = plan_of(os.environ)
        pin(plan.load_core)
        try:
            found = asyncio.run(measure(plan, given.sizes))
        except Refused as error:
            sys.exit(str(error))
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
