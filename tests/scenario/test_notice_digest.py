"""Digests: set by words or by form, sent at their time, showing what their maker may see."""

from datetime import UTC, datetime, timedelta

import pytest

from attms_core.model import Lane, PersonKey, TenantId, lane_of_person
from attms_core.store import owed
from sandbox.teams import Conversation, Person, buttons, texts
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import read, seen
from tests.scenario.test_notice_personal_told import MARA, TOMAS, position, said_since, settled

ZONE = "Europe/Berlin"


def in_an_hour(world: World) -> tuple[str, datetime]:
    """Give the next whole hour but one as it is typed, and when that is."""
    at = world.clock.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    return f"{at:%H:%M} daily UTC", at


def desk_of(world: World, person: Person) -> Conversation:
    """Give a channel."""
    return world.teams.team("Service", person, world.technician(TOMAS), channels=("Desk",)).sibling("Desk")


async def come(world: World, at: datetime) -> None:
    """Let time pass until a moment, and let the jobs look."""
    world.later(at - world.clock.now() + timedelta(seconds=1))
    await world.house.core.jobs.run_now("digests")


async def quiet_in(world: World, lane: Lane) -> None:
    """Wait until nothing waits in a lane."""
    ground = world.house.ground
    while await ground.store.read(lambda tx: owed.waiting(tx, world.house.core.tenant, lane)):
        world.house.sender.poke()


def posted_in(world: World, place: Conversation, start: int) -> str:
    """Give what was posted in a channel since, by whomever."""
    events = world.teams.connector.journal.events[start:]
    found = [
        each.message for each in events if each.deed == "posted" and each.message.conversation.startswith(place.base)
    ]
    return "\n".join(text for message in found for text in (message.summary, *texts(message.card or {})))


async def test_ones_own_digest_comes_at_its_time_once(world: World) -> None:
    mara = await world.linked(MARA)
    words, at = in_an_hour(world)
    done = await world.client.say(f"/digest mine {words}", person=mara)
    assert f"Your tickets: every day at {at:%H:%M}, UTC." in read(done)
    await world.house.core.jobs.run_now("digests")
    start = position(world)
    await come(world, at)
    await settled(world, mara)
    said = said_since(world, mara, start)
    assert said.count("Your day:") == 1
    mine = [row for row in world.tickets(assignedResourceID=world.resource(MARA)) if row["status"] != 5]
    assert f"{len(mine)} open tickets" in said
    start = position(world)
    await world.house.core.jobs.run_now("digests")
    assert said_since(world, mara, start) == ""


async def test_a_row_of_the_digest_opens_its_ticket(world: World) -> None:
    mara = await world.linked(MARA)
    await world.client.say("digest mine 07:30", person=mara)
    start = position(world)
    await world.client.say("digest now", person=mara)
    await settled(world, mara)
    place = Conversation.personal(mara).id
    events = world.teams.connector.journal.events[start:]
    message = next(
        each.message
        for each in events
        if each.message.conversation == place and "Your day" in texts(each.message.card or {})
    )
    row = next(title for title in buttons(dict(message.card or {})) if title.startswith("Open T"))
    await world.client.press(message, row, person=mara)
    assert row.removeprefix("Open ") in seen(world, message, mara)


async def test_a_channels_digest_comes_to_the_channel(world: World) -> None:
    mara = await world.linked(MARA)
    await world.make(mara, "dispatcher")
    channel = desk_of(world, mara)
    words, at = in_an_hour(world)
    await world.client.say(f"digest here {words}", person=mara, conversation=channel)
    start = position(world)
    await come(world, at)
    await quiet_in(world, Lane(channel.base))
    said = posted_in(world, channel, start)
    open_ = [row for row in world.tickets() if row["status"] != 5]
    assert f"How the desk stands: {len(open_)} open tickets" in said
    assert "Open by queue" in said
    assert f"all that {mara.name} may see" in said


async def test_in_a_channel_only_a_dispatcher_arranges_what_comes_there(world: World) -> None:
    tomas = await world.linked(TOMAS)
    channel = desk_of(world, tomas)
    refused = await world.client.say("digest here 08:00 mon", person=tomas, conversation=channel)
    assert "for dispatchers to decide" in read(refused)
    own = await world.client.say("digest mine 08:00 mon", person=tomas, conversation=channel)
    assert "Your tickets in your own chat: Monday at 08:00" in read(own)
    assert "Monday at 08:00" in read(await world.client.say("digest", person=tomas))


async def test_the_form_sets_it_and_a_bad_value_comes_back_at_its_field(world: World) -> None:
    mara = await world.linked(MARA)
    message = (await world.client.say("digest mine", person=mara)).messages[-1]
    bad = {"time": "25:00", "days": "mon,thu", "zone": ZONE}
    await world.client.press(message, "Save", person=mara, inputs=bad)
    body = world.client.view(message, mara)["body"]
    at = [part.get("id") for part in body].index("time")
    assert '"25:00" is no time of the day.' in str(body[at - 2])
    assert {part["id"]: part.get("value") for part in body if "id" in part} == bad
    await world.client.press(message, "Save", person=mara, inputs={**bad, "time": "7:15 am"})
    assert "Your tickets: Monday and Thursday at 07:15, Europe/Berlin." in seen(world, message, mara)
    await world.client.press(message, "Change", person=mara)
    kept = {part["id"]: part.get("value") for part in world.client.view(message, mara)["body"] if "id" in part}
    assert kept == {"time": "07:15", "days": "mon,thu", "zone": ZONE}


async def test_it_is_paused_resumed_and_removed_by_buttons(world: World) -> None:
    mara = await world.linked(MARA)
    message = (await world.client.say("digest mine 07:30 mon-fri Europe/Berlin", person=mara)).messages[-1]
    for button, says in (("Pause", "Paused: none is sent"), ("Resume", "Next: "), ("Remove", "It comes no more")):
        await world.client.press(message, button, person=mara)
        assert says in seen(world, message, mara)
    words, at = in_an_hour(world)
    await world.client.say(f"digest mine {words}", person=mara)
    await world.client.say("digest pause", person=mara)
    start = position(world)
    await come(world, at)
    assert said_since(world, mara, start) == ""


async def test_off_ends_all_that_comes_here(world: World) -> None:
    mara = await world.linked(MARA)
    for kind in ("mine", "here"):
        await world.client.say(f"digest {kind} 07:30", person=mara)
    assert "No digest comes here any more." in read(await world.client.say("digest off", person=mara))
    listed = card_of(await world.client.say("digest", person=mara))
    assert buttons(listed).count("Set it up") == 2


async def test_it_shows_no_more_than_its_maker_may_see_when_it_is_sent(world: World) -> None:
    mara = await world.linked(MARA)
    await world.make(mara, "dispatcher")
    channel = desk_of(world, mara)
    await world.client.say("digest here 08:00", person=mara, conversation=channel)
    await world.make(mara, "dispatcher", queues=[])
    start = position(world)
    await world.client.say("digest now", person=mara, conversation=channel)
    await quiet_in(world, Lane(channel.base))
    assert "How the desk stands: Nothing is open here." in posted_in(world, channel, start)


async def test_it_says_how_old_its_data_is_while_autotask_is_silent(world: World) -> None:
    mara = await world.linked(MARA)
    await world.client.say("digest mine 07:30", person=mara)
    start = position(world)
    world.later(timedelta(days=2))
    await world.client.say("digest now", person=mara)
    await settled(world, mara)
    assert "old: AutoTask is not answering." in said_since(world, mara, start)


async def test_nothing_is_said_for_somebody_who_was_unlinked(world: World) -> None:
    mara = await world.linked(MARA)
    words, at = in_an_hour(world)
    await world.client.say(f"digest mine {words}", person=mara)
    await world.house.core.people.unlink(key_of(mara), by="a test")
    start = position(world)
    await come(world, at)
    await quiet_in(world, lane_of_person(mara.object_id.lower()))
    assert said_since(world, mara, start) == ""


def key_of(person: Person) -> PersonKey:
    return PersonKey(TenantId(person.tenant.lower()), person.object_id.lower())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("digest mine someday", "Say at what time."),
        ("digest 07:30 someday", '"someday" is no day of the week.'),
        ("digest 7:30 Mars/Olympus", '"Mars/Olympus" is no time zone.'),
        ("digest pause", "There is no such digest here."),
        ("digest off", "No digest comes here."),
    ],
)
async def test_what_makes_no_sense_is_answered_with_the_way_on(world: World, words: str, says: str) -> None:
    mara = await world.linked(MARA)
    said = read(await world.client.say(words, person=mara))
    assert says in said
    assert "digest" in said
