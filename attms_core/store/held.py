"""Rows of the outbox that wait for the end of somebody's quiet hours."""

from collections.abc import Sequence

from sqlalchemy import false, true, update

from attms_core.model import Owed
from attms_core.store import lanes
from attms_core.store.build import number
from attms_core.store.database import Tx
from attms_core.store.notice_tables import owed
from attms_core.store.statement import Statement
from attms_core.store.values import stamp

_o = owed.c
_HOLD = Statement(
    "hold",
    update(owed)
    .where(_o.id == number("of_id"), _o.version == number("of_version"), _o.is_dead == false())
    .values(due_at=number("until"), is_held=true()),
)


def hold(tx: Tx, rows: Sequence[Owed]) -> None:
    """Let rows that wait be due when they say now, marked as held; one that was delivered meanwhile stays delivered."""
    # The lanes first, as whoever ends the work on one locks it: two cannot wait for each other.
    lanes.lower(tx, ((row.tenant, row.lane, stamp(row.due_at)) for row in rows))
    tx.many(_HOLD, [{"of_id": r.id, "of_version": r.version, "until": stamp(r.due_at)} for r in rows])
