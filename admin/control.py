"""The way from the command line to the server that runs on the same machine: a unix socket in its data folder.

It speaks the management API. Who is let in is the API's gate to say; here the socket only lies where nobody else of
the machine reaches it.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import socket
import stat
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web

from attms_core.errors import AttmsError, OperatorNeeded, StoreUnavailable, Unreachable
from web.limits import LimitedRunner, Limits

log = structlog.get_logger(__name__)

SOCKET, LOCK = "control.sock", "control.lock"
LIMITS = Limits(body_size=64 * 1024, connections=32, per_address=None)
LONGEST_PATH = 100
"""Bytes of a socket's path that every system takes (unix(7): sun_path)."""
PATIENCE = 60.0
"""Seconds for an answer: a doctor's examination takes some."""
OTHERS = 0o077
BAD = 400


class NoServer(AttmsError):
    """This needs the running server, and none runs here."""

    code = "no-server"
    hint = "Start it (attms run), or name its folder with ATTMS_DATA_DIR, then type this again."


class OtherAccount(OperatorNeeded):
    """The server that runs here belongs to another account."""

    code = "other-account"


class Refused(AttmsError):
    """The server has answered that it does not do it."""

    def __init__(self, what: str, *, status: int, code: str, hint: str = "", mistakes: tuple[str, ...] = ()) -> None:
        super().__init__(what, hint=hint)
        self.status = status
        self.told = code
        """The server's own code of the refusal."""
        self.mistakes = mistakes


class Control:
    """The server that runs here."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> bytes:
        """Ask the management API; gives the JSON of its answer. Raises ``Refused`` and ``Unreachable``."""
        try:
            async with self._session.request(method, path, json=body) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(
                "The running server did not answer.", hint="It may be stopping. Try again in a few seconds."
            ) from error
        if answer.status >= BAD:
            raise _refusal(answer.status, content)
        return content


@asynccontextmanager
async def open_control(data_dir: Path) -> AsyncIterator[Control | None]:
    """Reach the server of a data folder; none when none runs. Raises ``OtherAccount``."""
    with _short(data_dir) as folder:
        path = None if folder is None else str(folder / SOCKET)
        if path is None or not await _answers(path, data_dir):
            yield None
            return
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        connector = aiohttp.UnixConnector(path)
        async with aiohttp.ClientSession("http://localhost", connector=connector, timeout=timeout) as session:
            yield Control(session)


@asynccontextmanager
async def serve_control(app: web.Application, data_dir: Path) -> AsyncIterator[bool]:
    """Serve an application on ``control.sock`` in the data folder; gives False when another process does already.

    Only this account reaches it. A socket that a killed process left behind is replaced; at the end it is removed.
    Raises ``StoreUnavailable`` when it cannot be made there.
    """
    with _turned_away(data_dir), _held(data_dir) as is_ours:
        if not is_ours:
            log.warning("control_taken", folder=str(data_dir))
            yield False
            return
        runner = LimitedRunner(app, LIMITS)
        with _bound(data_dir) as listening:
            await runner.setup()
            try:
                await web.SockSite(runner, listening).start()
                yield True
            finally:
                await runner.cleanup()


@contextmanager
def _turned_away(data_dir: Path) -> Iterator[None]:
    """Make the folder; what the system refuses is told in words."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = data_dir.stat()
    except OSError as error:
        raise StoreUnavailable(f"The folder {data_dir} cannot be made: {error.strerror}.") from error
    if folder.st_mode & OTHERS:
        log.warning("control_folder_open", folder=str(data_dir), mode=f"{stat.S_IMODE(folder.st_mode):04o}")
    yield


@contextmanager
def _held(data_dir: Path) -> Iterator[bool]:
    """Hold the lock that says who serves the socket: the system lets go of it when the process dies."""
    handle = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


@contextmanager
def _bound(data_dir: Path) -> Iterator[socket.socket]:
    """Bind the socket, readable for this account alone from its first moment; the lock is held."""
    path = data_dir / SOCKET
    with _short(data_dir) as folder, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        try:
            _clear(path)
            os.fchmod(listening.fileno(), 0o600)  # before it is bound: the file takes this mode over
            listening.bind(str((folder or data_dir) / SOCKET))
            path.chmod(0o600)  # where the system does not
            made = path.lstat().st_ino
        except OSError as error:
            raise StoreUnavailable(f"There can be no socket at {path}: {error.strerror or error}.") from error
        listening.setblocking(False)  # noqa: FBT003 - the socket's own signature
        try:
            yield listening
        finally:
            with contextlib.suppress(FileNotFoundError):
                if path.lstat().st_ino == made:
                    path.unlink()


def _clear(path: Path) -> None:
    """Take away what a killed process left; whatever is no socket is somebody's, and stays."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(0, "something that is no socket lies there")
        path.unlink()


@contextmanager
def _short(data_dir: Path) -> Iterator[Path | None]:
    """Give a folder's path that a socket's name fits behind; none when there is no such folder."""
    if len(os.fsencode(data_dir / SOCKET)) <= LONGEST_PATH:
        yield data_dir
        return
    try:
        handle = os.open(data_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        yield Path(f"/proc/self/fd/{handle}")
    finally:
        os.close(handle)


async def _answers(path: str, data_dir: Path) -> bool:
    """Say whether somebody listens at a socket."""
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except PermissionError as error:
        raise OtherAccount(
            f"The server of {data_dir} runs under another account.", hint="Type it as that account: sudo -u attms ..."
        ) from error
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


def _refusal(status: int, content: bytes) -> AttmsError:
    """Read a problem document (RFC 9457)."""
    try:
        told: dict[str, Any] = json.loads(content)
        code, what, hint = (str(told.get(name, "")) for name in ("code", "detail", "hint"))
        mistakes = tuple(str(each["what"]) for each in told.get("mistakes", ()))
    except (ValueError, TypeError, KeyError, AttributeError):
        code, what, hint, mistakes = "", "", "", ()
    if code == "not-let-in":
        return OtherAccount(
            "The running server does not take this account for its own.",
            hint="Type it as the account that the server runs under: sudo -u attms ...",
        )
    what = what or f"The running server answered {status}."
    return Refused(what, status=status, code=code, hint=hint, mistakes=mistakes)
