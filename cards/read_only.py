"""The answer to a button that would write while writing is switched off."""

from msgspec import Struct

from attms_core.model import TicketId
from cards.actions import press
from cards.asks import ShowTicket
from cards.elements import Json
from cards.parts import card, feed, notice, say, whisper
from cards.reader import Reader


class ReadOnlyCard(Struct, frozen=True, kw_only=True):
    """Nothing was changed: what would have been, and who can switch writing on."""

    would: str
    """What would have been written, in words."""
    switch: str = "An administrator can switch writing on."
    ticket: TicketId | None = None

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        body = (
            notice("Nothing was changed: this bot only reads for now.", "accent"),
            say(self.would, spacing="Medium"),
            whisper(self.switch),
        )
        back = (press("Show the ticket", ShowTicket(ticket=self.ticket), nonce),) if self.ticket is not None else ()
        return card(*body, summary=self.summary(), actions=back)

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Nothing was changed. {self.would}")
