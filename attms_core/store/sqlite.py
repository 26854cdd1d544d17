"""SQLite: one reader thread and one writer thread, each with its own connection.

The writer takes all works that wait, runs them in one transaction, commits once and then answers: a commit waits for
the disk, so ten callers share one wait. A work that fails undoes itself alone.
"""

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from msgspec import Struct

from attms_core.errors import StoreUnavailable
from attms_core.store.statement import BOUND_AS_IS, SQLITE, Statement, for_sqlite

T = TypeVar("T")
GROUP = 256
"""Works in one commit at most."""
BUSY_SECONDS = 5.0
"""How long another process may hold the write lock (the command line, a backup)."""
SETTINGS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA journal_size_limit = {64 * 1024 * 1024}",
    "PRAGMA temp_store = MEMORY",
)
PAGES_KEPT = 16 * 1024
"""KiB of pages that a connection keeps in memory; lists are read from the same ones again and again."""
PAGES_KEPT_BY_WRITER = 512
"""What is written is seldom read again by the writer: with more its writes are no faster, only the process larger."""


class SqliteTx:
    """A transaction on a connection of this thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self, statement: Statement, **params: Any) -> list[tuple[Any, ...]]:
        """Give all rows."""
        return self._execute(statement, params).fetchall()

    def one(self, statement: Statement, **params: Any) -> tuple[Any, ...] | None:
        """Give the first row, if there is one."""
        cursor = self._execute(statement, params)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()  # a statement left half read would keep its snapshot
        return row

    def run(self, statement: Statement, **params: Any) -> int:
        """Run a write; give the number of rows it touched."""
        return self._execute(statement, params).rowcount

    def many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a write once for each row of parameters."""
        made = statement.compiled(SQLITE)
        fixed = {k: for_sqlite(v) for k, v in made.constants.items()}
        bound = (
            {**fixed, **{k: v if type(v) in BOUND_AS_IS else for_sqlite(v) for k, v in row.items()}} for row in rows
        )
        self._connection.executemany(made.sql, bound)

    def _execute(self, statement: Statement, params: Mapping[str, Any]) -> sqlite3.Cursor:
        made = statement.compiled(SQLITE)
        bound = {**made.constants, **params} if made.constants else dict(params)
        for name, value in bound.items():
            if type(value) not in BOUND_AS_IS:
                bound[name] = for_sqlite(value)
        return self._connection.execute(made.sql, bound)


class _Job(Struct):
    """A work, who waits for it, and what came of it."""

    work: Callable[[SqliteTx], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None

    def run(self, tx: SqliteTx) -> None:
        """Do the work and keep what comes of it, whatever it is: it belongs to the caller."""
        try:
            self.result = self.work(tx)
        except BaseException as error:  # noqa: BLE001 - carried to the caller's own task, never swallowed
            self.error = error

    def translate(self) -> None:
        """Put what the database could not do into our words; a mistake in a statement stays one."""
        if isinstance(self.error, sqlite3.OperationalError) or type(self.error) is sqlite3.DatabaseError:
            self.error = unavailable(self.error)

    def resolve(self) -> None:
        """Wake the caller; one that has gone is not missed. Call it in the caller's loop."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class SqliteDatabase:
    """A database in one file."""

    def __init__(self, path: Path) -> None:
        self._reader = _Worker(partial(connect, path, query_only=True), "attms-reader", _read_all)
        self._writer = _Worker(partial(connect, path, kept=PAGES_KEPT_BY_WRITER), "attms-writer", _write_all)

    async def read(self, work: Callable[[SqliteTx], T]) -> T:
        """Run work over one snapshot."""
        return await self._reader.ask(work)

    async def write(self, work: Callable[[SqliteTx], T]) -> T:
        """Run work as one transaction, durable when this returns."""
        return await self._writer.ask(work)

    async def close(self) -> None:
        """Finish what has been asked for and end both threads."""
        await asyncio.to_thread(self._reader.close)
        await asyncio.to_thread(self._writer.close)


class _Worker:
    """A thread with a connection and a queue of jobs."""

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], name: str, do: Callable[[sqlite3.Connection, list[_Job]], None]
    ) -> None:
        self._connect = connect
        self._do = do
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def ask(self, work: Callable[[SqliteTx], T]) -> T:
        """Queue the work and wait for what comes of it."""
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future(), loop)
        with self._gate:  # so that nothing is queued behind the sign to end, where nobody would answer it
            if self._is_closed:
                raise StoreUnavailable("The database has been closed.")
            self._queue.put(job)
        answer: T = await job.future
        return answer

    def close(self) -> None:
        """End the thread once its queue is empty. May be called twice."""
        with self._gate:
            if not self._is_closed:
                self._is_closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        while jobs := self._take():
            try:
                connection = connection or self._connect()
                self._do(connection, jobs)
            except sqlite3.Error as error:
                _fail(jobs, error)
                _let_go(connection)
                connection = None  # the next job begins afresh
            _answer(jobs)
        if connection is not None:
            connection.close()

    def _take(self) -> list[_Job]:
        """Wait for a job and take all that wait behind it; nothing means the end."""
        first = self._queue.get()
        jobs = [first] if first else []
        while first and len(jobs) < GROUP:
            try:
                following = self._queue.get_nowait()
            except Empty:
                break
            if following is None:
                self._queue.put(None)  # the end, once these are done
                break
            jobs.append(following)
        return jobs


def _let_go(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        with contextlib.suppress(sqlite3.Error):
            connection.close()


def _answer(jobs: list[_Job]) -> None:
    """Wake all callers of a loop at once: each wake-up costs a system call. A loop that has ended misses nothing."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, those in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, those)


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        job.resolve()


def _read_all(connection: sqlite3.Connection, jobs: list[_Job]) -> None:
    """Run the jobs over one snapshot, which is taken after all of them were asked for."""
    tx = SqliteTx(connection)
    connection.execute("BEGIN")
    for job in jobs:
        if not connection.in_transaction:  # an error of the file or the disk has ended it
            connection.execute("BEGIN")
        job.run(tx)
        job.translate()
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _write_all(connection: sqlite3.Connection, jobs: list[_Job]) -> None:
    """Run the jobs in one transaction. Raises sqlite3's error when none of them has been kept."""
    tx = SqliteTx(connection)
    try:
        connection.execute("BEGIN IMMEDIATE")
        _write_first(connection, tx, jobs[0])
        for job in jobs[1:]:
            _write_another(connection, tx, job)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _write_first(connection: sqlite3.Connection, tx: SqliteTx, job: _Job) -> None:
    """Run a job before which nothing was written, so that the transaction itself undoes it.

    A savepoint would remember every page that it writes as it was, in memory: 20 MB for a few hundred tickets.
    """
    job.run(tx)
    if job.error is not None:
        connection.execute("ROLLBACK")  # raises as below
        job.translate()
        connection.execute("BEGIN IMMEDIATE")


def _write_another(connection: sqlite3.Connection, tx: SqliteTx, job: _Job) -> None:
    connection.execute("SAVEPOINT work")
    job.run(tx)
    if job.error is not None:
        # A full disk ends the whole transaction by itself; then this raises, and everybody is told.
        connection.execute("ROLLBACK TO work")
        job.translate()
    connection.execute("RELEASE work")


def _fail(jobs: list[_Job], error: sqlite3.Error) -> None:
    for job in jobs:
        # A job's own refusal stays what it is; the others were not kept.
        if job.error is None or isinstance(job.error, sqlite3.Error):
            job.error = unavailable(error)


def unavailable(error: sqlite3.Error) -> StoreUnavailable:
    """Say in our words that the file is locked, full or unreadable."""
    made = StoreUnavailable(f"The database does not answer: {error}.")
    made.__cause__ = error
    return made


def prepare_file(path: Path) -> None:
    """Make the file, readable by this account alone, and put it into WAL mode, which stays.

    Call it under ``lock.opening``: two that change the mode at once would refuse each other. Raises OSError and
    sqlite3's errors.
    """
    if not path.exists():  # a handle on a file that is in use must not be closed: SQLite's locks would go with it
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    with contextlib.closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def connect(path: Path, *, query_only: bool = False, kept: int = PAGES_KEPT) -> sqlite3.Connection:
    """Open a connection that leaves transactions to us, or one that cannot write. Raises sqlite3's errors.

    It keeps at most so many KiB of pages.
    """
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=512)
    try:
        for setting in SETTINGS:
            connection.execute(setting)
        connection.execute(f"PRAGMA cache_size = -{kept}")
        if query_only:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
