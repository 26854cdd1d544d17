"""A process under measurement: started on a core of its own, its CPU seconds and memory read from /proc, stopped."""

import asyncio
import os
import shutil
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
GRACE = 10.0
"""Seconds in which a process has to end when it is asked to."""


@asynccontextmanager
async def running(
    command: Sequence[str], environ: Mapping[str, str], *, core: str, log: Path
) -> AsyncIterator[Process]:
    """Run a command on one core (empty: on any), its output in a file."""
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *pinned(command, core), env={**os.environ, **environ}, stdout=said, stderr=said, start_new_session=True
        )
        try:
            yield process
        finally:
            await _end(process)


def pinned(command: Sequence[str], core: str) -> list[str]:
    """Keep a command on one core, where that can be done; empty means any."""
    return ["taskset", "-c", core, *command] if core and shutil.which("taskset") else list(command)


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except TimeoutError:
            process.kill()
            await process.wait()


def cpu_seconds(pid: int) -> float:
    """Give the CPU seconds that a process has used so far, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb(pid: int) -> float:
    """Give a process's resident memory in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e6
