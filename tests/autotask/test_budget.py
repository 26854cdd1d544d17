from datetime import timedelta

import pytest

from attms_core.autotask.budget import PACE, READ_EVERY, Budget
from attms_core.autotask.protocol import Priority
from attms_core.errors import Busy
from tests.autotask.fake import Time


def admitted(budget: Budget) -> set[Priority]:
    return {priority for priority in Priority if is_admitted(budget, priority)}


def is_admitted(budget: Budget, priority: Priority) -> bool:
    try:
        budget.admit(priority)
    except Busy as error:
        # a refusal must always say when to come again
        return not error.after or error.after <= timedelta()
    return True


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (7_000, {*Priority}),
        (7_500, {Priority.PERSON, Priority.WRITE}),
        (9_000, {Priority.WRITE}),
        (10_500, {Priority.WRITE}),
    ],
)
def test_the_scarcer_calls_are_the_fewer_may_call(used: int, expected: set[Priority]) -> None:
    budget = Budget(3000, Time().now)
    budget.read(used=used, threshold=10_000)
    assert admitted(budget) == expected


@pytest.mark.parametrize(("used", "pace"), [(4_999, 0.0), (5_000, PACE)])
def test_from_half_the_mirror_slows_down_and_people_do_not(used: int, pace: float) -> None:
    budget = Budget(3000, Time().now)
    budget.read(used=used, threshold=10_000)
    assert budget.admit(Priority.MIRROR) == pace
    assert budget.admit(Priority.PERSON) == 0.0


def test_our_own_cap_binds_the_mirror_first_and_writes_never() -> None:
    budget = Budget(100, Time().now)
    for _ in range(90):
        budget.spend()
    assert admitted(budget) == {Priority.PERSON, Priority.WRITE}
    for _ in range(10):
        budget.spend()
    assert admitted(budget) == {Priority.WRITE}


def test_the_refusal_says_when_a_call_leaves_the_hour() -> None:
    time = Time()
    budget = Budget(100, time.now)
    for _ in range(100):
        budget.spend()
        time.jump(seconds=1)
    with pytest.raises(Busy) as caught:
        budget.admit(Priority.PERSON)
    assert caught.value.after == timedelta(minutes=60) - timedelta(seconds=100)
    time.jump(seconds=caught.value.after.total_seconds())
    assert budget.admit(Priority.PERSON) == 0.0


def test_calls_leave_the_count_after_an_hour() -> None:
    time = Time()
    budget = Budget(3000, time.now)
    budget.spend()
    time.jump(minutes=59)
    assert budget.own_calls == 1
    time.jump(minutes=1)
    assert budget.own_calls == 0


def test_the_share_grows_with_our_own_calls_between_readings_and_a_stale_reading_binds_no_more() -> None:
    time = Time()
    budget = Budget(3000, time.now)
    budget.read(used=8_000, threshold=10_000)
    time.jump(seconds=1)
    for _ in range(100):
        budget.spend()
    assert budget.used_share == pytest.approx(0.81)
    time.jump(minutes=16)
    assert budget.used_share == pytest.approx(0.01)


def test_a_reading_is_due_every_five_minutes() -> None:
    time = Time()
    budget = Budget(3000, time.now)
    assert budget.is_reading_due()
    assert not budget.is_reading_due()
    time.jump(seconds=READ_EVERY.total_seconds())
    assert budget.is_reading_due()


def test_silence_is_measured_from_the_first_unanswered_call() -> None:
    time = Time()
    budget = Budget(3000, time.now)
    assert budget.silent_for is None
    budget.unanswered()
    time.jump(minutes=2)
    budget.unanswered()
    assert budget.silent_for == timedelta(minutes=2)
    budget.answered()
    assert budget.silent_for is None
