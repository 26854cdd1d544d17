"""The sandbox as a running thing: a seeded world behind an address of its own.

    async with AutotaskSandbox(tickets=50, seed=7) as at:
        ...                                   # at.url, at.credentials, at.faults, at.quirks, at.requests, at.world

Bound to 127.0.0.1 and nothing else: its switches under `/sandbox/` ask for no log-in.
"""

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

import orjson
from aiohttp import web

from sandbox.autotask import seed as seeding
from sandbox.autotask.callouts import Callouts
from sandbox.autotask.clock import Clock
from sandbox.autotask.faults import Faults
from sandbox.autotask.limits import Limits
from sandbox.autotask.quirks import Quirks
from sandbox.autotask.server import Credentials, Seen, Server
from sandbox.autotask.world import World

HOST = "127.0.0.1"
LARGEST_BODY = 32 * 1024 * 1024
PATIENCE = 0.2
"""Seconds that open requests get when the sandbox closes; a delayed one would hold up every test."""


class AutotaskSandbox:
    """An Autotask that runs as long as it is entered.

    tickets, seed     how much history, and which world; the same two make the same world
    now               a moment at which the world's clock stands still, or None for the machine's time
    port              0 is any free one
    hourly            calls per hour of the whole tenant; latency_factor scales the added half and whole second
    database          file for the records; in memory unless said. A file filled before with the same tickets and seed
                      goes on where it was left; ValueError when it holds something else
    """

    def __init__(
        self,
        *,
        tickets: int = 50,
        seed: int = 1,
        now: datetime | None = None,
        port: int = 0,
        hourly: int = 10_000,
        latency_factor: float = 1.0,
        database: str = ":memory:",
    ) -> None:
        self.clock = Clock(now)
        self.quirks = Quirks()
        self.world = World(self.clock, self.quirks, database=database)
        seeding.fill(self.world, tickets=tickets, seed=seed)
        self.limits = Limits(self.clock, self.quirks, hourly=hourly, latency_factor=latency_factor)
        self.faults = Faults(lambda: self.world.rows.sequence)
        self.callouts = Callouts(self.world, self.faults)
        self.credentials = Credentials()
        self.server = Server(self.world, self.limits, self.faults, self.credentials)
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The zone's base, ending in `/ATServicesRest/`; changes when the tenant moves."""
        return self.server.zone_url

    @property
    def discovery_url(self) -> str:
        """Where zones are asked for: append `?user=`."""
        return f"{self.server.origin}/ATServicesRest/V1.0/zoneInformation"

    @property
    def requests(self) -> Sequence[Seen]:
        """Every request to a known path, oldest first."""
        return self.server.requests

    def forget_requests(self) -> None:
        """Empty the request log."""
        self.server.requests.clear()

    async def __aenter__(self) -> Self:
        """Start serving."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_get("/sandbox/faults", self._list_faults)
        app.router.add_post("/sandbox/faults", self._add_faults)
        app.router.add_delete("/sandbox/faults", self._clear_faults)
        app.router.add_get("/sandbox/log", self._show_log)
        app.router.add_route("*", "/{path:.*}", self.server.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=PATIENCE)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()
        self._port = self._runner.addresses[0][1]
        self.server.origin = f"http://{HOST}:{self._port}"
        await self.callouts.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop serving; records in memory are gone then."""
        await self.callouts.__aexit__()
        if self._runner is not None:
            await self._runner.cleanup()
        self.world.rows.close()

    async def forever(self) -> None:
        """Serve until cancelled."""
        await asyncio.Event().wait()

    async def _list_faults(self, _: web.Request) -> web.Response:
        return web.json_response(self.faults.listed())

    async def _add_faults(self, request: web.Request) -> web.Response:
        try:
            wire: Any = orjson.loads(await request.read())
            for each in wire if isinstance(wire, list) else [wire]:
                self.faults.add(**each)
        except (ValueError, TypeError) as wrong:
            return web.json_response({"errors": [str(wrong)]}, status=400)
        return web.json_response(self.faults.listed())

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self.faults.clear()
        return web.json_response([])

    async def _show_log(self, _: web.Request) -> web.Response:
        return web.json_response([dataclasses.asdict(seen) for seen in self.requests])
