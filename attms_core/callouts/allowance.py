"""How often callouts may cause reads: a share of the hour's calls, so that no storm of them can use up the rest."""

from datetime import datetime, timedelta

from attms_core.ports import Now

BURST = 20
"""Reads in a row after a quiet time."""
CALLS = 5
"""What one read of up to 200 tickets costs at most, their notes, time and companies included."""
SHARE = 0.4
"""Of the calls that are ours in an hour."""
HOUR = timedelta(hours=1)


class Allowance:
    """A bucket that fills with time. ``cap`` is our calls of an hour."""

    def __init__(self, cap: int, now: Now) -> None:
        self._now = now
        self._each = HOUR / max(1.0, cap * SHARE / CALLS)
        self._spent_until: datetime | None = None

    def wait(self) -> timedelta:
        """Say how long until the next read is allowed; zero when it is now."""
        if self._spent_until is None:
            return timedelta()
        return max(timedelta(), self._spent_until - self._now() - self._each * (BURST - 1))

    def take(self) -> None:
        """Use one."""
        now = self._now()
        self._spent_until = max(now, self._spent_until or now) + self._each
