"""The sandbox, the mirror and the callouts between them, over real HTTP and a real vault; polls run by name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from attms_core.autotask import AutotaskClient
from attms_core.callouts import CALLOUTS, Callouts, check
from attms_core.config import Configuration
from attms_core.mirror import Mirror
from attms_core.model import Change, Ticket, TicketId
from attms_core.store.database import Database, open_database
from attms_core.vault import FILE, FileHome, FileKey, create_vault
from sandbox.autotask import AutotaskSandbox
from sandbox.autotask.seed_base import technicians
from tests.autotask.story import client_of
from tests.support.fake_autotask import TENANT
from web.callouts import add_callouts
from web.limits import LimitedRunner, Limits, make_app

ANA, BOB = technicians()[0].resource_id, technicians()[1].resource_id
EVERY = timedelta(seconds=30)


class Watched(Mirror):
    """A mirror that says when it has read hints, and how often."""

    def __init__(self, *brought: Any, **more: Any) -> None:
        super().__init__(*brought, **more)
        self.read: list[list[TicketId]] = []
        self.told: asyncio.Queue[list[Change]] = asyncio.Queue()

    async def reread(self, tickets: Any) -> list[Change]:
        self.read.append(list(tickets))
        changes = await super().reread(tickets)
        self.told.put_nowait(changes)
        return changes

    async def refresh_deletions(self) -> None:
        await super().refresh_deletions()
        self.told.put_nowait([])


@dataclass
class Desk:
    """What a test touches."""

    at: AutotaskSandbox
    database: Database
    mirror: Watched
    callouts: Callouts
    configuration: Configuration
    base: URL
    session: aiohttp.ClientSession
    alarms: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return self.configuration.of(CALLOUTS)["path"]

    @property
    def secret(self) -> str:
        return self.configuration.of(CALLOUTS)["secret"]

    def some_ticket(self) -> int:
        return next(int(row["id"]) for row in self.at.world.rows.find("Tickets") if row["status"] == 8)

    def change(self, ticket: int, *, by: int = ANA, **fields: Any) -> None:
        self.at.clock.advance(timedelta(seconds=1))
        self.at.world.change_ticket(ticket, by=by, **fields)

    async def heard(self) -> list[Change]:
        """Wait for the next read that hints cause."""
        await self.at.callouts.settle()
        async with asyncio.timeout(20):
            return await self.mirror.told.get()

    async def ours(self, ticket: int) -> Ticket | None:
        return await self.mirror.ticket(TicketId(ticket))

    def webhook(self, kind: str = "TicketWebhooks") -> dict[str, Any]:
        (found,) = self.at.world.rows.find(kind)
        return dict(found)

    async def send(self, path: str, raw: bytes = b"{}", **headers: str) -> aiohttp.ClientResponse:
        url = self.base.join(URL(f"hooks/autotask/{path}"))
        answer = await self.session.post(url, data=raw, headers={"Content-Type": "application/json", **headers})
        await answer.read()
        return answer


@asynccontextmanager
async def opened(at: AutotaskSandbox, folder: Path, *, cap: int = 3000, sleep: Any = None) -> AsyncIterator[Desk]:
    """Open it all, with the first sync through and callouts not set up."""
    async with AsyncExitStack() as stack:
        database = await open_database(None, folder)
        stack.push_async_callback(database.close)
        client: AutotaskClient = await stack.enter_async_context(client_of(at))
        mirror = Watched(database, client, client, tenant=TENANT, now=at.clock)
        await mirror.open()
        await mirror.first_sync()
        vault = await create_vault(FileHome(folder / FILE), FileKey(folder / "vault.key"))
        configuration = Configuration({}, vault, now=at.clock, extra={CALLOUTS: check})
        app, current = make_app(Limits()), list[Callouts]()
        add_callouts(app, lambda: current[0].reception if current else None)
        runner = LimitedRunner(app, Limits())
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = URL(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        callouts = Callouts(
            mirror=mirror,
            source=client.webhooks,
            keeping=configuration,
            public_url=str(base),
            cap=cap,
            every=EVERY,
            now=at.clock,
            sleep=sleep or _at_once,
        )
        current.append(await stack.enter_async_context(callouts))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        desk = Desk(at, database, mirror, callouts, configuration, base, session)
        callouts.on_alarm = lambda: desk.alarms.append("off")
        yield desk


async def _at_once(_: float) -> None:
    await asyncio.sleep(0)
