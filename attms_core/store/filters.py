"""Between a filter and the text in which it is kept."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from attms_core.model.filter import Between, By, Clause, Custom, Filter, From, NoteKind, Notes, OneOf, Titled
from attms_core.store.values import packed, unpacked

Plain = dict[str, Any]
_KIND: Mapping[type, str] = {
    OneOf: "one-of",
    Between: "between",
    Titled: "titled",
    Custom: "custom",
    By: "by",
    From: "from",
    Notes: "notes",
}


def written(wanted: Filter) -> str:
    """Write a filter; equal filters give equal texts."""
    return packed({"include": [_plain(c) for c in wanted.include], "exclude": [_plain(c) for c in wanted.exclude]})


def read(text: str) -> Filter:
    """Read what ``written`` wrote."""
    plain = unpacked(text)
    return Filter(tuple(_clause(c) for c in plain["include"]), tuple(_clause(c) for c in plain["exclude"]))


def _plain(clause: Clause) -> Plain:
    fields = {name: _simple(getattr(clause, name)) for name in clause.__struct_fields__}
    return {"kind": _KIND[type(clause)], **fields}


def _simple(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value, key=lambda one: (one is None, str(one)))
    return str(value) if isinstance(value, Decimal) else value


def _clause(plain: Plain) -> Clause:
    fields = dict(plain)
    return _READ[fields.pop("kind")](fields)


def _read_between(fields: Plain) -> Between:
    bounds = {name: None if fields[name] is None else Decimal(fields[name]) for name in ("low", "high")}
    return Between(**{**fields, **bounds})


def _read_sets(kind: Callable[..., Clause]) -> Callable[[Plain], Clause]:
    return lambda fields: kind(**{name: frozenset(v) if isinstance(v, list) else v for name, v in fields.items()})


_READ: Mapping[str, Callable[[Plain], Clause]] = {
    "one-of": _read_sets(OneOf),
    "between": _read_between,
    "titled": lambda fields: Titled(frozenset(tuple(words) for words in fields["alternatives"])),
    "custom": _read_sets(Custom),
    "by": _read_sets(By),
    "from": _read_sets(From),
    "notes": lambda fields: Notes(frozenset(NoteKind(kind) for kind in fields["kinds"])),
}
