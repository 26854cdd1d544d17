"""When digests are due. What stands in them is read by ``digest_reads``."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy import false as no

from attms_core.model import Lane, TenantId
from attms_core.model.digest import Digest, DigestId, DigestKind, Rhythm
from attms_core.store.build import number, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import digests
from attms_core.store.statement import Statement
from attms_core.store.values import moment, moment_or_none, packed, stamp, stamp_or_none, unpacked

_d = digests.c
_COLUMNS = (
    *(_d.id, _d.lane, _d.kind, _d.days, _d.minute, _d.zone, _d.is_paused, _d.created_by, _d.created_by_name),
    *(_d.next_at, _d.last_at),
)
_ours = _d.tenant == words("tenant")
_this = (_d.tenant == words("of_tenant"), _d.id == number("of_id"))
_BY_ID = Statement("a digest", select(*_COLUMNS).where(_ours, _d.id == number("id")))
_OF_LANE = Statement("digests of a lane", select(*_COLUMNS).where(_ours, _d.lane == words("lane")).order_by(_d.kind))
_DUE = Statement(
    "digests that are due",
    select(*_COLUMNS)
    .where(_ours, _d.next_at <= number("now"), _d.is_paused == no())
    .order_by(_d.next_at, _d.id)
    .limit(number("most")),
)
_ADD = Statement(
    "add a digest",
    insert(digests).returning(_d.id),
    columns=["tenant", *(column.name for column in _COLUMNS if column.name != "id")],
)
_CHANGED = ("days", "minute", "zone", "is_paused", "created_by", "created_by_name", "next_at", "last_at")
_PUT = Statement("change a digest", update(digests).where(*_this), columns=_CHANGED)
_MOVE = Statement(
    "move a digest on",
    update(digests).where(*_this, _d.next_at == number("was"), _d.is_paused == no()),
    columns=["next_at", "last_at"],
)
_REMOVE = Statement("remove a digest", delete(digests).where(*_this))


def get(tx: Tx, tenant: TenantId, id: DigestId) -> Digest | None:  # noqa: A002 - the word of the field
    """Give a digest by its number."""
    row = tx.one(_BY_ID, tenant=tenant, id=id)
    return _decode(tenant, row) if row else None


def of_lane(tx: Tx, tenant: TenantId, lane: Lane) -> list[Digest]:
    """Give those of one place."""
    return [_decode(tenant, row) for row in tx.all(_OF_LANE, tenant=tenant, lane=lane)]


def due(tx: Tx, tenant: TenantId, now: datetime, *, limit: int) -> list[Digest]:
    """Give those that are due, the longest waiting first."""
    return [_decode(tenant, row) for row in tx.all(_DUE, tenant=tenant, now=stamp(now), most=limit)]


def add(tx: Tx, digest: Digest) -> DigestId:
    """Keep a new one, and give its number."""
    row = tx.one(_ADD, tenant=digest.tenant, lane=digest.lane, kind=digest.kind, **_encode(digest))
    if row is None:
        raise LookupError("the store gave the digest no number")
    return DigestId(row[0])


def change(tx: Tx, digest: Digest) -> None:
    """Write one over what is kept of it."""
    tx.run(_PUT, of_tenant=digest.tenant, of_id=digest.id, **_encode(digest))


def move_on(tx: Tx, digest: Digest, *, next_at: datetime, last_at: datetime) -> bool:
    """Plan its next time; no when somebody else has done so already, or it was paused."""
    moved = tx.run(
        _MOVE,
        of_tenant=digest.tenant,
        of_id=digest.id,
        was=stamp(digest.next_at),
        next_at=stamp(next_at),
        last_at=stamp(last_at),
    )
    return moved > 0


def remove(tx: Tx, tenant: TenantId, id: DigestId) -> bool:  # noqa: A002 - the word of the field
    """Forget one; say whether there was one."""
    return tx.run(_REMOVE, of_tenant=tenant, of_id=id) > 0


def _encode(digest: Digest) -> dict[str, Any]:
    return {
        "days": packed(digest.rhythm.days),
        "minute": digest.rhythm.minute,
        "zone": digest.rhythm.zone,
        "is_paused": digest.is_paused,
        "created_by": digest.created_by,
        "created_by_name": digest.created_by_name,
        "next_at": stamp(digest.next_at),
        "last_at": stamp_or_none(digest.last_at),
    }


def _decode(tenant: TenantId, row: tuple[Any, ...]) -> Digest:
    id_, lane, kind, days, minute, zone, is_paused, created_by, created_by_name, next_at, last_at = row
    return Digest(
        id=id_,
        tenant=tenant,
        lane=lane,
        kind=DigestKind(kind),
        rhythm=Rhythm(days=tuple(unpacked(days)), minute=minute, zone=zone),
        created_by=created_by,
        created_by_name=created_by_name,
        next_at=moment(next_at),
        last_at=moment_or_none(last_at),
        is_paused=bool(is_paused),
    )
