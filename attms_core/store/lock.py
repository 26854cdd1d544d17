"""The lock of a serving process on a SQLite installation. It guards serving, not opening the database."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from attms_core.errors import OperatorNeeded

FILE = "serving.lock"


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
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise AlreadyServing(f"Another process already serves from {self._path.parent}.") from None
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go. The file stays: removing it would let two processes lock two files of one name."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
