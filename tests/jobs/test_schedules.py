"""Schedules as people write them, and the times that they mean, also when the clocks change."""

import contextlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.errors import Invalid
from attms_core.jobs import parse

MINUTE = timedelta(minutes=1)
SPRING, AUTUMN = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
"""The nights in which Berlin's clocks go from 2 to 3, and from 3 to 2."""


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
        *("", "soon", "every", "every 5", "every -5m", "every 0s", "every 500ms", "every 5m please", "every \u0665m"),
        *("cron 0 7 * *", "cron 0 7 * * 1-5", "cron 61 7 * * *", "cron 0 7 * * mon-", "cron 0 7 * * * Europe/Atlantis"),
        *("cron 0 7 * * ,mon", "cron 0 7 * * mon,", "cron 0 7 * * **", "cron 0 7 * * montue", "cron 0 0 30 2 *"),
        *("cron a b c d mon", "cron 0 7 * * * ../../etc/passwd", "cron 0 7 * * * UTC extra", "cron 0 7 * * * Europe"),
    ],
)
def test_what_is_no_schedule_is_refused_with_the_way_to_write_one(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(written)
    assert "every 5m" in refused.value.hint


FIELD = st.sampled_from(["*", "0", "7", "59", "60", "*/5", "1-4", "1,2", "-1", "x", "\0", "1-", "*/0"])


@given(
    st.text(max_size=60)
    | st.builds(lambda parts: f"cron {' '.join(parts)}", st.lists(FIELD | st.text(max_size=5), min_size=3, max_size=6))
)
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Invalid):
        assert parse(parse(text).text).text == parse(text).text


def times(written: str, start: datetime, end: datetime) -> list[datetime]:
    """Give all times in ``[start, end)``."""
    calendar = parse(written).calendar
    assert calendar is not None
    found: list[datetime] = []
    at = calendar.after(start - timedelta(microseconds=1))
    while at is not None and at < end:
        found.append(at)
        at = calendar.after(at)
    return found


def shown(at: datetime, zone: str = "Europe/Berlin") -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%d. %H:%M")


@pytest.mark.parametrize(("night", "seen"), [(SPRING, [6, 5]), (AUTUMN, [5, 6])])
def test_seven_in_the_morning_stays_seven_when_the_clocks_change(night: datetime, seen: list[int]) -> None:
    days = times("cron 0 7 * * * Europe/Berlin", night - timedelta(days=1), night + timedelta(days=1))
    assert [day.hour for day in days] == seen
    assert {shown(day)[-5:] for day in days} == {"07:00"}


def test_a_time_that_the_clock_skips_comes_an_hour_later_and_once() -> None:
    found = times("cron 30 2 * * * Europe/Berlin", SPRING - timedelta(days=1), SPRING + timedelta(days=2))
    assert [shown(at) for at in found] == ["28. 02:30", "29. 03:30", "30. 02:30"]


def test_a_time_that_the_clock_shows_twice_comes_once() -> None:
    found = times("cron 30 2 * * * Europe/Berlin", AUTUMN - timedelta(days=1), AUTUMN + timedelta(days=2))
    assert [shown(at) for at in found] == ["24. 02:30", "25. 02:30", "26. 02:30"]
    assert found[1].hour == 0  # the first of the two


@pytest.mark.parametrize("night", [SPRING, AUTUMN])
def test_what_comes_every_hour_comes_every_hour_of_such_a_night_too(night: datetime) -> None:
    found = times("cron 30 * * * * Europe/Berlin", night - timedelta(hours=3), night + timedelta(hours=6))
    assert len(found) == 9
    assert {after - before for before, after in pairwise(found)} == {timedelta(hours=1)}


def test_a_zone_that_changes_by_half_an_hour_or_at_midnight_disturbs_nothing_either() -> None:
    april = datetime(2026, 4, 3, 12, tzinfo=UTC)
    found = times("cron 0,30 1 * * * Australia/Lord_Howe", april, april + timedelta(days=3))
    assert [shown(at, "Australia/Lord_Howe")[-5:] for at in found] == ["01:00", "01:30"] * 3
    march = datetime(2026, 3, 7, tzinfo=UTC)
    found = times("cron 15 0 * * * America/Havana", march, march + timedelta(days=3))
    assert [shown(at, "America/Havana") for at in found] == ["07. 00:15", "08. 01:15", "09. 00:15"]


def test_a_leap_day_comes_every_four_years() -> None:
    found = times("cron 0 0 29 2 *", datetime(2026, 1, 1, tzinfo=UTC), datetime(2037, 1, 1, tzinfo=UTC))
    assert [at.year for at in found] == [2028, 2032, 2036]


@given(
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Cairo"]),
)
def test_a_daily_job_runs_once_a_day_wherever_it_is(minutes: int, minute: int, hour: int, zone: str) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE
    found = times(f"cron {minute} {hour} * * * {zone}", start, start + timedelta(days=10))
    days = [at.astimezone(ZoneInfo(zone)).date() for at in found]
    assert len(days) in {9, 10, 11}
    assert {after - before for before, after in pairwise(days)} == {timedelta(days=1)}
