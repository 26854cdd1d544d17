from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.autotask import wire
from tests.autotask.fake import ticket_record

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_a_ticket_is_read_with_our_names() -> None:
    ticket = wire.TICKETS.decode(
        ticket_record(
            7,
            queueID=29,
            assignedResourceID=None,
            externalID="",
            lastActivityDate="2026-11-24T08:00:00.2Z",
            serviceLevelAgreementPausedNextEventHours=3.5,
            userDefinedFields=[{"name": "Site", "value": "B"}, {"name": "Floor", "value": None}],
            somethingNew={"deep": [1]},
        )
    )
    assert ticket is not None
    assert (ticket.id, ticket.number, ticket.company, ticket.queue, ticket.assignee) == (
        7,
        "T20261124.0007",
        0,
        29,
        None,
    )
    assert ticket.last_activity == datetime(2026, 11, 24, 8, 0, 0, 200_000, tzinfo=UTC)
    assert ticket.sla_paused_hours == Decimal("3.5")
    assert ticket.udfs == {"Site": "B", "Floor": None}


@pytest.mark.parametrize("missing", ["id", "ticketNumber", "companyID", "status", "priority"])
def test_a_ticket_without_a_mandatory_part_is_none(missing: str) -> None:
    record = ticket_record(7)
    assert wire.TICKETS.decode(record) is not None
    assert wire.TICKETS.decode({**record, missing: None}) is None


def test_a_contacts_activity_is_a_number() -> None:
    record = {"id": 1, "companyID": 2, "firstName": "A", "lastName": "B"}
    active, inactive = (wire.CONTACTS.decode({**record, "isActive": flag}) for flag in (1, 0))
    assert active is not None
    assert inactive is not None
    assert (active.is_active, inactive.is_active) == (True, False)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2022-12-06T13:00:00Z", datetime(2022, 12, 6, 13, tzinfo=UTC)),
        ("2022-12-06T13:00:00", datetime(2022, 12, 6, 13, tzinfo=UTC)),
        ("2022-12-06T13:00:16.073Z", datetime(2022, 12, 6, 13, 0, 16, 73_000, tzinfo=UTC)),
        ("2022-12-06T15:00:00+02:00", datetime(2022, 12, 6, 13, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("tomorrow", None),
        (12, None),
    ],
)
def test_moments_come_with_and_without_zone_and_fractions(value: object, read: datetime | None) -> None:
    assert wire.time(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-12-31T00:00:00Z", date(2026, 12, 31)),
        ("2026-12-31T23:00:00-05:00", date(2026, 12, 31)),
        ("2026-12-31", date(2026, 12, 31)),
        ("2026-13-31T00:00:00Z", None),
        ("soon", None),
        (20261231, None),
    ],
)
def test_a_day_is_the_day_that_is_written_in_no_zone(value: object, read: date | None) -> None:
    assert wire.day(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [(5, 5), ("5", 5), ("-2", -2), (5.0, 5), (5.5, None), (True, None), ("5-", None), ("--5", None), ("٣", None)],
)
def test_numbers_come_as_numbers_and_as_text(value: object, read: int | None) -> None:
    assert wire.number(value) == read


@given(
    st.sampled_from([wire.TICKETS, wire.NOTES, wire.CONTACTS, wire.RESOURCES, wire.TIME_ENTRIES, wire.OPPORTUNITIES]),
    st.data(),
)
def test_no_record_whatever_it_holds_raises(shape: wire.Shape[object], data: st.DataObject) -> None:
    keys = st.sampled_from([column.theirs for column in shape.columns])
    shape.decode(data.draw(st.dictionaries(keys, ANYTHING) | ANYTHING))


def test_names_go_both_ways() -> None:
    assert wire.our_name("Tickets", "QUEUEID") == "queue"
    assert wire.our_name("Tickets", "projectID") == "projectID"
    assert wire.our_name("TicketNotes", "description") == "text"
