"""The outbox as an administrator sees it, on both engines: what waits, what was given up, sent again, forgotten."""

import asyncio
from datetime import datetime

import pytest

from attms_core.errors import Invalid
from attms_core.model import ConversationKind, Event, Lane, Owed, OwedId, OwedKind, Rule, RuleKind, TicketId, Topic
from attms_core.notices.letters import Chosen, Letters
from attms_core.store import conversations, lanes, owed, people
from attms_core.store.database import Database, Tx
from attms_core.store.lanes import End, Fullness
from tests.store.conftest import database, database_url
from tests.store.values import OURS, THEIRS, at, conversation, linked

__all__ = ["database", "database_url"]

CHANNEL, ADA, NOBODY = Lane("19:desk"), Lane("person:ada"), Lane("person:zoe")
BLOCKED, REMOVED = "delivery-blocked: The person blocked the bot.", "delivery-not-installed: The app is gone."


def row(lane: Lane, ticket: int, *, minutes: float = 0) -> Owed:
    return Owed(
        tenant=OURS,
        lane=lane,
        kind=OwedKind.NEWS,
        due_at=at(minutes),
        at=at(minutes),
        topic=Topic(ticket=TicketId(ticket)),
        rule=Rule(RuleKind.SUBSCRIPTION, "12"),
        event=Event.STATUS,
    )


class House:
    """The use case over a store, with a clock that stands at a minute after noon."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.minutes = 1.0
        self.poked = asyncio.Event()
        self.letters = Letters(database, tenant=OURS, now=self.now, poke=self.poked.set)

    def now(self) -> datetime:
        return at(self.minutes)

    async def owe(self, *rows: Owed) -> None:
        await self.database.write(lambda tx: owed.owe(tx, rows, at(0)))

    async def bury(self, lane: Lane, reason: str, *, minutes: float = 0) -> list[OwedId]:
        """Give up all that waits in a lane."""
        rows = await self.database.read(lambda tx: owed.waiting(tx, OURS, lane))
        await self.database.write(lambda tx: owed.bury(tx, rows, reason, at(minutes)))
        return [each.id for each in rows]

    async def waiting(self, lane: Lane) -> list[Owed]:
        return await self.database.read(lambda tx: owed.waiting(tx, OURS, lane))


@pytest.fixture
async def house(database: Database) -> House:
    await database.write(lambda tx: people.put(tx, linked("ada", 1)))
    await database.write(lambda tx: conversations.put(tx, conversation(CHANNEL)))
    return House(database)


async def test_what_waits_is_told_lane_by_lane_the_longest_due_first(house: House) -> None:
    await house.owe(
        row(CHANNEL, 1, minutes=3), row(ADA, 1, minutes=2), row(ADA, 2, minutes=1), row(NOBODY, 3, minutes=9)
    )
    found = await house.letters.waiting()
    assert (found.rows, found.lanes) == (4, 3)
    assert [(each.name, each.wait.waiting) for each in found.page] == [
        ("Ada", 2),
        ("channel", 1),
        ("somebody not met yet", 1),
    ]
    first = found.page[0].wait
    assert (first.lane, first.due_at, first.attempts, first.held_until, first.trouble) == (ADA, at(1), 0, None, "")
    (second,) = (await house.letters.waiting(limit=1, offset=1)).page
    assert second.wait.lane == CHANNEL


async def test_why_and_how_long_a_lane_waits_is_told(house: House) -> None:
    await house.owe(row(CHANNEL, 1))
    key = (OURS, CHANNEL)
    ended = End(key=key, fullness=Fullness(), wait_until=at(5), trouble="delivery-throttled: Slower.")

    def work(tx: Tx) -> None:
        lanes.take(tx, [key], holder="me", until=at(1))
        owed.count_try(tx, owed.waiting(tx, OURS, CHANNEL))
        lanes.end(tx, [ended], holder="me", now=at(0.5))

    await house.database.write(work)
    (lane,) = (await house.letters.waiting()).page
    assert (lane.wait.attempts, lane.wait.held_until) == (1, at(5))
    assert (lane.wait.trouble, lane.wait.trouble_at) == ("delivery-throttled: Slower.", at(0.5))
    house.minutes = 6
    (later,) = (await house.letters.waiting()).page
    assert later.wait.held_until is None


async def test_what_was_given_up_is_told_with_its_reasons(house: House) -> None:
    await house.owe(row(CHANNEL, 1), row(ADA, 1), row(ADA, 2))
    await house.bury(CHANNEL, REMOVED, minutes=1)
    await house.bury(ADA, BLOCKED, minutes=2)
    reasons = await house.letters.reasons()
    assert [(each.code, each.what, each.count, each.last) for each in reasons] == [
        ("delivery-blocked", "The person blocked the bot.", 2, at(2)),
        ("delivery-not-installed", "The app is gone.", 1, at(1)),
    ]
    dead = await house.letters.dead(limit=2)
    assert [(each.name, each.letter.reason) for each in dead] == [("Ada", BLOCKED)] * 2
    (last,) = await house.letters.dead(limit=2, offset=2)
    assert last.name == "channel"
    assert (await house.letters.waiting()).rows == 0


async def test_numbers_a_reason_or_all_are_sent_again_at_once(house: House) -> None:
    await house.owe(row(CHANNEL, 1), row(CHANNEL, 2), row(ADA, 1), row(NOBODY, 1))
    first, second = await house.bury(CHANNEL, REMOVED)
    await house.bury(ADA, BLOCKED)
    await house.bury(NOBODY, BLOCKED)

    assert await house.letters.resend(Chosen(ids=(first,))) == 1
    assert house.poked.is_set()
    (again,) = await house.waiting(CHANNEL)
    assert (again.id, again.due_at, again.attempts) == (first, at(1), 0)
    assert await house.letters.resend(Chosen(reason="delivery-blocked")) == 2
    assert [len(await house.waiting(lane)) for lane in (ADA, NOBODY)] == [1, 1]
    assert await house.letters.resend(Chosen(is_all=True)) == 1
    assert {each.id for each in await house.waiting(CHANNEL)} == {first, second}
    assert await house.letters.dead() == []


async def test_numbers_a_reason_or_all_are_forgotten_and_nothing_else(house: House) -> None:
    await house.owe(row(CHANNEL, 1), row(CHANNEL, 2), row(ADA, 1), row(NOBODY, 1))
    first, _ = await house.bury(CHANNEL, REMOVED)
    await house.bury(ADA, BLOCKED)
    (alive,) = await house.waiting(NOBODY)

    assert await house.letters.drop(Chosen(ids=(first, alive.id, OwedId(999)))) == 1
    assert await house.letters.drop(Chosen(reason="delivery-blocked")) == 1
    assert await house.letters.drop(Chosen(reason="delivery")) == 0
    assert await house.letters.drop(Chosen(is_all=True)) == 1
    assert await house.letters.dead() == []
    assert await house.waiting(NOBODY) == [alive]


async def test_another_tenants_letters_are_neither_seen_nor_touched(house: House) -> None:
    await house.owe(row(CHANNEL, 1))
    ids = await house.bury(CHANNEL, REMOVED)
    other = Letters(house.database, tenant=THEIRS, now=house.now)
    assert await other.dead() == []
    assert await other.reasons() == []
    assert await other.drop(Chosen(ids=tuple(ids))) == 0
    assert await other.resend(Chosen(is_all=True)) == 0
    assert len(await house.letters.dead()) == 1


@pytest.mark.parametrize("chosen", [Chosen(), Chosen(ids=(OwedId(1),), is_all=True), Chosen(reason="x", is_all=True)])
async def test_exactly_one_choice_is_taken(house: House, chosen: Chosen) -> None:
    for deed in (house.letters.resend, house.letters.drop):
        with pytest.raises(Invalid):
            await deed(chosen)


async def test_a_group_chat_is_named_by_what_it_is(house: House) -> None:
    group = conversation("19:group", kind=ConversationKind.GROUP)
    await house.database.write(lambda tx: conversations.put(tx, group))
    await house.owe(row(Lane("19:group"), 1))
    assert (await house.letters.waiting()).page[0].name == "group chat"
