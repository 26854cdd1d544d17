"""What Autotask allows per hour, at once and in bytes (REST help: thresholds and limits, thread limiting)."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sandbox.autotask import refusals
from sandbox.autotask.quirks import Quirks


class Uploads:
    """Counts the bytes of attachments (REST help: attachments): so many a file, and so many in five minutes.

    Who sends more is refused every file for the next five, small ones too.
    """

    FILE = 7_000_000
    WINDOW = timedelta(minutes=5)
    BYTES = 10_000_000

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._sent: deque[tuple[datetime, int]] = deque()
        self._closed_until: datetime | None = None

    def admit(self, size: int) -> None:
        """Count one file. Raises RefusalError when it is too large, or too much for these minutes."""
        if size > self.FILE:
            raise refusals.error(refusals.FILE_TOO_LARGE)
        now = self._clock()
        if self._closed_until and now < self._closed_until:
            raise refusals.error(refusals.UPLOADS)
        while self._sent and self._sent[0][0] <= now - self.WINDOW:
            self._sent.popleft()
        if sum(sent for _, sent in self._sent) + size > self.BYTES:
            self._closed_until = now + self.WINDOW
            raise refusals.error(refusals.UPLOADS)
        self._sent.append((now, size))


class Limits:
    """Counts calls: three at once per entity, and an hourly budget that first slows down and then refuses.

    `hourly` is the budget of all integrations together; `latency_factor` scales the added half and whole second,
    0 in tests.
    """

    THREADS = 3
    WINDOW = timedelta(hours=1)

    def __init__(
        self,
        clock: Callable[[], datetime],
        quirks: Quirks,
        *,
        hourly: int = 10_000,
        latency_factor: float = 1.0,
    ) -> None:
        self._clock = clock
        self._quirks = quirks
        self.hourly = hourly
        self.latency_factor = latency_factor
        self._calls: deque[datetime] = deque()
        self._active: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()
        """Entity -> most calls that were ever handled at the same time, refused ones not counted."""

    @property
    def used(self) -> int:
        """Calls in the last hour."""
        oldest = self._clock() - self.WINDOW
        while self._calls and self._calls[0] <= oldest:
            self._calls.popleft()
        return len(self._calls)

    def spend(self, calls: int = 1) -> None:
        """Count calls; with a number, as if another integration had made them."""
        self._calls.extend([self._clock()] * calls)

    def charge(self) -> float:
        """Count one call and return the seconds by which it is slowed down. Raises RefusalError at 100 %."""
        used = self.used
        if used >= self.hourly:
            text = refusals.BUDGET.format(self.hourly, 60)
            raise refusals.RefusalError(
                self._quirks.budget_status, {"errors": [text]}, retry_after=self._quirks.budget_retry_after
            )
        self.spend()
        share = (used + 1) / self.hourly
        added = 0.0 if share < 0.5 else 0.5 if share <= 0.75 else 1.0
        return added * self.latency_factor

    @contextmanager
    def thread(self, entity: str) -> Iterator[None]:
        """Hold one of the three places of an entity. Raises RefusalError when all are taken."""
        if self._active[entity] >= self.THREADS:
            raise self.too_many_threads()
        self._active[entity] += 1
        self.most_at_once[entity] = max(self.most_at_once[entity], self._active[entity])
        try:
            yield
        finally:
            self._active[entity] -= 1

    def too_many_threads(self) -> refusals.RefusalError:
        """Return the refusal of the fourth simultaneous call."""
        return refusals.errors([refusals.THREADS], self._quirks.thread_status)
