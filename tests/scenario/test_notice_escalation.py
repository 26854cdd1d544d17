"""Ladders of queues in Teams: by words, by mention, by form; who may; and what the list says."""

from typing import Any

import pytest

from attms_core.model.ladder import Ladder, TargetKind
from attms_core.store import ladders
from sandbox.autotask.seed_base import technicians
from sandbox.teams import Conversation, Message, Person, Said, buttons
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import read

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESK = "Service Desk"
PEER = 1


async def dispatcher(world: World) -> Person:
    person = await world.linked()
    await world.make(person, "dispatcher")
    return person


def full_name(place: int) -> str:
    one = technicians()[place]
    return f"{one.first} {one.last}"


async def kept(world: World, queue: str = DESK) -> Ladder | None:
    """Give the ladder that is kept of a queue."""
    house = world.house
    found = await house.ground.store.read(lambda tx: ladders.everything(tx, house.core.tenant))
    return next((each for each in found if house.core.desk.label("queue", each.queue) == queue), None)


async def none_left(world: World) -> None:
    house = world.house

    def work(tx: Any) -> None:
        for each in ladders.everything(tx, house.core.tenant):
            ladders.remove(tx, house.core.tenant, each.id)

    await house.ground.store.write(work)


def card_message(said: Said) -> Message:
    return said.messages[-1]


def values(said: Said) -> dict[str, str]:
    """Give what a form's inputs hold."""
    return {each["id"]: each.get("value", "") for each in card_of(said)["body"] if "id" in each}


async def test_a_ladder_is_set_by_words_in_a_channel(shared: World) -> None:
    await none_left(shared)
    mara, tomas = await dispatcher(shared), await shared.linked(PEER)
    place = shared.teams.team("Ladders", mara, tomas, channels=("Desk",)).sibling("Desk")
    words = f'escalation "{DESK}" 15m here, 30m @{full_name(PEER)}, 1h30m everyone'

    said = await shared.client.say(words, person=mara, conversation=place)

    assert f"This is the escalation of {DESK}." in read(said)
    assert f"After 30 min: {full_name(PEER)}" in read(said).replace("\n", "")
    found = await kept(shared)
    assert found is not None
    assert [step.after.total_seconds() / 60 for step in found.steps] == [15, 30, 90]
    first, second, third = (step.targets[0] for step in found.steps)
    assert (first.kind, first.lane) == (TargetKind.PLACE, place.base)
    assert second.lane == f"person:{tomas.object_id.lower()}"
    assert third.kind is TargetKind.EVERYONE


@pytest.mark.parametrize("tells_object_id", [True, False])
async def test_a_mention_means_whoever_it_names_whatever_their_name_looks_like(
    shared: World, *, tells_object_id: bool
) -> None:
    await none_left(shared)
    mara, tomas = await dispatcher(shared), await shared.linked(PEER)
    place, shapes = Conversation.personal(mara), shared.client.shapes
    name = "Okafor, Tomas and Co 15m"
    words = f'escalation "{DESK}" 15m <at>{name}</at> and everyone'
    activity = shapes.message(words, mara, place, now=shared.clock(), number="1700000000001", mentions_bot=False)
    mentioned = {"id": tomas.mri, "name": name} | ({"aadObjectId": tomas.object_id} if tells_object_id else {})
    activity["id"] = f"mention-{tells_object_id}"
    activity["entities"].append({"type": "mention", "text": f"<at>{name}</at>", "mentioned": mentioned})

    said = await shared.client.raw(activity, person=mara, conversation=place)

    assert f"{full_name(PEER)} and everyone" in read(said)
    found = await kept(shared)
    assert found is not None
    assert found.steps[0].targets[0].lane == f"person:{tomas.object_id.lower()}"


async def test_the_list_says_how_each_stands_and_changes_it(shared: World) -> None:
    await none_left(shared)
    mara = await dispatcher(shared)
    empty = await shared.client.say("escalation", person=mara)
    assert "No queue has an escalation yet." in read(empty)
    await shared.client.say(f'escalation "{DESK}" 15m me', person=mara)

    listed = await shared.client.say("escalation", person=mara)
    assert DESK in read(listed)
    assert f"Set by {full_name(0)}" in read(listed)
    paused = await shared.client.press(card_message(listed), "Pause", person=mara)
    assert f"Paused: the escalation of {DESK}." in read(paused)
    found = await kept(shared)
    assert found is not None
    assert found.is_paused
    again = await shared.client.say("escalation", person=mara)
    assert "paused" in read(again)
    assert "It goes on" in read(await shared.client.press(card_message(again), "Go on", person=mara))


async def test_removing_asks_once(shared: World) -> None:
    await none_left(shared)
    mara = await dispatcher(shared)
    await shared.client.say(f'escalation "{DESK}" 15m me', person=mara)
    listed = await shared.client.say("escalation", person=mara)

    asked = await shared.client.press(card_message(listed), "Remove", person=mara)
    assert f"Remove the escalation of {DESK}?" in read(asked)
    assert await kept(shared) is not None
    done = await shared.client.press(card_message(listed), "Remove it", person=mara)
    assert "No queue has an escalation yet." in read(done)
    assert await kept(shared) is None


async def test_words_pause_resume_and_remove_by_the_queues_name(shared: World) -> None:
    await none_left(shared)
    mara = await dispatcher(shared)
    nothing = await shared.client.say(f"escalation pause {DESK}", person=mara)
    assert f"{DESK} has no escalation." in read(nothing)
    await shared.client.say(f"escalation {DESK} 15m me", person=mara)
    assert "Paused" in read(await shared.client.say(f'escalation pause "{DESK}"', person=mara))
    assert "It goes on" in read(await shared.client.say(f"escalation resume {DESK}", person=mara))
    assert "Remove the escalation" in read(await shared.client.say(f"escalation remove {DESK}", person=mara))


async def test_the_form_sets_a_ladder_and_shows_it_again(shared: World) -> None:
    await none_left(shared)
    mara = await dispatcher(shared)
    await shared.linked(PEER)
    asked = await shared.client.say("escalation new", person=mara)
    message = card_message(asked)
    queue = shared.house.core.desk.choice_named("queue", DESK).value
    peer = str(shared.resource(PEER))

    inputs = {"queue": str(queue), "after:1": "15m", "who:1": "here", "after:3": "2h", "who:3": peer}
    done = await shared.client.press(message, "Save", person=mara, inputs=inputs)

    assert f"This is the escalation of {DESK}." in read(done)
    found = await kept(shared)
    assert found is not None
    assert [step.targets[0].name for step in found.steps] == [full_name(0), full_name(PEER)]
    shown = await shared.client.press(message, "Change", person=mara)
    assert values(shown)["after:2"] == "2h"
    assert values(shown)["who:2"] == peer


async def test_what_is_wrong_in_the_form_comes_back_at_its_field(shared: World) -> None:
    await none_left(shared)
    mara = await dispatcher(shared)
    message = card_message(await shared.client.say(f'escalation "{DESK}"', person=mara))

    for wrong, because in (
        ({"after:1": "soon", "who:1": "here"}, "This is no time."),
        ({"after:1": "15m"}, "Choose who is told."),
        ({"who:1": "everyone"}, "Say after what time"),
        ({"after:1": "15m", "who:1": "here", "after:2": "10m", "who:2": "everyone"}, "later than the one before"),
        ({}, "1 to 10 steps"),
    ):
        inputs = {"after:1": "", "who:1": "", "after:2": "", "who:2": ""} | wrong
        done = await shared.client.press(message, "Save", person=mara, inputs=inputs)
        assert because in read(done)
        assert "Nothing was saved yet" in read(done)
        assert {name: text for name, text in values(done).items() if text and name != "queue"} == wrong
    assert await kept(shared) is None


async def test_a_step_of_several_stays_as_before_in_the_form(shared: World) -> None:
    await none_left(shared)
    mara = await dispatcher(shared)
    await shared.linked(PEER)
    group = shared.teams.group("Night shift", mara)
    words = f"escalation {DESK} 15m here and @{full_name(PEER)}"
    await shared.client.say(words, person=mara, conversation=group)
    before = await kept(shared)

    message = card_message(await shared.client.say(f'escalation "{DESK}"', person=mara))
    view = await shared.client.press(message, "Save", person=mara, inputs={"after:1": "20m"})

    assert f"another group chat and {full_name(PEER)}" in read(view)
    after = await kept(shared)
    assert before is not None
    assert after is not None
    assert after.steps[0].targets == before.steps[0].targets
    assert after.steps[0].after.total_seconds() == 1200


@pytest.mark.parametrize(
    ("words", "because"),
    [
        ('escalation "No such queue" 15m here', "No such queue"),
        (f'escalation "{DESK}" 15m', "Say who is told after 15m"),
        (f'escalation "{DESK}" 30m here, 15m everyone', "later than the one before"),
        (f'escalation "{DESK}" 8 days here', "7 days"),
        (f'escalation "{DESK}" 15m @Nobody Known', "Nobody Known"),
        (f'escalation "{DESK}" 15m @Declan Mbeki', "no account in Teams is linked"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_to_say(shared: World, words: str, because: str) -> None:
    await none_left(shared)
    mara = await dispatcher(shared)
    assert because in read(await shared.client.say(words, person=mara))
    assert await kept(shared) is None


async def test_it_takes_a_dispatcher(shared: World) -> None:
    ines = await shared.linked(2)
    await shared.make(ines, "technician")
    said = await shared.client.say("escalation", person=ines)
    assert "needs the role dispatcher" in read(said)
    assert "New escalation" not in buttons(card_of(said))
