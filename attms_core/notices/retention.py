"""Forgetting what happened so long ago that nobody asks for it any more."""

from datetime import timedelta

import structlog

from attms_core.model import TenantId
from attms_core.ports import Now
from attms_core.store import changes, levels
from attms_core.store.database import Database

log = structlog.get_logger(__name__)

KEPT = timedelta(days=400)
AT_ONCE = 5_000
"""Changes in one transaction: others want to write meanwhile."""


class Retention:
    """A daily job; where it is cut off, the next one goes on."""

    def __init__(self, database: Database, *, tenant: TenantId, now: Now) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now

    async def forget_old(self) -> int:
        """Forget changes older than 400 days, and then the levels of tickets of which nothing else is known.

        Returns how many rows that were.
        """
        until = self._now() - KEPT
        gone, part = 0, AT_ONCE
        while part == AT_ONCE:
            part = await self._database.write(lambda tx: changes.forget(tx, self._tenant, until, AT_ONCE))
            gone += part
        gone += await self._database.write(lambda tx: levels.forget(tx, self._tenant))
        log.info("changes_forgotten", rows=gone)
        return gone
