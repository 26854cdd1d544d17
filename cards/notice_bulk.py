"""One message for many: the same deed done to many tickets at once."""

from msgspec import Struct

from attms_core.model import TicketId
from cards.actions import press, tap
from cards.asks import RunCommand, ShowTicket
from cards.elements import Container, Element, Json
from cards.parts import card, feed, paragraph, run, title, whisper
from cards.reader import Reader

MOST_ROWS = 8


class BulkRow(Struct, frozen=True, kw_only=True):
    """One of them."""

    ticket: TicketId | None
    """None of what is no ticket."""
    name: str
    """``T20261124.0001 Printer on fire``."""


class BulkCard(Struct, frozen=True, kw_only=True):
    """``Ana Ruiz moved 37 tickets to Service Desk``, and the first of them."""

    what: str
    rows: tuple[BulkRow, ...]
    words: str = ""
    """The command that lists them; empty when no words can say it."""
    more: str = ""
    """Why it is told here, in words."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        left = len(self.rows) - MOST_ROWS
        rest = whisper(f"And {left} more.") if left > 0 else None
        more = whisper(self.more) if self.more else None
        buttons = [press("Show them", RunCommand(words=self.words), nonce)] if self.words else []
        rows = (row_part(each) for each in self.rows[:MOST_ROWS])
        return card(title(self.what, size="Medium"), *rows, rest, more, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        return feed(self.what)


def row_part(row: BulkRow, *beneath: Element) -> Container:
    """Show one as a row that opens it."""
    name = paragraph(run(row.name, most=120, weight="Bolder" if beneath else None))
    there = tap("Open it", ShowTicket(ticket=row.ticket)) if row.ticket is not None else None
    return Container(items=(name, *beneath), select_action=there, separator=True, spacing="Small")
