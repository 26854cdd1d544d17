"""What is found out about this machine and its store: clock, disk, database, outbox, mirror, jobs, plugins."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.errors import StoreUnavailable
from attms_core.health import Clocks, Reach, State, clock, database, disk, hosts_allowed, jobs, mirror, outbox
from attms_core.http import AnswerLost, ForbiddenAddress, NotSent, Request, Response
from attms_core.mirror.progress import BEGAN, POLL, STAGES, stage_name
from attms_core.model import Lane, Owed, OwedKind, TenantId
from attms_core.store import owed
from attms_core.store.database import FILE, Database
from attms_core.store.owed import Backlog
from attms_core.store.sync import SyncState
from attms_core.store.upkeep import Soundness
from tests.health.patient import Job, Jobs, Plugins, Run
from tests.support.fake_autotask import NOON, Clock

URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"


def answering(date: str = "", error: Exception | None = None) -> Callable[[Request], object]:
    async def send(_request: Request) -> Response:
        if error:
            raise error
        return Response(status=401, headers={"date": date} if date else {})

    return send


def reach(clocks: Clocks, date: str = "", error: Exception | None = None) -> Reach:
    return Reach(answering(date, error), clocks)  # type: ignore[arg-type] # a Send


@pytest.mark.parametrize(
    ("ahead", "state", "told"),
    [
        (0, State.OK, ""),
        (60, State.OK, ""),
        (-60, State.OK, ""),
        (61, State.WARNING, "1 min ahead of Microsoft's"),
        (-240, State.WARNING, "4 min behind Microsoft's"),
        (241, State.ILL, "4 min ahead of"),
        (-7200, State.ILL, "2 h behind"),
    ],
)
async def test_a_clock_that_is_off_is_told(clock_now: Clock, ahead: int, state: State, told: str) -> None:
    clocks = Clocks(clock_now)
    there = format_datetime(NOON - timedelta(seconds=ahead), usegmt=True)
    found = await clock.look(clocks, reach(clocks, there), URL)
    assert found.state is state
    assert told in found.what
    assert bool(found.fix) is (state is not State.OK)


@pytest.fixture(name="clock_now")
def _clock_now() -> Clock:
    return Clock()


async def test_the_service_that_is_furthest_off_decides_and_old_answers_do_not(clock_now: Clock) -> None:
    clocks = Clocks(clock_now)
    clocks.heard("AutoTask", format_datetime(NOON - timedelta(minutes=10), usegmt=True))
    clocks.heard("Teams", format_datetime(NOON, usegmt=True))
    assert (await clock.look(clocks, reach(clocks), URL)).state is State.ILL
    clock_now.pass_(hours=2)
    clocks.heard("Teams", format_datetime(clock_now(), usegmt=True))
    found = await clock.look(clocks, reach(clocks), URL)
    assert found.state is State.OK
    assert set(found.facts) == {"Teams"}


async def test_without_any_answer_nothing_is_known_of_the_clock(clock_now: Clock) -> None:
    clocks = Clocks(clock_now)
    found = await clock.look(clocks, reach(clocks, error=NotSent("no route")), URL)
    assert found.state is State.UNKNOWN
    assert "no route" in found.what
    clock_now.pass_(minutes=10)
    assert (await clock.look(clocks, reach(clocks, date="yesterday"), URL)).state is State.UNKNOWN


async def test_strangers_cannot_make_us_ask_for_the_time_again_and_again(clock_now: Clock) -> None:
    clocks, asked = Clocks(clock_now), list[str]()

    async def send(request: Request) -> Response:
        asked.append(request.url)
        raise NotSent("no route")

    for _ in range(20):
        assert (await clock.look(clocks, Reach(send, clocks), URL)).state is State.UNKNOWN
        clock_now.pass_(minutes=1)
    assert asked == [URL, URL]


@given(date=st.text())
def test_no_date_at_all_disturbs_the_clocks(date: str) -> None:
    clocks = Clocks(Clock())
    clocks.heard("Teams", date)
    assert len(clocks.readings()) <= 1


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (None, ""),
        (NotSent("ConnectError"), "no connection: ConnectError"),
        (AnswerLost("x"), "no answer"),
        (ForbiddenAddress("x"), "not allowed"),
    ],
)
async def test_a_host_that_does_not_answer_says_why(error: Exception | None, told: str) -> None:
    reason = await reach(Clocks(Clock()), error=error).why_not(URL, "Teams")
    assert told in reason
    assert bool(reason) is (error is not None)


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://smba.trafficmanager.net/emea/", True),
        ("https://a.botframework.com/", True),
        ("https://botframework.com.evil.example/", False),
        ("https://smba.trafficmanager.net.evil.example/", False),
        ("https://xsmba.trafficmanager.net/", False),
        ("http://127.0.0.1:1/", False),
    ],
)
def test_only_listed_hosts_are_asked(url: str, is_allowed: bool) -> None:  # noqa: FBT001 - a case of the test
    allowed = hosts_allowed(("smba.trafficmanager.net", ".botframework.com"))
    try:
        allowed.check(url)
    except ForbiddenAddress:
        assert not is_allowed
    else:
        assert is_allowed


@pytest.mark.parametrize(
    ("free", "state"),
    [(2 << 30, State.OK), ((1 << 30) - 1, State.WARNING), (100 << 20, State.WARNING), ((100 << 20) - 1, State.ILL)],
)
def test_a_full_disk_is_told_before_it_is_full(tmp_path: Path, free: int, state: State) -> None:
    found = disk.judge_space(tmp_path, free)
    assert found.state is state
    assert bool(found.fix) is (state is not State.OK)


async def test_the_disk_is_measured_where_the_data_lies(tmp_path: Path) -> None:
    assert (await disk.space(tmp_path)).facts["free"]
    assert (await disk.space(tmp_path / "gone")).state is State.UNKNOWN


def test_a_folder_that_others_may_read_is_told_with_the_command(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    key = tmp_path / "vault.key"
    key.write_text("k")
    key.chmod(0o600)
    assert asyncio.run(disk.permissions(tmp_path)).state is State.OK
    key.chmod(0o640)
    tmp_path.chmod(0o755)
    found = asyncio.run(disk.permissions(tmp_path))
    assert found.state is State.WARNING
    assert f"chmod 700 {tmp_path}" in found.fix
    assert f"chmod 600 {key}" in found.fix
    tmp_path.chmod(0o700)
    assert asyncio.run(disk.permissions(tmp_path / "gone")).state is State.ILL


async def test_a_database_that_takes_writes_is_fine(store: Database, tmp_path: Path) -> None:
    found = await database.look(store, tmp_path / FILE)
    assert found.state is State.OK
    assert found.facts["revision"]


async def test_a_database_that_is_closed_is_ill(store: Database, tmp_path: Path) -> None:
    await store.close()
    found = await database.look(store, tmp_path / FILE)
    assert found.state is State.ILL
    assert str(tmp_path) in found.fix
    assert "PostgreSQL" in (await database.look(store, None)).fix


async def test_tables_of_another_version_are_ill(store: Database, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("UPDATE alembic_version SET version_num = 'v9999_future'")
    other.close()
    found = await database.look(store, tmp_path / FILE)
    assert found.state is State.ILL
    assert "v9999_future" in found.what


async def test_a_log_that_only_grows_is_told(store: Database, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other.db"
    with (tmp_path / "other.db-wal").open("wb") as log:
        log.truncate(300 << 20)  # a hole: it takes no room
    found = await database.look(store, elsewhere)
    assert found.state is State.WARNING
    assert "300 MiB" in found.what


async def test_the_file_is_gone_through_once_an_hour(tmp_path: Path, clock_now: Clock) -> None:
    looked = []

    def examine(_file: Path, _seconds: float) -> Soundness:
        looked.append(1)
        return Soundness("", is_whole=len(looked) == 1)

    integrity = database.Integrity(tmp_path / FILE, clock_now, examine=examine)
    for minutes in (0, 30, 40):
        clock_now.pass_(minutes=minutes)
        assert (await integrity.look()).state is State.OK
    assert len(looked) == 2


async def test_damage_is_ill_and_postgresql_minds_itself(tmp_path: Path, clock_now: Clock) -> None:
    broken = database.Integrity(
        tmp_path / FILE, clock_now, examine=lambda *_: Soundness("row 3 missing", is_whole=True)
    )
    found = await broken.look()
    assert found.state is State.ILL
    assert "row 3 missing" in found.what
    assert "backup" in found.fix
    assert (await database.Integrity(None, clock_now).look()).state is State.OK


async def test_a_file_that_cannot_be_read_raises_in_our_words(tmp_path: Path, clock_now: Clock) -> None:
    with pytest.raises(StoreUnavailable):
        await database.Integrity(tmp_path / "gone.db", clock_now).look()


@pytest.mark.parametrize(
    ("waits", "attempts", "state"),
    [(None, 0, State.OK), (4, 0, State.OK), (-10, 7, State.OK), (-10, 8, State.WARNING), (6, 0, State.ILL)],
)
def test_messages_that_wait_too_long_are_told(waits: int | None, attempts: int, state: State) -> None:
    due = None if waits is None else NOON - timedelta(minutes=waits)
    found = outbox.judge(Backlog(waiting=0 if due is None else 3, oldest_due=due, most_attempts=attempts), NOON)
    assert found.state is state
    assert bool(found.fix) is (state is not State.OK)


async def test_what_was_given_up_within_a_day_is_told_with_its_reason(store: Database) -> None:
    ours = TenantId("tenant")
    assert (await outbox.dead(store, NOON)).state is State.OK
    for each, age in (("a", 30), ("b", 2)):
        lane = Lane(each)
        row = Owed(tenant=ours, lane=lane, kind=OwedKind.NEWS, due_at=NOON, at=NOON)
        await store.write(lambda tx, row=row: owed.owe(tx, [row], NOON))  # type: ignore[misc] # bound at once
        rows = await store.read(lambda tx, lane=lane: owed.waiting(tx, ours, lane))  # type: ignore[misc] # bound at once
        at = NOON - timedelta(hours=age)
        await store.write(lambda tx, rows=rows, at=at: owed.bury(tx, rows, f"blocked {rows[0].lane}", at))  # type: ignore[misc] # bound at once
    found = await outbox.dead(store, NOON)
    assert found.state is State.WARNING
    assert "1 message given up" in found.what
    assert "blocked b" in found.what
    assert (await outbox.look(store, NOON)).state is State.OK


def states(*, heard: timedelta | None, finished: bool = True, began: timedelta = timedelta()) -> list[SyncState]:
    at = None if heard is None else NOON - heard
    done = [SyncState(name=stage_name(stage), done=5, total=9, finished_at=NOON) for stage in STAGES]
    return [
        SyncState(name=BEGAN, position=NOON - began),
        SyncState(name=POLL, checked_at=at),
        *(done if finished else done[:3]),
    ]


@pytest.mark.parametrize(
    ("known", "state", "told"),
    [
        (states(heard=None, finished=False), State.ILL, "Nothing has been read"),
        (states(heard=timedelta(seconds=20)), State.OK, "whole and 20 s old"),
        (states(heard=timedelta(minutes=4)), State.WARNING, "4 min old"),
        (states(heard=timedelta(minutes=31)), State.ILL, "31 min old"),
        (states(heard=timedelta(), finished=False), State.WARNING, "under way: open"),
        (states(heard=timedelta(), finished=False, began=timedelta(days=3)), State.WARNING, "taken 3 days"),
    ],
)
def test_the_mirrors_age_and_progress_are_told(known: list[SyncState], state: State, told: str) -> None:
    found = mirror.judge(known, timedelta(seconds=30), NOON)
    assert found.state is state
    assert told in found.what


async def test_without_autotask_there_is_nothing_to_copy(store: Database) -> None:
    look = mirror.look(store, TenantId("tenant"), every=timedelta(seconds=30), connected=False, now=NOON)
    assert (await look).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("job", "state", "told"),
    [
        (Job(), State.OK, "1 job"),
        (Job(last_run=Run(), next_run=NOON + timedelta(minutes=1)), State.OK, "1 job"),
        (Job(last_run=Run("skipped")), State.OK, "1 job"),
        (Job(last_run=Run("failed", "AutoTask is not answering.")), State.WARNING, "AutoTask is not answering"),
        (Job(last_run=Run("interrupted")), State.WARNING, "poll interrupted"),
        (Job(next_run=NOON - timedelta(minutes=6)), State.ILL, "should have run 6 min ago"),
        (Job(unplanned_since=NOON - timedelta(minutes=6)), State.ILL, "has not been planned for 6 min"),
        (Job(unplanned_since=NOON - timedelta(minutes=1)), State.OK, "1 job"),
        (Job(running_since=NOON - timedelta(hours=2)), State.ILL, "running for 2 h"),
        (Job(running_since=NOON, next_run=NOON - timedelta(minutes=6)), State.OK, "1 job"),
    ],
)
async def test_a_job_in_trouble_is_named(job: Job, state: State, told: str) -> None:
    found = await jobs.look(Jobs([job]), NOON)
    assert found.state is state
    assert told in found.what


async def test_a_plugin_that_was_not_loaded_is_named_with_its_reason() -> None:
    found = await jobs.plugins(Plugins(["a"], {"b": "it wants a newer ATTMS"}))
    assert found.state is State.WARNING
    assert "b: it wants a newer ATTMS" in found.what
    assert (await jobs.plugins(Plugins(["a"]))).state is State.OK
    assert (await jobs.plugins(Plugins())).what == "There are none."
