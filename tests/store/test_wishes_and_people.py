"""Wishes are stored once and moved by one; a resource has one person."""

import asyncio

import pytest
from msgspec.structs import replace

from attms_core.errors import Invalid
from attms_core.model import (
    Link,
    LinkState,
    NoteId,
    Outcome,
    PersonKey,
    ResourceId,
    TicketId,
    WishId,
    WishState,
)
from attms_core.store import people, wishes
from attms_core.store.database import Database
from tests.store.values import NOON, OURS, THEIRS, WILD, at, linked, person, wish

ASKED, SENT, DONE, REFUSED = WishState.ASKED, WishState.SENT, WishState.DONE, WishState.REFUSED


async def test_a_wish_comes_back_whole_and_its_key_is_taken(database: Database) -> None:
    came = Outcome(
        ticket=TicketId(1), note=NoteId(2), code="invalid", message=WILD, hint="h", field="title", reverted=("status",)
    )
    first = wish("w1", "key", before={"title": WILD, "queue": 5}, outcome=came, ended_at=at(1))
    assert await database.write(lambda tx: wishes.add(tx, first)) is None
    assert await database.write(lambda tx: wishes.add(tx, wish("w2", "key"))) == first
    assert await database.write(lambda tx: wishes.add(tx, wish("w1", "other"))) == first
    assert await database.write(lambda tx: wishes.add(tx, wish("w1", "key", tenant=THEIRS))) is None
    assert await database.read(lambda tx: wishes.get(tx, OURS, WishId("w1"))) == first
    assert await database.read(lambda tx: wishes.by_key(tx, OURS, "key")) == first
    assert await database.read(lambda tx: wishes.get(tx, OURS, WishId("w2"))) is None


async def test_of_many_redeliveries_one_is_stored(database: Database) -> None:
    await database.write(lambda tx: wishes.last(tx, OURS, 1))
    asked = [wish(f"w{n}", "key") for n in range(12)]
    found = await asyncio.gather(*(database.write(lambda tx, w=w: wishes.add(tx, w)) for w in asked))  # type: ignore[misc]
    stored = await database.read(lambda tx: wishes.by_key(tx, OURS, "key"))
    assert [w for w in found if w] == [stored] * 11
    assert [w for w, earlier in zip(asked, found, strict=True) if earlier is None] == [stored]


async def test_of_many_that_move_a_wish_one_does(database: Database) -> None:
    await database.write(lambda tx: wishes.add(tx, wish("w", "key")))
    moved = await asyncio.gather(
        *(database.write(lambda tx: wishes.move(tx, OURS, WishId("w"), expect=[ASKED], to=SENT)) for _ in range(12))
    )
    assert sorted(moved) == [False] * 11 + [True]


async def test_a_move_sets_what_it_is_given_and_keeps_the_rest(database: Database) -> None:
    first = wish("w", "key", ticket=None)
    came = Outcome(ticket=TicketId(77))
    await database.write(lambda tx: wishes.add(tx, first))
    assert not await move(database, [DONE, REFUSED], SENT)
    assert await move(database, [ASKED, SENT], SENT, before={"title": WILD})
    assert await move(database, [SENT], DONE, outcome=came, ended_at=at(3))
    assert not await move(database, [ASKED, SENT], REFUSED)
    expected = replace(first, state=DONE, before={"title": WILD}, outcome=came, ended_at=at(3))
    assert await database.read(lambda tx: wishes.get(tx, OURS, WishId("w"))) == expected
    # A ticket that a wish created is explained by it.
    assert await database.read(lambda tx: wishes.explaining(tx, OURS, TicketId(77), at(3))) == [expected]


async def test_unfinished_wishes_come_oldest_first_and_the_audit_newest_first(database: Database) -> None:
    some = [
        wish("w1", "1", asked_at=at(2)),
        wish("w2", "2", asked_at=at(1), state=SENT),
        wish("w3", "3", asked_at=at(3), state=DONE),
        wish("w4", "4", tenant=THEIRS),
    ]
    for one in some:
        await database.write(lambda tx, w=one: wishes.add(tx, w))  # type: ignore[misc]
    assert [w.id for w in await database.read(lambda tx: wishes.unfinished(tx, OURS))] == ["w2", "w1"]
    assert [w.id for w in await database.read(lambda tx: wishes.last(tx, OURS, 2))] == ["w3", "w1"]


async def test_explaining_wishes_are_those_of_the_ticket_sent_or_done_since(database: Database) -> None:
    some = [
        wish("sent", "1", state=SENT, asked_at=at(1)),
        wish("done", "2", state=DONE, asked_at=at(-9), ended_at=at(0)),
        wish("old", "3", state=DONE, asked_at=at(-9), ended_at=at(-1)),
        wish("asked", "4", asked_at=at(1)),
        wish("refused", "5", state=REFUSED, asked_at=at(1)),
        wish("elsewhere", "6", state=SENT, ticket=TicketId(2), asked_at=at(1)),
    ]
    for one in some:
        await database.write(lambda tx, w=one: wishes.add(tx, w))  # type: ignore[misc]
    found = await database.read(lambda tx: wishes.explaining(tx, OURS, TicketId(1), NOON))
    assert [w.id for w in found] == ["sent", "done"]


async def test_people_come_back_whole(database: Database) -> None:
    ada, bob = linked("ada", 7), person("bob", within_queues=(1, 2), within_companies=())
    for one in (bob, ada):
        await database.write(lambda tx, p=one: people.put(tx, p))  # type: ignore[misc]
    assert await database.read(lambda tx: people.get(tx, ada.key)) == ada
    assert await database.read(lambda tx: people.everybody(tx, OURS)) == [ada, bob]
    assert await database.read(lambda tx: people.holder(tx, OURS, ResourceId(7))) == ada
    assert await database.read(lambda tx: people.holder(tx, OURS, ResourceId(8))) is None
    assert await database.read(lambda tx: people.get(tx, PersonKey(THEIRS, "ada"))) is None


async def test_a_resource_that_is_taken_is_refused_until_it_is_free(database: Database) -> None:
    ada = linked("ada", 7)
    await database.write(lambda tx: people.put(tx, ada))
    await database.write(lambda tx: people.put(tx, ada))
    with pytest.raises(Invalid, match="Ada"):
        await database.write(lambda tx: people.put(tx, linked("bob", 7)))
    proposed = Link(state=LinkState.PROPOSED, resource=ResourceId(7))
    await database.write(lambda tx: people.put(tx, person("cleo", link=proposed)))
    suspended = replace(ada, link=replace(ada.link, state=LinkState.SUSPENDED))
    await database.write(lambda tx: people.put(tx, suspended))
    await database.write(lambda tx: people.put(tx, linked("bob", 7)))
    assert await database.read(lambda tx: people.holder(tx, OURS, ResourceId(7))) == linked("bob", 7)


async def test_of_many_who_want_a_resource_one_gets_it(database: Database) -> None:
    them = [linked(f"person{n}", 7) for n in range(6)]
    came = await asyncio.gather(
        *(database.write(lambda tx, p=p: people.put(tx, p)) for p in them),  # type: ignore[misc]
        return_exceptions=True,
    )
    assert sorted(type(c).__name__ for c in came) == ["Invalid"] * 5 + ["NoneType"]


async def move(database: Database, expect: list[WishState], to: WishState, **given: object) -> bool:
    """Move wish ``w``."""
    return await database.write(
        lambda tx: wishes.move(tx, OURS, WishId("w"), expect=expect, to=to, **given)  # type: ignore[arg-type]
    )


async def test_deeds_on_some_tickets_are_those_done_since_the_newest_first(database: Database) -> None:
    for one in (
        wish("early", "1", state=WishState.DONE, ended_at=at(-1)),
        wish("first", "2", state=WishState.DONE, asked_at=at(1), ended_at=at(1)),
        wish("second", "3", state=WishState.DONE, asked_at=at(2), ended_at=at(2)),
        wish("refused", "4", state=WishState.REFUSED, ended_at=at(2)),
        wish("elsewhere", "5", state=WishState.DONE, ticket=TicketId(9), ended_at=at(2)),
    ):
        await database.write(lambda tx, w=one: wishes.add(tx, w))  # type: ignore[misc]
    found = await database.read(lambda tx: wishes.done_since(tx, OURS, [TicketId(1)], NOON))
    assert [each.id for each in found] == ["second", "first"]
