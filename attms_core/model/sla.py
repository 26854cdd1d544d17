"""SLA clocks as wall time: which due time comes next and how it stands. Pure; the caller says what time it is."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from attms_core.model.ticket import Ticket

CLOCKS = ("due", "first response", "resolution", "resolution plan")
"""The clocks of a ticket; of those due at the same moment the first one stands for all."""
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


class Level(StrEnum):
    """How far a clock has come: which share of the wall time from the ticket's creation to the due time is over."""

    THREE_QUARTERS = "sla-75"
    NINE_TENTHS = "sla-90"
    BREACHED = "sla-breached"


SHARES = ((Level.THREE_QUARTERS, 0.75), (Level.NINE_TENTHS, 0.9))


class Mark(NamedTuple):
    """A level that a clock reaches at a moment, unless something happens to the ticket before."""

    clock: str
    level: Level
    at: datetime


class Clock(Struct, frozen=True, kw_only=True):
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
    return None if ticket.is_complete else earliest(_unmet(ticket))


def _unmet(ticket: "Ticket") -> tuple[datetime | None, ...]:
    """Give the due times that have not been met, each in the place of its clock in ``CLOCKS``."""
    return (
        ticket.due,
        None if ticket.first_response_at else ticket.first_response_due,
        None if ticket.resolved_at else ticket.resolved_due,
        None if ticket.resolution_plan_at else ticket.resolution_plan_due,
    )


def marks(ticket: "Ticket") -> tuple[Mark, ...]:
    """Tell when the ticket's running clocks reach which level, in the order of time; none while they are paused.

    Only the next due time warns: a later clock's levels begin when those that are due before it are over. Of clocks
    that are due at the same moment the first one stands for all.
    """
    if ticket.is_complete or ticket.sla_paused_hours:
        return ()
    first: dict[datetime, str] = {}
    for name, due in zip(CLOCKS, _unmet(ticket), strict=True):
        if due is not None:
            first.setdefault(due, name)
    return tuple(sorted(_marks(sorted(first.items()), ticket.created), key=lambda mark: mark.at))


def _marks(clocks: Iterable[tuple[datetime, str]], created: datetime | None) -> Iterator[Mark]:
    begins = created
    for due, name in clocks:
        for level, share in SHARES:
            at = created + share * (due - created) if created else due
            at = max(at, begins) if begins else at
            if at < due:
                # in whole seconds, so that no store cuts it: whoever looks then shall find it reached
                yield Mark(name, level, at.replace(microsecond=0))
        begins = due
        yield Mark(name, Level.BREACHED, due)


def earliest(unmet: Sequence[When | None]) -> tuple[str, When] | None:
    """Find the clock that is due first, out of unmet due times in the order of ``CLOCKS``."""
    first = min((due for due in unmet if due is not None), default=None)
    return None if first is None else (CLOCKS[unmet.index(first)], first)


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
