"""The whole house between two sandboxes: words go in by the real HTTP route, AutoTask is looked at afterwards."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer

import app
from assembly.house import House
from attms_core.config import Configuration
from attms_core.model import PersonKey, PersonRole, TenantId
from attms_core.settings import load
from attms_core.vault import FILE as VAULT
from attms_core.vault import FileHome, FileKey, Vault, create_vault
from bot.channel import PATH
from sandbox.autotask import AutotaskSandbox
from sandbox.autotask.seed_base import technicians
from sandbox.teams import Message, Person, Said, TeamsClient, TeamsSandbox, buttons

TICKETS, SEED = 80, 3
NEVER = 3600
"""Seconds between polls: a test that wants one runs it by name."""
YES = "Yes, that is me"


class Clock:
    """One time for everybody, moved by tests alone. It starts now, because certificates are checked by real time."""

    def __init__(self) -> None:
        self.seconds = time.time()

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


@dataclass
class World:
    """Everything that a scenario touches."""

    clock: Clock
    teams: TeamsSandbox
    at: AutotaskSandbox
    house: House
    client: TeamsClient

    def technician(self, place: int = 0) -> Person:
        """Give the Teams account of a seeded technician: the same name and e-mail as in AutoTask."""
        seeded = technicians()[place]
        return self.teams.person(f"{seeded.first} {seeded.last}", email=seeded.email)

    def resource(self, place: int = 0) -> int:
        return technicians()[place].resource_id

    async def linked(self, place: int = 0) -> Person:
        """Give a technician who has confirmed who they are."""
        return await self.confirm(self.technician(place))

    async def confirm(self, person: Person) -> Person:
        """Let somebody say that they are the technician who is proposed, unless they have said so before."""
        asked = await self.client.say("me", person=person)
        if YES in buttons(card_of(asked)):
            await self.client.press(asked.messages[-1], YES, person=person)
        return person

    async def make(self, person: Person, role: str, **limits: Any) -> None:
        """Give somebody a role, as the command line does."""
        key = PersonKey(TenantId(person.tenant.lower()), person.object_id.lower())
        await self.house.core.people.set_role(key, PersonRole(role), **limits)

    async def poll(self) -> None:
        await self.house.core.jobs.run_now("poll")

    def later(self, span: timedelta) -> None:
        """Let time pass for all."""
        self.clock.seconds += span.total_seconds()
        self.at.clock.advance(span)

    def tickets(self, **equal: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self.at.world.rows.find("Tickets", **equal)]

    def open_ticket_of(self, place: int = 0) -> dict[str, Any]:
        """Give an open ticket of a technician, as AutoTask has it."""
        mine = self.tickets(assignedResourceID=self.resource(place))
        return next(row for row in mine if row["status"] != 5)

    def writes(self) -> list[Any]:
        """List what was asked to be written, oldest first."""
        return [seen for seen in self.at.requests if seen.method in {"POST", "PATCH"} and "query" not in seen.path]


Open = Callable[..., Awaitable[World]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def open_world(clock: Clock, tmp_path: Path) -> AsyncIterator[Open]:
    """Open worlds with settings and replacements of the test's own; all are closed with it."""
    async with opening(clock, tmp_path) as make:
        yield make


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world for all tests of a module that only read, or mind people and tickets of their own.

    Such a module says ``pytestmark = pytest.mark.asyncio(loop_scope="module")``.
    """
    async with opening(Clock(), tmp_path_factory.mktemp("shared")) as make:
        yield await make()


@asynccontextmanager
async def opening(clock: Clock, data_dir: Path) -> AsyncIterator[Open]:
    """Give what opens worlds over one data directory; leaving closes them all.

    ``prepare`` is given the sandbox of AutoTask before anything is read from it; a ``governed`` world has a vault, and
    goes by what is changed there.
    """
    async with AsyncExitStack() as stack:

        async def make(
            *,
            tickets: int = TICKETS,
            connected: bool = True,
            governed: bool = False,
            brought: dict[str, Any] | None = None,
            prepare: Callable[[AutotaskSandbox], None] = lambda _: None,
            **settings: str,
        ) -> World:
            teams = await stack.enter_async_context(TeamsSandbox(clock=clock))
            at = await stack.enter_async_context(
                AutotaskSandbox(tickets=tickets, seed=SEED, now=clock.now(), latency_factor=0)
            )
            prepare(at)
            given = {**teams.settings("ATTMS_"), "ATTMS_DATA_DIR": str(data_dir), "ATTMS_POLL_SECONDS": str(NEVER)}
            if connected:
                given |= autotask_settings(at)
            given |= {f"ATTMS_{name}": value for name, value in settings.items()}
            # A slow machine is not a slow AutoTask: tests of "Saving..." bring a patience of their own. Nor is a time
            # that stands still a reason to speak no more.
            calm = {"now": clock.now, "login_ca": teams.ca_file, "patience": timedelta(minutes=1), "pace": None}
            keywords: dict[str, Any] = calm | (brought or {})
            if governed:
                keywords["configuration"] = Configuration(given, await new_vault(data_dir), now=clock.now)
            house = await stack.enter_async_context(app.build(load(given), **keywords))
            if connected:
                await house.first_data()
                await house.core.jobs.run_now("first-sync")
            server = TestServer(house.public)
            await server.start_server()
            stack.push_async_callback(server.close)
            client = await stack.enter_async_context(teams.client(str(server.make_url(PATH))))
            return World(clock, teams, at, house, client)

        yield make


async def new_vault(data_dir: Path) -> Vault:
    return await create_vault(FileHome(data_dir / VAULT), FileKey(data_dir / "vault.key"))


def autotask_settings(at: AutotaskSandbox) -> dict[str, str]:
    return {
        "ATTMS_AUTOTASK_ZONE_URL": at.url,
        "ATTMS_AUTOTASK_USER": at.credentials.user,
        "ATTMS_AUTOTASK_SECRET": at.credentials.secret,
        "ATTMS_AUTOTASK_INTEGRATION_CODE": at.credentials.integration_code,
        "ATTMS_AUTOTASK_WRITES": "true",
    }


@pytest.fixture
async def world(open_world: Open) -> World:
    return await open_world()


def card_of(said: Said) -> dict[str, Any]:
    """Give the card that the person sees after a turn: the invoke's answer, else the last message's that has one."""
    if said.answer is not None and said.answer.card:
        return dict(said.answer.card)
    return dict(cards_of(said)[-1].card or {})


def cards_of(said: Said) -> list[Message]:
    """Give the messages of a turn that are cards; words to go on with may come after them."""
    return [message for message in said.messages if message.card is not None]
