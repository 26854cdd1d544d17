"""How a button and its handler share a type. Which submissions there are, and what they mean, stands in ``cards.asks``.

A submission's fields either ride in the button (``{"attms": {"do", "v", "n", ...}}``) or are typed by the person and
come beside it. ``do`` stays out where an action's verb is sure to come along and says the same. All of it is sent by
whoever sees the card: it is a wish and proves nothing.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, Self, TypeVar, get_args, get_type_hints

from msgspec import NODEFAULT, Struct, structs

from attms_core.digits import whole
from attms_core.errors import Invalid, OutOfDate
from cards.elements import Json
from cards.text import clean

ENVELOPE = "attms"
MOST_KEYS = 60
"""A form's inputs and a little more."""
_NONCE = re.compile(r"[A-Za-z0-9_-]{0,64}")
_OWN = frozenset({"do", "v", "n"})


class Kind(Protocol):
    """How a value travels in a button. Reading raises ``ValueError`` for what it would never have written."""

    def pack(self, value: Any, /) -> object:
        """Give the value as JSON can hold it."""

    def read(self, raw: object, /) -> object:
        """Take it back."""


class Whole(Struct, frozen=True):
    """A whole number from zero on, such as an id."""

    most: int = 10**15

    def pack(self, value: int | None) -> object:
        """Give it as it is."""
        return value

    def read(self, raw: object) -> int:
        """Take a number, or its digits as an input sends them."""
        number = whole(raw) if isinstance(raw, str) else raw
        if type(number) is not int or not 0 <= number <= self.most:
            raise ValueError("not a whole number")
        return number


class Text(Struct, frozen=True):
    """Text of a limited length, in characters."""

    most: int

    def pack(self, value: str) -> object:
        """Give it without what is unseen, cut to what will be read again."""
        return (value if value.isprintable() else clean(value))[: self.most]

    def read(self, raw: object) -> str:
        """Take it unless it is too long."""
        if not isinstance(raw, str):
            raise TypeError("not text")
        if len(raw) > self.most:
            raise ValueError(f"longer than {self.most} characters")
        return raw


class OneOf(Struct, frozen=True):
    """One of our own words; an empty input means the first, the safe one."""

    words: tuple[str, ...]

    def pack(self, value: str) -> object:
        """Give it as it is."""
        return value

    def read(self, raw: object) -> str:
        """Take a known word."""
        if not isinstance(raw, str) or raw not in self.words:
            raise ValueError("not one of the choices")
        return raw


class Several(Struct, frozen=True):
    """Some of our own words, or of numbers: an input of several choices sends them with commas between."""

    kind: Kind
    most: int = 100

    def pack(self, value: tuple[Any, ...]) -> object:
        """Give them as a list."""
        return [self.kind.pack(each) for each in value]

    def read(self, raw: object) -> tuple[object, ...]:
        """Take each of them."""
        if isinstance(raw, str):
            raw = [each.strip() for each in raw.split(",")]
        if not isinstance(raw, list) or len(raw) > self.most:
            raise ValueError("not a list of choices")
        return tuple(self.kind.read(each) for each in raw)


class Typed(Struct, frozen=True):
    """Marks a field that the person fills in: the input's id is the field's name; left empty, the default stands."""

    kind: Kind


class TypedUnder(Struct, frozen=True):
    """Marks a field that gathers all inputs whose ids begin with a prefix, by what follows it."""

    prefix: str
    kind: Kind


Way = Kind | Typed | TypedUnder
Asked = TypeVar("Asked", bound="Submission")


class Submission(Struct, frozen=True, kw_only=True):
    """What a button asks; ``@does("ticket.take")`` before the class names its action and enters it into the table."""

    action: ClassVar[str]
    version: ClassVar[int]

    nonce: str = ""
    """Of the card that was pressed; a card is given it when it is rendered."""

    def pack(self, nonce: str, *, has_verb: bool = False) -> Json:
        """Give what rides in the button; fields at their defaults, inputs and an empty nonce stay out.

        So does the action's word where ``has_verb`` promises that the button's verb comes along and says it.
        """
        riding: Json = {"v": self.version} if has_verb else {"do": self.action, "v": self.version}
        if nonce:
            riding["n"] = nonce
        for name, way, default in _ridden_ways(type(self)):
            value = getattr(self, name)
            if value != default:
                riding[name] = way.pack(value)
        return {ENVELOPE: riding}

    @classmethod
    def has_inputs(cls) -> bool:
        """Say whether the person types a part of it."""
        return len(_ridden_ways(cls)) < len(ways(cls))

    @classmethod
    def known(cls) -> Mapping[str, type["Submission"]]:
        """List the submissions by their action words."""
        return dict(_KNOWN)

    @classmethod
    def of(cls, envelope: Mapping[str, object], beside: Mapping[str, object]) -> Self:
        """Read one that is known to be of this type. Raises ``OutOfDate`` and ``Invalid``."""
        if unknown := envelope.keys() - ways(cls).keys() - _OWN:
            raise OutOfDate(f"This button holds {len(unknown)} things that are not understood.")
        nonce = envelope.get("n", "")
        if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
            raise OutOfDate("This button is damaged.")
        read: dict[str, Any] = {"nonce": nonce}
        for name, (way, default) in ways(cls).items():
            if isinstance(way, Typed | TypedUnder):
                read |= _typed(name, way, beside)
            elif name in envelope:
                read[name] = _ridden(way, envelope[name])
            elif default is NODEFAULT:
                raise OutOfDate("This button lacks something that is needed today.")
        return cls(**read)


_KNOWN: dict[str, type[Submission]] = {}


def does(action: str, *, version: int = 1) -> Callable[[type[Asked]], type[Asked]]:
    """Say by which word a button asks for a submission, and which shape that has: new fields, new version.

    Raises ``TypeError`` for a word that another submission has.
    """

    def enter(asked: type[Asked]) -> type[Asked]:
        known = _KNOWN.setdefault(action, asked)
        if known is not asked:
            raise TypeError(f"{action} is {known.__qualname__} already")
        asked.action, asked.version = action, version
        return asked

    return enter


def unpack(value: Mapping[str, object], verb: str = "") -> Submission:
    """Read what a card sent back, once and strictly; ``verb`` says what is asked where nothing in ``value`` does.

    Raises ``OutOfDate`` for a button of an older version, of somebody else or damaged, and ``Invalid`` (with the field)
    for an input that no choice or length of the form allows. Inputs that the submission does not ask for are never
    looked at: a client may send all inputs of a card with every button.
    """
    envelope = value.get(ENVELOPE)
    if not isinstance(envelope, Mapping) or len(value) > MOST_KEYS:
        raise OutOfDate("This button is not one of ours.")
    action = envelope.get("do", verb)
    kind = _KNOWN.get(action) if isinstance(action, str) else None
    if kind is None:
        raise OutOfDate("This button asks for something that is not known here.")
    if type(envelope.get("v")) is not int or envelope["v"] != kind.version:
        raise OutOfDate("This button comes from another version.")
    return kind.of(envelope, value)


def ways(cls: type[Submission]) -> dict[str, tuple[Way, object]]:
    """List how each field travels, with its default; the nonce has a place of its own."""
    known = _WAYS.get(cls)
    if known is None:
        hints = get_type_hints(cls, include_extras=True)
        own = (field for field in structs.fields(cls) if field.name != "nonce")
        known = _WAYS[cls] = {field.name: (get_args(hints[field.name])[1], _default(field)) for field in own}
    return known


_WAYS: dict[type, dict[str, tuple[Way, object]]] = {}


Ridden = tuple[str, Kind, object]


def _ridden_ways(cls: type[Submission]) -> tuple[Ridden, ...]:
    """List what rides in the button; a field without a default is equal to nothing, so it always does."""
    known = _RIDDEN.get(cls)
    if known is None:
        every = ((name, way, default) for name, (way, default) in ways(cls).items())
        known = _RIDDEN[cls] = tuple((n, way, d) for n, way, d in every if not isinstance(way, Typed | TypedUnder))
    return known


_RIDDEN: dict[type, tuple[Ridden, ...]] = {}


def _default(field: structs.FieldInfo) -> object:
    return field.default if field.default_factory is NODEFAULT else field.default_factory()


def _ridden(way: Kind, raw: object) -> object:
    try:
        return way.read(raw)
    except (ValueError, TypeError) as error:
        raise OutOfDate("This button is damaged.") from error


def _typed(name: str, way: Typed | TypedUnder, beside: Mapping[str, object]) -> dict[str, object]:
    if isinstance(way, TypedUnder):
        under = {key.removeprefix(way.prefix): raw for key, raw in beside.items() if key.startswith(way.prefix)}
        return {name: {key: _input(key, way.kind, raw) for key, raw in under.items() if raw not in (None, "")}}
    raw = beside.get(name)
    return {} if raw in (None, "") else {name: _input(name, way.kind, raw)}


def _input(name: str, kind: Kind, raw: object) -> object:
    try:
        return kind.read(raw)
    except (ValueError, TypeError) as error:
        what = f"The {_spelled(name)} cannot be taken: it is {error}."
        raise Invalid(what, field=name, hint="Ask for the form again.") from error


def _spelled(name: str) -> str:
    """Spell an input's id for people: ``title``, ``f:purchase_order`` as ``purchase order``."""
    return name.rpartition(":")[2].replace("_", " ")
