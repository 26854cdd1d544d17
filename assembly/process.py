"""A serving process from its first look at the environment to its end."""

import asyncio
import contextlib
import gc
import os
import resource
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from aiohttp import web

from assembly.administering import controlled, management
from assembly.brought import Brought
from assembly.house import House, can_serve
from assembly.service import Ground
from assembly.setting_up import offered, with_vault
from attms_core import settings as known
from attms_core.config import Configuration, Opened
from attms_core.errors import AttmsError, Sealed
from attms_core.health import Pulse
from attms_core.jobs import JobHooks
from attms_core.plugins import discover
from attms_core.settings import Settings
from attms_core.store import outbox
from attms_core.store.database import Database, ServingLock, open_database
from attms_core.vault import forget_key
from bot.channel import PATH
from bot.doorway import Doorway
from web.door import Door
from web.limits import LimitedRunner, Limits, make_app
from web.status import add_status

log = structlog.get_logger(__name__)

LOOPBACK = "127.0.0.1"
OBJECTS_BETWEEN_COLLECTIONS = 10_000
LOOK_AGAIN = 5.0
"""Seconds until a vault that stays sealed is looked at again."""
Tell = Callable[[str], None]


@asynccontextmanager
async def built(
    settings: Settings, brought: Brought, *, configuration: Configuration | None = None, store: Database | None = None
) -> AsyncIterator[House]:
    """Open everything, in reading order; leaving closes it in reverse.

    With a ``configuration`` settings may still lack what the bot needs: then the house waits for it behind a shut door.
    Raises ``SettingsError`` and other ``OperatorNeeded`` when it must not start.
    """
    async with AsyncExitStack() as stack:
        ground = await _ground(stack, settings, brought, configuration, store)
        house = House(ground)
        stack.push_async_callback(house.close)
        if configuration is not None:
            configuration.follow(house.follow)
        if configuration is None or can_serve(settings):
            await house.renew(settings)
            await house.core.wishes.recover()
        await stack.enter_async_context(house.own_jobs)
        yield house


async def _ground(
    stack: AsyncExitStack,
    settings: Settings,
    brought: Brought,
    configuration: Configuration | None,
    store: Database | None,
) -> Ground:
    is_alone = settings.database_url is None
    if is_alone:
        stack.enter_context(ServingLock(settings.data_dir))
    store = store or await opened_store(stack, settings)
    if is_alone:
        await store.write(outbox.release_all)  # the serving lock makes this process the only one
    if configuration is not None and configuration.vault is not None:
        await configuration.vault.compare(store)
    lead = None
    if settings.database_url is not None:
        from attms_core.store.leader import Leader  # noqa: PLC0415 - psycopg, where it is used

        lead = await stack.enter_async_context(Leader(settings.database_url.get_secret_value()))
    return Ground(
        brought=brought,
        store=store,
        doorway=Doorway(),
        is_alone=is_alone,
        pulse=await stack.enter_async_context(Pulse()),
        lead=lead,
        plugins=discover(settings.plugins, JobHooks),
        configuration=configuration,
    )


async def opened_store(stack: AsyncExitStack, settings: Settings) -> Database:
    """Open the store that settings name."""
    url = settings.database_url.get_secret_value() if settings.database_url else None
    store = await open_database(url, settings.data_dir)
    stack.push_async_callback(store.close)
    return store


@asynccontextmanager
async def listening(house: House, settings: Settings, managed: web.Application | None = None) -> AsyncIterator[None]:
    """Open the public listener and, on 127.0.0.1, the management one."""
    if managed is None:
        managed = make_app(Limits())
        add_status(managed, live=house.live, ready=house.ready, health=house.well)
    async with AsyncExitStack() as stack:
        await _listen(stack, house.public, settings.host, settings.port)
        await _listen(stack, managed, LOOPBACK, settings.admin_port)
        if house.serves:
            await house.begin_reading()
        _settle()
        yield


async def _listen(stack: AsyncExitStack, app: web.Application, host: str, port: int) -> None:
    limits = Limits(per_address=None) if host in known.LOOPBACK else Limits()  # behind a proxy, where it is on loopback
    runner = LimitedRunner(app, limits)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, host, port).start()


def _settle() -> None:
    """Take what the start has made out of the collector's sight: it stays, and looking through it makes turns wait.

    A turn makes and drops a few thousand objects, nearly none of them in circles: look for those less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


async def run(environ: Mapping[str, str], tell: Tell) -> None:
    """Serve until a signal. ``tell`` prints a line for whoever started it. Raises what keeps it from starting."""
    _keep_memory_private()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    first = known.load(environ)
    async with AsyncExitStack() as stack:
        shared = await opened_store(stack, first) if first.database_url is not None else None
        opened = await with_vault(environ, shared)
        if opened.sealed is not None:
            async with _shut(first, opened.sealed, tell):
                opened = await _unsealed(opened, stop, lambda: with_vault(environ, shared))
        if not stop.is_set():
            await _serve(opened.must(), shared, stop, tell)


async def _serve(configuration: Configuration, shared: Database | None, stop: asyncio.Event, tell: Tell) -> None:
    forget_key(os.environ)
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
        await stop.wait()


@asynccontextmanager
async def _shut(settings: Settings, why: Sealed, tell: Tell) -> AsyncIterator[None]:
    """Listen while the vault is sealed: alive, but ready for nothing, and never as if nobody had to be asked."""
    door, app = Door("sealed"), make_app(Limits())
    app.router.add_route("*", PATH, door.receive)
    add_status(app, ready=_sealed, health=_sealed)
    async with AsyncExitStack() as stack:
        await _listen(stack, app, settings.host, settings.port)
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
