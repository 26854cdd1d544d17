"""Digests: when somebody or some conversation wants to be told how things stand, all at once. Values only."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from attms_core.model.conversation import PersonKey
from attms_core.model.ids import TenantId
from attms_core.model.notice import Lane

DigestId = NewType("DigestId", int)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Monday is 0."""


class DigestKind(StrEnum):
    """What a digest tells of."""

    MINE = "mine"
    """The tickets of its maker, in the maker's own chat."""
    HERE = "here"
    """What concerns the conversation that it is told in."""


class Rhythm(Struct, frozen=True):
    """A time of the wall clock on some days of every week."""

    days: tuple[int, ...]
    """Monday is 0; rising, one at least."""
    minute: int
    """Of the day: 0 to 1,439."""
    zone: str
    """An IANA name that is known here."""


class Digest(Struct, frozen=True, kw_only=True):
    """A digest of one conversation; of each kind there is one at most."""

    tenant: TenantId
    lane: Lane
    kind: DigestKind
    rhythm: Rhythm
    created_by: str
    """The maker's object id: what the maker may see is what it shows."""
    created_by_name: str
    next_at: datetime
    """When it is due next, unless it is paused."""
    last_at: datetime | None = None
    """When it was due last: it tells what is new since."""
    is_paused: bool = False
    id: DigestId = DigestId(0)
    """Given by the store."""

    @property
    def maker(self) -> PersonKey:
        """Whose rights it has."""
        return PersonKey(self.tenant, self.created_by)
