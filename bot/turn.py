"""What a person did in Teams, and what we say to it. Values only; how they travel is the channel's business."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct

from attms_core.model import Conversation, ConversationKind, PersonKey


class TurnKind(StrEnum):
    """What came in."""

    MESSAGE = "message"
    SUBMIT = "submit"
    """A message born of a card's Action.Submit: the data is in ``value``."""
    EXECUTE = "execute"
    """A card's Action.Execute (``adaptiveCard/action``)."""
    SEARCH = "search"
    """A typeahead asks for choices (``application/search``)."""
    INVOKE = "invoke"
    """Any other invoke, by ``invoke_name``."""
    INSTALLED = "installed"
    UNINSTALLED = "uninstalled"
    MEMBERS = "members"
    """Somebody was added or removed."""
    REACTION = "reaction"
    EDITED = "edited"
    DELETED = "deleted"
    OTHER = "other"


INVOKES = frozenset({TurnKind.EXECUTE, TurnKind.SEARCH, TurnKind.INVOKE})
PERSONAL_DEEDS = INVOKES | {TurnKind.MESSAGE, TurnKind.SUBMIT}
"""Kinds that only an identified person can cause."""


class Mention(Struct, frozen=True, kw_only=True):
    """Somebody else's name in a message."""

    mri: str
    name: str
    object_id: str | None = None


class Turn(Struct, frozen=True, kw_only=True):
    """One validated activity.

    ``person`` is an authenticated identity for messages, submissions and invokes. For events (installed, members,
    ...) its object id may be empty, because Teams need not say who caused them.
    """

    id: str
    """Our trace id: sixteen hex digits."""
    kind: TurnKind
    person: PersonKey
    person_name: str
    """For display only."""
    person_mri: str
    conversation: Conversation
    activity_id: str
    """Never empty: an activity without an id is given one that starts with ``local:``."""
    received_at: datetime
    thread: str | None = None
    """In a channel: the reply chain's id, ``;messageid=`` included."""
    reply_to: str | None = None
    """The message whose card was pressed."""
    words: str = ""
    """The text as said to us: own mention gone, others as ``@Name``, clean lines, 4,000 characters at most."""
    value: Mapping[str, Any]
    """The submission's data (Action.Submit and Action.Execute alike), or another invoke's value; empty else."""
    verb: str = ""
    """Of an Action.Execute."""
    invoke_name: str = ""
    trigger: Literal["manual", "automatic"] = "manual"
    """``automatic`` when Teams refreshed a card by itself: nobody has pressed anything."""
    mentions: tuple[Mention, ...] = ()
    """Other people's."""
    locale: str = ""
    timezone: str | None = None
    """An IANA name as the client told it; unchecked against any list."""
    is_targeted: bool = False
    """Said to us privately in a channel or group."""
    members_added: tuple[str, ...] = ()
    members_removed: tuple[str, ...] = ()

    @property
    def is_invoke(self) -> bool:
        """Say whether Teams waits for a body on the same request."""
        return self.kind in INVOKES

    @property
    def is_own(self) -> bool:
        """Say whether nobody but the person sees the answer: an invoke's, a private one, any in a personal chat."""
        return self.kind in INVOKES or self.is_targeted or self.conversation.kind is ConversationKind.PERSONAL


class Say(Struct, frozen=True, kw_only=True):
    """A new message: a card, or plain text. In a channel it goes to the thread of the turn."""

    card: dict[str, Any] | None = None
    text: str | None = None
    summary: str = ""
    """What a notification or a screen reader says of the card."""
    suggest: tuple[str, ...] = ()
    """Words to go on with, three at most; personal chats alone get them, in a message after this one."""


class Replace(Struct, frozen=True):
    """A card in the place of the one that was pressed."""

    card: dict[str, Any]
    summary: str = ""
    """What stands for the card in the activity feed where the answer travels as an edit or a message."""


class Toast(Struct, frozen=True):
    """A short text beside the card that was pressed."""

    text: str


class Problem(Struct, frozen=True):
    """What went wrong, in plain words."""

    code: str
    text: str
    status: int = 400


class Choices(Struct, frozen=True):
    """Titles and values for a typeahead; Teams shows fifteen at most."""

    found: tuple[tuple[str, str], ...]


class Body(Struct, frozen=True):
    """The whole JSON that answers an invoke, for kinds that the other answers do not fit. Elsewhere nothing."""

    content: dict[str, Any]


class Nothing(Struct, frozen=True):
    """Nothing to say. An unknown invoke is then taken without a word."""


Answer = Say | Replace | Toast | Problem | Choices | Body | Nothing
Handle = Callable[[Turn], Awaitable[Answer]]
