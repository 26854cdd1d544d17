"""Between a ticket and its row."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import and_, case

from attms_core.model import CLOCKS, Listed, TenantId, Ticket, earliest, marks, next_due
from attms_core.store.tables import NEVER, companies, tickets
from attms_core.store.values import moment, packed, stamp, stamp_or_none, unpacked

PLAIN = (
    "id",
    "number",
    "title",
    "company",
    "status",
    "priority",
    "description",
    "resolution",
    "contact",
    "queue",
    "assignee",
    "assignee_role",
    "category",
    "ticket_type",
    "issue_type",
    "sub_issue_type",
    "source",
    "sla",
    "external_id",
    "creator",
    "last_activity_by",
)
MOMENTS = (
    "created",
    "due",
    "first_response_due",
    "first_response_at",
    "resolution_plan_due",
    "resolution_plan_at",
    "resolved_due",
    "resolved_at",
    "completed_at",
    "last_activity",
    "last_modified",
)
_plain, _moments = attrgetter(*PLAIN), attrgetter(*MOMENTS)
_NAMES = (*PLAIN, *MOMENTS, "sla_paused_hours", "udfs")
_NO_UDFS = packed({})
COLUMNS = tuple(tickets.c[name] for name in _NAMES)
"""What ``decode`` wants, in its order."""
_t = tickets.c
LISTED = (
    *(_t.id, _t.number, _t.title, _t.company, companies.c.name, _t.status, _t.priority, _t.queue, _t.assignee),
    *(_t.created, _t.is_open, _t.sla_paused_hours, _t.next_due, _t.due),
    case((_t.first_response_at.is_(None), _t.first_response_due)),
    case((_t.resolved_at.is_(None), _t.resolved_due)),
    case((_t.resolution_plan_at.is_(None), _t.resolution_plan_due)),
)
"""What ``decode_listed`` wants, in its order; more may follow."""
NAMED = and_(companies.c.tenant == _t.tenant, companies.c.id == _t.company)
"""The company of a ticket, for its name."""


class Part(NamedTuple):
    """A part of a list."""

    rows: list[Listed]
    total: int
    """How long the whole list is, as far as it was counted."""
    counted_to: int
    """A total of so many means: so many or more."""


def encode(tenant: TenantId, ticket: Ticket) -> dict[str, Any]:
    """Give the row of a ticket. Its notes count as never synced, which an upsert does not write over."""
    due, ahead = next_due(ticket), marks(ticket)
    paused = ticket.sla_paused_hours
    return {
        "tenant": tenant,
        **dict(zip(PLAIN, _plain(ticket), strict=True)),
        **dict(zip(MOMENTS, map(stamp_or_none, _moments(ticket)), strict=True)),
        "sla_paused_hours": None if paused is None else str(paused),
        "udfs": packed(dict(ticket.udfs)),
        "is_open": not ticket.is_complete,
        "next_due": stamp(due[1]) if due else NEVER,
        "notes_synced_at": None,
        "level_at": stamp(ahead[0].at) if ahead else None,
    }


def decode(row: tuple[Any, ...]) -> Ticket:
    """Read a ticket back."""
    fields: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    for name in MOMENTS:
        if (value := fields[name]) is not None:
            fields[name] = moment(value)
    if (paused := fields["sla_paused_hours"]) is not None:
        fields["sla_paused_hours"] = Decimal(paused)
    fields["udfs"] = unpacked(fields["udfs"]) if fields["udfs"] != _NO_UDFS else {}
    return Ticket(**fields)


@lru_cache(maxsize=1024)
def decode_listed(row: tuple[Any, ...]) -> Listed:
    """Read a row of a list: of its due times only the one that is shown is made a moment.

    What it made of the latest rows is kept: most lists are asked for again before their tickets move.
    """
    ticket, number, title, company, name, status, priority, queue, assignee, created, is_open, paused = row[:12]
    return Listed(
        id=ticket,
        number=number,
        title=title,
        company=company,
        company_name=name,
        status=status,
        priority=priority,
        queue=queue,
        assignee=assignee,
        created=None if created is None else moment(created),
        next=_next(row[13:17], row[12]) if is_open else None,
        is_paused=paused is not None and Decimal(paused) != 0,
    )


def _next(unmet: Sequence[int | None], soonest: int) -> tuple[str, datetime] | None:
    """Name the clock that is due first; the row tells when unless it is paused."""
    if soonest != NEVER:
        return CLOCKS[unmet.index(soonest)], moment(soonest)
    found = earliest(unmet)
    return (found[0], moment(found[1])) if found else None
