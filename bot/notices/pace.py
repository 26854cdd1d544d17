"""How fast to speak: under Teams' limits per conversation and per tenant (Teams: rate limits of bots).

A bucket is kept as the moment at which it is full again, so it costs one number and no timer. Teams counts in windows;
a bucket lets through what it holds and what flows in meanwhile, so each holds about half of what its window allows.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from attms_core.model import TenantId
from attms_core.ports import Now
from attms_core.store import lanes
from attms_core.store.database import Database
from attms_core.store.lanes import Fullness

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Tokens of a tenant that are fetched from the store together."""
STALE = timedelta(seconds=1)
"""A token that lies longer is worth nothing: sent later it would add to another second's."""
STORM = 5
"""Refusals within ten seconds that mean that the whole tenant is too fast."""
STORM_WITHIN = timedelta(seconds=10)
SLOWEST = 32
CALM = 50
"""Messages without a refusal after which a slowed tenant goes twice as fast again."""

Pause = Callable[[float], Awaitable[None]]


class Bucket(Struct, frozen=True):
    """Lets ``burst`` messages through at once, and one more with each span."""

    burst: int
    each: timedelta

    def wait(self, full_at: datetime, now: datetime, count: int = 1) -> timedelta:
        """Say how long the next message has to wait, so that this and the following ones can go together."""
        return max(full_at - now - (self.burst - count) * self.each, timedelta())

    def spend(self, full_at: datetime, now: datetime) -> datetime:
        """Say when it is full again after one message."""
        return max(full_at, now) + self.each


class Pace(Struct, frozen=True, kw_only=True):
    """Buckets of one conversation, and of a tenant.

    Teams takes 7 messages in 1 second from a bot in a conversation, 8 in 2, 60 in 30 and 1,800 in an hour, and 50 calls
    a second in a tenant; answers to people count too, so this is less.
    """

    second: Bucket = Bucket(3, timedelta(milliseconds=500))
    """5 in any second, 7 in any two."""
    half_minute: Bucket = Bucket(20, timedelta(seconds=1))
    """50 in any half minute."""
    hour: Bucket = Bucket(300, timedelta(seconds=3))
    """1,500 in any hour."""
    tenant: Bucket = Bucket(8, timedelta(milliseconds=25))
    """40 a second, 48 at the most."""

    def wait(self, fullness: Fullness, now: datetime, count: int = 1) -> timedelta:
        """Say how long a conversation's next message has to wait, or so many together, no more than any burst."""
        return max(bucket.wait(lanes.full_at(at), now, count) for bucket, at in self._each(fullness))

    def spend(self, fullness: Fullness, now: datetime) -> Fullness:
        """Give the buckets after one message."""
        return Fullness(
            *(lanes.full_stamp(bucket.spend(lanes.full_at(at), now)) for bucket, at in self._each(fullness))
        )

    def _each(self, fullness: Fullness) -> tuple[tuple[Bucket, int], ...]:
        return (
            (self.second, fullness.second),
            (self.half_minute, fullness.half_minute),
            (self.hour, fullness.hour),
        )


TEAMS = Pace()


class TenantPace:
    """The bucket that a tenant's conversations share, across processes: its tokens come from the store, a few at once.

    Slows a tenant down when Teams refuses it again and again in spite of that, and lets it recover.
    """

    def __init__(self, database: Database, bucket: Bucket | None, *, now: Now, pause: Pause = asyncio.sleep) -> None:
        self._database = database
        self._bucket = bucket
        self._now = now
        self._pause = pause
        self._tokens: dict[TenantId, deque[datetime]] = {}
        self._gates: dict[TenantId, asyncio.Lock] = {}
        self._refused: dict[TenantId, deque[datetime]] = {}
        self._slowness: dict[TenantId, int] = {}
        self._calm: dict[TenantId, int] = {}

    async def turn(self, tenant: TenantId) -> None:
        """Wait until one more message may leave. Raises ``StoreUnavailable``."""
        if self._bucket is None:
            return
        async with self._gates.setdefault(tenant, asyncio.Lock()):
            token = self._token(tenant) or await self._fetch(tenant, self._bucket)
        if (wait := token - self._now()) > timedelta():
            await self._pause(wait.total_seconds())

    def went_well(self, tenant: TenantId) -> None:
        """Hear that Teams took a message."""
        if tenant not in self._slowness:
            return
        self._calm[tenant] = self._calm.get(tenant, 0) + 1
        if self._calm[tenant] >= CALM:
            self._set(tenant, self._slowness[tenant] // 2)

    def was_refused(self, tenant: TenantId) -> None:
        """Hear that Teams asked to slow down in one conversation; when it does so in many, it means the tenant."""
        now, refused = self._now(), self._refused.setdefault(tenant, deque(maxlen=STORM))
        refused.append(now)
        if len(refused) < STORM or now - refused[0] > STORM_WITHIN:
            return
        refused.clear()
        self._set(tenant, min(2 * self._slowness.get(tenant, 1), SLOWEST))
        log.warning("tenant_slowed", tenant=tenant, times=self._slowness[tenant])

    def slowness(self, tenant: TenantId) -> int:
        """Say how many times slower than usual the tenant is served."""
        return self._slowness.get(tenant, 1)

    def _set(self, tenant: TenantId, times: int) -> None:
        self._calm[tenant] = 0
        self._tokens.pop(tenant, None)
        if times > 1:
            self._slowness[tenant] = times
        else:
            self._slowness.pop(tenant, None)

    def _token(self, tenant: TenantId) -> datetime | None:
        tokens, oldest = self._tokens.get(tenant), self._now() - STALE
        while tokens:
            if (token := tokens.popleft()) > oldest:
                return token
        return None

    async def _fetch(self, tenant: TenantId, bucket: Bucket) -> datetime:
        each, now = bucket.each * self.slowness(tenant), self._now()
        first = await self._database.write(
            lambda tx: lanes.reserve(tx, tenant, count=AT_ONCE, now=now, burst=bucket.burst, each=each)
        )
        self._tokens[tenant] = deque(first + n * each for n in range(1, AT_ONCE))
        return first
