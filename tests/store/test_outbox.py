"""Edits that are owed: the latest wins, one of a conversation at a time, and a dead one keeps its reason."""

import asyncio
from dataclasses import replace
from datetime import datetime

from attms_core.model import Edit, EditSubject, TicketId, WishId
from attms_core.store import outbox
from attms_core.store.database import Database
from tests.store.values import NOON, OURS, THEIRS, WILD, at

TICKET = EditSubject(ticket=TicketId(1))
WISH = EditSubject(wish=WishId("w"))


async def test_an_owed_edit_is_claimed_once_and_again_when_the_claim_ends(database: Database) -> None:
    await owe(database, "c", "a")
    expected = Edit(tenant=OURS, conversation="c", activity="a", subject=TICKET, version=1, due_at=NOON)
    assert await due(database, at(-1)) == []
    assert await due(database, NOON) == [expected]
    assert await due(database, NOON) == []
    assert await database.read(outbox.next_due_at) == at(1)
    assert await due(database, at(1)) == [expected]


async def test_a_later_edit_takes_the_place_of_an_earlier_one(database: Database) -> None:
    await owe(database, "c", "a")
    [first] = await due(database, NOON)
    await owe(database, "c", "a", WISH, at(0.25))
    assert await due(database, at(0.5)) == []  # the first is under way: two must not edit one message at once
    await database.write(lambda tx: outbox.settle(tx, first))
    [second] = await due(database, at(0.5))
    assert second == replace(first, subject=WISH, version=2, due_at=at(0.25))
    await database.write(lambda tx: outbox.settle(tx, second))
    assert await database.read(outbox.next_due_at) is None
    assert await due(database, at(99)) == []


async def test_a_conversation_has_one_claimed_edit_at_most(database: Database) -> None:
    for n, (conversation, activity) in enumerate([("c", "1"), ("c", "2"), ("d", "3"), ("c", "4")]):
        await owe(database, conversation, activity, TICKET, at(n / 100))
    await database.write(lambda tx: outbox.owe(tx, THEIRS, "c", "5", TICKET, at(0.5)))
    claimed = await due(database, at(0.6))
    assert [e.activity for e in claimed] == ["1", "3", "5"]
    assert await due(database, at(0.6)) == []
    await database.write(lambda tx: outbox.settle(tx, claimed[0]))
    assert await database.read(outbox.next_due_at) == at(0.01)
    assert [e.activity for e in await due(database, at(0.6))] == ["2"]


async def test_no_more_are_claimed_than_asked_for_the_longest_due_first(database: Database) -> None:
    for n in range(4):
        await owe(database, f"c{n}", "a", TICKET, at(-n))
    assert [e.conversation for e in await due(database, NOON, limit=2)] == ["c3", "c2"]
    assert [e.conversation for e in await due(database, NOON, limit=9)] == ["c1", "c0"]


async def test_many_claimers_share_the_work_without_doubling_it(database: Database) -> None:
    for n in range(12):
        await owe(database, f"c{n}", "a")
    claimed = await asyncio.gather(*(due(database, NOON, limit=2) for _ in range(6)))
    rest = await due(database, NOON, limit=12)
    every = [e.conversation for edits in (*claimed, rest) for e in edits]
    assert sorted(every) == sorted(f"c{n}" for n in range(12))


async def test_a_failed_edit_comes_again_later(database: Database) -> None:
    await owe(database, "c", "a")
    [first] = await due(database, NOON)
    await database.write(lambda tx: outbox.retry(tx, first, at(9)))
    assert await database.read(outbox.next_due_at) == at(9)
    assert await due(database, at(8)) == []
    assert await due(database, at(9)) == [replace(first, attempts=1, due_at=at(9))]


async def test_a_retry_of_an_overtaken_edit_leaves_the_later_one_due_now(database: Database) -> None:
    await owe(database, "c", "a")
    [first] = await due(database, NOON)
    await owe(database, "c", "a", WISH)
    await database.write(lambda tx: outbox.retry(tx, first, at(9)))
    assert await due(database, NOON) == [replace(first, subject=WISH, version=2)]


async def test_a_buried_edit_keeps_its_reason_and_lives_again_when_owed_anew(database: Database) -> None:
    await owe(database, "c", "a")
    [first] = await due(database, NOON)
    await database.write(lambda tx: outbox.bury(tx, first, WILD, at(2)))
    assert await due(database, at(99)) == []
    assert await database.read(outbox.next_due_at) is None
    dead = outbox.DeadEdit(edit=first, reason=WILD, died_at=at(2))
    assert await database.read(lambda tx: outbox.dead(tx, OURS)) == [dead]
    assert await database.read(lambda tx: outbox.dead(tx, THEIRS)) == []
    await owe(database, "c", "a", TICKET, at(3))
    assert await database.read(lambda tx: outbox.dead(tx, OURS)) == []
    assert await due(database, at(3)) == [replace(first, version=2, due_at=at(3))]


async def owe(
    database: Database, conversation: str, activity: str, subject: EditSubject = TICKET, now: datetime = NOON
) -> None:
    await database.write(lambda tx: outbox.owe(tx, OURS, conversation, activity, subject, now))


async def due(database: Database, now: datetime, limit: int = 9) -> list[Edit]:
    return await database.write(lambda tx: outbox.due(tx, now, limit))
