"""Opens a vault of ATTMS without ATTMS, by docs/vault.md alone: nobody is locked in.

    pip install cryptography
    python decrypt_vault.py vault.attms vault.key     # or leave the key file out, and type the key or passphrase

It prints every entry, secrets included, as JSON.
"""

import base64
import getpass
import hashlib
import hmac
import json
import sys
import unicodedata
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def canonical(value: object) -> bytes:
    """Write JSON as it is signed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def subkey(secret: bytes, salt: bytes, purpose: str) -> bytes:
    """Derive a subkey."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose.encode()).derive(secret)


def key_secret(kdf: dict[str, int | str], salt: bytes, text: str) -> bytes:
    """Turn what the operator gave into 32 bytes."""
    if kdf["name"] == "none":
        return base64.b64decode(text.strip())
    memory, passes, lanes = int(kdf["memory_kib"]), int(kdf["passes"]), int(kdf["lanes"])
    stretch = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
    return stretch.derive(unicodedata.normalize("NFC", text.rstrip("\r\n")).encode())


def decrypt(data: bytes, text: str) -> dict[str, str]:
    """Give the entries. Raises ValueError, or InvalidTag for a wrong key and for a changed file."""
    line, checksum = data.splitlines()
    if hashlib.sha256(line).hexdigest().encode() != checksum:
        raise ValueError("the file is damaged")
    found = json.loads(line)
    if (found["format"], found["version"]) != ("attms-vault", 2):
        raise ValueError("no vault that this script reads")
    vault, key, b64 = found["vault"], found["key"], base64.b64decode
    salt = b64(key["salt"])
    locking = subkey(key_secret(key["kdf"], salt, text), salt, "attms/wrap/v2")
    context = canonical(["attms/wrap/v2", vault, key["id"], key["source"]])
    data_key = AESGCM(locking).decrypt(b64(key["nonce"]), b64(key["sealed"]), context)
    seal = b64(found.pop("seal"))
    sealing = subkey(data_key, bytes.fromhex(vault), "attms/seal/v2")
    if not hmac.compare_digest(seal, hmac.digest(sealing, canonical(found), "sha256")):
        raise ValueError("somebody has changed the file")
    cipher = AESGCM(subkey(data_key, bytes.fromhex(vault), "attms/entry/v2"))
    values = {}
    for entry in found["entries"]:
        context = canonical(["attms/entry/v2", vault, entry["name"], entry["key"], entry["version"]])
        values[entry["name"]] = cipher.decrypt(b64(entry["nonce"]), b64(entry["sealed"]), context).decode()
    return values


if __name__ == "__main__":
    file, *key_file = sys.argv[1:]
    secret = Path(key_file[0]).read_text(encoding="utf-8") if key_file else getpass.getpass("Key or passphrase: ")
    sys.stdout.write(json.dumps(decrypt(Path(file).read_bytes(), secret), indent=2) + "\n")
