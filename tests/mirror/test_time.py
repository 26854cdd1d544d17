"""Time on tickets: read where a ticket moved, told once, done without where AutoTask does not let us read it."""

from datetime import timedelta
from decimal import Decimal

from msgspec import structs

from attms_core.errors import Unreadable
from attms_core.mirror import Mirror
from attms_core.model import Author, AuthorKind, Change, TicketId, TimeEntryId
from attms_core.store import time_entries
from attms_core.store.database import Database
from tests.support.fake_autotask import ANA, BOB, TENANT, Clock, FakeAutotask, ticket, time_entry

ONE = TicketId(1)


async def come(mirror: Mirror, autotask: FakeAutotask, clock: Clock) -> None:
    autotask.have(ticket(created=clock(), last_activity=clock()))
    await mirror.poll()
    clock.pass_(minutes=5)
    autotask.calls.clear()


def log(autotask: FakeAutotask, clock: Clock, number: int = 1, **fields: object) -> None:
    """Somebody logs time on the ticket now."""
    autotask.have_time(time_entry(number, **{"created": clock(), "last_modified": clock(), **fields}))
    moved = {"last_activity": clock(), "last_activity_by": BOB}
    autotask.have(structs.replace(autotask.tickets[ONE], **moved))


async def test_time_is_told_once_by_whoever_wrote_it_down(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, database: Database
) -> None:
    await come(synced, autotask, clock)
    log(autotask, clock, resource=ANA, creator=BOB)

    assert await synced.poll() == [
        Change(
            ticket=ONE,
            what="time-logged",
            before=None,
            after="1.25",
            author=Author(AuthorKind.RESOURCE, BOB),
            at=clock(),
            entry=TimeEntryId(1),
        )
    ]
    clock.pass_(seconds=30)
    assert await synced.poll() == []
    log(autotask, clock, hours=Decimal(2), created=clock() - timedelta(minutes=1))
    assert await synced.poll() == []
    kept = await database.read(lambda tx: time_entries.load(tx, TENANT, [TimeEntryId(1)]))
    assert kept[TimeEntryId(1)].hours == 2


async def test_one_call_reads_the_time_of_all_tickets_that_moved_and_none_that_of_others(
    synced: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    await come(synced, autotask, clock)
    autotask.have(*(ticket(n, created=clock(), last_activity=clock()) for n in range(2, 150)))

    await synced.poll()
    await synced.poll()

    assert autotask.calls.count("time_entries_of") == 1


async def test_time_from_before_the_mirror_is_no_news_when_it_is_corrected(
    synced: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    await come(synced, autotask, clock)
    log(autotask, clock, created=clock() - timedelta(days=3))

    assert await synced.poll() == []


async def test_where_time_may_not_be_read_the_rest_goes_on_and_it_is_asked_again_after_an_hour(
    synced: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    await come(synced, autotask, clock)

    def on_call(name: str) -> None:
        if name == "time_entries_of":
            raise Unreadable("AutoTask does not let ATTMS's user read TimeEntries.")

    autotask.on_call = on_call
    for status in (8, 12):
        clock.pass_(minutes=1)
        log(autotask, clock)
        autotask.have(structs.replace(autotask.tickets[ONE], status=status))
        assert [change.what for change in await synced.poll()] == ["status"]
    assert autotask.calls.count("time_entries_of") == 1

    autotask.on_call = lambda _: None
    clock.pass_(hours=1)
    log(autotask, clock, 2)
    assert [(change.what, change.entry) for change in await synced.poll()] == [("time-logged", 1), ("time-logged", 2)]
