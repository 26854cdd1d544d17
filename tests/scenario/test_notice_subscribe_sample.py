"""What a subscription would have told in the last days, and a sample of it, before anything is kept."""

from datetime import timedelta

from sandbox.teams import buttons, texts
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import read
from tests.scenario.subscribing import channel, dispatcher, kept, say


async def test_the_last_days_are_replayed_and_a_sample_is_posted_beneath_the_question(world: World) -> None:
    mara = await dispatcher(world)
    place = channel(world, "Sample", mara)
    ticket = world.open_ticket_of(1)
    await world.poll()
    world.later(timedelta(minutes=1))
    world.at.world.add_note(ticket["id"], "the spare key is under the mat", by=world.resource(1), publish=2)
    world.at.world.change_ticket(ticket["id"], by=world.resource(1), title="Printer of the seventh floor")
    await world.poll()
    message, said = await say(world, "/subscribe title:seventh", mara, place)
    assert "1 post" in read(said)
    assert f"{ticket['ticketNumber']} Printer of the seventh floor" in read(said)

    done = await world.client.press(message, "Send me a sample", person=mara)

    assert "The sample has been posted here." in read(done)
    assert "Save" in buttons(card_of(done))
    posted = done.messages[-1]
    shown = "\n".join(texts(posted.card or {}))
    assert "A sample: like this it would have been told." in shown
    assert "Printer of the seventh floor" in shown
    assert "spare key" not in str(posted.activity)
    assert posted.is_in(message.conversation)
    assert await kept(world, mara, place) == []
