"""A bot with a scripted mind behind the real channel, and the sandbox's Teams in front of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from attms_core.settings import Settings, load
from bot.channel import PATH, Channel
from bot.turn import Answer, Say, Turn
from sandbox.teams import Person, TeamsClient, TeamsSandbox


class Clock:
    """A time that only tests move."""

    def __init__(self) -> None:
        self.seconds = time.time()

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


@dataclass
class Mind:
    """A handler that remembers what it heard and says what it was told to say."""

    answer: Answer = field(default_factory=lambda: Say(text="heard"))
    heard: list[Turn] = field(default_factory=list)
    think: Callable[[Turn], Awaitable[Answer]] | None = None

    async def __call__(self, turn: Turn) -> Answer:
        self.heard.append(turn)
        return await self.think(turn) if self.think else self.answer

    @property
    def last(self) -> Turn:
        return self.heard[-1]


@dataclass
class Desk:
    """Everything that a test of the channel touches."""

    sandbox: TeamsSandbox
    clock: Clock
    mind: Mind
    channel: Channel
    client: TeamsClient
    ana: Person
    pauses: list[float]


class Pauses:
    """Waits of the code under test: short ones are noted and skipped, the upkeep sleeps until it is cancelled."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        if seconds >= 30:
            await asyncio.Event().wait()
        self.taken.append(seconds)


def settings_of(sandbox: TeamsSandbox, **overrides: str) -> Settings:
    return load({**sandbox.settings("ATTMS_"), **{f"ATTMS_{name}": value for name, value in overrides.items()}})


async def serve(stack: AsyncExitStack, channel: Channel) -> str:
    """Put an open channel on a loopback port; return the address of its door."""
    app = web.Application()
    channel.routes(app)
    server = TestServer(app)
    await server.start_server()
    stack.push_async_callback(server.close)
    return str(server.make_url(PATH))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[TeamsSandbox]:
    async with TeamsSandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
async def open_desk(sandbox: TeamsSandbox, clock: Clock) -> AsyncIterator[Callable[..., Awaitable[Desk]]]:
    """Open desks with the channel's own keywords; all are closed with the test."""
    async with AsyncExitStack() as stack:

        async def make(**keywords: Any) -> Desk:
            mind, pauses = Mind(), Pauses()
            given = {"pause": pauses, "login_ca": sandbox.ca_file, **keywords}
            channel = Channel(settings_of(sandbox), mind, now=clock.now, **given)
            await stack.enter_async_context(channel)
            client = await stack.enter_async_context(sandbox.client(await serve(stack, channel)))
            ana = sandbox.person("Ana Silva")
            return Desk(sandbox, clock, mind, channel, client, ana, pauses.taken)

        yield make


@pytest.fixture
async def desk(open_desk: Callable[..., Awaitable[Desk]]) -> Desk:
    return await open_desk()
