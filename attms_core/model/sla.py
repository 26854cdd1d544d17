"""SLA clocks as wall time: which due time comes next and how it stands. Pure; the caller says what time it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attms_core.model.ticket import Ticket

NEAR_SHARE = 0.75
"""From three quarters of the way a clock counts as near."""


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    NEAR = "near"
    BREACHED = "breached"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
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
    unmet = [
        (due, name)
        for name, due, met in (
            ("first response", ticket.first_response_due, ticket.first_response_at),
            ("resolution plan", ticket.resolution_plan_due, ticket.resolution_plan_at),
            ("resolution", ticket.resolved_due, ticket.resolved_at),
            ("due", ticket.due, None),
        )
        if due and not met
    ]
    if not unmet:
        return None
    due, name = min(unmet)
    return name, due


def next_clock(ticket: "Ticket", now: datetime) -> Clock | None:
    """Say how the next due time stands at ``now``; a paused clock never warns."""
    found = _earliest_unmet(ticket)
    if not found:
        return None
    name, due = found
    return Clock(name=name, due=due, state=_state(ticket, due, now), left=due - now)


def _state(ticket: "Ticket", due: datetime, now: datetime) -> ClockState:
    if ticket.sla_paused_hours:
        return ClockState.PAUSED
    if now >= due:
        return ClockState.BREACHED
    start = ticket.created or now
    whole = due - start
    if whole > timedelta() and (now - start) / whole >= NEAR_SHARE:
        return ClockState.NEAR
    return ClockState.RUNNING
