"""The ticket card: facts, SLA in words, latest notes, buttons. Its forms have files of their own."""

from typing import TypeVar

from msgspec import Struct

from attms_core.model import ClockState, NoteLine, Seen, TicketDetail, WishId
from cards.actions import link, press, tap
from cards.asks import (
    NO_WISH,
    AssignForm,
    ListTickets,
    NoteForm,
    OfTicket,
    PriorityForm,
    RefreshTicket,
    StatusForm,
    TakeTicket,
    ViewTicket,
)
from cards.elements import Action, AdaptiveCard, Container, Element, Json, Refresh, Style, TextRun
from cards.parts import (
    clock_run,
    facts,
    feed,
    glue,
    heading,
    notice,
    paragraph,
    run,
    spaced,
    stale,
    title,
    way,
    whisper,
)
from cards.reader import Reader
from cards.text import lines, plain
from cards.times import ago, moment

Asks = TypeVar("Asks", bound=OfTicket)

MOST_NOTES = 3
DESCRIPTION = 600
DESCRIPTION_ROWS = 8
NOTE = 280
NOTE_ROWS = 4


class TicketCard(Struct, frozen=True, kw_only=True):
    """A ticket as it is now."""

    detail: TicketDetail
    notice: str = ""
    """What has just happened: ``Now with ...``, ``Changed meanwhile: status is now In Progress``."""
    notice_style: Style = "accent"
    """``good`` after a deed, ``warning`` when something changed meanwhile; the words say it as well."""
    back: str = ""
    """The words of the list that it was opened from; empty when it was not."""
    back_offset: int = 0
    refresh_for: tuple[str, ...] = ()
    """Teams ids of those who get a view of their own, for which Teams asks by itself; sixty at most."""
    wish: WishId = NO_WISH
    """What the notice tells of, so that everybody's own view tells it too."""
    news: tuple[Element, ...] = ()
    """What stands above all in the place of a notice, where the card tells of changes."""
    told: str = ""
    """Its line of the activity feed, where that is not the ticket alone."""
    quiet: tuple[TextRun, ...] = ()
    """Ways to go on besides those that every ticket's card has."""
    can_write: bool = True
    """Whether the deeds are offered: a card that many see offers them all, a view of one's own what one may do."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        body = (
            *self._top(reader),
            *self._facts(reader),
            *self._description(),
            *self._notes(reader),
            *self._ways(reader),
        )
        buttons = self._deeds(reader, nonce)
        whole = AdaptiveCard(body=body, actions=buttons, refresh=self._refresh(), fallback_text=plain(self.summary()))
        return whole.to_json()

    def summary(self) -> str:
        """Say it in one line."""
        if self.told:
            return feed(self.told)
        ticket = self.detail.ticket
        said = f"{self.notice.rstrip('.')}: " if self.notice else ""
        return feed(f"{said}{ticket.number} {ticket.title} ({self.detail.status.label})")

    def _top(self, reader: Reader) -> tuple[Element, ...]:
        ticket = self.detail.ticket
        said = (notice(self.notice, self.notice_style),) if self.notice else self.news
        old = stale(self.detail.as_of, reader, is_current=self.detail.is_current)
        head = (
            whisper(f"{ticket.number} · {self.detail.company_name}"),
            title(ticket.title or "(no title)", spacing="None"),
        )
        return (*said, *old, *head, *self._sla(reader))

    def _sla(self, reader: Reader) -> tuple[Element, ...]:
        clock = self.detail.clock
        if not clock:
            return ()
        if clock.state is ClockState.PAUSED:
            return (paragraph(clock_run(clock, reader), spacing="Small"),)
        due = "was due" if clock.state is ClockState.BREACHED else "by"
        when = glue(f" · {due} {moment(clock.due, reader)}", size="Small")
        return (paragraph(clock_run(clock, reader), when, spacing="Small"),)

    def _facts(self, reader: Reader) -> tuple[Element, ...]:
        detail, ticket = self.detail, self.detail.ticket
        pairs = [
            ("Status", detail.status.label),
            ("Priority", detail.priority.label),
            ("Assigned to", detail.assignee_name or "nobody yet"),
            ("Queue", detail.queue.label if detail.queue else "none"),
            ("Contact", detail.contact_name or "none"),
            ("Created", f"{moment(ticket.created, reader)}" if ticket.created else "unknown"),
        ]
        return (Container(items=facts(pairs), style="emphasis", spacing="Medium"),)

    def _description(self) -> tuple[Element, ...]:
        found, more = lines(self.detail.ticket.description, most=DESCRIPTION, rows=DESCRIPTION_ROWS)
        if not found:
            return ()
        rest = (whisper("The whole description is in AutoTask."),) if more else ()
        text = (paragraph(run(line, most=DESCRIPTION), spacing="Small") for line in found)
        return (heading("Description", spacing="Medium"), *text, *rest)

    def _notes(self, reader: Reader) -> tuple[Element, ...]:
        shown = self.detail.notes[:MOST_NOTES]
        hidden = self._hidden()
        if not shown and not hidden:
            return ()
        return (heading("Latest notes", spacing="Medium"), *(_note(each, reader) for each in shown), *hidden)

    def _hidden(self) -> tuple[Element, ...]:
        count = self.detail.hidden_notes
        if not count:
            return ()
        return (whisper(f"{count} internal {'note' if count == 1 else 'notes'} not shown here."),)

    def _deeds(self, reader: Reader, nonce: str) -> tuple[Action, ...]:
        again = press("Refresh", self._about(RefreshTicket), nonce)
        if not self.can_write:
            return (again,)
        ticket = self.detail.ticket
        take = TakeTicket(ticket=ticket.id, seen=Seen.of(ticket), back=self.back, back_offset=self.back_offset)
        is_mine = reader.me is not None and ticket.assignee == reader.me
        return (
            *(() if is_mine else (press("Take it", take, nonce),)),
            press("Assign", self._about(AssignForm), nonce),
            press("Status", self._about(StatusForm), nonce),
            press("Priority", self._about(PriorityForm), nonce),
            press("Note", self._about(NoteForm), nonce),
            again,
        )

    def _ways(self, reader: Reader) -> tuple[Element, ...]:
        back = ListTickets(filter=self.back, offset=self.back_offset)
        ways = [way("Back to the list", tap("Back to the list", back))] if self.back else []
        ways += [way(str(each.title), each) for each in link("Open in AutoTask", self.detail.url, reader)]
        ways += self.quiet
        if not ways:
            return ()
        return (paragraph(*spaced(ways), spacing="Medium"),)

    def _refresh(self) -> Refresh | None:
        if not self.refresh_for:
            return None
        view = ViewTicket(ticket=self.detail.ticket.id, back=self.back, back_offset=self.back_offset, wish=self.wish)
        return Refresh(action=tap("Refresh", view), user_ids=self.refresh_for)

    def _about(self, kind: type[Asks]) -> Asks:
        return kind(ticket=self.detail.ticket.id, back=self.back, back_offset=self.back_offset)


def _note(note: NoteLine, reader: Reader) -> Element:
    who = f"{note.author} (customer)" if note.is_customer else note.author
    when = f" · {ago(note.created, reader)}" if note.created else ""
    seen_by = "internal" if note.is_internal else "the customer sees this"
    head = paragraph(
        run(who or "unknown", most=80, weight="Bolder", size="Small"), glue(f"{when} · {seen_by}", size="Small")
    )
    found, more = lines(note.text or note.title, most=NOTE, rows=NOTE_ROWS)
    text = (paragraph(run(line, most=NOTE), spacing="None") for line in found)
    rest = (whisper("More in AutoTask.", spacing="None"),) if more else ()
    return Container(items=(head, *text, *rest), separator=True, spacing="Small")
