"""Polls of several pages: what moved is told once each however they end, and others write meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from msgspec import structs

from attms_core.errors import Unreachable
from attms_core.mirror import Mirror
from attms_core.mirror.absorb import AT_ONCE
from attms_core.model import (
    Kept,
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
from tests.support.fake_autotask import ANA, BOB, NOON, TENANT, Clock, FakeAutotask, note, ticket
from tests.support.levels import EVER

PAGE = 2 * AT_ONCE + 1
COUNT = PAGE + 3
OBJECT_ID = "ana"
Told = Counter[tuple[TicketId | None, str]]


pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


class CutOff(Exception):
    """The process ends here."""


class Owing(Notices):
    """Owes as ever, remembers of how many changes each transaction told, and may break off in the midst of one."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(TENANT, clock)
        self.told: list[int] = []
        self.breaks_at: int | None = None

    def owe(self, tx: Tx, kept: Sequence[Kept]) -> None:
        super().owe(tx, kept)
        self.told.append(len({each.change.ticket for each in kept}))
        if len(self.told) == self.breaks_at:
            raise CutOff


class Desk:
    """Ana is linked, and all tickets become hers while nobody looks, each with a note."""

    def __init__(self, database: Database, autotask: FakeAutotask, clock: Clock) -> None:
        self._database, self._autotask, self._clock = database, autotask, clock
        self.owing = Owing(clock)
        self.mirror = Mirror(database, autotask, autotask, tenant=TENANT, now=clock, owing=self.owing)
        autotask.page_size = PAGE

    async def open(self) -> None:
        link = Link(state=LinkState.LINKED, resource=ANA, decided_by="test", decided_at=NOON)
        key = PersonKey(TENANT, OBJECT_ID)
        ana = Person(key=key, name="Ana", link=link, role=PersonRole.TECHNICIAN, checked_at=NOON)
        await self._database.write(lambda tx: people.put(tx, ana))
        self._autotask.have(*(ticket(n) for n in range(1, COUNT + 1)))
        await self.mirror.first_sync()

    def weekend_passes(self) -> None:
        self._clock.pass_(days=2)
        now = self._clock()
        for before in list(self._autotask.tickets.values()):
            moved = structs.replace(before, assignee=ANA, last_activity=now, last_activity_by=BOB)
            self._autotask.have(moved)
            self._autotask.have_notes(note(before.id, ticket=before.id, created=now, last_activity=now))

    async def known(self) -> tuple[Told, Told]:
        """What was told, and what of it Ana's own chat is owed, at one moment."""

        def work(tx: Tx) -> tuple[Told, Told]:
            kept = {each.id: each.change for each in changes.latest(tx, TENANT, EVER, limit=10 * COUNT)}
            rows = owed.waiting(tx, TENANT, lane_of_person(OBJECT_ID), limit=10 * COUNT)
            owing = (kept[row.change] for row in rows if row.change is not None)
            told = Counter((change.ticket, change.what) for change in kept.values())
            return told, Counter((change.ticket, change.what) for change in owing)

        return await self._database.read(work)


@pytest.fixture
async def desk(database: Database, autotask: FakeAutotask, clock: Clock) -> Desk:
    made = Desk(database, autotask, clock)
    await made.open()
    made.weekend_passes()
    return made


def once_each(*some: str) -> Told:
    return Counter((TicketId(n), what) for n in range(1, COUNT + 1) for what in some)


WHOLE = once_each("assignee", "note-added"), once_each("assignee")


async def test_a_transaction_takes_no_more_tickets_than_it_may(desk: Desk) -> None:
    assert len(await desk.mirror.poll()) == 2 * COUNT

    assert desk.owing.told == [AT_ONCE, AT_ONCE, 1, 3]
    assert await desk.known() == WHOLE


async def test_a_poll_that_ends_between_two_pages_loses_nothing_and_owes_nothing_twice(
    desk: Desk, autotask: FakeAutotask
) -> None:
    def on_call(name: str) -> None:
        if name == "tickets_changed" and autotask.calls.count(name) == 2:
            raise Unreachable("gone")

    autotask.calls.clear()
    autotask.on_call = on_call
    with pytest.raises(Unreachable):
        await desk.mirror.poll()
    told, _ = await desk.known()
    assert len(told) == 2 * PAGE
    autotask.on_call = lambda _: None

    await desk.mirror.poll()

    assert await desk.known() == WHOLE


async def test_a_poll_that_ends_within_a_page_loses_nothing_and_owes_nothing_twice(desk: Desk) -> None:
    desk.owing.breaks_at = 2
    with pytest.raises(CutOff):
        await desk.mirror.poll()
    told, due = await desk.known()
    assert (len(told), len(due)) == (2 * AT_ONCE, AT_ONCE)

    await desk.mirror.poll()

    assert await desk.known() == WHOLE


async def test_what_was_taken_before_a_poll_ended_is_sent_without_waiting(desk: Desk) -> None:
    poked: list[bool] = []
    desk.owing.on_poke = lambda: poked.append(True)
    desk.owing.breaks_at = 2

    with pytest.raises(CutOff):
        await desk.mirror.poll()

    assert poked == [True]


async def test_others_write_while_a_poll_takes_its_pages(desk: Desk, database: Database) -> None:
    seen: set[int] = set()
    polling = asyncio.create_task(desk.mirror.poll())
    while not polling.done():
        found = await database.write(lambda tx: len(changes.latest(tx, TENANT, EVER, limit=10 * COUNT)))
        seen.add(found)
    await polling

    assert seen & {2 * AT_ONCE, 4 * AT_ONCE, 2 * PAGE}
