"""A mirror on a real SQLite store before an AutoTask that is a memory."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from attms_core.mirror import Mirror
from attms_core.model import Wish
from attms_core.model.wish import Value
from attms_core.store import wishes
from attms_core.store.database import Database, open_database
from tests.support.fake_autotask import TENANT, Clock, FakeAutotask, wish


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def autotask() -> FakeAutotask:
    return FakeAutotask()


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str | None:
    """Name the engine: SQLite, which has no URL, unless tests ask by this fixture's parameter for ``postgresql``."""
    url: str | None = None
    if getattr(request, "param", "sqlite") == "postgresql":
        url = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def database(database_url: str | None, tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_database(database_url, tmp_path)
    yield database
    await database.close()


class Waits:
    """Instead of sleeping: remembers how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def mirror(database: Database, autotask: FakeAutotask, clock: Clock, waits: Waits) -> Mirror:
    return Mirror(database, autotask, autotask, tenant=TENANT, now=clock, sleep=waits)


@pytest.fixture
async def synced(mirror: Mirror, autotask: FakeAutotask) -> Mirror:
    """The mirror after its first sync, with the calls so far forgotten."""
    await mirror.open()
    await mirror.first_sync()
    autotask.calls.clear()
    return mirror


@pytest.fixture
def ask(database: Database) -> Callable[..., object]:
    """Store a wish as sent."""

    async def ask(asked: dict[str, Value], **more: object) -> Wish:
        made = wish(asked, **more)
        await database.write(lambda tx: wishes.add(tx, made))
        return made

    return ask
