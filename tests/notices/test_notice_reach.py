"""The roster of who can be reached, on both engines, and what the doctor says of it."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.health import State
from attms_core.health.reach_of_people import look
from attms_core.model import (
    Conversation,
    ConversationKind,
    Lane,
    Link,
    LinkState,
    Owed,
    OwedKind,
    Person,
    ResourceId,
    lane_of_person,
)
from attms_core.model.ladder import Ladder, Step, Target, TargetKind
from attms_core.notices.reach import Reached, Roster
from attms_core.store import conversations, ladders, lanes, owed, people
from attms_core.store.database import Database, Tx
from attms_core.store.lanes import End, Fullness
from tests.store.values import OURS, at, conversation, person

CHANNEL, ANA = Lane("19:desk"), lane_of_person("ana")
HERE = Target(kind=TargetKind.PLACE, lane=CHANNEL, name="channel")


def somebody(name: str, resource: int) -> Person:
    return person(name, link=Link(state=LinkState.LINKED, resource=ResourceId(resource)))


def chat(name: str, **given: Any) -> Conversation:
    own = conversation(f"a:{name}", kind=ConversationKind.PERSONAL, object_id=name, team_id=None, channel_id=None)
    return replace(own, **{"seen_at": at(0)} | given)


def _put(one: Conversation, tx: Tx) -> None:
    conversations.put(tx, one)


class House:
    """A store with a roster over it, and Ana, who is linked."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.roster = Roster(database, tenant=OURS)

    async def know(self, *some: Conversation) -> None:
        for each in some:
            await self.database.write(partial(_put, each))

    async def meet(self, one: Person) -> None:
        await self.database.write(lambda tx: people.put(tx, one))

    async def fail(self, lane: Lane, reason: str, minutes: float) -> None:
        """Give something up."""

        def work(tx: Tx) -> None:
            row = Owed(tenant=OURS, lane=lane, kind=OwedKind.NEWS, due_at=at(minutes), at=at(minutes))
            owed.owe(tx, [row], at(minutes))
            owed.bury(tx, owed.waiting(tx, OURS, lane), reason, at(minutes))

        await self.database.write(work)

    async def ladder(self, **given: Any) -> None:
        steps = (Step(after=timedelta(minutes=5), targets=(HERE,)),)
        plain = Ladder(tenant=OURS, queue=5, steps=steps, created_by="ana", created_by_name="Ana", changed_at=at(0))
        await self.database.write(lambda tx: ladders.put(tx, replace(plain, **given)))

    async def one(self) -> Reached:
        (found,) = await self.roster.everybody()
        return found

    async def way(self) -> str:
        return str((await self.one()).way)


@pytest.fixture
async def house(database: Database) -> House:
    made = House(database)
    await made.meet(somebody("ana", 1))
    return made


async def test_who_never_spoke_can_be_tried(house: House) -> None:
    one = await house.one()
    assert (one.name, one.kind, one.way, one.seen_at) == ("Ana", "person", "untried", None)
    assert "hello" in one.fix


async def test_who_has_a_chat_is_reached(house: House) -> None:
    await house.know(chat("ana"))
    one = await house.one()
    assert (one.way, one.why, one.fix, one.seen_at) == ("open", "", "", at(0))


async def test_who_is_not_linked_is_told_nothing_and_not_listed(house: House) -> None:
    await house.meet(person("ben"))
    assert [each.name for each in await house.roster.everybody()] == ["Ana"]


async def test_an_app_that_was_removed_is_told(house: House) -> None:
    await house.know(chat("ana", is_installed=False))
    one = await house.one()
    assert one.way == "removed"
    assert "add the app again" in one.fix


async def test_of_several_chats_the_installed_one_counts(house: House) -> None:
    await house.know(chat("ana", is_installed=False, seen_at=at(9)), chat("ana", id="a:new"))
    assert await house.way() == "open"


@pytest.mark.parametrize(
    ("code", "way"),
    [
        ("delivery-blocked", "blocked"),
        ("delivery-disabled", "blocked"),
        ("delivery-not-installed", "removed"),
        ("delivery-conversation-gone", "gone"),
        ("delivery-rejected", "open"),
    ],
)
async def test_what_teams_refused_last_says_why(house: House, code: str, way: str) -> None:
    await house.know(chat("ana"))
    await house.fail(ANA, f"{code}: So it said.", 5)
    one = await house.one()
    assert (one.way, one.error, one.error_at) == (way, f"{code}: So it said.", at(5))


async def test_a_refusal_from_before_somebody_spoke_again_counts_no_more(house: House) -> None:
    await house.fail(ANA, "delivery-blocked: So it said.", 5)
    assert await house.way() == "blocked"
    await house.know(chat("ana", seen_at=at(6)))
    assert await house.way() == "open"


async def test_what_waits_because_of_trouble_is_failing(house: House) -> None:
    await house.know(chat("ana"))

    def work(tx: Tx) -> None:
        owed.owe(tx, [Owed(tenant=OURS, lane=ANA, kind=OwedKind.NEWS, due_at=at(1), at=at(1))], at(1))
        lanes.take(tx, [(OURS, ANA)], holder="me", until=at(2))
        trouble = End(key=(OURS, ANA), fullness=Fullness(), wait_until=at(9), trouble="delivery-transient: Late.")
        lanes.end(tx, [trouble], holder="me", now=at(1))

    await house.database.write(work)
    one = await house.one()
    assert (one.way, one.error) == ("failing", "delivery-transient: Late.")
    assert "tried again" in one.fix


async def test_places_that_ladders_call_are_listed_and_those_out_of_reach_stand_first(house: House) -> None:
    await house.know(chat("ana"))
    await house.ladder()
    unknown, ana = await house.roster.everybody()
    assert (unknown.kind, unknown.way, ana.name) == ("conversation", "unknown", "Ana")
    await house.know(conversation(CHANNEL))
    assert [(each.name, each.way) for each in await house.roster.everybody()] == [("Ana", "open"), ("channel", "open")]
    await house.ladder(is_paused=True)
    assert [each.name for each in await house.roster.everybody()] == ["Ana"]


async def test_the_doctor_names_who_cannot_be_reached_and_the_command_that_helps(house: House) -> None:
    assert (await look(house.database, OURS)).state is State.OK
    await house.know(chat("ana", is_installed=False))
    finding = await look(house.database, OURS)
    assert finding.state is State.WARNING
    assert "1 of 1 conversation cannot be reached: Ana." in finding.what
    assert "attms people reach" in finding.fix


async def test_the_doctor_tells_of_ladders_that_sleep(house: House) -> None:
    await house.know(chat("ana"), conversation(CHANNEL))
    await house.ladder()
    assert (await look(house.database, OURS)).state is State.OK
    await house.meet(person("ana", link=Link(state=LinkState.SUSPENDED)))
    finding = await look(house.database, OURS)
    assert finding.state is State.WARNING
    assert "1 escalation of queues" in finding.what
    await house.ladder(is_paused=True)
    assert (await look(house.database, OURS)).state is State.OK
