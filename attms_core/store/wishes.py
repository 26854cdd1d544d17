"""Wishes: each step stored before the next begins. The rows are the audit log as well and are never deleted here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import to_builtins
from sqlalchemy import func, select, update

from attms_core.model import Outcome, PersonKey, TenantId, TicketId, Wish, WishId, WishKind, WishState
from attms_core.model.wish import Value
from attms_core.store.build import Among, insert_if_new, number, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import wishes
from attms_core.store.values import moment, moment_or_none, packed, stamp, stamp_or_none, unpacked

_w = wishes.c
_COLUMNS = (
    *(_w.id, _w.tenant, _w.key, _w.kind, _w.person_tenant, _w.person_object, _w.person_name, _w.resource),
    *(_w.ticket, _w.before, _w.asked, _w.state, _w.outcome, _w.conversation, _w.message, _w.asked_at, _w.ended_at),
)
_ours = _w.tenant == words("tenant")
_LIVE = (WishState.ASKED, WishState.SENT)
_ADD = insert_if_new(wishes)
_GET = Statement("a wish", select(*_COLUMNS).where(_ours, _w.id == words("id")))
_BY_KEY = Statement("a wish by its key", select(*_COLUMNS).where(_ours, _w.key == words("key")))
_MOVE = Statement(
    "move a wish",
    update(wishes)
    .where(_w.tenant == words("of_tenant"), _w.id == words("of_id"), Among(_w.state, "expected"))
    .values(
        state=words("to_state"),
        outcome=func.coalesce(words("to_outcome"), _w.outcome),
        before=func.coalesce(words("to_before"), _w.before),
        ended_at=func.coalesce(number("to_ended_at"), _w.ended_at),
        about=func.coalesce(number("to_about"), _w.about),
    ),
)
_UNFINISHED = Statement(
    "unfinished wishes",
    select(*_COLUMNS).where(_ours, Among(_w.state, "states")).order_by(_w.asked_at, _w.id),
)
_EXPLAINING = Statement(
    "wishes that explain",
    select(*_COLUMNS)
    .where(
        _ours,
        Among(_w.about, "tickets"),
        Among(_w.state, "states"),
        func.coalesce(_w.ended_at, _w.asked_at) >= number("since"),
    )
    .order_by(_w.asked_at.desc(), _w.id.desc()),
)
_LAST = Statement(
    "last wishes",
    select(*_COLUMNS).where(_ours).order_by(_w.asked_at.desc(), _w.id.desc()).limit(number("most")),
)


def add(tx: Tx, wish: Wish) -> Wish | None:
    """Store a wish. None when it is stored now, else the earlier wish of the same key (or id): nothing is changed."""
    if tx.run(_ADD, **_encode(wish)):
        return None
    return by_key(tx, wish.tenant, wish.key) or get(tx, wish.tenant, wish.id)


def get(tx: Tx, tenant: TenantId, id: WishId) -> Wish | None:  # noqa: A002 - the word of the field
    """Give a wish by its id."""
    row = tx.one(_GET, tenant=tenant, id=id)
    return _decode(row) if row else None


def by_key(tx: Tx, tenant: TenantId, key: str) -> Wish | None:
    """Give the wish that was made with this key."""
    row = tx.one(_BY_KEY, tenant=tenant, key=key)
    return _decode(row) if row else None


def move(
    tx: Tx,
    tenant: TenantId,
    id: WishId,  # noqa: A002 - the word of the field
    *,
    expect: Sequence[WishState],
    to: WishState,
    outcome: Outcome | None = None,
    before: Mapping[str, Value] | None = None,
    ended_at: datetime | None = None,
) -> bool:
    """Move a wish on if it is in one of the expected states; say whether it was. What is not given stays."""
    moved = tx.run(
        _MOVE,
        of_tenant=tenant,
        of_id=id,
        expected=list(expect),
        to_state=to,
        to_outcome=None if outcome is None else packed(to_builtins(outcome)),
        to_before=None if before is None else packed(dict(before)),
        to_ended_at=stamp_or_none(ended_at),
        to_about=outcome.ticket if outcome else None,
    )
    return moved == 1


def unfinished(tx: Tx, tenant: TenantId) -> list[Wish]:
    """Give the wishes that are asked or sent and no more, the oldest first."""
    return [_decode(row) for row in tx.all(_UNFINISHED, tenant=tenant, states=_LIVE)]


def explaining(tx: Tx, tenant: TenantId, ticket: TicketId, since: datetime) -> list[Wish]:
    """Give the sent or done wishes about a ticket that ended (or, still under way, were asked) at or after ``since``.

    The newest first. A wish that created the ticket is about it once its outcome says so.
    """
    states = (WishState.SENT, WishState.DONE)
    rows = tx.all(_EXPLAINING, tenant=tenant, tickets=[ticket], states=states, since=stamp(since))
    return [_decode(row) for row in rows]


def done_since(tx: Tx, tenant: TenantId, tickets: Sequence[TicketId], since: datetime) -> list[Wish]:
    """Give the wishes about these tickets that were done at or after ``since``, the newest first."""
    rows = tx.all(_EXPLAINING, tenant=tenant, tickets=list(tickets), states=(WishState.DONE,), since=stamp(since))
    return [_decode(row) for row in rows]


def last(tx: Tx, tenant: TenantId, limit: int) -> list[Wish]:
    """Give the last wishes that were asked, the newest first."""
    return [_decode(row) for row in tx.all(_LAST, tenant=tenant, most=limit)]


def _encode(wish: Wish) -> dict[str, Any]:
    return {
        "id": wish.id,
        "tenant": wish.tenant,
        "key": wish.key,
        "kind": wish.kind,
        "person_tenant": wish.person.tenant,
        "person_object": wish.person.object_id,
        "person_name": wish.person_name,
        "resource": wish.resource,
        "ticket": wish.ticket,
        "before": packed(dict(wish.before)),
        "asked": packed(dict(wish.asked)),
        "state": wish.state,
        "outcome": packed(to_builtins(wish.outcome)),
        "conversation": wish.conversation,
        "message": wish.message,
        "asked_at": stamp(wish.asked_at),
        "ended_at": stamp_or_none(wish.ended_at),
        "about": wish.outcome.ticket if wish.ticket is None else wish.ticket,
    }


def _decode(row: tuple[Any, ...]) -> Wish:
    id_, tenant, key, kind, person_tenant, person_object, person_name, resource, *rest = row
    ticket, before, asked, state, outcome, conversation, message, asked_at, ended_at = rest
    came: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in unpacked(outcome).items()}
    return Wish(
        id=id_,
        tenant=tenant,
        key=key,
        kind=WishKind(kind),
        person=PersonKey(person_tenant, person_object),
        person_name=person_name,
        resource=resource,
        ticket=ticket,
        before=unpacked(before),
        asked=unpacked(asked),
        state=WishState(state),
        outcome=Outcome(**came),
        conversation=conversation,
        message=message,
        asked_at=moment(asked_at),
        ended_at=moment_or_none(ended_at),
    )
