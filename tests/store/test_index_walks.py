"""What digests, silences and retention look for is found along an index on both engines, no more than is asked for."""

import re
from typing import Any

from attms_core.model import ResourceId
from attms_core.store import digest_reads, directory, silences, tickets
from attms_core.store.database import Database, Tx
from attms_core.store.statement import POSTGRESQL, SQLITE, Statement
from attms_core.store.tables import NEVER
from attms_core.store.values import stamp
from tests.store.values import OURS, at, contact, ticket

MANY = 1_000
"""So many rows that PostgreSQL rather takes an index."""
FEW = 5


async def test_each_part_of_a_digest_comes_in_the_order_of_an_index(
    database: Database, database_url: str | None
) -> None:
    some = [
        ticket(n, last_activity=at(-n), due=at(n % 7), assignee=ResourceId(n % 9 + 1) if n % 100 else None)
        for n in range(1, MANY)
    ]
    await database.write(lambda tx: tickets.put(tx, OURS, some))
    await count_rows(database, database_url, "tickets")
    for statement, given, index in (
        (digest_reads._UNTOUCHED, {"before": stamp(at(-MANY / 2))}, "tickets_open_activity"),
        (digest_reads._UNASSIGNED, {}, "tickets_open_unassigned_oldest"),
        (digest_reads._OPEN, {}, "tickets_open"),
    ):
        plan = await planned(database, database_url, statement, most=FEW, **given)
        assert f"{index} " in plan, plan
        assert "Sort" not in plan
        assert "TEMP B-TREE" not in plan


async def test_completed_tickets_come_by_their_ids_along_an_index(database: Database, database_url: str | None) -> None:
    some = [ticket(n, status=5 if n % 2 else 1, completed_at=at(-n)) for n in range(1, MANY)]
    await database.write(lambda tx: tickets.put(tx, OURS, some))
    await count_rows(database, database_url, "tickets")

    plan = await planned(database, database_url, tickets._COMPLETED, never=NEVER, after=MANY // 2, most=FEW)

    assert "tickets_done " in plan, plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


async def test_a_sender_s_name_is_looked_for_among_those_that_begin_so(
    database: Database, database_url: str | None
) -> None:
    some = [contact(n, f"{chr(97 + n % 26)}{n}", "Arthur", of=n % 50) for n in range(1, MANY)]
    await database.write(lambda tx: directory.put_contacts(tx, OURS, some))
    await count_rows(database, database_url, "contacts")
    plan = await planned(database, database_url, silences._CONTACTS, low="bea", high="bea" + silences.HIGHEST, most=FEW)
    assert "contacts_name " in plan
    assert re.search(r"(Index Cond: |contacts_name ).*folded ?>.*folded ?<", plan), plan


async def count_rows(database: Database, database_url: str | None, table: str) -> None:
    """Let PostgreSQL see what is there, as its autovacuum does. SQLite has no figures, here as in the field."""
    if database_url is not None:
        await database.write(lambda tx: rows(tx, f"ANALYZE {table}"))


async def planned(database: Database, database_url: str | None, statement: Statement, **given: object) -> str:
    """Tell how an engine finds the rows, in lines."""
    engine, words = (SQLITE, "EXPLAIN QUERY PLAN") if database_url is None else (POSTGRESQL, "EXPLAIN")
    made = statement.compiled(engine)
    bound = {**made.constants, "tenant": OURS, **given}
    plan = await database.read(lambda tx: rows(tx, f"{words} {made.sql}", bound).fetchall())
    return "\n".join(str(row[-1]) for row in plan)


def rows(tx: Tx, sql: str, *bound: object) -> Any:
    """Run what is no statement of ours."""
    return tx._connection.execute(sql, *bound)  # type: ignore[attr-defined]
