"""How single values travel: times, numbers, truth, and text compared without case.

The wire's own spellings belong here; which field holds what is the table's business.
"""

from datetime import UTC, datetime
from typing import Any

from sandbox.autotask import refusals
from sandbox.autotask.table import Field

INTEGER_BOUNDS = {"integer": 2**31, "long": 2**63}
TRUTHS = {"true": True, "false": False}
SQL_TYPES = {"integer": "int", "long": "bigint", "decimal": "numeric", "boolean": "bit", "datetime": "datetime"}


def wire_time(moment: datetime) -> str:
    """Write a time as answers carry it: UTC, `Z`, fraction digits only when they are not zero."""
    text = moment.isoformat(timespec="seconds")[:19]
    millis = moment.microsecond // 1000
    return f"{text}.{millis:03d}".rstrip("0") + "Z" if millis else text + "Z"


def read_time(text: str) -> datetime:
    """Read a time with or without a zone; without one it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def millis(text: str | None) -> int | None:
    """Return a stored time as a number that compares: milliseconds since 1970."""
    return None if text is None else round(read_time(text).timestamp() * 1000)


def folded(text: str | None) -> str | None:
    """Return text as the database's case-insensitive collation compares it."""
    return None if text is None else str(text).casefold()


def stored(field: Field, value: Any) -> Any:
    """Turn a value from a write's body into the one that is kept. Raises RefusalError."""
    try:
        return _kept(field, value)
    except (TypeError, ValueError, OverflowError):
        kind = {"datetime": "System.DateTime", "boolean": "System.Boolean", "decimal": "System.Decimal"}
        shown = kind.get(field.type, "System.Int32")
        raise refusals.error(
            f"Error converting value {value!r} to type 'System.Nullable`1[{shown}]'. Path '{field.name}'."
        ) from None


def _kept(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.type == "datetime":
        return wire_time(read_time(_text(value)))
    if field.type == "boolean":
        return _truth(value)
    if field.type == "decimal":
        return round(_number(value), 4)
    if field.type in INTEGER_BOUNDS:
        return _whole(value, INTEGER_BOUNDS[field.type])
    return _plain(value)


def compared(field: Field, value: Any) -> Any:
    """Turn a filter's value into the one its column is compared with. Raises RefusalError."""
    if value is None:
        return None
    try:
        return _comparable(field, value)
    except (TypeError, ValueError, OverflowError):
        raise refusals.conversion(value, SQL_TYPES.get(field.type, "nvarchar")) from None


def _comparable(field: Field, value: Any) -> Any:
    if field.type == "datetime":
        return millis(_text(value))
    if field.type == "boolean":
        if not isinstance(value, bool):
            raise TypeError
        return int(value)
    if field.type == "decimal":
        return _number(value)
    if field.type in INTEGER_BOUNDS:
        return _in_sqlite(_number(value))
    return folded(_plain(value))


def _in_sqlite(number: float) -> float:
    if abs(number) >= 2**63:
        raise OverflowError
    return int(number) if number == int(number) else number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _plain(value: Any) -> str:
    if isinstance(value, dict | list):
        raise TypeError
    if isinstance(value, bool):
        return "True" if value else "False"
    return str(value)


def _truth(value: Any) -> bool:
    if isinstance(value, str) and value.casefold() in TRUTHS:
        return TRUTHS[value.casefold()]
    return bool(value) if isinstance(value, bool) else bool(_number(value))


def _number(value: Any) -> float:
    if isinstance(value, str):
        return _number(int(value) if value.strip().lstrip("+-").isdecimal() else float(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - the definition of not-a-number
        raise ValueError
    return value


def _whole(value: Any, bound: int) -> int:
    number = _number(value)
    if number != int(number) or not -bound <= number < bound:
        raise ValueError
    return int(number)
