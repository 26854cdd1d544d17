"""The management API on real sockets, over the real use cases and a SQLite store."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from admin.administration import Administration
from admin.api import LIMITS, Gate, KeyGate, Rates, make_api
from attms_core.store.database import open_database
from tests.support.administration import Ground, administration
from web.limits import LimitedRunner


@dataclass(frozen=True)
class Said:
    """An answer, read whole."""

    status: int
    headers: Any
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


@dataclass
class Listener:
    """The API at work, and what it works on."""

    ground: Ground
    port: int
    session: aiohttp.ClientSession
    root: str
    """A key for everything."""
    texts: list[str] = field(default_factory=list)

    @property
    def administration(self) -> Administration:
        return self.ground.administration

    async def ask(self, method: str, path: str, *, key: str | None = "", **more: Any) -> Said:
        """Ask with the key for everything, with another one, or with none (None)."""
        headers = dict(more.pop("headers", {}))
        if key is not None:
            headers["Authorization"] = f"Bearer {key or self.root}"
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self.session.request(method, url, headers=headers, **more) as answer:
            said = Said(answer.status, answer.headers, await answer.text())
        self.texts.append(f"{said.headers} {said.text}")
        return said

    async def get(self, path: str, **more: Any) -> Said:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, **more: Any) -> Said:
        return await self.ask("POST", path, **more)


Listen = Callable[..., Awaitable[Listener]]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty store: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("migrated")

    async def make() -> None:
        await (await open_database(None, folder)).close()

    asyncio.run(make())
    return folder


@pytest.fixture
async def listen(tmp_path: Path, migrated: Path) -> AsyncIterator[Listen]:
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    async with AsyncExitStack() as stack:

        async def make(*, rates: Rates | None = None, **brought: Any) -> Listener:
            ground = await stack.enter_async_context(administration(tmp_path, **brought))
            gate: Gate = KeyGate(ground.administration.keys)
            runner = LimitedRunner(make_api(ground.administration, gate, rates=rates), LIMITS)
            stack.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Listener(ground, runner.addresses[0][1], session, await ground.key())

        yield make


@pytest.fixture
async def api(listen: Listen) -> Listener:
    return await listen()


@pytest.fixture
async def wide(listen: Listen) -> Listener:
    """The API without a limit of requests."""
    return await listen(rates=Rates(requests=10**6, failures=10**6))
