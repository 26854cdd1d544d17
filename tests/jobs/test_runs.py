"""What is told of jobs: their last runs, what a crash cut off, and schedules that are read anew while they run."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from attms_core.errors import Invalid, StoreUnavailable, Unreachable
from attms_core.jobs import Jobs
from attms_core.jobs import runs as kept
from attms_core.jobs.jobs import Work
from attms_core.store import job_runs
from attms_core.store.database import Database, Tx, open_database
from attms_core.store.job_runs import RunRow
from tests.support.fake_autotask import Clock

HOUR = timedelta(hours=1)
SOON = timedelta(milliseconds=3)


async def nothing() -> None:
    """Do nothing."""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(None, tmp_path)
    yield opened
    await opened.close()


def with_work(jobs: Jobs, work: Work, usual: timedelta | str = HOUR, *, late: timedelta | None = None) -> Jobs:
    jobs.add("work", work, usual, late=late)
    return jobs


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - the store's threads are on their way
        await asyncio.sleep(0)


def outcome(jobs: Jobs) -> str | None:
    last = jobs.all()[0].last_run
    return last.outcome if last is not None else None


async def test_schedules_are_read_anew_without_a_restart_or_not_at_all() -> None:
    jobs = Jobs()
    jobs.add("poll", nothing, timedelta(seconds=30))
    jobs.add("digest", nothing, "cron 0 7 * * mon-fri Europe/Berlin", about="Sends the morning's digest")
    async with jobs:
        with pytest.raises(Invalid):
            await jobs.reload({"poll": "every 1h", "digest": "sometimes"})
        with pytest.raises(Invalid):
            await jobs.reload({"pol": "every 1h"})
        assert [state.schedule for state in jobs.all()] == ["every 30s", "cron 0 7 * * mon-fri Europe/Berlin"]
        assert await jobs.reload({"poll": "every 1h", "digest": "off"}) == ["poll", "digest"]
        poll, digest = jobs.all()
        assert poll.next_run is not None
        assert poll.next_run - datetime.now(UTC) > timedelta(minutes=59)
        assert (digest.is_paused, digest.next_run, digest.schedule) == (True, None, "off")
        assert await jobs.reload({}) == ["poll", "digest"]
        assert [state.schedule for state in jobs.all()] == ["every 30s", "cron 0 7 * * mon-fri Europe/Berlin"]


async def test_a_schedule_read_anew_wakes_the_clock_that_waits_for_the_old_one() -> None:
    ran = asyncio.Event()

    async def work() -> None:
        ran.set()

    async with asyncio.timeout(10), with_work(Jobs(look=3600), work) as jobs:
        await jobs.reload({"work": "every 1s"})
        await ran.wait()


async def test_the_last_run_is_told_and_outlives_the_process(database: Database) -> None:
    fails = True

    async def work() -> None:
        if fails:
            raise Unreachable("AutoTask does not answer.", hint="Wait.")

    async with with_work(Jobs(database), work) as jobs:
        await jobs.run_now("work")
        [state] = jobs.all()
        assert state.last_run is not None
        assert (state.last_run.outcome, state.last_run.said) == ("failed", "AutoTask does not answer. Wait.")
        fails = False
        await jobs.run_now("work")
    async with with_work(Jobs(database), work) as jobs:
        [state] = jobs.all()
        assert state.last_run is not None
        assert (state.last_run.outcome, state.last_run.said) == ("ok", "")
        assert state.running_since is None
        assert state.last_run.ended is not None


async def test_a_run_that_is_under_way_is_told_with_its_id(database: Database) -> None:
    may_end = asyncio.Event()

    async def work() -> None:
        await may_end.wait()

    async with asyncio.timeout(10), with_work(Jobs(database), work) as jobs:
        first = jobs.start_now("work")
        assert jobs.start_now("work") == first
        await until(lambda: jobs.all()[0].running_since is not None)
        may_end.set()
        await jobs.run_now("work")
        assert jobs.start_now("work") != first
    assert first in {row.id for row in await database.read(job_runs.everything)}


async def test_a_long_run_that_a_crash_cut_off_is_told_as_that(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "LONG", 0)
    running = Jobs(database)
    async with asyncio.timeout(10), with_work(running, asyncio.Event().wait):
        running.start_now("work")
        rows: list[RunRow] = []
        while not rows:
            rows = await database.read(job_runs.everything)
        [row] = rows
        assert row.outcome == "running"
        after = Jobs(database)  # as if the other one had been killed right here
        async with with_work(after, nothing):
            [state] = after.all()
            assert state.last_run is not None
            assert (state.last_run.outcome, state.last_run.ended) == ("interrupted", None)


async def test_only_runs_of_one_s_own_jobs_are_told_as_cut_off(database: Database) -> None:
    run = RunRow(id="1", job="another's", started=datetime.now(UTC), ended=None, outcome="running", said="")
    await database.write(lambda tx: job_runs.put(tx, run))
    async with with_work(Jobs(database), nothing):
        [row] = await database.read(job_runs.everything)
        assert row.outcome == "running"


async def test_a_run_that_closing_cut_short_is_told_as_that(database: Database) -> None:
    async with with_work(Jobs(database), asyncio.Event().wait) as jobs:
        jobs.start_now("work")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    [row] = await database.read(job_runs.everything)
    assert (row.outcome, row.said) == ("interrupted", "ATTMS was stopped while it ran.")


async def test_twenty_runs_of_a_job_are_kept(database: Database) -> None:
    async with with_work(Jobs(database), nothing) as jobs:
        for _ in range(25):
            await jobs.run_now("work")
    assert len(await database.read(job_runs.everything)) == 20


async def test_a_job_that_was_due_while_the_process_was_down_runs_at_once(database: Database) -> None:
    clock, ran = Clock(), asyncio.Event()

    async def work() -> None:
        ran.set()

    for usual in (HOUR, "cron 0 7 * * *"):
        async with asyncio.timeout(10), with_work(Jobs(database, now=clock), nothing, usual) as jobs:
            await jobs.run_now("work")
        clock.pass_(days=3)
        ran.clear()
        async with asyncio.timeout(10), with_work(Jobs(database, now=clock), work, usual):
            await ran.wait()


async def test_what_came_too_late_is_told_as_skipped(database: Database) -> None:
    clock, ran = Clock(), []

    async def work() -> None:
        ran.append(1)

    daily = "cron 0 7 * * *"
    async with with_work(Jobs(database, now=clock), work, daily) as jobs:
        await jobs.run_now("work")
    clock.pass_(days=3)
    async with asyncio.timeout(10), with_work(Jobs(database, now=clock, look=0.01), work, daily, late=HOUR) as jobs:
        await until(lambda: outcome(jobs) == "skipped")
        last = jobs.all()[0].last_run
        assert last is not None
        assert last.said == "It was too late for this time of it."
    assert ran == [1]


async def test_a_calendar_s_job_runs_when_the_clock_on_the_wall_says_so() -> None:
    clock, ran = Clock(datetime(2026, 3, 29, 0, 59, tzinfo=UTC)), asyncio.Event()

    async def work() -> None:
        ran.set()

    async with asyncio.timeout(10), with_work(Jobs(now=clock, look=0.01), work, "cron 30 2 * * * Europe/Berlin"):
        clock.moment = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # half past three: there is no half past two
        await ran.wait()


async def test_a_store_that_takes_nothing_keeps_no_job_from_running(database: Database) -> None:
    class Full:
        """A store that can be read."""

        async def write(self, _: object) -> None:
            raise StoreUnavailable("The disk is full.")

        read, close = database.read, database.close

    ran = asyncio.Event()

    async def work() -> None:
        ran.set()

    jobs = with_work(Jobs(database), work)
    async with jobs:
        jobs._runs._database = Full()  # type: ignore[assignment] # from now on
        await jobs.run_now("work")
        [state] = jobs.all()
        assert state.last_run is not None
        assert state.last_run.outcome == "ok"
    assert ran.is_set()


@pytest.mark.parametrize("leads", [True, False])
async def test_jobs_of_a_store_that_does_not_answer_are_planned_when_it_does(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, leads: bool
) -> None:
    everything, answers = job_runs.everything, False

    def read(tx: Tx) -> list[RunRow]:
        if not answers:
            raise StoreUnavailable("The disk does not answer.")
        return everything(tx)

    monkeypatch.setattr(job_runs, "everything", read)
    clock = Clock()
    jobs = Jobs(database, now=clock, lead=Following(leads=leads), look=0.001)
    jobs.add("work", nothing, HOUR)
    jobs.add("off", nothing, "off")
    async with asyncio.timeout(10), jobs:
        begun = clock()
        clock.pass_(minutes=1)
        assert [(state.next_run, state.unplanned_since) for state in jobs.all()] == [(None, begun), (None, None)]
        answers = True
        await until(lambda: jobs.all()[0].next_run is not None)
        assert jobs.all()[0].unplanned_since is None


class Following:
    """A lead that another process has, until a test says otherwise."""

    def __init__(self, *, leads: bool = False) -> None:
        self.leads = leads
        self.stands = True
        self.is_fenced_off = False
        self.taken: set[str] = set()

    async def claim(self, job: str) -> bool:
        return job not in self.taken

    def has(self, _: str) -> bool:
        return self.stands

    async def release(self, job: str) -> None:
        """Nothing to do."""

    def fence(self, _: Tx) -> bool:
        return not self.is_fenced_off


async def test_who_does_not_lead_runs_only_what_everybody_runs_and_what_is_asked_for(database: Database) -> None:
    ran: list[str] = []
    beat = asyncio.Event()

    async def leading() -> None:
        ran.append("leading")

    async def everywhere() -> None:
        ran.append("everywhere")
        if len(ran) > 3:
            beat.set()

    jobs = Jobs(database, lead=Following())
    jobs.add("leading", leading, SOON)
    jobs.add("everywhere", everywhere, SOON, everywhere=True)
    async with asyncio.timeout(10), jobs:
        await beat.wait()
        assert set(ran) == {"everywhere"}
        await jobs.run_now("leading")
        assert "leading" in ran
    assert {row.job for row in await database.read(job_runs.everything)} == {"leading"}


async def test_who_takes_the_lead_makes_up_for_what_the_former_one_missed(database: Database) -> None:
    clock, lead, ran = Clock(), Following(), asyncio.Event()

    async def work() -> None:
        ran.set()

    async with with_work(Jobs(database, now=clock), nothing, "cron 0 7 * * *") as former:
        await former.run_now("work")
    async with asyncio.timeout(10), with_work(Jobs(database, now=clock, lead=lead, look=0.01), work, "cron 0 7 * * *"):
        clock.pass_(days=2)
        lead.leads = True
        await ran.wait()


async def test_what_another_process_runs_is_skipped(database: Database) -> None:
    lead = Following(leads=True)
    lead.taken.add("work")
    async with with_work(Jobs(database, lead=lead), nothing) as jobs:
        await jobs.run_now("work")
        [state] = jobs.all()
        assert state.last_run is not None
        assert state.last_run.outcome == "skipped"


async def test_a_run_ends_when_the_lead_is_lost(database: Database) -> None:
    lead, started = Following(leads=True), asyncio.Event()

    async def work() -> None:
        started.set()
        await asyncio.Event().wait()

    async with asyncio.timeout(10), with_work(Jobs(database, lead=lead, look=0.01), work) as jobs:
        waiting = asyncio.create_task(jobs.run_now("work"))
        await started.wait()
        lead.leads = lead.stands = False
        await waiting
        [state] = jobs.all()
        assert state.last_run is not None
        assert (state.last_run.outcome, state.running_since) == ("interrupted", None)


async def test_a_bug_in_a_look_at_the_clock_is_logged_and_ends_nothing(database: Database) -> None:
    class Broken(Following):
        """A lead that has a bug when it is asked for what is claimed, until a test says otherwise."""

        is_broken, was_asked = True, asyncio.Event()

        def has(self, _: str) -> bool:
            self.was_asked.set()
            if self.is_broken:
                raise RuntimeError("a bug")
            return True

    lead, started = Broken(leads=True), asyncio.Event()

    async def work() -> None:
        started.set()

    jobs = Jobs(database, lead=lead, look=0.01)
    jobs.add("long", asyncio.Event().wait, HOUR)
    jobs.add("work", work, HOUR)
    with capture_logs() as logs:
        async with asyncio.timeout(10), jobs:
            jobs._claimed.add("long")  # as if it ran
            await jobs.reload({"work": "every 1s"})
            await lead.was_asked.wait()
            lead.is_broken = False
            await jobs.reload({"work": "every 2s"})  # wakes the clock
            await started.wait()
    assert "jobs_broke" in [each["event"] for each in logs]


async def test_a_planned_run_that_the_fence_does_not_let_through_is_not_begun(database: Database) -> None:
    lead, ran = Following(leads=True), []
    lead.is_fenced_off = True

    async def work() -> None:
        ran.append(1)

    async with asyncio.timeout(10), with_work(Jobs(database, lead=lead), work, SOON) as jobs:
        await until(lambda: outcome(jobs) == "skipped")
    assert ran == []


async def test_who_follows_tells_the_leader_s_runs(database: Database) -> None:
    clock = Clock()
    async with asyncio.timeout(10), with_work(Jobs(database, now=clock, lead=Following(), look=0.01), nothing) as jobs:
        async with with_work(Jobs(database, now=clock), nothing) as leader:
            await leader.run_now("work")
        clock.pass_(seconds=16)
        await until(lambda: outcome(jobs) == "ok")
