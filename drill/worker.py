"""The bot as a process that polls when it is told to, and dies when it is meant to. Run by ``drill.process``."""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import app
from attms_core.settings import load
from attms_core.store import owed
from drill.fate import Death, Fate, rule

POLL, TOLD, READY = "poll", "told", "ready"
LOOK = 0.01  # seconds


def live(settings: Mapping[str, str], ca: Path, later: timedelta, death: Death | None, pipe: Connection) -> None:
    """Serve until the other end of the pipe closes, or until death. ``later`` is added to the machine's time."""
    fate = Fate(death)
    rule(fate)
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        asyncio.run(_live(settings, ca, later, fate, pipe))


async def _live(settings: Mapping[str, str], ca: Path, later: timedelta, fate: Fate, pipe: Connection) -> None:
    def now() -> datetime:
        return datetime.now(UTC) + later

    async with app.build(load(settings), login_ca=ca, now=now) as house:
        await house.first_data()
        pipe.send(READY)
        while await asyncio.to_thread(pipe.recv) == POLL:
            fate.arm()
            await house.core.jobs.run_now("poll")
            house.sender.poke()
            await _quiet(house)
            pipe.send(TOLD)


async def _quiet(house: app.House) -> None:
    """Wait until nothing is owed that is due."""
    while (await house.ground.store.read(owed.backlog)).waiting:  # noqa: ASYNC110 - the sender tells nobody
        await asyncio.sleep(LOOK)
