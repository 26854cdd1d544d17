"""Quiet hours: how people write them, whether it is quiet, and when that changes. Pure.

What counts is what the wall clock of the person's zone shows, whatever is done to it: an hour that comes twice is quiet
twice, and a clock that jumps over the end of quiet hours ends them.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeVar

from attms_core.errors import Invalid
from attms_core.model.preferences import ALL_DAYS, MINUTES, WEEK, Quiet
from attms_core.notices.rhythm import read_days, read_time, read_zone, spoken_days

T = TypeVar("T")
FROM, TO, DAYS, WHOLE_DAYS, ZONE = "quiet_from", "quiet_to", "quiet_days", "quiet_whole_days", "quiet_zone"
"""The fields that an ``Invalid`` of this file names."""
HOW = "For example: 19:00-07:00 mon-fri Europe/Berlin, or: 19:00-07:00 mon-fri, all day sat,sun"
_SPAN = re.compile(
    r"(\d{1,2}(?:[:.h]\d{2})?\s*(?:am|pm)?)\s*(?:-|\u2013|to|until)\s*(\d{1,2}(?:[:.h]\d{2})?\s*(?:am|pm)?)"
)
_ALL_DAY = re.compile(r"\b(?:and\s+)?(?:all|whole)[ -]days?\b:?")
_ZONE = re.compile(r"(?<!\S)(?:[A-Za-z_]+/\S+|UTC|GMT)(?!\S)")
_MIDNIGHT = frozenset({"24:00", "24.00", "24"})
_TURNS = 4 * WEEK
"""More edges than a week has, and the changes of the clock among them."""


def read_quiet(words: str) -> Quiet:
    """Read ``19:00-07:00 mon-fri, all day sat,sun Europe/Berlin``. Days left out mean every day.

    Raises ``Invalid`` with the field.
    """
    said = " ".join(words.split())
    zones = _ZONE.findall(said)
    if len(zones) > 1:
        raise Invalid(f"There are two time zones: {' and '.join(zones)}.", field=ZONE, hint=HOW)
    text = _ZONE.sub(" ", said).casefold()
    nightly, all_day, whole_days = _parted(text)
    found = _SPAN.search(nightly)
    if found is None and nightly.strip(" ,"):
        raise Invalid("Say from when to when.", field=FROM, hint=HOW)
    days = (nightly[: found.start()] + " " + nightly[found.end() :]).strip(" ,") if found else ""
    if all_day and not whole_days.strip(" ,"):
        raise Invalid("Say which days are quiet all day.", field=WHOLE_DAYS, hint=HOW)
    start, end = (found[1], found[2]) if found else ("", "")
    quiet = quiet_of(start, end, days, whole_days, zones[0] if zones else "")
    if quiet is None:
        raise Invalid("Say from when to when.", field=FROM, hint=HOW)
    return quiet


def quiet_of(start: str, end: str, days: str, whole_days: str, zone: str) -> Quiet | None:
    """Make quiet hours out of what five fields hold; none when neither times nor whole days are given.

    Raises ``Invalid`` with the field.
    """
    whole = frozenset(_days(whole_days, WHOLE_DAYS))
    checked = _zone(zone)
    if not start.strip() and not end.strip():
        if days.strip() and not whole:
            raise Invalid("Say from when on these days.", field=FROM, hint="Write it like this: 19:00")
        return Quiet(whole_days=whole, zone=checked) if _sane(Quiet(whole_days=whole)) else None
    quiet = Quiet(
        start=_start(start),
        end=_end(end),
        days=frozenset(_days(days, DAYS)) or ALL_DAYS,
        whole_days=whole,
        zone=checked,
    )
    if quiet.start == quiet.end:
        raise Invalid(
            "Quiet hours cannot end when they begin.",
            field=TO,
            hint="For a whole day name it under the days that are quiet all day.",
        )
    return quiet if _sane(quiet) else None


def is_quiet(quiet: Quiet, at: datetime, zone: tzinfo) -> bool:
    """Say whether a moment is quiet."""
    return _covers(quiet, at.astimezone(zone))


def turns_at(quiet: Quiet, after: datetime, zone: tzinfo) -> datetime:
    """Give the first moment after another one at which quiet begins or ends, in UTC.

    It must be one that is neither never nor always quiet: ``read_quiet`` and ``quiet_of`` make no other.
    """
    was = is_quiet(quiet, after, zone)
    at = after.astimezone(UTC)
    for _ in range(_TURNS * len(quiet.edges)):
        at = _next_edge(quiet, at, zone)
        if is_quiet(quiet, at, zone) is not was:
            return at
    raise ValueError("quiet hours that neither begin nor end")


def quiet_until(quiet: Quiet | None, at: datetime, zone: tzinfo) -> datetime | None:
    """Give the end of the quiet hours in which a moment lies, in UTC; none when it is not quiet."""
    return turns_at(quiet, at, zone) if quiet is not None and is_quiet(quiet, at, zone) else None


def spoken_quiet(quiet: Quiet) -> str:
    """Say it: ``19:00 to 07:00, Monday to Friday; all day on Saturday and Sunday``."""
    said = (
        [f"{clock(quiet.start)} to {clock(quiet.end)}, {spoken_days(tuple(sorted(quiet.days)))}"] if quiet.days else []
    )
    if quiet.whole_days:
        said.append(f"all day on {spoken_days(tuple(sorted(quiet.whole_days)))}")
    return "; ".join(said)


def clock(minute: int) -> str:
    """Write a minute of the day: ``07:00``, ``24:00``."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _next_edge(quiet: Quiet, at: datetime, zone: tzinfo) -> datetime:
    """Give the next moment at which the wall clock shows an edge, or at which somebody moves its hands."""
    here = at.astimezone(zone)
    into_day = timedelta(hours=here.hour, minutes=here.minute, seconds=here.second, microseconds=here.microsecond)
    ahead = min(edge - into_day for minute in (*quiet.edges, MINUTES) if (edge := timedelta(minutes=minute)) > into_day)
    found = at + ahead
    return found if _offset(found, zone) == here.utcoffset() else _moved_at(at, found, zone)


def _moved_at(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Find the second at which the clock was put forward or back between two moments less than a day apart."""
    offset, low, high = _offset(before, zone), int(before.timestamp()), int(after.timestamp()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(datetime.fromtimestamp(middle, UTC), zone) == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _offset(at: datetime, zone: tzinfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _covers(quiet: Quiet, here: datetime) -> bool:
    return quiet.covers(here.weekday(), here.hour * 60 + here.minute)


def _sane(quiet: Quiet) -> bool:
    """Say whether anything is quiet. Raises ``Invalid`` when everything is."""
    if quiet.is_always:
        raise Invalid(
            "Then it would be quiet all week long, and nothing would ever reach you.",
            field=WHOLE_DAYS if quiet.whole_days else TO,
            hint="Leave some time free, or switch off what you do not want to hear.",
        )
    return not quiet.is_never


def _parted(text: str) -> tuple[str, str, str]:
    """Part what is said of hours from what is said of whole days, whichever comes first."""
    found = _ALL_DAY.search(text)
    if found is None:
        return text, "", ""
    before, after = text[: found.start()], text[found.end() :]
    span = _SPAN.search(after)
    if span is None:
        return before, found.group(), after
    return f"{before} {after[span.start() :]}", found.group(), after[: span.start()]


def _start(text: str) -> int:
    return _time(text, FROM, "Say from when.")


def _end(text: str) -> int:
    minute = MINUTES if text.strip() in _MIDNIGHT else _time(text, TO, "Say until when.")
    return minute or MINUTES


def _time(text: str, field: str, missing: str) -> int:
    if not text.strip():
        raise Invalid(missing, field=field, hint="Write it like this: 19:00")
    return _at_field(lambda: read_time(text), field)


def _days(text: str, field: str) -> tuple[int, ...]:
    return _at_field(lambda: read_days(text), field)


def _zone(name: str) -> str:
    return _at_field(lambda: read_zone(name), ZONE) if name.strip() else ""


def _at_field(read: Callable[[], T], field: str) -> T:
    """Read a part; what is wrong with it is said of the field that holds it here."""
    try:
        return read()
    except Invalid as error:
        raise Invalid(str(error), field=field, legal=error.legal, hint=error.hint) from error
