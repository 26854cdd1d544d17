"""What Teams demands of the values, said in words before a package exists. Nothing here changes a value.

The numbers are those of Teams app manifest 1.19, which 1.30 only widens: a menu has to be read at a glance in both.
"""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

from manifest import lists
from manifest.values import App, Command, CommandList, Publisher

MOST_LISTS = 3
MOST_COMMANDS = 10
LONGEST_TITLE = 32
LONGEST_DESCRIPTION = 128
LONGEST_PUBLISHER = 32
LONGEST_ADDRESS = 2048
LONGEST_HOST = 253

_PRESENCE = ("available", "away", "brb", "busy", "dnd", "offline")
_PLACES = (
    "activity",
    "files",
    "goto",
    "help",
    "keys",
    "mentions",
    "org",
    "pop",
    "saved",
    "settings",
    "unread",
    "whatsnew",
)
_DEEDS = ("call", "chat", "code", "join", "mute", "reset", "testcall", "who", "wiki")
RESERVED = frozenset((*_PRESENCE, *_PLACES, *_DEEDS))
"""Names that Teams answers itself in the ``/`` menu: from there they never reach a bot, after a mention they do.

There is no complete list: these are met in clients now, or were words of the earlier command bar and are left alone to
be safe.
"""

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_VERSION = re.compile(r"(?:(?:0|[1-9][0-9]{0,8})\.){2}(?:0|[1-9][0-9]{0,8})")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


def complaints(app: App) -> tuple[str, ...]:
    """Tell all that is wrong with an app; nothing when a package can be made of it."""
    return (
        *_about_ids(app),
        *_about_host(app.host),
        *_about_publisher(app.publisher),
        *_about_commands(app.commands),
        # what both editions have wrong is told once
        *dict.fromkeys((*about_lists(lists.current(app)), *about_lists(lists.conservative(app)))),
    )


def about_lists(menus: tuple[CommandList, ...]) -> Iterator[str]:
    """Tell what is wrong with the lists of one edition."""
    if len(menus) > MOST_LISTS:
        yield f"{len(menus)} lists of commands are too many: Teams takes {MOST_LISTS}."
    for menu in menus:
        if len(menu.commands) > MOST_COMMANDS:
            yield f"{len(menu.commands)} commands are too many for the menu: Teams takes {MOST_COMMANDS}."
        if lists.SLASH in menu.triggers:
            yield from _about_slashes(menu.commands)


def _about_slashes(commands: tuple[Command, ...]) -> Iterator[str]:
    for title in (command.title for command in commands):
        if (word := _first_word(title)) in RESERVED:
            yield (
                f"The command {title!r} cannot stand in the / menu: Teams keeps /{word} for itself. "
                "Rename it, or let it be mentioned only."
            )


def _about_ids(app: App) -> Iterator[str]:
    # all zeros is what stands where nobody has put an id yet
    if not _GUID.fullmatch(app.app_id) or not UUID(app.app_id).int:
        yield (
            f"{app.app_id!r} is no app id. Take the application (client) id of the Azure Bot, "
            "like 1f0e2d3c-4b5a-4978-8695-a4b3c2d1e0f9."
        )
    if not _VERSION.fullmatch(app.version):
        yield f"{app.version!r} is no version for Teams. It takes three numbers, like 1.4.0."


def _about_host(host: str) -> Iterator[str]:
    wanted = "Give the public host name alone, like desk.example.com."
    if "://" in host:
        yield f"{host!r} is an address with a scheme. {wanted}"
    elif "*" in host:
        yield f"{host!r} takes in sites of others. {wanted}"
    elif _is_ip(host):
        yield f"{host!r} is an IP address, and Teams asks for a name with a certificate. {wanted}"
    elif "/" in host or ":" in host:
        yield f"{host!r} has a port or a path. {wanted}"
    elif not host.isascii():
        yield f"{host!r} has letters beyond ASCII. Give its punycode form, which begins with xn--."
    elif not _is_public_name(host):
        yield f"{host!r} is no public host name. {wanted}"


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_public_name(host: str) -> bool:
    labels = host.split(".")
    return (
        len(host) <= LONGEST_HOST
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
        and labels[-1].casefold() != "localhost"
    )


def _about_publisher(publisher: Publisher) -> Iterator[str]:
    yield from _about_text("The developer's name", publisher.name, LONGEST_PUBLISHER)
    for what, address in (
        ("website", publisher.website),
        ("privacy page", publisher.privacy),
        ("terms of use", publisher.terms),
    ):
        if address and not _is_web_address(address):
            yield f"The {what} {address!r} is no https address, like https://example.com/page."


def _is_web_address(address: str) -> bool:
    if len(address) > LONGEST_ADDRESS or not address.isascii() or not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and parts.hostname is not None and port != 0


def _about_commands(commands: tuple[Command, ...]) -> Iterator[str]:
    if not any(command.slash for command in commands):
        yield "No command may stand in the / menu: Teams would suggest nothing in channels and group chats."
    seen: set[str] = set()
    for command in commands:
        yield from _about_command(command)
        if command.title.casefold() in seen:
            yield f"The command {command.title!r} is there twice."
        seen.add(command.title.casefold())


def _about_command(command: Command) -> Iterator[str]:
    title = command.title
    yield from _about_text(f"The command {title!r}", title, LONGEST_TITLE)
    yield from _about_text(f"The description of {title!r}", command.description, LONGEST_DESCRIPTION)
    if title.startswith("/"):
        yield f"The command {title!r} has a slash of its own. Leave it out: Teams shows one."


def _first_word(title: str) -> str:
    return title.removeprefix("/").casefold().partition(" ")[0]


def _about_text(what: str, text: str, longest: int) -> Iterator[str]:
    if not text or text != text.strip():
        yield f"{what} is empty, or has space around it."
    elif not text.isprintable():
        yield f"{what} has line breaks or other characters that cannot be seen."
    elif len(text) > longest:
        yield f"{what} is too long: {len(text)} characters, and Teams takes {longest}."
