"""Lists hold what a plain reading of the filter says, and on SQLite each walks along an index."""

import asyncio
import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from attms_core.model import CompanyId, Listed, ResourceId, TenantId, Ticket, TicketFilter, next_due
from attms_core.store import ticket_pages, tickets
from attms_core.store.database import Database, open_database
from attms_core.store.statement import SQLITE, for_sqlite
from attms_core.store.ticket_pages import _Asked, _read, _statements
from tests.store.values import NOON, OURS, at, listed, ticket

SMALL = st.integers(1, 3)
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
    """Give the page as Python would."""
    kept = [t for t in some if is_listed(t, where, NOON)]
    kept.sort(key=lambda t: (due[1] if (due := next_due(t)) else datetime.max.replace(tzinfo=NOON.tzinfo), t.id))
    return [listed(each) for each in kept[offset : offset + limit]], len(kept)


@pytest.fixture
def runner(database_url: str | None, tmp_path: Path) -> Iterator[tuple[asyncio.Runner, Database]]:
    """Open a database for a test that is no coroutine: hypothesis calls it many times."""
    usual = ticket_pages.FEW, ticket_pages.WALKED
    with asyncio.Runner() as runner:
        opened = runner.run(open_database(database_url, tmp_path))
        yield runner, opened
        runner.run(opened.close())
        ticket_pages.FEW, ticket_pages.WALKED = usual


TENANTS = itertools.count()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    drawn=TICKETS,
    filters=st.lists(FILTERS, min_size=4, max_size=4),
    offset=st.integers(0, 2),
    limit=st.integers(1, 6),
    bounds=st.sampled_from([(0, 1), (1, 1), (ticket_pages.FEW, 1), (ticket_pages.FEW, ticket_pages.WALKED)]),
)
def test_a_page_is_what_a_plain_reading_of_the_filter_says(
    runner: tuple[asyncio.Runner, Database],
    *,
    drawn: list[dict[str, object]],
    filters: list[TicketFilter],
    offset: int,
    limit: int,
    bounds: tuple[int, int],
) -> None:
    ticket_pages.FEW, ticket_pages.WALKED = bounds  # so that words are looked for in each of the three ways
    loop, database = runner
    tenant = TenantId(f"tenant {next(TENANTS)}")
    some = [replace(ticket(n), **given) for n, given in enumerate(drawn)]
    loop.run(database.write(lambda tx: tickets.put(tx, tenant, some)))
    for where in filters:
        found = loop.run(
            database.read(
                lambda tx, w=where: tickets.page(tx, tenant, w, now=NOON, offset=offset, limit=limit)  # type: ignore[misc]
            )
        )
        rows, total = expected(some, where, offset, limit)
        assert found.rows == rows, where
        assert found.total == min(total, found.counted_to), where


LISTS = [
    TicketFilter(),
    TicketFilter(overdue=True),
    TicketFilter(unassigned=True),
    TicketFilter(assignee=ResourceId(1)),
    TicketFilter(assignee=ResourceId(1), overdue=True),
    TicketFilter(queues=(1,)),
    TicketFilter(queues=(1, 2)),
    TicketFilter(companies=(CompanyId(1),)),
    TicketFilter(companies=(CompanyId(1), CompanyId(2))),
    TicketFilter(statuses=(1,)),
    TicketFilter(statuses=(1, 7)),
    TicketFilter(statuses=(5,)),
    TicketFilter(statuses=(5, 7)),
    TicketFilter(statuses=(5,), companies=(CompanyId(1),)),
    TicketFilter(statuses=(5,), assignee=ResourceId(1)),
    TicketFilter(statuses=(5,), queues=(1,)),
    TicketFilter(statuses=(5,), priorities=(1,)),
    TicketFilter(priorities=(1,)),
    TicketFilter(words="printer"),
    TicketFilter(words="printer", statuses=(5,)),
    TicketFilter(words="printer", assignee=ResourceId(1)),
    TicketFilter(within_queues=(1, 2)),
    TicketFilter(unassigned=True, within_companies=(CompanyId(1),)),
    TicketFilter(unassigned=True, queues=(1,)),
]
SORTS = ("queues", "statuses", "companies", "within", "words")


@pytest.mark.parametrize("where", LISTS, ids=lambda where: " ".join(_read(where, NOON)[0][0]))
async def test_no_list_reads_all_tickets_nor_sorts_what_an_index_orders(
    sqlite: Database, tmp_path: Path, where: TicketFilter
) -> None:
    await sqlite.write(lambda tx: tickets.put(tx, OURS, [ticket(1)]))
    arms, params = _read(where, NOON)
    given_ = {**params, "tenant": OURS, "skip": 0, "most": 8, "top": 8, "counted_to": 1000}
    with closing(sqlite3.connect(tmp_path / "attms.db")) as plain:
        for statement in (_statements(arms).paged, _statements(arms).counted):
            made = statement.compiled(SQLITE)
            bound = {name: for_sqlite(value) for name, value in {**given_, **made.constants}.items()}
            plan = [row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {made.sql}", bound)]
            assert not [step for step in plan if step.startswith("SCAN tickets") and "VIRTUAL" not in step], plan
            walks = [step for step in plan if "INDEX tickets_" in step or "rowid=?" in step or "PRIMARY KEY" in step]
            assert walks, plan


@pytest.mark.parametrize(
    "where",
    [
        w
        for w in LISTS
        if len(_read(w, NOON)[0]) == 1 and not any(word in name for name in _read(w, NOON)[0][0] for word in SORTS)
    ],
    ids=lambda where: " ".join(_read(where, NOON)[0][0]),
)
async def test_a_list_of_one_value_comes_in_the_order_of_an_index(
    sqlite: Database, tmp_path: Path, where: TicketFilter
) -> None:
    arms, params = _read(where, NOON)
    assert _statements(arms).tells_total
    made = _statements(arms).paged.compiled(SQLITE)
    bound = {**params, "tenant": OURS, "skip": 0, "most": 8, "counted_to": 1000, **made.constants}
    with closing(sqlite3.connect(tmp_path / "attms.db")) as plain:
        plan = [row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {made.sql}", bound)]
    assert [step for step in plan if "SEARCH tickets USING" in step], plan
    assert not [step for step in plan if "TEMP B-TREE" in step], plan


@pytest.mark.parametrize(
    "where", [TicketFilter(companies=(CompanyId(1), CompanyId(2))), TicketFilter(within_companies=(CompanyId(1),))]
)
async def test_words_within_some_companies_are_looked_for_company_by_company(
    sqlite: Database, tmp_path: Path, where: TicketFilter
) -> None:
    await sqlite.write(lambda tx: tickets.put(tx, OURS, [ticket(1)]))
    arms, params = _read(where, NOON)
    wanted = _Asked(arms, {"tenant": OURS, "skip": 0, "most": 8, **params}, 0, 8).having("words here", ("printer",))
    made = _statements(wanted.arms).paged.compiled(SQLITE)
    bound = {name: for_sqlite(value) for name, value in {**wanted.params, **made.constants}.items()}
    with closing(sqlite3.connect(tmp_path / "attms.db")) as plain:
        plan = [row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {made.sql}", bound)]
    assert [step for step in plan if "INDEX tickets_company " in step], plan
