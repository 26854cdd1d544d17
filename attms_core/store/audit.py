"""What administrators asked for, row by row. Rows are added and, when they are old, forgotten; never changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, insert, select

from attms_core.store.build import number
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import audit
from attms_core.store.values import moment, packed, stamp, unpacked

_a = audit.c
_ADD = Statement(
    "add to the audit",
    insert(audit).inline(),
    columns=["at", "actor", "action", "target", "outcome", "detail", "trace"],
)
_PAGE = Statement(
    "a page of the audit", select(*_a).where(_a.id < number("before")).order_by(_a.id.desc()).limit(number("most"))
)
_FORGET = Statement("forget old audit", delete(audit).where(_a.at < number("until")))
_LAST = 2**63 - 1


class AuditRow(Struct, frozen=True, kw_only=True):
    """Somebody asked for something."""

    id: int = 0
    """Given by the store: later rows have larger ones."""
    at: datetime
    actor: str
    action: str
    target: str
    outcome: str
    detail: Mapping[str, str]
    trace: str


def add(tx: Tx, row: AuditRow) -> None:
    """Add a row."""
    values = {
        "at": stamp(row.at),
        "actor": row.actor,
        "action": row.action,
        "target": row.target,
        "outcome": row.outcome,
        "detail": packed(dict(row.detail)),
        "trace": row.trace,
    }
    tx.many(_ADD, [values])


def page(tx: Tx, before: int | None, limit: int) -> list[AuditRow]:
    """Give rows before an id, the newest first."""
    return [_decode(row) for row in tx.all(_PAGE, before=_LAST if before is None else before, most=limit)]


def forget(tx: Tx, until: datetime) -> int:
    """Forget what happened before; say how many rows that were."""
    return tx.run(_FORGET, until=stamp(until))


def _decode(row: tuple[Any, ...]) -> AuditRow:
    number_, at, actor, action, target, outcome, detail, trace = row
    return AuditRow(
        id=number_,
        at=moment(at),
        actor=actor,
        action=action,
        target=target,
        outcome=outcome,
        detail=unpacked(detail),
        trace=trace,
    )
