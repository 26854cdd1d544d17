"""Vaults of both homes for the same tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from attms_core.store.database import Database, open_database
from attms_core.vault import FileHome, FileKey, Home, KeySource, RowHome, Vault, create_vault


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a data folder as ATTMS makes it."""
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def key(folder: Path) -> KeySource:
    """Give a key in a file; it is made with the first vault."""
    return FileKey(folder / "vault.key")


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """Open an empty SQLite database."""
    opened = await open_database(None, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def postgresql(postgres_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """Open an empty PostgreSQL database."""
    opened = await open_database(postgres_url, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Give each engine once."""
    opened: Database = request.getfixturevalue(request.param)
    return opened


@pytest.fixture
def file_home(folder: Path) -> FileHome:
    """Give the home in a file."""
    return FileHome(folder / "vault.attms")


@pytest.fixture
def elsewhere(tmp_path: Path) -> FileHome:
    """Give another place for a vault, whose folder is not there yet."""
    return FileHome(tmp_path / "other" / "data" / "vault.attms")


@pytest.fixture(params=["file", "sqlite", "postgresql"])
def home(request: pytest.FixtureRequest) -> Home:
    """Give each home once."""
    if request.param == "file":
        file: FileHome = request.getfixturevalue("file_home")
        return file
    return RowHome(request.getfixturevalue(request.param))


@pytest.fixture
async def vault(home: Home, key: KeySource) -> Vault:
    """Make an empty vault."""
    return await create_vault(home, key)


@pytest.fixture
async def file_vault(file_home: FileHome, key: KeySource) -> Vault:
    """Make an empty vault in a file."""
    return await create_vault(file_home, key)
