"""Tickets and opportunities with all that their cards show, for many conversations at once.

Rights are not asked here: who may see a topic is decided before, by facts that are never kept.
"""

import asyncio
from collections.abc import Hashable
from datetime import datetime

from attms_core.desk import Desk
from attms_core.errors import NotFound
from attms_core.model import ChangeId, OpportunityDetail, OpportunityId, TicketDetail, TicketId

MOST = 512
LONGEST = 1.0
"""Seconds of real time, also where the house's clock stands still."""


class Sheets:
    """Reads sheets once for those who need them in the same second and because of the same change."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._second: datetime | None = None
        self._began = 0.0
        self._tickets: dict[Hashable, TicketDetail] = {}
        self._opportunities: dict[Hashable, OpportunityDetail] = {}
        self._reading: dict[Hashable, asyncio.Lock] = {}

    async def ticket(self, ticket: TicketId, *, internal: bool, latest: ChangeId, now: datetime) -> TicketDetail | None:
        """Give a ticket; ``latest`` is the youngest change that it is shown for. None when it is gone."""
        self._forget(now)
        key = (ticket, internal, latest)
        if (kept := self._tickets.get(key)) is not None:
            return kept
        async with self._reading.setdefault(key, asyncio.Lock()):  # who wants the same waits for it
            if (kept := self._tickets.get(key)) is None:
                try:
                    kept = self._tickets[key] = await self._desk.sheet(ticket, internal=internal)
                except NotFound:
                    return None
            return kept

    async def opportunity(
        self, opportunity: OpportunityId, *, latest: ChangeId, now: datetime
    ) -> OpportunityDetail | None:
        """Give an opportunity; none when it is not here."""
        self._forget(now)
        key = (opportunity, latest)
        if (kept := self._opportunities.get(key)) is not None:
            return kept
        async with self._reading.setdefault(key, asyncio.Lock()):
            if (kept := self._opportunities.get(key)) is None:
                try:
                    kept = self._opportunities[key] = await self._desk.opportunity_sheet(opportunity)
                except NotFound:
                    return None
            return kept

    def _forget(self, now: datetime) -> None:
        at, second = asyncio.get_running_loop().time(), self._second
        is_past = second is None or now > second  # an earlier moment is that of lanes that were looked at before
        if not is_past and at - self._began < LONGEST and len(self._tickets) + len(self._opportunities) < MOST:
            return
        self._second, self._began = now, at
        self._tickets.clear()
        self._opportunities.clear()
        self._reading = {}  # who reads now keeps the lock
