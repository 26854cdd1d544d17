"""The outbox as an administrator reads it: what waits lane by lane, what was given up and why, and where news goes.

What changes rows on their way stands in ``owed``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, false, func, select, true, union

from attms_core.model import Lane, OwedId, TenantId
from attms_core.store.build import Among, number, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import digests, lanes, owed, posts, subscriptions
from attms_core.store.statement import Statement
from attms_core.store.values import moment, moment_or_none

_o, _l, _s, _d, _p = owed.c, lanes.c, subscriptions.c, digests.c, posts.c


class LaneWait(Struct, frozen=True, kw_only=True):
    """What waits in a lane."""

    lane: Lane
    waiting: int
    oldest: datetime
    """When the oldest of it happened."""
    due_at: datetime
    """When the first of it is, or was, due."""
    attempts: int
    """How often the one that was refused most has been tried."""
    held_until: datetime | None
    """Until when nobody works on it; none when somebody could, or does."""
    trouble: str
    trouble_at: datetime | None


class Grave(Struct, frozen=True, kw_only=True):
    """What was given up for one reason in one lane."""

    lane: Lane
    reason: str
    count: int
    last: datetime


class LaneTrouble(Struct, frozen=True, kw_only=True):
    """What was wrong with a lane when it was served last."""

    reason: str
    at: datetime


_alive = (_o.tenant == words("tenant"), _o.is_dead == false())
_dead = (_o.tenant == words("tenant"), _o.is_dead == true())
_counted = (
    select(
        _o.lane,
        func.count().label("waiting"),
        func.min(_o.at).label("oldest"),
        func.min(_o.due_at).label("due_at"),
        func.max(_o.attempts).label("attempts"),
    )
    .where(*_alive)
    .group_by(_o.lane)
    .subquery("counted")
)
_WAITING = Statement(
    "what waits by lanes",
    select(_counted, _l.claimed_until, _l.claimed_by, _l.trouble, _l.trouble_at)
    .join_from(_counted, lanes, (_l.lane == _counted.c.lane) & (_l.tenant == words("tenant")), isouter=True)
    .order_by(_counted.c.due_at, _counted.c.lane)
    .limit(number("most"))
    .offset(number("skip")),
)
_TOTAL = Statement("count what waits", select(func.count(), func.count(_o.lane.distinct())).where(*_alive))
_GRAVES = Statement(
    "graves by lane and reason",
    select(_o.lane, _o.reason, func.count(), func.max(_o.died_at))
    .where(*_dead)
    .group_by(_o.lane, _o.reason)
    .order_by(func.max(_o.died_at).desc(), _o.lane, _o.reason),
)
_DEAD_IDS = Statement(
    "dead letters by their reasons", select(_o.id).where(*_dead, Among(_o.reason, "reasons")).order_by(_o.id)
)
_DROP = Statement(
    "drop dead letters",
    delete(owed).where(_o.tenant == words("of_tenant"), Among(_o.id, "of_ids"), _o.is_dead == true()),
)
_TROUBLES = Statement(
    "troubles of lanes",
    select(_l.lane, _l.trouble, _l.trouble_at).where(_l.tenant == words("tenant"), _l.trouble != ""),
)
_TOLD_AT = Statement(
    "when lanes were told something",
    select(_p.lane, func.max(_p.told_at)).where(_p.tenant == words("tenant")).group_by(_p.lane),
)
_TOLD = Statement(
    "lanes that are told something",
    union(
        select(_s.lane).where(_s.tenant == words("tenant"), _s.is_paused == false()),
        select(_d.lane).where(_d.tenant == words("tenant"), _d.is_paused == false()),
    ),
)


def waiting(tx: Tx, tenant: TenantId, now: datetime, *, limit: int, offset: int = 0) -> list[LaneWait]:
    """Give what waits lane by lane, the longest due first."""
    rows = tx.all(_WAITING, tenant=tenant, most=limit, skip=offset)
    return [_waits(row, now) for row in rows]


def count(tx: Tx, tenant: TenantId) -> tuple[int, int]:
    """Count what waits, and the lanes it waits in."""
    row = tx.one(_TOTAL, tenant=tenant)
    return (int(row[0]), int(row[1])) if row else (0, 0)


def graves(tx: Tx, tenant: TenantId) -> list[Grave]:
    """Count what was given up, by lane and reason, the latest first."""
    return [
        Grave(lane=Lane(lane), reason=reason, count=number_, last=moment(last))
        for lane, reason, number_, last in tx.all(_GRAVES, tenant=tenant)
    ]


def given_up_for(tx: Tx, tenant: TenantId, reasons: Sequence[str]) -> list[OwedId]:
    """Name the dead letters that were given up for one of the reasons, to the letter."""
    return [OwedId(id_) for (id_,) in tx.all(_DEAD_IDS, tenant=tenant, reasons=list(reasons))]


def drop(tx: Tx, tenant: TenantId, ids: Sequence[OwedId]) -> int:
    """Forget dead letters; say how many there were."""
    return tx.run(_DROP, of_tenant=tenant, of_ids=list(ids))


def troubles(tx: Tx, tenant: TenantId) -> Mapping[Lane, LaneTrouble]:
    """Give what was wrong with lanes when they were served last."""
    return {
        Lane(lane): LaneTrouble(reason=reason, at=moment(at))
        for lane, reason, at in tx.all(_TROUBLES, tenant=tenant)
        if at is not None
    }


def told_at(tx: Tx, tenant: TenantId) -> dict[Lane, datetime]:
    """Say when something about a ticket arrived last, lane by lane."""
    return {Lane(lane): moment(at) for lane, at in tx.all(_TOLD_AT, tenant=tenant)}


def told(tx: Tx, tenant: TenantId) -> list[Lane]:
    """Name the lanes that have subscriptions or digests."""
    return [Lane(lane) for (lane,) in tx.all(_TOLD, tenant=tenant)]


def _waits(row: tuple[Any, ...], now: datetime) -> LaneWait:
    lane, waiting_, oldest, due_at, attempts, until, holder, trouble, trouble_at = row
    held = moment_or_none(until) if until and not holder else None
    return LaneWait(
        lane=Lane(lane),
        waiting=waiting_,
        oldest=moment(oldest),
        due_at=moment(due_at),
        attempts=attempts,
        held_until=held if held is not None and held > now else None,
        trouble=trouble or "",
        trouble_at=moment_or_none(trouble_at),
    )
