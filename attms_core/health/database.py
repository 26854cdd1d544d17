"""The database: whether it takes writes, has this version's tables, is too big or damaged."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from attms_core.errors import StoreUnavailable
from attms_core.health.finding import Finding, Subject, lasting, sized
from attms_core.ports import Now
from attms_core.store import upkeep
from attms_core.store.database import Database
from attms_core.store.upkeep import Soundness

DATABASE = Subject("database", "Database")
INTEGRITY = Subject("database-integrity", "Database's soundness")
LARGE_LOG = 256 << 20
"""Bytes of SQLite's write-ahead log: a reader that never ends keeps it from being folded in."""
LOOK_SECONDS = 5.0
"""For going through the pages; large files take longer, and are looked at in part."""
REMEMBERED = timedelta(hours=1)
"""Going through a large file costs the disk: once an hour is enough."""


async def look(database: Database, file: Path | None) -> Finding:
    """Write nothing, read the version, measure. ``file`` is SQLite's."""
    try:
        await database.write(upkeep.probe)
        tables = await database.read(upkeep.tables)
        size = await database.read(upkeep.size)
    except StoreUnavailable as error:
        return DATABASE.ill(str(error), _mend(file))
    log = await asyncio.to_thread(_size_of_log, file) if file else 0
    facts = {"size": sized(size), "revision": tables.revision, "log": sized(log)}
    if not tables.are_current:
        return DATABASE.ill(
            f"The tables are those of {tables.revision or 'no version'}, and this ATTMS wants {tables.newest}.",
            "Restart the service: starting brings them up to date. If a newer ATTMS has run here, start that one.",
            **facts,
        )
    if log > LARGE_LOG:
        return DATABASE.warning(
            f"The write-ahead log has grown to {sized(log)}.", "Restart the service: that folds it in.", **facts
        )
    return DATABASE.fine(f"It takes writes; {sized(size)}.", **facts)


def _mend(file: Path | None) -> str:
    if file is None:
        return (
            "See that PostgreSQL runs, and that database_url names it: psql with the same address has to connect. On "
            "Azure also look at the server's Networking page for a firewall rule of this host."
        )
    return f"See that {file} is on a local disk with room, and belongs to the account of the service: ls -l {file}"


def _size_of_log(file: Path) -> int:
    log = file.with_name(f"{file.name}-wal")
    return log.stat().st_size if log.exists() else 0


class Integrity:
    """Lets SQLite go through its pages, at most once an hour."""

    def __init__(
        self, file: Path | None, now: Now, *, examine: Callable[[Path, float], Soundness] = upkeep.examine_file
    ) -> None:
        self._file = file
        self._now = now
        self._examine = examine
        self._known: tuple[datetime, Soundness] | None = None

    async def look(self) -> Finding:
        """Judge by the last look, or by a new one."""
        if self._file is None:
            return INTEGRITY.fine("PostgreSQL minds its own pages.")
        if self._known is None or self._now() - self._known[0] > REMEMBERED:
            self._known = (self._now(), await asyncio.to_thread(self._examine, self._file, LOOK_SECONDS))
        looked_at, soundness = self._known
        return self._judge(self._file, looked_at, soundness)

    def _judge(self, file: Path, looked_at: datetime, soundness: Soundness) -> Finding:
        ago = lasting(self._now() - looked_at)
        if soundness.damage:
            return INTEGRITY.ill(
                f"SQLite finds damage in {file.name}: {soundness.damage}",
                f"Stop the service, keep a copy of {file.parent}, and restore the last backup. What came from AutoTask "
                "is read again by itself; links, roles and the outbox come from the backup.",
                looked_at=looked_at.isoformat(timespec="seconds"),
            )
        part = "No damage" if soundness.is_whole else f"No damage in what could be looked at in {LOOK_SECONDS:g} s"
        return INTEGRITY.fine(f"{part}, {ago} ago.", looked_at=looked_at.isoformat(timespec="seconds"))
