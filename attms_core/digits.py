"""Whole numbers in text that comes from outside.

What ``str.isdigit`` takes for one may break ``int``: "²" is a digit, and ten thousand of them are too many.
"""

import re

_WHOLE = re.compile(r"[0-9]{1,15}")
_SIGNED = re.compile(r"-?[0-9]{1,15}")


def whole(text: str) -> int | None:
    """Read a number from zero on, such as an id: digits and nothing else, fifteen at most; none for other text."""
    return int(text) if _WHOLE.fullmatch(text) else None


def signed(text: str) -> int | None:
    """Read a number that may be below zero; none for other text."""
    return int(text) if _SIGNED.fullmatch(text) else None
