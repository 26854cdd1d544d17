"""The card that stands for a ticket in a conversation: the ticket as it is, topped by what changed."""

from msgspec import Struct
from msgspec.structs import replace

from attms_core.model import NoteId, TicketDetail, Topic
from cards.elements import Json
from cards.notice_lines import Line, band, mentioning, quiet_ways, said
from cards.parts import feed
from cards.reader import Reader
from cards.ticket import TicketCard


class NoticeCard(Struct, frozen=True, kw_only=True):
    """A ticket, and what has just happened to it."""

    detail: TicketDetail
    told: tuple[Line, ...] = ()
    """The latest last; none where the card is brought up to date in silence."""
    lead: str = ""
    """Why it is told in this way, on top of all: ``A sample``."""
    quoted: frozenset[NoteId] = frozenset()
    """Notes whose words the lines show already."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        return mentioning(self._card(reader).render(reader, nonce), self.told)

    def summary(self) -> str:
        """Say it in one line."""
        ticket = self.detail.ticket
        news = said(self.told) or self.detail.status.label
        return feed(f"{ticket.number} {ticket.title or '(no title)'}: {news}")

    def _card(self, reader: Reader) -> TicketCard:
        others = tuple(note for note in self.detail.notes if note.id not in self.quoted)
        return TicketCard(
            detail=replace(self.detail, notes=others),
            news=(band(self.told, reader, lead=self.lead),) if self.told or self.lead else (),
            told=self.summary(),
            quiet=quiet_ways(Topic(ticket=self.detail.ticket.id).key),
        )
