"""What a place does not want to be told: left out when it would be owed, and once more when it would be sent.

Escalations are never silenced, nor is the truth of a card that stands there: neither is chatter.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from attms_core.errors import Invalid
from attms_core.model import (
    AuthorKind,
    Change,
    ChangeId,
    Lane,
    Opportunity,
    Owed,
    OwedKind,
    Person,
    RuleKind,
    TenantId,
    Ticket,
    Topic,
)
from attms_core.model.change import NOTE_ADDED
from attms_core.model.silence import Sender, SenderKind, Silence, Until
from attms_core.notices.happened import Happened
from attms_core.notices.rights import may_listen, may_read
from attms_core.notices.senders import Candidate, meant, named
from attms_core.ports import Now
from attms_core.store import opportunities, silences, tickets
from attms_core.store.database import Database, Tx

MOST_HERE = 200
"""Silences of one place."""
PAGE = 8


def silenced(tx: Tx, tenant: TenantId, rows: Sequence[Owed], facts: Sequence[Happened]) -> list[Owed]:
    """Give what is left of what would be owed because of ``facts``.

    Call it with no rows, too: a customer who writes ends, everywhere, the silences that waited for it, so that this
    very note is told.
    """
    if replied := sorted({Topic.of(fact.change) for fact in facts if _is_reply(fact.change)}, key=lambda t: t.key):
        silences.lift(tx, tenant, replied)
    return heard(tx, tenant, rows, facts)


def heard(tx: Tx, tenant: TenantId, rows: Sequence[Owed], facts: Iterable[Happened]) -> list[Owed]:
    """Give the rows that are not silenced now; ``facts`` are those of the rows' changes, as far as they are known."""
    known = {fact.id: fact for fact in facts}
    subjects = {row: _subjects(row, known) for row in rows if _can_be_silent(row)}
    whats = {what for these in subjects.values() for what in these}
    if not whats:
        return list(rows)
    found = silences.among(tx, tenant, {row.lane for row in subjects}, whats)
    silent = {(silence.lane, silence.what): silence for silence in found}
    return [row for row in rows if not _is_silent(row, subjects.get(row, ()), silent, known)]


def is_silent(tx: Tx, tenant: TenantId, row: Owed, fact: Happened | None) -> bool:
    """Say whether a row is silenced now."""
    return not heard(tx, tenant, [row], [fact] if fact else [])


class Silenced(Struct, frozen=True, kw_only=True):
    """A silence with what it is called."""

    silence: Silence
    sender: Candidate | None = None
    record: Ticket | Opportunity | None = None
    """Of the two at most one: none of a ticket that is gone. Who asks may see it or not."""


class SilencePage(Struct, frozen=True, kw_only=True):
    """A part of what is silenced in a place, the latest first."""

    lines: tuple[Silenced, ...]
    offset: int
    total: int


class Silences:
    """The use case: silence something in a place, list it, hear it again.

    Every verb takes the person who asks and the place: in one's own chat it needs the right to read, elsewhere to
    dispatch; of a place of several whoever may read may list what is silent. Raises ``NotLinked`` and ``NotAllowed``.
    """

    def __init__(self, database: Database, *, tenant: TenantId, now: Now) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now

    async def add(self, person: Person, lane: Lane, what: Topic | Sender, until: Until) -> Silence:
        """Silence a ticket, an opportunity or a sender in a place; a sender always for good.

        Raises ``Invalid`` when too much is silenced there.
        """
        may_listen(person, lane)
        silence = Silence(
            tenant=self._tenant,
            lane=lane,
            what=what,
            until=Until.EVER if isinstance(what, Sender) else until,
            by_name=person.name,
            since=self._now(),
        )

        def work(tx: Tx) -> None:
            is_known = bool(silences.among(tx, self._tenant, [lane], [what]))
            if not is_known and self._is_full(tx, lane):
                raise Invalid(f"{MOST_HERE} things are silenced here already.", hint="Hear some of them again: silence")
            silences.put(tx, silence)

        await self._database.write(work)
        return silence

    async def end(self, person: Person, lane: Lane, what: Topic | Sender) -> bool:
        """Hear something again; say whether it was silenced."""
        may_listen(person, lane)
        return await self._database.write(lambda tx: silences.end(tx, self._tenant, lane, what))

    async def page(self, person: Person, lane: Lane, *, offset: int = 0) -> SilencePage:
        """List what is silenced in a place."""
        may_read(person, lane)

        def work(tx: Tx) -> SilencePage:
            total = silences.count(tx, self._tenant, lane)
            first = offset if offset < total else 0
            found = silences.of_lane(tx, self._tenant, lane, limit=PAGE, offset=first)
            return SilencePage(lines=self._lines(tx, found), offset=first, total=total)

        return await self._database.read(work)

    async def candidates(
        self, person: Person, lane: Lane, text: str, kind: SenderKind | None = None
    ) -> tuple[Candidate, ...]:
        """Find whom a name may mean, to silence or hear them in a place: several when it says too little.

        Raises ``NotFound`` when it is nobody, and ``Invalid`` when it could be too many.
        """
        may_listen(person, lane)
        return await self._database.read(lambda tx: meant(tx, self._tenant, person, text, kind))

    async def named(self, sender: Sender) -> Candidate:
        """Name a sender; one that AutoTask lists no longer by its number."""
        return await self._database.read(lambda tx: named(tx, self._tenant, [sender])[sender])

    def _is_full(self, tx: Tx, lane: Lane) -> bool:
        """Say whether a place has its most, once the silences of tickets that are over have made room."""
        if silences.count(tx, self._tenant, lane) < MOST_HERE:
            return False
        kept = [each.what for each in silences.of_lane(tx, self._tenant, lane, limit=MOST_HERE)]
        topics = [what for what in kept if isinstance(what, Topic) and what.ticket is not None]
        known = tickets.load(tx, self._tenant, [what.ticket for what in topics if what.ticket is not None])
        over = [what for what in topics if what.ticket not in known or known[what.ticket].is_complete]
        for what in over:
            silences.end(tx, self._tenant, lane, what)
        return not over

    def _lines(self, tx: Tx, found: Sequence[Silence]) -> tuple[Silenced, ...]:
        names = named(tx, self._tenant, [each.what for each in found if isinstance(each.what, Sender)])
        topics = [each.what for each in found if isinstance(each.what, Topic)]
        known = tickets.load(tx, self._tenant, [each.ticket for each in topics if each.ticket is not None])
        sold = opportunities.load(
            tx, self._tenant, [each.opportunity for each in topics if each.opportunity is not None]
        )
        records: dict[Topic, Ticket | Opportunity] = {Topic(ticket=id_): ticket for id_, ticket in known.items()}
        records |= {Topic(opportunity=id_): opportunity for id_, opportunity in sold.items()}
        return tuple(
            Silenced(silence=each, sender=names[each.what])
            if isinstance(each.what, Sender)
            else Silenced(silence=each, record=records.get(each.what))
            for each in found
        )


def _can_be_silent(row: Owed) -> bool:
    is_escalation = row.rule is not None and row.rule.kind is RuleKind.ESCALATION
    return row.kind is OwedKind.NEWS and not is_escalation


def _subjects(row: Owed, known: Mapping[ChangeId, Happened]) -> tuple[Topic | Sender, ...]:
    """Name all whose silence a row would break."""
    fact = known.get(row.change) if row.change is not None else None
    about = (row.topic,) if row.topic else ()
    return (*about, *senders(fact.change, fact.ticket)) if fact else about


def senders(change: Change, ticket: Ticket | None) -> tuple[Sender, ...]:
    """Say whose deed a change is, in all the ways in which it may be silenced.

    A contact stands for the ticket's company: AutoTask lets a ticket have contacts of no other but its parent (vendor
    help: Tickets).
    """
    author = change.author
    if author.id is None:
        return ()
    if author.kind is not AuthorKind.CONTACT:
        return (Sender(SenderKind.RESOURCE, author.id),)
    company = (Sender(SenderKind.COMPANY, ticket.company),) if ticket else ()
    return (Sender(SenderKind.CONTACT, author.id), *company)


def _is_silent(
    row: Owed,
    subjects: Sequence[Topic | Sender],
    silent: Mapping[tuple[Lane, Topic | Sender], Silence],
    known: Mapping[ChangeId, Happened],
) -> bool:
    found = [silence for what in subjects if (silence := silent.get((row.lane, what)))]
    fact = known.get(row.change) if row.change is not None else None
    is_reply = fact is not None and _is_reply(fact.change)
    return any(not (is_reply and silence.until is Until.REPLY) for silence in found)


def _is_reply(change: Change) -> bool:
    return change.what == NOTE_ADDED and change.author.kind is AuthorKind.CONTACT
