"""The nightly comparison of the open set: what polls may have missed, found by ids alone and then read."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog

from attms_core.mirror.absorb import Absorber
from attms_core.mirror.compare import Cause
from attms_core.mirror.ground import Ground
from attms_core.mirror.office import Office
from attms_core.model import DeletedTicket, Ticket, TicketId
from attms_core.store import tickets

log = structlog.get_logger(__name__)

SETTLED = timedelta(minutes=15)
"""A ticket that moved more recently may be missing on a late replica; it is not taken for deleted."""
FEW = 20
LARGEST_SHARE = 0.5
"""When more of the open set vanishes at once, AutoTask's rights were narrowed rather than tickets deleted."""


class Reconcile:
    """Compares AutoTask's open tickets with ours."""

    def __init__(self, ground: Ground, *, absorber: Absorber, office: Office) -> None:
        self._database = ground.database
        self._autotask = ground.autotask
        self._absorber = absorber
        self._office = office
        self._tenant = ground.tenant
        self._now = ground.now

    async def run(self, cause: Cause = Cause.RECONCILE) -> None:
        """Read and absorb every ticket that only one side calls open; drop those that AutoTask no longer has."""
        theirs = {ticket async for page in self._autotask.open_ticket_ids() for ticket in page}
        ours = await self._database.read(lambda tx: tickets.open_ids(tx, self._tenant))
        differing = sorted(theirs ^ ours)
        told: set[TicketId] = set()
        async for page in self._autotask.tickets_by_id(differing):
            await self._office.read_companies_of(page)
            await self._absorber.tickets(page, cause)
            told.update(ticket.id for ticket in page)
        await self._drop((ours - theirs) - told, len(ours))
        log.info("open_set_reconciled", open=len(theirs), differing=len(differing))

    async def _drop(self, missing: set[TicketId], of: int) -> None:
        if len(missing) > FEW and len(missing) > of * LARGEST_SHARE:
            log.warning("open_tickets_vanished", missing=len(missing), open=of)
            return
        known = await self._database.read(lambda tx: tickets.load(tx, self._tenant, sorted(missing)))
        await self._absorber.deleted(_gone(known.values(), self._now()))


def _gone(known: Iterable[Ticket], now: datetime) -> Sequence[DeletedTicket]:
    settled = [t for t in known if t.freshness is None or now - t.freshness > SETTLED]
    return [DeletedTicket(id=0, ticket=ticket.id, number=ticket.number, deleted_at=now) for ticket in settled]
