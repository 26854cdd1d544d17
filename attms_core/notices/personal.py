"""What linked people are owed without any set-up: what became theirs, who wrote to them, what presses on theirs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from attms_core.model import (
    AuthorKind,
    Change,
    Event,
    Owed,
    OwedKind,
    Person,
    Personal,
    ResourceId,
    Right,
    Rule,
    RuleKind,
    TenantId,
    Ticket,
    Topic,
    lane_of_person,
)
from attms_core.notices.choices import weigh
from attms_core.notices.happened import Happened
from attms_core.notices.mentions import Roll
from attms_core.people import authorize
from attms_core.store import directory, people
from attms_core.store.database import Tx

_STRENGTH: Mapping[str, int] = {
    Personal.MENTIONED: 0,
    Personal.ANSWERED: 1,
    Personal.ASSIGNED: 2,
    Personal.SLA: 3,
}
_OURS = frozenset({AuthorKind.PERSON, AuthorKind.RESOURCE})


def owed(tx: Tx, tenant: TenantId, facts: Sequence[Happened], now: datetime) -> list[Owed]:
    """Say what people's own chats are owed: of one change one row a person, for the strongest reason that is wanted.

    Nobody hears of what they did themselves, nor of tickets outside their limits. An author who is not known is
    nobody's own. Rows of quiet hours are held until their end.
    """
    roll = _roll(tx, tenant, facts)
    meant = [(fact, who, why) for fact in facts for who, why in _meant(fact, roll)]
    linked = _linked(tx, tenant, {who for _, who, _ in meant})
    rows = [
        _row(fact, linked[who], why, now) for fact, who, why in meant if who in linked and _may_hear(fact, linked[who])
    ]
    return _strongest(weigh(tx, tenant, rows, now)) if rows else []


def _roll(tx: Tx, tenant: TenantId, facts: Sequence[Happened]) -> Roll | None:
    """Read who can be named, if any note names somebody."""
    notes = [fact.note for fact in facts if fact.note]
    if not any(mark in text for note in notes for text in (note.title, note.text) for mark in "@\uff20"):
        return None
    return Roll(directory.resources(tx, tenant))


def _meant(fact: Happened, roll: Roll | None) -> Iterator[tuple[ResourceId, Personal]]:
    """Say whom a change concerns, and why."""
    if fact.ticket is None:
        return
    if fact.change.event is Event.NOTE_ADDED:
        for one in roll.named_in(fact.note) if roll and fact.note else ():
            yield one, Personal.MENTIONED
    why = _of_mine(fact.change, fact.ticket)
    if why is not None and fact.ticket.assignee is not None:
        yield fact.ticket.assignee, why


def _of_mine(change: Change, ticket: Ticket) -> Personal | None:
    """Say why a change concerns whoever has the ticket now."""
    if change.level is not None:
        return Personal.SLA
    match change.event:
        case Event.ASSIGNED if change.after == ticket.assignee:
            return Personal.ASSIGNED
        case Event.CREATED if not ticket.is_complete:
            return Personal.ASSIGNED
        case Event.NOTE_ADDED if change.author.kind is AuthorKind.CONTACT:
            return Personal.ANSWERED
    return None


def _linked(tx: Tx, tenant: TenantId, resources: set[ResourceId]) -> dict[ResourceId, Person]:
    found = people.holders(tx, tenant, sorted(resources)) if resources else []
    return {person.resource: person for person in found if person.resource is not None}


def _may_hear(fact: Happened, person: Person) -> bool:
    """Say whether it is somebody else's deed, on a ticket that the person may see."""
    author = fact.change.author
    if author.kind in _OURS and author.id == person.resource:
        return False
    return authorize(person, Right.READ, ticket=fact.ticket).allowed


def _row(fact: Happened, person: Person, why: Personal, now: datetime) -> Owed:
    return Owed(
        tenant=person.key.tenant,
        lane=lane_of_person(person.key.object_id),
        kind=OwedKind.NEWS,
        due_at=now,
        at=fact.change.at,
        topic=Topic.of(fact.change),
        change=fact.id,
        rule=Rule(RuleKind.PERSONAL, why),
        event=fact.change.event,
    )


def _strongest(rows: Sequence[Owed]) -> list[Owed]:
    """Keep one row a person and change: what is told soonest, and of that the strongest."""
    kept: dict[object, Owed] = {}
    for row in sorted(rows, key=lambda each: (each.due_at, _STRENGTH[each.rule.name] if each.rule else 0)):
        kept.setdefault((row.lane, row.change), row)
    order = {id(row): at for at, row in enumerate(rows)}
    return sorted(kept.values(), key=lambda row: order[id(row)])
