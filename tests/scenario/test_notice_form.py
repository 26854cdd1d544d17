"""From a change in AutoTask to what a channel sees: one card that stays true, words beneath it, and why it is there."""

import asyncio
from datetime import timedelta

from attms_core.model import Lane
from attms_core.store import owed
from sandbox.teams import Conversation, Message, Person, buttons, texts
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import read
from tests.scenario.subscribing import channel, dispatcher, say


async def settled(world: World, place: Conversation) -> None:
    """Wait until nothing more is due in a channel."""
    house = world.house

    async def is_due() -> bool:
        rows = await house.ground.store.read(lambda tx: owed.waiting(tx, house.core.tenant, Lane(place.base)))
        return any(row.due_at <= world.clock.now() for row in rows)

    async with asyncio.timeout(10):
        while await is_due():
            world.house.sender.poke()


async def news(world: World, place: Conversation) -> list[Message]:
    """Look for news two minutes later, and give what has been posted or edited in the channel because of it."""
    start = world.teams.connector.journal.position
    world.later(timedelta(minutes=2))
    await world.poll()
    await settled(world, place)
    events = world.teams.connector.journal.events[start:]
    return [event.message for event in events if event.message.conversation.startswith(place.base)]


async def subscribed(world: World, words: str, person: Person, place: Conversation) -> None:
    message, _ = await say(world, f"/subscribe {words}", person, place)
    await world.client.press(message, "Save", person=person)
    await news(world, place)


def shown(message: Message) -> str:
    return "\n".join(texts(message.card or {}))


async def test_a_ticket_has_one_card_that_stays_true_and_people_are_heard_beneath_it(world: World) -> None:
    mara = await dispatcher(world)
    place = channel(world, "News", mara)
    await subscribed(world, "events:all", mara, place)
    ticket, tomas = world.open_ticket_of(1), world.resource(1)

    world.at.world.change_ticket(ticket["id"], by=tomas, priority=1 if ticket["priority"] != 1 else 2)
    (root,) = await news(world, place)
    assert ticket["ticketNumber"] in root.summary
    assert " set the priority: " in shown(root)
    assert {"Take it", "Note", "Silence this here until the customer writes"} <= set(buttons(root.card or {}))

    world.at.world.change_ticket(ticket["id"], by=tomas, title="The printer is out")
    (edited,) = await news(world, place)
    assert edited.id == root.id
    assert "The printer is out" in shown(edited)

    world.at.world.add_note(ticket["id"], "Water helped.", by=tomas, publish=1)
    card, reply = await news(world, place)
    assert (card.id, reply.conversation) == (root.id, root.conversation)
    assert "wrote to the customer: Water helped." in reply.summary

    world.at.world.add_note(ticket["id"], "The key is under the mat.", by=tomas, publish=2)
    card, reply = await news(world, place)
    assert "An internal note was added (not shown here)" in reply.summary
    why = await world.client.press(root, "Why did I get this?", person=mara)
    assert "An internal note was added (not shown here)" in read(why)
    assert "mat" not in f"{card.activity} {reply.activity} {card_of(why)}"


async def test_the_buttons_of_a_notice_work_and_it_says_why_it_is_there(world: World) -> None:
    mara = await dispatcher(world)
    place = channel(world, "Why", mara)
    await subscribed(world, "events:status", mara, place)
    ticket = world.open_ticket_of(1)
    status = next(value for value in (8, 10) if value != ticket["status"])
    world.at.world.change_ticket(ticket["id"], by=world.resource(1), status=status)
    (root,) = await news(world, place)

    why = await world.client.press(root, "Why did I get this?", person=mara)
    assert f"of this channel, made by {mara.name}" in read(why)
    assert "The last time: " in read(why)
    assert "Edit subscription" in " ".join(buttons(card_of(why)))
    back = await world.client.press(root, "Back to the ticket", person=mara)
    assert ticket["ticketNumber"] in read(back)

    await world.client.press(root, "Take it", person=mara)
    assert world.at.world.ticket(ticket["id"])["assignedResourceID"] == world.resource(0)


async def test_a_card_whose_subscription_is_gone_says_so_when_it_is_asked_why(world: World) -> None:
    mara = await dispatcher(world)
    place = channel(world, "Silent", mara)
    await subscribed(world, "events:status", mara, place)
    ticket = world.open_ticket_of(1)
    status = next(value for value in (8, 10) if value != ticket["status"])
    world.at.world.change_ticket(ticket["id"], by=world.resource(1), status=status)
    (root,) = await news(world, place)

    message, _ = await say(world, "/subscriptions", mara, place)
    await world.client.press(message, "Remove", person=mara)
    await world.client.press(message, "Yes, remove it", person=mara)

    why = await world.client.press(root, "Why did I get this?", person=mara)
    assert "which has been removed since" in read(why)
