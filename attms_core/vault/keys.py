"""The four sources of the key that locks the vault, and the choice among them by the environment.

A key is 32 random bytes, written as base64; a passphrase is anything that a person remembers. What is done with them
belongs to ``crypt``.
"""

import base64
import binascii
import importlib
import os
import unicodedata
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Protocol, cast

from argon2.low_level import Type, hash_secret_raw
from pydantic import SecretStr

from attms_core.errors import Invalid, Sealed
from attms_core.vault import files
from attms_core.vault.crypt import KEY_BYTES
from attms_core.vault.format import LANES, MEMORY_KIB, PASSES, KeyKind
from attms_core.vault.opened import KeySource

FILE = "vault.key"
KEY, KEY_FILE, SOURCE = "ATTMS_VAULT_KEY", "ATTMS_VAULT_KEY_FILE", "ATTMS_VAULT_KEY_SOURCE"
SERVICE = "attms"
LEAST_CHARACTERS = 12
MOST_BYTES = 4096
_MAKE = "Make one with: openssl rand -base64 32"


class FileKey:
    """A key in a file that only this account reads; made when it is needed for a new vault."""

    kind = KeyKind.FILE

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: bytes | None = None

    def prepare(self) -> None:
        """Make the file (0400), unless it is there. Raises ``StoreUnavailable``, and ``Sealed`` for a bad one."""
        if self._known is None and files.read_private(self.path, most=MOST_BYTES) is None:
            files.create(self.path, _new_key().encode() + b"\n")
        self.secret(b"")

    def secret(self, salt: bytes) -> bytes:  # noqa: ARG002 - only a passphrase needs it
        """Read the file, the first time. Raises ``Sealed`` and ``StoreUnavailable``."""
        if self._known is None:
            self._known = _decoded(_content(self.path).get_secret_value(), str(self.path))
        return self._known


class EnvironmentKey:
    """A key that came as text, from the environment."""

    kind = KeyKind.ENVIRONMENT

    def __init__(self, text: SecretStr) -> None:
        self._text = text

    def prepare(self) -> None:
        """Check the key. Raises ``Sealed``."""
        self.secret(b"")

    def secret(self, salt: bytes) -> bytes:  # noqa: ARG002 - only a passphrase needs it
        """Give the key. Raises ``Sealed``."""
        return _decoded(self._text.get_secret_value(), KEY)


class PassphraseKey:
    """A passphrase, stretched by argon2id: about a fifth of a second, once for each salt."""

    kind = KeyKind.PASSPHRASE

    def __init__(self, passphrase: SecretStr) -> None:
        self._passphrase = passphrase
        self._known: tuple[bytes, bytes] = (b"", b"")

    def prepare(self) -> None:
        """Refuse a passphrase that is too short to lock anything. Raises ``Invalid``."""
        if len(self._passphrase.get_secret_value()) < LEAST_CHARACTERS:
            raise Invalid(
                f"The passphrase needs at least {LEAST_CHARACTERS} characters.",
                field="passphrase",
                hint="Four or five words that do not belong together are easy to keep and hard to guess.",
            )

    def secret(self, salt: bytes) -> bytes:
        """Stretch it."""
        if self._known[0] != salt:
            self._known = (salt, self._stretched(salt))
        return self._known[1]

    def _stretched(self, salt: bytes) -> bytes:
        # Keyboards differ in how they compose an accented letter; the passphrase must not.
        text = unicodedata.normalize("NFC", self._passphrase.get_secret_value())
        return hash_secret_raw(
            text.encode("utf-8", errors="surrogatepass"),
            salt,
            time_cost=PASSES,
            memory_cost=MEMORY_KIB,
            parallelism=LANES,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )


class _KeyringErrors(Protocol):
    KeyringError: type[Exception]


class _Keyring(Protocol):
    """What we use of the library ``keyring``."""

    errors: _KeyringErrors

    def get_password(self, service: str, user: str, /) -> str | None: ...
    def set_password(self, service: str, user: str, password: str, /) -> None: ...


class KeyringKey:
    """A key in the keyring of this account; ``user`` tells several installations apart."""

    kind = KeyKind.KEYRING

    def __init__(self, user: str) -> None:
        self._user = user

    def prepare(self) -> None:
        """Put a key into the keyring, unless one is there. Raises ``Sealed``."""
        keyring = _keyring()
        try:
            if keyring.get_password(SERVICE, self._user) is None:
                keyring.set_password(SERVICE, self._user, _new_key())
        except keyring.errors.KeyringError as error:
            raise _closed(error) from error
        self.secret(b"")

    def secret(self, salt: bytes) -> bytes:  # noqa: ARG002 - only a passphrase needs it
        """Ask the keyring. Raises ``Sealed``."""
        keyring = _keyring()
        try:
            text = keyring.get_password(SERVICE, self._user)
        except keyring.errors.KeyringError as error:
            raise _closed(error) from error
        if text is None:
            raise Sealed(
                f"The system's keyring has no key of the vault (service {SERVICE}, user {self._user}).",
                hint="Run ATTMS under the account that made the vault, or restore an export of the vault.",
            )
        return _decoded(text, "the system's keyring")


def key_source(environ: Mapping[str, str], data_dir: Path, *, ask: Callable[[], SecretStr] | None = None) -> KeySource:
    """Choose by ``ATTMS_VAULT_KEY_SOURCE``; unset means the environment when a key is there, else a file.

    ``ask`` is asked for a passphrase that the environment does not have. Raises ``Sealed``. Reads a passphrase's file.
    """
    given = environ.get(KEY)
    default = KeyKind.FILE if given is None else KeyKind.ENVIRONMENT
    kind = environ.get(SOURCE, default)
    if kind == KeyKind.FILE:
        return FileKey(Path(environ.get(KEY_FILE, data_dir / FILE)))
    if kind == KeyKind.ENVIRONMENT:
        return EnvironmentKey(_given(environ))
    if kind == KeyKind.KEYRING:
        return KeyringKey(str(data_dir.resolve()))
    if kind == KeyKind.PASSPHRASE:
        return PassphraseKey(_passphrase(environ, ask))
    raise Sealed(
        f"{SOURCE} is {kind!r:.40}, which is no source of a key.", hint=f"It takes one of: {', '.join(KeyKind)}."
    )


def forget_key(environ: MutableMapping[str, str] = os.environ) -> None:
    """Take the key out of the environment, so that no child process and no listing of it has the key."""
    environ.pop(KEY, None)


def _given(environ: Mapping[str, str]) -> SecretStr:
    if KEY not in environ:
        raise Sealed(f"{KEY} is not set, and {SOURCE} says that the key stands there.", hint=f"Set it. {_MAKE}")
    return SecretStr(environ[KEY])


def _passphrase(environ: Mapping[str, str], ask: Callable[[], SecretStr] | None) -> SecretStr:
    if environ.get(KEY):
        return SecretStr(environ[KEY])
    if KEY_FILE in environ:
        return SecretStr(_content(Path(environ[KEY_FILE])).get_secret_value().rstrip("\r\n"))
    if ask is not None:
        return ask()
    raise Sealed(
        "The vault is locked with a passphrase, and none was given.",
        hint=f"Set {KEY} or {KEY_FILE}, or start ATTMS in a terminal that can ask.",
    )


def _content(path: Path) -> SecretStr:
    data = files.read_private(path, most=MOST_BYTES)
    if data is None:
        raise Sealed(
            f"The vault's key file {path} is missing.",
            hint="Put it back from where you keep a copy, or restore an export of the vault under a new key.",
        )
    try:
        return SecretStr(data.decode())
    except UnicodeDecodeError as error:
        raise Sealed(f"The vault's key file {path} is no text.", hint=_MAKE) from error


def _new_key() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode("ascii")


def _decoded(text: str, place: str) -> bytes:
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""  # the error's text would quote the key
    if len(key) != KEY_BYTES:
        raise Sealed(f"The vault's key in {place} is no base64 of {KEY_BYTES} bytes.", hint=_MAKE)
    return key


def _keyring() -> _Keyring:
    try:
        return cast("_Keyring", importlib.import_module("keyring"))
    except ImportError as error:
        raise Sealed(
            "The vault's key lies in the system's keyring, and the library that reads it is not installed.",
            hint="On the host type: pip install 'attms[keyring]'",
        ) from error


def _closed(error: Exception) -> Sealed:
    return Sealed(
        f"The system's keyring cannot be used: {type(error).__name__}.",
        hint=f"Unlock it, or take another source of the key ({SOURCE}).",
    )
