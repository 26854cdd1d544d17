"""Keeping up: one call when nothing happened, notes only where something did."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from attms_core.errors import Unreachable
from attms_core.mirror import Cause, Mirror
from attms_core.model import Company, CompanyId, DeletedTicket, Resource, ResourceRole, Ticket, TicketFilter, TicketId
from attms_core.store import changes, directory, notes
from attms_core.store.database import Database
from tests.support.fake_autotask import ACME, ANA, BOB, ENGINEER, NOON, TENANT, Clock, FakeAutotask, note, ticket

ONE = TicketId(1)


@pytest.fixture
def autotask(autotask: FakeAutotask) -> FakeAutotask:
    autotask.have(*(ticket(n) for n in range(1, 6)))
    return autotask


def move(autotask: FakeAutotask, clock: Clock, number: int = 1, **fields: object) -> None:
    """Somebody in AutoTask changes a ticket now."""
    before = autotask.tickets[TicketId(number)]
    fields = {"last_activity": clock(), "last_activity_by": ANA, **fields}
    autotask.have(structs.replace(before, **fields))


async def test_a_quiet_tick_is_one_call(synced: Mirror, autotask: FakeAutotask, clock: Clock) -> None:
    for _ in range(3):
        clock.pass_(seconds=30)
        assert await synced.poll() == []

    assert autotask.calls == ["tickets_changed"] * 3


async def test_a_moved_ticket_is_absorbed_and_only_it_pulls_notes(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, database: Database
) -> None:
    clock.pass_(minutes=5)
    move(autotask, clock, status=8)
    autotask.have_notes(note(1, created=clock(), last_activity=clock(), creator=ANA))

    found = await synced.poll()

    assert [(c.what, c.author.id) for c in found] == [("status", ANA), ("note-added", ANA)]
    assert autotask.calls == ["tickets_changed", "notes_of", "time_entries_of"]
    autotask.calls.clear()
    clock.pass_(seconds=30)
    assert await synced.poll() == []
    assert autotask.calls == ["tickets_changed"]


async def test_a_company_that_became_inactive_before_its_first_ticket_moved_is_read_with_it(
    synced: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    autotask.company_rows.append(Company(id=CompanyId(200), name="Gone", is_active=False))
    clock.pass_(minutes=5)
    move(autotask, clock, company=CompanyId(200))

    await synced.poll()

    assert autotask.calls == ["tickets_changed", "companies_by_id", "notes_of", "time_entries_of"]
    found = await synced.detail(ONE, internal=True)
    assert found
    assert found.company_name == "Gone"


async def test_a_note_is_found_although_a_press_brought_the_ticket_up_to_date_before(
    synced: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    clock.pass_(minutes=5)
    move(autotask, clock)
    autotask.have_notes(note(1, created=clock(), last_activity=clock()))
    await synced.absorb_tickets([autotask.tickets[ONE]], Cause.LOOK_UP)

    assert [c.what for c in await synced.poll()] == ["note-added"]


async def test_the_position_follows_autotask_s_clock_and_not_ours(
    synced: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    asked: list[datetime] = []
    read = autotask.tickets_changed

    def tickets_changed(since: datetime) -> AsyncIterator[list[Ticket]]:
        asked.append(since)
        return read(since)

    autotask.tickets_changed = tickets_changed  # type: ignore[method-assign] # to see from where on it is asked
    move(autotask, clock, last_activity=NOON - timedelta(minutes=10))
    clock.pass_(days=2)

    await synced.poll()
    await synced.poll()

    assert asked[-1] == NOON - timedelta(minutes=10, seconds=90)


async def test_a_date_far_in_the_future_does_not_stop_the_polls(
    synced: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    move(autotask, clock, 2, last_activity=NOON + timedelta(days=4000))
    await synced.poll()
    clock.pass_(minutes=5)
    move(autotask, clock, 1, status=8)

    assert [c.what for c in await synced.poll()] == ["status"]


async def test_a_failed_tick_is_made_good_by_the_next(synced: Mirror, autotask: FakeAutotask, clock: Clock) -> None:
    clock.pass_(minutes=5)
    move(autotask, clock, status=8)

    def on_call(name: str) -> None:
        if name == "notes_of":
            raise Unreachable("no notes today")

    autotask.on_call = on_call
    with pytest.raises(Unreachable):
        await synced.poll()
    autotask.on_call = lambda _: None

    assert [c.what for c in await synced.poll()] == ["status"]


async def test_a_ticket_that_moves_between_two_pages_is_not_lost(
    synced: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    """Ticket 1 moves after its page was read, while a slow page shows an activity that is later still."""
    autotask.page_size = 2
    clock.pass_(minutes=5)
    for number in range(1, 6):
        move(autotask, clock, number)

    def on_call(_: str) -> None:
        if len(autotask.calls) == 2:
            clock.pass_(minutes=1)
            move(autotask, clock, 1, status=8)
            clock.pass_(minutes=4)
            move(autotask, clock, 5)

    autotask.on_call = on_call
    await synced.poll()
    autotask.on_call = lambda _: None

    assert [c.what for c in await synced.poll()] == ["status"]


async def test_a_late_ticket_within_the_overlap_is_still_seen(
    synced: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    clock.pass_(minutes=5)
    move(autotask, clock, 2)
    await synced.poll()
    move(autotask, clock, 1, status=8, last_activity=clock() - timedelta(seconds=80))

    assert [c.what for c in await synced.poll()] == ["status"]


async def test_a_ticket_whose_notes_were_never_read_pulls_all_of_them(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, database: Database
) -> None:
    old = NOON - timedelta(days=500)
    autotask.have(ticket(9, status=5, created=old, last_activity=old))
    autotask.have_notes(note(1, ticket=TicketId(9), created=old, last_activity=old))
    clock.pass_(minutes=5)
    move(autotask, clock, 9, status=8)

    assert await synced.poll() == []
    assert [n.id for n in await database.read(lambda tx: notes.of_ticket(tx, TENANT, TicketId(9)))] == [1]


async def test_renamed_companies_new_contacts_and_deletions_arrive(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, database: Database
) -> None:
    clock.pass_(minutes=5)
    autotask.company_rows = [Company(id=ACME, name="Acme Smiles", last_modified=clock())]
    autotask.deleted_rows = [DeletedTicket(id=1, ticket=ONE, number="T1", deleted_at=clock(), deleted_by=BOB)]

    await synced.refresh_directory()

    assert [c.name for c in await synced.companies_named("smi")] == ["Acme Smiles"]
    assert synced.company_name(ACME) == "Acme Smiles"
    assert await synced.ticket(ONE) is None
    (gone,) = await database.read(lambda tx: changes.of_ticket(tx, TENANT, ONE))
    assert (gone.what, gone.author.id) == ("deleted", BOB)
    assert autotask.calls == ["companies", "contacts", "deleted_tickets"]


async def test_technicians_roles_and_picklists_are_read_whole(synced: Mirror, autotask: FakeAutotask) -> None:
    autotask.resource_rows = [structs.replace(row, is_active=row.id == BOB) for row in autotask.resource_rows]
    autotask.resource_role_rows = [ResourceRole(id=2, resource=BOB, role=ENGINEER)]

    await synced.refresh_people()

    assert [one.id for one in synced.assignable()] == [BOB]


async def test_a_role_that_was_taken_away_no_longer_counts(
    synced: Mirror, autotask: FakeAutotask, database: Database
) -> None:
    autotask.resource_role_rows = autotask.resource_role_rows[1:]

    await synced.refresh_people()

    assert [one.id for one in synced.assignable()] == [BOB]
    found: list[Resource] = await database.read(lambda tx: directory.resources(tx, TENANT))
    assert ANA in {one.id for one in found}


async def test_the_open_set_is_reconciled_by_ids(synced: Mirror, autotask: FakeAutotask, clock: Clock) -> None:
    clock.pass_(hours=12)
    autotask.have(ticket(1, status=5), ticket(77))
    del autotask.tickets[TicketId(2)]

    await synced.reconcile()

    page = await synced.page(TicketFilter())
    assert [line.id for line in page.lines] == [3, 4, 5, 77]
    assert autotask.calls == ["open_ticket_ids", "tickets_by_id"]


async def test_a_ticket_that_moved_just_now_is_not_taken_for_deleted(
    synced: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    move(autotask, clock)
    await synced.poll()
    del autotask.tickets[ONE]
    await synced.reconcile()
    assert await synced.ticket(ONE) is not None

    clock.pass_(minutes=16)
    await synced.reconcile()
    assert await synced.ticket(ONE) is None


async def test_when_most_of_the_open_set_vanishes_nothing_is_dropped(
    mirror: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    autotask.have(*(ticket(n) for n in range(1, 60)))
    await mirror.first_sync()
    autotask.tickets.clear()
    clock.pass_(hours=12)

    await mirror.reconcile()

    assert (await mirror.page(TicketFilter())).total == 59
