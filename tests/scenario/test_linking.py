"""Who somebody is: proposed, confirmed, declined; doubtful, taken, foreign, inactive."""

from datetime import timedelta

from sandbox.autotask.seed_base import CONTRACTOR, SHARED_EMAIL
from sandbox.teams import Conversation, Person, buttons, texts
from tests.scenario.conftest import YES, Open, World, card_of

FOREIGN = "99999999-1111-4222-8333-444444444444"


def shown(card: dict[str, object]) -> str:
    return " · ".join(texts(card))


async def sees_nothing(world: World, person: Person, conversation: Conversation | None = None) -> None:
    """Check that none of the doors leads to a ticket."""
    ticket = world.open_ticket_of()
    for words in ("tickets open", "tickets mine", str(ticket["id"]), f"tickets search {ticket['title'].split()[0]}"):
        said = await world.client.say(words, person=person, conversation=conversation)
        assert said.status in {200, 201, 202}
        assert not any(button.startswith("Open T") for button in buttons(card_of(said)))
        assert ticket["title"] not in texts(card_of(said))
    found = await world.client.search("companies", "", person=person, conversation=conversation)
    assert not found.results


async def test_a_person_is_proposed_confirms_and_works(world: World) -> None:
    mara = world.technician()
    first = await world.client.say("tickets mine", person=mara)
    assert "Are you Mara Lindqvist in AutoTask?" in texts(card_of(first))
    await sees_nothing(world, mara)
    done = await world.client.press(first.messages[-1], YES, person=mara)
    assert "You are linked." in shown(card_of(done)) or "linked" in texts(card_of(done))
    listed = await world.client.press(first.messages[-1], "My tickets", person=mara)
    assert "Your open tickets" in texts(card_of(listed))
    assert "technician" in texts(card_of(await world.client.say("me", person=mara)))


async def test_a_person_who_declines_is_not_asked_again(world: World) -> None:
    mara = world.technician()
    asked = await world.client.say("me", person=mara)
    done = await world.client.press(asked.messages[-1], "No, somebody else", person=mara)
    assert "You said that you are somebody else." in shown(card_of(done))
    again = await world.client.say("me", person=mara)
    assert YES not in buttons(card_of(again))
    await sees_nothing(world, mara)


async def test_somebody_elses_proposal_cannot_be_pressed(world: World) -> None:
    mara, tomas = world.technician(0), world.technician(1)
    group = world.teams.group("Two", mara, tomas)
    asked = await world.client.say("me", person=mara, conversation=group)
    pressed = await world.client.press(asked.messages[-1], YES, person=tomas)
    assert YES in buttons(card_of(pressed))  # Tomas is shown his own proposal
    assert "waiting for your confirmation" in texts(card_of(pressed))
    await sees_nothing(world, tomas)


async def test_two_technicians_with_one_address_need_an_administrator(world: World) -> None:
    rows = world.at.world.rows.find("Resources", email=SHARED_EMAIL)
    assert len(rows) == 2
    for row in rows:
        world.at.world.rows.put("Resources", {**row, "isActive": True})
    await world.house.core.jobs.run_now("technicians")
    renata = world.teams.person("Renata Dussel", email=SHARED_EMAIL)
    said = await world.client.say("me", person=renata)
    assert f"2 AutoTask technicians have the e-mail {SHARED_EMAIL}." in shown(card_of(said))
    await sees_nothing(world, renata)


async def test_an_inactive_namesake_is_no_doubt(world: World) -> None:
    renata = world.teams.person("Renata Dussel", email=SHARED_EMAIL)
    said = await world.client.say("me", person=renata)
    assert "Are you Renata Dussel in AutoTask?" in texts(card_of(said))
    assert str(CONTRACTOR) not in shown(card_of(said))


async def test_a_technician_who_is_taken_is_proposed_to_nobody_else(world: World) -> None:
    mara = await world.linked()
    twin = world.teams.person("Mara Twin", email=mara.email)
    said = await world.client.say("me", person=twin)
    assert "Mara Lindqvist is linked to somebody else." in shown(card_of(said))
    await sees_nothing(world, twin)


async def test_where_administrators_link_everybody_nothing_is_proposed(open_world: Open) -> None:
    world = await open_world(LINKING="admin")
    mara = world.technician()
    said = await world.client.say("me", person=mara)
    assert YES not in buttons(card_of(said))
    assert "here an administrator links everybody" in shown(card_of(said))
    await sees_nothing(world, mara)


async def test_a_guest_is_refused_politely_also_with_a_technicians_address(world: World) -> None:
    guest = world.teams.person("Mara Lindqvist Guest", guest=True, email=world.technician().email)
    said = await world.client.say("tickets mine", person=guest)
    assert "You are a guest here" in shown(card_of(said))
    assert YES not in buttons(card_of(await world.client.say("me", person=guest)))
    await sees_nothing(world, guest)


async def test_somebody_of_another_organisation_in_a_shared_channel_sees_nothing(world: World) -> None:
    mara = await world.linked()
    outsider = Person.named("Mara Outside", tenant=FOREIGN, email=world.technician(1).email)
    channel = world.teams.team("Shared", mara, channels=("Desk",)).sibling("Desk")
    world.teams.directory.join(channel, outsider)
    said = await world.client.say("tickets open", person=outsider, conversation=channel)
    assert "You belong to another organisation" in shown(card_of(said))
    await sees_nothing(world, outsider, channel)


async def test_another_tenant_is_not_let_in_at_all(world: World) -> None:
    foreigner = Person.named("Far Away", tenant=FOREIGN)
    world.teams.directory.hire(foreigner)
    said = await world.client.say("help", person=foreigner)
    assert said.status == 403
    assert not said.messages


async def test_a_technician_who_left_is_suspended_by_the_hourly_job(world: World) -> None:
    mara = await world.linked()
    resource = world.at.world.record("Resources", world.resource())
    world.at.world.rows.put("Resources", {**resource, "isActive": False})
    await world.house.core.jobs.run_now("technicians")
    said = await world.client.say("tickets mine", person=mara)
    assert "Mara Lindqvist is no longer active in AutoTask." in shown(card_of(said))
    await sees_nothing(world, mara)


async def test_a_colleague_who_became_a_guest_is_suspended_within_the_quarter_hour(world: World) -> None:
    mara = await world.linked()
    as_guest = Person.named(mara.name, tenant=mara.tenant, guest=True, object_id=mara.object_id)
    world.teams.directory.people.remove(mara)
    world.teams.directory.hire(as_guest)
    world.later(timedelta(minutes=16))
    await world.client.say("tickets mine", person=as_guest)
    await world.house.core.jobs.run_now("recheck-people")
    said = await world.client.say("tickets mine", person=as_guest)
    assert "You are a guest here" in shown(card_of(said))
    await sees_nothing(world, as_guest)


async def test_an_administrator_of_the_settings_is_one_without_being_linked(open_world: Open) -> None:
    boss = Person.named("Boss", tenant="2b6d3c90-51e7-4f7a-8c1d-9e0f4a3b7c65")
    world = await open_world(ADMINISTRATORS=f"{boss.object_id.upper()}, other")
    world.teams.directory.hire(boss)
    assert "administrator" in texts(card_of(await world.client.say("me", person=boss)))
    await sees_nothing(world, boss)


async def test_without_the_rosters_word_nobody_is_taken_at_their_own(world: World) -> None:
    stranger = Person.named(
        "Mara Lindqvist", tenant=world.teams.tenants[0], email=world.technician().email, object_id="x"
    )
    place = world.teams.group("Without her", world.technician(1))
    said = await world.client.say("me", person=stranger, conversation=place)
    assert YES not in buttons(card_of(said))
    await sees_nothing(world, stranger, place)
