"""How much, how long and how often: the bounds of every listener. What is served inside them is not here.

aiohttp bounds the size of header lines itself; what it lacks is a deadline for them, one for bodies, and a number
of connections.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest
from msgspec import Struct

from attms_core.errors import AttmsError
from web.problems import problem, problem_of
from web.straight import straight
from web.trace import give_trace, head, tell, trace_of

log = structlog.get_logger()


class Limits(Struct, frozen=True, kw_only=True):
    """Bounds of one listener; seconds and bytes."""

    body_size: int = 256 * 1024
    header_seconds: float = 10.0
    """From the opening of a connection, or the first byte of a later request, to the end of its headers."""
    body_seconds: float = 10.0
    idle_seconds: float = 75.0
    connections: int = 512
    per_address: int | None = 32
    """None behind a reverse proxy, where every connection comes from one address."""


def make_app(limits: Limits, *, middlewares: Iterable[Middleware] = ()) -> web.Application:
    """Make an application with trace ids, problem documents and bounded bodies."""
    app = web.Application(
        middlewares=(_entrance(limits.body_seconds), *middlewares),
        client_max_size=limits.body_size,
    )
    app.on_response_prepare.append(tell)
    return app


class LimitedRunner(web.AppRunner):
    """Serves an application within the limits of its listener. Use it as any ``AppRunner``."""

    def __init__(self, app: web.Application, limits: Limits) -> None:
        # Bodies stay as sent: a small compressed one must not become a large one before anybody has looked at it.
        super().__init__(app, access_log=None, keepalive_timeout=limits.idle_seconds, auto_decompress=False)
        self._limits = limits

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        options = made._kwargs  # noqa: SLF001 - aiohttp offers no other way to choose the protocol class
        handler = straight(self.app, made.request_handler)
        return _LimitedServer(handler, self._limits, request_factory=made.request_factory, **options)


class _LimitedServer(web.Server):
    """Makes our protocol instead of aiohttp's, and counts connections."""

    def __init__(self, handler: Any, limits: Limits, **options: Any) -> None:
        super().__init__(handler, **options)
        self.limits = limits
        self._by_address: Counter[str] = Counter()

    def __call__(self) -> RequestHandler:
        return _LimitedProtocol(self, loop=self._loop, **self._kwargs)

    def enter(self, address: str) -> bool:
        """Count a connection in; say whether there is room for it."""
        self._by_address[address] += 1
        most, here = self.limits.per_address, self._by_address[address]
        return self._by_address.total() <= self.limits.connections and (most is None or here <= most)

    def leave(self, address: str) -> None:
        """Count a connection out."""
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]


class _LimitedProtocol(RequestHandler):
    """One connection, with a deadline for headers. A deadline runs while we wait for the rest of a request's head."""

    __slots__ = ("_address", "_deadline", "_server")

    def __init__(self, server: _LimitedServer, *, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        super().__init__(server, loop=loop, **options)
        self._server = server
        self._address = ""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]) if peer else ""
        if self._server.enter(self._address):
            self._arm()
        else:
            log.warning("connection_refused", reason="too many", address=self._address)
            self.force_close()

    def data_received(self, data: bytes) -> None:
        seen = self._request_count
        super().data_received(data)
        if self._request_count > seen:
            self._disarm()
        elif self._waiter is not None and not self._waiter.done():
            self._arm()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._disarm()
        self._server.leave(self._address)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - aiohttp's signature; its words are for no sender
    ) -> web.StreamResponse:
        """Answer what is no HTTP, and what a bug of ours left unanswered, with constant text."""
        trace_id = trace_of(request)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("request_failed", trace=trace_id, error=type(exc).__name__, exc_info=exc)
        else:
            log.info("request_unreadable", status=status, error=type(exc).__name__)
        answer = problem(status, trace=trace_id)
        head(request, answer)
        answer.force_close()
        return answer

    def _arm(self) -> None:
        if self._deadline is None:
            self._deadline = self._loop.call_later(self._server.limits.header_seconds, self._cut)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut(self) -> None:
        self._deadline = None
        log.info("connection_cut", reason="headers took too long", address=self._address)
        self.force_close()


def _entrance(body_seconds: float) -> Middleware:
    """Make what every request goes through: it gets a trace id, its body comes in, and errors become problem documents.

    Bodies are here before their handlers begin, so that no handler waits for a slow sender. What else is raised is the
    listener's to answer.
    """

    @web.middleware
    async def enter(request: web.Request, handler: Handler) -> web.StreamResponse:
        give_trace(request)
        try:
            if request.can_read_body:
                await _read(request, body_seconds)
            return await handler(request)
        except (web.HTTPException, AttmsError) as error:
            return problem_of(request, error)

    return enter


async def _read(request: web.Request, seconds: float) -> None:
    most = request.client_max_size
    if (request.content_length or 0) > most:
        raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=request.content_length or 0)
    if request.content.is_eof():  # it came with its head, as nearly all do: there is nothing to wait for
        return
    try:
        async with asyncio.timeout(seconds):
            await request.read()  # aiohttp keeps it for whoever reads next
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except web.RequestPayloadError:
        raise web.HTTPBadRequest from None
