"""The four sources of the key: chosen by the environment, made when needed, refused when others may have them."""

import base64
import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from attms_core.errors import Invalid, Sealed, StoreUnavailable
from attms_core.vault import (
    EnvironmentKey,
    FileHome,
    FileKey,
    KeyringKey,
    PassphraseKey,
    create_vault,
    forget_key,
    key_source,
    open_vault,
)
from tests.vault.plain import PHRASE, plain

TEXT = base64.b64encode(bytes(range(32))).decode()


async def test_without_a_word_the_key_is_made_in_a_file_for_this_account_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await create_vault(FileHome(folder / "vault.attms"), key_source({}, folder))
    assert stat.S_IMODE((folder / "vault.key").stat().st_mode) == 0o400
    assert stat.S_IMODE((folder / "vault.attms").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(base64.b64decode((folder / "vault.key").read_text())) == 32
    await open_vault(FileHome(folder / "vault.attms"), key_source({}, folder))


def test_a_key_file_that_is_there_is_never_written_over(folder: Path) -> None:
    (folder / "vault.key").write_text(TEXT)
    (folder / "vault.key").chmod(0o600)
    key = FileKey(folder / "vault.key")
    key.prepare()
    assert key.secret(b"") == bytes(range(32))
    assert (folder / "vault.key").read_text() == TEXT
    assert sorted(path.name for path in folder.iterdir()) == ["vault.key"]


async def test_a_key_file_that_goes_missing_seals_and_is_not_made_anew(folder: Path, file_home: FileHome) -> None:
    await create_vault(file_home, key_source({}, folder))
    (folder / "vault.key").unlink()
    with pytest.raises(Sealed, match="is missing"):
        await open_vault(file_home, key_source({}, folder))
    assert not (folder / "vault.key").exists()


async def test_a_process_that_has_read_its_key_file_needs_it_no_more(folder: Path, file_home: FileHome) -> None:
    vault = await create_vault(file_home, key_source({}, folder))
    (folder / "vault.key").rename(folder / "elsewhere")
    await vault.change({"a": "1"})
    await vault.rotate()
    assert not (folder / "vault.key").exists()


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o620, 0o602])
def test_a_key_file_that_others_may_read_or_change_is_refused(folder: Path, mode: int) -> None:
    path = folder / "vault.key"
    path.write_text(TEXT)
    path.chmod(mode)
    with pytest.raises(Sealed, match="Others on this machine") as sealed:
        FileKey(path).secret(b"")
    assert f"chmod go= {path}" in sealed.value.hint


def test_a_key_file_in_a_folder_that_others_may_change_is_refused(folder: Path) -> None:
    key = FileKey(folder / "vault.key")
    key.prepare()
    folder.chmod(0o777)
    with pytest.raises(Sealed, match="may replace"):
        FileKey(folder / "vault.key").secret(b"")
    folder.chmod(0o1777)
    FileKey(folder / "vault.key").secret(b"")


@pytest.mark.parametrize("content", [b"", b"short", TEXT[:-2].encode(), b"\xff" * 44, TEXT.encode() + b"AAAA"])
def test_a_key_file_with_anything_else_in_it_is_refused_without_showing_it(folder: Path, content: bytes) -> None:
    path = folder / "vault.key"
    path.write_bytes(content)
    path.chmod(0o400)
    with pytest.raises(Sealed) as sealed:
        FileKey(path).secret(b"")
    assert not content or content.decode(errors="replace") not in str(sealed.value)
    assert "openssl rand -base64 32" in sealed.value.hint


def test_a_folder_in_the_place_of_a_key_is_refused(folder: Path) -> None:
    (folder / "vault.key").mkdir(mode=0o700)
    with pytest.raises((Sealed, StoreUnavailable)):
        FileKey(folder / "vault.key").secret(b"")


def test_a_key_in_the_environment_is_taken_and_can_be_forgotten(folder: Path) -> None:
    environ = {"ATTMS_VAULT_KEY": TEXT + "\n", "HOME": "there"}
    key = key_source(environ, folder)
    forget_key(environ)
    assert environ == {"HOME": "there"}
    assert key.kind == "environment"
    assert key.secret(b"") == bytes(range(32))


def test_a_key_may_be_written_for_addresses(folder: Path) -> None:
    text = base64.urlsafe_b64encode(b"\xff" * 32).decode()
    assert key_source({"ATTMS_VAULT_KEY": text}, folder).secret(b"") == b"\xff" * 32


def test_a_named_file_is_the_key_file(folder: Path) -> None:
    key = key_source({"ATTMS_VAULT_KEY_FILE": str(folder / "other.key")}, folder)
    key.prepare()
    assert (folder / "other.key").exists()


def test_an_unknown_source_is_told_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(Sealed, match="'usb'") as sealed:
        key_source({"ATTMS_VAULT_KEY_SOURCE": "usb"}, folder)
    assert "file, environment, keyring, passphrase" in sealed.value.hint


def test_a_source_without_its_key_says_what_is_missing(folder: Path) -> None:
    with pytest.raises(Sealed, match="ATTMS_VAULT_KEY is not set"):
        key_source({"ATTMS_VAULT_KEY_SOURCE": "environment"}, folder)
    with pytest.raises(Sealed, match="passphrase, and none was given"):
        key_source({"ATTMS_VAULT_KEY_SOURCE": "passphrase"}, folder)


def test_a_passphrase_comes_from_the_environment_a_file_or_a_question(folder: Path) -> None:
    (folder / "phrase").write_text(PHRASE.get_secret_value() + "\n")
    (folder / "phrase").chmod(0o400)
    environ = {"ATTMS_VAULT_KEY_SOURCE": "passphrase"}
    salt = b"s" * 16
    given = [
        key_source(environ | {"ATTMS_VAULT_KEY": PHRASE.get_secret_value()}, folder),
        key_source(environ | {"ATTMS_VAULT_KEY_FILE": str(folder / "phrase")}, folder),
        key_source(environ, folder, ask=lambda: PHRASE),
    ]
    assert len({key.secret(salt) for key in given}) == 1
    assert given[0].secret(b"t" * 16) != given[1].secret(salt)


def test_a_passphrase_is_the_same_however_its_accents_are_typed() -> None:
    composed, apart = (
        PassphraseKey(SecretStr("caf\u00e9 caf\u00e9 caf\u00e9")),
        PassphraseKey(SecretStr("cafe\u0301 " * 2 + "cafe\u0301")),
    )
    assert composed.secret(b"s" * 16) == apart.secret(b"s" * 16)


def test_a_short_passphrase_locks_nothing() -> None:
    with pytest.raises(Invalid, match="at least 12"):
        PassphraseKey(SecretStr("hunter2")).prepare()


def test_a_key_that_is_no_key_is_not_shown() -> None:
    with pytest.raises(Sealed) as sealed:
        EnvironmentKey(SecretStr("hunter2 hunter2")).prepare()
    assert "hunter2" not in f"{sealed.value} {sealed.value.hint} {sealed.value.__cause__} {sealed.value.__context__}"


class KeyringError(Exception):
    """What the library raises."""


class Ring:
    """A keyring with a memory, which may be locked."""

    errors = SimpleNamespace(KeyringError=KeyringError)

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, user: str) -> str | None:
        if self.is_locked:
            raise KeyringError
        return self.kept.get((service, user))

    def set_password(self, service: str, user: str, password: str) -> None:
        self.kept[service, user] = password


async def test_a_keyring_keeps_the_key(folder: Path, file_home: FileHome, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring()
    monkeypatch.setitem(sys.modules, "keyring", ring)
    environ = {"ATTMS_VAULT_KEY_SOURCE": "keyring"}
    vault = await create_vault(file_home, key_source(environ, folder))
    await vault.change({"a": "1"})
    assert plain(await open_vault(file_home, key_source(environ, folder))) == {"a": "1"}
    ring.is_locked = True
    with pytest.raises(Sealed, match="KeyringError"):
        await open_vault(file_home, key_source(environ, folder))
    ring.is_locked = False
    ring.kept.clear()
    with pytest.raises(Sealed, match="has no key"):
        await open_vault(file_home, key_source(environ, folder))


def test_without_the_library_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(Sealed, match="not installed") as sealed:
        KeyringKey("here").prepare()
    assert "attms[keyring]" in sealed.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_what_root_makes_belongs_to_the_owner_of_the_folder(folder: Path, file_home: FileHome) -> None:
    os.chown(folder, 4711, 4712)
    vault = await create_vault(file_home, key_source({}, folder))
    await vault.change({"a": "1"})
    assert owners(folder) == {(4711, 4712)}


def owners(folder: Path) -> set[tuple[int, int]]:
    """Tell who owns the files of a folder."""
    return {(path.stat().st_uid, path.stat().st_gid) for path in folder.iterdir()}
