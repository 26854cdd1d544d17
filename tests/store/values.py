"""Values for the store's tests, with everything set that can get lost on the way."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Conversation,
    ConversationKind,
    Link,
    LinkState,
    Listed,
    Note,
    NoteId,
    Opportunity,
    OpportunityId,
    Outcome,
    Person,
    PersonKey,
    PersonRole,
    Resource,
    ResourceId,
    RoleId,
    TenantId,
    Ticket,
    TicketId,
    TimeEntry,
    TimeEntryId,
    Wish,
    WishId,
    WishKind,
    WishState,
    next_clock,
)

OURS = TenantId("11111111-1111-1111-1111-111111111111")
THEIRS = TenantId("22222222-2222-2222-2222-222222222222")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
WILD = "Søren's \"printer\" ☃ 'is' on %fire% :x %(y)s \\ 漢字 \U0001f525"


def at(minutes: float) -> datetime:
    """Give the moment so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def ticket(id_: int, **given: Any) -> Ticket:
    """Make an open ticket of company 1."""
    plain = Ticket(
        id=TicketId(id_),
        number=f"T20261124.{id_:04}",
        title=f"Ticket {id_}",
        company=CompanyId(1),
        status=8,
        priority=2,
    )
    return replace(plain, **given)


def full_ticket() -> Ticket:
    """Make a ticket whose every field differs from its default and from its neighbours."""
    return Ticket(
        id=TicketId(2**40),
        number="T20261124.0042",
        title=WILD,
        company=CompanyId(0),
        status=8,
        priority=4,
        description="line\nline\t" + WILD,
        resolution="turned it off and on",
        contact=ContactId(11),
        queue=12,
        assignee=ResourceId(13),
        assignee_role=RoleId(14),
        category=15,
        ticket_type=16,
        issue_type=17,
        sub_issue_type=18,
        source=-1,
        sla=19,
        external_id="a" * 32,
        created=at(-1),
        creator=ResourceId(20),
        due=at(1),
        first_response_due=at(2),
        first_response_at=at(3),
        resolution_plan_due=at(4),
        resolution_plan_at=at(5),
        resolved_due=at(6),
        resolved_at=datetime(2026, 11, 24, 12, 7, 0, 123000, tzinfo=UTC),
        sla_paused_hours=Decimal("0.2500"),
        completed_at=datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
        last_activity=at(8),
        last_activity_by=ResourceId(21),
        last_modified=at(9),
        udfs={"Asset tag": WILD, "Empty": None},
    )


def note(id_: int, of: int, **given: Any) -> Note:
    """Make an internal note."""
    plain = Note(id=NoteId(id_), ticket=TicketId(of), title=f"Note {id_}", text=WILD, note_type=1, publish=2)
    return replace(plain, **given)


def time_entry(id_: int, of: int, **given: Any) -> TimeEntry:
    """Make an hour and a quarter of work."""
    plain = TimeEntry(id=TimeEntryId(id_), ticket=TicketId(of), resource=ResourceId(7), hours=Decimal("1.2500"))
    return replace(plain, **given)


def full_opportunity() -> Opportunity:
    """Make an opportunity whose every field differs from its default and from its neighbours."""
    return Opportunity(
        id=OpportunityId(2**40),
        title=WILD,
        company=CompanyId(0),
        owner=ResourceId(2),
        stage=3,
        status=4,
        amount=Decimal("2400.5000"),
        cost=Decimal("0.0001"),
        probability=5,
        close_date=date(2026, 12, 31),
        start_date=date(1969, 1, 1),
        contact=ContactId(6),
        description="line\nline\t" + WILD,
        next_step="call",
        lead_source=7,
        rating=8,
        category=9,
        created=at(1),
        creator=ResourceId(10),
        closed_at=at(2),
        lost_at=at(3),
        last_activity=at(4),
        udfs={"Region": WILD, "Empty": None},
    )


def company(id_: int, name: str, **given: Any) -> Company:
    """Make an active company."""
    return replace(Company(id=CompanyId(id_), name=name), **given)


def contact(id_: int, first_name: str, last_name: str, *, of: int = 1, **given: Any) -> Contact:
    """Make an active contact of company 1."""
    plain = Contact(id=ContactId(id_), company=CompanyId(of), first_name=first_name, last_name=last_name)
    return replace(plain, **given)


def resource(id_: int, email: str, **given: Any) -> Resource:
    """Make an active resource."""
    return replace(Resource(id=ResourceId(id_), first_name="Ada", last_name=f"Nr {id_}", email=email), **given)


def wish(id_: str, key: str, **given: Any) -> Wish:
    """Make a wish that was just asked, about ticket 1."""
    plain = Wish(
        id=WishId(id_),
        tenant=OURS,
        key=key,
        kind=WishKind.UPDATE_TICKET,
        person=PersonKey(OURS, "ada"),
        person_name="Ada",
        resource=ResourceId(13),
        ticket=TicketId(1),
        before={},
        asked={"status": 5, "title": WILD, "queue": None},
        state=WishState.ASKED,
        outcome=Outcome(),
        conversation="19:abc@thread.tacv2",
        message="17325",
        asked_at=NOON,
    )
    return replace(plain, **given)


def change(of: int, what: str, **given: Any) -> Change:
    """Make a change by nobody known."""
    plain = Change(ticket=TicketId(of), what=what, before=None, after=5, author=Author(AuthorKind.UNKNOWN), at=NOON)
    return replace(plain, **given)


def person(object_id: str, **given: Any) -> Person:
    """Make somebody who is not linked."""
    return replace(Person(key=PersonKey(OURS, object_id), name=object_id.title()), **given)


def linked(object_id: str, resource_id: int) -> Person:
    """Make somebody who is linked, with limits."""
    return person(
        object_id,
        email=f"{object_id}@example.com",
        link=Link(
            state=LinkState.LINKED,
            resource=ResourceId(resource_id),
            decided_by=object_id,
            decided_at=NOON,
            reason="said so",
        ),
        role=PersonRole.DISPATCHER,
        within_queues=(),
        within_companies=(CompanyId(0), CompanyId(7)),
        checked_at=at(1),
    )


def conversation(id_: str, **given: Any) -> Conversation:
    """Make a channel's conversation with everything set."""
    plain = Conversation(
        tenant=OURS,
        id=id_,
        kind=ConversationKind.CHANNEL,
        service_url="https://smba.trafficmanager.net/emea/",
        bot_id="28:app",
        user_mri="29:x",
        object_id="ada",
        team_id="19:team",
        channel_id="19:channel",
        timezone="Europe/Berlin",
        locale="de-DE",
        seen_at=NOON,
    )
    return replace(plain, **given)


def listed(ticket: Ticket, *, company_name: str | None = None) -> Listed:
    """Give a ticket as a list tells it."""
    clock = next_clock(ticket, NOON)
    return Listed(
        id=ticket.id,
        number=ticket.number,
        title=ticket.title,
        company=ticket.company,
        company_name=company_name,
        status=ticket.status,
        priority=ticket.priority,
        queue=ticket.queue,
        assignee=ticket.assignee,
        created=ticket.created,
        next=(clock.name, clock.due) if clock else None,
        is_paused=bool(ticket.sla_paused_hours),
    )
