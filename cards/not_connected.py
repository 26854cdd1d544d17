"""Before AutoTask has been set up."""

from msgspec import Struct

from cards.elements import Json
from cards.parts import card, feed, heading, say, whisper
from cards.reader import Reader


class NotConnectedCard(Struct, frozen=True, kw_only=True):
    """The bot runs, and has nothing to show yet."""

    next: str = "An administrator sets the AutoTask user, secret and integration code, and starts the bot again."

    def render(self, reader: Reader) -> Json:
        """Show it."""
        del reader
        body = (
            heading("Not connected to AutoTask yet"),
            say("I am here and I understand you, but I have no tickets to show.", spacing="Small"),
            whisper(self.next),
        )
        return card(*body, summary=self.summary())

    def summary(self) -> str:
        """Say it in one line."""
        return feed("Not connected to AutoTask yet")
