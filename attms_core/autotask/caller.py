"""One call to AutoTask from admission to answer: budget, lane, door, send, retry. The only code here that sends.

What is asked and what an answer means is decided elsewhere; this room decides only whether to ask again.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from msgspec import Struct

from attms_core.autotask import wire, zone
from attms_core.autotask.budget import Budget, Usage
from attms_core.autotask.door import HINT, REFUSED, Door
from attms_core.autotask.lanes import Lanes
from attms_core.autotask.protocol import (
    FINAL,
    HARMLESS,
    URGENT,
    Call,
    Deed,
    Kind,
    Login,
    Priority,
    Verdict,
    decoded,
    request,
    verdict,
)
from attms_core.autotask.zone import Zone
from attms_core.errors import Busy, CredentialsRefused, OutcomeUnknown, TryLater, Unreachable
from attms_core.http import AnswerLost, ForbiddenAddress, NotSent, Request, Send

log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[None]]


class Patience(Struct, frozen=True, kw_only=True):
    """How long a call may take. Seconds."""

    total: float
    tries: int
    attempt: float
    """For one exchange."""


PATIENCE: Mapping[Priority, Patience] = {
    Priority.MIRROR: Patience(total=60, tries=4, attempt=30),
    Priority.TICK: Patience(total=60, tries=4, attempt=30),
    Priority.PERSON: Patience(total=3, tries=3, attempt=3),
    Priority.WRITE: Patience(total=12, tries=4, attempt=12),
}
CROWDED_WAIT = (0.3, 2.0)
"""After the refusal of a fourth call at once (REST help: thread limiting)."""
FAULT_WAIT = (0.1, 0.5)
"""After a fault; doubles with every try."""
LEAST_LEFT = 0.05
"""Seconds below which another exchange is not begun."""
ZONE_DEADLINE = 5.0
LOGINS = 2
"""Attempts that may end in a refused log-in: the old zone and the new one."""
SOON = "Try again in a moment."
LATER = "Try again in a few minutes."
THRESHOLD = Call(entity="ThresholdInformation", method="GET", path="ThresholdInformation")


class Doubt(Struct):
    """Whether an earlier attempt of this call may have been carried out."""

    is_open: bool = False


class Caller:
    """Sends calls and gives their answers.

    clock, sleep, jitter    monotonic seconds, waiting, and a random number between two: replaced by tests
    """

    def __init__(
        self,
        *,
        login: Login,
        send: Send,
        budget: Budget,
        door: Door,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._login = login
        self._send = send
        self._budget = budget
        self._door = door
        self._lanes = Lanes()
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    async def run(self, call: Call) -> Verdict:
        """Ask, and ask again where that is safe, until AutoTask has spoken: done, missing or refused.

        Raises ``Busy``, ``Unreachable`` or ``CredentialsRefused`` when nothing was done, and for a write
        ``OutcomeUnknown`` when it may have been.
        """
        if call.priority is Priority.MIRROR and self._budget.is_reading_due():
            await self._read_threshold()
        pace = self._budget.admit(call.priority)
        if pace:
            await self._sleep(pace)
        return await self._persist(call)

    async def usage(self) -> Usage:
        """Read the tenant's use of the hour for somebody who waits; it needs a log-in that works.

        Raises ``Busy``, ``Unreachable`` or ``CredentialsRefused``.
        """
        found = await self._persist(replace(THRESHOLD, priority=Priority.PERSON))
        read = self._note_usage(found)
        if read is None:
            raise Unreachable("AutoTask does not tell how many calls are used.", hint=SOON)
        return read

    def _note_usage(self, found: Verdict) -> Usage | None:
        used = wire.number(found.answer.get("currentTimeframeRequestCount"))
        threshold = wire.number(found.answer.get("externalRequestThreshold"))
        if used is None or threshold is None:
            return None
        self._budget.read(used=used, threshold=threshold)
        return Usage(used, threshold)

    async def _persist(self, call: Call) -> Verdict:
        doubt = Doubt()
        try:
            last = await self._attempts(call, doubt)
        except (TryLater, CredentialsRefused) as error:
            if doubt.is_open and call.deed is not Deed.READ:
                raise _unknown() from error
            raise
        if last.kind in FINAL:
            return last
        if call.deed is not Deed.READ and (doubt.is_open or last.kind is Kind.LOST):
            raise _unknown()
        raise _failure(last)

    async def _attempts(self, call: Call, doubt: Doubt) -> Verdict:
        patience = PATIENCE[call.priority]
        ends = self._clock() + patience.total
        last = await self._attempt(call, patience.total)
        for attempt in range(1, patience.tries):
            doubt.is_open = doubt.is_open or last.kind is Kind.LOST
            if not (last.kind in HARMLESS or (last.kind is Kind.LOST and call.is_repeatable)):
                break
            wait = self._wait(last, attempt)
            if self._clock() + wait + LEAST_LEFT >= ends:
                break
            log.info("autotask_retry", entity=call.entity, kind=last.kind.name.lower(), attempt=attempt)
            await self._sleep(wait)
            last = await self._attempt(call, ends - self._clock())
        return last

    def _wait(self, last: Verdict, attempt: int) -> float:
        if last.after is not None:
            return last.after
        if last.kind in {Kind.CROWDED, Kind.BUSY}:
            return self._jitter(*CROWDED_WAIT)
        return self._jitter(*FAULT_WAIT) * 2.0 ** (attempt - 1)

    async def _attempt(self, call: Call, left: float) -> Verdict:
        """Ask once; a refused log-in is followed by one look for the tenant's new zone."""
        for _ in range(LOGINS):
            found = await self._enter(call, left)
            if found.kind is not Kind.LOCKED:
                return found
        # the door looks once more, and remembers that it is shut
        async with self._door.enter(is_urgent=True):
            raise CredentialsRefused(REFUSED, hint=HINT)

    async def _enter(self, call: Call, left: float) -> Verdict:
        is_urgent = call.priority in URGENT
        ends = self._clock() + left
        waiting = asyncio.timeout(left)
        kept_from = Kind.BUSY
        try:
            async with waiting, self._lanes.slot(call):
                kept_from = Kind.UNSENT
                async with self._door.enter(is_urgent=is_urgent) as where:
                    waiting.reschedule(None)  # from here on the exchange has its own deadline
                    return await self._exchange(call, where, ends - self._clock())
        except TimeoutError:
            return Verdict(kind=kept_from)

    async def _exchange(self, call: Call, where: Zone, left: float) -> Verdict:
        deadline = max(LEAST_LEFT, min(left, PATIENCE[call.priority].attempt))
        self._budget.spend()
        found = await self._sent(request(call, where.base, self._login, deadline=deadline))
        if found.kind is Kind.LOCKED:
            self._door.rejected(where)
        elif found.kind not in {Kind.UNSENT, Kind.LOST}:
            self._door.worked()
        if found.kind in {Kind.UNSENT, Kind.LOST, Kind.LOCKED}:
            self._budget.unanswered()
        else:
            self._budget.answered()
        if found.kind is Kind.SPENT:
            self._budget.exhausted()
        return found

    async def _sent(self, what: Request) -> Verdict:
        try:
            return verdict(await self._send(what))
        except (NotSent, ForbiddenAddress) as error:
            log.warning("autotask_not_sent", reason=str(error))
            return Verdict(kind=Kind.UNSENT)
        except AnswerLost as error:
            log.warning("autotask_answer_lost", reason=str(error))
            return Verdict(kind=Kind.LOST)

    async def _read_threshold(self) -> None:
        """Read the tenant's use of the hour; without an answer the last reading stands."""
        try:
            found = await self._persist(THRESHOLD)
        except TryLater as error:
            log.warning("autotask_threshold_unread", code=error.code)
            return
        self._note_usage(found)


async def find_zone(send: Send, base: str, user: str, *, allow_loopback: bool) -> Zone:
    """Ask where a user's tenant lives. Raises ``Unreachable``, or ``CredentialsRefused`` for an unknown user."""
    asked = Request(method="GET", url=zone.question(base, user), deadline=ZONE_DEADLINE)
    try:
        response = await send(asked)
        answer: Mapping[str, Any] | None = decoded(response)
        if answer is not None and "errors" in answer:
            # an unknown user is a 500 with a text (seen on live tenants)
            raise CredentialsRefused("AutoTask does not know ATTMS's user.", hint=HINT)
        if answer is None:
            raise Unreachable("AutoTask does not tell where the tenant lives.", hint=SOON)
        return zone.discovered(answer, allow_loopback=allow_loopback)
    except (NotSent, AnswerLost) as error:
        raise Unreachable("AutoTask does not answer.", hint=SOON) from error
    except ForbiddenAddress as error:
        log.error("autotask_zone_address_refused", reason=str(error))  # noqa: TRY400 - the reason is the news
        hint = "Nothing was sent there. Ask an administrator to look at the log."
        raise Unreachable("AutoTask named an address that is not its own.", hint=hint) from error


def _unknown() -> OutcomeUnknown:
    return OutcomeUnknown(
        "AutoTask's answer was lost: the change may have been made.", hint="Look into AutoTask before trying again."
    )


def _failure(last: Verdict) -> TryLater:
    after = None if last.after is None else timedelta(seconds=last.after)
    if last.kind is Kind.SPENT:
        return Busy("AutoTask's calls of this hour are used up.", after=after or timedelta(minutes=5), hint=LATER)
    if last.kind in {Kind.CROWDED, Kind.BUSY}:
        return Busy("AutoTask has too many calls at once.", after=after or timedelta(seconds=5), hint=SOON)
    return Unreachable("AutoTask does not answer properly.", after=after, hint=SOON)
