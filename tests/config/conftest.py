"""A vault in a folder of its own, and a clock that stands still."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attms_core.config import Configuration
from attms_core.vault import FileHome, FileKey, Vault, create_vault, open_vault

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
Make = Callable[..., Configuration]


@pytest.fixture
def home(tmp_path: Path) -> FileHome:
    (tmp_path / "data").mkdir(mode=0o700)
    return FileHome(tmp_path / "data" / "vault.attms")


@pytest.fixture
def key(tmp_path: Path) -> FileKey:
    return FileKey(tmp_path / "data" / "vault.key")


@pytest.fixture
async def vault(home: FileHome, key: FileKey) -> Vault:
    return await create_vault(home, key)


@pytest.fixture
async def other(vault: Vault, home: FileHome, key: FileKey) -> Vault:
    """The same vault, opened by another process."""
    assert vault.generation == 1
    return await open_vault(home, key)


def make(vault: Vault | None, environ: Mapping[str, str] = {}) -> Configuration:
    return Configuration(environ, vault, now=lambda: NOON)
