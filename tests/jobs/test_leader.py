"""Of several processes on one PostgreSQL one leads, and another takes over when it ends or falls silent."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from attms_core.store import leader
from attms_core.store.database import Database, open_database
from attms_core.store.leader import Leader, Pace

FAST = Pace(every=0.02)
SELDOM = Pace(every=3600)
PATIENCE = 30


@pytest.fixture
async def database(postgres_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(postgres_url, tmp_path)
    yield opened
    await opened.close()


async def until_it_leads(leads: Leader) -> None:
    while not leads.leads:  # noqa: ASYNC110 - it is the server that decides
        await asyncio.sleep(FAST.every)


def is_leading(leads: Leader) -> bool:
    return leads.leads


@pytest.mark.usefixtures("database")
async def test_one_leads_and_the_next_takes_over_when_it_ends(postgres_url: str) -> None:
    async with asyncio.timeout(PATIENCE), Leader(postgres_url, pace=FAST, key=1) as first:
        second = Leader(postgres_url, pace=FAST, key=1)
        async with second:
            assert is_leading(first)
            assert not is_leading(second)
            await first.__aexit__(None, None, None)
            assert not is_leading(first)
            await until_it_leads(second)


async def test_each_lead_has_an_epoch_of_its_own_and_fences_off_what_older_ones_write(
    database: Database, postgres_url: str
) -> None:
    async with asyncio.timeout(PATIENCE), Leader(postgres_url, pace=SELDOM, key=2) as first:
        assert first.epoch is not None
        assert await database.write(first.fence)
        await end_connections(postgres_url, key=2)
        async with Leader(postgres_url, pace=FAST, key=2) as second:
            await until_it_leads(second)
            assert second.epoch == first.epoch + 1
            assert await database.write(second.fence)
            assert is_leading(first)  # it was told so a moment ago, and knows no better
            assert not await database.write(first.fence)


@pytest.mark.usefixtures("database")
async def test_a_leader_whose_connection_the_server_ends_leads_no_more_until_it_has_the_lock_again(
    postgres_url: str,
) -> None:
    async with asyncio.timeout(PATIENCE), Leader(postgres_url, pace=SELDOM, key=3) as first:
        assert await first.claim("poll")
        await end_connections(postgres_url, key=3)
        async with Leader(postgres_url, pace=FAST, key=3) as second:
            await until_it_leads(second)
            for _ in range(2):
                await first._look()
                assert not is_leading(first)
                assert not first.has("poll")
            assert is_leading(second)


@pytest.mark.usefixtures("database")
async def test_a_leader_that_was_stopped_does_not_believe_itself_one_when_it_wakes(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Leader(postgres_url, pace=SELDOM, key=4) as first:
        assert is_leading(first)
        assert await first.claim("poll")
        late = leader.beat() + Pace().believed
        monkeypatch.setattr(leader, "beat", lambda: late)
        assert not is_leading(first)
        assert not first.has("poll")
        assert first.epoch is None


@pytest.mark.usefixtures("database")
async def test_what_the_server_says_counts_from_when_it_was_asked(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 0.0

    class StoppedBeforeItHears(Leader):
        """Its process stands still when the answer is on its way."""

        async def _fetch(self, query: LiteralString, *values: object) -> tuple[object, ...]:
            nonlocal seconds
            answer = await super()._fetch(query, *values)
            seconds += Pace().believed
            return answer

    monkeypatch.setattr(leader, "beat", lambda: seconds)
    async with StoppedBeforeItHears(postgres_url, pace=SELDOM, key=5) as first:
        assert seconds > 0
        assert not is_leading(first)


def test_nobody_believes_for_as_long_as_the_server_waits_and_another_leads_within_fifteen_seconds() -> None:
    pace = Pace()
    assert pace.believed < pace.silence
    assert pace.every + pace.answer < pace.believed
    assert pace.silence + pace.every + pace.answer <= 15


@pytest.mark.usefixtures("database")
async def test_a_job_is_claimed_by_one_process_at_a_time(postgres_url: str) -> None:
    async with (
        Leader(postgres_url, pace=SELDOM, key=6) as first,
        Leader(postgres_url, pace=SELDOM, key=6) as second,
    ):
        assert await first.claim("poll")
        assert not await second.claim("poll")
        assert not await first.claim("poll")  # a second time in this process is a second run, too
        assert await second.claim("reconcile")
        await second.release("poll")  # not its own
        assert first.has("poll")
        await first.release("poll")
        assert not first.has("poll")
        assert await second.claim("poll")


@pytest.mark.usefixtures("database")
async def test_a_claim_that_is_given_up_half_way_leaves_nothing_claimed(postgres_url: str) -> None:
    async with (
        Leader(postgres_url, pace=SELDOM, key=7) as first,
        Leader(postgres_url, pace=SELDOM, key=7) as second,
    ):
        claiming = asyncio.create_task(first.claim("poll"))
        await asyncio.sleep(0)
        claiming.cancel()
        await asyncio.wait({claiming})
        assert claiming.cancelled()
        assert not first.has("poll")
        assert await second.claim("poll")


async def test_without_a_server_nobody_leads_and_nothing_can_be_claimed() -> None:
    async with Leader("postgresql://postgres@127.0.0.1:1/none", pace=SELDOM) as alone:
        assert not is_leading(alone)
        assert not await alone.claim("poll")


async def end_connections(url: str, *, key: int) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as other:
        await other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [key]
        )
