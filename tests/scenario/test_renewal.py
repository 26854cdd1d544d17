"""Other settings while people speak: each of them gets an answer by the old ones or by the new, and nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from attms_core.errors import OperatorNeeded
from tests.scenario.conftest import World
from tests.scenario.hand import fill, now, read, show

Open = Callable[..., Awaitable[World]]


async def renew(world: World, **changed: Any) -> None:
    await world.house.renew(world.house.settings.model_copy(update=changed))


def sent(world: World) -> list[str]:
    """Give the ids of the cards that were posted; words to go on with come after the first list."""
    bot = world.teams.connector.bot_id
    posted = [event.message for event in world.teams.connector.journal.events if event.deed == "posted"]
    return [message.id for message in posted if message.author == bot and message.card is not None]


async def test_writing_is_switched_on_without_a_restart(open_world: Open) -> None:
    world = await open_world(AUTOTASK_WRITES="false")
    person, ticket = await world.linked(), world.open_ticket_of()
    message = await show(world, person, ticket)
    assert "switched off" in read(await fill(world, message, person, "Status", "Set status", status="10"))
    await renew(world, autotask_writes=True)
    message = await show(world, person, ticket)
    assert "Status is now Dispatched" in read(await fill(world, message, person, "Status", "Set status", status="10"))
    assert now(world, ticket)["status"] == 10


async def test_settings_that_cannot_serve_change_nothing(world: World) -> None:
    person = await world.linked()
    with pytest.raises(OperatorNeeded, match="ATTMS_BOT_APP_ID"):
        await renew(world, bot_app_id="")
    assert "Your open tickets" in read(await world.client.say("tickets mine", person=person))


async def test_everybody_who_speaks_meanwhile_is_answered_once(world: World) -> None:
    person = await world.linked()

    async def speak() -> None:
        assert "tickets" in read(await world.client.say("tickets mine", person=person))

    async def renewals() -> None:
        for turn in range(4):
            hosts = (*world.house.settings.bot_service_url_hosts, f"host{turn}.example.com")
            await renew(world, bot_service_url_hosts=hosts)  # the channel goes by these
            await renew(world, poll_seconds=100 + turn)

    before = len(sent(world))
    await asyncio.gather(*(speak() for _ in range(40)), renewals())
    assert len(sent(world)) - before == 40


async def test_a_write_under_way_ends_once_and_is_told(world: World) -> None:
    person, ticket = await world.linked(), world.open_ticket_of()
    message = await show(world, person, ticket)
    written, _ = await asyncio.gather(
        fill(world, message, person, "Status", "Set status", status="10"), renew(world, poll_seconds=77)
    )
    assert "Status is now Dispatched" in read(written)
    assert len([seen for seen in world.writes() if seen.method == "PATCH"]) == 1
