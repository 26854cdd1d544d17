"""The doctor: checks side by side, and whatever goes wrong in one becomes a finding in words."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.errors import CredentialsRefused, Invalid, StoreUnavailable
from attms_core.health import Check, Doctor, Finding, State, overall
from attms_core.health.finding import Subject, lasting, sized, worst_first
from tests.support.fake_autotask import NOON, Clock

SUBJECT = Subject("kettle", "Kettle")


@pytest.fixture
async def doctor(clock: Clock) -> AsyncIterator[Doctor]:
    async with Doctor(now=clock) as made:
        yield made


def telling(*findings: Finding) -> Check:
    left = list(findings)

    async def check() -> Finding:
        return left.pop(0) if len(left) > 1 else left[0]

    return check


def raising(error: Exception) -> Check:
    async def check() -> Finding:
        raise error

    return check


async def test_findings_come_in_the_order_of_registration(doctor: Doctor) -> None:
    for name in ("b", "a", "c"):
        doctor.register(name, name.upper(), telling(Subject(name, name.upper()).fine("It is.")))
    assert [finding.name for finding in await doctor.examine()] == ["b", "a", "c"]
    assert [finding.name for finding in await doctor.examine(names={"c", "b"})] == ["b", "c"]
    assert doctor.registered() == {"b": "B", "a": "A", "c": "C"}


async def test_a_name_that_is_not_registered_is_refused_with_those_that_are(doctor: Doctor) -> None:
    doctor.register("kettle", "Kettle", telling(SUBJECT.fine("It boils.")))
    with pytest.raises(Invalid) as refused:
        await doctor.examine(names={"cattle"})
    assert refused.value.legal == ("kettle",)


async def test_two_checks_of_one_name_are_a_mistake(doctor: Doctor) -> None:
    doctor.register("kettle", "Kettle", telling(SUBJECT.fine("It boils.")))
    with pytest.raises(ValueError, match="kettle"):
        doctor.register("kettle", "Kettle", telling(SUBJECT.fine("It boils.")))


async def test_a_check_that_hangs_is_told_in_words_and_the_others_are_found(doctor: Doctor) -> None:
    async def hang() -> Finding:
        await asyncio.Event().wait()
        raise AssertionError

    doctor.register("kettle", "Kettle", hang, timeout=timedelta())
    doctor.register("cup", "Cup", telling(Subject("cup", "Cup").fine("It is.")))
    kettle, cup = await doctor.examine()
    assert (kettle.state, kettle.what) == (State.UNKNOWN, "No answer within 0 seconds.")
    assert kettle.fix
    assert cup.state is State.OK


@pytest.mark.parametrize(
    ("error", "what", "fix"),
    [
        (CredentialsRefused("It says no.", hint="Ask it nicely."), "It says no.", "Ask it nicely."),
        (StoreUnavailable("It is full."), "It is full.", StoreUnavailable.hint),
    ],
)
async def test_an_error_of_ours_is_told_in_its_own_words(doctor: Doctor, error: Exception, what: str, fix: str) -> None:
    doctor.register("kettle", "Kettle", raising(error))
    [finding] = await doctor.examine()
    assert (finding.state, finding.what, finding.fix) == (State.ILL, what, fix)


async def test_a_bug_in_a_check_is_told_without_its_words(doctor: Doctor) -> None:
    doctor.register("kettle", "Kettle", raising(ZeroDivisionError("hunter2")))
    [finding] = await doctor.examine()
    assert (finding.name, finding.title, finding.state) == ("kettle", "Kettle", State.UNKNOWN)
    assert "fault of ours" in finding.what
    assert "hunter2" not in repr(finding)
    assert "ZeroDivision" not in repr(finding)


async def test_it_says_since_when_something_is_so(doctor: Doctor, clock: Clock) -> None:
    ill, fine = SUBJECT.ill("It is cold.", "Heat it."), SUBJECT.fine("It boils.")
    doctor.register("kettle", "Kettle", telling(ill, ill, SUBJECT.warning("Lukewarm.", "Heat it."), fine, ill))
    told = []
    for _ in range(5):
        [finding] = await doctor.examine()
        told.append(finding.since)
        clock.pass_(minutes=1)
    at = [NOON + timedelta(minutes=minute) for minute in range(5)]
    assert told == [at[0], at[0], at[2], None, at[4]]


async def test_who_asks_while_a_check_looks_waits_for_the_same_answer(doctor: Doctor) -> None:
    looked, go = [], asyncio.Event()

    async def slow() -> Finding:
        looked.append(1)
        await go.wait()
        return SUBJECT.fine("It boils.")

    doctor.register("kettle", "Kettle", slow)
    asked = [asyncio.create_task(doctor.examine()) for _ in range(3)]
    await asyncio.sleep(0)
    go.set()
    assert [finding.state for [finding] in await asyncio.gather(*asked)] == [State.OK] * 3
    assert looked == [1]


async def test_what_takes_too_long_for_the_chat_is_told_the_next_time(doctor: Doctor) -> None:
    go = asyncio.Event()

    async def slow() -> Finding:
        await go.wait()
        return SUBJECT.fine("It boils.")

    doctor.register("kettle", "Kettle", slow)
    [early] = await doctor.examine(within=timedelta())
    assert early.state is State.UNKNOWN
    assert "still" in early.what
    go.set()
    assert [finding.what for finding in await doctor.examine()] == ["It boils."]
    go.clear()
    [meanwhile] = await doctor.examine(within=timedelta())
    assert meanwhile.what == "It boils."  # as it was found last


async def test_a_check_may_find_several_things(doctor: Doctor) -> None:
    async def both() -> list[Finding]:
        return [Subject("kettle-a", "A").fine("It is."), Subject("kettle-b", "B").ill("It is not.", "Buy one.")]

    doctor.register("kettle", "Kettle", both)
    assert [finding.name for finding in await doctor.examine()] == ["kettle-a", "kettle-b"]


async def test_beside_the_running_service_some_checks_only_say_so(clock: Clock) -> None:
    async with Doctor(now=clock, in_process=False) as beside:
        beside.register("kettle", "Kettle", raising(AssertionError()), needs_process=True)
        [finding] = await beside.examine()
    assert finding.state is State.UNKNOWN
    assert "running service" in finding.what


async def test_closing_ends_what_is_under_way(clock: Clock) -> None:
    ended = []

    async def hang() -> Finding:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)
        raise AssertionError

    async with Doctor(now=clock) as doctor:
        doctor.register("kettle", "Kettle", hang)
        await doctor.examine(within=timedelta(milliseconds=1))
    assert ended == [1]


@given(st.lists(st.sampled_from(State)))
def test_the_worst_decides_and_comes_first(states: list[State]) -> None:
    findings = [Finding(name="x", title="X", state=state, what="It is.") for state in states]
    order = [State.ILL, State.WARNING, State.UNKNOWN, State.OK]
    assert overall(findings) is min(states, key=order.index, default=State.OK)
    assert [finding.state for finding in worst_first(findings)] == sorted(states, key=order.index)


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=-3), "3 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=30), "30 days"),
    ],
)
def test_spans_are_told_in_their_largest_unit(span: timedelta, told: str) -> None:
    assert lasting(span) == told


@pytest.mark.parametrize(("size", "told"), [(2048, "2 KiB"), (612 << 20, "612 MiB"), (3 << 29, "1.5 GiB")])
def test_sizes_are_told_as_people_know_them(size: int, told: str) -> None:
    assert sized(size) == told
