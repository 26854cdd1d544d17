"""Times of a wall clock on days of the week: how people write them, and when the next one is. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from attms_core.errors import Invalid
from attms_core.model.digest import DAYS, Rhythm
from attms_core.zones import zone_named

WORKDAYS = (0, 1, 2, 3, 4)
EVERY_DAY = tuple(range(7))
HOW = "For example: 07:30 mon-fri, or: 8am mon,thu Europe/Berlin"
LOOKED_AHEAD = 10
"""Days: yesterday, and then every day of the week once at least."""
_NAMED = {"daily": EVERY_DAY, "every-day": EVERY_DAY, "weekdays": WORKDAYS, "workdays": WORKDAYS, "weekends": (5, 6)}
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?", re.ASCII)
_TYPED = re.compile(r"(\d{1,2}[:.h]\d{2}|\d{1,2}(?=\s*(?:am|pm)))(?:\s*(am|pm)\b)?", re.ASCII)
_NOON = 12
_DAY_LETTERS = 3


def read_rhythm(words: str, zone: str) -> Rhythm:
    """Read ``07:30 mon-fri Europe/Berlin`` in any order; ``zone`` stands where none is written.

    Days left out mean Monday to Friday. Raises ``Invalid`` with the field: ``time``, ``days`` or ``zone``.
    """
    said = " ".join(words.replace(", ", ",").split())
    found = _TYPED.search(said.casefold())
    if found is None:
        raise Invalid("Say at what time.", field="time", hint=HOW)
    rest = f"{said[: found.start()]} {said[found.end() :]}".split()
    zones = [word for word in rest if _is_zone_like(word)]
    days = [word for word in rest if not _is_zone_like(word)]
    if len(zones) > 1:
        raise Invalid(f"There are two time zones: {' and '.join(zones)}.", field="zone", hint=HOW)
    return rhythm_of(found.group(0), ",".join(days), zones[0] if zones else zone)


def rhythm_of(at: str, days: str, zone: str) -> Rhythm:
    """Make one out of what three fields hold. Raises ``Invalid`` with the field: ``time``, ``days`` or ``zone``."""
    return Rhythm(days=read_days(days) or WORKDAYS, minute=read_time(at), zone=read_zone(zone))


def read_time(text: str) -> int:
    """Read ``07:30``, ``7.30`` or ``7:30 pm`` as minutes of the day. Raises ``Invalid``."""
    found = _TIME.fullmatch(text.strip().casefold())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (-1, 0)
    if found and found[3]:
        hour = hour % _NOON + (_NOON if found[3] == "pm" else 0) if 0 < hour <= _NOON else -1
    if not 0 <= hour < 24 or not 0 <= minute < 60:  # noqa: PLR2004 - hours of a day, minutes of an hour
        raise Invalid(f'"{text.strip()[:20]}" is no time of the day.', field="time", hint="Write it like this: 07:30")
    return hour * 60 + minute


def read_days(text: str) -> tuple[int, ...]:
    """Read ``mon-fri``, ``mon,thu``, ``sat-mon`` or ``daily``; nothing gives none. Raises ``Invalid``."""
    found: set[int] = set()
    for part in re.split(r"[,\s]+", text.strip().casefold()):
        if part and part not in {"on", "at", "and"}:
            found |= set(_NAMED.get(part) or _stretch(part))
    return tuple(sorted(found))


def read_zone(name: str) -> str:
    """Check the name of a time zone; none is UTC. Raises ``Invalid``."""
    wanted = name.strip() or "UTC"
    try:
        ZoneInfo(wanted)
    except (ValueError, KeyError, OSError) as error:  # ZoneInfo raises any of these for a name that is none
        raise Invalid(
            f'"{wanted[:40]}" is no time zone.', field="zone", hint="Write it like this: Europe/Berlin"
        ) from error
    return wanted


def next_time(rhythm: Rhythm, after: datetime) -> datetime:
    """Give the first moment after another one at which the wall clock shows the time, in UTC; once a day.

    An hour that comes twice counts the first time; one that is skipped comes later by what the clock skipped.
    """
    zone = zone_named(rhythm.zone)
    first = after.astimezone(zone).date() - timedelta(days=1)  # a skipped time may come a day later
    days = (first + timedelta(days=ahead) for ahead in range(LOOKED_AHEAD))
    moments = (_at(day, rhythm.minute, zone) for day in days if day.weekday() in rhythm.days)
    return min(at for at in moments if at > after)


def last_time(rhythm: Rhythm, before: datetime) -> datetime:
    """Give the last moment before another one at which the wall clock showed the time, in UTC."""
    zone = zone_named(rhythm.zone)
    last = before.astimezone(zone).date() + timedelta(days=1)
    days = (last - timedelta(days=back) for back in range(LOOKED_AHEAD))
    moments = (_at(day, rhythm.minute, zone) for day in days if day.weekday() in rhythm.days)
    return max(at for at in moments if at < before)


def end_of_day(rhythm: Rhythm, now: datetime) -> datetime:
    """Give the end of the day in the rhythm's zone."""
    zone = zone_named(rhythm.zone)
    return _at(now.astimezone(zone).date() + timedelta(days=1), 0, zone)


def _at(day: date, minute: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)


def spoken(rhythm: Rhythm) -> str:
    """Say it: ``Monday to Friday at 07:30, Europe/Berlin``."""
    at = f"{rhythm.minute // 60:02}:{rhythm.minute % 60:02}"
    return f"{spoken_days(rhythm.days)} at {at}, {rhythm.zone}"


_FULL = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def spoken_days(days: tuple[int, ...]) -> str:
    """Say on which days: ``every day``, ``Monday to Friday``, ``Monday and Thursday``."""
    if days == EVERY_DAY:
        return "every day"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:  # noqa: PLR2004 - two days are named
        return f"{_FULL[days[0]]} to {_FULL[days[-1]]}"
    names = [_FULL[day] for day in days]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def written(rhythm: Rhythm) -> str:
    """Write it as ``read_rhythm`` reads it."""
    days = ",".join(DAYS[day] for day in rhythm.days)
    return f"{rhythm.minute // 60:02}:{rhythm.minute % 60:02} {days} {rhythm.zone}"


def _stretch(part: str) -> tuple[int, ...]:
    first, dash, last = part.partition("-")
    begin, end = _day(first), _day(last if dash else first)
    length = (end - begin) % 7 + 1
    return tuple((begin + ahead) % 7 for ahead in range(length))


def _day(word: str) -> int:
    known = next((at for at, name in enumerate(_FULL) if len(word) >= _DAY_LETTERS and _is_day(word, name)), None)
    if known is None:
        raise Invalid(
            f'"{word[:20]}" is no day of the week.', field="days", legal=DAYS, hint="Write days like this: mon-fri"
        )
    return known


def _is_day(word: str, name: str) -> bool:
    return f"{name.casefold()}s".startswith(word)


def _is_zone_like(word: str) -> bool:
    """Tell ``Europe/Berlin``, ``UTC`` and ``CET`` from days: days have small letters, or a weekday's beginning."""
    if "/" in word or word.upper() in {"UTC", "GMT"}:
        return True
    head = re.split(r"[,-]", word.casefold())[0]
    is_day = head in _NAMED or head in {"on", "at", "and"} or any(_is_day(head, n) for n in _FULL if len(head) > 1)
    return not is_day and word.isupper()
