"""The same desk on PostgreSQL: the engine for more than one machine."""

from sandbox.teams import texts
from tests.scenario.conftest import Open, card_of


async def test_the_spine_holds_on_postgresql(postgres_url: str, open_world: Open) -> None:
    world = await open_world(DATABASE_URL=postgres_url)
    mara = await world.linked()
    ticket = world.open_ticket_of()

    listed = await world.client.say("tickets mine", person=mara)
    assert any(ticket["ticketNumber"] in text for text in texts(card_of(listed)))
    found = await world.client.say(f"tickets search {ticket['title'].split()[0]}", person=mara)
    assert any(ticket["title"] in text for text in texts(card_of(found)))

    shown = await world.client.say(ticket["ticketNumber"], person=mara)
    await world.client.press(shown.messages[-1], "Status", person=mara)
    done = await world.client.press(shown.messages[-1], "Set status", person=mara, inputs={"status": "10"})
    assert "Status is now Dispatched" in texts(card_of(done))
    assert "Status is now Dispatched (Mara Lindqvist)" in texts((await shown.edit()).card or {})
    assert world.at.world.ticket(ticket["id"])["status"] == 10

    await world.poll()
    again = await world.client.say("tickets mine status Dispatched", person=mara)
    assert any(ticket["ticketNumber"] in text for text in texts(card_of(again)))
