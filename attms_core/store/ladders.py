"""Ladders, how far tickets have come on them, and which tickets wait for somebody."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, false, func, or_, select, true, update
from sqlalchemy.sql import ClauseElement

from attms_core.model import Lane, TenantId, TicketId
from attms_core.model.ladder import Climb, Ladder, LadderId, Step, Target, TargetKind
from attms_core.model.ticket import COMPLETE
from attms_core.store.build import Among, number, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import climbs, ladders
from attms_core.store.statement import Statement
from attms_core.store.tables import changes, tickets
from attms_core.store.values import moment, moment_or_none, packed, stamp, unpacked

MINUTE = timedelta(minutes=1)
_l, _c, _t, _h = ladders.c, climbs.c, tickets.c, changes.c
_COLUMNS = (_l.id, _l.tenant, _l.queue, _l.steps, _l.is_paused, _l.created_by, _l.created_by_name, _l.changed_at)
_SET = ("steps", "is_paused", "created_by", "created_by_name", "changed_at")


class Waiting(NamedTuple):
    """An open ticket that nobody has."""

    ticket: TicketId
    queue: int
    created: datetime | None
    moved: datetime | None
    """When anything moved in it last: before that nobody can have taken it."""


def _putting(insert: Any) -> ClauseElement:
    new = insert(ladders).inline()
    done: ClauseElement = new.on_conflict_do_update(
        index_elements=["tenant", "queue"], set_={name: new.excluded[name] for name in _SET}
    )
    return done


def _climbing(insert: Any) -> ClauseElement:
    new = insert(climbs).inline()
    is_further = and_(_c.since == new.excluded.since, _c.step < new.excluded.step)
    done: ClauseElement = new.on_conflict_do_update(
        index_elements=["tenant", "ladder", "ticket"],
        set_={"since": new.excluded.since, "step": new.excluded.step},
        where=or_(_c.since < new.excluded.since, is_further),
    )
    return done


_PUT = Statement("put a ladder", _putting, columns=["tenant", "queue", *_SET])
_ALL = Statement("ladders", select(*_COLUMNS).where(_l.tenant == words("tenant")).order_by(_l.queue))
_this = (_l.tenant == words("of_tenant"), _l.id == number("of_id"))
_PAUSE = Statement("pause a ladder", update(ladders).where(*_this).values(is_paused=true(), changed_at=number("at")))
_RESUME = Statement("resume a ladder", update(ladders).where(*_this).values(is_paused=false(), changed_at=number("at")))
_REMOVE = Statement("remove a ladder", delete(ladders).where(*_this))
_CLIMBS = Statement("climbs", select(_c.ladder, _c.ticket, _c.since, _c.step).where(_c.tenant == words("tenant")))
_CLIMBS_OF = Statement(
    "climbs of tickets",
    select(_c.ladder, _c.ticket, _c.since, _c.step).where(
        _c.tenant == words("tenant"), Among(_c.ladder, "ladders"), Among(_c.ticket, "tickets")
    ),
)
_CLIMB = Statement("climb", _climbing, columns=[column.name for column in climbs.columns])
_of_ladder = (_c.tenant == words("of_tenant"), _c.ladder == number("of_ladder"))
_END = Statement("end climbs", delete(climbs).where(*_of_ladder, Among(_c.ticket, "tickets")))
_END_ALL = Statement("end all climbs", delete(climbs).where(*_of_ladder))
# Open tickets without an assignee are few, and SQLite finds them by an index as long as the queue offers it no other.
_queue = _t.queue + 0
_WAITING = Statement(
    "tickets that nobody has",
    select(_t.id, _t.queue, _t.created, _t.last_activity, _t.last_modified).where(
        _t.tenant == words("tenant"), _t.is_open == true(), _t.assignee.is_(None), Among(_queue, "queues")
    ),
)
_TURNED = Statement(
    "when tickets began to wait",
    select(_h.ticket, func.max(_h.at))
    .where(
        _h.tenant == words("tenant"),
        Among(_h.ticket, "tickets"),
        or_(Among(_h.what, "turns"), and_(_h.what == "status", _h.before == packed(COMPLETE))),
    )
    .group_by(_h.ticket),
)


def put(tx: Tx, ladder: Ladder) -> Ladder:
    """Keep the ladder of a queue in the place of an earlier one; tickets begin anew on it. Gives it with its number."""
    row = {
        "tenant": ladder.tenant,
        "queue": ladder.queue,
        "steps": packed([_encode_step(step) for step in ladder.steps]),
        "is_paused": ladder.is_paused,
        "created_by": ladder.created_by,
        "created_by_name": ladder.created_by_name,
        "changed_at": stamp(ladder.changed_at),
    }
    tx.run(_PUT, **row)
    kept = next(each for each in everything(tx, ladder.tenant) if each.queue == ladder.queue)
    tx.run(_END_ALL, of_tenant=ladder.tenant, of_ladder=kept.id)
    return kept


def everything(tx: Tx, tenant: TenantId) -> list[Ladder]:
    """Give all ladders: a tenant has few."""
    return [_decode(row) for row in tx.all(_ALL, tenant=tenant)]


def get(tx: Tx, tenant: TenantId, id: LadderId) -> Ladder | None:  # noqa: A002 - the word of the field
    """Give a ladder by its number."""
    return next((each for each in everything(tx, tenant) if each.id == id), None)


def pause(tx: Tx, tenant: TenantId, id: LadderId, now: datetime) -> None:  # noqa: A002 - the word of the field
    """Let a ladder rest: nobody is on it any more."""
    tx.run(_PAUSE, of_tenant=tenant, of_id=id, at=stamp(now))
    tx.run(_END_ALL, of_tenant=tenant, of_ladder=id)


def resume(tx: Tx, tenant: TenantId, id: LadderId, now: datetime) -> None:  # noqa: A002 - the word of the field
    """Let a ladder work again: tickets count from now."""
    tx.run(_RESUME, of_tenant=tenant, of_id=id, at=stamp(now))


def remove(tx: Tx, tenant: TenantId, id: LadderId) -> None:  # noqa: A002 - the word of the field
    """Take a ladder away."""
    tx.run(_REMOVE, of_tenant=tenant, of_id=id)
    tx.run(_END_ALL, of_tenant=tenant, of_ladder=id)


def climbing(tx: Tx, tenant: TenantId, of: Sequence[TicketId] | None = None) -> dict[tuple[LadderId, TicketId], Climb]:
    """Give how far tickets have come that are on a ladder: some of them, or all."""
    if of is None:
        rows = tx.all(_CLIMBS, tenant=tenant)
    else:
        known = [ladder.id for ladder in everything(tx, tenant)]
        rows = tx.all(_CLIMBS_OF, tenant=tenant, ladders=known, tickets=list(of))
    climbs = (
        Climb(ladder=LadderId(ladder), ticket=TicketId(ticket), since=moment(since), step=step)
        for ladder, ticket, since, step in rows
    )
    return {(climb.ladder, climb.ticket): climb for climb in climbs}


def climb(tx: Tx, tenant: TenantId, to: Climb) -> bool:
    """Note how far a ticket has come; no when that, or more, is noted already."""
    row = {"tenant": tenant, "ladder": to.ladder, "ticket": to.ticket, "since": stamp(to.since), "step": to.step}
    return tx.run(_CLIMB, **row) > 0


def end(tx: Tx, tenant: TenantId, ladder: LadderId, ended: Sequence[TicketId]) -> None:
    """Take tickets off a ladder."""
    tx.run(_END, of_tenant=tenant, of_ladder=ladder, tickets=list(ended))


def waiting(tx: Tx, tenant: TenantId, queues: Sequence[int]) -> list[Waiting]:
    """Give the open tickets of queues that nobody has. What it costs grows with the tickets that nobody has."""
    return [
        Waiting(TicketId(ticket), queue, moment_or_none(created), _latest(active, modified))
        for ticket, queue, created, active, modified in tx.all(_WAITING, tenant=tenant, queues=list(queues))
    ]


def turned(tx: Tx, tenant: TenantId, of: Sequence[TicketId]) -> Mapping[TicketId, datetime]:
    """Say when tickets lost their assignee, came into their queue or were reopened last, if that is known."""
    found = tx.all(_TURNED, tenant=tenant, tickets=list(of), turns=["assignee", "queue"])
    return {TicketId(ticket): moment(at) for ticket, at in found}


def _latest(*stamps: int | None) -> datetime | None:
    return moment_or_none(max((each for each in stamps if each is not None), default=None))


def _encode_step(step: Step) -> list[object]:
    return [step.after // MINUTE, [[target.kind, target.lane, target.name] for target in step.targets]]


def _decode(row: tuple[Any, ...]) -> Ladder:
    id_, tenant, queue, steps, is_paused, created_by, created_by_name, changed_at = row
    return Ladder(
        id=LadderId(id_),
        tenant=tenant,
        queue=queue,
        steps=tuple(_decode_step(*step) for step in unpacked(steps)),
        is_paused=bool(is_paused),
        created_by=created_by,
        created_by_name=created_by_name,
        changed_at=moment(changed_at),
    )


def _decode_step(minutes: int, targets: Sequence[tuple[str, str | None, str]]) -> Step:
    told = (
        Target(kind=TargetKind(kind), lane=None if lane is None else Lane(lane), name=name)
        for kind, lane, name in targets
    )
    return Step(after=minutes * MINUTE, targets=tuple(told))
