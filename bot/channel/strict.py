"""JSON from outside, read strictly. What the document means is decided elsewhere."""

import math
import re
from typing import Any

import orjson

DEEPEST = 64
MOST_KEYS = 2000
LARGEST_NUMBER = 10**19
"""Twenty digits and more are refused: databases and other readers would disagree about them."""

_DIGITS, _MARKS, _SPACES = b"0123456789", b":,[", b" \t\r\n"
_OUTLINE = bytes.maketrans(_DIGITS + _MARKS + b"E", b"0" * len(_DIGITS) + b":" * len(_MARKS) + b"e")
"""Leaves of a document what tells a number: all digits alike, and alike what a number can stand behind."""
_MANY_DIGITS = b"0" * 19
_EXPONENT = re.compile(rb":-?[0.]+e")


class BadJson(ValueError):
    """The document is not what we read."""


def read_json(body: bytes) -> Any:
    """Decode a UTF-8 document.

    Raises ``BadJson`` for anything but JSON as RFC 8259 has it: no NaN, no lone surrogates; nor deeper than 64
    levels, nor with more than 2,000 keys, nor with numbers of twenty digits. NUL characters are dropped, because no
    database takes them.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadJson("not JSON") from None
    if not _is_small(body):
        _measure(document)
    return _without_nul(document) if b"\\u0000" in body else document


def read_object(body: bytes) -> dict[str, Any]:
    """Decode a document that must be an object; raises ``BadJson``."""
    document = read_json(body)
    if not isinstance(document, dict):
        raise BadJson("not an object")
    return document


def _is_small(body: bytes) -> bool:
    """Say whether a look at the bytes is enough: too few brackets and colons, and no number that could be too large."""
    return (
        body.count(b"{") + body.count(b"[") < DEEPEST
        and body.count(b":") <= MOST_KEYS
        and not _may_hold_large_number(body)
    )


def _may_hold_large_number(body: bytes) -> bool:
    """Say whether nineteen digits stand together, or an exponent behind what looks like a number; in a text, too."""
    outline = b":" + body.translate(_OUTLINE, _SPACES)
    return _MANY_DIGITS in outline or _EXPONENT.search(outline) is not None


def _measure(document: Any) -> None:
    keys, level, depth = 0, [document], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise BadJson("too deep")
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                keys += len(value)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
            elif isinstance(value, int | float):
                _check_number(value)
        if keys > MOST_KEYS:
            raise BadJson("too many keys")
        level = below


def _check_number(value: float) -> None:
    # The decoder turns an integer beyond 64 bits into a float, so one bound serves both.
    if not math.isfinite(value) or abs(value) >= LARGEST_NUMBER:
        raise BadJson("number out of range")


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(each) for each in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(each) for key, each in value.items()}
    return value
