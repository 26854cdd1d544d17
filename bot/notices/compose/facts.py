"""Facts for all lanes that are composed at the same time, by one look into the store.

They are as old as a claim of lanes is, a second at most: what somebody silenced, took, unlinked or turned internal
before that holds already.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from msgspec import Struct, field

from attms_core.errors import AttmsError
from attms_core.model import ChangeId, Owed, OwedId, PersonKey, Post, Rule, TenantId, person_of
from attms_core.people import People
from attms_core.ports import Now
from attms_core.store.database import Database
from bot.notices.compose.look import Facts, look

FRESH = 1.0
"""Seconds of real time for which a look ahead is good."""


class _Asked(Struct):
    """What is wanted of one look."""

    tenant: TenantId
    rows: list[Owed] = field(default_factory=list)
    told: set[ChangeId] = field(default_factory=set)
    since: datetime | None = None
    """When the card that was told something longest ago was told it."""
    rules: set[Rule] = field(default_factory=set)
    waiting: list[asyncio.Future["Facts | None"]] = field(default_factory=list)

    def add(self, rows: Sequence[Owed], posts: Iterable[Post]) -> None:
        self.rows += rows
        self.rules.update(row.rule for row in rows if row.rule)
        for post in posts:
            self.since = min(self.since or post.told_at, post.told_at)
            self.told.update(each.change for each in post.told if each.change is not None)
            self.rules.update(each.rule for each in post.told if each.rule)


class Reading:
    """Reads facts. Who asks while a look is being prepared joins it: ten thousand conversations cost a few looks."""

    def __init__(self, database: Database, people: People, now: Now) -> None:
        self._database = database
        self._people = people
        self._now = now
        self._open: dict[TenantId, _Asked] = {}
        self._ahead: dict[OwedId, tuple[float, Facts]] = {}
        """Until when each is fresh. Lanes of one claim are composed still when those of the next are looked at."""

    async def ahead(self, lanes: Iterable[tuple[Sequence[Owed], Collection[Post]]]) -> None:
        """Read the facts of many lanes before each is composed. Raises ``StoreUnavailable``."""
        asked: dict[TenantId, _Asked] = {}
        for rows, posts in lanes:
            if rows:
                asked.setdefault(rows[0].tenant, _Asked(rows[0].tenant)).add(rows, posts)
        at = asyncio.get_running_loop().time()
        self._ahead = {number: known for number, known in self._ahead.items() if at <= known[0]}
        for each in asked.values():
            known = (at + FRESH, await self._read(each))
            self._ahead.update((row.id, known) for row in each.rows)

    async def of(self, rows: Sequence[Owed], posts: Iterable[Post]) -> Facts:
        """Give the facts of rows of one lane, and of what its cards were told for. Raises ``StoreUnavailable``."""
        if (known := self._known(rows)) is not None:
            return known
        tenant, standing = rows[0].tenant, list(posts)
        while True:
            asked = self._open.get(tenant)
            if asked is None:
                asked = self._open[tenant] = _Asked(tenant)
                asked.add(rows, standing)
                return await self._lead(asked)
            asked.add(rows, standing)
            joined: asyncio.Future[Facts | None] = asyncio.get_running_loop().create_future()
            asked.waiting.append(joined)
            if (facts := await joined) is not None:
                return facts
            # whoever led was cancelled: ask anew

    def _known(self, rows: Sequence[Owed]) -> Facts | None:
        """Give what was read ahead, if it was read for all of the rows and is fresh."""
        found = self._ahead.get(rows[0].id)
        if found is None or asyncio.get_running_loop().time() > found[0]:
            return None
        return found[1] if all(self._ahead.get(row.id) is found for row in rows) else None

    async def _lead(self, asked: _Asked) -> Facts:
        facts: Facts | None = None
        error: AttmsError | None = None
        try:
            try:
                await asyncio.sleep(0)  # whoever composes at the same time joins
            finally:
                del self._open[asked.tenant]
            facts = await self._read(asked)
        except AttmsError as failed:
            error = failed  # who joined hears of it; of anything else each finds out alone
            raise
        finally:
            for each in asked.waiting:
                if not each.done():
                    each.set_exception(error) if error else each.set_result(facts)
        return facts

    async def _read(self, asked: _Asked) -> Facts:
        now, tenant = self._now(), asked.tenant
        found = await self._database.read(
            lambda tx: look(
                tx, tenant, asked.rows, told=asked.told, rules=asked.rules, since=asked.since or now, now=now
            )
        )
        keys = {PersonKey(tenant, who) for row in asked.rows if (who := person_of(row.lane))}
        people = await self._people.those(
            keys | {maker.person for maker in found.makers.values()} | set(found.holders.values())
        )
        return found.with_people(people)
