"""Which tickets are near a level, and which levels were reached, once for all."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from attms_core.model import Level, Mark, Ticket, TicketId
from attms_core.store import changes, forget, levels, tickets
from attms_core.store.database import FILE, Database
from attms_core.store.statement import SQLITE, Statement
from tests.store.values import OURS, THEIRS, at, ticket

ONE, TWO, THREE = TicketId(1), TicketId(2), TicketId(3)


def due_in(id_: int, minutes: float, **given: object) -> Ticket:
    return ticket(id_, created=at(0), due=at(minutes), **given)


async def near(database: Database, until: float, limit: int = 9) -> list[tuple[int, bool]]:
    found = await database.read(lambda tx: levels.near(tx, OURS, at(until), limit))
    assert bool(found) == await database.read(lambda tx: levels.is_any_near(tx, OURS, at(until)))
    return [(one.id, was_seen) for one, was_seen in found]


async def test_a_ticket_is_near_from_its_first_level_on_and_the_first_comes_first(database: Database) -> None:
    some = [due_in(1, 200), due_in(2, 100), due_in(3, 100, status=5), ticket(4)]
    await database.write(lambda tx: tickets.put(tx, OURS, some))
    await database.write(lambda tx: tickets.put(tx, THEIRS, [due_in(9, 10)]))

    assert await near(database, 74.9) == []
    assert await near(database, 75) == [(2, True)]
    assert await near(database, 500) == [(2, True), (1, True)]
    assert await near(database, 500, limit=1) == [(2, True)]
    (found, _), *_ = await database.read(lambda tx: levels.near(tx, OURS, at(500), 9))
    assert found == some[1]


async def test_when_to_look_again_is_moved_and_anew_with_every_word_of_the_ticket(database: Database) -> None:
    await database.write(lambda tx: tickets.put(tx, OURS, [due_in(1, 100), due_in(2, 100)]))
    await database.write(lambda tx: levels.look_at(tx, OURS, {ONE: at(90), TWO: None}))
    assert await near(database, 89) == []
    assert await near(database, 9000) == [(1, True)]
    await database.write(lambda tx: tickets.put(tx, OURS, [due_in(2, 40)]))
    assert await near(database, 30) == [(2, True)]


async def test_a_level_is_kept_once_whoever_keeps_it_and_stays_when_the_copy_is_dropped(database: Database) -> None:
    near_, over = Mark("due", Level.THREE_QUARTERS, at(75)), Mark("due", Level.BREACHED, at(100))
    await database.write(lambda tx: levels.add(tx, OURS, {ONE: [near_], TWO: [near_, over]}))
    await database.write(lambda tx: levels.add(tx, OURS, {ONE: [near_, over], THREE: []}))
    await database.write(lambda tx: forget.mirrored(tx, OURS))

    found = await database.read(lambda tx: levels.reached(tx, OURS, [ONE, THREE]))
    assert found == {(ONE, "due", Level.THREE_QUARTERS), (ONE, "due", Level.BREACHED)}
    assert await database.read(lambda tx: levels.reached(tx, THEIRS, [ONE])) == frozenset()


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (levels._IS_ANY_NEAR, "tickets_level"),
        (levels._NEAR, "tickets_level"),
        (levels._LOOK_AT, "tickets_1 (tenant=? AND id=?)"),
        (levels._REACHED, "levels"),
        (changes._OF_TICKET, "changes_ticket"),
    ],
    ids=str,
)
async def test_no_look_reads_more_than_its_index_shows(
    sqlite: Database, tmp_path: Path, statement: Statement, index: str
) -> None:
    made = statement.compiled(SQLITE)
    bound: dict[str, object] = dict.fromkeys(("until", "most", "of_id", "at", "ticket"), 1)
    bound |= {"tenant": OURS, "of_tenant": OURS, "tickets": "[1]", **made.constants}
    with closing(sqlite3.connect(tmp_path / FILE)) as plain:
        plan = [row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {made.sql}", bound)]
    assert any(step.startswith("SEARCH") and index in step for step in plan), plan
    assert not [step for step in plan if step.startswith("SCAN") and "json_each" not in step], plan
