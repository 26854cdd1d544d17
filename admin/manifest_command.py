"""The Teams app package from the command line. Which commands its menu shows is decided here; how it is made is not."""

import errno
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version as installed_version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Protocol

import typer

from admin.voice import AsJson
from manifest import App, Command, Package, Publisher, UnfitApp, build, teams_app_id

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
OWN_WORDS = {
    "tickets mine": "Your open tickets, the next SLA due first.",
    "tickets unassigned": "Open tickets that wait for somebody.",
    "tickets search": "Tickets with certain words: type them after it.",
    "help": "All that you can say here.",
}
MENU = (
    "tickets mine",
    "tickets unassigned",
    "tickets search",
    "ticket",
    "new",
    "assign",
    "subscribe",
    "notices",
    "me",
    "help",
)
"""What is suggested, the most useful first. Teams takes ten; the rest is in the help."""
MENTION_ONLY = frozenset({"help"})
"""Names that Teams keeps for itself in the ``/`` menu."""


class Told(Protocol):
    """A command as the bot declares it."""

    @property
    def help(self) -> str:
        """Say in one line what it does."""


Bot = Callable[[], Mapping[str, Told]]


def menu(known: Mapping[str, Told]) -> tuple[Command, ...]:
    """Make the menu, in the words of the command's own help where the line is no more than its name."""
    return tuple(
        Command(title=title, description=OWN_WORDS.get(title) or known[title].help, slash=title not in MENTION_ONLY)
        for title in MENU
    )


def make(bot: Bot) -> typer.Typer:
    """Build the command. ``bot`` gives the commands that the bot understands, by name."""
    command = typer.Typer(no_args_is_help=True, help="The app package that is uploaded to Teams.")

    @command.callback()
    def group() -> None:
        """Keep ``build`` a word of its own."""

    @command.command("build")
    def build_(
        *,
        app_id: Annotated[str, typer.Option(help="Application (client) id of the Azure Bot.")],
        host_name: Annotated[str, typer.Option(help="Public host name of the bot, like desk.example.com.")],
        out: Annotated[
            Path,
            typer.Option(parser=folder, metavar="<path>", help="Folder for the two packages; it is made if need be."),
        ],
        package_version: Annotated[
            str, typer.Option(help="Raise it for every upload; by default the version of ATTMS.")
        ] = "",
        developer: Annotated[str, typer.Option(help="Who offers the app, as Teams shows it.")] = "ATTMS",
        website_url: Annotated[str, typer.Option(help="By default https://HOST/")] = "",
        privacy_url: Annotated[str, typer.Option(help="By default https://HOST/privacy")] = "",
        terms_url: Annotated[str, typer.Option(help="By default https://HOST/terms")] = "",
        as_json: AsJson = False,
    ) -> None:
        """Write the current package and the conservative one."""
        publisher = Publisher(name=developer, website=website_url, privacy=privacy_url, terms=terms_url)
        version = package_version or product_version()
        app = App(app_id=app_id, host=host_name, version=version, commands=menu(bot()), publisher=publisher)
        _write(app, out, as_json=as_json)

    return command


def folder(text: str) -> Path:
    """Read the name of a folder. Raises ``BadParameter`` for none: an unset variable means no folder, not this one."""
    if not text.strip():
        raise typer.BadParameter("Name a folder; a dot is the one you are in.")
    return Path(text)


def product_version() -> str:
    """Tell the version of ATTMS: of the checkout it runs from, else of what is installed."""
    with suppress(FileNotFoundError):
        return str(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"])
    return installed_version("attms")


def _place(packages: tuple[Package, ...], out: Path) -> None:
    """Put packages into a folder, all of them or none. Raises ``OSError``."""
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="packages-", dir=out) as new:
        places = {Path(new) / package.name: out / package.name for package in packages}
        for (written, place), package in zip(places.items(), packages, strict=True):
            written.write_bytes(package.content)
            if place.is_dir():  # the one thing there that no file can replace
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(place))
        for written, place in places.items():
            written.replace(place)


def _write(app: App, out: Path, *, as_json: bool) -> None:
    """Write both packages, or say in words why not and leave with code 2."""
    try:
        packages = build(app)
        _place(packages, out)
    except UnfitApp as error:
        typer.echo("No package was written.\n" + "\n".join(f"- {each}" for each in error.complaints), err=True)
        raise typer.Exit(code=2) from None
    except OSError as error:
        typer.echo(f"The packages cannot be written: {error}", err=True)
        raise typer.Exit(code=2) from None
    current, conservative = packages
    if as_json:
        files = {"current": str(out / current.name), "conservative": str(out / conservative.name)}
        typer.echo(json.dumps({**files, "version": app.version, "teams_app_id": teams_app_id(app.app_id)}, indent=2))
        return
    typer.echo(f"{out / current.name}: upload this one to Teams.")
    typer.echo(f"{out / conservative.name}: the same without the / menu, if Teams refuses the first.")
    typer.echo(f"Version {app.version}; the app's id in Teams is {teams_app_id(app.app_id)}.")
