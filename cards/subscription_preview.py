"""What a subscription would tell, before it is saved: in words, over the last days, with examples."""

from msgspec import Struct

from attms_core.model import TicketId
from cards.actions import Execute, press, tap
from cards.asks import ShowTicket
from cards.elements import Container, Element, Json
from cards.parts import card, done, facts, feed, heading, notice, paragraph, run, say, title, whisper
from cards.reader import Reader
from cards.subscription_asks import DropSubscription, SampleSubscription, SaveSubscription, SubscriptionForm
from cards.subscription_parts import ABOUT_WORDS, MODE_WORDS, SubscriptionLine, events_said

MOST_EXAMPLES = 3
MOST_OVERLAPS = 3


class Example(Struct, frozen=True, kw_only=True):
    """Something of the last days that would have been told."""

    name: str
    """Number and title."""
    what: str
    """``status changed``."""
    ago: str
    ticket: TicketId | None = None


class PreviewCard(Struct, frozen=True, kw_only=True):
    """Asks whether it shall be kept."""

    line: SubscriptionLine
    """With the id 0 while it is new."""
    typed: str
    """The same as somebody typed it: what is saved."""
    here: str
    """Who is told: ``this channel``, ``you``."""
    clauses: tuple[tuple[str, str], ...] = ()
    """The filter in plain words: ``Queue``, ``Service Desk``."""
    replay: str = ""
    """``In the last 7 days: 43 posts, 6 a day (busiest day 12).``"""
    overlaps: tuple[str, ...] = ()
    """What the conversation is told of already, in words."""
    examples: tuple[Example, ...] = ()
    said: str = ""
    """What has just happened: ``The sample is below.``"""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        del reader
        body = (
            done(self.said),
            title(self._name(), size="Medium"),
            whisper(self.line.words, most=600, spacing="None") if self.line.words else None,
            *facts((*(self.clauses or (("Which", f"all {self._about()}"),)),)),
            say(f"When: {events_said(self.line.events)}", most=700, spacing="Medium"),
            whisper(f"As {MODE_WORDS[self.line.mode]}", spacing="None"),
            *self._overlap(),
            paragraph(run(self.replay, most=300, weight="Bolder"), spacing="Medium") if self.replay else None,
            *self._shown(),
        )
        return card(*body, summary=self.summary(), actions=self._buttons(nonce))

    def summary(self) -> str:
        """Say it in one line."""
        return feed(self.said or f"{self._name()} {self.replay}")

    def _name(self) -> str:
        change = f"Change subscription {self.line.id}: tell" if self.line.id else "Tell"
        return f"{change} {self.here} about {self._about()}?"

    def _about(self) -> str:
        return ABOUT_WORDS[self.line.about]

    def _overlap(self) -> tuple[Element, ...]:
        if not self.overlaps:
            return ()
        more = len(self.overlaps) - MOST_OVERLAPS
        told = "; ".join(self.overlaps[:MOST_OVERLAPS]) + (f"; and {more} more" if more > 0 else "")
        return (notice(f"Already told by: {told}", "warning"),)

    def _shown(self) -> tuple[Element, ...]:
        if not self.examples:
            return ()
        return (heading("For example", spacing="Medium"), *(_row(each) for each in self.examples[:MOST_EXAMPLES]))

    def _buttons(self, nonce: str) -> tuple[Execute, ...]:
        number = str(self.line.id) if self.line.id else ""
        form = SubscriptionForm(words=self.line.words, about=self.line.about, id=number)
        return (
            press("Save", SaveSubscription(words=self.typed, id=number), nonce),
            press("Change", form, nonce),
            press("Send me a sample", SampleSubscription(words=self.typed, id=number), nonce),
            press("Cancel", DropSubscription(), nonce),
        )


def _row(each: Example) -> Container:
    items = (
        paragraph(run(each.name, weight="Bolder")),
        paragraph(run(f"{each.what} · {each.ago}", size="Small", subtle=True), spacing="None"),
    )
    opens = tap(f"Open {each.name}", ShowTicket(ticket=each.ticket)) if each.ticket is not None else None
    return Container(items=items, separator=True, select_action=opens)
