"""Views of one's own of a card that many see: who gets them, what they show, and that looking is no press."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.teams import CannotPressError, Conversation, Message, Person, Said, buttons, texts
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import Ticket, fill, now, read, seen, show

DEEDS = {"Take it", "Assign", "Status", "Priority", "Note"}
SECRET = "the spare key is under the mat"


@pytest.fixture
async def night(world: World) -> "Night":
    """A group of a technician, a reader and somebody whom nobody has linked; the ticket is the technician's."""
    mara, tomas = await world.linked(0), await world.linked(1)
    await world.make(tomas, "reader")
    olga = world.teams.person("Olga Otherwise")
    return Night(world, mara, tomas, olga, world.teams.group("Night shift", mara, tomas, olga))


class Night:
    """What these tests touch."""

    def __init__(self, world: World, mara: Person, tomas: Person, olga: Person, group: Conversation) -> None:
        self.world, self.mara, self.tomas, self.olga, self.group = world, mara, tomas, olga, group
        self.ticket: Ticket = world.open_ticket_of()

    async def show(self, place: Conversation | None = None) -> Message:
        return await show(self.world, self.mara, self.ticket, place or self.group)

    async def look(self, message: Message, person: Person) -> Said:
        """Let the card come into somebody's view."""
        return await self.world.client.refresh(message, person=person)

    def deeds(self, message: Message, person: Person) -> set[str]:
        return DEEDS & set(buttons(self.world.client.view(message, person)))


def named(message: Message) -> list[str]:
    """Give whom the card is refreshed for."""
    return list(((message.card or {}).get("refresh") or {}).get("userIds", []))


async def test_those_who_may_read_get_views_of_their_own_and_nobody_else(night: Night) -> None:
    message = await night.show()
    assert sorted(named(message)) == sorted([night.mara.mri, night.tomas.mri])
    with pytest.raises(CannotPressError):
        await night.look(message, night.olga)


async def test_everybody_sees_the_buttons_that_they_may_press(night: Night) -> None:
    message = await night.show()
    assert night.deeds(message, night.olga) == DEEDS
    await night.look(message, night.mara)
    await night.look(message, night.tomas)
    assert night.deeds(message, night.mara) == DEEDS - {"Take it"}
    assert night.deeds(message, night.tomas) == set()
    assert "Refresh" in buttons(night.world.client.view(message, night.tomas))
    assert night.deeds(message, night.olga) == DEEDS


async def test_a_view_of_ones_own_goes_on_being_refreshed_for_its_person_alone(night: Night) -> None:
    message = await night.show()
    own = card_of(await night.look(message, night.tomas))
    assert own["refresh"]["userIds"] == [night.tomas.mri]


async def test_a_channel_has_views_too(night: Night) -> None:
    desk = night.world.teams.team("Service", night.mara, night.tomas, channels=("Desk",)).sibling("Desk")
    message = await night.show(desk)
    await night.look(message, night.tomas)
    assert night.deeds(message, night.tomas) == set()


async def test_a_personal_card_needs_no_views_and_shows_a_reader_no_deeds(night: Night) -> None:
    message = await show(night.world, night.tomas, night.ticket)
    assert "refresh" not in (message.card or {})
    assert night.deeds(message, night.tomas) == set()


async def test_looking_writes_nothing_and_wishes_nothing(night: Night) -> None:
    message = await night.show()
    night.world.at.forget_requests()
    for person in (night.mara, night.tomas, night.mara):
        assert read(await night.look(message, person))
    assert not night.world.at.requests
    assert not night.world.teams.connector.messages(night.group)[-1].is_edited


@pytest.mark.parametrize("button", ["Status", "Take it", "Refresh"])
async def test_what_only_a_press_may_ask_is_not_done_when_nobody_has_pressed(night: Night, button: str) -> None:
    message = await night.show()
    card = message.card or {}
    pressed = next(each for each in card["actions"] if each["title"] == button)
    kept = {name: pressed[name] for name in ("type", "title", "verb", "data")}
    said = await night.world.client.invoke(
        "adaptiveCard/action",
        {"action": kept, "trigger": "automatic"},
        person=night.tomas,
        conversation=night.group,
        reply_to=message.id,
    )
    assert said.status == 200
    assert said.answer is not None
    assert said.answer.card is None
    assert said.answer.error
    assert now(night.world, night.ticket) == dict(night.ticket)


async def test_a_view_that_somebody_may_not_have_leaves_everybodys_card_in_place(night: Night) -> None:
    message = await night.show()
    asked = {"action": (message.card or {})["refresh"]["action"], "trigger": "automatic"}
    said = await night.world.client.invoke(
        "adaptiveCard/action", asked, person=night.olga, conversation=night.group, reply_to=message.id
    )
    assert said.answer is not None
    assert said.answer.card is None
    assert said.answer.status_code == 400


async def test_a_reader_of_other_queues_gets_no_view(night: Night) -> None:
    await night.world.make(night.tomas, "reader", queues=())
    message = await night.show()
    said = await night.look(message, night.tomas)
    assert said.answer is not None
    assert said.answer.card is None


async def test_after_a_deed_everybodys_view_says_what_happened(night: Night) -> None:
    message = await night.show()
    done = await fill(night.world, message, night.mara, "Status", "Set status", status="10")
    edited = await done.edit()
    assert sorted(named(edited)) == sorted([night.mara.mri, night.tomas.mri])
    await night.look(edited, night.tomas)
    assert f"Status is now Dispatched ({night.mara.name})" in seen(night.world, edited, night.tomas)
    assert night.deeds(edited, night.tomas) == set()


async def test_what_was_done_to_one_ticket_is_not_told_on_anothers_card(night: Night) -> None:
    message = await night.show()
    done = await fill(night.world, message, night.mara, "Status", "Set status", status="10")
    told = (await done.edit()).card or {}
    other = next(row for row in night.world.tickets() if row["id"] != night.ticket["id"])
    action = told["refresh"]["action"]
    forged = {**action, "data": {"attms": {**action["data"]["attms"], "ticket": other["id"]}}}
    said = await night.world.client.invoke(
        "adaptiveCard/action", {"action": forged, "trigger": "automatic"}, person=night.tomas, conversation=night.group
    )
    assert other["ticketNumber"] in read(said)
    assert "Status is now" not in read(said)


async def crowded(night: Night, size: int) -> None:
    for count in range(size - 3):
        night.world.teams.directory.join(night.group, Person.named(f"Member {count}", tenant=night.mara.tenant))


@pytest.mark.parametrize(("size", "has_views"), [(60, True), (61, False)])
async def test_beyond_sixty_members_there_is_one_card_for_all(night: Night, *, size: int, has_views: bool) -> None:
    await crowded(night, size)
    message = await night.show()
    assert bool(named(message)) == has_views
    assert night.deeds(message, night.tomas) == DEEDS


async def test_while_the_roster_is_unknown_there_is_one_card_for_all(night: Night) -> None:
    night.world.teams.connector.faults.refuse("ServiceError", conversation=night.group.id, method="GET")
    assert named(await night.show()) == []
    night.world.later(timedelta(minutes=1))
    assert named(await night.show())


async def leaving(night: Night) -> None:
    await night.world.client.member_removed(night.tomas, by=night.mara, conversation=night.group)


async def joining(night: Night) -> None:
    ines = await night.world.linked(2)
    await night.world.client.member_added(ines, by=night.mara, conversation=night.group)


@pytest.mark.parametrize("change", [leaving, joining])
async def test_who_comes_or_goes_is_heeded_by_the_next_card(night: Night, change: Callable[[Night], Any]) -> None:
    before = named(await night.show())
    await change(night)
    after = named(await night.show())
    assert len(after) == len(before) + (-1 if change is leaving else 1)


async def test_who_leaves_a_team_leaves_the_cards_of_all_its_channels(night: Night) -> None:
    general = night.world.teams.team("Service", night.mara, night.tomas, channels=("Desk",))
    before = named(await night.show(general.sibling("Desk")))
    await night.world.client.member_removed(night.tomas, by=night.mara, conversation=general)
    after = named(await night.show(general.sibling("Desk")))
    assert (set(before) - set(after), len(after)) == ({night.tomas.mri}, 1)


async def test_a_guest_gets_no_view_whoever_they_were_before(night: Night) -> None:
    night.world.teams.directory.leave(night.group, night.tomas)
    night.world.teams.directory.join(night.group, replace(night.tomas, guest=True))
    assert named(await night.show()) == [night.mara.mri]


async def test_the_roster_is_not_asked_for_each_card(night: Night) -> None:
    await night.show()
    calls = night.world.teams.connector.calls
    await night.show()
    assert night.world.teams.connector.calls == calls + 1


@pytest.mark.parametrize("internal", [False, True])
async def test_a_view_shows_internal_notes_where_the_conversation_may_see_them(night: Night, *, internal: bool) -> None:
    night.world.at.world.add_note(night.ticket["id"], SECRET, by=night.world.resource(), publish=2)
    await night.world.poll()
    await night.world.make(night.mara, "dispatcher")
    if internal:
        await night.world.client.say("internal on", person=night.mara, conversation=night.group)
    message = await night.show()
    await night.look(message, night.tomas)
    assert (SECRET in texts(night.world.client.view(message, night.tomas))) == internal
