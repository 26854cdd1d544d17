"""The locks of a SQLite installation: one process serves, and one at a time opens the database.

They lie in files of their own: closing any handle of the database's file would end SQLite's locks on it.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from attms_core.errors import OperatorNeeded, StoreUnavailable

FILE = "serving.lock"
OPENING = "opening.lock"
OPENING_SECONDS = 60.0
"""How long another process may create or migrate the database."""
LOOK_SECONDS = 0.02


class AlreadyServing(OperatorNeeded):
    """Another process serves from the same folder."""

    code = "already-serving"
    hint = "Stop the other process, or give this one another ATTMS_DATA_DIR."


class ServingLock:
    """Held while a process serves from ``data_dir``; the system lets go of it when the process dies."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._handle: int | None = None

    def __enter__(self) -> Self:
        """Take it. Raises ``AlreadyServing``."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = _handle(self._path)
        if not _is_taken(handle):
            os.close(handle)
            raise AlreadyServing(f"Another process already serves from {self._path.parent}.")
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go. The file stays: removing it would let two processes lock two files of one name."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def opening(data_dir: Path) -> Iterator[None]:
    """Be the only one, thread or process, who creates or migrates the database. Raises ``StoreUnavailable``. Blocks."""
    handle = _handle(data_dir / OPENING)
    try:
        patience = time.monotonic() + OPENING_SECONDS
        while not _is_taken(handle):
            if time.monotonic() > patience:
                raise StoreUnavailable("Another process has been opening the database for a minute.")
            time.sleep(LOOK_SECONDS)
        yield
    finally:
        os.close(handle)


def _handle(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _is_taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
