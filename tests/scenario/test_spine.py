"""The main job: words, card, press, AutoTask changed in the person's own name, fresh card."""

from sandbox.teams import texts
from tests.scenario.conftest import World, card_of


async def test_a_technician_lists_their_tickets_and_sets_a_status_in_their_own_name(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    world.at.forget_requests()

    listed = await world.client.say("/tickets mine", person=mara)
    assert any(ticket["ticketNumber"] in text for text in texts(card_of(listed)))

    shown = await world.client.say(f"/ticket {ticket['ticketNumber']}", person=mara)
    asked = await world.client.press(shown.messages[-1], "Status", person=mara)
    done = await world.client.press(shown.messages[-1], "Set status", person=mara, inputs={"status": "10"})

    assert asked.status == done.status == 200
    assert "Status is now Dispatched" in texts(card_of(done))
    assert world.at.world.ticket(ticket["id"])["status"] == 10
    assert world.at.world.ticket(ticket["id"])["lastActivityResourceID"] == world.resource()
    (write,) = world.writes()
    assert write.headers["ImpersonationResourceId"] == str(world.resource())


async def test_the_message_is_edited_for_everybody_after_a_press(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    shown = await world.client.say(f"ticket {ticket['ticketNumber']}", person=mara)
    await world.client.press(shown.messages[-1], "Priority", person=mara)
    await world.client.press(shown.messages[-1], "Set priority", person=mara, inputs={"priority": "4"})
    edited = await shown.edit()
    assert "Priority is now Critical (Mara Lindqvist)" in texts(edited.card or {})
