"""Delivers what the outbox owes: claims lanes, has couriers serve a bounded number at once, and keeps the leases.

How one lane is served is the courier's business, what is committed the ledger's.
"""

import asyncio
import contextlib
import random
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self

import structlog

from attms_core.errors import AttmsError
from attms_core.model import Conversation, Owed, Post, TenantId, Topic
from attms_core.notices import choices
from attms_core.ports import Now
from attms_core.store import claims, lanes
from attms_core.store.claims import Claim
from attms_core.store.database import Database, Tx
from bot.notices.courier import Courier
from bot.notices.leases import LEASE, Leases
from bot.notices.ledger import Ledger
from bot.notices.lines import Compose, Foresee, Line, Render, Rooms
from bot.notices.message import Message, Way
from bot.notices.mishaps import Chance, Verdict
from bot.notices.pace import TEAMS, Pace, Pause, TenantPace
from bot.notices.places import GCC_URL, Places
from bot.notices.work import Work

log = structlog.get_logger(__name__)

AT_ONCE = 48
"""Lanes served at the same time."""
MOST, LEAST = 256, 8
"""Lanes claimed at once: more while they are served fast, fewer while they are slow."""
QUICK, SLOW = timedelta(seconds=1), timedelta(seconds=5)
"""A claim that was served in less is followed by a bigger one, one that took more by a smaller."""
IDLE = timedelta(seconds=15)
"""How long to sleep when nothing is due and nobody pokes."""
GRACE = 2.0
"""Seconds for messages that are under way when everything ends."""


Rest = tuple[datetime, str]
"""Until when nothing is said, and why."""


class Sender:
    """The outbox's one worker in this process, at work while entered. ``poke`` it when something new is owed."""

    def __init__(
        self,
        *,
        database: Database,
        line: Line,
        rooms: Rooms,
        render: Render,
        now: Now,
        compose: Compose | None = None,
        foresee: Foresee | None = None,
        bot_id: str = "",
        pace: Pace | None = TEAMS,
        pause: Pause = asyncio.sleep,
        chance: Chance = random.random,
        gcc_url: str = GCC_URL,
    ) -> None:
        self._database = database
        self._now = now
        self._holder = uuid.uuid4().hex
        self._ledger = Ledger(database, holder=self._holder, now=now, pause=pause, on_commit=self.poke)
        self._leases = Leases(database, holder=self._holder, now=now, pause=pause)
        self._courier = Courier(
            line=line,
            places=Places(database=database, line=line, rooms=rooms, bot_id=bot_id, gcc_url=gcc_url),
            render=render,
            compose=compose or nothing_to_say,
            ledger=self._ledger,
            pace=pace,
            tenant_pace=TenantPace(database, pace.tenant if pace else None, now=now, pause=pause),
            brake=self,
            now=now,
            chance=chance,
        )
        self._foresee = foresee
        self._feed: deque[Work] = deque()
        self._workers: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._size = LEAST
        self._claimed_at: datetime | None = None
        self._is_stopping = False
        self._halted: Rest | None = None
        self._resting: dict[TenantId, Rest] = {}
        self._life = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Begin to deliver."""
        async with contextlib.AsyncExitStack() as life:
            life.push_async_callback(self._release)
            await life.enter_async_context(self._ledger)
            life.push_async_callback(self._stop_workers)
            await life.enter_async_context(self._leases)
            work = asyncio.create_task(self._run(), name="outbox")
            life.push_async_callback(_ended, work)
            self._life = life.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Finish what is under way, if it takes no longer than a moment; what is still owed stays in the outbox."""
        self._is_stopping = True
        await self._life.aclose()

    def poke(self) -> None:
        """Say that something may be due now."""
        self._news.set()

    def stop_tenant(self, tenant: TenantId, verdict: Verdict) -> None:
        """Send nothing more in a tenant for a while."""
        self._resting[tenant] = (self._now() + verdict.wait, verdict.reason)
        log.error("tenant_stopped", tenant=tenant, reason=verdict.reason)

    def stop_all(self, verdict: Verdict) -> None:
        """Send nothing more at all for a while; then one message tells whether it goes on."""
        self._halted = (self._now() + verdict.wait, verdict.reason)
        log.error("sender_stopped", reason=verdict.reason)

    def go_on(self) -> None:
        """Hear that a message has arrived."""
        self._halted = None

    async def _run(self) -> None:
        """Deliver until cancelled. A store that is out of order for a while does not end it."""
        while True:
            self._news.clear()
            try:
                wait = await self._claim()
            except AttmsError as error:
                log.warning("outbox_stalled", code=error.code, reason=str(error))
                wait = IDLE
            except Exception:
                # The last net: nobody waits for this task, so a bug that ended it would end all sending unheard.
                log.exception("outbox_broke")
                wait = IDLE
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with news, and never ends.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait.total_seconds()):
                    await self._news.wait()

    async def _claim(self) -> timedelta:
        """Claim what is due, if there is room for it; say how long to sleep unless there is news."""
        now = self._now()
        if len(self._feed) >= AT_ONCE:
            return IDLE
        due_at = await self._database.read(lanes.next_due_at)
        if due_at is None or due_at > now:
            return IDLE if due_at is None else min(max(due_at - now, timedelta(milliseconds=10)), IDLE)
        if self._halted is not None and (self._workers or now < self._halted[0]):
            return await self._rest(now, *self._halted)
        claimed = await self._claim_lanes(now)
        works = [Work(each) for each in claimed if self._leases.hold(each.key, now)]
        await self._look_ahead(claimed)
        self._feed.extend(works)
        self._hire()
        return timedelta() if claimed and len(self._feed) < AT_ONCE else IDLE

    async def _look_ahead(self, claimed: Sequence[Claim]) -> None:
        if self._foresee is None:
            return
        try:
            await self._foresee((each.rows, each.posts.values()) for each in claimed)
        except AttmsError as error:
            log.warning("nothing_foreseen", code=error.code, reason=str(error))  # each lane looks for itself
        except Exception:
            # The last net: the lanes are ours already, and renewed until they are served. Each looks for itself.
            log.exception("foreseeing_broke")

    async def _rest(self, now: datetime, until: datetime, why: str) -> timedelta:
        if now < until:
            await self._database.write(lambda tx: lanes.rest(tx, None, why=why, now=now, until=until))
        return IDLE

    async def _claim_lanes(self, now: datetime) -> list[Claim]:
        self._resting = {tenant: rest for tenant, rest in self._resting.items() if rest[0] > now}
        most, resting = self._fitting(now), dict(self._resting)

        def work(tx: Tx) -> list[Claim]:
            for tenant, (until, why) in resting.items():
                lanes.rest(tx, tenant, why=why, now=now, until=until)
            found = claims.claim(tx, holder=self._holder, now=now, until=now + LEASE, most=most)
            return choices.keep_quiet(tx, found, now)

        return await self._database.write(work)

    def _fitting(self, now: datetime) -> int:
        """Say how many lanes to claim: as many as have lately been served within a few seconds."""
        if self._halted is not None:
            return 1
        if self._claimed_at is not None and not self._feed:
            took = now - self._claimed_at
            self._size = min(2 * self._size, MOST) if took < QUICK else self._size
            self._size = max(self._size // 2, LEAST) if took > SLOW else self._size
        self._claimed_at = now
        return self._size

    def _hire(self) -> None:
        for _ in range(min(len(self._feed), AT_ONCE - len(self._workers))):
            task = asyncio.create_task(self._serve(), name="courier")
            self._workers.add(task)
            task.add_done_callback(self._workers.discard)

    async def _serve(self) -> None:
        while self._feed and not self._is_stopping:
            work = self._feed.popleft()
            if len(self._feed) == AT_ONCE // 2:
                self.poke()
            await self._serve_one(work)
            await self._ledger.has_room()
        if not self._feed:
            self.poke()

    async def _serve_one(self, work: Work) -> None:
        key = work.claim.key
        try:
            if not self._give_back(work):
                await self._courier.serve(work, lambda: self._may_serve(work))
        except AttmsError as error:
            log.warning("lane_failed", tenant=key[0], lane=key[1], code=error.code, reason=str(error))
        except Exception:
            # The last net: a bug of ours in one lane must not end the courier that serves all the others.
            log.exception("lane_broke", tenant=key[0], lane=key[1])
        finally:
            self._leases.let_go(key)

    def _give_back(self, work: Work) -> bool:
        """Give a lane back unserved, if nothing may be said there now."""
        now, until = self._now(), self._silent_until(work)
        if until is not None and until > now:
            work.end(now=now, wait=until - now, trouble=work.claim.trouble)
            self._ledger.note(work.take_result())
            return True
        return not self._may_serve(work)

    def _may_serve(self, work: Work) -> bool:
        until = self._silent_until(work)
        is_silent = until is not None and until > self._now()
        return not (is_silent or self._is_stopping) and self._leases.are_safe(work.claim.key)

    def _silent_until(self, work: Work) -> datetime | None:
        rests = (self._halted, self._resting.get(work.claim.tenant))
        return max((rest[0] for rest in rests if rest), default=None)

    async def _stop_workers(self) -> None:
        if self._workers:
            await asyncio.wait(set(self._workers), timeout=GRACE)
        for worker in set(self._workers):
            worker.cancel()
        if self._workers:
            await asyncio.wait(set(self._workers))

    async def _release(self) -> None:
        """Give the lanes back at once: the next to start shall not wait until our leases run out."""
        try:
            await self._database.write(lambda tx: lanes.release(tx, holder=self._holder))
        except AttmsError as error:
            log.warning("lanes_unreleased", code=error.code, reason=str(error))


async def nothing_to_say(
    conversation: Conversation, rows: Sequence[Owed], posts: Mapping[Topic, Post]
) -> list[Message]:
    """Compose nothing: for a house in which nobody makes news of what is owed."""
    del conversation, posts
    return [Message(way=Way.NOTHING, settles=tuple(rows), reason="Nobody composes it.")]


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
