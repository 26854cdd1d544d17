"""What a log line belongs to: the request and the turn in which it was said. The log adds both to each of its lines."""

from contextvars import ContextVar

REQUEST: ContextVar[str] = ContextVar("trace", default="")
"""The id that the request's answer carries in its header."""
TURN: ContextVar[str] = ContextVar("turn", default="")
"""The code that a person is told when something goes wrong."""
