"""The application: what it is made of, in the order in which it opens. Nothing else stands here, and nobody imports it.

``build`` makes the whole house out of settings, with anything replaced that a test or the demo brings of its own.
"""

import asyncio
import contextlib
import gc
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
from attms_core.health import Health
from attms_core.jobs import Jobs
from attms_core.mirror import Mirror
from attms_core.model import TenantId
from attms_core.people import People
from attms_core.ports import Now
from attms_core.settings import Settings
from attms_core.store import outbox
from attms_core.store.database import Database, ServingLock, open_database
from bot.channel import Channel, card_message
from bot.commands import build_router
from bot.conversations import Conversations
from bot.dispatch import PATIENCE, Dispatch
from bot.doorway import Doorway
from bot.events import Events
from bot.notices import Renderer, Sender
from bot.reading import Readers
from bot.reply import Reply
from bot.turn import Turn
from demo.acting import ActedPeople, Stage, acting
from demo.personas import Personas
from web.limits import LimitedRunner, Limits, make_app
from web.status import add_status

LIVING_WISH = timedelta(seconds=60)
"""On PostgreSQL an unfinished wish may belong to another process for so long; the longest write takes 12 seconds."""
OBJECTS_BETWEEN_COLLECTIONS = 10_000
AUTOTASK_PAGES = frozenset({"*.autotask.net"})
LOOPBACK = "127.0.0.1"


def utc_now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a test or the demo brings in the place of the real thing."""

    now: Now = utc_now
    autotask: AutotaskClient | NotConnectedAutotask | None = None
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
    """What everything stands on: the store, AutoTask, Teams."""

    settings: Settings
    brought: Brought
    tenant: TenantId
    store: Database
    autotask: AutotaskClient | NotConnectedAutotask
    channel: Channel
    doorway: Doorway


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The service desk without its chat."""

    mirror: Mirror
    people: People
    wishes: Wishes
    desk: Desk
    jobs: Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running service desk, and what tests and the demo may touch of it."""

    ground: Ground
    core: Core
    sender: Sender
    public: web.Application
    management: web.Application

    async def first_data(self) -> None:
        """Wait until the newest open tickets are in the mirror."""
        while not await self.core.mirror.has_data():
            await self.core.jobs.run_now("first-sync")


@asynccontextmanager
async def build(settings: Settings, **brought: object) -> AsyncIterator[House]:
    """Open everything, in reading order; leaving closes it in reverse. ``brought`` are the fields of ``Brought``.

    Raises ``SettingsError`` and other ``OperatorNeeded`` when it must not start.
    """
    async with AsyncExitStack() as stack:
        ground = await _ground(stack, settings, Brought(**brought))  # type: ignore[arg-type] # checked by the dataclass's names
        core = await _core(stack, ground)
        sender = await _bot(stack, ground, core)
        await stack.enter_async_context(core.jobs)
        await core.wishes.recover()
        health = Health(database=ground.store, meter=ground.autotask, connected=settings.is_connected)
        yield House(
            ground=ground,
            core=core,
            sender=sender,
            public=_public(ground.channel, health),
            management=_management(health),
        )


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
    doorway = Doorway()
    channel = Channel(
        settings,
        doorway,
        now=brought.now,
        dangerously_open=brought.dangerously_open,
        login_ca=brought.login_ca,
    )
    if settings.database_url is None:
        stack.enter_context(ServingLock(settings.data_dir))
    store = await _open_store(stack, settings)
    autotask = brought.autotask or NotConnectedAutotask()
    if brought.autotask is None and settings.is_connected:
        autotask = await stack.enter_async_context(AutotaskClient(settings, now=brought.now))
    return Ground(
        settings=settings,
        brought=brought,
        tenant=_tenant(settings),
        store=store,
        autotask=autotask,
        channel=await stack.enter_async_context(channel),
        doorway=doorway,
    )


async def _open_store(stack: AsyncExitStack, settings: Settings) -> Database:
    url = settings.database_url.get_secret_value() if settings.database_url else None
    store = await open_database(url, settings.data_dir)
    stack.push_async_callback(store.close)
    return store


def _tenant(settings: Settings) -> TenantId:
    """Whose AutoTask data is mirrored: the first tenant's, also when people of others may speak."""
    return TenantId(settings.bot_tenant_ids[0].lower() if settings.bot_tenant_ids else "")


async def _core(stack: AsyncExitStack, ground: Ground) -> Core:
    settings, store, at, now = ground.settings, ground.store, ground.autotask, ground.brought.now
    mirror = Mirror(
        store,
        at,
        at,
        tenant=ground.tenant,
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
        tenant=ground.tenant,
        now=now,
        grace=LIVING_WISH if settings.database_url else timedelta(),
    )
    await stack.enter_async_context(wishes)
    people = _people(ground)
    desk = Desk(mirror=mirror, wishes=wishes, tenant=ground.tenant, writes=settings.autotask_writes, now=now)
    return Core(mirror=mirror, people=people, wishes=wishes, desk=desk, jobs=_jobs(settings, mirror, people, wishes))


def _people(ground: Ground) -> People:
    settings, personas = ground.settings, ground.brought.personas
    kind = ActedPeople if personas else People
    people = kind(
        ground.store,
        ground.channel.connector,
        tenant=ground.tenant,
        linking=settings.linking,
        administrators=settings.administrators,
        now=ground.brought.now,
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


async def _bot(stack: AsyncExitStack, ground: Ground, core: Core) -> Sender:
    settings, now, connector = ground.settings, ground.brought.now, ground.channel.connector
    conversations = Conversations(database=ground.store, roster=connector, now=now)
    stack.push_async_callback(conversations.close)
    readers = Readers(
        now=now,
        can_write=settings.autotask_writes,
        link_hosts=_link_hosts(settings),
        has_typeahead=ground.brought.has_typeahead,
    )
    render = Renderer(desk=core.desk, wishes=core.wishes, people=core.people, readers=readers, pack=card_message)
    sender = Sender(database=ground.store, editor=connector, rooms=conversations, render=render, now=now)
    if settings.database_url is None:
        await ground.store.write(outbox.release_all)  # the serving lock makes this process the only one
    await stack.enter_async_context(sender)
    personas = ground.brought.personas
    dispatch = Dispatch(
        router=build_router(*([acting(personas)] if personas else [])),
        desk=core.desk,
        wishes=core.wishes,
        people=core.people,
        conversations=conversations,
        events=Events(conversations=conversations),
        readers=readers,
        database=ground.store,
        poke=sender.poke,
        connected=settings.is_connected,
        patience=ground.brought.patience,
    )
    await stack.enter_async_context(dispatch)
    ground.doorway.lead_to(_on_stage(ground, core, readers, dispatch, personas) if personas else dispatch)
    return sender


def _on_stage(ground: Ground, core: Core, readers: Readers, dispatch: Dispatch, personas: Personas) -> Stage:
    async def tell(turn: Turn, reply: Reply) -> None:
        message = card_message(reply.card, reply.summary)
        await ground.channel.connector.send(turn.conversation, message, thread=turn.thread)

    return Stage(dispatch, people=core.people, personas=personas, readers=readers, tell=tell)


def _link_hosts(settings: Settings) -> frozenset[str]:
    return AUTOTASK_PAGES | configuration.LOOPBACK if settings.allow_loopback else AUTOTASK_PAGES


def _public(channel: Channel, health: Health) -> web.Application:
    app = make_app(Limits())
    channel.routes(app)
    add_status(app, ready=health.ready, health=health.well)
    return app


def _management(health: Health) -> web.Application:
    app = make_app(Limits())
    add_status(app, ready=health.ready, health=health.well)
    return app


async def _start_reading(stack: AsyncExitStack, house: House) -> None:
    """Begin the first sync at once; the jobs repeat it until it is whole."""
    if not house.ground.settings.is_connected:
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
