"""Telling many conversations of one change: ours, from the change to the last card, beside stock botbuilder's way.

``python -m bench.fanout`` prints Markdown. Both talk to a connector on another core that is in nobody's way.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import median

from bench.bot import ending_in_a_line
from bench.cost import Cost
from bench.mirror import STATE
from bench.process import pinned
from bench.run import plan_of
from bench.world import World, opened

OURS, STOCK = "ATTMS: change, match, store, render, send, settle", "stock botbuilder continue_conversation"
COUNTS: Mapping[str, int] = {OURS: 10_000, STOCK: 400}
"""Messages in a round. Stock is slow and even: more of them tell nothing more."""
MODULES: Mapping[str, str] = {OURS: "bench.telling", STOCK: "bench.stock"}
LONGEST = 300.0
"""Seconds that one round may take."""


async def measure(world: World, name: str, core: str) -> Cost:
    """Run one of them in a process of its own. Raises ``RuntimeError`` when it does not tell everybody."""
    before = world.connector.replies
    command = [sys.executable, "-m", MODULES[name], str(COUNTS[name])]
    process = await asyncio.create_subprocess_exec(
        *pinned(command, core),
        env={**os.environ, **world.environment(0)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, trouble = await asyncio.wait_for(process.communicate(), LONGEST)
    if process.returncode:
        raise RuntimeError(trouble.decode(errors="replace")[-2000:])
    cost = Cost(**json.loads(said.splitlines()[-1]))
    if (arrived := world.connector.replies - before) < cost.count:
        raise RuntimeError(f"{name}: {arrived} of {cost.count} messages arrived")
    return cost


async def compare(rounds: int, core: str) -> dict[str, list[Cost]]:
    """Measure both in turns."""
    found: dict[str, list[Cost]] = {name: [] for name in COUNTS}
    async with opened() as world:
        for _ in range(rounds):
            for name, costs in found.items():
                costs.append(await measure(world, name, core))
    return found


def table(found: Mapping[str, Sequence[Cost]]) -> str:
    """Write medians as Markdown."""
    lines = [
        "| how | messages | messages/s | x stock | CPU ms a message | longest stall ms | memory grown MB |",
        "|---|---|---|---|---|---|---|",
    ]
    slow = median(cost.per_second for cost in found[STOCK])
    for name, costs in found.items():
        fast = median(cost.per_second for cost in costs)
        stall, grown = (median(getattr(cost, part) for cost in costs) for part in ("stall_ms", "grown_mb"))
        cpu = median(cost.cpu_ms for cost in costs)
        lines.append(
            f"| {name} | {costs[0].count:,} | {fast:,.0f} | {fast / slow:.1f} | {cpu:.2f} | {stall:.0f} | {grown:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, and print Markdown."""
    with ending_in_a_line():
        plan = plan_of(os.environ)
    STATE.mkdir(exist_ok=True)
    if plan.load_core.isdigit() and int(plan.load_core) in os.sched_getaffinity(0):
        os.sched_setaffinity(0, {int(plan.load_core)})
    print(f"{datetime.now(UTC):%Y-%m-%d}, {plan.rounds} rounds in turns, medians.\n")
    print(table(asyncio.run(compare(plan.rounds, plan.server_core))))


if __name__ == "__main__":
    main()
