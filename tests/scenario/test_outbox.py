"""Edits of standing cards that Teams refuses for a while or for good: retried, buried, the latest wins, none lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attms_core.store import lanes, owed
from bot.notices import Sender
from bot.notices.leases import LEASE
from sandbox.teams import Message, Person, texts
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import fill, show
from tests.support.installation import Installation

LONG = 30
"""Seconds that Teams asks us to wait: more than any call waits by itself."""

SOON = timedelta(seconds=0.5)


def words(message: Message) -> str:
    return "\n".join(texts(message.card or {}))


async def until(world: World, holds: Callable[["State"], bool]) -> "State":
    """Wait until the outbox looks like this."""
    async with asyncio.timeout(10):
        while not holds(state := await look(world)):
            pass  # each look gives way to the sender
    return state


State = tuple[bool, list[str]]
"""Whether something waits for a later moment, and the reasons of what was given up."""


async def look(world: World) -> State:
    ground = world.house.ground
    due = await ground.store.read(lanes.next_due_at)
    dead = await ground.store.read(lambda tx: owed.dead(tx, world.house.core.tenant))
    # Due now is no delay, nor is the minute for which somebody who works on it has claimed it.
    waits = due is not None and SOON < due - world.clock.now() < LEASE - SOON
    return waits, [each.reason for each in dead]


async def with_status(world: World, person: Person) -> Message:
    """Set a status, so that the card owes an edit; give its message."""
    message = await show(world, person, world.open_ticket_of())
    await fill(world, message, person, "Status", "Set status", status="10")
    return message


def faces(world: World, message: Message) -> list[str]:
    """Give what the message has shown, its first face aside."""
    journal = world.teams.connector.journal
    return [words(e.message) for e in journal.events if e.message.id == message.id and e.deed == "edited"]


@pytest.mark.parametrize(
    ("code", "times", "wait"),
    [("Throttled", 1, LONG), ("ServiceError", 1, 2), ("BadGateway", 1, 2), ("PreconditionFailed", 1, 2)],
)
async def test_what_teams_refuses_for_a_while_is_sent_again_when_it_asks_for_it(
    world: World, code: str, times: int, wait: int
) -> None:
    mara = await world.linked()
    asked = LONG if code == "Throttled" else None
    world.teams.connector.faults.refuse(code, method="PUT", times=times, retry_after=asked)
    message = await with_status(world, mara)
    await until(world, lambda state: state[0])
    assert not faces(world, message)

    world.later(timedelta(seconds=wait - 1))
    world.house.sender.poke()
    await until(world, lambda state: state[0])
    assert not faces(world, message)

    world.later(timedelta(seconds=1))
    world.house.sender.poke()
    await until(world, lambda state: not state[0] and bool(faces(world, message)))
    (face,) = faces(world, message)
    assert "Status is now Dispatched" in face


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("BotNotInConversationRoster", "delivery-not-installed"),
        ("ConversationBlockedByUser", "delivery-blocked"),
        ("ActivityNotFoundInConversation", "delivery-gone"),
        ("BadArgument", "delivery-rejected"),
    ],
)
async def test_what_teams_refuses_for_good_is_given_up_with_its_reason(world: World, code: str, reason: str) -> None:
    mara = await world.linked()
    world.teams.connector.faults.refuse(code, method="PUT")
    message = await with_status(world, mara)
    _, dead = await until(world, lambda state: bool(state[1]))
    assert dead[0].startswith(reason)
    assert not faces(world, message)


async def test_an_edit_that_is_too_big_says_in_short_what_happened_and_leads_to_the_ticket(world: World) -> None:
    mara = await world.linked()
    world.teams.connector.faults.refuse("MessageSizeTooBig", method="PUT")
    message = await with_status(world, mara)
    await world.teams.connector.journal.wait(
        lambda event: event.message.id == message.id and event.deed == "edited", after=0, patience=10
    )
    short = world.client.view(message, mara)
    assert "The whole card is too big for Teams." in texts(short)
    assert "Status is now Dispatched" in " ".join(texts(short))
    there = await world.client.press(message, "Show the ticket", person=mara)
    assert "Dispatched" in texts(card_of(there))
    _, dead = await look(world)
    assert not dead


async def test_an_edit_that_is_too_big_even_in_short_is_given_up(world: World) -> None:
    mara = await world.linked()
    world.teams.connector.faults.refuse("MessageSizeTooBig", method="PUT", times=2)
    await with_status(world, mara)
    _, dead = await until(world, lambda state: bool(state[1]))
    assert dead[0].startswith("delivery-too-big")


async def test_a_message_that_was_given_up_is_edited_again_when_something_new_is_owed(world: World) -> None:
    mara = await world.linked()
    world.teams.connector.faults.refuse("NotEnoughPermissions", method="PUT")
    message = await with_status(world, mara)
    await until(world, lambda state: bool(state[1]))
    said = await fill(world, message, mara, "Priority", "Set priority", priority="4")
    assert "Priority is now Critical" in words(await said.edit())
    await until(world, lambda state: not state[1])


async def test_of_two_edits_that_wait_for_one_message_only_the_latest_is_sent(world: World) -> None:
    mara = await world.linked()
    world.teams.connector.faults.refuse("Throttled", method="PUT", retry_after=LONG)
    message = await with_status(world, mara)
    await until(world, lambda state: state[0])
    await fill(world, message, mara, "Priority", "Set priority", priority="4")
    assert not faces(world, message)  # Teams asked us to wait, whatever there is to say

    world.later(timedelta(seconds=LONG + 1))
    world.house.sender.poke()
    await until(world, lambda state: not state[0] and bool(faces(world, message)))
    (face,) = faces(world, message)
    assert "Priority is now Critical" in face


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Installation]:
    async with Installation(tmp_path) as place:
        yield place


async def test_an_edit_that_was_under_way_when_the_bot_was_stopped_is_sent_by_the_next(place: Installation) -> None:
    mara = place.technician()
    ticket = next(row for row in place.at.world.rows.find("Tickets") if row["status"] not in {5, 10})
    door = place.teams.connector.door
    async with place.inside() as bot:
        asked = await bot.client.say("me", person=mara)
        await bot.client.press(asked.messages[-1], "Yes, that is me", person=mara)
        shown = await bot.client.say(f"ticket {ticket['ticketNumber']}", person=mara)
        message = shown.messages[-1]
        await bot.client.press(message, "Status", person=mara)
        door.hold()
        await bot.client.press(message, "Set status", person=mara, inputs={"status": "10"})
        await door.somebody_waits()
    door.release()
    async with place.inside():
        await place.teams.connector.journal.wait(
            lambda event: event.message.id == message.id and "Status is now Dispatched" in words(event.message),
            after=0,
            patience=10,
        )


class Nowhere:
    """Nobody to speak to: nothing is owed."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


async def test_a_sender_that_gets_news_while_it_is_stopped_still_stops(world: World) -> None:
    ground = world.house.ground

    async def never(*_: object, **__: object) -> dict[str, object]:
        raise AssertionError("nothing is owed")

    sender = Sender(database=ground.store, line=Nowhere(), rooms=Nowhere(), render=never, now=world.clock.now)
    async with asyncio.timeout(10):
        async with sender:
            for _ in range(20):
                await look(world)  # long enough for the sender to fall asleep
            sender.poke()
