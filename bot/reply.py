"""What a handler gives back. Dispatch turns it into what the channel sends."""

from typing import Any

from msgspec import Struct


class Reply(Struct, frozen=True):
    """A card with the sentence that stands for it in the activity feed."""

    card: dict[str, Any]
    summary: str
    suggest: tuple[str, ...] = ()
    """Words to go on with, for where Teams shows them."""


class Hit(Struct, frozen=True):
    """One line of a typeahead."""

    title: str
    value: str
