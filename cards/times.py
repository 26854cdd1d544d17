"""Moments and spans in words, in the reader's zone. Reads no clock: the reader brings the time."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from attms_core.model import Clock, ClockState
from attms_core.zones import zone_named
from cards.reader import Reader

_TWELVE_HOURS = frozenset({"en-us", "en-ca", "en-au", "en-nz", "en-in", "en-ph"})
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NEAR_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_WEEK = 6
"""Days around today that a weekday's name says best."""
_MINUTE = timedelta(minutes=1)


def span(length: timedelta) -> str:
    """Say a span in its two largest units: ``2 h 10 min``, ``3 d 4 h``. The sign is left out."""
    return _span(abs(length) // _MINUTE)


@lru_cache(maxsize=4096)
def _span(minutes: int) -> str:
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h" if hours and days < 10 else f"{days} d"  # noqa: PLR2004 - hours matter for some days only
    if hours:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{minutes} min" if minutes else "less than a minute"


def ago(at: datetime, reader: Reader) -> str:
    """Say how long ago something was; what lies ahead (clocks differ) is now."""
    passed = reader.now - at
    return f"{span(passed)} ago" if passed >= _MINUTE else "just now"


def moment(at: datetime, reader: Reader) -> str:
    """Say when: ``today 16:40``, ``Thu 09:00``, ``24 Nov 2025 16:40``.

    With the zone (`` CET``) on a card that others see too, and with `` UTC`` when the zone is not known.
    """
    here = zone_named(reader.zone)
    local, today = _within(at, here), _within(reader.now, here)
    days = (local.date() - today.date()).days
    name = f" {_zone_name(local)}" if reader.is_shared or here is UTC else ""
    return f"{_day(local, days, today.year)} {_hour(local, reader.locale)}{name}"


def day(on: date, reader: Reader) -> str:
    """Say a day that is in no zone: ``24 Nov``, ``1 Dec 2027`` when it is another year's."""
    shown = f"{on.day} {_MONTHS[on.month - 1]}"
    return shown if on.year == _within(reader.now, zone_named(reader.zone)).year else f"{shown} {on.year}"


def sla(clock: Clock, reader: Reader) -> str:
    """Say how an SLA clock stands, complete without any colour: ``resolution due in 2 h 10 min``."""
    return _sla(clock.name, clock.state, abs(clock.due - reader.now) // _MINUTE)


@lru_cache(maxsize=4096)
def _sla(name: str, state: ClockState, minutes: int) -> str:
    thing, length = "due time" if name == "due" else name, _span(minutes)
    match state:
        case ClockState.PAUSED:
            return f"{thing} clock paused"
        case ClockState.BREACHED:
            return f"overdue by {length}" if name == "due" else f"{thing} breached {length} ago"
        case ClockState.NEAR:
            return f"{_due(name)} soon, in {length}"
        case ClockState.RUNNING:
            return f"{_due(name)} in {length}"


def _due(name: str) -> str:
    return "due" if name == "due" else f"{name} due"


def _within(at: datetime, here: tzinfo) -> datetime:
    try:
        return at.astimezone(here)
    except OverflowError:  # the first and last day of the calendar have no neighbour in another zone
        return at


def _zone_name(local: datetime) -> str:
    """Name the zone as its people do at that time of the year; many have no name but their distance from UTC."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def _day(local: datetime, days: int, year: int) -> str:
    if days in _NEAR_DAYS:
        return _NEAR_DAYS[days]
    if 0 < days <= _WEEK:
        return _DAYS[local.weekday()]
    shown = f"{local.day} {_MONTHS[local.month - 1]}"
    return shown if local.year == year else f"{shown} {local.year}"


def _hour(local: datetime, locale: str) -> str:
    if locale.lower() not in _TWELVE_HOURS:
        return f"{local.hour:02}:{local.minute:02}"
    return f"{(local.hour + 11) % 12 + 1}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"  # noqa: PLR2004 - noon
