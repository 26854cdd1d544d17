"""Service levels that tickets reach as time passes. What it costs grows with what is near, not with tickets.

Levels are told up to the moment at which AutoTask answered last: what was met meanwhile may not have been read yet.
"""

from collections.abc import Sequence
from datetime import datetime

from attms_core.mirror.authors import UNKNOWN
from attms_core.mirror.ground import Ground
from attms_core.mirror.news import News
from attms_core.mirror.positions import Positions
from attms_core.mirror.progress import POLL
from attms_core.model import Change, Mark, TenantId, Ticket, marks
from attms_core.store import levels
from attms_core.store.database import Tx

AT_ONCE = 100
"""Tickets in one transaction."""


class Watch:
    """Looks whether a level was reached: 75 %, 90 % or all of the time until the next due time, each told once."""

    def __init__(self, ground: Ground, *, positions: Positions) -> None:
        self._database = ground.database
        self._positions = positions
        self._tenant = ground.tenant
        self._news = ground.news

    async def look(self) -> int:
        """Tell the levels that were reached since the last look, and say how many. Costs one read when there are none.

        A look that is cut off leaves the tickets that it has not come to for the next one.
        """
        until = (await self._positions.get(POLL)).checked_at
        if until is None or not await self._database.read(lambda tx: levels.is_any_near(tx, self._tenant, until)):
            return 0
        count, looked = 0, AT_ONCE
        while looked == AT_ONCE:
            looked, found = await self._database.write(lambda tx: _look(tx, self._tenant, until, self._news))
            self._news.told(found)
            count += len(found)  # and not what was found: after a sleep of days there may be a great deal
        return count


def _look(tx: Tx, tenant: TenantId, until: datetime, kept: News) -> tuple[int, list[Change]]:
    """Tell the levels of a few tickets, and how many these were."""
    near = levels.near(tx, tenant, until, AT_ONCE)
    told = levels.reached(tx, tenant, [ticket.id for ticket, _ in near])
    left = {ticket.id: [m for m in marks(ticket) if (ticket.id, m.clock, m.level) not in told] for ticket, _ in near}
    reached = {ticket: [mark for mark in some if mark.at <= until] for ticket, some in left.items()}
    levels.add(tx, tenant, reached)
    levels.look_at(tx, tenant, {ticket: _next(some, until) for ticket, some in left.items()})
    news = [_change(ticket, mark, until) for ticket, was_seen in near if was_seen for mark in reached[ticket.id]]
    kept.keep(tx, news)
    return len(near), news


def _next(some: Sequence[Mark], until: datetime) -> datetime | None:
    return next((mark.at for mark in some if mark.at > until), None)


def _change(ticket: Ticket, mark: Mark, until: datetime) -> Change:
    """Tell of a level. One that lay in the past already when the ticket moved was reached by that move."""
    at = min(max(mark.at, ticket.freshness or mark.at), until)
    return Change(ticket=ticket.id, what=mark.level, before=None, after=mark.clock, author=UNKNOWN, at=at)
