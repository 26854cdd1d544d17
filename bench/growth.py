"""How the cost of a list grows with the mirror: CPU of one read, by the store's own statements, at several sizes.

``python -m bench.growth 10000 100000 1000000`` builds what it needs (a million tickets take some ten minutes) and
prints a table; with ``--plans`` also how SQLite finds the rows.
"""

import argparse
import asyncio
import sqlite3
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attms_core.model import CompanyId, PersonKey, TenantId, TicketFilter
from attms_core.model.ticket import COMPLETE
from attms_core.store import tickets
from attms_core.store.database import FILE
from attms_core.store.sqlite import SqliteTx, connect
from attms_core.store.statement import SQLITE, Statement, for_sqlite
from bench import mirror
from bench.bot import PERSON, TENANT

PAGE = 8
TRIES, REPEATS = 7, 50
LONGEST_TRY = 0.2
"""CPU seconds after which a try is not repeated further: a slow list is measured as well by few repeats."""
ANY_STATUS = (1, 2, 3, 4, COMPLETE)
SELDOM_TOGETHER = "replacing floor 11"
"""Words that many tickets have, but few of the next due have all of them."""
COMMON_ELSEWHERE = "mailbox"
"""A word of every tenth ticket, but of none that is unassigned in the first queue: the mirror has its rhythms."""
TEN_COMPANIES = tuple(CompanyId(number) for number in range(1, 11))
LISTS: Mapping[str, TicketFilter] = {
    "mine": TicketFilter(assignee=mirror.ME),
    "company": TicketFilter(companies=(mirror.ONE_COMPANY,)),
    "unassigned, one queue": TicketFilter(unassigned=True, queues=(1,)),
    "two queues": TicketFilter(queues=(1, 2)),
    "all open, reader limited to ten companies": TicketFilter(within_companies=TEN_COMPANIES),
    "search, a rare word": TicketFilter(words=mirror.RARE),
    "search, a common word": TicketFilter(words=mirror.COMMON),
    "search, common words seldom together": TicketFilter(words=SELDOM_TOGETHER),
    "search, a common word, reader limited to ten companies": TicketFilter(
        words=mirror.COMMON, within_companies=TEN_COMPANIES
    ),
    "search, a common word, status new or complete": TicketFilter(words=mirror.COMMON, statuses=(1, COMPLETE)),
    "search, a common word, mine in every status": TicketFilter(
        words=mirror.COMMON, assignee=mirror.ME, statuses=ANY_STATUS
    ),
    "search, a common word, unassigned, one queue": TicketFilter(words=mirror.COMMON, unassigned=True, queues=(1,)),
    "search, a common word that none has, unassigned, one queue": TicketFilter(
        words=COMMON_ELSEWHERE, unassigned=True, queues=(1,)
    ),
}


def cost(tx: SqliteTx, where: TicketFilter, now: datetime) -> float:
    """Give the CPU microseconds of a list's first page: the least of several tries, which others disturb least."""
    return min(_try(tx, where, now) for _ in range(TRIES)) * 1e6


def _try(tx: SqliteTx, where: TicketFilter, now: datetime) -> float:
    began, done, taken = time.thread_time(), 0, 0.0
    while done < REPEATS and taken < LONGEST_TRY:
        tickets.page(tx, TenantId(TENANT), where, now=now, offset=0, limit=PAGE)
        done, taken = done + 1, time.thread_time() - began
    return taken / done


class Explained(SqliteTx):
    """Runs statements, and keeps how SQLite finds their rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._explain = connection
        self.steps: list[str] = []

    def all(self, statement: Statement, **params: Any) -> list[tuple[Any, ...]]:
        """Give all rows."""
        made = statement.compiled(SQLITE)
        bound = {name: for_sqlite(value) for name, value in {**made.constants, **params}.items()}
        plan = self._explain.execute(f"EXPLAIN QUERY PLAN {made.sql}", bound)
        self.steps += [f"{statement.name}: {row[3]}" for row in plan]
        return super().all(statement, **params)


def plan(connection: sqlite3.Connection, where: TicketFilter, now: datetime) -> list[str]:
    """Say how SQLite finds a list's page."""
    tx = Explained(connection)
    tickets.page(tx, TenantId(TENANT), where, now=now, offset=0, limit=PAGE)
    return tx.steps


def table(folders: Mapping[int, Path], *, plans: bool) -> Iterator[str]:
    """Measure every list over every mirror; give Markdown, and with ``plans`` how rows of the largest are found."""
    now = datetime.now(UTC)
    opened = {size: connect(folder / FILE) for size, folder in folders.items()}
    found = {size: SqliteTx(connection) for size, connection in opened.items()}
    sizes = sorted(found)
    yield f"| list | {' | '.join(f'{size:,} tickets, us' for size in sizes)} | largest / smallest |"
    yield "|---" * (len(sizes) + 2) + "|"
    for name, where in LISTS.items():
        took = [cost(found[size], where, now) for size in sizes]
        yield f"| {name} | {' | '.join(f'{each:.0f}' for each in took)} | {took[-1] / took[0]:.2f} |"
    for name, where in LISTS.items() if plans else ():
        yield f"\n{name}:"
        yield from (f"- {step}" for step in plan(opened[sizes[-1]], where, now))


async def _folders(sizes: list[int]) -> dict[int, Path]:
    person, now = PersonKey(TenantId(TENANT), PERSON), datetime.now(UTC)
    return {size: await mirror.kept(size, person=person, now=now) for size in sizes}


def main() -> None:
    """Measure, and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--plans", action="store_true")
    given = parser.parse_args()
    if min(given.sizes, default=mirror.FEWEST) < mirror.FEWEST:
        parser.error(f"a mirror has {mirror.FEWEST} tickets or more")
    print("\n".join(table(asyncio.run(_folders(given.sizes)), plans=given.plans)))


if __name__ == "__main__":
    main()
