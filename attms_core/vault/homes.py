"""Where the sealed bytes lie: a file with its previous copy, or one row of a database that machines share.

A home keeps bytes and lets one change happen at a time. What they say, and whether they are whole, is not its business.
"""

import asyncio
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from attms_core.errors import Sealed, StoreUnavailable
from attms_core.store import vault as rows
from attms_core.store.database import Database
from attms_core.store.vault import SealedRow
from attms_core.vault import files
from attms_core.vault.format import MOST_BYTES
from attms_core.vault.opened import Opened

FILE = "vault.attms"
TRIES = 20
"""How often a change begins anew because another machine was faster."""


class Found(Struct, frozen=True, kw_only=True):
    """What lies in a home."""

    current: bytes | None
    previous: bytes | None = None
    """The copy before it, where one is kept."""
    damaged: str | None = None
    """A copy that was found damaged once, and set aside."""
    warnings: tuple[str, ...] = ()


class Sealing(Struct, frozen=True, kw_only=True):
    """What is to lie in a home from now on."""

    opened: Opened
    is_repair: bool = False
    """The current copy is damaged: it is set aside, and does not become the previous one."""
    forgets: bool = False
    """No copy under an earlier key stays behind."""


Work = Callable[[Found], Sealing | None]
"""Given what lies there, what is to lie there; none changes nothing. It may block, and may be run again."""
Check = Callable[[bytes], object]
"""Raises when bytes that were read back are not what they should be."""


class Home(Protocol):
    """Keeps sealed bytes."""

    @property
    def place(self) -> str:
        """Where, in words."""
        ...

    async def look(self) -> Found:
        """See what is there. Raises ``StoreUnavailable``, and ``Sealed`` when others may read it."""
        ...

    async def change(self, work: Work, check: Check) -> Sealing | None:
        """Replace it, with nobody in between; durable when this returns what the work gave.

        Raises ``StoreUnavailable``, ``Sealed`` and what the work or the check raises.
        """
        ...


class FileHome:
    """``vault.attms`` in a folder, beside it ``.bak``, a lock, and copies that were found damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._previous = path.with_name(f"{path.name}.bak")
        self._lock = path.with_name(f"{path.name}.lock")

    @property
    def place(self) -> str:
        """Name the file."""
        return str(self._path)

    async def look(self) -> Found:
        """See what is there."""
        return await asyncio.to_thread(self._look)

    async def change(self, work: Work, check: Check) -> Sealing | None:
        """Replace the file, under a lock that other processes respect."""
        return await asyncio.to_thread(self._change, work, check)

    def _look(self) -> Found:
        folder = self._path.parent
        with files.translated(folder, "looked into"):
            damaged = sorted(folder.glob(f"{self._path.name}.damaged-*"))
            mode = stat.S_IMODE(folder.stat().st_mode) if folder.exists() else 0
        return Found(
            current=files.read_private(self._path, most=MOST_BYTES),
            previous=files.read_private(self._previous, most=MOST_BYTES),
            damaged=str(damaged[-1]) if damaged else None,
            warnings=_open_folder(folder) if mode & files.OTHERS else (),
        )

    def _change(self, work: Work, check: Check) -> Sealing | None:
        files.make_folder(self._path.parent)
        with files.alone(self._lock):
            sealing = work(self._look())
            if sealing is not None:
                self._put(sealing, check)
            return sealing

    def _put(self, sealing: Sealing, check: Check) -> None:
        data = sealing.opened.data
        files.replace(self._path, data, keep_as=self._aside() if sealing.is_repair else self._previous, check=check)
        if sealing.forgets:
            files.replace(self._path, data, keep_as=self._previous, check=check)

    def _aside(self) -> Path:
        return self._path.with_name(f"{self._path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")


class RowHome:
    """One row of a database. The key that locks it stays on each machine."""

    place = "the database"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self) -> Found:
        """See what is there."""
        row = await self._database.read(rows.get)
        return Found(current=row.sealed if row else None)

    async def change(self, work: Work, check: Check) -> Sealing | None:
        """Replace the row, if it still has the generation that was looked at; else look and work again."""
        for _ in range(TRIES):
            row = await self._database.read(rows.get)
            sealing = await asyncio.to_thread(_worked, work, check, row)
            if sealing is None or await self._put(sealing, row):
                return sealing
        raise StoreUnavailable("Other machines change the vault all the time.")

    async def _put(self, sealing: Sealing, before: SealedRow | None) -> bool:
        new = SealedRow(sealing.opened.generation, sealing.opened.data)
        expected = before.generation if before else None
        return await self._database.write(partial(rows.replace, new=new, expected=expected))


def _open_folder(folder: Path) -> tuple[str, ...]:
    return (f"Others on this machine may look into {folder}: chmod 700 {folder}.",)


def _worked(work: Work, check: Check, row: SealedRow | None) -> Sealing | None:
    sealing = work(Found(current=row.sealed if row else None))
    if sealing is not None:
        if sealing.is_repair:
            raise Sealed("The vault in the database is damaged.", hint="Restore an export of the vault.")
        check(sealing.opened.data)
    return sealing
