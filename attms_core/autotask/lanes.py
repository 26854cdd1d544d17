"""How many calls run at once, per entity: two, and a third for a person who waits.

AutoTask refuses the fourth (REST help: thread limiting). The hour's calls are counted in ``budget``.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attms_core.autotask.protocol import URGENT, Call

AT_ONCE = 3
MIRROR_AT_ONCE = 2


class Lanes:
    """Holds callers back until their entity has room."""

    def __init__(self) -> None:
        self._all: dict[str, asyncio.Semaphore] = {}
        self._mirror: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def slot(self, call: Call) -> AsyncIterator[None]:
        """Hold a place while a call is out."""
        everybody = self._all.setdefault(call.entity, asyncio.Semaphore(AT_ONCE))
        if call.priority in URGENT:
            async with everybody:
                yield
            return
        mirror = self._mirror.setdefault(call.entity, asyncio.Semaphore(MIRROR_AT_ONCE))
        async with mirror, everybody:
            yield
