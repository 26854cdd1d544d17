"""Words to go on with above the compose box: in personal chats, after the first steps, and nowhere else."""

import pytest

from sandbox.teams import Conversation, Message, texts
from tests.scenario.conftest import World, card_of


def offered(world: World, message: Message) -> list[str]:
    return world.client.suggestions(message)


async def test_the_welcome_offers_words_that_run(world: World) -> None:
    mara = await world.linked()
    await world.client.uninstall(person=mara)
    told = await world.client.install(person=mara)
    welcome, further = [message for said in told for message in said.messages]
    assert welcome.card is not None
    assert further.text == "Next, you could say /tickets mine, /new or /help."
    assert offered(world, further) == ["/tickets mine", "/new", "/help"]
    said = await world.client.tap(further, "/tickets mine", person=mara)
    assert "Your open tickets" in texts(card_of(said))


async def test_help_offers_what_the_person_may_say(world: World) -> None:
    mara, stranger = await world.linked(), world.teams.person("Olga Otherwise")
    for person, words in ((mara, ["/tickets mine", "/tickets unassigned"]), (stranger, ["/me"])):
        said = await world.client.say("help", person=person)
        assert offered(world, said.messages[-1]) == words


async def test_the_first_list_offers_others_and_the_next_does_not(world: World) -> None:
    mara = await world.linked()
    first = (await world.client.say("tickets mine", person=mara)).messages[-1]
    assert offered(world, first) == ["/tickets unassigned", "/tickets overdue", "/help"]
    (again,) = (await world.client.tap(first, "/tickets overdue", person=mara)).messages
    assert again.card is not None
    assert offered(world, again) == []


@pytest.mark.parametrize("place", ["group", "channel"])
@pytest.mark.parametrize("words", ["help", "tickets mine"])
async def test_nothing_is_suggested_to_many(world: World, place: str, words: str) -> None:
    mara = await world.linked()
    where: Conversation = {
        "group": world.teams.group("Night shift", mara),
        "channel": world.teams.team("Service", mara),
    }[place]
    (card,) = (await world.client.say(words, person=mara, conversation=where)).messages
    assert card.card is not None
    assert not card.suggested
