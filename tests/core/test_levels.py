"""When a ticket's clocks reach which level: wall time, the next due time alone, nothing while paused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from attms_core.model import CompanyId, Level, Mark, Ticket, TicketId, marks, next_clock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENTS = st.none() | st.integers(-(10**4), 10**4).map(lambda minutes: NOON + timedelta(minutes=minutes))
CLOCKS = {"due", "first response", "resolution", "resolution plan"}


def ticket(**more: object) -> Ticket:
    values: dict[str, object] = {
        "id": TicketId(1),
        "number": "T1",
        "title": "Printer",
        "company": CompanyId(1),
        "status": 8,
        "priority": 2,
        "created": NOON,
    }
    return Ticket(**{**values, **more})  # type: ignore[arg-type] # the tests name real fields


TICKETS = st.builds(
    ticket,
    created=MOMENTS,
    due=MOMENTS,
    first_response_due=MOMENTS,
    first_response_at=MOMENTS,
    resolution_plan_due=MOMENTS,
    resolved_due=MOMENTS,
    resolved_at=MOMENTS,
)


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def test_levels_are_shares_of_the_wall_time_from_creation_to_the_due_time() -> None:
    assert marks(ticket(due=hours(4))) == (
        Mark("due", Level.THREE_QUARTERS, hours(3)),
        Mark("due", Level.NINE_TENTHS, hours(3.6)),
        Mark("due", Level.BREACHED, hours(4)),
    )


def test_a_later_clock_warns_once_those_before_it_are_over_or_met() -> None:
    both = ticket(first_response_due=hours(2), resolved_due=hours(2.2))
    assert [(m.clock, m.level, m.at) for m in marks(both)][2:] == [
        ("first response", Level.BREACHED, hours(2)),
        ("resolution", Level.THREE_QUARTERS, hours(2)),
        ("resolution", Level.NINE_TENTHS, hours(2)),
        ("resolution", Level.BREACHED, hours(2.2)),
    ]
    met = structs.replace(both, first_response_at=hours(1))
    assert {mark.clock for mark in marks(met)} == {"resolution"}
    assert marks(met)[0].at == hours(1.65)


def test_of_clocks_that_are_due_at_the_same_moment_one_is_told() -> None:
    assert {mark.clock for mark in marks(ticket(due=hours(4), resolved_due=hours(4)))} == {"due"}


def test_a_due_time_before_the_creation_is_breached_and_was_never_near() -> None:
    assert marks(ticket(due=hours(-1))) == (Mark("due", Level.BREACHED, hours(-1)),)
    assert marks(ticket(created=None, due=hours(1))) == (Mark("due", Level.BREACHED, hours(1)),)


@given(TICKETS)
def test_a_paused_or_complete_ticket_never_warns(one: Ticket) -> None:
    assert marks(structs.replace(one, sla_paused_hours=Decimal("1.5"))) == ()
    assert marks(structs.replace(one, status=5)) == ()
    assert marks(structs.replace(one, sla_paused_hours=Decimal(0))) == marks(one)


@given(TICKETS)
def test_each_level_of_a_clock_is_reached_once_in_the_order_of_time(one: Ticket) -> None:
    found = marks(one)

    assert [mark.at for mark in found] == sorted(mark.at for mark in found)
    assert len({(mark.clock, mark.level) for mark in found}) == len(found)
    assert {mark.clock for mark in found} <= CLOCKS
    breaches = [mark for mark in found if mark.level is Level.BREACHED]
    unmet = {one.due}
    unmet |= {one.first_response_due} if one.first_response_at is None else set()
    unmet |= {one.resolution_plan_due}
    unmet |= {one.resolved_due} if one.resolved_at is None else set()
    assert {mark.at for mark in breaches} == unmet - {None}


@given(TICKETS)
def test_a_warning_is_about_the_next_due_time_and_far_enough_on_the_way(one: Ticket) -> None:
    shares = {Level.THREE_QUARTERS: 0.75, Level.NINE_TENTHS: 0.9}
    over = {mark.clock: mark.at for mark in marks(one) if mark.level is Level.BREACHED}
    for mark in marks(one):
        if mark.level is Level.BREACHED:
            continue
        assert one.created
        due = over[mark.clock]
        assert (mark.at - one.created) / (due - one.created) >= shares[mark.level] - 1e-3
        assert not [at for at in over.values() if mark.at + timedelta(seconds=1) < at < due]


@given(TICKETS)
def test_lists_call_a_clock_near_from_its_first_level_on(one: Ticket) -> None:
    if found := marks(one):
        first = next_clock(one, found[0].at + timedelta(seconds=1))
        assert first
        assert first.name == found[0].clock
        assert first.state in {"near", "breached"}
