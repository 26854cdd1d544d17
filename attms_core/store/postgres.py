"""PostgreSQL: psycopg's own pool, its connections used by a few threads.

Writes run at REPEATABLE READ: of two that read and write the same rows one is run again, so what a work has read
is true when it commits, on however many machines.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
import stamina
from psycopg import IsolationLevel, errors
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from attms_core.errors import StoreUnavailable
from attms_core.store.statement import POSTGRESQL, Statement, for_postgresql

T = TypeVar("T")
THREADS = 8
CONNECT_SECONDS = 5
# Nothing of ours waits for anybody inside a transaction: a server that hears nothing there hears a process that was
# stopped, or one that reckons. Whom to tell of 200 tickets changed at once, in 400 conversations each, takes 2 seconds
# between two statements and three times that on a busy machine, and whoever is cut off there is so at the next attempt
# too. Less would help little: a stopped process is followed by another as late as that (``leader``).
SILENT_SECONDS = 15
OPTIONS = (
    "-c statement_timeout=15s -c lock_timeout=5s -c timezone=UTC"
    f" -c idle_in_transaction_session_timeout={SILENT_SECONDS}s"
)
AGAIN = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)
"""Raised because of somebody else at the same time: on the next run the other's work is visible."""
OUT_OF_ORDER = (
    *(psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed),
    errors.ReadOnlySqlTransaction,  # after a failover we may speak to a standby
    errors.IdleInTransactionSessionTimeout,  # this process was stopped in the midst of a transaction
)
RETRIES: Mapping[str, Any] = {
    "attempts": 12,
    "timeout": 10.0,
    "wait_initial": 0.005,
    "wait_max": 0.3,
    "wait_jitter": 0.05,
}
"""Seconds, as stamina takes them: short, because the other's work takes milliseconds."""

Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresTx:
    """A transaction on a connection of the pool."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, statement: Statement, **params: Any) -> list[tuple[Any, ...]]:
        """Give all rows."""
        return self._execute(statement, params).fetchall()

    def one(self, statement: Statement, **params: Any) -> tuple[Any, ...] | None:
        """Give the first row, if there is one."""
        return self._execute(statement, params).fetchone()

    def run(self, statement: Statement, **params: Any) -> int:
        """Run a write; give the number of rows it touched."""
        return self._execute(statement, params).rowcount

    def many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a write once for each row of parameters."""
        made = statement.compiled(POSTGRESQL)
        bound = ({k: for_postgresql(v) for k, v in {**made.constants, **row}.items()} for row in rows)
        with self._connection.cursor() as cursor:
            cursor.executemany(made.sql, bound)

    def _execute(self, statement: Statement, params: Mapping[str, Any]) -> psycopg.Cursor[tuple[Any, ...]]:
        made = statement.compiled(POSTGRESQL)
        bound = {k: for_postgresql(v) for k, v in {**made.constants, **params}.items()}
        return self._connection.execute(made.sql, bound)


class PostgresDatabase:
    """A database on a server. Opening waits for a first connection and raises ``StoreUnavailable``."""

    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool(
            conninfo=url,
            kwargs={"connect_timeout": CONNECT_SECONDS, "options": OPTIONS},
            min_size=1,
            max_size=THREADS,
            timeout=CONNECT_SECONDS,
            configure=_configure,
            check=ConnectionPool.check_connection,
            name="attms",
            open=False,
        )
        try:
            self._pool.open(wait=True, timeout=2 * CONNECT_SECONDS)
        except PoolTimeout as error:
            raise unavailable(error) from error
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="attms-store")
        self._is_closed = False

    async def read(self, work: Callable[[PostgresTx], T]) -> T:
        """Run work over one snapshot."""
        return await self._in_thread(lambda: self._read(work))

    async def write(self, work: Callable[[PostgresTx], T]) -> T:
        """Run work as one transaction, durable when this returns."""
        return await self._in_thread(lambda: self._write(work))

    async def close(self) -> None:
        """Finish what has been asked for and close the connections."""
        self._is_closed = True
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._pool.close)

    async def _in_thread(self, deed: Callable[[], T]) -> T:
        if self._is_closed:
            raise StoreUnavailable("The database has been closed.")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, deed)
        except OUT_OF_ORDER as error:
            raise unavailable(error) from error

    def _read(self, work: Callable[[PostgresTx], T]) -> T:
        with self._pool.connection() as connection:
            connection.read_only = True
            return work(PostgresTx(connection))

    def _write(self, work: Callable[[PostgresTx], T]) -> T:
        for attempt in stamina.retry_context(on=AGAIN, **RETRIES):
            with attempt, self._pool.connection() as connection:
                connection.read_only = False
                return work(PostgresTx(connection))
        raise StoreUnavailable("The database was too busy.")


def _configure(connection: Connection) -> None:
    connection.isolation_level = IsolationLevel.REPEATABLE_READ


def unavailable(error: Exception) -> StoreUnavailable:
    """Say in our words that the server does not answer; its own words may hold addresses and stay in the cause."""
    return StoreUnavailable(f"The database does not answer: {type(error).__name__}.")
