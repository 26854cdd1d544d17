"""What forms share: how what was refused is shown; and about one ticket, their head and their way out.

The forms themselves stand elsewhere.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from attms_core.model import TicketDetail
from cards.actions import Execute, press
from cards.asks import CancelForm
from cards.elements import Element
from cards.inputs import Input
from cards.parts import FieldError, notice, title, trouble, whisper


def form(
    head: Sequence[Element],
    fields: Sequence[Element],
    errors: Mapping[str, FieldError],
    *,
    undone: str = "saved",
    prefix: str = "",
) -> tuple[Element, ...]:
    """Lay a form out: above each input what was wrong with it, and on top of all what fits none.

    fields  the inputs, and what stands between them
    errors  by the inputs' ids, the prefix left out; one of none (an empty id) stands on top of all
    undone  what did not happen because of them
    """
    names = {each.id: each.id.removeprefix(prefix) for each in fields if isinstance(each, Input)}
    shown = frozenset(names.values())
    band = (notice(f"Nothing was {undone} yet: see below.", "warning"),) if any(errors) else ()
    other = [part for name, error in errors.items() if name not in shown for part in trouble(error)]
    above = {id_: trouble(errors.get(name)) for id_, name in names.items()}
    laid = (part for each in fields for part in (*(above[each.id] if isinstance(each, Input) else ()), each))
    return (*band, *head, *other, *laid)


class TicketForm(Struct, frozen=True, kw_only=True):
    """A step of the ticket's card in which something is asked."""

    detail: TicketDetail
    back: str = ""
    back_offset: int = 0

    def head(self, asks: str) -> tuple[Element, ...]:
        """Say which ticket it is about and what is asked."""
        ticket = self.detail.ticket
        return (
            whisper(f"{ticket.number} · {self.detail.company_name}"),
            title(ticket.title or "(no title)", size="Medium", spacing="None"),
            whisper(asks, spacing="Small"),
        )

    def cancel(self, nonce: str) -> Execute:
        """Make the way out, back to the ticket; no input is checked or sent."""
        asks = CancelForm(ticket=self.detail.ticket.id, back=self.back, back_offset=self.back_offset)
        return press("Cancel", asks, nonce)
