"""One request to the Bot Connector and its answer, on the connections that aiohttp keeps.

aiohttp's pool, TLS, name look-up and parser are used as they are. Its session is not: cookies, redirects, proxies and
compression, which are never wanted here, cost a tenth of a turn. What to ask and what an answer means is not here.
"""

import asyncio
from functools import lru_cache

from aiohttp import BaseConnector, ClientError, ClientRequest, ClientTimeout, StreamReader
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, RawResponseMessage
from msgspec import Struct
from yarl import URL

from bot.channel.wire import CONNECT_SECONDS, BodyTooBig, read_stream

_CONTINUING = range(100, 200)
_BROKEN = (ClientError, HttpProcessingError, OSError, BodyTooBig)  # a TimeoutError is an OSError


class Unreached(Exception):
    """No connection was to be had: nothing of the request was sent."""


class Unanswered(Exception):
    """The request was sent, whole or in part, and no whole answer came."""


class Heard(Struct, frozen=True, kw_only=True):
    """An answer, whatever its status."""

    status: int
    retry_after: str
    body: bytes


class Exchange:
    """Asks, and waits for the answer; nothing is repeated. ``seconds`` are for a connection, and again for the rest."""

    def __init__(self, connector: BaseConnector, *, seconds: float) -> None:
        self._connector = connector
        self._seconds = seconds
        self._limits = ClientTimeout(connect=seconds, sock_connect=CONNECT_SECONDS)
        self._route = lru_cache(maxsize=64)(_route)  # of a handful of regions

    async def ask(self, method: str, url: str, body: bytes | None, *, token: str) -> Heard:
        """Send JSON, or nothing, as the bearer of a token if there is one.

        The address is ours: allowed, encoded, without a fragment. Raises ``Unreached`` and ``Unanswered``.
        """
        at = url.find("/", len("https://"))
        route = self._route(url[:at])
        request = _line(f"{method} {url[at:]} HTTP/1.1") + _introduction(route.headers["Host"], token) + _content(body)
        connection = await self._connect(route)
        try:
            heard = await _converse(connection, request, self._seconds)
            connection.release()
        except _BROKEN as error:
            raise Unanswered(type(error).__name__) from None
        finally:
            connection.close()  # unless it has been released: what is half read is of no more use
        return heard

    async def _connect(self, route: ClientRequest) -> Connection:
        try:
            return await self._connector.connect(route, [], self._limits)
        except _BROKEN as error:
            raise Unreached(type(error).__name__) from None


def _route(origin: str) -> ClientRequest:
    """Make what tells aiohttp's pool whose connection is wanted. It is never sent itself."""
    return ClientRequest("GET", URL(origin, encoded=True), loop=asyncio.get_running_loop())


def _line(text: str) -> bytes:
    if not text.isascii() or not text.isprintable():
        raise Unreached("a line of the request would not be one line")
    return f"{text}\r\n".encode()


@lru_cache(maxsize=4)
def _introduction(host: str, token: str) -> bytes:
    """Say to whom and from whom. Made once for each token and region, since a token is long."""
    return _line(f"Host: {host}") + (_line(f"Authorization: Bearer {token}") if token else b"")


def _content(body: bytes | None) -> bytes:
    if body is None:
        return b"\r\n"
    return b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def _converse(connection: Connection, request: bytes, seconds: float) -> Heard:
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None:
        raise Unreached("the other side has hung up meanwhile")
    # Who is cut off hears no more: the same as a time-out, at a sixth of what ``asyncio.timeout`` costs.
    patience = asyncio.get_running_loop().call_later(seconds, transport.abort)
    try:
        protocol.set_response_params(read_until_eof=True)
        transport.write(request)
        message, payload = await _answer(protocol)
        body = payload.read_nowait() if payload.is_eof() else await read_stream(payload)
    finally:
        patience.cancel()
    return Heard(status=message.code, retry_after=message.headers.get("Retry-After", ""), body=body)


async def _answer(protocol: ResponseHandler) -> tuple[RawResponseMessage, StreamReader]:
    """Read the head of the answer, past those that only announce it."""
    while True:
        message, payload = await protocol.read()
        if message.code not in _CONTINUING:
            return message, payload
