"""From a change in AutoTask to the message in Teams: one poll, or one callout, and nothing else has to happen.

No clock is moved and nobody pokes the sender: whoever keeps the news does.
"""

from datetime import timedelta
from typing import Any

import pytest

from bot.notices import sender
from sandbox.teams import Conversation, Message
from sandbox.teams.messages import Deed, Event
from tests.scenario.conftest import Open, World
from tests.scenario.subscribing import channel, dispatcher, say
from tests.scenario.test_callouts import reached, to_this_machine

DISPATCHED, WAITING = 10, 7
A_MOMENT = timedelta(seconds=5)
"""Between a person's words and the change: the change is not of the same second."""


@pytest.fixture(autouse=True)
def no_waking_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "IDLE", timedelta(hours=1))


async def listening(world: World) -> Conversation:
    """Give a channel that hears of every status."""
    mara = await dispatcher(world)
    place = channel(world, "Soon", mara)
    message, _ = await say(world, "/subscribe events:status", mara, place)
    await world.client.press(message, "Save", person=mara)
    return place


def change(world: World, ticket: dict[str, Any]) -> None:
    status = DISPATCHED if ticket["status"] != DISPATCHED else WAITING
    world.at.world.change_ticket(ticket["id"], by=world.resource(1), status=status)


async def told(world: World, place: Conversation, start: int) -> Message:
    """Wait for what the bot posts in a place. Raises ``TimeoutError`` when it posts nothing."""

    def fits(event: Event) -> bool:
        message = event.message
        is_ours = message.author == world.teams.connector.bot_id
        return event.deed is Deed.POSTED and is_ours and message.conversation.startswith(place.base)

    return (await world.teams.connector.journal.wait(fits, after=start, patience=20)).message


async def test_a_change_is_told_after_one_poll(world: World) -> None:
    place, ticket = await listening(world), world.open_ticket_of()
    await world.poll()
    world.later(A_MOMENT)
    start = world.teams.connector.journal.position
    change(world, ticket)
    await world.poll()
    message = await told(world, place, start)
    assert ticket["ticketNumber"] in message.summary


async def test_a_change_is_told_after_a_callout_with_no_poll_at_all(open_world: Open) -> None:
    world = await open_world(governed=True, prepare=to_this_machine)
    server = await reached(world, world.house.public)
    place, ticket = await listening(world), world.open_ticket_of()
    world.later(A_MOMENT)
    start = world.teams.connector.journal.position
    change(world, ticket)
    await world.at.callouts.settle()
    message = await told(world, place, start)
    assert ticket["ticketNumber"] in message.summary
    await server.close()
