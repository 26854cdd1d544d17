"""All that cards ask back, as types. The bot answers each; the cards of this room put them on buttons.

They stand together because cards lead to each other: a list to its tickets, a ticket back to its list. ``back`` and
``back_offset`` are the words and place of the list that a ticket was opened from. Nothing here acts or renders.
"""

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from attms_core.model import CompanyId, ContactId, ResourceId, Seen, TicketId, WishId
from cards.submission import OneOf, Submission, Text, Typed, TypedUnder, Whole, does

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
Offset = Annotated[int, Whole(10_000)]
"""Nobody turns so many pages: a press from elsewhere that names more would only make the store read so far."""


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


@does("tickets.list")
class ListTickets(Submission, frozen=True, kw_only=True):
    """Show a page of the list that these words ask for (``mine``, ``queue Service Desk``)."""

    filter: Words = ""
    offset: Offset = 0


class OfTicket(Submission, frozen=True, kw_only=True):
    """What is about one ticket, with the way back to the list it was opened from."""

    ticket: Annotated[TicketId, Whole()]
    back: Words = ""
    back_offset: Offset = 0


@does("ticket.show")
class ShowTicket(OfTicket, frozen=True, kw_only=True):
    """Show the ticket."""


@does("ticket.refresh")
class RefreshTicket(OfTicket, frozen=True, kw_only=True):
    """Show the ticket as it is now."""


@does("ticket.view")
class ViewTicket(OfTicket, frozen=True, kw_only=True):
    """Show the reader's own view. Teams asks it by itself: it is no press, and must stay a cheap read."""

    wish: Annotated[WishId, Text(64)] = NO_WISH
    """What was done last through the card, and is said on top of it; empty when nothing was."""


class OfSeenTicket(OfTicket, frozen=True, kw_only=True):
    """What changes a ticket that somebody saw like this."""

    seen: Annotated[Seen, SeenWay()]


@does("ticket.take")
class TakeTicket(OfSeenTicket, frozen=True, kw_only=True):
    """Assign the ticket to whoever presses."""


@does("ticket.assign.form")
class AssignForm(OfTicket, frozen=True, kw_only=True):
    """Ask to whom."""


@does("ticket.assign")
class AssignTicket(OfSeenTicket, frozen=True, kw_only=True):
    """Assign the ticket to a colleague."""

    resource: Annotated[ResourceId | None, Typed(Whole())] = None


@does("ticket.status.form")
class StatusForm(OfTicket, frozen=True, kw_only=True):
    """Ask which status."""


@does("ticket.status")
class SetStatus(OfSeenTicket, frozen=True, kw_only=True):
    """Set the status."""

    status: Annotated[int | None, Typed(Whole())] = None


@does("ticket.priority.form")
class PriorityForm(OfTicket, frozen=True, kw_only=True):
    """Ask which priority."""


@does("ticket.priority")
class SetPriority(OfSeenTicket, frozen=True, kw_only=True):
    """Set the priority."""

    priority: Annotated[int | None, Typed(Whole())] = None


@does("ticket.note.form")
class NoteForm(OfTicket, frozen=True, kw_only=True):
    """Ask for a note."""


@does("ticket.note")
class AddNote(OfTicket, frozen=True, kw_only=True):
    """Add a note. A customer-visible one is confirmed first; what is not said is internal."""

    text: Annotated[str, Typed(Text(NOTE))] = ""
    visible: Annotated[str, Typed(OneOf((INTERNAL, CUSTOMER)))] = INTERNAL


@does("ticket.note.customer")
class ConfirmCustomerNote(OfTicket, frozen=True, kw_only=True):
    """Add a note that the customer sees: the person has read who that is. The text may have been edited meanwhile."""

    text: Annotated[str, Typed(Text(NOTE))] = ""


@does("ticket.new.form")
class NewTicketForm(Submission, frozen=True, kw_only=True):
    """Show the first step of a new ticket; what was typed already is kept."""

    title: Annotated[str, Typed(Text(DESCRIPTION))] = ""
    description: Annotated[str, Typed(Text(DESCRIPTION))] = ""


@does("ticket.new.company")
class ChooseCompany(Submission, frozen=True, kw_only=True):
    """Go on with a chosen company; with words to search for and no choice, look for companies again."""

    kept_title: Annotated[str, Text(TITLE)] = ""
    kept_description: Annotated[str, Text(DESCRIPTION)] = ""
    company: Annotated[CompanyId | None, Typed(Whole())] = None
    search: Annotated[str, Typed(Text(100))] = ""


@does("ticket.new")
class CreateTicket(Submission, frozen=True, kw_only=True):
    """Create the ticket. ``demanded`` holds what AutoTask asked for beyond the usual, by field name, as typed.

    A title that is too long is read, so that the form can come back with all that was typed.
    """

    company: Annotated[CompanyId, Whole()]
    contact: Annotated[ContactId | None, Typed(Whole())] = None
    title: Annotated[str, Typed(Text(DESCRIPTION))] = ""
    description: Annotated[str, Typed(Text(DESCRIPTION))] = ""
    queue: Annotated[int | None, Typed(Whole())] = None
    priority: Annotated[int | None, Typed(Whole())] = None
    demanded: Annotated[Mapping[str, str], TypedUnder(DEMANDED_PREFIX, Text(DEMANDED))] = field(default_factory=dict)


@does("run")
class RunCommand(Submission, frozen=True, kw_only=True):
    """Do as if these words had been typed."""

    words: Words


@does("link.confirm")
class ConfirmLink(Submission, frozen=True, kw_only=True):
    """Yes, I am this technician."""

    resource: Annotated[ResourceId, Whole()]


@does("link.decline")
class DeclineLink(Submission, frozen=True, kw_only=True):
    """No, that is somebody else."""

    resource: Annotated[ResourceId, Whole()]


@does("wish.again")
class TryAgain(Submission, frozen=True, kw_only=True):
    """Ask the same thing of AutoTask anew."""

    wish: Annotated[WishId, Text(64)]


@does("form.cancel")
class CancelForm(Submission, frozen=True, kw_only=True):
    """Leave a form without a change; with a ticket, back to its card."""

    ticket: Annotated[TicketId | None, Whole()] = None
    back: Words = ""
    back_offset: Offset = 0
