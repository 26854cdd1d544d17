"""How far the mirror has come: named cursors and their progress."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import select

from attms_core.model import TenantId
from attms_core.store.build import upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import syncs
from attms_core.store.values import moment_or_none, stamp_or_none


class SyncState(Struct, frozen=True, kw_only=True):
    """Where one named part of the sync stands."""

    name: str
    position: datetime | None = None
    """Everything up to here has been taken over."""
    done: int = 0
    total: int | None = None
    finished_at: datetime | None = None
    checked_at: datetime | None = None
    """When AutoTask last answered, news or not."""


_s = syncs.c
_COLUMNS = (_s.name, _s.position, _s.done, _s.total, _s.finished_at, _s.checked_at)
_GET = Statement("a sync state", select(*_COLUMNS).where(_s.tenant == words("tenant"), _s.name == words("name")))
_ALL = Statement("sync states", select(*_COLUMNS).where(_s.tenant == words("tenant")).order_by(_s.name))
_PUT = upsert(syncs, ["tenant", "name"])


def get(tx: Tx, tenant: TenantId, name: str) -> SyncState | None:
    """Give the state of one part; none before it began."""
    row = tx.one(_GET, tenant=tenant, name=name)
    return _decode(row) if row else None


def put(tx: Tx, tenant: TenantId, state: SyncState) -> None:
    """Keep a state, in the transaction of the work that it speaks of."""
    row = {
        "tenant": tenant,
        "name": state.name,
        "position": stamp_or_none(state.position),
        "done": state.done,
        "total": state.total,
        "finished_at": stamp_or_none(state.finished_at),
        "checked_at": stamp_or_none(state.checked_at),
    }
    tx.many(_PUT, [row])


def all_states(tx: Tx, tenant: TenantId) -> list[SyncState]:
    """Give all states, by name."""
    return [_decode(row) for row in tx.all(_ALL, tenant=tenant)]


def _decode(row: tuple[Any, ...]) -> SyncState:
    name, position, done, total, finished_at, checked_at = row
    return SyncState(
        name=name,
        position=moment_or_none(position),
        done=done,
        total=total,
        finished_at=moment_or_none(finished_at),
        checked_at=moment_or_none(checked_at),
    )
