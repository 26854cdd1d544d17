"""When a job runs, as people write it: ``every 5m``, ``cron 0 7 * * mon-fri Europe/Berlin``, ``off``."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from attms_core.errors import Invalid

SCHEDULE = "schedule."
"""How the names of stored schedules begin; the job's name follows."""
OFF = "off"
ZONE = "UTC"
NEAR = timedelta(hours=3)
"""No clock is ever put forward or back by more."""
_EVERY = re.compile(r"every (\d{1,6})(ms|s|m|h|d)", re.ASCII)
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CRON = re.compile(r"cron (\S+ \S+ \S+ \S+) (\S+)(?: (\S+))?")
_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
_DAYS = re.compile(rf"\*|{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*", re.IGNORECASE | re.ASCII)
_HOW = "Write: every 5m, or: cron 0 7 * * mon-fri Europe/Berlin (minute hour day month weekday zone), or: off."


class Calendar:
    """Times of a wall clock.

    An hour that comes twice or not at all does not disturb them: a job of a fixed hour runs once, and later by what
    the clock skipped; one of every hour runs as often as there are hours.
    """

    def __init__(self, times: str, zone: ZoneInfo) -> None:
        from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - of a start, only if somebody wants a calendar

        self._times = CronTrigger.from_crontab(times, timezone=UTC)  # it repeats an hour that comes twice; we do not
        self._is_hourly = times.split()[1] == "*"
        self._zone = zone

    def after(self, moment: datetime) -> datetime | None:
        """Give the first time after a moment, in UTC; None when there is none any more."""
        here = moment.astimezone(self._zone)
        first = next(self._walls(here), None)
        if first is None:
            return None
        at = first.replace(tzinfo=self._zone)
        if _is_steady(here) and _is_steady(at):
            return at.astimezone(UTC)
        return self._slowly(here)

    def _slowly(self, here: datetime) -> datetime | None:
        """Look at each time near a change of the clock, in each of the ways in which it can be meant."""
        found: datetime | None = None
        for wall in self._walls(here - NEAR):
            if found is not None and wall.replace(tzinfo=UTC) - found.astimezone(self._zone).replace(tzinfo=UTC) > NEAR:
                break
            later = [at for at in self._meant(wall) if at > here]
            found = min([*later, found] if found else later, default=None)
        return found

    def _meant(self, wall: datetime) -> list[datetime]:
        both = [wall.replace(tzinfo=self._zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
        if not self._is_hourly:
            return both[:1]  # the first of two; of one that does not exist, what the clock shows instead
        return [at for at in both if at.astimezone(self._zone).replace(tzinfo=None) == wall]

    def _walls(self, here: datetime) -> Iterator[datetime]:
        """Go through the times that a clock shows after this one."""
        last = here.replace(tzinfo=UTC, fold=0)
        while (found := self._times.get_next_fire_time(None, last + timedelta(microseconds=1))) is not None:
            last = found
            yield found.replace(tzinfo=None)


def _is_steady(at: datetime) -> bool:
    around = at.astimezone(UTC)
    return (around - NEAR).astimezone(at.tzinfo).utcoffset() == (around + NEAR).astimezone(at.tzinfo).utcoffset()


class Schedule(Struct, frozen=True, kw_only=True):
    """When a job runs: so often, at times of a calendar, or not at all."""

    text: str
    zone: str = ZONE
    every: timedelta | None = None
    calendar: Calendar | None = None

    @property
    def is_off(self) -> bool:
        """Whether it never runs by itself."""
        return self.every is None and self.calendar is None


def every(length: timedelta) -> Schedule:
    """Make the schedule of a job that runs again and again."""
    milliseconds = length // timedelta(milliseconds=1)
    unit, size = next(
        (unit, size)
        for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))
        if milliseconds % size == 0
    )
    return Schedule(text=f"every {milliseconds // size}{unit}", every=timedelta(milliseconds=milliseconds))


def parse(text: str) -> Schedule:
    """Read a schedule. Raises ``Invalid`` that says how to write one.

    A cron's day of the month and its weekday must both be right where both are given.
    """
    said = " ".join(text.split())
    if said.lower() == OFF:
        return Schedule(text=OFF)
    if match := _EVERY.fullmatch(said.lower()):
        length = timedelta(**{_UNITS[match[2]]: int(match[1])})
        if length < timedelta(seconds=1):
            raise Invalid("A job can run every second at most.", field="schedule", hint=_HOW)
        return every(length)
    if match := _CRON.fullmatch(said):
        return _cron(match[1], match[2], match[3] or ZONE)
    raise Invalid(f"{said[:60]!r} is no schedule.", field="schedule", hint=_HOW)


def _cron(times: str, days: str, zone: str) -> Schedule:
    if not _DAYS.fullmatch(days):  # 0 is Sunday for some and Monday for others
        raise Invalid("Weekdays are written mon, tue, wed, thu, fri, sat, sun, or *.", field="schedule", hint=_HOW)
    written = f"{times} {days.lower()}"
    try:
        calendar = Calendar(written, ZoneInfo(zone))
    except (ValueError, KeyError, OSError) as error:  # ZoneInfo raises any of these for a name that is none
        raise Invalid(f"This is no time: {error}.", field="schedule", hint=_HOW) from None
    if calendar.after(datetime(2000, 1, 1, tzinfo=UTC)) is None:  # a 30th of February
        raise Invalid("This time never comes.", field="schedule", hint=_HOW)
    return Schedule(text=f"cron {written} {zone}", zone=zone, calendar=calendar)
