"""Answers of AutoTask that are lost: looked up before anything is repeated, and never done twice."""

from datetime import timedelta
from typing import Any, Literal

import pytest

from attms_core.desk import lookback
from sandbox.teams import Message, Person, Said
from tests.scenario.conftest import World
from tests.scenario.hand import by_people, fill, notes, now, read, show, told

TITLE, TEXT = "Printer on fire", "Swapped the switch"
AGAIN = "It is not there, try again"
UNSURE = "It is not certain that this was saved"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookback, "BETWEEN_LOOKS", timedelta())


async def create(world: World, person: Person) -> tuple[Message, Said]:
    world.at.world.tenant.demands.clear()
    company = world.at.world.rows.find("Companies", isActive=True)[1]
    message = (await world.client.say("/new", person=person)).messages[-1]
    await world.client.press(message, "Next", person=person, inputs={"search": company["companyName"]})
    inputs = {"title": TITLE, "priority": "1", "queue": "29683481"}
    return message, await world.client.press(message, "Create ticket", person=person, inputs=inputs)


def made(world: World) -> list[dict[str, Any]]:
    return world.tickets(title=TITLE)


async def test_a_ticket_whose_answer_was_lost_is_found_and_not_made_again(world: World) -> None:
    mara = await world.linked()
    world.at.faults.add("lost_reply", entity="Tickets", verb="create", count=1)
    _, done = await create(world, mara)
    assert "Ticket created" in read(done)
    assert len(made(world)) == 1


async def test_a_ticket_that_never_arrived_is_made_once_when_the_person_says_so(world: World) -> None:
    mara = await world.linked()
    world.at.faults.add("drop", entity="Tickets", verb="create", count=1)
    message, unsure = await create(world, mara)
    assert UNSURE in read(unsure)
    assert not made(world)
    done = await world.client.press(message, AGAIN, person=mara)
    assert "Ticket created" in read(done)
    assert len(made(world)) == 1


async def test_a_ticket_that_turns_up_late_is_not_made_again(world: World) -> None:
    mara = await world.linked()
    hidden = world.at.faults.add("stale", entity="Tickets")
    world.at.faults.add("lost_reply", entity="Tickets", verb="create", count=1)
    message, unsure = await create(world, mara)
    assert UNSURE in read(unsure)
    world.at.faults.release(hidden)

    done = await world.client.press(message, AGAIN, person=mara)

    assert "Ticket created" in read(done)
    assert len(made(world)) == 1


async def test_a_note_whose_answer_was_lost_is_found(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    before = len(notes(world, ticket))
    world.at.faults.add("lost_reply", entity="TicketNotes", verb="create", count=1)
    done = await fill(world, await show(world, mara, ticket), mara, "Note", "Add note", text=TEXT)
    assert "Note added" in read(done)
    assert len(notes(world, ticket)) == before + 1


async def test_a_note_that_never_arrived_asks_and_trying_again_adds_one(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    before = len(notes(world, ticket))
    message = await show(world, mara, ticket)
    world.at.faults.add("drop", entity="TicketNotes", verb="create", count=1)
    unsure = await fill(world, message, mara, "Note", "Add note", text=TEXT)
    assert UNSURE in read(unsure)
    assert len(notes(world, ticket)) == before
    done = await world.client.press(message, AGAIN, person=mara)
    assert "Note added" in read(done)
    assert len(notes(world, ticket)) == before + 1


async def test_a_note_by_words_that_never_arrived_can_be_tried_again_too(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    before = len(notes(world, ticket))
    world.at.faults.add("drop", entity="TicketNotes", verb="create", count=1)
    said = await world.client.say(f"note {ticket['ticketNumber']} {TEXT}", person=mara)
    assert UNSURE in read(said)
    await world.client.press(said.messages[-1], AGAIN, person=mara)
    assert len(notes(world, ticket)) == before + 1


@pytest.mark.parametrize("kind", ["drop", "lost_reply"])
async def test_a_status_whose_answer_was_lost_ends_as_one_change_by_the_presser(
    world: World, kind: Literal["drop", "lost_reply"]
) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    world.at.faults.add(kind, entity="Tickets", verb="update", count=1)
    said = await fill(world, message, mara, "Status", "Set status", status="10")
    if UNSURE in read(said):
        said = await world.client.press(message, AGAIN, person=mara)
    assert "Status is now Dispatched" in read(said)
    assert now(world, ticket)["status"] == 10
    assert by_people(await told(world, ticket)) == [("status", world.resource())]


async def test_only_the_person_who_asked_may_try_again(world: World) -> None:
    mara, peer = await world.linked(), await world.linked(1)
    group = world.teams.group("Network", mara, peer)
    ticket = world.open_ticket_of()
    before = len(notes(world, ticket))
    message = await show(world, mara, ticket, group)
    world.at.faults.add("drop", entity="TicketNotes", verb="create", count=1)
    await world.client.press(message, "Note", person=mara)
    await world.client.press(message, "Add note", person=mara, inputs={"text": TEXT})
    card = world.client.view(message, mara)
    said = await world.client.press(card, AGAIN, person=peer, conversation=group)
    assert "Only the person who asked can try again" in read(said)
    assert len(notes(world, ticket)) == before
