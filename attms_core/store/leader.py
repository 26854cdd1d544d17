"""Which of several processes on one PostgreSQL is the one that runs jobs: whoever holds an advisory lock.

The lock belongs to a connection of its own. The server ends that connection when it hears nothing for fifteen seconds,
so a process that was stopped or cut off loses the lead; and a process believes itself the leader only for ten seconds
after the server last said so. Between the two there is no moment with two leaders.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self

import psycopg
import structlog

log = structlog.get_logger(__name__)

KEY = 4_811_220_260_002
EVERY = 5.0
"""Seconds between two looks."""
BELIEVED = 10.0
"""Seconds for which the server's word is good."""
SILENCE = 15
"""Seconds after which the server ends a silent leader's connection."""
CONNECT_SECONDS = 5
Connection = psycopg.AsyncConnection[tuple[object, ...]]


class Leader:
    """Tries to lead while it is open (``async with``). ``began`` is told each time this process takes the lead."""

    def __init__(
        self, url: str, *, began: Callable[[], Awaitable[None]] | None = None, every: float = EVERY, key: int = KEY
    ) -> None:
        self._url = url
        self._began = began
        self._every = every
        self._key = key
        self._connection: Connection | None = None
        self._said_at = float("-inf")
        self._work: asyncio.Task[None] | None = None

    @property
    def leads(self) -> bool:
        """Whether this process leads, by the server's last word."""
        return time.monotonic() - self._said_at < BELIEVED

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

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self._look()

    async def _look(self) -> None:
        led = self.leads
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                holds = await self._holds()
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("lead_not_known", error=type(error).__name__)
            await self._let_go()
            return
        self._said_at = time.monotonic() if holds else float("-inf")
        if holds and not led:
            log.info("lead_taken")
            if self._began is not None:
                await self._began()

    async def _holds(self) -> bool:
        """Ask for the lock, or whether it is still ours: a lock lasts as long as its connection."""
        if self._connection is not None and self.leads:
            await self._connection.execute("SELECT 1")
            return True
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._url,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                options=f"-c idle_session_timeout={SILENCE}s",
            )
        await self._connection.execute("SELECT pg_advisory_unlock_all()")
        row = await (await self._connection.execute("SELECT pg_try_advisory_lock(%s)", [self._key])).fetchone()
        return bool(row and row[0])

    async def _let_go(self) -> None:
        self._said_at = float("-inf")
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error, OSError):
                await connection.close()
