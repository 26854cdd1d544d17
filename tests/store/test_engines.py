"""What both engines promise, and what each does when its file or its server lets it down."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from attms_core.errors import StoreUnavailable
from attms_core.store import sync
from attms_core.store.database import AlreadyServing, Database, ServingLock, Tx, open_database
from attms_core.store.postgres import SILENT_SECONDS
from attms_core.store.sqlite import SqliteDatabase
from attms_core.store.sync import SyncState
from tests.store.values import OURS

ROOT = Path(__file__).parents[2]


class Mistake(Exception):
    """What a work of these tests raises."""


async def test_a_work_that_fails_leaves_nothing_and_its_error_comes_back(database: Database) -> None:
    def work(tx: Tx) -> None:
        sync.put(tx, OURS, SyncState(name="lost"))
        raise Mistake

    with pytest.raises(Mistake):
        await database.write(work)
    assert await names(database) == []


async def test_works_that_fail_do_not_touch_those_of_others(database: Database) -> None:
    async def write(n: int) -> str:
        def work(tx: Tx) -> str:
            sync.put(tx, OURS, SyncState(name=f"{n:02}"))
            if n % 3 == 0:
                raise Mistake
            return f"{n:02}"

        return await database.write(work)

    came = await asyncio.gather(*(write(n) for n in range(30)), return_exceptions=True)
    kept = [f"{n:02}" for n in range(30) if n % 3]
    assert [c for c in came if isinstance(c, str)] == kept
    assert sum(isinstance(c, Mistake) for c in came) == 10
    assert await names(database) == kept


@pytest.mark.parametrize("failing", [{0}, {1}, {0, 1}, {0, 2}, {0, 1, 2}])
async def test_works_that_waited_together_fail_alone_whichever_come_first(
    database: Database, failing: set[int]
) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow(_: Tx) -> None:
        started.set()
        go_on.wait(10)

    async def write(n: int) -> None:
        def work(tx: Tx) -> None:
            sync.put(tx, OURS, SyncState(name=str(n)))
            if n in failing:
                raise Mistake

        await database.write(work)

    before = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(started.wait, 10)
    waiting = [asyncio.create_task(write(n)) for n in range(3)]
    await asyncio.sleep(0)  # each has asked
    go_on.set()
    await before
    came = await asyncio.gather(*waiting, return_exceptions=True)

    assert {n for n, error in enumerate(came) if isinstance(error, Mistake)} == failing
    assert await names(database) == [str(n) for n in range(3) if n not in failing]


async def test_sqlite_s_writer_keeps_fewer_pages_in_memory_than_its_reader(sqlite: Database) -> None:
    def kept(tx: Tx) -> int:
        size: int = tx._connection.execute("PRAGMA cache_size").fetchone()[0]  # type: ignore[attr-defined]
        return -size  # less than nothing is KiB

    assert 0 < await sqlite.write(kept) < await sqlite.read(kept)


async def test_a_read_sees_what_was_written_before_and_cannot_write(database: Database) -> None:
    await put(database, "a")
    assert await names(database) == ["a"]
    with pytest.raises((StoreUnavailable, sqlite3.Error, psycopg.Error)):
        await database.read(lambda tx: sync.put(tx, OURS, SyncState(name="b")))
    await put(database, "c")
    assert await names(database) == ["a", "c"]


async def test_a_read_is_one_snapshot(database: Database) -> None:
    started, written = threading.Event(), threading.Event()

    def work(tx: Tx) -> tuple[int, int]:
        before = len(sync.all_states(tx, OURS))
        started.set()
        written.wait(10)
        return before, len(sync.all_states(tx, OURS))

    reading = asyncio.create_task(database.read(work))
    await asyncio.to_thread(started.wait, 10)
    await put(database, "a")
    written.set()
    assert await reading == (0, 0)
    assert await names(database) == ["a"]


async def test_of_two_that_count_up_at_once_neither_is_lost(database: Database) -> None:
    def count(tx: Tx) -> None:
        known = sync.get(tx, OURS, "a") or SyncState(name="a")
        sync.put(tx, OURS, SyncState(name="a", done=known.done + 1))

    await asyncio.gather(*(database.write(count) for _ in range(8)))
    state = await database.read(lambda tx: sync.get(tx, OURS, "a"))
    assert state == SyncState(name="a", done=8)


async def test_a_caller_that_is_cancelled_disturbs_nobody(database: Database) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        started.set()
        go_on.wait(10)
        sync.put(tx, OURS, SyncState(name="slow"))

    gone = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(started.wait, 10)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    other = asyncio.create_task(put(database, "other"))
    go_on.set()
    await other
    assert "other" in await names(database)


async def test_closing_finishes_what_was_asked_for(database_url: str | None, tmp_path: Path) -> None:
    database = await open_database(database_url, tmp_path)
    asked = [asyncio.create_task(put(database, str(n))) for n in range(5)]
    await asyncio.gather(*asked[:1])
    await database.close()
    await asyncio.gather(*asked)
    again = await open_database(database_url, tmp_path)
    assert len(await names(again)) == 5
    await again.close()


async def test_a_closed_database_says_so(database_url: str | None, tmp_path: Path) -> None:
    database = await open_database(database_url, tmp_path)
    await database.close()
    await database.close()
    with pytest.raises(StoreUnavailable):
        await put(database, "a")
    with pytest.raises(StoreUnavailable):
        await names(database)


async def test_sqlite_s_files_are_for_this_account_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    database = await open_database(None, folder)
    await put(database, "a")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "attms.db": 0o600,
        "attms.db-wal": 0o600,
        "attms.db-shm": 0o600,
        "opening.lock": 0o600,
    }
    await database.close()


async def test_sqlite_that_is_locked_is_unavailable_and_works_again(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sqlite.close()
    monkeypatch.setattr("attms_core.store.sqlite.BUSY_SECONDS", 0.0)
    impatient = SqliteDatabase(tmp_path / "attms.db")
    with closing(sqlite3.connect(tmp_path / "attms.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        came = await asyncio.gather(*(put(impatient, str(n)) for n in range(3)), return_exceptions=True)
        assert [type(c) for c in came] == [StoreUnavailable] * 3
        assert await names(impatient) == []
        other.execute("ROLLBACK")
    await put(impatient, "a")
    assert await names(impatient) == ["a"]
    await impatient.close()


async def test_sqlite_on_a_full_disk_is_unavailable_and_works_again(sqlite: Database) -> None:
    await put(sqlite, "before")

    def filled(tx: Tx) -> None:
        for n in range(2000):
            sync.put(tx, OURS, SyncState(name=f"{n} {'x' * 900}"))

    def pages(tx: Tx, sql: str) -> None:
        tx._connection.execute(sql)  # type: ignore[attr-defined]

    await sqlite.write(lambda tx: pages(tx, "PRAGMA max_page_count = 1"))  # what is there stays allowed
    came = await asyncio.gather(put(sqlite, "small"), sqlite.write(filled), return_exceptions=True)
    assert isinstance(came[1], StoreUnavailable)
    kept = await names(sqlite)
    assert kept == (["before"] if came[0] else ["before", "small"])
    await sqlite.write(lambda tx: pages(tx, "PRAGMA max_page_count = 1000000"))
    await put(sqlite, "zz after")
    assert await names(sqlite) == [*kept, "zz after"]


async def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        await open_database(None, tmp_path / "file")


async def test_a_server_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await open_database("postgresql://nobody:secret@127.0.0.1:1/none", tmp_path)


async def test_a_lost_connection_is_unavailable_and_the_next_call_works(postgres_url: str, tmp_path: Path) -> None:
    database = await open_database(postgres_url, tmp_path)

    def cut(tx: Tx) -> None:
        sync.put(tx, OURS, SyncState(name="lost"))
        pid = tx._connection.info.backend_pid  # type: ignore[attr-defined]
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        sync.put(tx, OURS, SyncState(name="lost too"))

    with pytest.raises(StoreUnavailable) as told:
        await database.write(cut)
    assert "127.0.0.1" not in str(told.value)
    await put(database, "a")
    assert await names(database) == ["a"]
    await database.close()


async def test_a_process_that_is_silent_within_a_transaction_loses_it_and_the_next_call_works(
    postgres_url: str, tmp_path: Path
) -> None:
    database = await open_database(postgres_url, tmp_path)

    def silent(tx: Tx) -> None:
        sync.put(tx, OURS, SyncState(name="lost"))
        ours = tx._connection  # type: ignore[attr-defined]
        assert ours.execute("SHOW idle_in_transaction_session_timeout").fetchone() == (f"{SILENT_SECONDS}s",)
        with psycopg.connect(postgres_url, autocommit=True) as other:
            ours.execute("SET LOCAL idle_in_transaction_session_timeout = '10ms'")  # or the test would take as long
            while other.execute("SELECT true FROM pg_stat_activity WHERE pid = %s", [ours.info.backend_pid]).fetchone():
                pass
        sync.get(tx, OURS, "lost")

    with pytest.raises(StoreUnavailable, match="IdleInTransactionSessionTimeout"):
        await database.write(silent)
    await put(database, "a")
    assert await names(database) == ["a"]
    await database.close()


def test_one_process_serves_from_a_folder(tmp_path: Path) -> None:
    with ServingLock(tmp_path / "data"), pytest.raises(AlreadyServing), ServingLock(tmp_path / "data"):
        pass
    with ServingLock(tmp_path / "data"):
        pass


WRITER = """
import asyncio, sys
from pathlib import Path
from attms_core.model import TenantId
from attms_core.store import sync
from attms_core.store.database import open_database
from attms_core.store.sync import SyncState

async def write(database, n):
    await database.write(lambda tx: sync.put(tx, TenantId("t"), SyncState(name=str(n), done=n)))
    print(n, flush=True)

async def main():
    database = await open_database(None, Path(sys.argv[1]))
    for start in range(0, 1_000_000, 10):
        await asyncio.gather(*(write(database, n) for n in range(start, start + 10)))

asyncio.run(main())
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(55)]
        writer.send_signal(signal.SIGKILL)
        told += [int(line) for line in writer.stdout if line.endswith("\n")]
    with closing(sqlite3.connect(tmp_path / "attms.db")) as left:
        assert left.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        kept = {int(name): done for name, done in left.execute("SELECT name, done FROM syncs")}
    assert set(told) <= set(kept)
    assert all(name == done for name, done in kept.items())


async def put(database: Database, name: str) -> None:
    await database.write(lambda tx: sync.put(tx, OURS, SyncState(name=name)))


async def names(database: Database) -> list[str]:
    return [state.name for state in await database.read(lambda tx: sync.all_states(tx, OURS))]
