"""The one door into the mirror: polls, callouts, read-backs and look-ups all end here.

A transaction takes a few tickets with what is new of them: it drops what is older than ours, writes rows, and writes
the changes with their authors and the notices owed. Others write in between. Whatever ends a call between two
transactions leaves some tickets taken and the others as if they had never come: repeating the call makes it good.
What tickets are asked here is asked of opportunities in ``pipeline``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import structlog
from msgspec import Struct

from attms_core.mirror import authors, compare, pipeline
from attms_core.mirror.authors import BRIEF, SKEW, Circumstances
from attms_core.mirror.compare import Cause, Move
from attms_core.mirror.ground import Ground
from attms_core.mirror.news import News, is_forgotten, is_news
from attms_core.mirror.progress import POLL
from attms_core.model import (
    Author,
    Change,
    DeletedTicket,
    Note,
    Opportunity,
    TenantId,
    Ticket,
    TicketId,
    TimeEntry,
    Wish,
    WishId,
    WishKind,
)
from attms_core.model.change import CREATED, DELETED, NOTE_ADDED, TIME_LOGGED
from attms_core.store import changes, levels, notes, sync, tickets, time_entries, wishes
from attms_core.store.database import Tx

log = structlog.get_logger(__name__)

Part = TypeVar("Part", Note, TimeEntry)
Record = TypeVar("Record")
AT_ONCE = 200
"""Tickets, or opportunities, in one transaction: as many as their notes are asked for in one call.

Everybody else's write waits for it, a person's too, and PostgreSQL ends what is silent for 15 seconds: whom to tell of
so many, in 400 conversations each, takes two seconds and three times that on a busy machine.
"""


class Absorber:
    """Takes records in. Safe to call with the same record any number of times, in any order."""

    def __init__(self, ground: Ground) -> None:
        self._database = ground.database
        self._tenant = ground.tenant
        self._now = ground.now
        self._news = ground.news

    async def tickets(
        self,
        found: Sequence[Ticket],
        cause: Cause,
        *,
        fresh: Sequence[Note] = (),
        logged: Sequence[TimeEntry] = (),
    ) -> list[Change]:
        """Absorb tickets, and notes and time that were read with them: they may tell who moved their ticket.

        Returns the changes that were written. First sight of a ticket is a change unless it comes from the first sync
        or the ticket is older than the mirror, or than what the mirror has dropped. A ticket and what was read with it
        stay in one transaction.
        """
        work = _Work(tenant=self._tenant, cause=cause, now=self._now(), news=self._news)
        return await self._each(partial(work.absorb, batch=few) for few in _in_batches(found, fresh, logged))

    async def notes(self, found: Sequence[Note], cause: Cause) -> list[Change]:
        """Absorb notes of tickets that the mirror has; others are left out."""
        return await self.tickets((), cause, fresh=found)

    async def deleted(self, gone: Sequence[DeletedTicket]) -> list[Change]:
        """Drop tickets that were deleted in AutoTask, with their notes. Returns the changes."""
        now, rows = self._now(), list({row.ticket: row for row in gone}.values())
        return await self._each(partial(self._delete, gone=few, now=now) for few in _cut(rows))

    async def opportunities(self, found: Sequence[Opportunity], cause: Cause) -> list[Change]:
        """Absorb opportunities. Returns the changes that were written."""
        work = pipeline.Work(tenant=self._tenant, cause=cause, now=self._now(), news=self._news)
        return await self._each(partial(work.absorb, found=few) for few in _cut(found))

    def _delete(self, tx: Tx, gone: Sequence[DeletedTicket], now: datetime) -> list[Change]:
        known = tickets.load(tx, self._tenant, [row.ticket for row in gone])
        found = [_deletion(row, now) for row in gone if row.ticket in known]
        self._news.keep(tx, found)
        tickets.delete(tx, self._tenant, sorted(known))
        return found

    async def _each(self, works: Iterable[Callable[[Tx], list[Change]]]) -> list[Change]:
        """Do works one after the other, each a transaction; what is committed is told also where a later one fails."""
        news: list[Change] = []
        try:
            for work in works:
                news += await self._database.write(work)
        finally:
            self._news.told(news)
        return news


class _Work(Struct, frozen=True, kw_only=True):
    """One absorption. It may run twice (PostgreSQL may ask for it), so it keeps nothing."""

    tenant: TenantId
    cause: Cause
    now: datetime
    news: News

    def absorb(self, tx: Tx, batch: "_Batch") -> list[Change]:
        latest = _newest(batch.tickets)
        known = tickets.load(tx, self.tenant, batch.ids)
        told = [note for note in _newest_parts(batch.notes) if note.ticket in known or note.ticket in latest]
        worked = [entry for entry in _newest_parts(batch.entries) if entry.ticket in known or entry.ticket in latest]
        new, edited = _part(told, notes.load(tx, self.tenant, [note.id for note in told]))
        more, corrected = _part(worked, time_entries.load(tx, self.tenant, [entry.id for entry in worked]))
        written: list[Ticket] = []
        news: list[Change] = []
        for ticket in latest.values():
            accepted = self._ticket(tx, ticket, known.get(ticket.id), _Parts(new, more).of(ticket.id))
            if accepted is not None:
                written.append(ticket)
                news += accepted
        here = _Parts(new, more).among({*known, *(ticket.id for ticket in written)})
        news += [change for note in here.notes for change in self._note(tx, note)]
        news += [change for entry in here.entries for change in self._entry(tx, entry)]
        tickets.put(tx, self.tenant, written)
        notes.put(tx, self.tenant, [*here.notes, *edited])
        time_entries.put(tx, self.tenant, [*here.entries, *corrected])
        self.news.keep(tx, news)
        return news

    def _ticket(self, tx: Tx, ticket: Ticket, ours: Ticket | None, new: "_Parts") -> list[Change] | None:
        """Give the changes that come with a ticket; None when it is not to be written."""
        if ours is None:
            return None if self._is_ghost(tx, ticket) else self._first_sight(tx, ticket)
        if ticket == ours or compare.is_older(ticket, ours):
            return None
        found = compare.moves(ours, ticket)
        if not found:
            return []
        at = self.now if compare.is_as_old(ticket, ours) else ticket.freshness or self.now
        around = self._around(tx, ours, ticket, new, at)
        if compare.is_as_old(ticket, ours) and authors.undoes(found, around.wishes):
            return None
        named = zip(found, authors.authors(found, ticket, around), strict=True)
        return [_moved(ticket.id, move, author, at) for move, author in named]

    def _around(self, tx: Tx, ours: Ticket, ticket: Ticket, new: "_Parts", at: datetime) -> Circumstances:
        since = (ours.freshness or self.now) - SKEW
        wished = wishes.explaining(tx, self.tenant, ours.id, since)
        told = changes.of_ticket(tx, self.tenant, ours.id) if wished else []
        return Circumstances(
            wishes=wished,
            spent=frozenset((c.author.wish, c.what) for c in told if c.author.wish),
            notes=new.notes,
            entries=new.entries,
            is_alone=not compare.has_moved_beside(ours, ticket),
            is_brief=self._is_brief(tx),
            at=at,
        )

    def _is_brief(self, tx: Tx) -> bool:
        last = sync.get(tx, self.tenant, POLL)
        return last is not None and last.checked_at is not None and self.now - last.checked_at <= BRIEF

    def _is_ghost(self, tx: Tx, ticket: Ticket) -> bool:
        """Say whether a late replica tells of a ticket whose deletion we know of."""
        if self.cause not in {Cause.POLL, Cause.CALLOUT}:
            return False
        told = changes.of_ticket(tx, self.tenant, ticket.id, limit=1)
        return bool(told) and told[0].what == DELETED

    def _first_sight(self, tx: Tx, ticket: Ticket) -> list[Change]:
        if not self._is_news(tx, ticket.created):
            levels.pass_over(tx, self.tenant, [ticket], self.now)
            return []
        wish = wishes.get(tx, self.tenant, WishId(ticket.external_id)) if ticket.external_id else None
        wish = wish if wish and wish.kind is WishKind.CREATE_TICKET else None
        at = ticket.created or self.now
        author = authors.creator_of(ticket, wish)
        created = Change(ticket=ticket.id, what=CREATED, before=None, after=None, author=author, at=at)
        return [created, *_completed(ticket)]

    def _is_news(self, tx: Tx, moment: datetime | None) -> bool:
        if self.cause is Cause.FIRST_SYNC or not is_news(tx, self.tenant, moment):
            return False
        return not is_forgotten(tx, self.tenant, moment)

    def _note(self, tx: Tx, note: Note) -> list[Change]:
        if not self._is_news(tx, note.created):
            return []
        wished: list[Wish] = wishes.explaining(tx, self.tenant, note.ticket, (note.created or self.now) - SKEW)
        return [
            Change(
                ticket=note.ticket,
                what=NOTE_ADDED,
                before=None,
                after=note.publish,
                author=authors.writer_of(note, wished),
                at=note.created or self.now,
                note=note.id,
            )
        ]

    def _entry(self, tx: Tx, entry: TimeEntry) -> list[Change]:
        if not self._is_news(tx, entry.created):
            return []
        return [
            Change(
                ticket=entry.ticket,
                what=TIME_LOGGED,
                before=None,
                after=compare.plain(entry.hours),
                author=authors.logger_of(entry),
                at=entry.created or self.now,
                entry=entry.id,
            )
        ]


class _Batch(Struct, frozen=True, kw_only=True):
    """A few tickets by their ids, and all that was read of them; of some only notes or time were."""

    ids: Sequence[TicketId]
    tickets: Sequence[Ticket]
    notes: Sequence[Note]
    entries: Sequence[TimeEntry]


class _Parts(Struct, frozen=True):
    """Notes and time that were never seen before."""

    notes: Sequence[Note]
    entries: Sequence[TimeEntry]

    def of(self, ticket: TicketId) -> "_Parts":
        return self.among({ticket})

    def among(self, some: Collection[TicketId]) -> "_Parts":
        kept = [note for note in self.notes if note.ticket in some]
        return _Parts(kept, [entry for entry in self.entries if entry.ticket in some])


def _in_batches(found: Sequence[Ticket], fresh: Sequence[Note], logged: Sequence[TimeEntry]) -> Iterator[_Batch]:
    """Cut what was read into what one transaction takes, by the tickets' ids."""
    ids = sorted({*(t.id for t in found), *(note.ticket for note in fresh), *(entry.ticket for entry in logged)})
    for few in _cut(ids):
        these = frozenset(few)
        yield _Batch(
            ids=few,
            tickets=[ticket for ticket in found if ticket.id in these],
            notes=[note for note in fresh if note.ticket in these],
            entries=[entry for entry in logged if entry.ticket in these],
        )


def _cut(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    return (records[start : start + AT_ONCE] for start in range(0, len(records), AT_ONCE))


def _newest(found: Iterable[Ticket]) -> dict[TicketId, Ticket]:
    """Keep the newest copy of each ticket, by id."""
    latest: dict[TicketId, Ticket] = {}
    for ticket in found:
        if ticket.id not in latest or not compare.is_older(ticket, latest[ticket.id]):
            latest[ticket.id] = ticket
    return dict(sorted(latest.items()))


def _newest_parts(found: Iterable[Part]) -> list[Part]:
    """Keep the newest copy of each note or time entry, in the order of their ids."""
    latest: dict[int, Part] = {}
    for part in found:
        if part.id not in latest or not _is_older(part, latest[part.id]):
            latest[part.id] = part
    return [latest[id_] for id_ in sorted(latest)]


def _part(found: Sequence[Part], known: Mapping[Any, Part]) -> tuple[list[Part], list[Part]]:
    """Part what was read into what was never seen and what was edited since; what is older than ours falls out."""
    new = [part for part in found if part.id not in known]
    return new, [p for p in found if p.id in known and p != known[p.id] and not _is_older(p, known[p.id])]


def _is_older(theirs: Note | TimeEntry, ours: Note | TimeEntry) -> bool:
    their_moment, our_moment = _moment(theirs), _moment(ours)
    return their_moment is not None and our_moment is not None and their_moment < our_moment


def _moment(part: Note | TimeEntry) -> datetime | None:
    return part.last_activity if isinstance(part, Note) else part.last_modified


def _completed(ticket: Ticket) -> list[Change]:
    """Tell of a ticket that is complete at first sight that it was completed after it had been created."""
    created, completed = ticket.created, ticket.completed_at
    if not (ticket.is_complete and created and completed and completed > created):
        return []
    move = Move("status", None, ticket.status)
    return [_moved(ticket.id, move, authors.completer_of(ticket), completed)]


def _moved(ticket: TicketId, move: Move, author: Author, at: datetime) -> Change:
    return Change(ticket=ticket, what=move.what, before=move.before, after=move.after, author=author, at=at)


def _deletion(row: DeletedTicket, now: datetime) -> Change:
    author = authors.by_resource(row.deleted_by)
    at = row.deleted_at or now
    return Change(ticket=row.ticket, what=DELETED, before=row.number, after=None, author=author, at=at)
