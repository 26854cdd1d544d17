"""How a key looks: ``attms_<id>_<secret>_<check>``. The check tells a slip of the hand; it secures nothing."""

import re
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH = 8
SECRET_LENGTH = 43
"""Characters of base 62: 256 bits."""
_TEXT = re.compile(rf"(attms_([0-9A-Za-z]{{{ID_LENGTH}}})_[0-9A-Za-z]{{{SECRET_LENGTH}}})_([0-9a-f]{{8}})")


def new_id() -> str:
    """Make an id: it is no secret."""
    return _drawn(ID_LENGTH)


def make(key_id: str) -> str:
    """Make the text of a key."""
    body = f"attms_{key_id}_{_drawn(SECRET_LENGTH)}"
    return f"{body}_{_check(body)}"


def id_of(text: str) -> str | None:
    """Read the id of a text that could be a key; None for what cannot be one."""
    match = _TEXT.fullmatch(text)
    return match[2] if match and match[3] == _check(match[1]) else None


def _drawn(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _check(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
