"""All commands in one: what is typed first, and the few words that are no subject of their own."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from admin import manifest_command, people_command
from admin.cli import callouts, config, doctor, jobs, keys, mirror, outbox, reach, vault
from admin.cli.door import NOT_READY, Root
from admin.cli.openers import DemoWish, Openers
from admin.setup import command as setup_command
from admin.voice import give_up
from attms_core.errors import AttmsError

HELP = "ATTMS: the AutoTask service desk inside Microsoft Teams. Without a command it serves."


def make_cli(openers: Openers) -> typer.Typer:
    """Build the command line of the application that ``openers`` open."""
    # Typer's own pretty stacks show local variables, and a secret could be among them.
    cli = typer.Typer(cls=Root, add_completion=False, help=HELP, pretty_exceptions_enable=False)
    _add_running(cli, openers)
    _add_setup(cli, openers)
    doctor.add(cli, openers)
    for name, subject in (("vault", vault), ("config", config), ("keys", keys), ("jobs", jobs), ("mirror", mirror)):
        cli.add_typer(subject.make(openers), name=name)
    cli.add_typer(callouts.make(openers), name="callouts")
    cli.add_typer(outbox.make(openers), name="outbox")
    people = people_command.make(openers.people, openers.tenant)
    reach.add(people, openers)
    cli.add_typer(people, name="people")
    cli.add_typer(manifest_command.make(openers.commands), name="manifest")
    return cli


def _add_running(cli: typer.Typer, openers: Openers) -> None:
    @cli.callback(invoke_without_command=True)
    def default(context: typer.Context) -> None:
        """Serve, unless a command is named."""
        if context.invoked_subcommand is None:
            _or_say(openers.serve)

    @cli.command("run")
    def run_() -> None:
        """Serve: the same as no command."""
        _or_say(openers.serve)

    @cli.command()
    def demo(
        *,
        port: Annotated[int, typer.Option(help="Where the bot is wanted.")] = 3978,
        playground: Annotated[bool, typer.Option(help="Fetch and open Microsoft's Agents Playground.")] = True,
        tickets: Annotated[int, typer.Option(help="Tickets in the make-believe AutoTask.")] = 300,
        seed: Annotated[int, typer.Option(help="Which make-believe world.")] = 1,
    ) -> None:
        """Show all of it on this machine: no tenant and no AutoTask account needed."""
        wish = DemoWish(port=port, playground=playground, tickets=tickets, seed=seed)
        raise typer.Exit(code=openers.demo(wish))


def _add_setup(cli: typer.Typer, openers: Openers) -> None:
    in_terminal = setup_command.make(openers.setup)

    @cli.command()
    def setup(
        *,
        browser: Annotated[
            bool, typer.Option("--browser", help="In the browser: serve its pages here until it is closed.")
        ] = False,
        reopen: Annotated[bool, typer.Option("--reopen", help="Open a finished set-up again.")] = False,
        values: Annotated[
            Path | None, typer.Option(help="Ask nothing: take lines of NAME=value, save what passes its test.")
        ] = None,
        out: Annotated[Path, typer.Option(help="Folder for the Teams app.")] = Path("teams-app"),
        finish: Annotated[bool, typer.Option("--finish", help="With --values: close the set-up afterwards.")] = False,
    ) -> None:
        """Set ATTMS up, step by step; leave it and come back as you like."""
        if browser and values is not None:
            raise typer.BadParameter("It is the terminal that takes values from a file.", param_hint="--browser")
        if reopen or not browser:
            in_terminal(reopen=reopen, values=values, out=out, finish=finish)
        if browser:
            asyncio.run(_served(openers))


async def _served(openers: Openers) -> None:
    await openers.wizard()


def _or_say(serve: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Serve; what keeps it from starting is said in words, with a code of its own."""
    try:
        uvloop.run(serve())
    except AttmsError as error:
        give_up(error, code=NOT_READY)
    except OSError as error:
        typer.echo(f"ATTMS cannot start: {error}", err=True)
        raise typer.Exit(code=NOT_READY) from None
