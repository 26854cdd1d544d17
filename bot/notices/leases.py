"""Which lanes are ours, and until when that is sure: a lease that is about to run out must not be sent upon."""

import asyncio
from datetime import datetime, timedelta
from typing import Self

import structlog

from attms_core.errors import AttmsError
from attms_core.ports import Now
from attms_core.store import lanes
from attms_core.store.database import Database
from attms_core.store.lanes import LaneKey
from bot.notices.pace import Pause

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
RENEWED = timedelta(seconds=5)
"""How often leases are renewed: a process that is stopped for 45 seconds still holds them."""
MARGIN = timedelta(seconds=3)
"""Before its end a lease counts as lost: a message takes a moment, and clocks differ."""


class Leases:
    """The lanes that this process holds; renews their leases while entered."""

    def __init__(self, database: Database, *, holder: str, now: Now, pause: Pause = asyncio.sleep) -> None:
        self._database = database
        self._holder = holder
        self._now = now
        self._pause = pause
        self._until: dict[LaneKey, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to renew."""
        self._task = asyncio.create_task(self._run(), name="leases")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Renew no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def hold(self, key: LaneKey, claimed_at: datetime) -> bool:
        """Note a claim; no when the lane is being served here still, on a lease that had run out."""
        if key in self._until:
            return False
        self._until[key] = claimed_at + LEASE
        return True

    def let_go(self, key: LaneKey) -> None:
        """Note that a lane is served no more."""
        self._until.pop(key, None)

    def are_safe(self, key: LaneKey) -> bool:
        """Say whether the lane is surely ours for as long as a message takes."""
        return key in self._until and self._now() < self._until[key] - MARGIN

    async def renew(self) -> None:
        """Keep what is ours still. What had run out is not taken back: somebody else may have it."""
        now = self._now()
        ours = [key for key, until in self._until.items() if until > now]
        if not ours:
            return
        await self._database.write(lambda tx: lanes.renew(tx, holder=self._holder, now=now, until=now + LEASE))
        for key in ours:
            if key in self._until:
                self._until[key] = now + LEASE

    async def _run(self) -> None:
        while True:
            await self._pause(RENEWED.total_seconds())
            try:
                await self.renew()
            except AttmsError as error:
                log.warning("leases_unrenewed", code=error.code, reason=str(error))
            except Exception:
                # The last net: nobody waits for this task, and without it every lane is lost before it is served.
                log.exception("renewing_broke")
