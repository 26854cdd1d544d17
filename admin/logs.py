"""How the log looks: one JSON object a line, without local variables, so that no turn's content slips into it."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import structlog

from admin.log_lines import Lines, written


def configure(*, verbose: bool = False) -> None:
    """Set the log up for a serving process: to standard error, from INFO on, or WARNING in the demo's quiet."""
    level = logging.INFO if verbose else logging.WARNING
    structlog.configure(
        processors=[written],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=partial(_the_lines, Lines(sys.stderr)),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING)


def _the_lines(lines: Lines, *_names: object) -> Lines:
    """Give all loggers the same lines."""
    return lines


@contextmanager
def hushed() -> Iterator[None]:
    """Keep the log out of a command's answer: what a command has to say, it says in words."""
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)
