"""What a subscription listens for, as values: clauses over a ticket or an opportunity and over what happened to it.

How a clause is judged, written in words and stored is told elsewhere.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from attms_core.model.ids import CompanyId

About = Literal["ticket", "opportunity"]
"""What changes are about."""


class NoteKind(StrEnum):
    """Which notes are told, where notes are."""

    CUSTOMER = "customer"
    """Written by the customer."""
    INTERNAL = "internal"
    """Not for the customer's eyes."""
    PUBLIC = "public"
    """The customer can read it, whoever wrote it."""


class OneOf(Struct, frozen=True):
    """A field holds one of these ids or picklist values; None stands for an empty field."""

    field: str
    """By our name: ``queue``, ``assignee``, ``ticket_type``."""
    values: frozenset[int | None]
    groups: frozenset[str] = frozenset()
    """Of the company: groups of companies that count too, by name."""


class Between(Struct, frozen=True):
    """A number lies within bounds, of which either may be missing."""

    field: str
    """``amount``, ``cost``, ``probability``, or ``udf:`` and a name; ``hours`` narrows logged time alone."""
    low: Decimal | None = None
    high: Decimal | None = None
    is_low_out: bool = False
    """More than ``low``, not equal to it."""
    is_high_out: bool = False


class Titled(Struct, frozen=True):
    """The title holds all words of one of these: each begins a word of it. Words are folded."""

    alternatives: frozenset[tuple[str, ...]]


class Custom(Struct, frozen=True):
    """A user-defined field says one of these, whatever the case; None stands for an empty field."""

    name: str
    values: frozenset[str | None]


class By(Struct, frozen=True):
    """Somebody of these did it."""

    resources: frozenset[int] = frozenset()
    contacts: frozenset[int] = frozenset()
    is_customer: bool = False
    """Any contact."""
    is_unknown: bool = False
    """Nobody knows who."""


class From(Struct, frozen=True):
    """It comes from there: the record's source, contact or creator is one of these, or one of these did it."""

    sources: frozenset[int] = frozenset()
    resources: frozenset[int] = frozenset()
    contacts: frozenset[int] = frozenset()


class Notes(Struct, frozen=True):
    """Of notes only these kinds; what is no note passes."""

    kinds: frozenset[NoteKind]


Clause = OneOf | Between | Titled | Custom | By | From | Notes


class Filter(Struct, frozen=True):
    """All of ``include`` hold and none of ``exclude``; the empty filter takes everything. Of a field one each."""

    include: tuple[Clause, ...] = ()
    exclude: tuple[Clause, ...] = ()

    @property
    def groups(self) -> frozenset[str]:
        """Name the groups of companies that it speaks of."""
        return frozenset(
            name for clause in (*self.include, *self.exclude) if isinstance(clause, OneOf) for name in clause.groups
        )


class CompanyGroup(Struct, frozen=True, kw_only=True):
    """Companies under one name, which filters use as ``@name``."""

    name: str
    """Without the sign."""
    companies: frozenset[CompanyId]
    changed_by: str = ""
    """Who changed it last, by name."""
