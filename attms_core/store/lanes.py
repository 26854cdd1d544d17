"""Lanes: where notices wait in order, who works on which of them until when, and how much each may still take.

A claim is a lease. Who claims and dies loses it, and who has lost it can settle nothing more: the holder's token tells.
A lane that must wait (Teams asked for it, or its buckets are empty) is held by nobody until then. What waits there is
the business of ``owed``.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Update, and_, false, func, select, update
from sqlalchemy.sql import ClauseElement

from attms_core.model import Lane, TenantId
from attms_core.store.build import Among, number, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import lanes, owed
from attms_core.store.statement import Statement
from attms_core.store.tables import NEVER
from attms_core.store.values import MILLISECOND, moment, stamp

LaneKey = tuple[TenantId, Lane]
_FREE = 0
"""``claimed_until`` of a lane that may be claimed at once."""
NOBODY = ""
WHOLE_TENANT = Lane("")
"""Holds the bucket that all lanes of a tenant share; nothing ever waits there."""


class Fullness(Struct, frozen=True):
    """A lane's token buckets, each as the moment at which it is full again: milliseconds since 1970."""

    second: int = 0
    half_minute: int = 0
    hour: int = 0


class Due(Struct, frozen=True):
    """A lane in which something is due."""

    key: LaneKey
    fullness: Fullness
    trouble: str


class End(Struct, frozen=True, kw_only=True):
    """How the work on a claimed lane ended."""

    key: LaneKey
    fullness: Fullness
    wait_until: datetime | None = None
    """Nothing is sent there before; none when the next may follow at once."""
    trouble: str = ""
    """Why it waits, unless it waits for its buckets alone."""


class Trouble(Struct, frozen=True, kw_only=True):
    """Something that keeps a lane from being served."""

    tenant: TenantId
    lane: Lane
    reason: str
    since: datetime
    """When it was met last."""


_l = lanes.c
_KEY = ("tenant", "lane")
_FULL = (_l.full_second, _l.full_half_minute, _l.full_hour)
_of_holder = (_l.tenant == words("of_tenant"), _l.lane == words("of_lane"), _l.claimed_by == words("holder"))


def _lowering(insert: Any, least: Any) -> ClauseElement:
    new = insert(lanes).inline()
    # Written even when nothing is lowered: who ends the work on the lane at the same time must see it and look again.
    done: ClauseElement = new.on_conflict_do_update(
        index_elements=_KEY, set_={"due_at": least(_l.due_at, new.excluded.due_at)}
    )
    return done


def _ending() -> Update:
    earliest = (
        select(func.min(owed.c.due_at))
        .where(owed.c.tenant == _l.tenant, owed.c.lane == _l.lane, owed.c.is_dead == false())
        .scalar_subquery()
    )
    return (
        update(lanes)
        .where(*_of_holder)
        .values(
            due_at=func.coalesce(earliest, number("never")),
            claimed_until=number("wait_until"),
            claimed_by=NOBODY,
            full_second=number("second"),
            full_half_minute=number("half_minute"),
            full_hour=number("hour"),
            trouble=words("why"),
            trouble_at=number("why_at"),
        )
    )


_LOWER = Statement(
    "lower lanes",
    sqlite=lambda insert: _lowering(insert, func.min),
    postgresql=lambda insert: _lowering(insert, func.least),
    columns=[column.name for column in lanes.columns],
)
_DUE = Statement(
    "due lanes",
    # SQLite knows no FOR UPDATE and needs none: it has one writer.
    select(_l.tenant, _l.lane, *_FULL, _l.trouble)
    .where(_l.due_at <= number("now"), _l.claimed_until <= number("now"))
    .order_by(_l.due_at)  # and nothing else: of a great many that are due together a few are taken, none sorted
    .limit(number("most"))
    .with_for_update(skip_locked=True),
)
_TAKE = Statement(
    "take lanes",
    update(lanes)
    .where(_l.tenant == words("of_tenant"), Among(_l.lane, "of_lanes"))
    .values(claimed_until=number("until"), claimed_by=words("holder")),
)
_HELD = Statement(
    "held lanes",
    select(_l.tenant, _l.lane)
    .where(_l.tenant == words("tenant"), Among(_l.lane, "lanes"), _l.claimed_by == words("holder"))
    .order_by(_l.tenant, _l.lane)
    .with_for_update(),
)
_END = Statement("end the work on lanes", _ending())
_RENEW = Statement(
    "renew leases",
    update(lanes)
    .where(_l.due_at < NEVER, _l.claimed_by == words("holder"), _l.claimed_until > number("now"))
    .values(claimed_until=number("until")),
)
_resting = (
    update(lanes)
    .where(_l.due_at <= number("now"), _l.claimed_until <= number("now"))
    .values(claimed_until=number("until"), claimed_by=NOBODY, trouble=words("why"), trouble_at=number("now"))
)
_REST = Statement("let a tenant's lanes rest", _resting.where(_l.tenant == words("of_tenant")))
_REST_ALL = Statement("let all lanes rest", _resting)
_RELEASE = Statement(
    "release lanes",
    update(lanes).where(_l.claimed_by == words("holder")).values(claimed_until=_FREE, claimed_by=NOBODY),
)
_RELEASE_ALL = Statement(
    "release all lanes",
    update(lanes).where(_l.claimed_by != NOBODY).values(claimed_until=_FREE, claimed_by=NOBODY),
)
_NEXT_FREE = Statement(
    "next due lane",
    select(_l.due_at).where(_l.due_at < NEVER, _l.claimed_until <= _l.due_at).order_by(_l.due_at).limit(1),
)
_NEXT_HELD = Statement(
    "next due lane that waits",
    select(func.min(_l.claimed_until)).where(_l.due_at < number("before"), _l.claimed_until > _l.due_at),
)
_TROUBLES = Statement(
    "lanes in trouble",
    select(_l.tenant, _l.lane, _l.trouble, _l.trouble_at)
    .where(_l.due_at < NEVER, _l.trouble != "")
    .order_by(_l.trouble_at.desc(), _l.tenant, _l.lane)
    .limit(number("most")),
)
_BUCKET = Statement(
    "a tenant's bucket",
    select(_l.full_second).where(_l.tenant == words("tenant"), _l.lane == words("lane")).with_for_update(),
)
_FILL = Statement(
    "fill a tenant's bucket",
    update(lanes)
    .where(and_(_l.tenant == words("of_tenant"), _l.lane == words("of_lane")))
    .values(full_second=number("full")),
)


def full_at(full: int) -> datetime:
    """Read a moment of a ``Fullness``."""
    return moment(full)


def full_stamp(at: datetime) -> int:
    """Write a moment of a ``Fullness``."""
    return stamp(at)


def lower(tx: Tx, due: Iterable[tuple[TenantId, Lane, int]]) -> None:
    """Let lanes be due at the stamps given, if they are not earlier; in order, so that two cannot deadlock."""
    earliest: dict[LaneKey, int] = {}
    for tenant, lane, at in due:
        earliest[tenant, lane] = min(at, earliest.get((tenant, lane), NEVER))
    tx.many(_LOWER, (_row(key, due_at=earliest[key]) for key in sorted(earliest)))


def due(tx: Tx, *, now: datetime, most: int) -> list[Due]:
    """Give lanes in which something is due and on which nobody works, the longest due first; lock them."""
    rows = tx.all(_DUE, now=stamp(now), most=most)
    return [Due((tenant, lane), Fullness(*full), trouble) for tenant, lane, *full, trouble in rows]


def take(tx: Tx, keys: Sequence[LaneKey], *, holder: str, until: datetime) -> None:
    """Claim lanes that ``due`` gave."""
    for tenant, those in _by_tenant(keys):
        tx.run(_TAKE, of_tenant=tenant, of_lanes=those, holder=holder, until=stamp(until))


def held(tx: Tx, keys: Collection[LaneKey], *, holder: str) -> set[LaneKey]:
    """Say which of the lanes are the holder's still, and lock these."""
    return {
        (tenant, lane)
        for of_tenant, those in _by_tenant(keys)
        for tenant, lane in tx.all(_HELD, tenant=of_tenant, lanes=those, holder=holder)
    }


def end(tx: Tx, ends: Sequence[End], *, holder: str, now: datetime) -> None:
    """Give lanes back. What waits there is due at the earliest of its moments."""
    tx.many(_END, [_ended(each, holder, now) for each in sorted(ends, key=lambda each: each.key)])


def renew(tx: Tx, *, holder: str, now: datetime, until: datetime) -> None:
    """Keep the leases that have not run out."""
    tx.run(_RENEW, holder=holder, now=stamp(now), until=stamp(until))


def rest(tx: Tx, tenant: TenantId | None, *, why: str, now: datetime, until: datetime) -> None:
    """Let all lanes wait in which something is due and on which nobody works: a tenant's, or those of all."""
    whole = {"why": why, "now": stamp(now), "until": stamp(until)}
    if tenant is None:
        tx.run(_REST_ALL, **whole)
    else:
        tx.run(_REST, of_tenant=tenant, **whole)


def release(tx: Tx, *, holder: str) -> None:
    """Give all lanes of a holder back as they were."""
    tx.run(_RELEASE, holder=holder)


def release_all(tx: Tx) -> None:
    """Take back every claim: for the start of a process that knows itself to be the only one."""
    tx.run(_RELEASE_ALL)


def next_due_at(tx: Tx) -> datetime | None:
    """Say from when on ``due`` has something to give; none when nothing is owed."""
    free = tx.one(_NEXT_FREE)
    # A lane that waits is due when it has waited, which is no news where an earlier one is free: few are looked at.
    held = tx.one(_NEXT_HELD, before=free[0] if free else NEVER)
    moments = [row[0] for row in (free, held) if row and row[0] is not None]
    return moment(min(moments)) if moments else None


def troubles(tx: Tx, limit: int = 20) -> list[Trouble]:
    """Give the lanes that something keeps from being served, of all tenants, the latest met first."""
    return [
        Trouble(tenant=tenant, lane=lane, reason=reason, since=moment(at))
        for tenant, lane, reason, at in tx.all(_TROUBLES, most=limit)
    ]


def reserve(tx: Tx, tenant: TenantId, *, count: int, now: datetime, burst: int, each: timedelta) -> datetime:
    """Take tokens out of the bucket that a tenant's lanes share, across processes.

    Gives the moment of the first; each of the others is usable ``each`` later than the one before it. At most
    ``burst`` of them lie in the past.
    """
    lower(tx, [(tenant, WHOLE_TENANT, NEVER)])
    row = tx.one(_BUCKET, tenant=tenant, lane=WHOLE_TENANT)
    first = max(row[0] if row else 0, stamp(now - burst * each))
    tx.run(_FILL, of_tenant=tenant, of_lane=WHOLE_TENANT, full=first + count * (each // MILLISECOND))
    return moment(first)


def _ended(end: End, holder: str, now: datetime) -> dict[str, Any]:
    tenant, lane = end.key
    return {
        "of_tenant": tenant,
        "of_lane": lane,
        "holder": holder,
        "never": NEVER,
        "wait_until": _FREE if end.wait_until is None else stamp(end.wait_until),
        "second": end.fullness.second,
        "half_minute": end.fullness.half_minute,
        "hour": end.fullness.hour,
        "why": end.trouble,
        "why_at": stamp(now) if end.trouble else None,
    }


def _row(key: LaneKey, *, due_at: int) -> dict[str, Any]:
    return {
        "tenant": key[0],
        "lane": key[1],
        "due_at": due_at,
        "claimed_until": _FREE,
        "claimed_by": NOBODY,
        "full_second": 0,
        "full_half_minute": 0,
        "full_hour": 0,
        "trouble": "",
        "trouble_at": None,
    }


def _by_tenant(keys: Collection[LaneKey]) -> list[tuple[TenantId, list[Lane]]]:
    found: dict[TenantId, list[Lane]] = {}
    for tenant, lane in sorted(keys):
        found.setdefault(tenant, []).append(lane)
    return list(found.items())
