"""Edits of standing cards that are owed: of one message the latest wins, and a dead one keeps its reason.

A claim is a lease of a minute: who claims and dies loses it. A conversation has one claimed edit at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, delete, exists, false, func, select, true, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement

from attms_core.model import Edit, EditSubject, TenantId
from attms_core.store.build import number, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import outbox
from attms_core.store.values import moment, stamp

CLAIMED_FOR = timedelta(seconds=60)
_FREE = 0
"""``claimed_until`` of an edit that nobody works on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEdit:
    """An edit that was given up."""

    edit: Edit
    reason: str
    died_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is owed and has not been delivered, of all tenants together."""

    waiting: int
    oldest_due: datetime | None
    """When the one that has waited longest should have gone out; none when nothing waits."""
    most_attempts: int
    """How often the one that was refused most has been tried."""


@dataclass(frozen=True, slots=True)
class Graves:
    """What was given up lately, of all tenants together."""

    count: int
    last_reason: str


_o = outbox.c
_COLUMNS = (
    *(_o.tenant, _o.conversation, _o.activity, _o.ticket, _o.wish, _o.version, _o.attempts, _o.due_at),
    *(_o.reason, _o.died_at),
)
_KEYS = ("tenant", "conversation", "activity")
_alive = _o.is_dead == false()
_this = (
    _o.tenant == words("of_tenant"),
    _o.conversation == words("of_conversation"),
    _o.activity == words("of_activity"),
)
_this_version = (*_this, _o.version == number("of_version"))


def _owing(insert: Any) -> ClauseElement:
    new = insert(outbox).inline()
    fresh = {name: new.excluded[name] for name in ("ticket", "wish", "attempts", "due_at", "is_dead", "reason")}
    # Who works on the earlier version keeps the claim: two must not edit one message at once.
    done: ClauseElement = new.on_conflict_do_update(
        index_elements=_KEYS, set_={**fresh, "died_at": None, "version": _o.version + 1}
    )
    return done


def _claimable() -> Select[Any]:
    other = outbox.alias("other")
    is_busy = exists().where(
        other.c.tenant == _o.tenant, other.c.conversation == _o.conversation, other.c.claimed_until > number("now")
    )
    turn = func.row_number().over(partition_by=(_o.tenant, _o.conversation), order_by=(_o.due_at, _o.activity))
    waiting = (
        select(_o.tenant, _o.conversation, _o.activity, _o.due_at, turn.label("turn"))
        .where(_alive, _o.due_at <= number("now"), ~is_busy)
        .subquery("waiting")
    )
    keys = [waiting.c[name] for name in _KEYS]
    heads = select(*keys).where(waiting.c.turn == 1).order_by(waiting.c.due_at, *keys).limit(number("most"))
    # SQLite knows no FOR UPDATE and needs none: it has one writer.
    return (
        select(*_COLUMNS)
        .where(tuple_(*(_o[name] for name in _KEYS)).in_(heads))
        .order_by(_o.due_at, *(_o[name] for name in _KEYS))
        .with_for_update(skip_locked=True)
    )


def _next() -> Select[Any]:
    per = (
        select(func.min(_o.due_at).label("due"), func.max(_o.claimed_until).label("free"))
        .where(_alive)
        .group_by(_o.tenant, _o.conversation)
        .subquery("per")
    )
    return select(func.min(case((per.c.due > per.c.free, per.c.due), else_=per.c.free)))


_OWE = Statement(
    "owe an edit",
    sqlite=_owing(sqlite.insert),
    postgresql=_owing(postgresql.insert),
    columns=[column.name for column in outbox.columns],
)
_CLAIMABLE = Statement("claimable edits", _claimable())
_CLAIM = Statement("claim an edit", update(outbox).where(*_this).values(claimed_until=number("until")))
_SETTLE = Statement("settle an edit", delete(outbox).where(*_this_version))
_RELEASE_ALL = Statement(
    "release all edits", update(outbox).where(_o.claimed_until != _FREE).values(claimed_until=_FREE)
)
_RELEASE = Statement("release an edit", update(outbox).where(*_this).values(claimed_until=_FREE))
_RETRY = Statement(
    "retry an edit",
    update(outbox)
    .where(*_this_version)
    .values(attempts=number("tried"), due_at=number("again_at"), claimed_until=_FREE),
)
_BURY = Statement(
    "bury an edit",
    update(outbox)
    .where(*_this_version)
    .values(is_dead=true(), reason=words("because"), died_at=number("now"), claimed_until=_FREE),
)
_NEXT = Statement("next due edit", _next())
_DEAD = Statement(
    "dead edits",
    select(*_COLUMNS)
    .where(_o.tenant == words("tenant"), _o.is_dead == true())
    .order_by(_o.died_at.desc(), _o.conversation, _o.activity),
)
_BACKLOG = Statement("what waits", select(func.count(), func.min(_o.due_at), func.max(_o.attempts)).where(_alive))
_lately = (_o.is_dead == true(), _o.died_at >= number("since"))
_GRAVES = Statement("dead lately", select(func.count()).where(*_lately))
_LAST_GRAVE = Statement("last dead", select(_o.reason).where(*_lately).order_by(_o.died_at.desc()).limit(1))


def owe(  # noqa: PLR0917 - the key, the subject and the time, in the order of speech
    tx: Tx, tenant: TenantId, conversation: str, activity: str, subject: EditSubject, now: datetime
) -> None:
    """Owe a message an edit, due now, in the place of an earlier one; a dead one lives again."""
    row = {
        "tenant": tenant,
        "conversation": conversation,
        "activity": activity,
        "ticket": subject.ticket,
        "wish": subject.wish,
        "version": 1,
        "attempts": 0,
        "due_at": stamp(now),
        "claimed_until": _FREE,
        "is_dead": False,
        "reason": "",
        "died_at": None,
    }
    tx.run(_OWE, **row)


def due(tx: Tx, now: datetime, limit: int) -> list[Edit]:
    """Claim edits that are due for a minute, the longest due first, one of a conversation at most."""
    edits = [_decode(row) for row in tx.all(_CLAIMABLE, now=stamp(now), most=limit)]
    until = stamp(now + CLAIMED_FOR)
    tx.many(_CLAIM, [{**_key(edit), "until": until} for edit in edits])
    return edits


def release_all(tx: Tx) -> None:
    """Take back every claim: for the start of a process that knows itself to be the only one."""
    tx.run(_RELEASE_ALL)


def settle(tx: Tx, edit: Edit) -> None:
    """Strike out an edit that was delivered. If a later one took its place meanwhile, that one is due now."""
    _end(tx, _SETTLE, edit, {})


def retry(tx: Tx, edit: Edit, due_at: datetime) -> None:
    """Try a failed edit again at ``due_at``, or now if a later edit took its place."""
    _end(tx, _RETRY, edit, {"tried": edit.attempts + 1, "again_at": stamp(due_at)})


def bury(tx: Tx, edit: Edit, reason: str, now: datetime) -> None:
    """Give an edit up and keep the reason; a later edit that took its place lives on."""
    _end(tx, _BURY, edit, {"because": reason, "now": stamp(now)})


def next_due_at(tx: Tx) -> datetime | None:
    """Say from when on ``due`` has something to claim; none when nothing is owed."""
    row = tx.one(_NEXT)
    return None if row is None or row[0] is None else moment(row[0])


def dead(tx: Tx, tenant: TenantId) -> list[DeadEdit]:
    """Give the edits that were given up, the latest first."""
    return [
        DeadEdit(edit=_decode(row), reason=row[-2], died_at=moment(row[-1])) for row in tx.all(_DEAD, tenant=tenant)
    ]


def backlog(tx: Tx) -> Backlog:
    """Say how much waits, and for how long."""
    waiting, oldest, attempts = tx.one(_BACKLOG) or (0, None, None)
    return Backlog(waiting=waiting, oldest_due=None if oldest is None else moment(oldest), most_attempts=attempts or 0)


def buried_since(tx: Tx, since: datetime) -> Graves:
    """Count what was given up at or after ``since``, with the reason of the last."""
    count, last = tx.one(_GRAVES, since=stamp(since)), tx.one(_LAST_GRAVE, since=stamp(since))
    return Graves(int(count[0]) if count else 0, str(last[0]) if last else "")


def _end(tx: Tx, statement: Statement, edit: Edit, params: Mapping[str, Any]) -> None:
    if not tx.run(statement, **_key(edit), of_version=edit.version, **params):
        tx.run(_RELEASE, **_key(edit))


def _key(edit: Edit) -> dict[str, str]:
    return {"of_tenant": edit.tenant, "of_conversation": edit.conversation, "of_activity": edit.activity}


def _decode(row: tuple[Any, ...]) -> Edit:
    tenant, conversation, activity, ticket, wish, version, attempts, due_at, *_ = row
    return Edit(
        tenant=tenant,
        conversation=conversation,
        activity=activity,
        subject=EditSubject(ticket=ticket, wish=wish),
        version=version,
        attempts=attempts,
        due_at=moment(due_at),
    )
