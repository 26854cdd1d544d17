"""From hints to reads: tickets that were called out for are gathered for a moment and read together.

What cannot be read is let go: polls find it anyway, by AutoTask's own stamps.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol, Self

import structlog

from attms_core.callouts.allowance import Allowance
from attms_core.callouts.payload import Action, Callout, Subject
from attms_core.errors import AttmsError
from attms_core.model import Change, NoteId, TicketId

log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[None]]
WINDOW = timedelta(milliseconds=250)
"""So long callouts are gathered: one deed in AutoTask causes several."""
AT_ONCE = 200
"""Tickets that one call reads."""
MOST = 5_000
"""Tickets that wait to be read; what comes beyond is left to polls."""


class Rereads(Protocol):
    """The mirror, as far as it takes hints."""

    async def reread(self, tickets: Sequence[TicketId]) -> list[Change]:
        """Absorb these tickets as AutoTask has them now."""
        ...

    async def refresh_deletions(self) -> None:
        """Drop what was deleted in AutoTask."""
        ...


TicketsOf = Callable[[Sequence[NoteId]], Awaitable[list[TicketId]]]
"""Names the tickets of notes."""


class Hints:
    """Reads what was called out for, at work while entered.

    patience    how long a hint may wait for its turn: as long as polls take, for then they have seen it too
    """

    def __init__(
        self,
        mirror: Rereads,
        tickets_of: TicketsOf,
        allowance: Allowance,
        *,
        patience: timedelta,
        window: timedelta = WINDOW,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._mirror = mirror
        self._tickets_of = tickets_of
        self._allowance = allowance
        self._patience = patience
        self._window = window
        self._sleep = sleep
        # dicts keep the order of coming: what has waited longest is read first
        self._tickets: dict[TicketId, None] = {}
        self._notes: dict[NoteId, None] = {}
        self._has_deletions = False
        self._woken = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self.dropped = 0
        """Hints that were left to polls."""

    async def __aenter__(self) -> Self:
        """Begin to read."""
        self._work = asyncio.create_task(self._run(), name="callouts")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; what still waits is left to polls."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait({self._work})

    def add(self, callout: Callout) -> None:
        """Take a hint; returns at once."""
        if callout.id is None or callout.subject is Subject.OTHER or callout.action is Action.DEACTIVATED:
            return
        if len(self._tickets) + len(self._notes) >= MOST:
            self.dropped += 1
            return
        if callout.subject is Subject.NOTE:
            if callout.action is not Action.DELETE:  # a note that is gone names no ticket
                self._notes[NoteId(callout.id)] = None
        elif callout.action is Action.DELETE:
            self._has_deletions = True
        else:
            self._tickets[TicketId(callout.id)] = None
        self._woken.set()

    async def _run(self) -> None:
        """Read until cancelled. An AutoTask or a store that is out of order for a while does not end it."""
        while True:
            await self._woken.wait()
            await self._sleep(self._window.total_seconds())
            self._woken.clear()
            wait = self._allowance.wait()
            if wait > self._patience:
                self._drop("allowance")
                continue
            if wait:
                await self._sleep(wait.total_seconds())
            await self._read()
            if self._tickets or self._notes:
                self._woken.set()

    async def _read(self) -> None:
        tickets, notes, deletions = self._next()
        self._allowance.take()
        try:
            if notes:
                tickets |= dict.fromkeys(await self._tickets_of(list(notes)))
            if tickets:
                changes = await self._mirror.reread(list(tickets))
                log.info("callouts_read", tickets=len(tickets), changes=len(changes))
            if deletions:
                await self._mirror.refresh_deletions()
        except AttmsError as error:
            self.dropped += len(tickets) + len(notes)
            log.warning("callouts_not_read", code=error.code, tickets=len(tickets), notes=len(notes))
        except Exception:
            # The last net: nobody waits for this task, so a bug that ended it would end all callouts unheard.
            self.dropped += len(tickets) + len(notes)
            log.exception("callouts_broke", tickets=len(tickets), notes=len(notes))

    def _next(self) -> tuple[dict[TicketId, None], dict[NoteId, None], bool]:
        tickets = dict.fromkeys(list(self._tickets)[:AT_ONCE])
        notes = dict.fromkeys(list(self._notes)[: AT_ONCE - len(tickets)])
        for ticket in tickets:
            del self._tickets[ticket]
        for note in notes:
            del self._notes[note]
        deletions, self._has_deletions = self._has_deletions, False
        return tickets, notes, deletions

    def _drop(self, why: str) -> None:
        self.dropped += len(self._tickets) + len(self._notes)
        log.warning("callouts_dropped", why=why, tickets=len(self._tickets), notes=len(self._notes))
        self._tickets.clear()
        self._notes.clear()
