"""What all forms about one ticket share: their head and their way out. The forms themselves stand elsewhere."""

from msgspec import Struct

from attms_core.model import TicketDetail
from cards.actions import Execute, press
from cards.asks import CancelForm
from cards.elements import Element
from cards.parts import title, whisper


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
