"""Tickets: written by the mirror, read by everybody. Lists are in ``ticket_pages``, columns in ``ticket_rows``."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import delete as sql_delete
from sqlalchemy import false, func, select, true, update

from attms_core.model import ResourceId, TenantId, Ticket, TicketId
from attms_core.store import ticket_words
from attms_core.store.build import Among, number, upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import NEVER, notes, tickets, time_entries
from attms_core.store.ticket_pages import page
from attms_core.store.ticket_rows import COLUMNS, Part, decode, encode
from attms_core.store.values import moment_or_none, stamp

__all__ = [
    "Part",
    "busiest_assignees",
    "by_number",
    "completed",
    "count",
    "delete",
    "ids_without_notes",
    "load",
    "mark_notes_synced",
    "notes_synced",
    "open_ids",
    "page",
    "put",
]

_t = tickets.c
_ours = _t.tenant == words("tenant")
_open = _t.is_open == true()

_LOAD = Statement("load tickets", select(*COLUMNS).where(_ours, Among(_t.id, "ids")))
_BY_NUMBER = Statement(
    "ticket by number",
    select(*COLUMNS).where(_ours, _t.number == words("number")).order_by(_t.id.desc()).limit(1),
)
_PUT = upsert(tickets, ["tenant", "id"], keep=["notes_synced_at"])
_DELETE = Statement("delete tickets", sql_delete(tickets).where(_ours, Among(_t.id, "ids")))
_DELETE_NOTES = Statement(
    "delete notes of tickets",
    sql_delete(notes).where(notes.c.tenant == words("tenant"), Among(notes.c.ticket, "ids")),
)
_DELETE_ENTRIES = Statement(
    "delete time entries of tickets",
    sql_delete(time_entries).where(time_entries.c.tenant == words("tenant"), Among(time_entries.c.ticket, "ids")),
)
_OPEN_IDS = Statement("open tickets", select(_t.id).where(_ours, _open))
# Along the index that has them by their ids: a completed ticket has no due time.
_COMPLETED = Statement(
    "completed tickets",
    select(_t.id, _t.created, _t.completed_at, _t.last_activity, _t.last_modified)
    .where(_ours, _t.is_open == false(), _t.next_due == number("never"), _t.id > number("after"))
    .order_by(_t.id)
    .limit(number("most")),
)
_COUNT_OPEN = Statement("count open tickets", select(func.count()).select_from(tickets).where(_ours, _open))
_COUNT_ALL = Statement("count tickets", select(func.count()).select_from(tickets).where(_ours))
_BUSIEST = Statement(
    "busiest assignees",
    select(_t.assignee, func.count().label("load"))
    .where(_ours, _open, _t.assignee.is_not(None))
    .group_by(_t.assignee)
    .order_by(func.count().desc(), _t.assignee),
)
_WITHOUT_NOTES = Statement(
    "tickets without notes",
    select(_t.id).where(_ours, _open, _t.notes_synced_at.is_(None)).order_by(_t.id.desc()).limit(number("most")),
)
_MARK_NOTES = Statement(
    "mark notes as synced",
    update(tickets).where(_t.tenant == words("of_tenant"), Among(_t.id, "ids")).values(notes_synced_at=number("at")),
)
_NOTES_SYNCED = Statement("notes are synced", select(_t.notes_synced_at).where(_ours, Among(_t.id, "ids")))


class Completed(Struct, frozen=True):
    """A completed ticket, as far as its age is concerned."""

    id: TicketId
    created: datetime | None
    moved: datetime | None
    """When anything happened to it last, its completion included; as a last resort when it was created."""


def load(tx: Tx, tenant: TenantId, ids: Sequence[TicketId]) -> dict[TicketId, Ticket]:
    """Load tickets by id; those that the mirror lacks are missing in the answer."""
    return {ticket.id: ticket for ticket in map(decode, tx.all(_LOAD, tenant=tenant, ids=ids))}


def by_number(tx: Tx, tenant: TenantId, number: str) -> Ticket | None:
    """Find a ticket by its number, spelt exactly so; of several the newest."""
    row = tx.one(_BY_NUMBER, tenant=tenant, number=number)
    return decode(row) if row else None


def put(tx: Tx, tenant: TenantId, tickets: Sequence[Ticket]) -> None:
    """Write tickets over what is there, words and next due time included. Of one id the last wins."""
    if not tickets:
        return
    latest = {ticket.id: ticket for ticket in tickets}
    stood = ticket_words.places(tx, tenant, list(latest))
    tx.many(_PUT, [encode(tenant, ticket) for ticket in latest.values()])
    ticket_words.put(tx, tenant, list(latest.values()), stood)


def delete(tx: Tx, tenant: TenantId, ids: Sequence[TicketId]) -> int:
    """Delete tickets with notes and time; what is known to have happened to them stays. Gives the number of tickets."""
    ticket_words.forget(tx, tenant, ids)
    tx.run(_DELETE_NOTES, tenant=tenant, ids=ids)
    tx.run(_DELETE_ENTRIES, tenant=tenant, ids=ids)
    return tx.run(_DELETE, tenant=tenant, ids=ids)


def open_ids(tx: Tx, tenant: TenantId) -> set[TicketId]:
    """Give the ids of all tickets that are not complete."""
    return {TicketId(row[0]) for row in tx.all(_OPEN_IDS, tenant=tenant)}


def completed(tx: Tx, tenant: TenantId, *, after: TicketId, limit: int) -> list[Completed]:
    """Give the completed tickets that follow upon an id, by their ids."""
    rows = tx.all(_COMPLETED, tenant=tenant, never=NEVER, after=after, most=limit)
    return [
        Completed(TicketId(id_), moment_or_none(created), moment_or_none(max(filter(None, moved), default=created)))
        for id_, created, *moved in rows
    ]


def count(tx: Tx, tenant: TenantId) -> tuple[int, int]:
    """Count the open tickets, and all."""
    still_open, every = tx.one(_COUNT_OPEN, tenant=tenant), tx.one(_COUNT_ALL, tenant=tenant)
    return (still_open[0] if still_open else 0, every[0] if every else 0)


def busiest_assignees(tx: Tx, tenant: TenantId) -> list[tuple[ResourceId, int]]:
    """Count the open tickets of each resource that has any, the most first."""
    return [(ResourceId(row[0]), row[1]) for row in tx.all(_BUSIEST, tenant=tenant)]


def ids_without_notes(tx: Tx, tenant: TenantId, limit: int) -> list[TicketId]:
    """Give open tickets whose notes were never synced, the newest first."""
    return [TicketId(row[0]) for row in tx.all(_WITHOUT_NOTES, tenant=tenant, most=limit)]


def mark_notes_synced(tx: Tx, tenant: TenantId, ids: Sequence[TicketId], at: datetime) -> None:
    """Remember that the notes of tickets are here."""
    tx.run(_MARK_NOTES, of_tenant=tenant, ids=ids, at=stamp(at))


def notes_synced(tx: Tx, tenant: TenantId, id: TicketId) -> bool:  # noqa: A002 - the word of the field
    """Say whether a ticket's notes were ever synced; no for one that is not here."""
    row = tx.one(_NOTES_SYNCED, tenant=tenant, ids=[id])
    return bool(row and row[0] is not None)
