"""What the rooms want of each other, as small Protocols named after the use."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from attms_core.model import (
    Company,
    CompanyId,
    Contact,
    ContactId,
    DeletedTicket,
    Field,
    Note,
    NoteId,
    Opportunity,
    OpportunityId,
    Resource,
    ResourceId,
    ResourceRole,
    Role,
    Ticket,
    TicketId,
    TimeEntry,
)
from attms_core.model.wish import Value


class Now(Protocol):
    """The time, aware and in UTC."""

    def __call__(self) -> datetime:
        """Tell it."""
        ...


class TicketReader(Protocol):
    """Reads of AutoTask for a person who waits (``urgent``) or for the mirror.

    Every method raises ``Unreachable``, ``Busy``, ``CredentialsRefused`` or ``NotConnected``; lists come page by page
    (500 records at most), ids rising.
    """

    async def ticket(self, ticket: TicketId, *, urgent: bool = False) -> Ticket | None:
        """Read one ticket with all its fields; none when it is missing or invisible."""
        ...

    async def ticket_by_number(self, number: str, *, urgent: bool = False) -> Ticket | None:
        """Find a ticket by its ``T20261124.0001``."""
        ...

    async def ticket_by_external_id(self, external_id: str) -> Ticket | None:
        """Find the ticket that a wish made; the newest when there are several."""
        ...

    def tickets_changed(self, since: datetime) -> AsyncIterator[list[Ticket]]:
        """Page through tickets with any activity at or after ``since``."""
        ...

    def open_tickets(self, start: datetime | None = None, end: datetime | None = None) -> AsyncIterator[list[Ticket]]:
        """Page through tickets that are not complete, bounded to those whose last activity lies in ``[start, end)``.

        A ticket that has no last activity is told only when both bounds are None.
        """
        ...

    def open_ticket_ids(self) -> AsyncIterator[list[TicketId]]:
        """Page through the ids alone of all tickets that are not complete."""
        ...

    def closed_tickets(self, start: datetime, end: datetime) -> AsyncIterator[list[Ticket]]:
        """Page through completed tickets whose last activity lies in ``[start, end)``."""
        ...

    def tickets_by_id(self, tickets: Sequence[TicketId]) -> AsyncIterator[list[Ticket]]:
        """Page through the named tickets, 200 ids a call."""
        ...

    def notes_of(self, tickets: Sequence[TicketId], *, since: datetime | None = None) -> AsyncIterator[list[Note]]:
        """Page through the notes of tickets, 200 ids a call; with ``since`` only those active at or after it."""
        ...

    async def notes_of_ticket(self, ticket: TicketId, *, urgent: bool = False) -> list[Note]:
        """Read all notes of one ticket."""
        ...

    def time_entries_of(self, tickets: Sequence[TicketId], *, since: datetime) -> AsyncIterator[list[TimeEntry]]:
        """Page through the time entries of tickets that changed at or after ``since``, 200 ids a call.

        Raises ``Unreadable`` too.
        """
        ...

    def companies(self, since: datetime | None = None) -> AsyncIterator[list[Company]]:
        """Page through companies, active ones first sync, changed ones afterwards."""
        ...

    def companies_by_id(self, companies: Sequence[CompanyId]) -> AsyncIterator[list[Company]]:
        """Page through the named companies, inactive ones too, 200 ids a call."""
        ...

    def contacts(self, since: datetime | None = None) -> AsyncIterator[list[Contact]]:
        """Page through contacts."""
        ...

    def resources(self) -> AsyncIterator[list[Resource]]:
        """Page through resources, inactive ones too."""
        ...

    def roles(self) -> AsyncIterator[list[Role]]:
        """Page through roles."""
        ...

    def resource_roles(self) -> AsyncIterator[list[ResourceRole]]:
        """Page through the roles in which resources may own tickets."""
        ...

    def deleted_tickets(self, since: datetime) -> AsyncIterator[list[DeletedTicket]]:
        """Page through the log of deleted tickets."""
        ...

    async def fields(self, entity: str) -> tuple[Field, ...]:
        """Read an entity's fields (``Tickets``, ``TicketNotes``), user-defined ones included."""
        ...

    async def ticket_url(self, ticket: TicketId) -> str:
        """Give the deep link into AutoTask's own pages; empty while the zone is unknown."""
        ...


class OpportunityReader(Protocol):
    """Reads of opportunities for the mirror. Raises what ``TicketReader`` raises, and ``Unreadable``."""

    def opportunities_changed(self, since: datetime) -> AsyncIterator[list[Opportunity]]:
        """Page through opportunities with activity at or after ``since``."""
        ...

    def undecided_opportunities(self) -> AsyncIterator[list[Opportunity]]:
        """Page through opportunities that are neither won nor lost."""
        ...

    def opportunities_by_id(self, some: Sequence[OpportunityId]) -> AsyncIterator[list[Opportunity]]:
        """Page through the named opportunities, 200 ids a call."""
        ...


class Reader(TicketReader, OpportunityReader, Protocol):
    """All that the mirror reads."""


class TicketWriter(Protocol):
    """Writes to AutoTask in a person's name.

    Fields go by our names (those of ``Ticket`` and ``Note``); a name that we do not know is taken for a wire name and
    checked against AutoTask's own metadata. Raises ``Invalid`` or ``Required`` with the field,
    ``ImpersonationRefused``, ``NotAllowed``, ``Busy`` and ``CredentialsRefused`` when nothing was written;
    ``Unreachable`` when nothing reached AutoTask; ``OutcomeUnknown`` when it may have been written.
    """

    async def create_ticket(self, fields: Mapping[str, Value], *, as_: ResourceId) -> TicketId:
        """Create a ticket."""
        ...

    async def update_ticket(self, ticket: TicketId, fields: Mapping[str, Value], *, as_: ResourceId) -> None:
        """Change only the fields named; None clears one."""
        ...

    async def add_note(self, ticket: TicketId, fields: Mapping[str, Value], *, as_: ResourceId) -> NoteId:
        """Add a note: ``title``, ``text``, ``note_type``, ``publish``."""
        ...


class Autotask(Reader, TicketWriter, Protocol):
    """Both halves."""


class BudgetMeter(Protocol):
    """How much of the hour's calls is used."""

    @property
    def used_share(self) -> float:
        """The tenant's whole use as a share of its threshold, 0 to 1."""
        ...

    @property
    def own_calls(self) -> int:
        """Our own calls of the last hour."""
        ...

    @property
    def silent_for(self) -> timedelta | None:
        """How long AutoTask has not answered properly; none when the last call was answered."""
        ...


class Names(Protocol):
    """Names for ids, from the mirror's memory."""

    def company(self, company: CompanyId) -> str:
        """Name a company."""
        ...

    def contact(self, contact: ContactId) -> str:
        """Name a contact."""
        ...

    def resource(self, resource: ResourceId) -> str:
        """Name a resource."""
        ...
