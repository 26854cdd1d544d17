"""Lists of tickets: of one value in each part along an index, which gives the order as well; others by their words.

A filter becomes the names of its conditions, and each set of names one statement.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, false, func, select, true

from attms_core.model import TenantId, TicketFilter
from attms_core.model.ticket import COMPLETE
from attms_core.store import ticket_search
from attms_core.store.build import number, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement, keepable
from attms_core.store.tables import companies, tickets
from attms_core.store.ticket_rows import LISTED, NAMED, Part, decode_listed
from attms_core.store.values import stamp

COUNTED_TO = 1000
_t = tickets.c
_CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "open": _t.is_open == true(),
    "complete": _t.is_open == false(),
    "assignee": _t.assignee == number("assignee"),
    "unassigned": _t.assignee.is_(None),
    "overdue": _t.next_due <= number("now"),
    "queue": _t.queue == number("queue"),
    "company": _t.company == number("company"),
    "status": _t.status == number("status"),
    "priority": _t.priority == number("priority"),
}
Names = tuple[str, ...]
"""Names of conditions that all hold, a scope first: ``open`` or ``complete``."""


class _Made(NamedTuple):
    """The statements of a list. Each row of a page ends with the count."""

    paged: Statement
    counted: Statement


def page(tx: Tx, tenant: TenantId, where: TicketFilter, *, now: datetime, offset: int, limit: int) -> Part:
    """Give a part of a list: the next due first, those without a due time last."""
    if (read := _along_an_index(where, now)) is None:
        return ticket_search.page(tx, tenant, where, now=now, offset=offset, limit=limit)
    names, params = read
    most = max(offset + limit + 1, COUNTED_TO)
    params |= {"tenant": tenant, "counted_to": most}
    made = _statements(names)
    rows = tx.all(made.paged, **params, skip=offset, most=limit)
    if rows or not offset:
        total = rows[0][-1] if len(rows) == limit else offset + len(rows)
    else:
        counted = tx.one(made.counted, **params)
        total = counted[0] if counted else 0
    return Part([decode_listed(row) for row in rows], min(total, most), most)


def _along_an_index(where: TicketFilter, now: datetime) -> tuple[Names, dict[str, Any]] | None:
    """Name the conditions of a list; none when it has words, limits, or several values in a part."""
    if where.words or where.within_queues is not None or where.within_companies is not None:
        return None
    params: dict[str, Any] = {}
    for name, values in _parts(where):
        kept = keepable(list(dict.fromkeys(values)))
        if len(kept) != 1:
            return None
        params[name] = kept[0]
    is_complete = params.get("status") == COMPLETE
    if is_complete:
        del params["status"]
    names = ["complete" if is_complete else "open", *params]
    if where.unassigned:
        names.append("unassigned")
    if where.overdue:
        names.append("overdue")
        params["now"] = stamp(now)
    return tuple(names), params


def _parts(where: TicketFilter) -> Iterator[tuple[str, Sequence[int]]]:
    """Give each part of a filter that names values, by its condition."""
    if where.assignee is not None:
        yield "assignee", (where.assignee,)
    if where.queues:
        yield "queue", where.queues
    if where.companies:
        yield "company", where.companies
    if where.statuses:
        yield "status", where.statuses
    if where.priorities:
        yield "priority", where.priorities


@lru_cache(maxsize=512)
def _statements(names: Names) -> _Made:
    """Build the page and the count; there are a few dozen shapes in use."""
    name, conditions = " ".join(names), [_t.tenant == words("tenant"), *(_CONDITIONS[name] for name in names)]
    counted = _counted(conditions)
    every = select(*LISTED, counted.scalar_subquery()).select_from(tickets).outerjoin(companies, NAMED)
    paged = every.where(*conditions).order_by(_t.next_due, _t.id).limit(number("most")).offset(number("skip"))
    return _Made(Statement(f"list {name}", paged), Statement(f"count {name}", counted))


def _counted(conditions: Sequence[ColumnElement[bool]]) -> Select[int]:
    part = select(_t.docid).where(*conditions).limit(number("counted_to")).subquery()
    return select(func.count()).select_from(part)
