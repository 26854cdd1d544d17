"""The life of a wish: stored, sent, looked up when the answer is lost, ended. AutoTask is changed at most once.

Each step is stored before the next begins, so that after a crash ``recover`` knows where it stood:

    ASKED --> SENT --> DONE | REFUSED | UNKNOWN

A wish runs in a task of its own. The person's turn may end, be cancelled or be delivered again: the wish goes on, and
whoever asks with the same key gets what came of it. Until it is sent, ``before`` holds what the card showed of the
ticket, so that a wish taken up late still notices that somebody was faster.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Self
from weakref import WeakValueDictionary

import structlog
from msgspec import structs

from attms_core.desk.lookback import Lookback, differing, holds, with_asked
from attms_core.desk.outcomes import error_of, refusal
from attms_core.errors import (
    AskDifferently,
    AttmsError,
    Busy,
    ChangedMeanwhile,
    NotFound,
    OperatorNeeded,
    OutcomeUnknown,
    TryLater,
    Unreachable,
)
from attms_core.mirror import Cause, Mirror
from attms_core.model import Outcome, TenantId, Ticket, TicketId, Wish, WishId, WishKind, WishState
from attms_core.model.wish import Value
from attms_core.notices import owe_outcome
from attms_core.ports import Autotask, Now
from attms_core.store import wishes
from attms_core.store.database import Database, Tx

log = structlog.get_logger(__name__)

TOO_OLD = timedelta(minutes=15)
"""A wish that a crash kept from being sent for longer than this is dropped: the person has moved on."""
LIVE = (WishState.ASKED, WishState.SENT)
OPEN = (*LIVE, WishState.UNKNOWN)
"""States that may still end: what was not found at first may turn up."""


class TakenElsewhere(Busy):
    """Another process was faster in taking up a wish."""


class AskedBefore(AskDifferently):
    """The same press asked for something else before; this time nothing was done. ``wish`` is the earlier one."""

    code = "asked-before"

    def __init__(self, wish: Wish) -> None:
        super().__init__(
            "This form was used already, for something else. Nothing was done this time.",
            hint="Open the form again.",
        )
        self.wish = wish


class Wishes:
    """Carries wishes out. Open it as an async context manager: leaving it waits for what is under way.

    ``grace`` is how long an unfinished wish may belong to another living process; zero where only one can serve.
    """

    def __init__(
        self,
        *,
        database: Database,
        autotask: Autotask,
        mirror: Mirror,
        lookback: Lookback,
        tenant: TenantId,
        now: Now,
        grace: timedelta = timedelta(),
    ) -> None:
        self._database = database
        self._autotask = autotask
        self._mirror = mirror
        self._lookback = lookback
        self._tenant = tenant
        self._now = now
        self._grace = grace
        self._running: dict[str, tuple[Wish, asyncio.Task[Wish]]] = {}
        """By key: of deliveries that come at once, the first works and the others follow it."""
        self._lines: WeakValueDictionary[TicketId, asyncio.Lock] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        """Open it."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Wait for the wishes under way: a write that has been sent is worth its answer."""
        await asyncio.gather(*(task for _, task in self._running.values()), return_exceptions=True)

    async def carry_out(self, wish: Wish) -> Wish:
        """Store and perform a wish, or give what came of it when it was asked before.

        Returns the wish as DONE. Raises what AutoTask refused, ``ChangedMeanwhile`` when the ticket is no longer as
        ``before`` says, ``AskedBefore`` when the key was used for something else, or ``OutcomeUnknown``. Cancelling the
        caller does not stop the wish.
        """
        first, task = self._running.get(wish.key) or (wish, self._own(wish, self._ask(wish)))
        if not first.asks_the_same_as(wish):
            raise AskedBefore(await self.by_key(wish.key) or first)
        return await asyncio.shield(task)

    async def repeat(self, earlier: Wish, fresh: Wish) -> Wish:
        """Ask the same anew. One whose outcome is unknown is looked for once more, and one under way is followed."""
        if earlier.state not in {WishState.REFUSED, WishState.UNKNOWN}:
            return await self.carry_out(earlier)
        if earlier.state is WishState.UNKNOWN and (found := await self._lookback.find(earlier, looks=1)):
            return await self._finish(earlier, found, None)
        return await self.carry_out(fresh)

    async def recover(self) -> None:
        """Take up what a crash left unfinished, each in its own task. Harmless to repeat."""
        left = await self._database.read(lambda tx: wishes.unfinished(tx, self._tenant))
        for wish in left:
            if wish.key not in self._running and self._is_orphan(wish):
                log.info("wish_recovered", wish=wish.id, kind=wish.kind, state=wish.state)
                self._own(wish, self._recovered(wish))

    async def by_key(self, key: str) -> Wish | None:
        """Find the wish of a deed, whatever its state."""
        return await self._database.read(lambda tx: wishes.by_key(tx, self._tenant, key))

    async def by_id(self, wish: WishId) -> Wish | None:
        """Find a wish."""
        return await self._database.read(lambda tx: wishes.get(tx, self._tenant, wish))

    async def _ask(self, wish: Wish) -> Wish:
        earlier = await self._database.write(lambda tx: wishes.add(tx, wish))
        if earlier is None:
            return await self._perform(wish)
        if not earlier.asks_the_same_as(wish):
            raise AskedBefore(earlier)
        if earlier.state not in LIVE:
            if error := error_of(earlier):
                raise error
            return earlier
        if self._is_orphan(earlier):
            return await self._take_up(earlier)
        raise Busy("This is being saved already.", hint="Refresh the card in a moment.")

    def _is_orphan(self, wish: Wish) -> bool:
        return self._now() - wish.asked_at >= self._grace

    async def _recovered(self, wish: Wish) -> Wish:
        """Take it up; nobody waits for the answer any more, so the standing card tells also what went wrong."""
        try:
            return await self._take_up(wish)
        except (AskDifferently, OperatorNeeded, OutcomeUnknown, TryLater):
            await self._tell(wish)
            raise

    async def _take_up(self, wish: Wish) -> Wish:
        if wish.state is WishState.SENT:
            return await self._settle_sent(wish)
        if self._now() - wish.asked_at > TOO_OLD:
            return await self._drop(wish)
        return await self._perform(wish)

    def _own(self, wish: Wish, work: Coroutine[None, None, Wish]) -> asyncio.Task[Wish]:
        task = asyncio.create_task(work, name=f"wish {wish.id}")
        self._running[wish.key] = wish, task
        task.add_done_callback(lambda done: self._let_go(wish, done))
        return task

    def _let_go(self, wish: Wish, task: asyncio.Task[Wish]) -> None:
        self._running.pop(wish.key, None)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, AttmsError):
            log.error("wish_broke", wish=wish.id, exc_info=error)

    async def _perform(self, wish: Wish) -> Wish:
        try:
            sent, standing = await self._in_line(wish)
        except OutcomeUnknown:
            return await self._look_back(wish)
        except TakenElsewhere:
            raise
        except AttmsError as error:
            await self._end(wish, WishState.REFUSED, refusal(error, wish))
            raise
        return await self._finish(wish, sent, standing)

    async def _in_line(self, wish: Wish) -> tuple[Outcome, Ticket | None]:
        """Look and write with nobody in between: of two who change a ticket at once, the second sees the first."""
        if wish.kind is not WishKind.UPDATE_TICKET:
            return await self._send(wish)
        line = self._lines.setdefault(_ticket_of(wish), asyncio.Lock())
        async with line:
            return await self._send(wish)

    async def _send(self, wish: Wish) -> tuple[Outcome, Ticket | None]:
        standing = await self._standing(wish)
        before = {name: _value(getattr(standing, name)) for name in wish.asked} if standing else {}
        if not await self._move(wish, WishState.SENT, before=before):
            raise TakenElsewhere("This is being saved already.", hint="Refresh the card in a moment.")
        return await self._call(wish), standing

    async def _standing(self, wish: Wish) -> Ticket | None:
        """Read the ticket as it is now: the mirror may be half a minute behind, and somebody may have been faster."""
        if wish.kind is not WishKind.UPDATE_TICKET or wish.ticket is None:
            return None
        ticket = await self._autotask.ticket(wish.ticket, urgent=True)
        if ticket is None:
            raise NotFound("The ticket is no longer in AutoTask, or not visible to ATTMS.")
        await self._mirror.absorb_tickets([ticket], Cause.LOOK_UP)
        moved = differing(ticket, wish.before)
        if moved and not holds(ticket, wish.asked):
            raise ChangedMeanwhile("The ticket was changed meanwhile: " + ", ".join(moved) + ".")
        return ticket

    async def _call(self, wish: Wish) -> Outcome:
        if wish.kind is WishKind.CREATE_TICKET:
            fields = {**wish.asked, "external_id": wish.id}
            return Outcome(ticket=await self._autotask.create_ticket(fields, as_=wish.resource))
        ticket = _ticket_of(wish)
        if wish.kind is WishKind.ADD_NOTE:
            note = await self._autotask.add_note(ticket, wish.asked, as_=wish.resource)
            return Outcome(ticket=ticket, note=note)
        await self._autotask.update_ticket(ticket, wish.asked, as_=wish.resource)
        return Outcome(ticket=ticket)

    async def _finish(self, wish: Wish, outcome: Outcome, standing: Ticket | None) -> Wish:
        """Read back (workflow rules may have undone it), absorb, end."""
        reverted = await self._read_back(wish, outcome, standing)
        return await self._end(wish, WishState.DONE, structs.replace(outcome, reverted=reverted))

    async def _read_back(self, wish: Wish, outcome: Outcome, standing: Ticket | None) -> tuple[str, ...]:
        if outcome.ticket is None:
            return ()
        try:
            if wish.kind is WishKind.ADD_NOTE:
                notes = await self._autotask.notes_of_ticket(outcome.ticket, urgent=True)
                await self._mirror.absorb_notes(notes, Cause.READ_BACK)
                return ()
            ticket = await self._autotask.ticket(outcome.ticket, urgent=True)
        except AttmsError as error:
            log.warning("read_back_failed", wish=wish.id, code=error.code)
            ticket = with_asked(standing, wish) if standing else None
        if ticket is None:
            return ()
        await self._mirror.absorb_tickets([ticket], Cause.READ_BACK)
        return differing(ticket, wish.asked) if wish.kind is WishKind.UPDATE_TICKET else ()

    async def _look_back(self, wish: Wish) -> Wish:
        found = await self._lookback.find(wish)
        if found:
            return await self._finish(wish, found, None)
        error = OutcomeUnknown(
            "AutoTask's answer was lost, and what was asked for cannot be found there.",
            hint="Look into AutoTask before you try again: it may still turn up.",
        )
        await self._end(wish, WishState.UNKNOWN, refusal(error, wish))
        raise error

    async def _settle_sent(self, wish: Wish) -> Wish:
        """After a crash: what was sent may have happened. An update that left no trace is safe to repeat."""
        if wish.kind is not WishKind.UPDATE_TICKET:
            return await self._look_back(wish)
        ticket = await self._read_patiently(_ticket_of(wish))
        if ticket and not holds(ticket, wish.asked) and holds(ticket, wish.before):
            return await self._perform(wish)
        return await self._look_back(wish)

    async def _read_patiently(self, ticket: TicketId) -> Ticket | None:
        try:
            return await self._autotask.ticket(ticket)
        except (TryLater, OperatorNeeded):
            return None

    async def _drop(self, wish: Wish) -> Wish:
        error = Unreachable("ATTMS was stopped before it could ask AutoTask. Nothing was changed.", hint="Try again.")
        await self._end(wish, WishState.REFUSED, refusal(error, wish))
        raise error

    async def _move(self, wish: Wish, to: WishState, *, before: Mapping[str, Value]) -> bool:
        return await self._database.write(
            lambda tx: wishes.move(tx, self._tenant, wish.id, expect=(wish.state,), to=to, before=before)
        )

    async def _end(self, wish: Wish, state: WishState, outcome: Outcome) -> Wish:
        """End it, and owe the standing card its new face, in one transaction."""
        ended = structs.replace(wish, state=state, outcome=outcome, ended_at=self._now())

        def work(tx: Tx) -> None:
            wishes.move(tx, self._tenant, wish.id, expect=OPEN, to=state, outcome=outcome, ended_at=ended.ended_at)
            if state is WishState.DONE:
                owe_outcome(tx, ended, self._now())

        await self._database.write(work)
        log.info("wish_ended", wish=wish.id, kind=wish.kind, state=state, code=outcome.code, ticket=outcome.ticket)
        return ended

    async def _tell(self, wish: Wish) -> None:
        await self._database.write(lambda tx: owe_outcome(tx, wish, self._now()))


def _ticket_of(wish: Wish) -> TicketId:
    if wish.ticket is None:
        raise NotFound("The wish names no ticket.")
    return wish.ticket


def _value(value: object) -> Value:
    return value if isinstance(value, str | int) or value is None else str(value)
