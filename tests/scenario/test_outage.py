"""AutoTask is down: the mirror goes on answering and says how old it is."""

from datetime import timedelta

import pytest

from sandbox.teams import buttons, texts
from tests.scenario.conftest import World, card_of


@pytest.fixture(params=["drop", "server_error"])
async def dark(world: World, request: pytest.FixtureRequest) -> World:
    """A world in which AutoTask has been away for five hours."""
    await world.linked()
    world.at.faults.add(request.param)
    world.later(timedelta(hours=5))
    return world


async def test_lists_and_tickets_are_shown_with_their_age(dark: World) -> None:
    mara, ticket = dark.technician(), dark.open_ticket_of()
    for words in ("tickets mine", "tickets open", str(ticket["id"])):
        shown = texts(card_of(await dark.client.say(words, person=mara)))
        assert any(text.startswith("This data is 5 h") for text in shown)
    listed = await dark.client.say("tickets open", person=mara)
    assert any(button.startswith("Open T") for button in buttons(card_of(listed)))


async def test_a_write_says_that_nothing_was_changed(dark: World) -> None:
    mara, ticket = dark.technician(), dark.open_ticket_of()
    shown = texts(card_of(await dark.client.say(f"status {ticket['id']} dispatched", person=mara)))
    assert any(text.startswith("Nothing was changed.") for text in shown)
    assert dark.at.world.ticket(ticket["id"])["status"] == ticket["status"]


async def test_a_ticket_that_is_not_here_says_that_autotask_cannot_be_asked(dark: World) -> None:
    shown = texts(card_of(await dark.client.say("ticket 999999", person=dark.technician())))
    assert not any(text.startswith("There is no ticket") for text in shown)
    assert any("AutoTask" in text for text in shown)


async def test_all_is_well_again_after_the_next_poll(dark: World) -> None:
    dark.at.faults.clear()
    await dark.poll()
    shown = texts(card_of(await dark.client.say("tickets mine", person=dark.technician())))
    assert not any(text.startswith("This data is") for text in shown)
