"""The set-up's own listener: on 127.0.0.1, on ::1 where there is one, and only while the set-up is open."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from aiohttp import web

from admin.setup.api import Api
from admin.setup.door import HOLDS, Door, Tell
from admin.setup.gate import dress, guard
from admin.setup.pages import Pages
from admin.setup.setup import Setup, SetupClosed
from attms_core.errors import StoreUnavailable
from attms_core.ports import Now
from web.limits import LimitedRunner, Limits, make_app

log = structlog.get_logger(__name__)

LOOPBACK, LOOPBACK6 = "127.0.0.1", "::1"
LIMITS = Limits(body_size=64 * 1024, connections=64, per_address=None)
LOOKS_EVERY = timedelta(seconds=2)
"""How often somebody who waits looks whether a terminal has closed the set-up."""


class Listener:
    """An open listener."""

    def __init__(self, setup: Setup, port: int) -> None:
        self._setup = setup
        self.port = port

    @property
    def url(self) -> str:
        """Where to open it in a browser."""
        return f"http://{LOOPBACK}:{self.port}/"

    async def until_closed(self) -> None:
        """Wait until the set-up is closed, here or by a terminal beside."""
        while not self._setup.is_closed():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._setup.closed.wait(), LOOKS_EVERY.total_seconds())
            try:
                await self._setup.refresh()
            except StoreUnavailable as error:
                log.warning("setup_state_unread", code=error.code)


@asynccontextmanager
async def listening(setup: Setup, *, port: int, tell: Tell, now: Now) -> AsyncIterator[Listener]:
    """Open the listener and print a code; leaving closes it. Raises ``SetupClosed`` and opens nothing once closed.

    port    0 takes any free one
    tell    prints a line for the administrator of this machine
    """
    await setup.refresh()
    if setup.is_closed():
        raise SetupClosed("The set-up is finished and closed.")
    sockets = _sockets(port)
    port = sockets[0].getsockname()[1]
    door = Door(lambda code: tell(invitation(port, code)), now)
    app = make_app(LIMITS, middlewares=(guard(setup, port),))
    app.on_response_prepare.append(dress)
    api = Api(setup, door)
    api.routes(app)
    Pages(setup, api).routes(app)
    runner = LimitedRunner(app, LIMITS)
    await runner.setup()
    try:
        for each in sockets:
            await web.SockSite(runner, each).start()
        door.issue()
        yield Listener(setup, port)
    finally:
        await runner.cleanup()


def invitation(port: int, code: str) -> str:
    """Say where to go and with which code. The code stands behind the #, which browsers keep to themselves."""
    address = f"http://{LOOPBACK}:{port}/"
    return f"""
Set up ATTMS in a browser on this machine:

    {address}#code={code}

Or open {address} and paste this code: {code}
It opens one browser, within {HOLDS.total_seconds() / 60:.0f} minutes. From your own computer, first type:
    ssh -L {port}:{LOOPBACK}:{port} YOU@THIS-HOST
Without a browser type: attms setup
"""


def _sockets(port: int) -> list[socket.socket]:
    """Bind to this machine alone; not every machine has an IPv6 side."""
    found = [socket.create_server((LOOPBACK, port), backlog=64)]
    with contextlib.suppress(OSError):
        found.append(socket.create_server((LOOPBACK6, found[0].getsockname()[1]), family=socket.AF_INET6, backlog=64))
    return found
