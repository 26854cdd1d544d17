"""When each job is due next. What is done then, and whether it may be, is decided elsewhere.

Intervals go by a clock that nobody sets; calendars by the one on the wall, which may jump: forward, and what was
missed comes once; a little back, and what has run does not come again.
"""

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from attms_core.jobs.schedule import Schedule
from attms_core.ports import Now

LITTLE = timedelta(hours=2)
"""A clock that is put back by more was wrong before: then nothing counts that it said."""
SET_BACK = timedelta(seconds=1)


class _Due(Struct, kw_only=True):
    schedule: Schedule
    jitter: timedelta
    late: timedelta | None
    beat: float = 0.0
    moment: datetime | None = None
    served: datetime | None = None


class Plan:
    """The jobs' next times."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._seen = now()
        self._dues: dict[str, _Due] = {}

    def put(
        self,
        name: str,
        schedule: Schedule,
        *,
        last: datetime | None = None,
        jitter: timedelta | None = None,
        late: timedelta | None = None,
    ) -> None:
        """Plan a job anew. With the begin of its last run, what it has missed since is due at once."""
        due = _Due(schedule=schedule, jitter=jitter or timedelta(), late=late, served=last)
        if schedule.every is not None:
            since = self._now() - last if last is not None else timedelta()
            wait = min(max(schedule.every - since, timedelta()), schedule.every)
            due.beat = time.monotonic() + (wait + self._spread(due)).total_seconds()
        self._aim(due, last)
        self._dues[name] = due

    def due(self) -> Iterator[tuple[str, bool]]:
        """Tell which jobs are due, and whether it is too late for this time of theirs; plan their next times."""
        now, beat = self._now(), time.monotonic()
        if now < self._seen - SET_BACK:
            for due in self._dues.values():
                self._aim(due, due.served)
        self._seen = now
        for name, due in list(self._dues.items()):
            if due.schedule.every is not None and beat >= due.beat:
                due.beat = beat + (due.schedule.every + self._spread(due)).total_seconds()
                due.served = now
                yield name, False
            elif due.moment is not None and now >= due.moment:
                due.served = now
                self._aim(due, now)
                yield name, _is_late(due, now)

    def next(self, name: str) -> datetime | None:
        """Tell when a job is due; none for one that is off or unknown."""
        due = self._dues.get(name)
        if due is None or due.schedule.every is None:
            return due.moment if due else None
        return self._now() + timedelta(seconds=due.beat - time.monotonic())

    def pause(self, longest: float) -> float:
        """Tell for how many seconds nothing is due."""
        now, beat = self._now(), time.monotonic()
        waits = [due.beat - beat for due in self._dues.values() if due.schedule.every is not None]
        waits += [(due.moment - now).total_seconds() for due in self._dues.values() if due.moment is not None]
        return max(0.0, min([longest, *waits]))

    # inside

    def _aim(self, due: _Due, last: datetime | None) -> None:
        """Aim at the first time after the last run, also where another's clock ran a little ahead of ours."""
        if due.schedule.calendar is None:
            return
        now = self._now()
        since = last if last is not None and last - now < LITTLE else now
        moment = due.schedule.calendar.after(since)
        due.moment = moment + self._spread(due) if moment else None

    @staticmethod
    def _spread(due: _Due) -> timedelta:
        return due.jitter * random.random()  # noqa: S311 - spreads load, hides nothing


def _is_late(due: _Due, now: datetime) -> bool:
    """Say whether no time of a calendar lies so little back that it still makes sense to keep it."""
    if due.late is None or due.schedule.calendar is None:
        return False
    reach = due.late + due.jitter
    recent = due.schedule.calendar.after(now - reach)
    return recent is None or recent > now
