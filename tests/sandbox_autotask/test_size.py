"""A world of very many tickets: most of them written after patterns, all of them as good as the others."""

import sqlite3
from collections import Counter
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from sandbox.autotask import AutotaskSandbox, Clock, World, rows, seed, seed_more, words
from sandbox.autotask.values import read_time
from tests.sandbox_autotask.conftest import NOON
from tests.sandbox_autotask.hand import Body, Hand

TICKETS = 1500
WHOLE = 500
MARA = 29682901


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed, "WHOLE", WHOLE)
    monkeypatch.setattr(seed, "PATTERNS", 50)
    monkeypatch.setattr(rows, "FEW", 100)


def large(database: str = ":memory:") -> World:
    world = World(Clock(NOON), database=database)
    seed.fill(world, tickets=TICKETS, seed=3)
    return world


def test_there_are_as_many_as_were_asked_for_with_ids_and_numbers_of_their_own() -> None:
    tickets = large().rows.find("Tickets")
    assert [ticket["id"] for ticket in tickets] == list(range(7001, 7001 + TICKETS))
    assert len({ticket["ticketNumber"] for ticket in tickets}) == TICKETS


def test_ids_grow_with_time_across_the_seam() -> None:
    created = [read_time(ticket["createDate"]) for ticket in large().rows.find("Tickets")]
    assert created == sorted(created)
    assert created[-1] <= NOON


def test_a_number_names_the_day_on_which_its_ticket_came() -> None:
    for ticket in large().rows.find("Tickets"):
        assert ticket["ticketNumber"][1:9] == ticket["createDate"][:10].replace("-", "")


def test_the_older_ones_are_closed_and_obey_the_rules_too() -> None:
    world = large()
    contacts = {each["id"]: each["companyID"] for each in world.rows.find("Contacts", isActive=1)}
    for ticket in world.rows.find("Tickets")[: TICKETS - WHOLE]:
        assert ticket["status"] == 5
        assert contacts[ticket["contactID"]] == ticket["companyID"]
        assert read_time(ticket["createDate"]) <= read_time(ticket["completedDate"]) < NOON
        assert set(ticket) == {*world.table.entities["Tickets"].fields, "userDefinedFields"}


def test_every_open_ticket_has_a_note() -> None:
    world = large()
    with_notes = {note["ticketID"] for note in world.rows.find("TicketNotes")}
    still_open = {ticket["id"] for ticket in world.rows.find("Tickets") if ticket["status"] != 5}
    assert still_open
    assert still_open <= with_notes


def test_every_ticket_that_is_no_copy_has_its_history_and_some_have_more() -> None:
    world = large()
    newest = set(range(7001 + TICKETS - WHOLE, 7001 + TICKETS))
    assert {row["ticketID"] for row in world.rows.find("TicketHistory")} == newest
    for entity in ("TimeEntries", "TicketChecklistItems", "TicketAttachments"):
        there = {row["ticketID"] for row in world.rows.find(entity)}
        assert there <= newest
        assert min(there) < min(newest) + WHOLE // 4, entity


def test_more_customers_have_more_opportunities_each_with_its_note() -> None:
    world = World(Clock(NOON))
    seed.fill(world, tickets=60_000, seed=3)
    hopes = [hope["id"] for hope in world.rows.find("Opportunities")]
    assert len(hopes) > seed_more.OPPORTUNITIES
    assert [note["opportunityID"] for note in world.rows.find("CompanyNotes")] == hopes


def test_further_companies_have_names_of_their_own() -> None:
    names = words.company_names(1000)
    assert len(set(names)) == 1000
    assert names[:40] == list(words.COMPANIES)


def test_the_same_seed_makes_the_same_large_world() -> None:
    assert large().rows.find("Tickets") == large().rows.find("Tickets")


def test_a_file_is_filled_once_and_keeps_what_happened(tmp_path: Path) -> None:
    path = str(tmp_path / "world.db")
    first = large(path)
    first.change_ticket(7001, by=MARA, title="Changed")
    number = first.ticket_number(NOON)
    first.rows.close()
    again = large(path)
    assert again.ticket(7001)["title"] == "Changed"
    assert again.ticket_number(NOON) == number
    assert again.tenant.picklists
    again.rows.close()


def test_a_file_with_another_world_is_not_touched(tmp_path: Path) -> None:
    path = str(tmp_path / "world.db")
    large(path).rows.close()
    world = World(Clock(NOON), database=path)
    with pytest.raises(ValueError, match="holds another world"):
        seed.fill(world, tickets=TICKETS, seed=4)
    assert world.ticket(7001)["id"] == 7001
    world.rows.close()


def test_a_file_that_may_only_be_read_is_found_out_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "world.db")
    large(path).rows.close()
    reading = partial(sqlite3.connect, f"file:{path}?mode=ro", uri=True)
    monkeypatch.setattr(sqlite3, "connect", lambda _, isolation_level: reading(isolation_level=isolation_level))
    with pytest.raises(ValueError, match="readonly database"):
        large(path)


def test_a_file_whose_filling_was_interrupted_is_filled_anew(tmp_path: Path) -> None:
    path = str(tmp_path / "world.db")
    large(path).rows.close()
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM seal")
        database.execute('DELETE FROM "Tickets" WHERE id > 7100')
    database.close()
    world = large(path)
    assert len(world.rows.ids("Tickets")) == TICKETS
    world.rows.close()


@pytest.fixture
def filters() -> dict[str, list[Body]]:
    since = {"op": "gte", "field": "createDate", "value": "2024-01-01T00:00:00Z"}
    return {
        "all": [{"op": "gte", "field": "id", "value": 0}],
        "open": [{"op": "noteq", "field": "status", "value": 5}],
        "closed": [{"op": "eq", "field": "status", "value": 5}],
        "hers": [{"op": "eq", "field": "assignedResourceID", "value": MARA}],
        "long ago": [{"op": "lt", "field": "createDate", "value": "2023-06-01T00:00:00Z"}],
        "since": [since, {"op": "noteq", "field": "priority", "value": 2}],
        "by a cold field": [{"op": "eq", "field": "issueType", "value": 11}],
        "by a cold time": [{"op": "gte", "field": "resolvedDateTime", "value": "2024-01-01T00:00:00Z"}],
        "by its own field": [{"op": "contains", "field": "Asset Tag", "value": "lt-", "udf": True}],
    }


async def test_pages_hold_the_same_whether_few_or_many_are_found(filters: dict[str, list[Body]]) -> None:
    async with (
        AutotaskSandbox(tickets=TICKETS, seed=3, now=NOON, latency_factor=0) as at,
        aiohttp.ClientSession() as session,
    ):
        hand = Hand(at, session)
        tickets = at.world.rows.find("Tickets")
        found = {}
        for name, filter_ in filters.items():
            found[name] = await _paged(hand, filter_)
            counted = await hand.post("Tickets/query/count", {"filter": filter_})
            assert counted.body["queryCount"] == len(found[name])
        assert found["all"] == [ticket["id"] for ticket in tickets]
        assert sorted(found["open"] + found["closed"]) == found["all"]
        assert found["hers"] == [ticket["id"] for ticket in tickets if ticket["assignedResourceID"] == MARA]
        assert found["since"] == [
            each["id"] for each in tickets if each["createDate"] >= "2024-01-01" and each["priority"] != 2
        ]
        assert found["by a cold field"] == [ticket["id"] for ticket in tickets if ticket["issueType"] == 11]
        assert all(found.values())


async def _paged(hand: Hand, filter_: list[Body]) -> list[int]:
    ids: list[int] = []
    body = {"filter": filter_, "MaxRecords": 200}
    answer = await hand.post("Tickets/query", body)
    while True:
        ids += [item["id"] for item in answer.body["items"]]
        following = answer.body["pageDetails"]["nextPageUrl"]
        if following is None:
            return ids
        answer = await hand.post(following, body)


def test_an_old_ticket_can_be_changed_and_seen_as_it_was() -> None:
    world = large()
    before = world.ticket(7001)
    world.change_ticket(7001, by=MARA, status=8)
    assert world.ticket(7001)["status"] == 8
    with world.rows.as_before(world.rows.changes_after(lambda _: True)):
        assert world.ticket(7001) == before
    assert world.ticket(7001)["status"] == 8


def test_the_days_of_old_tickets_are_spread() -> None:
    days = Counter(ticket["createDate"][:10] for ticket in large().rows.find("Tickets")[: TICKETS - WHOLE])
    assert len(days) > 300
