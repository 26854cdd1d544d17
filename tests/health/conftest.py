"""A store of its own for the checks that ask one, and a clock that a test moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from attms_core.store.database import Database, open_database
from tests.support.fake_autotask import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(None, tmp_path)
    yield opened
    await opened.close()
