"""The line of the activity feed: on every card that the bot sends or edits, and about the ticket where there is one."""

import pytest

from sandbox.teams import Conversation
from tests.scenario.conftest import World, cards_of
from tests.scenario.hand import fill, show


def feed(world: World, place: Conversation) -> list[str]:
    """Give the line of every version of every card that stands there."""
    said = world.teams.connector.messages(place)
    return [str(version.get("summary", "")) for message in said for version in message.versions]


@pytest.mark.parametrize("in_group", [False, True])
@pytest.mark.parametrize("fallback", [False, True])
async def test_every_card_has_its_line_and_a_tickets_names_it(world: World, *, in_group: bool, fallback: bool) -> None:
    mara = await world.linked()
    place = world.teams.group("Night shift", mara) if in_group else Conversation.personal(mara)
    ticket = world.open_ticket_of(1)
    before = len(feed(world, place))

    message = await show(world, mara, ticket, place)
    done = await fill(world, message, mara, "Status", "Set status", fallback=fallback, status="10")
    if not fallback:
        await done.edit()
    await fill(world, message, mara, "Note", "Add note", fallback=fallback, text="Swapped the switch")
    await world.client.press(message, "Take it", person=mara, fallback=fallback)

    lines = feed(world, place)[before:]
    assert len(lines) > 1
    assert all(ticket["ticketNumber"] in line for line in lines)
    assert any("Status is now Dispatched" in line for line in lines)


WORDS = (
    "help",
    "me",
    "tickets mine",
    "tickets search nothing-at-all",
    "tickets of doom",
    "ticket T20200101.0001",
    "ticket",
    "internal on",
    "new Broken printer",
    "gibberish",
    "assign nobody",
)


async def test_whatever_is_said_the_answer_has_a_line_of_its_own(world: World) -> None:
    mara = await world.linked()
    for words in WORDS:
        said = await world.client.say(words, person=mara)
        assert cards_of(said)[-1].summary, words
        assert len(cards_of(said)[-1].summary) <= 150


async def test_a_welcome_and_a_stranger_have_lines_too(world: World) -> None:
    olga = world.teams.person("Olga Otherwise")
    await world.client.uninstall(person=olga)
    told = await world.client.install(person=olga)
    asked = await world.client.say("tickets mine", person=olga)
    assert all(message.summary for said in (*told, asked) for message in cards_of(said))
