"""Writes conversation references behind the turns that told them: all that wait go in one transaction.

What is known of a conversation meanwhile, and what it means, stands in ``conversations``.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

import structlog
from msgspec import Struct, structs

from attms_core.model import Conversation, TenantId, lane_of
from attms_core.ports import Now
from attms_core.store import conversations, owed
from attms_core.store.database import Database, Tx
from bot.delivery import AWAY

log = structlog.get_logger(__name__)

STILL_NEWS = timedelta(hours=24)
"""What could not be said because the app was away is said when it is back within this time; older news is none."""
PAUSE = 0.1
"""Seconds between two transactions, in which references gather: each of them waits for the disk."""
Key = tuple[TenantId, str]


class _Batch(Struct):
    """References that are written together; ``done`` has the error when they could not be."""

    told: dict[Key, Conversation]
    done: asyncio.Future[None]


class References:
    """Stores what turns tell of how to speak in a conversation. Close it in the end: it may still be writing.

    ``stored`` is called with what a turn told and what was made of it; with None when it could not be written.
    """

    def __init__(
        self, *, database: Database, now: Now, stored: Callable[[Conversation, Conversation | None], None]
    ) -> None:
        self._database = database
        self._now = now
        self._stored = stored
        self._writing: _Batch | None = None
        self._waiting: _Batch | None = None
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    def keep(self, told: Conversation) -> None:
        """Have it stored soon; a later word of the same conversation takes the place of one that still waits."""
        if self._waiting is None:
            self._waiting = _Batch({}, asyncio.get_running_loop().create_future())
        self._waiting.told[told.tenant, told.id] = told
        if self._task is None:
            self._task = asyncio.create_task(self._write(), name="conversation references")

    async def settle(self, key: Key) -> None:
        """Have all that was told of a conversation stored now, and wait for it. Raises ``StoreUnavailable``."""
        if self._waiting is not None and key in self._waiting.told:
            self._hurry.set()
        for batch in (self._writing, self._waiting):
            if batch is not None and key in batch.told:
                await asyncio.shield(batch.done)

    async def close(self) -> None:
        """Wait until all is written."""
        self._hurry.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _write(self) -> None:
        while self._waiting is not None:
            self._writing, self._waiting = self._waiting, None
            await self._write_batch(self._writing)
            self._writing = None
            await self._pause()
        self._task = None

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PAUSE):
                await self._hurry.wait()
        self._hurry.clear()

    async def _write_batch(self, batch: _Batch) -> None:
        told, now = list(batch.told.values()), self._now()
        write = asyncio.create_task(self._database.write(lambda tx: store(tx, told, now)))
        await asyncio.wait({write})
        if (error := write.exception()) is None:
            batch.done.set_result(None)
            for each, kept in zip(told, write.result(), strict=True):
                self._stored(each, kept)
            return
        log.warning("conversation_not_written", error=type(error).__name__, count=len(told))
        batch.done.set_exception(error)
        batch.done.exception()  # told here; nobody may be waiting for it
        for each in told:
            self._stored(each, None)


def store(tx: Tx, told: Sequence[Conversation], now: datetime) -> list[Conversation]:
    """Add what turns told to what is stored, and give the sums; what died because the app was away lives again."""
    made: dict[Key, Conversation] = {}
    for tenant in dict.fromkeys(each.tenant for each in told):
        its = [each for each in told if each.tenant == tenant]
        known = {each.id: each for each in conversations.by_id(tx, tenant, [each.id for each in its])}
        sums = [_sum(known.get(each.id), each, now) for each in its]
        conversations.put(tx, *(each for each in sums if known.get(each.id) is not each))
        back = [lane_of(each) for each in sums if each.id not in known or not known[each.id].is_installed]
        if back:
            owed.revive(tx, tenant, back, codes=AWAY, since=now - STILL_NEWS, now=now)
        made |= {(each.tenant, each.id): each for each in sums}
    return [made[each.tenant, each.id] for each in told]


def _sum(known: Conversation | None, told: Conversation, now: datetime) -> Conversation:
    if known and known.is_installed and not is_news(known, told):
        return known
    return learned(known, told, now)


def learned(known: Conversation | None, told: Conversation, now: datetime) -> Conversation:
    """Add what this turn tells to what is known: events tell less than messages do."""
    if known is None:
        return structs.replace(told, is_internal=False, is_installed=True, seen_at=now)
    news = {name: value for name, value in structs.asdict(told).items() if value is not None}
    # While the app was away nobody watched who joined: the internal mark does not outlive that.
    is_internal = known.is_installed and known.is_internal
    return structs.replace(known, **{**news, "is_internal": is_internal, "is_installed": True, "seen_at": now})


_NO_REFERENCE = frozenset({"is_internal", "is_installed", "seen_at"})
_reference = attrgetter(*(name for name in Conversation.__struct_fields__ if name not in _NO_REFERENCE))


def is_news(known: Conversation, told: Conversation) -> bool:
    """Say whether a turn tells anything of how to speak there that was not known."""
    now, before = _reference(told), _reference(known)
    return now != before and any(new is not None and new != old for new, old in zip(now, before, strict=True))
