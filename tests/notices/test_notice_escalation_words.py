"""Ladders in words: what people type, and whatever else they could."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.errors import Invalid
from attms_core.notices.escalation.words import SpokenLadder, SpokenStep, read_ladder, read_time, spell_time


def step(minutes: int, *targets: str) -> SpokenStep:
    return SpokenStep(after=timedelta(minutes=minutes), targets=targets)


@pytest.mark.parametrize(
    ("words", "queue", "steps"),
    [
        (
            '"Service Desk" 15m here, 30m @Ana, 45m everyone',
            "Service Desk",
            (step(15, "here"), step(30, "Ana"), step(45, "everyone")),
        ),
        ("Service Desk 15m here 1h @Ana Ruiz", "Service Desk", (step(15, "here"), step(60, "Ana Ruiz"))),
        ("“Level 2” 15 min: here; 1h30m: @Ana @Ben", "Level 2", (step(15, "here"), step(90, "Ana", "Ben"))),
        ("Level 2 10m me and the team", "Level 2", (step(10, "me", "everyone"),)),
        ("Tier 1 Monitoring 2 days Everybody", "Tier 1 Monitoring", (step(2880, "everyone"),)),
        ("triage 15M this channel then 2H @Ana", "triage", (step(15, "here"), step(120, "Ana"))),
        ("triage 15m here, @Ana + @Ana", "triage", (step(15, "here", "Ana"),)),
        ("Service Desk", "Service Desk", ()),
        ('"10m queue"', "10m queue", ()),
    ],
)
def test_a_ladder_is_read(words: str, queue: str, steps: tuple[SpokenStep, ...]) -> None:
    assert read_ladder(words) == SpokenLadder(queue=queue, steps=steps)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("", "queue"),
        ("15m here", "queue"),
        ('"" 15m here', "queue"),
        ("desk 15m", "steps"),
        ("desk 15m here 30m", "steps"),
    ],
)
def test_what_is_missing_is_said_with_an_example(words: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_ladder(words)
    assert refused.value.field == field
    assert "escalation" in refused.value.hint


def test_what_stands_between_queue_and_steps_is_not_guessed() -> None:
    with pytest.raises(Invalid, match="whenever"):
        read_ladder('"Service Desk" whenever 15m here')


@given(st.text(max_size=80))
def test_any_words_are_read_or_refused(words: str) -> None:
    try:
        read = read_ladder(words)
    except Invalid as error:
        assert error.field in {"queue", "steps"}  # noqa: PT017 - a refusal is one of two right answers
    else:
        assert read.queue
        assert all(each.targets for each in read.steps)


@given(st.integers(1, 7 * 1440))
def test_a_time_is_read_as_it_is_spelled(minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert read_time(spell_time(span)) == span


@pytest.mark.parametrize(
    ("text", "minutes"), [("15", 15), (" 15m ", 15), ("1h 5min", 65), ("2 hours", 120), ("1d", 1440)]
)
def test_times_are_read(text: str, minutes: int) -> None:
    assert read_time(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "soon", "-5m", "5 apples", "5mm", "1.5h", "m", "٣m"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_time(text) is None


@given(st.from_regex(r"[0-9]{1,30}(m|h|d)?", fullmatch=True))
def test_no_number_is_too_large_to_be_read(text: str) -> None:
    read = read_time(text)
    assert read is None or read <= timedelta(days=9999)
