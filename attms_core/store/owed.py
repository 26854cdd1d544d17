"""The outbox: what is owed to whom, until it has arrived or is given up with a reason.

Of one message only the latest edit is owed, and of one topic in a lane only one silent update. A row is settled by its
number and version, so that what is owed anew while an earlier version travels is not lost.

While ATTMS is updated, older and newer processes may share the store: a row that only the newer can read is told apart.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct, field
from sqlalchemy import Select, delete, exists, false, func, or_, select, text, true, update
from sqlalchemy.sql import ClauseElement

from attms_core.model import ChangeId, Event, Lane, Mode, Owed, OwedId, OwedKind, Rule, TenantId, Topic, WishId
from attms_core.store import lanes
from attms_core.store.build import Among, number, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import lanes as lanes_table
from attms_core.store.notice_tables import owed
from attms_core.store.statement import Statement
from attms_core.store.values import moment, stamp


class Unreadable(Struct, frozen=True, kw_only=True):
    """A row that this version of ATTMS cannot read."""

    owed: Owed
    """Where it is to go, and when; all else is left out, and what is no silent update counts as news."""
    why: str


class Found(Struct, frozen=True, kw_only=True):
    """What is due in a lane, in order."""

    rows: list[Owed] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


class DeadLetter(Struct, frozen=True, kw_only=True):
    """Something that was given up."""

    owed: Owed
    """Of one that cannot be read here only where it was to go, and when."""
    reason: str
    """Begins with the code of the error: ``delivery-blocked: ...``."""
    died_at: datetime


class Backlog(Struct, frozen=True, kw_only=True):
    """What is owed and has not been delivered, of all tenants together."""

    waiting: int
    oldest_due: datetime | None
    """Since when somebody could have worked on what has waited longest; none when nothing waits. What waits because
    Teams asked for it, or for its turn under Teams' limits, counts from the end of that."""
    most_attempts: int
    """How often the one that was refused most has been tried."""


class Graves(Struct, frozen=True):
    """What was given up lately, of all tenants together."""

    count: int
    last_reason: str


_o, _l = owed.c, lanes_table.c
_COLUMNS = (
    *(_o.id, _o.tenant, _o.lane, _o.kind, _o.topic, _o.change, _o.rule, _o.event, _o.mode, _o.activity, _o.wish),
    *(_o.is_held, _o.at, _o.due_at, _o.version, _o.attempts),
)
# Rows that are read together are mostly of one change: what they share is made once.
_topic, _moment = lru_cache(maxsize=1024)(Topic.parse), lru_cache(maxsize=1024)(moment)
_kind, _event, _mode = lru_cache(maxsize=8)(OwedKind), lru_cache(maxsize=64)(Event), lru_cache(maxsize=8)(Mode)
_alive, _is_dead = _o.is_dead == false(), _o.is_dead == true()
_this_version = (_o.id == number("of_id"), _o.version == number("of_version"))
_INSERTED = [column.name for column in owed.columns if column.name != "id"]


def _owing_edit(insert: Any) -> ClauseElement:
    new = insert(owed).inline()
    names = ("topic", "wish", "is_held", "at", "due_at", "attempts", "is_dead", "reason", "died_at")
    fresh: ClauseElement = new.on_conflict_do_update(
        index_elements=["tenant", "lane", "activity"],
        index_where=text("kind = 'edit'"),
        set_={**{name: new.excluded[name] for name in names}, "version": _o.version + 1},
    )
    return fresh


def _owing_truth(insert: Any, least: Any, where: str) -> ClauseElement:
    new = insert(owed).inline()
    # The version rises, so that a truth that is on its way now does not settle this one, which is newer.
    one: ClauseElement = new.on_conflict_do_update(
        index_elements=["tenant", "lane", "topic"],
        index_where=text(where),
        set_={"version": _o.version + 1, "due_at": least(_o.due_at, new.excluded.due_at)},
    )
    return one


def _due() -> Select[Any]:
    turn = func.row_number().over(partition_by=(_o.tenant, _o.lane), order_by=(_o.due_at, _o.id))
    waiting = (
        select(*_COLUMNS, turn.label("turn"))
        .where(_o.tenant == words("tenant"), Among(_o.lane, "lanes"), _alive, _o.due_at <= number("now"))
        .subquery("waiting")
    )
    w = waiting.c
    return (
        select(*(w[column.name] for column in _COLUMNS))
        .where(w.turn <= number("most"))
        .order_by(w.lane, w.due_at, w.id)
    )


_OWE_EDIT = Statement("owe an edit", _owing_edit, columns=_INSERTED)
_OWE_TRUTH = Statement(
    "owe a truth",
    sqlite=lambda insert: _owing_truth(insert, func.min, "kind = 'truth' AND is_dead = 0"),
    postgresql=lambda insert: _owing_truth(insert, func.least, "kind = 'truth' AND is_dead = false"),
    columns=_INSERTED,
)
_OWE = Statement("owe", lambda insert: insert(owed).inline(), columns=_INSERTED)
_OWING = {OwedKind.EDIT: _OWE_EDIT, OwedKind.TRUTH: _OWE_TRUTH}
_DUE = Statement("due rows", _due())
_SETTLE = Statement("settle", delete(owed).where(*_this_version))
_TRY = Statement("count tries", update(owed).where(Among(_o.id, "ids")).values(attempts=_o.attempts + 1))
_DEFER = Statement(
    "defer",
    update(owed).where(*_this_version).values(attempts=_o.attempts + 1, due_at=number("again_at")),
)
_BURY = Statement(
    "bury",
    update(owed).where(*_this_version).values(is_dead=true(), reason=words("because"), died_at=number("died")),
)
_WAITING = Statement(
    "rows of a lane",
    select(*_COLUMNS)
    .where(_o.tenant == words("tenant"), _o.lane == words("lane"), _alive)
    .order_by(_o.due_at, _o.id)
    .limit(number("most")),
)
_DEAD = Statement(
    "dead letters",
    select(*_COLUMNS, _o.reason, _o.died_at)
    .where(_o.tenant == words("tenant"), _is_dead)
    .order_by(_o.died_at.desc(), _o.id.desc())
    .limit(number("most"))
    .offset(number("skip")),
)
_DEAD_LANES = Statement(
    "lanes of dead letters",
    select(_o.lane).where(_o.tenant == words("tenant"), Among(_o.id, "ids"), _is_dead).distinct(),
)
_RESEND = Statement(
    "resend dead letters",
    update(owed)
    .where(_o.tenant == words("of_tenant"), Among(_o.id, "of_ids"), _is_dead)
    .values(is_dead=false(), reason="", died_at=None, attempts=0, due_at=number("now")),
)
_DEAD_OF_LANES = Statement(
    "dead letters of lanes",
    select(_o.id, _o.reason)
    .where(_o.tenant == words("tenant"), _is_dead, _o.died_at >= number("since"), Among(_o.lane, "lanes"))
    .order_by(_o.id),
)
_UNSETTLED = Statement(
    "unsettled",
    select(*_COLUMNS)
    .where(
        _alive,
        _o.due_at <= number("before"),
        exists().where(
            _l.tenant == _o.tenant,
            _l.lane == _o.lane,
            or_(_l.claimed_until <= number("now"), _l.claimed_by != lanes.NOBODY),
        ),
    )
    .order_by(_o.due_at, _o.id)
    .limit(number("most")),
)
_FORGET = Statement("forget dead letters", delete(owed).where(_is_dead, _o.died_at < number("before")))
_COUNT = Statement("what waits", select(func.count(), func.max(_o.attempts)).where(_alive))
_lately = (_is_dead, _o.died_at >= number("since"))
_GRAVES = Statement("dead lately", select(func.count()).where(*_lately))
_LAST_GRAVE = Statement(
    "last dead", select(_o.reason).where(*_lately).order_by(_o.died_at.desc(), _o.id.desc()).limit(1)
)


def owe(tx: Tx, rows: Sequence[Owed], now: datetime) -> None:
    """Owe rows, none of them due in the past.

    A later edit of a message, or a silent update of a topic in a lane, takes an earlier one's place; a dead edit lives
    again.
    """
    at = stamp(now)
    by_statement: dict[Statement, list[Owed]] = {}
    # One order for all, so that two cannot wait for each other.
    for row in sorted(rows, key=_place):
        by_statement.setdefault(_OWING.get(row.kind, _OWE), []).append(row)
    for statement, those in sorted(by_statement.items(), key=lambda each: each[0].name):
        tx.many(statement, (_encode(row, at) for row in those))
    lanes.lower(tx, ((row.tenant, row.lane, max(stamp(row.due_at), at)) for row in rows))


def due(tx: Tx, tenant: TenantId, of: Sequence[Lane], *, now: datetime, most: int) -> dict[Lane, Found]:
    """Give what is due in lanes, in order, at most so many rows of each."""
    found: dict[Lane, Found] = {}
    for row in tx.all(_DUE, tenant=tenant, lanes=list(of), now=stamp(now), most=most):
        one = _read(row)
        if isinstance(one, Unreadable):
            found.setdefault(one.owed.lane, Found()).unreadable.append(one)
        else:
            found.setdefault(one.lane, Found()).rows.append(one)
    return found


def settle(tx: Tx, rows: Iterable[Owed]) -> None:
    """Strike out what has arrived, in the version that did; a later version stays owed."""
    tx.many(_SETTLE, [_version(row) for row in rows])


def count_try(tx: Tx, rows: Collection[Owed]) -> None:
    """Note that rows were tried in vain. When they are tried again is their lane's business."""
    tx.run(_TRY, ids=[row.id for row in rows])


def defer(tx: Tx, rows: Iterable[Owed], until: datetime) -> None:
    """Let rows wait while others of their lane go on; a later version of one is due as it was owed."""
    tx.many(_DEFER, [{**_version(row), "again_at": stamp(until)} for row in rows])


def bury(tx: Tx, rows: Iterable[Owed], reason: str, now: datetime) -> None:
    """Give rows up and keep the reason; a silent update is forgotten, as nobody was to hear of it."""
    silent: list[Owed] = []
    told: list[Owed] = []
    for row in rows:
        (silent if row.kind is OwedKind.TRUTH else told).append(row)
    settle(tx, silent)
    tx.many(_BURY, [{**_version(row), "because": reason, "died": stamp(now)} for row in told])


def waiting(tx: Tx, tenant: TenantId, lane: Lane, limit: int = 500) -> list[Owed]:
    """Give what waits in a lane and can be read, due or not, the earliest first."""
    return list(_readable(tx.all(_WAITING, tenant=tenant, lane=lane, most=limit)))


def dead(tx: Tx, tenant: TenantId, limit: int = 100, offset: int = 0) -> list[DeadLetter]:
    """Give what was given up, the latest first."""
    rows = tx.all(_DEAD, tenant=tenant, most=limit, skip=offset)
    return [DeadLetter(owed=_shown(row[:-2]), reason=row[-2], died_at=moment(row[-1])) for row in rows]


def resend(tx: Tx, tenant: TenantId, ids: Sequence[OwedId], now: datetime) -> int:
    """Let dead letters live again, due now and as if never tried; say how many there were."""
    of = [Lane(lane) for (lane,) in tx.all(_DEAD_LANES, tenant=tenant, ids=list(ids))]
    count = tx.run(_RESEND, of_tenant=tenant, of_ids=list(ids), now=stamp(now))
    lanes.lower(tx, ((tenant, lane, stamp(now)) for lane in of))
    return count


def revive(
    tx: Tx, tenant: TenantId, of: Iterable[Lane], *, codes: Collection[str], since: datetime, now: datetime
) -> int:
    """Let dead letters of these lanes live again that died at or after ``since`` with one of the codes."""
    rows = tx.all(_DEAD_OF_LANES, tenant=tenant, lanes=list(of), since=stamp(since))
    ids = [OwedId(id_) for id_, reason in rows if reason.partition(":")[0] in codes]
    return resend(tx, tenant, ids, now) if ids else 0


def forget_dead(tx: Tx, before: datetime) -> int:
    """Forget what was given up before, of all tenants; say how many."""
    return tx.run(_FORGET, before=stamp(before))


def unsettled(tx: Tx, before: datetime, now: datetime, limit: int = 1000) -> list[Owed]:
    """Give what was due by then and is neither delivered nor given up, nor asked by Teams or its limits to wait."""
    return [_shown(row) for row in tx.all(_UNSETTLED, before=stamp(before), now=stamp(now), most=limit)]


def backlog(tx: Tx) -> Backlog:
    """Say how much waits, and for how long."""
    waiting, attempts = tx.one(_COUNT) or (0, None)
    return Backlog(waiting=waiting, oldest_due=lanes.next_due_at(tx), most_attempts=attempts or 0)


def buried_since(tx: Tx, since: datetime) -> Graves:
    """Count what was given up at or after ``since``, with the reason of the last."""
    count, last = tx.one(_GRAVES, since=stamp(since)), tx.one(_LAST_GRAVE, since=stamp(since))
    return Graves(int(count[0]) if count else 0, str(last[0]) if last else "")


def _version(row: Owed) -> dict[str, int]:
    return {"of_id": row.id, "of_version": row.version}


def _place(row: Owed) -> tuple[str, str]:
    return row.tenant, row.lane


def _encode(row: Owed, now: int) -> dict[str, Any]:
    return {
        "tenant": row.tenant,
        "lane": row.lane,
        "kind": row.kind,
        "topic": row.topic.key if row.topic else "",
        "change": row.change,
        "rule": row.rule.key if row.rule else "",
        "event": row.event or "",
        "mode": row.mode,
        "activity": row.activity,
        "wish": row.wish,
        "is_held": row.is_held,
        "at": stamp(row.at),
        "due_at": max(stamp(row.due_at), now),
        "version": 1,
        "attempts": 0,
        "is_dead": False,
        "reason": "",
        "died_at": None,
    }


def _decode(row: tuple[Any, ...]) -> Owed:
    id_, tenant, lane, kind, topic, change, rule, event, mode, activity, wish, is_held, at, due_at, *rest = row
    version, attempts = rest
    return Owed(
        tenant=tenant,
        lane=lane,
        kind=_kind(kind),
        due_at=_moment(due_at),
        at=_moment(at),
        topic=_topic(topic),
        change=None if change is None else ChangeId(change),
        rule=Rule.parse(rule),
        event=_event(event) if event else None,
        mode=_mode(mode),
        is_held=bool(is_held),
        activity=activity,
        wish=None if wish is None else WishId(wish),
        id=OwedId(id_),
        version=version,
        attempts=attempts,
    )


def _read(row: tuple[Any, ...]) -> Owed | Unreadable:
    try:
        return _decode(row)
    except ValueError as error:
        return Unreadable(owed=_outline(row), why=str(error))


def _readable(rows: Iterable[tuple[Any, ...]]) -> Iterator[Owed]:
    return (one for row in rows if isinstance(one := _read(row), Owed))


def _shown(row: tuple[Any, ...]) -> Owed:
    one = _read(row)
    return one if isinstance(one, Owed) else one.owed


def _outline(row: tuple[Any, ...]) -> Owed:
    id_, tenant, lane, kind, *_, at, due_at, version, attempts = row
    return Owed(
        tenant=tenant,
        lane=lane,
        kind=OwedKind.TRUTH if kind == OwedKind.TRUTH else OwedKind.NEWS,
        due_at=_moment(due_at),
        at=_moment(at),
        id=OwedId(id_),
        version=version,
        attempts=attempts,
    )
