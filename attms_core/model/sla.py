"""SLA clocks as wall time: which due time comes next and how it stands. Pure; the caller says what time it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from attms_core.model.ticket import Ticket

NEAR_SHARE = 0.75
"""From three quarters of the way a clock counts as near."""
_NO_TIME = timedelta()
When = TypeVar("When", datetime, int)


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    NEAR = "near"
    BREACHED = "breached"
    PAUSED = "paused"


class Clock(NamedTuple):
    """The next unmet due time of a ticket."""

    name: str
    """``first response``, ``resolution plan``, ``resolution`` or ``due``."""
    due: datetime
    state: ClockState
    left: timedelta
    """Negative once breached."""


def next_due(ticket: "Ticket") -> tuple[str, datetime] | None:
    """Find the earliest due time that runs: none when all are met, absent or paused, or the ticket is complete."""
    return None if ticket.sla_paused_hours else _earliest_unmet(ticket)


def _earliest_unmet(ticket: "Ticket") -> tuple[str, datetime] | None:
    if ticket.is_complete:
        return None
    return earliest(
        (
            ("due", ticket.due, None),
            ("first response", ticket.first_response_due, ticket.first_response_at),
            ("resolution", ticket.resolved_due, ticket.resolved_at),
            ("resolution plan", ticket.resolution_plan_due, ticket.resolution_plan_at),
        )
    )


def earliest(clocks: Iterable[tuple[str, When | None, object]]) -> tuple[str, When] | None:
    """Find the clock that is due first and has not been met, out of names, due times and when each was met."""
    found: tuple[str, When] | None = None
    for name, due, met in clocks:
        if due is not None and met is None and (found is None or due < found[1]):
            found = name, due
    return found


def next_clock(ticket: "Ticket", now: datetime) -> Clock | None:
    """Say how the next due time stands at ``now``; a paused clock never warns."""
    found = _earliest_unmet(ticket)
    if not found:
        return None
    return clock_at(*found, now, created=ticket.created, is_paused=bool(ticket.sla_paused_hours))


def clock_at(name: str, due: datetime, now: datetime, *, created: datetime | None, is_paused: bool) -> Clock:
    """Say how a due time stands at ``now``."""
    left = due - now
    return Clock(name=name, due=due, state=_state(due, left, created, is_paused=is_paused), left=left)


def _state(due: datetime, left: timedelta, created: datetime | None, *, is_paused: bool) -> ClockState:
    if is_paused:
        return ClockState.PAUSED
    if left <= _NO_TIME:
        return ClockState.BREACHED
    if created is None:
        return ClockState.RUNNING
    whole = due - created
    near = whole > _NO_TIME and 1 - left / whole >= NEAR_SHARE
    return ClockState.NEAR if near else ClockState.RUNNING
