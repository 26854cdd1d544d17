"""Killed at any system call, failed at any, or without power: the vault opens as it was before or after, never else."""

import asyncio
import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from attms_core.errors import StoreUnavailable
from attms_core.vault import FileHome, FileKey, Vault, create_vault, open_vault
from tests.vault.plain import KEY, plain

CHANGE = Path(__file__).with_name("change.py")
ROOT = Path(__file__).parents[2]
CALLS = ("open", "write", "fsync", "close", "link", "rename", "unlink", "fstat", "stat", "fchown", "mkdir")
SAME = "several sectors of a disk " * 60
OLD, NEW = {"a": "old", "b": SAME}, {"a": "new", "b": SAME}
Deed = Callable[[Vault], Any]


class Died(BaseException):
    """What stands for the death of a process: nothing of ours catches it."""


@dataclass(slots=True)
class Shim:
    """Counts the system calls of threads other than the test's, and lets one of them and all that follow fail."""

    at: int
    error: Callable[[], BaseException]
    is_done_first: bool = False
    """The fatal call takes place, and only its return is missed."""
    is_once: bool = False
    """Only this call fails: an error of the system, after which the process lives on."""
    log: list[str] = field(default_factory=list)

    def around(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap one function of ``os``."""

        def call(*args: Any, **kwargs: Any) -> Any:
            if threading.current_thread() is threading.main_thread():
                return real(*args, **kwargs)
            self.log.append(name)
            turn = len(self.log)
            if turn < self.at or (self.is_once and turn > self.at):
                return real(*args, **kwargs)
            if name == "close" or (turn == self.at and self.is_done_first):  # the dead hold no file open
                real(*args, **kwargs)
            raise self.error()

        return call


async def under(shim: Shim, deed: Deed, vault: Vault) -> list[str]:
    """Do something to a vault whose system calls the shim counts; give the calls it saw."""
    with pytest.MonkeyPatch.context() as patched:
        for name in CALLS:
            patched.setattr(os, name, shim.around(name, getattr(os, name)))
        with contextlib.suppress(Died, StoreUnavailable):
            await deed(vault)
    return shim.log


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a vault that has been changed twice; copy it, leave it as it is."""
    folder = tmp_path_factory.mktemp("vault") / "data"

    async def make() -> None:
        vault = await create_vault(FileHome(folder / "vault.attms"), FileKey(folder / "vault.key"))
        await vault.change({"a": "older", "b": SAME})
        await vault.change({"a": "old"})

    asyncio.run(make())
    return folder


@pytest.fixture
def copies(before: Path, tmp_path: Path) -> Iterator[Path]:
    """Give fresh copies of that folder."""
    return iter(copied(before, tmp_path / f"{n}") for n in range(10_000))


def copied(source: Path, target: Path) -> Path:
    """Copy a folder; its previous copy stays a file of its own."""
    shutil.copytree(source, target)
    return target


async def opened(folder: Path) -> Vault:
    """Open the vault of a folder."""
    return await open_vault(FileHome(folder / "vault.attms"), FileKey(folder / "vault.key"))


async def change(vault: Vault) -> None:
    """Do the change that is killed."""
    await vault.change({"a": "new"})


async def rotate(vault: Vault) -> None:
    """Do the other deed that is killed."""
    await vault.rotate()


@pytest.mark.parametrize("is_done_first", [False, True])
@pytest.mark.parametrize("deed", [change, rotate])
async def test_death_at_any_call_leaves_the_old_or_the_new(
    copies: Iterator[Path], deed: Deed, *, is_done_first: bool
) -> None:
    wanted = [OLD, NEW] if deed is change else [OLD]
    calls = await under(Shim(0, Died, is_once=True), deed, await opened(next(copies)))
    assert Counter(calls)["rename"] == 2 if deed is change else 4
    seen = []
    for at in range(1, len(calls) + 1):
        folder = next(copies)
        await under(Shim(at, Died, is_done_first=is_done_first), deed, await opened(folder))
        again = await opened(folder)
        seen.append(plain(again))
        assert seen[-1] in wanted, f"call {at} of {calls}"
        assert again.status.damaged is None
        assert again.status.warnings == ()
        await again.change({"c": "1"})  # what a dead writer has left behind is in nobody's way
        assert plain(await opened(folder)) == seen[-1] | {"c": "1"}
    assert all(one in seen for one in wanted)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
async def test_an_error_at_any_call_is_told_and_leaves_the_old_or_the_new(copies: Iterator[Path], number: int) -> None:
    def error() -> OSError:
        return OSError(number, os.strerror(number))

    calls = await under(Shim(0, error, is_once=True), change, await opened(next(copies)))
    for at in range(1, len(calls) + 1):
        folder = next(copies)
        vault = await opened(folder)
        await under(Shim(at, error, is_once=True), change, vault)
        now = plain(await opened(folder))
        assert now in [OLD, NEW], f"call {at} of {calls}"
        await vault.refresh()
        assert plain(vault) == now
        await vault.change({"a": "newer"})
        assert plain(await opened(folder)) == NEW | {"a": "newer"}


async def test_death_while_the_first_vault_is_made_leaves_none_or_all_of_it(tmp_path: Path) -> None:
    async def make(at: int) -> tuple[FileHome, list[str]]:
        home = FileHome(tmp_path / f"{at}" / "vault.attms")
        shim = Shim(at, Died, is_once=at == 0)
        with pytest.MonkeyPatch.context() as patched:
            for name in CALLS:
                patched.setattr(os, name, shim.around(name, getattr(os, name)))
            with contextlib.suppress(Died):
                await create_vault(home, KEY)
        return home, shim.log

    _, calls = await make(0)
    for at in range(1, len(calls) + 1):
        home, _ = await make(at)
        found = await home.look()
        vault = await (open_vault(home, KEY) if found.current else create_vault(home, KEY))
        assert plain(vault) == {}
        assert vault.status.warnings == ()


# Without power: what was not synced may be lost, as far as it likes


@dataclass(slots=True)
class Disk:
    """Notes what a change does to its folder, in order, so that it can be played again up to any point."""

    steps: list[tuple[str, str, Any]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    def record(self, patched: pytest.MonkeyPatch, folder: Path) -> None:
        """Note every step that changes something below a folder, and every sync."""
        real = {name: getattr(os, name) for name in CALLS}

        def note(step: str, path: Any, more: Any = None) -> None:
            self.steps.append((step, Path(path).name, more))

        def open_(path: Any, flags: int, *rest: Any, **more: Any) -> int:
            handle: int = real["open"](path, flags, *rest, **more)
            self.names[handle] = str(path)
            if flags & os.O_CREAT and flags & os.O_EXCL:
                note("create", path)
            return handle

        def write(handle: int, data: Any) -> int:
            note("write", self.names[handle], bytes(data))
            return int(real["write"](handle, data))

        def fsync(handle: int) -> None:
            note("sync-folder" if Path(self.names[handle]) == folder else "sync", self.names[handle])
            real["fsync"](handle)

        def unlink(path: Any, **more: Any) -> None:
            real["unlink"](path, **more)
            note("unlink", path)

        def link(source: Any, target: Any) -> None:
            real["link"](source, target)
            note("link", source, Path(target).name)

        def rename(source: Any, target: Any) -> None:
            real["rename"](source, target)
            note("rename", source, Path(target).name)

        mine = {"open": open_, "write": write, "fsync": fsync, "unlink": unlink, "link": link, "rename": rename}
        for name, function in mine.items():
            patched.setattr(os, name, function)


@dataclass(slots=True)
class File:
    """The content of a file: what is synced stays, the rest may be cut anywhere."""

    synced: bytes = b""
    loose: bytes = b""


def states(start: dict[str, bytes], steps: list[tuple[str, str, Any]]) -> Iterator[dict[str, bytes]]:
    """Give the folders that a loss of power may leave: at any step, without some of what was not synced.

    Names that were changed since the folder was synced may be lost, the last ones first; content that was not synced
    may be cut at any sector.
    """
    for end in range(len(steps) + 1):
        done = steps[:end]
        synced = max((n + 1 for n, (step, _, _) in enumerate(done) if step == "sync-folder"), default=0)
        for kept in range(synced, end + 1):
            yield from torn(played(start, done, kept))


def played(start: dict[str, bytes], steps: list[tuple[str, str, Any]], kept: int) -> dict[str, File]:
    """Play all steps, but of the changes of names only those that were kept."""
    named = {name: File(data) for name, data in start.items()}
    seen = dict(named)  # what the process sees, whose writes go into the same files
    for n, (step, name, more) in enumerate(steps):
        for folder in [seen, named] if n < kept else [seen]:
            if step == "create":
                folder[name] = seen[name] if folder is named else File()
            elif step == "unlink":
                folder.pop(name, None)
            elif step == "link" and name in folder:
                folder[more] = folder[name]
            elif step == "rename" and name in folder and folder[name] is not folder.get(more):
                folder[more] = folder.pop(name)
        if step == "write":
            seen[name].loose += more
        elif step == "sync":
            seen[name].synced, seen[name].loose = seen[name].synced + seen[name].loose, b""
    return named


def torn(folder: dict[str, File]) -> Iterator[dict[str, bytes]]:
    """Cut what is not synced at the sectors of a disk."""
    longest = max(len(file.loose) for file in folder.values())
    for length in {*range(0, longest, 512), longest}:
        yield {name: file.synced + file.loose[:length] for name, file in folder.items()}


@pytest.mark.parametrize("deed", [change, rotate])
async def test_without_power_at_any_moment_it_opens_as_the_old_or_the_new(copies: Iterator[Path], deed: Deed) -> None:
    folder, disk = next(copies), Disk()
    vault = await opened(folder)
    start = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.MonkeyPatch.context() as patched:
        disk.record(patched, folder)
        await deed(vault)
    left = {tuple(sorted(state.items())) for state in states(start, disk.steps)}
    assert len(left) > 8
    seen = []
    for state in left:
        where = next(copies)
        lay_out(where, dict(state))
        again = await opened(where)
        assert again.status.damaged is None
        seen.append(plain(again))
    assert all(one in [OLD, NEW] for one in seen)
    assert OLD in seen
    assert (NEW in seen) is (deed is change)
    final = next(copies)
    lay_out(final, {name: file.synced for name, file in played(start, disk.steps, len(disk.steps)).items()})
    assert plain(await opened(final)) == plain(vault)


def lay_out(folder: Path, files: dict[str, bytes]) -> None:
    """Make a folder hold just these files."""
    for path in folder.iterdir():
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o600)


# Real processes


def run(folder: Path, *words: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Change a vault in a process of its own."""
    return subprocess.run(
        [*before, sys.executable, CHANGE, folder, *words],
        check=False,  # being killed is the point
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )


async def test_processes_that_change_at_once_lose_nothing(copies: Iterator[Path]) -> None:
    folder, names = next(copies), ("x", "y", "z")
    done = await asyncio.gather(*(asyncio.to_thread(run, folder, name, "1", "8") for name in names))
    assert [one.returncode for one in done] == [0, 0, 0], done
    vault = await opened(folder)
    assert plain(vault) == OLD | {f"{name}.{n}": "1" for name in names for n in range(8)}
    assert vault.generation == 3 + 3 * 8


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
async def test_kill_9_at_any_system_call_leaves_the_old_or_the_new(copies: Iterator[Path]) -> None:
    calls = Counter(re.findall(r"^\d+ +(\w+)\(", traced_run(next(copies)), re.MULTILINE))
    assert {"write", "fsync", "flock"} <= calls.keys()
    seen = []
    for name, turn in ((name, turn) for name, count in calls.items() for turn in range(1, count + 1)):
        folder = next(copies)
        log = traced_run(folder, "-e", f"inject={name}:signal=KILL:when={turn}")
        assert "killed by SIGKILL" in log, f"{name} {turn}"
        again = await opened(folder)
        seen.append(plain(again))
        assert seen[-1] in [OLD, NEW], f"{name} {turn}"
        assert again.status.damaged is None
    assert OLD in seen
    assert NEW in seen


def traced_run(folder: Path, *more: str) -> str:
    """Change a vault under strace, which looks at what is done to its files and may interfere; give its log.

    Calls that only open, read or close are left out: a death there leaves what a death at the next call leaves.
    """
    names = ("", ".new", ".bak", ".bak.new", ".lock")
    paths = [word for name in names for word in ("-P", str(folder / f"vault.attms{name}"))]
    only = "trace=write,fsync,flock,?link,?linkat,?rename,?renameat,?renameat2,?unlink,?unlinkat"
    log = folder.with_name(f"{folder.name}.trace")
    run(folder, "a", "new", before=("strace", "-f", "-o", str(log), "-P", str(folder), *paths, "-e", only, *more))
    return log.read_text()
