"""Lists of tickets that have words, or one of several values, or that lie within the reader's limits.

The tickets come in the order of their places, which is that of the list, and are read until the page is full: that
costs much the same however many tickets there are.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select

from attms_core.model import TenantId, TicketFilter
from attms_core.model.ticket import COMPLETE
from attms_core.store.build import Among
from attms_core.store.database import Tx
from attms_core.store.statement import LARGEST, Match, Statement, keepable
from attms_core.store.tables import companies, tickets
from attms_core.store.ticket_rows import LISTED, NAMED, Part, decode_listed
from attms_core.store.ticket_words import DOCID, DONE, LETTERS, last_due, statement, tag, tag_within
from attms_core.store.values import stamp
from attms_core.store.words import asked

COUNTED_BY = 50
"""A list is counted to the next multiple of this behind the part asked for: to count is to look on."""
WORDS_COUNTED_BY = 25
"""The same where words are looked for, which fewer of the tickets have that are looked at."""
SPELT = 64
"""Values of a part that are looked for by their tags; of more, each ticket that has all else is checked."""
_FOUND = """
SELECT {{row}} FROM ticket_words CROSS JOIN tickets
WHERE {conditions}
ORDER BY {{row}} LIMIT :most
"""
"""CROSS JOIN makes SQLite read the words first."""
_ALWAYS = (
    *("{row} BETWEEN :first AND :last", f"tickets.docid = {{row}} & {DOCID}"),
    *("tickets.tenant = :tenant", "{place} = {row}"),  # a row of words decides nothing: what its ticket says does
)
_LISTED = Statement(
    "tickets of a list",
    select(*LISTED, tickets.c.docid)
    .select_from(tickets)
    .outerjoin(companies, NAMED)
    .where(Among(tickets.c.docid, "docids")),
)


class _Stretch(NamedTuple):
    """Places that follow upon each other, and which statuses are asked for there: any, unless some are named."""

    first: int
    last: int
    statuses: tuple[int, ...] = ()


class _Wanted(NamedTuple):
    """The conditions of a statement, and its parameters."""

    conditions: tuple[str, ...]
    params: dict[str, Any]


def page(tx: Tx, tenant: TenantId, where: TicketFilter, *, now: datetime, offset: int, limit: int) -> Part:
    """Give a part of a list: open tickets first, of these the next due, and those without a due time last."""
    end = offset + limit
    step = WORDS_COUNTED_BY if where.words else COUNTED_BY
    most = (end // step + 1) * step
    found: list[int] = []
    for stretch in _stretches(where, now):
        if len(found) < most and (wanted := _wanted(where, stretch)):
            left = {"tenant": tenant, "now": stamp(now), "most": most - len(found)}
            found += [place for (place,) in tx.all(_found(wanted.conditions), **wanted.params, **left)]
    docids = [place & DOCID for place in found[offset:end]]
    rows = {row[-1]: row[:-1] for row in tx.all(_LISTED, docids=docids)} if docids else {}
    return Part([decode_listed(rows[docid]) for docid in docids], len(found), most)


def _stretches(where: TicketFilter, now: datetime) -> Iterator[_Stretch]:
    """Say where tickets of the list are. A completed ticket is never overdue."""
    incomplete = tuple(status for status in where.statuses if status != COMPLETE)
    if incomplete or not where.statuses:
        yield _Stretch(0, last_due(stamp(now)) if where.overdue else DONE - 1, incomplete)
    if COMPLETE in where.statuses and not where.overdue:
        yield _Stretch(DONE, LARGEST)


def _values(where: TicketFilter, stretch: _Stretch) -> dict[str, list[int | None]]:
    """Give the values that a ticket's tags may have, by their letters; none of a letter means that no ticket can."""
    found: dict[str, list[int | None]] = {}
    for letter, values in _parts(where, stretch):
        kept = dict.fromkeys(keepable(values))
        found[letter] = [value for value in found.get(letter, kept) if value in kept]
    return found


def _parts(where: TicketFilter, stretch: _Stretch) -> Iterator[tuple[str, Sequence[int | None]]]:
    """Give each part that names values, and the reader's limits."""
    if where.assignee is not None:
        yield "a", (where.assignee,)
    if where.unassigned:
        yield "a", (None,)
    named = (("q", where.queues), ("c", where.companies), ("p", where.priorities), ("s", stretch.statuses))
    yield from ((letter, values) for letter, values in named if values)
    limits = (("q", where.within_queues), ("c", where.within_companies))
    yield from ((letter, values) for letter, values in limits if values is not None)


def _wanted(where: TicketFilter, stretch: _Stretch) -> _Wanted | None:
    """Say what a ticket in a stretch must be; none when no ticket can be so.

    Values that are too many to be spelt out for the index, or are asked for of few tickets, are looked for among what
    it gives.
    """
    values = _values(where, stretch)
    if not all(values.values()):
        return None
    most = 1 if _is_narrow(values) else SPELT
    long = {letter: some for letter, some in values.items() if len(some) > most}
    tags = tuple(_tags({letter: some for letter, some in values.items() if letter not in long}))
    match = Match(asked(where.words), tags)
    conditions = [f"{LETTERS[letter]} {{among[{letter}]}}" for letter in long]
    if where.overdue:
        conditions.append("next_due <= :now")
    if match.words or match.tags:
        conditions.append("{match}")
    return _Wanted(tuple(conditions), {"first": stretch.first, "last": stretch.last, "match": match, **long})


def _is_narrow(values: dict[str, list[int | None]]) -> bool:
    """Say whether one person's or one company's tickets are asked for: so few are sooner checked than lists read."""
    return any(len(values.get(letter, ())) == 1 and values[letter] != [None] for letter in ("a", "c"))


def _tags(values: dict[str, list[int | None]]) -> Iterator[tuple[str, ...]]:
    """Spell values out, as groups of tags; by the tag of both where a queue and an assignee are asked for."""
    if "a" in values and "q" in values:
        queues, assignees = values.pop("q"), values.pop("a")
        yield tuple(tag_within(queue, assignee) for queue in queues for assignee in assignees)
    yield from (tuple(tag(letter, value) for value in some) for letter, some in values.items())


@lru_cache(maxsize=64)
def _found(conditions: tuple[str, ...]) -> Statement:
    return statement("places of a list", _FOUND.format(conditions=" AND ".join((*_ALWAYS, *conditions))))
