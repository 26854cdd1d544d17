"""When the answer to a write was lost and looking for the record did not find it: the person decides."""

from msgspec import Struct

from attms_core.model import TicketId, WishId
from cards.actions import link, press
from cards.asks import ShowTicket, TryAgain
from cards.elements import Action, Json
from cards.parts import card, feed, notice, say, whisper
from cards.reader import Reader


class UnknownOutcomeCard(Struct, frozen=True, kw_only=True):
    """It may or may not have been saved."""

    what: str
    """What was asked: ``a note on T20261124.0001``."""
    wish: WishId
    trace: str
    ticket: TicketId | None = None
    url: str = ""
    """Where to look in AutoTask; empty when unknown."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        body = (
            notice("It is not certain that this was saved.", "warning"),
            say(
                f"AutoTask did not answer, and {self.what} was not found there, even at a second look.",
                spacing="Medium",
            ),
            say("Please look in AutoTask first. If it is not there, try again.", spacing="Small"),
            whisper(f"outcome-unknown · {self.trace}", spacing="Medium"),
        )
        return card(*body, summary=self.summary(), actions=self._buttons(reader, nonce))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Not certain whether this was saved: {self.what}")

    def _buttons(self, reader: Reader, nonce: str) -> tuple[Action, ...]:
        back = (press("Show the ticket", ShowTicket(ticket=self.ticket), nonce),) if self.ticket is not None else ()
        again = press("It is not there, try again", TryAgain(wish=self.wish), nonce)
        return (*link("Look in AutoTask", self.url, reader), *back, again)
