"""Jobs by name: never twice at once, errors told and survived, nobody left running."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from attms_core.errors import Unreachable
from attms_core.jobs import Jobs

SOON = timedelta(milliseconds=5)
NEVER = timedelta(days=1)


class Work:
    """A job that says when it starts and ends when it may."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.may_end = asyncio.Event()
        self.runs = 0
        self.most_at_once = 0
        self.cancelled = 0
        self._at_once = 0

    async def __call__(self) -> None:
        self.runs += 1
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.started.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self._at_once -= 1


@pytest.fixture(autouse=True)
def nothing_on_the_scheduler_s_own_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    said = [r for r in caplog.get_records("call") if r.name.startswith("apscheduler")]
    assert [r.getMessage() for r in said if r.levelno >= logging.WARNING] == []


async def test_a_job_runs_again_and_again() -> None:
    runs: asyncio.Queue[int] = asyncio.Queue()

    async def work() -> None:
        await runs.put(1)

    jobs = Jobs()
    jobs.add("count", work, SOON)
    async with jobs, asyncio.timeout(10):
        for _ in range(3):
            await runs.get()


async def test_a_slow_job_is_not_overtaken_by_itself() -> None:
    work, beats = Work(), asyncio.Queue[int]()

    async def beat() -> None:
        await beats.put(1)

    jobs = Jobs()
    jobs.add("slow", work, SOON)
    jobs.add("beat", beat, SOON)
    async with jobs, asyncio.timeout(10):
        await work.started.wait()
        for _ in range(4):
            await beats.get()
        assert work.runs == 1
        work.may_end.set()
    assert work.most_at_once == 1


async def test_run_now_waits_for_the_run_under_way_instead_of_starting_a_second() -> None:
    work, jobs = Work(), Jobs()
    jobs.add("slow", work, NEVER)
    async with jobs, asyncio.timeout(10):
        first = asyncio.create_task(jobs.run_now("slow"))
        await work.started.wait()
        second = asyncio.create_task(jobs.run_now("slow"))
        work.may_end.set()
        await asyncio.gather(first, second)
        assert work.runs == 1
        await jobs.run_now("slow")
    assert work.runs == 2


async def test_closing_cancels_what_runs_and_waits_for_it() -> None:
    work, jobs = Work(), Jobs()
    jobs.add("slow", work, NEVER)
    async with jobs, asyncio.timeout(10):
        waiting = asyncio.create_task(jobs.run_now("slow"))
        await work.started.wait()
    assert work.cancelled == 1
    await waiting


async def test_closing_right_after_a_tick_leaves_nothing_behind() -> None:
    work, jobs = Work(), Jobs()
    jobs.add("slow", work, SOON)
    async with jobs, asyncio.timeout(10):
        await work.started.wait()
    assert work.cancelled == work.runs
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def test_an_error_of_autotask_is_told_by_the_job_s_name_and_the_schedule_goes_on() -> None:
    runs: asyncio.Queue[int] = asyncio.Queue()

    async def work() -> None:
        await runs.put(1)
        raise Unreachable("AutoTask does not answer.")

    jobs = Jobs()
    jobs.add("poll", work, SOON)
    with capture_logs() as said:
        async with jobs, asyncio.timeout(10):
            await runs.get()
            await runs.get()
    assert said[0] == {
        "event": "job_failed",
        "job": "poll",
        "code": "unreachable",
        "reason": "AutoTask does not answer.",
        "log_level": "warning",
    }


async def test_a_bug_is_told_with_its_traceback_and_the_schedule_goes_on() -> None:
    runs: asyncio.Queue[int] = asyncio.Queue()

    async def work() -> None:
        await runs.put(1)
        raise ZeroDivisionError

    jobs = Jobs()
    jobs.add("poll", work, SOON)
    with capture_logs() as said:
        async with jobs, asyncio.timeout(10):
            await runs.get()
            await runs.get()
    assert said[0]["event"] == "job_broke"
    assert isinstance(said[0]["exc_info"], ZeroDivisionError)


async def test_a_name_is_given_once() -> None:
    jobs = Jobs()
    jobs.add("poll", Work(), NEVER)
    with pytest.raises(ValueError, match="poll"):
        jobs.add("poll", Work(), NEVER)
    with pytest.raises(KeyError):
        await jobs.run_now("pull")


async def test_a_job_added_while_the_clock_runs_is_run_too() -> None:
    work, jobs = Work(), Jobs()
    async with jobs, asyncio.timeout(10):
        jobs.add("late", work, SOON, jitter=SOON)
        await work.started.wait()
