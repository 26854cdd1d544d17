"""When jobs are due, by a clock that the test moves: early or late by nothing, no storm after any jump."""

from datetime import UTC, datetime, timedelta

import pytest

from attms_core.jobs import parse
from attms_core.jobs.plan import Plan
from tests.support.fake_autotask import Clock

MORNING = datetime(2026, 3, 27, 6, 0, tzinfo=UTC)
"""Seven in Berlin, two days before its clocks change."""
DAILY = parse("cron 0 7 * * * Europe/Berlin")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class Beat:
    """A clock that nobody sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock(MORNING - HOUR)


@pytest.fixture
def beat(monkeypatch: pytest.MonkeyPatch) -> Beat:
    made = Beat()
    monkeypatch.setattr("attms_core.jobs.plan.time.monotonic", made)
    return made


@pytest.fixture
def plan(clock: Clock, beat: Beat) -> Plan:
    assert beat.seconds
    return Plan(clock)


def due(plan: Plan) -> list[str]:
    return [name for name, is_late in plan.due() if not is_late]


def late(plan: Plan) -> list[str]:
    return [name for name, is_late in plan.due() if is_late]


def test_a_calendar_s_job_is_due_at_its_time_and_once(plan: Plan, clock: Clock) -> None:
    plan.put("digest", DAILY)
    assert plan.next("digest") == MORNING
    clock.moment = MORNING - timedelta(milliseconds=1)
    assert due(plan) == []
    clock.moment = MORNING
    assert plan.pause(1.0) == 0
    assert due(plan) == ["digest"]
    assert due(plan) == []
    assert plan.next("digest") == MORNING + DAY


def test_over_a_night_in_which_the_clocks_change_it_runs_once_a_day(plan: Plan, clock: Clock) -> None:
    plan.put("digest", DAILY)
    seen = []
    while clock.moment < MORNING + 4 * DAY:
        seen += [clock.moment for _ in due(plan)]
        clock.pass_(minutes=5)
    assert [(at - MORNING) // HOUR for at in seen] == [0, 24, 47, 71, 95]


@pytest.mark.parametrize("jump", [5 * MINUTE, HOUR, 365 * DAY])
def test_a_clock_that_jumps_forward_brings_what_was_missed_once(plan: Plan, clock: Clock, jump: timedelta) -> None:
    clock.moment = MORNING - MINUTE
    plan.put("digest", DAILY)
    clock.moment += jump
    assert due(plan) == ["digest"]
    assert due(plan) == []
    following = plan.next("digest")
    assert following is not None
    assert clock.moment < following <= clock.moment + DAY + HOUR


@pytest.mark.parametrize("jump", [5 * MINUTE, HOUR])
def test_a_clock_that_is_put_back_a_little_does_not_bring_again_what_has_run(
    plan: Plan, clock: Clock, jump: timedelta
) -> None:
    plan.put("digest", DAILY)
    clock.moment = MORNING
    assert due(plan) == ["digest"]
    clock.moment -= jump
    assert due(plan) == []
    assert plan.next("digest") == MORNING + DAY
    clock.moment = MORNING + MINUTE
    assert due(plan) == []


def test_a_clock_that_was_wrong_by_a_year_keeps_nothing_from_running(plan: Plan, clock: Clock) -> None:
    plan.put("digest", DAILY)
    clock.pass_(days=365)
    assert due(plan) == ["digest"]
    clock.pass_(days=-365)
    assert due(plan) == []
    assert plan.next("digest") == MORNING


@pytest.mark.parametrize("jump", [5 * MINUTE, HOUR, 365 * DAY, -5 * MINUTE, -HOUR, -365 * DAY])
def test_an_interval_does_not_care_what_the_clock_on_the_wall_does(
    plan: Plan, clock: Clock, beat: Beat, jump: timedelta
) -> None:
    plan.put("poll", parse("every 30s"))
    clock.moment += jump
    beat.seconds += 29
    assert due(plan) == []
    assert plan.pause(60.0) == pytest.approx(1)
    beat.seconds += 1
    assert due(plan) == ["poll"]
    beat.seconds += 3600  # the process stood still: one run, not a hundred and twenty
    assert due(plan) == ["poll"]
    assert due(plan) == []


def test_what_was_missed_while_nobody_ran_is_due_at_once_however_often(plan: Plan, clock: Clock) -> None:
    clock.moment = MORNING + MINUTE
    plan.put("digest", DAILY, last=MORNING - 3 * DAY)
    plan.put("reconcile", parse("every 24h"), last=MORNING - 3 * DAY)
    plan.put("done", DAILY, last=MORNING)
    plan.put("fresh", parse("every 24h"), last=MORNING)
    assert due(plan) == ["digest", "reconcile"]
    assert due(plan) == []
    assert plan.next("fresh") == MORNING + DAY
    assert plan.next("done") == MORNING + DAY


def test_what_would_come_too_late_is_told_as_that(plan: Plan, clock: Clock) -> None:
    clock.moment = MORNING + 10 * MINUTE
    for name, minutes in (("patient", 11), ("strict", 9)):
        plan.put(name, DAILY, last=MORNING - 3 * DAY, late=minutes * MINUTE)
    assert list(plan.due()) == [("patient", False), ("strict", True)]
    clock.moment = MORNING + DAY
    assert list(plan.due()) == [("patient", False), ("strict", False)]


def test_another_process_whose_clock_was_ahead_has_run_it_already(plan: Plan, clock: Clock) -> None:
    clock.moment = MORNING - timedelta(seconds=5)
    plan.put("digest", DAILY, last=MORNING + timedelta(seconds=1))
    clock.moment = MORNING
    assert due(plan) == []
    assert plan.next("digest") == MORNING + DAY


def test_jitter_only_delays_and_by_no_more_than_it_says(plan: Plan, clock: Clock) -> None:
    for number in range(20):
        plan.put(str(number), DAILY, jitter=MINUTE)
        plan.put(f"i{number}", parse("every 1h"), jitter=MINUTE)
    for number in range(20):
        for name in (str(number), f"i{number}"):
            planned = plan.next(name)
            assert planned is not None
            assert MORNING <= planned <= MORNING + MINUTE
    clock.moment = MORNING + MINUTE
    assert len(due(plan)) == 20


def test_what_is_off_is_never_due(plan: Plan, clock: Clock, beat: Beat) -> None:
    plan.put("off", parse("off"), last=MORNING - DAY)
    clock.pass_(days=400)
    beat.seconds += 1e9
    assert due(plan) == []
    assert plan.next("off") is None
    assert plan.pause(1.0) == 1.0
