"""How far this machine's clock is from those of the services that it speaks with, by the Date of their answers.

Tokens hold within five minutes of either side's clock, so a clock that is off lets nobody in (RFC 7519: leeway).
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from msgspec import Struct

from attms_core.http import Response
from attms_core.ports import Now

COUNTS_FOR = timedelta(hours=1)
"""An older reading says nothing any more."""
BETWEEN_ASKED = timedelta(minutes=10)
"""So often at most is a service asked for nothing but the time: strangers may cause it."""


class Reading(Struct, frozen=True, kw_only=True):
    """What one service's clock showed."""

    upstream: str
    """In words: ``AutoTask``."""
    ahead: timedelta
    """How far we are ahead of it; below zero when we are behind. The Date has whole seconds."""
    at: datetime


class Clocks:
    """Remembers the last reading of each service."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._readings: dict[str, Reading] = {}
        self._asked_at: datetime | None = None

    def is_asking_due(self) -> bool:
        """Say whether a service should be asked for the time, because none has told it; asking is then noted."""
        now = self._now()
        if self.readings() or (self._asked_at is not None and now - self._asked_at < BETWEEN_ASKED):
            return False
        self._asked_at = now
        return True

    def heard(self, upstream: str, date: str) -> None:
        """Take the Date header of an answer that came in just now; what is no date is left alone."""
        try:
            told = parsedate_to_datetime(date)
        except ValueError:
            return
        told = told if told.tzinfo else told.replace(tzinfo=UTC)
        now = self._now()
        self._readings[upstream] = Reading(upstream=upstream, ahead=now - told, at=now)

    def answered(self, upstream: str, response: Response) -> None:
        """Take an answer that came in just now."""
        self.heard(upstream, response.headers.get("date", ""))

    def readings(self) -> list[Reading]:
        """Give those of the last hour, the one that is furthest off first."""
        oldest = self._now() - COUNTS_FOR
        fresh = [reading for reading in self._readings.values() if reading.at >= oldest]
        return sorted(fresh, key=lambda reading: abs(reading.ahead), reverse=True)
