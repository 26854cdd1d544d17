"""Keys of the management API, by their digests. Whether one is right is decided elsewhere."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import select, update

from attms_core.store.build import number, upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import api_keys
from attms_core.store.values import moment, moment_or_none, packed, stamp, stamp_or_none, unpacked

_k = api_keys.c
_ALL = Statement("API keys", select(*_k).order_by(_k.created, _k.id))
_PUT = upsert(api_keys, ["id"])
_USED = Statement(
    "an API key was used", update(api_keys).where(_k.id == words("of_id")).values(last_used=number("to_last_used"))
)


class KeyRow(Struct, frozen=True, kw_only=True):
    """A key as it is kept: digests are SHA-256 in hex, of its text and of the text before its last rotation."""

    id: str
    name: str
    scopes: tuple[str, ...]
    digest: str
    former_digest: str = ""
    former_until: datetime | None = None
    created: datetime
    created_by: str
    expires: datetime
    last_used: datetime | None = None
    revoked: datetime | None = None


def everything(tx: Tx) -> list[KeyRow]:
    """Give all keys, the oldest first."""
    return [_decode(row) for row in tx.all(_ALL)]


def put(tx: Tx, key: KeyRow) -> None:
    """Write a key over what is there."""
    row = {
        "id": key.id,
        "name": key.name,
        "scopes": packed(list(key.scopes)),
        "digest": key.digest,
        "former_digest": key.former_digest,
        "former_until": stamp_or_none(key.former_until),
        "created": stamp(key.created),
        "created_by": key.created_by,
        "expires": stamp(key.expires),
        "last_used": stamp_or_none(key.last_used),
        "revoked": stamp_or_none(key.revoked),
    }
    tx.many(_PUT, [row])


def used(tx: Tx, uses: Mapping[str, datetime]) -> None:
    """Note when keys were used last, by their ids."""
    for key, at in uses.items():
        tx.run(_USED, of_id=key, to_last_used=stamp(at))


def _decode(row: tuple[Any, ...]) -> KeyRow:
    key, name, scopes, digest, former_digest, former_until, created, created_by, expires, last_used, revoked = row
    return KeyRow(
        id=key,
        name=name,
        scopes=tuple(unpacked(scopes)),
        digest=digest,
        former_digest=former_digest,
        former_until=moment_or_none(former_until),
        created=moment(created),
        created_by=created_by,
        expires=moment(expires),
        last_used=moment_or_none(last_used),
        revoked=moment_or_none(revoked),
    )
