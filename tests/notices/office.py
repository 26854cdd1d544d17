"""A small service provider in a store: picklists, people, companies, contacts."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    Choice,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Field,
    Lane,
    Link,
    LinkState,
    Note,
    NoteId,
    Opportunity,
    OpportunityId,
    Person,
    PersonKey,
    PersonRole,
    Resource,
    ResourceId,
    TenantId,
    Ticket,
    TicketId,
    lane_of_person,
)
from attms_core.store import changes, directory, metadata, notes, opportunities, people, tickets
from attms_core.store.database import Database, Tx

OURS = TenantId("11111111-1111-1111-1111-111111111111")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CHANNEL = Lane("19:helpdesk@thread.tacv2")
OTHER_CHANNEL = Lane("19:projects@thread.tacv2")
SERVICE, PROJECTS, MONITORING_QUEUE = 8, 29, 33
CRITICAL, HIGH, MEDIUM, LOW = 4, 1, 2, 3
NEW, IN_PROGRESS, WAITING, WAITING_PARTS, COMPLETE = 1, 8, 7, 9, 5
MONITORING = 6
ANA, BEN, ROBOT = ResourceId(501), ResourceId(502), ResourceId(503)
CONTOSO, FABRIKAM, WOODGROVE, WOODGROVE_TOO = CompanyId(11), CompanyId(12), CompanyId(13), CompanyId(14)
KIM, KIM_TOO = ContactId(71), ContactId(72)
UNKNOWN = Author(AuthorKind.UNKNOWN)
BY_ANA = Author(AuthorKind.RESOURCE, ANA)
BY_BEN = Author(AuthorKind.RESOURCE, BEN)
BY_KIM = Author(AuthorKind.CONTACT, KIM)
ANA_KEY, BEN_KEY = PersonKey(OURS, "ana"), PersonKey(OURS, "ben")
ANAS_CHAT, BENS_CHAT = lane_of_person("ana"), lane_of_person("ben")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def person(key: PersonKey = ANA_KEY, **given: Any) -> Person:
    """Make a linked dispatcher."""
    linked = Link(state=LinkState.LINKED, resource=ANA if key == ANA_KEY else BEN)
    plain = Person(key=key, name=key.object_id.title(), link=linked, role=PersonRole.DISPATCHER)
    return replace(plain, **given)


def ticket(id_: int = 1, **given: Any) -> Ticket:
    """Make an open ticket of Contoso in the service desk's queue."""
    plain = Ticket(
        id=TicketId(id_),
        number=f"T20261124.{id_:04}",
        title="Printer on fire",
        company=CONTOSO,
        status=IN_PROGRESS,
        priority=MEDIUM,
        queue=SERVICE,
    )
    return replace(plain, **given)


def opportunity(id_: int = 1, **given: Any) -> Opportunity:
    """Make an opportunity."""
    plain = Opportunity(
        id=OpportunityId(id_), title="New laptops", company=CONTOSO, owner=ANA, stage=1, status=1, amount=Decimal(5000)
    )
    return replace(plain, **given)


def change(id_: int = 1, what: str = "status", **given: Any) -> Change:
    """Make a change of a ticket by somebody unknown."""
    plain = Change(ticket=TicketId(id_), what=what, before=None, after=None, author=UNKNOWN, at=NOON)
    return replace(plain, **given)


def note(id_: int = 1, of: int = 1, *, publish: int = 1, **given: Any) -> Note:
    """Make a note."""
    plain = Note(id=NoteId(id_), ticket=TicketId(of), title="Note", text="Words", note_type=1, publish=publish)
    return replace(plain, **given)


def _pick(name: str, *choices: tuple[int, str], **given: Any) -> Field:
    listed = tuple(Choice(value=value, label=label, sort_order=at) for at, (value, label) in enumerate(choices))
    return Field(name=name, data_type="integer", is_picklist=True, choices=listed, **given)


def ticket_fields() -> tuple[Field, ...]:
    """List what AutoTask says about tickets."""
    retired = Choice(value=30, label="Old desk", is_active=False)
    queues = _pick("queueID", (SERVICE, "Service Desk"), (PROJECTS, "Projects"), (MONITORING_QUEUE, 'The "alarm" box'))
    return (
        replace(queues, choices=(*queues.choices, retired)),
        _pick("priority", (CRITICAL, "Critical"), (HIGH, "High"), (MEDIUM, "Medium"), (LOW, "Low")),
        _pick(
            "status",
            (NEW, "New"),
            (IN_PROGRESS, "In Progress"),
            (WAITING, "Waiting Customer"),
            (WAITING_PARTS, "Waiting Materials"),
            (COMPLETE, "Complete"),
        ),
        _pick("source", (2, "Email"), (MONITORING, "Monitoring Alert")),
        _pick("ticketType", (1, "Incident"), (2, "Service Request")),
        Field(name="Seats", data_type="integer", is_user_defined=True),
        _pick("Contract tier", (1, "Gold"), (2, "Silver"), is_user_defined=True),
    )


def opportunity_fields() -> tuple[Field, ...]:
    """List what AutoTask says about opportunities."""
    return (
        _pick("stage", (1, "Qualified"), (2, "Quoted")),
        _pick("status", (0, "Not ready"), (1, "Active"), (3, "Closed")),
        _pick("leadSource", (1, "Referral")),
    )


def furnish(tx: Tx) -> None:
    """Put the provider into a store: Ana and Ben are linked dispatchers."""
    metadata.put(tx, OURS, "Tickets", ticket_fields(), NOON)
    metadata.put(tx, OURS, "Opportunities", opportunity_fields(), NOON)
    named = ((ANA, "Ana", "Ruiz"), (BEN, "Ben", "Okafor"), (ROBOT, "Monitoring", "Integration"))
    resources = [Resource(id=id_, first_name=a, last_name=b, email=f"{a}@msp.test".lower()) for id_, a, b in named]
    directory.put_resources(tx, OURS, resources)
    companies = {CONTOSO: "Contoso", FABRIKAM: "Fabrikam", WOODGROVE: "Woodgrove", WOODGROVE_TOO: "Woodgrove"}
    directory.put_companies(tx, OURS, [Company(id=id_, name=name) for id_, name in companies.items()])
    kims = [(KIM, CONTOSO), (KIM_TOO, FABRIKAM)]
    directory.put_contacts(
        tx, OURS, [Contact(id=id_, company=company, first_name="Kim", last_name="Lee") for id_, company in kims]
    )
    for key in (ANA_KEY, BEN_KEY):
        people.put(tx, person(key))


async def furnished(database: Database) -> Database:
    """Furnish a database."""
    await database.write(furnish)
    return database


def record(tx: Tx, *some: Ticket | Opportunity | Note | Change) -> None:
    """Keep records and what happened to them, as the mirror would, but owe nothing."""
    tickets.put(tx, OURS, [one for one in some if isinstance(one, Ticket)])
    opportunities.put(tx, OURS, [one for one in some if isinstance(one, Opportunity)])
    notes.put(tx, OURS, [one for one in some if isinstance(one, Note)])
    changes.add(tx, OURS, [one for one in some if isinstance(one, Change)])
