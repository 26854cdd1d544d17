"""The bot under the bench's variables: the real application over a generated mirror. Started by ``bench.start``.

What the variables mean is said in docs/performance.md ("What the bench is told"). Only AutoTask is replaced, by one
without news.
"""

import asyncio
import os
import re
import signal
import socket
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import uvloop

import app
from admin import logs
from attms_core import settings as configuration
from attms_core.errors import AttmsError
from attms_core.model import PersonKey, TenantId
from attms_core.settings import Settings, SettingsError
from bench import mirror
from bench.quiet import QuietAutotask
from bot.channel.places import Places
from cards.tickets import PAGE_SIZE

APP_ID = "11111111-2222-3333-4444-555555555555"
TENANT = "77777777-6666-5555-4444-333333333333"
PERSON = "99999999-8888-7777-6666-555555555555"
"""Who speaks in the load, and where from."""
KEYS, LOGIN = "http://127.0.0.1:18080", "https://localhost:18443/adfs"
"""Where the keys of tokens and the bot's own login are, unless the bench says so."""
TICKETS = 100_000
WRONG = 2
"""The exit code of who was started with a variable that cannot be meant."""

_NEVER_EMPTY = (
    *("PORT", "APP_ID", "APP_SECRET", "BENCH_ISSUER", "BENCH_ISSUER_BASE", "BENCH_LOGIN_URL", "BENCH_SERVICE_URL"),
    *("BENCH_CARD_ROWS", "BENCH_TICKETS", "BENCH_MIRRORS"),
)
_TRANSLATED = {
    "ATTMS_PORT": "PORT",
    "ATTMS_BOT_OPENID_METADATA_URL": "BENCH_ISSUER_BASE",
    "ATTMS_BOT_LOGIN_URL": "BENCH_LOGIN_URL",
}
"""Settings that can be found wrong, and the variables that they are made of."""
_AUTHORITY = re.compile(r"https://[^/?#]+/[^/?#]+")
"""How an authority begins. msal says so itself, but only in a turn that is then never replied to."""


class WrongVariable(ValueError):
    """A variable of the bench cannot be meant; the message is one line that names it."""


class Asked(NamedTuple):
    """What a bench asks for."""

    settings: Settings
    openness: Mapping[str, Any]
    """Who is let in, and whom the bot trusts when it logs in."""
    tickets: int
    home: Path
    """Where mirrors are kept."""


def main() -> None:
    """Serve until told to stop."""
    logs.configure(verbose=True)
    with ending_in_a_line():
        uvloop.run(_serve(os.environ))


@contextmanager
def ending_in_a_line() -> Iterator[None]:
    """Say in one line what keeps the bench from starting, and end the process with ``WRONG``."""
    try:
        yield
    except (WrongVariable, AttmsError) as error:
        print(error, file=sys.stderr)
        sys.exit(WRONG)


async def _serve(environ: Mapping[str, str]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    wish = asked(environ)
    data_dir = await kept(wish.tickets, wish.home)
    given = wish.settings.model_copy(update={"data_dir": data_dir})
    async with app.serve(given, autotask=QuietAutotask(), **wish.openness):
        await stop.wait()


def asked(environ: Mapping[str, str]) -> Asked:
    """Read the bench's variables. Raises ``WrongVariable`` for the first that cannot be meant."""
    _check(environ)
    count, home = mirrored(environ)
    wish = Asked(settings(environ, home), _openness(environ), count, home)
    _try_port(wish.settings.port)
    return wish


def _check(environ: Mapping[str, str]) -> None:
    """Refuse what would start, and then answer nothing or not as it was asked to. Raises ``WrongVariable``."""
    for name in _NEVER_EMPTY:
        if environ.get(name) == "":
            raise WrongVariable(f"{name} is empty")
    rows, place = environ.get("BENCH_CARD_ROWS"), environ.get("BENCH_SERVICE_URL")
    if rows not in {None, str(PAGE_SIZE)}:
        raise WrongVariable(f"BENCH_CARD_ROWS is {rows!r}: a page of tickets has {PAGE_SIZE} rows, always")
    if place is not None and not Places(only_loopback=True).allows(place):
        raise WrongVariable(f"BENCH_SERVICE_URL is {place!r}: it must be an address of this machine")


def mirrored(environ: Mapping[str, str]) -> tuple[int, Path]:
    """Give the number of tickets in the mirror, and where mirrors are kept. Raises ``WrongVariable``."""
    count = whole(environ, "BENCH_TICKETS", TICKETS, least=mirror.FEWEST)
    return count, Path(environ.get("BENCH_MIRRORS", mirror.STATE))


def whole(environ: Mapping[str, str], name: str, usual: int, *, least: int) -> int:
    """Read a whole number. Raises ``WrongVariable`` for anything else, and for less than ``least``."""
    given = environ.get(name, str(usual))
    if not re.fullmatch("[0-9]{1,9}", given) or int(given) < least:
        raise WrongVariable(f"{name} is {given!r}: it must be a whole number of {least} or more")
    return int(given)


def _openness(environ: Mapping[str, str]) -> dict[str, Any]:
    if environ.get("BENCH_AUTH") == "off":
        return {"dangerously_open": True}
    ca = environ.get("SSL_CERT_FILE") or environ.get("REQUESTS_CA_BUNDLE", "")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca)
    except OSError as error:
        raise WrongVariable(f"SSL_CERT_FILE is {ca!r}: there is no certificate to trust at the login") from error
    return {"login_ca": Path(ca)}


def _try_port(port: int) -> None:
    """See now whether the port is free: a mirror may have to be built before it is opened."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            raise WrongVariable(f"PORT is {port}, which cannot be opened: {error.strerror}") from error


async def kept(count: int, home: Path) -> Path:
    """Give the folder of the mirror. Raises ``WrongVariable``."""
    person = PersonKey(TenantId(TENANT), PERSON)
    try:
        return await mirror.kept(count, person=person, now=datetime.now(UTC), home=home)
    except OSError as error:
        raise WrongVariable(f"BENCH_MIRRORS is {str(home)!r}, where nothing can be kept: {error.strerror}") from error


def settings(environ: Mapping[str, str], data_dir: Path) -> Settings:
    """Translate the bench's variables into the application's settings. Raises ``WrongVariable``."""
    keys, login = environ.get("BENCH_ISSUER_BASE", KEYS), environ.get("BENCH_LOGIN_URL", LOGIN)
    if not _AUTHORITY.match(login):
        raise WrongVariable(f"BENCH_LOGIN_URL is {login!r}: it must be like {LOGIN}")
    try:
        return configuration.load(
            {
                "ATTMS_PORT": environ.get("PORT", "18100"),
                "ATTMS_ADMIN_PORT": "0",
                "ATTMS_DATA_DIR": str(data_dir),
                "ATTMS_BOT_APP_ID": environ.get("APP_ID", APP_ID),
                "ATTMS_BOT_SECRET": environ.get("APP_SECRET", "not-a-real-secret"),
                "ATTMS_BOT_TENANT_IDS": TENANT,
                "ATTMS_BOT_OPENID_METADATA_URL": f"{keys}/v1/.well-known/openidconfiguration",
                "ATTMS_BOT_TOKEN_ISSUER": environ.get("BENCH_ISSUER", "https://api.botframework.com"),
                "ATTMS_BOT_LOGIN_URL": login,
                "ATTMS_ALLOW_LOOPBACK": "true",
                "ATTMS_AUTOTASK_USER": "bench",
                "ATTMS_AUTOTASK_SECRET": "bench",
                "ATTMS_AUTOTASK_INTEGRATION_CODE": "bench",
            }
        )
    except SettingsError as error:
        said = "; ".join(str(error).split("\n"))
        for ours, theirs in _TRANSLATED.items():
            said = said.replace(ours, theirs)
        raise WrongVariable(said) from error
