"""The demo from its first word to its last: what starts, in which order, and how it all ends."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import typer
from pydantic import SecretStr

from attms_core.settings import Settings
from demo import cast, context, node, package, playground, welcome
from demo.cache import Cache
from demo.node import Node, Say
from demo.personas import Personas
from demo.ports import HOST, Ports
from demo.problems import CannotShow
from sandbox.autotask import AutotaskSandbox, Life

WINDOW_PORT = 3976
"""Below the range that Linux hands out for outgoing connections, where Microsoft's own default lies."""
FIRST_DATA = timedelta(seconds=60)
EVENTS = 20.0
"""Seconds between two things that happen in the make-believe AutoTask."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person may choose."""

    port: int = 3978
    """Where the bot is wanted; the management listener is wanted one above."""
    has_window: bool = True
    """Fetch and open the chat window."""
    tickets: int = 300
    seed: int = 1


class Bot(Protocol):
    """The running bot, as far as the demo must know it."""

    async def first_data(self) -> None:
        """Wait until the first of AutoTask's data is here."""
        ...


class Serve(Protocol):
    """Whoever can run the bot: the application hands this in."""

    def __call__(self, settings: Settings, *, personas: Personas) -> AbstractAsyncContextManager[Bot]:
        """Serve while entered, with the tokenless door on 127.0.0.1 open and writing on."""
        ...


async def run(serve: Serve, options: Options | None = None, *, say: Say = typer.echo) -> int:
    """Show the demo until a signal ends it; return the exit status: 0, or 1 when it could not be shown."""
    tell = _heard(say)
    show = asyncio.create_task(_show(serve, options or Options(), tell))
    with _ended_by_signals(show, tell) as was_asked:
        try:
            await show
        except CannotShow as problem:
            tell(f"\nThe demo cannot go on. {problem}")
            tell(problem.hint)
            return 1
        except asyncio.CancelledError:
            if not was_asked():
                raise
    tell("Everything is closed and cleared away.")
    return 0


def _heard(say: Say) -> Say:
    """Speak to a terminal that may be gone: closing it must not keep us from clearing up."""

    def tell(words: str) -> None:
        with contextlib.suppress(OSError):
            say(words)

    return tell


@contextlib.contextmanager
def _ended_by_signals(show: asyncio.Task[None], tell: Say) -> Iterator[Callable[[], bool]]:
    """Cancel the show at the first signal; what clears up after it is not disturbed by a second one."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def ask() -> None:
        if not asked.is_set():
            asked.set()
            tell("\nClosing ...")
            show.cancel()

    for number in SIGNALS:
        loop.add_signal_handler(number, ask)
    try:
        yield asked.is_set
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


async def _show(serve: Serve, options: Options, say: Say) -> None:
    async with AsyncExitStack() as house:
        software = await _software(say) if options.has_window else None
        ports = Ports()
        at = await house.enter_async_context(AutotaskSandbox(tickets=options.tickets, seed=options.seed))
        folder = Path(house.enter_context(tempfile.TemporaryDirectory(prefix="attms-demo-")))
        settings = _settings(at, folder, port=_port(ports, options.port, say), admin=ports.near(options.port + 1))
        personas = Personas(lambda: cast.playable(at.world), reserved=(cast.speaker().email,))
        await _first_data(await house.enter_async_context(serve(settings, personas=personas)), say)
        chat = await _window(house, software, settings, at, ports) if software else None
        say(welcome.text(_addresses(settings, at, chat), cast.speaker(), cast.sights(at.world)))
        await _live(Life(at.world, EVENTS, seed=options.seed), chat, say)


async def _software(say: Say) -> tuple[Node, Path]:
    cache = Cache()
    found = await node.find(cache, say)
    return found, await package.fetch(found, cache, say)


def _port(ports: Ports, wanted: int, say: Say) -> int:
    port = ports.near(wanted)
    if port != wanted:
        say(f"Port {wanted} is taken, so the bot listens on {port}.")
    return port


def _settings(at: AutotaskSandbox, folder: Path, *, port: int, admin: int) -> Settings:
    """Write the bot's settings: nothing is taken from the environment, so that no real tenant can be meant."""
    return Settings(
        host=HOST,
        port=port,
        admin_port=admin,
        data_dir=folder,
        bot_app_id=context.APP_ID,
        bot_tenant_ids=(context.TENANT_ID,),
        allow_loopback=True,
        autotask_zone_url=at.url,
        autotask_user=at.credentials.user,
        autotask_secret=SecretStr(at.credentials.secret),
        autotask_integration_code=SecretStr(at.credentials.integration_code),
        autotask_writes=True,
        poll_seconds=5,
    )


async def _first_data(bot: Bot, say: Say) -> None:
    say("Reading the service desk from AutoTask ...")
    try:
        async with asyncio.timeout(FIRST_DATA.total_seconds()):
            await bot.first_data()
    except TimeoutError as error:
        raise CannotShow(
            f"AutoTask's data did not arrive within {FIRST_DATA.total_seconds():.0f} seconds.",
            hint="Try fewer tickets: --tickets 50.",
        ) from error


async def _window(
    house: AsyncExitStack, software: tuple[Node, Path], settings: Settings, at: AutotaskSandbox, ports: Ports
) -> playground.Window:
    found, script = software
    people = context.render(cast.speaker(), cast.others(), company=cast.company(at.world), bot="ATTMS")
    endpoint = _addresses(settings, at, None).endpoint
    opened = playground.window(found, script, endpoint=endpoint, people=people, port=ports.near(WINDOW_PORT))
    return await house.enter_async_context(opened)


def _addresses(settings: Settings, at: AutotaskSandbox, chat: playground.Window | None) -> welcome.Addresses:
    return welcome.Addresses(
        bot=f"http://{HOST}:{settings.port}",
        management=f"http://{HOST}:{settings.admin_port}/",
        autotask=at.url,
        window=chat.url if chat else "",
    )


async def _live(life: Life, chat: playground.Window | None, say: Say) -> None:
    """Let things happen until cancelled; say so when the chat window goes away of itself."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(life.run())
        if chat is not None:
            tasks.create_task(_watch(chat, say))


async def _watch(chat: playground.Window, say: Say) -> None:
    why = await chat.ended()
    say(f"\nThe chat window has closed. {why}\nThe bot still runs: join with another one, or stop with Ctrl-C.")
