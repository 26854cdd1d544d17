"""The short message of a change: beneath the card that stands for its topic, or alone where there are no threads."""

from msgspec import Struct

from attms_core.model import Seen, Ticket, Topic
from cards.actions import press, tap
from cards.asks import ShowTicket, TakeTicket
from cards.elements import Action, Element, Json, TextRun
from cards.notice_asks import WhyNotice
from cards.notice_lines import WHY, Line, line_parts, mentioning, said
from cards.parts import card, feed, paragraph, spaced, way, whisper
from cards.reader import Reader


class ReplyCard(Struct, frozen=True, kw_only=True):
    """What happened, and to what."""

    name: str
    """``T20261124.0001 Printer on fire``."""
    topic: Topic
    told: tuple[Line, ...]
    """The latest last."""
    ticket: Ticket | None = None
    """None of what is no ticket, and of one that is gone."""
    can_take: bool = False
    """Whether somebody is looked for to take it."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        body: tuple[Element, ...] = (
            *line_parts(self.told, reader),
            whisper(self.name),
            paragraph(*spaced(self._ways()), spacing="Small"),
        )
        return mentioning(card(*body, summary=self.summary(), actions=self._deeds(nonce)), self.told)

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"{self.name}: {said(self.told)}")

    def _deeds(self, nonce: str) -> tuple[Action, ...]:
        if self.ticket is None or not self.can_take:
            return ()
        return (press("Take it", TakeTicket(ticket=self.ticket.id, seen=Seen.of(self.ticket)), nonce),)

    def _ways(self) -> tuple[TextRun, ...]:
        show = "Show the ticket"
        there = (way(show, tap(show, ShowTicket(ticket=self.ticket.id))),) if self.ticket else ()
        return (*there, way(WHY, tap(WHY, WhyNotice(topic=self.topic.key))))
