"""Setting ladders: who may, what makes sense, whom a step can tell."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.errors import AttmsError, Invalid, NotAllowed, NotFound, NotLinked
from attms_core.model import ConversationKind, Lane, Link, LinkState, Person, PersonRole, ResourceId
from attms_core.model.ladder import LadderId, Step, Target, TargetKind
from attms_core.notices.escalation import EVERYBODY, Ladders, spoken, target_of_person, target_of_place
from attms_core.store import people
from attms_core.store.database import Database
from tests.store.values import NOON, OURS, conversation, person

QUEUE, OTHER = 5, 6
LANE = Lane("19:desk@thread.tacv2")
HERE = Target(kind=TargetKind.PLACE, lane=LANE, name="channel")


def now() -> datetime:
    return NOON


def somebody(name: str, resource: int, **given: Any) -> Person:
    link = Link(state=LinkState.LINKED, resource=ResourceId(resource))
    return replace(person(name, link=link, role=PersonRole.DISPATCHER), **given)


ANA, BEN = somebody("ana", 1), somebody("ben", 2, role=PersonRole.TECHNICIAN)


def steps(*given: tuple[float, Target]) -> tuple[Step, ...]:
    return tuple(Step(after=timedelta(minutes=after), targets=(target,)) for after, target in given)


@pytest.fixture
async def ladders(database: Database) -> Ladders:
    await database.write(lambda tx: people.put(tx, ANA))
    await database.write(lambda tx: people.put(tx, BEN))
    return Ladders(database, tenant=OURS, now=now)


async def test_a_ladder_is_kept_and_found_again(ladders: Ladders) -> None:
    wanted = steps((15, HERE), (30, target_of_person(BEN)), (45, EVERYBODY))
    kept = await ladders.set(ANA, QUEUE, wanted)
    assert kept.id
    assert (kept.steps, kept.created_by, kept.changed_at) == (wanted, "ana", NOON)
    assert await ladders.all(ANA) == [kept]
    assert await ladders.of_queue(ANA, QUEUE) == kept
    assert await ladders.of_queue(ANA, OTHER) is None


async def test_a_queue_has_one_ladder_the_last_one_set(ladders: Ladders) -> None:
    first = await ladders.set(ANA, QUEUE, steps((15, HERE)))
    second = await ladders.set(ANA, QUEUE, steps((20, EVERYBODY)))
    assert second.id == first.id
    assert await ladders.all(ANA) == [second]


async def test_it_rests_goes_on_and_is_removed(ladders: Ladders) -> None:
    kept = await ladders.set(ANA, QUEUE, steps((15, HERE)))
    assert (await ladders.pause(ANA, kept.id)).is_paused
    assert (await ladders.all(ANA))[0].is_paused
    assert not (await ladders.resume(ANA, kept.id)).is_paused
    assert not (await ladders.all(ANA))[0].is_paused
    await ladders.remove(ANA, kept.id)
    assert await ladders.all(ANA) == []
    with pytest.raises(NotFound):
        await ladders.remove(ANA, kept.id)
    with pytest.raises(NotFound):
        await ladders.pause(ANA, LadderId(99))


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        (steps(), "1 to 10 steps"),
        (steps(*((after, HERE) for after in range(1, 12))), "1 to 10 steps"),
        (steps((0.5, HERE)), "1 minute"),
        (steps((7 * 1440 + 1, HERE)), "7 days"),
        (steps((15, HERE), (15, EVERYBODY)), "later"),
        (steps((30, HERE), (15, EVERYBODY)), "later"),
        ((Step(after=timedelta(minutes=5), targets=()),), "somebody"),
        (steps((5, target_of_person(person("nobody")))), "not linked"),
    ],
)
async def test_what_makes_no_sense_is_refused(ladders: Ladders, wrong: Sequence[Step], because: str) -> None:
    with pytest.raises(Invalid, match=because):
        await ladders.set(ANA, QUEUE, wrong)
    assert await ladders.all(ANA) == []


async def test_somebody_who_may_not_see_the_queue_is_no_target(ladders: Ladders, database: Database) -> None:
    await database.write(lambda tx: people.put(tx, replace(BEN, within_queues=(OTHER,))))
    with pytest.raises(Invalid, match="may not see this queue"):
        await ladders.set(ANA, QUEUE, steps((5, target_of_person(BEN))))


@pytest.mark.parametrize(
    ("who", "error"),
    [
        (BEN, NotAllowed),
        (somebody("ana", 1, within_queues=(OTHER,)), NotAllowed),
        (replace(ANA, link=Link(state=LinkState.SUSPENDED)), NotLinked),
    ],
)
async def test_it_takes_the_dispatchers_right_for_the_queue(
    ladders: Ladders, who: Person, error: type[AttmsError]
) -> None:
    kept = await ladders.set(ANA, QUEUE, steps((15, HERE)))
    with pytest.raises(error):
        await ladders.set(who, QUEUE, steps((20, HERE)))
    with pytest.raises((error, NotFound)):
        await ladders.remove(who, kept.id)
    assert await ladders.all(ANA) == [kept]


async def test_ladders_of_queues_outside_a_role_are_not_shown(ladders: Ladders) -> None:
    await ladders.set(ANA, QUEUE, steps((15, HERE)))
    assert await ladders.all(somebody("ana", 1, within_queues=(OTHER,))) == []


async def test_a_technician_is_told_where_they_are_linked(ladders: Ladders) -> None:
    assert await ladders.target_of(ResourceId(2), "Ben") == target_of_person(BEN)
    with pytest.raises(Invalid, match="Cem cannot be told"):
        await ladders.target_of(ResourceId(3), "Cem")


async def test_a_ladder_sleeps_when_its_maker_sees_nothing(ladders: Ladders, database: Database) -> None:
    kept = await ladders.set(ANA, QUEUE, steps((15, HERE)))
    assert await ladders.asleep([kept]) == frozenset()
    await database.write(lambda tx: people.put(tx, replace(ANA, link=Link(state=LinkState.SUSPENDED))))
    assert await ladders.asleep([kept]) == {kept.id}


def test_here_is_a_channel_a_group_or_ones_own_chat() -> None:
    assert target_of_place(conversation(LANE), ANA) == HERE
    group = conversation("19:g", kind=ConversationKind.GROUP)
    assert target_of_place(group, ANA).name == "group chat"
    own = conversation("a:1", kind=ConversationKind.PERSONAL)
    assert target_of_place(own, ANA) == target_of_person(ANA)


def test_a_target_is_said_as_it_looks_from_where_it_is_said() -> None:
    assert spoken(HERE, LANE) == "here"
    assert spoken(HERE, Lane("19:other")) == "another channel"
    assert spoken(EVERYBODY, LANE) == "everyone"
    assert spoken(target_of_person(BEN), LANE) == "Ben"
