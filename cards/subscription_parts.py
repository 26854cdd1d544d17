"""What all cards of subscriptions say alike: events and modes in words, a subscription's line. No card stands here."""

from msgspec import Struct

from attms_core.model.change import Event
from attms_core.model.filter import About
from attms_core.model.notice import Mode, SubscriptionId
from cards.elements import Element
from cards.parts import capital, say, whisper
from cards.subscription_asks import OPPORTUNITY, TICKET

EVENT_WORDS = {
    Event.CREATED: "created",
    Event.ASSIGNED: "assigned",
    Event.UNASSIGNED: "unassigned",
    Event.STATUS: "status changed",
    Event.COMPLETED: "completed",
    Event.REOPENED: "reopened",
    Event.PRIORITY: "priority changed",
    Event.QUEUE: "moved to another queue",
    Event.DUE: "due date moved",
    Event.CONTACT: "contact changed",
    Event.NOTE_ADDED: "note added",
    Event.TIME_LOGGED: "time logged",
    Event.SLA_75: "75 % of the SLA time gone",
    Event.SLA_90: "90 % of the SLA time gone",
    Event.SLA_BREACHED: "SLA missed",
    Event.DELETED: "deleted",
    Event.STAGE: "stage changed",
    Event.AMOUNT: "amount changed",
    Event.CLOSE_DATE: "close date moved",
    Event.PROBABILITY: "probability changed",
    Event.OWNER: "owner changed",
    Event.EDITED: "any other change",
}
MODE_WORDS = {
    Mode.BOTH: "one card that is kept up to date, and replies for what people write",
    Mode.UPDATE: "one card that is kept up to date, and no replies",
    Mode.THREAD: "one card, and a reply for every change",
}
ABOUT_WORDS = {TICKET: "tickets", OPPORTUNITY: "opportunities"}


class SubscriptionLine(Struct, frozen=True, kw_only=True):
    """What a card tells of one subscription."""

    id: SubscriptionId
    about: About
    words: str
    """All of it as it is typed."""
    filter: str
    """What it listens for in plain words; empty for all."""
    events: tuple[Event, ...]
    mode: Mode
    maker: str
    is_paused: bool = False
    where: str = ""
    """In words, where it is not the conversation of the card: ``Ana's own chat``."""


def subject(line: SubscriptionLine) -> str:
    """Say in one line what a subscription hears of."""
    return f"{capital(ABOUT_WORDS[line.about])}: {line.filter}" if line.filter else f"All {ABOUT_WORDS[line.about]}"


def events_said(events: tuple[Event, ...]) -> str:
    """List events in words."""
    return ", ".join(EVENT_WORDS[event] for event in events)


def described(line: SubscriptionLine) -> tuple[Element, ...]:
    """Say when and how it is told, and who wanted it."""
    return (
        say(f"When: {events_said(line.events)}", spacing="None"),
        whisper(f"As {MODE_WORDS[line.mode]} · by {line.maker or 'somebody'}", spacing="None"),
    )
