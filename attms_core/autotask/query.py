"""Queries as values: printable, comparable, with a closed set of operators. Turning one into wire JSON is pure.

Fields go by our names; what they are called on the wire is told by whoever translates. No I/O, no paging loop.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

PAGE = 500
"""Records in one answer at most (REST help: advanced query features)."""
MOST_ORS = 500
"""Alternatives in one query at most, elements of lists included (REST help: thresholds and limits)."""

Scalar = str | int | bool | datetime
Naming = Callable[[str], str]
"""From a query's field name to the wire's. Raises for a field that must not be asked for."""


class Op(StrEnum):
    """The operators that we ask by. AutoTask drops one that it does not have without a word and returns every row."""

    EQ = "eq"
    NOT_EQ = "noteq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    EXIST = "exist"
    IN = "in"


class Join(StrEnum):
    """How a group combines its parts."""

    AND = "and"
    OR = "or"


class Condition(Struct, frozen=True):
    """One comparison."""

    field: str
    op: Op
    value: Scalar | tuple[int | str, ...] | None = None

    def __str__(self) -> str:
        shown = "" if self.value is None else f" {self.value!r}"
        return f"{self.field} {self.op}{shown}"


class Group(Struct, frozen=True):
    """Several conditions or groups as one."""

    join: Join
    parts: tuple["Condition | Group", ...]

    def __str__(self) -> str:
        return "(" + f" {self.join} ".join(map(str, self.parts)) + ")"


Filter = Condition | Group


class Query(Struct, frozen=True):
    """Records of one entity that meet every filter; without filters, all of them."""

    entity: str
    filters: tuple[Filter, ...] = ()
    include: tuple[str, ...] = ()
    """Only these fields and the id; empty means all fields, user-defined ones too."""
    size: int = PAGE

    def after(self, last: int) -> "Query":
        """Return the query for what follows a record: AutoTask sorts by id and by nothing else."""
        return replace(self, filters=(*self.filters, where("id").gt(last)))

    def __str__(self) -> str:
        return f"{self.entity} where " + (" and ".join(map(str, self.filters)) or "anything")


class Subject(Struct, frozen=True):
    """A field about to be compared."""

    field: str

    def eq(self, value: Scalar) -> Condition:
        """Be equal; text without regard to case."""
        return self._is(Op.EQ, value)

    def noteq(self, value: Scalar) -> Condition:
        """Differ. Rows without a value are left out, as in SQL."""
        return self._is(Op.NOT_EQ, value)

    def gt(self, value: Scalar) -> Condition:
        """Be greater or later."""
        return self._is(Op.GT, value)

    def gte(self, value: Scalar) -> Condition:
        """Be at least, or at or after."""
        return self._is(Op.GTE, value)

    def lt(self, value: Scalar) -> Condition:
        """Be less or earlier."""
        return self._is(Op.LT, value)

    def exists(self) -> Condition:
        """Have a value."""
        return Condition(self.field, Op.EXIST)

    def is_in(self, values: Sequence[int | str]) -> Condition:
        """Be one of several. Each counts as one of the 500 alternatives."""
        return self._is(Op.IN, tuple(values))

    def _is(self, op: Op, value: Scalar | tuple[int | str, ...]) -> Condition:
        return Condition(self.field, op, value)


def where(field: str) -> Subject:
    """Begin a condition on one of our fields."""
    return Subject(field)


def any_of(*parts: Filter) -> Group:
    """Meet at least one."""
    return Group(Join.OR, parts)


def all_of(*parts: Filter) -> Group:
    """Meet all: for use inside ``any_of``."""
    return Group(Join.AND, parts)


def to_wire(query: Query, asked: Naming, shown: Naming) -> dict[str, object]:
    """Write a query as AutoTask reads it. Raises ``ValueError`` for one that AutoTask would refuse or misread.

    asked, shown    name a field to filter by, and a field to include: a few may be read but not filtered by
    """
    if not 1 <= query.size <= PAGE:
        raise ValueError(f"a page has 1 to {PAGE} records, not {query.size}")
    if sum(map(_ors, query.filters)) > MOST_ORS:
        raise ValueError(f"more than {MOST_ORS} alternatives in one query")
    wire: dict[str, object] = {"MaxRecords": query.size}
    if query.include:
        # paging needs the id (REST help: IncludeFields)
        wire["IncludeFields"] = list(dict.fromkeys(["id", *map(shown, query.include)]))
    # "all rows" needs a filter too (REST help: basic query calls)
    filters = query.filters or (where("id").exists(),)
    wire["Filter"] = [_filter(each, asked) for each in filters]
    return wire


def _filter(part: Filter, naming: Naming) -> dict[str, object]:
    if isinstance(part, Group):
        if not part.parts:
            raise ValueError("an empty group would match every row")
        return {"op": part.join.value, "items": [_filter(each, naming) for each in part.parts]}
    wire: dict[str, object] = {"op": part.op.value, "field": naming(part.field)}
    if part.op is not Op.EXIST:
        wire["value"] = _value(part)
    return wire


def _value(condition: Condition) -> object:
    value = condition.value
    if value is None or value == ():
        raise ValueError(f"nothing to compare {condition.field} with")
    if isinstance(value, datetime):
        return moment(value, up=condition.op is Op.LT)
    return list(value) if isinstance(value, tuple) else value


def moment(value: datetime, *, up: bool = False) -> str:
    """Write an aware moment in whole seconds, cut down or rounded up (REST help: date and time fields)."""
    value = value.astimezone(UTC)
    if up and value.microsecond:
        value += timedelta(seconds=1)
    return value.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _ors(part: Filter) -> int:
    if isinstance(part, Group):
        own = len(part.parts) if part.join is Join.OR else 0
        return own + sum(map(_ors, part.parts))
    return len(part.value) if isinstance(part.value, tuple) else 0
