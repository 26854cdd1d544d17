"""Climbing: who is called about tickets that nobody takes, and when. How ladders are set is in ``ladders``.

A ticket climbs as far as AutoTask was heard: what was taken meanwhile may not have been read yet. Each step is called
once, in the transaction that notes it; after a silence only the step that holds then.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog
from msgspec import Struct

from attms_core.model import (
    Lane,
    Owed,
    OwedId,
    OwedKind,
    Person,
    PersonKey,
    Right,
    Rule,
    RuleKind,
    TenantId,
    Ticket,
    TicketId,
    Topic,
    lane_of_person,
)
from attms_core.model.ladder import Climb, Ladder, LadderId, Step, TargetKind
from attms_core.notices import choices
from attms_core.people import authorize
from attms_core.store import directory, ladders, owed, people, sync, tickets
from attms_core.store.database import Database, Tx
from attms_core.store.ladders import Waiting

log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Tickets in one transaction: a step may call many people for each."""
HEARD = "poll"
"""Where the store keeps when AutoTask answered last."""


class Called(Struct, frozen=True, kw_only=True):
    """Why a ladder speaks of a ticket."""

    ladder: Ladder
    step: Step
    since: datetime
    """Since when nobody has it."""


class Escalation:
    """Climbs. Run it every half minute."""

    def __init__(self, database: Database, *, tenant: TenantId) -> None:
        self._database = database
        self._tenant = tenant

    async def climb(self, now: datetime) -> int:
        """Owe what is due of all ladders, and say how many tickets were called. Costs one read when nothing is."""
        plan = await self._database.read(lambda tx: _plan(tx, self._tenant, now))
        count = 0
        for part in plan.parts():
            count += await self._database.write(partial(_carry_out, tenant=self._tenant, plan=part, now=now))
        if count:
            log.info("escalated", tickets=count)
        return count


def called(tx: Tx, tenant: TenantId, rows: Sequence[Owed]) -> dict[OwedId, Called]:
    """Say for rows of escalations why they are told; those that no longer hold are left out.

    They do not when somebody has the ticket, when it is closed or elsewhere, and when the ladder rests or is gone.
    """
    known = {ladder.id: ladder for ladder in ladders.everything(tx, tenant)}
    about = sorted({row.topic.ticket for row in rows if row.topic and row.topic.ticket is not None})
    climbs = ladders.climbing(tx, tenant, about)
    loaded = tickets.load(tx, tenant, about)
    found = {row.id: _called(row, known, climbs, loaded) for row in rows}
    return {id_: why for id_, why in found.items() if why is not None}


def step_of(rule: Rule) -> tuple[LadderId, int] | None:
    """Read which step of which ladder a rule names, the first being 1; none for another kind of rule."""
    ladder, _, step = rule.name.partition(".")
    if rule.kind is not RuleKind.ESCALATION or not (ladder.isdigit() and step.isdigit()):
        return None
    return LadderId(int(ladder)), int(step)


def _called(
    row: Owed,
    known: Mapping[LadderId, Ladder],
    climbs: Mapping[tuple[LadderId, TicketId], Climb],
    loaded: Mapping[TicketId, Ticket],
) -> Called | None:
    place = step_of(row.rule) if row.rule else None
    if place is None or row.topic is None or row.topic.ticket is None:
        return None
    (ladder_id, number), ticket = place, loaded.get(row.topic.ticket)
    ladder, climb = known.get(ladder_id), climbs.get((ladder_id, row.topic.ticket))
    if ladder is None or climb is None or ladder.is_paused or not 0 < number <= len(ladder.steps):
        return None
    if not _is_nobodys(ticket, ladder):
        return None
    return Called(ladder=ladder, step=ladder.steps[number - 1], since=climb.since)


class _Move(Struct, frozen=True):
    ladder: Ladder
    climb: Climb


class _Plan(Struct, frozen=True):
    moves: tuple[_Move, ...] = ()
    ended: tuple[tuple[LadderId, TicketId], ...] = ()

    def parts(self) -> Iterator["_Plan"]:
        """Divide it into parts, each fit for one transaction."""
        for start in range(0, max(len(self.moves), len(self.ended)), AT_ONCE):
            end = start + AT_ONCE
            yield _Plan(self.moves[start:end], self.ended[start:end])


def _plan(tx: Tx, tenant: TenantId, now: datetime) -> _Plan:
    """Find out who climbs and who leaves a ladder."""
    heard = sync.get(tx, tenant, HEARD)
    if heard is None or heard.checked_at is None:
        return _Plan()
    until = min(now, heard.checked_at)
    awake = {ladder.queue: ladder for ladder in ladders.everything(tx, tenant) if _is_awake(tx, ladder)}
    climbs = ladders.climbing(tx, tenant)
    waiting = ladders.waiting(tx, tenant, list(awake)) if awake else []
    unsure = [one for one in waiting if _may_move(awake[one.queue], one, climbs, until)]
    turned = ladders.turned(tx, tenant, [one.ticket for one in unsure]) if unsure else {}
    there = {(awake[one.queue].id, one.ticket) for one in waiting}
    ended = [key for key in climbs if key not in there]
    moves = []
    for one in unsure:
        ladder = awake[one.queue]
        before = climbs.get((ladder.id, one.ticket))
        after = _climb(ladder, one, before, turned.get(one.ticket), until)
        if after == before or (before is None and not after.step):
            continue
        if after.step:
            moves.append(_Move(ladder, after))
        else:
            ended.append((ladder.id, one.ticket))
    return _Plan(tuple(moves), tuple(ended))


def _is_awake(tx: Tx, ladder: Ladder) -> bool:
    """Say whether a ladder works: it shows what its maker may see, so without a maker it shows nothing."""
    if ladder.is_paused:
        return False
    maker = people.get(tx, PersonKey(ladder.tenant, ladder.created_by))
    return maker is not None and authorize(maker, Right.READ).allowed


def _may_move(ladder: Ladder, one: Waiting, climbs: Mapping[tuple[LadderId, TicketId], Climb], until: datetime) -> bool:
    """Say whether a ticket may have come further, or have begun anew: only then its past is looked at."""
    climb = climbs.get((ladder.id, one.ticket))
    if climb is None:
        return ladder.reached(until - _earliest(ladder, one)) > 0
    if one.moved is not None and one.moved > climb.since:
        return True
    return ladder.reached(until - climb.since) > climb.step


def _climb(ladder: Ladder, one: Waiting, before: Climb | None, turned: datetime | None, until: datetime) -> Climb:
    """Say how far a ticket has come: what happened after it was called first makes it begin anew."""
    moments = (_earliest(ladder, one), turned, before.since if before else None)
    since = max(each for each in moments if each is not None)
    known = before.step if before and since == before.since else 0
    reached = max(known, ladder.reached(until - since))
    return Climb(ladder=ladder.id, ticket=one.ticket, since=since, step=reached)


def _earliest(ladder: Ladder, one: Waiting) -> datetime:
    return max(ladder.changed_at, one.created or ladder.changed_at)


def _carry_out(tx: Tx, tenant: TenantId, plan: _Plan, now: datetime) -> int:
    """Note how far tickets have come, and owe what that calls for; gives how many were called.

    The plan may be a moment old: what was taken meanwhile, or set anew, is left for the next look.
    """
    for ladder, ticket in plan.ended:
        ladders.end(tx, tenant, ladder, [ticket])
    known = {ladder.id: ladder for ladder in ladders.everything(tx, tenant)}
    loaded = tickets.load(tx, tenant, [move.climb.ticket for move in plan.moves])
    holding = [
        move
        for move in plan.moves
        if known.get(move.ladder.id) == move.ladder and _is_nobodys(loaded.get(move.climb.ticket), move.ladder)
    ]
    noted = [move for move in holding if ladders.climb(tx, tenant, move.climb)]
    if not noted:
        return 0
    team = _Team(tx, tenant)
    rows = [row for move in noted for row in _rows(move, loaded[move.climb.ticket], team, now)]
    owed.owe(tx, choices.weigh(tx, tenant, rows, now), now)
    return len(noted)


def _is_nobodys(ticket: Ticket | None, ladder: Ladder) -> bool:
    return ticket is not None and ticket.assignee is None and not ticket.is_complete and ticket.queue == ladder.queue


def _rows(move: _Move, ticket: Ticket, team: "_Team", now: datetime) -> list[Owed]:
    ladder, climb = move.ladder, move.climb
    if not team.may_see(lane_of_person(ladder.created_by), ticket):
        return []
    step = ladder.steps[climb.step - 1]
    return [
        Owed(
            tenant=ladder.tenant,
            lane=lane,
            kind=OwedKind.NEWS,
            due_at=now,
            at=climb.since + step.after,
            topic=Topic(ticket=climb.ticket),
            rule=Rule(RuleKind.ESCALATION, f"{ladder.id}.{climb.step}"),
        )
        for lane in team.lanes(step, ticket)
    ]


class _Team:
    """The people of a tenant, and who of them is called."""

    def __init__(self, tx: Tx, tenant: TenantId) -> None:
        self._people = {lane_of_person(one.key.object_id): one for one in people.everybody(tx, tenant)}
        roles = directory.resource_roles(tx, tenant)
        self._with_role = {held.resource for held in roles if held.is_active} if roles else None

    def may_see(self, lane: Lane, ticket: Ticket) -> bool:
        """Say whether the person of a lane may see a ticket."""
        person = self._people.get(lane)
        return person is not None and authorize(person, Right.READ, ticket=ticket).allowed

    def lanes(self, step: Step, ticket: Ticket) -> list[Lane]:
        """Say where a step is told."""
        found: list[Lane] = []
        for target in step.targets:
            if target.kind is TargetKind.EVERYONE:
                found += [lane for lane, one in self._people.items() if self._may_work(one, ticket)]
            elif target.lane is not None and (target.kind is TargetKind.PLACE or self.may_see(target.lane, ticket)):
                found.append(target.lane)
        return list(dict.fromkeys(found))

    def _may_work(self, person: Person, ticket: Ticket) -> bool:
        if person.resource is None or not authorize(person, Right.WRITE, ticket=ticket).allowed:
            return False
        return self._with_role is None or person.resource in self._with_role
