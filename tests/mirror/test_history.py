"""How far back completed tickets are kept: what is older goes, comes back when it moves, and is told once."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from msgspec import structs

from attms_core.errors import Busy, Unreachable
from attms_core.mirror import Mirror
from attms_core.mirror.history import AT_ONCE
from attms_core.model import NoteId, Ticket, TicketId, TimeEntryId
from attms_core.store import changes, notes, tickets, time_entries
from attms_core.store.database import Database
from tests.mirror.conftest import Waits
from tests.support.fake_autotask import ANA, NOON, TENANT, Clock, FakeAutotask, note, ticket, time_entry
from tests.support.levels import told

YEAR = timedelta(days=365)
ONE, TWO, THREE, FOUR = (TicketId(n) for n in (1, 2, 3, 4))


pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


class Desk:
    """A mirror that is opened anew when its history changes, as a changed setting does it."""

    def __init__(self, database: Database, autotask: FakeAutotask, clock: Clock, waits: Waits) -> None:
        self._database, self._autotask, self._clock, self._waits = database, autotask, clock, waits
        self.windows: list[tuple[datetime, datetime]] = []
        self._read = autotask.closed_tickets
        autotask.closed_tickets = self._closed_tickets  # type: ignore[method-assign] # to see the windows
        self.keep(days=365)

    def keep(self, *, days: int) -> None:
        self.mirror = Mirror(
            self._database,
            self._autotask,
            self._autotask,
            tenant=TENANT,
            now=self._clock,
            history=timedelta(days=days),
            sleep=self._waits,
        )

    async def here(self) -> set[TicketId]:
        ids = [TicketId(n) for n in range(1, 10 * AT_ONCE)]
        return set(await self._database.read(lambda tx: tickets.load(tx, TENANT, ids)))

    async def days_pass(self, days: float) -> None:
        """Time passes, somebody somewhere does something, and a poll sees it."""
        self._clock.pass_(days=days)
        now = self._clock()
        self._autotask.have(ticket(9_999, created=now, last_activity=now))
        await self.mirror.poll()

    def move(self, id_: TicketId, **fields: object) -> None:
        before = self._autotask.tickets[id_]
        self._autotask.have(structs.replace(before, last_activity=self._clock(), last_activity_by=ANA, **fields))

    def _closed_tickets(self, start: datetime, end: datetime) -> AsyncIterator[list[Ticket]]:
        self.windows.append((start, end))
        return self._read(start, end)


@pytest.fixture
async def desk(database: Database, autotask: FakeAutotask, clock: Clock, waits: Waits) -> Desk:
    """One is open, Two and Three were completed a day and an hour ago, Four long ago; Two has notes and time."""
    autotask.have(ticket(1), done(2, days=1), done(3, days=0.04), done(4, days=500))
    autotask.have_notes(note(1, ticket=TWO, created=NOON - timedelta(days=2), last_activity=NOON - timedelta(days=2)))
    made = Desk(database, autotask, clock, waits)
    await made.mirror.first_sync()
    made.windows.clear()
    return made


def done(number: int, *, days: float, **more: object) -> Ticket:
    at = NOON - timedelta(days=days)
    return ticket(number, **{"status": 5, "created": at, "completed_at": at, "last_activity": at, **more})


async def test_what_is_older_than_the_history_goes_with_all_that_was_read_of_it(
    desk: Desk, database: Database, autotask: FakeAutotask, clock: Clock
) -> None:
    desk.move(TWO)
    autotask.have_notes(note(2, ticket=TWO, text="toner"))
    autotask.have_time(time_entry(1, ticket=TWO))
    await desk.mirror.poll()
    assert await desk.here() == {ONE, TWO, THREE}

    await desk.days_pass(364)
    assert await desk.mirror.forget_completed() == 0
    await desk.days_pass(1)
    assert await desk.mirror.forget_completed() == 1  # Three, an hour before Two had moved again
    await desk.days_pass(0.1)
    assert await desk.mirror.forget_completed() == 1

    assert await desk.here() == {ONE}
    assert await database.read(lambda tx: notes.of_ticket(tx, TENANT, TWO)) == []
    assert await database.read(lambda tx: time_entries.load(tx, TENANT, [TimeEntryId(1)])) == {}


async def test_completed_long_ago_but_written_on_since_stays(desk: Desk, autotask: FakeAutotask) -> None:
    await desk.days_pass(300)
    desk.move(TWO)
    await desk.mirror.poll()
    await desk.days_pass(100)

    assert await desk.mirror.forget_completed() == 1

    assert await desk.here() == {ONE, TWO}


async def test_a_great_many_go_a_few_at_a_time(desk: Desk, autotask: FakeAutotask, clock: Clock) -> None:
    many = 2 * AT_ONCE + 5
    autotask.have(*(done(100 + n, days=1) for n in range(many)))
    clock.pass_(minutes=5)
    for number in range(many):
        desk.move(TicketId(100 + number))
    await desk.mirror.poll()
    assert len(await desk.here()) == 3 + many

    await desk.days_pass(400)

    assert await desk.mirror.forget_completed() == 2 + many
    assert await desk.here() == {ONE}


async def test_what_went_comes_back_when_it_moves_and_only_what_is_new_is_told(
    desk: Desk, database: Database, autotask: FakeAutotask, clock: Clock
) -> None:
    clock.pass_(minutes=5)
    autotask.have(done(5, days=0, created=clock(), completed_at=clock(), last_activity=clock()))
    autotask.have_notes(note(5, ticket=TicketId(5), created=clock(), last_activity=clock()))
    assert [c.what for c in await desk.mirror.poll()] == ["created", "note-added"]
    await desk.days_pass(400)
    await desk.mirror.forget_completed()
    assert TicketId(5) not in await desk.here()

    desk.move(TicketId(5))
    autotask.have_notes(note(6, ticket=TicketId(5), created=clock(), last_activity=clock()))

    assert [(c.what, c.note) for c in await desk.mirror.poll()] == [("note-added", 6)]
    written = await database.read(lambda tx: notes.of_ticket(tx, TENANT, TicketId(5)))
    assert {one.id for one in written} == {5, 6}


async def test_what_went_is_found_by_its_number_and_nothing_is_told_of_it(
    desk: Desk, database: Database, autotask: FakeAutotask, clock: Clock
) -> None:
    clock.pass_(minutes=5)
    autotask.have(done(5, days=0, created=clock(), completed_at=clock(), last_activity=clock()))
    autotask.have_notes(note(5, ticket=TicketId(5), created=clock(), last_activity=clock()))
    await desk.mirror.poll()
    await desk.days_pass(400)
    await desk.mirror.forget_completed()
    before = await told(database, TENANT)

    found = await desk.mirror.find(autotask.tickets[TicketId(5)].number)
    shown = await desk.mirror.detail(TicketId(5), internal=True)

    assert found == autotask.tickets[TicketId(5)]
    assert shown is not None
    assert len(shown.notes) == 1
    assert await told(database, TENANT) == before


async def test_what_happened_to_it_stays_known(desk: Desk, database: Database) -> None:
    desk.move(THREE, title="Printer is cold again")
    await desk.mirror.poll()
    await desk.days_pass(400)
    await desk.mirror.forget_completed()

    assert [c.what for c in await database.read(lambda tx: changes.of_ticket(tx, TENANT, THREE))] == ["title"]


async def test_nothing_goes_that_polls_have_not_come_to(desk: Desk, clock: Clock) -> None:
    """AutoTask has not answered for days: what happened meanwhile is news yet, also where the history is short."""
    desk.keep(days=1)
    clock.pass_(days=0.97)
    assert await desk.mirror.forget_completed() == 1
    clock.pass_(days=30)

    assert await desk.mirror.forget_completed() == 0
    assert await desk.here() == {ONE, THREE}
    await desk.days_pass(0)
    assert await desk.mirror.forget_completed() == 1


async def test_nothing_goes_before_all_has_been_read(
    database: Database, autotask: FakeAutotask, clock: Clock, waits: Waits
) -> None:
    autotask.have(ticket(1), done(2, days=1))
    made = Desk(database, autotask, clock, waits)
    assert await made.mirror.forget_completed() == 0
    autotask.on_call = lambda name: _refuse() if name == "closed_tickets" else None
    with pytest.raises(Unreachable):
        await made.mirror.first_sync()
    await made.mirror.find(TWO)
    autotask.on_call = lambda _: None
    await made.days_pass(400)

    assert await made.mirror.forget_completed() == 0


def _refuse() -> None:
    raise Unreachable("cut")


async def test_a_longer_history_reads_what_is_missing_and_nothing_else(
    desk: Desk, clock: Clock, autotask: FakeAutotask
) -> None:
    desk.keep(days=600)
    await desk.mirror.first_sync()

    assert await desk.here() == {ONE, TWO, THREE, FOUR}
    assert (desk.windows[0][1], desk.windows[-1][0]) == (NOON - YEAR, NOON - timedelta(days=600))
    assert all(newer[0] == older[1] for newer, older in pairwise(desk.windows))
    desk.windows.clear()
    autotask.calls.clear()
    clock.pass_(seconds=30)
    await desk.mirror.first_sync()
    assert (desk.windows, autotask.calls) == ([], [])


async def test_a_history_that_grows_again_brings_back_what_went_and_tells_nothing_twice(
    desk: Desk, database: Database, autotask: FakeAutotask, clock: Clock
) -> None:
    clock.pass_(minutes=5)
    autotask.have_notes(note(5, ticket=TWO, created=clock(), last_activity=clock()))
    desk.move(TWO)
    assert [c.note for c in await desk.mirror.poll()] == [5]
    await desk.days_pass(40)
    desk.keep(days=30)
    assert await desk.mirror.forget_completed() == 2
    desk.keep(days=60)
    assert await desk.mirror.forget_completed() == 0

    await desk.mirror.first_sync()

    assert await desk.here() == {ONE, TWO, THREE}
    before = await told(database, TENANT)
    clock.pass_(minutes=5)
    desk.move(TWO)
    await desk.mirror.poll()
    assert await told(database, TENANT) == before
    assert [n.id for n in await database.read(lambda tx: notes.of_ticket(tx, TENANT, TWO))] == [NoteId(5), NoteId(1)]


async def test_reading_for_a_longer_history_waits_and_goes_on_where_it_was_cut(
    desk: Desk, autotask: FakeAutotask, waits: Waits
) -> None:
    desk.keep(days=600)
    refusals = iter([Busy("cap", after=timedelta(minutes=7))])

    def on_call(name: str) -> None:
        if name == "closed_tickets" and len(desk.windows) == 2 and (refusal := next(refusals, None)):
            raise refusal

    autotask.on_call = on_call
    await desk.mirror.first_sync()

    assert waits.seconds == [420]
    assert desk.windows[1] == desk.windows[2]
    assert len(set(desk.windows)) == len(desk.windows) - 1
    assert FOUR in await desk.here()
