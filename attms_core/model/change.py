"""Changes: facts about tickets and opportunities, by whom, and the words under which people hear of them.

Which fields are watched is the mirror's business; who wants to hear of what is the subscriptions'.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from attms_core.model.ids import NoteId, OpportunityId, TicketId, TimeEntryId, WishId
from attms_core.model.sla import Level
from attms_core.model.ticket import COMPLETE, CUSTOMER_VISIBLE
from attms_core.model.wish import Value

CREATED, DELETED, NOTE_ADDED, TIME_LOGGED = "created", "deleted", "note-added", "time-logged"
"""What a change may be about, beside a field by our name and a ``Level``."""


class AuthorKind(StrEnum):
    """Who made a change."""

    PERSON = "person"
    """Through us, by a wish."""
    RESOURCE = "resource"
    CONTACT = "contact"
    UNKNOWN = "unknown"


class Author(Struct, frozen=True):
    """The author of a change: an id fitting the kind (resource or contact), else nothing."""

    kind: AuthorKind
    id: int | None = None
    wish: WishId | None = None


class Event(StrEnum):
    """What people hear of, in the words they choose by."""

    CREATED = "created"
    ASSIGNED = "assigned"
    """To somebody, whoever had it before."""
    UNASSIGNED = "unassigned"
    STATUS = "status"
    """Neither completed nor reopened."""
    COMPLETED = "completed"
    REOPENED = "reopened"
    PRIORITY = "priority"
    QUEUE = "queue"
    DUE = "due"
    CONTACT = "contact"
    NOTE_ADDED = "note-added"
    TIME_LOGGED = "time-logged"
    SLA_75 = "sla-75"
    SLA_90 = "sla-90"
    SLA_BREACHED = "sla-breached"
    DELETED = "deleted"
    STAGE = "stage"
    AMOUNT = "amount"
    CLOSE_DATE = "close-date"
    PROBABILITY = "probability"
    OWNER = "owner"
    EDITED = "edited"
    """Any other watched field: title, company, ..."""


_LEVELS = {level.value: level for level in Level}
_EVENTS = {
    **{event.value: event for event in Event if event not in {Event.ASSIGNED, Event.UNASSIGNED, Event.EDITED}},
    "close_date": Event.CLOSE_DATE,
}


class Change(Struct, frozen=True, kw_only=True):
    """A fact about one ticket or one opportunity, past tense and immutable."""

    ticket: TicketId | None = None
    opportunity: OpportunityId | None = None
    """Of the two exactly one is set."""
    what: str
    """``created``, ``deleted``, ``note-added``, ``time-logged``, a ``Level``, or our name of the field that moved."""
    before: Value
    """None where there was nothing, and where it cannot be known: a ticket first seen when it was complete."""
    after: Value
    """Of a note its ``publish`` value, of time its hours (``1.25``), of a ``Level`` the clock's name."""
    author: Author
    at: datetime
    """When it happened, as near as AutoTask tells."""
    note: NoteId | None = None
    entry: TimeEntryId | None = None

    @property
    def event(self) -> Event:
        """Say under which word people hear of it."""
        if self.what == "assignee":
            return Event.UNASSIGNED if self.after is None else Event.ASSIGNED
        if self.what == "status" and self.ticket is not None:
            return self._of_status()
        return _EVENTS.get(self.what, Event.EDITED)

    @property
    def is_internal(self) -> bool:
        """Say whether it is about a note that the customer must not see."""
        return self.what == NOTE_ADDED and self.after != CUSTOMER_VISIBLE

    @property
    def level(self) -> Level | None:
        """Give the service level that was reached, if that is what it is about."""
        return _LEVELS.get(self.what)

    def _of_status(self) -> Event:
        if self.after == COMPLETE:
            return Event.COMPLETED
        return Event.REOPENED if self.before == COMPLETE else Event.STATUS
