"""A card that shows what is no longer so: nothing is written, and the fresh card says that it changed meanwhile."""

from datetime import timedelta

import pytest

from tests.scenario.conftest import World, card_of
from tests.scenario.hand import now, read, show

CHANGED = "changed meanwhile"


@pytest.mark.parametrize("polled", [False, True])
async def test_a_status_that_moved_after_the_form_was_shown_is_not_overwritten(world: World, polled: bool) -> None:  # noqa: FBT001 - a parameter of the test
    mara = await world.linked()
    ticket = world.open_ticket_of()
    card = card_of(await world.client.press(await show(world, mara, ticket), "Status", person=mara))
    world.later(timedelta(minutes=1))
    world.at.world.change_ticket(ticket["id"], by=world.resource(1), status=7)
    if polled:
        await world.poll()
    world.at.forget_requests()

    said = await world.client.press(card, "Set status", person=mara, inputs={"status": "10"})

    assert CHANGED in read(said)
    assert "Waiting Customer" in read(said)
    assert not world.writes()
    assert now(world, ticket)["status"] == 7


async def test_a_ticket_that_somebody_took_in_autotask_is_not_taken_away(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of(1)
    message = await show(world, mara, ticket)
    world.later(timedelta(minutes=1))
    taker, role = world.resource(2), world.open_ticket_of(2)["assignedResourceRoleID"]
    world.at.world.change_ticket(
        ticket["id"], by=world.resource(1), assignedResourceID=taker, assignedResourceRoleID=role
    )
    said = await world.client.press(message, "Take it", person=mara)
    assert CHANGED in read(said)
    assert now(world, ticket)["assignedResourceID"] == taker


async def test_the_fresh_card_can_be_used_at_once(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    await world.client.press(message, "Status", person=mara)
    world.later(timedelta(minutes=1))
    world.at.world.change_ticket(ticket["id"], by=world.resource(1), status=7)
    await world.client.press(message, "Set status", person=mara, inputs={"status": "10"})
    await world.client.press(message, "Status", person=mara)
    done = await world.client.press(message, "Set status", person=mara, inputs={"status": "10"})
    assert "Status is now Dispatched" in read(done)
    assert now(world, ticket)["status"] == 10


async def test_a_change_of_another_field_does_not_stand_in_the_way(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    card = card_of(await world.client.press(await show(world, mara, ticket), "Status", person=mara))
    world.later(timedelta(minutes=1))
    world.at.world.change_ticket(ticket["id"], by=world.resource(1), title="Renamed")
    done = await world.client.press(card, "Set status", person=mara, inputs={"status": "10"})
    assert "Status is now Dispatched" in read(done)
    assert "Renamed" in read(done)


async def test_what_somebody_else_has_set_already_is_simply_done(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    card = card_of(await world.client.press(await show(world, mara, ticket), "Status", person=mara))
    world.later(timedelta(minutes=1))
    world.at.world.change_ticket(ticket["id"], by=world.resource(1), status=10)
    done = await world.client.press(card, "Set status", person=mara, inputs={"status": "10"})
    assert "Status is now Dispatched" in read(done)
