"""Notes of tickets."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from attms_core.model import Note, NoteId, TenantId, TicketId
from attms_core.store.build import Among, upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import notes
from attms_core.store.values import moment_or_none, stamp_or_none

_n = notes.c
_COLUMNS = (
    *(_n.id, _n.ticket, _n.title, _n.text, _n.note_type, _n.publish, _n.creator, _n.contact),
    *(_n.created, _n.last_activity),
)
_ours = _n.tenant == words("tenant")
_OF_TICKET = Statement(
    "notes of a ticket",
    select(*_COLUMNS).where(_ours, Among(_n.ticket, "tickets")).order_by(_n.created.desc().nulls_last(), _n.id.desc()),
)
_LOAD = Statement("load notes", select(*_COLUMNS).where(_ours, Among(_n.id, "ids")))
_PUT = upsert(notes, ["tenant", "id"])


def of_ticket(tx: Tx, tenant: TenantId, ticket: TicketId) -> list[Note]:
    """Give a ticket's notes, the newest first."""
    return [_decode(row) for row in tx.all(_OF_TICKET, tenant=tenant, tickets=[ticket])]


def load(tx: Tx, tenant: TenantId, ids: Sequence[NoteId]) -> dict[NoteId, Note]:
    """Load notes by id; those that are not here are missing in the answer."""
    return {note.id: note for note in map(_decode, tx.all(_LOAD, tenant=tenant, ids=ids))}


def put(tx: Tx, tenant: TenantId, notes: Sequence[Note]) -> None:
    """Write notes over what is there."""
    tx.many(_PUT, [_encode(tenant, note) for note in notes])


def _encode(tenant: TenantId, note: Note) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "id": note.id,
        "ticket": note.ticket,
        "title": note.title,
        "text": note.text,
        "note_type": note.note_type,
        "publish": note.publish,
        "creator": note.creator,
        "contact": note.contact,
        "created": stamp_or_none(note.created),
        "last_activity": stamp_or_none(note.last_activity),
    }


def _decode(row: tuple[Any, ...]) -> Note:
    id_, ticket, title, text, note_type, publish, creator, contact, created, last_activity = row
    return Note(
        id=id_,
        ticket=ticket,
        title=title,
        text=text,
        note_type=note_type,
        publish=publish,
        creator=creator,
        contact=contact,
        created=moment_or_none(created),
        last_activity=moment_or_none(last_activity),
    )
