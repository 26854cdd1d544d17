"""The seeded provider as the demo needs it: its people, what they have to do, and tickets worth a look."""

from dataclasses import dataclass

from attms_core.model import ResourceId
from demo.context import OTHERS, Face
from demo.personas import Technician
from sandbox.autotask import World
from sandbox.autotask.filters import Sql
from sandbox.autotask.seed_base import Person, technicians
from sandbox.autotask.tenant import COMPLETE

OWN_COMPANY = 0
"""The provider's own company, by AutoTask's rule."""
QUEUE = "Service Desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sights:
    """What the hints name; a text is empty where the world has nothing of the kind."""

    mine: str = ""
    """Number of one of the speaker's own tickets."""
    unassigned: int = 0
    customer: str = ""
    """A company with open tickets."""
    queue: str = QUEUE


def speaker() -> Face:
    """Return the one who types in the chat window."""
    return _face(technicians()[0])


def others() -> list[Face]:
    """Return the other people of the chat window."""
    return [_face(person) for person in technicians()[1 : 1 + OTHERS]]


def company(world: World) -> str:
    """Name the provider."""
    return str(world.record("Companies", OWN_COMPANY)["companyName"])


def playable(world: World) -> list[Technician]:
    """List the technicians with the number of their open tickets as it is now."""
    return [
        Technician(
            resource=ResourceId(person.resource_id),
            name=f"{person.first} {person.last}",
            email=person.email,
            open_tickets=len(_open_of(world, person.resource_id)),
        )
        for person in technicians()
    ]


def sights(world: World) -> Sights:
    """Look for what is worth naming: the speaker's newest open ticket, and somebody's customer with trouble."""
    mine = _open_of(world, technicians()[0].resource_id)
    unassigned = world.rows.ids("Tickets", _open('"assignedResourceID" IS NULL'))
    anything = mine or unassigned
    return Sights(
        mine=str(world.ticket(mine[-1])["ticketNumber"]) if mine else "",
        unassigned=len(unassigned),
        customer=_customer(world, anything[0]) if anything else "",
    )


def _customer(world: World, ticket: int) -> str:
    return str(world.record("Companies", world.ticket(ticket)["companyID"])["companyName"])


def _open_of(world: World, resource: int) -> list[int]:
    return world.rows.ids("Tickets", _open('"assignedResourceID" = ?', resource))


def _open(text: str, *values: int) -> Sql:
    return Sql(f'{text} AND "status" <> ?', (*values, COMPLETE))


def _face(person: Person) -> Face:
    return Face(first=person.first, last=person.last, email=person.email)
