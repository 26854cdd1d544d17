"""Is this process alive, ready and well? One word each; details are for the management API.

``live``: the loop turns. ``ready``: it can do its work. ``health``: and so can those that it depends on.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

Ask = Callable[[], Awaitable[str]]
"""Answers ``ok``, or one word that says what is wrong."""

OK = "ok"
LIVE, READY, HEALTH = "/api/status/live", "/api/status/ready", "/api/status/health"


async def alive() -> str:
    """Say so: who answers is alive."""
    return OK


def add_status(app: web.Application, *, ready: Ask, health: Ask, live: Ask = alive) -> None:
    """Serve the three questions: 200 for ``ok``, 503 for any other word."""
    app.router.add_get(LIVE, _answer_with(live))
    app.router.add_get(READY, _answer_with(ready))
    app.router.add_get(HEALTH, _answer_with(health))


def _answer_with(ask: Ask) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_request: web.Request) -> web.Response:
        word = await ask()
        return web.json_response({"status": word}, status=200 if word == OK else 503)

    return answer
