"""``make bench``: our bot beside a bare aiohttp handler, in turns, and what came of it as a table (``bench.table``).

With ``BENCH_HARNESS`` naming the folder of a bench of peers, that one is run as well (``bench.peers``), and its bots
stand in the same table.
"""

import asyncio
import os
import platform
import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import peers
from bench.bot import WrongVariable, asked, ending_in_a_line, kept, mirrored, whole
from bench.load import Load
from bench.process import resident_mb, running
from bench.table import BARE, LATE, LEGEND, OURS, Round, Run, table
from bench.world import LOOPBACK, World, opened

HERE = Path(__file__).parent
BOTS: Mapping[str, tuple[str, ...]] = {
    OURS: (str(HERE / "candidate"),),
    BARE: (sys.executable, "-m", "bench.bare"),
    LATE: (str(HERE / "candidate"),),
}
LOGIN_DELAY: Mapping[str, float] = {LATE: 0.06}
"""Seconds that the login service takes over each answer, where it takes any."""
AT_ONCE = 16
WARM = 300
"""Turns before a measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured, and on which cores."""

    rounds: int
    seconds: float
    soak: int
    """Turns over which memory is watched; 0 leaves it out."""
    server_core: str
    load_core: str
    tickets: int
    home: Path
    """Where mirrors are kept."""


def plan_of(environ: Mapping[str, str]) -> Plan:
    """Read the plan from the bench's variables. Raises ``WrongVariable``."""
    tickets, home = mirrored(environ)
    return Plan(
        rounds=whole(environ, "BENCH_ROUNDS", 5, least=1),
        seconds=_seconds(environ),
        soak=whole(environ, "BENCH_SOAK", 50_000, least=0),
        server_core=environ.get("BENCH_SERVER_CPU", "0"),
        load_core=environ.get("BENCH_LOAD_CPU", "1"),
        tickets=tickets,
        home=home,
    )


def _seconds(environ: Mapping[str, str]) -> float:
    given = environ.get("BENCH_SECONDS", "4")
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]+)?", given) or not float(given):
        raise WrongVariable(f"BENCH_SECONDS is {given!r}: it must be a number above 0")
    return float(given)


async def measure(world: World, plan: Plan, name: str) -> Round:
    """Start a bot afresh, warm it up and load it."""
    port = free_port()
    environ = world.environment(port)
    world.login.door.delay = LOGIN_DELAY.get(name, 0.0)
    async with running(BOTS[name], environ, core=plan.server_core, log=plan.home / "bot.log") as process:
        load = Load(world, port)
        first, memory = await load.first(), resident_mb(process.pid)
        await load.run(process.pid, at_once=AT_ONCE, count=WARM)
        found = await load.run(process.pid, at_once=AT_ONCE, seconds=plan.seconds)
    return Round(
        first=first,
        memory=memory,
        turns_per_second=found.turns_per_second,
        cpu_ms=found.cpu_ms,
        p50=found.p50,
        p99=found.p99,
        errors=found.errors,
    )


async def soak(world: World, plan: Plan) -> tuple[float, float]:
    """Give our memory after the first thousand turns and after all of them, in MB."""
    port = free_port()
    environ = world.environment(port)
    async with running(BOTS[OURS], environ, core=plan.server_core, log=plan.home / "bot.log") as process:
        load = Load(world, port)
        await load.first()
        early = await load.run(process.pid, at_once=AT_ONCE, count=1000)
        late = await load.run(process.pid, at_once=AT_ONCE, count=plan.soak)
        return early.memory, late.memory


async def _own(plan: Plan) -> tuple[Run, str]:
    """Measure our bots in turns, then watch ours for long; give what came of both."""
    found: dict[str, list[Round]] = {name: [] for name in BOTS}
    async with opened() as world:
        asked({**os.environ, **world.environment(0)})  # what the bots would refuse, none of which is waited for
        await kept(plan.tickets, plan.home)
        for _ in range(plan.rounds):
            for name in BOTS:
                found[name].append(await measure(world, plan, name))
        world.login.door.delay = 0.0
        return Run("own", found), _grown(*await soak(world, plan), plan) if plan.soak else ""


def _grown(early: float, late: float, plan: Plan) -> str:
    more = f"after {plan.soak:,} more {late:.1f} MB: {late - early:+.1f} MB"
    return f"\nMemory of ATTMS after 1,000 turns {early:.1f} MB, {more}."


def _heading(plan: Plan) -> str:
    now = datetime.now(UTC)
    return (
        f"{now:%Y-%m-%d}, {platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
        f"server and load on one core each, {AT_ONCE} at once, {plan.rounds} interleaved rounds of {plan.seconds:g} s, "
        f"medians, {plan.tickets:,} mirrored tickets. {LEGEND}\n"
    )


def pin(core: str) -> None:
    """Keep this process on a core, where there is such a one."""
    if core.isdigit() and int(core) in os.sched_getaffinity(0):
        os.sched_setaffinity(0, {int(core)})


def free_port() -> int:
    """Find a port of this machine that nobody uses."""
    with socket.socket() as trial:
        trial.bind((LOOPBACK, 0))
        return int(trial.getsockname()[1])


def main() -> None:
    """Measure, and print Markdown. When the other bench fails, what it said last comes after our own table."""
    with ending_in_a_line():
        plan, harness = plan_of(os.environ), peers.harness_of(os.environ)
        pin(plan.load_core)
        own, grown = asyncio.run(_own(plan))
    runs, trouble = [own], ""
    try:
        runs += [asyncio.run(peers.compare(harness, plan.rounds, plan.seconds))] if harness else []
    except peers.BenchFailed as error:
        trouble = str(error)
    print("\n".join([_heading(plan), table(runs), grown]))
    if trouble:
        sys.exit(trouble)


if __name__ == "__main__":
    main()
