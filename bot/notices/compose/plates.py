"""Cards that go to many conversations: rendered and encoded once, then only their buttons' nonces differ.

What was made stays for a second or two, and only for the very same ticket, lines, second and kind of reader.
"""

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Any, Protocol

import orjson
from msgspec import Struct

from bot.notices.message import Activity
from bot.reading import fresh_nonce
from cards.elements import Json
from cards.reader import Reader

MOST = 512
Pack = Callable[[Json, str], Json]
"""Makes an activity of a card and its summary."""


class Card(Protocol):
    """A card of this house."""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        ...

    def summary(self) -> str:
        """Say it in one line."""
        ...


class Same:
    """Stands for a value in a key: equal to nothing but the very same object, which it keeps alive."""

    __slots__ = ("_it",)

    def __init__(self, it: object) -> None:
        self._it = it

    def __eq__(self, other: object) -> bool:
        """Say whether both stand for one object."""
        return isinstance(other, Same) and other._it is self._it

    def __hash__(self) -> int:
        """Go by the object's identity."""
        return id(self._it)


class Plate(Struct, frozen=True, kw_only=True):
    """A message but for its nonce."""

    around: Mapping[str, Any]
    attachment: Mapping[str, Any]
    content: bytes
    blank: bytes
    """Stands where the nonce will be."""
    summary: str

    def print(self) -> Activity:
        """Make a message of it, with a nonce of its own."""
        content = orjson.Fragment(self.content.replace(self.blank, fresh_nonce().encode()))
        return {**self.around, "attachments": [{**self.attachment, "content": content}]}


class Plates:
    """Makes plates, and keeps them for the second they are made in and the next: some lanes were looked at before."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        # Random, so that no text from outside can hold it.
        self._blank = fresh_nonce()
        self._second: datetime | None = None
        self._kept: dict[tuple[Hashable, Reader], Plate] = {}

    def of(self, key: Hashable, reader: Reader, make: Callable[[], Card]) -> Plate:
        """Give the plate of what ``key`` names, as this reader sees it. A reader's time goes by whole seconds."""
        if len(self._kept) >= MOST:
            self._kept.clear()
        if self._second is None or reader.now > self._second:
            self._kept = {whole: plate for whole, plate in self._kept.items() if whole[1].now == self._second}
            self._second = reader.now
        whole = (key, reader)
        if (plate := self._kept.get(whole)) is None:
            plate = self._kept[whole] = self.fresh(reader, make())
        return plate

    def fresh(self, reader: Reader, card: Card) -> Plate:
        """Make one that nobody else will need."""
        activity = self._pack(card.render(reader, self._blank), card.summary())
        (attachment,) = activity["attachments"]
        return Plate(
            around=activity,
            attachment=attachment,
            content=orjson.dumps(attachment["content"]),
            blank=self._blank.encode(),
            summary=card.summary(),
        )
