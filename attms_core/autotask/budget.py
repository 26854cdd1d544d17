"""The hour's calls: our own count, the tenant's, and who may still call. No I/O; time is asked of a clock.

How many calls run at once is the business of ``lanes``.
"""

from collections import deque
from datetime import datetime, timedelta

from msgspec import Struct

from attms_core.autotask.protocol import Priority
from attms_core.errors import Busy
from attms_core.ports import Now

HOUR = timedelta(hours=1)
TENANT_CALLS = 10_000
"""Per hour, for all integrations of a tenant (REST help: thresholds and limits)."""
READ_EVERY = timedelta(minutes=5)
BINDS_FOR = timedelta(minutes=15)
"""An older reading says nothing any more: the window has moved on."""
SLOW = 0.5
"""From here AutoTask itself adds half a second to every call (REST help: thresholds and limits)."""
PEOPLE_ONLY = 0.75
WRITES_ONLY = 0.9
PACE = 1.0
"""Seconds that the mirror waits before each call while calls are scarce."""
HINT = "Lists still work. Try again in a few minutes."
MIRROR_SHARE = 0.9
"""Of our own cap; the rest is kept for people who wait."""


class Usage(Struct, frozen=True):
    """A reading of the hour's calls, of all integrations of the tenant together."""

    used: int
    threshold: int


class Budget:
    """Counts and admits. ``cap`` is our own calls an hour; writes count, but are never refused for it."""

    def __init__(self, cap: int, now: Now) -> None:
        self._cap = cap
        self._now = now
        self._own: deque[datetime] = deque()
        self._share = 0.0
        self._threshold = TENANT_CALLS
        self._read_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._silent_since: datetime | None = None

    @property
    def own_calls(self) -> int:
        """Our own calls of the last hour."""
        oldest = self._now() - HOUR
        while self._own and self._own[0] <= oldest:
            self._own.popleft()
        return len(self._own)

    @property
    def used_share(self) -> float:
        """The tenant's whole use as a share of its threshold, 0 to 1: the last reading, and our own calls since."""
        own = self.own_calls
        if self._read_at is None or self._now() - self._read_at > BINDS_FOR:
            return min(1.0, own / self._threshold)
        since = sum(1 for moment in self._own if moment > self._read_at)
        return min(1.0, max(self._share + since / self._threshold, own / self._threshold))

    @property
    def silent_for(self) -> timedelta | None:
        """How long AutoTask has not answered properly; none when the last call was answered."""
        return None if self._silent_since is None else self._now() - self._silent_since

    def is_reading_due(self) -> bool:
        """Say whether the tenant's use should be asked for, at most every five minutes; asking is then noted."""
        now = self._now()
        if self._asked_at is not None and now - self._asked_at < READ_EVERY:
            return False
        self._asked_at = now
        return True

    def read(self, *, used: int, threshold: int) -> None:
        """Take a reading of the tenant's whole use."""
        if threshold > 0 and used >= 0:
            self._threshold = threshold
            self._share = min(1.0, used / threshold)
            self._read_at = self._now()

    def exhausted(self) -> None:
        """Note that AutoTask refused a call because the tenant's hour is used up."""
        self._share = 1.0
        self._read_at = self._now()

    def spend(self) -> None:
        """Count one call that is about to be sent."""
        self._own.append(self._now())

    def answered(self) -> None:
        """Note a proper answer."""
        self._silent_since = None

    def unanswered(self) -> None:
        """Note a call without one."""
        self._silent_since = self._silent_since or self._now()

    def admit(self, priority: Priority) -> float:
        """Let a call through, after so many seconds. Raises ``Busy`` when the calls left are kept for others."""
        if priority is Priority.WRITE:
            return 0.0
        share, own = self.used_share, self.own_calls
        if priority is Priority.PERSON:
            if share >= WRITES_ONLY:
                what = "AutoTask's calls of this hour are nearly used up; the rest is kept for changes."
                raise Busy(what, after=READ_EVERY, hint=HINT)
            self._keep_below(self._cap, own)
            return 0.0
        if share >= PEOPLE_ONLY:
            raise Busy("AutoTask's calls of this hour are kept for people.", after=READ_EVERY, hint=HINT)
        self._keep_below(int(self._cap * MIRROR_SHARE), own)
        return PACE if share >= SLOW else 0.0

    def _keep_below(self, limit: int, own: int) -> None:
        if own >= limit:
            # so many of the oldest calls have to leave the window before the next may go
            free = self._own[own - limit] + HOUR
            raise Busy(f"ATTMS has used its {self._cap} calls of this hour.", after=free - self._now(), hint=HINT)
