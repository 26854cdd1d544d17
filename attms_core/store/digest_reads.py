"""What digests are made of: reads along indexes, each with its limit. When digests are due stands in ``digests``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, case, func, or_, select, true

from attms_core.model import Level, Listed, TenantId, TicketId
from attms_core.model.change import CREATED
from attms_core.model.ticket import COMPLETE, CUSTOMER_VISIBLE
from attms_core.store.build import Among, number, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import changes, companies, notes, tickets
from attms_core.store.ticket_rows import LISTED, decode_listed
from attms_core.store.values import moment, packed, stamp, unpacked

State = Mapping[str, Any]
"""A ticket's fields by our names, as ``STATED`` lists them."""
_t, _n, _c = tickets.c, notes.c, changes.c
_open = (_t.tenant == words("tenant"), _t.is_open == true())
_LISTED = Statement(
    "tickets as rows",
    select(*LISTED)
    .outerjoin(companies, and_(companies.c.tenant == _t.tenant, companies.c.id == _t.company))
    .where(_t.tenant == words("tenant"), Among(_t.id, "ids"))
    .order_by(_t.next_due, _t.id),
)
STATED = (
    *("title", "queue", "status", "priority", "company", "contact", "assignee", "source", "ticket_type", "issue_type"),
    *("sub_issue_type", "category", "sla", "creator", "udfs"),
)
"""Fields by which tickets are covered or not: no long texts, no moments."""
_STATE = (_t.id, *(_t[name] for name in STATED))
_STATES = Statement("states of tickets", select(*_STATE).where(_t.tenant == words("tenant"), Among(_t.id, "ids")))
_OPEN = Statement(
    "states of open tickets", select(*_STATE).where(*_open).order_by(_t.next_due, _t.id).limit(number("most"))
)
_UNTOUCHED = Statement(
    "tickets that nobody touches",
    select(_t.id, _t.last_activity)
    .where(*_open, _t.last_activity < number("before"))
    .order_by(_t.last_activity, _t.id)
    .limit(number("most")),
)
_UNASSIGNED = Statement(
    "tickets that nobody has",
    select(_t.id).where(*_open, _t.assignee.is_(None)).order_by(_t.id).limit(number("most")),
)
_COUNTS = {
    "queue": Statement("open tickets by queue", select(_t.queue, func.count()).where(*_open).group_by(_t.queue)),
    "assignee": Statement(
        "open tickets by technician", select(_t.assignee, func.count()).where(*_open).group_by(_t.assignee)
    ),
}
_MILESTONES = Statement(
    "created, completed and late tickets",
    select(_c.ticket, _c.what)
    .where(
        _c.tenant == words("tenant"),
        _c.at >= number("since"),
        _c.ticket.is_not(None),
        or_(
            Among(_c.what, "whats"),
            and_(_c.what == words("status"), _c.after == words("complete")),
        ),
    )
    .order_by(_c.at.desc(), _c.id.desc())
    .limit(number("most")),
)
_is_customers = and_(_n.creator.is_(None), _n.contact.is_not(None))
_is_ours = and_(_n.creator.is_not(None), _n.publish == number("visible"))
_ANSWERS = Statement(
    "who wrote last",
    select(_n.ticket, func.max(case((_is_customers, _n.created))), func.max(case((_is_ours, _n.created))))
    .where(_n.tenant == words("tenant"), Among(_n.ticket, "tickets"))
    .group_by(_n.ticket),
)


def listed(tx: Tx, tenant: TenantId, ids: Sequence[TicketId]) -> list[Listed]:
    """Give tickets as rows, the next due first; those that are not here are missing."""
    return [decode_listed(row) for row in tx.all(_LISTED, tenant=tenant, ids=list(ids))]


def states(tx: Tx, tenant: TenantId, ids: Sequence[TicketId]) -> dict[TicketId, State]:
    """Give what is known of tickets for covering them; those that are not here are missing."""
    return {TicketId(row[0]): _state(row) for row in tx.all(_STATES, tenant=tenant, ids=list(ids))}


def open_states(tx: Tx, tenant: TenantId, *, limit: int) -> list[State]:
    """Give what is known of open tickets, the next due first."""
    return [_state(row) for row in tx.all(_OPEN, tenant=tenant, most=limit)]


def untouched(tx: Tx, tenant: TenantId, before: datetime, *, limit: int) -> dict[TicketId, datetime]:
    """Give open tickets without any activity since, and when the last one was: the longest first."""
    found = tx.all(_UNTOUCHED, tenant=tenant, before=stamp(before), most=limit)
    return {TicketId(ticket): moment(at) for ticket, at in found}


def unassigned(tx: Tx, tenant: TenantId, *, limit: int) -> list[TicketId]:
    """Give open tickets that nobody has, the oldest first."""
    return [TicketId(row[0]) for row in tx.all(_UNASSIGNED, tenant=tenant, most=limit)]


def counts(tx: Tx, tenant: TenantId, by: Literal["queue", "assignee"]) -> dict[int | None, int]:
    """Count open tickets by queue or by who has them."""
    return {value: int(count) for value, count in tx.all(_COUNTS[by], tenant=tenant)}


def milestones(tx: Tx, tenant: TenantId, since: datetime, *, limit: int) -> list[tuple[TicketId, str]]:
    """Give tickets that were ``created``, completed (``status``) or late (``sla-breached``) since, the latest first."""
    found = tx.all(
        _MILESTONES,
        tenant=tenant,
        since=stamp(since),
        whats=[CREATED, Level.BREACHED.value],
        status="status",
        complete=packed(COMPLETE),
        most=limit,
    )
    return [(TicketId(ticket), what) for ticket, what in found]


def waiting(tx: Tx, tenant: TenantId, ids: Sequence[TicketId]) -> Mapping[TicketId, datetime]:
    """Give the tickets on which the customer wrote last, and when: what customers cannot read is no answer to them."""
    found = tx.all(_ANSWERS, tenant=tenant, tickets=list(ids), visible=CUSTOMER_VISIBLE)
    return {
        TicketId(ticket): moment(theirs)
        for ticket, theirs, ours in found
        if theirs is not None and (ours is None or ours < theirs)
    }


def _state(row: tuple[Any, ...]) -> State:
    state = dict(zip(STATED, row[1:], strict=True))
    state["udfs"] = unpacked(state["udfs"])
    return state
