"""A serving process from its first look at the environment to its end: vault, house, listeners, set-up."""

import asyncio
import contextlib
import os
import resource
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from admin.setup.setup import Setup
from assembly.administering import controlled, management
from assembly.brought import Brought
from assembly.process import built, listen, listening, opened_store
from assembly.setting_up import offered, with_vault
from attms_core import settings as known
from attms_core.config import Configuration, Opened
from attms_core.errors import AttmsError, Sealed
from attms_core.settings import RESTART, Settings
from attms_core.store.database import Database
from attms_core.vault import forget_key
from bot.channel import PATH
from web.door import Door
from web.limits import Limits, make_app
from web.status import add_status
from web.straight import lead_straight

log = structlog.get_logger(__name__)

LOOK_AGAIN = 5.0
"""Seconds until a vault that stays sealed is looked at again."""
Tell = Callable[[str], None]


async def run(environ: Mapping[str, str], tell: Tell) -> None:
    """Serve until a signal. ``tell`` prints a line for whoever started it. Raises what keeps it from starting."""
    _keep_memory_private()
    environ = dict(environ)
    forget_key(os.environ)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    first = known.load(environ)
    async with AsyncExitStack() as stack:
        shared = await opened_store(stack, first) if first.database_url is not None else None
        while not stop.is_set():
            opened = await with_vault(environ, shared)
            if opened.sealed is not None:
                async with _shut(first, opened.sealed, tell):
                    opened = await _unsealed(opened, stop, lambda: with_vault(environ, shared))
            if not stop.is_set():
                await _serve(opened.must(), shared, stop, tell)


async def _serve(configuration: Configuration, shared: Database | None, stop: asyncio.Event, tell: Tell) -> None:
    settings, brought = configuration.current, Brought()
    async with (
        built(settings, brought, configuration=configuration, store=shared) as house,
        listening(house, settings, management(house, configuration)),
        controlled(house, configuration),
        offered(configuration, now=brought.now, login_ca=None, tell=tell) as setup,
    ):
        tell(f"ATTMS listens on http://{settings.host}:{settings.port}{PATH}")
        if setup is not None and not house.serves:
            tell("Until it is set up, it answers Teams with 503.")
        await _until_stopped_or_outgrown(stop, setup, lambda: _waits(settings, configuration.current))


async def _until_stopped_or_outgrown(stop: asyncio.Event, setup: Setup | None, outgrown: Callable[[], bool]) -> None:
    """Wait for the end, or for a set-up that was finished with something that only a new start takes: the database."""
    ends = {asyncio.create_task(stop.wait(), name="stop")}
    if setup is not None:
        ends.add(asyncio.create_task(setup.closed.wait(), name="set-up"))
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set() and not outgrown():
            await stop.wait()
    finally:
        for each in ends:
            each.cancel()


def _waits(served_by: Settings, stored: Settings) -> bool:
    return any(getattr(served_by, name) != getattr(stored, name) for name in RESTART)


@asynccontextmanager
async def _shut(settings: Settings, why: Sealed, tell: Tell) -> AsyncIterator[None]:
    """Listen while the vault is sealed: alive, but ready for nothing, and never as if nobody had to be asked."""
    door, app = Door("sealed"), make_app(Limits())
    lead_straight(app, PATH, door.receive)
    add_status(app, ready=_sealed, health=_sealed)
    async with AsyncExitStack() as stack:
        await listen(stack, app, settings.host, settings.port)
        tell(f"{why}\n{why.hint}\nThe vault is sealed: ATTMS answers 503 until it opens.")
        yield


async def _unsealed(opened: Opened, stop: asyncio.Event, look: Callable[[], Awaitable[Opened]]) -> Opened:
    """Look again and again until the vault opens, or the process is told to stop."""
    while opened.sealed is not None and not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_AGAIN)
        try:
            opened = await look()
        except AttmsError as error:
            log.warning("vault_not_opened", code=error.code, reason=str(error))
    return opened


async def _sealed() -> str:
    return "sealed"


def _keep_memory_private() -> None:
    """Leave no core behind when the process dies: there would be secrets in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
