"""Subscriptions. Every write raises the generation of the tenant's book."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy import false as no

from attms_core.model import Event, Lane, Mode, Subscription, SubscriptionId, TenantId
from attms_core.store import books, filters
from attms_core.store.build import Among, number, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import subscriptions
from attms_core.store.statement import Statement
from attms_core.store.values import moment, packed, stamp, unpacked

_s = subscriptions.c
_KEPT = (
    *(_s.lane, _s.about, _s.words, _s.filter, _s.events, _s.mode, _s.is_paused),
    *(_s.created_by, _s.created_by_name, _s.created_at),
)
_COLUMNS = (_s.id, *_KEPT)
_ours = _s.tenant == words("tenant")
_BY_ID = Statement("a subscription", select(*_COLUMNS).where(_ours, _s.id == number("id")))
_LOAD = Statement("some subscriptions", select(*_COLUMNS).where(_ours, Among(_s.id, "ids")))
_OF_LANE = Statement(
    "subscriptions of a lane", select(*_COLUMNS).where(_ours, _s.lane == words("lane")).order_by(_s.id)
)
_ALL = Statement("subscriptions", select(*_COLUMNS).where(_ours).order_by(_s.lane, _s.id))
_ACTIVE = Statement("active subscriptions", select(*_COLUMNS).where(_ours, _s.is_paused == no()).order_by(_s.id))
_COUNT = Statement("count subscriptions", select(func.count()).select_from(subscriptions).where(_ours))
_ADD = Statement(
    "add a subscription",
    insert(subscriptions).returning(_s.id),
    columns=["tenant", *(column.name for column in _KEPT), "changed_at"],
)
_CHANGE = Statement(
    "change a subscription",
    update(subscriptions).where(_s.tenant == words("of_tenant"), _s.id == number("of_id")),
    columns=[*(column.name for column in _KEPT), "changed_at"],
)
_REMOVE = Statement(
    "remove a subscription",
    delete(subscriptions).where(_s.tenant == words("of_tenant"), _s.id == number("of_id")),
)
_MAKERS = Statement(
    "makers of subscriptions", select(_s.id, _s.created_by, _s.is_paused).where(_ours, Among(_s.id, "ids"))
)


def get(tx: Tx, tenant: TenantId, id: SubscriptionId) -> Subscription | None:  # noqa: A002 - the word of the field
    """Give a subscription."""
    row = tx.one(_BY_ID, tenant=tenant, id=id)
    return _decode(tenant, row) if row else None


def makers(tx: Tx, tenant: TenantId, ids: Sequence[SubscriptionId]) -> dict[SubscriptionId, tuple[str, bool]]:
    """Give who arranged subscriptions, by object id, and whether they are paused; those that are gone are left out."""
    found = tx.all(_MAKERS, tenant=tenant, ids=list(ids))
    return {SubscriptionId(number): (maker, bool(is_paused)) for number, maker, is_paused in found}


def load(tx: Tx, tenant: TenantId, ids: Sequence[SubscriptionId]) -> dict[SubscriptionId, Subscription]:
    """Load subscriptions by number; those that are gone are missing in the answer."""
    found = (_decode(tenant, row) for row in tx.all(_LOAD, tenant=tenant, ids=list(ids)))
    return {one.id: one for one in found}


def of_lane(tx: Tx, tenant: TenantId, lane: Lane) -> list[Subscription]:
    """Give a lane's, the oldest first."""
    return [_decode(tenant, row) for row in tx.all(_OF_LANE, tenant=tenant, lane=lane)]


def everywhere(tx: Tx, tenant: TenantId) -> list[Subscription]:
    """Give all, by lane."""
    return [_decode(tenant, row) for row in tx.all(_ALL, tenant=tenant)]


def active(tx: Tx, tenant: TenantId) -> list[Subscription]:
    """Give all that are not paused, the oldest first."""
    return [_decode(tenant, row) for row in tx.all(_ACTIVE, tenant=tenant)]


def count(tx: Tx, tenant: TenantId) -> int:
    """Count all."""
    row = tx.one(_COUNT, tenant=tenant)
    return int(row[0]) if row else 0


def add(tx: Tx, subscription: Subscription) -> Subscription:
    """Keep a new one, and tell the number it got."""
    row = _encode(subscription, subscription.created_at)
    made = tx.all(_ADD, tenant=subscription.tenant, **row)
    books.bump(tx, subscription.tenant)
    return replace(subscription, id=SubscriptionId(made[0][0]))


def put(tx: Tx, subscription: Subscription, at: datetime) -> None:
    """Write one that is there anew."""
    row = _encode(subscription, at)
    tx.run(_CHANGE, of_tenant=subscription.tenant, of_id=subscription.id, **row)
    books.bump(tx, subscription.tenant)


def remove(tx: Tx, tenant: TenantId, id: SubscriptionId) -> None:  # noqa: A002 - the word of the field
    """Remove a subscription."""
    tx.run(_REMOVE, of_tenant=tenant, of_id=id)
    books.bump(tx, tenant)


def _encode(subscription: Subscription, at: datetime) -> dict[str, Any]:
    return {
        "lane": subscription.lane,
        "about": subscription.about,
        "words": subscription.words,
        "filter": filters.written(subscription.filter),
        "events": packed(sorted(subscription.events)),
        "mode": subscription.mode,
        "is_paused": subscription.is_paused,
        "created_by": subscription.created_by,
        "created_by_name": subscription.created_by_name,
        "created_at": stamp(subscription.created_at),
        "changed_at": stamp(at),
    }


def _decode(tenant: TenantId, row: tuple[Any, ...]) -> Subscription:
    id_, lane, about, words_, filter_, events, mode, is_paused, created_by, created_by_name, created_at = row
    return Subscription(
        id=id_,
        tenant=tenant,
        lane=lane,
        about=about,
        words=words_,
        filter=filters.read(filter_),
        events=frozenset(Event(event) for event in unpacked(events)),
        mode=Mode(mode),
        is_paused=bool(is_paused),
        created_by=created_by,
        created_by_name=created_by_name,
        created_at=moment(created_at),
    )
