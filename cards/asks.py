"""All that cards ask back, as types. The bot answers each; the cards of this room put them on buttons.

They stand together because cards lead to each other: a list to its tickets, a ticket back to its list. ``back`` and
``back_offset`` are the words and place of the list that a ticket was opened from. Nothing here acts or renders.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from attms_core.model import CompanyId, ContactId, ResourceId, Seen, TicketId, WishId
from cards.submission import OneOf, Submission, Text, Typed, TypedUnder, Whole

INTERNAL = "internal"
CUSTOMER = "customer"
WORDS = 300
TITLE = 255
DESCRIPTION = 8_000
NOTE = 32_000
"""Lengths of AutoTask's fields in characters (vendor help: Tickets, TicketNotes)."""
DEMANDED = 8_000
DEMANDED_PREFIX = "f:"
NO_WISH = WishId("")
_SEEN = 4

Words = Annotated[str, Text(WORDS)]
Offset = Annotated[int, Whole(1_000_000)]


class SeenWay:
    """``Seen`` as four numbers, to keep buttons small."""

    def pack(self, value: Seen) -> object:
        """Give status, priority, queue and assignee."""
        return [value.status, value.priority, value.queue, value.assignee]

    def read(self, raw: object) -> Seen:
        """Take them back."""
        if not isinstance(raw, list) or len(raw) != _SEEN:
            raise ValueError("not what a card shows")
        status, priority, queue, assignee = (each if each is None else Whole().read(each) for each in raw)
        if status is None or priority is None:
            raise ValueError("not what a card shows")
        resource = None if assignee is None else ResourceId(assignee)
        return Seen(status=status, priority=priority, queue=queue, assignee=resource)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTickets(Submission, action="tickets.list"):
    """Show a page of the list that these words ask for (``mine``, ``queue Service Desk``)."""

    filter: Words = ""
    offset: Offset = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTicket(Submission):
    """What is about one ticket, with the way back to the list it was opened from."""

    ticket: Annotated[TicketId, Whole()]
    back: Words = ""
    back_offset: Offset = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTicket(OfTicket, action="ticket.show"):
    """Show the ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTicket(OfTicket, action="ticket.refresh"):
    """Show the ticket as it is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTicket(OfTicket, action="ticket.view"):
    """Show the reader's own view. Teams asks it by itself: it is no press, and must stay a cheap read."""

    wish: Annotated[WishId, Text(64)] = NO_WISH
    """What was done last through the card, and is said on top of it; empty when nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSeenTicket(OfTicket):
    """What changes a ticket that somebody saw like this."""

    seen: Annotated[Seen, SeenWay()]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTicket(OfSeenTicket, action="ticket.take"):
    """Assign the ticket to whoever presses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignForm(OfTicket, action="ticket.assign.form"):
    """Ask to whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTicket(OfSeenTicket, action="ticket.assign"):
    """Assign the ticket to a colleague."""

    resource: Annotated[ResourceId | None, Typed(Whole())] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusForm(OfTicket, action="ticket.status.form"):
    """Ask which status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus(OfSeenTicket, action="ticket.status"):
    """Set the status."""

    status: Annotated[int | None, Typed(Whole())] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityForm(OfTicket, action="ticket.priority.form"):
    """Ask which priority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPriority(OfSeenTicket, action="ticket.priority"):
    """Set the priority."""

    priority: Annotated[int | None, Typed(Whole())] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteForm(OfTicket, action="ticket.note.form"):
    """Ask for a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(OfTicket, action="ticket.note"):
    """Add a note. A customer-visible one is confirmed first; what is not said is internal."""

    text: Annotated[str, Typed(Text(NOTE))] = ""
    visible: Annotated[str, Typed(OneOf((INTERNAL, CUSTOMER)))] = INTERNAL


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmCustomerNote(OfTicket, action="ticket.note.customer"):
    """Add a note that the customer sees: the person has read who that is. The text may have been edited meanwhile."""

    text: Annotated[str, Typed(Text(NOTE))] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicketForm(Submission, action="ticket.new.form"):
    """Show the first step of a new ticket; what was typed already is kept."""

    title: Annotated[str, Typed(Text(TITLE))] = ""
    description: Annotated[str, Typed(Text(DESCRIPTION))] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseCompany(Submission, action="ticket.new.company"):
    """Go on with a chosen company; with words to search for and no choice, look for companies again."""

    kept_title: Annotated[str, Text(TITLE)] = ""
    kept_description: Annotated[str, Text(DESCRIPTION)] = ""
    company: Annotated[CompanyId | None, Typed(Whole())] = None
    search: Annotated[str, Typed(Text(100))] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTicket(Submission, action="ticket.new"):
    """Create the ticket. ``demanded`` holds what AutoTask asked for beyond the usual, by field name, as typed."""

    company: Annotated[CompanyId, Whole()]
    contact: Annotated[ContactId | None, Typed(Whole())] = None
    title: Annotated[str, Typed(Text(TITLE))] = ""
    description: Annotated[str, Typed(Text(DESCRIPTION))] = ""
    queue: Annotated[int | None, Typed(Whole())] = None
    priority: Annotated[int | None, Typed(Whole())] = None
    demanded: Annotated[Mapping[str, str], TypedUnder(DEMANDED_PREFIX, Text(DEMANDED))] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCommand(Submission, action="run"):
    """Do as if these words had been typed."""

    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmLink(Submission, action="link.confirm"):
    """Yes, I am this technician."""

    resource: Annotated[ResourceId, Whole()]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineLink(Submission, action="link.decline"):
    """No, that is somebody else."""

    resource: Annotated[ResourceId, Whole()]


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain(Submission, action="wish.again"):
    """Ask the same thing of AutoTask anew."""

    wish: Annotated[WishId, Text(64)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelForm(Submission, action="form.cancel"):
    """Leave a form without a change; with a ticket, back to its card."""

    ticket: Annotated[TicketId | None, Whole()] = None
    back: Words = ""
    back_offset: Offset = 0
