"""The list card: a page of tickets, the next SLA due first. How a single ticket looks stands in ``cards.ticket``."""

from dataclasses import dataclass

from attms_core.model import TicketLine, TicketPage
from cards.actions import press, tap
from cards.asks import ListTickets, NewTicketForm, RunCommand, ShowTicket
from cards.elements import Action, Container, Element, Json
from cards.parts import capital, card, clock_run, feed, glue, notice, paragraph, run, say, stale, title, whisper
from cards.reader import Reader

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
        body = (*self._top(reader), *(self._row(line, reader) for line in self.page.lines), *self._empty())
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

    def _row(self, line: TicketLine, reader: Reader) -> Container:
        where = ShowTicket(ticket=line.id, back=self.filter or "open", back_offset=self.page.offset)
        return Container(
            items=(_name(line), _place_of(line), _state(line, reader)),
            separator=True,
            select_action=tap(f"Open {line.number}", where),
        )

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


def _name(line: TicketLine) -> Element:
    return paragraph(run(line.title or "(no title)", most=120, weight="Bolder"))


def _place_of(line: TicketLine) -> Element:
    text = f"{line.number} · {line.company_name}"
    return paragraph(run(text, most=120, size="Small", subtle=True), spacing="None")


def _state(line: TicketLine, reader: Reader) -> Element:
    who = line.assignee_name or "unassigned"
    runs = [run(f"{line.priority.label} · {line.status.label} · {who}", most=120, size="Small")]
    if line.clock:
        runs += [glue(" · ", size="Small"), clock_run(line.clock, reader, size="Small")]
    return paragraph(*runs, spacing="None")
