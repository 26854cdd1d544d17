"""Tickets and their notes, as AutoTask keeps them and as people read them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from msgspec import Struct, field

from attms_core.model.ids import CompanyId, ContactId, NoteId, ResourceId, RoleId, TicketId
from attms_core.model.metadata import Choice
from attms_core.model.sla import Clock

NEW = 1
COMPLETE = 5
"""New and Complete are the only statuses with fixed numbers in every tenant (vendor help: Tickets)."""
CUSTOMER_VISIBLE = 1
"""The ``publish`` value that shows a note to the customer as well (vendor help: TicketNotes)."""


class Ticket(Struct, frozen=True, kw_only=True):
    """One ticket. All times are aware and in UTC."""

    id: TicketId
    number: str
    title: str
    company: CompanyId
    status: int
    priority: int
    description: str = ""
    resolution: str = ""
    contact: ContactId | None = None
    queue: int | None = None
    assignee: ResourceId | None = None
    assignee_role: RoleId | None = None
    category: int | None = None
    ticket_type: int | None = None
    issue_type: int | None = None
    sub_issue_type: int | None = None
    source: int | None = None
    sla: int | None = None
    external_id: str = ""
    created: datetime | None = None
    creator: ResourceId | None = None
    due: datetime | None = None
    first_response_due: datetime | None = None
    first_response_at: datetime | None = None
    resolution_plan_due: datetime | None = None
    resolution_plan_at: datetime | None = None
    resolved_due: datetime | None = None
    resolved_at: datetime | None = None
    sla_paused_hours: Decimal | None = None
    """Hours left to the next SLA event while the clock is paused; none or 0 while it runs."""
    completed_at: datetime | None = None
    last_activity: datetime | None = None
    """Moves with anything: fields, notes, time."""
    last_activity_by: ResourceId | None = None
    last_modified: datetime | None = None
    """Moves with tracked fields only."""
    udfs: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Say whether the work is over."""
        return self.status == COMPLETE

    @property
    def freshness(self) -> datetime | None:
        """The newest moment that this copy knows of; of two copies the one with the later moment is newer."""
        moments = [m for m in (self.last_activity, self.last_modified) if m]
        return max(moments, default=None)


class Seen(Struct, frozen=True, kw_only=True):
    """What a card showed of a ticket when it was rendered. Somebody may have been faster."""

    status: int
    priority: int
    queue: int | None
    assignee: ResourceId | None

    @classmethod
    def of(cls, ticket: Ticket) -> "Seen":
        """Take it from the ticket that is about to be shown."""
        return cls(status=ticket.status, priority=ticket.priority, queue=ticket.queue, assignee=ticket.assignee)


class Note(Struct, frozen=True, kw_only=True):
    """One note of a ticket."""

    id: NoteId
    ticket: TicketId
    title: str
    text: str
    note_type: int
    publish: int
    created: datetime | None = None
    creator: ResourceId | None = None
    """None with a contact set: the customer wrote it."""
    contact: ContactId | None = None
    last_activity: datetime | None = None

    @property
    def is_internal(self) -> bool:
        """Say whether the customer must not see it."""
        return self.publish != CUSTOMER_VISIBLE


class TicketFilter(Struct, frozen=True, kw_only=True):
    """What a list asks for. Every part narrows; the empty filter means all open tickets."""

    assignee: ResourceId | None = None
    unassigned: bool = False
    overdue: bool = False
    """The next unmet due time lies in the past."""
    queues: tuple[int, ...] = ()
    companies: tuple[CompanyId, ...] = ()
    statuses: tuple[int, ...] = ()
    """Naming Complete here is the only way to list completed tickets."""
    priorities: tuple[int, ...] = ()
    words: str = ""
    """Every word must begin a word of number, title, description or company name."""
    within_queues: tuple[int, ...] | None = None
    """The reader's own limits: None is no limit, an empty tuple is nothing at all."""
    within_companies: tuple[CompanyId, ...] | None = None


class Listed(Struct, frozen=True, kw_only=True):
    """What the store tells of a ticket for a list: no texts that no row shows."""

    id: TicketId
    number: str
    title: str
    company: CompanyId
    company_name: str | None
    """None while the mirror lacks the company."""
    status: int
    priority: int
    queue: int | None
    assignee: ResourceId | None
    created: datetime | None
    next: tuple[str, datetime] | None
    """The earliest unmet due time with the name of its clock, a paused one too."""
    is_paused: bool


class TicketLine(Struct, frozen=True, kw_only=True):
    """A ticket as one row of a list, names and labels filled in."""

    id: TicketId
    number: str
    title: str
    company_name: str
    status: Choice
    priority: Choice
    assignee_name: str | None = None
    clock: Clock | None = None


class TicketPage(Struct, frozen=True, kw_only=True):
    """One page of a list, the next SLA due first."""

    lines: tuple[TicketLine, ...]
    offset: int
    total: int
    """Counted up to ``counted_to``; a larger total is cut there."""
    counted_to: int = 1000
    as_of: datetime | None = None
    """When the mirror last heard from AutoTask; None before the first sync."""
    is_current: bool = True
    """False when AutoTask has been silent for too long: the card then says how old the data is."""
    reading: int | None = None
    """While the first sync runs: how many tickets have been read so far."""


class NoteLine(Struct, frozen=True, kw_only=True):
    """A note with its author's name."""

    id: NoteId
    title: str
    text: str
    author: str
    is_internal: bool
    is_customer: bool
    """Written by the customer."""
    created: datetime | None = None


class TicketDetail(Struct, frozen=True, kw_only=True):
    """A ticket with all that its card shows."""

    ticket: Ticket
    company_name: str
    contact_name: str | None
    assignee_name: str | None
    status: Choice
    priority: Choice
    queue: Choice | None
    clock: Clock | None
    notes: tuple[NoteLine, ...]
    """The newest first, only those that this conversation may see."""
    hidden_notes: int
    """How many internal notes were left out because the conversation is not internal."""
    url: str
    """Deep link into AutoTask's own pages; empty while the zone is unknown."""
    as_of: datetime | None = None
    is_current: bool = True
