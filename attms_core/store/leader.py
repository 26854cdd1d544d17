"""Which of several processes on one PostgreSQL is the one that runs jobs: whoever holds an advisory lock.

The locks belong to a connection of their own, looked at every three seconds. The server ends that connection when it
hears nothing for ten, so a process that was stopped or cut off loses the lead, and another one has it within fifteen;
and a process believes the server's word for eight seconds after it asked. Between the two there is no moment with two
leaders. Whoever takes the lead counts an epoch up: what is written under the fence of an older one is refused.
"""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress
from typing import LiteralString, Self

import psycopg
import structlog
from msgspec import Struct
from sqlalchemy import func, select, true

from attms_core.store.build import words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import vault

log = structlog.get_logger(__name__)

KEY = 4_811_220_260_002
JOBS = 481_122_026
"""The first of the two numbers of a job's lock; the second is made of its name."""
EPOCH = "lead"
"""The row that counts how often the lead was taken, beside the generations that stand there."""
Connection = psycopg.AsyncConnection[tuple[object, ...]]
_LOOK: LiteralString = "SELECT true"
_LEAD: LiteralString = "SELECT pg_try_advisory_lock(%s)"
_CLAIM: LiteralString = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
_RELEASE: LiteralString = "SELECT pg_advisory_unlock(%s, hashtext(%s))"
# Nobody counts the epoch up while a fenced transaction is under way. One that is stopped in the middle must not keep
# the others from leading: the server ends it.
_FENCE = Statement(
    "the epoch of the lead",
    select(vault.c.generation, func.set_config("idle_in_transaction_session_timeout", "5s", true()))
    .where(vault.c.name == words("name"))
    .with_for_update(read=True),
)
_NEXT_EPOCH: LiteralString = """
INSERT INTO vault (name, generation, sealed) VALUES (%s, 1, '')
ON CONFLICT (name) DO UPDATE SET generation = vault.generation + 1 RETURNING generation
"""


class Pace(Struct, frozen=True, kw_only=True):
    """How often the server is asked, and for how long it and we wait; in seconds.

    Another process leads after ``silence + every`` at the latest, and ``believed`` must be shorter than ``silence``.
    """

    every: float = 3.0
    answer: float = 2.0
    """A server that does not answer in this time is as good as away."""
    believed: float = 8.0
    silence: float = 10.0


def beat() -> float:
    """Tell the seconds of a clock that nobody sets and that goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Leader:
    """Tries to lead while it is open (``async with``), and keeps two processes from running one job."""

    def __init__(self, url: str, *, pace: Pace | None = None, key: int = KEY) -> None:
        self._url = url
        self._pace = pace or Pace()
        self._key = key
        self._connection: Connection | None = None
        self._asked_at = float("-inf")
        self._epoch: int | None = None
        self._claims: set[str] = set()
        self._one_by_one = asyncio.Lock()
        self._work: asyncio.Task[None] | None = None

    @property
    def leads(self) -> bool:
        """Whether this process leads, by the server's last word."""
        return self._epoch is not None and self._is_heard

    @property
    def epoch(self) -> int | None:
        """Which lead this is, counted from the first that anybody had; none while another process leads."""
        return self._epoch if self._is_heard else None

    @property
    def _is_heard(self) -> bool:
        return beat() - self._asked_at < self._pace.believed

    async def __aenter__(self) -> Self:
        """Look once, then again and again."""
        await self._look()
        self._work = asyncio.create_task(self._go_on(), name="leader")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go, so that another one leads at once."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait({self._work})
        await self._let_go()

    async def claim(self, job: str) -> bool:
        """Keep every other process from running a job until ``release``; false when one runs it, or nobody knows."""
        claiming = asyncio.create_task(self._claim(job), name=f"claim {job}")
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            await asyncio.wait({claiming})  # or the server would keep for us what nobody here knows of
            if claiming.result():
                await self.release(job)
            raise

    def has(self, job: str) -> bool:
        """Whether a claim stands: it falls with the connection, and as soon as the server may have ended that."""
        return job in self._claims and self._is_heard

    async def release(self, job: str) -> None:
        """Give a claim back; nothing for one that does not stand."""
        async with self._one_by_one:
            if job in self._claims:
                self._claims.discard(job)
                await self._ask(self._says(_RELEASE, JOBS, job))

    def fence(self, tx: Tx) -> bool:
        """Say inside a transaction whether this process leads; no other one does before the transaction has ended."""
        row = tx.one(_FENCE, name=EPOCH)
        return row is not None and row[0] == self.epoch

    # inside

    async def _claim(self, job: str) -> bool:
        async with self._one_by_one:
            if self._connection is None or not self._is_heard or job in self._claims:
                return False
            if not await self._ask(self._says(_CLAIM, JOBS, job)):
                return False
            self._claims.add(job)
            return True

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self._pace.every)
            await self._look()

    async def _look(self) -> None:
        async with self._one_by_one:
            if self._connection is not None and not self._is_heard:
                await self._let_go()  # stopped for so long that the server may have ended it: nothing of it counts
            if self._connection is None and not await self._ask(self._connect()):
                return
            if self._epoch is not None:
                await self._ask(self._says(_LOOK))
            elif await self._ask(self._says(_LEAD, self._key)):
                await self._ask(self._begin())

    async def _connect(self) -> bool:
        self._connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=max(2, round(self._pace.answer)),
            options=f"-c idle_session_timeout={round(self._pace.silence * 1000)}",
        )
        return True

    async def _begin(self) -> bool:
        """Count the epoch up: from here on what the former leader writes is refused, should it still be at work."""
        row = await self._fetch(_NEXT_EPOCH, EPOCH)
        self._epoch = int(str(row[0]))
        log.info("lead_taken", epoch=self._epoch)
        return True

    async def _says(self, question: LiteralString, *values: object) -> bool:
        return bool((await self._fetch(question, *values))[0])

    async def _fetch(self, query: LiteralString, *values: object) -> tuple[object, ...]:
        if self._connection is None:
            raise psycopg.OperationalError("not connected")
        cursor = await self._connection.execute(query, values)
        row = await cursor.fetchone()
        if row is None:
            raise psycopg.OperationalError("no answer")
        return row

    async def _ask(self, question: Awaitable[bool]) -> bool:
        """Ask the server. Its word counts from when it was asked; one that gives none has nothing of ours any more."""
        asked_at = beat()
        try:
            async with asyncio.timeout(self._pace.answer):
                answer = await question
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("lead_not_known", error=type(error).__name__)
            await self._let_go()
            return False
        self._asked_at = asked_at
        return answer

    async def _let_go(self) -> None:
        self._asked_at, self._epoch = float("-inf"), None
        self._claims.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error, OSError):
                await connection.close()
