"""The forms that set one field of a ticket: assignee, status, priority. Notes and new tickets have their own files."""

from attms_core.model import Choice, Resource, ResourceId, Seen
from cards.actions import press
from cards.asks import AssignTicket, SetPriority, SetStatus
from cards.elements import Json
from cards.forms import TicketForm
from cards.inputs import MOST_CHOICES, InputChoiceSet, Option, Query
from cards.parts import FieldError, card, feed, option_title, options, say, selected, trouble
from cards.reader import Reader
from cards.text import plain

FEW = 12
"""Up to so many a list is quicker than typing."""
COLLEAGUES = "colleagues"
"""The dataset of the search for colleagues; values are resource ids."""


class AssignCard(TicketForm, frozen=True, kw_only=True):
    """Asks to whom it shall go."""

    colleagues: tuple[Resource, ...]
    """Those who can own tickets."""
    chosen: ResourceId | None = None
    error: FieldError | None = None

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        del reader
        now = self.detail.assignee_name or "nobody"
        asks = AssignTicket(
            ticket=self.detail.ticket.id,
            seen=Seen.of(self.detail.ticket),
            back=self.back,
            back_offset=self.back_offset,
        )
        who = self._who()
        nobody = None if who else say("AutoTask lists no colleague who can own tickets.", spacing="Small")
        body = (*self.head(f"Now assigned to {now}."), *trouble(self.error), *who, nobody)
        give = (press("Assign", asks, nonce),) if who else ()
        return card(*body, summary=self.summary(), actions=(*give, self.cancel(nonce)))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Assign {self.detail.ticket.number}")

    def _who(self) -> tuple[InputChoiceSet, ...]:
        offered = tuple(Option(title=option_title(c.name), value=str(c.id)) for c in self.colleagues[:MOST_CHOICES])
        if not offered:
            return ()
        field = InputChoiceSet(
            id="resource",
            label=plain("Assign to"),
            choices=offered,
            choices_data=Query(dataset=COLLEAGUES) if len(self.colleagues) > MOST_CHOICES else None,
            style="filtered" if len(offered) > FEW else "compact",
            placeholder=plain("Choose a colleague"),
            value=selected(self.chosen, offered),
            is_required=True,
            error_message="Choose a colleague.",
        )
        return (field,)


class StatusCard(TicketForm, frozen=True, kw_only=True):
    """Asks for a status."""

    statuses: tuple[Choice, ...]
    """The tenant's live values, in the order that people know."""
    chosen: int | None = None
    error: FieldError | None = None

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        del reader
        asks = SetStatus(
            ticket=self.detail.ticket.id,
            seen=Seen.of(self.detail.ticket),
            back=self.back,
            back_offset=self.back_offset,
        )
        field = _picklist("status", "Status", self.statuses, self.chosen, self.detail.status)
        body = (*self.head(f"Now {self.detail.status.label}."), *trouble(self.error), field)
        return card(*body, summary=self.summary(), actions=(press("Set status", asks, nonce), self.cancel(nonce)))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Set the status of {self.detail.ticket.number}")


class PriorityCard(TicketForm, frozen=True, kw_only=True):
    """Asks for a priority."""

    priorities: tuple[Choice, ...]
    chosen: int | None = None
    error: FieldError | None = None

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        del reader
        asks = SetPriority(
            ticket=self.detail.ticket.id,
            seen=Seen.of(self.detail.ticket),
            back=self.back,
            back_offset=self.back_offset,
        )
        field = _picklist("priority", "Priority", self.priorities, self.chosen, self.detail.priority)
        body = (*self.head(f"Now {self.detail.priority.label}."), *trouble(self.error), field)
        return card(*body, summary=self.summary(), actions=(press("Set priority", asks, nonce), self.cancel(nonce)))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Set the priority of {self.detail.ticket.number}")


def _picklist(field: str, label: str, choices: tuple[Choice, ...], chosen: int | None, now: Choice) -> InputChoiceSet:
    offered = options(choices) or options((now,))
    return InputChoiceSet(
        id=field,
        label=plain(label),
        choices=offered,
        value=selected(chosen if chosen is not None else now.value, offered),
        is_required=True,
        error_message=f"Choose a {field}.",
    )
