"""From records to what people read: names, labels, clocks, and only the notes that a conversation may see. No I/O."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from attms_core.mirror.fields import OPPORTUNITIES, listed_as
from attms_core.mirror.memory import Memory
from attms_core.mirror.progress import Age, Reached
from attms_core.model import (
    Choice,
    Company,
    Contact,
    ContactId,
    Listed,
    Note,
    NoteLine,
    Opportunity,
    OpportunityDetail,
    TenantId,
    Ticket,
    TicketDetail,
    TicketId,
    TicketLine,
    clock_at,
    next_clock,
)
from attms_core.store import directory, notes, sync, tickets
from attms_core.store.database import Tx


class Told(Struct, frozen=True, kw_only=True):
    """A ticket with all that the store tells about it."""

    ticket: Ticket
    notes: list[Note]
    """The newest first."""
    company: Company | None
    contacts: Mapping[ContactId, Contact]
    """The ticket's own, and those who wrote notes."""
    reached: Reached

    @classmethod
    def read(cls, tx: Tx, tenant: TenantId, ticket: TicketId) -> "Told | None":
        """Read it in one snapshot; none when the mirror does not have the ticket."""
        found = tickets.load(tx, tenant, [ticket]).get(ticket)
        if found is None:
            return None
        written = notes.of_ticket(tx, tenant, ticket)
        people = {found.contact, *(note.contact for note in written)}
        return cls(
            ticket=found,
            notes=written,
            company=directory.company(tx, tenant, found.company),
            contacts=directory.contacts(tx, tenant, sorted(who for who in people if who is not None)),
            reached=Reached(sync.all_states(tx, tenant)),
        )

    def visible(self, *, internal: bool) -> list[Note]:
        """Keep the notes that a conversation may see."""
        return [note for note in self.notes if internal or not note.is_internal]

    def contact_name(self, contact: ContactId) -> str:
        """Name a contact; one that the mirror lacks by number."""
        known = self.contacts.get(contact)
        return known.name if known else f"contact {contact}"


def line(ticket: Listed, memory: Memory, now: datetime) -> TicketLine:
    """Show a ticket as one row."""
    due = ticket.next
    return TicketLine(
        id=ticket.id,
        number=ticket.number,
        title=ticket.title,
        company_name=ticket.company_name or memory.company_name(ticket.company),
        status=memory.choice("status", ticket.status),
        priority=memory.choice("priority", ticket.priority),
        assignee_name=None if ticket.assignee is None else memory.resource_name(ticket.assignee),
        clock=clock_at(due[0], due[1], now, created=ticket.created, is_paused=ticket.is_paused) if due else None,
    )


def detail(
    told: Told, memory: Memory, age: Age, *, now: datetime, url: str, internal: bool, limit: int
) -> TicketDetail:
    """Show a ticket as its card does."""
    ticket = told.ticket
    visible = told.visible(internal=internal)
    return TicketDetail(
        ticket=ticket,
        company_name=memory.company_name(ticket.company),
        contact_name=None if ticket.contact is None else told.contact_name(ticket.contact),
        assignee_name=None if ticket.assignee is None else memory.resource_name(ticket.assignee),
        status=memory.choice("status", ticket.status),
        priority=memory.choice("priority", ticket.priority),
        queue=_queue(ticket.queue, memory),
        clock=next_clock(ticket, now),
        notes=tuple(note_line(note, told, memory) for note in visible[:limit]),
        hidden_notes=len(told.notes) - len(visible),
        url=url,
        as_of=age.as_of,
        is_current=age.is_current,
    )


def opportunity(found: Opportunity, memory: Memory, age: Age) -> OpportunityDetail:
    """Show an opportunity as its card does; its company has been remembered."""
    return OpportunityDetail(
        opportunity=found,
        company_name=memory.company_name(found.company),
        owner_name=memory.resource_name(found.owner),
        stage=memory.metadata.choice(OPPORTUNITIES, "stage", found.stage),
        status=memory.metadata.choice(OPPORTUNITIES, "status", found.status),
        as_of=age.as_of,
        is_current=age.is_current,
    )


def note_line(note: Note, told: Told, memory: Memory) -> NoteLine:
    """Show a note with its writer's name."""
    return NoteLine(
        id=note.id,
        title=note.title,
        text=note.text,
        author=_writer(note, told, memory),
        is_internal=note.is_internal,
        is_customer=note.creator is None and note.contact is not None,
        created=note.created,
    )


def _writer(note: Note, told: Told, memory: Memory) -> str:
    if note.creator is not None:
        return memory.resource_name(note.creator)
    return "AutoTask" if note.contact is None else told.contact_name(note.contact)


def _queue(queue: int | None, memory: Memory) -> Choice | None:
    return None if queue is None else memory.choice(listed_as("queue"), queue)
