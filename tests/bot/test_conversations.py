"""The internal mark of a conversation, where two want different things of it at the same time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.errors import AttmsError, NotAllowed, NotLinked
from attms_core.model import Conversation, Link, LinkState, Member, Person, PersonRole
from attms_core.store import conversations
from attms_core.store.database import Database, open_database
from bot.conversations import Conversations
from bot.delivery import Transient
from tests.store.values import NOON, OURS, conversation, linked

PLACE = conversation("19:desk", user_mri=None, object_id=None)
BOSS = linked("mara", 5)


GUEST = Member(mri="29:gus", object_id="gus", name="Gus Guest", email="", tenant=OURS, is_guest=True)


async def nothing() -> None:
    """Stands for what happens meanwhile where nothing does."""


@dataclass
class Room:
    """A line to conversations in which all the same people are; ``meanwhile`` happens once, after a look at them."""

    people: list[Member] = field(default_factory=list)
    is_told: bool = True
    meanwhile: Callable[[], Awaitable[object]] = nothing

    async def members(self, _: Conversation) -> list[Member]:
        if not self.is_told:
            raise Transient("Teams does not answer")
        seen, happens, self.meanwhile = list(self.people), self.meanwhile, nothing
        await happens()
        return seen

    async def send(self, _: Conversation, activity: dict[str, Any], *, thread: str | None = None) -> str:
        raise AssertionError(f"nobody asked for {activity} in {thread}")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(None, tmp_path)
    yield opened
    await opened.close()


async def meeting(database: Database, room: Room | None = None) -> Conversations:
    """Give a process's memory of conversations, in which one is marked internal."""
    known = Conversations(database=database, roster=room or Room(), now=lambda: NOON)
    await known.set_internal(BOSS, await known.remember(PLACE), on=True)
    assert await is_internal(known)
    return known


async def is_internal(known: Conversations) -> bool:
    found = await known.find(OURS, PLACE.id)
    return found is not None and found.is_internal


async def test_a_mark_that_one_process_ends_is_ended_for_all(database: Database) -> None:
    here, there = await meeting(database), await meeting(database)
    await here.set_internal(BOSS, PLACE, on=False)
    assert not await is_internal(there)


async def test_what_a_turn_writes_meanwhile_brings_no_mark_back(database: Database) -> None:
    known = await meeting(database)
    news = replace(PLACE, service_url="https://smba.trafficmanager.net/amer/")
    await asyncio.gather(known.set_internal(BOSS, PLACE, on=False), known.remember(news))
    await known.close()
    stored = await database.read(lambda tx: conversations.get(tx, OURS, PLACE.id))
    assert stored is not None
    assert (stored.service_url, stored.is_internal) == (news.service_url, False)
    assert not await is_internal(known)


async def test_a_guest_who_joins_while_a_conversation_is_marked_keeps_it_from_being_internal(
    database: Database,
) -> None:
    room = Room()
    known = Conversations(database=database, roster=room, now=lambda: NOON)
    await known.remember(PLACE)

    async def joins() -> None:
        room.people.append(GUEST)
        assert await known.close_to_outsiders(PLACE) == []  # there is no mark yet

    room.meanwhile = joins
    with pytest.raises(NotAllowed, match="cannot be internal: Gus Guest would read along") as refused:
        await known.set_internal(BOSS, PLACE, on=True)
    assert "have to leave first" in refused.value.hint
    assert not await is_internal(known)
    assert await database.read(conversations.internal) == []


async def test_a_roster_that_is_not_told_again_keeps_a_conversation_from_being_internal(database: Database) -> None:
    room = Room()
    known = Conversations(database=database, roster=room, now=lambda: NOON)
    await known.remember(PLACE)

    async def falls_silent() -> None:
        room.is_told = False

    room.meanwhile = falls_silent
    with pytest.raises(NotAllowed, match="Teams does not tell who would read along") as refused:
        await known.set_internal(BOSS, PLACE, on=True)
    assert refused.value.hint == "Say it again in a few minutes."
    assert not await is_internal(known)
    assert await database.read(conversations.internal) == []


async def test_who_asks_for_internal_notes_beside_a_guest_who_came_unseen_ends_them(database: Database) -> None:
    room = Room()
    known = await meeting(database, room)
    room.people.append(GUEST)
    with pytest.raises(NotAllowed):
        await known.set_internal(BOSS, PLACE, on=True)
    assert not await is_internal(known)


@pytest.mark.parametrize(
    ("person", "error"),
    [
        (replace(BOSS, role=PersonRole.TECHNICIAN), NotAllowed),
        (replace(BOSS, link=Link(state=LinkState.UNLINKED)), NotLinked),
    ],
)
async def test_only_a_dispatcher_marks_a_conversation_or_ends_its_mark(
    database: Database, person: Person, error: type[AttmsError]
) -> None:
    known = await meeting(database)
    with pytest.raises(error):
        await known.set_internal(person, PLACE, on=False)
    assert await is_internal(known)
    await known.set_internal(BOSS, PLACE, on=False)
    with pytest.raises(error):
        await known.set_internal(person, PLACE, on=True)
    assert not await is_internal(known)
