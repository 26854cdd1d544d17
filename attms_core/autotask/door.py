"""Getting in: which zone to call, and what to do when it refuses our user. One task looks, the others wait.

AutoTask locks a user after repeated refusals (vendor help: API users), so a refusal is remembered. What a zone is
belongs to ``zone``, sending to ``caller``.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog

from attms_core.autotask.zone import Zone
from attms_core.errors import CredentialsRefused
from attms_core.ports import Now

log = structlog.get_logger(__name__)

REMEMBERED_FOR = timedelta(minutes=10)
TRIED_EVERY = timedelta(minutes=1)
"""How often a person who waits may have a refused log-in tried again."""
REFUSED = "AutoTask refuses ATTMS's user, secret or integration code."
HINT = (
    "Check ATTMS_AUTOTASK_USER, ATTMS_AUTOTASK_SECRET (quoted: shells eat $ and #) and "
    "ATTMS_AUTOTASK_INTEGRATION_CODE, and in AutoTask that the API user is active and not locked."
)


class Door:
    """Knows the zone and whether our log-in works there.

    find    asks AutoTask for the zone; raises ``Unreachable`` or ``CredentialsRefused``
    zone    the configured one; None means that it is found on first use
    """

    def __init__(self, *, find: Callable[[], Awaitable[Zone]], zone: Zone | None, now: Now) -> None:
        self.zone = zone
        self._find = find
        self._now = now
        self._lock = asyncio.Lock()
        self._is_proven = False
        self._suspect: str = ""
        """The base that refused us and has not been looked up again."""
        self._refused_at: datetime | None = None
        self._tried_at: datetime | None = None

    @asynccontextmanager
    async def enter(self, *, is_urgent: bool) -> AsyncIterator[Zone]:
        """Lend the zone; until a log-in has worked, to one call at a time. Raises ``CredentialsRefused``."""
        if self._is_proven and self.zone:
            yield self.zone
            return
        self._check(is_urgent=is_urgent)
        async with self._lock:
            self._check(is_urgent=is_urgent)
            self._tried_at = self._now()
            yield await self._current()

    def worked(self) -> None:
        """Note that AutoTask knows us."""
        self._is_proven, self._suspect, self._refused_at = True, "", None

    def rejected(self, zone: Zone) -> None:
        """Note a refusal: whoever enters next asks for the zone anew, since tenants are moved between zones."""
        if self.zone and zone.base == self.zone.base:
            self._is_proven, self._suspect = False, zone.base

    def _check(self, *, is_urgent: bool) -> None:
        if self._is_proven or self._suspect or self._refused_at is None:
            return  # asking for the zone takes no log-in
        if self._now() - self._refused_at >= REMEMBERED_FOR:
            return
        is_trial_due = self._tried_at is None or self._now() - self._tried_at >= TRIED_EVERY
        if not (is_urgent and is_trial_due):
            raise CredentialsRefused(REFUSED, hint=HINT)

    async def _current(self) -> Zone:
        if self._suspect:
            await self._look_again()
        if self.zone is None:
            self.zone = await self._find()
        return self.zone

    async def _look_again(self) -> None:
        found = await self._find()
        if self.zone and found.base.lower() == self.zone.base.lower():
            self._suspect, self._refused_at = "", self._now()
            log.error("autotask_credentials_refused")
            raise CredentialsRefused(REFUSED, hint=HINT)
        log.warning("autotask_zone_moved", zone=found.base)
        self.zone, self._suspect = found, ""
