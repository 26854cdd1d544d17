"""What a subscription would have told in the last days, and the whole way from words to a saved subscription."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.errors import Invalid, NotAllowed, NotFound, NotLinked
from attms_core.model import (
    Change,
    CompanyGroup,
    Event,
    Lane,
    Link,
    LinkState,
    Mode,
    PersonRole,
    SubscriptionId,
    TicketId,
    Topic,
)
from attms_core.notices.subscribing import Preview, Subscriptions, Verdict, replay, subscriptions
from attms_core.store import company_groups, metadata
from attms_core.store.database import Database
from tests.notices import office
from tests.notices.office import (
    ANAS_CHAT,
    BEN_KEY,
    BENS_CHAT,
    CHANNEL,
    NOON,
    OTHER_CHANNEL,
    OURS,
    Clock,
    change,
    furnished,
    opportunity,
    person,
    record,
    ticket,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database: Database) -> Database:
    return await furnished(database)


@pytest.fixture
def listening(store: Database, clock: Clock) -> Subscriptions:
    return Subscriptions(store, tenant=OURS, now=clock)


async def _keep(store: Database, *some: Any) -> None:
    await store.write(lambda tx: record(tx, *some))


async def _preview(listening: Subscriptions, words: str, lane: Lane = CHANNEL) -> Preview:
    return await listening.preview(person(), lane, words)


def ago(minutes: float, id_: int = 1, what: str = "status", **given: Any) -> Change:
    return change(id_, what, at=NOON - timedelta(minutes=minutes), **given)


async def test_the_last_days_are_counted_as_the_sender_would_have_folded_them(
    store: Database, listening: Subscriptions
) -> None:
    changes = [
        ago(8 * 24 * 60, 2, "created"),
        ago(2 * 24 * 60, 1, "created"),
        ago(100, 1, "status", before=office.NEW, after=office.IN_PROGRESS),
        ago(99.9, 1, "priority", before=office.LOW, after=office.MEDIUM),
        ago(50, 1, "note-added", after=1, author=office.BY_KIM),
        ago(49.9, 1, "note-added", after=1, author=office.BY_ANA),
        ago(49.8, 1, "note-added", after=1, author=office.BY_ANA),
        ago(10, 2, "completed"),
    ]
    await _keep(store, ticket(1), ticket(2), *changes)
    told = {}
    for mode, lane in ((Mode.UPDATE, CHANNEL), (Mode.THREAD, CHANNEL), (Mode.BOTH, CHANNEL), (Mode.UPDATE, ANAS_CHAT)):
        told[mode, lane] = (await _preview(listening, f"mode:{mode} events:all", lane)).replay
    # created; status and priority as two, the second folded; three notes as two; and the other ticket
    assert {key: each.posts for key, each in told.items()} == {
        (Mode.UPDATE, CHANNEL): 2,
        (Mode.THREAD, CHANNEL): 6,
        (Mode.BOTH, CHANNEL): 4,
        (Mode.UPDATE, ANAS_CHAT): 6,
    }
    found = told[Mode.THREAD, CHANNEL]
    assert (found.changes, found.days, found.busiest, found.is_cut) == (7, 7.0, 5, False)
    assert round(found.per_day, 1) == 0.9


async def test_a_ticket_is_taken_for_what_it_was_then(store: Database, listening: Subscriptions) -> None:
    await _keep(
        store,
        ticket(1, queue=office.PROJECTS, priority=office.LOW),
        ago(90, 1, "created"),
        ago(60, 1, "priority", before=office.CRITICAL, after=office.LOW),
        ago(30, 1, "queue", before=office.SERVICE, after=office.PROJECTS),
        ago(10, 1, "note-added", after=1),
    )
    counted = {
        words: (await _preview(listening, words)).replay.changes
        for words in ("queue:service", "queue:projects", "priority:critical", "queue:service priority:low")
    }
    assert counted == {"queue:service": 3, "queue:projects": 2, "priority:critical": 2, "queue:service priority:low": 2}


async def test_examples_are_the_latest_of_each_ticket_and_days_are_those_that_are_known(
    store: Database, listening: Subscriptions
) -> None:
    many = [ago(minutes, minutes, "created") for minutes in range(1, 6)]
    await _keep(store, *(ticket(n) for n in range(1, 6)), *many, ago(24 * 60, 5, "created"), ago(0.5, 2))
    found = (await _preview(listening, "")).replay
    assert [(each.topic, each.event) for each in found.examples] == [
        (Topic(ticket=TicketId(2)), Event.STATUS),
        (Topic(ticket=TicketId(1)), Event.CREATED),
        (Topic(ticket=TicketId(3)), Event.CREATED),
    ]
    assert found.examples[0].title == "T20261124.0002 Printer on fire"
    assert found.days == 1.0


async def test_without_any_change_nothing_is_promised(listening: Subscriptions) -> None:
    found = (await _preview(listening, "")).replay
    assert (found.changes, found.posts, found.days, found.per_day) == (0, 0, 0.0, 0.0)


async def test_opportunities_are_replayed_and_records_that_are_gone_are_left_out(
    store: Database, listening: Subscriptions
) -> None:
    sold = [
        replace(ago(n, what="amount", before="9000", after="5000"), ticket=None, opportunity=opportunity().id)
        for n in (5, 9)
    ]
    await _keep(store, opportunity(), *sold, ago(7, 99))
    assert (await _preview(listening, "amount>8000 opportunities")).replay.changes == 2
    assert (await _preview(listening, "")).replay.changes == 0


async def test_only_so_many_changes_are_looked_at_and_that_is_told(
    store: Database, listening: Subscriptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "AT_ONCE", 3)
    await _keep(store, ticket(1), *(ago(n * 60, 1) for n in range(1, 11)))
    whole = (await _preview(listening, "")).replay
    assert (whole.changes, whole.is_cut) == (10, False)
    monkeypatch.setattr(replay, "MOST", 6)
    cut = (await _preview(listening, "")).replay
    assert (cut.changes, cut.is_cut, cut.days) == (6, True, 0.25)


async def test_what_the_person_may_not_see_is_not_counted(store: Database, listening: Subscriptions) -> None:
    await _keep(store, ticket(1), ticket(2, queue=office.PROJECTS), ago(5, 1), ago(4, 2))
    narrow = person(within_queues=(office.PROJECTS,))
    found = (await listening.preview(narrow, CHANNEL, "")).replay
    assert [each.topic for each in found.examples] == [Topic(ticket=TicketId(2))]
    assert found.changes == 1


async def test_a_preview_saves_nothing_and_warns_of_what_is_told_already(listening: Subscriptions) -> None:
    there = await listening.add(person(), CHANNEL, "priority:high,critical")
    seen = await _preview(listening, "priority:high")
    assert [(each.subscription.id, each.verdict) for each in seen.overlaps] == [(there.id, Verdict.COVERED)]
    assert seen.words == "priority:High"
    assert (await _preview(listening, "priority:high", OTHER_CHANNEL)).overlaps == ()
    edited = await listening.preview(person(), CHANNEL, "priority:high", instead_of=there.id)
    assert edited.overlaps == ()
    assert len(await listening.of_lane(person(), CHANNEL)) == 1


async def test_a_subscription_is_added_shown_edited_and_removed(listening: Subscriptions, clock: Clock) -> None:
    added = await listening.add(person(), CHANNEL, "queue service priority<=2 mode:thread")
    assert added.words == 'queue:"Service Desk" priority:Critical,High mode:thread'
    assert (await listening.add(person(), CHANNEL, "priority<=2 queue:service mode:thread")).id == added.id
    clock.now += timedelta(hours=1)
    edited = await listening.edit(person(BEN_KEY), CHANNEL, added.id, "queue:projects")
    assert (edited.id, edited.created_by, edited.created_at) == (added.id, "ben", added.created_at)
    assert await listening.of_lane(person(), CHANNEL) == [edited]
    assert await listening.by_id(added.id) == edited
    assert await listening.remove(person(), CHANNEL, added.id) == edited
    assert await listening.of_lane(person(), CHANNEL) == []
    assert await listening.by_id(added.id) is None


async def test_a_name_that_is_gone_is_shown_by_its_number_and_can_still_be_edited(
    store: Database, listening: Subscriptions
) -> None:
    added = await listening.add(person(), CHANNEL, "queue:projects")
    fields = [field for field in office.ticket_fields() if field.name != "queueID"]
    await store.write(lambda tx: metadata.put(tx, OURS, "Tickets", fields, NOON))
    shown = await listening.get(person(), CHANNEL, added.id)
    assert shown.words == 'queue:"unknown (29)"'
    assert (await listening.edit(person(), CHANNEL, added.id, shown.words)).filter == added.filter


@pytest.mark.parametrize(
    ("role", "lane", "error"),
    [
        (PersonRole.TECHNICIAN, CHANNEL, NotAllowed),
        (PersonRole.DISPATCHER, CHANNEL, None),
        (PersonRole.READER, ANAS_CHAT, None),
        (PersonRole.DISPATCHER, BENS_CHAT, NotAllowed),
        (PersonRole.ADMINISTRATOR, BENS_CHAT, None),
    ],
)
async def test_one_arranges_ones_own_chat_and_a_dispatcher_the_channels(
    listening: Subscriptions, role: PersonRole, lane: Lane, error: type[Exception] | None
) -> None:
    who = person(role=role)
    if error is None:
        assert (await listening.add(who, lane, "")).lane == lane
        return
    for asked in (listening.add(who, lane, ""), listening.preview(who, lane, ""), listening.of_lane(who, lane)):
        with pytest.raises(error):
            await asked


async def test_somebody_without_a_link_listens_to_nothing(listening: Subscriptions) -> None:
    stranger = person(link=Link(state=LinkState.UNLINKED), role=PersonRole.ADMINISTRATOR)
    with pytest.raises(NotLinked):
        await listening.add(stranger, ANAS_CHAT, "")
    assert await listening.everywhere(stranger) == []


async def test_anothers_subscription_is_touched_by_an_administrator_alone(listening: Subscriptions) -> None:
    there = await listening.add(person(), OTHER_CHANNEL, "")
    for act in (listening.pause, listening.remove, listening.get):
        with pytest.raises(NotFound):
            await act(person(), CHANNEL, there.id)
    with pytest.raises(NotAllowed):
        await listening.everywhere(person())
    chief = person(role=PersonRole.ADMINISTRATOR)
    assert (await listening.pause(chief, CHANNEL, there.id)).is_paused
    assert [one.id for one in await listening.everywhere(chief)] == [there.id]
    with pytest.raises(NotFound):
        await listening.resume(chief, CHANNEL, SubscriptionId(there.id + 1))


async def test_there_are_only_so_many_and_so_long_ones(
    listening: Subscriptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Invalid, match="300"):
        await listening.add(person(), CHANNEL, "title:" + "x" * 300)
    monkeypatch.setattr(subscriptions, "MOST_HERE", 1)
    await listening.add(person(), CHANNEL, "priority:high")
    with pytest.raises(Invalid, match="here already"):
        await listening.add(person(), CHANNEL, "priority:low")
    monkeypatch.setattr(subscriptions, "MOST", 1)
    with pytest.raises(Invalid, match="in all"):
        await listening.add(person(), OTHER_CHANNEL, "priority:low")


async def test_a_group_is_counted_with_the_companies_that_it_has(store: Database, listening: Subscriptions) -> None:
    vip = CompanyGroup(name="vip", companies=frozenset({office.CONTOSO}))
    await store.write(lambda tx: company_groups.put(tx, OURS, vip, NOON))
    await _keep(store, ticket(1), ticket(2, company=office.FABRIKAM), ago(5, 1), ago(4, 2))
    assert (await _preview(listening, "company:@vip")).replay.changes == 1
