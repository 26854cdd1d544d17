"""Small files that must survive anything: read with a look at who else may, replaced whole or not at all.

What stands in them is not known here. Everything blocks; a failure of the system is ``StoreUnavailable``.
"""

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from attms_core.errors import Sealed, StoreUnavailable

OTHERS = 0o077
OTHERS_WRITE = 0o022
LOCK_SECONDS = 10.0
"""How long another process may be changing the same file."""
LOOK_SECONDS = 0.02
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


def read_private(path: Path, *, most: int) -> bytes | None:
    """Read a file, one byte more than ``most`` at most; none when it is missing.

    Raises ``Sealed`` when others may read it or may replace it, or this account may not read it.
    """
    with translated(path, "read"):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise Sealed(
                f"This account may not read {path}.", hint=f"On the host: sudo chown ITS_ACCOUNT {path}"
            ) from error
        with os.fdopen(handle, "rb") as file:
            _check(path, os.fstat(handle), path.parent.stat())
            return file.read(most + 1)


def make_folder(path: Path) -> None:
    """Make a folder for this account alone, unless it is there."""
    with translated(path, "made"):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def create(path: Path, data: bytes) -> None:
    """Make a file that nobody changes any more (0400); one that is there, whoever was faster, stays as it is."""
    make_folder(path.parent)
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    with translated(path, "written"):
        try:
            _write(new, data, mode=0o400)
            with contextlib.suppress(FileExistsError):
                _name(new, path)
        finally:
            new.unlink(missing_ok=True)
        _sync_folder(path.parent)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Be the only one, thread or process, who changes a file: by a lock on another, which stays."""
    with translated(path, "locked"):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with translated(path, "locked"):
            _give_to_owner(handle, path.parent)
            _await_lock(handle, path)
        yield
    finally:
        with contextlib.suppress(OSError):  # the lock goes with it in any case
            os.close(handle)


def replace(path: Path, data: bytes, *, keep_as: Path, check: Callable[[bytes], object]) -> None:
    """Put new content in a file's place, under ``alone``; what was there stays as ``keep_as``.

    At every moment, and after a loss of power, the old or the new content is at ``path``. The new content is durable
    when this returns. It is read back and given to ``check`` before it counts; what that raises leaves all as it was.
    """
    new = _beside(path)
    with translated(path, "written"):
        new.unlink(missing_ok=True)  # of a writer that was killed
        try:
            _write(new, data, mode=0o600)
            check(_read_back(new, data))
            _keep(path, keep_as)
            os.rename(new, path)  # noqa: PTH104 - the system calls of this page are counted and killed by tests
        except BaseException:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def _name(new: Path, path: Path) -> None:
    """Give a file its name, unless that is taken; where there are no hard links the last one wins."""
    try:
        os.link(new, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.rename(new, path)  # noqa: PTH104 - as above


def _write(path: Path, data: bytes, *, mode: int) -> None:
    handle = os.open(path, _NEW, mode)
    try:
        _give_to_owner(handle, path.parent)
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_back(path: Path, data: bytes) -> bytes:
    found = path.read_bytes()
    if found != data:
        raise OSError(errno.EIO, "it does not read back as it was written")
    return found


def _keep(path: Path, keep_as: Path) -> None:
    """Give a file a second name that survives its replacement; an earlier file of that name goes."""
    link = _beside(keep_as)
    link.unlink(missing_ok=True)
    try:
        os.link(path, link)
    except FileNotFoundError:
        return  # the first content of all
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _write(link, path.read_bytes(), mode=0o600)
    os.rename(link, keep_as)  # noqa: PTH104 - as above
    link.unlink(missing_ok=True)  # renaming one of two links to one file to the other does nothing


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _give_to_owner(handle: int, folder: Path) -> None:
    """Leave to the folder's owner what root makes: the command line often runs as root, the service never should."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)


def _await_lock(handle: int, path: Path) -> None:
    patience = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > patience:
                raise StoreUnavailable(f"Another process has been changing {path} all the time.") from error
            time.sleep(LOOK_SECONDS)
        else:
            return


def _check(path: Path, file: os.stat_result, folder: os.stat_result) -> None:
    if not stat.S_ISREG(file.st_mode):
        raise Sealed(f"{path} is no file.", hint="Put the file back that belongs there.")
    if file.st_mode & OTHERS:
        raise Sealed(
            f"Others on this machine may read or change {path} (its mode is {stat.S_IMODE(file.st_mode):04o}).",
            hint=f"On the host type: chmod go= {path}",
        )
    # In a folder with the sticky bit nobody can replace a file of somebody else.
    if folder.st_mode & OTHERS_WRITE and not folder.st_mode & stat.S_ISVTX:
        raise Sealed(
            f"Others on this machine may replace {path}: its folder is open to them.",
            hint=f"On the host type: chmod 700 {path.parent}",
        )


@contextlib.contextmanager
def translated(path: Path, done: str) -> Iterator[None]:
    """Turn what the system refuses into ``StoreUnavailable``: ``path`` cannot be ``done``."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be {done}: {error.strerror or error}.",
            hint="Look at the disk: whether it is full, and whether it takes writes of this account.",
        ) from error
