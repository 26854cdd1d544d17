"""The steps that bring a database's tables up to date, by Alembic, in one transaction.

Imported only when there may be something to do: Alembic and SQLAlchemy's engines are a tenth of a start.
"""

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from attms_core.errors import StoreUnavailable
from attms_core.store.migrate import SCRIPTS, DatabaseTooNew
from attms_core.store.sqlite import connect

LOCK = 4_811_220_260_001
"""Key of the advisory lock on PostgreSQL: replicas that start together migrate one after the other."""


def upgrade(where: Path | str) -> None:
    """Upgrade a SQLite file or a PostgreSQL URL. Raises ``DatabaseTooNew`` and ``StoreUnavailable``. Blocks."""
    engine = _sqlite(where) if isinstance(where, Path) else _postgresql(where)
    try:
        with engine.begin() as connection:
            _upgrade(connection)
    except (DBAPIError, sqlite3.Error, psycopg.Error) as error:
        raise StoreUnavailable(f"The database cannot be brought up to date: {type(error).__name__}.") from error
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    heads = MigrationContext.configure(connection).get_current_heads()
    unknown = set(heads) - known
    if unknown:
        raise DatabaseTooNew(f"The database is at {', '.join(sorted(unknown))}, which this version does not know.")
    command.upgrade(config, "head")


def _sqlite(path: Path) -> Engine:
    engine = create_engine("sqlite://", creator=lambda: connect(path), poolclass=NullPool)

    # Python's sqlite3 would commit before a CREATE TABLE; here a migration is kept whole or not at all.
    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql(url: str) -> Engine:
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool, connect_args={"connect_timeout": 5}
    )
