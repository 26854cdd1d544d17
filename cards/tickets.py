"""The list card: a page of tickets, the next SLA due first. How a single ticket looks stands in ``cards.ticket``."""

from functools import cache, lru_cache

import orjson
from msgspec import Struct

from attms_core.model import ClockState, TicketId, TicketLine, TicketPage
from cards import times
from cards.actions import MOST_TITLE, Execute, quick_press
from cards.asks import ListTickets, NewTicketForm, RunCommand, ShowTicket
from cards.elements import Action, Container, Element, Filled, Json
from cards.parts import (
    PRESSING,
    capital,
    card,
    clock_look,
    feed,
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
from cards.template import DOT, Template, dotted, hole, unbroken, words

PAGE_SIZE = 8
MOST_SUGGESTIONS = 3


class TicketsCard(Struct, frozen=True, kw_only=True):
    """A page of a list."""

    title: str
    """What is listed, in words: ``Your open tickets``."""
    filter: str
    """The words that ask for this list again: ``mine``. Empty for all open tickets."""
    page: TicketPage
    says_whose: bool = False
    """Whether the title says already to whom they all are assigned."""
    suggestions: tuple[str, ...] = ()
    """Commands to offer when nothing was found: ``tickets open``."""

    def render(self, reader: Reader) -> Json:
        """Show it."""
        body = (*self._top(reader), *self._rows(reader), *self._empty())
        return card(*body, summary=self.summary(), actions=self._buttons())

    def summary(self) -> str:
        """Say it in one line."""
        found = f"{self.title}: {self._total()}"
        return feed(
            f"{found}, first {self.page.lines[0].number} {self.page.lines[0].title}" if self.page.lines else found
        )

    def _top(self, reader: Reader) -> tuple[Element, ...]:
        found = (*stale(self.page.as_of, reader, is_current=self.page.is_current), *self._progress())
        name = _title().fill(title=words(self.title, 200))
        return (*found, name, *((_place().fill(place=words(self._place())),) if self.page.lines else ()))

    def _progress(self) -> tuple[Element, ...]:
        if self.page.reading is None:
            return ()
        return (notice(f"Still reading from AutoTask: {self.page.reading:,} tickets so far. More may appear here."),)

    def _empty(self) -> tuple[Element, ...]:
        if self.page.lines:
            return ()
        if self.page.offset:
            return (say("There is nothing left on this page. The first page has what is there now."),)
        return (say("Nothing here."), whisper("Try another list below, or: tickets search WORDS", spacing="None"))

    def _rows(self, reader: Reader) -> list[Filled]:
        back = ShowTicket(ticket=TicketId(0), back=self.filter or "open", back_offset=self.page.offset)
        envelope = _envelope(back)
        return [self._row(line, envelope, reader) for line in self.page.lines]

    def _row(self, line: TicketLine, envelope: bytes, reader: Reader) -> Filled:
        clock, whose = line.clock, "" if self.says_whose else line.assignee_name or "unassigned"
        due, state = (times.sla(clock, reader), clock.state) if clock else ("", None)
        facts = (line.company_name, line.priority.label, line.status.label, whose)
        return _filled(line.id, line.number, line.title, facts, due, state, envelope)

    def _place(self) -> str:
        first = self.page.offset + 1
        return f"{first}-{self.page.offset + len(self.page.lines)} of {self._total()}, next SLA due first"

    def _total(self) -> str:
        return f"{self.page.counted_to}+" if self.page.total >= self.page.counted_to else str(self.page.total)

    def _buttons(self) -> tuple[Action, ...]:
        after = self.page.offset + len(self.page.lines)
        found: list[Action] = []
        if self.page.offset:
            before = ListTickets(filter=self.filter, offset=max(0, self.page.offset - PAGE_SIZE))
            found.append(quick_press("Previous", before))
        if self.page.lines and after < self.page.total:
            found.append(quick_press("Next", ListTickets(filter=self.filter, offset=after)))
        if not self.page.lines:
            found += [
                quick_press(capital(each), RunCommand(words=each)) for each in self.suggestions[:MOST_SUGGESTIONS]
            ]
        found.append(quick_press("New ticket", NewTicketForm()))
        found.append(quick_press("Refresh", ListTickets(filter=self.filter, offset=self.page.offset)))
        return tuple(found)


@lru_cache(maxsize=256)
def _envelope(back: ShowTicket) -> bytes:
    """Give what rides in all rows of a page, whose ticket is still to be named."""
    return orjson.dumps(back.pack("", has_verb=True)[ENVELOPE])


@lru_cache(maxsize=1024)
def _filled(  # noqa: PLR0917 - by place: eight times a page it is remembered by all that the row says
    ticket: TicketId,
    number: str,
    name: str,
    facts: tuple[str, ...],
    due: str,
    clock: ClockState | None,
    envelope: bytes,
) -> Filled:
    """Fill a row, or take the one that said all the same: a busy list is asked for by many, and again and again."""
    pressing, due = clock if clock in PRESSING else None, capital(due)
    return _template(pressing).fill(
        name=words(name or "(no title)"),
        facts=dotted((number, *facts), then=DOT) if pressing else dotted((number, *facts, due)),
        clock=unbroken(due),
        title=words(f"Open {number}", MOST_TITLE),
        envelope=orjson.dumps({**orjson.loads(envelope), "ticket": ticket}),
    )


@cache
def _title() -> Template:
    return Template(title(hole("title")))


@cache
def _place() -> Template:
    return Template(whisper(hole("place"), spacing="None"))


@cache
def _template(pressing: ClockState | None) -> Template:
    """Make a row once for each look of its clock: a page has eight, and all its other parts are the same.

    A clock that does not press looks like the facts before it, and is one of them.
    """
    facts = [run(hole("facts"), size="Small", subtle=True)]
    if pressing is not None:
        facts.append(clock_look(hole("clock"), pressing, size="Small"))
    data = {ENVELOPE: hole("envelope")}
    return Template(
        Container(
            items=(
                paragraph(run(hole("name"), weight="Bolder")),
                paragraph(*facts, spacing="None"),
            ),
            separator=True,
            select_action=Execute(title=hole("title"), verb=ShowTicket.action, data=data),
        )
    )
