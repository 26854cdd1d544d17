"""Who works on a ticket: taking it, giving it away, and what a role allows."""

import pytest

from attms_core.model import PersonKey, ResourceId, TenantId
from sandbox.autotask.seed_base import technicians
from tests.scenario.conftest import World
from tests.scenario.hand import by_people, fill, now, read, show, told

PEER = 1
"""The place of a colleague among the technicians."""


async def test_a_technician_takes_a_ticket_and_it_is_theirs_in_autotask(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of(PEER)
    world.at.forget_requests()

    done = await world.client.press(await show(world, mara, ticket), "Take it", person=mara)

    assert "Now with Mara Lindqvist" in read(done)
    assert now(world, ticket)["assignedResourceID"] == world.resource()
    (write,) = world.writes()
    assert write.headers["ImpersonationResourceId"] == str(world.resource())
    assert ("assignee", world.resource()) in by_people(await told(world, ticket))


async def test_a_dispatcher_gives_a_ticket_to_a_colleague(world: World) -> None:
    mara = await world.linked()
    await world.make(mara, "dispatcher")
    ticket, peer = world.open_ticket_of(), technicians()[PEER]

    done = await fill(world, await show(world, mara, ticket), mara, "Assign", "Assign", resource=str(peer.resource_id))

    assert f"Now with {peer.first} {peer.last}" in read(done)
    assert now(world, ticket)["assignedResourceID"] == peer.resource_id


async def test_a_technician_may_not_give_work_to_others_and_is_told_which_role_may(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    world.at.forget_requests()

    done = await fill(
        world, await show(world, mara, ticket), mara, "Assign", "Assign", resource=str(world.resource(PEER))
    )

    assert "needs the role dispatcher" in read(done)
    assert not world.writes()


async def test_a_technician_may_give_a_ticket_to_themselves_by_the_form(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of(PEER)
    await fill(world, await show(world, mara, ticket), mara, "Assign", "Assign", resource=str(world.resource()))
    assert now(world, ticket)["assignedResourceID"] == world.resource()


async def test_a_ticket_is_assigned_by_words(world: World) -> None:
    mara = await world.linked()
    await world.make(mara, "dispatcher")
    ticket, peer = world.open_ticket_of(PEER), technicians()[2]

    mine = await world.client.say(f"/assign {ticket['ticketNumber']} me", person=mara)
    theirs = await world.client.say(f"assign {ticket['ticketNumber']} {peer.first} {peer.last}", person=mara)

    assert "Now with Mara Lindqvist" in read(mine)
    assert f"Now with {peer.first} {peer.last}" in read(theirs)
    assert now(world, ticket)["assignedResourceID"] == peer.resource_id


@pytest.mark.parametrize("said", ["me.", "to me", "myself", "@Mara Lindqvist", "to mara lindqvist.", "to @Mara"])
async def test_who_is_meant_may_be_said_in_many_ways(world: World, said: str) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of(PEER)
    done = await world.client.say(f"assign {ticket['ticketNumber']} {said}", person=mara)
    assert "Now with Mara Lindqvist" in read(done)
    assert now(world, ticket)["assignedResourceID"] == world.resource()


@pytest.mark.parametrize("linked", [True, False])
async def test_a_mention_is_the_technician_of_whoever_is_mentioned(world: World, *, linked: bool) -> None:
    mara = await world.linked()
    await world.make(mara, "dispatcher")
    otto = world.teams.person("Otto Other")
    ticket, peer = world.open_ticket_of(), world.resource(PEER)
    if linked:
        key = PersonKey(TenantId(otto.tenant.lower()), otto.object_id.lower())
        await world.house.core.people.link(key, ResourceId(peer), by="test")
    group = world.teams.group("Night shift", mara, otto)
    text = f"assign {ticket['ticketNumber']} <at>Otto</at>"
    activity = world.client.shapes.message(
        text, mara, group, now=world.clock(), number="1700000000002", mentions_bot=True
    )
    mentioned = {"id": otto.mri, "name": otto.name, "aadObjectId": otto.object_id}
    activity["entities"].append({"type": "mention", "text": "<at>Otto</at>", "mentioned": mentioned})

    said = await world.client.raw(activity, person=mara, conversation=group)

    assert (now(world, ticket)["assignedResourceID"] == peer) == linked
    assert ("Now with" in read(said)) == linked


async def test_a_role_that_autotask_no_longer_allows_comes_back_at_the_form(world: World) -> None:
    mara = await world.linked()
    await world.make(mara, "dispatcher")
    ticket, peer = world.open_ticket_of(), world.resource(PEER)
    rows = world.at.world.rows
    for entity in ("ResourceServiceDeskRoles", "ResourceRoles"):
        for row in rows.find(entity, resourceID=peer):
            rows.remove(entity, row["id"])

    done = await fill(world, await show(world, mara, ticket), mara, "Assign", "Assign", resource=str(peer))

    assert "combination is not currently defined" in read(done)
    assert "Assign to" in read(done)
    assert now(world, ticket)["assignedResourceID"] == world.resource()


async def test_a_name_that_nobody_has_is_answered_with_those_that_exist(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    said = await world.client.say(f"assign {ticket['ticketNumber']} Nobody Atall", person=mara)
    assert technicians()[PEER].last in read(said)


@pytest.mark.parametrize(("said", "named"), [("o", "Tomas Okafor"), ("ok", "Tomas Okafor"), ("Okaf", ""), ("ma", "")])
async def test_a_letter_or_two_assign_nothing_but_are_answered_with_who_could_be_meant(
    world: World, said: str, named: str
) -> None:
    mara = await world.linked()
    await world.make(mara, "dispatcher")
    ticket = world.open_ticket_of()
    world.at.forget_requests()
    done = await world.client.say(f"assign {ticket['ticketNumber']} {said}", person=mara)
    assert ("Possible" in read(done)) == bool(named or said == "ma")
    assert named in read(done)
    assert bool(world.writes()) == (said == "Okaf")
