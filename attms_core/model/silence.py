"""Silences: what a conversation does not want to be told of for now, or for good. Values only."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from attms_core.digits import whole
from attms_core.model.ids import TenantId
from attms_core.model.notice import Lane, Topic


class SenderKind(StrEnum):
    """Whose deeds may be silenced."""

    RESOURCE = "resource"
    CONTACT = "contact"
    COMPANY = "company"
    """All contacts who write on tickets of a company."""


class Sender(Struct, frozen=True):
    """Somebody whose deeds are not told, by AutoTask's id."""

    kind: SenderKind
    id: int

    @property
    def key(self) -> str:
        """Spell it: ``resource:4``."""
        return f"{self.kind}:{self.id}"


def read_key(key: str) -> Topic | Sender | None:
    """Read the key of a topic or a sender; none for what is neither."""
    kind, _, digits = key.partition(":")
    number = whole(digits)
    if number is None:
        return None
    if kind in {"ticket", "opportunity"}:
        return Topic.parse(key)
    return Sender(SenderKind(kind), number) if kind in set(SenderKind) else None


class Until(StrEnum):
    """How long a silence lasts."""

    REPLY = "reply"
    """Until the customer writes on the ticket."""
    EVER = "ever"
    """Until somebody ends it."""


class Silence(Struct, frozen=True, kw_only=True):
    """One thing that is not told in one place."""

    tenant: TenantId
    lane: Lane
    what: Topic | Sender
    until: Until
    """Of a sender it is always ``ever``."""
    by_name: str
    """Who asked for it, for display."""
    since: datetime
