"""Buttons. What they ask back is in ``cards.asks``; inputs are elsewhere."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import ClassVar, Literal

import orjson

from cards.elements import Action, Filled
from cards.reader import Reader
from cards.submission import ENVELOPE, Submission
from cards.template import Template, hole, words
from cards.text import Plain, plain

MOST_TITLE = 60
Mode = Literal["primary", "secondary"]
Inputs = Literal["auto", "none"]


class Submit(Action, frozen=True, kw_only=True):
    """The button of clients that do not know Action.Execute: its data comes as a message."""

    kind: ClassVar[str] = "Action.Submit"
    title: Plain
    data: Mapping[str, object]
    associated_inputs: Inputs | None = None


class Execute(Action, frozen=True, kw_only=True):
    """A button that is answered with a card in the place of the pressed one (Teams help: Universal Actions)."""

    kind: ClassVar[str] = "Action.Execute"
    title: Plain
    verb: str
    data: Mapping[str, object]
    mode: Mode | None = None
    associated_inputs: Inputs | None = None
    fallback: Submit | None = None

    def __post_init__(self) -> None:
        """Refuse a button that says nothing."""
        if not self.title or not self.verb:
            raise ValueError("a button needs a title and a verb")


class OpenUrl(Action, frozen=True, kw_only=True):
    """A link. Made by ``link``, which knows where links may lead."""

    kind: ClassVar[str] = "Action.OpenUrl"
    title: Plain
    url: str
    mode: Mode | None = None


def press(title: str, asks: Submission, nonce: str, *, mode: Mode | None = None) -> Execute:
    """Make a button. One whose submission takes no input leaves the card's inputs alone, and their checks too."""
    shown = plain(title, most=MOST_TITLE) or plain(asks.action)
    inputs: Inputs | None = None if asks.has_inputs() else "none"
    return _button_of(shown, asks.action, asks.pack(nonce), inputs=inputs, mode=mode)


@lru_cache(maxsize=1024)
def quick_press(title: str, asks: Submission) -> Filled:
    """Make a button at a small part of the price of ``press``; only for submissions whose values have a hash.

    For cards without inputs, which it says nothing of, and for what stores no wish, which needs no nonce.
    """
    envelope = orjson.dumps(asks.pack("")[ENVELOPE])
    return _button(type(asks)).fill(title=words(title, MOST_TITLE), envelope=envelope)


@cache
def _button(kind: type[Submission]) -> Template:
    data = {ENVELOPE: hole("envelope")}
    return Template(_button_of(hole("title"), kind.action, data))


def _button_of(
    title: Plain, verb: str, data: Mapping[str, object], *, inputs: Inputs | None = None, mode: Mode | None = None
) -> Execute:
    fallback = Submit(title=title, data=data, associated_inputs=inputs)
    return Execute(title=title, verb=verb, data=data, mode=mode, associated_inputs=inputs, fallback=fallback)


def tap(title: str, asks: Submission) -> Execute:
    """Make what tapping a part of the card does; the title is read aloud.

    Rows are many, so there is neither a nonce nor a fallback, and the verb alone names the deed. Not for wishes.
    """
    shown = plain(title, most=MOST_TITLE) or plain(asks.action)
    return Execute(title=shown, verb=asks.action, data=asks.pack("", has_verb=True))


def link(title: str, url: str, reader: Reader, *, mode: Mode | None = None) -> tuple[OpenUrl, ...]:
    """Make a link, or nothing when it may not lead there."""
    return (OpenUrl(title=plain(title, most=MOST_TITLE), url=url, mode=mode),) if reader.may_open(url) else ()
