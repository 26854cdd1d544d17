"""Who asked for what on the host and through the management API, and what came of it. Wishes keep their own rows."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from attms_core.ports import Now
from attms_core.store import audit
from attms_core.store.audit import AuditRow
from attms_core.store.database import Database

__all__ = ["Audit", "AuditRow"]

KEPT = timedelta(days=400)
LONGEST = 500
"""Characters of one fact."""


class Audit:
    """The record. It is only added to; rows older than 400 days are forgotten."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now

    async def record(
        self,
        *,
        actor: str,
        action: str,
        target: str = "",
        outcome: str,
        detail: Mapping[str, str] = MappingProxyType({}),
        trace: str = "",
    ) -> None:
        """Add a row, durable when this returns. Raises ``StoreUnavailable``."""
        facts = {name: value[:LONGEST] for name, value in detail.items()}
        row = AuditRow(
            at=self._now(), actor=actor, action=action, target=target, outcome=outcome, detail=facts, trace=trace
        )
        await self._database.write(lambda tx: audit.add(tx, row))

    async def page(self, before: int | None, limit: int) -> Sequence[AuditRow]:
        """Give rows before an id, the newest first."""
        return await self._database.read(lambda tx: audit.page(tx, before, limit))

    async def forget_old(self) -> int:
        """Forget what is too old; say how many rows that were."""
        until = self._now() - KEPT
        return await self._database.write(lambda tx: audit.forget(tx, until))
