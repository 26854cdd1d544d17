"""When a process dies: at a chosen step, counted over its commits and its calls to Teams, before or after it.

Who kills and what is looked at afterwards is the play's business.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from attms_core.store.postgres import PostgresDatabase
from attms_core.store.sqlite import SqliteDatabase
from bot.channel.connector import Connector

T = TypeVar("T")
ASLEEP, AWAKE = "asleep", "awake"
A_JOB, POLL = "job ", "job poll"
"""Names of the tasks that run jobs. The other jobs go by the clock and have nothing to do with what is told."""
TELLING = frozenset({"outbox", "courier", "ledger", "leases"})
"""Names of the sender's tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """Which step is the last one: the first has the number one."""

    step: int
    is_after: bool
    """Whether the step is still done."""
    is_sleep: bool = False
    """Whether the process is only stopped, as a machine is that hangs, until somebody lets it go on."""
    spares_poll: bool = False
    """Whether only steps of telling count, and none is taken before it is found out what there is to tell."""

    def counts(self, task: str) -> bool:
        """Say whether what a task does is a step."""
        if self.spares_poll:
            return task in TELLING
        return task == POLL or not task.startswith(A_JOB)


class Fate:
    """Counts the steps of this process towards a death, and carries it out. It says when it falls asleep and awakes."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._death: Death | None = None
        self._step = 0
        self._commits = 0
        self._awake, self._between, self._has_polled = asyncio.Event(), asyncio.Event(), asyncio.Event()
        for event in (self._awake, self._between, self._has_polled):
            event.set()

    def await_death(self, death: Death | None) -> None:
        """Count from now on towards this death; none is a life without end."""
        self._death, self._step = death, 0
        if death is not None and death.spares_poll:
            self._has_polled.clear()

    def poll_ended(self) -> None:
        """Hear that it has been found out what there is to tell."""
        self._has_polled.set()

    async def commit(self, deed: Callable[[], Awaitable[T]]) -> T:
        """Do something that other processes see afterwards."""
        return await self.step(lambda: self._within(deed))

    async def step(self, deed: Callable[[], Awaitable[T]]) -> T:
        """Do something that other processes or people see afterwards."""
        await self._awake.wait()
        task = asyncio.current_task()
        name = task.get_name() if task else ""
        if name in TELLING:
            await self._has_polled.wait()
        death = self._due(name)
        if death and not death.is_after:
            await self._die(death)
        done = await deed()
        if death and death.is_after:
            await self._die(death)
        return done

    def _due(self, task: str) -> Death | None:
        death = self._death
        if death is None or not death.counts(task):
            return None
        self._step += 1
        return death if self._step == death.step else None

    async def _within(self, deed: Callable[[], Awaitable[T]]) -> T:
        self._commits += 1
        self._between.clear()
        try:
            return await deed()
        finally:
            self._commits -= 1
            if not self._commits:
                self._between.set()

    async def _die(self, death: Death) -> None:
        if not death.is_sleep:
            os.kill(os.getpid(), signal.SIGKILL)
        # Who sleeps within a transaction keeps others from what it has locked until PostgreSQL ends it, by real time.
        self._awake.clear()
        await self._between.wait()
        self._say(ASLEEP)
        os.kill(os.getpid(), signal.SIGSTOP)
        self._say(AWAKE)
        self._awake.set()


def rule(fate: Fate) -> None:
    """Put every commit and every call of this process under its fate: for a process that does nothing else."""
    for owner in (SqliteDatabase, PostgresDatabase):
        setattr(owner, "write", _fated(owner.write, fate.commit))  # noqa: B010 - it is a method, as far as types know
    setattr(Connector, "_once", _fated(getattr(Connector, "_once"), fate.step))  # noqa: B009, B010 - it is private


def _fated(method: Callable[..., Awaitable[Any]], step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def stepped(self: object, *given: Any, **named: Any) -> Any:
        return await step(lambda: method(self, *given, **named))

    return stepped
