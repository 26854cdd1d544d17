"""Time entries of tickets: those that were seen, so that none is told twice."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from attms_core.model import TenantId, TimeEntry, TimeEntryId
from attms_core.store.build import Among, upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import time_entries
from attms_core.store.values import moment_or_none, stamp_or_none

_e = time_entries.c
_COLUMNS = (_e.id, _e.ticket, _e.resource, _e.hours, _e.creator, _e.created, _e.last_modified)
_LOAD = Statement("load time entries", select(*_COLUMNS).where(_e.tenant == words("tenant"), Among(_e.id, "ids")))
_PUT = upsert(time_entries, ["tenant", "id"])


def load(tx: Tx, tenant: TenantId, ids: Sequence[TimeEntryId]) -> dict[TimeEntryId, TimeEntry]:
    """Load entries by id; those that are not here are missing in the answer."""
    return {entry.id: entry for entry in map(_decode, tx.all(_LOAD, tenant=tenant, ids=ids))}


def put(tx: Tx, tenant: TenantId, entries: Sequence[TimeEntry]) -> None:
    """Write entries over what is there."""
    tx.many(_PUT, [_encode(tenant, entry) for entry in entries])


def _encode(tenant: TenantId, entry: TimeEntry) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "id": entry.id,
        "ticket": entry.ticket,
        "resource": entry.resource,
        "hours": str(entry.hours),
        "creator": entry.creator,
        "created": stamp_or_none(entry.created),
        "last_modified": stamp_or_none(entry.last_modified),
    }


def _decode(row: tuple[Any, ...]) -> TimeEntry:
    id_, ticket, resource, hours, creator, created, last_modified = row
    return TimeEntry(
        id=id_,
        ticket=ticket,
        resource=resource,
        hours=Decimal(hours),
        creator=creator,
        created=moment_or_none(created),
        last_modified=moment_or_none(last_modified),
    )
