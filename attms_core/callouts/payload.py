"""What a callout says, read with patience: sources differ about casing, numbers and text. Pure.

It is a hint and nothing more: its field values are never believed, the record is read anew.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

import orjson
from msgspec import Struct

from attms_core.errors import Invalid

T = TypeVar("T", bound=StrEnum)
LARGEST = 2**63 - 1
LONGEST_GUID = 100
MOST_DIGITS = 19


class Action(StrEnum):
    """What happened, as AutoTask calls it in small letters."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    DEACTIVATED = "deactivated"
    OTHER = "other"


class Subject(StrEnum):
    """What it happened to."""

    TICKET = "ticket"
    NOTE = "ticketnote"
    OTHER = "other"


class Callout(Struct, frozen=True, kw_only=True):
    """One callout."""

    action: Action
    guid: str
    """The webhook's, in small letters; empty when none is told."""
    subject: Subject
    id: int | None
    sequence: int | None
    """Rising per webhook, with gaps (vendor help: webhooks)."""
    digest: str
    """Of the whole: tells two apart that have no number."""

    @property
    def key(self) -> tuple[str, str]:
        """Give what is the same when a callout is repeated."""
        return (self.guid, self.digest if self.sequence is None else str(self.sequence))


def parse(raw: bytes) -> Callout:
    """Read a callout. Raises ``Invalid`` for what is no JSON object."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Invalid("The callout is no JSON.") from None
    if not isinstance(found, Mapping):
        raise Invalid("The callout is no JSON object.")
    said = {str(key).lower(): value for key, value in found.items()}
    return Callout(
        action=_one_of(Action, said.get("action")),
        guid=_guid(said.get("guid")),
        subject=_one_of(Subject, said.get("entitytype")),
        id=_number(said.get("id")),
        sequence=_number(said.get("sequencenumber")),
        digest=hashlib.sha256(raw).hexdigest(),
    )


def _one_of(kind: type[T], value: object) -> T:
    word = value.strip().lower() if isinstance(value, str) else ""
    return kind(word) if word in set(kind) else kind("other")


def _guid(value: object) -> str:
    return value.strip().lower()[:LONGEST_GUID] if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    """Read an id or a sequence number, also from text; one that can be neither is none."""
    if isinstance(value, str):
        text = value.strip()
        value = int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= LARGEST else None
