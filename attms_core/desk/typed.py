"""Text that people type or paste, made fit for AutoTask, which refuses control characters."""

import re

_CONTROL = re.compile("[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f]")
_BREAK = re.compile("\\r\\n?|[\\x0b\\x0c\\x85\\u2028\\u2029]")


def tidy(text: str) -> str:
    """Take away what cannot be seen; whatever breaks a line (Word pastes vertical tabs) becomes a line's end."""
    return _CONTROL.sub("", _BREAK.sub("\n", text)).strip()
