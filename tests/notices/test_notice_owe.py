"""What is owed for changes, in their transaction: to whom, when, and what only has to be kept true."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.errors import Invalid
from attms_core.model import (
    AuthorKind,
    Change,
    ChangeId,
    CompanyGroup,
    Event,
    Kept,
    Lane,
    Link,
    LinkState,
    Mode,
    Note,
    Opportunity,
    Owed,
    OwedKind,
    Personal,
    PersonRole,
    Post,
    Rule,
    RuleKind,
    SubscriptionId,
    TenantId,
    Ticket,
    TicketId,
    Topic,
)
from attms_core.notices import Notices
from attms_core.notices.subscribing import Groups, Subscriptions
from attms_core.store import changes, company_groups, owed, people, posts
from attms_core.store.database import Database, Statement, Tx
from tests.notices import office
from tests.notices.office import (
    ANA_KEY,
    ANAS_CHAT,
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
    ticket,
)


class Desk:
    """A store with subscriptions; ``happens`` does what the mirror does, in one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.subscriptions = Subscriptions(database, tenant=OURS, now=clock)
        self.groups = Groups(database, tenant=OURS, now=clock)
        self.notices = Notices(OURS, clock)

    async def listens(self, words: str, lane: Lane = CHANNEL) -> SubscriptionId:
        return (await self.subscriptions.add(person(), lane, words)).id

    async def happens(self, *some: Ticket | Opportunity | Note | Change) -> None:
        told = [one for one in some if isinstance(one, Change)]

        def work(tx: Tx) -> None:
            office.record(tx, *(one for one in some if not isinstance(one, Change)))
            ids = changes.add(tx, OURS, told)
            self.notices.owe(tx, [Kept(id=id_, change=one) for id_, one in zip(ids, told, strict=True)])

        await self.database.write(work)

    async def waits(self, lane: Lane = CHANNEL) -> list[Owed]:
        return await self.database.read(lambda tx: owed.waiting(tx, OURS, lane))

    async def news(self, lane: Lane = CHANNEL) -> list[tuple[Event | None, str]]:
        return [(row.event, row.rule.key if row.rule else "") for row in await self.waits(lane)]

    async def stands(self, *topics: Topic, told_at: datetime = NOON, lane: Lane = CHANNEL) -> None:
        found = [
            Post(
                tenant=OURS,
                lane=lane,
                topic=topic,
                conversation=lane,
                activity=f"1-{topic.key}",
                thread="",
                posted_at=told_at,
                told_at=told_at,
            )
            for topic in topics
        ]
        await self.database.write(lambda tx: posts.put(tx, found))


@pytest.fixture
async def desk(database: Database) -> Desk:
    return Desk(await furnished(database), Clock())


async def test_a_conversation_is_owed_what_its_subscription_takes(desk: Desk) -> None:
    number = await desk.listens("queue:service mode:thread")
    await desk.happens(ticket(1), ticket(2, queue=office.PROJECTS), change(1), change(2))
    row = (await desk.waits())[0]
    assert row.rule == Rule(RuleKind.SUBSCRIPTION, str(number))
    assert (row.kind, row.topic, row.event, row.mode) == (
        OwedKind.NEWS,
        Topic(ticket=TicketId(1)),
        Event.STATUS,
        Mode.THREAD,
    )
    assert row.due_at == NOON
    assert len(await desk.waits()) == 1


async def test_several_subscriptions_of_one_conversation_owe_one_row_and_of_two_conversations_two(desk: Desk) -> None:
    first = await desk.listens("queue:service mode:update")
    await desk.listens("priority:medium")
    other = await desk.listens("company:contoso", OTHER_CHANNEL)
    await desk.happens(ticket(), change())
    assert await desk.news() == [(Event.STATUS, f"subscription:{first}")]
    assert (await desk.waits())[0].mode is Mode.BOTH
    assert await desk.news(OTHER_CHANNEL) == [(Event.STATUS, f"subscription:{other}")]


async def test_nothing_is_owed_where_nobody_listens_nor_for_what_is_paused_or_removed(desk: Desk) -> None:
    paused, removed = await desk.listens("queue:service"), await desk.listens("priority:medium")
    kept = await desk.listens("queue:projects")
    await desk.subscriptions.pause(person(), CHANNEL, paused)
    await desk.subscriptions.remove(person(), CHANNEL, removed)
    await desk.happens(ticket(), change())
    assert await desk.waits() == []
    await desk.subscriptions.resume(person(), CHANNEL, paused)
    await desk.happens(change())
    assert await desk.news() == [(Event.STATUS, f"subscription:{paused}")]
    assert kept


async def test_a_group_of_companies_counts_as_it_is_when_something_happens(desk: Desk) -> None:
    await desk.groups.set(person(), "VIP", ["fabrikam"])
    await desk.listens("company:@vip")
    await desk.happens(ticket(), change())
    assert await desk.waits() == []
    await desk.groups.extend(person(), "@vip", ["contoso"])
    await desk.happens(change())
    assert len(await desk.waits()) == 1


async def test_a_group_that_is_used_is_not_deleted_and_where_it_is_used_is_told(desk: Desk) -> None:
    await desk.groups.set(person(), "vip", ["fabrikam", "contoso"])
    await desk.groups.shrink(person(), "vip", ["fabrikam"])
    assert [c.name for c in await desk.groups.members(person(), "vip")] == ["Contoso"]
    number = await desk.listens("company:@vip")
    with pytest.raises(Invalid, match=f"subscription {number}"):
        await desk.groups.delete(person(), "vip")
    await desk.subscriptions.remove(person(), CHANNEL, number)
    await desk.groups.delete(person(), "vip")
    assert await desk.groups.all(person()) == []


async def test_what_the_maker_may_not_see_is_not_owed(desk: Desk) -> None:
    await desk.listens("")
    await desk.listens("about:opportunities", OTHER_CHANNEL)
    narrow = person(within_queues=(office.PROJECTS,), within_companies=(office.FABRIKAM,))
    await desk.database.write(lambda tx: people.put(tx, narrow))
    sold = replace(change(what="stage"), ticket=None, opportunity=opportunity().id)
    await desk.happens(ticket(), opportunity(), change(), sold)
    assert await desk.waits() == []
    assert await desk.waits(OTHER_CHANNEL) == []
    theirs = ticket(2, queue=office.PROJECTS, company=office.FABRIKAM)
    await desk.happens(theirs, opportunity(company=office.FABRIKAM), change(2), sold)
    assert len(await desk.waits()) == 1
    assert len(await desk.waits(OTHER_CHANNEL)) == 1


async def test_a_channel_hears_of_its_makers_own_deeds_and_their_own_chat_does_not(desk: Desk) -> None:
    await desk.listens("")
    await desk.listens("", ANAS_CHAT)
    for author in (office.BY_ANA, replace(office.BY_ANA, kind=AuthorKind.PERSON)):
        await desk.happens(ticket(), change(author=author))
    assert len(await desk.waits()) == 2
    assert await desk.waits(ANAS_CHAT) == []
    await desk.happens(ticket(), change(author=office.BY_BEN), change())
    assert len(await desk.waits(ANAS_CHAT)) == 2


async def test_what_concerns_somebody_personally_comes_before_what_they_follow(desk: Desk) -> None:
    await desk.subscriptions.add(person(office.BEN_KEY), BENS_CHAT, "")
    given = change(what="assignee", before=None, after=office.BEN, author=office.BY_ANA)
    await desk.happens(ticket(assignee=office.BEN), given)
    assert await desk.news(BENS_CHAT) == [(Event.ASSIGNED, f"personal:{Personal.ASSIGNED}")]


async def test_what_follows_too_soon_waits_to_be_told_with_what_comes(desk: Desk) -> None:
    await desk.listens("")
    topic = Topic(ticket=TicketId(1))
    await desk.stands(topic, told_at=NOON - timedelta(seconds=20))
    await desk.happens(ticket(1), ticket(2), change(1), change(2), change(1, "sla-breached", after="due"))
    due = {(row.topic, row.event): row.due_at for row in await desk.waits() if row.kind is OwedKind.NEWS}
    assert due == {
        (topic, Event.STATUS): NOON + timedelta(seconds=40),
        (Topic(ticket=TicketId(2)), Event.STATUS): NOON,
        (topic, Event.SLA_BREACHED): NOON,
    }


async def test_a_card_that_stands_is_kept_true_where_no_news_does_it_now(desk: Desk) -> None:
    old, topic = NOON - timedelta(days=31), Topic(ticket=TicketId(1))
    await desk.listens("events:status")
    await desk.stands(topic, lane=CHANNEL, told_at=NOON - timedelta(minutes=5))
    await desk.stands(topic, lane=OTHER_CHANNEL)
    await desk.stands(topic, lane=ANAS_CHAT, told_at=old)
    await desk.happens(ticket(1), change(1, "status"))
    assert [row.kind for row in await desk.waits()] == [OwedKind.NEWS]
    assert [(row.kind, row.topic) for row in await desk.waits(OTHER_CHANNEL)] == [(OwedKind.TRUTH, topic)]
    assert await desk.waits(ANAS_CHAT) == []


async def test_a_card_is_kept_true_at_once_while_its_news_waits(desk: Desk) -> None:
    await desk.listens("")
    await desk.stands(Topic(ticket=TicketId(1)))
    await desk.happens(ticket(1), change(1))
    assert sorted(row.kind for row in await desk.waits()) == [OwedKind.NEWS, OwedKind.TRUTH]


async def test_a_transaction_that_is_undone_owes_nothing_and_is_repeated_alike(desk: Desk) -> None:
    await desk.listens("")

    class Undone(Exception):
        pass

    def work(tx: Tx) -> None:
        office.record(tx, ticket())
        desk.notices.owe(tx, [Kept(id=changes.add(tx, OURS, [change()])[0], change=change())])
        raise Undone

    for _ in range(2):
        with pytest.raises(Undone):
            await desk.database.write(work)
    assert await desk.waits() == []


async def test_a_book_that_was_seen_and_undone_is_not_taken_for_the_next_one(desk: Desk) -> None:
    class Undone(Exception):
        pass

    def undone(tx: Tx) -> None:
        company_groups.put(tx, OURS, CompanyGroup(name="vip", companies=frozenset({office.FABRIKAM})), NOON)
        office.record(tx, ticket())
        desk.notices.owe(tx, [Kept(id=changes.add(tx, OURS, [change()])[0], change=change())])
        raise Undone

    with pytest.raises(Undone):
        await desk.database.write(undone)
    await desk.listens("")
    await desk.happens(ticket(), change())
    assert len(await desk.waits()) == 1


class Counting:
    """A transaction that counts what is asked."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.asked: list[str] = []

    def all(self, statement: Statement, **params: Any) -> list[tuple[Any, ...]]:
        self.asked.append(str(statement))
        return self._tx.all(statement, **params)

    def one(self, statement: Statement, **params: Any) -> tuple[Any, ...] | None:
        self.asked.append(str(statement))
        return self._tx.one(statement, **params)

    def run(self, statement: Statement, **params: Any) -> int:
        return self._tx.run(statement, **params)

    def many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        self._tx.many(statement, rows)


async def test_a_hundred_changes_ask_as_often_as_one(desk: Desk) -> None:
    await desk.listens("")
    await desk.listens("queue:service", OTHER_CHANNEL)

    def asked(tx: Tx, count: int) -> list[str]:
        some = [ticket(n, assignee=office.BEN) for n in range(1, count + 1)]
        told = [change(n, "note-added", after=1, author=office.BY_KIM) for n in range(1, count + 1)]
        office.record(tx, *some)
        counting = Counting(tx)
        kept = [Kept(id=id_, change=c) for id_, c in zip(changes.add(tx, OURS, told), told, strict=True)]
        desk.notices.owe(counting, kept)
        return sorted(counting.asked)

    await desk.database.write(lambda tx: asked(tx, 1))  # the book is compiled
    one = await desk.database.write(lambda tx: asked(tx, 1))
    assert await desk.database.write(lambda tx: asked(tx, 100)) == one


async def test_the_tenants_of_others_hear_nothing(desk: Desk) -> None:
    await desk.listens("")
    theirs = Notices(TenantId("22222222-2222-2222-2222-222222222222"), desk.clock)
    await desk.database.write(lambda tx: theirs.owe(tx, [Kept(id=_noted(tx), change=change())]))
    assert await desk.waits() == []


def _noted(tx: Tx) -> ChangeId:
    """Keep a change, for its number."""
    return changes.add(tx, OURS, [change()])[0]


async def test_an_unlinked_maker_tells_nothing(desk: Desk) -> None:
    await desk.listens("")
    stranger = person(ANA_KEY, link=Link(state=LinkState.SUSPENDED), role=PersonRole.DISPATCHER)
    await desk.database.write(lambda tx: people.put(tx, stranger))
    await desk.happens(ticket(), change())
    assert await desk.waits() == []
