"""Waiting for turns, for each so long. One timer serves all: nearly every turn ends long before its own would."""

import asyncio
from collections import deque
from typing import Any


class Patience:
    """Waits so many seconds for a task, which goes on when they are over."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, task: asyncio.Task[Any]) -> None:
        """Return when the task has ended or patience has, without what came of it."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        task.add_done_callback(lambda _: _release(waiter))
        while self._waiting and self._waiting[0][1].done():
            self._waiting.popleft()
        self._waiting.append((loop.time() + self._seconds, waiter))
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._look, loop)
        await waiter

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Release those whose time has come, and look again when the next one's does."""
        while self._waiting and (self._waiting[0][0] <= loop.time() or self._waiting[0][1].done()):
            _release(self._waiting.popleft()[1])
        self._timer = loop.call_at(self._waiting[0][0], self._look, loop) if self._waiting else None


def _release(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
