"""What a database is to the rest of the house, and the one way to open one."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from attms_core.errors import StoreUnavailable
from attms_core.store.lock import AlreadyServing, ServingLock, opening
from attms_core.store.migrate import migrate
from attms_core.store.sqlite import SqliteDatabase, prepare_file, unavailable
from attms_core.store.statement import Statement

__all__ = ["AlreadyServing", "Database", "ServingLock", "Statement", "Tx", "open_database"]

T = TypeVar("T")
FILE = "attms.db"


class Tx(Protocol):
    """A transaction, or a snapshot to read from. Synchronous; used only inside a work function."""

    def all(self, statement: Statement, **params: Any) -> list[tuple[Any, ...]]:
        """Give all rows."""
        ...

    def one(self, statement: Statement, **params: Any) -> tuple[Any, ...] | None:
        """Give the first row, if there is one."""
        ...

    def run(self, statement: Statement, **params: Any) -> int:
        """Run a write; give the number of rows it touched."""
        ...

    def many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a write once for each row of parameters."""
        ...


class Database(Protocol):
    """Runs work functions. A work function is plain and has no side effects but its Tx: it may be run again."""

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run work over one snapshot. Raises ``StoreUnavailable``, and what the work raises."""
        ...

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run work as one transaction, durable when this returns; whatever it raises undoes it.

        Raises ``StoreUnavailable``. A caller that is cancelled meanwhile does not undo the work.
        """
        ...

    async def close(self) -> None:
        """Finish what has been asked for, and let go of everything."""
        ...


async def open_database(url: str | None, data_dir: Path) -> Database:
    """Open the database and bring its tables up to date: PostgreSQL by its URL, else ``attms.db`` in the folder.

    Raises ``StoreUnavailable`` when it does not answer and ``DatabaseTooNew`` when a newer version has migrated it.
    """
    if url is not None:
        from attms_core.store.postgres import PostgresDatabase  # noqa: PLC0415 - psycopg, where it is used

        await asyncio.to_thread(migrate, url)
        return await asyncio.to_thread(PostgresDatabase, url)
    return await asyncio.to_thread(_open_file, data_dir)


def _open_file(data_dir: Path) -> SqliteDatabase:
    path = data_dir / FILE
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with opening(data_dir):
            prepare_file(path)
            migrate(path)
    except OSError as error:
        raise StoreUnavailable(f"The database's file cannot be opened: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise unavailable(error) from error
    return SqliteDatabase(path)
