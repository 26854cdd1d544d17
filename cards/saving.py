"""While AutoTask takes its time. The message is edited when the outcome is known."""

from msgspec import Struct

from cards.elements import Json
from cards.parts import card, feed, heading, whisper
from cards.reader import Reader


class SavingCard(Struct, frozen=True):
    """It has been stored and goes on by itself."""

    def render(self, reader: Reader) -> Json:
        """Show it; there is nothing to press."""
        del reader
        more = whisper("AutoTask takes its time. This card changes by itself when it is done; nothing is lost.")
        return card(heading("Saving..."), more, summary=self.summary())

    def summary(self) -> str:
        """Say it in one line."""
        return feed("Saving...")
