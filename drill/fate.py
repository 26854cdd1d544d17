"""When a process dies: at a chosen step, counted over its commits and its calls to Teams, before or after it."""

import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from attms_core.store.postgres import PostgresDatabase
from attms_core.store.sqlite import SqliteDatabase
from bot.channel.connector import Connector

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Death:
    """Which step is the last one: the first has the number one."""

    step: int
    is_after: bool
    """Whether the step is still done."""
    signal: int = signal.SIGKILL
    """What happens instead of the next instruction; SIGSTOP only holds the process."""


class Fate:
    """Counts the steps of this process once it is armed, and carries a death out."""

    def __init__(self, death: Death | None) -> None:
        self._death = death
        self._step = 0
        self._is_armed = False

    def arm(self) -> None:
        """Begin to count."""
        self._is_armed = True

    async def step(self, deed: Callable[[], Awaitable[T]]) -> T:
        """Do something that other processes or people see afterwards."""
        number = self._count()
        self._die_at(number, is_after=False)
        done = await deed()
        self._die_at(number, is_after=True)
        return done

    def _count(self) -> int:
        self._step += self._is_armed
        return self._step

    def _die_at(self, number: int, *, is_after: bool) -> None:
        if self._is_armed and self._death and (number, is_after) == (self._death.step, self._death.is_after):
            os.kill(os.getpid(), self._death.signal)


def rule(fate: Fate) -> None:
    """Put every commit and every call of this process under its fate: for a process that does nothing else."""
    for owner, name in ((SqliteDatabase, "write"), (PostgresDatabase, "write"), (Connector, "_once")):
        setattr(owner, name, _fated(getattr(owner, name), fate))


def _fated(method: Callable[..., Awaitable[Any]], fate: Fate) -> Callable[..., Awaitable[Any]]:
    async def stepped(self: object, *given: Any, **named: Any) -> Any:
        return await fate.step(lambda: method(self, *given, **named))

    return stepped
