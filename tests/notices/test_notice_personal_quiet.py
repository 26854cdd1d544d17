"""Quiet hours: what is written, when it is quiet, and when that ends, whatever is done to the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.errors import Invalid
from attms_core.model.preferences import ALL_DAYS, MINUTES, Quiet
from attms_core.notices.quiet import (
    DAYS,
    FROM,
    TO,
    WHOLE_DAYS,
    ZONE,
    is_quiet,
    quiet_of,
    quiet_until,
    read_quiet,
    spoken_quiet,
    turns_at,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (
    *("Europe/Berlin", "Europe/Dublin", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "Asia/Kolkata"),
    *("Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "Africa/Casablanca", "Pacific/Apia", "UTC"),
)
CHANGES = {
    "Europe/Berlin": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
}
"""Moments at which these clocks are put forward or back."""
days = st.frozensets(st.integers(0, 6))
quiets = (
    st.builds(Quiet, start=st.integers(0, MINUTES - 1), end=st.integers(1, MINUTES), days=days, whole_days=days)
    .filter(lambda quiet: quiet.start != quiet.end)
    .filter(lambda quiet: not quiet.is_never and not quiet.is_always)
)
anywhere = st.tuples(
    st.sampled_from(ZONES),
    st.integers(0, 2 * 366 * MINUTES).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
near_a_change = st.sampled_from(
    [(zone, change) for zone, both in CHANGES.items() for change in both],
).flatmap(
    lambda known: st.tuples(
        st.just(known[0]), st.integers(-36 * 60, 36 * 60).map(lambda minutes: known[1] + timedelta(minutes=minutes))
    )
)
places = anywhere | near_a_change


def local(year: int, month: int, day: int, at: str, *, fold: int = 0) -> datetime:
    return datetime.combine(date(year, month, day), time.fromisoformat(at), BERLIN).replace(fold=fold).astimezone(UTC)


def by_the_minute(quiet: Quiet, at: datetime, zone: ZoneInfo) -> bool:
    """Say whether it is quiet, out of the words of the definition alone."""
    here = at.astimezone(zone)
    shown = here.hour * 60 + here.minute
    today, yesterday = here.weekday(), (here - timedelta(days=1)).replace(tzinfo=None).weekday()
    if today in quiet.whole_days:
        return True
    if quiet.end > quiet.start:
        return today in quiet.days and quiet.start <= shown < quiet.end
    return (today in quiet.days and shown >= quiet.start) or (yesterday in quiet.days and shown < quiet.end)


@given(quiet=quiets, place=places)
def test_it_is_quiet_if_and_only_if_the_wall_clock_says_so(quiet: Quiet, place: tuple[str, datetime]) -> None:
    zone = ZoneInfo(place[0])
    assert is_quiet(quiet, place[1], zone) is by_the_minute(quiet, place[1], zone)


@given(quiet=quiets, place=places)
def test_quiet_ends_after_now_and_not_a_second_too_late(quiet: Quiet, place: tuple[str, datetime]) -> None:
    zone, now = ZoneInfo(place[0]), place[1]
    end = quiet_until(quiet, now, zone)
    if end is None:
        assert not is_quiet(quiet, now, zone)
        return
    assert end > now
    assert not is_quiet(quiet, end, zone)
    assert is_quiet(quiet, end - timedelta(seconds=1), zone)


@given(quiet=quiets, place=places)
def test_nothing_turns_before_it_is_told_to_turn(quiet: Quiet, place: tuple[str, datetime]) -> None:
    zone, now = ZoneInfo(place[0]), place[1]
    turn = turns_at(quiet, now, zone)
    whole = (turn - now) // timedelta(minutes=1)
    between = [now + timedelta(minutes=minute) for minute in range(0, whole, max(1, whole // 200))]
    assert {is_quiet(quiet, at, zone) for at in between} <= {is_quiet(quiet, now, zone)}
    assert is_quiet(quiet, turn, zone) is not is_quiet(quiet, now, zone)


NIGHTS = read_quiet("19:00-07:00 mon-fri")


@pytest.mark.parametrize(
    ("now", "end"),
    [
        pytest.param(local(2026, 11, 24, "22:00"), local(2026, 11, 25, "07:00"), id="an evening"),
        pytest.param(local(2026, 11, 25, "03:00"), local(2026, 11, 25, "07:00"), id="behind midnight"),
        pytest.param(local(2026, 11, 27, "23:00"), local(2026, 11, 28, "07:00"), id="Friday's night ends on Saturday"),
        pytest.param(local(2026, 11, 28, "23:00"), None, id="Saturday's does not begin"),
        pytest.param(local(2026, 11, 24, "07:00"), None, id="the end is not quiet"),
        pytest.param(local(2026, 11, 24, "19:00"), local(2026, 11, 25, "07:00"), id="the beginning is"),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(now: datetime, end: datetime | None) -> None:
    assert quiet_until(NIGHTS, now, BERLIN) == end


def test_a_night_lasts_an_hour_less_when_the_clock_is_put_forward_and_more_when_back() -> None:
    nights = read_quiet("22:00-07:00")
    spring = quiet_until(nights, local(2026, 3, 28, "22:00"), BERLIN)
    autumn = quiet_until(nights, local(2026, 10, 24, "22:00"), BERLIN)
    assert spring == local(2026, 3, 28, "22:00") + timedelta(hours=8)
    assert autumn == local(2026, 10, 24, "22:00") + timedelta(hours=10)


def test_a_clock_that_jumps_over_the_end_ends_quiet_hours() -> None:
    early = read_quiet("22:00-02:30")
    assert quiet_until(early, local(2026, 3, 28, "23:00"), BERLIN) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    early = read_quiet("22:00-02:30")
    first, second = local(2026, 10, 25, "02:30"), local(2026, 10, 25, "02:30", fold=1)
    assert quiet_until(early, local(2026, 10, 24, "23:00"), BERLIN) == first
    assert quiet_until(early, local(2026, 10, 25, "02:10", fold=1), BERLIN) == second


def test_a_quiet_weekend_lasts_from_friday_evening_to_monday_morning() -> None:
    weekend = read_quiet("19:00-07:00 mon-fri,sun, all day sat,sun")
    assert quiet_until(weekend, local(2026, 11, 27, "20:00"), BERLIN) == local(2026, 11, 30, "07:00")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("19:00-07:00 mon-fri", Quiet(start=1140, end=420, days=frozenset(range(5)))),
        ("mon-fri 19:00 to 7:00", Quiet(start=1140, end=420, days=frozenset(range(5)))),
        ("7 pm - 7 am", Quiet(start=1140, end=420, days=ALL_DAYS)),
        ("12:00-13:00 Asia/Kolkata", Quiet(start=720, end=780, days=ALL_DAYS, zone="Asia/Kolkata")),
        ("18:00-24:00 fri", Quiet(start=1080, end=1440, days=frozenset({4}))),
        ("18:00-0:00 fri", Quiet(start=1080, end=1440, days=frozenset({4}))),
        ("all day sat,sun", Quiet(whole_days=frozenset({5, 6}))),
        (
            "all day sat,sun 19:00-07:00 mon-fri",
            Quiet(start=1140, end=420, days=frozenset(range(5)), whole_days=frozenset({5, 6})),
        ),
        (
            "19:00-07:00 mon-fri and all day sat, sun Europe/Berlin",
            Quiet(start=1140, end=420, days=frozenset(range(5)), whole_days=frozenset({5, 6}), zone="Europe/Berlin"),
        ),
    ],
)
def test_quiet_hours_are_read_as_people_write_them(words: str, meant: Quiet) -> None:
    assert read_quiet(words) == meant


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("", "quiet_from"),
        ("at night", "quiet_from"),
        ("25:00-07:00", "quiet_from"),
        ("19:00-07:61", "quiet_to"),
        ("19:00-19:00", "quiet_to"),
        ("0:00-24:00", "quiet_to"),
        ("19:00-07:00 someday", "quiet_days"),
        ("19:00-07:00 all day", "quiet_whole_days"),
        ("all day daily", "quiet_whole_days"),
        ("19:00-07:00 Europe/Atlantis", "quiet_zone"),
        ("19:00-07:00 Europe/Berlin Asia/Kolkata", "quiet_zone"),
    ],
)
def test_what_cannot_be_is_said_of_its_field(words: str, field: str) -> None:
    with pytest.raises(Invalid) as raised:
        read_quiet(words)
    assert raised.value.field == field
    assert raised.value.hint


@given(words=st.text(max_size=60) | st.text(alphabet="0123456789:- mon,fri alday/Z", max_size=40))
def test_no_words_at_all_break_the_reading(words: str) -> None:
    try:
        quiet, field = read_quiet(words), ""
    except Invalid as error:
        quiet, field = NIGHTS, error.field
    assert field in {"", FROM, TO, DAYS, WHOLE_DAYS, ZONE}
    assert not quiet.is_always
    assert not quiet.is_never
    assert spoken_quiet(quiet)


def test_a_form_without_times_means_no_quiet_hours() -> None:
    assert quiet_of("", "", "", "", "Europe/Berlin") is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [(("19:00", "", "", ""), "quiet_to"), (("", "07:00", "", ""), "quiet_from"), (("", "", "mon", ""), "quiet_from")],
)
def test_a_form_that_is_half_filled_in_says_what_is_missing(fields: tuple[str, str, str, str], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        quiet_of(*fields, "")
    assert raised.value.field == field
