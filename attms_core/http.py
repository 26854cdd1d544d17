"""What a client here sends and gets over HTTP: tiny requests and answers, an allow-list, and one way out.

What a request means, retries and log-ins belong to the clients; the socket belongs to ``attms_core.http_pool``.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msgspec import Struct

if TYPE_CHECKING:
    from attms_core.http_pool import HttpPool


CLOSED = "the connections are closed"
"""Said by ``NotSent`` to whoever comes too late."""


class ForbiddenAddress(Exception):
    """A URL points to where we do not send anything."""


class NotSent(Exception):
    """Nothing of the request reached the other side."""


class AnswerLost(Exception):
    """The request may have been handled; no usable answer came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to send. Headers and body stay out of ``repr``: they hold secrets and people's words."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    deadline: float = 30.0
    """Seconds for the whole exchange: finding the host, connecting to any of its addresses, sending, reading.

    When they end before anything was sent, it is ``NotSent``; else the answer is lost.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back, read to its end. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


Send = Callable[[Request], Awaitable[Response]]
"""Raises ``ForbiddenAddress``, ``NotSent`` or ``AnswerLost`` and nothing else."""


class AllowList(Struct, frozen=True):
    """Which hosts may be called: https on its own port, host names that match a pattern from end to end."""

    patterns: tuple[re.Pattern[str], ...]
    allow_loopback: bool = False
    """This machine too, on any port and without TLS: for the sandbox only."""

    def check(self, url: str) -> None:
        """Raise ``ForbiddenAddress`` unless the URL may be called."""
        from attms_core import http_pool  # noqa: PLC0415 - httpx, which no start waits for

        http_pool.parse(url, self)


class HttpClient:
    """Sends requests to allowed hosts over pooled connections. Open it as an async context manager.

    allowed     every URL is checked against it before anything is resolved
    body_cap    bytes of an answer after decompression; more counts as a lost answer

    What sends is loaded with the first request, off the loop and beside its deadline: httpx and the certificates are a
    tenth of a start.
    """

    def __init__(self, allowed: AllowList, *, body_cap: int) -> None:
        self._allowed = allowed
        self._body_cap = body_cap
        self._pool: HttpPool | None = None
        self._is_closed = False
        self._loading = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Get ready to send; nothing is loaded yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection; from then on nothing is sent."""
        self._is_closed = True
        async with self._loading:  # what is being loaded is closed with the rest
            if self._pool is not None:
                await self._pool.close()

    async def send(self, request: Request) -> Response:
        """Exchange one request for its answer. Raises ``ForbiddenAddress``, ``NotSent`` or ``AnswerLost``."""
        if self._is_closed:
            raise NotSent(CLOSED)
        pool = self._pool or await self._loaded()
        return await pool.send(request)

    async def _loaded(self) -> "HttpPool":
        async with self._loading:
            if self._pool is None:
                self._pool = await asyncio.to_thread(_load, self._allowed, self._body_cap)
            return self._pool


def _load(allowed: AllowList, body_cap: int) -> "HttpPool":
    from attms_core.http_pool import HttpPool  # noqa: PLC0415 - httpx, which no start waits for

    return HttpPool(allowed, body_cap=body_cap)
