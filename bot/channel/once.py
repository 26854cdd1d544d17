"""Deliveries that come twice. Bounded memory: losing it costs a second card, never a second write.

Teams repeats an activity that was not answered in about fifteen seconds (Teams: turn timeout and duplicates).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from datetime import timedelta
from typing import Generic, TypeVar

from attms_core.ports import Now

REMEMBERED = timedelta(minutes=10)
Result = TypeVar("Result")


class Once(Generic[Result]):
    """Remembers the task that works, or worked, on a delivery; the oldest go first when there are too many.

    A key is kept as its hash alone, which Python salts anew in every process, and a task that gave nothing is not kept
    at all: a busy hour must not fill the memory.
    """

    def __init__(self, *, now: Now, capacity: int, remembered: timedelta = REMEMBERED) -> None:
        self._now = now
        self._capacity = capacity
        self._remembered = remembered.total_seconds()
        self._at: OrderedDict[int, float] = OrderedDict()
        self._tasks: dict[int, asyncio.Task[Result]] = {}

    def __len__(self) -> int:
        return len(self._at)

    def recall(self, key: Hashable) -> "asyncio.Task[Result] | Ended | None":
        """Find the task of an earlier delivery with this key, running or done; ``Ended`` when it gave nothing."""
        self._forget_old()
        known = hash(key)
        return self._tasks.get(known, ENDED) if known in self._at else None

    def remember(self, key: Hashable, task: asyncio.Task[Result]) -> None:
        """Keep a task under its key."""
        known = hash(key)
        self._at[known] = self._now().timestamp()
        self._tasks[known] = task
        task.add_done_callback(lambda done: self._settle(known, done))
        while len(self._at) > self._capacity:
            self._tasks.pop(self._at.popitem(last=False)[0], None)

    def _settle(self, known: int, task: asyncio.Task[Result]) -> None:
        """Let go of a task that has nothing to tell."""
        gave_nothing = not task.cancelled() and task.exception() is None and task.result() is None
        if gave_nothing and self._tasks.get(known) is task:
            del self._tasks[known]

    def _forget_old(self) -> None:
        limit = self._now().timestamp() - self._remembered
        while self._at:
            known, at = next(iter(self._at.items()))
            if at > limit:
                return
            del self._at[known]
            self._tasks.pop(known, None)


class Ended:
    """An earlier delivery was dealt with, and there is nothing to repeat of it."""


ENDED = Ended()
