"""Between Python's values and columns: moments, decimals, JSON. Pure."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def stamp(moment: datetime) -> int:
    """Give an aware moment as milliseconds since 1970, rounded down."""
    return (moment - EPOCH) // MILLISECOND


def moment(stamp: int) -> datetime:
    """Give the moment of a stamp, in UTC."""
    return EPOCH + stamp * MILLISECOND


def stamp_or_none(moment: datetime | None) -> int | None:
    """Give a moment's stamp, if there is one."""
    return None if moment is None else stamp(moment)


def moment_or_none(stamp: int | None) -> datetime | None:
    """Give a stamp's moment, if there is one."""
    return None if stamp is None else moment(stamp)


def packed(value: Any) -> str:
    """Write JSON in ASCII, so that any text survives any database."""
    return _ENCODER.encode(value)


def unpacked(text: str) -> Any:
    """Read what ``packed`` wrote."""
    return json.loads(text)
