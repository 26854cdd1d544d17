"""The world's time: the machine's, or one that a test moves by hand."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time in UTC.

    Without a start it follows the machine's clock; with one it stands still there. `advance` moves either.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the present, aware, to the millisecond, which is as fine as Autotask keeps it."""
        now = (self._start or datetime.now(UTC)).astimezone(UTC) + self._ahead
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def advance(self, by: timedelta) -> None:
        """Let time pass at once."""
        self._ahead += by
