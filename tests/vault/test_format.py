"""Sealed bytes open as what was sealed, or are refused: whatever is flipped, cut, swapped or made up."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from attms_core.errors import Sealed
from attms_core.vault import Damaged, KeyKind, crypt
from attms_core.vault.format import MOST_BYTES, canonical, read
from attms_core.vault.opened import Opened, made, unsealed
from attms_core.vault.storage import Book
from tests.vault.plain import KEY

ID = "00112233445566778899aabbccddeeff"
NAMES = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,30}", fullmatch=True)
ENTRIES = st.dictionaries(NAMES, st.text(max_size=60), max_size=6)
WHOLE = made({"bot_secret": "geheim", "motto": "Grüße", "poll_seconds": "30"}, KEY, vault=ID, generation=7)
Spoil = Callable[[dict[str, Any]], object]


@given(ENTRIES)
def test_any_entries_come_back(entries: dict[str, str]) -> None:
    sealed = made(entries, KEY, vault=ID, generation=3).data
    opened = unsealed(sealed, KEY)
    assert opened.values() == entries
    assert opened.generation == 3
    assert opened.data == sealed


@given(ENTRIES, ENTRIES, st.sets(NAMES))
def test_any_change_through_the_table_is_that_change(old: dict[str, str], put: dict[str, str], drop: set[str]) -> None:
    drop |= set(list(old)[:2])
    changed = Book(made(old, KEY, vault=ID, generation=3)).changed(put, drop)
    again = unsealed(changed.data, KEY)
    assert again.values() == {name: value for name, value in old.items() if name not in drop} | put
    assert again.generation == 4


def test_what_a_change_leaves_alone_keeps_its_bytes() -> None:
    changed = Book(WHOLE).changed({"motto": "new", "poll_seconds": "30"}, [])
    before, after = ({e.name: e for e in opened.document.entries} for opened in (WHOLE, changed))
    assert after["bot_secret"] == before["bot_secret"]
    assert after["poll_seconds"].sealed != before["poll_seconds"].sealed  # it was put, if with the same value
    assert after["motto"].version == 8


def test_any_flipped_byte_is_refused() -> None:
    for at in range(len(WHOLE.data)):
        for flip in (1, 0x20, 0x80):
            bad = bytearray(WHOLE.data)
            bad[at] ^= flip
            with pytest.raises(Damaged):
                unsealed(bytes(bad), KEY)


def test_any_cut_is_refused() -> None:
    for length in range(len(WHOLE.data)):
        with pytest.raises(Damaged):
            unsealed(WHOLE.data[:length], KEY)
    with pytest.raises(Damaged):
        unsealed(WHOLE.data + b"\n", KEY)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Damaged):
        unsealed(data, KEY)
    with pytest.raises(Damaged):
        unsealed(with_checksum(data), KEY)


@given(st.integers(0, len(WHOLE.data.splitlines()[0]) - 1), st.integers(0, 255))
def test_a_changed_byte_with_a_new_checksum_is_refused(at: int, byte: int) -> None:
    line = bytearray(WHOLE.data.splitlines()[0])
    line[at] = byte
    if with_checksum(bytes(line)) != WHOLE.data:
        with pytest.raises(Sealed):
            unsealed(with_checksum(bytes(line)), KEY)


def swap_ciphers(found: dict[str, Any]) -> None:
    """Give each of two entries the other's bytes."""
    one, two = found["entries"][:2]
    for part in ("nonce", "sealed", "version"):
        one[part], two[part] = two[part], one[part]


def rename(found: dict[str, Any]) -> None:
    """Give an entry a name that sorts as the old one did."""
    found["entries"][0]["name"] = "bot_secrets"


SPOILS: list[Spoil] = [
    swap_ciphers,
    rename,
    lambda found: found["entries"].pop(),
    lambda found: found["entries"].reverse(),
    lambda found: found["entries"].append(found["entries"][-1]),
    lambda found: found.update(generation=8),
    lambda found: found.update(vault=ID[::-1]),
    lambda found: found["entries"][0].update(version=6),
    lambda found: found["key"].update(source="keyring"),
    lambda found: found["key"].update(source="nowhere"),
    lambda found: found["key"].update(source=["file"]),
    lambda found: found["key"].update(kdf={"name": "argon2id", "memory_kib": 1, "passes": 1, "lanes": 1}),
    lambda found: found.update(generation=True),
    lambda found: found.update(generation=0),
    lambda found: found.update(generation=2**63),
    lambda found: found.update(generation=7.0),
    lambda found: found.update(more=1),
    lambda found: found.pop("seal"),
    lambda found: found.update(seal=""),
    lambda found: found.update(seal=None),
    lambda found: found.update(entries={}),
    lambda found: found.update(key=[]),
    lambda found: found.update(format="attms"),
    lambda found: found["entries"][0].update(sealed="!"),
    lambda found: found["entries"][0].update(nonce=base64.b64encode(b"short").decode()),
]


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_document_that_somebody_has_rewritten_is_refused(spoil: Spoil) -> None:
    found = json.loads(WHOLE.data.splitlines()[0])
    spoil(found)
    with pytest.raises(Sealed):
        unsealed(with_checksum(canonical(found)), KEY)


def test_an_entry_of_an_earlier_generation_cannot_come_back_alone() -> None:
    earlier = made({"a": "old"}, KEY, vault=ID, generation=1)
    now = json.loads(Book(earlier).changed({"a": "new"}, []).data.splitlines()[0])
    now["entries"] = json.loads(earlier.data.splitlines()[0])["entries"]
    with pytest.raises(Damaged, match="seal"):
        unsealed(with_checksum(canonical(now)), KEY)


@pytest.mark.parametrize("other", [{"name": "motto"}, {"version": 8}, {"kid": "00" * 8}])
def test_an_entry_in_another_place_does_not_decrypt_even_under_a_right_seal(other: dict[str, Any]) -> None:
    with pytest.raises(Damaged, match="does not decrypt"):
        WHOLE.cipher.decrypt(replace(WHOLE.document.entries[0], **other))


def test_an_entry_of_another_vault_does_not_decrypt() -> None:
    document, key = WHOLE.document, bytes(range(32))
    ours, theirs = (crypt.Cipher(key, vault=vault, kid=document.wrap.kid) for vault in (ID, ID[::-1]))
    with pytest.raises(Damaged):
        theirs.decrypt(ours.encrypt("motto", "x", version=1))


@pytest.mark.parametrize("other", [{"source": KeyKind.KEYRING}, {"kid": "00" * 8}])
def test_a_data_key_is_bound_to_what_is_said_of_it(other: dict[str, Any]) -> None:
    secret = KEY.secret(b"")
    wrap = WHOLE.document.wrap
    assert len(crypt.unwrapped(wrap, secret, vault=ID)) == 32
    with pytest.raises(crypt.WrongKey):
        crypt.unwrapped(replace(wrap, **other), secret, vault=ID)
    with pytest.raises(crypt.WrongKey):
        crypt.unwrapped(wrap, secret, vault=ID[::-1])


@pytest.mark.parametrize("line", [b'{"a":1e400}', b"[" * 100_000, b"1" * 5000, b"null", b'"\\ud800"', b"\xff"])
def test_odd_json_is_refused(line: bytes) -> None:
    with pytest.raises(Damaged):
        read(with_checksum(line))


def test_what_is_not_canonical_is_refused() -> None:
    found = json.loads(WHOLE.data.splitlines()[0])
    with pytest.raises(Damaged, match="canonical"):
        read(with_checksum(json.dumps(found).encode()))


def test_a_file_that_is_far_too_large_is_not_looked_into() -> None:
    with pytest.raises(Damaged, match="that is no vault"):
        read(b"x" * (MOST_BYTES + 1))


def test_a_vault_of_a_later_version_is_sealed_and_not_damaged() -> None:
    found = json.loads(WHOLE.data.splitlines()[0]) | {"version": 3}
    with pytest.raises(Sealed, match="version 3") as sealed:
        read(with_checksum(canonical(found)))
    assert not isinstance(sealed.value, Damaged)


def test_a_vault_shows_no_key_when_it_is_printed() -> None:
    assert "cipher" not in repr(WHOLE)
    assert isinstance(WHOLE, Opened)


def with_checksum(line: bytes) -> bytes:
    """End a first line as a vault ends."""
    return line + b"\n" + hashlib.sha256(line).hexdigest().encode() + b"\n"
