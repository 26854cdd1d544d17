"""The first word in a conversation, once the app has been installed there."""

from msgspec import Struct

from cards.actions import press
from cards.asks import RunCommand
from cards.elements import Json
from cards.parts import capital, card, feed, glue, heading, paragraph, run, say

FIRST_WORDS = (
    ("tickets mine", "your open tickets, the next SLA due first"),
    ("new", "a new ticket, step by step"),
    ("help", "all that you can say"),
)


class WelcomeCard(Struct, frozen=True, kw_only=True):
    """Three things to try."""

    is_personal: bool
    """In a channel or group the bot hears only what mentions it."""

    def render(self) -> Json:
        """Show it. It is the same for everybody, so it knows no reader, and its buttons only read."""
        rows = (
            paragraph(run(words, weight="Bolder"), glue(f": {what}"), spacing="Small") for words, what in FIRST_WORDS
        )
        body = (heading("Your service desk is here"), say(self._how(), spacing="Small"), *rows)
        buttons = [press(capital(words), RunCommand(words=words), "") for words, _ in FIRST_WORDS]
        return card(*body, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed("Your service desk is here. Three things to try")

    def _how(self) -> str:
        return "Say one of these, or press it:" if self.is_personal else "Mention me and say one of these, or press it:"
