"""A door on a listener that may be shut: what lies behind it is opened later, closed early, or replaced."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from web.problems import problem
from web.trace import trace_of

Receive = Callable[[web.Request], Awaitable[web.StreamResponse]]
WAIT = 60
"""Seconds after which whoever found the door shut may come again."""


class Door:
    """A place on a listener. While it is shut it answers 503 with one word why, whatever is sent."""

    def __init__(self, why: str) -> None:
        self._why = why
        self._receive: Receive | None = None

    def lead_to(self, receive: Receive) -> None:
        """Open it: requests go to ``receive`` from now on."""
        self._receive = receive

    def shut(self, why: str) -> None:
        """Shut it; ``why`` is one word that strangers may read."""
        self._receive, self._why = None, why

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Let a request through, or say why not."""
        if self._receive is not None:
            return await self._receive(request)
        answer = problem(503, code=self._why, trace=trace_of(request))
        answer.headers["Retry-After"] = str(WAIT)
        return answer
