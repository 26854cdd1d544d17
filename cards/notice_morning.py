"""What quiet hours held back, all in one card: grouped by ticket, the most pressing first."""

from msgspec import Struct

from attms_core.model import Clock
from cards.actions import press
from cards.asks import RunCommand
from cards.elements import Element, Json
from cards.notice_bulk import BulkRow, row_part
from cards.notice_lines import Line, quoted
from cards.parts import card, clock_run, feed, glue, paragraph, run, title, whisper
from cards.reader import Reader
from cards.times import moment

MOST_TOPICS = 10
MOST_LINES = 2
QUOTE = 80
QUOTE_ROWS = 1


class Held(Struct, frozen=True, kw_only=True):
    """One ticket or opportunity, and what happened to it meanwhile."""

    row: BulkRow
    place: str
    """The company's name."""
    told: tuple[Line, ...]
    """The latest last."""
    clock: Clock | None = None


class MorningCard(Struct, frozen=True, kw_only=True):
    """All that was held back."""

    held: tuple[Held, ...]
    """The most pressing first."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        left = len(self.held) - MOST_TOPICS
        rest = whisper(f"And {left} more: they are in your list.") if left > 0 else None
        rows = (row_part(each.row, *_beneath(each, reader)) for each in self.held[:MOST_TOPICS])
        buttons = (
            press("My tickets", RunCommand(words="tickets mine"), nonce),
            press("What I am told", RunCommand(words="notices"), nonce),
        )
        about = whisper("Held back by your quiet hours, the most pressing first.", spacing="None")
        return card(title(self._title(), size="Medium"), about, *rows, rest, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        first = self.held[0]
        return feed(f"{self._title()}. First {first.row.name}: {first.told[-1].what if first.told else first.place}")

    def _title(self) -> str:
        are_tickets = all(each.row.ticket is not None for each in self.held)
        return f"While it was quiet: news of {len(self.held)} {'tickets' if are_tickets else 'matters'}"


def _beneath(held: Held, reader: Reader) -> tuple[Element, ...]:
    runs = [run(held.place, most=100, size="Small", subtle=True)]
    if held.clock:
        runs += [glue(" · ", size="Small"), clock_run(held.clock, reader, size="Small")]
    shown = held.told[-MOST_LINES:]
    earlier = len(held.told) - len(shown)
    more = (whisper(f"{earlier} earlier {'change' if earlier == 1 else 'changes'}.", spacing="None"),)
    return (
        paragraph(*runs, spacing="None"),
        *(more if earlier > 0 else ()),
        *(part for line in shown for part in _line(line, reader)),
    )


def _line(line: Line, reader: Reader) -> tuple[Element, ...]:
    when = (glue(f" · {moment(line.at, reader)}", size="Small"),) if line.at else ()
    return (
        paragraph(run(line.what, most=160), *when, spacing="None"),
        *quoted(line.quote, most=QUOTE, rows=QUOTE_ROWS),
    )
