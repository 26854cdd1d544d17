"""A short word after a deed that has no card of its own. Errors have ``cards.problem``."""

from msgspec import Struct

from attms_core.model import TicketId
from cards.actions import press
from cards.asks import RunCommand, ShowTicket
from cards.elements import Json
from cards.parts import capital, card, feed, title, whisper
from cards.reader import Reader


class SaidCard(Struct, frozen=True, kw_only=True):
    """One sentence, one more, and commands to go on with."""

    what: str
    more: str = ""
    commands: tuple[str, ...] = ()
    """Offered as buttons: ``tickets mine``."""
    ticket: TicketId | None = None
    """What it is about, for the way there."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        more = whisper(self.more) if self.more else None
        there = [press("Show the ticket", ShowTicket(ticket=self.ticket), nonce)] if self.ticket is not None else []
        buttons = [*there, *(press(capital(each), RunCommand(words=each), nonce) for each in self.commands)]
        return card(title(self.what, size="Medium"), more, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed(self.what)
