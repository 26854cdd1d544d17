"""Two copies of a ticket: which is newer, and what moved between them. Pure; who did it is told in ``authors``."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from attms_core.model import Ticket
from attms_core.model.wish import Value

WATCHED = (
    "title",
    "description",
    "resolution",
    "company",
    "contact",
    "status",
    "priority",
    "queue",
    "assignee",
    "due",
    "category",
    "ticket_type",
    "issue_type",
    "sub_issue_type",
)
"""Fields whose move is a change that people may want to hear of.

Not here is what AutoTask moves along with one of these: the role with the assignee, completion and SLA times with the
status. One deed stays one change.
"""


class Cause(StrEnum):
    """Why a record comes to the mirror."""

    FIRST_SYNC = "first-sync"
    POLL = "poll"
    READ_BACK = "read-back"
    """After a write of ours."""
    LOOK_UP = "look-up"
    """A single record that somebody waits for."""
    RECONCILE = "reconcile"
    CALLOUT = "callout"


@dataclass(frozen=True, slots=True)
class Move:
    """One watched field that differs between two copies."""

    what: str
    before: Value
    after: Value


def moves(before: Ticket, after: Ticket) -> tuple[Move, ...]:
    """Name what differs, in the order of ``WATCHED``; nothing when no watched field moved."""
    pairs = ((what, plain(getattr(before, what)), plain(getattr(after, what))) for what in WATCHED)
    return tuple(Move(what, old, new) for what, old, new in pairs if old != new)


def is_older(theirs: Ticket, ours: Ticket) -> bool:
    """Say whether ``theirs`` comes from before ``ours``. A copy that tells no moment cannot be called older."""
    return theirs.freshness is not None and ours.freshness is not None and theirs.freshness < ours.freshness


def is_as_old(theirs: Ticket, ours: Ticket) -> bool:
    """Say whether both copies know of the same last moment."""
    return theirs.freshness == ours.freshness


def plain(value: object) -> Value:
    """Give a field's value as JSON can hold it: moments as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, str | int) or value is None else str(value)
