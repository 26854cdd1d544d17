"""An AutoTask that takes its time: "Saving..." at once, and the message is edited when the outcome is known."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta

import pytest

from attms_core.desk import lookback
from sandbox.teams import Message, Person, Said, texts
from tests.scenario.conftest import Open, World
from tests.scenario.hand import fill, notes, now, read, show
from tests.support.gate import Gate, Stop

IMPATIENT = {"patience": timedelta(milliseconds=20)}
PATCH, CREATE, NOTE = r"PATCH .*/Tickets$", r"POST .*/Tickets$", r"POST .*/Notes$"


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    async with Gate() as gate:
        yield gate


@pytest.fixture
async def world(open_world: Open, gate: Gate) -> World:
    return await open_world(prepare=gate.lead_to, brought=IMPATIENT, AUTOTASK_ZONE_URL=gate.url)


async def slowly(pressing: asyncio.Task[Said], stop: Stop) -> tuple[Said, Message]:
    """Give the answer of a press while AutoTask is held, and the card's next face after it was let go."""
    said = await pressing
    async with asyncio.timeout(5):
        await stop.reached.wait()  # a first press may outlast this patience on its way there
    stop.release()
    return said, await said.edit()


async def through(pressing: Awaitable[Said]) -> None:
    """See a press through that nothing holds up: on a slow machine it, too, is said to be saving first."""
    said = await pressing
    if "Saving..." in read(said):
        await said.edit()


def words(message: Message) -> str:
    return "\n".join(texts(message.card or {}))


async def test_saving_is_said_at_once_and_the_message_is_edited_when_it_is_done(world: World, gate: Gate) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    stop = gate.stop(PATCH)
    pressing = asyncio.create_task(fill(world, message, mara, "Status", "Set status", status="10"))

    said, edited = await slowly(pressing, stop)

    assert "Saving..." in read(said)
    assert edited.id == message.id
    assert "Status is now Dispatched (Mara Lindqvist)" in words(edited)
    assert now(world, ticket)["status"] == 10


async def test_a_private_card_in_a_channel_does_not_stay_at_saving(world: World, gate: Gate) -> None:
    mara, tomas = await world.linked(0), await world.linked(1)
    channel, ticket = world.teams.team("Service", mara, tomas), world.open_ticket_of()
    asked = f"ticket {ticket['ticketNumber']}"
    (message,) = (await world.client.say(asked, person=mara, conversation=channel, targeted=True)).messages
    stop = gate.stop(PATCH)
    pressing = asyncio.create_task(fill(world, message, mara, "Status", "Set status", status="10"))

    said, edited = await slowly(pressing, stop)

    assert "Saving..." in read(said)
    assert (edited.id, edited.targeted_to) == (message.id, mara.mri)
    assert "Status is now Dispatched (Mara Lindqvist)" in words(edited)


async def test_pressing_again_while_it_is_saved_writes_once(world: World, gate: Gate) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    asked = await world.client.press(message, "Status", person=mara)
    card = dict(asked.answer.card or {}) if asked.answer else {}
    stop = gate.stop(PATCH)
    world.at.forget_requests()
    first = asyncio.create_task(world.client.press(card, "Set status", person=mara, inputs={"status": "10"}))
    await stop.reached.wait()
    second = await world.client.press(card, "Set status", person=mara, inputs={"status": "10"})
    assert "Saving..." in read(second)
    said, edited = await slowly(first, stop)
    assert "Saving..." in read(said)
    assert "Status is now Dispatched" in words(edited)
    assert len(world.writes()) == 1


async def start_create(world: World, person: Person) -> tuple[Message, "asyncio.Task[Said]"]:
    company = world.at.world.rows.find("Companies", isActive=True)[1]
    message = (await world.client.say("/new", person=person)).messages[-1]
    await world.client.press(message, "Next", person=person, inputs={"search": company["companyName"]})
    inputs = {"title": "Printer on fire", "description": "Smoke", "priority": "1", "queue": "29683481"}
    press = world.client.press(message, "Create ticket", person=person, inputs=inputs)
    return message, asyncio.create_task(press)


async def test_a_new_ticket_that_is_refused_late_comes_back_as_its_form_with_all_that_was_typed(
    world: World, gate: Gate
) -> None:
    mara = await world.linked()
    world.at.world.tenant.demands[3] = {"purchaseOrderNumber"}
    stop = gate.stop(CREATE)
    message, pressing = await start_create(world, mara)

    said, edited = await slowly(pressing, stop)

    assert "Saving..." in read(said)
    held = {each["id"]: each.get("value") for each in (edited.card or {})["body"] if "id" in each}
    assert (held["title"], held["description"], held["priority"]) == ("Printer on fire", "Smoke", "1")
    assert "f:purchaseOrderNumber" in held

    stop.release()
    gate.open_all()
    inputs = {"f:purchaseOrderNumber": "PO-7"}
    await through(world.client.press(message, "Create ticket", person=mara, inputs=inputs))
    (made,) = world.tickets(title="Printer on fire")
    assert made["purchaseOrderNumber"] == "PO-7"


async def test_a_note_that_is_refused_late_comes_back_with_its_text(world: World, gate: Gate) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    before = len(notes(world, ticket))
    world.at.world.tenant.picklists["TicketNotes", "noteType"].clear()
    stop = gate.stop(NOTE)
    message = await show(world, mara, ticket)
    pressing = asyncio.create_task(fill(world, message, mara, "Note", "Add note", text="Swapped the switch"))
    _, edited = await slowly(pressing, stop)
    held = {each["id"]: each.get("value") for each in (edited.card or {})["body"] if "id" in each}
    assert held["text"] == "Swapped the switch"
    assert len(notes(world, ticket)) == before


async def test_an_internal_note_that_is_refused_late_is_not_read_out_to_a_group(world: World, gate: Gate) -> None:
    mara = await world.linked()
    group = world.teams.group("Customer and us", mara, world.teams.person("Guest Person", guest=True))
    ticket = world.open_ticket_of()
    world.at.world.tenant.picklists["TicketNotes", "noteType"].clear()
    stop = gate.stop(NOTE)
    message = await show(world, mara, ticket, group)
    pressing = asyncio.create_task(fill(world, message, mara, "Note", "Add note", text="They pay late"))
    _, edited = await slowly(pressing, stop)
    assert "They pay late" not in str(edited.card)


async def test_a_late_answer_that_was_lost_asks_on_the_card(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookback, "BETWEEN_LOOKS", timedelta())
    mara = await world.linked()
    stop = gate.stop(CREATE)
    message, pressing = await start_create(world, mara)
    await stop.reached.wait()
    said = await pressing
    stop.cut()
    edited = await said.edit()
    assert "It is not certain that this was saved" in words(edited)

    world.at.world.tenant.demands.clear()
    done = await world.client.press(message, "It is not there, try again", person=mara)
    while "Ticket created" not in words(edited):
        edited = await done.edit()
    assert len(world.tickets(title="Printer on fire")) == 1


async def test_trying_again_for_a_ticket_that_has_turned_up_does_not_keep_anybody_waiting_for_the_look(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookback, "BETWEEN_LOOKS", timedelta())
    mara = await world.linked()
    world.at.world.tenant.demands.clear()
    hidden = world.at.faults.add("stale", entity="Tickets")
    world.at.faults.add("lost_reply", entity="Tickets", verb="create", count=1)
    message, pressing = await start_create(world, mara)
    unsure = read(said) if "Saving..." not in read(said := await pressing) else words(await said.edit())
    assert "It is not certain that this was saved" in unsure
    world.at.faults.release(hidden)

    stop = gate.stop(r"POST .*/Tickets/query$")
    again = asyncio.create_task(world.client.press(message, "It is not there, try again", person=mara))
    said, edited = await slowly(again, stop)

    assert "Saving..." in read(said)
    while "Ticket created" not in words(edited):
        edited = await said.edit()
    assert len(world.tickets(title="Printer on fire")) == 1
