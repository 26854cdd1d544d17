"""Of several processes on one PostgreSQL one runs the jobs, and another takes over when it ends or falls silent."""

import asyncio

import psycopg
import pytest

from attms_core.store import leader
from attms_core.store.leader import Leader

SOON = 0.02


async def until_it_leads(leads: Leader) -> None:
    while not leads.leads:  # noqa: ASYNC110 - it is the server that decides
        await asyncio.sleep(SOON)


def is_leading(leads: Leader) -> bool:
    return leads.leads


async def test_one_leads_and_the_next_takes_over_when_it_ends(postgres_url: str) -> None:
    took: list[str] = []

    async def began() -> None:
        took.append("second")

    async with asyncio.timeout(20):
        async with Leader(postgres_url, every=SOON, key=1) as first:
            assert is_leading(first)
            second = Leader(postgres_url, every=SOON, key=1, began=began)
            await second.__aenter__()
            assert not is_leading(second)
            await asyncio.sleep(5 * SOON)
            assert not is_leading(second)
        assert not is_leading(first)
        await until_it_leads(second)
        assert took == ["second"]
        await second.__aexit__(None, None, None)


async def test_a_leader_whose_connection_the_server_ends_leads_no_more_until_it_has_the_lock_again(
    postgres_url: str,
) -> None:
    async with asyncio.timeout(20), Leader(postgres_url, every=3600, key=2) as first:
        assert is_leading(first)
        async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 2"
            )
        async with Leader(postgres_url, every=SOON, key=2) as second:
            await until_it_leads(second)
            await first._look()
            assert not is_leading(first)
            await first._look()
            assert not is_leading(first)
            assert is_leading(second)


async def test_a_leader_that_was_stopped_does_not_believe_itself_one_when_it_wakes(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Leader(postgres_url, every=3600, key=3) as first:
        assert is_leading(first)
        late = first._said_at + leader.BELIEVED
        monkeypatch.setattr("attms_core.store.leader.time.monotonic", lambda: late)
        assert not is_leading(first)
    assert leader.BELIEVED < leader.SILENCE
