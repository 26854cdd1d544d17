"""Which service levels tickets have reached. Rows are added, never changed, and forgotten with all else of a ticket.

When to look again stands by the ticket.

What a level is and when it is reached is told by the model.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update

from attms_core.model import Level, Mark, TenantId, Ticket, TicketId, marks
from attms_core.store.build import Among, insert_if_new, number, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import changes, levels, tickets
from attms_core.store.ticket_rows import COLUMNS, decode
from attms_core.store.values import stamp, stamp_or_none

UNSEEN = 0
"""``level_at`` of tickets that were here before anybody looked for levels."""

_t, _l = tickets.c, levels.c
_near = (_t.tenant == words("tenant"), _t.level_at <= number("until"))
_IS_ANY_NEAR = Statement("is any level near", select(_t.id).where(*_near).limit(1))
_NEAR = Statement(
    "tickets near a level", select(_t.level_at, *COLUMNS).where(*_near).order_by(_t.level_at).limit(number("most"))
)
_REACHED = Statement(
    "levels of tickets",
    select(_l.ticket, _l.clock, _l.level).where(_l.tenant == words("tenant"), Among(_l.ticket, "tickets")),
)
_ADD = insert_if_new(levels)
_LOOK_AT = Statement(
    "look for a level at",
    update(tickets).where(_t.tenant == words("of_tenant"), _t.id == number("of_id")).values(level_at=number("at")),
)


_of_the_same = (changes.c.tenant == _l.tenant, changes.c.ticket == _l.ticket)
_FORGET = Statement(
    "forget levels of tickets that are gone",
    delete(levels).where(
        _l.tenant == words("tenant"),
        ~exists().where(_t.tenant == _l.tenant, _t.id == _l.ticket),
        ~exists().where(*_of_the_same),
    ),
)


def is_any_near(tx: Tx, tenant: TenantId, until: datetime) -> bool:
    """Say whether there is a ticket to look at."""
    return tx.one(_IS_ANY_NEAR, tenant=tenant, until=stamp(until)) is not None


def near(tx: Tx, tenant: TenantId, until: datetime, limit: int) -> list[tuple[Ticket, bool]]:
    """Give tickets that may have reached a level by then, the longest waiting first.

    Each with whether levels were looked for ever since it came; else it was here before.
    """
    rows = tx.all(_NEAR, tenant=tenant, until=stamp(until), most=limit)
    return [(decode(row[1:]), row[0] > UNSEEN) for row in rows]


def reached(tx: Tx, tenant: TenantId, ids: Sequence[TicketId]) -> frozenset[tuple[TicketId, str, Level]]:
    """Give the levels that tickets have reached: ticket, clock and level."""
    rows = tx.all(_REACHED, tenant=tenant, tickets=ids)
    return frozenset((TicketId(ticket), clock, Level(level)) for ticket, clock, level in rows)


def add(tx: Tx, tenant: TenantId, found: Mapping[TicketId, Sequence[Mark]]) -> None:
    """Keep levels that were reached; those that are here already stay."""
    rows = [
        {"tenant": tenant, "ticket": ticket, "clock": mark.clock, "level": mark.level}
        for ticket, some in found.items()
        for mark in some
    ]
    tx.many(_ADD, rows)


def pass_over(tx: Tx, tenant: TenantId, some: Iterable[Ticket], until: datetime) -> None:
    """Keep the levels that tickets had reached by then, before anybody looked: nobody is told of those."""
    add(tx, tenant, {ticket.id: [mark for mark in marks(ticket) if mark.at <= until] for ticket in some})


def look_at(tx: Tx, tenant: TenantId, when: Mapping[TicketId, datetime | None]) -> None:
    """Say when to look at tickets again; never for none."""
    rows = [{"of_tenant": tenant, "of_id": ticket, "at": stamp_or_none(at)} for ticket, at in when.items()]
    tx.many(_LOOK_AT, rows)


def forget(tx: Tx, tenant: TenantId) -> int:
    """Drop the levels of tickets of which nothing else is known, no change either; give how many they were."""
    return tx.run(_FORGET, tenant=tenant)
