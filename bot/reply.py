"""What a handler gives back. Dispatch turns it into what the channel sends."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """A card with the sentence that stands for it in the activity feed."""

    card: dict[str, Any]
    summary: str
    suggest: tuple[str, ...] = ()
    """Words to go on with, for where Teams shows them."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of a typeahead."""

    title: str
    value: str
