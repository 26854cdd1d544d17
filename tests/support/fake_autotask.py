"""AutoTask as a memory: everything a reader may ask, with each call remembered and any call made to fail."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from attms_core.model import (
    Choice,
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
    Outcome,
    PersonKey,
    Resource,
    ResourceId,
    ResourceRole,
    Role,
    RoleId,
    TenantId,
    Ticket,
    TicketId,
    TimeEntry,
    TimeEntryId,
    Wish,
    WishId,
    WishKind,
    WishState,
)
from attms_core.model.wish import Value

T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANA, BOB, EVE, API = ResourceId(11), ResourceId(12), ResourceId(13), ResourceId(14)
ACME, GLOBEX = CompanyId(100), CompanyId(101)
ENGINEER = RoleId(5)
TENANT = TenantId("tenant")


class Clock:
    """A clock that a test moves."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, **much: float) -> None:
        self.moment += timedelta(**much)


def ticket(number: int = 1, **more: object) -> Ticket:
    """One ticket, an hour old."""
    values: dict[str, object] = {
        "id": TicketId(number),
        "number": f"T20260302.{number:04d}",
        "title": f"Printer {number} is on fire",
        "company": ACME,
        "status": 1,
        "priority": 2,
        "queue": 5,
        "created": NOON - timedelta(hours=1),
        "creator": BOB,
        "last_activity": NOON - timedelta(hours=1),
        "last_activity_by": BOB,
    }
    return Ticket(**{**values, **more})  # type: ignore[arg-type] # the tests name real fields


def note(number: int = 1, **more: object) -> Note:
    """One note of ticket 1, written now."""
    values: dict[str, object] = {
        "id": NoteId(number),
        "ticket": TicketId(1),
        "title": "Called",
        "text": "No answer.",
        "note_type": 1,
        "publish": 2,
        "created": NOON,
        "creator": BOB,
        "last_activity": NOON,
    }
    return Note(**{**values, **more})  # type: ignore[arg-type] # the tests name real fields


def time_entry(number: int = 1, **more: object) -> TimeEntry:
    """An hour and a quarter on ticket 1, logged now."""
    values: dict[str, object] = {
        "id": TimeEntryId(number),
        "ticket": TicketId(1),
        "resource": BOB,
        "hours": Decimal("1.2500"),
        "creator": BOB,
        "created": NOON,
        "last_modified": NOON,
    }
    return TimeEntry(**{**values, **more})  # type: ignore[arg-type] # the tests name real fields


def opportunity(number: int = 1, **more: object) -> Opportunity:
    """One opportunity, an hour old."""
    values: dict[str, object] = {
        "id": OpportunityId(number),
        "title": f"Firewall {number}",
        "company": ACME,
        "owner": BOB,
        "stage": 201,
        "status": 1,
        "amount": Decimal("2400.5000"),
        "probability": 40,
        "close_date": date(2026, 5, 1),
        "created": NOON - timedelta(hours=1),
        "creator": BOB,
        "last_activity": NOON - timedelta(hours=1),
    }
    return Opportunity(**{**values, **more})  # type: ignore[arg-type] # the tests name real fields


def wish(asked: dict[str, Value], **more: object) -> Wish:
    """Ana asked this of ticket 1 at noon, and it was sent."""
    values: dict[str, object] = {
        "id": WishId("a" * 32),
        "tenant": TENANT,
        "key": "conversation|1",
        "kind": WishKind.UPDATE_TICKET,
        "person": PersonKey(TENANT, "ana"),
        "person_name": "Ana Ruiz",
        "resource": ANA,
        "ticket": TicketId(1),
        "before": {},
        "asked": asked,
        "state": WishState.SENT,
        "outcome": Outcome(),
        "conversation": "conversation",
        "message": None,
        "asked_at": NOON,
    }
    return Wish(**{**values, **more})  # type: ignore[arg-type] # the tests name real fields


def technician(id_: ResourceId, name: str, **more: object) -> Resource:
    """One technician with an e-mail made of the name."""
    first, _, last = name.partition(" ")
    email = f"{first}.{last}@desk.example".lower()
    values: dict[str, object] = {"id": id_, "first_name": first, "last_name": last, "email": email, "license_type": 3}
    return Resource(**{**values, **more})  # type: ignore[arg-type] # the tests name real fields


def _picklist(name: str, *labels: tuple[int, str]) -> Field:
    choices = tuple(Choice(value=value, label=label, sort_order=order) for order, (value, label) in enumerate(labels))
    return Field(name=name, data_type="integer", is_picklist=True, choices=choices)


TICKET_FIELDS = (
    _picklist(
        "status", (1, "New"), (8, "In Progress"), (7, "Waiting Customer"), (12, "Waiting Vendor"), (5, "Complete")
    ),
    _picklist("priority", (4, "Critical"), (1, "High"), (2, "Medium"), (3, "Low")),
    _picklist("queueID", (5, "Client Portal"), (6, "Post Sale")),
)
NOTE_FIELDS = (
    _picklist("noteType", (1, "Task Summary")),
    _picklist("publish", (1, "All Autotask Users"), (2, "Internal Project Team")),
)


@dataclass
class FakeAutotask:
    """A desk of three technicians and two customers; a test adds tickets and notes."""

    tickets: dict[TicketId, Ticket] = field(default_factory=dict)
    notes: dict[NoteId, Note] = field(default_factory=dict)
    entries: dict[TimeEntryId, TimeEntry] = field(default_factory=dict)
    opportunities: dict[OpportunityId, Opportunity] = field(default_factory=dict)
    company_rows: list[Company] = field(
        default_factory=lambda: [Company(id=ACME, name="Acme Dental"), Company(id=GLOBEX, name="Globex Freight")]
    )
    contact_rows: list[Contact] = field(
        default_factory=lambda: [Contact(id=ContactId(7), company=ACME, first_name="Cleo", last_name="Customer")]
    )
    resource_rows: list[Resource] = field(
        default_factory=lambda: [
            technician(ANA, "Ana Ruiz"),
            technician(BOB, "Bob Stone"),
            technician(EVE, "Eve Gone", is_active=False),
            technician(API, "Api User", license_type=7),
        ]
    )
    resource_role_rows: list[ResourceRole] = field(
        default_factory=lambda: [
            ResourceRole(id=1, resource=ANA, role=ENGINEER, is_default=True),
            ResourceRole(id=2, resource=BOB, role=ENGINEER),
        ]
    )
    deleted_rows: list[DeletedTicket] = field(default_factory=list)
    page_size: int = 500
    calls: list[str] = field(default_factory=list)
    """Each page and each single read is one call."""
    on_call: Callable[[str], None] = lambda _: None
    """May raise, to make a call fail."""
    silent_for: timedelta | None = None
    used_share: float = 0.0
    own_calls: int = 0

    def have(self, *tickets: Ticket) -> None:
        self.tickets.update({one.id: one for one in tickets})

    def have_notes(self, *notes: Note) -> None:
        self.notes.update({one.id: one for one in notes})

    def have_time(self, *entries: TimeEntry) -> None:
        self.entries.update({one.id: one for one in entries})

    def have_opportunities(self, *some: Opportunity) -> None:
        self.opportunities.update({one.id: one for one in some})

    async def ticket(self, ticket: TicketId, *, urgent: bool = False) -> Ticket | None:
        self._call("ticket")
        return self.tickets.get(ticket)

    async def ticket_by_number(self, number: str, *, urgent: bool = False) -> Ticket | None:
        self._call("ticket_by_number")
        return next((one for one in self.tickets.values() if one.number == number), None)

    async def ticket_by_external_id(self, external_id: str) -> Ticket | None:
        self._call("ticket_by_external_id")
        return next((one for one in self.tickets.values() if one.external_id == external_id), None)

    def tickets_changed(self, since: datetime) -> AsyncIterator[list[Ticket]]:
        return self._pages("tickets_changed", lambda: self._by_activity(since, None))

    def open_tickets(self, start: datetime | None = None, end: datetime | None = None) -> AsyncIterator[list[Ticket]]:
        return self._pages("open_tickets", lambda: [t for t in self._by_activity(start, end) if not t.is_complete])

    def open_ticket_ids(self) -> AsyncIterator[list[TicketId]]:
        return self._pages("open_ticket_ids", lambda: [t.id for t in self._sorted() if not t.is_complete])

    def closed_tickets(self, start: datetime, end: datetime) -> AsyncIterator[list[Ticket]]:
        return self._pages("closed_tickets", lambda: [t for t in self._by_activity(start, end) if t.is_complete])

    def tickets_by_id(self, tickets: Sequence[TicketId]) -> AsyncIterator[list[Ticket]]:
        return self._pages("tickets_by_id", lambda: [t for t in self._sorted() if t.id in tickets], when=bool(tickets))

    def notes_of(self, tickets: Sequence[TicketId], *, since: datetime | None = None) -> AsyncIterator[list[Note]]:
        def rows() -> list[Note]:
            found = [n for n in self.notes.values() if n.ticket in tickets]
            return [n for n in found if since is None or (n.last_activity and n.last_activity >= since)]

        return self._pages("notes_of", rows)

    def time_entries_of(self, tickets: Sequence[TicketId], *, since: datetime) -> AsyncIterator[list[TimeEntry]]:
        def rows() -> list[TimeEntry]:
            found = [entry for entry in self.entries.values() if entry.ticket in tickets]
            return [entry for entry in found if entry.last_modified and entry.last_modified >= since]

        return self._pages("time_entries_of", rows)

    def opportunities_changed(self, since: datetime) -> AsyncIterator[list[Opportunity]]:
        def rows() -> list[Opportunity]:
            return [o for o in self._pipeline() if o.last_activity and o.last_activity >= since]

        return self._pages("opportunities_changed", rows)

    def undecided_opportunities(self) -> AsyncIterator[list[Opportunity]]:
        return self._pages("undecided_opportunities", lambda: [o for o in self._pipeline() if o.is_undecided])

    def opportunities_by_id(self, some: Sequence[OpportunityId]) -> AsyncIterator[list[Opportunity]]:
        rows = lambda: [o for o in self._pipeline() if o.id in some]  # noqa: E731 - what the call tells
        return self._pages("opportunities_by_id", rows, when=bool(some))

    async def notes_of_ticket(self, ticket: TicketId, *, urgent: bool = False) -> list[Note]:
        self._call("notes_of_ticket")
        return [n for n in self.notes.values() if n.ticket == ticket]

    def companies(self, since: datetime | None = None) -> AsyncIterator[list[Company]]:
        return self._pages("companies", lambda: _since(self.company_rows, since))

    def companies_by_id(self, companies: Sequence[CompanyId]) -> AsyncIterator[list[Company]]:
        rows = lambda: [c for c in self.company_rows if c.id in companies]  # noqa: E731 - what the call tells
        return self._pages("companies_by_id", rows, when=bool(companies))

    def contacts(self, since: datetime | None = None) -> AsyncIterator[list[Contact]]:
        return self._pages("contacts", lambda: _since(self.contact_rows, since))

    def resources(self) -> AsyncIterator[list[Resource]]:
        return self._pages("resources", lambda: self.resource_rows)

    def roles(self) -> AsyncIterator[list[Role]]:
        return self._pages("roles", lambda: [Role(id=ENGINEER, name="Engineer")])

    def resource_roles(self) -> AsyncIterator[list[ResourceRole]]:
        return self._pages("resource_roles", lambda: self.resource_role_rows)

    def deleted_tickets(self, since: datetime) -> AsyncIterator[list[DeletedTicket]]:
        return self._pages(
            "deleted_tickets", lambda: [r for r in self.deleted_rows if r.deleted_at is None or r.deleted_at >= since]
        )

    async def fields(self, entity: str) -> tuple[Field, ...]:
        self._call(f"fields {entity}")
        return TICKET_FIELDS if entity == "Tickets" else NOTE_FIELDS

    async def ticket_url(self, ticket: TicketId) -> str:
        return f"https://ww1.autotask.net/{ticket}"

    def _call(self, name: str) -> None:
        self.calls.append(name)
        self.on_call(name)

    def _sorted(self) -> list[Ticket]:
        return [self.tickets[id_] for id_ in sorted(self.tickets)]

    def _pipeline(self) -> list[Opportunity]:
        return [self.opportunities[id_] for id_ in sorted(self.opportunities)]

    def _by_activity(self, start: datetime | None, end: datetime | None) -> list[Ticket]:
        if start is None and end is None:
            return self._sorted()
        return [
            t
            for t in self._sorted()
            if t.last_activity and (not start or t.last_activity >= start) and (not end or t.last_activity < end)
        ]

    async def _pages(self, name: str, rows: Callable[[], Sequence[T]], *, when: bool = True) -> AsyncIterator[list[T]]:
        """A short page ends the list, as with AutoTask: an empty answer is a call too."""
        if not when:
            return
        at = 0
        while True:
            self._call(name)
            page = list(rows()[at : at + self.page_size])
            if page:
                yield page
            at += len(page)
            if len(page) < self.page_size:
                return


R = TypeVar("R", Company, Contact)


def _since(rows: Iterable[R], since: datetime | None) -> list[R]:
    if since is None:
        return [row for row in rows if row.is_active]
    return [row for row in rows if row.last_modified and row.last_modified >= since]
