"""Service levels: told once each, at their moment, by whichever process looks, and never while the clock stands."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from attms_core.mirror import Mirror
from attms_core.model import AuthorKind, Change, Level, TenantId, Ticket, TicketId, marks
from attms_core.store import changes
from attms_core.store.database import Database, open_database
from tests.support.fake_autotask import NOON, TENANT, Clock, FakeAutotask, ticket
from tests.support.levels import watched

ONE = TicketId(1)
WHOLE = [("sla-75", "due"), ("sla-90", "due"), ("sla-breached", "due")]


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def said(found: list[Change]) -> list[tuple[str, object]]:
    return [(change.what, change.after) for change in found]


async def come(mirror: Mirror, autotask: FakeAutotask, clock: Clock, **fields: object) -> None:
    """A ticket is made now, due in four hours."""
    made = ticket(created=clock(), last_activity=clock(), due=clock() + timedelta(hours=4))
    autotask.have(structs.replace(made, **fields))
    await mirror.poll()


class Look:
    """Lets time pass, polls, and gives what a look for levels tells then."""

    def __init__(self, mirror: Mirror, database: Database, clock: Clock, tenant: TenantId = TENANT) -> None:
        self._mirror, self._database, self._clock, self._tenant = mirror, database, clock, tenant

    async def __call__(self, **later: float) -> list[Change]:
        self._clock.pass_(**later)
        await self._mirror.poll()
        return await watched(self._mirror, self._database, self._tenant)


@pytest.fixture
def look(mirror: Mirror, database: Database, clock: Clock) -> Look:
    return Look(mirror, database, clock)


async def test_each_level_is_told_at_its_moment_by_nobody_known(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, look: Look
) -> None:
    await come(synced, autotask, clock)
    found = []
    for _ in range(45):
        found += await look(minutes=7)

    assert said(found) == WHOLE
    assert [change.at for change in found] == [hours(3), hours(3.6), hours(4)]
    assert {change.author.kind for change in found} == {AuthorKind.UNKNOWN}


async def test_after_a_long_sleep_all_that_was_reached_is_told_in_order(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, look: Look
) -> None:
    await come(synced, autotask, clock)

    found = await look(days=2)

    assert said(found) == WHOLE
    assert [change.at for change in found] == [hours(3), hours(3.6), hours(4)]
    assert await look(days=2) == []


async def test_what_autotask_has_not_answered_since_is_not_told(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, look: Look
) -> None:
    await come(synced, autotask, clock)
    clock.pass_(hours=3.2)
    assert await synced.watch_levels() == 0

    autotask.have(structs.replace(autotask.tickets[ONE], status=5, last_activity=clock()))
    assert await look() == []
    assert await look(days=1) == []


async def test_nothing_is_told_while_the_clock_stands_and_the_rest_once_it_runs_again(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, look: Look
) -> None:
    await come(synced, autotask, clock)
    assert said(await look(hours=3)) == WHOLE[:1]
    paused = structs.replace(autotask.tickets[ONE], status=7, sla_paused_hours=Decimal(1), last_activity=clock())
    autotask.have(paused)
    assert await look(days=3) == []

    autotask.have(
        structs.replace(
            paused, status=8, sla_paused_hours=None, due=clock() + timedelta(hours=1), last_activity=clock()
        )
    )
    (near,) = await look(minutes=1)
    assert (near.what, near.at) == ("sla-90", clock() - timedelta(minutes=1))
    assert said(await look(hours=1)) == WHOLE[2:]


async def test_a_level_is_not_told_again_when_the_due_time_moves_or_the_ticket_is_reopened(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, look: Look
) -> None:
    await come(synced, autotask, clock)
    assert said(await look(hours=3)) == WHOLE[:1]
    later = structs.replace(autotask.tickets[ONE], due=hours(40), last_activity=clock())
    autotask.have(later)
    assert await look(hours=30) == []
    autotask.have(structs.replace(later, status=5, last_activity=clock()))
    await look()
    autotask.have(structs.replace(later, status=8, last_activity=clock()))
    assert said(await look(days=9)) == WHOLE[1:]


async def test_what_was_over_before_the_mirror_began_is_no_news_whatever_happens_to_the_ticket_later(
    mirror: Mirror, autotask: FakeAutotask, clock: Clock, look: Look
) -> None:
    autotask.have(ticket(created=hours(-30), due=hours(10)))  # 75 % is just over
    autotask.have(ticket(2, created=hours(-30), due=hours(-1)))
    await mirror.first_sync()
    for number in (1, 2):
        autotask.have(structs.replace(autotask.tickets[TicketId(number)], status=8, last_activity=hours(1)))

    assert await look(hours=1) == []
    assert [(c.ticket, c.what) for c in await look(hours=6)] == [(1, "sla-90")]
    assert await mirror.watch_levels() == 0


async def test_a_due_time_that_somebody_moves_to_the_past_is_breached_from_then_on(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, look: Look
) -> None:
    await come(synced, autotask, clock)
    clock.pass_(hours=2)
    autotask.have(structs.replace(autotask.tickets[ONE], due=hours(1), last_activity=clock()))

    found = await look(minutes=1)

    assert said(found) == WHOLE
    assert {change.at for change in found} == {hours(2)}


async def test_more_tickets_than_fit_into_one_transaction_are_all_told(
    synced: Mirror, autotask: FakeAutotask, clock: Clock, look: Look
) -> None:
    autotask.have(*(ticket(n, created=NOON, last_activity=NOON, due=hours(4)) for n in range(1, 451)))
    await synced.poll()

    assert len(await look(hours=3)) == 450
    assert await synced.watch_levels() == 0


async def test_a_quiet_look_asks_autotask_nothing(synced: Mirror, autotask: FakeAutotask, clock: Clock) -> None:
    await come(synced, autotask, clock)
    autotask.calls.clear()

    assert await synced.watch_levels() == 0
    assert autotask.calls == []


async def test_two_processes_that_look_at_once_and_again_after_a_restart_tell_each_level_once(
    postgres_url: str, autotask: FakeAutotask, clock: Clock, tmp_path: object
) -> None:
    async def opened() -> tuple[Database, Mirror]:
        database = await open_database(postgres_url, tmp_path)  # type: ignore[arg-type] # a path
        return database, Mirror(database, autotask, autotask, tenant=TENANT, now=clock)

    (one, first), (other, second) = await opened(), await opened()
    await first.first_sync()
    autotask.have(*(ticket(n, created=NOON, last_activity=NOON, due=hours(4)) for n in range(1, 31)))
    for _ in range(4):
        clock.pass_(hours=1.2)
        await first.poll()
        await asyncio.gather(first.watch_levels(), second.watch_levels(), first.watch_levels())
    third, again = await opened()
    await again.watch_levels()

    told = [await one.read(lambda tx, n=n: changes.of_ticket(tx, TENANT, TicketId(n))) for n in range(1, 31)]  # type: ignore[misc]
    for database in (one, other, third):
        await database.close()
    levels = [sorted(change.what for change in some if change.level) for some in told]
    assert levels == [["sla-75", "sla-90", "sla-breached"]] * 30


STEPS = st.lists(
    st.tuples(
        st.integers(1, 200),
        st.sampled_from(["look", "due", "respond", "pause", "run", "note", "complete", "reopen"]),
        st.integers(-100, 400),
    ),
    max_size=14,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_whatever_happens_a_level_is_told_once_and_only_when_it_is_so(
    database: Database, steps: list[tuple[int, str, int]]
) -> None:
    clock, autotask, tenant = Clock(), FakeAutotask(), TenantId(uuid4().hex)
    mirror = Mirror(database, autotask, autotask, tenant=tenant, now=clock)
    await mirror.first_sync()
    await come(mirror, autotask, clock, first_response_due=hours(1))
    told: list[Change] = []
    for minutes, deed, number in steps:
        clock.pass_(minutes=minutes)
        if deed != "look":
            autotask.have(happened(autotask.tickets[ONE], deed, clock(), number))
        await mirror.poll()
        found = await watched(mirror, database, tenant)
        reached = {(m.clock, m.level) for m in marks(autotask.tickets[ONE]) if m.at <= clock()}
        assert {(c.after, Level(c.what)) for c in found} <= reached
        assert all(change.at <= clock() for change in found)
        told += found
        assert reached <= {(c.after, Level(c.what)) for c in told}

    assert len({(c.after, c.what) for c in told}) == len(told)


def happened(before: Ticket, deed: str, now: datetime, number: int) -> Ticket:
    fields: dict[str, object] = {
        "due": {"due": now + timedelta(minutes=number)},
        "respond": {"first_response_at": now},
        "pause": {"sla_paused_hours": Decimal(abs(number))},
        "run": {"sla_paused_hours": None},
        "complete": {"status": 5},
        "reopen": {"status": 8},
    }.get(deed, {})  # type: ignore[assignment] # the values are fields
    return structs.replace(before, last_activity=now, **fields)
