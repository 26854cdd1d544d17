"""The shape of a sealed vault: bytes in, checked values out, and back to the very same bytes. Pure, without keys.

What the fields mean stands in docs/vault.md. What is encrypted with what belongs to ``crypt``.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NoReturn

from msgspec import Struct

from attms_core.errors import Sealed

FORMAT = "attms-vault"
VERSION = 2
MOST_BYTES = 4 * 1024 * 1024
"""A vault is settings: whatever is larger is no vault of ours."""
LARGEST = 2**63 - 1
"""Of a generation: what a database's integer holds."""
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,199}")
MEMORY_KIB, PASSES, LANES = 65_536, 3, 1
ARGON2ID: Mapping[str, Any] = {"name": "argon2id", "memory_kib": MEMORY_KIB, "passes": PASSES, "lanes": LANES}
NO_KDF: Mapping[str, Any] = {"name": "none"}
_HEX = {"vault": re.compile(r"[0-9a-f]{32}"), "kid": re.compile(r"[0-9a-f]{16}")}
_NONCE, _SALT, _TAG = 12, 16, 16


class KeyKind(StrEnum):
    """Where the key that locks a vault comes from."""

    FILE = "file"
    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    PASSPHRASE = "passphrase"  # noqa: S105 - a word, not a secret


class Damaged(Sealed):
    """These bytes are no whole vault, or somebody has changed them."""

    hint = "Restore an export of the vault, or a backup of its file."


class Wrap(Struct, frozen=True, kw_only=True):
    """The data key, locked with a key from outside."""

    kid: str
    """Names the data key."""
    source: KeyKind
    salt: bytes
    nonce: bytes
    sealed: bytes


class Entry(Struct, frozen=True, kw_only=True):
    """One encrypted value."""

    name: str
    kid: str
    version: int
    """The generation in which it was written."""
    nonce: bytes
    sealed: bytes


class Document(Struct, frozen=True, kw_only=True):
    """A sealed vault, taken apart."""

    vault: str
    """Its id: 32 hexadecimal digits, for life."""
    generation: int
    wrap: Wrap
    entries: tuple[Entry, ...]
    """By name."""
    seal: bytes = b""


def canonical(value: Any) -> bytes:
    """Write JSON in the one way that is signed and checked: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def signed_part(document: Document) -> bytes:
    """Give what the seal covers: everything but itself."""
    return canonical(_plain(document))


def write(document: Document) -> bytes:
    """Give the bytes: one line of canonical JSON, one line with its SHA-256."""
    line = canonical({**_plain(document), "seal": _text(document.seal)})
    return line + b"\n" + hashlib.sha256(line).hexdigest().encode() + b"\n"


def read(data: bytes) -> Document:
    """Take bytes apart. Raises ``Damaged`` for all that ``write`` would not have written just so.

    A whole vault in another version of the format is not damaged: that raises ``Sealed``.
    """
    if len(data) > MOST_BYTES:
        raise Damaged(f"It has {len(data)} bytes: that is no vault.")
    line, _, rest = data.partition(b"\n")
    if rest != hashlib.sha256(line).hexdigest().encode() + b"\n":
        raise Damaged("Its checksum does not fit: it was cut off or changed.")
    document = _document(_parsed(line))
    if write(document) != data:
        raise Damaged("It is not written in the canonical way.")
    return document


def _plain(document: Document) -> dict[str, Any]:
    wrap = document.wrap
    key = {
        "id": wrap.kid,
        "source": wrap.source.value,
        "kdf": ARGON2ID if wrap.source is KeyKind.PASSPHRASE else NO_KDF,
        "salt": _text(wrap.salt),
        "nonce": _text(wrap.nonce),
        "sealed": _text(wrap.sealed),
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "vault": document.vault,
        "generation": document.generation,
        "key": key,
        "entries": [_plain_entry(entry) for entry in document.entries],
    }


def _plain_entry(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "key": entry.kid,
        "version": entry.version,
        "nonce": _text(entry.nonce),
        "sealed": _text(entry.sealed),
    }


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Damaged("It is no JSON.") from error


def _document(found: Any) -> Document:
    fields = _fields(found, "format", "version", "vault", "generation", "key", "entries", "seal")
    if fields["format"] != FORMAT:
        raise Damaged("It is no vault of ATTMS.")
    if fields["version"] != VERSION:
        raise Sealed(
            f"It is written in version {fields['version']!r:.20} of the format, and this program reads {VERSION}.",
            hint="Start the version of ATTMS that wrote it.",
        )
    entries = tuple(_entry(one) for one in _list(fields["entries"]))
    if [entry.name for entry in entries] != sorted({entry.name for entry in entries}):
        _odd("entries")
    return Document(
        vault=_hex(fields, "vault", "vault"),
        generation=_count(fields["generation"], "generation"),
        wrap=_wrap(fields["key"]),
        entries=entries,
        seal=_bytes(fields["seal"], "seal", exactly=32),
    )


def _wrap(found: Any) -> Wrap:
    fields = _fields(found, "id", "source", "kdf", "salt", "nonce", "sealed")
    source = fields["source"]
    if source not in list(KeyKind):
        _odd("source")
    return Wrap(
        kid=_hex(fields, "id", "kid"),
        source=KeyKind(source),
        salt=_bytes(fields["salt"], "salt", exactly=_SALT),
        nonce=_bytes(fields["nonce"], "nonce", exactly=_NONCE),
        sealed=_bytes(fields["sealed"], "sealed", exactly=32 + _TAG),
    )


def _entry(found: Any) -> Entry:
    fields = _fields(found, "name", "key", "version", "nonce", "sealed")
    name = fields["name"]
    if not isinstance(name, str) or not NAME.fullmatch(name):
        _odd("name")
    return Entry(
        name=name,
        kid=_hex(fields, "key", "kid"),
        version=_count(fields["version"], "version"),
        nonce=_bytes(fields["nonce"], "nonce", exactly=_NONCE),
        sealed=_bytes(fields["sealed"], "sealed"),
    )


def _fields(found: Any, *names: str) -> Mapping[str, Any]:
    if not isinstance(found, dict) or found.keys() != set(names):
        raise Damaged("It lacks fields, or has unknown ones.")
    return found


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else _odd("entries")


def _hex(fields: Mapping[str, Any], name: str, kind: str) -> str:
    found = fields[name]
    return found if isinstance(found, str) and _HEX[kind].fullmatch(found) else _odd(name)


def _count(found: Any, name: str) -> int:
    return found if type(found) is int and 0 < found <= LARGEST else _odd(name)


def _bytes(found: Any, name: str, *, exactly: int | None = None) -> bytes:
    try:
        given = base64.b64decode(found, validate=True) if isinstance(found, str) else _odd(name)
    except (binascii.Error, ValueError):
        _odd(name)
    return given if exactly in {None, len(given)} and given else _odd(name)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _odd(name: str) -> NoReturn:
    raise Damaged(f"Its field {name} holds what no vault has there.")
