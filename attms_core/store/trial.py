"""Would this database do? It is asked before it is chosen; nothing is left behind in it.

Opening a database and migrating it is ``database``'s business.
"""

import asyncio
import os
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from attms_core.errors import OperatorNeeded

if TYPE_CHECKING:
    from psycopg import Connection

CONNECT_SECONDS = 5
OPTIONS = "-c statement_timeout=5s -c lock_timeout=2s"
OLDEST_SERVER = 140_000
"""PostgreSQL 14, as the server tells its version in one number: the first that ends an idle leader's session."""
LEAST_FREE = 1 << 30
"""Bytes; a mirror of a large desk needs about so much."""


class Trial(Struct, frozen=True, kw_only=True):
    """A database that would do."""

    engine: str
    """In words, with its version."""
    place: str
    """Where it is; no password."""
    has_tables: bool
    """Whether ATTMS's tables are there already."""


class UnfitDatabase(OperatorNeeded):
    """This database will not do; the hint says how to mend it."""

    code = "unfit-database"


async def try_file(data_dir: Path) -> Trial:
    """Look whether SQLite can live in a folder; the folder is made if need be. Raises ``UnfitDatabase``."""
    return await asyncio.to_thread(_try_file, data_dir)


async def try_server(url: str) -> Trial:
    """Connect to PostgreSQL and make a table that is taken back at once. Raises ``UnfitDatabase``."""
    return await asyncio.to_thread(_try_server, url)


def _try_file(data_dir: Path) -> Trial:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        free = shutil.disk_usage(data_dir).free
    except OSError as error:
        raise UnfitDatabase(
            f"The data folder {data_dir} cannot be used: {error.strerror}.",
            hint="Give it to the account that runs ATTMS, or name another folder in ATTMS_DATA_DIR.",
        ) from error
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise UnfitDatabase(
            f"Nothing can be written to the data folder {data_dir}.", hint=f"On the host type: chmod u+rwx {data_dir}"
        )
    if free < LEAST_FREE:
        raise UnfitDatabase(
            f"Only {free >> 20} MiB are free where {data_dir} is.", hint="Make room: the copy of AutoTask needs 1 GiB."
        )
    place = data_dir / "attms.db"
    return Trial(engine=f"SQLite {sqlite3.sqlite_version}", place=str(place), has_tables=place.exists())


def _try_server(url: str) -> Trial:
    import psycopg  # noqa: PLC0415 - where it is used: a start without PostgreSQL does not load it

    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS, options=OPTIONS) as connection:
            trial = _look(connection)
            connection.rollback()
            return trial
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName) as error:
        raise UnfitDatabase(
            "PostgreSQL lets this user in, and lets it make no tables.",
            hint="As the database's owner type: GRANT CREATE, USAGE ON SCHEMA public TO the_user;",
        ) from error
    except psycopg.OperationalError as error:
        raise _unreached(str(error)) from error
    except psycopg.Error as error:
        raise UnfitDatabase(
            f"PostgreSQL refuses: {type(error).__name__}.", hint="Look into the server's own log for the reason."
        ) from error


def _look(connection: "Connection[tuple[object, ...]]") -> Trial:
    info = connection.info
    if info.server_version < OLDEST_SERVER:
        raise UnfitDatabase(
            f"This PostgreSQL is version {info.server_version // 10_000}, and ATTMS needs 14 or newer.",
            hint="Move to a newer server, or take SQLite on this machine.",
        )
    connection.execute("CREATE TABLE attms_trial (id integer)")
    has_tables = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone() == (True,)
    version = info.parameter_status("server_version") or str(info.server_version // 10_000)
    return Trial(
        engine=f"PostgreSQL {version.split()[0]}", place=f"{info.dbname} on {info.host}", has_tables=has_tables
    )


_REASONS: tuple[tuple[str, str, str], ...] = (
    (
        "password authentication failed",
        "PostgreSQL refuses the user name or the password.",
        (
            "Write both anew. In an address, characters such as @ : / # and % of a password are written as %40 %3A %2F "
            "%23 and %25."
        ),
    ),
    (
        "no password supplied",
        "PostgreSQL wants a password, and the address has none.",
        "Write it as postgresql://user:password@host:5432/database",
    ),
    (
        "does not exist",
        "The database or the user that the address names does not exist.",
        (
            "Make it first, as the server's administrator: CREATE USER attms PASSWORD '...'; CREATE DATABASE attms "
            "OWNER attms;"
        ),
    ),
    (
        "no pg_hba.conf entry",
        "PostgreSQL does not let this machine in.",
        (
            "Add this machine to the server's pg_hba.conf or firewall rule; where the server demands TLS, end the "
            "address in ?sslmode=require"
        ),
    ),
    ("ssl", "TLS with the server does not come about.", "End the address in ?sslmode=require, or in ?sslmode=disable."),
    (
        "refused",
        "Nobody answers at this host and port.",
        "Check host and port (5432 is usual), and that the server listens on its network address.",
    ),
    (
        "translate host name",
        "The host name in the address is not known.",
        "Check its spelling; on the host type: getent hosts the-name",
    ),
    ("resolve host", "The host name in the address is not known.", "Check its spelling."),
    (
        "timeout",
        "The server does not answer within 5 seconds.",
        "Check host and port, and the firewall between this machine and the server.",
    ),
)
"""What libpq says, in parts of its words, and what it means. Its own words may hold the password: they stay here."""


def _unreached(said: str) -> UnfitDatabase:
    low = said.lower()
    for part, what, hint in _REASONS:
        if part in low:
            return UnfitDatabase(what, hint=hint)
    return UnfitDatabase(
        "PostgreSQL cannot be reached with this address.",
        hint="It looks like postgresql://user:password@host:5432/database. The server's own log may say more.",
    )
