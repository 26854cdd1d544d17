"""Deliveries that come twice. Bounded memory: losing it costs a second card, never a second write.

Teams repeats an activity that was not answered in about fifteen seconds (Teams: turn timeout and duplicates).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from attms_core.ports import Now

REMEMBERED = timedelta(minutes=10)
Result = TypeVar("Result")


class Once(Generic[Result]):
    """Remembers the task that works, or worked, on a delivery; the oldest go first when there are too many."""

    def __init__(self, *, now: Now, capacity: int, remembered: timedelta = REMEMBERED) -> None:
        self._now = now
        self._capacity = capacity
        self._remembered = remembered
        self._tasks: OrderedDict[Hashable, tuple[datetime, asyncio.Task[Result]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tasks)

    def recall(self, key: Hashable) -> asyncio.Task[Result] | None:
        """Find the task of an earlier delivery with this key, running or done."""
        self._forget_old()
        found = self._tasks.get(key)
        return found[1] if found else None

    def remember(self, key: Hashable, task: asyncio.Task[Result]) -> None:
        """Keep a task under its key."""
        self._tasks[key] = (self._now(), task)
        while len(self._tasks) > self._capacity:
            self._tasks.popitem(last=False)

    def _forget_old(self) -> None:
        limit = self._now() - self._remembered
        while self._tasks:
            key, (at, _) = next(iter(self._tasks.items()))
            if at > limit:
                return
            del self._tasks[key]
