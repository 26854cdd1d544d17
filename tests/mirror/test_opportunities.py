"""Opportunities: read once without a word, then told of, and done without where there are none to be read."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from attms_core.errors import Unreachable, Unreadable
from attms_core.mirror import Mirror
from attms_core.model import Author, AuthorKind, Change, Event, Opportunity, OpportunityId, TenantId
from attms_core.store.database import Database
from tests.support.fake_autotask import ANA, BOB, NOON, TENANT, Clock, FakeAutotask, opportunity
from tests.support.levels import told

ONE = OpportunityId(1)
NOBODY = Author(AuthorKind.UNKNOWN)


@pytest.fixture
async def read(mirror: Mirror, autotask: FakeAutotask) -> Mirror:
    """The mirror after its first look at three opportunities."""
    old = NOON - timedelta(days=400)
    autotask.have_opportunities(opportunity(1), opportunity(2, last_activity=old), opportunity(3, status=3))
    autotask.have_opportunities(opportunity(4, status=2, last_activity=old))
    assert await mirror.refresh_opportunities() == []
    autotask.calls.clear()
    return mirror


def move(autotask: FakeAutotask, number: int = 1, **fields: object) -> None:
    before = autotask.opportunities[OpportunityId(number)]
    autotask.have_opportunities(structs.replace(before, **fields))


async def kept(mirror: Mirror, id_: OpportunityId) -> Opportunity | None:
    """The mirror's own copy."""
    detail = await mirror.opportunity_detail(id_)
    return detail.opportunity if detail else None


async def test_the_first_look_takes_what_counts_and_tells_nothing(read: Mirror, database: Database) -> None:
    here = [n for n in (1, 2, 3, 4) if await kept(read, OpportunityId(n))]

    assert here == [1, 2, 3]
    assert await told(database, TENANT) == []


async def test_a_first_look_that_is_cut_begins_anew_and_still_tells_nothing(
    mirror: Mirror, autotask: FakeAutotask
) -> None:
    autotask.page_size = 2
    autotask.have_opportunities(*(opportunity(n) for n in range(1, 8)))

    def on_call(_: str) -> None:
        if len(autotask.calls) == 3:
            raise Unreachable("cut")

    autotask.on_call = on_call
    with pytest.raises(Unreachable):
        await mirror.refresh_opportunities()
    assert await mirror.refresh_opportunities() == []
    assert all([await kept(mirror, OpportunityId(n)) for n in range(1, 8)])


async def test_a_quiet_look_is_one_call(read: Mirror, autotask: FakeAutotask, clock: Clock) -> None:
    clock.pass_(minutes=5)
    assert await read.refresh_opportunities() == []

    assert autotask.calls == ["opportunities_changed"]


async def test_every_watched_field_that_moved_is_told_once_with_from_and_to(
    read: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    clock.pass_(minutes=5)
    moved: dict[str, Any] = {"stage": 202, "status": 3, "amount": Decimal(3000), "close_date": date(2026, 6, 1)}
    move(autotask, **moved, probability=100, owner=ANA, last_activity=clock())

    found = await read.refresh_opportunities()

    assert [(c.event, c.before, c.after) for c in found] == [
        (Event.OWNER, BOB, ANA),
        (Event.STAGE, 201, 202),
        (Event.STATUS, 1, 3),
        (Event.AMOUNT, "2400.5", "3000"),
        (Event.CLOSE_DATE, "2026-05-01", "2026-06-01"),
        (Event.PROBABILITY, 40, 100),
    ]
    assert {(c.opportunity, c.ticket, c.author, c.at) for c in found} == {(ONE, None, NOBODY, clock())}
    clock.pass_(minutes=5)
    assert await read.refresh_opportunities() == []


async def test_an_amount_written_otherwise_has_not_moved(read: Mirror, autotask: FakeAutotask, clock: Clock) -> None:
    move(autotask, amount=Decimal("2400.50"), last_activity=clock())

    assert await read.refresh_opportunities() == []


async def test_a_new_opportunity_is_told_by_its_creator_and_an_old_one_that_is_touched_is_not(
    read: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    clock.pass_(minutes=20)
    autotask.have_opportunities(opportunity(9, created=clock(), last_activity=clock(), creator=ANA))
    move(autotask, 4, last_activity=clock())

    found = await read.refresh_opportunities()

    assert found == [
        Change(
            opportunity=OpportunityId(9),
            what="created",
            before=None,
            after=None,
            author=Author(AuthorKind.RESOURCE, ANA),
            at=clock(),
        )
    ]
    assert await kept(read, OpportunityId(4))


async def test_an_edit_that_leaves_the_last_activity_alone_is_found_by_comparing(
    read: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    clock.pass_(hours=1)
    move(autotask, stage=202)
    move(autotask, 2, status=2)
    assert await read.refresh_opportunities() == []

    found = await read.reconcile_opportunities()

    assert [(c.opportunity, c.event, c.after, c.at) for c in found] == [
        (1, Event.STAGE, 202, clock()),
        (2, Event.STATUS, 2, clock()),
    ]
    assert autotask.calls == ["opportunities_changed", "undecided_opportunities", "opportunities_by_id"]
    assert await read.reconcile_opportunities() == []


async def test_what_autotask_no_longer_shows_is_kept(read: Mirror, autotask: FakeAutotask) -> None:
    autotask.opportunities.clear()

    assert await read.reconcile_opportunities() == []
    assert await kept(read, ONE)


async def test_a_stale_replica_s_answer_is_dropped(read: Mirror, autotask: FakeAutotask, clock: Clock) -> None:
    before = autotask.opportunities[ONE]
    move(autotask, stage=202, last_activity=clock())
    await read.refresh_opportunities()

    autotask.have_opportunities(before)
    assert await read.reconcile_opportunities() == []
    here = await kept(read, ONE)
    assert here
    assert here.stage == 202


async def test_where_they_may_not_be_read_nothing_fails_and_an_hour_later_they_are_asked_for_again(
    mirror: Mirror, autotask: FakeAutotask, clock: Clock
) -> None:
    autotask.have_opportunities(opportunity(1))

    def on_call(name: str) -> None:
        if "opportunities" in name or name == "fields Opportunities":
            raise Unreadable("AutoTask does not let ATTMS's user read Opportunities.")

    autotask.on_call = on_call
    await mirror.first_sync()
    for _ in range(3):
        assert await mirror.refresh_opportunities() == []
        assert await mirror.reconcile_opportunities() == []
    assert [name for name in autotask.calls if "opportunities" in name] == ["undecided_opportunities"]
    assert mirror.choices("queue")

    autotask.on_call = lambda _: None
    clock.pass_(hours=1)
    assert await mirror.refresh_opportunities() == []
    assert await kept(mirror, ONE)


async def test_dropping_the_copy_lets_them_be_read_anew_without_a_word(read: Mirror, autotask: FakeAutotask) -> None:
    await read.forget()
    assert await kept(read, ONE) is None
    assert await read.refresh_opportunities() == []
    assert await kept(read, ONE)


COPIES = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([201, 202]), st.sampled_from([0, 50]), st.booleans()),
    min_size=1,
    max_size=10,
)


def copy(at: datetime, stage: int, probability: int) -> dict[str, object]:
    return {"stage": stage, "probability": probability, "last_activity": at}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(COPIES)
async def test_changes_tell_the_whole_way_from_the_first_copy_to_the_last(
    database: Database, copies: list[tuple[int, int, int, bool]]
) -> None:
    autotask, clock = FakeAutotask(), Clock()
    mirror = Mirror(database, autotask, autotask, tenant=TenantId(uuid4().hex), now=clock)
    autotask.have_opportunities(opportunity(1))
    await mirror.refresh_opportunities()
    first = await kept(mirror, ONE)
    assert first
    state: dict[str, object] = {"stage": first.stage, "probability": first.probability}
    for minutes, stage, probability, by_poll in copies:
        clock.pass_(minutes=1)
        taken = opportunity(1, **copy(NOON + timedelta(minutes=minutes), stage, probability))
        autotask.have_opportunities(taken)
        found = await (mirror.refresh_opportunities() if by_poll else mirror.reconcile_opportunities())
        for change in found:
            assert change.before == state[change.what] != change.after
            state[change.what] = change.after
    last = await kept(mirror, ONE)
    assert last
    assert state == {"stage": last.stage, "probability": last.probability}
