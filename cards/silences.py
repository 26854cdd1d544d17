"""What a conversation does not want to be told: the answer to a silence, the list, and the choice among senders."""

from msgspec import Struct

from attms_core.model import TicketId
from attms_core.model.silence import Until
from cards.actions import press
from cards.asks import ShowTicket
from cards.elements import Action, ActionSet, Container, Element, Json
from cards.parts import card, done, feed, heading, paragraph, run, say, title, whisper
from cards.reader import Reader
from cards.silence_asks import HearAgain, ListSilences, SilenceSender

UNTIL = {Until.REPLY: "until the customer writes", Until.EVER: "for good"}


class SilencedCard(Struct, frozen=True, kw_only=True):
    """Something is silent from now on."""

    name: str
    """``T20261124.0001 Printer on fire``, or a sender's name."""
    what: str
    """Its key."""
    until: Until
    is_sender: bool = False
    ticket: TicketId | None = None
    hear: str = ""
    """What to say to hear it again: ``hear T20261124.0001``; empty where nothing can be said."""
    is_personal: bool = True

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        there = () if self.ticket is None else (press("Show the ticket", ShowTicket(ticket=self.ticket), nonce),)
        buttons: tuple[Action, ...] = (
            press("Hear again", HearAgain(what=self.what), nonce),
            *there,
            press("All that is silent", ListSilences(), nonce),
        )
        return card(
            title(f"Silent {UNTIL[self.until]}: {self.name}", size="Medium"),
            say(self._means(), spacing="Small"),
            whisper(self._back()),
            summary=self.summary(),
            actions=buttons,
        )

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f"Silent {UNTIL[self.until]}: {self.name}")

    def _means(self) -> str:
        where = "Nothing" if self.is_personal else "In this conversation nothing"
        if self.is_sender:
            return f"{where} is told of what they do. Others' deeds on the same tickets are told."
        card_ = "A card that stands here stays up to date, and escalations still come."
        return f"{where} is told of it. {card_}"

    def _back(self) -> str:
        words = f", or say: {self.hear}" if self.hear else ""
        if self.until is Until.REPLY:
            return f"It ends by itself when the customer writes. To hear it sooner press Hear again{words}"
        return f"To be told again press Hear again{words}"


class SilenceLine(Struct, frozen=True, kw_only=True):
    """One thing that is silent."""

    name: str
    about: str
    """Tells senders of one name apart; empty for a ticket."""
    what: str
    hear: str
    """Names it on its button: its number, or the sender's name."""
    until: Until
    by_name: str
    since: str
    """In words."""


class SilencesCard(Struct, frozen=True, kw_only=True):
    """All that is silent in one conversation, a page of it."""

    lines: tuple[SilenceLine, ...]
    offset: int = 0
    total: int = 0
    page: int = 8
    said: str = ""
    """What has just been done."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        body = (
            heading("Silent here"),
            done(self.said),
            *self._place(),
            *(part for line in self.lines for part in self._line(line, nonce)),
            *self._empty(),
        )
        return card(*body, summary=self.summary(), actions=self._pages(nonce))

    def summary(self) -> str:
        """Say it in one line."""
        if self.said:
            return feed(self.said)
        things = "thing is" if self.total == 1 else "things are"
        return feed(f"{self.total} {things} silent here" if self.total else "Nothing is silent here")

    def _place(self) -> tuple[Element, ...]:
        if self.total <= self.page:
            return ()
        return (whisper(f"{self.offset + 1}-{self.offset + len(self.lines)} of {self.total}, the latest first"),)

    def _line(self, line: SilenceLine, nonce: str) -> tuple[Element, ...]:
        about = f"{line.about} · " if line.about else ""
        said = f"{about}{UNTIL[line.until]} · {line.by_name}, {line.since}"
        text = Container(
            items=(paragraph(run(line.name, weight="Bolder")), whisper(said, spacing="None")),
            spacing="Medium",
            separator=True,
        )
        again = press(f"Hear {line.hear} again", HearAgain(what=line.what, offset=self.offset), nonce)
        return (text, ActionSet(actions=(again,), spacing="Small"))

    def _empty(self) -> tuple[Element, ...]:
        if self.lines:
            return ()
        return (
            say("Nothing is silent here."),
            whisper("To silence something say: silence T20261124.0001, or: silence sender NAME", spacing="None"),
        )

    def _pages(self, nonce: str) -> tuple[Action, ...]:
        found: list[Action] = []
        if self.offset:
            found.append(press("Previous", ListSilences(offset=max(0, self.offset - self.page)), nonce))
        if self.offset + len(self.lines) < self.total:
            found.append(press("Next", ListSilences(offset=self.offset + self.page), nonce))
        return tuple(found)


class SenderOption(Struct, frozen=True, kw_only=True):
    """Somebody who may be meant."""

    name: str
    about: str
    what: str


class ChooseSenderCard(Struct, frozen=True, kw_only=True):
    """Asks who of several is meant."""

    said: str
    """The name as it was typed."""
    options: tuple[SenderOption, ...]

    def render(self, reader: Reader, nonce: str) -> Json:
        """Ask it."""
        del reader
        return card(
            title(f'Who is "{self.said}"?', size="Medium"),
            whisper("Nothing that they do will be told here.", spacing="None"),
            *(part for each in self.options for part in _option(each, nonce)),
            summary=self.summary(),
        )

    def summary(self) -> str:
        """Say it in one line."""
        return feed(f'Who is "{self.said}"?')


def _option(option: SenderOption, nonce: str) -> tuple[Element, ...]:
    who = Container(
        items=(paragraph(run(option.name, weight="Bolder")), whisper(option.about, spacing="None")),
        spacing="Medium",
        separator=True,
    )
    deed = press(f"Silence {option.name}", SilenceSender(what=option.what), nonce)
    return (who, ActionSet(actions=(deed,), spacing="Small"))
