"""Whether the database is sound: can it be written, are its tables this version's, how big is it, is it damaged.

What the answers mean for people is the doctor's business.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from msgspec import Struct
from sqlalchemy import column, delete, func, select, table, text

from attms_core.store.database import Tx
from attms_core.store.migrate import newest
from attms_core.store.sqlite import unavailable
from attms_core.store.statement import Statement
from attms_core.store.tables import syncs

_NOWHERE = ""
"""No tenant and no name: a row that nobody has."""
STEPS = 100_000
"""Of SQLite's machine between two looks at the clock."""
SOUND = "ok"
"""What SQLite says of a database without damage (sqlite.org: PRAGMA quick_check)."""

_PROBE = Statement("probe for writing", delete(syncs).where(syncs.c.tenant == _NOWHERE, syncs.c.name == _NOWHERE))
_version = table("alembic_version", column("version_num"))
_REVISION = Statement("the tables' revision", select(_version.c.version_num))
_SIZE = Statement(
    "the database's size",
    sqlite=text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    postgresql=select(func.pg_database_size(func.current_database())),
)


class Tables(Struct, frozen=True):
    """Which version's tables are there, and which would be this version's."""

    revision: str
    newest: str

    @property
    def are_current(self) -> bool:
        """Say whether they are the same."""
        return self.revision == self.newest


class Soundness(Struct, frozen=True):
    """What SQLite found when it went through its pages."""

    damage: str
    """The first thing that is wrong; empty when nothing is."""
    is_whole: bool
    """False when there was not time enough to look at everything."""


def probe(tx: Tx) -> None:
    """Do a write that changes nothing: what cannot be written (locked, read-only, gone) says so here."""
    tx.run(_PROBE)


def tables(tx: Tx) -> Tables:
    """Say which tables are there."""
    row = tx.one(_REVISION)
    return Tables(revision=str(row[0]) if row else "", newest=_newest())


def size(tx: Tx) -> int:
    """Give the size in bytes, its write-ahead log not counted."""
    row = tx.one(_SIZE)
    return int(row[0]) if row else 0


def examine_file(path: Path, seconds: float, clock: Callable[[], float] = time.monotonic) -> Soundness:
    """Let SQLite go through a database's file, on a connection of its own, for so long at most. Blocks.

    Raises ``StoreUnavailable`` when the file cannot be read at all.
    """
    ends = clock() + seconds
    try:
        with contextlib.closing(sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True)) as connection:
            connection.set_progress_handler(lambda: clock() > ends, STEPS)
            row = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return _broken_off(error)
    found = str(row[0]) if row else SOUND
    return Soundness("" if found == SOUND else found, is_whole=True)


def _broken_off(error: sqlite3.DatabaseError) -> Soundness:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_INTERRUPT":
        return Soundness("", is_whole=False)
    if name in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}:
        return Soundness(str(error), is_whole=False)
    raise unavailable(error)


def _quoted(path: Path) -> str:
    return path.absolute().as_uri().removeprefix("file://")


@cache
def _newest() -> str:
    return newest()
