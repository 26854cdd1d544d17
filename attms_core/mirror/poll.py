"""Keeping up: what changed since the last look, at AutoTask's pace and by AutoTask's clock.

A quiet tick is exactly one call. Notes and time are asked for only where a ticket moved.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from attms_core.mirror.absorb import Absorber
from attms_core.mirror.authors import SKEW
from attms_core.mirror.compare import Cause
from attms_core.mirror.ground import Ground
from attms_core.mirror.office import Office
from attms_core.mirror.permit import Permit
from attms_core.mirror.positions import Positions
from attms_core.mirror.progress import BEGAN, COMPANIES, CONTACTS, DELETIONS, PEOPLE, POLL
from attms_core.model import Change, Note, Ticket, TicketId, TimeEntry
from attms_core.store import tickets
from attms_core.store.database import Tx
from attms_core.store.sync import SyncState

log = structlog.get_logger(__name__)

OVERLAP = timedelta(seconds=90)
"""Each tick looks back so far behind the newest activity seen: replicas may be late (vendor help: queries)."""
DIRECTORY_OVERLAP = timedelta(minutes=2)
TIME_ENTRIES = "TimeEntries"
START_MARGIN = SKEW
"""The first look, which only our clock can time, begins so much earlier."""
AHEAD = timedelta(days=1)
"""An activity further in the future than this is a mistake in the record and moves no position."""


class Poll:
    """Looks again and again. Each method is a job; a failed one is made good by the next."""

    def __init__(self, ground: Ground, *, absorber: Absorber, office: Office, positions: Positions) -> None:
        self._database = ground.database
        self._autotask = ground.autotask
        self._absorber = absorber
        self._office = office
        self._positions = positions
        self._tenant = ground.tenant
        self._now = ground.now
        self._may_read_time = Permit(ground, TIME_ENTRIES)

    async def tick(self) -> list[Change]:
        """Absorb what moved since the last tick. Does nothing before the first sync has read the newest tickets.

        Each page is absorbed before the next is asked for; the position moves once all are. So a tick that is cut off
        between two is repeated whole, and what it had absorbed makes no second change. It goes on from the newest
        activity seen; after several pages less the time until the last was there, for what was on an early page may
        have moved meanwhile.
        """
        state = await self._positions.get(POLL)
        if state.position is None:
            return []
        asked_at, took = self._now(), None
        newest: datetime | None = None
        changes: list[Change] = []
        async for page in self._autotask.tickets_changed(state.position - OVERLAP):
            took = timedelta() if took is None else self._now() - asked_at
            newest = newest_activity([newest], self._believed(page))
            changes += await self._take(page, state.position)
        following = max(state.position, newest - (took or timedelta())) if newest else state.position
        await self._positions.advance(state, position=following, done=state.done + 1)
        return changes

    async def reread(self, wanted: Sequence[TicketId]) -> list[Change]:
        """Absorb these tickets as they are now, with their notes and time; the position of polls stays.

        Does nothing before polls have begun.
        """
        state = await self._positions.get(POLL)
        if state.position is None or not wanted:
            return []
        changes: list[Change] = []
        async for page in self._autotask.tickets_by_id(wanted):
            changes += await self._take(page, state.position, Cause.CALLOUT)
        return changes

    async def refresh_directory(self) -> None:
        """Copy companies and contacts that changed, and drop tickets that were deleted in AutoTask."""
        companies = _Newest()
        state, since = await self._since(COMPANIES)
        await self._office.read_companies(since, companies.see)
        await self._positions.advance(state, position=companies.moment)
        contacts = _Newest()
        state, since = await self._since(CONTACTS)
        await self._office.read_contacts(since, contacts.see)
        await self._positions.advance(state, position=contacts.moment)
        await self.refresh_deletions()

    async def refresh_people(self) -> None:
        """Copy technicians, roles and picklists, which tell no time of change, whole."""
        await self._office.read_people()
        await self._office.read_metadata()
        await self._positions.advance(await self._positions.get(PEOPLE))

    async def refresh_deletions(self) -> None:
        """Drop tickets that were deleted in AutoTask."""
        state, since = await self._since(DELETIONS)
        newest = state.position
        async for page in self._autotask.deleted_tickets(since):
            await self._absorber.deleted(page)
            newest = max((m for m in (newest, *(row.deleted_at for row in page)) if m), default=None)
        await self._positions.advance(state, position=newest)

    async def _since(self, name: str) -> tuple[SyncState, datetime]:
        """From where on to ask: a little before the newest seen, at first a little before the first sync began."""
        state = await self._positions.get(name)
        if state.position is not None:
            return state, state.position - DIRECTORY_OVERLAP
        began = await self._positions.get(BEGAN)
        return state, (began.position or self._now()) - START_MARGIN

    async def _take(self, found: Sequence[Ticket], cursor: datetime, cause: Cause = Cause.POLL) -> list[Change]:
        """Absorb tickets together with notes and time of those that moved: they may tell who did it."""
        await self._office.read_companies_of(found)
        moved, synced = await self._database.read(lambda tx: self._moved(tx, found, cursor, cause))
        fresh: list[Note] = []
        if known := [ticket for ticket in moved if ticket in synced]:
            fresh += [n async for page in self._autotask.notes_of(known, since=cursor - OVERLAP) for n in page]
        if unknown := [ticket for ticket in moved if ticket not in synced]:
            fresh += [n async for page in self._autotask.notes_of(unknown) for n in page]
        logged = await self._logged(moved, cursor - OVERLAP)
        changes = await self._absorber.tickets(found, cause, fresh=fresh, logged=logged)
        if unknown:
            now = self._now()
            await self._database.write(lambda tx: tickets.mark_notes_synced(tx, self._tenant, unknown, now))
        return changes

    async def _logged(self, moved: Sequence[TicketId], since: datetime) -> list[TimeEntry]:
        """Read the time that was logged on tickets; older time is no news, so it is never read."""
        if not moved:
            return []
        pages = self._autotask.time_entries_of(moved, since=since)
        return [entry async for page in self._may_read_time.pages(pages) for entry in page]

    def _moved(
        self, tx: Tx, found: Sequence[Ticket], cursor: datetime, cause: Cause
    ) -> tuple[list[TicketId], frozenset[TicketId]]:
        """Name the tickets that moved since the last tick, and those of them whose notes were read before.

        Of what was called out for, something moved. Our copy alone does not tell: a look-up may have brought the
        ticket up to date without its notes.
        """
        ours = tickets.load(tx, self._tenant, [ticket.id for ticket in found])
        told = cause is Cause.CALLOUT
        moved = [t.id for t in found if told or _is_after(t, cursor) or t.id not in ours or _is_newer(t, ours[t.id])]
        return moved, frozenset(t for t in moved if tickets.notes_synced(tx, self._tenant, t))

    def _believed(self, found: Sequence[Ticket]) -> list[Ticket]:
        """Leave out tickets whose activity is a mistake."""
        latest = self._now() + AHEAD
        return [ticket for ticket in found if (activity(ticket) or latest) < latest]


class _Newest:
    """Remembers the newest change of the rows that it sees."""

    def __init__(self) -> None:
        self.moment: datetime | None = None

    def see(self, rows: Iterable["_Modified"]) -> None:
        moments = (row.last_modified for row in rows)
        self.moment = max((m for m in (self.moment, *moments) if m), default=None)


class _Modified(Protocol):
    @property
    def last_modified(self) -> datetime | None: ...


def activity(ticket: Ticket) -> datetime | None:
    """Tell when anything happened to a ticket last; this is what AutoTask is asked by."""
    return ticket.last_activity or ticket.freshness


def newest_activity(before: Iterable[datetime | None], found: Iterable[Ticket]) -> datetime | None:
    """Find the newest moment among earlier ones and those of tickets."""
    moments = (*before, *(activity(ticket) for ticket in found))
    return max((moment for moment in moments if moment), default=None)


def _is_after(ticket: Ticket, cursor: datetime) -> bool:
    moment = activity(ticket)
    return moment is not None and moment > cursor


def _is_newer(theirs: Ticket, ours: Ticket) -> bool:
    if theirs.freshness is None:
        return theirs != ours
    return ours.freshness is None or theirs.freshness > ours.freshness
