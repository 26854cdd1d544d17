"""``make bench``: our bot beside a bare aiohttp handler, in turns, and what came of it as a table.

With ``BENCH_HARNESS`` naming the folder of a bench of peers, that one is run as well (``bench.peers``).
"""

import asyncio
import os
import platform
import re
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench import mirror, peers
from bench.bot import WrongVariable, asked, ending_in_a_line, kept, mirrored, whole
from bench.load import Load, Result
from bench.process import running
from bench.world import LOOPBACK, World, opened

HERE = Path(__file__).parent
OURS, BARE, LATE = "ATTMS, tickets mine", "bare aiohttp", "ATTMS, login 60 ms late"
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


@dataclass(frozen=True, slots=True)
class Round:
    """A fresh process's start, in seconds, and its load."""

    first: float
    load: Result


async def measure(world: World, plan: Plan, name: str) -> Round:
    """Start a bot afresh, warm it up and load it."""
    port = _free_port()
    environ = world.environment(port)
    world.login.door.delay = LOGIN_DELAY.get(name, 0.0)
    async with running(BOTS[name], environ, core=plan.server_core, log=mirror.STATE / "bot.log") as process:
        load = Load(world, port)
        first = await load.first()
        await load.run(process.pid, at_once=AT_ONCE, count=WARM)
        return Round(first, await load.run(process.pid, at_once=AT_ONCE, seconds=plan.seconds))


async def soak(world: World, plan: Plan) -> tuple[float, float]:
    """Give our memory after the first thousand turns and after all of them, in MB."""
    port = _free_port()
    async with running(
        BOTS[OURS], world.environment(port), core=plan.server_core, log=mirror.STATE / "bot.log"
    ) as process:
        load = Load(world, port)
        await load.first()
        early = await load.run(process.pid, at_once=AT_ONCE, count=1000)
        late = await load.run(process.pid, at_once=AT_ONCE, count=plan.soak)
        return early.memory, late.memory


async def _everything(plan: Plan) -> str:
    found: dict[str, list[Round]] = {name: [] for name in BOTS}
    async with opened() as world:
        asked({**os.environ, **world.environment(0)})  # what the bots would refuse, none of which is waited for
        await kept(plan.tickets, plan.home)
        for _ in range(plan.rounds):
            for name in BOTS:
                found[name].append(await measure(world, plan, name))
        world.login.door.delay = 0.0
        memory = await soak(world, plan) if plan.soak else None
    return "\n".join([_heading(plan), *_table(found), *_notes(memory, plan)])


def _heading(plan: Plan) -> str:
    now = datetime.now(UTC)
    return (
        f"{now:%Y-%m-%d}, {platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
        f"server and load on one core each, {AT_ONCE} at once, {plan.rounds} interleaved rounds of {plan.seconds:g} s, "
        f"medians, {plan.tickets:,} mirrored tickets.\n"
    )


def _table(found: Mapping[str, Sequence[Round]]) -> Iterable[str]:
    yield "| bot | turns/s | x bare | CPU ms a turn | x bare | p50 ms | p99 ms | p99 / p50 | first answer s | errors |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    speed, cpu = (_middle(found[BARE], name) for name in ("turns_per_second", "cpu_ms"))
    for name, rounds in found.items():
        fast, used, p50, p99 = (_middle(rounds, n) for n in ("turns_per_second", "cpu_ms", "p50", "p99"))
        first, errors = median(each.first for each in rounds), sum(each.load.errors for each in rounds)
        yield (
            f"| {name} | {fast:.0f} | {fast / speed:.2f} | {used:.3f} | {used / cpu:.2f} "
            f"| {p50:.1f} | {p99:.1f} | {p99 / p50:.1f} | {first:.2f} | {errors} |"
        )


def _middle(rounds: Sequence[Round], name: str) -> float:
    return median(float(getattr(each.load, name)) for each in rounds)


def _notes(memory: tuple[float, float] | None, plan: Plan) -> Iterable[str]:
    if memory:
        early, late = memory
        grown = f"{late - early:+.1f} MB"
        yield f"\nMemory after 1,000 turns {early:.1f} MB, after {plan.soak:,} more {late:.1f} MB: {grown}."


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind((LOOPBACK, 0))
        return int(trial.getsockname()[1])


def main() -> None:
    """Measure, and print Markdown."""
    with ending_in_a_line():
        plan, harness = plan_of(os.environ), peers.harness_of(os.environ)
        if plan.load_core.isdigit() and int(plan.load_core) in os.sched_getaffinity(0):
            os.sched_setaffinity(0, {int(plan.load_core)})
        print(asyncio.run(_everything(plan)))
        if harness:
            print(asyncio.run(peers.compare(harness, plan.rounds, plan.seconds)))


if __name__ == "__main__":
    main()
