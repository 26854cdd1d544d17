"""A ticket that nobody takes is told step by step where its queue's ladder says, until somebody takes it."""

import asyncio
from datetime import timedelta
from typing import Any

from attms_core.model.ticket import COMPLETE
from sandbox.teams import Conversation, Message, Person, texts
from tests.scenario.conftest import World
from tests.scenario.hand import Ticket, now

MARA, TOMAS = 0, 1
FEW = 5
"""So many tickets at once become one message."""


async def climb(world: World, minutes: float) -> list[Message]:
    """Let time pass, look for news and who is called, and give what the bot has posted because of it."""
    start = world.teams.connector.journal.position
    world.later(timedelta(minutes=minutes))
    await world.poll()
    await world.house.core.jobs.run_now("escalation")
    async with asyncio.timeout(10):
        while await is_due(world):
            world.house.sender.poke()
    events = world.teams.connector.journal.events[start:]
    return [event.message for event in events if event.deed == "posted" and event.message.card]


async def is_due(world: World) -> bool:
    waiting = await world.house.core.telling.letters.waiting()
    return any(each.wait.due_at <= world.clock.now() for each in waiting.page)


def read(message: Message) -> str:
    return "\n".join([message.summary, *texts(message.card or {})])


def open_tickets(world: World, queue: int) -> list[dict[str, Any]]:
    return [row for row in world.tickets(queueID=queue) if row["status"] != COMPLETE]


def nobodys(world: World, ticket: Ticket) -> None:
    """Take a ticket away from whoever has it."""
    by = world.resource(TOMAS)
    world.at.world.change_ticket(ticket["id"], by=by, assignedResourceID=None, assignedResourceRoleID=None)


def lonely(world: World) -> tuple[Ticket, str]:
    """Take an open ticket away from whoever has it, in a queue where everything else is taken; name the queue."""
    for each in world.house.core.desk.choices("queue"):
        there = open_tickets(world, each.value)
        if there and all(row.get("assignedResourceID") for row in there):
            nobodys(world, there[0])
            return there[0], each.label
    raise LookupError("every queue has tickets that nobody has")


async def dispatcher(world: World) -> Person:
    person = await world.linked(MARA)
    await world.make(person, "dispatcher")
    return person


async def test_it_goes_from_the_channel_to_a_person_and_ends_when_somebody_takes_it(world: World) -> None:
    mara, tomas = await dispatcher(world), await world.linked(TOMAS)
    place = world.teams.team("Night", mara, tomas, channels=("Desk",)).sibling("Desk")
    ticket, queue = lonely(world)
    await climb(world, 1)
    words = f'escalation "{queue}" 15m here, 30m @{tomas.name}, 45m everyone'
    await world.client.say(words, person=mara, conversation=place)

    assert await climb(world, 14) == []
    (called,) = await climb(world, 2)
    assert called.conversation.startswith(place.base)
    assert ticket["ticketNumber"] in read(called)
    assert "Nobody has taken this for" in read(called)
    assert await climb(world, 5) == []

    (to_tomas,) = await climb(world, 10)
    assert to_tomas.conversation == Conversation.personal(tomas).id
    assert ticket["ticketNumber"] in read(to_tomas)
    await world.client.press(to_tomas, "Take it", person=tomas)
    assert now(world, ticket)["assignedResourceID"] == world.resource(TOMAS)

    assert await climb(world, 60) == []


async def test_what_was_taken_before_the_message_leaves_is_not_told(world: World) -> None:
    mara = await dispatcher(world)
    ticket, queue = lonely(world)
    await climb(world, 1)
    await world.client.say(f'escalation "{queue}" 15m me', person=mara)
    world.later(timedelta(minutes=16))
    role = world.at.world.ticket(world.open_ticket_of(TOMAS)["id"])["assignedResourceRoleID"]
    world.at.world.change_ticket(
        ticket["id"],
        by=world.resource(TOMAS),
        assignedResourceID=world.resource(TOMAS),
        assignedResourceRoleID=role,
    )
    assert await climb(world, 0) == []


async def test_a_ladder_on_a_queue_of_many_old_tickets_tells_them_in_one_message(world: World) -> None:
    mara = await dispatcher(world)
    of_queue = {each.value: open_tickets(world, each.value) for each in world.house.core.desk.choices("queue")}
    value, open_ones = max(of_queue.items(), key=lambda one: len(one[1]))
    queue = world.house.core.desk.label("queue", value)
    for row in open_ones:
        nobodys(world, row)
    assert len(open_ones) >= FEW
    await climb(world, 1)
    await world.client.say(f'escalation "{queue}" 15m me', person=mara)

    assert await climb(world, 14) == []
    (told,) = await climb(world, 2)
    assert f"{len(open_ones)} tickets" in read(told)
    assert queue in read(told)
