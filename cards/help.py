"""What can be said here. Which commands there are, the bot knows."""

from msgspec import Struct

from cards.actions import press, tap
from cards.asks import RunCommand
from cards.elements import Container, Element, Json
from cards.parts import capital, card, feed, heading, paragraph, run, title, whisper
from cards.reader import Reader

MOST_BUTTONS = 4


class HelpEntry(Struct, frozen=True, kw_only=True):
    """One command."""

    usage: str
    """``tickets mine``, ``assign TICKET NAME``."""
    help: str
    example: str = ""
    """What a tap runs; without one the entry is only read."""


class HelpGroup(Struct, frozen=True, kw_only=True):
    """Commands that belong together."""

    name: str
    entries: tuple[HelpEntry, ...]


class HelpCard(Struct, frozen=True, kw_only=True):
    """All that this person may say."""

    groups: tuple[HelpGroup, ...]
    buttons: tuple[str, ...] = ("tickets mine", "tickets unassigned", "new", "me")
    """The most useful ones, four at most."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        body: list[Element] = [
            heading("What you can say"),
            whisper("With or without a slash. Tap a command to run its example.", spacing="None"),
        ]
        for group in self.groups:
            body += [
                title(group.name, size="Default", spacing="Medium"),
                *(_entry(each) for each in group.entries),
            ]
        buttons = [press(capital(each), RunCommand(words=each), nonce) for each in self.buttons[:MOST_BUTTONS]]
        return card(*body, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed("What you can say")


def _entry(entry: HelpEntry) -> Container:
    example = f". Example: {entry.example}" if entry.example and entry.example != entry.usage else ""
    return Container(
        items=(
            paragraph(run(entry.usage, weight="Bolder", color="Accent" if entry.example else None)),
            whisper(f"{entry.help.rstrip('.')}{example}", spacing="None"),
        ),
        spacing="Small",
        select_action=tap(f"Run {entry.example}", RunCommand(words=entry.example)) if entry.example else None,
    )
