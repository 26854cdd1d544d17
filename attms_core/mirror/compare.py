"""Two copies of a record: which is newer, and what moved between them. Pure; who did it is told in ``authors``."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct

from attms_core.model import Opportunity, Ticket
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
"""A ticket's fields whose move is a change that people may want to hear of.

Not here is what AutoTask moves along with one of these: the role with the assignee, completion and SLA times with the
status. One deed stays one change.
"""
BESIDE = ("source", "external_id", "udfs")
"""Fields that nobody watches and that only an edit moves: where one has moved too, there may have been two edits."""
WATCHED_OF_OPPORTUNITY = (
    *("title", "company", "contact", "owner", "stage", "status"),
    *("amount", "close_date", "probability"),
)


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


Record = TypeVar("Record", Ticket, Opportunity)


class Move(Struct, frozen=True):
    """One watched field that differs between two copies."""

    what: str
    before: Value
    after: Value


def moves(before: Record, after: Record) -> tuple[Move, ...]:
    """Name what differs, in the order in which fields are watched; nothing when no watched field moved."""
    watched = WATCHED if isinstance(before, Ticket) else WATCHED_OF_OPPORTUNITY
    pairs = ((what, plain(getattr(before, what)), plain(getattr(after, what))) for what in watched)
    return tuple(Move(what, old, new) for what, old, new in pairs if old != new)


def has_moved_beside(before: Ticket, after: Ticket) -> bool:
    """Say whether a field has moved that only an edit moves and that nobody watches."""
    return any(getattr(before, what) != getattr(after, what) for what in BESIDE)


def is_older(theirs: Record, ours: Record) -> bool:
    """Say whether ``theirs`` comes from before ``ours``. A copy that tells no moment cannot be called older."""
    return theirs.freshness is not None and ours.freshness is not None and theirs.freshness < ours.freshness


def is_as_old(theirs: Record, ours: Record) -> bool:
    """Say whether both copies know of the same last moment."""
    return theirs.freshness == ours.freshness


def plain(value: object) -> Value:
    """Give a field's value as JSON can hold it: moments as ISO 8601 in UTC, sums without noughts at their end."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if isinstance(value, str | int) or value is None else str(value)
