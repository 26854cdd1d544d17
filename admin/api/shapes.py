"""Shapes that several subjects use: short texts, names, counts. A subject's own stand with it."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

_DIGITS = re.compile(r"[0-9]{1,18}")


def _number(value: object) -> object:
    """Read digits, and nothing else that some language would take for a number."""
    if not isinstance(value, str):
        return value
    if not _DIGITS.fullmatch(value):
        raise ValueError("is no number")
    return int(value)


def _whole(value: object) -> object:
    """Take 3.0 for 3, as JSON Schema does."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Text = Annotated[
    str, Field(max_length=200, pattern=r"^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069]*$")
]
"""One line that people write and read, without signs that nobody can see."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""The name of something of ours."""
FROM_TEXT = BeforeValidator(_number)
"""For numbers in an address, which arrive as text. It stands after the bounds, or the document would miss them."""
WHOLE = BeforeValidator(_whole)
"""For numbers in a body. It stands after the bounds, too."""
Moment = Annotated[
    datetime, PlainSerializer(lambda moment: moment.astimezone(UTC).isoformat(timespec="seconds"), return_type=str)
]
"""Always in UTC."""
