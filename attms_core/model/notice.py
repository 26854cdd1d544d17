"""Notices: what is owed to a conversation because of changes, why, and what stands there already. Values only."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from attms_core.model.change import Change, Event
from attms_core.model.conversation import Conversation, ConversationKind
from attms_core.model.ids import OpportunityId, TenantId, TicketId, WishId

Lane = NewType("Lane", str)
"""Where notices wait in order: a conversation's id, or ``person:`` and an object id for somebody's own chat, which
need not exist yet."""
ChangeId = NewType("ChangeId", int)
OwedId = NewType("OwedId", int)
SubscriptionId = NewType("SubscriptionId", int)

_PERSON = "person:"


def lane_of(conversation: Conversation) -> Lane:
    """Give the lane of a conversation."""
    if conversation.kind is ConversationKind.PERSONAL and conversation.object_id:
        return lane_of_person(conversation.object_id)
    return Lane(conversation.id)


def lane_of_person(object_id: str) -> Lane:
    """Give the lane of somebody's own chat."""
    return Lane(f"{_PERSON}{object_id}")


def person_of(lane: Lane) -> str | None:
    """Give the object id of the person whose chat it is; none for a conversation of several."""
    return lane.removeprefix(_PERSON) if lane.startswith(_PERSON) else None


class Topic(Struct, frozen=True):
    """What a notice is about: one ticket or one opportunity."""

    ticket: TicketId | None = None
    opportunity: OpportunityId | None = None
    """Of the two exactly one is set."""

    @property
    def key(self) -> str:
        """Spell it: ``ticket:123``, ``opportunity:5``."""
        return f"ticket:{self.ticket}" if self.ticket is not None else f"opportunity:{self.opportunity}"

    @classmethod
    def parse(cls, key: str) -> "Topic | None":
        """Read it again; none for the empty text."""
        kind, _, number = key.partition(":")
        if not number:
            return None
        return cls(ticket=TicketId(int(number))) if kind == "ticket" else cls(opportunity=OpportunityId(int(number)))

    @classmethod
    def of(cls, change: Change) -> "Topic":
        """Say what a change is about."""
        return cls(ticket=change.ticket, opportunity=change.opportunity)


class RuleKind(StrEnum):
    """Who wanted it told."""

    SUBSCRIPTION = "subscription"
    """By its id."""
    PERSONAL = "personal"
    """By the name of a ``Personal``."""
    ESCALATION = "escalation"
    """By a ladder's id and the step on it: ``3.2``."""
    DIGEST = "digest"
    """By its id."""


class Rule(Struct, frozen=True):
    """Why something is told."""

    kind: RuleKind
    name: str

    @property
    def key(self) -> str:
        """Spell it: ``subscription:12``, ``personal:assigned``."""
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, key: str) -> "Rule | None":
        """Read it again; none for the empty text."""
        kind, _, name = key.partition(":")
        return cls(RuleKind(kind), name) if name else None


class Personal(StrEnum):
    """What a linked person is told without any set-up, unless they choose otherwise."""

    ASSIGNED = "assigned"
    """A ticket became mine."""
    ANSWERED = "answered"
    """The customer wrote on a ticket of mine."""
    MENTIONED = "mentioned"
    """A note names me."""
    SLA = "sla"
    """A service level of a ticket of mine is near or missed."""


class Mode(StrEnum):
    """How a conversation is told of changes. In each the card that stands there is kept true."""

    UPDATE = "update"
    """The card says what changed; nothing else is posted."""
    THREAD = "thread"
    """Every change is a reply beneath the card."""
    BOTH = "both"
    """The card says what changed, and people's words are replies."""


class OwedKind(StrEnum):
    """What shall be done where the notice goes."""

    EDIT = "edit"
    """A pressed card shows what came of its wish. A later one takes an earlier one's place."""
    TRUTH = "truth"
    """The card that stands for a topic is brought up to date, silently; one at most waits for a card."""
    NEWS = "news"
    """A change is told, or a step of an escalation."""
    DIGEST = "digest"
    """A digest is due."""


class Owed(Struct, frozen=True, kw_only=True):
    """A row of the outbox: one message, or a part of one that is folded with others of its lane and topic."""

    tenant: TenantId
    lane: Lane
    kind: OwedKind
    due_at: datetime
    at: datetime
    """When it happened."""
    topic: Topic | None = None
    """None of an edit of what is no ticket, and of a digest."""
    change: ChangeId | None = None
    rule: Rule | None = None
    event: Event | None = None
    mode: Mode = Mode.BOTH
    is_held: bool = False
    """Waited for the end of quiet hours: told together with the others that did."""
    activity: str = ""
    """Of an edit: the message, by its activity id."""
    wish: WishId | None = None
    """Of an edit."""
    id: OwedId = OwedId(0)
    """Given by the store."""
    version: int = 1
    """Rises when a later edit takes this one's place; delivering version n settles only n."""
    attempts: int = 0


class Told(Struct, frozen=True, kw_only=True):
    """Something that a standing card was posted or edited for: the answer to "why did I get this?"."""

    at: datetime
    rule: Rule | None
    event: Event | None
    change: ChangeId | None = None


class Post(Struct, frozen=True, kw_only=True):
    """The card that stands for a topic in a conversation."""

    tenant: TenantId
    lane: Lane
    topic: Topic
    conversation: str
    """The conversation's id, without a thread."""
    activity: str
    thread: str
    """In a channel, the reply chain's id, ``;messageid=`` included; empty elsewhere."""
    posted_at: datetime
    told_at: datetime
    """When something was told last, beyond silent edits."""
    told: tuple[Told, ...] = ()
    """The latest first, eight at most."""


class Kept(Struct, frozen=True, kw_only=True):
    """A change with the number that the store gave it."""

    id: ChangeId
    change: Change
