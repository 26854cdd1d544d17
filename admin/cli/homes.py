"""Where the vault of this installation lies, and which key opens it, by the environment alone."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from attms_core.config.opening import home
from attms_core.store.database import open_database
from attms_core.vault import Home, KeySource, key_source

URL = "ATTMS_DATABASE_URL"
Ask = Callable[[], SecretStr]


@asynccontextmanager
async def opened_home(environ: Mapping[str, str], data_dir: Path) -> AsyncIterator[Home]:
    """Open it: a row where the environment names a database, else a file. Raises ``StoreUnavailable``."""
    url = _url(environ)
    if url is None:
        yield home(environ)
        return
    database = await open_database(url, data_dir)
    try:
        yield home(environ, database)
    finally:
        await database.close()


def key_in_use(environ: Mapping[str, str], data_dir: Path, ask: Ask) -> KeySource:
    """Give the key that the environment names; ``ask`` is asked for a passphrase. Raises ``Sealed``."""
    return key_source(environ, data_dir, ask=ask)


def _url(environ: Mapping[str, str]) -> str | None:
    path = environ.get(f"{URL}_FILE")
    if path is not None:
        return Path(path).read_text(encoding="utf-8").strip()
    return environ.get(URL) or None


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only this account reads. Raises ``FileExistsError``, and leaves nothing half done."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
