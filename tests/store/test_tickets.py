"""Tickets come back as they went in; lists and searches find what they should."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from attms_core.model import CompanyId, ResourceId, TicketFilter, TicketId
from attms_core.store import directory, notes, tickets
from attms_core.store.database import Database
from attms_core.store.tickets import Part
from tests.store.values import NOON, OURS, THEIRS, WILD, at, company, full_ticket, listed, note, ticket

ONE_DATABASE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


async def test_every_field_of_a_ticket_comes_back(database: Database) -> None:
    whole = full_ticket()
    await database.write(lambda tx: tickets.put(tx, OURS, [whole]))
    assert await database.read(lambda tx: tickets.load(tx, OURS, [whole.id])) == {whole.id: whole}
    assert await database.read(lambda tx: tickets.by_number(tx, OURS, whole.number)) == whole


def test_the_ticket_of_these_tests_leaves_no_field_at_its_default() -> None:
    whole = full_ticket()
    assert [f.name for f in fields(whole) if getattr(whole, f.name) in (f.default, None)] == []


async def test_a_later_put_overwrites_and_may_clear(database: Database) -> None:
    whole, bare = full_ticket(), ticket(2**40)
    await database.write(lambda tx: tickets.put(tx, OURS, [whole]))
    await database.write(lambda tx: tickets.put(tx, OURS, [whole, bare]))
    assert await database.read(lambda tx: tickets.load(tx, OURS, [whole.id])) == {whole.id: bare}
    assert await database.read(lambda tx: tickets.count(tx, OURS)) == (1, 1)


async def test_tenants_do_not_see_each_other(database: Database) -> None:
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(1, title="ours alone")]))
    await database.write(lambda tx: tickets.put(tx, THEIRS, [ticket(1, title="theirs alone"), ticket(2)]))
    found = await database.read(
        lambda tx: tickets.page(tx, OURS, TicketFilter(words="alone"), now=NOON, offset=0, limit=9)
    )
    assert found == Part([listed(ticket(1, title="ours alone"))], 1, 25)
    assert await database.write(lambda tx: tickets.delete(tx, OURS, [TicketId(1), TicketId(2)])) == 1
    assert await database.read(lambda tx: tickets.open_ids(tx, THEIRS)) == {1, 2}
    assert await database.read(lambda tx: tickets.open_ids(tx, OURS)) == set()


async def test_ids_and_numbers_that_nothing_can_have_find_nothing(database: Database) -> None:
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(1)]))
    huge = TicketId(10**30)
    where = TicketFilter(queues=(10**30,), companies=(CompanyId(-(10**30)),), within_companies=(CompanyId(10**30),))
    assert await database.read(lambda tx: tickets.load(tx, OURS, [huge, TicketId(1)])) == {1: ticket(1)}
    assert await database.read(lambda tx: tickets.by_number(tx, OURS, "\0'; DROP TABLE tickets --\ud800")) is None
    found = await database.read(lambda tx: tickets.page(tx, OURS, where, now=NOON, offset=0, limit=9))
    assert found == Part([], 0, 50)
    assert await database.read(lambda tx: directory.company(tx, OURS, CompanyId(10**30))) is None


async def test_deleting_takes_notes_and_words_along(database: Database) -> None:
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(1, title="printer"), ticket(2, title="printer")]))
    await database.write(lambda tx: notes.put(tx, OURS, [note(1, of=1), note(2, of=2)]))
    assert await database.write(lambda tx: tickets.delete(tx, OURS, [TicketId(1), TicketId(9)])) == 1
    assert set(await database.read(lambda tx: notes.load(tx, OURS, [1, 2]))) == {2}  # type: ignore[list-item]
    assert await ids(database, TicketFilter(words="printer")) == [2]


async def test_notes_count_as_synced_until_the_ticket_goes(database: Database) -> None:
    some = [ticket(1), ticket(2), ticket(3), ticket(4, status=5)]
    await database.write(lambda tx: tickets.put(tx, OURS, some))
    assert await database.read(lambda tx: tickets.ids_without_notes(tx, OURS, 2)) == [3, 2]
    await database.write(lambda tx: tickets.mark_notes_synced(tx, OURS, [TicketId(3)], NOON))
    await database.write(lambda tx: tickets.put(tx, OURS, some))
    assert await database.read(lambda tx: tickets.ids_without_notes(tx, OURS, 9)) == [2, 1]
    assert await database.read(lambda tx: tickets.notes_synced(tx, OURS, TicketId(3)))
    assert not await database.read(lambda tx: tickets.notes_synced(tx, OURS, TicketId(2)))
    assert not await database.read(lambda tx: tickets.notes_synced(tx, OURS, TicketId(99)))


async def test_counts_and_the_busiest(database: Database) -> None:
    def held(id_: int, by: int, status: int = 8) -> object:
        return ticket(id_, assignee=ResourceId(by), status=status)

    some = [held(1, 7), held(2, 7), held(3, 6), held(4, 6, 5), held(5, 6, 5), ticket(6)]
    await database.write(lambda tx: tickets.put(tx, OURS, some))  # type: ignore[arg-type]
    assert await database.read(lambda tx: tickets.count(tx, OURS)) == (4, 6)
    assert await database.read(lambda tx: tickets.busiest_assignees(tx, OURS)) == [(7, 2), (6, 1)]
    assert await database.read(lambda tx: tickets.open_ids(tx, OURS)) == {1, 2, 3, 6}


async def test_the_next_due_comes_first_and_none_comes_last(database: Database) -> None:
    some = [ticket(1), ticket(2, due=at(5)), ticket(3, due=at(-5)), ticket(4, resolved_due=at(-5)), ticket(5)]
    await database.write(lambda tx: tickets.put(tx, OURS, some))
    assert await ids(database, TicketFilter()) == [3, 4, 2, 1, 5]
    assert await ids(database, TicketFilter(overdue=True)) == [3, 4]


async def test_a_page_is_cut_out_and_the_whole_is_counted(database: Database) -> None:
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(n) for n in range(1, 1203)]))

    async def cut(offset: int, limit: int) -> tuple[list[int], int]:
        found, total, _ = await database.read(
            lambda tx: tickets.page(tx, OURS, TicketFilter(), now=NOON, offset=offset, limit=limit)
        )
        return [t.id for t in found], total

    assert await cut(8, 2) == ([9, 10], 1000)
    assert await cut(1200, 8) == ([1201, 1202], 1202)
    assert await cut(5000, 8) == ([], 1202)


async def test_open_and_completed_can_be_listed_together(database: Database) -> None:
    some = [ticket(1, status=5), ticket(2, due=at(9)), ticket(3), ticket(4, status=7), ticket(5, status=5)]
    await database.write(lambda tx: tickets.put(tx, OURS, some))
    assert await ids(database, TicketFilter(statuses=(5,))) == [1, 5]
    assert await ids(database, TicketFilter(statuses=(5, 8))) == [2, 3, 1, 5]
    found = await database.read(
        lambda tx: tickets.page(tx, OURS, TicketFilter(statuses=(8, 5, 5)), now=NOON, offset=1, limit=2)
    )
    assert ([t.id for t in found[0]], found[1]) == ([3, 1], 4)


FINDS = [
    ("printer", [1]),
    ("PRINT fire", [1]),
    ("fire print", [1]),
    ("rinter", []),
    ("müll", [1, 2]),
    ("muller", [1, 2]),
    ("T20261124.0002", [2]),
    ("20261124", []),
    ("caf", [2]),
    ("CAFÉ straße", [2]),
    ("strasse", [2]),
    ("printer café", []),
    ("printer OR café", []),
    ("", [1, 2]),
    ("*", [1, 2]),
    (" \"' -- :* & | ! ( ) ", [1, 2]),
    ("\u203aopen", []),
    ("漢", [2]),
]


async def test_words_find_tickets_by_the_beginnings_of_theirs(database: Database) -> None:
    some = [
        ticket(1, title="The Printer", description="is on_fire"),
        ticket(2, title="Cafe\u0301 in der Stra\u00dfe", description="漢字"),
        ticket(3, title="Printer, done", status=5),
    ]
    await database.write(lambda tx: directory.put_companies(tx, OURS, [company(1, "Müller & Söhne")]))
    await database.write(lambda tx: tickets.put(tx, OURS, some))
    assert [(typed, await ids(database, TicketFilter(words=typed))) for typed, _ in FINDS] == FINDS


async def test_words_move_with_status_and_text(database: Database) -> None:
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(1, title="printer")]))
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(1, title="scanner", status=5)]))
    assert await ids(database, TicketFilter(words="scanner")) == []
    assert await ids(database, TicketFilter(words="printer", statuses=(5, 8))) == []
    assert await ids(database, TicketFilter(words="scanner", statuses=(5,))) == [1]
    assert await ids(database, TicketFilter(words="scanner", statuses=(5, 8))) == [1]


async def test_a_renamed_company_s_tickets_go_by_its_new_name(database: Database) -> None:
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(1), ticket(2, status=5), ticket(3, company=2)]))
    await database.write(lambda tx: directory.put_companies(tx, OURS, [company(1, "Initech")]))
    assert await ids(database, TicketFilter(words="initech")) == [1]
    await database.write(lambda tx: directory.put_companies(tx, OURS, [company(1, "Globex"), company(2, "Hooli")]))
    assert await ids(database, TicketFilter(words="initech")) == []
    assert await ids(database, TicketFilter(words="glob ticket")) == [1]
    assert await ids(database, TicketFilter(words="globex", statuses=(5,))) == [2]
    assert await ids(database, TicketFilter(words="hooli")) == [3]


async def test_wild_words_and_wild_texts_are_never_an_error(database: Database) -> None:
    @ONE_DATABASE
    @given(title=st.text(), words=st.text())
    def wild(title: str, words: str) -> None:
        seen.append((title, words))

    seen: list[tuple[str, str]] = [(WILD, WILD), ("\0", "\0"), ("\ud800", "a\ud800b")]
    wild()
    for title, words in seen:
        await database.write(lambda tx, t=title: tickets.put(tx, OURS, [ticket(1, title=t)]))  # type: ignore[misc]
        await ids(database, TicketFilter(words=words))
        assert await ids(database, TicketFilter(words=title)) == [1]
        await database.read(lambda tx, w=words: directory.companies_named(tx, OURS, w))  # type: ignore[misc]
        await database.read(lambda tx, w=words: directory.contacts_of(tx, OURS, CompanyId(1), w))  # type: ignore[misc]


async def ids(database: Database, where: TicketFilter) -> list[int]:
    """Give the ids of a whole list, and check that its length is told right."""
    found, total, _ = await database.read(lambda tx: tickets.page(tx, OURS, where, now=NOON, offset=0, limit=50))
    assert total == len(found)
    return [t.id for t in found]
