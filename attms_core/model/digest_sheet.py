"""What stands in a digest, by ids: names and words are given to it where it is shown. Values only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from attms_core.model.change import Change
from attms_core.model.digest import DigestKind
from attms_core.model.directory import Contact
from attms_core.model.ids import ContactId
from attms_core.model.ticket import Listed

SHOWN = 4
"""Tickets of a part."""


class Part(StrEnum):
    """The parts of a digest, the most pressing first. A ticket of one's own stands in the first that fits."""

    OVERDUE = "overdue"
    """The next due time is over."""
    ANSWERED = "answered"
    """The customer wrote last."""
    PRESSING = "pressing"
    """Most of the time to the next due time is over."""
    TODAY = "today"
    """Due before the day ends."""
    FRESH = "fresh"
    """Created lately."""
    CHANGED = "changed"
    """Others did something; a ticket may stand in another part as well."""
    NEW = "new"
    BREACHED = "breached"
    """A service level was missed lately, and the ticket is open."""
    CLOSED = "closed"
    UNASSIGNED = "unassigned"
    """Nobody has it: the oldest first."""
    STALE = "stale"
    """Nothing has happened to it for long: the longest first."""


class SheetLine(Struct, frozen=True, kw_only=True):
    """A ticket in a digest."""

    ticket: Listed
    at: datetime | None = None
    """When the customer wrote, or the last activity; none where neither matters."""
    changes: tuple[Change, ...] = ()
    """What others did, the latest first."""


class Section(Struct, frozen=True, kw_only=True):
    """One part of a digest."""

    part: Part
    lines: tuple[SheetLine, ...]
    """The first few."""
    total: int
    is_more: bool = False
    """There are more than ``total``, which is how far they were counted."""

    @classmethod
    def of(cls, part: Part, lines: Sequence[SheetLine], *, is_more: bool = False) -> "Section":
        """Make one of all that was found."""
        return cls(part=part, lines=tuple(lines[:SHOWN]), total=len(lines), is_more=is_more)


class Sheet(Struct, frozen=True, kw_only=True):
    """All that a digest tells."""

    kind: DigestKind
    since: datetime
    """What is new is new since then."""
    sections: tuple[Section, ...]
    """None of them empty."""
    open: int
    """Open tickets that it covers."""
    is_more_open: bool = False
    """There are more than that."""
    by_queue: tuple[tuple[int | None, int], ...] = ()
    by_technician: tuple[tuple[int | None, int], ...] = ()
    """Open tickets, the largest number first; of a conversation's digest alone."""
    contacts: Mapping[ContactId, Contact] = field(default_factory=dict)
    """Those who did something that it tells."""
    is_narrowed: bool = False
    """It covers what the conversation subscribed to, not all that its maker may see."""
