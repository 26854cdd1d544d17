"""Windows of time, newest first and growing: AutoTask sorts by id alone, and people ask for the newest. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

FIRST = timedelta(days=7)
LONGEST = timedelta(days=64)
OPEN_DEPTH = timedelta(days=400)
"""Open tickets without activity for longer than this are read in one last window."""
AHEAD = timedelta(days=1)
"""The newest window of completed tickets ends a little ahead: AutoTask's clock is not ours."""

Window = tuple[datetime | None, datetime | None]


def open_windows(began: datetime) -> Iterator[Window]:
    """Cut all time in windows ``[start, end)``; the newest has no end, the oldest no start."""
    end: datetime | None = None
    for start in _starts(began, OPEN_DEPTH):
        yield start, end
        end = start
    yield None, end


def closed_windows(began: datetime, history: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Cut the last ``history`` in windows ``[start, end)``."""
    end = began + AHEAD
    for start in _starts(began, history):
        yield start, end
        end = start


def earlier_windows(since: datetime, here: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Cut the time between ``since`` and what is ``here`` in windows ``[start, end)``; none when all of it is here."""
    end = here
    while end > since:
        start = max(since, end - LONGEST)
        yield start, end
        end = start


def _starts(began: datetime, depth: timedelta) -> Iterator[datetime]:
    width, reach = FIRST, FIRST
    while reach < depth:
        yield began - reach
        width = min(2 * width, LONGEST)
        reach += width
    yield began - depth
