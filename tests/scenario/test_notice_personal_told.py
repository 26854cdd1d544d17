"""What happens in AutoTask and concerns somebody is told in their own chat: once, not by themselves, not at night."""

import asyncio
from datetime import timedelta

from attms_core.model import lane_of_person
from attms_core.store import owed
from sandbox.teams import Conversation, Person, texts
from tests.scenario.conftest import World
from tests.scenario.hand import Ticket, fill, seen, show

MARA, TOMAS = 0, 1
NIGHT = timedelta(hours=3)


async def settled(world: World, person: Person) -> None:
    """Wait until nothing more is due in somebody's chat."""
    ground, lane = world.house.ground, lane_of_person(person.object_id.lower())

    async def is_due() -> bool:
        waiting = await ground.store.read(lambda tx: owed.waiting(tx, world.house.core.tenant, lane))
        return any(row.due_at <= world.clock.now() for row in waiting)

    async with asyncio.timeout(10):
        while await is_due():
            world.house.sender.poke()


def position(world: World) -> int:
    return world.teams.connector.journal.position


def said_since(world: World, person: Person, start: int) -> str:
    """Give what the bot has posted in somebody's chat since."""
    place = Conversation.personal(person).id
    found = [event.message for event in world.teams.connector.journal.events[start:] if event.deed == "posted"]
    return "\n".join(
        text
        for message in found
        if message.conversation == place and message.author != person.mri
        for text in (message.summary, *texts(message.card or {}))
    )


async def news(world: World, person: Person, after: timedelta = timedelta(minutes=2)) -> str:
    """Look for news in AutoTask a while later, and give what has been said in somebody's chat because of it."""
    start = position(world)
    world.later(after)
    await world.poll()
    await settled(world, person)
    return said_since(world, person, start)


def give(world: World, ticket: Ticket, place: int, by: int) -> None:
    resource = world.resource(place)
    role = world.at.world.ticket(world.open_ticket_of(place)["id"])["assignedResourceRoleID"]
    world.at.world.change_ticket(
        ticket["id"], by=world.resource(by), assignedResourceID=resource, assignedResourceRoleID=role
    )


def contact_of(world: World, ticket: Ticket) -> int:
    rows = world.at.world.rows.find("Contacts", companyID=ticket["companyID"])
    return int(next(row["id"] for row in rows))


async def test_a_ticket_that_a_colleague_gave_me_is_told_once(world: World) -> None:
    mara = await world.linked(MARA)
    ticket = world.open_ticket_of(TOMAS)
    await news(world, mara)
    give(world, ticket, MARA, by=TOMAS)
    assert ticket["ticketNumber"] in await news(world, mara)
    assert await news(world, mara) == ""


async def test_what_is_done_on_the_card_of_a_notice_stays_its_newest_line(world: World) -> None:
    mara = await world.linked(MARA)
    ticket = world.open_ticket_of(TOMAS)
    await news(world, mara)
    give(world, ticket, MARA, by=TOMAS)
    start = position(world)
    await news(world, mara)
    events = world.teams.connector.journal.events[start:]
    (notice,) = [each.message for each in events if each.deed == "posted" and each.message.author != mara.mri]

    await fill(world, notice, mara, "Status", "Set status", status="7")
    await settled(world, mara)
    world.later(timedelta(minutes=1))
    world.at.world.change_ticket(ticket["id"], by=world.resource(TOMAS), title="Renamed")
    await world.poll()
    await settled(world, mara)

    shown = seen(world, notice, mara)
    assert "Renamed" in shown
    told, deed = shown.index("Assigned to you"), shown.index(f"Status is now Waiting Customer ({mara.name})")
    assert told < deed


async def test_what_i_do_myself_in_autotask_or_through_a_card_is_not_told(world: World) -> None:
    mara = await world.linked(MARA)
    first, second = [row for row in world.tickets(assignedResourceID=world.resource(TOMAS)) if row["status"] != 5][:2]
    await news(world, mara)
    give(world, first, MARA, by=MARA)
    assert await news(world, mara) == ""
    await world.make(mara, "dispatcher")
    message = await show(world, mara, second)
    await fill(world, message, mara, "Assign", "Assign", resource=str(world.resource(MARA)))
    assert world.at.world.ticket(second["id"])["assignedResourceID"] == world.resource(MARA)
    assert await news(world, mara) == ""


async def test_the_customers_answer_and_a_mention_are_told_to_whom_they_concern(world: World) -> None:
    mara, tomas = await world.linked(MARA), await world.linked(TOMAS)
    ticket = world.open_ticket_of(MARA)
    await news(world, mara)
    world.at.world.add_note(ticket["id"], "It smokes again.", contact=contact_of(world, ticket))
    assert "It smokes again." in await news(world, mara)
    start = position(world)
    world.at.world.add_note(ticket["id"], f"@{tomas.name} please call them.", by=world.resource(MARA), publish=2)
    assert await news(world, mara) == ""
    await settled(world, tomas)
    assert "please call them." in said_since(world, tomas, start)


async def test_the_night_is_quiet_and_the_morning_tells_it(world: World) -> None:
    mara = await world.linked(MARA)
    ticket = world.open_ticket_of(TOMAS)
    await news(world, mara)
    now = world.clock.now()
    start, end = (now - NIGHT).strftime("%H:%M"), (now + NIGHT).strftime("%H:%M")
    await world.client.say(f"notices quiet {start}-{end} UTC", person=mara)
    give(world, ticket, MARA, by=TOMAS)
    assert await news(world, mara) == ""
    waits = texts((await world.client.say("notices", person=mara)).messages[-1].card or {})
    assert any("1 notice waits for it." in text for text in waits)
    assert ticket["ticketNumber"] in await news(world, mara, NIGHT)


async def test_quiet_hours_that_are_switched_off_tell_at_once_what_waited(world: World) -> None:
    mara = await world.linked(MARA)
    ticket = world.open_ticket_of(TOMAS)
    await news(world, mara)
    now = world.clock.now()
    words = f"notices quiet {(now - NIGHT).strftime('%H:%M')}-{(now + NIGHT).strftime('%H:%M')} UTC"
    await world.client.say(words, person=mara)
    give(world, ticket, MARA, by=TOMAS)
    assert await news(world, mara) == ""
    start = position(world)
    await world.client.say("notices quiet off", person=mara)
    await settled(world, mara)
    assert ticket["ticketNumber"] in said_since(world, mara, start)
