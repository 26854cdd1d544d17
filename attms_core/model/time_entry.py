"""Time that was worked on tickets."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from attms_core.model.ids import ResourceId, TicketId, TimeEntryId


class TimeEntry(Struct, frozen=True, kw_only=True):
    """One time entry of a ticket: as much of it as is needed to tell that it was made. Its texts stay in AutoTask."""

    id: TimeEntryId
    ticket: TicketId
    resource: ResourceId
    """Who worked."""
    hours: Decimal = Decimal(0)
    creator: ResourceId | None = None
    """Who wrote it down."""
    created: datetime | None = None
    last_modified: datetime | None = None
