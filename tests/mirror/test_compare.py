"""What moved between two copies of a ticket."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from attms_core.mirror.compare import WATCHED, is_as_old, is_older, moves, plain
from attms_core.model import Ticket
from tests.support.fake_autotask import NOON, ticket

MOMENTS = st.none() | st.integers(-(10**6), 10**6).map(lambda minutes: NOON + timedelta(minutes=minutes))
NUMBERS = st.none() | st.integers(min_value=-2, max_value=2**63 - 1)
TICKETS = st.builds(
    ticket,
    number=st.just(1),
    title=st.text(max_size=9),
    description=st.text(max_size=9),
    company=st.integers(0, 3),
    contact=NUMBERS,
    status=st.integers(1, 9),
    priority=st.integers(1, 4),
    queue=NUMBERS,
    assignee=NUMBERS,
    assignee_role=NUMBERS,
    due=MOMENTS,
    resolved_at=MOMENTS,
    completed_at=MOMENTS,
    sla_paused_hours=st.none() | st.decimals(allow_nan=False, allow_infinity=False),
    last_activity=MOMENTS,
    last_modified=MOMENTS,
    udfs=st.dictionaries(st.text(max_size=3), st.none() | st.text(max_size=3), max_size=2),
)


@given(TICKETS, TICKETS)
def test_a_move_is_told_for_each_watched_field_that_differs_and_for_no_other(before: Ticket, after: Ticket) -> None:
    told = {move.what: (move.before, move.after) for move in moves(before, after)}

    assert set(told) == {w for w in WATCHED if getattr(before, w) != getattr(after, w)}
    assert all(told[w] == (plain(getattr(before, w)), plain(getattr(after, w))) for w in told)


@given(TICKETS, TICKETS)
def test_going_back_is_the_same_moves_turned_round(before: Ticket, after: Ticket) -> None:
    there = [(m.what, m.before, m.after) for m in moves(before, after)]
    back = [(m.what, m.after, m.before) for m in moves(after, before)]

    assert there == back


@given(TICKETS)
def test_nothing_moves_between_a_copy_and_itself(one: Ticket) -> None:
    assert moves(one, one) == ()
    assert not is_older(one, one)
    assert is_as_old(one, one)


@given(TICKETS, TICKETS)
def test_of_two_copies_at_most_one_is_older(one: Ticket, other: Ticket) -> None:
    assert not (is_older(one, other) and is_older(other, one))
    if one.freshness and other.freshness:
        assert is_older(one, other) + is_older(other, one) + is_as_old(one, other) == 1


@given(TICKETS, TICKETS)
def test_values_of_moves_can_be_kept_as_json(before: Ticket, after: Ticket) -> None:
    for move in moves(before, after):
        assert isinstance(move.before, str | int | None)
        assert isinstance(move.after, str | int | None)


def test_what_autotask_moves_along_with_a_status_is_no_second_move() -> None:
    before = ticket(status=8)
    after = structs.replace(
        before, status=5, completed_at=NOON, resolved_at=NOON, sla_paused_hours=Decimal(2), last_activity=NOON
    )

    assert [m.what for m in moves(before, after)] == ["status"]


def test_a_copy_without_any_moment_is_not_called_older() -> None:
    timeless = ticket(last_activity=None, last_modified=None)

    assert not is_older(timeless, ticket())
    assert not is_older(ticket(), timeless)


def test_the_later_of_activity_and_modification_counts() -> None:
    ours = ticket(last_activity=NOON, last_modified=NOON - timedelta(hours=5))
    theirs = ticket(last_activity=NOON - timedelta(minutes=1), last_modified=NOON - timedelta(minutes=1))

    assert is_older(theirs, ours)
