"""When a job runs, as people write it: ``every 5m``, ``cron 0 7 * * mon-fri Europe/Berlin``, ``off``."""

import re
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from attms_core.errors import Invalid

OFF = "off"
UTC = "UTC"
_EVERY = re.compile(r"every (\d{1,6})(ms|s|m|h|d)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CRON = re.compile(r"cron (\S+ \S+ \S+ \S+) (\S+)(?: (\S+))?")
_DAYS = re.compile(
    r"(?:\*|(?:mon|tue|wed|thu|fri|sat|sun)(?:-(?:mon|tue|wed|thu|fri|sat|sun))?(?:,|$))+", re.IGNORECASE
)
_HOW = "Write: every 5m, or: cron 0 7 * * mon-fri Europe/Berlin (minute hour day month weekday zone), or: off."


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job runs."""

    text: str
    zone: str = UTC
    trigger: BaseTrigger | None = None
    """None for one that is off."""


def every(length: timedelta) -> Schedule:
    """Make the schedule of a job that runs again and again."""
    milliseconds = length // timedelta(milliseconds=1)
    unit, size = next(
        (unit, size)
        for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))
        if milliseconds % size == 0
    )
    return Schedule(
        f"every {milliseconds // size}{unit}", UTC, IntervalTrigger(seconds=milliseconds / 1000, timezone=UTC)
    )


def parse(text: str) -> Schedule:
    """Read a schedule. Raises ``Invalid`` that says how to write one."""
    said = " ".join(text.split())
    if said.lower() == OFF:
        return Schedule(OFF)
    if match := _EVERY.fullmatch(said.lower()):
        length = timedelta(**{_UNITS[match[2]]: int(match[1])})
        if length < timedelta(seconds=1):
            raise Invalid("A job can run every second at most.", field="schedule", hint=_HOW)
        return every(length)
    if match := _CRON.fullmatch(said):
        return _cron(match[1], match[2], match[3] or UTC)
    raise Invalid(f"{said[:60]!r} is no schedule.", field="schedule", hint=_HOW)


def _cron(times: str, days: str, zone: str) -> Schedule:
    if not _DAYS.fullmatch(days):  # 0 is Sunday for some and Monday for others
        raise Invalid("Weekdays are written mon, tue, wed, thu, fri, sat, sun, or *.", field="schedule", hint=_HOW)
    try:
        trigger = CronTrigger.from_crontab(f"{times} {days.lower()}", timezone=ZoneInfo(zone))
    except (ValueError, KeyError, OSError) as error:  # ZoneInfo raises any of these for a name that is none
        raise Invalid(f"This is no time: {error}.", field="schedule", hint=_HOW) from None
    return Schedule(f"cron {times} {days.lower()} {zone}", zone, trigger)
