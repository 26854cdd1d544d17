"""One installation of the bot between two sandboxes that outlives its processes: started, killed, started again.

Time is the machine's, unless a process in the test is given another; nothing here asserts anything.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aiohttp.test_utils import TestServer

import app
from assembly.house import House
from attms_core.settings import load
from bot.channel import PATH
from sandbox.autotask import AutotaskSandbox
from sandbox.autotask.seed_base import technicians
from sandbox.teams import Person, TeamsClient, TeamsSandbox
from tests.support.gate import Gate
from tests.support.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
TICKETS, SEED = 12, 3
LISTENS = b"ATTMS listens on"
PATIENCE = 30.0
"""Seconds that a process may take to start."""


@dataclass(frozen=True, slots=True)
class Running:
    """The bot at work in the test's own process."""

    house: House
    client: TeamsClient


class Installation:
    """Sandboxes, a gate before AutoTask, and a data directory; at work while entered.

    ``database_url`` unset means SQLite in the directory.
    """

    def __init__(self, data_dir: Path, database_url: str | None = None) -> None:
        self.teams = TeamsSandbox()
        self.at = AutotaskSandbox(tickets=TICKETS, seed=SEED, latency_factor=0)
        self.gate = Gate()
        self._data_dir = data_dir
        self._database_url = database_url
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for part in (self.teams, self.at, self.gate):
            await self._stack.enter_async_context(part)
        self.gate.lead_to(self.at)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def technician(self, place: int = 0) -> Person:
        """Give the Teams account of a seeded technician."""
        seeded = technicians()[place]
        return self.teams.person(f"{seeded.first} {seeded.last}", email=seeded.email)

    @asynccontextmanager
    async def inside(self, **brought: Any) -> AsyncIterator[Running]:
        """Run the bot in this process."""
        async with AsyncExitStack() as stack:
            brought = {"login_ca": self.teams.ca_file, **brought}
            house = await stack.enter_async_context(app.build(load(self.settings()), **brought))
            await house.first_data()
            server = TestServer(house.public)
            await server.start_server()
            stack.push_async_callback(server.close)
            client = await stack.enter_async_context(self.teams.client(str(server.make_url(PATH))))
            yield Running(house, client)

    @asynccontextmanager
    async def process(self) -> AsyncIterator["Process"]:
        """Run the bot as the real thing, in a process of its own; leaving kills it."""
        port = free_port()
        settings = {**self.settings(), "ATTMS_PORT": str(port), "ATTMS_ADMIN_PORT": str(free_port())}
        environment = {**os.environ, **settings, **self.teams.environment()}
        child = await _start(environment)
        process = Process(child)
        try:
            await process.listening()
            async with self.teams.client(f"http://127.0.0.1:{port}{PATH}") as client:
                process.client = client
                yield process
        finally:
            await process.kill()

    def settings(self) -> dict[str, str]:
        """Give the bot's environment, but for the ports."""
        code = self.at.credentials
        settings = {
            **self.teams.settings("ATTMS_"),
            "ATTMS_DATA_DIR": str(self._data_dir),
            "ATTMS_POLL_SECONDS": "3600",
            "ATTMS_AUTOTASK_ZONE_URL": self.gate.url,
            "ATTMS_AUTOTASK_USER": code.user,
            "ATTMS_AUTOTASK_SECRET": code.secret,
            "ATTMS_AUTOTASK_INTEGRATION_CODE": code.integration_code,
            "ATTMS_AUTOTASK_WRITES": "true",
        }
        return settings | ({"ATTMS_DATABASE_URL": self._database_url} if self._database_url else {})


class Process:
    """The bot as a process, with a hand of Teams that reaches it."""

    client: TeamsClient

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self._child = child
        self._log = bytearray()
        self._reader: asyncio.Task[None] | None = None
        self._is_listening = asyncio.Event()

    async def listening(self) -> None:
        """Wait until it says so. Raises ``RuntimeError`` with its last words when it ends instead."""
        self._reader = asyncio.create_task(self._read(), name="log of the bot")
        said = asyncio.create_task(self._is_listening.wait())
        await asyncio.wait({said, self._reader}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        if not said.done():
            said.cancel()
            raise RuntimeError(self._log.decode(errors="replace")[-2000:])

    async def kill(self) -> None:
        """End it as ``kill -9`` does, and wait until it is gone. Harmless to repeat."""
        if self._child.returncode is None:
            self._child.send_signal(signal.SIGKILL)
        await self._child.wait()
        if self._reader is not None:
            await self._reader

    async def _read(self) -> None:
        if self._child.stderr is None:
            raise RuntimeError("no log to read")
        async for line in self._child.stderr:
            self._log += line
            if LISTENS in line:
                self._is_listening.set()


async def _start(environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "app.py"),
        cwd=ROOT,
        env=dict(environment),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
