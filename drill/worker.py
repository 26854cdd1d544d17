"""The bot as a process that looks for news and tells it when it is told to, and dies when it is meant to.

Run by ``drill.process``, which holds the other end of the pipe.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import structlog

import app
from assembly.house import House
from attms_core.jobs import RunOutcome
from attms_core.settings import load
from attms_core.store import owed
from bot.notices.pace import Bucket, Pace
from drill.fate import Death, Fate, rule

READY, TOLD = "ready", "told"
LOOK = 0.01
"""Seconds between two looks at what is still owed."""
PACE = Pace(second=Bucket(3, timedelta(milliseconds=25)), tenant=Bucket(8, timedelta(milliseconds=2)))
"""Conversations and the tenant have to wait as in Teams, but not for so long."""

Later = Callable[[], float]
"""Says how many seconds are added to the machine's time."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a process shall do: look for news, tell what is owed, die over it."""

    polls: bool = True
    death: Death | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What a process is given: its settings, a certificate to trust, and how fast to speak."""

    settings: Mapping[str, str]
    ca: Path
    pace: Pace = PACE


def hush() -> None:
    """Log nothing but what is wrong: that leases are lost and works are run again is what a drill is about."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def live(life: Life, later: Later, pipe: Connection) -> None:
    """Serve until the other end of the pipe closes, or until death."""
    hush()
    fate = Fate(pipe.send)
    rule(fate)
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        asyncio.run(_live(life, later, fate, pipe))


async def _live(life: Life, later: Later, fate: Fate, pipe: Connection) -> None:
    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=later())

    async with app.build(load(life.settings), login_ca=life.ca, now=now, pace=life.pace) as house:
        await house.first_data()
        pipe.send(READY)
        while True:
            order: Order = await asyncio.to_thread(pipe.recv)
            fate.await_death(order.death)
            if order.polls:
                await _poll(house)
            fate.poll_ended()
            await _quiet(house)
            fate.await_death(None)
            pipe.send(TOLD)


async def _poll(house: House) -> None:
    """Look for news, and again when that was nothing: the lock of a process that is dead may live a moment longer."""
    while True:
        await house.core.jobs.run_now("poll")
        run = next(state.last_run for state in house.core.jobs.all() if state.name == "poll")
        if run is not None and run.outcome == RunOutcome.OK:
            return
        await asyncio.sleep(LOOK)


async def _quiet(house: House) -> None:
    """Wait until nothing is owed any more, by whichever process. What hangs on time is looked at again and again."""
    while (await house.ground.store.read(owed.backlog)).waiting:
        house.sender.poke()
        await asyncio.sleep(LOOK)
