"""What a service desk does, as verbs: list, find, take, assign, note, open. Each checks what its person may do."""

from collections.abc import Mapping
from uuid import uuid4

from msgspec import structs

from attms_core.desk.asker import Asker
from attms_core.desk.draft import Draft
from attms_core.desk.typed import tidy
from attms_core.desk.wishes import Wishes
from attms_core.errors import Invalid, NotAllowed, NotFound, Required, WritesOff
from attms_core.mirror import Mirror
from attms_core.model import (
    Choice,
    Company,
    CompanyId,
    Contact,
    Field,
    OpportunityDetail,
    OpportunityId,
    Outcome,
    Person,
    Resource,
    ResourceId,
    Right,
    Seen,
    TenantId,
    Ticket,
    TicketDetail,
    TicketFilter,
    TicketId,
    TicketPage,
    Wish,
    WishId,
    WishKind,
    WishState,
)
from attms_core.model.ticket import CUSTOMER_VISIBLE
from attms_core.model.wish import Value
from attms_core.people import authorize, demand, narrow
from attms_core.ports import Now

NOTE_TITLE_LENGTH = 80
PEOPLE_NOTE_TYPES = (1, 2, 3)
"""Note types meant for people; which of them a tenant offers, its picklist says (vendor help: TicketNotes)."""

OUTSIDE_COMPANY = "Your role does not cover this company."


class Desk:
    """The use cases. Every verb takes the person, and raises an ``AttmsError`` that says what to do next."""

    def __init__(self, *, mirror: Mirror, wishes: Wishes, tenant: TenantId, writes: bool, now: Now) -> None:
        self._mirror = mirror
        self._wishes = wishes
        self._tenant = tenant
        self._writes = writes
        self._now = now
        self._demanded: set[str] = set()

    @property
    def can_write(self) -> bool:
        """Say whether writing to AutoTask is switched on."""
        return self._writes

    async def page(self, person: Person, where: TicketFilter, *, offset: int = 0) -> TicketPage:
        """List tickets that the person may see, the next SLA due first."""
        demand(person, Right.READ)
        return await self._mirror.page(narrow(person, where), offset=max(offset, 0))

    async def find(self, person: Person, reference: str | TicketId) -> Ticket:
        """Find a ticket by number or id; asks AutoTask once when the mirror lacks it. Raises ``NotFound``."""
        demand(person, Right.READ)
        ticket = await self._mirror.find(reference)
        if ticket is None or not authorize(person, Right.READ, ticket=ticket).allowed:
            raise NotFound(f"There is no ticket {reference} that you may see.", hint="Try: tickets search WORDS")
        return ticket

    async def detail(self, person: Person, ticket: TicketId, *, internal: bool) -> TicketDetail:
        """Show a ticket with its latest notes; internal ones only where the conversation is internal."""
        found = await self.find(person, ticket)
        return await self.sheet(found.id, internal=internal)

    async def sheet(self, ticket: TicketId, *, internal: bool) -> TicketDetail:
        """Show a ticket to a conversation rather than to a person: for cards that stand there already."""
        detail = await self._mirror.detail(ticket, internal=internal)
        if detail is None:
            raise NotFound("The ticket is no longer in AutoTask.")
        return detail

    async def opportunity(self, person: Person, opportunity: OpportunityId) -> OpportunityDetail:
        """Show an opportunity of a company that the person may see. Raises ``NotFound``."""
        demand(person, Right.READ)
        detail = await self._mirror.opportunity_detail(opportunity)
        if detail is None or not _is_of_theirs(person, detail.opportunity.company):
            raise NotFound(f"There is no opportunity {opportunity} that you may see.")
        return detail

    async def opportunity_sheet(self, opportunity: OpportunityId) -> OpportunityDetail:
        """Show an opportunity to a conversation rather than to a person: for cards that stand there already."""
        detail = await self._mirror.opportunity_detail(opportunity)
        if detail is None:
            raise NotFound("The opportunity is no longer in AutoTask.")
        return detail

    async def companies(self, person: Person, text: str) -> list[Company]:
        """Search active companies that the person may see by the beginnings of their words."""
        demand(person, Right.READ)
        return await self._mirror.companies_named(text, among=person.within_companies)

    async def contacts(self, person: Person, company: CompanyId, text: str = "") -> list[Contact]:
        """Search a company's active contacts. Raises ``NotAllowed`` for a company outside the person's role."""
        demand(person, Right.READ)
        if not _is_of_theirs(person, company):
            raise NotAllowed(OUTSIDE_COMPANY)
        return await self._mirror.contacts_of(company, text)

    def assignable(self) -> list[Resource]:
        """List the colleagues who can own tickets."""
        return self._mirror.assignable()

    def choices(self, field: str) -> tuple[Choice, ...]:
        """List a ticket field's writable values, in the order that people know."""
        return self._mirror.choices(field)

    def label(self, field: str, value: int) -> str:
        """Label a value of a ticket field; one that nobody listed is shown as ``unknown (17)``."""
        known = self._mirror.ticket_field(field)
        return known.choice(value).label if known else f"unknown ({value})"

    def opportunity_label(self, field: str, value: int) -> str:
        """Label a value of an opportunity's field."""
        known = self._mirror.opportunity_field(field)
        return known.choice(value).label if known else f"unknown ({value})"

    def field(self, name: str) -> Field | None:
        """Describe a ticket field by our name or its wire name, from AutoTask's metadata."""
        return self._mirror.ticket_field(name)

    def choice_named(self, field: str, text: str) -> Choice:
        """Find the writable value that somebody means. Raises ``Invalid`` with the legal labels."""
        return self._mirror.resolve_choice(field, text)

    async def company_named(self, person: Person, text: str) -> Company:
        """Find the one active company that somebody means. Raises ``Invalid`` with those that could be."""
        return await self._mirror.resolve_company(text, among=person.within_companies)

    def colleague_named(self, text: str) -> Resource:
        """Find the colleague that somebody means. Raises ``Invalid`` with those who could be."""
        return self._mirror.resolve_resource(text)

    def resource_name(self, resource: ResourceId) -> str:
        """Name a technician."""
        return self._mirror.resource_name(resource)

    def company_name(self, company: CompanyId) -> str:
        """Name a company."""
        return self._mirror.company_name(company)

    def demanded(self) -> tuple[str, ...]:
        """Name the fields that AutoTask has demanded for new tickets since the start, beyond the usual ones."""
        return tuple(sorted(self._demanded))

    async def take(self, asker: Asker, ticket: TicketId, *, seen: Seen | None = None) -> Wish:
        """Assign a ticket to oneself."""
        return await self._assign(asker, ticket, asker.resource, seen)

    async def assign(self, asker: Asker, ticket: TicketId, to: ResourceId, *, seen: Seen | None = None) -> Wish:
        """Assign a ticket; giving it to somebody else needs the dispatcher's right."""
        return await self._assign(asker, ticket, to, seen)

    async def set_status(self, asker: Asker, ticket: TicketId, status: int, *, seen: Seen | None = None) -> Wish:
        """Set the status to a live value of the tenant's picklist."""
        legal = self._legal("status", status)
        return await self._update(asker, ticket, {"status": legal.value}, f"status {legal.label}", seen)

    async def set_priority(self, asker: Asker, ticket: TicketId, priority: int, *, seen: Seen | None = None) -> Wish:
        """Set the priority to a live value of the tenant's picklist."""
        legal = self._legal("priority", priority)
        return await self._update(asker, ticket, {"priority": legal.value}, f"priority {legal.label}", seen)

    async def add_note(self, asker: Asker, ticket: TicketId, text: str, *, customer: bool = False) -> Wish:
        """Add a note, internal unless ``customer`` says that the customer shall see it."""
        found = await self._allowed(asker, Right.WRITE, ticket)
        said = tidy(text)
        if not said:
            raise Required("The note is empty.", field="text")
        fields: dict[str, Value] = {
            "title": _first_line(said),
            "text": said,
            "note_type": self._note_type(),
            "publish": CUSTOMER_VISIBLE if customer else self._internal_publish(),
        }
        self._writes_on(f"a note on {found.number}")
        return await self._wishes.carry_out(self._wish(asker, WishKind.ADD_NOTE, found.id, fields))

    async def open(self, asker: Asker, draft: Draft) -> Wish:
        """Create a ticket. A field that AutoTask demands is remembered for the next form."""
        demand(asker.person, Right.WRITE)
        fields = draft.fields()
        self._legal("priority", draft.priority)
        if draft.queue is not None:
            self._legal("queue", draft.queue)
        self._within(asker.person, queue=draft.queue, company=draft.company)
        self._writes_on("a new ticket")
        try:
            return await self._wishes.carry_out(self._wish(asker, WishKind.CREATE_TICKET, None, fields))
        except Required as error:
            if error.field and error.field not in fields:
                self._demanded.add(error.field)
            raise

    async def wish(self, wish: WishId) -> Wish:
        """Find a wish. Raises ``NotFound``."""
        found = await self._wishes.by_id(wish)
        if found is None:
            raise NotFound("That request is no longer known.")
        return found

    async def again(self, asker: Asker, wish: Wish) -> Wish:
        """Ask the same thing anew, after an outcome that was refused or stayed unknown."""
        if wish.person != asker.person.key:
            raise NotAllowed("Only the person who asked can try again.")
        demand(asker.person, Right.WRITE)
        await self._still_allowed(asker, wish)
        self._writes_on("the same again")
        fresh = self._wish(asker, wish.kind, wish.ticket, dict(wish.asked))
        return await self._wishes.repeat(wish, fresh)

    async def _assign(self, asker: Asker, ticket: TicketId, to: ResourceId, seen: Seen | None) -> Wish:
        others = to != asker.resource
        role = self._mirror.role_for(to)
        fields: dict[str, Value] = {"assignee": to, "assignee_role": role}
        what = f"assignee {self._mirror.resource_name(to)}"
        return await self._update(asker, ticket, fields, what, seen, others=others)

    async def _update(
        self,
        asker: Asker,
        ticket: TicketId,
        fields: Mapping[str, Value],
        what: str,
        seen: Seen | None,
        *,
        others: bool = False,
    ) -> Wish:
        found = await self._allowed(asker, Right.WRITE, ticket, others=others)
        self._writes_on(f"{what} on {found.number}")
        wish = self._wish(asker, WishKind.UPDATE_TICKET, found.id, fields)
        shown = {name: getattr(seen, name) for name in Seen.__struct_fields__ if name in fields} if seen else {}
        return await self._wishes.carry_out(structs.replace(wish, before=shown))

    async def _allowed(self, asker: Asker, right: Right, ticket: TicketId, *, others: bool = False) -> Ticket:
        found = await self.find(asker.person, ticket)
        demand(asker.person, right, ticket=found, others=others)
        return found

    async def _still_allowed(self, asker: Asker, wish: Wish) -> None:
        """Check an old wish against the person's role of today."""
        if wish.ticket is not None:
            assignee = wish.asked.get("assignee", asker.resource)
            await self._allowed(asker, Right.WRITE, wish.ticket, others=assignee != asker.resource)
        else:
            self._within(asker.person, queue=wish.asked.get("queue"), company=wish.asked.get("company"))

    def _within(self, person: Person, *, queue: Value, company: Value) -> None:
        if person.within_companies is not None and company not in person.within_companies:
            raise NotAllowed(OUTSIDE_COMPANY)
        if person.within_queues is not None and queue not in person.within_queues:
            raise NotAllowed("Your role does not cover this queue.")

    def _writes_on(self, what: str) -> None:
        if not self._writes:
            raise WritesOff(
                f"This would have written {what}, but writing is switched off.",
                hint="An administrator switches it on with ATTMS_AUTOTASK_WRITES=true.",
            )

    def _legal(self, field: str, value: int | None) -> Choice:
        choices = self._mirror.choices(field)
        for choice in choices:
            if choice.value == value:
                return choice
        raise Invalid(f"This {field} cannot be set.", field=field, legal=[c.label for c in choices])

    def _note_type(self) -> int:
        offered = [c.value for c in self._mirror.note_choices("noteType")]
        fitting = [t for t in PEOPLE_NOTE_TYPES if t in offered] or offered
        if not fitting:
            raise Invalid("AutoTask offers no note type that people may use.", field="note_type")
        return fitting[0]

    def _internal_publish(self) -> int:
        internal = [c.value for c in self._mirror.note_choices("publish") if c.value != CUSTOMER_VISIBLE]
        if not internal:
            raise Invalid("AutoTask offers no internal visibility for notes.", field="publish")
        return internal[0]

    def _wish(self, asker: Asker, kind: WishKind, ticket: TicketId | None, asked: Mapping[str, Value]) -> Wish:
        return Wish(
            id=_new_id(),
            tenant=self._tenant,
            key=asker.key,
            kind=kind,
            person=asker.person.key,
            person_name=asker.person.name,
            resource=asker.resource,
            ticket=ticket,
            before={},
            asked=asked,
            state=WishState.ASKED,
            outcome=Outcome(ticket=ticket),
            conversation=asker.conversation,
            message=asker.message,
            asked_at=self._now(),
        )


def _is_of_theirs(person: Person, company: CompanyId) -> bool:
    """Say whether a company lies within a person's limits."""
    return person.within_companies is None or company in person.within_companies


def _new_id() -> WishId:
    return WishId(uuid4().hex)


def _first_line(text: str) -> str:
    line = text.splitlines()[0].strip()
    return line if len(line) <= NOTE_TITLE_LENGTH else line[: NOTE_TITLE_LENGTH - 1].rstrip() + "…"
