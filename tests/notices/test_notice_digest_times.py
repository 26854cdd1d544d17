"""How people say when a digest comes, and when that is: also where clocks are put forward and back."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.errors import Invalid
from attms_core.model.digest import Rhythm
from attms_core.notices.rhythm import (
    EVERY_DAY,
    WORKDAYS,
    end_of_day,
    last_time,
    next_time,
    read_days,
    read_rhythm,
    read_time,
    spoken,
    written,
)

BERLIN = "Europe/Berlin"
ZONES = ("UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo", "America/Santiago")
rhythms = st.builds(
    Rhythm,
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    minute=st.integers(0, 1439),
    zone=st.sampled_from(ZONES),
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - the zone is added


def berlin(day: int, hour: int, minute: int = 0, *, month: int = 11, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(BERLIN), fold=fold)


@pytest.mark.parametrize(
    ("words", "minute", "days", "zone"),
    [
        ("07:30 mon-fri", 450, WORKDAYS, BERLIN),
        ("07:30", 450, WORKDAYS, BERLIN),
        ("7:30 pm daily", 1170, EVERY_DAY, BERLIN),
        ("8am mon,thu America/New_York", 480, (0, 3), "America/New_York"),
        ("mon, thu at 8.15", 495, (0, 3), BERLIN),
        ("UTC fri-mon 00:00", 0, (0, 4, 5, 6), "UTC"),
        ("12am weekends", 0, (5, 6), BERLIN),
        ("12:05 pm on Mondays and Wednesday", 725, (0, 2), BERLIN),
        ("23:59 TUE", 1439, (1,), BERLIN),
        ("every-day 06:00 CET", 360, EVERY_DAY, "CET"),
    ],
)
def test_people_say_it_in_many_ways(words: str, minute: int, days: tuple[int, ...], zone: str) -> None:
    assert read_rhythm(words, BERLIN) == Rhythm(days=days, minute=minute, zone=zone)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("", "time"),
        ("mon-fri", "time"),
        ("24:00", "time"),
        ("07:60", "time"),
        ("13pm", "time"),
        ("07:30 someday", "days"),
        ("07:30 mon-xyz", "days"),
        ("07:30 mo", "days"),
        ("07:30 Europe/Nowhere", "zone"),
        ("07:30 UTC Europe/Berlin", "zone"),
        ("07:30 ../../etc/passwd", "zone"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field_with_an_example(words: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_rhythm(words, BERLIN)
    assert refused.value.field == field
    assert refused.value.hint


@given(st.text(max_size=40))
def test_any_words_are_read_or_refused(words: str) -> None:
    for read in (lambda text: read_rhythm(text, BERLIN), read_time, read_days):
        with suppress(Invalid):
            read(words)


@given(rhythms)
def test_what_is_written_is_read_again(rhythm: Rhythm) -> None:
    assert read_rhythm(written(rhythm), "UTC") == rhythm


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("07:30 mon-fri", "Monday to Friday at 07:30, Europe/Berlin"),
        ("07:30 daily", "every day at 07:30, Europe/Berlin"),
        ("8pm mon,thu", "Monday and Thursday at 20:00, Europe/Berlin"),
        ("8:05 mon,wed,fri UTC", "Monday, Wednesday and Friday at 08:05, UTC"),
        ("8:05 sat", "Saturday at 08:05, Europe/Berlin"),
    ],
)
def test_it_is_said_in_plain_words(words: str, said: str) -> None:
    assert spoken(read_rhythm(words, BERLIN)) == said


def test_the_next_time_is_the_next_of_its_days() -> None:
    weekday = Rhythm(days=WORKDAYS, minute=450, zone=BERLIN)
    assert next_time(weekday, berlin(24, 7, 29)) == berlin(24, 7, 30)
    assert next_time(weekday, berlin(24, 7, 30)) == berlin(25, 7, 30)
    assert next_time(weekday, berlin(27, 8)) == berlin(30, 7, 30)
    assert last_time(weekday, berlin(30, 7, 30)) == berlin(27, 7, 30)
    assert last_time(weekday, berlin(30, 7, 31)) == berlin(30, 7, 30)


def test_half_past_seven_stays_half_past_seven_when_the_clock_changes() -> None:
    daily = Rhythm(days=EVERY_DAY, minute=450, zone=BERLIN)
    assert next_time(daily, berlin(24, 8, month=10)) == datetime(2026, 10, 25, 6, 30, tzinfo=UTC)
    assert next_time(daily, berlin(28, 8, month=3)) == datetime(2026, 3, 29, 5, 30, tzinfo=UTC)


def test_an_hour_that_comes_twice_counts_once() -> None:
    nightly = Rhythm(days=EVERY_DAY, minute=150, zone=BERLIN)
    first = next_time(nightly, berlin(25, 0, month=10))
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_time(nightly, first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_an_hour_that_is_skipped_comes_later_on_the_same_day() -> None:
    nightly = Rhythm(days=EVERY_DAY, minute=150, zone=BERLIN)
    assert next_time(nightly, berlin(29, 0, month=3)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert next_time(nightly, berlin(29, 4, month=3)) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


@given(rhythms, moments)
def test_the_next_time_lies_ahead_within_a_week_and_nothing_lies_between(rhythm: Rhythm, after: datetime) -> None:
    following = next_time(rhythm, after)
    assert after < following <= after + timedelta(days=7, hours=2)
    assert last_time(rhythm, following) <= after
    assert next_time(rhythm, last_time(rhythm, after)) >= after


@given(rhythms, moments)
def test_the_wall_clock_shows_the_time_unless_it_was_skipped(rhythm: Rhythm, after: datetime) -> None:
    zone = ZoneInfo(rhythm.zone)
    local = next_time(rhythm, after).astimezone(zone)
    shown = local.hour * 60 + local.minute
    wanted = local.replace(hour=rhythm.minute // 60, minute=rhythm.minute % 60, second=0, fold=0)
    is_skipped = wanted.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wanted.replace(tzinfo=None)
    assert shown == rhythm.minute or is_skipped
    assert local.weekday() in rhythm.days


@given(rhythms, moments)
def test_the_day_ends_at_midnight_of_its_zone(rhythm: Rhythm, now: datetime) -> None:
    end = end_of_day(rhythm, now)
    assert now < end <= now + timedelta(hours=26)
    assert (end - timedelta(seconds=1)).astimezone(ZoneInfo(rhythm.zone)).date() == now.astimezone(
        ZoneInfo(rhythm.zone)
    ).date()


def test_a_zone_that_this_machine_does_not_know_counts_as_utc() -> None:
    odd = Rhythm(days=EVERY_DAY, minute=450, zone="Mars/Olympus")
    assert next_time(odd, datetime(2026, 11, 24, tzinfo=UTC)) == datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
