"""A gate before the make-believe AutoTask: it passes everything on, and stops a chosen call where a test says.

Which call is meant is said by a pattern over method and path; what AutoTask answers is its own business.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Self

from aiohttp import ClientError, ClientSession, web

from sandbox.autotask import AutotaskSandbox

HOST = "127.0.0.1"
_HOP = frozenset({"host", "content-length", "transfer-encoding", "connection", "content-encoding"})


@dataclass(slots=True, kw_only=True)
class Stop:
    """One call that is held: before AutoTask hears of it, or ``after`` AutoTask has done it."""

    call: re.Pattern[str]
    after: bool
    skip: int
    """So many calls that fit are let pass first."""
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    _go: asyncio.Event = field(default_factory=asyncio.Event)
    _is_cut: bool = False

    def release(self) -> None:
        """Let the call go on."""
        self._go.set()

    def cut(self) -> None:
        """Cut the connection of the call."""
        self._is_cut = True
        self._go.set()

    async def pass_by(self) -> bool:
        """Wait for what the test decides; say whether the call goes on."""
        self.reached.set()
        await self._go.wait()
        return not self._is_cut


class Gate:
    """A proxy on loopback, at work while entered. ``lead_to`` says which AutoTask stands behind it."""

    def __init__(self) -> None:
        self._stops: list[Stop] = []
        self._origin = ""
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._session: ClientSession | None = None

    @property
    def url(self) -> str:
        """The zone's base, as a setting wants it."""
        return f"http://{HOST}:{self._port}/ATServicesRest/"

    def lead_to(self, autotask: AutotaskSandbox) -> None:
        """Pass everything on to this one."""
        self._origin = autotask.server.origin

    def stop(self, call: str, *, after: bool = False, skip: int = 0) -> Stop:
        """Hold the next call that fits, for example ``PATCH .*/Tickets$``."""
        made = Stop(call=re.compile(call), after=after, skip=skip)
        self._stops.append(made)
        return made

    def open_all(self) -> None:
        """Stop nothing any more; what is held is cut."""
        for stop in self._stops:
            stop.cut()
        self._stops.clear()

    async def __aenter__(self) -> Self:
        self._session = ClientSession()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.open_all()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        said = f"{request.method} {request.path}"
        body = await request.read()
        if not await self._let(said, after=False):
            return _cut(request)
        try:
            answer = await self._ask(request, body)
        except ClientError:
            return _cut(request)
        return answer if await self._let(said, after=True) else _cut(request)

    async def _let(self, said: str, *, after: bool) -> bool:
        for stop in self._stops:
            if stop.after is after and not stop.reached.is_set() and stop.call.search(said):
                if stop.skip:
                    stop.skip -= 1
                    continue
                return await stop.pass_by()
        return True

    async def _ask(self, request: web.Request, body: bytes) -> web.Response:
        if self._session is None:
            raise RuntimeError("the gate is not open")
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        url = f"{self._origin}{request.rel_url}"
        async with self._session.request(request.method, url, data=body, headers=headers) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # goes nowhere any more
