"""Text, times and links as a reader meets them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from attms_core.model import ClockState
from attms_core.zones import zone_named
from cards.text import clusters, cut, lines, plain
from cards.times import ago, moment, sla, span
from tests.cards.gallery import NOW, READER, clock


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("short", 10, "short"),
        ("a longer text", 9, "a longer…"),
        ("family 👨\u200d👩\u200d👧 here", 8, "family…"),
        ("👨\u200d👩\u200d👧👨\u200d👩\u200d👧", 2, "👨\u200d👩\u200d👧👨\u200d👩\u200d👧"),
        ("🇪🇸🇩🇪🇫🇷", 2, "🇪🇸…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("👍🏽👍🏽👍🏽", 2, "👍🏽…"),
    ],
)
def test_text_is_cut_between_visible_characters(text: str, most: int, shown: str) -> None:
    assert cut(text, most) == shown


@given(st.text())
def test_clusters_lose_nothing(text: str) -> None:
    assert "".join(clusters(text)) == text


@given(st.text(), st.integers(2, 40))
def test_plain_text_is_one_short_quiet_line(text: str, most: int) -> None:
    shown = plain(text, most=most)
    assert "\n" not in shown
    assert "{{" not in shown
    assert "${" not in shown
    assert "<at" not in shown.lower()
    assert len(list(clusters(shown.replace("\u200b", "")))) <= most + 1
    shown.encode()


def test_plain_text_looks_as_it_was_typed() -> None:
    assert plain(" a  [b](c) *d* <b> {e} $5 ") == "a [b](c) *d* <b> {e} $5"
    assert plain("a {{b}} ${c} <at>").replace("\u200b", "") == "a {{b}} ${c} <at>"


def test_lines_say_whether_something_is_missing() -> None:
    assert lines("one\r\n\r\n\r\ntwo\u2028three", most=100, rows=5) == (["one", "two", "three"], False)
    assert lines("one\ntwo\nthree", most=100, rows=2) == (["one", "two"], True)
    assert lines("  ", most=100, rows=2) == ([], False)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "less than a minute"),
        (1, "1 min"),
        (60, "1 h"),
        (130, "2 h 10 min"),
        (-185, "3 h 5 min"),
        (1440, "1 d"),
        (4560, "3 d 4 h"),
        (20000, "13 d"),
    ],
)
def test_spans_are_said_in_two_units(minutes: int, said: str) -> None:
    assert span(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 24, 15, 40, tzinfo=UTC), "today 16:40"),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "tomorrow 00:30"),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "yesterday 09:00"),
        (datetime(2026, 11, 27, 8, 0, tzinfo=UTC), "Fri 09:00"),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "1 Jul 10:00"),
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "1 Jan 00:30"),
        (datetime(2024, 2, 29, 8, 0, tzinfo=UTC), "29 Feb 2024 09:00"),
    ],
)
def test_moments_are_said_in_the_readers_zone(at: datetime, said: str) -> None:
    assert moment(at, READER) == said


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("Europe/Berlin", "today 10:30 CET"),
        ("America/Sao_Paulo", "today 06:30 UTC-03"),
        ("UTC", "today 09:30 UTC"),
        ("", "today 09:30 UTC"),
    ],
)
def test_a_moment_on_a_card_that_others_see_names_its_zone(where: str, said: str) -> None:
    assert moment(NOW, replace(READER, zone=where, is_shared=True)) == said


@pytest.mark.parametrize(
    "bad", ["", "Nowhere/Atlantis", "../../etc/passwd", "/etc/localtime", "Europe", "\0", "x" * 5000]
)
def test_a_bad_zone_counts_as_utc_and_says_so(bad: str) -> None:
    assert zone_named(bad) is UTC
    assert moment(NOW, replace(READER, zone=bad)) == "today 09:30 UTC"


def test_americans_read_twelve_hours() -> None:
    there = replace(READER, zone="America/New_York", locale="en-US")
    assert moment(datetime(2026, 11, 24, 5, 5, tzinfo=UTC), there) == "today 12:05 AM"
    assert moment(datetime(2026, 11, 24, 17, 5, tzinfo=UTC), there) == "today 12:05 PM"


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(["Asia/Tokyo", "America/Lima", "UTC"]))
def test_any_moment_can_be_said(at: datetime, where: str) -> None:
    assert moment(at, replace(READER, zone=where))
    assert ago(at, READER)


@pytest.mark.parametrize(
    ("state", "minutes", "name", "said"),
    [
        (ClockState.RUNNING, 130, "resolution", "resolution due in 2 h 10 min"),
        (ClockState.NEAR, 20, "due", "due soon, in 20 min"),
        (ClockState.BREACHED, -180, "first response", "first response breached 3 h ago"),
        (ClockState.BREACHED, -180, "due", "overdue by 3 h"),
        (ClockState.PAUSED, 9, "resolution", "resolution clock paused"),
    ],
)
def test_an_sla_is_said_in_words(state: ClockState, minutes: int, name: str, said: str) -> None:
    assert sla(clock(state, minutes, name), READER) == said


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://ww14.autotask.net/x?y=1", True),
        ("https://WW14.AutoTask.net/x", True),
        ("https://autotask.net/x", False),
        ("https://evilautotask.net/x", False),
        ("https://ww14.autotask.net.evil.example/x", False),
        ("https://ww14.autotask.net@evil.example/x", False),
        ("https://user@ww14.autotask.net/x", False),
        ("http://ww14.autotask.net/x", False),
        ("http://127.0.0.1:4000/x", False),
        ("javascript:alert(1)", False),
        ("https://[::1/x", False),
        ("https://ww14.autotask.net/ x", False),
        ("https://ww14.autotask.net/\nx", False),
        ("", False),
    ],
)
def test_links_lead_to_allowed_hosts_by_https(url: str, *, may: bool) -> None:
    assert READER.may_open(url) is may


def test_the_demo_may_name_loopback() -> None:
    demo = replace(READER, link_hosts=frozenset({"127.0.0.1", "evil.example"}))
    assert demo.may_open("http://127.0.0.1:4000/x")
    assert not demo.may_open("http://evil.example/x")
