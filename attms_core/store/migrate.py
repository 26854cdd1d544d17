"""Brings tables up to date: a database by one process at a time, and in a process one database at a time.

What a migration does stands in ``migrations``.
"""

import contextlib
import sqlite3
import threading
from pathlib import Path

from attms_core.errors import OperatorNeeded, StoreUnavailable
from attms_core.store.sqlite import connect

SCRIPTS = Path(__file__).parent / "migrations"
_NONE_YET = "no such table"
_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps what it works on in its modules: two upgrades in one process would write into each other's database."""


class DatabaseTooNew(OperatorNeeded):
    """A newer version of ATTMS has migrated this database."""

    code = "database-too-new"
    hint = "Start the newer version again, or restore a backup from before the update."


def migrate(where: Path | str) -> None:
    """Migrate a SQLite file or a PostgreSQL URL. Raises ``DatabaseTooNew`` and ``StoreUnavailable``. Blocks."""
    if isinstance(where, Path) and _revision(where) == newest():
        return
    from attms_core.store.upgrade import upgrade  # noqa: PLC0415 - loads Alembic, a tenth of a start, for nothing else

    with _ONE_AT_A_TIME:
        upgrade(where)


def newest() -> str:
    """Name the last migration that this version knows: its file is ``v0001_...``."""
    return max(path.name.removeprefix("v").partition("_")[0] for path in (SCRIPTS / "versions").glob("v*.py"))


def _revision(path: Path) -> str:
    """Name the last migration that a file has seen; empty for a new file."""
    try:
        with contextlib.closing(connect(path)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        if str(error).startswith(_NONE_YET):
            return ""
        raise StoreUnavailable(f"The database cannot be read: {type(error).__name__}.") from error
    return str(row[0]) if row else ""
