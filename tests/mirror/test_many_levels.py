"""Levels that a great many tickets reach at once: told to their people once each, also by looks that are cut off."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from functools import partial

import pytest
from msgspec import structs

from attms_core.mirror import Mirror
from attms_core.mirror.watch import AT_ONCE
from attms_core.model import (
    Change,
    Level,
    Link,
    LinkState,
    Person,
    PersonKey,
    PersonRole,
    TicketId,
    lane_of_person,
)
from attms_core.notices import Notices
from attms_core.store import changes, owed, people
from attms_core.store.database import Database, Tx
from tests.support.fake_autotask import ANA, NOON, TENANT, Clock, FakeAutotask, ticket
from tests.support.levels import EVER

COUNT = 4 * AT_ONCE + 1
OBJECT_ID = "ana"
Told = Counter[tuple[TicketId | None, str]]


pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


class Desk:
    """Ana is linked and has all tickets; a look for levels can be cut off as soon as anything was told."""

    def __init__(self, database: Database, autotask: FakeAutotask, clock: Clock) -> None:
        self._database, self._autotask, self._clock = database, autotask, clock
        self._notices = Notices(TENANT, clock)
        self._mirror = Mirror(database, autotask, autotask, tenant=TENANT, now=clock, owing=self._notices)

    async def open(self) -> None:
        link = Link(state=LinkState.LINKED, resource=ANA, decided_by="test", decided_at=NOON)
        key = PersonKey(TENANT, OBJECT_ID)
        ana = Person(key=key, name="Ana", link=link, role=PersonRole.TECHNICIAN, checked_at=NOON)
        await self._database.write(lambda tx: people.put(tx, ana))
        await self._mirror.first_sync()

    async def nine_tenths_pass(self) -> None:
        """Tickets come, and nine tenths of the four hours until they are due are over."""
        made = ticket(created=NOON, last_activity=NOON, due=NOON.replace(hour=NOON.hour + 4), assignee=ANA)
        self._autotask.have(*(structs.replace(made, id=TicketId(n), number=f"T{n}") for n in range(1, COUNT + 1)))
        await self._mirror.poll()
        self._clock.pass_(hours=3.7)
        await self._mirror.poll()

    async def look(self) -> int:
        return await self._mirror.watch_levels()

    async def look_cut_off(self) -> bool:
        """Look until the first has been told; say whether it was so, and the look did not come to its end."""
        looking = asyncio.create_task(self.look())
        self._notices.on_poke = partial(_cancel, looking)
        await asyncio.wait({looking})
        self._notices.on_poke = lambda: None
        return looking.cancelled()

    async def known(self) -> tuple[Told, Told]:
        """What was told of levels, and what of it Ana's own chat is owed, at one moment."""

        def work(tx: Tx) -> tuple[Told, Told]:
            kept = {each.id: each.change for each in changes.latest(tx, TENANT, EVER, limit=10 * COUNT)}
            rows = owed.waiting(tx, TENANT, lane_of_person(OBJECT_ID), limit=10 * COUNT)
            return _levels(kept.values()), _levels(kept[row.change] for row in rows if row.change is not None)

        return await self._database.read(work)


def _cancel(looking: asyncio.Task[int]) -> None:
    looking.cancel()


def _levels(some: Iterable[Change]) -> Told:
    return Counter((change.ticket, change.what) for change in some if change.level is not None)


@pytest.fixture
async def desk(database: Database, autotask: FakeAutotask, clock: Clock) -> Desk:
    made = Desk(database, autotask, clock)
    await made.open()
    await made.nine_tenths_pass()
    return made


def once_each(*some: Level) -> Told:
    return Counter((TicketId(n), level.value) for n in range(1, COUNT + 1) for level in some)


WHOLE = once_each(Level.THREE_QUARTERS, Level.NINE_TENTHS), once_each(Level.NINE_TENTHS)
"""What is told in all, and what is owed of it: of three quarters nobody hears who has not asked for it."""


async def test_all_are_told_once_and_owed_once(desk: Desk) -> None:
    assert await desk.look() == 2 * COUNT
    assert await desk.look() == 0

    assert await desk.known() == WHOLE


async def test_looks_that_are_cut_off_have_told_whole_tickets_and_later_ones_tell_the_rest(desk: Desk) -> None:
    cut = 0
    while await desk.look_cut_off():
        cut += 1
        told, due = await desk.known()
        assert set(told.values()) == {1}
        assert {ticket for ticket, _ in told} == {ticket for ticket, _ in due}
        assert len(told) == 2 * len(due)
    assert await desk.look() == 0

    assert cut > 1
    assert await desk.known() == WHOLE
