"""A vault whose data key is at hand: values of its own, changed only by making the next one. Pure but for randomness.

Where the bytes lie belongs to ``homes``; where the locking key comes from to ``keys``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from attms_core.errors import Sealed
from attms_core.vault.crypt import KEY_BYTES, SALT_BYTES, Cipher, WrongKey, unwrapped, wrapped
from attms_core.vault.format import Damaged, Document, KeyKind, read, write

_WORDS = {
    KeyKind.FILE: "a key file",
    KeyKind.ENVIRONMENT: "a key from the environment",
    KeyKind.KEYRING: "a key in the system's keyring",
    KeyKind.PASSPHRASE: "a passphrase",
}


class KeySource(Protocol):
    """Where the key that locks a vault comes from. Its methods block."""

    @property
    def kind(self) -> KeyKind:
        """Name the sort of it."""
        ...

    def prepare(self) -> None:
        """See to it that there is a key for a new vault. Raises ``Sealed`` when it cannot be made or kept."""
        ...

    def secret(self, salt: bytes) -> bytes:
        """Give 32 secret bytes; a passphrase is stretched with the salt. Raises ``Sealed``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A vault with its data key; the values stay encrypted until they are asked for."""

    document: Document
    cipher: Cipher = field(repr=False)
    data: bytes = field(repr=False)
    """As it lies sealed in its home."""

    @property
    def generation(self) -> int:
        """How often the vault has been changed, its making included."""
        return self.document.generation

    def values(self) -> dict[str, str]:
        """Decrypt everything, by name."""
        return {entry.name: self.cipher.decrypt(entry) for entry in self.document.entries}

    def holding(self, values: Mapping[str, str], *, generation: int) -> "Opened":
        """Give the vault with other values under the same data key; what is equal stays encrypted as it was."""
        before = {entry.name: entry for entry in self.document.entries}
        known = self.values()
        entries = tuple(
            before[name] if known.get(name) == value else self.cipher.encrypt(name, value, version=generation)
            for name, value in sorted(values.items())
        )
        return _sealed(replace(self.document, generation=generation, entries=entries), self.cipher)


def made(values: Mapping[str, str], key: KeySource, *, vault: str, generation: int) -> Opened:
    """Seal values under a new data key. Raises ``Sealed`` when the key source has no key. Blocks."""
    data_key, kid, salt = os.urandom(KEY_BYTES), os.urandom(8).hex(), os.urandom(SALT_BYTES)
    wrap = wrapped(data_key, key.secret(salt), vault=vault, kid=kid, source=key.kind, salt=salt)
    cipher = Cipher(data_key, vault=vault, kid=kid)
    entries = tuple(cipher.encrypt(name, value, version=generation) for name, value in sorted(values.items()))
    return _sealed(Document(vault=vault, generation=generation, wrap=wrap, entries=entries), cipher)


def unsealed(data: bytes, key: KeySource) -> Opened:
    """Open sealed bytes, and check every one of them. Blocks.

    Raises ``Damaged`` when they are not whole, and ``Sealed`` when they are and the key is another one.
    """
    document = read(data)
    cipher = Cipher(_data_key(document, key), vault=document.vault, kid=document.wrap.kid)
    if not cipher.has_sealed(document):
        raise Damaged("Its seal does not fit: somebody has changed it.")
    for entry in document.entries:
        cipher.decrypt(entry)
    return Opened(document=document, cipher=cipher, data=data)


def new_id() -> str:
    """Give an id for a new vault."""
    return os.urandom(16).hex()


def _data_key(document: Document, key: KeySource) -> bytes:
    locked, given = document.wrap.source, key.kind
    if (locked is KeyKind.PASSPHRASE) != (given is KeyKind.PASSPHRASE):
        raise Sealed(
            f"It is locked with {_WORDS[locked]}, and {_WORDS[given]} was given.",
            hint=f"Set ATTMS_VAULT_KEY_SOURCE={locked}, and give that key.",
        )
    try:
        return unwrapped(document.wrap, key.secret(document.wrap.salt), vault=document.vault)
    except WrongKey as error:
        raise Sealed(
            f"It is locked with {_WORDS[locked]}, and the one that was given is another.",
            hint="Give the key that belongs to this vault, or restore an export of the vault under the new key.",
        ) from error


def _sealed(document: Document, cipher: Cipher) -> Opened:
    whole = replace(document, seal=cipher.seal(document))
    return Opened(document=whole, cipher=cipher, data=write(whole))
