"""What scenarios do again and again: show a ticket, fill in a form, read what the store keeps."""

from collections.abc import Mapping
from typing import Any

from attms_core.model import AuthorKind, Change, TicketId
from attms_core.store import changes
from sandbox.teams import Conversation, Message, Person, Said, texts
from tests.scenario.conftest import World, card_of

Ticket = Mapping[str, Any]


async def show(world: World, person: Person, ticket: Ticket, place: Conversation | None = None) -> Message:
    """Ask for a ticket's card, and give the message that shows it."""
    said = await world.client.say(f"ticket {ticket['ticketNumber']}", person=person, conversation=place)
    return said.messages[-1]


async def fill(
    world: World, message: Message, person: Person, form: str, deed: str, /, *, fallback: bool = False, **inputs: str
) -> Said:
    """Open a form of a card and press its button with these inputs."""
    await world.client.press(message, form, person=person, fallback=fallback)
    return await world.client.press(message, deed, person=person, inputs=inputs, fallback=fallback)


def read(said: Said) -> str:
    """Give all that the answer's card says, in one text."""
    return "\n".join(texts(card_of(said)))


def seen(world: World, message: Message, person: Person) -> str:
    """Give all that a person sees of a message now."""
    return "\n".join(texts(world.client.view(message, person)))


async def told(world: World, ticket: Ticket) -> list[Change]:
    """Give the changes that are kept of a ticket, the newest first."""
    house = world.house
    return await house.ground.store.read(lambda tx: changes.of_ticket(tx, house.core.tenant, TicketId(ticket["id"])))


def by_people(found: list[Change]) -> list[tuple[str, int | None]]:
    """Give what people changed through cards: the field and whose resource."""
    return [(change.what, change.author.id) for change in found if change.author.kind is AuthorKind.PERSON]


def now(world: World, ticket: Ticket) -> dict[str, Any]:
    """Give a ticket as AutoTask has it now."""
    return dict(world.at.world.ticket(ticket["id"]))


def notes(world: World, ticket: Ticket) -> list[dict[str, Any]]:
    """Give a ticket's notes as AutoTask has them, the oldest first."""
    return [dict(row) for row in world.at.world.rows.find("TicketNotes", ticketID=ticket["id"])]
