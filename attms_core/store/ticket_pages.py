"""Lists of tickets: a filter becomes the names of its conditions, and each set of names one statement.

A part of one value compares for equality, so that an index gives the order as well; one of several values takes the
rows that match and sorts them. Open and completed tickets are looked for apart: no open list meets a completed row.

Words are looked for in four ways, because no one way is good for rare words and for common ones. Of few tickets, such
as one person's, each is read. Else the beginning of the list is walked: a common word is found there soon. What few
tickets have the words is looked up and sorted. Only what is left goes through all that the full-text index tells, which
knows the words of open tickets apart from those of completed ones: of what a desk has had, little is open.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from attms_core.model import Listed, TenantId, TicketFilter
from attms_core.model.ticket import COMPLETE
from attms_core.store.build import Among, number, words
from attms_core.store.database import Tx
from attms_core.store.statement import Match, Statement, keepable
from attms_core.store.tables import companies, tickets
from attms_core.store.ticket_rows import LISTED, decode_listed
from attms_core.store.values import stamp
from attms_core.store.words import OPEN, asked

COUNTED_TO = 1000
WALKED = 160
"""Tickets of a list that are looked at for words, for each page up to the one asked for."""
FEW = 500
"""So many tickets that have the words are looked up one by one and sorted."""
_t = tickets.c
_NAMED = and_(companies.c.tenant == _t.tenant, companies.c.id == _t.company)


class _Found(ColumnElement[bool]):
    """The words of a ticket of this scope match the scope's parameter ``match``."""

    inherit_cache = False

    def __init__(self, scope: str) -> None:
        self.parameter: ClauseElement = bindparam(f"{scope}_match")


@compiles(_Found, "sqlite")
def _found_sqlite(element: _Found, compiler: SQLCompiler, **kw: Any) -> str:
    match = compiler.process(element.parameter, **kw)
    return f"tickets.docid IN (SELECT rowid FROM tickets_search WHERE tickets_search MATCH {match})"  # noqa: S608 - a parameter's mark


@compiles(_Found, "postgresql")
def _found_postgresql(element: _Found, compiler: SQLCompiler, **kw: Any) -> str:
    match = compiler.process(element.parameter, **kw)
    return f"tickets.docid IN (SELECT docid FROM tickets_search WHERE words @@ CAST({match} AS TSQUERY))"  # noqa: S608 - a parameter's mark


class _Here(ColumnElement[bool]):
    """The ticket's words, read beside it, match: for tickets that are found by something else.

    A scope's ``beginnings`` are the words, each behind a space. On SQLite the words are read as text: asking the
    full-text index about a single ticket would go through all tickets that have them.
    """

    inherit_cache = False

    def __init__(self, scope: str) -> None:
        self.query: ClauseElement = bindparam(f"{scope}_match")
        self.beginnings: ClauseElement = bindparam(f"{scope}_beginnings")


@compiles(_Here, "sqlite")
def _here_sqlite(element: _Here, compiler: SQLCompiler, **kw: Any) -> str:
    beginnings = compiler.process(element.beginnings, **kw)
    own = "(SELECT ' ' || words FROM tickets_search WHERE rowid = tickets.docid)"
    return f"NOT EXISTS (SELECT 1 FROM json_each({beginnings}) WHERE instr({own}, value) = 0)"  # noqa: S608 - a parameter's mark


@compiles(_Here, "postgresql")
def _here_postgresql(element: _Here, compiler: SQLCompiler, **kw: Any) -> str:
    match = compiler.process(element.query, **kw)
    own = "SELECT 1 FROM tickets_search WHERE tickets_search.docid = tickets.docid"
    return f"EXISTS ({own} AND words @@ CAST({match} AS TSQUERY))"


class _Checked(ColumnElement[Any]):
    """A condition, or a column of the order, that is only looked at: SQLite finds the rows by another one.

    Left alone it walks all open tickets in the order asked for, in the hope of soon meeting some that have the words.
    """

    inherit_cache = False

    def __init__(self, condition: ColumnElement[Any]) -> None:
        self.condition = condition
        self.type = condition.type


@compiles(_Checked, "sqlite")
def _checked_sqlite(element: _Checked, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+({compiler.process(element.condition, **kw)})"


@compiles(_Checked, "postgresql")
def _checked_postgresql(element: _Checked, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.condition, **kw)


_CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "open": _t.is_open == true(),
    "complete": _t.is_open == false(),
    "assignee": _t.assignee == number("assignee"),
    "unassigned": _t.assignee.is_(None),
    "overdue": _t.next_due <= number("now"),
    "open words": _Found("open"),
    "complete words": _Found("complete"),
    "open words here": _Here("open"),
    "complete words here": _Here("complete"),
    "these": Among(_t.docid, "docids"),
    "one queue": _t.queue == number("queue"),
    "queues": Among(_t.queue, "queues"),
    "one company": _t.company == number("company"),
    "companies": Among(_t.company, "companies"),
    "one status": _t.status == number("status"),
    "statuses": Among(_t.status, "statuses"),
    "one priority": _t.priority == number("priority"),
    "priorities": Among(_t.priority, "priorities"),
    "within queues": Among(_t.queue, "within_queues"),
    "within companies": Among(_t.company, "within_companies"),
}
_FEW = frozenset({"assignee", "one company", "companies"})
"""Conditions that leave fewer tickets than most words do."""
_OF_COMPANIES = frozenset({"companies", "within companies"})
"""Conditions by which tickets are found company by company, and then sorted."""
_WAYS = ("assignee", "one company", "unassigned", "one queue", "one status", "one priority")
"""Conditions that have an index in the order of the list, the narrowest first."""
_IN_ORDER = frozenset(
    {"open", "complete", "assignee", "unassigned", "overdue", "one queue", "one company", "one status", "one priority"}
)
"""Conditions under which an index gives the order: a page is read as it comes, and nothing is sorted."""
_MARKS = {"open": OPEN, "complete": ""}
"""What begins the words of tickets of a scope."""
_DRIVING = frozenset({"open words", "complete words", "these"})
"""Conditions that leave fewer tickets than any other: the tickets are found by them, and the others are checked."""
_HERE = frozenset({"open words here", "complete words here"})
_SORTED = _DRIVING | _HERE
"""Conditions under which all that is found is sorted, and so is counted by the way."""
Arm = tuple[str, ...]
"""Names of conditions that all hold, a scope first: ``open`` or ``complete``."""
_MATCHING = Statement(
    "tickets with words",
    sqlite=text("SELECT rowid FROM tickets_search WHERE tickets_search MATCH :match LIMIT :most"),
    postgresql=text("SELECT docid FROM tickets_search WHERE words @@ CAST(:match AS TSQUERY) LIMIT :most"),
)


class Part(NamedTuple):
    """A part of a list."""

    rows: list[Listed]
    total: int
    """How long the whole list is, as far as it was counted."""
    counted_to: int = COUNTED_TO
    """A total of so many means: so many or more."""


class _Asked(NamedTuple):
    """A list, and which part of it."""

    arms: tuple[Arm, ...]
    params: dict[str, Any]
    offset: int
    limit: int

    def among(self, docids: Sequence[int]) -> "_Asked":
        """Narrow it to some tickets."""
        arms = tuple((*arm, "these") for arm in self.arms)
        return self._replace(arms=arms, params={**self.params, "docids": docids})

    def having(self, how: str, folded: tuple[str, ...]) -> "_Asked":
        """Narrow it to tickets with words; ``how`` is ``words`` or ``words here``."""
        arms = tuple((*arm, f"{arm[0]} {how}") for arm in self.arms)
        return self._replace(arms=arms, params={**self.params, **_wanted(self.scopes, folded)})

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of its arms."""
        return tuple(arm[0] for arm in self.arms)


def page(tx: Tx, tenant: TenantId, where: TicketFilter, *, now: datetime, offset: int, limit: int) -> Part:
    """Give a part of a list: the next due first, those without a due time last."""
    arms, params = _read(where, now)
    listed = _Asked(arms, {"tenant": tenant, **params}, offset, limit)
    folded = asked(where.words)
    return _search(tx, listed, folded) if folded else _page(tx, listed)


def _page(tx: Tx, listed: _Asked) -> Part:
    made, offset, limit = _statements(listed.arms), listed.offset, listed.limit
    rows = tx.all(made.paged, **listed.params, skip=offset, most=limit, top=offset + limit, counted_to=COUNTED_TO)
    if len(rows) < limit and (rows or not offset):
        total = offset + len(rows)
    elif rows and made.tells_total:
        total = rows[0][-1]
    else:
        counted = tx.one(made.counted, **listed.params, counted_to=COUNTED_TO)
        total = counted[0] if counted else 0
    return Part([decode_listed(row) for row in rows], min(total, COUNTED_TO))


def _search(tx: Tx, listed: _Asked, folded: tuple[str, ...]) -> Part:
    if all(_FEW.intersection(arm) for arm in listed.arms):
        return _page(tx, listed.having("words here", folded))
    if walked := _walk(tx, listed, folded):
        return walked
    match = Match(folded, tuple(_MARKS[scope] for scope in listed.scopes))
    few = [row[0] for row in tx.all(_MATCHING, match=match, most=FEW + 1)]
    if len(few) <= FEW:
        return _page(tx, listed.among(few))
    is_narrow = all("within companies" in arm for arm in listed.arms)
    return _page(tx, listed.having("words here" if is_narrow else "words", folded))


def _walk(tx: Tx, listed: _Asked, folded: tuple[str, ...]) -> Part | None:
    """Look for words in the beginning of the list; none unless it holds the part asked for, and more."""
    end, asked_for = listed.offset + listed.limit, listed.having("words here", folded)
    found = tx.all(_walked(asked_for.arms), **asked_for.params, walked=WALKED * -(-end // listed.limit))
    if len(found) <= end:
        return None
    docids = [row[0] for row in found[listed.offset : end]]
    part = _page(tx, listed.among(docids)._replace(offset=0, limit=len(docids) + 1))
    return Part(part.rows, len(found), counted_to=len(found))


def _wanted(scopes: Sequence[str], folded: tuple[str, ...]) -> dict[str, Any]:
    """Give the parameters of the conditions on words."""
    found: dict[str, Any] = {}
    for scope in scopes:
        mark = _MARKS[scope]
        found[f"{scope}_match"] = Match(folded, (mark,))
        found[f"{scope}_beginnings"] = [f" {mark}{word}" for word in folded]
    return found


def _read(where: TicketFilter, now: datetime) -> tuple[tuple[Arm, ...], dict[str, Any]]:
    """Give the arms of the list, a ticket being in one at most, and the parameters of their conditions."""
    params: dict[str, Any] = {}
    found = [*_plain(where, now, params), *_several(where, params), *_limits(where, params)]
    return tuple((scope, *names, *found) for scope, names in _scopes(where, params)), params


def _plain(where: TicketFilter, now: datetime, params: dict[str, Any]) -> list[str]:
    names = []
    if where.assignee is not None:
        params["assignee"] = where.assignee
        names.append("assignee")
    if where.unassigned:
        names.append("unassigned")
    if where.overdue:
        params["now"] = stamp(now)
        names.append("overdue")
    return names


def _several(where: TicketFilter, params: dict[str, Any]) -> list[str]:
    parts = (
        ("queue", "queues", where.queues),
        ("company", "companies", where.companies),
        ("priority", "priorities", where.priorities),
    )
    return [_one_or_more(one, more, values, params) for one, more, values in parts if values]


def _limits(where: TicketFilter, params: dict[str, Any]) -> list[str]:
    names = []
    if where.within_queues is not None:
        params["within_queues"] = where.within_queues
        names.append("within queues")
    if where.within_companies is not None:
        params["within_companies"] = where.within_companies
        names.append("within companies")
    return names


def _scopes(where: TicketFilter, params: dict[str, Any]) -> list[tuple[str, list[str]]]:
    if not where.statuses:
        return [("open", [])]
    incomplete = [status for status in where.statuses if status != COMPLETE]
    scopes: list[tuple[str, list[str]]] = []
    if incomplete:
        scopes.append(("open", [_one_or_more("status", "statuses", incomplete, params)]))
    if COMPLETE in where.statuses:
        scopes.append(("complete", []))
    return scopes


def _one_or_more(one: str, more: str, values: Sequence[int], params: dict[str, Any]) -> str:
    kept = keepable(list(dict.fromkeys(values)))
    if len(kept) == 1:
        params[one] = kept[0]
        return f"one {one}"
    params[more] = kept
    return more


class _Made(NamedTuple):
    """The statements of a list."""

    paged: Statement
    counted: Statement
    tells_total: bool = False
    """Whether each row of the page ends with the count."""


@lru_cache(maxsize=512)
def _statements(arms: tuple[Arm, ...]) -> _Made:
    """Build the page and the count; there are a few dozen shapes in use."""
    name = " or ".join(" ".join(arm) for arm in arms)
    counted = Statement(f"count {name}", _counted(arms))
    if len(arms) == 1 and _IN_ORDER.issuperset(arms[0]):
        return _Made(Statement(f"list {name}", _in_order(arms[0])), counted, tells_total=True)
    if len(arms) == 1:
        is_sorted = not _SORTED.isdisjoint(arms[0])
        return _Made(
            Statement(f"list {name}", _paged(_picked(arms[0], counted=is_sorted), counted=is_sorted)),
            counted,
            is_sorted,
        )
    parts = [_picked(arm).order_by(_t.next_due, _t.id).limit(number("top")) for arm in arms]
    return _Made(Statement(f"list {name}", _paged(union_all(*(select(part.subquery()) for part in parts)))), counted)


@lru_cache(maxsize=512)
def _walked(arms: tuple[Arm, ...]) -> Statement:
    """Build the walk: of the first tickets along an index for each arm, those for which all of an arm holds."""
    firsts = [select(_first(arm).subquery()) for arm in arms]
    every = firsts[0] if len(firsts) == 1 else union_all(*firsts)
    part = every.order_by("next_due", "id").limit(number("walked")).subquery("part")
    holds = or_(*(and_(*(_CONDITIONS[name] for name in arm)) for arm in arms))
    found = select(part.c.docid).join_from(part, tickets, _t.docid == part.c.docid).where(holds)
    name = " or ".join(" ".join(arm) for arm in arms)
    return Statement(f"walk {name}", found.order_by(part.c.next_due, part.c.id))


def _first(arm: Arm) -> Select[tuple[int, int, int]]:
    """Pick the first tickets along one index. What it does not tell is looked at afterwards: so many, and no more."""
    way = next((name for name in _WAYS if name in arm), "")
    told = [name for name in (arm[0], way, "overdue") if name in arm]
    found = select(_t.docid, _t.next_due, _t.id).where(*_conditions(tuple(told)))
    return found.order_by(_t.next_due, _t.id).limit(number("walked"))


def _picked(arm: Arm, *, counted: bool = False) -> Select[Any]:
    """Pick one arm's tickets without their texts, which sorting would carry around; beside each how many there are."""
    is_by_company = not _OF_COMPANIES.isdisjoint(arm) and not _HERE.isdisjoint(arm)
    due = _Checked(_t.next_due).label("next_due") if is_by_company else _t.next_due
    total = [func.count().over().label("total")] if counted else []
    return select(_t.docid, due, _t.id, *total).where(*_conditions(arm))


def _paged(picked: Select[Any] | CompoundSelect[Any], *, counted: bool = False) -> ClauseElement:
    part = picked.order_by("next_due", "id").limit(number("most")).offset(number("skip")).subquery("part")
    total = [part.c.total] if counted else []
    found = select(*LISTED, *total).join_from(part, tickets, _t.docid == part.c.docid).outerjoin(companies, _NAMED)
    return found.order_by(part.c.next_due, part.c.id)


def _in_order(arm: Arm) -> ClauseElement:
    """Read an arm's tickets along the index, and beside each how many there are."""
    total = _counted((arm,)).scalar_subquery()
    found = select(*LISTED, total).select_from(tickets).outerjoin(companies, _NAMED).where(*_conditions(arm))
    return found.order_by(_t.next_due, _t.id).limit(number("most")).offset(number("skip"))


def _counted(arms: tuple[Arm, ...]) -> Select[int]:
    parts = [select(_t.docid).where(*_conditions(arm)).limit(number("counted_to")).subquery() for arm in arms]
    every = select(parts[0]) if len(parts) == 1 else union_all(*(select(part) for part in parts))
    return select(func.count()).select_from(every.subquery())


def _conditions(arm: Arm) -> list[ColumnElement[bool]]:
    found = [_t.tenant == words("tenant"), *(_CONDITIONS[name] for name in arm)]
    driving = next((_CONDITIONS[name] for name in arm if name in _DRIVING), None)
    return [each if driving in {None, each} else _Checked(each) for each in found]
