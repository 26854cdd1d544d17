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
    """The operators AutoTask has. It drops any other without a word and returns every row."""

    EQ = "eq"
    NOT_EQ = "noteq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BEGINS_WITH = "beginsWith"
    ENDS_WITH = "endsWith"
    CONTAINS = "contains"
    EXIST = "exist"
    NOT_EXIST = "notExist"
    IN = "in"
    NOT_IN = "notIn"


class Join(StrEnum):
    """How a group combines its parts."""

    AND = "and"
    OR = "or"


class Condition(Struct, frozen=True):
    """One comparison."""

    field: str
    op: Op
    value: Scalar | tuple[int | str, ...] | None = None
    is_udf: bool = False

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
    is_udf: bool = False

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

    def lte(self, value: Scalar) -> Condition:
        """Be at most, or at or before."""
        return self._is(Op.LTE, value)

    def begins_with(self, text: str) -> Condition:
        """Begin with a text."""
        return self._is(Op.BEGINS_WITH, text)

    def ends_with(self, text: str) -> Condition:
        """End with a text."""
        return self._is(Op.ENDS_WITH, text)

    def contains(self, text: str) -> Condition:
        """Contain a text."""
        return self._is(Op.CONTAINS, text)

    def exists(self) -> Condition:
        """Have a value."""
        return Condition(self.field, Op.EXIST, None, self.is_udf)

    def is_missing(self) -> Condition:
        """Have no value."""
        return Condition(self.field, Op.NOT_EXIST, None, self.is_udf)

    def is_in(self, values: Sequence[int | str]) -> Condition:
        """Be one of several. Each counts as one of the 500 alternatives."""
        return self._is(Op.IN, tuple(values))

    def is_not_in(self, values: Sequence[int | str]) -> Condition:
        """Be none of several."""
        return self._is(Op.NOT_IN, tuple(values))

    def _is(self, op: Op, value: Scalar | tuple[int | str, ...]) -> Condition:
        return Condition(self.field, op, value, self.is_udf)


def where(field: str) -> Subject:
    """Begin a condition on one of our fields."""
    return Subject(field)


def where_udf(name: str) -> Subject:
    """Begin a condition on a user-defined field, by its name. AutoTask takes one such condition a query."""
    return Subject(name, is_udf=True)


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
    if sum(map(_udfs, query.filters)) > 1:
        raise ValueError("more than one condition on a user-defined field")
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
    field = part.field if part.is_udf else naming(part.field)
    wire: dict[str, object] = {"op": part.op.value, "field": field}
    if part.op not in {Op.EXIST, Op.NOT_EXIST}:
        wire["value"] = _value(part)
    if part.is_udf:
        wire["udf"] = True
    return wire


def _value(condition: Condition) -> object:
    value = condition.value
    if value is None or value == ():
        raise ValueError(f"nothing to compare {condition.field} with")
    if isinstance(value, datetime):
        return moment(value, up=condition.op in {Op.LT, Op.LTE})
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


def _udfs(part: Filter) -> int:
    return sum(map(_udfs, part.parts)) if isinstance(part, Group) else int(part.is_udf)
