"""How the log looks: one JSON object a line, without local variables, so that no turn's content slips into it."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import orjson
import structlog


def configure(*, verbose: bool = False) -> None:
    """Set the log up for a serving process: to standard error, from INFO on, or WARNING in the demo's quiet."""
    level = logging.INFO if verbose else logging.WARNING
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(),
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING)


def _line(event: dict[str, Any], *, default: Callable[[Any], Any], **_: object) -> str:
    """Write an event as one line of ASCII: terminals act upon more characters than JSON escapes."""
    line = orjson.dumps(event, default=default, option=orjson.OPT_NON_STR_KEYS)
    return line.decode() if line.isascii() else json.dumps(event, default=default)
