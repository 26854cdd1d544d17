"""Under which word people hear of a change."""

from datetime import UTC, datetime

import pytest

from attms_core.model import Author, AuthorKind, Change, Event, Level, OpportunityId, TicketId
from attms_core.model.change import CREATED, DELETED, NOTE_ADDED, TIME_LOGGED
from attms_core.model.wish import Value

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def change(what: str, before: Value = None, after: Value = None, *, sold: bool = False) -> Change:
    return Change(
        ticket=None if sold else TicketId(1),
        opportunity=OpportunityId(1) if sold else None,
        what=what,
        before=before,
        after=after,
        author=Author(AuthorKind.UNKNOWN),
        at=NOON,
    )


@pytest.mark.parametrize(
    ("found", "event"),
    [
        (change(CREATED), Event.CREATED),
        (change("assignee", None, 7), Event.ASSIGNED),
        (change("assignee", 8, 7), Event.ASSIGNED),
        (change("assignee", 7, None), Event.UNASSIGNED),
        (change("status", 1, 8), Event.STATUS),
        (change("status", 8, 5), Event.COMPLETED),
        (change("status", 5, 8), Event.REOPENED),
        (change("priority", 1, 2), Event.PRIORITY),
        (change("queue", 5, None), Event.QUEUE),
        (change("due", None, "2026-03-02T12:00:00+00:00"), Event.DUE),
        (change("contact", 7, 8), Event.CONTACT),
        (change(NOTE_ADDED, None, 2), Event.NOTE_ADDED),
        (change(TIME_LOGGED, None, "1.25"), Event.TIME_LOGGED),
        (change(Level.THREE_QUARTERS, None, "due"), Event.SLA_75),
        (change(Level.NINE_TENTHS, None, "due"), Event.SLA_90),
        (change(Level.BREACHED, None, "due"), Event.SLA_BREACHED),
        (change(DELETED, "T1"), Event.DELETED),
        (change("title", "a", "b"), Event.EDITED),
        (change(CREATED, sold=True), Event.CREATED),
        (change("stage", 1, 2, sold=True), Event.STAGE),
        (change("status", 1, 5, sold=True), Event.STATUS),
        (change("amount", "1", "2", sold=True), Event.AMOUNT),
        (change("close_date", None, "2026-05-01", sold=True), Event.CLOSE_DATE),
        (change("probability", 40, 60, sold=True), Event.PROBABILITY),
        (change("owner", 7, 8, sold=True), Event.OWNER),
        (change("company", 7, 8, sold=True), Event.EDITED),
    ],
)
def test_a_change_is_heard_of_as(found: Change, event: Event) -> None:
    assert found.event is event


def test_a_note_tells_its_visibility_and_nothing_of_its_text() -> None:
    assert change(NOTE_ADDED, None, 2).is_internal
    assert change(NOTE_ADDED, None, 4).is_internal
    assert not change(NOTE_ADDED, None, 1).is_internal
    assert not change("status", 1, 2).is_internal


def test_a_service_level_is_told_as_such() -> None:
    assert change(Level.BREACHED, None, "due").level is Level.BREACHED
    assert change("status", 1, 2).level is None
