"""What we send when we write: our fields to wire JSON, checked before anything leaves. Pure.

AutoTask ignores a misspelt or read-only field with a 200 and may cut long text, so both are refused here. Whether a
picklist value or a reference is good is AutoTask's to say.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from msgspec import Struct

from attms_core.autotask import wire
from attms_core.autotask.query import moment
from attms_core.autotask.refusals import Fields
from attms_core.autotask.wire import Kind
from attms_core.errors import Invalid
from attms_core.model import Field
from attms_core.model.wish import Value

UDF = "udf:"
"""Begins the name of a user-defined field."""
LARGEST_INT = 2**31 - 1
LARGEST_LONG = 2**63 - 1
_KINDS = {
    "integer": Kind.NUMBER,
    "short": Kind.NUMBER,
    "byte": Kind.NUMBER,
    "long": Kind.NUMBER,
    "decimal": Kind.DECIMAL,
    "double": Kind.DECIMAL,
    "datetime": Kind.TIME,
    "boolean": Kind.FLAG,
}


class Slot(Struct, frozen=True, kw_only=True):
    """Where one value goes."""

    name: str
    """As the caller says it."""
    theirs: str
    kind: Kind
    length: int = 0
    largest: int = LARGEST_INT
    is_udf: bool = False


def needs_metadata(entity: str, fields: Mapping[str, Value], known: Fields) -> bool:
    """Say whether a write names a field that neither our table nor the metadata read so far can vouch for."""
    strange = [name for name in fields if wire.column(entity, name) is None]
    return any(name.removeprefix(UDF).lower() not in known for name in strange)


def record(entity: str, fields: Mapping[str, Value], known: Fields) -> dict[str, object]:
    """Write fields as AutoTask takes them. Raises ``Invalid`` with the field's name."""
    _check_assignment(fields)
    slots = [(_slot(entity, name, known), value) for name, value in fields.items()]
    body: dict[str, object] = {slot.theirs: _value(slot, value) for slot, value in slots if not slot.is_udf}
    udfs = [{"name": slot.theirs, "value": _value(slot, value)} for slot, value in slots if slot.is_udf]
    if udfs:
        body["userDefinedFields"] = udfs
    return body


def _check_assignment(fields: Mapping[str, Value]) -> None:
    """AutoTask takes both or neither (REST help: Tickets entity)."""
    pair = [name in fields for name in ("assignee", "assignee_role")]
    if any(pair) and not all(pair):
        raise Invalid("A technician and a role are assigned together.", field="assignee")
    if any(pair) and (fields["assignee"] is None) != (fields["assignee_role"] is None):
        raise Invalid("A technician and a role are assigned or taken away together.", field="assignee")


def _slot(entity: str, name: str, known: Fields) -> Slot:
    if name.startswith(UDF):
        return _udf_slot(name, known)
    column = wire.column(entity, name)
    meta = known.get((column.theirs if column else name).lower())
    if column and column.is_writable:
        length = (meta.length if meta and meta.length else column.length) if column.kind is Kind.TEXT else 0
        return Slot(name=name, theirs=column.theirs, kind=column.kind, length=length)
    if column or meta is None or meta.is_user_defined:
        raise Invalid(f"AutoTask has no field {name} that can be written.", field=name)
    if meta.is_read_only or meta.name == "id":
        raise Invalid(f"AutoTask keeps {name} itself.", field=name)
    return _meta_slot(name, meta)


def _udf_slot(name: str, known: Fields) -> Slot:
    meta = known.get(name.removeprefix(UDF).lower())
    if meta is None or not meta.is_user_defined:
        raise Invalid(f"AutoTask has no user-defined field {name.removeprefix(UDF)}.", field=name)
    if meta.is_read_only:
        raise Invalid(f"AutoTask keeps {meta.name} itself.", field=name)
    # values of user-defined fields are text on the wire, whatever their type (REST help: user-defined fields)
    return Slot(name=name, theirs=meta.name, kind=Kind.TEXT, length=meta.length, is_udf=True)


def _meta_slot(name: str, meta: Field) -> Slot:
    kind = _KINDS.get(meta.data_type, Kind.TEXT)
    largest = LARGEST_LONG if meta.data_type == "long" else LARGEST_INT
    return Slot(name=name, theirs=meta.name, kind=kind, length=meta.length, largest=largest)


def _value(slot: Slot, value: Value) -> object:
    if value is None:
        return None
    if isinstance(value, int) and abs(value) > LARGEST_LONG:
        raise Invalid(f"{slot.name} takes a smaller number.", field=slot.name)
    if slot.kind is Kind.NUMBER:
        return _number(slot, value)
    if slot.kind is Kind.TIME:
        return _time(slot, value)
    if slot.kind is Kind.DECIMAL:
        return _decimal(slot, value)
    if slot.kind is Kind.FLAG:
        return _flag(slot, value)
    return _text(slot, str(value))


def _number(slot: Slot, value: str | int) -> int:
    read = wire.number(value)
    if read is None or abs(read) > slot.largest:
        raise Invalid(f"{slot.name} takes a whole number.", field=slot.name)
    return read


def _decimal(slot: Slot, value: str | int) -> float:
    try:
        read = Decimal(str(value))
    except InvalidOperation as error:
        raise Invalid(f"{slot.name} takes a number.", field=slot.name) from error
    if not read.is_finite() or abs(read) > LARGEST_INT:
        raise Invalid(f"{slot.name} takes a number.", field=slot.name)
    return float(read)


def _time(slot: Slot, value: str | int) -> str:
    try:
        read = datetime.fromisoformat(str(value))
        aware = read if read.tzinfo else read.replace(tzinfo=UTC)
        return moment(aware)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{slot.name} takes a date and time.", field=slot.name) from error


def _flag(slot: Slot, value: str | int) -> bool:
    told = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    if told is None:
        raise Invalid(f"{slot.name} takes yes or no.", field=slot.name)
    return told


def _text(slot: Slot, value: str) -> str:
    if any(_is_unspeakable(c) for c in value):
        raise Invalid(f"{slot.name} holds a character that AutoTask cannot store.", field=slot.name)
    length = sum(2 if ord(c) > 0xFFFF else 1 for c in value)  # noqa: PLR2004 - AutoTask counts in UTF-16
    if slot.length and length > slot.length:
        what = f"{slot.name} is too long: {length} characters, and AutoTask takes {slot.length}."
        raise Invalid(what, field=slot.name, hint="Shorten the text.")
    return value


def _is_unspeakable(c: str) -> bool:
    """Control characters other than tab and line ends, and halves of characters."""
    return (ord(c) < ord(" ") and c not in "\t\r\n") or "\ud800" <= c <= "\udfff"
