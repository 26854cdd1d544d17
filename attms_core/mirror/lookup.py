"""What the mirror lacks and a person waits for: asked of AutoTask once, within three seconds, and absorbed."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

import structlog

from attms_core.errors import AttmsError, Unreachable
from attms_core.mirror.absorb import Absorber
from attms_core.mirror.compare import Cause
from attms_core.mirror.ground import Ground
from attms_core.mirror.office import Office
from attms_core.model import Ticket, TicketId
from attms_core.ports import BudgetMeter
from attms_core.store import tickets

log = structlog.get_logger(__name__)

T = TypeVar("T")
PATIENCE = timedelta(seconds=3)
NUMBER_LENGTH = 50
"""Characters of a ticket number at most (vendor help: Tickets)."""
LARGEST_ID = 2**63 - 1


class LookUp:
    """Asks AutoTask for single tickets and for notes that were never read."""

    def __init__(
        self,
        ground: Ground,
        *,
        meter: BudgetMeter,
        absorber: Absorber,
        office: Office,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._database = ground.database
        self._autotask = ground.autotask
        self._meter = meter
        self._absorber = absorber
        self._office = office
        self._tenant = ground.tenant
        self._now = ground.now
        self._patience = patience

    async def ticket(self, wanted: str | TicketId) -> Ticket | None:
        """Ask for a ticket by number or id. Raises ``Unreachable`` when there is no answer in time."""
        if isinstance(wanted, str):
            found = await self._soon(self._autotask.ticket_by_number(wanted, urgent=True))
        else:
            found = await self._soon(self._autotask.ticket(wanted, urgent=True))
        if found is not None:
            await self._company_of(found)
            await self._absorber.tickets([found], Cause.LOOK_UP)
        return found

    async def _company_of(self, ticket: Ticket) -> None:
        """Fetch a company that was never read; without an answer the card names it by its number."""
        try:
            await self._soon(self._office.read_companies_of([ticket]))
        except AttmsError as error:
            log.info("company_not_fetched", company=ticket.company, code=error.code)

    async def notes(self, ticket: TicketId) -> None:
        """Fetch a ticket's notes if that was never done; without an answer the card shows what is here."""
        is_known = await self._database.read(lambda tx: tickets.notes_synced(tx, self._tenant, ticket))
        if is_known or self._meter.silent_for is not None:
            return
        try:
            found = await self._soon(self._autotask.notes_of_ticket(ticket, urgent=True))
        except AttmsError as error:
            log.info("notes_not_fetched", ticket=ticket, code=error.code)
            return
        await self._absorber.notes(found, Cause.LOOK_UP)
        now = self._now()
        await self._database.write(lambda tx: tickets.mark_notes_synced(tx, self._tenant, [ticket], now))

    async def url(self, ticket: TicketId) -> str:
        """Give the deep link into AutoTask; empty while AutoTask does not tell where it lives."""
        try:
            return await self._soon(self._autotask.ticket_url(ticket))
        except AttmsError:
            return ""

    async def _soon(self, answer: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await answer
        except TimeoutError as late:
            raise Unreachable("AutoTask did not answer in time.", hint="Try again in a moment.") from late


def wanted(reference: str | int) -> str | TicketId | None:
    """Read what somebody calls a ticket: a number as AutoTask writes it, or a bare id; none when it can be neither."""
    if isinstance(reference, int):
        return TicketId(reference) if 0 < reference <= LARGEST_ID else None
    text = reference.strip().upper()
    if not text or len(text) > NUMBER_LENGTH:
        return None
    if text.isascii() and text.isdigit():
        return wanted(int(text))
    return text
