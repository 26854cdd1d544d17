"""Whether there is room on the disk, and the data folder is closed to others."""

import asyncio
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from attms_core.health.finding import Finding, Subject, sized

DISK = Subject("disk", "Disk space")
FOLDER = Subject("data-folder", "Data folder's permissions")
LOW = 1 << 30
FULL = 100 << 20
"""Bytes."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""What nobody but the account of the service may do."""
KEPT_SECRET = ("attms.db", "attms.db-wal", "attms.db-shm", "vault.attms", "vault.attms.bak", "vault.key")


async def space(data_dir: Path) -> Finding:
    """Measure what is free where the data lies."""
    try:
        free = (await asyncio.to_thread(shutil.disk_usage, data_dir)).free
    except OSError as error:
        return DISK.unknown(f"The disk of {data_dir} cannot be measured: {error.strerror}.", f"Type: df -h {data_dir}")
    return judge_space(data_dir, free)


def judge_space(data_dir: Path, free: int) -> Finding:
    """Judge by the bytes that are free."""
    fix = f"Make room on the disk of {data_dir}, or give it a larger one; see what is big: du -xh {data_dir} | sort -h"
    if free < FULL:
        return DISK.ill(f"Only {sized(free)} are free: soon nothing can be saved.", fix, free=sized(free))
    if free < LOW:
        return DISK.warning(f"Only {sized(free)} are free.", fix, free=sized(free))
    return DISK.fine(f"{sized(free)} are free.", free=sized(free))


async def permissions(data_dir: Path) -> Finding:
    """See that nobody else may read the data or the key."""
    try:
        open_to_others = await asyncio.to_thread(lambda: list(_open_to_others(data_dir)))
    except OSError as error:
        return FOLDER.ill(
            f"{data_dir} cannot be looked into: {error.strerror}.",
            f"Give the folder to the account of the service: chown -R attms {data_dir}",
        )
    if not open_to_others:
        return FOLDER.fine("Only the account of the service gets at the data.")
    names = ", ".join(path.name or str(path) for path in open_to_others)
    typed = "; ".join(f"chmod {'700' if path == data_dir else '600'} {path}" for path in open_to_others)
    return FOLDER.warning(
        f"Other accounts of this machine may get at {names}.", f"On the host type: {typed}", open_to_others=names
    )


def _open_to_others(data_dir: Path) -> Iterator[Path]:
    if os.stat(data_dir).st_mode & OTHERS:  # noqa: PTH116 - raises where Path.exists would say no
        yield data_dir
    for name in KEPT_SECRET:
        path = data_dir / name
        if path.exists() and path.stat().st_mode & OTHERS:
            yield path
