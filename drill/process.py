"""Processes of the bot, as the drill holds them: started, given orders, found dead or asleep, woken, ended."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ctypes import c_double
from datetime import timedelta
from enum import StrEnum
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from drill.fate import ASLEEP, AWAKE, Death
from drill.worker import READY, TOLD, Life, Order, live

PATIENCE = 60.0
"""Seconds after which a process that neither answers nor dies is a failure."""
MOMENT = 0.02
"""Seconds to wait for a process to awake before it is woken again."""

_forks = multiprocessing.get_context("forkserver")
# A start then costs no imports; the second one is what those import who start processes, and they are imported too.
_forks.set_forkserver_preload(["drill.worker", "drill.scene"])


class Ending(StrEnum):
    """What a process says, or that it is dead."""

    READY = READY
    TOLD = TOLD
    ASLEEP = ASLEEP
    AWAKE = AWAKE
    DIED = "died"


class Clock:
    """By how much the time of all processes is later than the machine's; they see at once when it is moved."""

    def __init__(self) -> None:
        self._seconds: Any = _forks.Value(c_double, 0.0, lock=False)

    def move(self, span: timedelta) -> None:
        """Let time pass for all."""
        self._seconds.value += span.total_seconds()

    @property
    def shared(self) -> "Shared":
        """Give what a process reads it from."""
        return Shared(self._seconds)


class Shared:
    """The clock as another process sees it."""

    def __init__(self, seconds: Any) -> None:
        self._seconds = seconds

    def __call__(self) -> float:
        """Say how many seconds are added to the machine's time."""
        later: float = self._seconds.value
        return later


class Worker:
    """A process at work. Every answer is waited for; a process that died answers nothing."""

    def __init__(self, process: BaseProcess, pipe: Connection) -> None:
        self._process = process
        self._pipe = pipe

    async def tell(self, death: Death | None = None, *, polls: bool = True) -> Ending:
        """Let it look for news and tell what is owed, and wait until that has ended."""
        self.begin(death, polls=polls)
        return await self.ending()

    def begin(self, death: Death | None = None, *, polls: bool = True) -> None:
        """Let it begin; one that died meanwhile is found dead later."""
        try:
            self._pipe.send(Order(polls=polls, death=death))
        except ConnectionError:
            return

    async def ending(self) -> Ending:
        """Wait for what comes of an order, or of the start. Raises ``TimeoutError``."""
        if not await self._has_answer(PATIENCE):
            raise TimeoutError("a process neither answers nor dies")
        try:
            return Ending(self._pipe.recv())
        except (EOFError, ConnectionError):
            return Ending.DIED

    async def wake(self) -> None:
        """Let it go on where it was stopped. Raises ``RuntimeError`` when it says something else."""
        if self._process.pid is None:
            raise RuntimeError("a process that was not started sleeps for ever")
        os.kill(self._process.pid, signal.SIGCONT)
        while not await self._has_answer(MOMENT):
            # Again: it says that it falls asleep before it does, and did not sleep yet.
            os.kill(self._process.pid, signal.SIGCONT)
        if (said := await self.ending()) is not Ending.AWAKE:
            raise RuntimeError(f"a process that was woken said: {said}")

    async def _has_answer(self, seconds: float) -> bool:
        try:
            return await asyncio.to_thread(self._pipe.poll, seconds)
        except ConnectionError:
            return True  # that it is dead

    async def end(self) -> None:
        """Kill it, if it lives, and wait until it is gone."""
        self._process.kill()
        await asyncio.to_thread(self._process.join, PATIENCE)
        self._pipe.close()


@asynccontextmanager
async def working(life: Life, clock: Clock) -> AsyncIterator[Worker]:
    """Start a process and wait until it serves; leaving kills it. Raises ``RuntimeError`` when it dies at once."""
    ours, its = _forks.Pipe()
    process = _forks.Process(target=live, args=(life, clock.shared, its), daemon=True)
    await asyncio.to_thread(process.start)
    its.close()
    worker = Worker(process, ours)
    try:
        if await worker.ending() is not Ending.READY:
            raise RuntimeError("a process died before it served")
        yield worker
    finally:
        await worker.end()
