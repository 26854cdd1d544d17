"""How often keys are tried and used. Counted in memory by this process alone; a restart forgets it."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct, field

from admin.api.refusals import RETRY_SECONDS, Refusal

ADDRESSES = 1024
"""So many addresses are remembered; beyond that the one that failed longest ago is forgotten."""


class Rates(Struct, frozen=True, kw_only=True):
    """Bounds; seconds."""

    failures: int = 10
    """Wrong keys from one address within ``window``, until it has to wait."""
    window: float = 60.0
    first_wait: float = 60.0
    longest_wait: float = 900.0
    """The wait doubles from time to time, up to this."""
    requests: int = 60
    """Of one key within ``window``."""
    at_once: int = 30


class _Address(Struct):
    failed: deque[float] = field(default_factory=deque)
    waits: int = 0
    until: float = 0.0


class _Bucket(Struct):
    left: float
    at: float


class Throttle:
    """Counts. ``clock`` tells seconds that never go back."""

    def __init__(self, rates: Rates, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._addresses: OrderedDict[str, _Address] = OrderedDict()
        self._buckets: dict[str, _Bucket] = {}
        self._under_way = 0

    def failed(self, address: str) -> float:
        """Count a wrong key; say for how long the address has to wait now, 0 while it need not.

        Only wrong keys wait: a right one is let in from the same address all the same.
        """
        now = self._clock()
        seen = self._seen(address)
        if now < seen.until:
            return seen.until - now
        if now - seen.until > self._rates.longest_wait:
            seen.waits = 0
        while seen.failed and now - seen.failed[0] >= self._rates.window:
            seen.failed.popleft()
        if len(seen.failed) < self._rates.failures:
            seen.failed.append(now)
            return 0.0
        return self._wait(seen, now)

    def used(self, key: str) -> float:
        """Count a request of a key; say for how long it has to wait, 0 when it need not."""
        now, most = self._clock(), float(self._rates.requests)
        bucket = self._buckets.setdefault(key, _Bucket(most, now))
        pace = most / self._rates.window
        bucket.left = min(most, bucket.left + (now - bucket.at) * pace)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) / pace
        bucket.left -= 1
        return 0.0

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Hold one of the places for requests at the same time; refuse when all are taken."""
        if self._under_way >= self._rates.at_once:
            raise Refusal(
                status=503,
                code="too-many-at-once",
                detail="Too many requests are under way.",
                headers={"Retry-After": f"{RETRY_SECONDS:.0f}"},
            )
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def _seen(self, address: str) -> _Address:
        seen = self._addresses.setdefault(address, _Address())
        self._addresses.move_to_end(address)
        if len(self._addresses) > ADDRESSES:
            self._addresses.popitem(last=False)
        return seen

    def _wait(self, seen: _Address, now: float) -> float:
        seconds = min(self._rates.first_wait * (1 << seen.waits), self._rates.longest_wait)
        seen.waits = min(seen.waits + 1, 10)
        seen.until = now + seconds
        seen.failed.clear()
        return seconds
