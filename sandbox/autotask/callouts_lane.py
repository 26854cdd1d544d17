"""The callouts of one webhook: in order, five attempts each, and off after too many failures (REST help: webhooks)."""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp

from sandbox.autotask import callouts_wire
from sandbox.autotask.callouts_wire import SIGNATURE, Happening
from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import Actor
from sandbox.autotask.values import read_time, wire_time
from sandbox.autotask.world import World

if TYPE_CHECKING:
    from sandbox.autotask.callouts import Callouts

ATTEMPTS = 5
BETWEEN = timedelta(seconds=30)
MOST_FAILURES = 25
"""Callouts given up in a row, after which the webhook is switched off."""
KEPT = timedelta(days=30)
"""How long the error log is kept."""
GOOD = range(200, 300)


@dataclass(slots=True, kw_only=True)
class Planned:
    """A callout that has to be sent."""

    what: Happening
    sequence: int
    due: datetime
    tries: int = 0
    is_corrupt: bool = False
    goodbye: Record | None = None
    """The webhook that was switched off: this goes to its other address, once."""


class Lane:
    """What one webhook has to say, first things first."""

    def __init__(self, callouts: "Callouts", world: World, kind: str, webhook: int) -> None:
        self._callouts = callouts
        self._world = world
        self._kind = kind
        self._webhook = webhook
        self._held: list[Planned] = []
        self._sequence = 0
        self._woken = asyncio.Event()
        self._alone = asyncio.Lock()
        self.queue: deque[Planned] = deque()
        self.failures = 0
        """In a row."""

    def next_sequence(self) -> int:
        """Return the number of one more callout."""
        self._sequence += 1
        return self._sequence

    def add(self, planned: Planned, *, times: int = 1, is_held: bool = False) -> None:
        """Line a callout up; a held one goes after the next."""
        if is_held:
            self._held.append(planned)
            return
        self.queue.extend([planned] * times)
        self.let_go()
        self._woken.set()

    def let_go(self) -> None:
        """Line up what was held back."""
        self.queue.extend(self._held)
        self._held.clear()

    def say_goodbye(self, webhook: Record) -> None:
        """Line up the call that tells that the webhook is off; what still waited is not sent any more."""
        self.queue.clear()
        what = Happening(action="Deactivated", at=wire_time(self._world.clock().replace(microsecond=0)))
        self.add(Planned(what=what, sequence=self.next_sequence(), due=self._world.clock(), goodbye=webhook))

    async def run(self) -> None:
        """Send whatever becomes due, until cancelled."""
        while True:
            self._woken.clear()
            await self.deliver()
            left = (self.queue[0].due - self._world.clock()).total_seconds() if self.queue else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._woken.wait()

    async def deliver(self) -> None:
        """Send what is due now, in order."""
        async with self._alone:
            while self.queue and self.queue[0].due <= self._world.clock():
                first = self.queue[0]
                trouble = await self._attempt(first)
                if self.queue and self.queue[0] is first:
                    self._conclude(first, trouble)

    async def _attempt(self, planned: Planned) -> str:
        """Send one; return what went wrong, or nothing."""
        session, webhook = self._callouts.session, planned.goodbye or self._world.rows.get(self._kind, self._webhook)
        if session is None or webhook is None:
            return "" if webhook is None else "not connected"
        body = self._body(planned, webhook)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        is_bare = planned.goodbye is not None and self._world.quirks.deactivated_bare
        if not is_bare:
            headers[SIGNATURE] = callouts_wire.signature(webhook["secretKey"], body)
        url = webhook["deactivationUrl"] if planned.goodbye else webhook["webhookUrl"]
        sent = b"" if is_bare else _spoilt(body) if planned.is_corrupt else body
        try:
            patience = aiohttp.ClientTimeout(total=self._callouts.patience)
            async with session.post(url, data=sent, headers=headers, timeout=patience, allow_redirects=False) as answer:
                return "" if answer.status in GOOD else f"The remote server returned {answer.status}."
        except TimeoutError:
            return "The operation has timed out."
        except aiohttp.ClientError as error:
            return f"Unable to connect to the remote server: {type(error).__name__}."

    def _body(self, planned: Planned, webhook: Record) -> bytes:
        tenant, quirks = self._world.tenant, self._world.quirks
        return callouts_wire.payload(planned.what, webhook["webhookGUID"], planned.sequence, tenant, quirks)

    def _conclude(self, planned: Planned, trouble: str) -> None:
        if not trouble or planned.goodbye is not None:
            self.queue.popleft()
            self.failures = 0
            return
        planned.tries += 1
        if planned.tries < ATTEMPTS:
            planned.due = self._world.clock() + BETWEEN
            return
        self.queue.popleft()
        self._give_up(planned, trouble)

    def _give_up(self, planned: Planned, trouble: str) -> None:
        webhook = self._world.record(self._kind, self._webhook)
        self._write_down(planned, webhook, trouble)
        self.failures += 1
        if self.failures == 1:
            self._callouts.mail(webhook, "failed", wanted=True)
        if self.failures >= MOST_FAILURES:
            self._callouts.deactivate(self._kind, self._webhook, "25 callouts failed in a row")

    def _write_down(self, planned: Planned, webhook: Record, trouble: str) -> None:
        world, now = self._world, self._world.clock()
        for row in world.rows.find("WebhookEventErrorLogs"):
            if read_time(row["createDateTime"]) < now - KEPT:
                world.rows.remove("WebhookEventErrorLogs", row["id"])
        # the vendor's model names no ticket's webhook: whose event it was stands in the payload
        values = {
            "createDateTime": wire_time(now),
            "errorMessage": trouble,
            "payload": self._body(planned, webhook).decode(),
            "sequenceNumber": planned.sequence,
        }
        world.create("WebhookEventErrorLogs", values, Actor(resource_id=world.tenant.system_user_id))


def _spoilt(body: bytes) -> bytes:
    """Change a byte within the payload that leaves it JSON."""
    return body.replace(b'"EventTime":"2', b'"EventTime":"3', 1)
