"""The parts of an Adaptive Card that we use, as strict values; limits stand beside what they limit.

A missing or unknown field is a ``TypeError``, a value that Teams or we refuse a ``ValueError``. Text from outside goes
into a ``TextRun`` (no Markdown is read there); a ``TextBlock`` takes our own fixed words alone. Inputs and buttons have
files of their own, and what a card says is the business of each card.
"""

import re
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, Literal

import orjson
import structlog
from msgspec import Struct

from cards.text import Plain

log = structlog.get_logger(__name__)

Json = dict[str, Any]
Size = Literal["Small", "Default", "Medium", "Large", "ExtraLarge"]
Weight = Literal["Lighter", "Default", "Bolder"]
Colour = Literal["Default", "Accent", "Good", "Warning", "Attention"]
Spacing = Literal["None", "Small", "Default", "Medium", "Large", "ExtraLarge", "Padding"]
Style = Literal["default", "emphasis", "good", "attention", "warning", "accent"]

VERSION = "1.5"
"""The newest version that Teams documents for cards of bots; 1.6 has been seen to fail (Teams help: cards)."""
MOST_COLUMNS = 3
MOST_PRIMARY = 6
"""Buttons that Teams shows in a row; more are dropped, or go into "..." when secondary (Teams help: card actions)."""
MOST_REFRESHED = 60
"""User ids that a refresh may name (Teams help: Universal Actions)."""
WARN_CHARACTERS = 20_000
MOST_CHARACTERS = 35_000
"""As JSON: 70 KB as Teams counts (UTF-16), which refuses above about 100 KB and advises 80 KB."""
_FIXED = re.compile(r"[A-Za-z][A-Za-z0-9 ,.;:'()?!%/-]*")


class CardTooBig(ValueError):
    """The card would be refused by Teams."""


class Node(Struct, frozen=True, kw_only=True):
    """Anything that becomes a JSON object."""

    kind: ClassVar[str] = ""


class Element(Node, frozen=True, kw_only=True):
    """A part of a card's body."""

    spacing: Spacing | None = None
    separator: Literal[True] | None = None


class Action(Node, frozen=True, kw_only=True):
    """A button, or what a tap does."""


class Filled(Element, Action, frozen=True, kw_only=True):
    """A part that is encoded already. Made by a ``Template`` of typed parts alone, none of which is an input."""

    id: ClassVar[None] = None
    json: orjson.Fragment


class TextBlock(Element, frozen=True, kw_only=True):
    """Our own fixed words. Refuses whatever Markdown or a link could be made of."""

    kind: ClassVar[str] = "TextBlock"
    text: str
    size: Size | None = None
    weight: Weight | None = None
    is_subtle: Literal[True] | None = None
    style: Literal["default", "heading"] | None = None
    wrap: Literal[True] = True

    def __post_init__(self) -> None:
        """Refuse words that are not fixed ones."""
        if not _FIXED.fullmatch(self.text) or "://" in self.text:
            raise ValueError(f"not fixed words, use a TextRun: {self.text[:40]!r}")


class TextRun(Node, frozen=True, kw_only=True):
    """A piece of text in one look. Clients read no Markdown here."""

    kind: ClassVar[str] = "TextRun"
    text: Plain
    size: Size | None = None
    weight: Weight | None = None
    color: Colour | None = None
    is_subtle: Literal[True] | None = None
    italic: Literal[True] | None = None
    font_type: Literal["Default", "Monospace"] | None = None
    select_action: Action | None = None

    def __post_init__(self) -> None:
        """Refuse text that has not been made plain."""
        if not isinstance(self.text, Plain):
            raise TypeError("a TextRun takes a Plain")


class RichTextBlock(Element, frozen=True, kw_only=True):
    """A paragraph of runs; it always wraps."""

    kind: ClassVar[str] = "RichTextBlock"
    inlines: tuple[TextRun, ...]
    horizontal_alignment: Literal["Left", "Center", "Right"] | None = None

    def __post_init__(self) -> None:
        """Refuse an empty paragraph."""
        if not self.inlines:
            raise ValueError("a paragraph without text")


class Column(Node, frozen=True, kw_only=True):
    """A column; on narrow screens at most one besides the stretching one should have a width of its own."""

    kind: ClassVar[str] = "Column"
    items: tuple[Element, ...]
    width: Literal["auto", "stretch"] = "stretch"
    vertical_content_alignment: Literal["Top", "Center", "Bottom"] | None = None


class ColumnSet(Element, frozen=True, kw_only=True):
    """Columns beside each other."""

    kind: ClassVar[str] = "ColumnSet"
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        """Refuse what a phone cannot show."""
        if not 0 < len(self.columns) <= MOST_COLUMNS:
            raise ValueError(f"{len(self.columns)} columns; 1 to {MOST_COLUMNS} fit")


class Container(Element, frozen=True, kw_only=True):
    """Parts that belong together, and may be tapped as one."""

    kind: ClassVar[str] = "Container"
    items: tuple[Element, ...]
    style: Style | None = None
    bleed: Literal[True] | None = None
    select_action: Action | None = None


class ActionSet(Element, frozen=True, kw_only=True):
    """Buttons inside the body."""

    kind: ClassVar[str] = "ActionSet"
    actions: tuple[Action, ...]

    def __post_init__(self) -> None:
        """Refuse more buttons than are shown."""
        check_actions(self.actions)


class Refresh(Node, frozen=True, kw_only=True):
    """What Teams asks by itself when the card comes into view, for the people named (Teams ids, ``29:...``)."""

    action: Action
    user_ids: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse more people than Teams allows."""
        if not 0 < len(self.user_ids) <= MOST_REFRESHED:
            raise ValueError(f"{len(self.user_ids)} people to refresh for; 1 to {MOST_REFRESHED} may be named")


class AdaptiveCard(Node, frozen=True, kw_only=True):
    """A whole card, at full width. Inputs stand in the body itself, not inside other parts."""

    kind: ClassVar[str] = "AdaptiveCard"
    body: tuple[Element, ...]
    fallback_text: Plain
    actions: tuple[Action, ...] | None = None
    refresh: Refresh | None = None

    def __post_init__(self) -> None:
        """Refuse an empty card, two inputs of one id, and more buttons than are shown."""
        if not self.body:
            raise ValueError("a card without a body")
        ids = [found for part in self.body if (found := getattr(part, "id", None)) is not None]
        if len(ids) > len(set(ids)):
            raise ValueError(f"an input's id is used twice: {sorted(ids)}")
        check_actions(self.actions or ())

    def to_json(self) -> Json:
        """Give the card as Teams takes it. Raises ``CardTooBig``."""
        card = {**encode(self), "version": VERSION, "msteams": {"width": "full"}}
        encoded = orjson.dumps(card)
        characters = len(encoded) if len(encoded) <= WARN_CHARACTERS else len(encoded.decode())
        if characters > MOST_CHARACTERS:
            raise CardTooBig(f"{characters} characters; {MOST_CHARACTERS} are allowed")
        if characters > WARN_CHARACTERS:
            log.warning("card_big", characters=characters)
        return card


def check_actions(actions: tuple[Action, ...]) -> None:
    """Refuse more primary buttons than Teams shows. Raises ``ValueError``."""
    primary = len(actions)
    if primary > MOST_PRIMARY:
        primary -= sum(getattr(action, "mode", None) == "secondary" for action in actions)
    if primary > MOST_PRIMARY:
        raise ValueError(f"{primary} primary buttons; Teams shows {MOST_PRIMARY}")


def encode(node: Node) -> Json:
    """Turn a part, and all within it, into JSON values; fields that are not set are left out."""
    encoded: Json = {"type": node.kind} if node.kind else {}
    keys, read = _SHAPES.get(type(node)) or _shape(type(node))
    for key, value in zip(keys, read(node), strict=False):  # one value more than keys, see _shape
        if value is not None:
            encoded[key] = value if type(value) in _AS_THEY_ARE else _encode_value(value)
    return encoded


Shape = tuple[tuple[str, ...], Callable[[Node], tuple[object, ...]]]


def _shape(kind: type[Node]) -> Shape:
    """Keep a part's names in JSON, and what reads its fields in that order.

    The kind is read after the fields: of a single name ``attrgetter`` would give the bare value.
    """
    names = kind.__struct_fields__
    keys = tuple(_OWN_KEYS.get(name) or _camel(name) for name in names)
    _SHAPES[kind] = (keys, attrgetter(*names, "kind"))
    return _SHAPES[kind]


_SHAPES: dict[type, Shape] = {}
_AS_THEY_ARE = frozenset({str, bool, int})
_OWN_KEYS = {"choices_data": "choices.data"}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _encode_value(value: object) -> object:
    if type(value) is Filled:
        return value.json
    if type(value) is Plain:
        return str(value)
    if type(value) is tuple:
        return [each.json if type(each) is Filled else _encode_value(each) for each in value]
    if isinstance(value, Node):
        return encode(value)
    return dict(value) if isinstance(value, Mapping) else value
