"""A house that is open: its ground, and its listeners."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

from assembly import collecting
from assembly.brought import Brought
from assembly.house import House, can_serve
from assembly.service import Ground
from attms_core import settings as known
from attms_core.health import Pulse
from attms_core.jobs import JobHooks
from attms_core.plugins import discover
from attms_core.settings import Settings
from attms_core.store import lanes
from attms_core.store.database import Database, ServingLock, open_database
from bot.doorway import Doorway
from web.limits import LimitedRunner, Limits, make_app
from web.status import add_status

if TYPE_CHECKING:
    from attms_core.config import Configuration

LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def built(
    settings: Settings, brought: Brought, *, configuration: "Configuration | None" = None, store: Database | None = None
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
        await house.reload_schedules()
        await stack.enter_async_context(house.own_jobs)
        yield house


async def _ground(
    stack: AsyncExitStack,
    settings: Settings,
    brought: Brought,
    configuration: "Configuration | None",
    store: Database | None,
) -> Ground:
    is_alone = settings.database_url is None
    if is_alone:
        stack.enter_context(ServingLock(settings.data_dir))
    store = store or await opened_store(stack, settings)
    if is_alone:
        await store.write(lanes.release_all)  # the serving lock makes this process the only one
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
        await listen(stack, house.public, settings.host, settings.port)
        await listen(stack, managed, LOOPBACK, settings.admin_port)
        if house.serves:
            await house.begin_reading()
        collecting.settle()
        yield


async def listen(stack: AsyncExitStack, app: web.Application, host: str, port: int) -> None:
    """Serve an application until the stack is closed."""
    limits = Limits(per_address=None) if host in known.LOOPBACK else Limits()  # behind a proxy, where it is on loopback
    runner = LimitedRunner(app, limits)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, host, port).start()
