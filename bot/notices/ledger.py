"""Commits what came of claimed lanes, many lanes in one transaction, without waiting for more to come.

What has arrived in Teams and is not committed yet would be sent again after a crash: so nothing lies here longer than
the commit before it takes. When the store is out of order it is kept and tried until it is well again.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Self

import structlog

from attms_core.errors import AttmsError
from attms_core.ports import Now
from attms_core.store import claims
from attms_core.store.claims import Burial, Result
from attms_core.store.database import Database
from attms_core.store.lanes import LaneKey
from bot.notices.pace import Pause

log = structlog.get_logger(__name__)

GROUP = 128
"""Results in one transaction at most."""
MOST = 512
"""Results that wait; beyond that, who has another waits."""
AGAIN = 1.0
"""Seconds until a store that was out of order is tried again."""
A_BUG = "a bug: see the log"
"""Why something was given up that our own mistake kept from being delivered, or from being settled."""
PATIENCE = 5.0
"""Seconds for the last commits when everything ends."""

Waiter = asyncio.Future[bool]


class Ledger:
    """Commits while entered. ``on_commit`` is called after each commit: other work may be due since."""

    def __init__(
        self,
        database: Database,
        *,
        holder: str,
        now: Now,
        pause: Pause = asyncio.sleep,
        on_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._holder = holder
        self._now = now
        self._pause = pause
        self._on_commit = on_commit
        self._waiting: list[tuple[Result, Waiter | None]] = []
        self._has_work = asyncio.Event()
        self._has_room = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        self._has_room.set()
        self._is_idle.set()
        self._task = asyncio.create_task(self._run(), name="ledger")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Commit what is there, if the store lets us, and end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self.settled()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def note(self, result: Result) -> None:
        """Have it committed, soon."""
        self._put(result, None)

    async def has_room(self) -> None:
        """Wait until not too much waits to be committed."""
        await self._has_room.wait()

    async def commit(self, result: Result) -> bool:
        """Wait until it is committed; say no when the lane is somebody else's by now."""
        waiter: Waiter = asyncio.get_running_loop().create_future()
        self._put(result, waiter)
        return await waiter

    async def settled(self) -> None:
        """Wait until nothing waits to be committed."""
        await self._is_idle.wait()

    def _put(self, result: Result, waiter: Waiter | None) -> None:
        self._waiting.append((result, waiter))
        self._is_idle.clear()
        self._has_work.set()
        if len(self._waiting) >= MOST:
            self._has_room.clear()

    async def _run(self) -> None:
        while True:
            await self._has_work.wait()
            batch = self._waiting[:GROUP]
            try:
                lost = await self._keep_all([result for result, _ in batch])
            except AttmsError as error:
                log.warning("outbox_uncommitted", code=error.code, reason=str(error), results=len(batch))
                await self._pause(AGAIN)
                continue
            del self._waiting[: len(batch)]
            self._tell(batch, set(lost))

    async def _keep_all(self, results: Sequence[Result]) -> list[LaneKey]:
        try:
            return await self._keep(results)
        except AttmsError:
            raise
        except Exception:
            # The last net: a bug of ours in one result must not keep all others from being settled, and sent again.
            log.exception("commit_broke", results=len(results))
        lost: list[LaneKey] = []
        for result in results:
            lost += await self._keep_or_bury(result)
        return lost

    async def _keep_or_bury(self, result: Result) -> list[LaneKey]:
        try:
            return await self._keep([result])
        except AttmsError:
            raise
        except Exception:
            log.exception("result_broke", tenant=result.key[0], lane=result.key[1])
        return await self._keep([Result(result.key, buried=[Burial(rows=result.rows, reason=A_BUG)], end=result.end)])

    async def _keep(self, results: Sequence[Result]) -> list[LaneKey]:
        now = self._now()
        return await self._database.write(lambda tx: claims.commit(tx, results, holder=self._holder, now=now))

    def _tell(self, batch: Sequence[tuple[Result, Waiter | None]], lost: set[LaneKey]) -> None:
        for result, waiter in batch:
            if waiter is not None and not waiter.done():
                waiter.set_result(result.key not in lost)
        for tenant, lane in sorted(lost):
            log.warning("lane_lost", tenant=tenant, lane=lane)
        if len(self._waiting) < MOST:
            self._has_room.set()
        if not self._waiting:
            self._has_work.clear()
            self._is_idle.set()
        self._on_commit()
