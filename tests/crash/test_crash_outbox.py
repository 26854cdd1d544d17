"""A sender that dies between any two steps: nothing owed is lost, and one message a conversation is doubled at most.

The steps are its writes to the store and its calls to Teams; it dies before one of them, or after it without learning
that it was done.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from attms_core.errors import StoreUnavailable
from attms_core.model import Conversation, Event, Owed, Post, Topic, lane_of
from attms_core.store import owed
from attms_core.store.database import Database, open_database
from bot.channel.connector import Connector
from bot.channel.places import Places
from bot.channel.wire import make_pool
from bot.conversations import Conversations
from bot.notices import ledger, sender
from bot.notices.leases import LEASE
from bot.notices.message import Message, Way
from sandbox.teams import Connector as Teams
from tests.outbox.conftest import Clock, Office, Tokens, activity, edit

MOST_STEPS = 200


class Fate:
    """Kills at one step: whoever takes it, or another after it, waits for ever."""

    def __init__(self, step: int, *, done_first: bool) -> None:
        self._left = step
        self._done_first = done_first
        self.struck = asyncio.Event()
        self.is_over = False
        self.is_spared = False

    async def step(self, deed: Callable[[], Any]) -> Any:
        """Do the deed, unless it is the last hour."""
        if self.is_over:
            raise StoreUnavailable("The process is dead.")
        if self.struck.is_set():
            await asyncio.Event().wait()
        self._left -= 1
        if self._left >= 0 or self.is_spared:
            return await deed()
        self.struck.set()
        if self._done_first:
            await deed()
        return await asyncio.Event().wait()


class MortalStore:
    """A store whose writes are steps."""

    def __init__(self, database: Database, fate: Fate) -> None:
        self._database = database
        self._fate = fate

    async def read(self, work: Any) -> Any:
        return await self._database.read(work)

    async def write(self, work: Any) -> Any:
        return await self._fate.step(lambda: self._database.write(work))


class MortalLine:
    """A line to Teams whose calls are steps."""

    def __init__(self, line: Connector, fate: Fate) -> None:
        self._line = line
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._line, name)

        async def step(*given: Any, **keywords: Any) -> Any:
            return await self._fate.step(lambda: call(*given, **keywords))

        return step


async def compose(conversation: Conversation, rows: Sequence[Owed], standing: Mapping[Topic, Post]) -> list[Message]:
    """Post a card for a topic that has none, and a reply for every row."""
    del conversation
    found = []
    for topic in dict.fromkeys(row.topic for row in rows):
        if topic not in standing:
            found.append(Message(way=Way.ROOT, activity=activity(f"card {topic}"), topic=topic))
        found += [
            Message(way=Way.REPLY, settles=(row,), activity=activity(f"row {row.id}"), topic=topic)
            for row in rows
            if row.topic == topic
        ]
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    clock = Clock()
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(Teams(app_id="app", accepts=lambda _: True, clock=clock))
        database = await open_database(url, tmp_path)
        stack.push_async_callback(database.close)
        pool = await stack.enter_async_context(make_pool())
        connector = Connector(pool=pool, tokens=Tokens(), places=Places(loopback=True), pause=clock.pause)
        rooms = Conversations(database=database, roster=connector, now=clock.now)
        stack.push_async_callback(rooms.close)
        yield Office(clock, teams, Tokens(), database, connector, rooms, compose=compose)


@pytest.mark.parametrize("done_first", [False, True], ids=["before", "after"])
async def test_whenever_a_sender_dies_nothing_is_lost_and_one_message_a_conversation_doubled_at_most(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, done_first: bool
) -> None:
    monkeypatch.setattr(sender, "GRACE", 0.001)  # the dead do not finish what they are doing
    monkeypatch.setattr(ledger, "PATIENCE", 0.001)
    doubled = 0
    for step in range(MOST_STEPS):
        places = [await office.channel(f"Support {step}"), await office.chat(f"Ana {step}")]
        pressed = await owe_all(office, places, step)
        fate = Fate(step, done_first=done_first)
        if not await dies(office, fate):
            assert step > 10
            assert doubled or not done_first
            return
        office.clock.later(seconds=LEASE.total_seconds() + 1)
        await office.deliver()
        doubled += sum([await judge(office, place) for place in places])
        assert [said.summary for said in office.messages(places[1]) if said.id == pressed] == [f"wish {step}"]
    pytest.fail("it never ends")


async def owe_all(office: Office, places: Sequence[Conversation], step: int) -> str:
    """Owe news in both places, and the edit of a pressed card; give that card."""
    for place in places:
        await office.owe(place, 1, 1, 2, event=Event.NOTE_ADDED)
    pressed = await office.connector.send(places[1], activity("pressed"))
    row = edit(lane_of(places[1]), pressed, f"{step}", office.clock.at)
    await office.database.write(lambda tx: owed.owe(tx, [row], office.clock.at))
    return pressed


async def dies(office: Office, fate: Fate) -> bool:
    """Let a mortal sender deliver; say whether it died."""
    mortal = office.sender(database=MortalStore(office.database, fate), line=MortalLine(office.connector.once(), fate))
    struck = asyncio.create_task(fate.struck.wait())
    async with mortal:
        mortal.poke()
        quiet = asyncio.create_task(office.quiet())
        await asyncio.wait({struck, quiet}, return_when=asyncio.FIRST_COMPLETED)
        has_died = fate.is_over = fate.struck.is_set()
        fate.is_spared = not has_died
    for task in (struck, quiet):
        task.cancel()
    await asyncio.wait({struck, quiet})
    return has_died


async def judge(office: Office, place: Conversation) -> int:
    """Check what was said in a conversation; count what was said twice."""
    said = Counter(office.said(place))
    rows = [name for name in said if name.startswith("row ")]
    assert len(rows) == 3, said
    assert sum(name.startswith("card ") for name in said) == 2, said
    extra = sum(said.values()) - len(said)
    assert extra <= 1, said
    return extra
