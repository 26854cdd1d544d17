"""Places: welcome, leaving and coming back, and what may be read aloud where."""

import re
from collections.abc import Callable

import pytest

from sandbox.teams import Conversation, Person, buttons, texts
from tests.scenario.conftest import World, card_of, cards_of
from tests.scenario.hand import read

SECRET = "the spare key is under the mat"


@pytest.fixture
async def desk(world: World) -> "Desk":
    """Two colleagues in a team, one of them a dispatcher, and a ticket with an internal note."""
    mara, tomas = await world.linked(0), await world.linked(1)
    await world.make(mara, "dispatcher")
    ticket = world.open_ticket_of()
    world.at.world.add_note(ticket["id"], SECRET, by=world.resource(), publish=2)
    await world.poll()
    channel = world.teams.team("Service", mara, tomas, channels=("Desk",)).sibling("Desk")
    return Desk(world, mara, tomas, ticket["id"], channel)


class Desk:
    """What these tests touch."""

    def __init__(self, world: World, mara: Person, tomas: Person, ticket: int, channel: Conversation) -> None:
        self.world, self.mara, self.tomas, self.ticket, self.channel = world, mara, tomas, ticket, channel

    async def say(self, words: str, person: Person | None = None, place: Conversation | None = None) -> str:
        said = await self.world.client.say(words, person=person or self.mara, conversation=place or self.channel)
        return " · ".join(texts(card_of(said)))

    async def reads_secret(self, place: Conversation | None = None) -> bool:
        return SECRET in await self.say(str(self.ticket), place=place)


async def test_internal_notes_show_after_a_dispatcher_says_so_and_until_it_is_ended(desk: Desk) -> None:
    assert not await desk.reads_secret()
    assert "Internal notes are shown here from now on." in await desk.say("internal on")
    assert await desk.reads_secret()
    assert "Internal notes are no longer shown here." in await desk.say("internal off")
    assert not await desk.reads_secret()


async def test_a_technician_cannot_open_a_channel(desk: Desk) -> None:
    assert "needs the role dispatcher; yours is technician." in await desk.say("internal on", desk.tomas)
    assert not await desk.reads_secret()


async def test_one_channel_opens_no_other_and_no_group(desk: Desk) -> None:
    await desk.say("internal on")
    group = desk.world.teams.group("Elsewhere", desk.mara, desk.tomas)
    assert not await desk.reads_secret(desk.channel.sibling())
    assert not await desk.reads_secret(group)


async def test_a_personal_chat_is_always_internal(desk: Desk) -> None:
    mine = Conversation.personal(desk.mara)
    assert "always shown here" in await desk.say("internal off", place=mine)
    assert await desk.reads_secret(mine)


@pytest.mark.parametrize("words", ["internal", "internal maybe", "internal on please"])
async def test_anything_but_on_and_off_changes_nothing(desk: Desk, words: str) -> None:
    assert "Say it like this: internal on, or internal off" in await desk.say(words)
    assert not await desk.reads_secret()


def guest(world: World) -> Person:
    return Person.named("Gus Guest", tenant=world.teams.tenants[0], guest=True)


def outsider(_: World) -> Person:
    return Person.named("Olga Outside", tenant="99999999-1111-4222-8333-444444444444")


@pytest.mark.parametrize("stranger", [guest, outsider])
async def test_a_channel_with_a_stranger_cannot_be_opened(desk: Desk, stranger: Callable[[World], Person]) -> None:
    other = stranger(desk.world)
    desk.world.teams.directory.join(desk.channel, other)
    said = await desk.say("internal on")
    assert f"This conversation cannot be internal: {other.name} would read along." in said
    assert not await desk.reads_secret()


async def test_a_channel_whose_roster_teams_does_not_tell_cannot_be_opened(desk: Desk) -> None:
    desk.world.teams.connector.faults.refuse("NotEnoughPermissions", conversation=desk.channel.base, method="GET")
    said = await desk.say("internal on")
    assert "This conversation is not internal: Teams does not tell who would read along." in said
    assert "Say it again in a few minutes." in said
    assert not await desk.reads_secret()


@pytest.mark.parametrize("stranger", [guest, outsider])
async def test_an_open_channel_is_closed_with_a_message_when_a_stranger_joins(
    desk: Desk, stranger: Callable[[World], Person]
) -> None:
    await desk.say("internal on")
    other = stranger(desk.world)
    joined = await desk.world.client.member_added(other, by=desk.mara, conversation=desk.channel)
    (message,) = joined.messages
    assert message.activity["text"] == f"Internal notes are no longer shown here: {other.name} joined."
    assert not await desk.reads_secret()


async def test_a_stranger_who_came_unseen_is_found_within_a_quarter_of_an_hour(desk: Desk) -> None:
    await desk.say("internal on")
    other = guest(desk.world)
    desk.world.teams.directory.join(desk.channel, other)  # the event never reached us
    await desk.world.house.core.jobs.run_now("recheck-internal")
    assert f"Internal notes are no longer shown here: {other.name} joined." in told(desk, desk.channel)
    assert not await desk.reads_secret()


async def test_a_roster_that_cannot_be_read_for_once_closes_nothing(desk: Desk) -> None:
    await desk.say("internal on")
    desk.world.teams.connector.faults.refuse("NotEnoughPermissions", conversation=desk.channel.base, method="GET")
    await desk.world.house.core.jobs.run_now("recheck-internal")
    assert await desk.reads_secret()


async def test_a_colleague_who_joins_closes_nothing(desk: Desk) -> None:
    await desk.say("internal on")
    ines = desk.world.technician(2)
    joined = await desk.world.client.member_added(ines, by=desk.mara, conversation=desk.channel)
    assert not joined.messages
    assert await desk.reads_secret()


def told(desk: Desk, place: Conversation) -> list[str]:
    """Give what the bot said there last, as far as it was plain text."""
    return [str(m.activity.get("text") or "") for m in desk.world.teams.connector.messages(place) if m.card is None]


@pytest.mark.parametrize("stranger", [guest, outsider])
async def test_a_stranger_who_joins_a_team_closes_all_of_its_channels_and_no_others(
    desk: Desk, stranger: Callable[[World], Person]
) -> None:
    general = desk.channel.sibling()
    elsewhere = desk.world.teams.team("Elsewhere", desk.mara, desk.tomas)
    for place in (general, desk.channel, elsewhere):
        await desk.say("internal on", place=place)
    other = stranger(desk.world)
    joined = await desk.world.client.member_added(other, by=desk.mara, conversation=general)
    assert joined.activity["conversation"]["id"] == general.base
    for place in (general, desk.channel):
        assert told(desk, place) == [f"Internal notes are no longer shown here: {other.name} joined."]
        assert not await desk.reads_secret(place)
    assert told(desk, elsewhere) == []
    assert await desk.reads_secret(elsewhere)


async def test_while_the_roster_cannot_be_read_whoever_joins_closes_the_channel(desk: Desk) -> None:
    general = desk.channel.sibling()
    for place in (general, desk.channel):
        await desk.say("internal on", place=place)
    desk.world.teams.connector.faults.refuse("NotEnoughPermissions", conversation=desk.channel.base, method="GET")
    await desk.world.client.member_added(desk.world.technician(2), by=desk.mara, conversation=general)
    unknown = "somebody whose membership Teams did not tell"
    assert told(desk, desk.channel) == [f"Internal notes are no longer shown here: {unknown} joined."]
    assert not await desk.reads_secret()
    assert told(desk, general) == []
    assert await desk.reads_secret(general)


async def test_a_channel_is_closed_though_it_cannot_be_told(desk: Desk) -> None:
    general = desk.channel.sibling()
    for place in (general, desk.channel):
        await desk.say("internal on", place=place)
    desk.world.teams.connector.faults.refuse("NotEnoughPermissions", conversation=general.base, method="POST")
    other = guest(desk.world)
    await desk.world.client.member_added(other, by=desk.mara, conversation=general)
    assert (told(desk, general), len(told(desk, desk.channel))) == ([], 1)
    assert not await desk.reads_secret(general)
    assert not await desk.reads_secret()


async def test_no_mark_outlives_the_app_in_any_channel_of_a_team(desk: Desk) -> None:
    general = desk.channel.sibling()
    await desk.say("internal on")
    await desk.world.client.uninstall(person=desk.mara, conversation=general)
    desk.world.teams.directory.join(general, guest(desk.world))
    await desk.world.client.install(person=desk.mara, conversation=general)
    assert not await desk.reads_secret()


@pytest.mark.parametrize("place", ["personal", "group", "channel"])
async def test_an_installation_is_greeted_once_though_teams_tells_it_twice(world: World, place: str) -> None:
    mara = world.technician()
    where = {
        "personal": Conversation.personal(mara),
        "group": world.teams.group("Night shift", mara),
        "channel": world.teams.team("Service", mara),
    }[place]
    told = await world.client.install(person=mara, conversation=where)
    cards = [message.card for said in told for message in cards_of(said)]
    assert len(cards) == 1
    assert "Your service desk is here" in texts(cards[0] or {})
    again = await world.client.install(person=mara, conversation=where)
    assert not [message for said in again for message in said.messages]


async def test_a_greetings_button_runs_for_whoever_presses(world: World) -> None:
    mara = await world.linked()
    team = world.teams.team("Service", mara)
    told = await world.client.install(person=mara, conversation=team)
    (message,) = [message for said in told for message in said.messages]
    pressed = await world.client.press(message, "Tickets mine", person=mara)
    assert "Your open tickets" in texts(card_of(pressed))


async def test_an_app_that_was_removed_and_put_back_greets_again_and_answers(world: World) -> None:
    mara = await world.linked()
    team = world.teams.team("Service", mara)
    await world.client.install(person=mara, conversation=team)
    gone = await world.client.uninstall(person=mara, conversation=team)
    assert not gone.messages
    told = await world.client.install(person=mara, conversation=team)
    assert len([message for said in told for message in said.messages]) == 1
    said = await world.client.say("tickets mine", person=mara, conversation=team)
    assert "Your open tickets" in texts(card_of(said))


async def test_reactions_edits_and_deletions_are_taken_in_silence(world: World) -> None:
    mara = await world.linked()
    said = await world.client.say("tickets mine", person=mara)
    for told in (
        await world.client.react(said.messages[-1], "like", person=mara),
        await world.client.correct(said, "tickets open"),
        await world.client.take_back(said),
    ):
        assert told.status in {200, 202}
        assert not told.messages


async def test_a_message_that_teams_repeats_is_answered_once(world: World) -> None:
    mara = await world.linked()
    said = await world.client.say("tickets mine", person=mara)
    again = await world.client.redeliver(said)
    assert again.status in {200, 202}
    assert not again.messages
    assert "Refresh" in buttons(card_of(said))


async def test_the_times_of_a_card_that_others_see_too_name_their_zone(world: World) -> None:
    mara, peer = await world.linked(), await world.linked(2)
    group = world.teams.group("Network", mara, peer)
    ticket = world.open_ticket_of()
    named = re.compile(r"\d:\d\d(?: [AP]M)? (?:[A-Z]{3,5}|UTC[+-]\d+)\b")

    for place, is_named in ((group, True), (None, False)):
        said = await world.client.say(f"ticket {ticket['ticketNumber']}", person=mara, conversation=place)
        assert (named.search(read(said)) is not None) == is_named
