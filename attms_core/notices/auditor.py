"""The auditor of the outbox: finds what is neither delivered nor given up long after it was due, and says so once."""

from datetime import timedelta

import structlog

from attms_core.model import OwedId
from attms_core.ports import Now
from attms_core.store import owed, posts
from attms_core.store.database import Database

log = structlog.get_logger(__name__)

LATE = timedelta(minutes=5)
KEPT = timedelta(days=30)
"""For so long dead letters can be sent again."""
STANDING = timedelta(days=90)
"""After so long without news a card is an ordinary message."""


class Auditor:
    """Looks whenever it is asked to. What waits because Teams or its limits ask for that is not late."""

    def __init__(self, database: Database, *, now: Now) -> None:
        self._database = database
        self._now = now
        self._told: set[OwedId] = set()

    async def audit(self) -> int:
        """Log each row that is late, once; say how many are late now. Raises ``StoreUnavailable``."""
        now = self._now()
        late = await self._database.read(lambda tx: owed.unsettled(tx, now - LATE, now))
        for row in late:
            if row.id not in self._told:
                log.error(
                    "notice_late",
                    tenant=row.tenant,
                    lane=row.lane,
                    row=row.id,
                    kind=row.kind,
                    due_at=row.due_at.isoformat(),
                    attempts=row.attempts,
                )
        self._told = {row.id for row in late}
        return len(late)

    async def forget_old(self) -> None:
        """Forget dead letters and standing cards that are too old to matter. Raises ``StoreUnavailable``."""
        now = self._now()
        dead = await self._database.write(lambda tx: owed.forget_dead(tx, now - KEPT))
        cards = await self._database.write(lambda tx: posts.forget(tx, now - STANDING))
        log.info("notices_forgotten", dead=dead, cards=cards)
