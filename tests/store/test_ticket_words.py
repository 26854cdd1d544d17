"""The words of tickets follow the tickets: whatever is done to these, and whoever else does something meanwhile."""

import asyncio
import threading
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attms_core.model import CompanyId, Ticket, TicketFilter, TicketId
from attms_core.store import directory, forget, ticket_words, tickets
from attms_core.store.database import Database, Tx, open_database
from attms_core.store.statement import Words
from tests.store.values import NOON, OURS, THEIRS, at, company, ticket

LEFT_OVER = ticket_words.statement(
    "words of no ticket", "SELECT count(*) FROM ticket_words WHERE {row} NOT IN (SELECT {place} FROM tickets)"
)
LACKING = ticket_words.statement(
    "tickets without words", "SELECT count(*) FROM tickets WHERE {place} NOT IN (SELECT {row} FROM ticket_words)"
)
DRAWN = st.builds(
    lambda id_, due, is_done: ticket(id_, title="jam", due=due, status=5 if is_done else 8),
    st.integers(1, 4),
    st.none() | st.integers(-2, 2).map(at),
    st.booleans(),
)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.lists(DRAWN, max_size=4)),
        st.tuples(st.just("delete"), st.lists(st.integers(1, 4).map(TicketId), max_size=2)),
        st.tuples(st.just("rename"), st.sampled_from(["Acme", "Zenith"])),
        st.tuples(st.just("forget"), st.none()),
    ),
    max_size=8,
)


async def found(database: Database, where: TicketFilter) -> list[int]:
    part = await database.read(lambda tx: tickets.page(tx, OURS, where, now=NOON, offset=0, limit=9))
    return [row.id for row in part.rows]


def do(tx: Tx, deed: str, given_: object) -> None:
    match deed, given_:
        case "put", list(some):
            tickets.put(tx, OURS, some)
        case "delete", list(ids):
            tickets.delete(tx, OURS, ids)
        case "rename", str(name):
            directory.put_companies(tx, OURS, [company(1, name)])
        case _:
            forget.mirrored(tx, OURS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(deeds=DEEDS)
def test_every_ticket_has_its_words_in_its_place_and_nothing_else_has_any(
    runner: tuple[asyncio.Runner, Database], deeds: list[tuple[str, object]]
) -> None:
    loop, database = runner
    loop.run(database.write(lambda tx: tickets.put(tx, THEIRS, [ticket(1)])))
    for deed in [*deeds, ("put", [ticket(9, title="last")])]:
        loop.run(database.write(lambda tx, deed=deed: do(tx, *deed)))  # type: ignore[misc]
        for statement in (LEFT_OVER, LACKING):
            assert loop.run(database.read(lambda tx, s=statement: tx.one(s))) == (0,), statement  # type: ignore[misc]


async def test_a_ticket_that_moves_while_its_company_is_renamed_keeps_one_row(
    postgres_url: str, tmp_path: Path
) -> None:
    database = await open_database(postgres_url, tmp_path)
    first: list[Ticket] = [ticket(1, title="jam", due=at(5), queue=1), ticket(2, title="jam", due=at(9), queue=1)]
    await database.write(lambda tx: directory.put_companies(tx, OURS, [company(1, "Acme")]))
    await database.write(lambda tx: tickets.put(tx, OURS, first))
    has_begun, may_go_on, runs = threading.Event(), threading.Event(), []

    def rename(tx: Tx) -> None:
        runs.append("rename")
        directory.company(tx, OURS, CompanyId(1))
        has_begun.set()
        assert may_go_on.wait(30)
        directory.put_companies(tx, OURS, [company(1, "Zenith")])

    renaming = asyncio.create_task(database.write(rename))
    assert await asyncio.to_thread(has_begun.wait, 30)
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(1, title="jam", due=at(60), queue=2)]))
    may_go_on.set()
    await renaming
    assert runs == ["rename", "rename"]
    assert await found(database, TicketFilter(words="jam zenith")) == [2, 1]
    assert await found(database, TicketFilter(words="acme")) == []
    assert await database.read(lambda tx: tx.one(LEFT_OVER)) == (0,)
    await database.close()


async def test_words_that_stand_where_their_ticket_does_not_find_nothing(database: Database) -> None:
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(1, title="jam", due=at(5), queue=2)]))
    place = (await database.read(lambda tx: ticket_words.places(tx, OURS, [TicketId(1)])))[TicketId(1)]
    stray = {"place": place + (1 << ticket_words.DOCID_BITS), "words": Words(("jam", ticket_words.tag("q", 1)))}
    await database.write(lambda tx: tx.many(ticket_words._WRITE, [stray]))
    assert await found(database, TicketFilter(words="jam")) == [1]
    assert await found(database, TicketFilter(within_queues=(1,))) == []
