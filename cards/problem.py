"""What went wrong, and what to do next. Which error says what is the bot's business."""

from msgspec import Struct

from attms_core.model import TicketId, WishId
from cards.actions import Execute, press
from cards.asks import RunCommand, ShowTicket, TryAgain
from cards.elements import Json
from cards.parts import capital, card, feed, say, title, whisper
from cards.reader import Reader


class ProblemCard(Struct, frozen=True, kw_only=True):
    """A refusal or a failure in plain words."""

    what: str
    """What happened."""
    next: str = ""
    """What the person can do."""
    legal: tuple[str, ...] = ()
    """What would have been accepted, if there is a list."""
    code: str
    trace: str
    """Finds the turn in the log."""
    again: WishId | None = None
    """The wish to try again, if trying again makes sense."""
    ticket: TicketId | None = None
    """The ticket it was about, for the way back."""
    commands: tuple[str, ...] = ()
    """Commands that may help, as buttons: ``me``."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        body = (
            title(self.what, most=400, size="Medium"),
            say(self.next, spacing="Small") if self.next else None,
            whisper(f"Possible: {', '.join(self.legal)}.", most=800) if self.legal else None,
            whisper(f"{self.code} · {self.trace}", spacing="Medium"),
        )
        return card(*body, summary=self.summary(), actions=self._buttons(nonce))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(self.what)

    def _buttons(self, nonce: str) -> tuple[Execute, ...]:
        again = (press("Try again", TryAgain(wish=self.again), nonce),) if self.again else ()
        back = (press("Show the ticket", ShowTicket(ticket=self.ticket), nonce),) if self.ticket is not None else ()
        return (*again, *back, *(press(capital(each), RunCommand(words=each), nonce) for each in self.commands[:3]))
