"""The internal mark of a conversation, where two want different things of it at the same time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.errors import AttmsError, NotAllowed, NotLinked
from attms_core.model import Conversation, Link, LinkState, Member, Person, PersonRole
from attms_core.store import conversations
from attms_core.store.database import Database, open_database
from bot.conversations import Conversations
from tests.store.values import NOON, OURS, conversation, linked

PLACE = conversation("19:desk", user_mri=None, object_id=None)
BOSS = linked("mara", 5)


class Alone:
    """A line to conversations in which nobody is."""

    async def members(self, _: Conversation) -> list[Member]:
        return []

    async def send(self, _: Conversation, activity: dict[str, Any], *, thread: str | None = None) -> str:
        raise AssertionError(f"nobody asked for {activity} in {thread}")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(None, tmp_path)
    yield opened
    await opened.close()


async def meeting(database: Database) -> Conversations:
    """Give a process's memory of conversations, in which one is marked internal."""
    known = Conversations(database=database, roster=Alone(), now=lambda: NOON)
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
