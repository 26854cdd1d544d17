"""AutoTask while it has not been set up: every question is answered with what to set."""
# ruff: noqa: ARG002 - it takes what the real one takes

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from attms_core.autotask.budget import Usage
from attms_core.autotask.zone import Zones
from attms_core.errors import NotConnected
from attms_core.model import (
    Company,
    CompanyId,
    Contact,
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


def _refuse() -> NoReturn:
    raise NotConnected(
        "ATTMS is not connected to AutoTask yet.",
        hint="Set ATTMS_AUTOTASK_USER, ATTMS_AUTOTASK_SECRET and ATTMS_AUTOTASK_INTEGRATION_CODE; then start again.",
    )


class NotConnectedAutotask:
    """Stands where AutoTask will be. Every read and write raises ``NotConnected``."""

    used_share = 0.0
    own_calls = 0
    silent_for: timedelta | None = None

    async def usage(self) -> Usage:
        """Raise ``NotConnected``."""
        _refuse()

    async def zones(self) -> Zones:
        """Raise ``NotConnected``."""
        _refuse()

    async def ticket(self, ticket: TicketId, *, urgent: bool = False) -> Ticket | None:
        """Raise ``NotConnected``."""
        _refuse()

    async def ticket_by_number(self, number: str, *, urgent: bool = False) -> Ticket | None:
        """Raise ``NotConnected``."""
        _refuse()

    async def ticket_by_external_id(self, external_id: str) -> Ticket | None:
        """Raise ``NotConnected``."""
        _refuse()

    def tickets_changed(self, since: datetime) -> AsyncIterator[list[Ticket]]:
        """Raise ``NotConnected``."""
        _refuse()

    def open_tickets(self, start: datetime | None = None, end: datetime | None = None) -> AsyncIterator[list[Ticket]]:
        """Raise ``NotConnected``."""
        _refuse()

    def open_ticket_ids(self) -> AsyncIterator[list[TicketId]]:
        """Raise ``NotConnected``."""
        _refuse()

    def closed_tickets(self, start: datetime, end: datetime) -> AsyncIterator[list[Ticket]]:
        """Raise ``NotConnected``."""
        _refuse()

    def tickets_by_id(self, tickets: Sequence[TicketId]) -> AsyncIterator[list[Ticket]]:
        """Raise ``NotConnected``."""
        _refuse()

    def notes_of(self, tickets: Sequence[TicketId], *, since: datetime | None = None) -> AsyncIterator[list[Note]]:
        """Raise ``NotConnected``."""
        _refuse()

    async def notes_of_ticket(self, ticket: TicketId, *, urgent: bool = False) -> list[Note]:
        """Raise ``NotConnected``."""
        _refuse()

    def time_entries_of(self, tickets: Sequence[TicketId], *, since: datetime) -> AsyncIterator[list[TimeEntry]]:
        """Raise ``NotConnected``."""
        _refuse()

    def opportunities_changed(self, since: datetime) -> AsyncIterator[list[Opportunity]]:
        """Raise ``NotConnected``."""
        _refuse()

    def undecided_opportunities(self) -> AsyncIterator[list[Opportunity]]:
        """Raise ``NotConnected``."""
        _refuse()

    def opportunities_by_id(self, some: Sequence[OpportunityId]) -> AsyncIterator[list[Opportunity]]:
        """Raise ``NotConnected``."""
        _refuse()

    def companies(self, since: datetime | None = None) -> AsyncIterator[list[Company]]:
        """Raise ``NotConnected``."""
        _refuse()

    def companies_by_id(self, companies: Sequence[CompanyId]) -> AsyncIterator[list[Company]]:
        """Raise ``NotConnected``."""
        _refuse()

    def contacts(self, since: datetime | None = None) -> AsyncIterator[list[Contact]]:
        """Raise ``NotConnected``."""
        _refuse()

    def resources(self) -> AsyncIterator[list[Resource]]:
        """Raise ``NotConnected``."""
        _refuse()

    def roles(self) -> AsyncIterator[list[Role]]:
        """Raise ``NotConnected``."""
        _refuse()

    def resource_roles(self) -> AsyncIterator[list[ResourceRole]]:
        """Raise ``NotConnected``."""
        _refuse()

    def deleted_tickets(self, since: datetime) -> AsyncIterator[list[DeletedTicket]]:
        """Raise ``NotConnected``."""
        _refuse()

    async def fields(self, entity: str) -> tuple[Field, ...]:
        """Raise ``NotConnected``."""
        _refuse()

    async def ticket_url(self, ticket: TicketId) -> str:
        """Give nothing: the zone is unknown."""
        return ""

    async def create_ticket(self, fields: Mapping[str, Value], *, as_: ResourceId) -> TicketId:
        """Raise ``NotConnected``."""
        _refuse()

    async def update_ticket(self, ticket: TicketId, fields: Mapping[str, Value], *, as_: ResourceId) -> None:
        """Raise ``NotConnected``."""
        _refuse()

    async def add_note(self, ticket: TicketId, fields: Mapping[str, Value], *, as_: ResourceId) -> NoteId:
        """Raise ``NotConnected``."""
        _refuse()
