"""The log's lines on their way out: what is said within a moment leaves in one write, trouble leaves at once.

A write costs as much as a page of a list, and a turn has a line of its own. What a line says is not decided here.
"""

import asyncio
import atexit
import json
import threading
import time
from collections.abc import Callable
from typing import Any, TextIO

import orjson

MOMENT = 0.05
"""Seconds that a line of no trouble may be held back. A process that is killed takes them with it."""
MOST = 256
"""Lines held back at most."""
_OURS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""Objects are written as they show themselves: a secret's own words hide it."""


class Lines:
    """A logger for structlog: its methods are named as the levels are. May be used from any thread."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._held: list[str] = []
        self._since = 0.0
        atexit.register(self.flush)

    def info(self, line: str) -> None:
        """Write a line soon."""
        now = time.monotonic()
        with self._lock:
            is_first = not self._held
            self._since = now if is_first else self._since
            self._held.append(line)
            is_late = len(self._held) >= MOST or now - self._since > 2 * MOMENT
        if is_late or (is_first and not self._is_planned()):
            self.flush()

    debug = info

    def warning(self, line: str) -> None:
        """Write a line, and all before it, now."""
        with self._lock:
            self._held.append(line)
        self.flush()

    error = critical = warning

    def flush(self) -> None:
        """Write what is held back."""
        with self._lock:
            said, self._held = self._held, []
            if said:
                self._file.write("\n".join(said) + "\n")
                self._file.flush()

    def _is_planned(self) -> bool:
        """Have the loop of this thread write in a moment; where there is none, nobody would."""
        try:
            asyncio.get_running_loop().call_later(MOMENT, self.flush)
        except RuntimeError:
            return False
        return True


def as_json(event: Any, *, default: Callable[[Any], Any]) -> str:
    """Write a line's values as JSON in ASCII, so that no terminal acts upon them; objects become what ``default`` says.

    In two ways: the quick one knows no lone surrogates and no numbers beyond 64 bits.
    """
    try:
        quick = orjson.dumps(event, default=default, option=_OURS)
    except orjson.JSONEncodeError:
        return json.dumps(event, default=default)
    return quick.decode() if quick.isascii() else json.dumps(event, default=default)
