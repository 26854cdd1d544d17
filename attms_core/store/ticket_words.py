"""The words of tickets: what a ticket can be found by, and where it stands among those that are found.

Each ticket has a row of words, and the row's number is the ticket's place: open tickets come before completed ones, the
next due first. So whatever is looked for comes in the order of the list. Beside the words stand tags: the ticket's
queue, company, assignee, status and priority. Lists of tickets by their words and tags are in ``ticket_search``.

A place follows from what the ticket's row says, so whoever writes that row moves the words. Tenants share the places:
one installation has one AutoTask, and which tenant a ticket is of stands in its row.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import select, text

from attms_core.model import CompanyId, TenantId, Ticket, TicketId
from attms_core.store.build import Among
from attms_core.store.build import words as text_of
from attms_core.store.database import Tx
from attms_core.store.statement import POSTGRESQL, SQLITE, Statement, Words
from attms_core.store.tables import NEVER, companies
from attms_core.store.words import folded

MINUTE = 60_000
"""Milliseconds. Tickets due in the same minute stand as the mirror met them: a list tells no seconds."""
DOCID_BITS = 32
DOCID = (1 << DOCID_BITS) - 1
"""The lower bits of a place are the ticket's ``docid``. What stands before them is its rank."""
RANKS = 1 << 29
"""Of open tickets that are due: their minute, up to the year 2990. Then come those that are not due, by their ids."""
DONE = 2 * RANKS << DOCID_BITS
"""Where the places of completed tickets begin, which stand by their ids too."""
TAG = "\u2039"
"""Begins a tag. No folded word can hold it: U+2039 is neither letter nor digit."""
LETTERS = {"q": "queue", "c": "company", "a": "assignee", "s": "status", "p": "priority"}
"""What follows upon a tag's beginning, and the column whose value comes then: none for NULL."""
_TEXTS = ("number", "title", "description")
_columns = attrgetter(*_TEXTS, *LETTERS.values())
_PLACE = f"""
(CASE WHEN NOT is_open THEN {2 * RANKS} + {{least}}({{greatest}}(tickets.id, 0), {RANKS - 1})
    WHEN next_due = {NEVER} THEN {RANKS} + {{least}}({{greatest}}(tickets.id, 0), {RANKS - 1})
    ELSE {{least}}({{greatest}}(next_due / {MINUTE}, 0), {RANKS - 1}) END << {DOCID_BITS}) + docid
"""
_WRITTEN: Mapping[str, Mapping[str, Any]] = {
    SQLITE: {
        "row": "ticket_words.rowid",
        "place": _PLACE.format(least="MIN", greatest="MAX"),
        "among": {name: f"IN (SELECT value FROM json_each(:{name}))" for name in LETTERS},  # noqa: S608 - a parameter's mark
        "asked": "json_each(:ids) AS asked",
        "held": "",
        "match": "ticket_words MATCH :match",
        "write": "REPLACE INTO ticket_words (rowid, words) VALUES (:place, :words)",
    },
    POSTGRESQL: {
        "row": "ticket_words.place",
        "place": _PLACE.format(least="LEAST", greatest="GREATEST"),
        "among": {name: f"= ANY(CAST(:{name} AS BIGINT[]))" for name in LETTERS},
        "asked": "unnest(CAST(:ids AS BIGINT[])) AS asked (value)",
        "held": "ORDER BY tickets.id FOR UPDATE",
        "match": "words @@ CAST(:match AS TSQUERY)",
        "write": (
            "INSERT INTO ticket_words (place, words) VALUES (:place, array_to_tsvector(CAST(:words AS TEXT[])))"
            " ON CONFLICT (place) DO UPDATE SET words = excluded.words"
        ),
    },
}
"""How an engine writes what statements about words have in common."""


def statement(name: str, sql: str) -> Statement:
    """Make a statement of text in which braces name what each engine writes its own way."""
    written = {engine: text(sql.format(**its)) for engine, its in _WRITTEN.items()}
    return Statement(name, sqlite=written[SQLITE], postgresql=written[POSTGRESQL])


# CROSS JOIN makes SQLite look for each: else it goes through a whole index for the sake of the columns that are in it.
_PLACES = statement(
    "places of tickets",
    "SELECT tickets.id, {place} FROM {asked} CROSS JOIN tickets WHERE tenant = :tenant AND tickets.id = asked.value",
)
_WRITE = statement("write words of a ticket", "{write}")
_FORGET = statement("forget words of a ticket", "DELETE FROM ticket_words WHERE {row} = :place")
_FORGET_ALL = statement(
    "forget words of all tickets",
    "DELETE FROM ticket_words WHERE {row} IN (SELECT {place} FROM tickets WHERE tenant = :tenant)",
)
# Held on PostgreSQL, where somebody else may move a ticket meanwhile: of its row nothing else is written here.
_OF_COMPANY = statement(
    "what words a company's tickets have",
    f"SELECT {{place}}, {', '.join((*_TEXTS, *LETTERS.values()))} FROM tickets"  # noqa: S608 - names of columns
    " WHERE tenant = :tenant AND company = :company {held}",
)
_NAMES = Statement(
    "names of companies",
    select(companies.c.id, companies.c.name).where(
        companies.c.tenant == text_of("tenant"), Among(companies.c.id, "ids")
    ),
)


def places(tx: Tx, tenant: TenantId, ids: Sequence[TicketId]) -> dict[TicketId, int]:
    """Give where tickets stand, as far as they are here. Ask before they are written, and tell ``put``."""
    return {TicketId(id_): place for id_, place in tx.all(_PLACES, tenant=tenant, ids=ids)}


def put(tx: Tx, tenant: TenantId, tickets: Sequence[Ticket], before: Mapping[TicketId, int]) -> None:
    """Write the words of tickets that have just been written, at most once each, and that stood in those places."""
    now = places(tx, tenant, [ticket.id for ticket in tickets])
    _forget(tx, set(before.values()).difference(now.values()))
    ids = {ticket.company for ticket in tickets}
    names = dict(tx.all(_NAMES, tenant=tenant, ids=list(ids)))
    _write(tx, [_row(now[each.id], names.get(each.company, ""), *_columns(each)) for each in tickets])


def put_company(tx: Tx, tenant: TenantId, company: CompanyId, name: str) -> None:
    """Put a company's new name among the words of its tickets."""
    _write(tx, [_row(place, name, *rest) for place, *rest in tx.all(_OF_COMPANY, tenant=tenant, company=company)])


def forget(tx: Tx, tenant: TenantId, ids: Sequence[TicketId]) -> None:
    """Forget the words of tickets that are here still."""
    _forget(tx, places(tx, tenant, ids).values())


def forget_all(tx: Tx, tenant: TenantId) -> None:
    """Forget the words of all tickets, which are here still."""
    tx.run(_FORGET_ALL, tenant=tenant)


def _forget(tx: Tx, left: Iterable[int]) -> None:
    tx.many(_FORGET, [{"place": place} for place in sorted(left)])


def _write(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Write in the order of places: FTS5 collects what comes so, and puts all down before whatever does not."""
    tx.many(_WRITE, sorted(rows, key=itemgetter("place")))


def last_due(by: int) -> int:
    """Give the last place of an open ticket that is due by the end of that minute, in milliseconds since 1970."""
    return min(max(by // MINUTE, 0), RANKS - 1) << DOCID_BITS | DOCID


def tag(letter: str, value: int | None) -> str:
    """Give the tag of a value, by its letter."""
    return f"{TAG}{letter}" if value is None else f"{TAG}{letter}{value}"


def tag_within(queue: int | None, assignee: int | None) -> str:
    """Give the tag of somebody's tickets, or nobody's, within a queue: few have it, and those are often looked at."""
    return f"{tag('a', assignee)}{tag('q', queue)}"


def _row(place: int, company: str, number: str, title: str, description: str, *tagged: int | None) -> dict[str, Any]:
    said = dict.fromkeys(folded(f"{company} {number} {title} {description}"))
    its = dict(zip(LETTERS, tagged, strict=True))
    return {"place": place, "words": Words((*said, *map(tag, its, tagged), tag_within(its["q"], its["a"])))}
