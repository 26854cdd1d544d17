"""What happens when a home lets the vault down: damaged, missing, open to others, full, locked, put back."""

import asyncio
import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from attms_core.errors import Sealed, StoreUnavailable
from attms_core.store import vault as rows
from attms_core.store.database import Database
from attms_core.store.vault import SealedRow
from attms_core.vault import FileHome, KeySource, RowHome, Vault, VaultMissing, create_vault, files, open_vault
from tests.vault.plain import KEY, plain


@pytest.fixture
async def twice(file_vault: Vault, folder: Path) -> Path:
    """Give the file of a vault that was changed twice."""
    await file_vault.change({"a": "1"})
    await file_vault.change({"b": "2"})
    return folder / "vault.attms"


def spoil(path: Path, data: bytes = b"{half a va") -> None:
    """Overwrite a file in its place, as a broken disk does."""
    with path.open("r+b") as file:
        file.truncate()
        file.write(data)


async def test_a_damaged_file_is_set_aside_and_the_previous_copy_opens_with_an_alarm(
    twice: Path, file_home: FileHome, key: KeySource
) -> None:
    spoil(twice)
    vault = await open_vault(file_home, key)
    assert plain(vault) == {"a": "1"}
    assert "previous copy was opened" in vault.status.warnings[0]
    damaged = vault.status.damaged
    assert damaged is not None
    assert damaged.startswith(f"{twice}.damaged-")
    assert read(Path(damaged)) == b"{half a va"
    assert await vault.change({"c": "3"}) == 3


async def test_the_alarm_stays_until_the_damaged_copy_is_deleted(
    twice: Path, file_home: FileHome, key: KeySource
) -> None:
    spoil(twice)
    first = await open_vault(file_home, key)
    again = await open_vault(file_home, key)
    assert again.status.damaged == first.status.damaged
    assert again.status.warnings == ()
    delete(again.status.damaged)
    await again.refresh()
    assert again.status.damaged is None


async def test_a_missing_file_is_replaced_by_its_previous_copy(
    twice: Path, file_home: FileHome, key: KeySource
) -> None:
    delete(str(twice))
    vault = await open_vault(file_home, key)
    assert plain(vault) == {"a": "1"}
    assert "was missing" in vault.status.warnings[0]
    assert "vault.attms" in contents(twice.parent)


async def test_when_no_copy_is_whole_it_is_sealed_and_nothing_is_touched(
    twice: Path, file_home: FileHome, key: KeySource
) -> None:
    spoil(twice)
    spoil(twice.with_name("vault.attms.bak"), b"")
    before = contents(twice.parent)
    with pytest.raises(Sealed, match=r"checksum.*previous copy does not open either"):
        await open_vault(file_home, key)
    assert contents(twice.parent) == before


async def test_a_wrong_key_is_not_taken_for_damage(twice: Path, file_home: FileHome) -> None:
    before = contents(twice.parent)
    with pytest.raises(Sealed, match="is another"):
        await open_vault(file_home, KEY)
    assert contents(twice.parent) == before


async def test_a_file_that_is_damaged_while_it_is_in_use_is_written_anew_from_memory(
    file_vault: Vault, folder: Path, file_home: FileHome, key: KeySource
) -> None:
    await file_vault.change({"a": "1"})
    await file_vault.change({"b": "2"})
    spoil(folder / "vault.attms")
    assert await file_vault.refresh() is False
    assert "damaged while it was in use" in file_vault.status.warnings[0]
    assert plain(file_vault) == {"a": "1", "b": "2"}
    await file_vault.change({"c": "3"})
    assert plain(await open_vault(file_home, key)) == {"a": "1", "b": "2", "c": "3"}
    assert file_vault.status.damaged is not None
    assert "written anew from memory" in file_vault.status.warnings[0]


async def test_an_older_file_that_is_put_back_is_told_and_not_taken(
    file_vault: Vault, folder: Path, file_home: FileHome, key: KeySource
) -> None:
    await file_vault.change({"a": "old"})
    older = read(folder / "vault.attms")
    await file_vault.change({"a": "new"})
    spoil(folder / "vault.attms", older)
    assert await file_vault.refresh() is False
    assert "older vault" in file_vault.status.warnings[0]
    await file_vault.change({"b": "2"})
    assert plain(await open_vault(file_home, key)) == {"a": "new", "b": "2"}
    assert file_vault.status.warnings == ()


async def test_the_database_remembers_the_generation_and_notices_an_older_vault(
    file_vault: Vault, folder: Path, file_home: FileHome, key: KeySource, database: Database
) -> None:
    await file_vault.change({"a": "old"})
    older = read(folder / "vault.attms")
    await file_vault.change({"a": "new"})
    await file_vault.compare(database)
    spoil(folder / "vault.attms", older)
    back = await open_vault(file_home, key)
    await back.compare(database)
    assert "at generation 2, and was at 3" in back.status.warnings[0]
    again = await open_vault(file_home, key)
    await again.compare(database)
    assert again.status.warnings == ()


@pytest.mark.parametrize("name", ["vault.attms", "vault.attms.bak"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
async def test_a_copy_that_others_may_read_or_change_is_refused(
    twice: Path, file_home: FileHome, key: KeySource, name: str, mode: int
) -> None:
    twice.with_name(name).chmod(mode)
    with pytest.raises(Sealed, match="Others on this machine") as sealed:
        await open_vault(file_home, key)
    assert "chmod go=" in sealed.value.hint


async def test_a_folder_that_others_may_look_into_is_told(twice: Path, file_home: FileHome, key: KeySource) -> None:
    twice.parent.chmod(0o755)
    assert "chmod 700" in (await open_vault(file_home, key)).status.warnings[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_this_account_may_not_read_is_sealed(
    twice: Path, file_home: FileHome, key: KeySource
) -> None:
    await asyncio.to_thread(twice.chmod, 0)
    with pytest.raises(Sealed, match="may not read"):
        await open_vault(file_home, key)


async def test_a_full_disk_is_told_and_the_old_stays_until_there_is_room(
    file_vault: Vault, folder: Path, file_home: FileHome, key: KeySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    await file_vault.change({"a": "1"})
    before = contents(folder)
    with full(monkeypatch), pytest.raises(StoreUnavailable, match="No space left on device"):
        await file_vault.change({"a": "2"})
    assert contents(folder) == before
    assert plain(file_vault) == {"a": "1"}
    assert plain(await open_vault(file_home, key)) == {"a": "1"}
    assert await file_vault.change({"a": "3"}) == 3


async def test_on_a_full_disk_a_damaged_vault_still_opens(
    twice: Path, file_home: FileHome, key: KeySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(twice)
    with full(monkeypatch):
        vault = await open_vault(file_home, key)
    assert plain(vault) == {"a": "1"}
    assert "still in its place" in vault.status.warnings[1]


async def test_what_does_not_read_back_is_not_kept(
    file_vault: Vault, folder: Path, file_home: FileHome, key: KeySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda handle, data: write(handle, bytes(len(data))))
        with pytest.raises(StoreUnavailable, match="read back"):
            await file_vault.change({"a": "1"})
    assert plain(await open_vault(file_home, key)) == {}
    assert ".new" not in " ".join(contents(folder))


async def test_a_file_system_without_hard_links_keeps_a_previous_copy_too(
    file_vault: Vault, folder: Path, file_home: FileHome, key: KeySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    await file_vault.change({"a": "1"})
    monkeypatch.setattr(os, "link", refuse)
    await file_vault.change({"a": "2"})
    spoil(folder / "vault.attms")
    assert plain(await open_vault(file_home, key)) == {"a": "1"}


async def test_a_change_waits_for_another_process_and_gives_up_in_the_end(
    file_vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.05)
    with locked(folder / "vault.attms.lock"), pytest.raises(StoreUnavailable, match="Another process"):
        await file_vault.change({"a": "1"})
    assert await file_vault.change({"a": "1"}) == 2


async def test_a_damaged_row_is_sealed_and_is_not_written_over(database: Database, key: KeySource) -> None:
    home = RowHome(database)
    vault = await create_vault(home, key)
    await database.write(lambda tx: rows.replace(tx, SealedRow(2, b"half"), expected=1))
    with pytest.raises(Sealed, match="checksum"):
        await open_vault(home, key)
    with pytest.raises(Sealed, match="damaged"):
        await vault.change({"a": "1"})
    assert (await home.look()).current == b"half"


async def test_a_row_is_replaced_only_at_the_generation_that_is_expected(database: Database) -> None:
    new = SealedRow(1, b"\0one\xff")
    assert await database.write(lambda tx: rows.replace(tx, new, expected=None))
    assert not await database.write(lambda tx: rows.replace(tx, SealedRow(9, b"x"), expected=None))
    assert not await database.write(lambda tx: rows.replace(tx, SealedRow(9, b"x"), expected=2))
    assert await database.read(rows.get) == new
    assert await database.write(lambda tx: rows.replace(tx, SealedRow(2, b"two"), expected=1))
    assert await database.read(rows.get) == SealedRow(2, b"two")


async def test_a_remembered_generation_is_no_vault(database: Database, key: KeySource) -> None:
    await database.write(lambda tx: rows.note(tx, "00" * 16, 5))
    with pytest.raises(VaultMissing):
        await open_vault(RowHome(database), key)


async def test_a_closed_database_is_told_and_memory_stays(database: Database, key: KeySource) -> None:
    vault = await create_vault(RowHome(database), key)
    await vault.change({"a": "1"})
    await database.close()
    with pytest.raises(StoreUnavailable):
        await vault.change({"a": "2"})
    with pytest.raises(StoreUnavailable):
        await vault.refresh()
    assert plain(vault) == {"a": "1"}


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the disk take no more bytes."""

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", refuse)
        yield


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock, as another process does."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def contents(folder: Path) -> dict[str, bytes]:
    """Read a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def read(path: Path) -> bytes:
    """Read a file."""
    return path.read_bytes()


def delete(path: str | None) -> None:
    """Delete a file that is there."""
    assert path is not None
    Path(path).unlink()
