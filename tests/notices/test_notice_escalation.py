"""Climbing, on both engines: who is called about tickets that nobody takes, when, and when no more."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    Lane,
    Link,
    LinkState,
    Owed,
    Person,
    PersonRole,
    ResourceId,
    ResourceRole,
    RoleId,
    Ticket,
    TicketId,
    lane_of_person,
)
from attms_core.model.ladder import Ladder, LadderId, Step, Target, TargetKind
from attms_core.model.ticket import COMPLETE
from attms_core.notices.escalation import Escalation, called
from attms_core.store import changes, directory, ladders, owed, people, sync, tickets
from attms_core.store.database import Database
from attms_core.store.sync import SyncState
from tests.store.values import OURS, at, person, ticket

QUEUE, OTHER = 5, 6
CHANNEL = Lane("19:desk@thread.tacv2")
ANA, BEN, KIM = (lane_of_person(name) for name in ("ana", "ben", "kim"))
HERE = Target(kind=TargetKind.PLACE, lane=CHANNEL, name="channel")
EVERYBODY = Target(kind=TargetKind.EVERYONE)
STEPS = ((15, HERE), (30, Target(kind=TargetKind.PERSON, lane=BEN, name="Ben")), (45, EVERYBODY))


def somebody(name: str, resource: int, **given: Any) -> Person:
    link = Link(state=LinkState.LINKED, resource=ResourceId(resource))
    return replace(person(name, link=link, role=PersonRole.TECHNICIAN), **given)


def nobodys(id_: int, **given: Any) -> Ticket:
    """Make a ticket of the queue, created at noon, that nobody has."""
    return ticket(id_, **{"queue": QUEUE, "created": at(0), "last_activity": at(0)} | given)


class House:
    """A queue with a ladder that was set an hour before noon, three people, and AutoTask that answers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.escalation = Escalation(database, tenant=OURS)
        self.ladder = LadderId(0)

    async def open(self, steps: Sequence[tuple[int, Target]] = STEPS) -> None:
        ladder = Ladder(
            tenant=OURS,
            queue=QUEUE,
            steps=tuple(Step(after=timedelta(minutes=after), targets=(target,)) for after, target in steps),
            created_by="ana",
            created_by_name="Ana",
            changed_at=at(-60),
        )
        self.ladder = (await self.database.write(lambda tx: ladders.put(tx, ladder))).id
        for one in (somebody("ana", 1, role=PersonRole.DISPATCHER), somebody("ben", 2), somebody("kim", 3)):
            await self.meet(one)

    async def meet(self, one: Person) -> None:
        await self.database.write(lambda tx: people.put(tx, one))

    async def have(self, *some: Ticket) -> None:
        await self.database.write(lambda tx: tickets.put(tx, OURS, some))

    async def happened(self, what: str, moment: datetime, *, before: Any, after: Any, of: int = 1) -> None:
        who = Author(AuthorKind.UNKNOWN)
        one = Change(ticket=TicketId(of), what=what, before=before, after=after, author=who, at=moment)
        await self.database.write(lambda tx: changes.add(tx, OURS, [one]))

    async def climb(self, minutes: float, *, heard: float | None = None) -> list[tuple[str, int]]:
        """Look so long after noon, AutoTask having answered just now; give who was called and for which step."""
        answered = SyncState(name="poll", checked_at=at(minutes if heard is None else heard))
        await self.database.write(lambda tx: sync.put(tx, OURS, answered))
        await self.escalation.climb(at(minutes))
        rows = await self.rows()
        await self.database.write(lambda tx: owed.settle(tx, rows))
        return [(str(row.lane), int(row.rule.name.split(".")[1])) for row in rows if row.rule is not None]

    async def rows(self) -> list[Owed]:
        lanes = (CHANNEL, ANA, BEN, KIM)
        return await self.database.read(lambda tx: [row for lane in lanes for row in owed.waiting(tx, OURS, lane)])

    async def set(self, *steps: tuple[int, Target]) -> None:
        await self.open(steps)


@pytest.fixture
async def house(database: Database) -> House:
    made = House(database)
    await made.open()
    return made


async def test_each_step_is_called_once_at_its_time(house: House) -> None:
    await house.have(nobodys(1))
    assert await house.climb(14.9) == []
    assert await house.climb(15) == [(CHANNEL, 1)]
    assert await house.climb(29) == []
    assert await house.climb(30) == [(BEN, 2)]
    assert await house.climb(45) == [(ANA, 3), (BEN, 3), (KIM, 3)]
    assert await house.climb(600) == []


async def test_a_row_says_what_it_is_about_and_why(house: House) -> None:
    await house.have(nobodys(1))
    await house.database.write(lambda tx: sync.put(tx, OURS, SyncState(name="poll", checked_at=at(17))))
    assert await house.escalation.climb(at(17)) == 1
    (row,) = await house.rows()
    assert row.topic is not None
    assert (row.topic.ticket, row.at, row.due_at) == (1, at(15), at(17))
    assert row.rule is not None
    assert row.rule.key == f"escalation:{house.ladder}.1"


async def test_after_a_downtime_only_the_step_that_holds_is_called(house: House) -> None:
    await house.have(nobodys(1))
    assert await house.climb(50) == [(ANA, 3), (BEN, 3), (KIM, 3)]
    assert await house.climb(51) == []


async def test_taking_it_ends_the_climb_and_giving_it_back_starts_anew(house: House) -> None:
    await house.have(nobodys(1))
    assert await house.climb(16) == [(CHANNEL, 1)]
    await house.have(nobodys(1, assignee=ResourceId(2), last_activity=at(20)))
    await house.happened("assignee", at(20), before=None, after=2)
    assert await house.climb(40) == []
    await house.have(nobodys(1, last_activity=at(50)))
    await house.happened("assignee", at(50), before=2, after=None)
    assert await house.climb(64) == []
    assert await house.climb(65) == [(CHANNEL, 1)]


async def test_taken_and_given_back_between_two_looks_starts_anew_too(house: House) -> None:
    await house.have(nobodys(1))
    await house.climb(16)
    await house.climb(31)
    await house.have(nobodys(1, last_activity=at(32)))
    await house.happened("assignee", at(31.5), before=None, after=2)
    await house.happened("assignee", at(32), before=2, after=None)
    assert await house.climb(46) == []
    assert await house.climb(47) == [(CHANNEL, 1)]


async def test_a_note_does_not_make_it_begin_anew(house: House) -> None:
    await house.have(nobodys(1))
    await house.climb(16)
    await house.have(nobodys(1, last_activity=at(20)))
    await house.happened("note-added", at(20), before=None, after=1)
    assert await house.climb(30) == [(BEN, 2)]


async def test_it_counts_from_the_move_into_the_queue_and_leaves_with_the_move_out(house: House) -> None:
    await house.have(nobodys(1, created=at(-600), last_activity=at(10)))
    await house.happened("queue", at(10), before=OTHER, after=QUEUE)
    assert await house.climb(24) == []
    assert await house.climb(25) == [(CHANNEL, 1)]
    await house.have(nobodys(1, queue=OTHER))
    assert await house.climb(90) == []
    assert await house.database.read(lambda tx: ladders.climbing(tx, OURS)) == {}


async def test_it_counts_from_reopening(house: House) -> None:
    await house.have(nobodys(1, last_activity=at(100)))
    await house.happened("status", at(100), before=COMPLETE, after=8)
    assert await house.climb(110) == []
    assert await house.climb(115) == [(CHANNEL, 1)]


async def test_closing_it_ends_the_climb(house: House) -> None:
    await house.have(nobodys(1))
    await house.climb(16)
    await house.have(nobodys(1, status=COMPLETE))
    assert await house.climb(31) == []


async def test_old_tickets_count_from_when_the_ladder_was_set(house: House) -> None:
    await house.have(*(nobodys(id_, created=at(-10_000)) for id_ in range(1, 251)))
    assert await house.climb(-46) == []
    assert await house.climb(-45) == [(CHANNEL, 1)] * 250


async def test_nothing_climbs_while_autotask_is_silent(house: House) -> None:
    """Somebody may have taken it meanwhile: that has not been read."""
    await house.have(nobodys(1))
    assert await house.climb(300, heard=10) == []
    assert await house.climb(301, heard=301) == [(ANA, 3), (BEN, 3), (KIM, 3)]


async def test_nothing_climbs_before_autotask_was_ever_heard(house: House) -> None:
    await house.have(nobodys(1))
    assert await house.escalation.climb(at(60)) == 0


async def test_a_paused_ladder_calls_nobody_and_counts_anew_when_it_goes_on(house: House) -> None:
    await house.have(nobodys(1))
    await house.climb(16)
    await house.database.write(lambda tx: ladders.pause(tx, OURS, house.ladder, at(17)))
    assert await house.climb(60) == []
    await house.database.write(lambda tx: ladders.resume(tx, OURS, house.ladder, at(60)))
    assert await house.climb(74) == []
    assert await house.climb(75) == [(CHANNEL, 1)]


async def test_a_ladder_set_anew_begins_anew(house: House) -> None:
    await house.have(nobodys(1, created=at(-600)))
    await house.climb(16)
    before = house.ladder
    await house.set((20, HERE))
    assert house.ladder == before
    assert await house.database.read(lambda tx: ladders.climbing(tx, OURS)) == {}


@pytest.mark.parametrize("state", [LinkState.SUSPENDED, LinkState.UNLINKED])
async def test_a_ladder_sleeps_while_its_maker_may_see_nothing(house: House, state: LinkState) -> None:
    await house.have(nobodys(1))
    await house.meet(replace(somebody("ana", 1), link=Link(state=state)))
    assert await house.climb(16) == []
    await house.meet(somebody("ana", 1))
    assert await house.climb(17) == [(CHANNEL, 1)]


async def test_what_its_maker_may_not_see_is_not_told(house: House) -> None:
    await house.have(nobodys(1))
    await house.meet(somebody("ana", 1, within_companies=()))
    assert await house.climb(16) == []


async def test_everyone_is_who_may_work_the_queue(house: House) -> None:
    await house.set((1, EVERYBODY))
    await house.meet(somebody("ben", 2, within_queues=(OTHER,)))
    await house.meet(somebody("kim", 3, role=PersonRole.READER))
    await house.have(nobodys(1))
    assert await house.climb(1) == [(ANA, 1)]


async def test_everyone_is_who_holds_a_role_where_roles_are_known(house: House) -> None:
    await house.set((1, EVERYBODY))
    held = [
        ResourceRole(id=1, resource=ResourceId(2), role=RoleId(1)),
        ResourceRole(id=2, resource=ResourceId(3), role=RoleId(1), is_active=False),
    ]
    await house.database.write(lambda tx: directory.put_resource_roles(tx, OURS, held))
    await house.have(nobodys(1))
    assert await house.climb(1) == [(BEN, 1)]


async def test_somebody_who_may_no_longer_see_it_is_not_told(house: House) -> None:
    await house.set((1, STEPS[1][1]))
    await house.meet(somebody("ben", 2, within_queues=(OTHER,)))
    await house.have(nobodys(1))
    assert await house.climb(1) == []


async def test_those_who_look_at_once_call_once(house: House) -> None:
    await house.have(*(nobodys(id_) for id_ in range(1, 6)))
    await house.database.write(lambda tx: sync.put(tx, OURS, SyncState(name="poll", checked_at=at(16))))
    counted = await asyncio.gather(*(Escalation(house.database, tenant=OURS).climb(at(16)) for _ in range(4)))
    assert sum(counted) == 5
    assert len(await house.rows()) == 5


async def test_why_it_is_told_is_known_until_somebody_takes_it(house: House) -> None:
    await house.have(nobodys(1))
    await house.database.write(lambda tx: sync.put(tx, OURS, SyncState(name="poll", checked_at=at(16))))
    await house.escalation.climb(at(16))
    rows = await house.rows()
    (why,) = (await house.database.read(lambda tx: called(tx, OURS, rows))).values()
    assert (why.ladder.queue, why.step.after, why.since) == (QUEUE, timedelta(minutes=15), at(0))
    for taken in (nobodys(1, assignee=ResourceId(2)), nobodys(1, status=COMPLETE), nobodys(1, queue=OTHER)):
        await house.have(taken)
        assert await house.database.read(lambda tx: called(tx, OURS, rows)) == {}
    await house.have(nobodys(1))
    await house.database.write(lambda tx: ladders.pause(tx, OURS, house.ladder, at(17)))
    assert await house.database.read(lambda tx: called(tx, OURS, rows)) == {}
