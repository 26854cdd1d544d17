"""The first sync: all of it, newest first, patient, and going on where it was cut."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from attms_core.errors import Busy, Unreachable
from attms_core.mirror import Mirror
from attms_core.mirror.progress import STAGES
from attms_core.mirror.windows import open_windows
from attms_core.model import Company, CompanyId, ContactId, NoteId, Ticket, TicketFilter, TicketId
from attms_core.store import directory, notes, tickets
from attms_core.store.database import Database
from tests.mirror.conftest import Waits
from tests.support.fake_autotask import ACME, NOON, TENANT, Clock, FakeAutotask, note, ticket

WHOLE = ("fields Tickets", "fields TicketNotes", "resources", "roles", "resource_roles", "companies", "open_tickets")


def aged(number: int, days: float, **more: object) -> Ticket:
    return ticket(number, last_activity=NOON - timedelta(days=days), created=NOON - timedelta(days=days), **more)


@pytest.fixture
def busy_desk(autotask: FakeAutotask) -> FakeAutotask:
    """Open tickets of all ages, closed ones within and beyond the history, one without any activity."""
    autotask.page_size = 2
    for number, days in enumerate((0.1, 1, 3, 6, 8, 15, 30, 100, 300, 900), start=1):
        autotask.have(aged(number, days))
    for number, days in ((21, 0.5), (22, 40), (23, 364), (24, 366)):
        autotask.have(aged(number, days, status=5))
    autotask.have(ticket(31, last_activity=None))
    autotask.have_notes(*(note(n, ticket=TicketId(n)) for n in (1, 2, 10, 21)))
    return autotask


async def contents(database: Database) -> tuple[set[TicketId], set[NoteId], int]:
    """Which tickets and notes are here, and how many contacts of Acme."""
    everything = [TicketId(n) for n in range(1, 50)]
    here = await database.read(lambda tx: set(tickets.load(tx, TENANT, everything)))
    written = await database.read(lambda tx: set(notes.load(tx, TENANT, [NoteId(n) for n in range(1, 50)])))
    people = await database.read(lambda tx: directory.contacts_of(tx, TENANT, ACME))
    return here, written, len(people)


EVERYTHING = ({*range(1, 11), 21, 22, 23, 31}, {1, 2, 10}, 1)


async def test_everything_within_scope_comes_and_nothing_is_a_change(
    mirror: Mirror, busy_desk: FakeAutotask, database: Database
) -> None:
    await mirror.open()
    assert not await mirror.has_data()

    await mirror.first_sync()

    assert await contents(database) == EVERYTHING
    status = await mirror.status()
    assert (status.is_finished, status.open_tickets) == (True, 11)
    assert await mirror.has_data()
    assert [choice.label for choice in mirror.choices("queue")] == ["Client Portal", "Post Sale"]
    assert [one.name for one in mirror.assignable()] == ["Ana Ruiz", "Bob Stone"]


async def test_what_people_need_first_is_asked_first(mirror: Mirror, busy_desk: FakeAutotask) -> None:
    await mirror.first_sync()

    calls = busy_desk.calls
    order = [calls.index(name) for name in (*WHOLE, "contacts", "notes_of", "closed_tickets")]
    assert order == sorted(order)


async def test_the_newest_open_tickets_come_first(mirror: Mirror, busy_desk: FakeAutotask, database: Database) -> None:
    seen: list[set[TicketId]] = []

    async def look(_: float) -> None:
        seen.append((await contents(database))[0])

    opened = 0

    def on_call(name: str) -> None:
        nonlocal opened
        opened += name == "open_tickets"
        if opened == 4 and not seen:  # the first page of the second window
            raise Busy("enough for this hour", after=timedelta(minutes=7))

    busy_desk.on_call = on_call
    mirror._first_sync._sleep = look
    await mirror.first_sync()

    assert seen == [{1, 2, 3, 4}]


async def test_when_done_it_asks_nothing_any_more(synced: Mirror, autotask: FakeAutotask) -> None:
    await synced.first_sync()

    assert autotask.calls == []


async def test_a_used_up_budget_is_waited_for_as_long_as_told(
    mirror: Mirror, busy_desk: FakeAutotask, database: Database, waits: Waits
) -> None:
    refusals = iter([Busy("cap", after=timedelta(minutes=7)), Busy("cap")])

    def on_call(name: str) -> None:
        if name == "contacts" and (refusal := next(refusals, None)):
            raise refusal

    busy_desk.on_call = on_call
    await mirror.first_sync()

    assert waits.seconds == [420, 30]
    assert await contents(database) == EVERYTHING


async def test_inactive_companies_are_read_as_soon_as_a_ticket_names_them(
    mirror: Mirror, autotask: FakeAutotask, database: Database
) -> None:
    gone, closed, invisible, unnamed = (CompanyId(n) for n in (200, 201, 202, 203))
    autotask.page_size = 2
    autotask.company_rows += [Company(id=id_, name=f"Gone {id_}", is_active=False) for id_ in (gone, closed, unnamed)]
    autotask.have(*(aged(n, n / 10, company=gone if n % 2 else invisible) for n in range(1, 8)))
    autotask.have(aged(9, 50, company=closed, status=5))

    await mirror.first_sync()

    kept = await database.read(lambda tx: directory.companies(tx, TENANT, [gone, closed, invisible, unnamed]))
    assert {id_: company.name for id_, company in kept.items()} == {gone: "Gone 200", closed: "Gone 201"}
    assert {line.company_name for line in (await mirror.page(TicketFilter())).lines} == {"Gone 200", "company 202"}
    assert (await mirror.page(TicketFilter(words="gone 200"))).total == 4
    # What AutoTask does not tell is asked for once, not at every page.
    assert autotask.calls.count("companies_by_id") == 2


STEPS = (*WHOLE, "open_ticket_ids", "tickets_by_id", "contacts", "notes_of", "closed_tickets")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("nth", [1, 2])
async def test_cut_at_any_step_another_process_goes_on_to_the_same_end(
    busy_desk: FakeAutotask, database: Database, clock: Clock, step: str, nth: int
) -> None:
    mirror = Mirror(database, busy_desk, busy_desk, tenant=TENANT, now=clock)

    def on_call(name: str) -> None:
        if name == step and busy_desk.calls.count(step) == nth:
            raise asyncio.CancelledError

    busy_desk.on_call = on_call
    with contextlib.suppress(asyncio.CancelledError):
        await mirror.first_sync()
    stage = (await mirror.status()).stage
    busy_desk.calls.clear()
    busy_desk.on_call = lambda _: None

    await Mirror(database, busy_desk, busy_desk, tenant=TENANT, now=clock).first_sync()

    assert await contents(database) == EVERYTHING
    finished = STAGES[: STAGES.index(stage)]
    assert not {call for name in finished for call in CALLS[name]} & set(busy_desk.calls)


CALLS = {
    "metadata": ("fields Tickets", "fields TicketNotes"),
    "people": ("resources", "roles", "resource_roles"),
    "companies": ("companies",),
    "open": ("open_tickets", "open_ticket_ids", "tickets_by_id"),
    "contacts": ("contacts",),
    "notes": ("notes_of",),
    "closed": (),
}


async def test_a_finished_window_is_not_read_again(mirror: Mirror, busy_desk: FakeAutotask) -> None:
    asked: list[tuple[datetime | None, datetime | None]] = []
    read = busy_desk.open_tickets

    def open_tickets(start: datetime | None = None, end: datetime | None = None) -> AsyncIterator[list[Ticket]]:
        asked.append((start, end))
        return read(start, end)

    def on_call(_: str) -> None:
        if len(asked) == 3:
            raise Unreachable("cut")

    busy_desk.open_tickets = open_tickets  # type: ignore[method-assign] # to see the windows
    busy_desk.on_call = on_call
    with pytest.raises(Unreachable):
        await mirror.first_sync()
    assert await mirror.has_data()
    busy_desk.on_call = lambda _: None
    await mirror.first_sync()

    windows = list(open_windows(NOON))
    assert asked == [*windows[:3], *windows[2:]]


async def test_progress_tells_how_many_tickets_so_far(mirror: Mirror, busy_desk: FakeAutotask) -> None:
    told: list[int] = []

    def on_call(name: str) -> None:
        if name == "contacts" and not told:
            told.append(0)
            raise Unreachable("cut")

    busy_desk.on_call = on_call
    with pytest.raises(Unreachable):
        await mirror.first_sync()

    status = await mirror.status()
    assert (status.stage, status.is_finished, status.open_tickets) == ("contacts", False, 11)
    page = await mirror.page(TicketFilter())
    assert page.reading == 11
    assert page.total == 11
    assert page.is_current


async def test_polls_begin_where_the_newest_window_ended(mirror: Mirror, busy_desk: FakeAutotask) -> None:
    assert await mirror.poll() == []
    assert busy_desk.calls == []
    await mirror.first_sync()
    busy_desk.calls.clear()

    assert await mirror.poll() == []

    assert busy_desk.calls == ["tickets_changed"]


async def test_contacts_keep_their_company(synced: Mirror) -> None:
    (cleo,) = await synced.contacts_of(ACME, "cl")

    assert (cleo.id, cleo.name) == (ContactId(7), "Cleo Customer")
