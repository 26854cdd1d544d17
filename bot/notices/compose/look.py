"""What the store knows about rows that are due, in one snapshot, one statement a table. No time passes in here."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from attms_core.model import (
    AuthorKind,
    Change,
    ChangeId,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Kept,
    Note,
    NoteId,
    Opportunity,
    OpportunityId,
    Owed,
    OwedId,
    OwedKind,
    Person,
    PersonKey,
    ResourceId,
    Rule,
    RuleKind,
    TenantId,
    Ticket,
    TicketId,
    Topic,
    Wish,
)
from attms_core.notices import choices, happened, silences
from attms_core.notices.escalation import Called, called
from attms_core.notices.makers import Maker, makers
from attms_core.store import changes, directory, opportunities, tickets, wishes
from attms_core.store import people as people_store
from attms_core.store.database import Tx
from bot.notices.telling import Deed, fold
from cards.reader import Reader


class Facts(Struct, frozen=True, kw_only=True):
    """What is known of some rows."""

    changes: Mapping[ChangeId, Change] = field(default_factory=dict)
    notes: Mapping[NoteId, Note] = field(default_factory=dict)
    tickets: Mapping[TicketId, Ticket] = field(default_factory=dict)
    opportunities: Mapping[OpportunityId, Opportunity] = field(default_factory=dict)
    contacts: Mapping[ContactId, Contact] = field(default_factory=dict)
    companies: Mapping[CompanyId, Company] = field(default_factory=dict)
    makers: Mapping[Rule, Maker] = field(default_factory=dict)
    """Whose rights a rule has; a rule that is gone is not here."""
    called: Mapping[OwedId, Called] = field(default_factory=dict)
    """Of escalations that still hold."""
    heard: frozenset[OwedId] = frozenset()
    """Rows that nobody silenced or chose not to hear of."""
    holders: Mapping[ResourceId, PersonKey] = field(default_factory=dict)
    """Who is linked to the technicians that tickets were given to."""
    people: Mapping[PersonKey, Person] = field(default_factory=dict)
    pressed: Sequence[Wish] = ()
    """What was done, the newest first, to tickets whose cards are brought up to date."""
    _folded: dict[tuple[ChangeId, ...], tuple[Deed, ...]] = field(default_factory=dict)
    _readers: dict[Hashable, Reader] = field(default_factory=dict)

    def with_people(self, people: Mapping[PersonKey, Person]) -> "Facts":
        """Add who they are whose rights count."""
        return replace(self, people=people)

    def deeds(self, numbers: Iterable[ChangeId | None]) -> tuple[Deed, ...]:
        """Fold these changes; for all lanes that are told the same it is done once."""
        known = tuple(number for number in numbers if number is not None and number in self.changes)
        if (folded := self._folded.get(known)) is None:
            folded = self._folded[known] = fold({number: self.changes[number] for number in known}, self.notes)
        return folded

    def reader(self, like: Hashable, make: Callable[[], Reader]) -> Reader:
        """Give the reader of a kind, made once."""
        if (reader := self._readers.get(like)) is None:
            reader = self._readers[like] = make()
        return reader


def look(
    tx: Tx,
    tenant: TenantId,
    rows: Sequence[Owed],
    *,
    told: Iterable[ChangeId],
    rules: Collection[Rule],
    since: datetime,
    now: datetime,
) -> Facts:
    """Read what rows are about.

    told   changes that standing cards tell of
    rules  those behind all
    since  from when on deeds may be newer than what a standing card tells of
    """
    numbers = {*told, *(row.change for row in rows if row.change is not None)}
    known = changes.by_id(tx, tenant, sorted(numbers)) if numbers else {}
    found = happened.load(tx, tenant, [Kept(id=number, change=change) for number, change in known.items()])
    topics = {row.topic for row in rows if row.topic}
    true = sorted({row.topic.ticket for row in rows if row.kind is OwedKind.TRUTH and row.topic and row.topic.ticket})
    climbs = [row for row in rows if row.rule and row.rule.kind is RuleKind.ESCALATION]
    heard = choices.weigh(tx, tenant, silences.heard(tx, tenant, rows, found), now)
    return Facts(
        changes=known,
        notes={each.note.id: each.note for each in found if each.note},
        tickets=_tickets(tx, tenant, topics, [each.ticket for each in found if each.ticket]),
        opportunities=_opportunities(tx, tenant, topics),
        contacts=_contacts(tx, tenant, known.values()),
        companies=_companies(tx, tenant, known.values()),
        makers=makers(tx, tenant, rules),
        called=called(tx, tenant, climbs) if climbs else {},
        heard=frozenset(row.id for row in heard),
        holders=_holders(tx, tenant, known.values()),
        pressed=wishes.done_since(tx, tenant, true, since) if true else (),
    )


def _tickets(tx: Tx, tenant: TenantId, topics: Iterable[Topic], known: Iterable[Ticket]) -> dict[TicketId, Ticket]:
    found = {ticket.id: ticket for ticket in known}
    lacking = sorted({topic.ticket for topic in topics if topic.ticket is not None} - found.keys())
    return found | tickets.load(tx, tenant, lacking) if lacking else found


def _opportunities(tx: Tx, tenant: TenantId, topics: Iterable[Topic]) -> dict[OpportunityId, Opportunity]:
    wanted = sorted({topic.opportunity for topic in topics if topic.opportunity is not None})
    return opportunities.load(tx, tenant, wanted) if wanted else {}


def _contacts(tx: Tx, tenant: TenantId, known: Iterable[Change]) -> dict[ContactId, Contact]:
    wanted: set[ContactId] = set()
    for change in known:
        if change.author.kind is AuthorKind.CONTACT and change.author.id is not None:
            wanted.add(ContactId(change.author.id))
        if change.what == "contact":
            wanted.update(ContactId(value) for value in (change.before, change.after) if isinstance(value, int))
    return directory.contacts(tx, tenant, sorted(wanted)) if wanted else {}


def _companies(tx: Tx, tenant: TenantId, known: Iterable[Change]) -> dict[CompanyId, Company]:
    moved = (change for change in known if change.what == "company")
    wanted = {CompanyId(v) for change in moved for v in (change.before, change.after) if isinstance(v, int)}
    return directory.companies(tx, tenant, sorted(wanted)) if wanted else {}


def _holders(tx: Tx, tenant: TenantId, known: Iterable[Change]) -> dict[ResourceId, PersonKey]:
    given = {change.after for change in known if change.what == "assignee" and isinstance(change.after, int)}
    found = {ResourceId(each): people_store.holder(tx, tenant, ResourceId(each)) for each in given}
    return {resource: person.key for resource, person in found.items() if person}
