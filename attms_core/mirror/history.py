"""How far back completed tickets are kept: a mirror that only grew would one day hold all that a tenant ever did.

A ticket is as old as the last thing that happened to it, which is also what the first sync reads it by: one that was
completed long ago and is still written on stays, instead of going every night and coming back with every note.
"""

from datetime import datetime, timedelta
from functools import partial

import structlog
from msgspec import structs

from attms_core.mirror.ground import Ground
from attms_core.mirror.poll import OVERLAP
from attms_core.mirror.positions import Positions
from attms_core.mirror.progress import FORGOTTEN, POLL, REACH, stage_name
from attms_core.model import TicketId
from attms_core.store import tickets
from attms_core.store.database import Tx
from attms_core.store.sync import SyncState

log = structlog.get_logger(__name__)

AT_ONCE = 200
"""Tickets in one transaction: others want to write meanwhile."""


class History:
    """Drops what is older than ``kept``; where that is cut off, the next time goes on."""

    def __init__(self, ground: Ground, *, positions: Positions, kept: timedelta) -> None:
        self._database = ground.database
        self._tenant = ground.tenant
        self._now = ground.now
        self._positions = positions
        self._kept = kept

    async def forget_old(self) -> int:
        """Drop completed tickets to which nothing has happened for so long, with notes and time. Returns how many.

        Changes stay. Nothing goes that polls have not come to, or are about to read again; nor anything before the
        first sync has read all there is.
        """
        polled, closed = await self._positions.get(POLL), await self._positions.get(stage_name("closed"))
        if polled.position is None or closed.finished_at is None:
            return 0
        before = min(self._now() - self._kept, polled.position - OVERLAP).replace(microsecond=0)  # as it will be kept
        await self._mark(before)
        gone = 0
        last: TicketId | None = TicketId(0)
        while last is not None:
            count, last = await self._database.write(partial(self._some, after=last, before=before))
            gone += count
        log.info("completed_tickets_forgotten", tickets=gone)
        return gone

    async def _mark(self, before: datetime) -> None:
        """Keep from when on completed tickets are here, before any of them goes."""
        for state in (await self._positions.get(FORGOTTEN), await reach(self._positions)):
            await self._positions.advance(state, position=max(before, state.position or before))

    def _some(self, tx: Tx, after: TicketId, before: datetime) -> tuple[int, TicketId | None]:
        """Look at the next few; give how many went, and the last one looked at while older ones may follow."""
        some = tickets.completed(tx, self._tenant, after=after, limit=AT_ONCE)
        gone = tickets.delete(tx, self._tenant, [one.id for one in some if one.moved and one.moved < before])
        # AutoTask numbers tickets in the order in which it creates them, and nothing happens to one before that.
        if len(some) < AT_ONCE or any(one.created and one.created >= before for one in some):
            return gone, None
        return gone, some[-1].id


async def reach(positions: Positions) -> SyncState:
    """Say from when on completed tickets are here: as far as the first sync read, until one was dropped."""
    state = await positions.get(REACH)
    if state.position is not None:
        return state
    return structs.replace(state, position=(await positions.get(stage_name("closed"))).position)
