"""The note form, and the step that confirms a note which the customer will see."""

from cards.actions import press
from cards.asks import CUSTOMER, INTERNAL, AddNote, ConfirmCustomerNote
from cards.elements import Json
from cards.forms import TicketForm
from cards.inputs import InputChoiceSet, InputText, Option
from cards.parts import FieldError, card, feed, notice, option_title, trouble, typed
from cards.reader import Reader
from cards.text import plain

NOTE_SHOWN = 10_000
"""Characters of a typed note that a card can give back; a longer one would break the card's size."""


class NoteCard(TicketForm, frozen=True, kw_only=True):
    """Asks what the note says and who shall see it."""

    text: str = ""
    """What was typed before, kept."""
    is_for_customer: bool = False
    error: FieldError | None = None

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it; internal unless said otherwise."""
        del reader
        asks = AddNote(ticket=self.detail.ticket.id, back=self.back, back_offset=self.back_offset)
        body = (*self.head("Add a note."), *trouble(self.error), _text(self.text), self._who())
        return card(*body, summary=self.summary(), actions=(press("Add note", asks, nonce), self.cancel(nonce)))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Add a note to {self.detail.ticket.number}")

    def _who(self) -> InputChoiceSet:
        customer = f"Customer: {_audience(self)} can read it"
        offered = (
            Option(title=option_title("Internal: only colleagues can read it"), value=INTERNAL),
            Option(title=option_title(customer), value=CUSTOMER),
        )
        return InputChoiceSet(
            id="visible",
            label=plain("Who will see it"),
            choices=offered,
            value=CUSTOMER if self.is_for_customer else INTERNAL,
            wrap=True,
        )


class ConfirmNoteCard(TicketForm, frozen=True, kw_only=True):
    """Asks whether it is meant that the customer sees the note."""

    text: str
    error: FieldError | None = None

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it, naming who will see the note; the text can still be edited, or kept internal."""
        del reader
        ticket = self.detail.ticket.id
        send = ConfirmCustomerNote(ticket=ticket, back=self.back, back_offset=self.back_offset)
        keep = AddNote(ticket=ticket, back=self.back, back_offset=self.back_offset)
        warning = notice(f"The customer will see this note: {_audience(self)}.", "warning")
        body = (*self.head("Check the text before it goes out."), warning, *trouble(self.error), _text(self.text))
        buttons = (press("Show it to the customer", send, nonce), press("Keep it internal", keep, nonce))
        return card(*body, summary=self.summary(), actions=(*buttons, self.cancel(nonce)))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Confirm a note on {self.detail.ticket.number} that the customer will see")


def _audience(form: TicketForm) -> str:
    contact, company = form.detail.contact_name, form.detail.company_name
    return f"{contact} and others at {company}" if contact else f"people at {company}"


def _text(value: str) -> InputText:
    return InputText(
        id="text",
        label=plain("Note"),
        placeholder=plain("What happened, what comes next"),
        value=typed(value, NOTE_SHOWN),
        max_length=NOTE_SHOWN,
        is_multiline=True,
        is_required=True,
        error_message="Write the note first.",
    )
