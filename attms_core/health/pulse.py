"""Does the event loop turn? A task that wants to wake every second notes how late it was."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Self

BEAT = 1.0
"""Seconds between two beats."""
LATEST = timedelta(seconds=5)
"""A loop that is later than this does not turn."""


class Pulse:
    """Beats while it is open (``async with``).

    clock, sleep    monotonic seconds, and waiting: replaced by tests
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._beaten_at = clock()
        self._late = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to beat."""
        self._beaten_at = self._clock()
        self._task = asyncio.create_task(self._beat(), name="pulse")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    @property
    def lag(self) -> timedelta:
        """How late the loop was at the last beat, or is now if that is more."""
        return timedelta(seconds=max(self._late, self._clock() - self._beaten_at - BEAT, 0.0))

    @property
    def is_turning(self) -> bool:
        """Say whether the loop is less than five seconds late."""
        return self.lag < LATEST

    async def _beat(self) -> None:
        while True:
            await self._sleep(BEAT)
            now = self._clock()
            self._late, self._beaten_at = now - self._beaten_at - BEAT, now
