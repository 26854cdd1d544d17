"""What the demo fetches once and keeps: each thing a folder that is there whole or not at all."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from demo.problems import CannotShow

Fill = Callable[[Path], Awaitable[None]]


class Cache:
    """The folder `attms` under the user's cache (XDG base directories: `XDG_CACHE_HOME`, else `~/.cache`)."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        chosen = environ.get("XDG_CACHE_HOME", "")
        # a relative path there is to be ignored, says the same specification
        base = Path(chosen) if Path(chosen).is_absolute() else Path(environ.get("HOME") or Path.home()) / ".cache"
        self.folder = base / "attms"

    def has(self, name: str) -> bool:
        """Say whether a thing was fetched before."""
        return (self.folder / name).is_dir()

    async def keep(self, name: str, fill: Fill) -> Path:
        """Return a thing's folder; `fill` puts it into an empty one when it is not there yet.

        A half-filled folder is never seen by anybody. Raises `CannotShow` when the cache cannot be written.
        """
        target = self.folder / name
        if target.is_dir():
            return target
        empty = await asyncio.to_thread(self._empty)
        try:
            await fill(empty)
            await asyncio.to_thread(_settle, empty, target)
        finally:
            await asyncio.to_thread(shutil.rmtree, empty, ignore_errors=True)
        return target

    def _empty(self) -> Path:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return Path(tempfile.mkdtemp(prefix="fetching-", dir=self.folder))
        except OSError as error:
            hint = "Name a folder that can be written in XDG_CACHE_HOME."
            raise CannotShow(f"{self.folder} cannot be written: {error.strerror}.", hint=hint) from error


def _settle(filled: Path, target: Path) -> None:
    """Give a filled folder its name, unless another demo was quicker."""
    try:
        filled.rename(target)
    except OSError:
        if not target.is_dir():
            raise
