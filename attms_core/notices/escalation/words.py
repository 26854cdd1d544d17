"""Ladders in words: ``"Service Desk" 15m here, 30m @Ana, 45m everyone``. Pure; whom a name means is not known here."""

import re
from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from attms_core.errors import Invalid

EXAMPLE = 'escalation "Service Desk" 15m here, 30m @Ana, 45m everyone'
HINT = f"For example: {EXAMPLE}"
HERE, EVERYONE, ME = "here", "everyone", "me"
_SAME = {
    **dict.fromkeys(("here", "this channel", "this chat", "this group"), HERE),
    **dict.fromkeys(("everyone", "everybody", "all", "the team"), EVERYONE),
    **dict.fromkeys(("me", "myself"), ME),
}
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST = timedelta(days=9999)
"""What is longer is no time that anybody means, and would overflow further on."""
_PART = r"\d{1,6}\s*(?:minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![^\W\d_])"
_TIME = re.compile(rf"(?<!\w){_PART}(?:\s*{_PART})*(?!\w)", re.IGNORECASE | re.ASCII)
_PIECE = re.compile(r"(\d{1,6})\s*([mhd])", re.IGNORECASE | re.ASCII)
_QUOTED = re.compile(r"""\s*(?:"([^"]*)"|“([^”]*)”)""")
_BETWEEN = re.compile(r"\s*(?:[,;+&]|\band\b|\bthen\b|(?=@))\s*", re.IGNORECASE)
_AROUND = " \t\n,;:.@\"“”'"


class SpokenStep(Struct, frozen=True, kw_only=True):
    """A step as somebody said it."""

    after: timedelta
    targets: tuple[str, ...]
    """``here``, ``everyone``, ``me``, or somebody's name."""


class SpokenLadder(Struct, frozen=True, kw_only=True):
    """A ladder as somebody said it; without steps only its queue was named."""

    queue: str
    steps: tuple[SpokenStep, ...]


def read_ladder(words: str) -> SpokenLadder:
    """Read a ladder. Raises ``Invalid`` for a step that names nobody, and where no queue is named."""
    queue, rest = _queue(words)
    if not queue:
        raise Invalid("Say for which queue.", field="queue", hint=HINT)
    return SpokenLadder(queue=queue, steps=_steps(rest))


def read_time(text: str) -> timedelta | None:
    """Read ``15m``, ``1h 30m``, ``2 days``, or a bare number of minutes; none when it is no time."""
    said = text.strip()
    if said.isascii() and said.isdigit():
        said = f"{said[:7]}m"
    if not _TIME.fullmatch(said):
        return None
    return min(sum((int(count) * _UNITS[unit.lower()] for count, unit in _PIECE.findall(said)), timedelta()), _LONGEST)


def spell_time(span: timedelta) -> str:
    """Spell a time as it is read again: ``15m``, ``1h30m``, ``2d``."""
    minutes = int(span.total_seconds() // 60)
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "m"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"


def _queue(words: str) -> tuple[str, str]:
    if quoted := _QUOTED.match(words):
        return (quoted[1] or quoted[2] or "").strip(), words[quoted.end() :]
    first = _TIME.search(words)
    end = first.start() if first else len(words)
    return words[:end].strip(_AROUND), words[end:]


def _steps(rest: str) -> tuple[SpokenStep, ...]:
    times = list(_TIME.finditer(rest))
    before = rest[: times[0].start()] if times else rest
    if before.strip(_AROUND):
        raise Invalid(f'I do not know what "{before.strip()[:60]}" means here.', field="steps", hint=HINT)
    if not times:
        return ()
    ends = [*(time.start() for time in times[1:]), len(rest)]
    return tuple(_step(time[0], rest[time.end() : end]) for time, end in zip(times, ends, strict=True))


def _step(time: str, told: str) -> SpokenStep:
    targets = _targets(_BETWEEN.split(told))
    after = read_time(time)
    if not targets or after is None:
        raise Invalid(f"Say who is told after {time.strip()}.", field="steps", hint=HINT)
    return SpokenStep(after=after, targets=targets)


def _targets(parts: Sequence[str]) -> tuple[str, ...]:
    names = (part.strip(_AROUND) for part in parts)
    return tuple(dict.fromkeys(_SAME.get(name.casefold(), name) for name in names if name))
