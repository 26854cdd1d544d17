"""One process of the bot, as the drill holds it: started, told to poll, found dead, ended."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from drill.fate import Death
from drill.worker import POLL, live

PATIENCE = 60.0
"""Seconds after which a process that neither answers nor dies is a failure."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["drill.worker"])  # a start then costs no imports


class Worker:
    """A process at work. Every answer is waited for; a process that died answers nothing."""

    def __init__(self, process: BaseProcess, pipe: Connection) -> None:
        self._process = process
        self._pipe = pipe

    async def is_up(self) -> bool:
        """Wait until it serves; false when it died before."""
        return await self._answer()

    async def tell(self) -> bool:
        """Let it poll and tell what is owed; false when it died over it."""
        try:
            self._pipe.send(POLL)
        except OSError:
            return False
        return await self._answer()

    async def end(self) -> None:
        """Kill it, if it lives, and wait until it is gone."""
        self._process.kill()
        await asyncio.to_thread(self._process.join, PATIENCE)
        self._pipe.close()

    async def _answer(self) -> bool:
        try:
            if not await asyncio.to_thread(self._pipe.poll, PATIENCE):
                raise TimeoutError("a process neither answers nor dies")
            self._pipe.recv()
        except (EOFError, OSError):
            return False
        return True


@asynccontextmanager
async def working(
    settings: Mapping[str, str], ca: Path, *, later: timedelta = timedelta(), death: Death | None = None
) -> AsyncIterator[Worker]:
    """Start a process; leaving kills it."""
    ours, its = _forks.Pipe()
    process = _forks.Process(target=live, args=(dict(settings), ca, later, death, its), daemon=True)
    await asyncio.to_thread(process.start)
    its.close()
    worker = Worker(process, ours)
    try:
        yield worker
    finally:
        await worker.end()
