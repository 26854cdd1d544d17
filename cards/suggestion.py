"""The answer to words that nobody understands. Which command is nearest, the bot knows."""

from msgspec import Struct

from cards.actions import press
from cards.asks import RunCommand
from cards.elements import Json
from cards.parts import capital, card, feed, say, title
from cards.reader import Reader


class SuggestionCard(Struct, frozen=True, kw_only=True):
    """Offers what was perhaps meant."""

    said: str
    suggestion: str | None
    """The nearest command with its words, or nothing near enough."""
    run: str
    """What the button runs."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it; the suggestion is a button that runs."""
        del reader
        meant = f"Did you mean: {self.suggestion}" if self.suggestion else "Help lists all that can be said here."
        body = (
            title(
                f"I do not know: {self.said}" if self.said else "I did not understand that.", most=120, size="Medium"
            ),
            say(meant),
        )
        buttons = [press(capital(self.run), RunCommand(words=self.run), nonce)]
        if self.run != "help":
            buttons.append(press("Help", RunCommand(words="help"), nonce))
        return card(*body, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Did you mean: {self.suggestion}" if self.suggestion else "I did not understand that")
