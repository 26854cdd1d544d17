"""What has happened to tickets and opportunities. Rows are added and never changed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from attms_core.model import Author, AuthorKind, Change, ChangeId, OpportunityId, TenantId, TicketId
from attms_core.store.build import Among, number, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
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
    .where(_c.tenant == words("tenant"), Among(_c.ticket, "tickets"))
    .order_by(_c.at.desc(), _c.id.desc())
    .limit(number("most")),
)
_OF_OPPORTUNITY = Statement(
    "changes of an opportunity",
    select(*_COLUMNS)
    .where(_c.tenant == words("tenant"), Among(_c.opportunity, "opportunities"), _c.opportunity.is_not(None))
    .order_by(_c.at.desc(), _c.id.desc())
    .limit(number("most")),
)


_BY_ID = Statement(
    "changes by their numbers",
    select(_c.id, *_COLUMNS).where(_c.tenant == words("tenant"), Among(_c.id, "ids")).order_by(_c.id),
)


def add(tx: Tx, tenant: TenantId, changes: Sequence[Change]) -> list[ChangeId]:
    """Keep facts, in the order in which they are given, and tell the numbers they got."""
    found = (tx.one(_ADD, **_encode(tenant, change)) for change in changes)
    return [ChangeId(row[0]) for row in found if row is not None]


def by_id(tx: Tx, tenant: TenantId, ids: Sequence[ChangeId]) -> dict[ChangeId, Change]:
    """Give changes by their numbers; those that are kept no longer are left out."""
    return {ChangeId(row[0]): _decode(row[1:]) for row in tx.all(_BY_ID, tenant=tenant, ids=list(ids))}


def of_ticket(tx: Tx, tenant: TenantId, ticket: TicketId, *, limit: int = 50) -> list[Change]:
    """Give what happened to a ticket, the newest first."""
    return [_decode(row) for row in tx.all(_OF_TICKET, tenant=tenant, tickets=[ticket], most=limit)]


def of_opportunity(tx: Tx, tenant: TenantId, opportunity: OpportunityId, *, limit: int = 50) -> list[Change]:
    """Give what happened to an opportunity, the newest first."""
    return [_decode(row) for row in tx.all(_OF_OPPORTUNITY, tenant=tenant, opportunities=[opportunity], most=limit)]


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


def _decode(row: tuple[Any, ...]) -> Change:
    ticket, opportunity, what, before, after, kind, id_, wish, at, note, entry = row
    return Change(
        ticket=ticket,
        opportunity=opportunity,
        what=what,
        before=unpacked(before),
        after=unpacked(after),
        author=Author(AuthorKind(kind), id_, wish),
        at=moment(at),
        note=note,
        entry=entry,
    )
