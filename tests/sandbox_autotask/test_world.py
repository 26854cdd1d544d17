"""The seeded provider, its life, and the command line that starts it."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from sandbox.autotask import Clock, Life, World, demo_people, seed
from sandbox.autotask.values import read_time
from tests.sandbox_autotask.hand import Hand

NOON = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)


def seeded(tickets: int, seed_number: int = 1) -> World:
    world = World(Clock(NOON))
    seed.fill(world, tickets=tickets, seed=seed_number)
    return world


def test_the_same_seed_makes_the_same_world_and_another_one_does_not() -> None:
    assert seeded(60).rows.find("Tickets") == seeded(60).rows.find("Tickets")
    assert seeded(60).rows.find("Tickets") != seeded(60, seed_number=2).rows.find("Tickets")


def test_every_demo_person_is_an_active_technician_with_an_address_of_their_own_and_open_tickets() -> None:
    world = seeded(50)
    for person in demo_people():
        assert [each["id"] for each in world.rows.find("Resources", email=person.email)] == [person.resource_id]
        assert world.record("Resources", person.resource_id)["isActive"]
        assigned = world.rows.find("Tickets", assignedResourceID=person.resource_id)
        assert any(ticket["status"] != 5 for ticket in assigned)


def test_tickets_obey_the_rules_that_the_api_enforces() -> None:
    world = seeded(300)
    contacts = {each["id"]: each["companyID"] for each in world.rows.find("Contacts", isActive=1)}
    desk = {(each["resourceID"], each["roleID"]) for each in world.rows.find("ResourceServiceDeskRoles")}
    for ticket in world.rows.find("Tickets"):
        assert contacts[ticket["contactID"]] == ticket["companyID"]
        pair = (ticket["assignedResourceID"], ticket["assignedResourceRoleID"])
        assert pair == (None, None) or pair in desk
        assert (ticket["completedDate"] is None) == (ticket["status"] != 5)
        assert read_time(ticket["createDate"]) <= read_time(ticket["lastActivityDate"]) <= NOON


def test_small_worlds_are_mostly_open_and_large_ones_mostly_history() -> None:
    for tickets, expected in ((100, 60), (2000, 300)):
        rows = seeded(tickets).rows.find("Tickets")
        assert sum(ticket["status"] != 5 for ticket in rows) == expected


def test_some_clocks_have_run_out_and_some_have_not() -> None:
    open_ones = [ticket for ticket in seeded(200).rows.find("Tickets") if ticket["status"] != 5]
    late = [ticket for ticket in open_ones if read_time(ticket["resolvedDueDateTime"]) < NOON]
    assert 0 < len(late) < len(open_ones)


def test_ids_and_numbers_grow_with_time_and_repeat_nowhere() -> None:
    tickets = seeded(500).rows.find("Tickets")
    created = [read_time(ticket["createDate"]) for ticket in tickets]
    assert created == sorted(created)
    assert len({ticket["ticketNumber"] for ticket in tickets}) == 500


def test_histories_hold_internal_public_and_customer_notes() -> None:
    world = seeded(200)
    notes = world.rows.find("TicketNotes")
    assert {note["publish"] for note in notes} == {1, 2}
    assert any(note["createdByContactID"] and note["creatorResourceID"] is None for note in notes)


def test_life_creates_answers_works_and_moves_the_same_way_each_time() -> None:
    stories = []
    for _ in range(2):
        world = seeded(30)
        life = Life(world, seed=4)
        told = []
        for _ in range(40):
            world.clock.advance(timedelta(minutes=3))
            told.append(life.step())
        stories.append((told, world.rows.find("Tickets")))
    assert stories[0] == stories[1]
    assert {"created", "answered", "worked", "moved"} <= set(stories[0][0])
    assert len(stories[0][1]) == 30 + stories[0][0].count("created")


def test_life_in_an_empty_desk_waits_for_the_first_ticket() -> None:
    world = seeded(0)
    life = Life(world, seed=1)
    assert {life.step() for _ in range(30)} >= {"created"}


async def test_a_cancelled_life_ends() -> None:
    task = asyncio.create_task(Life(seeded(5), interval=3600).run())
    await asyncio.sleep(0)
    task.cancel()
    assert await asyncio.wait({task}, timeout=5) == ({task}, set())


async def test_the_command_line_prints_address_and_credentials_and_answers(hand: Hand) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--tickets", "5", "--life", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        async with asyncio.timeout(30):
            told = dict([(await process.stdout.readline()).decode().split(":", 1) for _ in range(5)])
        zone = told["Zone URL"].strip()
        assert zone.startswith("http://127.0.0.1:")
        secret = told["Secret"].strip()
        answer = await hand.send("GET", f"{zone}V1.0/Tickets/7001", headers={"Secret": secret})
        assert answer.body["item"]["id"] == 7001
    finally:
        process.terminate()
        await process.wait()
