"""After a lost answer: did it happen? Looked up before anything is repeated, and never guessed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog
from msgspec.structs import replace

from attms_core.errors import OperatorNeeded, TryLater
from attms_core.mirror.authors import is_note_of
from attms_core.model import Outcome, Ticket, Wish, WishKind
from attms_core.model.wish import Value
from attms_core.ports import TicketReader

log = structlog.get_logger(__name__)

LOOKS = 2
BETWEEN_LOOKS = timedelta(seconds=2)
"""AutoTask answers queries from replicas that may be a moment behind (vendor help: read after write)."""


class Lookback:
    """Finds what an unanswered write has done."""

    def __init__(self, autotask: TicketReader, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._autotask = autotask
        self._sleep = sleep

    async def find(self, wish: Wish, *, looks: int = LOOKS) -> Outcome | None:
        """Look twice, two seconds apart. None means: not to be found, which proves nothing."""
        for look in range(looks):
            if look:
                await self._sleep(BETWEEN_LOOKS.total_seconds())
            try:
                found = await self._look(wish)
            except (TryLater, OperatorNeeded) as error:
                # Whatever keeps us from looking: it may have happened, so nobody may hear that it did not.
                log.warning("look_back_failed", wish=wish.id, code=error.code)
                continue
            if found:
                return found
        return None

    async def _look(self, wish: Wish) -> Outcome | None:
        if wish.kind is WishKind.CREATE_TICKET:
            made = await self._autotask.ticket_by_external_id(wish.id)
            return Outcome(ticket=made.id) if made else None
        if wish.ticket is None:
            return None
        if wish.kind is WishKind.ADD_NOTE:
            notes = await self._autotask.notes_of_ticket(wish.ticket, urgent=True)
            return next((Outcome(ticket=wish.ticket, note=n.id) for n in notes if is_note_of(n, wish)), None)
        ticket = await self._autotask.ticket(wish.ticket, urgent=True)
        return Outcome(ticket=wish.ticket) if ticket and holds(ticket, wish.asked) else None


def holds(ticket: Ticket, asked: Mapping[str, Value]) -> bool:
    """Say whether the ticket has every value asked for."""
    return not differing(ticket, asked)


def differing(ticket: Ticket, asked: Mapping[str, Value]) -> tuple[str, ...]:
    """Name the fields of ``asked`` that the ticket does not hold; fields it does not model are left out."""
    return tuple(name for name, value in asked.items() if getattr(ticket, name, value) != value)


def with_asked(ticket: Ticket, wish: Wish) -> Ticket:
    """Give the ticket as it will be once AutoTask shows the write: used when reading back fails."""
    known = {name: value for name, value in wish.asked.items() if name in Ticket.__struct_fields__}
    return replace(ticket, **known)
