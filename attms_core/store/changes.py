"""What has happened to tickets and opportunities. Rows are added, never changed, and forgotten when they are old."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, insert, select, tuple_

from attms_core.model import Author, AuthorKind, Change, ChangeId, Kept, TenantId, TicketId
from attms_core.store.build import Among, number, words
from attms_core.store.database import Tx
from attms_core.store.statement import LARGEST, Statement
from attms_core.store.tables import changes
from attms_core.store.values import moment, packed, stamp, unpacked

_c = changes.c
_COLUMNS = (
    *(_c.ticket, _c.opportunity, _c.what, _c.before, _c.after),
    *(_c.author_kind, _c.author_id, _c.author_wish, _c.at, _c.note, _c.entry),
)
_ADD = Statement(
    "add a change",
    insert(changes).returning(_c.id),
    columns=["tenant", *(column.name for column in _COLUMNS)],
)
_OF_TICKET = Statement(
    "changes of a ticket",
    select(*_COLUMNS)
    .where(_c.tenant == words("tenant"), _c.ticket == number("ticket"))
    .order_by(_c.at.desc(), _c.id.desc())
    .limit(number("most")),
)
_SINCE = Statement(
    "changes of tickets since",
    select(*_COLUMNS)
    .where(_c.tenant == words("tenant"), Among(_c.ticket, "tickets"), _c.at >= number("since"))
    .order_by(_c.at.desc(), _c.id.desc())
    .limit(number("most")),
)


_BY_ID = Statement(
    "changes by their numbers",
    select(_c.id, *_COLUMNS).where(_c.tenant == words("tenant"), Among(_c.id, "ids")).order_by(_c.id),
)


_LATEST = Statement(
    "the latest changes",
    select(_c.id, *_COLUMNS)
    .where(
        _c.tenant == words("tenant"),
        _c.at >= number("since"),
        tuple_(_c.at, _c.id) < tuple_(number("before_at"), number("before_id")),
    )
    .order_by(_c.at.desc(), _c.id.desc())
    .limit(number("most")),
)
_FIRST = Statement("the first change", select(_c.at).where(_c.tenant == words("tenant")).order_by(_c.at).limit(1))
_OLD = select(_c.id).where(_c.tenant == words("tenant"), _c.at < number("before")).order_by(_c.at).limit(number("most"))
_FORGET = Statement("forget old changes", delete(changes).where(_c.id.in_(_OLD)))


def add(tx: Tx, tenant: TenantId, changes: Sequence[Change]) -> list[ChangeId]:
    """Keep facts, in the order in which they are given, and tell the numbers they got."""
    found = (tx.one(_ADD, **_encode(tenant, change)) for change in changes)
    return [ChangeId(row[0]) for row in found if row is not None]


def by_id(tx: Tx, tenant: TenantId, ids: Sequence[ChangeId]) -> dict[ChangeId, Change]:
    """Give changes by their numbers; those that are kept no longer are left out."""
    return {ChangeId(row[0]): _decode(row[1:]) for row in tx.all(_BY_ID, tenant=tenant, ids=list(ids))}


def latest(tx: Tx, tenant: TenantId, since: datetime, *, before: Kept | None = None, limit: int = 500) -> list[Kept]:
    """Give what happened at or after ``since``, the newest first; with ``before`` only what happened before that."""
    at, id_ = (stamp(before.change.at), before.id) if before else (LARGEST, LARGEST)
    rows = tx.all(_LATEST, tenant=tenant, since=stamp(since), before_at=at, before_id=id_, most=limit)
    return [Kept(id=ChangeId(row[0]), change=_decode(row[1:])) for row in rows]


def first_at(tx: Tx, tenant: TenantId) -> datetime | None:
    """Say when the first change happened that is known; none before any."""
    row = tx.one(_FIRST, tenant=tenant)
    return moment(row[0]) if row else None


def forget(tx: Tx, tenant: TenantId, before: datetime, limit: int) -> int:
    """Drop the oldest of what happened before a moment; give how many they were."""
    return tx.run(_FORGET, tenant=tenant, before=stamp(before), most=limit)


def of_ticket(tx: Tx, tenant: TenantId, ticket: TicketId, *, limit: int = 50) -> list[Change]:
    """Give what happened to a ticket, the newest first."""
    return [_decode(row) for row in tx.all(_OF_TICKET, tenant=tenant, ticket=ticket, most=limit)]


def of_tickets_since(
    tx: Tx, tenant: TenantId, tickets: Sequence[TicketId], since: datetime, *, limit: int
) -> list[Change]:
    """Give what happened to some tickets at or after a moment, the newest first."""
    return [
        _decode(row) for row in tx.all(_SINCE, tenant=tenant, tickets=list(tickets), since=stamp(since), most=limit)
    ]


def _encode(tenant: TenantId, change: Change) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "ticket": change.ticket,
        "opportunity": change.opportunity,
        "what": change.what,
        "before": packed(change.before),
        "after": packed(change.after),
        "author_kind": change.author.kind,
        "author_id": change.author.id,
        "author_wish": change.author.wish,
        "at": stamp(change.at),
        "note": change.note,
        "entry": change.entry,
    }


_value = lru_cache(maxsize=4_096)(unpacked)  # few different ones, met again and again


def _decode(row: tuple[Any, ...]) -> Change:
    ticket, opportunity, what, before, after, kind, id_, wish, at, note, entry = row
    return Change(
        ticket=ticket,
        opportunity=opportunity,
        what=what,
        before=_value(before),
        after=_value(after),
        author=Author(AuthorKind(kind), id_, wish),
        at=moment(at),
        note=note,
        entry=entry,
    )
