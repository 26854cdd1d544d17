"""The one door into the mirror: polls, callouts, read-backs and look-ups all end here.

Each call is one transaction: it drops what is older than ours, writes rows, and writes the changes with their authors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from attms_core.mirror import authors, compare
from attms_core.mirror.authors import SKEW, Circumstances
from attms_core.mirror.compare import Cause, Move
from attms_core.mirror.ground import Ground
from attms_core.mirror.progress import BEGAN
from attms_core.model import (
    Author,
    Change,
    DeletedTicket,
    Note,
    NoteId,
    TenantId,
    Ticket,
    TicketId,
    Wish,
    WishId,
    WishKind,
)
from attms_core.store import changes, notes, sync, tickets, wishes
from attms_core.store.database import Tx

log = structlog.get_logger(__name__)

CREATED, DELETED, NOTE_ADDED = "created", "deleted", "note-added"


class Absorber:
    """Takes records in. Safe to call with the same record any number of times, in any order."""

    def __init__(self, ground: Ground) -> None:
        self._database = ground.database
        self._tenant = ground.tenant
        self._now = ground.now

    async def tickets(self, found: Sequence[Ticket], cause: Cause, *, fresh: Sequence[Note] = ()) -> list[Change]:
        """Absorb tickets, and notes that were read with them: a note may tell who moved its ticket.

        Returns the changes that were written. First sight of a ticket is a change unless it comes from the first sync
        or the ticket is older than the mirror.
        """
        work = _Work(tenant=self._tenant, cause=cause, now=self._now())
        return await self._database.write(lambda tx: work.absorb(tx, found, fresh)) if found or fresh else []

    async def notes(self, found: Sequence[Note], cause: Cause) -> list[Change]:
        """Absorb notes of tickets that the mirror has; others are left out."""
        return await self.tickets((), cause, fresh=found)

    async def deleted(self, gone: Sequence[DeletedTicket]) -> list[Change]:
        """Drop tickets that were deleted in AutoTask, with their notes. Returns the changes."""
        now, tenant = self._now(), self._tenant

        def work(tx: Tx) -> list[Change]:
            known = tickets.load(tx, tenant, [row.ticket for row in gone])
            found = [_deletion(row, now) for row in {row.ticket: row for row in gone}.values() if row.ticket in known]
            tickets.delete(tx, tenant, [change.ticket for change in found])
            changes.add(tx, tenant, found)
            return found

        return await self._database.write(work) if gone else []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One absorption. It may run twice (PostgreSQL may ask for it), so it keeps nothing."""

    tenant: TenantId
    cause: Cause
    now: datetime

    def absorb(self, tx: Tx, found: Sequence[Ticket], fresh: Sequence[Note]) -> list[Change]:
        latest = _newest(found)
        known = tickets.load(tx, self.tenant, sorted({*latest, *(note.ticket for note in fresh)}))
        new, edited = self._part(tx, [n for n in fresh if n.ticket in known or n.ticket in latest])
        written: list[Ticket] = []
        news: list[Change] = []
        for ticket in latest.values():
            accepted = self._ticket(tx, ticket, known.get(ticket.id), new)
            if accepted is not None:
                written.append(ticket)
                news += accepted
        here = {*known, *(ticket.id for ticket in written)}
        kept = [note for note in new if note.ticket in here]
        news += [change for note in kept for change in self._note(tx, note)]
        tickets.put(tx, self.tenant, written)
        notes.put(tx, self.tenant, [*kept, *edited])
        changes.add(tx, self.tenant, news)
        return news

    def _ticket(self, tx: Tx, ticket: Ticket, ours: Ticket | None, new: Sequence[Note]) -> list[Change] | None:
        """Give the changes that come with a ticket; None when it is not to be written."""
        if ours is None:
            return None if self._is_ghost(tx, ticket) else self._first_sight(tx, ticket)
        if ticket == ours or compare.is_older(ticket, ours):
            return None
        found = compare.moves(ours, ticket)
        if not found:
            return []
        at = self.now if compare.is_as_old(ticket, ours) else ticket.freshness or self.now
        around = self._around(tx, ours, [note for note in new if note.ticket == ticket.id], at)
        if compare.is_as_old(ticket, ours) and authors.undoes(found, around.wishes):
            return None
        named = zip(found, authors.authors(found, ticket, around), strict=True)
        return [_moved(ticket.id, move, author, at) for move, author in named]

    def _around(self, tx: Tx, ours: Ticket, new: Sequence[Note], at: datetime) -> Circumstances:
        since = (ours.freshness or self.now) - SKEW
        wished = wishes.explaining(tx, self.tenant, ours.id, since)
        told = changes.of_ticket(tx, self.tenant, ours.id) if wished else []
        spent = frozenset((c.author.wish, c.what) for c in told if c.author.wish)
        return Circumstances(wishes=wished, spent=spent, notes=new, at=at)

    def _is_ghost(self, tx: Tx, ticket: Ticket) -> bool:
        """Say whether a late replica tells of a ticket whose deletion we know of."""
        if self.cause is not Cause.POLL:
            return False
        told = changes.of_ticket(tx, self.tenant, ticket.id, limit=1)
        return bool(told) and told[0].what == DELETED

    def _first_sight(self, tx: Tx, ticket: Ticket) -> list[Change]:
        if not self._is_news(tx, ticket.created):
            return []
        wish = wishes.get(tx, self.tenant, WishId(ticket.external_id)) if ticket.external_id else None
        wish = wish if wish and wish.kind is WishKind.CREATE_TICKET else None
        at = ticket.created or self.now
        author = authors.creator_of(ticket, wish)
        return [Change(ticket=ticket.id, what=CREATED, before=None, after=None, author=author, at=at)]

    def _is_news(self, tx: Tx, moment: datetime | None) -> bool:
        if self.cause is Cause.FIRST_SYNC:
            return False
        began = sync.get(tx, self.tenant, BEGAN)
        return not (moment and began and began.position) or moment >= began.position - SKEW

    def _part(self, tx: Tx, fresh: Sequence[Note]) -> tuple[list[Note], list[Note]]:
        """Part notes into those never seen and those edited since; what is older than ours falls out."""
        by_id = _newest_notes(fresh)
        known: Mapping[NoteId, Note] = notes.load(tx, self.tenant, sorted(by_id))
        new = [note for id_, note in by_id.items() if id_ not in known]
        edited = [n for id_, n in by_id.items() if id_ in known and n != known[id_] and not _is_older(n, known[id_])]
        return new, edited

    def _note(self, tx: Tx, note: Note) -> list[Change]:
        if not self._is_news(tx, note.created):
            return []
        wished: list[Wish] = wishes.explaining(tx, self.tenant, note.ticket, (note.created or self.now) - SKEW)
        return [
            Change(
                ticket=note.ticket,
                what=NOTE_ADDED,
                before=None,
                after=note.title,
                author=authors.writer_of(note, wished),
                at=note.created or self.now,
                note=note.id,
            )
        ]


def _newest(found: Iterable[Ticket]) -> dict[TicketId, Ticket]:
    """Keep the newest copy of each ticket, by id."""
    latest: dict[TicketId, Ticket] = {}
    for ticket in found:
        if ticket.id not in latest or not compare.is_older(ticket, latest[ticket.id]):
            latest[ticket.id] = ticket
    return dict(sorted(latest.items()))


def _newest_notes(found: Iterable[Note]) -> dict[NoteId, Note]:
    latest: dict[NoteId, Note] = {}
    for note in found:
        if note.id not in latest or not _is_older(note, latest[note.id]):
            latest[note.id] = note
    return latest


def _is_older(theirs: Note, ours: Note) -> bool:
    return (
        theirs.last_activity is not None
        and ours.last_activity is not None
        and theirs.last_activity < ours.last_activity
    )


def _moved(ticket: TicketId, move: Move, author: Author, at: datetime) -> Change:
    return Change(ticket=ticket, what=move.what, before=move.before, after=move.after, author=author, at=at)


def _deletion(row: DeletedTicket, now: datetime) -> Change:
    author = authors.by_resource(row.deleted_by)
    at = row.deleted_at or now
    return Change(ticket=row.ticket, what=DELETED, before=row.number, after=None, author=author, at=at)
