"""Programs of others that the demo runs: owned, bounded in time, and gone when we are."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from demo.problems import CannotShow

PATIENCE = timedelta(seconds=5)
"""So long a program may take to end when it is asked to; then it is killed."""
WORDS = 600
"""So many characters of a failed program's output are shown: npm and pip tell the cause first."""


@contextlib.asynccontextmanager
async def owned(
    command: Sequence[str], *, env: Mapping[str, str], folder: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a program in a process group of its own, so that a Ctrl-C reaches us alone; end the group on leaving.

    Its output and errors come through one pipe. Raises `CannotShow` when it cannot be started.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=dict(env),
            cwd=folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise CannotShow(f"{command[0]} could not be started: {error.strerror}.") from error
    try:
        yield process
    finally:
        await _end(process)


async def run(command: Sequence[str], *, env: Mapping[str, str], folder: Path, within: timedelta) -> str:
    """Run a program to its end and return what it said. Raises `CannotShow` when it fails or takes too long."""
    async with owned(command, env=env, folder=folder) as process:
        try:
            async with asyncio.timeout(within.total_seconds()):
                said, _ = await process.communicate(b"")
        except TimeoutError as error:
            raise CannotShow(f"{command[0]} did not finish within {within.total_seconds():.0f} seconds.") from error
    words = said.decode(errors="replace").strip()
    if process.returncode:
        raise CannotShow(f"{command[0]} failed (exit {process.returncode}):\n{words[:WORDS]}")
    return words


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask the whole group to end, then make it; read the pipe to its end so that nothing stays open."""
    if process.stdin is not None:
        process.stdin.close()
    drained = asyncio.create_task(_drain(process))
    try:
        if process.returncode is None:
            _signal(process, signal.SIGTERM)
        async with asyncio.timeout(PATIENCE.total_seconds()):
            await process.wait()
            await asyncio.shield(drained)
    except TimeoutError:
        # somebody of the group still lives, or holds the pipe
        _signal(process, signal.SIGKILL)
        await process.wait()
    finally:
        drained.cancel()
        await asyncio.gather(drained, return_exceptions=True)


async def _drain(process: asyncio.subprocess.Process) -> None:
    if process.stdout is not None:
        while await process.stdout.read(65536):
            pass


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
