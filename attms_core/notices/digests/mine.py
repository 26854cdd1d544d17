"""What stands in somebody's own digest: their open tickets by what presses, and what others did to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attms_core.model import (
    AuthorKind,
    Change,
    ClockState,
    ContactId,
    Listed,
    Person,
    ResourceId,
    TenantId,
    TicketFilter,
    TicketId,
    clock_at,
)
from attms_core.model.change import CREATED
from attms_core.model.digest import DigestKind
from attms_core.model.digest_sheet import Part, Section, Sheet, SheetLine
from attms_core.people import narrow
from attms_core.store import changes, digest_reads, directory, tickets
from attms_core.store.database import Tx

MOST = 300
"""Open tickets that are looked at, the next due first."""
MOST_CHANGES = 500
PRESSING = (Part.OVERDUE, Part.ANSWERED, Part.PRESSING, Part.TODAY, Part.FRESH)
_OURS = frozenset({AuthorKind.PERSON, AuthorKind.RESOURCE})


def mine(
    tx: Tx, tenant: TenantId, person: Person, *, now: datetime, since: datetime, today: datetime, internal: bool
) -> Sheet:
    """Gather it; ``today`` is the end of the person's day, ``since`` the moment from which things are new."""
    asked = narrow(person, TicketFilter(assignee=person.resource))
    found = tickets.page(tx, tenant, asked, now=now, offset=0, limit=MOST)
    ids = [ticket.id for ticket in found.rows]
    waiting = digest_reads.waiting(tx, tenant, ids)
    parts = {ticket.id: _part(ticket, waiting, now=now, since=since, today=today) for ticket in found.rows}
    is_more = found.total > len(found.rows)
    sections = [
        Section.of(
            part,
            [SheetLine(ticket=each, at=waiting.get(each.id)) for each in found.rows if parts[each.id] is part],
            is_more=is_more,
        )
        for part in PRESSING
    ]
    moved = changes.of_tickets_since(tx, tenant, ids, since, limit=MOST_CHANGES)
    writers = {
        each.author.id for each in moved if each.author.kind is AuthorKind.CONTACT and each.author.id is not None
    }
    sections.append(Section.of(Part.CHANGED, _changed(found.rows, moved, person.resource, internal=internal)))
    return Sheet(
        kind=DigestKind.MINE,
        since=since,
        sections=tuple(each for each in sections if each.lines),
        open=found.total,
        is_more_open=found.total >= found.counted_to,
        contacts=directory.contacts(tx, tenant, [ContactId(each) for each in sorted(writers)]),
    )


def _part(
    ticket: Listed, waiting: Mapping[TicketId, datetime], *, now: datetime, since: datetime, today: datetime
) -> Part | None:
    """Say in which part a ticket stands: the first that fits."""
    due = None if ticket.is_paused or ticket.next is None else ticket.next
    state = clock_at(*due, now, created=ticket.created, is_paused=False).state if due else None
    fits = {
        Part.OVERDUE: state is ClockState.BREACHED,
        Part.ANSWERED: ticket.id in waiting,
        Part.PRESSING: state is ClockState.NEAR,
        Part.TODAY: due is not None and due[1] < today,
        Part.FRESH: ticket.created is not None and ticket.created >= since,
    }
    return next((part for part in PRESSING if fits[part]), None)


def _changed(
    rows: Sequence[Listed], moved: Sequence[Change], me: ResourceId | None, *, internal: bool
) -> list[SheetLine]:
    """Put what others did beside its tickets, the latest first."""
    told: dict[TicketId, list[Change]] = {}
    for change in moved:
        if change.ticket is not None and _is_told(change, me, internal=internal):
            told.setdefault(change.ticket, []).append(change)
    known = {ticket.id: ticket for ticket in rows}
    return [SheetLine(ticket=known[ticket], changes=tuple(those)) for ticket, those in told.items()]


def _is_told(change: Change, me: ResourceId | None, *, internal: bool) -> bool:
    is_own = change.author.kind in _OURS and change.author.id == me
    return not is_own and change.what != CREATED and change.level is None and (internal or not change.is_internal)
