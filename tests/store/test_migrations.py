"""A migrated database is what the tables say, on both engines, and a newer one is left alone."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, NullPool, create_engine, inspect, make_url, text

from attms_core.model import TicketFilter, TicketId
from attms_core.store import changes, levels, sync, tickets, upkeep
from attms_core.store import partial_indexes as _partial_indexes  # noqa: F401 - they are compared too
from attms_core.store import upgrade as upgrading
from attms_core.store.columns import metadata
from attms_core.store.database import Database, open_database
from attms_core.store.migrate import SCRIPTS, DatabaseTooNew, newest
from attms_core.store.sqlite import prepare_file
from attms_core.store.sync import SyncState
from tests.store.values import NOON, OURS, at, ticket


@pytest.fixture
def engine(database: Database, database_url: str | None, tmp_path: Path) -> Iterator[Engine]:
    """Look at the migrated database with SQLAlchemy's own eyes."""
    url = make_url(database_url or f"sqlite:///{tmp_path / 'attms.db'}")
    if database_url:
        url = url.set(drivername="postgresql+psycopg")
    made = create_engine(url, poolclass=NullPool)
    yield made
    made.dispose()


def is_compared(_: Any, name: str | None, kind: str, *__: Any) -> bool:
    """Leave out the words on SQLite: a full-text table is no table of SQLAlchemy's."""
    return not (kind == "table" and name and name.startswith("ticket_words"))


async def test_the_migrated_schema_is_that_of_the_tables(engine: Engine) -> None:
    is_sqlite = engine.dialect.name == "sqlite"
    options = {"compare_type": not is_sqlite, "include_object": is_compared if is_sqlite else None}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


async def test_every_index_has_the_columns_and_the_condition_of_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        found = inspect(connection)
        for table in metadata.sorted_tables:
            if engine.dialect.name == "sqlite" and table.name == "ticket_words":
                continue
            there = {index["name"]: index for index in found.get_indexes(table.name)}
            for index in table.indexes:
                options = there[index.name]["dialect_options"]
                where = index.dialect_options[engine.dialect.name]["where"]
                assert there[index.name]["column_names"] == [column.name for column in index.columns]
                assert bool(there[index.name]["unique"]) == bool(index.unique)
                assert (where is None) == (f"{engine.dialect.name}_where" not in options), index.name


@pytest.fixture
async def older(database_url: str | None, tmp_path: Path) -> Engine:
    """Make a database as the version before changes of opportunities left it, with a few rows."""
    made = upgrading._postgresql(database_url) if database_url else upgrading._sqlite(tmp_path / "attms.db")
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    rows = Path(__file__).with_name("rows_of_0003.sql").read_text(encoding="utf-8")
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for row in filter(None, map(str.strip, rows.split(";"))):
            connection.exec_driver_sql(row)
    return made


async def test_changes_and_tickets_of_an_older_version_are_taken_along(
    older: Engine, database_url: str | None, tmp_path: Path
) -> None:
    older.dispose()
    opened = await open_database(database_url, tmp_path)
    told = await opened.read(lambda tx: changes.of_ticket(tx, OURS, TicketId(1)))
    assert [(c.ticket, c.opportunity, c.what, c.after, c.note) for c in told] == [
        (1, None, "note-added", None, 10),
        (1, None, "note-added", 2, 9),
        (1, None, "status", 8, None),
    ]
    # What was there is looked at once; what it has reached by then is no news.
    near = await opened.read(lambda tx: levels.near(tx, OURS, NOON, 9))
    assert [(ticket.id, was_seen) for ticket, was_seen in near] == [(1, False)]
    await opened.write(lambda tx: changes.add(tx, OURS, [told[0]]))
    assert len(await opened.read(lambda tx: changes.of_ticket(tx, OURS, TicketId(1)))) == 4
    await opened.close()


OLD_WORDS = {
    "sqlite": (
        "INSERT INTO tickets_search (rowid, words) SELECT docid, '\u203aopen t1 printer' FROM tickets WHERE id = 1"
    ),
    "postgresql": (
        "INSERT INTO tickets_search (docid, words)"
        " SELECT docid, array_to_tsvector(ARRAY['\u203aopen', 't1', 'printer']) FROM tickets WHERE id = 1"
    ),
}


async def test_words_of_an_older_version_are_found(older: Engine, database_url: str | None, tmp_path: Path) -> None:
    with older.begin() as connection:
        connection.exec_driver_sql(OLD_WORDS[older.dialect.name])
    older.dispose()
    opened = await open_database(database_url, tmp_path)

    async def found(words: str) -> list[int]:
        where = TicketFilter(words=words)
        part = await opened.read(lambda tx: tickets.page(tx, OURS, where, now=NOON, offset=0, limit=8))
        return [row.id for row in part.rows]

    assert await found("print t1") == [1]
    assert await found("open") == []
    moved = ticket(1, number="T1", title="Printer", due=at(9))
    await opened.write(lambda tx: tickets.put(tx, OURS, [moved]))
    assert await found("print t1") == [1]
    await opened.close()


async def test_opening_again_changes_nothing(database: Database, database_url: str | None, tmp_path: Path) -> None:
    again = await open_database(database_url, tmp_path)
    await again.close()


async def test_many_that_open_an_empty_database_at_once_all_get_it(database_url: str | None, tmp_path: Path) -> None:
    every = await asyncio.gather(*(open_database(database_url, tmp_path) for _ in range(4)))
    for one in every:
        await one.close()


async def test_different_databases_opened_at_once_in_one_process_are_all_brought_up_to_date(
    postgres_url: str, tmp_path: Path
) -> None:
    every = await asyncio.gather(
        open_database(postgres_url, tmp_path), *(open_database(None, tmp_path / str(n)) for n in range(4))
    )
    for one in every:
        assert (await one.read(upkeep.tables)).are_current
        await one.close()


async def test_a_database_of_a_newer_version_is_refused(
    engine: Engine, database_url: str | None, tmp_path: Path
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="9999"):
        await open_database(database_url, tmp_path)


async def test_opening_a_file_again_leaves_the_locks_of_those_who_use_it(tmp_path: Path) -> None:
    path = tmp_path / "attms.db"
    first = await open_database(None, tmp_path)
    await first.write(lambda tx: sync.put(tx, OURS, SyncState(name="a")))
    prepare_file(path)
    look = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT name FROM syncs').fetchone()"
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", look, str(path))
    assert await other.wait() == 0
    # A process that believes itself the last to leave takes the log away, under the feet of the others.
    assert path.with_name("attms.db-wal").exists()
    await first.close()


def test_the_newest_migration_is_the_one_that_alembic_ends_with() -> None:
    assert newest() == ScriptDirectory(str(SCRIPTS)).get_current_head()
