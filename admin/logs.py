"""How the log looks: one JSON object a line, without local variables, so that no turn's content slips into it."""

import logging
import sys

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
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING)
