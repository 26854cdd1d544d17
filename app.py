"""The application: ``build`` makes the whole house out of settings, ``main`` is what people start. Nobody imports it.

How the rooms are joined stands in ``assembly``.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

from assembly import collecting

if TYPE_CHECKING:
    import typer

    from admin.cli import DemoWish
    from assembly.house import House
    from attms_core.config import Configuration
    from attms_core.settings import Settings
    from bot.router import Command
    from demo.personas import Personas

__all__ = ["build", "cli", "main", "serve"]


@asynccontextmanager
async def build(
    settings: "Settings", *, configuration: "Configuration | None" = None, **brought: Any
) -> AsyncIterator["House"]:
    """Open everything, in reading order; leaving closes it in reverse. ``brought`` are the fields of ``Brought``.

    With a ``configuration`` the house follows its changes. Raises ``SettingsError`` and other ``OperatorNeeded`` when
    it must not start.
    """
    from assembly import process  # noqa: PLC0415 - the whole house: not for a command that does without it
    from assembly.brought import Brought  # noqa: PLC0415 - the same

    async with process.built(settings, Brought(**brought), configuration=configuration) as house:
        yield house


@asynccontextmanager
async def serve(settings: "Settings", **brought: Any) -> AsyncIterator["House"]:
    """Build the house and open its listeners: the public one, and the management one on 127.0.0.1."""
    from assembly import process  # noqa: PLC0415 - as above

    async with build(settings, **brought) as house, process.listening(house, settings):
        yield house


def cli() -> "typer.Typer":
    """Build the command line."""
    from admin.cli import Openers, make_cli  # noqa: PLC0415 - a quarter of the start, and nothing that serving needs
    from assembly.openers import Host  # noqa: PLC0415 - the same

    host = Host()
    return make_cli(
        Openers(
            serve=_serve,
            demo=_demo,
            configuration=host.configuration,
            keys=host.keys,
            audit=host.audit,
            doctor=host.doctor,
            mirror=host.mirror,
            people=host.people,
            tenant=host.tenant,
            commands=_commands,
            setup=host.setup,
            wizard=host.wizard,
        )
    )


def _commands() -> "Mapping[str, Command]":
    from bot.commands import build_router  # noqa: PLC0415 - what people say in chat, for a package's menus

    return build_router().commands


async def _serve() -> None:
    with collecting.paused():
        import typer  # noqa: PLC0415 - what only a process that stays needs

        from admin import logs  # noqa: PLC0415 - the same
        from assembly import running  # noqa: PLC0415 - the same

    logs.configure(verbose=True)
    await running.run(os.environ, lambda line: typer.echo(line, err=True))


def _demo(wish: "DemoWish") -> int:
    with collecting.paused():
        from admin import logs  # noqa: PLC0415 - what only a process that stays needs
        from demo import run as play  # noqa: PLC0415 - a tenth of the start, and none of the service's business

    logs.configure(verbose=False)
    options = play.Options(port=wish.port, has_window=wish.playground, tickets=wish.tickets, seed=wish.seed)
    return asyncio.run(play.run(_serve_demo, options))


def _serve_demo(settings: "Settings", *, personas: "Personas") -> "AbstractAsyncContextManager[House]":
    from demo.acting import Play  # noqa: PLC0415 - as above

    return serve(settings, play=Play(personas), dangerously_open=True, has_typeahead=False)


def main() -> None:
    """Enter from the command line."""
    with collecting.paused():
        command = cli()
    command()


if __name__ == "__main__":
    main()
