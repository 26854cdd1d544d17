"""Clients that know no Action.Execute: every deed works by Action.Submit, whose press comes as a message."""

import pytest

from tests.scenario.conftest import World
from tests.scenario.hand import notes, now, seen, show


@pytest.mark.parametrize(
    ("form", "deed", "name", "value", "said"),
    [
        ("Status", "Set status", "status", "10", "Status is now Dispatched"),
        ("Priority", "Set priority", "priority", "4", "Priority is now Critical"),
        ("Note", "Add note", "text", "Swapped the switch", "Note added: internal"),
        ("Assign", "Assign", "resource", "29682901", "Now with Mara Lindqvist"),
    ],
)
async def test_a_form_and_its_deed_work_by_messages(  # noqa: PLR0917 - one row of the table above
    world: World, form: str, deed: str, name: str, value: str, said: str
) -> None:
    mara = await world.linked()
    message = await show(world, mara, world.open_ticket_of(1))
    await world.client.press(message, form, person=mara, fallback=True)
    world.at.forget_requests()
    done = await world.client.press(message, deed, person=mara, inputs={name: value}, fallback=True)
    again = await world.client.redeliver(done)
    assert said in seen(world, message, mara)
    assert len(world.writes()) == 1
    assert not done.messages
    assert not again.messages


async def test_a_ticket_is_taken_by_a_message(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of(1)
    message = await show(world, mara, ticket)
    await world.client.press(message, "Take it", person=mara, fallback=True)
    assert "Now with Mara Lindqvist" in seen(world, message, mara)
    assert now(world, ticket)["assignedResourceID"] == world.resource()


async def test_a_note_for_the_customer_is_confirmed_by_messages_too(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    before = len(notes(world, ticket))
    await world.client.press(message, "Note", person=mara, fallback=True)
    inputs = {"text": "All well again", "visible": "customer"}
    await world.client.press(message, "Add note", person=mara, inputs=inputs, fallback=True)
    assert "The customer will see this note" in seen(world, message, mara)
    assert len(notes(world, ticket)) == before
    await world.client.press(message, "Show it to the customer", person=mara, fallback=True)
    assert notes(world, ticket)[-1]["publish"] == 1
