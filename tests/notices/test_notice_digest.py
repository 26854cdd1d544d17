"""A digest is due once each time: not twice, not for each day that nobody looked, nor beside one that waits."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from attms_core.errors import NotFound
from attms_core.model import Lane, Owed, OwedKind, Rule, RuleKind
from attms_core.model.digest import Digest, DigestId, DigestKind, Rhythm
from attms_core.notices.digests import Digests
from attms_core.notices.rhythm import read_rhythm
from attms_core.store import digests as store
from attms_core.store import owed
from attms_core.store.database import Database
from tests.store.values import NOON, OURS, THEIRS, linked

HERE, MINE = Lane("19:here@thread.tacv2"), Lane("person:ana")
ANA, BEN = linked("ana", 5), linked("ben", 6)
DAILY = read_rhythm("12:30 daily", "UTC")


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def later(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def digests(database: Database, clock: Clock) -> Digests:
    return Digests(database, tenant=OURS, now=clock)


async def waiting(database: Database, lane: Lane) -> list[Owed]:
    return await database.read(lambda tx: owed.waiting(tx, OURS, lane))


async def delivered(database: Database, lane: Lane) -> None:
    """Strike out all that waits, as if it had arrived."""
    rows = await waiting(database, lane)
    await database.write(lambda tx: owed.settle(tx, rows))


def poked(digests: Digests) -> list[None]:
    """Count how often the sender was told to look."""
    pokes: list[None] = []
    digests.on_poke = lambda: pokes.append(None)
    return pokes


async def test_nothing_is_owed_before_its_time(database: Database, digests: Digests, clock: Clock) -> None:
    await digests.set(ANA, MINE, DigestKind.MINE, DAILY)
    pokes = poked(digests)
    clock.later(minutes=29)
    assert await digests.owe_due() == 0
    assert await waiting(database, MINE) == []
    assert pokes == []


async def test_it_is_owed_once_when_its_time_has_come(database: Database, digests: Digests, clock: Clock) -> None:
    made = await digests.set(ANA, MINE, DigestKind.MINE, DAILY)
    pokes = poked(digests)
    clock.later(minutes=30)
    assert [await digests.owe_due() for _ in range(3)] == [1, 0, 0]
    (row,) = await waiting(database, MINE)
    assert (row.kind, row.rule, row.due_at) == (OwedKind.DIGEST, Rule(RuleKind.DIGEST, str(made.id)), clock.at)
    assert len(pokes) == 1
    kept = await digests.get(made.id)
    assert kept is not None
    assert (kept.last_at, kept.next_at) == (clock.at, clock.at + timedelta(days=1))


async def test_what_was_missed_while_nobody_looked_comes_once(
    database: Database, digests: Digests, clock: Clock
) -> None:
    made = await digests.set(ANA, MINE, DigestKind.MINE, DAILY)
    clock.later(days=4)
    assert [await digests.owe_due() for _ in range(2)] == [1, 0]
    kept = await digests.get(made.id)
    assert kept is not None
    assert (kept.last_at, kept.next_at) == (NOON + timedelta(minutes=30), clock.at + timedelta(minutes=30))


async def test_one_that_still_waits_is_not_joined_by_another(
    database: Database, digests: Digests, clock: Clock
) -> None:
    await digests.set(ANA, MINE, DigestKind.MINE, DAILY)
    clock.later(days=1)
    await digests.owe_due()
    clock.later(days=1)
    await digests.owe_due()
    assert len(await waiting(database, MINE)) == 1
    await delivered(database, MINE)
    clock.later(days=1)
    await digests.owe_due()
    assert len(await waiting(database, MINE)) == 1


async def test_two_who_look_at_once_owe_it_once(database: Database, digests: Digests, clock: Clock) -> None:
    for number in range(20):
        await digests.set(linked(str(number), 5), Lane(f"person:{number}"), DigestKind.MINE, DAILY)
    clock.later(hours=1)
    other = Digests(database, tenant=OURS, now=clock)
    assert sum(await asyncio.gather(digests.owe_due(), other.owe_due())) == 20
    assert [len(await waiting(database, Lane(f"person:{number}"))) for number in range(20)] == [1] * 20


async def test_more_than_a_transaction_takes_are_all_owed(database: Database, digests: Digests, clock: Clock) -> None:
    await digests.set(ANA, MINE, DigestKind.MINE, DAILY)
    (first,) = await digests.of_lane(ANA, MINE)
    more = [replace(first, lane=Lane(f"person:{number}")) for number in range(1, 450)]
    await database.write(lambda tx: [store.add(tx, each) for each in more])
    clock.later(hours=1)
    assert await digests.owe_due() == 450


async def test_another_tenants_digests_are_left_alone(database: Database, digests: Digests, clock: Clock) -> None:
    await Digests(database, tenant=THEIRS, now=clock).set(ANA, MINE, DigestKind.MINE, DAILY)
    clock.later(hours=1)
    assert await digests.owe_due() == 0


async def test_a_paused_one_is_not_owed_and_what_it_missed_is_gone(
    database: Database, digests: Digests, clock: Clock
) -> None:
    await digests.set(ANA, MINE, DigestKind.MINE, DAILY)
    assert (await digests.pause(ANA, MINE, DigestKind.MINE)).is_paused
    clock.later(days=3)
    assert await digests.owe_due() == 0
    again = await digests.resume(ANA, MINE, DigestKind.MINE)
    assert (again.is_paused, again.next_at) == (False, clock.at + timedelta(minutes=30))
    assert await digests.owe_due() == 0


async def test_setting_it_again_replaces_it_and_it_is_the_last_ones(digests: Digests, clock: Clock) -> None:
    first = await digests.set(ANA, HERE, DigestKind.HERE, DAILY)
    await digests.pause(ANA, HERE, DigestKind.HERE)
    clock.later(minutes=1)
    second = await digests.set(BEN, HERE, DigestKind.HERE, Rhythm(days=(0,), minute=60, zone="Europe/Berlin"))
    assert (second.id, second.created_by, second.is_paused) == (first.id, "ben", False)
    assert await digests.of_lane(ANA, HERE) == (second,)


async def test_a_place_can_have_one_of_each_kind(digests: Digests) -> None:
    await digests.set(ANA, MINE, DigestKind.HERE, DAILY)
    await digests.set(ANA, MINE, DigestKind.MINE, DAILY)
    assert [each.kind for each in await digests.of_lane(ANA, MINE)] == [DigestKind.MINE, DigestKind.HERE]
    assert await digests.of_lane(ANA, HERE) == ()


async def test_a_removed_one_is_gone(digests: Digests, clock: Clock) -> None:
    made = await digests.set(ANA, MINE, DigestKind.MINE, DAILY)
    assert (await digests.remove(ANA, MINE, DigestKind.MINE)).id == made.id
    clock.later(days=1)
    assert await digests.owe_due() == 0
    assert await digests.get(made.id) is None


DEEDS: tuple[Callable[[Digests], object], ...] = (
    lambda digests: digests.pause(ANA, MINE, DigestKind.MINE),
    lambda digests: digests.resume(ANA, MINE, DigestKind.MINE),
    lambda digests: digests.remove(ANA, MINE, DigestKind.MINE),
    lambda digests: digests.send(ANA, MINE, DigestKind.MINE),
)


@pytest.mark.parametrize("deed", range(len(DEEDS)))
async def test_what_is_not_there_cannot_be_touched(digests: Digests, deed: int) -> None:
    await digests.set(ANA, MINE, DigestKind.HERE, DAILY)
    with pytest.raises(NotFound, match="no such digest"):
        await DEEDS[deed](digests)  # type: ignore[misc]
    assert await digests.get(DigestId(99_999)) is None


async def test_sending_it_now_leaves_its_times_alone(database: Database, digests: Digests, clock: Clock) -> None:
    made = await digests.set(ANA, MINE, DigestKind.MINE, DAILY)
    pokes = poked(digests)
    await digests.send(ANA, MINE, DigestKind.MINE)
    await digests.send(ANA, MINE, DigestKind.MINE)
    assert len(await waiting(database, MINE)) == 1
    assert len(pokes) == 2
    assert await digests.get(made.id) == made


async def test_what_is_kept_is_what_was_set(database: Database, digests: Digests) -> None:
    made = await digests.set(ANA, HERE, DigestKind.HERE, Rhythm(days=(1, 6), minute=1439, zone="Asia/Kathmandu"))
    kept: Digest | None = await database.read(lambda tx: store.get(tx, OURS, made.id))
    assert kept == made
    assert made.maker == ANA.key
