"""One message that is about to leave: what it says, where it goes, and what is settled once it has arrived."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from attms_core.model import Owed, Told, Topic

Activity = Mapping[str, Any]


class Way(StrEnum):
    """How a message travels."""

    ROOT = "root"
    """Posted anew; from then on it is the card that stands for its topic."""
    EDIT = "edit"
    """In the place of a message that stands there."""
    REPLY = "reply"
    """In the thread of the topic's card, where there are threads; else posted."""
    SAY = "say"
    """Posted; nobody edits it later."""
    NOTHING = "nothing"
    """Not at all: what is owed has nothing left to say here."""


class Message(Struct, frozen=True, kw_only=True):
    """One call to Teams and what comes of it."""

    way: Way
    settles: tuple[Owed, ...] = ()
    """Delivered when this message is; empty for a card that is followed by its replies."""
    activity: Activity | None = None
    short: Callable[[], Activity] | None = None
    """Makes a form of it that Teams cannot call too big."""
    topic: Topic | None = None
    edits: str = ""
    """Of an edit: the message, by its activity id."""
    told: tuple[Told, ...] = ()
    """What the topic's card has been told for by this message, the latest first; empty for a silent edit."""
    reason: str = ""
    """Of nothing: why."""
