"""Real processes on one PostgreSQL: one runs the jobs; killed or stopped, another takes over, and no run is doubled."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from attms_core.store import job_runs
from attms_core.store.database import open_database

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30
"""Seconds for a word that should come at once."""
ROUNDS = 3


class Replica:
    """A process, and what it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[str] = []

    async def until(self, word: str) -> None:
        """Read on until it says a word."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = ""
            while line != word:
                line = (await self.process.stdout.readline()).decode().strip()
                assert line, f"it ended after {self.said}"
                self.said.append(line)

    def tell(self, word: str) -> None:
        """Tell it something."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())


@asynccontextmanager
async def replica(url: str) -> AsyncIterator[Replica]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.jobs.replica", url),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield Replica(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
async def two(postgres_url: str) -> AsyncIterator[tuple[Replica, Replica]]:
    """Run two processes; the first is in the middle of a run."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(replica(postgres_url))
        await first.until("begin")
        second = await stack.enter_async_context(replica(postgres_url))
        await second.until("ready")
        yield first, second


async def outcomes(url: str) -> list[str]:
    database = await open_database(url, Path())
    rows = await database.read(job_runs.everything)
    await database.close()
    return [row.outcome for row in rows]


async def test_a_killed_leader_is_followed_by_another_that_tells_of_the_run_that_was_cut_off(
    two: tuple[Replica, Replica], postgres_url: str
) -> None:
    first, second = two
    first.process.kill()
    await second.until("begin")
    assert await outcomes(postgres_url) == ["interrupted", "running"]
    second.tell("go")
    await second.until("end")


async def test_a_stopped_leader_is_followed_by_another_and_drops_its_run_when_it_wakes(
    two: tuple[Replica, Replica],
) -> None:
    first, second = two
    first.process.send_signal(signal.SIGSTOP)
    await second.until("begin")
    first.process.send_signal(signal.SIGCONT)
    first.tell("go")  # it has leave to end, and must not take it
    await first.until("cut")
    for _ in range(ROUNDS):
        second.tell("go")
        await second.until("end")
        await second.until("begin")
    second.process.kill()
    await first.until("begin")
    assert first.said == ["ready", "begin", "cut", "begin"]


async def test_who_is_asked_does_not_run_what_another_process_runs(two: tuple[Replica, Replica]) -> None:
    first, second = two
    second.tell("run")
    await second.until("asked skipped")
    assert "begin" not in second.said
    first.tell("go")
    await first.until("end")


async def test_a_leader_that_ends_hands_over_at_once(two: tuple[Replica, Replica]) -> None:
    first, second = two
    assert first.process.stdin is not None
    first.process.stdin.close()
    await first.until("cut")
    await second.until("begin")
    assert await first.process.wait() == 0
