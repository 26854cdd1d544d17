"""The digest card: how things stand, the most pressing first. When it comes is set by other cards."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from attms_core.model import Clock, ClockState, TicketId
from cards import times
from cards.actions import press, tap
from cards.asks import RunCommand, ShowTicket
from cards.digest_asks import ShowDigests
from cards.elements import Action, Container, Element, Json, TextRun
from cards.parts import capital, card, clock_look, facts, feed, glue, paragraph, run, say, stale, title, whisper
from cards.reader import Reader

MOST_LINES = 18
"""Tickets of a whole card: more would be too much to read, and too big."""
TITLE = 80
SAYING = 120
MOST_COUNTS = 6


class DigestLine(Struct, frozen=True, kw_only=True):
    """A ticket as it stands."""

    ticket: TicketId
    number: str
    title: str
    company: str
    state: str
    """Priority, status and who has it; empty where a part tells of something else."""
    clock: Clock | None = None
    told: tuple[str, ...] = ()
    """What is worth knowing of it: ``the customer wrote 3 h ago``."""


class DigestPart(Struct, frozen=True, kw_only=True):
    """Tickets of one kind."""

    name: str
    """``Overdue``."""
    lines: tuple[DigestLine, ...]
    total: int
    is_more: bool = False
    """There are more than ``total``."""
    is_pressing: bool = False

    @property
    def count(self) -> str:
        """Say how many."""
        return f"{self.total}{'+' if self.is_more else ''}"


class DigestCard(Struct, frozen=True, kw_only=True):
    """A digest."""

    heading: str
    """``Your day``, ``Service desk``."""
    lead: str
    """In a sentence how much there is: ``12 open tickets, 2 of them overdue.``"""
    about: str
    """What it covers, and since when things are new."""
    parts: tuple[DigestPart, ...] = ()
    counts: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    """Open tickets ``by queue``: name and number, the largest first."""
    commands: tuple[tuple[str, str], ...] = ()
    """Lists to go on with: what the button says, and the words to run."""
    as_of: datetime | None = None
    """When AutoTask was heard last."""
    is_current: bool = True
    """False when AutoTask has been silent for too long: the card then says how old the data is."""
    back: str = "mine"
    """The list that a ticket leads back to."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        body = (
            title(self.heading),
            say(self.lead, spacing="None"),
            whisper(self.about, spacing="None"),
            *stale(self.as_of, reader, is_current=self.is_current),
            *self._parts(reader),
            *(part for name, those in self.counts for part in _counts(name, those)),
        )
        return card(*body, summary=self.summary(), actions=self._buttons(nonce))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"{self.heading}: {self.lead}")

    def _parts(self, reader: Reader) -> list[Element]:
        found: list[Element] = []
        left = MOST_LINES
        for part in self.parts:
            shown = part.lines[:left]
            left -= len(shown)
            found.append(_head(part))
            found += [_line(line, reader, self.back) for line in shown]
            if part.total > len(shown):
                found.append(whisper(f"and {part.total - len(shown)}{'+' if part.is_more else ''} more"))
        return found

    def _buttons(self, nonce: str) -> tuple[Action, ...]:
        lists = (press(name, RunCommand(words=words), nonce) for name, words in self.commands)
        return (*lists, press("When this comes", ShowDigests(), nonce))


def _head(part: DigestPart) -> Container:
    name = run(f"{part.name} ({part.count})", weight="Bolder", color="Attention" if part.is_pressing else None)
    return Container(items=(paragraph(name),), spacing="Medium", separator=True)


def _line(line: DigestLine, reader: Reader, back: str) -> Container:
    name = paragraph(run(line.title or "(no title)", most=TITLE, weight="Bolder", size="Small"))
    said = " · ".join(part for part in (line.number, line.company, line.state) if part)
    place = run(said, most=140, size="Small", subtle=True)
    return Container(
        items=(name, paragraph(place, *_clock(line.clock, reader), spacing="None"), *_told(line.told)),
        spacing="Small",
        select_action=tap(f"Open {line.number}", ShowTicket(ticket=line.ticket, back=back)),
    )


def _clock(clock: Clock | None, reader: Reader) -> tuple[TextRun, ...]:
    if clock is None or clock.state is ClockState.PAUSED:
        return ()
    return (glue(" · ", size="Small"), clock_look(capital(times.sla(clock, reader)), clock.state, size="Small"))


def _told(told: Sequence[str]) -> tuple[Element, ...]:
    return tuple(paragraph(run(each, most=SAYING, size="Small"), spacing="None") for each in told)


def _counts(name: str, those: Sequence[tuple[str, int]]) -> tuple[Element, ...]:
    shown = [(each, str(count)) for each, count in those[:MOST_COUNTS]]
    if not shown:
        return ()
    rest = sum(count for _, count in those[MOST_COUNTS:])
    more = (whisper(f"and {rest} more elsewhere", spacing="Small"),) if rest else ()
    head = Container(items=(paragraph(run(name, weight="Bolder")),), spacing="Medium", separator=True)
    return (head, *facts(shown), *more)
