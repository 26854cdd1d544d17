"""Databases of both engines for the same tests, and values to put into them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from attms_core.store.database import Database, open_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """Name the engine: no URL is SQLite."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def database(database_url: str | None, tmp_path: Path) -> AsyncIterator[Database]:
    """Open an empty database."""
    opened = await open_database(database_url, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """Open an empty SQLite database, ``tmp_path / "attms.db"``."""
    opened = await open_database(None, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def runner(database_url: str | None, tmp_path: Path) -> Iterator[tuple[asyncio.Runner, Database]]:
    """Open an empty database for a test that is no coroutine: hypothesis calls it many times."""
    with asyncio.Runner() as runner:
        opened = runner.run(open_database(database_url, tmp_path))
        yield runner, opened
        runner.run(opened.close())
