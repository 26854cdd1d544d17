"""The list of subscriptions: a conversation's, or all. Making one has cards of its own."""

from msgspec import Struct

from cards.actions import Execute, press
from cards.elements import Action, ActionSet, Container, Element, Json
from cards.listing import listing, none_yet, pages, removal
from cards.notice_asks import EditSubscription
from cards.parts import feed, paragraph, run, say, whisper
from cards.reader import Reader
from cards.subscription_asks import (
    EVERYWHERE,
    HERE,
    YES,
    ListSubscriptions,
    PauseSubscription,
    RemoveSubscription,
    ResumeSubscription,
    SubscriptionForm,
)
from cards.subscription_parts import SubscriptionLine, described, subject

PAGE = 5
EXAMPLE = 'subscribe queue:"Service Desk" priority:critical,high'


class SubscriptionsCard(Struct, frozen=True, kw_only=True):
    """A page of subscriptions."""

    lines: tuple[SubscriptionLine, ...]
    """Of this page alone."""
    total: int
    offset: int = 0
    here: str = "this conversation"
    """``this channel``, ``this chat``, ``you``."""
    place: str = HERE
    """``everywhere`` for an administrator's list of all."""
    said: str = ""
    """What has just happened."""
    asks_about: SubscriptionLine | None = None
    """The one that shall be removed, if that is asked now."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        if self.asks_about is not None:
            return self._asking(self.asks_about, nonce)
        rows = [self._row(line, nonce) for line in self.lines]
        told, buttons = self._told(), self._buttons(nonce)
        return listing(self._name(), told, rows, said=self.said, summary=self.summary(), actions=buttons)

    def summary(self) -> str:
        """Say it in one line."""
        if self.asks_about is not None:
            return feed(_question(self.asks_about))
        return feed(self.said or f"{self._name()}: {self.total}")

    def _name(self) -> str:
        if self.place == EVERYWHERE:
            return "All subscriptions"
        return "Your subscriptions" if self.here == "you" else f"Subscriptions of {self.here}"

    def _told(self) -> tuple[Element, ...]:
        if self.total:
            last = self.offset + len(self.lines)
            return (whisper(f"{self.offset + 1}-{last} of {self.total}", spacing="None"),)
        if self.place == EVERYWHERE:
            return (say("Nobody has subscribed to anything yet."),)
        return none_yet(EXAMPLE)

    def _row(self, line: SubscriptionLine, nonce: str) -> Container:
        state = " · ".join(
            [f"{line.id}", *(["paused"] if line.is_paused else []), *([line.words] if line.words else [])]
        )
        where = whisper(f"In {line.where}", spacing="None") if line.where else None
        items: tuple[Element | None, ...] = (
            whisper(state, most=600, spacing="None"),
            paragraph(run(subject(line), most=400, weight="Bolder"), spacing="None"),
            where,
            *described(line),
            ActionSet(actions=self._deeds(line, nonce), spacing="Small"),
        )
        return Container(items=tuple(each for each in items if each is not None), separator=True)

    def _deeds(self, line: SubscriptionLine, nonce: str) -> tuple[Execute, ...]:
        number = str(line.id)
        other = ResumeSubscription if line.is_paused else PauseSubscription
        toggle = press(
            "Resume" if line.is_paused else "Pause", other(id=number, place=self.place, offset=self.offset), nonce
        )
        remove = press("Remove", RemoveSubscription(id=number, place=self.place, offset=self.offset), nonce)
        if self.place == EVERYWHERE:
            return (toggle, remove)
        return (toggle, press("Edit", EditSubscription(id=number), nonce), remove)

    def _asking(self, line: SubscriptionLine, nonce: str) -> Json:
        return removal(
            _question(line),
            paragraph(run(subject(line), most=400, weight="Bolder")),
            *described(line),
            whisper("Nothing more is told by it. Pausing keeps it for later."),
            deed=RemoveSubscription(id=str(line.id), place=self.place, offset=self.offset, sure=YES),
            back=self._at(self.offset),
            nonce=nonce,
        )

    def _buttons(self, nonce: str) -> tuple[Action, ...]:
        shown = len(self.lines)
        ways = pages(self._at, nonce, offset=self.offset, shown=shown, total=self.total, size=PAGE)
        return (*ways, press("New subscription", SubscriptionForm(), nonce)) if self.place == HERE else ways

    def _at(self, offset: int) -> ListSubscriptions:
        return ListSubscriptions(place=self.place, offset=offset)


def _question(line: SubscriptionLine) -> str:
    return f"Remove subscription {line.id}?"
