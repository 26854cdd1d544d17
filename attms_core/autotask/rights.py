"""What AutoTask says our user may do with an entity, as values. Pure.

Whether it may act in a person's name is told nowhere: only a write shows it (REST help: impersonation).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct


class Access(StrEnum):
    """How many of an entity's records."""

    NONE = "none"
    ALL = "all"
    RESTRICTED = "restricted"
    """Some: a line of business or the like hides the rest without a word."""
    UNKNOWN = "unknown"


class Rights(Struct, frozen=True, kw_only=True):
    """Our user's rights in one entity."""

    entity: str
    query: Access
    create: Access
    update: Access


_BY_WIRE: Mapping[Any, Access] = {
    0: Access.NONE,
    1: Access.ALL,
    2: Access.RESTRICTED,
    "None": Access.NONE,
    "All": Access.ALL,
    "Restricted": Access.RESTRICTED,
}
"""The page promises numbers, live tenants send words (REST help: entity information)."""


def rights(entity: str, answer: Mapping[str, Any]) -> Rights:
    """Read the answer of ``entityInformation``; what makes no sense is unknown."""
    info = answer.get("info")
    told: Mapping[str, Any] = info if isinstance(info, Mapping) else {}
    return Rights(
        entity=entity,
        query=_access(told.get("userAccessForQuery")),
        create=_access(told.get("userAccessForCreate")),
        update=_access(told.get("userAccessForUpdate")),
    )


def _access(told: object) -> Access:
    is_plain = isinstance(told, int | str) and not isinstance(told, bool)
    return _BY_WIRE.get(told, Access.UNKNOWN) if is_plain else Access.UNKNOWN
