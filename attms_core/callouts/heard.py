"""What was heard: how often per webhook, when last, with which gaps; and whether something was heard before.

Bounded memory, lost with the process: a repeated hint costs one read, and changes are told once whatever is read.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from attms_core.callouts.payload import Callout
from attms_core.ports import Now

REMEMBERED = 10_000
"""Callouts that a repetition is recognised of; twice what AutoTask sends of two kinds in an hour."""
MOST_WEBHOOKS = 20
REFUSED_FOR = timedelta(hours=1)


class Line(Struct, frozen=True, kw_only=True):
    """What one webhook has told."""

    guid: str
    count: int = 0
    repeats: int = 0
    gaps: int = 0
    """Numbers left out that have not come since; AutoTask leaves some out by itself (vendor help: webhooks)."""
    sequence: int | None = None
    """The highest."""
    last: datetime | None = None


class Heard:
    """Remembers callouts."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lines: OrderedDict[str, Line] = OrderedDict()
        self._refused_at: datetime | None = None
        self.refused = 0
        """Callouts to our address whose signature did not fit."""

    def note(self, callout: Callout) -> bool:
        """Take a callout down; say whether it is new."""
        line = self._lines.pop(callout.guid, None) or Line(guid=callout.guid)
        is_new = callout.key not in self._seen
        self._seen[callout.key] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        self._lines[callout.guid] = self._counted(line, callout) if is_new else replace(line, repeats=line.repeats + 1)
        if len(self._lines) > MOST_WEBHOOKS:
            self._lines.popitem(last=False)
        return is_new

    def refuse(self) -> None:
        """Take down that something came that was not signed with our secret."""
        self.refused += 1
        self._refused_at = self._now()

    @property
    def is_refusing(self) -> bool:
        """Say whether a signature did not fit lately."""
        return self._refused_at is not None and self._now() - self._refused_at < REFUSED_FOR

    def forgive(self) -> None:
        """Forget refusals: AutoTask was told the secret anew."""
        self._refused_at = None

    def lines(self) -> list[Line]:
        """Tell what each webhook has told, the one heard last at the end."""
        return list(self._lines.values())

    def _counted(self, line: Line, callout: Callout) -> Line:
        gaps, highest, number = line.gaps, line.sequence, callout.sequence
        if number is not None and highest is not None:
            gaps = max(0, gaps - 1) if number < highest else gaps + number - highest - 1
        if number is not None:
            highest = number if highest is None else max(highest, number)
        return replace(line, count=line.count + 1, gaps=gaps, sequence=highest, last=self._now())
