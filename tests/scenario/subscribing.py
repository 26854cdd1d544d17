"""What scenarios of subscriptions do again and again: places and people, words in, what is kept."""

from typing import Any

from attms_core.model import Lane, lane_of_person
from attms_core.store import subscriptions
from sandbox.teams import Conversation, Message, Person, Said
from tests.scenario.conftest import World


def channel(world: World, name: str, *members: Person) -> Conversation:
    """Give a channel of a team of its own."""
    return world.teams.team(name, *members, channels=("Desk",)).sibling("Desk")


async def dispatcher(world: World) -> Person:
    person = await world.linked()
    await world.make(person, "dispatcher")
    return person


async def technician(world: World) -> Person:
    """Give somebody who is no dispatcher."""
    person = await world.linked(2)
    await world.make(person, "technician")
    return person


async def say(world: World, words: str, person: Person, place: Conversation | None = None) -> tuple[Message, Said]:
    """Say it; give the message with the answer too, whose buttons are pressed next."""
    said = await world.client.say(words, person=person, conversation=place)
    return said.messages[-1], said


async def kept(world: World, person: Person, place: Conversation | None = None) -> list[str]:
    """Give the words of all that is kept for a conversation, a person's own chat by default."""
    lane = Lane(place.base) if place else lane_of_person(person.object_id.lower())
    house = world.house
    found = await house.ground.store.read(lambda tx: subscriptions.of_lane(tx, house.core.tenant, lane))
    return [each.words for each in found]


def values(card: dict[str, Any]) -> dict[str, str]:
    """Give what the form's inputs hold."""
    return {each["id"]: each.get("value", "") for each in card["body"] if "id" in each}
