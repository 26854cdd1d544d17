"""Which key encrypts what: AES-256-GCM with subkeys by HKDF-SHA256, and the seal over the whole. Pure.

The steps stand in docs/vault.md, with vectors. The library is ``cryptography``; nothing is invented here.
"""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from attms_core.vault.format import Damaged, Document, Entry, KeyKind, Wrap, canonical, signed_part

KEY_BYTES = 32
NONCE_BYTES = 12
SALT_BYTES = 16
WRAP, ENTRY, SEAL = "attms/wrap/v2", "attms/entry/v2", "attms/seal/v2"


class WrongKey(Exception):
    """This key does not unlock the data key."""


def derived(secret: bytes, *, salt: bytes, purpose: str) -> bytes:
    """Derive the subkey of a purpose."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=purpose.encode()).derive(secret)


def wrapped(data_key: bytes, secret: bytes, *, vault: str, kid: str, source: KeyKind, salt: bytes) -> Wrap:
    """Lock the data key with a secret from outside, which ``salt`` may have been an ingredient of."""
    nonce = os.urandom(NONCE_BYTES)
    locking = derived(secret, salt=salt, purpose=WRAP)
    sealed = AESGCM(locking).encrypt(nonce, data_key, _wrap_context(vault, kid, source))
    return Wrap(kid=kid, source=source, salt=salt, nonce=nonce, sealed=sealed)


def unwrapped(wrap: Wrap, secret: bytes, *, vault: str) -> bytes:
    """Unlock the data key. Raises ``WrongKey``."""
    locking = derived(secret, salt=wrap.salt, purpose=WRAP)
    try:
        return AESGCM(locking).decrypt(wrap.nonce, wrap.sealed, _wrap_context(vault, wrap.kid, wrap.source))
    except InvalidTag as error:
        raise WrongKey from error


class Cipher:
    """Encrypts the entries of one vault under one data key, and seals the whole."""

    __slots__ = ("_entries", "_seal", "kid", "vault")

    def __init__(self, data_key: bytes, *, vault: str, kid: str) -> None:
        self.vault = vault
        self.kid = kid
        salt = bytes.fromhex(vault)
        self._entries = AESGCM(derived(data_key, salt=salt, purpose=ENTRY))
        self._seal = derived(data_key, salt=salt, purpose=SEAL)

    def encrypt(self, name: str, value: str, *, version: int) -> Entry:
        """Encrypt a value, bound to its vault, name, data key and version."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._entries.encrypt(nonce, value.encode(), self._context(name, self.kid, version))
        return Entry(name=name, kid=self.kid, version=version, nonce=nonce, sealed=sealed)

    def decrypt(self, entry: Entry) -> str:
        """Give a value. Raises ``Damaged`` when anything but this name and version was encrypted."""
        context = self._context(entry.name, entry.kid, entry.version)
        try:
            return self._entries.decrypt(entry.nonce, entry.sealed, context).decode()
        except (InvalidTag, UnicodeDecodeError) as error:
            raise Damaged(f"The entry {entry.name} does not decrypt: somebody has changed it.") from error

    def seal(self, document: Document) -> bytes:
        """Give the tag over everything in a document but its seal."""
        return hmac.digest(self._seal, signed_part(document), "sha256")

    def has_sealed(self, document: Document) -> bool:
        """Say whether the document is as it was when it was sealed."""
        return hmac.compare_digest(self.seal(document), document.seal)

    def _context(self, name: str, kid: str, version: int) -> bytes:
        return canonical([ENTRY, self.vault, name, kid, version])


def _wrap_context(vault: str, kid: str, source: KeyKind) -> bytes:
    return canonical([WRAP, vault, kid, source.value])
