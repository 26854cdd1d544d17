"""A migrated database is what the tables say, on both engines, and a newer one is left alone."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, NullPool, create_engine, inspect, make_url, text

from attms_core.store import sync
from attms_core.store.database import Database, open_database
from attms_core.store.migrate import SCRIPTS, DatabaseTooNew, newest
from attms_core.store.sqlite import prepare_file
from attms_core.store.sync import SyncState
from attms_core.store.tables import metadata
from tests.store.values import OURS


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
    return not (kind == "table" and name and name.startswith("tickets_search"))


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
            if engine.dialect.name == "sqlite" and table.name == "tickets_search":
                continue
            there = {index["name"]: index for index in found.get_indexes(table.name)}
            for index in table.indexes:
                options = there[index.name]["dialect_options"]
                where = index.dialect_options[engine.dialect.name]["where"]
                assert there[index.name]["column_names"] == [column.name for column in index.columns]
                assert bool(there[index.name]["unique"]) == bool(index.unique)
                assert (where is None) == (f"{engine.dialect.name}_where" not in options), index.name


async def test_opening_again_changes_nothing(database: Database, database_url: str | None, tmp_path: Path) -> None:
    again = await open_database(database_url, tmp_path)
    await again.close()


async def test_many_that_open_an_empty_database_at_once_all_get_it(database_url: str | None, tmp_path: Path) -> None:
    every = await asyncio.gather(*(open_database(database_url, tmp_path) for _ in range(4)))
    for one in every:
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
