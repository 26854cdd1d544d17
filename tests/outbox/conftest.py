"""A sender between a store and the sandbox's Teams, in a time that only tests move, with a composer that is plain."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.model import (
    Conversation,
    ConversationKind,
    Event,
    Lane,
    Owed,
    OwedKind,
    Post,
    TenantId,
    TicketId,
    Told,
    Topic,
    WishId,
    lane_of,
)
from attms_core.store import lanes, owed, posts
from attms_core.store.database import Database, open_database
from attms_core.store.owed import DeadLetter
from bot.channel.connector import Connector
from bot.channel.places import Places
from bot.channel.wire import make_pool
from bot.conversations import Conversations
from bot.notices import Sender
from bot.notices.leases import RENEWED
from bot.notices.message import Message, Way
from sandbox.teams import Connector as Teams
from sandbox.teams import Conversation as Place
from sandbox.teams import Kind, Person, Team
from sandbox.teams import Message as Said

TENANT = TenantId("11111111-1111-1111-1111-111111111111")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
KINDS = {
    Kind.PERSONAL: ConversationKind.PERSONAL,
    Kind.GROUP: ConversationKind.GROUP,
    Kind.CHANNEL: ConversationKind.CHANNEL,
}


class Clock:
    """A time that moves when somebody waits for less than a lease's renewal, and when tests say so."""

    def __init__(self) -> None:
        self.at = NOON
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.at.timestamp()

    def now(self) -> datetime:
        return self.at

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)

    async def pause(self, seconds: float) -> None:
        if seconds >= RENEWED.total_seconds():
            await asyncio.Event().wait()
        self.waits.append(seconds)
        self.later(seconds=seconds)
        await asyncio.sleep(0)


class Tokens:
    """Tokens that are good, until Teams does not know the bot any more."""

    def __init__(self) -> None:
        self.dropped = 0

    async def bearer(self) -> str:
        return "good"

    def drop(self, token: str) -> None:
        self.dropped += 1


@dataclass
class Office:
    """All that a test of the sender touches."""

    clock: Clock
    teams: Teams
    tokens: Tokens
    database: Database
    connector: Connector
    rooms: Conversations
    compose: Any = None
    render: Any = None
    broken: set[Topic] = field(default_factory=set)
    """Topics that cannot be composed."""

    def sender(self, **given: Any) -> Sender:
        keywords = {
            "database": self.database,
            "line": self.connector.once(),
            "rooms": self.rooms,
            "render": self.render or render,
            "compose": self.compose or self.plain,
            "now": self.clock.now,
            "pause": self.clock.pause,
            "bot_id": self.teams.bot_id,
            "chance": lambda: 0.0,
            "pace": None,
        }
        return Sender(**{**keywords, **given})

    async def deliver(self, **given: Any) -> None:
        """Let a sender deliver what is due now, and end."""
        async with self.sender(**given) as sender:
            await self.quiet(sender)

    async def quiet(self, sender: Sender | None = None) -> None:
        """Wait until nothing that is due is under way or could be."""
        if sender is not None:
            sender.poke()
        async with asyncio.timeout(20):
            while await self.database.read(lambda tx: owed.unsettled(tx, self.clock.at, self.clock.at)):
                pass  # each look gives way to the sender

    def ana(self, name: str = "Ana Silva", *, installed: bool = True) -> tuple[Person, Place]:
        person = Person.named(name, tenant=TENANT)
        return person, self.teams.directory.hire(person, installed=installed)

    async def know(self, place: Place, person: Person | None = None, **given: Any) -> Conversation:
        """Let the bot know a conversation."""
        known = Conversation(
            tenant=TENANT,
            id=place.base,
            kind=KINDS[place.kind],
            service_url=self.teams.service_url,
            bot_id=self.teams.bot_id,
            user_mri=person.mri if person else None,
            object_id=person.object_id if person else None,
            channel_id=place.base if place.kind is Kind.CHANNEL else None,
        )
        kept = await self.rooms.remember(replace(known, **given))
        await self.rooms.settle(kept)
        return kept

    async def chat(self, name: str = "Ana Silva") -> Conversation:
        person, place = self.ana(name)
        return await self.know(place, person)

    async def channel(self, name: str = "Support") -> Conversation:
        place = Place.channel(Team.named(name), tenant=TENANT)
        person = Person.named("Ben", tenant=TENANT)
        return await self.know(self.teams.directory.open(place, (person,)))

    async def owe(self, to: Conversation | Lane, *tickets: int, **given: Any) -> None:
        """Owe news of tickets."""
        lane = lane_of(to) if isinstance(to, Conversation) else to
        rows = [replace(news(lane, ticket, self.clock.at), **given) for ticket in tickets]
        await self.database.write(lambda tx: owed.owe(tx, rows, self.clock.at))

    def said(self, to: Conversation) -> list[str]:
        """Give what stands in a conversation by now."""
        return [said.summary for said in self.teams.messages(to.id)]

    def messages(self, to: Conversation) -> list[Said]:
        return self.teams.messages(to.id)

    async def posts(self, to: Conversation, *tickets: int) -> dict[Topic, Post]:
        topics = [topic(ticket) for ticket in tickets]
        return await self.database.read(lambda tx: posts.of_lane(tx, TENANT, lane_of(to), topics))

    async def dead(self) -> list[DeadLetter]:
        return await self.database.read(lambda tx: owed.dead(tx, TENANT))

    async def reasons(self) -> list[str]:
        return [letter.reason.partition(":")[0] for letter in await self.dead()]

    async def waits(self) -> timedelta | None:
        """Say how long until something is due; none when nothing is owed."""
        due_at = await self.database.read(lanes.next_due_at)
        return None if due_at is None else due_at - self.clock.at

    async def plain(
        self, conversation: Conversation, rows: Sequence[Owed], standing: Mapping[Topic, Post]
    ) -> list[Message]:
        """Post a card for a topic or edit the one that stands; a note's news is a reply beneath it."""
        del conversation
        found: list[Message] = []
        for about in dict.fromkeys(row.topic for row in rows):
            if about in self.broken:
                raise RuntimeError(f"{about} cannot be composed")
            found += compose_one(about, [row for row in rows if row.topic == about], standing)
        return found


def compose_one(about: Topic | None, rows: Sequence[Owed], standing: Mapping[Topic, Post]) -> list[Message]:
    post = standing.get(about) if about else None
    notes = [row for row in rows if row.event is Event.NOTE_ADDED]
    others = tuple(row for row in rows if row not in notes)
    told = tuple(Told(at=row.at, rule=None, event=row.event) for row in others if row.kind is OwedKind.NEWS)
    card = Message(
        way=Way.EDIT if post else Way.ROOT,
        settles=others,
        activity=activity(f"{about.key if about else ''} {len(others)}"),
        topic=about,
        edits=post.activity if post else "",
        told=told,
        short=lambda: activity("short"),
    )
    replies = [
        Message(way=Way.REPLY, settles=(row,), activity=activity(f"reply {row.id}"), topic=about, told=told)
        for row in notes
    ]
    return [card, *replies]


def activity(summary: str) -> dict[str, Any]:
    return {"type": "message", "text": summary, "summary": summary}


async def render(
    edit: Owed, conversation: Conversation, *, viewers: tuple[str, ...] = (), is_short: bool = False
) -> dict[str, Any]:
    """Show which wish it is about."""
    del conversation, viewers
    return activity("short" if is_short else f"wish {edit.wish}")


def topic(ticket: int) -> Topic:
    return Topic(ticket=TicketId(ticket))


def news(lane: Lane, ticket: int, at: datetime = NOON) -> Owed:
    return Owed(tenant=TENANT, lane=lane, kind=OwedKind.NEWS, due_at=at, at=at, topic=topic(ticket), event=Event.STATUS)


def edit(lane: Lane, message: str, wish: str = "w", at: datetime = NOON) -> Owed:
    plain = Owed(tenant=TENANT, lane=lane, kind=OwedKind.EDIT, due_at=at, at=at)
    return replace(plain, activity=message, wish=WishId(wish))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office(clock: Clock, tmp_path: Path) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(Teams(app_id="app", accepts=lambda token: token == "good", clock=clock))
        database = await open_database(None, tmp_path)
        stack.push_async_callback(database.close)
        pool = await stack.enter_async_context(make_pool())
        tokens = Tokens()
        connector = Connector(pool=pool, tokens=tokens, places=Places(loopback=True), pause=clock.pause)
        rooms = Conversations(database=database, roster=connector, now=clock.now)
        stack.push_async_callback(rooms.close)
        yield Office(clock, teams, tokens, database, connector, rooms)
