"""The log's lines on their way out: what is said within a moment leaves in one write, trouble leaves at once.

A write costs as much as a page of a list, and a turn has a line of its own. What a line says is not decided here.
"""

import asyncio
import atexit
import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import orjson
from structlog.processors import ExceptionRenderer
from structlog.typing import EventDict

from attms_core import traced

MOMENT = 0.05
"""Seconds that a line of no trouble may be held back. A process that is killed takes them with it."""
MOST = 256
"""Lines held back at most."""
_OURS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""Objects go through their own ``repr``, which hides what is secret."""
_with_traceback = ExceptionRenderer()


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


def written(logger: object, level: str, event: EventDict) -> str:
    """Make a line of an event: what it belongs to, its level and the time (the one processor of structlog's chain)."""
    if "exc_info" in event:
        event = _with_traceback(logger, level, event)
    if turn := traced.TURN.get():
        event["turn"] = turn
    if request := traced.REQUEST.get():
        event["trace"] = request
    event["level"] = level
    micros = time.time_ns() // 1000
    event["timestamp"] = f"{_second(micros // 1_000_000)}.{micros % 1_000_000:06}Z"
    return as_json(event)


@lru_cache(maxsize=2)
def _second(since_1970: int) -> str:
    return datetime.fromtimestamp(since_1970, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def as_json(event: Mapping[str, Any]) -> str:
    """Write values as JSON in ASCII, so that no terminal acts upon them; objects as they show themselves.

    In two ways: the quick one knows no lone surrogates and no numbers beyond 64 bits.
    """
    try:
        quick = orjson.dumps(event, default=repr, option=_OURS)
    except orjson.JSONEncodeError:
        return json.dumps(event, default=repr)
    return quick.decode() if quick.isascii() else json.dumps(event, default=repr)
