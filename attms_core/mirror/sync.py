"""The first sync: everything once, what people need first, newest first.

It may be cancelled or killed anywhere: stages that are finished stay so, and of the one under way only the window (or,
for companies and contacts, the stage) is read again. Absorbing the same record twice does no harm.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import cast

import structlog

from attms_core.errors import Busy
from attms_core.mirror.absorb import Absorber
from attms_core.mirror.compare import Cause
from attms_core.mirror.ground import Ground
from attms_core.mirror.history import reach
from attms_core.mirror.office import Office
from attms_core.mirror.poll import START_MARGIN, newest_activity
from attms_core.mirror.positions import Positions
from attms_core.mirror.progress import BEGAN, POLL, REACH, STAGES, stage_name
from attms_core.mirror.windows import closed_windows, earlier_windows, open_windows
from attms_core.model import Note, Ticket, TicketId
from attms_core.store import tickets
from attms_core.store.sync import SyncState

log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[None]]
NOTES_AT_ONCE = 200
"""Tickets whose notes are asked for in one call."""
BREATH = timedelta(seconds=30)
"""How long to wait when AutoTask is busy and does not say until when."""


class FirstSync:
    """Reads all that the mirror keeps. ``run`` goes on where an earlier run ended, in this process or another."""

    def __init__(
        self,
        ground: Ground,
        *,
        absorber: Absorber,
        office: Office,
        positions: Positions,
        reconcile: Callable[[], Awaitable[None]],
        history: timedelta,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._database = ground.database
        self._autotask = ground.autotask
        self._absorber = absorber
        self._office = office
        self._positions = positions
        self._reconcile = reconcile
        self._tenant = ground.tenant
        self._now = ground.now
        self._history = history
        self._sleep = sleep

    async def run(self) -> None:
        """Read what is still missing; returns when nothing is. Raises what AutoTask says, except that it is busy.

        Missing is also what a longer history wants than the one that was read or kept before.
        """
        began = await self._begin()
        for stage in STAGES:
            await self._patiently(stage, partial(self._stage, stage, began))
        await self._patiently(REACH, self._read_earlier)

    async def _begin(self) -> datetime:
        state = await self._positions.get(BEGAN)
        if state.position is None:
            state = await self._positions.advance(state, position=self._now())
        return cast("datetime", state.position)

    async def _patiently(self, stage: str, read: Callable[[], Awaitable[None]]) -> None:
        """Run a stage to its end; when the hour's calls are used up, wait and go on."""
        while True:
            try:
                return await read()
            except Busy as busy:
                wait = busy.after or BREATH
                log.info("first_sync_waits", stage=stage, seconds=wait.total_seconds())
                await self._sleep(wait.total_seconds())

    async def _stage(self, stage: str, began: datetime) -> None:
        state = await self._positions.get(stage_name(stage))
        if state.finished_at is not None:
            return
        log.info("first_sync_stage", stage=stage)
        match stage:
            case "metadata":
                await self._finish(state, await self._office.read_metadata())
            case "people":
                await self._finish(state, await self._office.read_people())
            case "companies":
                await self._finish(state, await self._office.read_companies(None, _ignore))
            case "open":
                await self._read_open(state, began)
            case "contacts":
                await self._finish(state, await self._office.read_contacts(None, _ignore))
            case "notes":
                await self._read_notes(state)
            case _:
                await self._read_closed(state, began)

    async def _finish(self, state: SyncState, done: int) -> None:
        await self._positions.advance(state, done=done, finished=True)

    async def _read_open(self, state: SyncState, began: datetime) -> None:
        for start, end in open_windows(began):
            if _is_behind(start, state):
                continue
            asked_at = self._now()
            newest, done = await self._window(state, self._autotask.open_tickets(start, end), await self._open_count())
            if end is None:
                await self._let_polls_begin(newest, began, self._now() - asked_at)
            state = await self._positions.advance(state, position=start, done=done)
        await self._reconcile()
        await self._finish(state, await self._open_count())

    async def _read_closed(self, state: SyncState, began: datetime) -> None:
        for start, end in closed_windows(began, self._history):
            if _is_behind(start, state):
                continue
            _, done = await self._window(state, self._autotask.closed_tickets(start, end), state.done)
            state = await self._positions.advance(state, position=start, done=done)
        await self._finish(state, state.done)

    async def _read_earlier(self) -> None:
        state = await reach(self._positions)
        since = self._now() - self._history
        for start, end in earlier_windows(since, state.position or since):
            _, done = await self._window(state, self._autotask.closed_tickets(start, end), state.done)
            state = await self._positions.advance(state, position=start, done=done)

    async def _window(
        self, state: SyncState, pages: AsyncIterator[list[Ticket]], done: int
    ) -> tuple[datetime | None, int]:
        """Absorb a window page by page, telling how many so far. Gives the newest activity, and the count."""
        newest: datetime | None = None
        async for page in pages:
            await self._office.read_companies_of(page)
            await self._absorber.tickets(page, Cause.FIRST_SYNC)
            newest = newest_activity([newest], page)
            done += len(page)
            await self._positions.advance(state, done=done)
        return newest, done

    async def _let_polls_begin(self, newest: datetime | None, began: datetime, took: timedelta) -> None:
        """Start polls at the newest activity seen, less the time in which pages already read may have moved."""
        state = await self._positions.get(POLL)
        if state.position is None:
            cursor = newest - took if newest else began - START_MARGIN
            await self._positions.advance(state, position=cursor)

    async def _read_notes(self, state: SyncState) -> None:
        total = state.done + len(await self._noteless(limit=1_000_000))
        while wanted := await self._noteless(limit=NOTES_AT_ONCE):
            await self._notes_of(wanted)
            state = await self._positions.advance(state, done=state.done + len(wanted), total=total)
        await self._finish(state, state.done)

    async def _notes_of(self, wanted: Sequence[TicketId]) -> None:
        found: list[Note] = [note async for page in self._autotask.notes_of(wanted) for note in page]
        await self._absorber.notes(found, Cause.FIRST_SYNC)
        now = self._now()
        await self._database.write(lambda tx: tickets.mark_notes_synced(tx, self._tenant, wanted, now))

    async def _noteless(self, *, limit: int) -> list[TicketId]:
        return await self._database.read(lambda tx: tickets.ids_without_notes(tx, self._tenant, limit))

    async def _open_count(self) -> int:
        opened, _ = await self._database.read(lambda tx: tickets.count(tx, self._tenant))
        return opened


def _is_behind(start: datetime | None, state: SyncState) -> bool:
    """Say whether an earlier run finished this window."""
    return start is not None and state.position is not None and start >= state.position


def _ignore(_: object) -> None:
    """First reading: where polls go on is told by when the sync began."""
