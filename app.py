"""The application: what it is made of, in the order in which it opens. Nothing else stands here, and nobody imports it.

``build`` makes the whole house out of settings, with anything replaced that a test or the demo brings of its own.
"""

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from aiohttp import web

from admin import logs, manifest_command, people_command
from attms_core import settings as configuration
from attms_core.autotask import AutotaskClient, NotConnectedAutotask
from attms_core.desk import Desk, Wishes
from attms_core.desk.lookback import Lookback
from attms_core.errors import AttmsError
from attms_core.health import Clocks, Doctor, Health, Instruments, Pulse, Reach, hosts_allowed, make_doctor
from attms_core.http import HttpClient
from attms_core.jobs import Jobs
from attms_core.lifetime import Succession
from attms_core.mirror import Mirror
from attms_core.model import TenantId
from attms_core.people import People
from attms_core.ports import Now
from attms_core.settings import Settings
from attms_core.store import outbox
from attms_core.store.database import Database, ServingLock, open_database
from bot.channel import PATH, TEAMS_HOSTS, Channel, card_message
from bot.commands import build_router
from bot.conversations import Conversations
from bot.dispatch import PATIENCE, Dispatch
from bot.doorway import Doorway
from bot.events import Events
from bot.notices import Renderer, Sender
from bot.reading import Readers
from bot.reply import Reply
from bot.turn import Handle, Turn
from demo.acting import ActedPeople, Stage, acting
from demo.personas import Personas
from web.door import Door
from web.limits import LimitedRunner, Limits, make_app
from web.pages import add_pages
from web.status import OK, add_status

LIVING_WISH = timedelta(seconds=60)
"""On PostgreSQL an unfinished wish may belong to another process for so long; the longest write takes 12 seconds."""
OBJECTS_BETWEEN_COLLECTIONS = 10_000
AUTOTASK_PAGES = frozenset({"*.autotask.net"})
LOOPBACK = "127.0.0.1"
LOGIN_HOSTS = ("login.botframework.com", "login.microsoftonline.com")
PROBED = 64 * 1024
"""Bytes of an answer that the doctor reads when he only wants to know whether there is one."""
AutotaskLike = AutotaskClient | NotConnectedAutotask


def utc_now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a test or the demo brings in the place of the real thing."""

    now: Now = utc_now
    autotask: AutotaskLike | None = None
    """Stands in for AutoTask, whatever the settings say about reaching it."""
    personas: Personas | None = None
    """Gives everybody who speaks a technician to play."""
    dangerously_open: bool = False
    """Lets messages in without tokens: only loopback is then accepted, and it is no setting."""
    login_ca: Path | None = None
    """A certificate to trust at the login URL."""
    has_typeahead: bool = True
    """False for Microsoft's local client, which shows nothing where Teams would search while somebody types."""
    patience: timedelta = PATIENCE
    """How long a press may take before it is answered with "Saving..."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What stays as long as the process lives: the store, the time, and the door that people's words come through."""

    brought: Brought
    store: Database
    doorway: Doorway
    is_alone: bool
    """Whether no other process can serve from this store."""
    pulse: Pulse
    """Whether the event loop turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The service desk without its chat."""

    tenant: TenantId
    autotask: AutotaskLike
    mirror: Mirror
    people: People
    wishes: Wishes
    desk: Desk
    jobs: Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """All that is made out of settings, but the channel. Other settings make another one."""

    settings: Settings
    core: Core
    health: Health
    doctor: Doctor
    sender: Sender
    handle: Handle
    life: AsyncExitStack


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a service is built: on what, by which settings, and what closes it again."""

    life: AsyncExitStack
    ground: Ground
    settings: Settings
    channel: Channel
    clocks: Clocks

    @property
    def tenant(self) -> TenantId:
        """Whose AutoTask data is mirrored: the first tenant's, also when people of others may speak."""
        return _tenant(self.settings)


class House:
    """A running service desk, and what tests and the demo may touch of it. ``renew`` gives it other settings."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.door = Door("starting")
        self.public = make_app(Limits())
        self.public.router.add_route("*", PATH, self.door.receive)
        self.management = make_app(Limits())
        add_pages(self.public)
        for app in (self.public, self.management):
            add_status(app, live=self._live, ready=self._ready, health=self._well)
        self._channels: Succession[Channel] = Succession(lambda channel: self.door.lead_to(channel.receive))
        self._services: Succession[Service] = Succession(
            lambda service: ground.doorway.lead_to(service.handle), begin=_begin
        )

    @property
    def core(self) -> Core:
        """The service desk as its settings are now."""
        return self._service.core

    @property
    def sender(self) -> Sender:
        """The outbox's worker."""
        return self._service.sender

    @property
    def doctor(self) -> Doctor:
        """Who examines all of it."""
        return self._service.doctor

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._service.settings

    @property
    def _service(self) -> Service:
        if self._services.current is None:
            raise RuntimeError("nothing is served yet")
        return self._services.current

    async def first_data(self) -> None:
        """Wait until the newest open tickets are in the mirror."""
        while not await self.core.mirror.has_data():
            await self.core.jobs.run_now("first-sync")

    async def renew(self, settings: Settings) -> None:
        """Go by other settings from now on: words under way end by the old ones, and nothing is ever half of each.

        Raises ``OperatorNeeded`` and other errors of ours when that cannot be; then all is as it was.
        """
        is_first, listening = self._services.current is None, self._channels.current
        if listening is not None and _reach(settings) == _reach(self.settings):
            await self._services.succeed(_service(self.ground, settings, listening, is_first=is_first))
            return
        async with AsyncExitStack() as stack:
            channel = await stack.enter_async_context(_channel(self.ground, settings))
            await self._services.succeed(_service(self.ground, settings, channel, is_first=is_first))
            await self._channels.succeed(_kept(channel, stack.pop_all()))

    async def close(self) -> None:
        """Close all of it: first the ear, then what it speaks through."""
        self.door.shut("stopping")
        await self._services.close()
        await self._channels.close()

    async def _live(self) -> str:
        return OK if self.ground.pulse.is_turning else "stuck"

    async def _ready(self) -> str:
        return await self._services.current.health.ready() if self._services.current else "starting"

    async def _well(self) -> str:
        return await self._services.current.health.well() if self._services.current else "starting"


async def _begin(service: Service) -> None:
    """Begin what only one may do at a time."""
    await service.life.enter_async_context(service.sender)
    await service.life.enter_async_context(service.core.jobs)


def _channel(ground: Ground, settings: Settings) -> Channel:
    brought = ground.brought
    return Channel(
        settings,
        ground.doorway,
        now=brought.now,
        dangerously_open=brought.dangerously_open,
        login_ca=brought.login_ca,
    )


@asynccontextmanager
async def _kept(channel: Channel, life: AsyncExitStack) -> AsyncIterator[Channel]:
    async with life:
        yield channel


_REACH = (
    *("bot_app_id", "bot_secret", "bot_tenant_ids", "bot_openid_metadata_url", "bot_token_issuer", "bot_login_url"),
    *("bot_service_url_hosts", "allow_loopback", "host"),
)
"""Settings that the channel goes by."""


def _reach(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in _REACH}


@asynccontextmanager
async def build(settings: Settings, **brought: object) -> AsyncIterator[House]:
    """Open everything, in reading order; leaving closes it in reverse. ``brought`` are the fields of ``Brought``.

    Raises ``SettingsError`` and other ``OperatorNeeded`` when it must not start.
    """
    async with AsyncExitStack() as stack:
        ground = await _ground(stack, settings, Brought(**brought))  # type: ignore[arg-type] # checked by the dataclass's names
        house = House(ground)
        stack.push_async_callback(house.close)
        if ground.is_alone:
            await ground.store.write(outbox.release_all)
        await house.renew(settings)
        await house.core.wishes.recover()
        yield house


@asynccontextmanager
async def serve(settings: Settings, **brought: object) -> AsyncIterator[House]:
    """Build the house and open its listeners: the public one, and the management one on 127.0.0.1."""
    async with build(settings, **brought) as house, AsyncExitStack() as stack:
        behind_proxy = settings.host in configuration.LOOPBACK
        limits = Limits(per_address=None) if behind_proxy else Limits()
        for app, host, port in (
            (house.public, settings.host, settings.port),
            (house.management, LOOPBACK, settings.admin_port),
        ):
            runner = LimitedRunner(app, limits)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, host, port).start()
        await _start_reading(stack, house)
        _settle()
        yield house


def _settle() -> None:
    """Take what the start has made out of the collector's sight: it stays, and looking through it makes turns wait.

    A turn makes and drops a few thousand objects, nearly none of them in circles: look for those less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


async def _ground(stack: AsyncExitStack, settings: Settings, brought: Brought) -> Ground:
    is_alone = settings.database_url is None
    if is_alone:
        stack.enter_context(ServingLock(settings.data_dir))
    store = await _open_store(stack, settings)
    pulse = await stack.enter_async_context(Pulse())
    return Ground(brought=brought, store=store, doorway=Doorway(), is_alone=is_alone, pulse=pulse)


async def _open_store(stack: AsyncExitStack, settings: Settings) -> Database:
    url = settings.database_url.get_secret_value() if settings.database_url else None
    store = await open_database(url, settings.data_dir)
    stack.push_async_callback(store.close)
    return store


def _tenant(settings: Settings) -> TenantId:
    """Whose AutoTask data is mirrored: the first tenant's, also when people of others may speak."""
    return TenantId(settings.bot_tenant_ids[0].lower() if settings.bot_tenant_ids else "")


@asynccontextmanager
async def _service(ground: Ground, settings: Settings, channel: Channel, *, is_first: bool) -> AsyncIterator[Service]:
    """Open all that needs nobody to be alone."""
    async with AsyncExitStack() as life:
        clocks = Clocks(ground.brought.now)
        site = Site(life=life, ground=ground, settings=settings, channel=channel, clocks=clocks)
        core = await _core(site, grace=timedelta() if ground.is_alone and is_first else LIVING_WISH)
        doctor = await _doctor(site, core)
        sender, handle = await _bot(site, core, doctor)
        health = Health(
            database=ground.store,
            meter=core.autotask,
            connected=settings.is_connected,
            keys_loaded=lambda: channel.has_keys,
            doctor=doctor,
            pulse=ground.pulse,
        )
        yield Service(
            settings=settings, core=core, health=health, doctor=doctor, sender=sender, handle=handle, life=life
        )


async def _core(site: Site, *, grace: timedelta) -> Core:
    """Make the desk. ``grace`` is how long an unfinished wish may belong to somebody else who lives."""
    store, now, settings = site.ground.store, site.ground.brought.now, site.settings
    at = await _autotask(site)
    mirror = Mirror(
        store,
        at,
        at,
        tenant=site.tenant,
        now=now,
        every=timedelta(seconds=settings.poll_seconds),
        history=timedelta(days=settings.history_days),
    )
    await mirror.open()
    wishes = Wishes(
        database=store,
        autotask=at,
        mirror=mirror,
        lookback=Lookback(at),
        tenant=site.tenant,
        now=now,
        grace=grace,
    )
    await site.life.enter_async_context(wishes)
    people = _people(site)
    desk = Desk(mirror=mirror, wishes=wishes, tenant=site.tenant, writes=settings.autotask_writes, now=now)
    jobs = _jobs(settings, mirror, people, wishes)
    return Core(tenant=site.tenant, autotask=at, mirror=mirror, people=people, wishes=wishes, desk=desk, jobs=jobs)


async def _autotask(site: Site) -> AutotaskLike:
    brought, clocks = site.ground.brought, site.clocks
    if brought.autotask is not None:
        return brought.autotask
    if not site.settings.is_connected:
        return NotConnectedAutotask()
    client = AutotaskClient(site.settings, now=brought.now, heard=lambda answer: clocks.answered("AutoTask", answer))
    return await site.life.enter_async_context(client)


def _people(site: Site) -> People:
    personas, settings = site.ground.brought.personas, site.settings
    kind = ActedPeople if personas else People
    people = kind(
        site.ground.store,
        site.channel.connector,
        tenant=site.tenant,
        linking=settings.linking,
        administrators=settings.administrators,
        now=site.ground.brought.now,
    )
    if personas and isinstance(people, ActedPeople):
        people.personas = personas
    return people


def _jobs(settings: Settings, mirror: Mirror, people: People, wishes: Wishes) -> Jobs:
    async def technicians() -> None:
        await mirror.refresh_people()
        await people.suspend_inactive()

    jobs = Jobs()
    jobs.add("recheck-people", people.recheck, timedelta(minutes=1))
    if settings.is_connected:
        jobs.add("recover-wishes", wishes.recover, LIVING_WISH)
        jobs.add("first-sync", mirror.first_sync, timedelta(seconds=30))
        jobs.add("poll", mirror.poll, timedelta(seconds=settings.poll_seconds))
        jobs.add("directory", mirror.refresh_directory, timedelta(minutes=5))
        jobs.add("technicians", technicians, timedelta(hours=1))
        jobs.add("reconcile", mirror.reconcile, timedelta(hours=24))
    return jobs


async def _doctor(site: Site, core: Core) -> Doctor:
    settings = site.settings
    hosts = (*TEAMS_HOSTS, *settings.bot_service_url_hosts, *LOGIN_HOSTS)
    allowed = hosts_allowed(hosts, loopback=settings.allow_loopback)
    http = await site.life.enter_async_context(HttpClient(allowed, body_cap=PROBED))
    instruments = Instruments(
        now=site.ground.brought.now,
        settings=lambda: settings,
        tenant=site.tenant,
        database=site.ground.store,
        autotask=core.autotask,
        reach=Reach(http.send, site.clocks),
        clocks=site.clocks,
        environ=os.environ,
        secrets=configuration.secret_names(),
        teams=site.channel,
    )
    return await site.life.enter_async_context(make_doctor(instruments))


async def _bot(site: Site, core: Core, doctor: Doctor) -> tuple[Sender, Handle]:
    brought, settings, store = site.ground.brought, site.settings, site.ground.store
    connector = site.channel.connector
    conversations = Conversations(database=store, roster=connector, now=brought.now)
    site.life.push_async_callback(conversations.close)
    readers = Readers(
        now=brought.now,
        can_write=settings.autotask_writes,
        link_hosts=_link_hosts(settings),
        has_typeahead=brought.has_typeahead,
    )
    render = Renderer(desk=core.desk, wishes=core.wishes, people=core.people, readers=readers, pack=card_message)
    sender = Sender(database=store, editor=connector, rooms=conversations, render=render, now=brought.now)
    personas = brought.personas
    dispatch = Dispatch(
        router=build_router(*([acting(personas)] if personas else [])),
        desk=core.desk,
        wishes=core.wishes,
        people=core.people,
        conversations=conversations,
        events=Events(conversations=conversations),
        readers=readers,
        database=store,
        poke=sender.poke,
        doctor=doctor,
        connected=settings.is_connected,
        patience=brought.patience,
    )
    await site.life.enter_async_context(dispatch)
    return sender, _on_stage(site.channel, core, readers, dispatch, personas) if personas else dispatch


def _on_stage(channel: Channel, core: Core, readers: Readers, dispatch: Dispatch, personas: Personas) -> Stage:
    async def tell(turn: Turn, reply: Reply) -> None:
        message = card_message(reply.card, reply.summary)
        await channel.connector.send(turn.conversation, message, thread=turn.thread)

    return Stage(dispatch, people=core.people, personas=personas, readers=readers, tell=tell)


def _link_hosts(settings: Settings) -> frozenset[str]:
    return AUTOTASK_PAGES | configuration.LOOPBACK if settings.allow_loopback else AUTOTASK_PAGES


async def _start_reading(stack: AsyncExitStack, house: House) -> None:
    """Begin the first sync at once; the jobs repeat it until it is whole."""
    if not house.settings.is_connected:
        return
    task = asyncio.create_task(house.core.jobs.run_now("first-sync"), name="first-sync")

    async def stop() -> None:
        task.cancel()
        await asyncio.wait({task})

    stack.push_async_callback(stop)


# the command line

cli = typer.Typer(add_completion=False, help="ATTMS: the AutoTask service desk inside Microsoft Teams.")


@asynccontextmanager
async def _open_people() -> AsyncIterator[People]:
    settings = configuration.load()
    async with AsyncExitStack() as stack:
        store = await _open_store(stack, settings)
        yield People(
            store,
            None,
            tenant=_tenant(settings),
            linking=settings.linking,
            administrators=settings.administrators,
            now=utc_now,
        )


cli.add_typer(people_command.make(_open_people, lambda: _tenant(configuration.load())), name="people")
cli.add_typer(manifest_command.make(lambda: build_router().commands), name="manifest")


@cli.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Serve, unless a command is named."""
    if context.invoked_subcommand is None:
        logs.configure(verbose=True)
        _or_say(lambda: _until_signal(configuration.load()))


@cli.command()
def demo(
    *,
    port: Annotated[int, typer.Option(help="Where the bot is wanted.")] = 3978,
    playground: Annotated[bool, typer.Option(help="Fetch and open Microsoft's Agents Playground.")] = True,
    tickets: Annotated[int, typer.Option(help="Tickets in the make-believe AutoTask.")] = 300,
    seed: Annotated[int, typer.Option(help="Which make-believe world.")] = 1,
) -> None:
    """Show all of it on this machine: no tenant and no AutoTask account needed."""
    from demo import run as play  # noqa: PLC0415 - a tenth of the start, and none of the service's business

    logs.configure(verbose=False)
    options = play.Options(port=port, has_window=playground, tickets=tickets, seed=seed)
    raise typer.Exit(code=asyncio.run(play.run(_serve_demo, options)))


def _serve_demo(settings: Settings, *, personas: Personas) -> "contextlib.AbstractAsyncContextManager[House]":
    return serve(settings, personas=personas, dangerously_open=True, has_typeahead=False)


async def _until_signal(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serve(settings):
        typer.echo(f"ATTMS listens on http://{settings.host}:{settings.port}/api/messages", err=True)
        await stop.wait()


def _or_say(run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it; an error that an operator can mend is said in words, without a stack."""
    try:
        uvloop.run(run())
    except AttmsError as error:
        typer.echo(f"{error}\n{error.hint}".rstrip(), err=True)
        raise typer.Exit(code=2) from None
    except OSError as error:
        typer.echo(f"ATTMS cannot start: {error}", err=True)
        raise typer.Exit(code=2) from None


def main() -> None:
    """Enter from the command line."""
    cli()


if __name__ == "__main__":
    main()
