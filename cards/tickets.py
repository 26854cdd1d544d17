"""The list card: a page of tickets, the next SLA due first. How a single ticket looks stands in ``cards.ticket``."""

from dataclasses import dataclass
from functools import cache

from attms_core.model import ClockState, TicketId, TicketLine, TicketPage
from cards import times
from cards.actions import MOST_TITLE, Execute, press
from cards.asks import ListTickets, NewTicketForm, RunCommand, ShowTicket
from cards.elements import Action, Container, Element, Filled, Json
from cards.parts import (
    BLANK,
    capital,
    card,
    clock_look,
    feed,
    glue,
    notice,
    paragraph,
    run,
    say,
    stale,
    title,
    whisper,
)
from cards.reader import Reader
from cards.submission import ENVELOPE
from cards.template import Template, hole
from cards.text import plain

PAGE_SIZE = 8
MOST_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsCard:
    """A page of a list."""

    title: str
    """What is listed, in words: ``Your open tickets``."""
    filter: str
    """The words that ask for this list again: ``mine``. Empty for all open tickets."""
    page: TicketPage
    reading: int | None = None
    """While the first sync runs: how many tickets have been read so far."""
    suggestions: tuple[str, ...] = ()
    """Commands to offer when nothing was found: ``tickets open``."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        body = (*self._top(reader), *self._rows(reader), *self._empty())
        return card(*body, summary=self.summary(), actions=self._buttons(nonce))

    def summary(self) -> str:
        """Say it in one line."""
        found = f"{self.title}: {self._total()}"
        return feed(
            f"{found}, first {self.page.lines[0].number} {self.page.lines[0].title}" if self.page.lines else found
        )

    def _top(self, reader: Reader) -> tuple[Element, ...]:
        place = whisper(self._place(), spacing="None") if self.page.lines else None
        found = (*stale(self.page.as_of, reader, is_current=self.page.is_current), *self._progress())
        return (*found, title(self.title), *((place,) if place else ()))

    def _progress(self) -> tuple[Element, ...]:
        if self.reading is None:
            return ()
        return (notice(f"Still reading from AutoTask: {self.reading:,} tickets so far. More may appear here."),)

    def _empty(self) -> tuple[Element, ...]:
        if self.page.lines:
            return ()
        if self.page.offset:
            return (say("There is nothing left on this page. The first page has what is there now."),)
        return (say("Nothing here."), whisper("Try another list below, or: tickets search WORDS", spacing="None"))

    def _rows(self, reader: Reader) -> list[Filled]:
        back = ShowTicket(ticket=TicketId(0), back=self.filter or "open", back_offset=self.page.offset)
        envelope = back.pack("")[ENVELOPE]
        return [_row(line, {**envelope, "ticket": line.id}, reader) for line in self.page.lines]

    def _place(self) -> str:
        first = self.page.offset + 1
        return f"{first}-{self.page.offset + len(self.page.lines)} of {self._total()}, next SLA due first"

    def _total(self) -> str:
        return f"{self.page.counted_to}+" if self.page.total >= self.page.counted_to else str(self.page.total)

    def _buttons(self, nonce: str) -> tuple[Action, ...]:
        after = self.page.offset + len(self.page.lines)
        found: list[Action] = []
        if self.page.offset:
            before = ListTickets(filter=self.filter, offset=max(0, self.page.offset - PAGE_SIZE))
            found.append(press("Previous", before, nonce))
        if self.page.lines and after < self.page.total:
            found.append(press("Next", ListTickets(filter=self.filter, offset=after), nonce))
        if not self.page.lines:
            found += [
                press(capital(each), RunCommand(words=each), nonce) for each in self.suggestions[:MOST_SUGGESTIONS]
            ]
        found.append(press("New ticket", NewTicketForm(), nonce))
        found.append(press("Refresh", ListTickets(filter=self.filter, offset=self.page.offset), nonce))
        return tuple(found)


def _row(line: TicketLine, envelope: Json, reader: Reader) -> Filled:
    who, clock = line.assignee_name or "unassigned", line.clock
    due = {"clock": _words(capital(times.sla(clock, reader)))} if clock else {}
    return _template(clock.state if clock else None).fill(
        name=_words(line.title or "(no title)"),
        place=_words(f"{line.number} · {line.company_name}"),
        state=_words(f"{line.priority.label} · {line.status.label} · {who}"),
        title=_words(f"Open {line.number}", most=MOST_TITLE),
        envelope=envelope,
        **due,
    )


def _words(text: str, *, most: int = 120) -> str:
    return str(plain(text, most=most) or BLANK)


@cache
def _template(clock: ClockState | None) -> Template:
    """Make a row once for each look of its clock: a page has eight, and all its other parts are the same."""
    state = [run(hole("state"), size="Small")]
    if clock is not None:
        state += [glue(" · ", size="Small"), clock_look(hole("clock"), clock, size="Small")]
    data = {ENVELOPE: hole("envelope")}
    return Template(
        Container(
            items=(
                paragraph(run(hole("name"), weight="Bolder")),
                paragraph(run(hole("place"), size="Small", subtle=True), spacing="None"),
                paragraph(*state, spacing="None"),
            ),
            separator=True,
            select_action=Execute(title=hole("title"), verb=ShowTicket.action, data=data),
        )
    )
