"""Silence: said or pressed, it is quiet there until the customer writes or somebody wants to hear again."""

from datetime import timedelta

import pytest

from sandbox.teams import Conversation, Message, Person, Said, buttons
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import Ticket, read, seen
from tests.scenario.test_notice_personal_told import MARA, TOMAS, contact_of, give, news, position, said_since, settled


def number(ticket: Ticket) -> str:
    return str(ticket["ticketNumber"])


async def channel_of(world: World, person: Person) -> Conversation:
    """Give a channel in which a dispatcher has spoken."""
    channel = world.teams.team("Service", person, world.technician(TOMAS), channels=("Desk",)).sibling("Desk")
    await world.make(person, "dispatcher")
    await world.client.say("tickets open", person=person, conversation=channel)
    return channel


def last(said: Said) -> Message:
    return said.messages[-1]


async def told_of_answer(world: World, person: Person, ticket: Ticket, text: str) -> str:
    """Let the customer write, and give what is said to somebody because of it."""
    start = position(world)
    world.later(timedelta(minutes=2))
    world.at.world.add_note(ticket["id"], text, contact=contact_of(world, ticket))
    await world.poll()
    await settled(world, person)
    return said_since(world, person, start)


async def test_a_silenced_ticket_is_told_again_when_its_customer_writes(world: World) -> None:
    mara = await world.linked(MARA)
    ticket = world.open_ticket_of(TOMAS)
    await news(world, mara)
    done = await world.client.say(f"/silence {number(ticket)}", person=mara)
    assert f"Silent until the customer writes: {number(ticket)}" in read(done)
    assert f"hear {number(ticket)}" in read(done)
    give(world, ticket, MARA, by=TOMAS)
    assert await news(world, mara) == ""
    assert "Smoke again." in await told_of_answer(world, mara, ticket, "Smoke again.")
    assert "Nothing is silent here." in read(await world.client.say("silence", person=mara))


async def test_for_good_is_quiet_until_somebody_wants_to_hear_it(world: World) -> None:
    mara = await world.linked(MARA)
    ticket = world.open_ticket_of(MARA)
    await news(world, mara)
    await world.client.say(f"silence {number(ticket)} for good", person=mara)
    assert await told_of_answer(world, mara, ticket, "Nobody hears me.") == ""
    heard = await world.client.say(f"hear {number(ticket)}", person=mara)
    assert f"{number(ticket)} is told here again." in read(heard)
    assert "But now." in await told_of_answer(world, mara, ticket, "But now.")


async def test_a_silenced_colleague_is_not_told_and_others_are(world: World) -> None:
    mara = await world.linked(MARA)
    tomas = world.technician(TOMAS)
    first, second = [row for row in world.tickets(assignedResourceID=world.resource(TOMAS)) if row["status"] != 5][:2]
    await news(world, mara)
    done = await world.client.say(f"silence sender {tomas.name}", person=mara)
    assert f"Silent for good: {tomas.name} (technician)" in read(done)
    give(world, first, MARA, by=TOMAS)
    assert await news(world, mara) == ""
    give(world, second, MARA, by=2)
    assert number(second) in await news(world, mara)


async def test_a_notice_is_silenced_from_its_card(world: World) -> None:
    mara = await world.linked(MARA)
    ticket = world.open_ticket_of(TOMAS)
    await news(world, mara)
    start = position(world)
    give(world, ticket, MARA, by=TOMAS)
    assert number(ticket) in await news(world, mara)
    place = Conversation.personal(mara).id
    events = world.teams.connector.journal.events[start:]
    message = next(each.message for each in events if each.deed == "posted" and each.message.conversation == place)
    await world.client.press(message, "Silence this here until the customer writes", person=mara)
    assert f"Silent until the customer writes: {number(ticket)}" in seen(world, message, mara)
    world.at.world.change_ticket(ticket["id"], by=world.resource(TOMAS), priority=4)
    give(world, ticket, TOMAS, by=TOMAS)
    give(world, ticket, MARA, by=TOMAS)
    assert await news(world, mara) == ""


async def test_the_list_says_what_is_silent_and_ends_it_by_a_press(world: World) -> None:
    mara = await world.linked(MARA)
    ticket = world.open_ticket_of(MARA)
    await world.client.say(f"silence {number(ticket)}", person=mara)
    await world.client.say(f"silence sender technician {world.technician(TOMAS).name}", person=mara)
    listed = await world.client.say("/silence", person=mara)
    assert {f"Hear {number(ticket)} again", f"Hear {world.technician(TOMAS).name} again"} <= set(
        buttons(card_of(listed))
    )
    message = last(listed)
    await world.client.press(message, f"Hear {number(ticket)} again", person=mara)
    assert "It is told here again." in seen(world, message, mara)
    assert number(ticket) not in seen(world, message, mara)


async def test_the_answer_ends_the_silence_by_a_press_or_shows_the_ticket(world: World) -> None:
    mara = await world.linked(MARA)
    ticket = world.open_ticket_of(MARA)
    message = last(await world.client.say(f"silence {ticket['id']}", person=mara))
    await world.client.press(message, "Hear again", person=mara)
    assert "Nothing is silent here." in seen(world, message, mara)
    again = last(await world.client.say(f"silence {number(ticket)} until reply", person=mara))
    await world.client.press(again, "Show the ticket", person=mara)
    assert ticket["title"] in seen(world, again, mara)


async def test_in_a_channel_only_a_dispatcher_silences_and_it_is_silent_there_alone(world: World) -> None:
    mara, tomas = await world.linked(MARA), await world.linked(TOMAS)
    channel = await channel_of(world, mara)
    ticket = world.open_ticket_of(MARA)
    refused = await world.client.say(f"silence {number(ticket)}", person=tomas, conversation=channel)
    assert "for dispatchers to decide" in read(refused)
    done = await world.client.say(f"silence {number(ticket)}", person=mara, conversation=channel)
    assert "In this conversation nothing is told of it." in read(done)
    seen_by_tomas = await world.client.say("silence", person=tomas, conversation=channel)
    assert number(ticket) in read(seen_by_tomas)
    press = await world.client.press(last(seen_by_tomas), f"Hear {number(ticket)} again", person=tomas)
    assert "for dispatchers to decide" in read(press)
    assert "Nothing is silent here." in read(await world.client.say("silence", person=mara))


async def test_who_may_not_see_a_ticket_does_not_learn_its_title_from_the_list(world: World) -> None:
    mara, tomas = await world.linked(MARA), await world.linked(TOMAS)
    channel = await channel_of(world, mara)
    ticket = world.open_ticket_of(MARA)
    await world.client.say(f"silence {number(ticket)}", person=mara, conversation=channel)
    await world.make(tomas, "dispatcher", queues=[1])
    listed = await world.client.say("silence", person=tomas, conversation=channel)
    assert "A ticket that you may not see" in read(listed)
    assert number(ticket) not in read(listed)
    assert ticket["title"] not in read(listed)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("silence nonsense", "Say which ticket, or which sender."),
        ("silence T20000101.0001", "There is no ticket T20000101.0001"),
        ("silence {number} until tomorrow", "does not say for how long"),
        ("silence sender", "Say whose deeds shall be silent."),
        ("silence sender Nobody Atall", 'Nobody is called "Nobody Atall"'),
        ("hear something", "Say what to hear again."),
        ("hear {number}", "was not silent here."),
    ],
)
async def test_what_makes_no_sense_is_answered_with_the_way_on(world: World, words: str, says: str) -> None:
    mara = await world.linked(MARA)
    said = words.format(number=number(world.open_ticket_of(MARA)))
    assert says in read(await world.client.say(said, person=mara))


async def test_a_name_of_several_is_asked_about(world: World) -> None:
    mara = await world.linked(MARA)
    letter = world.technician(TOMAS).name[0]
    names = {person.name for person in (world.technician(place) for place in range(6)) if person.name[0] == letter}
    said = await world.client.say(f"silence sender technician {letter}", person=mara)
    if len(names) > 1:
        assert "Who is" in read(said)
    assert world.technician(TOMAS).name in read(said)


async def test_a_part_of_a_name_silences_nobody_unasked(world: World) -> None:
    mara = await world.linked(MARA)
    tomas = world.technician(TOMAS)
    asked = await world.client.say("silence sender technician Okaf", person=mara)
    assert 'Who is "Okaf"?' in read(asked)
    done = await world.client.press(asked.messages[-1], f"Silence {tomas.name}", person=mara)
    assert f"Silent for good: {tomas.name} (technician)" in read(done)


async def test_a_company_is_silenced_unasked_only_by_its_whole_name_or_as_a_company(world: World) -> None:
    mara = await world.linked(MARA)
    rows = world.at.world.rows.find("Companies", isActive=True)
    name = next(row["companyName"] for row in rows if len(row["companyName"].split()) > 1)
    word = name.split(maxsplit=1)[0]
    asked = await world.client.say(f"silence sender {word}", person=mara)
    assert f'Who is "{word}"?' in read(asked)
    assert f"Silence {name}" in buttons(card_of(asked))
    done = await world.client.say(f"silence sender {name}", person=mara)
    assert f"Silent for good: {name}" in read(done)
