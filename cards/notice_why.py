"""The answer to "Why did I get this?": the rules that told, each in words, and how to be told less."""

from msgspec import Struct

from attms_core.model import TicketId
from cards.actions import press
from cards.asks import ShowTicket
from cards.elements import Action, Element, Json
from cards.notice_asks import EditSubscription, NoticeChoices, SilenceTopic
from cards.parts import card, feed, heading, say, whisper
from cards.reader import Reader

MOST_EDITED = 3


class Reason(Struct, frozen=True, kw_only=True):
    """One rule, and what it told of last."""

    rule: str
    """``Subscription 12 of this channel, made by Ana Ruiz: queue:"Service Desk"``."""
    because: str = ""
    """``The status moved: New → In Progress``."""


class WhyCard(Struct, frozen=True, kw_only=True):
    """Why a conversation was told of a ticket or an opportunity."""

    name: str
    """``T20261124.0001 Printer on fire``."""
    topic: str
    reasons: tuple[Reason, ...]
    """The latest first; none when nothing is known any more."""
    subscriptions: tuple[str, ...] = ()
    """Numbers of those that can be edited here."""
    is_personal: bool = False
    """Whether somebody chooses here what they are told."""
    ticket: TicketId | None = None

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del reader
        body = (heading("Why this is told here"), whisper(self.name, spacing="None"), *self._reasons())
        return card(*body, summary=self.summary(), actions=self._buttons(nonce))

    def summary(self) -> str:
        """Say it in one line."""
        why = self.reasons[0].rule if self.reasons else "no rule tells of it any more"
        return feed(f"{self.name}: {why}")

    def _reasons(self) -> tuple[Element, ...]:
        if not self.reasons:
            return (say("No rule tells of it here any more. The card stays, and nothing new is said of it."),)
        return tuple(part for reason in self.reasons for part in _reason(reason))

    def _buttons(self, nonce: str) -> tuple[Action, ...]:
        silence = press("Silence it here", SilenceTopic(topic=self.topic), nonce)
        edits = (
            press(f"Edit subscription {number}", EditSubscription(id=number), nonce)
            for number in self.subscriptions[:MOST_EDITED]
        )
        chosen = press("Choose what I am told", NoticeChoices(), nonce)
        back = press("Back to the ticket", ShowTicket(ticket=self.ticket), nonce) if self.ticket is not None else None
        buttons = (silence, *edits, *((chosen,) if self.is_personal else ()), *((back,) if back else ()))
        return tuple(buttons)


def _reason(reason: Reason) -> tuple[Element, ...]:
    because = (whisper(reason.because, spacing="None"),) if reason.because else ()
    return (say(reason.rule, spacing="Medium"), *because)
