"""What every stand-in of Teams shares: a loopback socket with an owned life, and a door that can be shut.

What a service answers is its own module's business.
"""

from __future__ import annotations

import abc
import asyncio
import ssl
import weakref
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

Clock = Callable[[], float]
"""Seconds since the epoch; tests hand in their own."""

LOOPBACK = "127.0.0.1"
_LARGEST_BODY = 8 * 1024 * 1024  # far above every limit under test, so that our own refusals are met first


class Door:
    """What can be wrong with a whole service.

    `outage` answers 503 to everything, `delay` waits that many seconds first,
    `hold()` keeps every request waiting until `release()`.
    """

    def __init__(self) -> None:
        self.outage = False
        self.delay = 0.0
        self.knocks = 0
        self._lines: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()
        self._free = asyncio.Event()
        self._free.set()
        self._waiting = asyncio.Event()

    def hold(self) -> None:
        """Keep requests waiting from now on."""
        self._free.clear()
        self._waiting.clear()

    async def somebody_waits(self) -> None:
        """Return as soon as a request stands before the held door."""
        await self._waiting.wait()

    def release(self) -> None:
        """Let the waiting requests in."""
        self._free.set()

    def hang_up(self) -> None:
        """Cut every connection; a TLS farewell would wait half a minute for a client that is gone."""
        for line in self._lines:
            line.abort()

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request pass as the switches say."""
        self.knocks += 1
        if request.transport is not None:
            self._lines.add(request.transport)
        if not self._free.is_set():
            self._waiting.set()
            await self._free.wait()
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.outage:
            return web.Response(status=503, text="Service Unavailable")
        return await handler(request)


class LoopbackService(abc.ABC):
    """A listener on 127.0.0.1 that lives as long as its `async with`; port 0 takes a free one."""

    def __init__(self, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.door = Door()
        self._wanted_port = port
        self._tls = tls
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address without a closing slash; RuntimeError before the service has started."""
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError(f"{type(self).__name__} has not started")
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{LOOPBACK}:{self._runner.addresses[0][1]}"

    @abc.abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """Name what is served."""

    def middlewares(self) -> tuple[Middleware, ...]:
        """Name what stands between the door and the handlers; nothing unless a service says so."""
        return ()

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=(self.door.guard, *self.middlewares()), client_max_size=_LARGEST_BODY)
        app.add_routes(self.routes())
        # A request held at the door must not keep the sandbox from closing.
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.0, access_log=None)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, LOOPBACK, self._wanted_port, ssl_context=self._tls).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.door.release()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.door.hang_up()
        await asyncio.sleep(0)  # the loop closes aborted sockets in its next round
