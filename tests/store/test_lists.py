"""Lists hold what a plain reading of the filter says, and on SQLite each walks along an index."""

import asyncio
import itertools
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from attms_core.model import CompanyId, Listed, ResourceId, TenantId, Ticket, TicketFilter, TicketId, next_due
from attms_core.store import ticket_pages, ticket_search, ticket_words, tickets
from attms_core.store.database import Database
from attms_core.store.sqlite import connect
from bench.growth import Explained
from tests.store.values import NOON, OURS, at, listed, ticket

SMALL = st.integers(-1, 2)
MOMENTS = st.none() | st.integers(-3, 3).map(at)
WORDS = st.sampled_from(["printer", "print", "server", "is", "down"])
QUERIES = st.lists(st.sampled_from(["print", "printer", "s", "down"]), max_size=2).map(" ".join)
TICKETS: st.SearchStrategy[list[dict[str, object]]] = st.lists(
    st.builds(
        dict,
        title=st.lists(WORDS, max_size=3).map(" ".join),
        company=SMALL.map(CompanyId),
        status=st.sampled_from([1, 5, 5, 7]),
        priority=SMALL,
        queue=st.none() | SMALL,
        assignee=st.none() | SMALL.map(ResourceId),
        due=MOMENTS,
        resolved_due=MOMENTS,
        resolved_at=MOMENTS,
    ),
    max_size=12,
)
FEW = st.lists(SMALL, max_size=3).map(tuple)
FILTERS = st.builds(
    TicketFilter,
    assignee=st.none() | SMALL.map(ResourceId),
    unassigned=st.integers(0, 5).map(lambda n: n == 0),
    overdue=st.booleans(),
    queues=FEW,
    companies=FEW,
    statuses=st.lists(st.sampled_from([1, 5, 7, 9]), max_size=3).map(tuple),
    priorities=FEW,
    words=QUERIES,
    within_queues=st.none() | FEW,
    within_companies=st.none() | FEW,
)


def is_listed(ticket: Ticket, where: TicketFilter, now: datetime) -> bool:
    """Read the filter word by word."""
    due = next_due(ticket)
    words = [*ticket.title.split(), *ticket.number.lower().split(".")]
    return all(
        (
            ticket.status in where.statuses if where.statuses else not ticket.is_complete,
            where.assignee is None or ticket.assignee == where.assignee,
            not where.unassigned or ticket.assignee is None,
            not where.overdue or (due is not None and due[1] <= now),
            not where.queues or ticket.queue in where.queues,
            not where.companies or ticket.company in where.companies,
            not where.priorities or ticket.priority in where.priorities,
            where.within_queues is None or ticket.queue in where.within_queues,
            where.within_companies is None or ticket.company in where.within_companies,
            all(any(w.startswith(asked) for w in words) for asked in where.words.split()),
        )
    )


def expected(some: list[Ticket], where: TicketFilter, offset: int, limit: int) -> tuple[list[Listed], int]:
    """Give the page as Python would: ``some`` are in the order in which the store has met them."""
    is_along_an_index = ticket_pages._along_an_index(where, NOON) is not None
    kept = [t for t in (sorted(some, key=by_id) if is_along_an_index else some) if is_listed(t, where, NOON)]
    kept.sort(key=place)
    return [listed(each) for each in kept[offset : offset + limit]], len(kept)


def by_id(ticket: Ticket) -> int:
    return ticket.id


def place(ticket: Ticket) -> tuple[bool, bool, datetime | int]:
    """Say where a ticket stands: open ones first, those that are due before those that are not, which go by id."""
    due = next_due(ticket)
    return ticket.is_complete, due is None, due[1] if due else ticket.id


TENANTS = itertools.count()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    drawn=TICKETS,
    again=TICKETS,
    order=st.permutations(range(12)),
    gone=st.sets(st.integers(0, 11), max_size=2),
    filters=st.lists(FILTERS, min_size=4, max_size=4),
    offset=st.integers(0, 2),
    limit=st.integers(1, 6),
    spelt=st.sampled_from([1, ticket_search.SPELT]),
)
def test_a_page_is_what_a_plain_reading_of_the_filter_says(
    runner: tuple[asyncio.Runner, Database],
    *,
    drawn: list[dict[str, object]],
    again: list[dict[str, object]],
    order: list[int],
    gone: set[int],
    filters: list[TicketFilter],
    offset: int,
    limit: int,
    spelt: int,
) -> None:
    loop, database = runner
    tenant = TenantId(f"tenant {next(TENANTS)}")
    first, later = (
        [replace(ticket(n), **given) for n, given in zip(order, some, strict=False)] for some in (drawn, again)
    )
    there = {each.id: each for each in (*first, *later) if each.id not in gone}
    loop.run(database.write(lambda tx: tickets.put(tx, tenant, first)))
    loop.run(database.write(lambda tx: tickets.put(tx, tenant, later)))
    loop.run(database.write(lambda tx: tickets.delete(tx, tenant, [TicketId(id_) for id_ in gone])))
    for where in filters:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ticket_search, "SPELT", spelt)  # so that values are looked for by tags and among rows
            found = loop.run(
                database.read(
                    lambda tx, w=where: tickets.page(tx, tenant, w, now=NOON, offset=offset, limit=limit)  # type: ignore[misc]
                )
            )
        rows, total = expected(list(there.values()), where, offset, limit)
        assert found.rows == rows, where
        assert found.total == min(total, found.counted_to), where


LISTS = {
    "all": TicketFilter(),
    "overdue": TicketFilter(overdue=True),
    "unassigned": TicketFilter(unassigned=True),
    "mine": TicketFilter(assignee=ResourceId(1)),
    "mine, overdue": TicketFilter(assignee=ResourceId(1), overdue=True),
    "a queue": TicketFilter(queues=(1,)),
    "a company": TicketFilter(companies=(CompanyId(1),)),
    "a status": TicketFilter(statuses=(1,)),
    "complete": TicketFilter(statuses=(5,)),
    "complete of a company": TicketFilter(statuses=(5,), companies=(CompanyId(1),)),
    "complete of mine": TicketFilter(statuses=(5,), assignee=ResourceId(1)),
    "complete of a queue": TicketFilter(statuses=(5,), queues=(1,)),
    "complete of a priority": TicketFilter(statuses=(5,), priorities=(1,)),
    "a priority": TicketFilter(priorities=(1,)),
    "unassigned of a queue": TicketFilter(unassigned=True, queues=(1,)),
}
SEARCHES = {
    "queues": TicketFilter(queues=(1, 2)),
    "companies": TicketFilter(companies=(CompanyId(1), CompanyId(2))),
    "statuses": TicketFilter(statuses=(1, 7)),
    "open and complete": TicketFilter(statuses=(5, 7)),
    "words": TicketFilter(words="printer"),
    "words, complete": TicketFilter(words="printer", statuses=(5,)),
    "words, overdue": TicketFilter(words="printer", overdue=True),
    "words, mine": TicketFilter(words="printer", assignee=ResourceId(1)),
    "words, many companies": TicketFilter(
        words="printer", companies=tuple(CompanyId(n) for n in range(2 * ticket_search.SPELT))
    ),
    "within queues": TicketFilter(within_queues=(1, 2)),
    "within a company": TicketFilter(unassigned=True, within_companies=(CompanyId(1),)),
    "within many companies": TicketFilter(within_companies=tuple(CompanyId(n) for n in range(2 * ticket_search.SPELT))),
}


async def steps(sqlite: Database, folder: Path, where: TicketFilter) -> list[str]:
    """Say how SQLite finds the first page of a list."""
    await sqlite.write(lambda tx: tickets.put(tx, OURS, [ticket(1)]))
    with closing(connect(folder / "attms.db")) as connection:
        tx = Explained(connection)
        tickets.page(tx, OURS, where, now=NOON, offset=0, limit=8)
        return tx.steps


@pytest.mark.parametrize("where", LISTS.values(), ids=LISTS)
async def test_a_list_of_one_value_comes_in_the_order_of_an_index(
    sqlite: Database, tmp_path: Path, where: TicketFilter
) -> None:
    found = await steps(sqlite, tmp_path, where)
    assert [step for step in found if "SEARCH tickets USING INDEX" in step], found
    assert not [step for step in found if "SCAN tickets" in step or "TEMP B-TREE" in step], found


@pytest.mark.parametrize("where", SEARCHES.values(), ids=SEARCHES)
async def test_other_lists_come_in_the_order_of_words(sqlite: Database, tmp_path: Path, where: TicketFilter) -> None:
    first, second, *rest = await steps(sqlite, tmp_path, where)
    assert "SCAN ticket_words VIRTUAL TABLE INDEX" in first, first
    assert "SEARCH tickets USING INTEGER PRIMARY KEY" in second, second
    assert not [step for step in rest if "SCAN tickets" in step or "TEMP B-TREE" in step], rest


async def test_where_tickets_stand_is_looked_up_ticket_by_ticket(sqlite: Database, tmp_path: Path) -> None:
    await sqlite.write(lambda tx: tickets.put(tx, OURS, [ticket(1)]))
    with closing(connect(tmp_path / "attms.db")) as connection:
        tx = Explained(connection)
        assert list(ticket_words.places(tx, OURS, [TicketId(1), TicketId(2)])) == [1]
    assert [step for step in tx.steps if "(tenant=? AND id=?)" in step], tx.steps


async def test_every_beginning_of_a_word_finds_it_and_nothing_else_does(database: Database) -> None:
    long = "Hausverwaltungsgesellschaft"
    await database.write(lambda tx: tickets.put(tx, OURS, [replace(ticket(1), title=long)]))

    async def found(words: str) -> int:
        where = TicketFilter(words=words)
        part = await database.read(lambda tx: tickets.page(tx, OURS, where, now=NOON, offset=0, limit=8))
        return part.total

    for length in range(1, len(long) + 1):
        assert await found(long[:length]) == 1, length
        assert await found(long[: length - 1] + "x") == 0, length


async def test_a_list_with_words_is_counted_to_the_next_25_and_others_to_the_next_fifty(
    database: Database,
) -> None:
    await database.write(lambda tx: tickets.put(tx, OURS, [replace(ticket(n), title="jam") for n in range(120)]))

    async def counted(offset: int, words: str = "jam") -> tuple[int, int, int]:
        where = TicketFilter(words=words, statuses=(1, 8))
        part = await database.read(lambda tx: tickets.page(tx, OURS, where, now=NOON, offset=offset, limit=8))
        return len(part.rows), part.total, part.counted_to

    assert await counted(0) == (8, 25, 25)
    assert await counted(17) == (8, 50, 50)
    assert await counted(112) == (8, 120, 125)
    assert await counted(120) == (0, 120, 150)
    assert await counted(0, words="") == (8, 50, 50)
    assert await counted(92, words="") == (8, 120, 150)


async def test_tickets_due_in_the_same_minute_stand_as_they_were_met(database: Database) -> None:
    moments = (at(1) + timedelta(seconds=50), at(1) + timedelta(seconds=10), at(1) - timedelta(seconds=1))
    some = [replace(ticket(n), title="jam", due=due) for n, due in enumerate(moments)]
    await database.write(lambda tx: tickets.put(tx, OURS, some))
    where = TicketFilter(words="jam")
    part = await database.read(lambda tx: tickets.page(tx, OURS, where, now=NOON, offset=0, limit=8))
    assert [row.id for row in part.rows] == [2, 0, 1]
