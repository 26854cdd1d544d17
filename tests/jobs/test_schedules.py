"""Schedules as people write them, the last runs that are kept, and schedules read anew while jobs run."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.errors import Invalid, Unreachable
from attms_core.jobs import Jobs, parse
from attms_core.jobs.runs import Runs
from attms_core.store import job_runs
from attms_core.store.database import open_database

HOUR = timedelta(hours=1)


async def nothing() -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("every 30s", "every 30s"),
        ("Every  120s", "every 2m"),
        ("every 24h", "every 1d"),
        ("OFF", "off"),
        ("cron 0 7 * * mon-fri Europe/Berlin", "cron 0 7 * * mon-fri Europe/Berlin"),
        ("cron */5 * * * *", "cron */5 * * * * UTC"),
        ("cron 0 0 1 * MON,wed-Fri", "cron 0 0 1 * mon,wed-fri UTC"),
    ],
)
def test_a_schedule_is_read_and_told_in_one_form(written: str, read: str) -> None:
    assert parse(written).text == read


@pytest.mark.parametrize(
    "written",
    [
        *("", "soon", "every", "every 5", "every -5m", "every 0s", "every 500ms", "every 5m please"),
        *("cron 0 7 * *", "cron 0 7 * * 1-5", "cron 61 7 * * *", "cron 0 7 * * mon-", "cron 0 7 * * * Europe/Atlantis"),
        *("cron a b c d mon", "cron 0 7 * * * ../../etc/passwd", "cron 0 7 * * * UTC extra"),
    ],
)
def test_what_is_no_schedule_is_refused_with_the_way_to_write_one(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(written)
    assert "every 5m" in refused.value.hint


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Invalid):
        assert parse(parse(text).text).text == parse(text).text


def test_seven_in_the_morning_stays_seven_when_the_clocks_change() -> None:
    trigger, berlin = parse("cron 0 7 * * * Europe/Berlin").trigger, ZoneInfo("Europe/Berlin")
    assert trigger is not None
    at, seen = datetime(2026, 10, 23, tzinfo=berlin), []
    for _ in range(4):
        at = trigger.get_next_fire_time(at, at + timedelta(seconds=1))
        seen.append((at.hour, at.astimezone(UTC).hour))
    assert seen == [(7, 5), (7, 5), (7, 6), (7, 6)]


async def test_schedules_are_read_anew_without_a_restart_or_not_at_all() -> None:
    jobs = Jobs()
    jobs.add("poll", nothing, timedelta(seconds=30))
    jobs.add("digest", nothing, "cron 0 7 * * mon-fri Europe/Berlin", about="Sends the morning's digest")
    async with jobs:
        before = {state.name: state.next_run for state in jobs.all()}
        with pytest.raises(Invalid):
            await jobs.reload({"poll": "every 1h", "digest": "sometimes"})
        with pytest.raises(Invalid):
            await jobs.reload({"pol": "every 1h"})
        assert {state.name: state.next_run for state in jobs.all()} == before
        assert await jobs.reload({"poll": "every 1h", "digest": "off"}) == ["poll", "digest"]
        poll, digest = jobs.all()
        assert poll.next_run is not None
        assert poll.next_run - datetime.now(UTC) > timedelta(minutes=59)
        assert (digest.is_paused, digest.next_run, digest.schedule) == (True, None, "off")
        assert await jobs.reload({}) == ["poll", "digest"]
        assert [state.schedule for state in jobs.all()] == ["every 30s", "cron 0 7 * * mon-fri Europe/Berlin"]


async def test_the_last_run_is_told_and_outlives_the_process(tmp_path: Path) -> None:
    database = await open_database(None, tmp_path)
    fails = True

    async def work() -> None:
        if fails:
            raise Unreachable("AutoTask does not answer.", hint="Wait.")

    async with _with(Jobs(database), work) as jobs:
        await jobs.run_now("work")
        [state] = jobs.all()
        assert state.last_run is not None
        assert (state.last_run.outcome, state.last_run.said) == ("failed", "AutoTask does not answer. Wait.")
        fails = False
        await jobs.run_now("work")
    async with _with(Jobs(database), work) as jobs:
        [state] = jobs.all()
        assert state.last_run is not None
        assert (state.last_run.outcome, state.last_run.said) == ("ok", "")
        assert (state.running_since, state.last_run.ended) == (None, state.last_run.started)  # in whole milliseconds
    await database.close()


def _with(jobs: Jobs, work: object) -> Jobs:
    jobs.add("work", work, HOUR)  # type: ignore[arg-type] # any work does
    return jobs


async def test_a_run_that_a_crash_cut_off_is_told_as_that(tmp_path: Path) -> None:
    database = await open_database(None, tmp_path)
    before = Runs(database, lambda: datetime.now(UTC))
    begun = before.begin("work")
    await before._put(begun)
    async with _with(Jobs(database), nothing) as jobs:
        [state] = jobs.all()
        assert state.last_run is not None
        assert (state.last_run.outcome, state.last_run.ended) == ("interrupted", None)
    await database.close()


async def test_twenty_runs_of_a_job_are_kept(tmp_path: Path) -> None:
    database = await open_database(None, tmp_path)
    async with _with(Jobs(database), nothing) as jobs:
        for _ in range(25):
            await jobs.run_now("work")
    assert len(await database.read(job_runs.everything)) == 20
    await database.close()


async def test_who_does_not_lead_runs_only_what_everybody_runs() -> None:
    class Follower:
        leads = False

    ran: list[str] = []
    beat = asyncio.Event()

    async def leading() -> None:
        ran.append("leading")

    async def everywhere() -> None:
        ran.append("everywhere")
        if len(ran) > 3:
            beat.set()

    jobs = Jobs(lead=Follower())
    jobs.add("leading", leading, timedelta(milliseconds=3))
    jobs.add("everywhere", everywhere, timedelta(milliseconds=5), everywhere=True)
    async with jobs, asyncio.timeout(10):
        await beat.wait()
        assert set(ran) == {"everywhere"}
        await jobs.run_now("leading")
    assert "leading" in ran
