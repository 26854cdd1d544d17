"""Autotask's query object, read and turned into SQL.

What a query asks for is settled here, refusals included; running it is the business of `rows`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.autotask import refusals, values
from sandbox.autotask.quirks import Quirks
from sandbox.autotask.table import Entity, Field

DEEPEST = 40
"""Groups within groups; SQLite's own parser gives up not far beyond."""

MOST_ORS = 500
PAGE = 500

HOT = {
    "Tickets": (
        "companyID contactID status queueID priority assignedResourceID creatorResourceID ticketNumber externalID "
        "title createDate completedDate dueDateTime lastActivityDate lastTrackedModificationDateTime"
    ),
    "TicketNotes": "ticketID creatorResourceID createDateTime lastActivityDate",
    "Companies": "companyName isActive lastActivityDate lastTrackedModifiedDateTime",
    "Contacts": "companyID isActive emailAddress lastName lastModifiedDate",
    "Resources": "email userName isActive",
    "ResourceRoles": "resourceID roleID",
    "ResourceServiceDeskRoles": "resourceID roleID",
    "DeletedTicketLogs": "ticketID deletedDateTime",
    "TicketHistory": "ticketID",
    "TimeEntries": "ticketID resourceID dateWorked startDateTime lastModifiedDateTime",
    "TicketChecklistItems": "ticketID",
    "TicketSecondaryResources": "ticketID resourceID",
    "TicketAdditionalContacts": "ticketID contactID",
    "TicketAttachments": "ticketID",
    "AttachmentInfo": "ticketID parentID",
    "Opportunities": "companyID ownerResourceID status stage projectedCloseDate lastActivity",
    "CompanyNotes": "companyID opportunityID lastModifiedDate",
    "ConfigurationItems": "companyID contactID isActive serialNumber referenceTitle lastModifiedTime",
    "TicketWebhookFields": "webhookID",
    "TicketWebhookUdfFields": "webhookID",
    "TicketWebhookExcludedResources": "webhookID",
    "TicketNoteWebhookFields": "webhookID",
    "TicketNoteWebhookExcludedResources": "webhookID",
    "WebhookEventErrorLogs": "createDateTime",
}
"""Fields with a column and an index of their own: what clients filter by all day."""

COMPARISONS = {"eq": "=", "noteq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
ORDERED = ("gt", "gte", "lt", "lte")
TEXT = {
    "beginswith": "substr({0}, 1, length(?)) = ?",
    "endswith": "length({0}) >= length(?) AND substr({0}, length({0}) - length(?) + 1) = ?",
    "contains": "instr({0}, ?) > 0",
}
SETS = {"in": "IN", "notin": "NOT IN"}
PRESENCE = {"exist": "IS NOT NULL", "notexist": "IS NULL"}
GROUPS = ("and", "or")
OPERATORS = (*COMPARISONS, *TEXT, *SETS, *PRESENCE, *GROUPS)


@dataclass(frozen=True, slots=True)
class Sql:
    """A condition and the values for its question marks."""

    text: str = "1"
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a client asked for, checked."""

    where: Sql
    page_size: int = PAGE
    fields: tuple[str, ...] | None = None
    """Only these fields; None means all."""
    udfs: tuple[str, ...] = ()
    """Only these user-defined fields, when `fields` is set."""
    by_index: bool = False
    """Some indexed column narrows the rows: unless it finds very many, SQLite should not walk them by id."""


def hot_fields(entity: str) -> list[str]:
    """Return the fields of an entity that have their own column."""
    return HOT.get(entity, "").split()


def read(body: Any, entity: Entity, udfs: Mapping[str, Field], quirks: Quirks) -> Query:
    """Read a query object. Raises RefusalError."""
    asked = {key.casefold(): value for key, value in body.items()} if isinstance(body, dict) else {}
    items = asked.get("filter")
    if not isinstance(items, list) or (not items and quirks.empty_filter_refused):
        raise refusals.error(refusals.FILTERS_MISSING)
    _narrowed(entity, items)
    reader = _Reader(entity, udfs, quirks)
    where = reader.group("AND", items, depth=0) or Sql()
    if reader.ors > MOST_ORS:
        raise refusals.error(refusals.TOO_MANY_ORS)
    fields, extra = _include(asked.get("includefields"), entity, udfs)
    return Query(
        where=where,
        page_size=_page_size(asked.get("maxrecords")),
        fields=fields,
        udfs=extra,
        by_index=reader.by_index,
    )


def _narrowed(entity: Entity, items: list[Any]) -> None:
    """Refuse what is too wide for the two entities that want to be asked about one parent."""
    leaves = [{key.casefold(): value for key, value in item.items()} for item in items if isinstance(item, dict)]
    named = {str(leaf.get("field", "")).casefold() for leaf in leaves if str(leaf.get("op", "")).casefold() == "eq"}
    if entity.plural == "TicketHistory" and (len(items) > 1 or "ticketid" not in named):
        raise refusals.error(refusals.HISTORY_FILTER)
    if entity.plural == "TicketAttachments" and not named & {"ticketid", "parentid"}:
        raise refusals.error(refusals.PARENT_ID.format(entity.plural))


def _page_size(wanted: Any) -> int:
    if wanted is None:
        return PAGE
    if isinstance(wanted, bool) or not isinstance(wanted, int) or not 1 <= wanted <= PAGE:
        raise refusals.error(refusals.PAGE_SIZE)
    return wanted


def _include(wanted: Any, entity: Entity, udfs: Mapping[str, Field]) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    if not wanted:
        return None, ()
    fields: list[str] = []
    extra: list[str] = []
    for name in wanted if isinstance(wanted, list) else [wanted]:
        field, udf = entity.field(str(name)), udfs.get(str(name).casefold())
        if field:
            fields.append(field.name)
        elif udf:
            extra.append(udf.name)
        else:
            raise refusals.unknown_field(str(name), entity.name)
    return tuple(fields), tuple(extra)


class _Reader:
    """Walks one filter tree and counts what is limited per query."""

    def __init__(self, entity: Entity, udfs: Mapping[str, Field], quirks: Quirks) -> None:
        self._entity = entity
        self._udfs = udfs
        self._quirks = quirks
        self._hot = frozenset(hot_fields(entity.plural))
        self._udf_conditions = 0
        self.ors = 0
        self.by_index = False

    def group(self, joint: str, items: Any, depth: int) -> Sql | None:
        """Join the conditions of a group; None when nothing is left of it."""
        if depth > DEEPEST:
            raise refusals.error("The query is nested too deeply.")
        parts = [part for item in _listed(items) if (part := self._condition(item, depth))]
        if joint == "OR":
            self.ors += len(parts)
        if not parts:
            return None
        params = tuple(value for part in parts for value in part.params)
        return Sql("(" + f" {joint} ".join(part.text for part in parts) + ")", params)

    def _condition(self, item: Any, depth: int) -> Sql | None:
        wire = {key.casefold(): value for key, value in item.items()} if isinstance(item, dict) else {}
        op = str(wire.get("op", "")).casefold()
        if op not in OPERATORS:
            # the vendor drops what it does not know and answers with unfiltered rows
            if self._quirks.strict_operators:
                raise refusals.error(f"Sandbox, strict: unknown operator '{wire.get('op')}'")
            return None
        if op in GROUPS:
            return self.group(op.upper(), wire.get("items"), depth + 1)
        return self._leaf(op, wire)

    def _leaf(self, op: str, wire: dict[str, Any]) -> Sql:
        field, column = self._column(str(wire.get("field", "")), is_udf=wire.get("udf") is True, op=op)
        if op in PRESENCE:
            return Sql(f"{column.text} {PRESENCE[op]}", column.params)
        if op in SETS:
            return self._set(op, field, column, wire.get("value"))
        if op in TEXT:
            return _text(op, field, column, wire.get("value"))
        return self._comparison(op, field, column, wire.get("value"))

    def _column(self, name: str, *, is_udf: bool, op: str) -> tuple[Field, Sql]:
        if is_udf:
            return self._udf_column(name)
        field = self._entity.field(name)
        if field is None or not field.queryable:
            raise refusals.unknown_field(name, self._entity.name)
        if field.name in self._hot:
            self.by_index = self.by_index or op not in ("notin", "exist", *TEXT)
        return field, Sql(_expression(field, hot=field.name in self._hot))

    def _udf_column(self, name: str) -> tuple[Field, Sql]:
        field = self._udfs.get(name.casefold())
        if field is None:
            raise refusals.unknown_field(name, self._entity.name)
        self._udf_conditions += 1
        if self._udf_conditions > 1:
            raise refusals.error("Only one user defined field is allowed in a query.")
        return field, Sql(f"udf_{'number' if field.type == 'decimal' else 'text'}(whole(doc), ?)", (field.name,))

    def _set(self, op: str, field: Field, column: Sql, wanted: Any) -> Sql:
        elements = [values.compared(field, value) for value in _listed(wanted)]
        self.ors += len(elements)
        if self.ors > MOST_ORS:
            raise refusals.error(refusals.TOO_MANY_ORS)
        marks = ", ".join("?" * len(elements))
        text = f"{column.text} {SETS[op]} ({marks})"
        return self._with_nulls(Sql(text, (*column.params, *elements)), column, wanted=op == "notin")

    def _comparison(self, op: str, field: Field, column: Sql, wanted: Any) -> Sql:
        if op in ORDERED and field.type == "boolean":
            raise refusals.error(f"The operator {op} cannot be used with the boolean field {field.name}.")
        value = values.compared(field, wanted)
        if op == "noteq" and field.name in self._hot:
            # two ranges can be looked up in an index, an inequality cannot
            text = f"({column.text} < ? OR {column.text} > ?)"
            return self._with_nulls(Sql(text, (value, value)), column, wanted=True)
        text = f"{column.text} {COMPARISONS[op]} ?"
        return self._with_nulls(Sql(text, (*column.params, value)), column, wanted=op == "noteq")

    def _with_nulls(self, condition: Sql, column: Sql, *, wanted: bool) -> Sql:
        if not (wanted and self._quirks.noteq_finds_nulls):
            return condition
        return Sql(f"({condition.text} OR {column.text} IS NULL)", (*condition.params, *column.params))


def _listed(items: Any) -> Sequence[Any]:
    if items is None:
        return ()
    return items if isinstance(items, list) else [items]


def _expression(field: Field, *, hot: bool) -> str:
    if field.name == "id":
        return "id"
    if hot:
        return f'"{field.name}"'
    raw = f"json_extract(whole(doc), '$.{field.name}')"
    if field.type == "datetime":
        return f"millis({raw})"
    return f"folded({raw})" if field.type == "string" else raw


def _text(op: str, field: Field, column: Sql, wanted: Any) -> Sql:
    if field.type != "string":
        raise refusals.error(f"The operator {op} cannot be used with the field {field.name}.")
    value = values.compared(field, wanted)
    template = TEXT[op]
    # each mention of the column brings its own parameters along, in order of appearance
    params: list[Any] = []
    for piece in template.split("{0}")[:-1]:
        params += [value] * piece.count("?")
        params += column.params
    params += [value] * template.rsplit("{0}", 1)[-1].count("?")
    return Sql(template.format(column.text), tuple(params))
