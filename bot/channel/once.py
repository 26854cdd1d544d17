"""Deliveries that come twice. Bounded memory: losing it costs a second card, never a second write.

Teams repeats an activity that was not answered in about fifteen seconds (Teams: turn timeout and duplicates).
"""

import asyncio
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from msgspec import Struct, field

from attms_core.ports import Now

REMEMBERED = timedelta(minutes=10)
Result = TypeVar("Result")


class _Age(Struct, Generic[Result]):
    """What was delivered in one stretch of time; all of it is forgotten together."""

    began: datetime
    keys: set[int] = field(default_factory=set)
    tasks: dict[int, asyncio.Task[Result]] = field(default_factory=dict)


class Once(Generic[Result]):
    """Remembers the task that works, or worked, on a delivery: for ``remembered`` at least, unless there are too many.

    A busy hour must not fill the memory. So a key is kept as its hash alone, which Python salts anew in every process;
    a task that gave nothing is not kept at all; and nothing is kept about each key, but two ages of them: the older is
    forgotten when the younger is full or ``remembered`` long.
    """

    def __init__(self, *, now: Now, capacity: int, remembered: timedelta = REMEMBERED) -> None:
        self._now = now
        self._half = capacity // 2
        self._remembered = remembered
        self._young: _Age[Result] = _Age(now())
        self._old: _Age[Result] = _Age(now())

    def __len__(self) -> int:
        return len(self._young.keys) + len(self._old.keys)

    def recall(self, key: Hashable) -> "asyncio.Task[Result] | Ended | None":
        """Find the task of an earlier delivery with this key, running or done; ``Ended`` when it gave nothing."""
        self._grow_old()
        known = hash(key)
        for age in (self._young, self._old):
            if known in age.keys:
                return age.tasks.get(known, ENDED)
        return None

    def remember(self, key: Hashable, task: asyncio.Task[Result]) -> None:
        """Keep a task under its key."""
        known, age = hash(key), self._young
        age.keys.add(known)
        age.tasks[known] = task
        task.add_done_callback(lambda done: _settle(age, known, done))

    def _grow_old(self) -> None:
        """Forget the older age when its time has come, and both after a silence."""
        now = self._now()
        passed = now - self._young.began
        if passed >= self._remembered or len(self._young.keys) >= self._half:
            self._old = self._young if passed < 2 * self._remembered else _Age(now)
            self._young = _Age(now)


def _settle(age: _Age[Result], known: int, task: asyncio.Task[Result]) -> None:
    """Let go of a task that has nothing to tell."""
    gave_nothing = not task.cancelled() and task.exception() is None and task.result() is None
    if gave_nothing and age.tasks.get(known) is task:
        del age.tasks[known]


class Ended:
    """An earlier delivery was dealt with, and there is nothing to repeat of it."""


ENDED = Ended()
